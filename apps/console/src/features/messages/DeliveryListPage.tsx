import { Button, Drawer, Timeline, Typography } from 'antd'
import { useState } from 'react'
import { useParams } from 'react-router'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { formatDuration, formatTime } from '../../shared/format.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Copyable, Nothing, Time } from '../../shared/parts/values.tsx'
import { ListPage } from '../../shared/templates/ListPage.tsx'
import { messagesText } from './text.ts'

type Delivery = Row<'notify.listDeliveries'>

/** What one endpoint was told, with every try. */
export function DeliveryListPage() {
  const t = useText(messagesText)
  const common = useText(commonText)
  const id = Number(useParams().id)
  const endpoints = useRead('notify.listEndpoints', {})
  const url = endpoints.data?.items.find((endpoint) => endpoint.id === id)?.url
  const [open, setOpen] = useState<Delivery>()
  const replay = useAction('notify.replayDelivery', { refresh: ['notify.listDeliveries'], done: t('replayed') })
  return (
    <>
      <ListPage
        id="deliveries"
        title={t('deliveries')}
        {...(url === undefined ? {} : { hint: url })}
        back="/settings?tab=messages&part=webhooks"
        route="notify.listDeliveries"
        params={{ id }}
        refreshMs={10_000}
        rowKey={(delivery) => delivery.id}
        filters={[
          { kind: 'search', placeholder: t('searchDelivery') },
          { kind: 'states', name: 'state', label: t('state'), of: 'delivery' },
        ]}
        columns={[
          {
            key: 'createdAt',
            title: t('time'),
            width: 165,
            phone: 'extra',
            render: (delivery) => <Time value={delivery.createdAt} />,
          },
          { key: 'event', title: t('event'), width: 160, phone: 'title', render: (delivery) => delivery.event },
          {
            key: 'state',
            title: t('state'),
            width: 110,
            render: (delivery) => <StateTag kind="delivery" state={delivery.state} />,
          },
          { key: 'tries', title: t('tries'), width: 80, align: 'right', render: (delivery) => delivery.attempts },
          { key: 'last', title: t('lastTry'), width: 170, render: (delivery) => <LastTry delivery={delivery} /> },
          {
            key: 'next',
            title: t('nextTry'),
            width: 165,
            render: ({ nextTryAt }) => (nextTryAt === null ? <Nothing /> : <Time value={nextTryAt} />),
          },
          {
            key: 'webhookId',
            title: t('webhookId'),
            width: 180,
            hidden: true,
            render: (delivery) => <Copyable text={delivery.webhookId} />,
          },
        ]}
        rowActions={(delivery) => (
          <>
            <Button type="link" onClick={() => setOpen(delivery)}>
              {common('detail')}
            </Button>
            {delivery.state !== 'queued' && (
              <ActionButton
                type="link"
                permission="settings.manage"
                onClick={() => void replay.go({ params: { id: delivery.id } })}
              >
                {t('replay')}
              </ActionButton>
            )}
          </>
        )}
        rowActionsWidth={140}
        empty={{ title: t('emptyDeliveries') }}
      />
      <Drawer open={open !== undefined} title={open?.event} size="min(640px, 100vw)" onClose={() => setOpen(undefined)}>
        {open && <Detail delivery={open} />}
      </Drawer>
    </>
  )
}

function useAnswer() {
  const t = useText(messagesText)
  return (one: Delivery['tries'][number]) =>
    one.status === null ? `${t('noAnswer')} · ${one.error ?? ''}` : t('status', { status: one.status })
}

function LastTry({ delivery }: { readonly delivery: Delivery }) {
  const answer = useAnswer()
  const last = delivery.tries.at(-1)
  return last ? <span>{answer(last)}</span> : <Nothing />
}

function Detail({ delivery }: { readonly delivery: Delivery }) {
  const t = useText(messagesText)
  const answer = useAnswer()
  return (
    <>
      <Typography.Paragraph>
        {t('webhookId')} <Copyable text={delivery.webhookId} />
      </Typography.Paragraph>
      <Timeline
        items={delivery.tries.map((one) => ({
          key: one.at,
          color: one.error === null ? 'green' : 'red',
          content: `${formatTime(one.at)} · ${answer(one)} · ${formatDuration(one.elapsedMs)}`,
        }))}
      />
      <Typography.Title level={5}>{t('body')}</Typography.Title>
      <Typography.Paragraph
        copyable={{ text: delivery.body }}
        style={{
          whiteSpace: 'pre-wrap',
          fontFamily: 'ui-monospace, monospace',
          fontSize: 13,
          overflowWrap: 'anywhere',
        }}
      >
        {JSON.stringify(JSON.parse(delivery.body), null, 2)}
      </Typography.Paragraph>
    </>
  )
}
