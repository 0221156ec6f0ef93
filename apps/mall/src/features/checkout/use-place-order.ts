import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from 'react-router'
import { call, problemOf } from '../../shared/api/client.ts'
import { isUncertain } from '../../shared/api/problem.ts'
import { meQuery, rememberOrder } from '../../shared/api/queries.ts'
import type { Quote } from '../../shared/api/types.ts'
import { leaveChannel, ofChannel } from '../../shared/channel.ts'
import { currentLocale } from '../../shared/i18n/index.ts'
import { placingKey } from '../../shared/placing-key.ts'
import { againOf, type Draft, draftMemory, formOf } from './draft.ts'
import { askOf, type Line, quotedLine } from './lines.ts'

export type Placing = {
  readonly lines: readonly Line[]
  readonly draft: Draft
  /** What the buyer saw: the proof of price. */
  readonly shown: Quote
  readonly guest: boolean
  readonly balanceFen: number
}

/** Places the order and goes where it continues: to the codes when it is paid already, else to the payment. */
export function usePlaceOrder() {
  const client = useQueryClient()
  const navigate = useNavigate()
  return useMutation({
    mutationFn: async (placing: Placing) => {
      const body = orderOf(placing)
      const order = await call('orders.place', { body }, { idempotencyKey: placingKey.for(body) })
      return { order }
    },
    onSuccess: ({ order }) => {
      placingKey.forget()
      draftMemory.forget()
      rememberOrder(client, order)
      void client.invalidateQueries({ queryKey: meQuery.queryKey })
      void navigate(order.state === 'pending' ? `/pay/${order.no}` : `/orders/${order.no}`, { replace: true })
    },
    onError: (error) => {
      // After a definite "no" the same order may be tried anew; after silence it must carry the same key.
      if (!isUncertain(problemOf(error))) placingKey.forget()
      if (problemOf(error).code === 'orders.channel_closed') leaveChannel()
    },
  })
}

function orderOf({ lines, draft, shown, guest, balanceFen }: Placing) {
  return {
    lines: lines.map((line) => ({
      ...askOf(line),
      unitPriceFen: quotedLine(shown, line.sku.id)?.unitPriceFen ?? line.sku.priceFen,
      unitPoints: quotedLine(shown, line.sku.id)?.unitPoints ?? line.sku.pricePoints,
      form: formOf(draft, line),
      ...optional(againOf(draft, line)),
      ...(line.later ? { later: true } : {}),
    })),
    contact: draft.contact.trim(),
    ...(guest && draft.queryPassword !== '' ? { queryPassword: draft.queryPassword } : {}),
    payWith: draft.payWith,
    ...(balanceFen > 0 ? { balanceFen } : {}),
    locale: currentLocale(),
    ...ofChannel(),
  }
}

const optional = (formAgain: Record<string, string> | undefined) => (formAgain === undefined ? {} : { formAgain })
