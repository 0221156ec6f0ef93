import { isIP } from 'node:net'
import { z } from 'zod'
import type { Outbound } from '../../../../platform/outbound/index.ts'
import type {
  Cashier,
  CloseOutcome,
  CreateOutcome,
  GatewayAccount,
  GatewayTrade,
  PaymentCall,
  PaymentRef,
  QueryOutcome,
  Scene,
} from '../../gateway.ts'
import { openMerchant, type WechatMerchant } from './account.ts'
import { bridgeParams } from './signing.ts'
import { callWechat, clip, outcomeOf, unknown } from './wire.ts'

const DESCRIPTION_BYTES_MAX = 127
const WAYS = { qr: 'native', h5: 'h5', in_app: 'jsapi' } as const satisfies Partial<Record<Scene, string>>
/** Money may have come under this number already: only a query tells. */
const ASK_INSTEAD: ReadonlySet<string> = new Set(['ORDERPAID', 'ORDER_PAID', 'OUT_TRADE_NO_USED'])
const NOT_THERE: ReadonlySet<string> = new Set(['ORDER_NOT_EXIST', 'RESOURCE_NOT_EXISTS'])

const created = z.union([
  z.object({ code_url: z.string().min(1) }),
  z.object({ h5_url: z.url() }),
  z.object({ prepay_id: z.string().regex(/^\w{1,64}$/) }),
])

/** A payment as queries and notices tell it. */
export const transaction = z.object({
  mchid: z.string(),
  appid: z.string(),
  out_trade_no: z.string().regex(/^[0-9A-Za-z_\-|*]{6,32}$/),
  trade_state: z.enum(['SUCCESS', 'REFUND', 'NOTPAY', 'CLOSED', 'REVOKED', 'USERPAYING', 'PAYERROR', 'ACCEPT']),
})
export const paidTransaction = transaction.extend({
  transaction_id: z.string().regex(/^[0-9A-Za-z]{1,32}$/),
  success_time: z.iso.datetime({ offset: true }),
  amount: z.object({
    total: z.int().positive(),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .default('CNY'),
  }),
})

export async function create(
  outbound: Outbound,
  account: GatewayAccount,
  payment: PaymentCall,
): Promise<CreateOutcome> {
  const merchant = openMerchant(account)
  if ('kind' in merchant) return merchant
  if (payment.scene === 'page') return refused('SCENE_UNKNOWN', 'WeChat Pay has no page for desktops')
  if (payment.scene === 'in_app' && !payment.openId) return refused('OPENID_MISSING', 'the person’s openid is needed')
  const way = WAYS[payment.scene]
  const request = { method: 'POST', path: `/v3/pay/transactions/${way}`, value: terms(merchant, payment) } as const
  const first = await callWechat(outbound, account, request)
  // The same number with the same terms answers the same, so a person need not be bothered with one lost answer.
  const answer = first.kind === 'unknown' ? await callWechat(outbound, account, request) : first
  if (answer.kind === 'answer' && ASK_INSTEAD.has(answer.code)) return unknown(answer.code)
  return outcomeOf<CreateOutcome>(answer, (value) => {
    const parsed = created.safeParse(value)
    const cashier = parsed.success ? cashierOf(merchant, payment, parsed.data) : undefined
    return cashier ? { kind: 'done', cashier } : unknown('nothing to pay with in the answer')
  })
}

/** Only the number and the amount tell what is bought; `description` is what the person sees on the bill. */
function terms(merchant: WechatMerchant, payment: PaymentCall): Readonly<Record<string, unknown>> {
  const ip = isIP(payment.clientIp) > 0 ? { payer_client_ip: payment.clientIp } : undefined
  return {
    appid: merchant.appId,
    mchid: merchant.mchid,
    description: clip(payment.subject, DESCRIPTION_BYTES_MAX),
    out_trade_no: payment.paymentNo,
    time_expire: wireTime(payment.expiresAt),
    notify_url: payment.notifyUrl,
    amount: { total: payment.amountFen, currency: payment.currency },
    ...(payment.scene === 'in_app' && { payer: { openid: payment.openId } }),
    ...(payment.scene === 'h5' && { scene_info: { ...ip, h5_info: { type: 'Wap' } } }),
    ...(payment.scene !== 'h5' && ip && { scene_info: ip }),
    ...(payment.split && { settle_info: { profit_sharing: true } }),
  }
}

