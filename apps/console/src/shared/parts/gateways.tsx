import { useRead } from '../api/hooks.ts'
import { defineMessages, useBoth, useText } from '../i18n/index.ts'
import type { Option } from '../templates/filters.tsx'

const text = defineMessages('gateways', {
  balance: ['会员余额', 'Member balance'],
  redeem: ['兑换码', 'Redeem code'],
  gift: ['店铺赠送', 'Gift of the shop'],
  alipay: ['支付宝', 'Alipay'],
  wechat: ['微信支付', 'WeChat Pay'],
  epay: ['易支付', 'Epay'],
  stripe: ['Stripe', 'Stripe'],
  'sim-pay': ['仿真支付', 'Sim Pay'],
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

const useMethods = () => useRead('payments.methods', { query: {} }, { staleMs: 300_000 }).data?.items ?? []
