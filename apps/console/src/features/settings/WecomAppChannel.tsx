import { Form, Input, InputNumber } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { useTestResult } from '../../shared/parts/TestResult.tsx'
import { Copyable } from '../../shared/parts/values.tsx'
import { ChannelForm } from './ChannelForm.tsx'
import { notifyText } from './notifyText.ts'
import { settingsText } from './text.ts'

type Channel = Output<'notify.getChannels'>['wecomApp']
type Config = NonNullable<Channel['config']>
const EMPTY = {
  baseUrl: 'https://qyapi.weixin.qq.com',
  authorizeUrl: 'https://open.weixin.qq.com',
  loginUrl: 'https://login.work.weixin.qq.com',
  corpId: '',
  agentId: null,
}

/** What to do about the codes that a new app usually meets. */
const HINTS: Readonly<Record<string, Hint>> = {
  '40001': 'wecomBadSecret',
  '40091': 'wecomBadSecret',
  '40013': 'wecomBadCorp',
  '40056': 'wecomBadAgent',
  '301002': 'wecomBadAgent',
  '60020': 'wecomBadIp',
  '81013': 'wecomNoUser',
  '60111': 'wecomNoUser',
  unlicenseduser: 'wecomNoLicence',
}
type Hint = 'wecomBadSecret' | 'wecomBadCorp' | 'wecomBadAgent' | 'wecomBadIp' | 'wecomNoUser' | 'wecomNoLicence'

/** The app of a company in WeCom, which writes to members who have joined it. */
export function WecomAppChannel({ channel }: { readonly channel: Channel }) {
  const t = useText(settingsText)
  const n = useText(notifyText)
  const common = useText(commonText)
  const test = useTestResult()
  const confirm = useConfirmDanger()
  const save = useAction('notify.saveWecomApp', { refresh: ['notify.'], done: common('saved'), showProblem: false })
  const send = useAction('notify.testWecomApp', {
    onDone: (result) => {
      const hint = HINTS[/^\d+|^unlicenseduser/.exec(result.message)?.[0] ?? '']
      test.show(!result.ok && hint ? { ...result, message: `${n(hint)} (${result.message})` } : result)
    },
  })
  const required = [{ required: true, whitespace: true, message: t('required') }]
  const address = (name: 'baseUrl' | 'authorizeUrl' | 'loginUrl', label: string) => (
    <Form.Item
      name={['config', name]}
      label={label}
      rules={[{ required: true, pattern: /^https?:\/\/\S+$/, message: t('badUrl') }]}
    >
      <Input maxLength={300} inputMode="url" />
    </Form.Item>
  )
  const ask = () =>
    confirm({
      title: n('wecomTestTitle'),
      object: channel.config?.corpId ?? '',
      danger: false,
      confirmText: t('send'),
      extra: (
        <Form.Item
          name="user"
          label={n('wecomUser')}
          extra={n('wecomUserHint')}
          rules={[wecomUserRule(n('badWecomUser'))]}
        >
          <Input autoFocus maxLength={64} autoComplete="off" />
        </Form.Item>
      ),
      onConfirm: (_reason, values) => send.run({ body: { user: String(values.user) } }),
    })
  return (
    <ChannelForm<Config | typeof EMPTY>
      title={n('wecomApp')}
      hint={n('wecomAppHint')}
      channel={channel}
      defaults={EMPTY}
      onSave={({ config, ...rest }) => save.run({ body: { ...rest, config: config as Config } })}
      onTest={ask}
      tested={test.result}
      below={
        <div className="notify-line notify-receipt">
          <span>{n('wecomDomain')}</span>
          <span className="notify-url">
            <Copyable text={channel.domain} />
          </span>
          <div className="switch-hint">{n('wecomDomainHint')}</div>
          <div className="switch-hint">{n('wecomJoined', { count: channel.joined })}</div>
        </div>
      }
    >
      <Form.Item
        name={['config', 'corpId']}
        label={n('corpId')}
        rules={[{ required: true, pattern: /^\w+$/, message: n('badCorpId') }]}
      >
        <Input maxLength={64} placeholder="ww1a2b3c4d5e6f7a8b" />
      </Form.Item>
      <Form.Item
        name={['config', 'agentId']}
        label={n('agentId')}
        rules={[{ required: true, message: n('onlyDigits') }]}
      >
        <InputNumber
          min={1}
          max={2_147_483_647}
          precision={0}
          controls={false}
          placeholder="1000002"
          style={{ width: '100%' }}
        />
      </Form.Item>
      <Form.Item name="secret" label={n('wecomSecret')} rules={channel.hasSecret ? [] : required}>
        <Input.Password
          maxLength={500}
          autoComplete="new-password"
          placeholder={channel.hasSecret ? t('secretKept') : ''}
        />
      </Form.Item>
      {address('baseUrl', t('endpoint'))}
      {address('authorizeUrl', n('authorizeUrl'))}
      {address('loginUrl', n('wecomLoginUrl'))}
    </ChannelForm>
  )
}

/** As the server takes it. */
export const wecomUserRule = (message: string) => ({
  required: true,
  pattern: /^[A-Za-z0-9][\w@.-]{0,63}$/,
  message,
})
