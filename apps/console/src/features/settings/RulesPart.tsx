import {
  MESSAGE_CHANNELS,
  type MessageChannel,
  type MessageEventKey,
  messageEvent,
  type Settings,
} from '@quanshu/contract'
import { Card, Checkbox, Form, Grid, Input, InputNumber, Radio, Skeleton, Switch, Tooltip, Typography } from 'antd'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useLocale, useText } from '../../shared/i18n/index.ts'
import { useMay } from '../../shared/session.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { notifyText } from './notifyText.ts'
import { SettingsForm } from './SettingsForm.tsx'
import { settingsText } from './text.ts'

type Rule = Output<'notify.listRules'>['items'][number]
const SHORT = {
  inbox: 'inbox',
  email: 'email',
  sms: 'sms',
  wecom_app: 'wecomAppShort',
  wecom: 'wecomShort',
  dingtalk: 'dingtalkShort',
  feishu: 'feishuShort',
} as const

/** The matrix of messages and channels, and when and how often anybody is told. */
export function RulesPart() {
  const t = useText(notifyText)
  const rules = useRead('notify.listRules', {})
  const channels = useRead('notify.getChannels', {})
  if (!rules.data || !channels.data) {
    const error = rules.error ?? channels.error
    return (
      <Card>{error ? <ErrorState error={error} onRetry={() => void rules.refetch()} /> : <Skeleton active />}</Card>
    )
  }
  const { sms, smsTencent, wecomApp, robots } = channels.data
  // The installation may have a mail server of its own, which the browser does not know of.
  const live = new Set<MessageChannel>([
    'inbox',
    'email',
    ...(sms.enabled || smsTencent.enabled ? (['sms'] as const) : []),
    ...(wecomApp.enabled ? (['wecom_app'] as const) : []),
    ...robots.filter(({ enabled }) => enabled).map(({ channel }) => channel),
  ])
  const of = (audience: 'staff' | 'buyer') =>
    (rules.data?.items ?? []).filter(({ event }) => messageEvent(event).audience === audience)
  return (
    <>
      <Typography.Text type="secondary">{t('rulesHint')}</Typography.Text>
      <Matrix title={t('forStaff')} rules={of('staff')} live={live} />
      <Matrix title={t('forBuyers')} rules={of('buyer')} live={live} />
      <Quiet />
    </>
  )
}

