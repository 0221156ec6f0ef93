import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query'
import { currentChannel, leaveChannel, ofChannel } from '../channel.ts'
import { call, problemOf } from './client.ts'
import { memberHint } from './member-hint.ts'
import { isStandstill } from './problem.ts'
import type { Order } from './types.ts'

/** Questions that several features ask, so that each is answered once. */

const OPEN_AGAIN_MS = 5_000

export const shopQuery = queryOptions({
  queryKey: ['shop'],
  queryFn: () => call('tenancy.getShop', {}),
  staleTime: 5 * 60_000,
  // Nobody else is told when the shop opens again.
  refetchInterval: ({ state }) => (state.error && isStandstill(problemOf(state.error)) ? OPEN_AGAIN_MS : false),
})
export const useShop = () => useQuery(shopQuery)

/** The channel this tab came through, by name; null for the mall itself. One that is no more is left. */
export const useChannel = () =>
  useQuery({
    queryKey: ['channel'],
    enabled: currentChannel() !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      try {
        return await call('stock.mallChannel', { params: { channel: currentChannel() ?? '' } })
      } catch (error) {
        if (problemOf(error).status !== 404) throw error
        leaveChannel()
        return null
      }
    },
  })

/** Categories and tags that have goods on sale. */
export const useShelves = () =>
  useQuery({ queryKey: ['shelves'], queryFn: () => call('catalog.mallShelves', {}), staleTime: 60_000 })

export const goodsQuery = (id: number) =>
  queryOptions({
    queryKey: ['goods', id],
    queryFn: () => call('catalog.mallGetGoods', { params: { id }, query: ofChannel() }),
    staleTime: 15_000,
  })

/** The signed-in member, or null. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async () => {
    try {
      const me = await call('members.getMe', {})
      memberHint.write(true)
      return me
    } catch (error) {
      if (problemOf(error).status !== 401) throw error
      memberHint.write(false)
      return null
    }
  },
  staleTime: 60_000,
})
export const useMe = () => useQuery(meQuery)
/** For the frame, which also stands on pages that need no answer: asks only where someone has signed in before. */
export const useLikelyMe = () => useQuery({ ...meQuery, enabled: memberHint.read() })

/** How many messages the member has not read. Asked only where someone is signed in. */
export const unreadQuery = queryOptions({
  queryKey: ['unread'],
  queryFn: async () => (await call('notify.countMyMessages', {})).unread,
  staleTime: 30_000,
  refetchInterval: 60_000,
})
export function useUnread() {
  const { data: me } = useLikelyMe()
  return useQuery({ ...unreadQuery, enabled: Boolean(me) })
}

/** Whether the member is told by WeCom, and could be. Asked only where someone is signed in. */
export const myWecomQuery = queryOptions({
  queryKey: ['wecom'],
  queryFn: () => call('notify.myWecom', {}),
  staleTime: 60_000,
})

/** What a member may put on the balance, and what comes on top. */
export const rechargeOfferQuery = queryOptions({
  queryKey: ['recharge-offer'],
  queryFn: () => call('orders.rechargeOffer', {}),
  staleTime: 60_000,
})
export const useRechargeOffer = () => useQuery(rechargeOfferQuery)

/** Ways to pay this amount, each with the fee that it adds. */
const methodsQuery = (amountFen: number) =>
  queryOptions({
    queryKey: ['payment-methods', amountFen],
    queryFn: async () => (await call('payments.methods', { query: { amountFen } })).items,
    staleTime: 60_000,
  })
/** Waits as long as the amount is not known. */
export const useMethods = (amountFen: number | undefined) =>
  useQuery({ ...methodsQuery(amountFen ?? 0), enabled: amountFen !== undefined })

export const orderQuery = (no: number) =>
  queryOptions({
    queryKey: ['order', no],
    queryFn: () => call('orders.get', { params: { no } }),
    staleTime: 0,
  })

/** Puts an order that a call answered where the order's pages look for it. */
export function rememberOrder(client: QueryClient, order: Order): void {
  client.setQueryData(orderQuery(order.no).queryKey, order)
  void client.invalidateQueries({ queryKey: ['orders'] })
}
