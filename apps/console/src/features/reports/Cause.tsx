import { Link } from 'react-router'
import { useText } from '../../shared/i18n/index.ts'
import { useGatewayName } from '../../shared/parts/gateways.tsx'
import { Nothing } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { reportText } from './text.ts'

/** What a movement was done for; an order leads to its page. */
export function Cause({ cause }: { readonly cause: string }) {
  const t = useText(reportText)
  const may = useMay()
  const gatewayName = useGatewayName()
  const order = /^order:(\d{16})/.exec(cause)?.[1]
  if (order) {
    const words = t('causeOrder', { no: order })
    return may('orders.read') ? <Link to={`/orders/${order}`}>{words}</Link> : words
  }
  if (cause.startsWith('adjust:')) return t('causeAdjust')
  const [, gateway, day] = /^bill:([^:]+):([^:]+)/.exec(cause) ?? []
  if (gateway && day) return t('causeBill', { gateway: gatewayName(gateway), day })
  return cause === '' ? <Nothing /> : cause
}
