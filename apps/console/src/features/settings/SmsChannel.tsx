import { Form, Input } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ChannelForm } from './ChannelForm.tsx'
import { notifyText } from './notifyText.ts'
import { ReceiptAddress } from './ReceiptAddress.tsx'
import { settingsText } from './text.ts'
import { useSmsTest } from './useSmsTest.tsx'

type Channel = Output<'notify.getChannels'>['sms']
const EMPTY = { endpoint: 'https://dysmsapi.aliyuncs.com', accessKeyId: '', signName: '', loginCodeTemplate: '' }

export function SmsChannel({ channel }: { readonly channel: Channel }) {
  const t = useText(settingsText)
  const n = useText(notifyText)
  const common = useText(commonText)
  const save = useAction('notify.saveSms', { refresh: ['notify.'], done: common('saved'), showProblem: false })
  const test = useSmsTest('aliyun', channel.config?.signName ?? '')
  const required = [{ required: true, whitespace: true, message: t('required') }]
  return (
    <ChannelForm
      title={n('smsAliyun')}
      hint={t('smsHint')}
      channel={channel}
      defaults={EMPTY}
      onSave={(body) => save.run({ body })}
      onTest={test.ask}
      tested={test.result}
      below={<ReceiptAddress url={channel.receiptUrl} />}
    >
      <Form.Item
        name={['config', 'endpoint']}
        label={t('endpoint')}
        rules={[{ required: true, pattern: /^https?:\/\/\S+$/, message: t('badUrl') }]}
      >
        <Input maxLength={300} inputMode="url" />
      </Form.Item>
      <Form.Item name={['config', 'accessKeyId']} label={t('accessKeyId')} rules={required}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item name="secret" label={t('accessKeySecret')} rules={channel.hasSecret ? [] : required}>
        <Input.Password
          maxLength={500}
          autoComplete="new-password"
          placeholder={channel.hasSecret ? t('secretKept') : ''}
        />
      </Form.Item>
      <Form.Item name={['config', 'signName']} label={t('signName')} rules={required}>
        <Input maxLength={40} />
      </Form.Item>
      <Form.Item name={['config', 'loginCodeTemplate']} label={t('loginTemplate')} rules={required}>
        <Input maxLength={60} placeholder="SMS_123456789" />
      </Form.Item>
    </ChannelForm>
  )
}