function Matrix({
  title,
  rules,
  live,
}: {
  readonly title: string
  readonly rules: readonly Rule[]
  readonly live: ReadonlySet<MessageChannel>
}) {
  const t = useText(notifyText)
  const wide = Grid.useBreakpoint().md !== false
  const offered = MESSAGE_CHANNELS.filter((channel) =>
    rules.some(({ event }) => messageEvent(event).channels.includes(channel)),
  )
  if (!wide) {
    return (
      <Section title={title}>
        {rules.map((rule) => (
          <div key={rule.event} className="rule-card">
            <EventName event={rule.event} />
            <div className="rule-choices">
              {offered
                .filter((channel) => messageEvent(rule.event).channels.includes(channel))
                .map((channel) => (
                  <Choice
                    key={channel}
                    rule={rule}
                    channel={channel}
                    isLive={live.has(channel)}
                    label={t(SHORT[channel])}
                  />
                ))}
              <Urgent rule={rule} label={t('urgent')} />
            </div>
          </div>
        ))}
      </Section>
    )
  }
  return (
    <Section title={title} flush>
      <table className="rule-table">
        <thead>
          <tr>
            <th scope="col">{t('event')}</th>
            {offered.map((channel) => (
              <th key={channel} scope="col">
                {live.has(channel) ? (
                  t(SHORT[channel])
                ) : (
                  <Tooltip title={t('notSetUpHint')}>
                    <span className="rule-off">{t(SHORT[channel])}</span>
                  </Tooltip>
                )}
              </th>
            ))}
            <th scope="col">
              <Tooltip title={t('urgentHint')}>{t('urgent')}</Tooltip>
            </th>
          </tr>
        </thead>
        <tbody>
          {rules.map((rule) => (
            <tr key={rule.event}>
              <th scope="row">
                <EventName event={rule.event} />
              </th>
              {offered.map((channel) => (
                <td key={channel}>
                  {messageEvent(rule.event).channels.includes(channel) ? (
                    <Choice rule={rule} channel={channel} isLive={live.has(channel)} />
                  ) : (
                    <span className="rule-none">–</span>
                  )}
                </td>
              ))}
              <td>
                <Urgent rule={rule} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  )
}

function EventName({ event }: { readonly event: MessageEventKey }) {
  const { name } = messageEvent(event)
  return <span>{useLocale() === 'en' ? name.en : name.zh}</span>
}

type Cell = { readonly rule: Rule; readonly label?: string }

function Choice({
  rule,
  channel,
  label,
  isLive,
}: Cell & { readonly channel: MessageChannel; readonly isLive: boolean }) {
  const t = useText(notifyText)
  const save = useSaveRule()
  const isOn = rule.channels.includes(channel)
  const box = (
    <Checkbox
      checked={isOn}
      disabled={save.disabled}
      aria-label={`${rule.event} ${t(SHORT[channel])}`}
      onChange={({ target }) =>
        void save.go({
          ...rule,
          channels: MESSAGE_CHANNELS.filter((one) => (one === channel ? target.checked : rule.channels.includes(one))),
        })
      }
    >
      {label}
    </Checkbox>
  )
  return isOn && !isLive ? <Tooltip title={t('notSetUpHint')}>{box}</Tooltip> : box
}

function Urgent({ rule, label }: Cell) {
  const t = useText(notifyText)
  const save = useSaveRule()
  return (
    <span className="rule-urgent">
      <Switch
        size="small"
        checked={rule.urgent}
        disabled={save.disabled}
        aria-label={`${rule.event} ${t('urgent')}`}
        onChange={(urgent) => void save.go({ ...rule, urgent })}
      />
      {label}
    </span>
  )
}

function useSaveRule() {
  const common = useText(commonText)
  const may = useMay()
  const save = useAction('notify.saveRule', { refresh: ['notify.listRules'], done: common('saved') })
  return {
    disabled: !may('settings.manage') || save.running,
    go: ({ event, channels, urgent }: Pick<Rule, 'event' | 'urgent'> & { channels: readonly MessageChannel[] }) =>
      save.go({ body: { event, channels: [...channels], urgent } }),
  }
}

const KEYS = [
  'notify.quietHours',
  'notify.capPerDay',
  'notify.smsFirst',
  'notify.smsBesideWecom',
] as const satisfies readonly (keyof Settings)[]
const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/

function Quiet() {
  const t = useText(notifyText)
  const s = useText(settingsText)
  const clock = (name: 'from' | 'to', label: string) => (
    <Form.Item
      name={['notify.quietHours', name]}
      label={label}
      dependencies={name === 'to' ? [['notify.quietHours', 'from']] : []}
      rules={[
        { required: true, pattern: CLOCK, message: t('badClock') },
        ({ getFieldValue }) => ({
          validator: (_rule, value: string) =>
            name === 'to' && value === getFieldValue(['notify.quietHours', 'from'])
              ? Promise.reject(new Error(t('sameClock')))
              : Promise.resolve(),
        }),
      ]}
    >
      <Input maxLength={5} inputMode="numeric" placeholder="22:00" style={{ width: 110 }} />
    </Form.Item>
  )
  return (
    <SettingsForm keys={KEYS}>
      {() => (
        <Section title={t('quiet')}>
          <Form.Item
            name={['notify.quietHours', 'enabled']}
            label={t('quietHours')}
            extra={t('quietHint')}
            valuePropName="checked"
          >
            <Switch />
          </Form.Item>
          <div className="inline-fields">
            {clock('from', t('quietFrom'))}
            {clock('to', t('quietTo'))}
          </div>
          <Form.Item
            name={['notify.capPerDay']}
            label={t('capPerDay')}
            extra={t('capHint')}
            rules={[{ required: true, message: s('required') }]}
          >
            <InputNumber min={0} max={10_000} precision={0} suffix={t('messagesUnit')} style={{ width: 160 }} />
          </Form.Item>
          <Form.Item name={['notify.smsFirst']} label={t('smsFirst')}>
            <Radio.Group
              options={[
                { value: 'aliyun', label: t('aliyun') },
                { value: 'tencent', label: t('tencent') },
              ]}
            />
          </Form.Item>
          <Form.Item
            name={['notify.smsBesideWecom']}
            label={t('smsBesideWecom')}
            extra={t('smsBesideWecomHint')}
            valuePropName="checked"
            style={{ marginBottom: 0 }}
          >
            <Switch />
          </Form.Item>
        </Section>
      )}
    </SettingsForm>
  )
}
