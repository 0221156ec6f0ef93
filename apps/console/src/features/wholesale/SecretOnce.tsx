import { Alert, Button, Modal } from 'antd'
import { tenantRoot } from '../../shared/api/base.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Copyable } from '../../shared/parts/values.tsx'
import { Facts } from '../../shared/templates/DetailPage.tsx'
import { wholesaleText } from './text.ts'

export type Told = { readonly key: string; readonly secret: string }

/** Where the other shop calls; its key names this shop, so any address of ours would do. */
export const apiAddress = (): string => location.origin + tenantRoot.replace(/\/$/, '')

/** All that the other shop has to fill in; the secret is never shown again. */
export function SecretOnce({ told, onClose }: { readonly told: Told | undefined; readonly onClose: () => void }) {
  const t = useText(wholesaleText)
  return (
    <Modal
      open={told !== undefined}
      title={t('secretTitle')}
      closable={false}
      mask={{ closable: false }}
      footer={
        <Button type="primary" onClick={onClose}>
          {t('secretSaved')}
        </Button>
      }
    >
      <Alert type="warning" showIcon title={t('secretOnce')} style={{ marginBottom: 12 }} />
      {told && (
        <Facts
          items={[
            [t('address'), <Copyable key="address" text={apiAddress()} />],
            [t('key'), <Copyable key="key" text={told.key} />],
            [t('secret'), <Copyable key="secret" text={told.secret} />],
          ]}
        />
      )}
    </Modal>
  )
}
