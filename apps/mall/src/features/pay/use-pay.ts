import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { call } from '../../shared/api/client.ts'
import { meQuery, rememberOrder } from '../../shared/api/queries.ts'
import type { Order } from '../../shared/api/types.ts'

/** Pays by balance, or leaves for the gateway's cashier. The cashier brings the buyer back to the order's page. */
export function usePay(order: Order) {
  const client = useQueryClient()
  const [leaving, setLeaving] = useState(false)
  // A page brought back by the browser's back button is the same page: it is no longer leaving.
  useEffect(() => {
    const onShow = () => setLeaving(false)
    window.addEventListener('pageshow', onShow)
    return () => window.removeEventListener('pageshow', onShow)
  }, [])

  const leave = (payUrl: string) => {
    setLeaving(true)
    window.location.assign(payUrl)
  }
  const pay = useMutation({
    mutationFn: (gateway: string) => call('orders.pay', { params: { no: order.no }, body: { payWith: gateway } }),
    onSuccess: (answer) => {
      rememberOrder(client, answer)
      if (answer.state === 'pending' && answer.payment?.payUrl) leave(answer.payment.payUrl)
      else void client.invalidateQueries({ queryKey: meQuery.queryKey })
    },
  })

  return {
    opening: pay.isPending || leaving,
    error: pay.error,
    go: (gateway: string | undefined): void => {
      const known = order.payment
      if (known?.payUrl && known.gateway === gateway) leave(known.payUrl)
      else if (gateway) pay.mutate(gateway)
    },
  }
}
