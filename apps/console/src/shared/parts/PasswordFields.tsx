import { Form, Input } from 'antd'
import { defineMessages, useText } from '../i18n/index.ts'

// The contract's bounds; importing them as values would pull its schema library into the page.
const LENGTH_MIN = 10
const LENGTH_MAX = 128

const text = defineMessages('passwordFields', {
  current: ['当前密码', 'Current password'],
  next: ['新密码', 'New password'],
  again: ['再输入一次新密码', 'New password again'],
  rule: ['至少 {min} 个字符；一句自己记得住的话最好', 'At least {min} characters; a sentence you remember is best'],
  currentRequired: ['请填写当前密码', 'Enter the current password'],
  differ: ['两次输入的密码不一致', 'The two passwords differ'],
})

/** Current password, new one and its repetition; form values `current` and `next`. */
export function PasswordFields() {
  const t = useText(text)
  const rule = t('rule', { min: LENGTH_MIN })
  return (
    <>
      <Form.Item name="current" label={t('current')} rules={[{ required: true, message: t('currentRequired') }]}>
        <Input.Password autoComplete="current-password" maxLength={LENGTH_MAX} />
      </Form.Item>
      <Form.Item
        name="next"
        label={t('next')}
        extra={rule}
        rules={[{ required: true, min: LENGTH_MIN, message: rule }]}
      >
        <Input.Password autoComplete="new-password" maxLength={LENGTH_MAX} />
      </Form.Item>
      <Form.Item
        name="again"
        label={t('again')}
        dependencies={['next']}
        rules={[
          ({ getFieldValue }) => ({
            validator: (_rule, value) =>
              value === getFieldValue('next') ? Promise.resolve() : Promise.reject(new Error(t('differ'))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" maxLength={LENGTH_MAX} />
      </Form.Item>
    </>
  )
}
