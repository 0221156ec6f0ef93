import { EyeOutlined } from '@ant-design/icons'
import { Drawer, Skeleton, Timeline, Typography } from 'antd'
import { Link } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Time } from '../../shared/parts/values.tsx'
import { stateText, toneOf } from '../../shared/states.ts'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { cardText } from './text.ts'

type Card = Output<'vault.cardHistory'>
type Move = Card['history'][number]

const COLORS = { success: 'green', processing: 'blue', warning: 'orange', error: 'red', default: 'gray' } as const

/** Every move of one code and everybody who looked at it. */
export function CardHistory({ cardId, onClose }: { readonly cardId: number; readonly onClose: () => void }) {
  const t = useText(cardText)
  const { data, error } = useRead('vault.cardHistory', { params: { cardId } })
  return (
    <Drawer open size="min(440px, 100vw)" title={t('historyTitle', { id: cardId })} onClose={onClose}>
      {data ? <History card={data} /> : error ? <ErrorState error={error} /> : <Skeleton active />}
    </Drawer>
  )
}

function History({ card }: { readonly card: Card }) {
  return (
    <>
      <p>
        <code>{card.masked}</code> <StateTag kind="card" state={card.state} />
        <br />
        <Typography.Text type="secondary">
          {card.goodsTitle} / {card.skuTitle}
        </Typography.Text>
      </p>
      <Timeline
        items={card.history.map((move, at) => ({
          key: `${move.at}-${at}`,
          color: move.to === 'revealed' ? 'orange' : COLORS[toneOf('card', move.to)],
          ...(move.to === 'revealed' ? { icon: <EyeOutlined /> } : {}),
          content: <Moved move={move} />,
        }))}
      />
    </>
  )
}

function Moved({ move }: { readonly move: Move }) {
  const t = useText(cardText)
  const state = useText(stateText)
  const actor = useActorName()
  const words =
    move.to === 'revealed'
      ? t('revealed')
      : move.from === null
        ? t('movedIn', { to: state(`card.${move.to}`) })
        : t('moved', { from: state(`card.${move.from}`), to: state(`card.${move.to}`) })
  return (
    <>
      <div>{words}</div>
      <Typography.Text type="secondary" style={{ fontSize: 13 }}>
        <Time value={move.at} /> {move.actor && `· ${actor(move.actor)} `}
        <Cause cause={move.cause} />
      </Typography.Text>
    </>
  )
}

/** `order:2611…`, `batch:12`, `staff: the reason given`, or the reason itself. */
function Cause({ cause }: { readonly cause: string }) {
  const t = useText(cardText)
  const order = /^order:(\d{16})$/.exec(cause)?.[1]
  const batch = /^batch:(\d+)$/.exec(cause)?.[1]
  if (order)
    return (
      <>
        · <Link to={`/orders/${order}`}>{t('causeOrder', { no: order })}</Link>
      </>
    )
  if (batch)
    return (
      <>
        · <Link to={`/batches/${batch}`}>{t('causeBatch', { id: batch })}</Link>
      </>
    )
  if (cause === 'expiry') return `· ${t('causeExpired')}`
  return cause === '' ? null : `· ${cause.replace(/^staff: /, '')}`
}

function useActorName(): (actor: string) => string {
  const t = useText(cardText)
  return (actor) => {
    const member = /^member:(\d+)$/.exec(actor)?.[1]
    if (member) return t('member', { id: member })
    if (actor === 'system' || actor === 'vault') return t('system')
    if (actor === 'guest') return t('guest')
    return actor === 'buyer' ? t('buyer') : actor
  }
}
