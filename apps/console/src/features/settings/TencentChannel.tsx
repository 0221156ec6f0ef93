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

type Channel = Output<'notify.getChannels'>['smsTencent']
const EMPTY = {
  endpoint: 'https://sms.tencentcloudapi.com',
  region: 'ap-guangzhou',
  secretId: '',
  sdkAppId: '',
  signName: '',
  loginCodeTemplate: '',
}

export function TencentChannel({ channel }: { readonly channel: Channel }) {
  const t = useText(settingsText)
  const n = useText(notifyText)
  const common = useText(commonText)
  const save = useAction('notify.saveTencentSms', { refresh: ['notify.'], done: common('saved'), showProblem: false })
  const test = useSmsTest('tencent', channel.config?.signName ?? '')
  const required = [{ required: true, whitespace: true, message: t('required') }]
  const digits = [{ required: true, pattern: /^\d+$/, message: n('onlyDigits') }]
  return (
    <ChannelForm
      title={n('smsTencent')}
      hint={n('smsTencentHint')}
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
      <Form.Item name={['config', 'region']} label={n('region')} rules={required}>
        <Input maxLength={40} />
      </Form.Item>
      <Form.Item name={['config', 'secretId']} label={n('secretId')} rules={required}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item name="secret" label={n('secretKey')} rules={channel.hasSecret ? [] : required}>
        <Input.Password
          maxLength={500}
          autoComplete="new-password"
          placeholder={channel.hasSecret ? t('secretKept') : ''}
        />
      </Form.Item>
      <Form.Item name={['config', 'sdkAppId']} label={n('sdkAppId')} rules={digits}>
        <Input maxLength={20} inputMode="numeric" placeholder="1400006666" />
      </Form.Item>
      <Form.Item name={['config', 'signName']} label={t('signName')} rules={required}>
        <Input maxLength={40} />
      </Form.Item>
      <Form.Item name={['config', 'loginCodeTemplate']} label={t('loginTemplate')} rules={digits}>
        <Input maxLength={20} inputMode="numeric" placeholder="2100001" />
      </Form.Item>
    </ChannelForm>
  )
}
