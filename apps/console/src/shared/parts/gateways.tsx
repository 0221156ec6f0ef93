import { useRead } from '../api/hooks.ts'
import { defineMessages, useBoth, useText } from '../i18n/index.ts'
import type { Option } from '../templates/filters.tsx'

const text = defineMessages('gateways', {
  balance: ['会员余额', 'Member balance'],
  'sim-pay': ['模拟支付', 'Stand-in payment'],
})

/** What people call a way to pay. One that the shop no longer offers keeps its own name. */
export function useGatewayName(): (gateway: string | null) => string {
  const both = useBoth()
  const t = useText(text)
  const methods = useMethods()
  return (gateway) => {
    if (gateway === null) return ''
    const method = methods.find((one) => one.gateway === gateway)
    if (method) return both(method.name, method.nameEn)
    return gateway in text.keys ? t(gateway as keyof typeof text.keys) : gateway
  }
}

/** Ways to pay, as the options of a filter. */
export function useGatewayOptions(): readonly Option[] {
  const name = useGatewayName()
  const gateways = new Set([...useMethods().map((method) => method.gateway), 'balance'])
  return [...gateways].map((gateway) => ({ value: gateway, label: name(gateway) }))
}

const useMethods = () => useRead('payments.methods', {}, { staleMs: 300_000 }).data?.items ?? []
