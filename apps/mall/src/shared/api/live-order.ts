import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { followOrder } from './client.ts'
import { orderQuery } from './queries.ts'
import type { Order } from './types.ts'

/** While it is unpaid, paid and not wholly handed over, complained about or called back, news may come any moment. */
const awaitsNews = (order: Order): boolean =>
  order.state === 'pending' ||
  order.state === 'paid' ||
  order.complaints.some(({ endedAt }) => endedAt === null) ||
  order.recalls.some(({ state }) => state === 'recalled' || state === 'replacing' || state === 'refunding') ||
  order.recharge?.state === 'refunding' ||
  order.recharge?.state === 'exception' ||
  order.lines.some(
    (line) =>
      line.state === 'waiting' ||
      line.state === 'supplying' ||
      line.state === 'exception' ||
      line.state === 'refunding',
  )

/** Asked this often only while the push channel is down. */
const FALLBACK_POLL_MS = 5_000
/** Of codes that were handed over there is rarely news, but a recall is to be heard of by whoever still has the page open. */
const SETTLED_POLL_MS = 60_000

function askAgainAfter(order: Order | undefined, connected: boolean): number | false {
  if (!order) return false
  if (awaitsNews(order)) return connected ? false : FALLBACK_POLL_MS
  return order.lines.some(({ codes }) => codes && codes.length > 0) ? SETTLED_POLL_MS : false
}

/**
 * An order that stays current by itself: the server pushes every change; when the push channel breaks, the page asks
 * every few seconds until it is back. With its codes in hand it asks once a minute.
 */
export function useLiveOrder(no: number) {
  const client = useQueryClient()
  const [connected, setConnected] = useState(true)
  const query = useQuery({
    ...orderQuery(no),
    refetchInterval: ({ state }) => askAgainAfter(state.data, connected),
  })
  const following = query.data !== undefined && awaitsNews(query.data)

  useEffect(() => {
    if (!following) return
    return followOrder(no, {
      onOrder: (order) => {
        setConnected(true)
        client.setQueryData(orderQuery(no).queryKey, order)
      },
      onBroken: () => setConnected(false),
    })
  }, [client, no, following])

  return { ...query, connected }
}
