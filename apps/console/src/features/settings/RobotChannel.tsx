import { Form, Input } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useTestResult } from '../../shared/parts/TestResult.tsx'
import { ChannelForm } from './ChannelForm.tsx'
import { notifyText } from './notifyText.ts'
import { settingsText } from './text.ts'

type Channel = Output<'notify.getChannels'>['robots'][number]
const EXAMPLES = {
  wecom: 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…',
  dingtalk: 'https://oapi.dingtalk.com/robot/send?access_token=…',
  feishu: 'https://open.feishu.cn/open-apis/bot/v2/hook/…',
} as const

/** A group's robot: its address, and with what it signs. */
export function RobotChannel({ channel }: { readonly channel: Channel }) {
  const t = useText(settingsText)
  const n = useText(notifyText)
  const common = useText(commonText)
  const test = useTestResult()
  const robot = channel.channel
  const save = useAction('notify.saveRobot', { refresh: ['notify.'], done: common('saved'), showProblem: false })
  const say = useAction('notify.testRobot', { onDone: test.show })
  return (
    <ChannelForm
      title={n(robot)}
      hint={n('robotHint')}
      channel={channel}
      defaults={{ hint: '', isSigned: false }}
      onSave={({ enabled, secret, ...rest }) =>
        save.run({ params: { robot }, body: { enabled, secret, url: (rest as { url?: string }).url ?? '' } })
      }
      onTest={() => void say.go({ params: { robot } })}
      tested={test.result}
    >
      <Form.Item
        name="url"
        label={n('robotUrl')}
        rules={[
          channel.hasSecret ? {} : { required: true, message: t('required') },
          { pattern: /^https?:\/\/\S+$/, message: t('badUrl') },
        ]}
      >
        <Input
          maxLength={500}
          inputMode="url"
          autoComplete="off"
          placeholder={channel.config ? n('robotUrlKept', { hint: channel.config.hint }) : EXAMPLES[robot]}
        />
      </Form.Item>
      {robot !== 'wecom' && (
        <Form.Item name="secret" label={n('signSecret')} extra={n('signSecretHint')}>
          <Input.Password
            maxLength={500}
            autoComplete="new-password"
            placeholder={channel.config?.isSigned ? t('secretKept') : ''}
          />
        </Form.Item>
      )}
    </ChannelForm>
  )
}
