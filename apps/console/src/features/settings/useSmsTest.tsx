import { Form, Input } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import type { Input as InputOf } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { useTestResult } from '../../shared/parts/TestResult.tsx'
import { settingsText } from './text.ts'

type Provider = InputOf<'notify.testSms'>['body']['provider']

/** Asks for a phone number and sends it a message by this provider; says how it went. */
export function useSmsTest(provider: Provider, signName: string) {
  const t = useText(settingsText)
  const test = useTestResult()
  const confirm = useConfirmDanger()
  const send = useAction('notify.testSms', { onDone: test.show })
  const ask = () =>
    confirm({
      title: t('testSmsTitle'),
      object: signName,
      danger: false,
      confirmText: t('send'),
      extra: (
        <Form.Item
          name="phone"
          label={t('testPhone')}
          rules={[{ required: true, pattern: /^1[3-9]\d{9}$/, message: t('badPhone') }]}
        >
          <Input autoFocus inputMode="tel" maxLength={11} />
        </Form.Item>
      ),
      onConfirm: (_reason, values) => send.run({ body: { phone: String(values.phone), provider } }),
    })
  return { ask, result: test.result }
}
