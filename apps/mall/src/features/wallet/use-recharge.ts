import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from 'react-router'
import { call, problemOf } from '../../shared/api/client.ts'
import { isUncertain } from '../../shared/api/problem.ts'
import { rechargeOfferQuery, rememberOrder } from '../../shared/api/queries.ts'
import { currentLocale } from '../../shared/i18n/index.ts'
import { placingKey } from '../../shared/placing-key.ts'

type Wanted = { readonly amountFen: number; readonly bonusFen: number; readonly payWith: string }

/** Places the recharge and goes on to its payment. A bonus that has changed is shown anew before it is asked again. */
export function useRecharge() {
  const client = useQueryClient()
  const navigate = useNavigate()
  return useMutation({
    mutationFn: async (wanted: Wanted) => {
      const body = { ...wanted, locale: currentLocale() }
      return await call('orders.placeRecharge', { body }, { idempotencyKey: placingKey.for(body) })
    },
    onSuccess: (order) => {
      placingKey.forget()
      rememberOrder(client, order)
      void navigate(`/pay/${order.no}`)
    },
    onError: (error) => {
      const problem = problemOf(error)
      if (!isUncertain(problem)) placingKey.forget()
      if (problem.code.startsWith('orders.')) void client.invalidateQueries({ queryKey: rechargeOfferQuery.queryKey })
    },
  })
}
