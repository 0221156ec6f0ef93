import { Button, Form, Input, Tag, Typography } from 'antd'
import { useState } from 'react'
import { useAction } from '../../shared/api/hooks.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { useMe } from '../../shared/session.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { RecoveryCodes } from './RecoveryCodes.tsx'
import { TwoFactorEnrol } from './TwoFactorEnrol.tsx'
import { accountText } from './text.ts'

const FEW_CODES = 3

/** The second factor of the own account: on, off, and the recovery codes. */
export function TwoFactor() {
  const t = useText(accountText)
  const me = useMe()
  const [enrolling, setEnrolling] = useState(false)
  const [codes, setCodes] = useState<readonly string[]>()
  const turnOff = useTurnOff()
  const renew = useRenew(setCodes)
  return (
    <Section
      title={
        <>
          {t('twoFactor')}{' '}
          <Tag color={me.twoFactor ? 'success' : 'warning'}>{t(me.twoFactor ? 'twoFactorOn' : 'twoFactorOff')}</Tag>
        </>
      }
    >
      <Typography.Paragraph type="secondary">{t('twoFactorHint')}</Typography.Paragraph>
      {me.twoFactor ? (
        <>
          <Typography.Paragraph {...(me.recoveryCodesLeft <= FEW_CODES ? { type: 'warning' as const } : {})}>
            {t('recoveryLeft', { count: me.recoveryCodesLeft })}
            {me.recoveryCodesLeft <= FEW_CODES && ` · ${t('recoveryFew')}`}
          </Typography.Paragraph>
          <div className="bulk">
            <Button onClick={renew}>{t('renewCodes')}</Button>
            <Button danger type="text" onClick={turnOff}>
              {t('turnOff')}
            </Button>
          </div>
        </>
      ) : (
        <Button type="primary" onClick={() => setEnrolling(true)}>
          {t('turnOn')}
        </Button>
      )}
      <TwoFactorEnrol open={enrolling} onClose={() => setEnrolling(false)} />
      <RecoveryCodes codes={codes} onClose={() => setCodes(undefined)} />
    </Section>
  )
}

function PasswordField() {
  const t = useText(accountText)
  return (
    <Form.Item name="password" label={t('proveTitle')} rules={[{ required: true, message: t('proveTitle') }]}>
      <Input.Password autoFocus autoComplete="current-password" maxLength={128} />
    </Form.Item>
  )
}

function useTurnOff(): () => void {
  const t = useText(accountText)
  const me = useMe()
  const confirm = useConfirmDanger()
  const disable = useAction('identity.disableTotp', { refresh: ['identity.getMe'], done: t('turnedOff') })
  return () =>
    confirm({
      title: t('turnOffTitle'),
      object: me.email,
      consequence: t('turnOffText'),
      extra: (
        <>
          <PasswordField />
          <Form.Item
            name="code"
            label={t('code')}
            extra={t('codeOrRecovery')}
            rules={[{ required: true, message: t('codeOrRecovery') }]}
          >
            <Input className="num" maxLength={20} autoComplete="one-time-code" />
          </Form.Item>
        </>
      ),
      onConfirm: (_reason, values) =>
        disable.run({ body: { password: String(values.password), code: String(values.code).trim() } }),
    })
}

function useRenew(onCodes: (codes: readonly string[]) => void): () => void {
  const t = useText(accountText)
  const me = useMe()
  const confirm = useConfirmDanger()
  const renew = useAction('identity.renewRecoveryCodes', {
    refresh: ['identity.getMe'],
    onDone: ({ recoveryCodes }) => onCodes(recoveryCodes),
  })
  return () =>
    confirm({
      title: t('renewCodes'),
      object: me.email,
      consequence: t('renewText'),
      danger: false,
      extra: <PasswordField />,
      onConfirm: (_reason, values) => renew.run({ body: { password: String(values.password) } }),
    })
}
