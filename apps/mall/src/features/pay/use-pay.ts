import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { call, paidUrl } from '../../shared/api/client.ts'
import { meQuery, rememberOrder } from '../../shared/api/queries.ts'
import type { Order } from '../../shared/api/types.ts'
import { payInApp } from './in-app.ts'

type Cashier = NonNullable<NonNullable<Order['payment']>['cashier']>

/** A finger instead of a mouse: the gateway's page for phones, which can open its app. */
export const device = () => (window.matchMedia('(pointer: coarse)').matches ? 'phone' : 'desktop')

/**
 * Pays by balance, leaves for the gateway's cashier, or gives a code to scan. The cashier brings the buyer back to the
 * order's page; a code is scanned by another device, and this page hears of the payment by itself.
 */
export function usePay(order: Order) {
  const client = useQueryClient()
  const [leaving, setLeaving] = useState(false)
  const [scanning, setScanning] = useState<{ readonly gateway: string; readonly content: string }>()
  // A page brought back by the browser's back button is the same page: it is no longer leaving.
  useEffect(() => {
    const onShow = () => setLeaving(false)
    window.addEventListener('pageshow', onShow)
    return () => window.removeEventListener('pageshow', onShow)
  }, [])

  const open = (gateway: string, cashier: Cashier) => {
    if (cashier.way === 'qr') setScanning({ gateway, content: cashier.content })
    else if (cashier.way === 'in_app') {
      setLeaving(true)
      void payInApp(cashier.params).then((paid) => {
        setLeaving(false)
        // Proves nothing, like every way back: it has the gateway asked soon, and leads to the order.
        if (paid) window.location.assign(paidUrl(gateway, order.no))
      })
    } else if (cashier.way === 'redirect') {
      setLeaving(true)
      window.location.assign(cashier.url)
    }
  }
  const pay = useMutation({
    mutationFn: (gateway: string) =>
      call('orders.pay', { params: { no: order.no }, body: { payWith: gateway, device: device() } }),
    onSuccess: (answer, gateway) => {
      rememberOrder(client, answer)
      if (answer.state === 'pending' && answer.payment?.cashier) open(gateway, answer.payment.cashier)
      else void client.invalidateQueries({ queryKey: meQuery.queryKey })
    },
  })

  return {
    opening: pay.isPending || leaving,
    error: pay.error,
    scanning,
    go: (gateway: string | undefined): void => {
      if (gateway !== scanning?.gateway) setScanning(undefined)
      // Always asked for anew: what is known may be of another device, or closed. What is still good comes back at once.
      if (gateway) pay.mutate(gateway)
    },
  }
}