function cashierOf(
  merchant: WechatMerchant,
  payment: PaymentCall,
  value: z.infer<typeof created>,
): Cashier | undefined {
  if (payment.scene === 'qr' && 'code_url' in value) return { way: 'qr', content: value.code_url }
  if (payment.scene === 'in_app' && 'prepay_id' in value) {
    return { way: 'in_app', params: bridgeParams(merchant, value.prepay_id) }
  }
  if (payment.scene !== 'h5' || !('h5_url' in value)) return undefined
  const url = new URL(value.h5_url)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined
  url.searchParams.set('redirect_url', payment.returnUrl)
  return { way: 'redirect', url: url.href }
}

export async function query(outbound: Outbound, account: GatewayAccount, ref: PaymentRef): Promise<QueryOutcome> {
  const path = `/v3/pay/transactions/out-trade-no/${ref.paymentNo}?mchid=${encodeURIComponent(account.merchantId)}`
  const answer = await callWechat(outbound, account, { method: 'GET', path })
  if (answer.kind === 'answer' && NOT_THERE.has(answer.code)) return { kind: 'done', state: 'not_found', trades: [] }
  return outcomeOf<QueryOutcome>(answer, (value) => {
    const parsed = transaction.safeParse(value)
    if (!parsed.success) return unknown('the payment’s state is not readable')
    const { mchid, appid, out_trade_no, trade_state } = parsed.data
    if (mchid !== account.merchantId || appid !== account.settings.appId?.trim() || out_trade_no !== ref.paymentNo) {
      return unknown('the answer is about another payment')
    }
    // REFUND: it was paid, and something of it went back since.
    if (trade_state === 'SUCCESS' || trade_state === 'REFUND') {
      const paid = paidTransaction.safeParse(value)
      return paid.success
        ? { kind: 'done', state: 'paid', trades: [tradeOf(paid.data)] }
        : unknown('the payment’s trade is not readable')
    }
    const closed = trade_state === 'CLOSED' || trade_state === 'REVOKED'
    return { kind: 'done', state: closed ? 'closed' : 'waiting', trades: [] }
  })
}

export async function close(outbound: Outbound, account: GatewayAccount, ref: PaymentRef): Promise<CloseOutcome> {
  const path = `/v3/pay/transactions/out-trade-no/${ref.paymentNo}/close`
  const answer = await callWechat(outbound, account, { method: 'POST', path, value: { mchid: account.merchantId } })
  if (answer.kind === 'answer') {
    if (NOT_THERE.has(answer.code)) return { kind: 'done', state: 'not_found' }
    if (answer.code === 'ORDERPAID' || answer.code === 'ORDER_PAID') return { kind: 'done', state: 'paid' }
    if (answer.code === 'ORDER_CLOSED') return { kind: 'done', state: 'closed' }
  }
  return outcomeOf<CloseOutcome>(answer, () => ({ kind: 'done', state: 'closed' }))
}

export function tradeOf(paid: z.infer<typeof paidTransaction>): GatewayTrade {
  return {
    tradeNo: paid.transaction_id,
    amountFen: paid.amount.total,
    currency: paid.amount.currency,
    paidAt: paid.success_time,
  }
}

const refused = (code: string, message: string): CreateOutcome => ({ kind: 'refused', code, message })

/** RFC 3339 to the second, in Beijing: fractions are refused. */
const wireTime = (at: Date): string => `${new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`
