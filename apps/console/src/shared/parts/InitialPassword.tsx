import { Button, Modal, Typography } from 'antd'
import { defineMessages, useText } from '../i18n/index.ts'
import { Copyable } from './values.tsx'

const passwordText = defineMessages('initialPassword', {
  email: ['登录邮箱', 'Sign-in email'],
  passwordTitle: ['请把初始密码交给 {name}', 'Hand the initial password to {name}'],
  passwordText: [
    '它只显示这一次。首次登录时必须改成自己的密码。',
    'It is shown this once, and must be changed at the first sign-in.',
  ],
  initialPassword: ['初始密码', 'Initial password'],
  passwordKept: ['我已记下', 'I have noted it'],
})

export type OncePassword = { readonly name: string; readonly email: string; readonly initialPassword: string }

/** Shown this once; the server keeps only its hash. */
export function InitialPassword({
  once,
  onClose,
}: {
  readonly once: OncePassword | undefined
  readonly onClose: () => void
}) {
  const t = useText(passwordText)
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
