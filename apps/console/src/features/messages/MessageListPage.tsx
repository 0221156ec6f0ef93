import { MESSAGE_EVENT_KEYS, messageEvent } from '@quanshu/contract'
import { Button, Drawer, Tooltip } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { useAction } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { formatTime } from '../../shared/format.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useLocale, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Copyable, Nothing, OneLine, Time } from '../../shared/parts/values.tsx'
import { Facts } from '../../shared/templates/DetailPage.tsx'
import { ListPage } from '../../shared/templates/ListPage.tsx'
import { messagesText } from './text.ts'

type Message = Row<'notify.listMessages'>
const CHANNELS = ['sms', 'email', 'wecom_app', 'wecom', 'dingtalk', 'feishu'] as const

/** What went out to whom, and what became of it. */
export function MessageListPage() {
  const t = useText(messagesText)
  const common = useText(commonText)
  const isEnglish = useLocale() === 'en'
  const [open, setOpen] = useState<Message>()
  return (
    <>
      <ListPage
        id="messages"
        title={t('title')}
        hint={t('hint')}
        back="/settings?tab=messages"
        route="notify.listMessages"
        exportRoute="notify.exportMessages"
        rowKey={(message) => message.id}
        filters={[
          { kind: 'search', placeholder: t('search') },
          {
            kind: 'select',
            name: 'channel',
            label: t('channel'),
            options: CHANNELS.map((value) => ({ value, label: t(value) })),
          },
          { kind: 'states', name: 'state', label: t('state'), of: 'message' },
          { kind: 'states', name: 'receipt', label: t('receipt'), of: 'receiptOfMessage', single: true },
          {
            kind: 'select',
            name: 'event',
            label: t('event'),
            options: MESSAGE_EVENT_KEYS.map((value) => ({
              value,
              label: isEnglish ? messageEvent(value).name.en : messageEvent(value).name.zh,
            })),
          },
          { kind: 'range', label: t('range') },
        ]}
        columns={[
          {
            key: 'createdAt',
            title: t('time'),
            width: 165,
            sort: true,
            phone: 'extra',
            render: (message) => <Time value={message.createdAt} />,
          },
          { key: 'channel', title: t('channel'), width: 90, render: (message) => t(message.channel) },
          {
            key: 'event',
            title: t('event'),
            width: 150,
            phone: 'title',
            render: ({ eventName }) => (isEnglish ? eventName.en : eventName.zh),
          },
          {
            key: 'recipient',
            title: t('recipient'),
            width: 190,
            render: (message) => <Recipient message={message} />,
          },
          {
            key: 'subject',
            title: t('subject'),
            width: 260,
            render: ({ subject }) => (subject === '' ? <Nothing /> : <OneLine>{subject}</OneLine>),
          },
          { key: 'state', title: t('state'), width: 110, render: (message) => <State message={message} /> },
          {
            key: 'receipt',
            title: t('receipt'),
            width: 90,
            render: ({ receipt }) =>
              receipt === null ? <Nothing /> : <StateTag kind="receiptOfMessage" state={receipt} />,
          },
          {
            key: 'provider',
            title: t('provider'),
            width: 110,
            hidden: true,
            render: ({ provider }) => <Provider name={provider} />,
          },
        ]}
        rowActions={(message) => (
          <>
            <Button type="link" onClick={() => setOpen(message)}>
              {common('detail')}
            </Button>
            {message.canResend && <Resend message={message} />}
          </>
        )}
        rowActionsWidth={150}
        empty={{ title: t('emptyTitle'), text: t('emptyText') }}
      />
      <Drawer
        open={open !== undefined}
        title={open && (isEnglish ? open.eventName.en : open.eventName.zh)}
        size="min(560px, 100vw)"
        onClose={() => setOpen(undefined)}
      >
        {open && <Detail message={open} />}
      </Drawer>
    </>
  )
}

function Recipient({ message }: { readonly message: Message }) {
  const t = useText(messagesText)
  const isPerson = message.channel === 'sms' || message.channel === 'email' || message.channel === 'wecom_app'
  return <span>{isPerson ? message.recipient : t(message.channel)}</span>
}

function Provider({ name }: { readonly name: string | null }) {
  const t = useText(messagesText)
  if (name === null) return <Nothing />
  return <span>{name === 'aliyun' || name === 'tencent' || name === 'wecom_app' ? t(name) : name}</span>
}

function State({ message }: { readonly message: Message }) {
  const t = useText(messagesText)
  const why = message.error ?? (message.notBefore ? t('notBefore', { time: formatTime(message.notBefore) }) : undefined)
  const tag = (
    <span>
      <StateTag kind="message" state={message.state} />
    </span>
  )
  return why === undefined ? tag : <Tooltip title={why}>{tag}</Tooltip>
}

function Resend({ message }: { readonly message: Message }) {
  const t = useText(messagesText)
  const isEnglish = useLocale() === 'en'
  const confirm = useConfirmDanger()
  const resend = useAction('notify.resendMessage', { refresh: ['notify.listMessages'], done: t('resent') })
  return (
    <ActionButton
      type="link"
      permission="settings.manage"
      onClick={() =>
        confirm({
          title: t('resendTitle'),
          object: `${isEnglish ? message.eventName.en : message.eventName.zh} · ${message.recipient}`,
          danger: message.state === 'unknown',
          ...(message.state === 'unknown' ? { consequence: t('resendUnknown') } : {}),
          onConfirm: () => resend.run({ params: { id: message.id } }),
        })
      }
    >
      {t('resend')}
    </ActionButton>
  )
}

function Detail({ message }: { readonly message: Message }) {
  const t = useText(messagesText)
  const orderNo = message.about.startsWith('order:') ? message.about.slice(6) : undefined
  return (
    <Facts
      items={[
        [t('state'), <StateTag key="state" kind="message" state={message.state} />],
        [t('channel'), t(message.channel)],
        [t('recipient'), <Recipient key="recipient" message={message} />],
        [t('subject'), message.subject],
        orderNo !== undefined && [
          t('about'),
          <Link key="about" to={`/orders/${orderNo}`}>
            {orderNo}
          </Link>,
        ],
        message.error !== null && [t('reason'), message.error],
        message.notBefore !== null && [t('sentAt'), t('notBefore', { time: formatTime(message.notBefore) })],
        message.receipt !== null && [
          t('receipt'),
          <span key="receipt">
            <StateTag kind="receiptOfMessage" state={message.receipt} /> {message.receiptNote}{' '}
            <Time value={message.receiptAt} />
          </span>,
        ],
        [t('provider'), <Provider key="provider" name={message.provider} />],
        message.providerRef !== null && [t('providerRef'), <Copyable key="ref" text={message.providerRef} />],
        [t('attempts'), message.attempts],
        [t('time'), <Time key="time" value={message.createdAt} />],
        message.sentAt !== null && [t('sentAt'), <Time key="sent" value={message.sentAt} />],
      ]}
    />
  )
}
