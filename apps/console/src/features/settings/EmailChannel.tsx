import { Form, Input, InputNumber, Switch } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { useTestResult } from '../../shared/parts/TestResult.tsx'
import { useMe } from '../../shared/session.tsx'
import { ChannelForm } from './ChannelForm.tsx'
import { settingsText } from './text.ts'

type Channel = Output<'notify.getChannels'>['email']
const EMPTY = { host: '', port: 465, secure: true, user: '', from: '' }

export function EmailChannel({ channel }: { readonly channel: Channel }) {
  const t = useText(settingsText)
  const common = useText(commonText)
  const me = useMe()
  const test = useTestResult()
  const confirm = useConfirmDanger()
  const save = useAction('notify.saveEmail', { refresh: ['notify.'], done: common('saved'), showProblem: false })
  const send = useAction('notify.testEmail', { onDone: test.show })
  const askTest = () =>
    confirm({
      title: t('testEmailTitle'),
      object: channel.config?.from ?? '',
      danger: false,
      confirmText: t('send'),
      initialValues: { to: me.email },
      extra: (
        <Form.Item
          name="to"
          label={t('testTo')}
          rules={[{ required: true, type: 'email', message: common('badEmail') }]}
        >
          <Input autoFocus inputMode="email" maxLength={254} />
        </Form.Item>
      ),
      onConfirm: (_reason, values) => send.run({ body: { to: String(values.to) } }),
    })
  const required = [{ required: true, whitespace: true, message: t('required') }]
  return (
    <ChannelForm
      title={t('email')}
      hint={t('emailHint')}
      channel={channel}
      defaults={EMPTY}
      onSave={(body) => save.run({ body })}
      onTest={askTest}
      tested={test.result}
    >
      <Form.Item name={['config', 'host']} label={t('host')} rules={required}>
        <Input maxLength={200} placeholder="smtp.example.com" />
      </Form.Item>
      <Form.Item name={['config', 'port']} label={t('port')} rules={[{ required: true, message: t('required') }]}>
        <InputNumber min={1} max={65_535} precision={0} style={{ width: '100%' }} />
      </Form.Item>
      <Form.Item name={['config', 'secure']} label={t('secure')} valuePropName="checked">
        <Switch />
      </Form.Item>
      <Form.Item name={['config', 'user']} label={t('user')}>
        <Input maxLength={200} autoComplete="off" />
      </Form.Item>
      <Form.Item name="secret" label={t('password')}>
        <Input.Password
          maxLength={500}
          autoComplete="new-password"
          placeholder={channel.hasSecret ? t('secretKept') : ''}
        />
      </Form.Item>
      <Form.Item name={['config', 'from']} label={t('fromAddress')} extra={t('fromHint')} rules={required}>
        <Input maxLength={200} />
      </Form.Item>
    </ChannelForm>
  )
}
