import { Timeline, Typography } from 'antd'
import type { ReactNode } from 'react'
import type { Output } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Time } from '../../shared/parts/values.tsx'
import { purchaseText } from './purchaseText.ts'

type Purchase = Output<'suppliers.readPurchase'>
type Step = { readonly at: string; readonly words: ReactNode; readonly colour?: string }

/** What happened to a purchase, from the number that was stored before anything was sent. */
export function PurchaseTimeline({ purchase }: { readonly purchase: Purchase }) {
  const t = useText(purchaseText)
  const { createdAt, sentAt, endedAt, dueAt, asks, state, callbacks, decidedBy, decidedNote, cancel } = purchase
  const past: Step[] = [
    { at: createdAt, words: t('tlCreated', { supplier: purchase.supplier }) },
    ...(sentAt ? [{ at: sentAt, words: t('tlSent') }] : []),
    ...callbacks.map(({ receivedAt, verdict }) => ({
      at: receivedAt,
      words: (
        <>
          {t('tlCallback')} <Typography.Text type="secondary">{verdict}</Typography.Text>
        </>
      ),
    })),
    ...(cancel ? [{ at: cancel.askedAt, words: t('tlCancel', { name: cancel.by, note: cancel.note }) }] : []),
    ...(cancel
      ? [
          {
            at: cancel.answeredAt ?? cancel.askedAt,
            colour: cancel.state === 'cancelled' ? 'green' : 'orange',
            words: (
              <>
                {t(`cancel_${cancel.state}`)}
                {cancel.said && <Typography.Text type="secondary"> {cancel.said}</Typography.Text>}
              </>
            ),
          },
        ]
      : []),
    ...(endedAt
      ? [
          {
            at: endedAt,
            colour: state === 'done' ? 'green' : 'red',
            words: (
              <>
                <StateTag kind="purchase" state={state} />
                {decidedBy && <div>{t('tlDecided', { name: decidedBy, note: decidedNote ?? '' })}</div>}
                {asks > 0 && (
                  <Typography.Text type="secondary" style={{ fontSize: 13 }}>
                    {' '}
                    {t('tlAsked', { count: asks })}
                  </Typography.Text>
                )}
              </>
            ),
          },
        ]
      : []),
  ].sort((one, other) => Date.parse(one.at) - Date.parse(other.at))
  const items = past.map(({ at, words, colour }, index) => ({
    key: `${index} ${at}`,
    color: colour ?? 'blue',
    content: <Line at={at}>{words}</Line>,
  }))
  const next =
    !endedAt && dueAt
      ? [
          {
            key: 'next',
            color: 'gray',
            content: (
              <Line at={dueAt}>
                {t('tlNext')}
                {asks > 0 && (
                  <Typography.Text type="secondary" style={{ fontSize: 13 }}>
                    {' '}
                    {t('tlAsked', { count: asks })}
                  </Typography.Text>
                )}
              </Line>
            ),
          },
        ]
      : []
  return <Timeline items={[...items, ...next]} />
}

function Line({ at, children }: { readonly at: string; readonly children: ReactNode }) {
  return (
    <>
      <Typography.Text type="secondary" style={{ fontSize: 13 }}>
        <Time value={at} />
      </Typography.Text>
      <div>{children}</div>
    </>
  )
}
