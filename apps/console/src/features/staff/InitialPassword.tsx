import { Button, Modal, Typography } from 'antd'
import { useText } from '../../shared/i18n/index.ts'
import { Copyable } from '../../shared/parts/values.tsx'
import { staffText } from './text.ts'

export type OncePassword = { readonly name: string; readonly email: string; readonly initialPassword: string }

/** Shown this once; the server keeps only its hash. */
export function InitialPassword({
  once,
  onClose,
}: {
  readonly once: OncePassword | undefined
  readonly onClose: () => void
}) {
  const t = useText(staffText)
  return (
    <Modal
      open={once !== undefined}
      title={once && t('passwordTitle', { name: once.name })}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      width={440}
      footer={
        <Button type="primary" onClick={onClose}>
          {t('passwordKept')}
        </Button>
      }
    >
      {once && (
        <>
          <Typography.Paragraph type="secondary">{t('passwordText')}</Typography.Paragraph>
          <dl className="facts">
            <dt>{t('email')}</dt>
            <dd>
              <Copyable text={once.email} />
            </dd>
            <dt>{t('initialPassword')}</dt>
            <dd>
              <Copyable text={once.initialPassword} code />
            </dd>
          </dl>
        </>
      )}
    </Modal>
  )
}
