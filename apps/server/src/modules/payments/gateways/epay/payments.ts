import { fenToYuan, yuanToFen } from '@quanshu/kernel'
import type { Outbound } from '../../../../platform/outbound/index.ts'
import type {
  Cashier,
  CloseOutcome,
  CreateOutcome,
  GatewayAccount,
  PaymentCall,
  PaymentRef,
  QueryOutcome,
  Refused,
  Unknown,
} from '../../gateway.ts'
import { beijingTime } from '../beijing-day.ts'
import { channelOf, deviceOf, isOwnType } from './channel.ts'
import { type Params, signed, signingOf } from './signing.ts'
import {
  askWithKey,
  baseOf,
  type EpayAnswer,
  isNotFound,
  isUnsure,
  NOT_CONFIGURED,
  postSigned,
  refused,
  unknown,
} from './wire.ts'

/** Opens a payment: by a signed address of the operator's page, or by asking him for a code or an address. */
export async function create(
  outbound: Outbound,
  account: GatewayAccount,
  payment: PaymentCall,
): Promise<CreateOutcome> {
  if (payment.currency !== 'CNY') return refused('currency_unsupported', `${payment.currency} is not taken`)
  const rsa = signingOf(account) === 'RSA'
  const params = paramsOf(account, payment)
  const channel = channelOf(account)
  // v2's signed address is good for five minutes: it is followed at once, and leads to an address that lasts.
  if (payment.scene === 'page' || account.settings.opening === 'page' || channel === 'any')
    return pageOf(account, params)

  const asked = { ...params, clientip: payment.clientIp, device: deviceOf(payment.scene, channel) }
  const call = () =>
    rsa
      ? postSigned(outbound, account, '/api/pay/create', { ...asked, ...methodOf(account, payment) })
      : postSigned(outbound, account, '/mapi.php', asked)
  const first = await call()
  const answer = first.kind === 'unknown' ? await call() : first
  if (answer.kind !== 'answer') return answer
  if (!answer.ok) return isUnsure(answer.message) ? unknown(answer.message) : refused('refused', answer.message)
  const cashier = rsa ? cashierOfV2(account, payment, answer.fields) : cashierOfV1(account, payment, answer.fields)
  // Operators who answer with a whole page show the same page at their own address.
  if (cashier === 'page') return pageOf(account, params)
  if (!cashier) return unknown('nothing to pay with in the answer')
  return { kind: 'done', cashier, ...(answer.fields.trade_no && { reference: answer.fields.trade_no }) }
}

function paramsOf(account: GatewayAccount, payment: PaymentCall): Params {
  const channel = channelOf(account)
  return {
    pid: account.merchantId,
    ...(channel !== 'any' && { type: channel }),
    out_trade_no: payment.paymentNo,
    notify_url: payment.notifyUrl,
    return_url: payment.returnUrl,
    name: payment.subject,
    money: fenToYuan(payment.amountFen),
  }
}

/** v2: inside WeChat and the like a payment needs the person's id there; everywhere else the operator decides. */
function methodOf(account: GatewayAccount, payment: PaymentCall): Params {
  if (payment.scene !== 'in_app' || payment.openId === undefined) return { method: 'web' }
  const { appId } = account.settings
  return { method: 'jsapi', sub_openid: payment.openId, ...(appId && { sub_appid: appId }) }
}

function pageOf(account: GatewayAccount, params: Params): CreateOutcome {
  const all = signed(account, params)
  if (!all) return NOT_CONFIGURED
  const path = signingOf(account) === 'RSA' ? '/api/pay/submit' : '/submit.php'
  return { kind: 'done', cashier: { way: 'redirect', url: `${baseOf(account)}${path}?${new URLSearchParams(all)}` } }
}

function cashierOfV1(account: GatewayAccount, payment: PaymentCall, fields: Params): Cashier | undefined {
  const { payurl = '', qrcode = '', urlscheme = '' } = fields
  const url = addressOf(account, payurl) ?? addressOf(account, urlscheme)
  const code = qrcode === '' ? undefined : (addressOf(account, qrcode) ?? qrcode)
  if (payment.scene !== 'qr' && url !== undefined) return { way: 'redirect', url }
  const content = code ?? url
  return content === undefined ? undefined : { way: 'qr', content }
}

function cashierOfV2(account: GatewayAccount, payment: PaymentCall, fields: Params): Cashier | 'page' | undefined {
  const { pay_type: type = '', pay_info: info = '' } = fields
  const url = addressOf(account, info)
  switch (type) {
    case 'jump':
    case 'urlscheme':
      if (url === undefined) return undefined
      return payment.scene === 'qr' ? { way: 'qr', content: url } : { way: 'redirect', url }
    case 'qrcode':
      return info === '' ? undefined : { way: 'qr', content: url ?? info }
    case 'jsapi': {
      const params = parseParams(info)
      return params && { way: 'in_app', params }
    }
    case 'html':
      return 'page'
    default:
      return undefined
  }
}

