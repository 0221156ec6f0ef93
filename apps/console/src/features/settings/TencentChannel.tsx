import { Form, Input } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { useTestResult } from '../../shared/parts/TestResult.tsx'
import { ChannelForm } from './ChannelForm.tsx'
import { notifyText } from './notifyText.ts'
import { ReceiptAddress } from './ReceiptAddress.tsx'
import { settingsText } from './text.ts'

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
  const test = useTestResult()
  const confirm = useConfirmDanger()
  const save = useAction('notify.saveTencentSms', { refresh: ['notify.'], done: common('saved'), showProblem: false })
  const send = useAction('notify.testSms', { onDone: test.show })
  const askTest = () =>
    confirm({
      title: t('testSmsTitle'),
      object: channel.config?.signName ?? '',
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
      onConfirm: (_reason, values) => send.run({ body: { phone: String(values.phone), provider: 'tencent' } }),
    })
  const required = [{ required: true, whitespace: true, message: t('required') }]
  const digits = [{ required: true, pattern: /^\d+$/, message: n('onlyDigits') }]
  return (
    <ChannelForm
      title={n('smsTencent')}
      hint={n('smsTencentHint')}
      channel={channel}
      defaults={EMPTY}
      onSave={(body) => save.run({ body })}
      onTest={askTest}
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
