import { HistoryOutlined } from '@ant-design/icons'
import { Button, Card, Segmented, Skeleton } from 'antd'
import { Link } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { useUrlState } from '../../shared/urlState.ts'
import { EmailChannel } from './EmailChannel.tsx'
import { notifyText } from './notifyText.ts'
import { RobotChannel } from './RobotChannel.tsx'
import { RulesPart } from './RulesPart.tsx'
import { SmsChannel } from './SmsChannel.tsx'
import { TencentChannel } from './TencentChannel.tsx'
import { TextsPart } from './TextsPart.tsx'
import { WebhooksPart } from './WebhooksPart.tsx'
import { WecomAppChannel } from './WecomAppChannel.tsx'

const PARTS = ['channels', 'rules', 'texts', 'webhooks'] as const
type Part = (typeof PARTS)[number]
const titles = {
  channels: 'partChannels',
  rules: 'partRules',
  texts: 'partTexts',
  webhooks: 'partWebhooks',
} as const

/** Telling people and other systems: by what, who hears what, in which words. */
export function NotificationsTab() {
  const t = useText(notifyText)
  const [url, change] = useUrlState()
  const part: Part = PARTS.find((one) => one === url.part) ?? 'channels'
  return (
    <div className="stack">
      <div className="notify-parts">
        <Segmented<Part>
          value={part}
          onChange={(next) => change({ part: next === 'channels' ? undefined : next })}
          options={PARTS.map((value) => ({ value, label: t(titles[value]) }))}
        />
        <Link to="/messages">
          <Button icon={<HistoryOutlined />} tabIndex={-1}>
            {t('openLog')}
          </Button>
        </Link>
      </div>
      {part === 'channels' && <ChannelsPart />}
      {part === 'rules' && <RulesPart />}
      {part === 'texts' && <TextsPart />}
      {part === 'webhooks' && <WebhooksPart />}
    </div>
  )
}

function ChannelsPart() {
  const { data, error, refetch } = useRead('notify.getChannels', {})
  if (!data) {
    return <Card>{error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton active />}</Card>
  }
  return (
    <>
      {/* What was saved is drawn anew, so that no secret stays in a field. */}
      <SmsChannel key={`sms ${data.sms.updatedAt}`} channel={data.sms} />
      <TencentChannel key={`tencent ${data.smsTencent.updatedAt}`} channel={data.smsTencent} />
      <EmailChannel key={`email ${data.email.updatedAt}`} channel={data.email} />
      <WecomAppChannel key={`wecom app ${data.wecomApp.updatedAt}`} channel={data.wecomApp} />
      {data.robots.map((robot) => (
        <RobotChannel key={`${robot.channel} ${robot.updatedAt}`} channel={robot} />
      ))}
    </>
  )
}
