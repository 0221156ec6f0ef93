import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { isCalledBack } from '../called-back.ts'
import { followOrder } from './client.ts'
import { orderQuery } from './queries.ts'
import type { Order } from './types.ts'

/** While it is unpaid, paid and not wholly handed over, complained about or called back, news may come any moment. */
const awaitsNews = (order: Order): boolean =>
  order.state === 'pending' ||
  order.state === 'paid' ||
  order.complaints.some(({ endedAt }) => endedAt === null) ||
  order.recalls.some(({ state }) => isCalledBack(state)) ||
  order.recharge?.state === 'refunding' ||
  order.recharge?.state === 'exception' ||
  order.lines.some(
    (line) =>
      line.state === 'waiting' ||
      line.state === 'supplying' ||
      line.state === 'exception' ||
      line.state === 'refunding',
  )

/** Of codes in hand there is rarely news, but whoever has them in sight is to hear at once that they were called back. */
const showsCodes = (order: Order): boolean => order.lines.some(({ codes }) => codes && codes.length > 0)

/** Asked this often only while the push channel is down, */
const FALLBACK_POLL_MS = 5_000
/** and this often then about codes in hand. */
const SETTLED_POLL_MS = 60_000

function askAgainAfter(order: Order | undefined, connected: boolean): number | false {
  if (!order || connected) return false
  if (awaitsNews(order)) return FALLBACK_POLL_MS
  return showsCodes(order) ? SETTLED_POLL_MS : false
}

/**
 * An order that stays current by itself: the server pushes every change; when the push channel breaks, the page asks by
 * itself until it is back. An order that is finished is followed while somebody looks at its codes: a browser has few
 * connections to give, and on coming back the page is told the order anew.
 */
export function useLiveOrder(no: number) {
  const client = useQueryClient()
  const [connected, setConnected] = useState(true)
  const query = useQuery({
    ...orderQuery(no),
    refetchInterval: ({ state }) => askAgainAfter(state.data, connected),
  })
  const isSeen = useSyncExternalStore(onVisibility, () => document.visibilityState === 'visible')
  const following = query.data !== undefined && (awaitsNews(query.data) || (isSeen && showsCodes(query.data)))

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

function onVisibility(changed: () => void): () => void {
  document.addEventListener('visibilitychange', changed)
  return () => document.removeEventListener('visibilitychange', changed)
}