/** An address a browser may go to: absolute, or from the root of the operator's site. No script, no data. */
function addressOf(account: GatewayAccount, text: string): string | undefined {
  const base = `${baseOf(account)}/`
  const absolute = text.startsWith('/') && URL.canParse(text, base) ? new URL(text, base).href : text
  return /^(?!javascript|data|vbscript|file)[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(absolute) ? absolute : undefined
}

function parseParams(text: string): Params | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return undefined
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, String(part)]))
  } catch {
    return undefined
  }
}

/** An order as the operator tells it, proven to be the one that was asked about. */
export type EpayOrder = {
  readonly tradeNo: string
  readonly status: number
  readonly amountFen: number
  readonly fields: Params
}
export type OrderAnswer =
  | { readonly kind: 'order'; readonly order: EpayOrder }
  | { readonly kind: 'not_found' }
  | Refused
  | Unknown

export async function orderOf(outbound: Outbound, account: GatewayAccount, paymentNo: string): Promise<OrderAnswer> {
  const params = { out_trade_no: paymentNo }
  const answer =
    signingOf(account) === 'RSA'
      ? await postSigned(outbound, account, '/api/pay/query', { pid: account.merchantId, ...params })
      : await askWithKey(outbound, account, 'order', params)
  if (answer.kind !== 'answer') return answer
  if (!answer.ok) return isNotFound(answer.message) ? { kind: 'not_found' } : unknown(answer.message || 'no order')
  return boundOrder(account, answer, paymentNo)
}

/** The answer's own number, merchant, channel and amount must fit; otherwise it proves nothing about this payment. */
function boundOrder(account: GatewayAccount, { fields }: EpayAnswer, paymentNo: string): OrderAnswer {
  const { trade_no: tradeNo = '', out_trade_no: no, pid, type, status = '', money = '' } = fields
  if (no !== paymentNo) return unknown('the answer is about another payment')
  if (pid !== undefined && pid !== account.merchantId) return unknown('the answer is about another merchant')
  if (!/^[0-4]$/.test(status)) return unknown(`the payment’s state is ${status}`)
  const amountFen = yuanToFen(money)
  const paid = status !== '0' && status !== '4'
  if (paid && !isOwnType(account, type)) return unknown(`paid by ${type}, which is not this gateway’s channel`)
  if (paid && (amountFen === undefined || amountFen <= 0 || !isTradeNo(tradeNo)))
    return unknown('amount or number is not readable')
  return { kind: 'order', order: { tradeNo, status: Number(status), amountFen: amountFen ?? 0, fields } }
}

export const isTradeNo = (text: string): boolean => /^[0-9A-Za-z_-]{1,64}$/.test(text)

/** 0 unpaid, 1 paid, 2 refunded, 3 frozen by the operator, 4 only reserved. Money came with 1, 2 and 3. */
export async function query(outbound: Outbound, account: GatewayAccount, payment: PaymentRef): Promise<QueryOutcome> {
  const found = await orderOf(outbound, account, payment.paymentNo)
  if (found.kind === 'not_found') return { kind: 'done', state: 'not_found', trades: [] }
  if (found.kind !== 'order') return found
  const { tradeNo, status, amountFen, fields } = found.order
  if (status === 0 || status === 4) return { kind: 'done', state: 'waiting', trades: [] }
  const paidAt = beijingTime(fields.endtime ?? '') ?? new Date().toISOString()
  return { kind: 'done', state: 'paid', trades: [{ tradeNo, amountFen, currency: 'CNY', paidAt }] }
}

/** Only v2 can close. With v1 an open order stays open at the operator, and what comes late comes late. */
export async function close(outbound: Outbound, account: GatewayAccount, payment: PaymentRef): Promise<CloseOutcome> {
  const rsa = signingOf(account) === 'RSA'
  const answer = rsa
    ? await postSigned(outbound, account, '/api/pay/close', {
        pid: account.merchantId,
        out_trade_no: payment.paymentNo,
      })
    : undefined
  if (answer?.kind === 'unknown' || answer?.kind === 'refused') return answer
  if (answer?.ok) return { kind: 'done', state: 'closed' }
  const found = await query(outbound, account, payment)
  if (found.kind !== 'done') return found
  if (found.state !== 'waiting') return { kind: 'done', state: found.state }
  return refused('close_unsupported', answer?.message || 'this protocol cannot close a payment')
}
