import { beijingTime } from '../pages.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import type { BillOffice } from './bills.ts'
import type { Books, Refund, Settlement, Trade } from './books.ts'
import { businessError, invalidParameter } from './errors.ts'
import type { Gateway, OpenInput } from './gateway.ts'
import type { Biz, Call } from './request.ts'
import { parseBeijing, yuan } from './time.ts'

type Answer = Readonly<Record<string, unknown>>
export type MethodParts = {
  readonly books: Books
  readonly gateway: Gateway
  readonly bills: BillOffice
  readonly clock: VirtualClock
  readonly wallClock: () => number
  /** Where pages live. Known only once the server listens. */
  readonly origin: () => string
}

/** Calls that a browser makes: they answer with a page. */
export const PAGE_METHODS: ReadonlyMap<string, string> = new Map([
  ['alipay.trade.page.pay', 'FAST_INSTANT_TRADE_PAY'],
  ['alipay.trade.wap.pay', 'QUICK_WAP_WAY'],
])
const ORDER_LIVES_MS = 15 * 86_400_000

/** Calls that a merchant's server makes, by method; each answers what stands beside `code` and `msg`. */
export function serverMethods(parts: MethodParts): ReadonlyMap<string, (call: Call) => Answer> {
  const { gateway, bills } = parts
  return new Map<string, (call: Call) => Answer>([
    [
      'alipay.trade.precreate',
      (call) => {
        const trade = gateway.open(call.merchant.appId, openInput(parts, call))
        return { out_trade_no: trade.outTradeNo, qr_code: `${parts.origin()}/qr/${trade.token}` }
      },
    ],
    ['alipay.trade.query', (call) => showTrade(gateway.find(call.merchant.appId, tradeKey(call.biz)))],
    [
      'alipay.trade.close',
      (call) => {
        const { tradeNo, outTradeNo } = gateway.close(call.merchant.appId, tradeKey(call.biz))
        return { trade_no: tradeNo, out_trade_no: outTradeNo }
      },
    ],
    ['alipay.trade.refund', (call) => refund(gateway, call)],
    ['alipay.trade.fastpay.refund.query', (call) => refundQuery(gateway, call)],
    [
      'alipay.data.dataservice.bill.downloadurl.query',
      (call) => {
        // Account flow bills (`signcustomer`) are not made here.
        if (call.biz.bill_type !== 'trade') throw businessError('INVAILID_ARGUMENTS', '入参不合法')
        const id = bills.lend(call.merchant.appId, text(call.biz, 'bill_date', /^\d{4}-\d\d-\d\d$/))
        return { bill_download_url: `${parts.origin()}/downloadBillFile.resource?bizType=trade&fileId=${id}` }
      },
    ],
    ['alipay.trade.royalty.relation.bind', (call) => bind(gateway, call)],
    [
      'alipay.trade.order.settle',
      (call) => {
        const made = gateway.sharing.settle(call.merchant.appId, settleInput(call.biz))
        if (made.state === 'FAIL') throw businessError(`ACQ.${made.errorCode}`, '分账失败')
        return { trade_no: made.tradeNo, settle_no: made.settleNo }
      },
    ],
    [
      'alipay.trade.order.settle.query',
      (call) =>
        showSettlement(
          gateway.sharing.find(call.merchant.appId, {
            settleNo: optionalText(call.biz, 'settle_no'),
            outRequestNo: optionalText(call.biz, 'out_request_no'),
          }),
        ),
    ],
  ])
}

/** What a payment asks for, from either kind of call. Times on the wire are the machine's; deadlines the gateway's. */
export function openInput(parts: Pick<MethodParts, 'clock' | 'wallClock'>, call: Call): OpenInput {
  const { biz, params } = call
  const expire = optionalText(biz, 'time_expire')
  const expireMs = expire === undefined ? undefined : parseBeijing(expire)
  if (Number.isNaN(expireMs)) throw invalidParameter('time_expire')
  const product = PAGE_METHODS.get(call.method)
  if (product !== undefined && biz.product_code !== product) throw invalidParameter('product_code')
  const extend = (biz.extend_params ?? {}) as { readonly royalty_freeze?: unknown }
  return {
    method: call.method,
    outTradeNo: text(biz, 'out_trade_no', /^[0-9A-Za-z_-]{1,64}$/),
    totalFen: fen(biz, 'total_amount'),
    subject: text(biz, 'subject', /^[^/=&]{1,256}$/u),
    notifyUrl: params.notify_url ?? '',
    returnUrl: params.return_url ?? '',
    expiresAtMs: parts.clock.now() + (expireMs === undefined ? ORDER_LIVES_MS : expireMs - parts.wallClock()),
    frozen: extend.royalty_freeze === 'true',
  }
}

export function showTrade(trade: Trade): Answer {
  const total = yuan(trade.totalFen)
  return {
    trade_no: trade.tradeNo,
    out_trade_no: trade.outTradeNo,
    buyer_logon_id: trade.buyerLogonId,
    buyer_user_id: trade.buyerId,
    trade_status: trade.status,
    total_amount: total,
    ...(trade.paidAtMs !== undefined && {
      receipt_amount: total,
      buyer_pay_amount: total,
      point_amount: '0.00',
      invoice_amount: total,
      send_pay_date: beijingTime(trade.paidAtMs),
    }),
  }
}

function refund(gateway: Gateway, call: Call): Answer {
  const { biz } = call
  const { trade, changed } = gateway.refund(call.merchant.appId, {
    ...tradeKey(biz),
    // Without a number of its own a refund is the whole one, known by the order's number.
    outRequestNo: optionalText(biz, 'out_request_no') ?? String(biz.out_trade_no),
    amountFen: fen(biz, 'refund_amount'),
    reason: optionalText(biz, 'refund_reason') ?? '',
  })
  return {
    trade_no: trade.tradeNo,
    out_trade_no: trade.outTradeNo,
    buyer_logon_id: trade.buyerLogonId,
    buyer_user_id: trade.buyerId,
    fund_change: changed ? 'Y' : 'N',
    // All that was refunded of the trade so far.
    refund_fee: yuan(trade.refundedFen),
    send_back_fee: yuan(trade.refundedFen),
  }
}

function refundQuery(gateway: Gateway, call: Call): Answer {
  const key = tradeKey(call.biz)
  const trade = gateway.find(call.merchant.appId, key)
  const found = gateway.findRefund(call.merchant.appId, key, text(call.biz, 'out_request_no', /^.{1,64}$/))
  // As the real one: a refund it does not know is a success that says nothing about a refund.
  if (!found) return {}
  return {
    trade_no: trade.tradeNo,
    out_trade_no: trade.outTradeNo,
    out_request_no: found.outRequestNo,
    total_amount: yuan(trade.totalFen),
    refund_amount: yuan(found.amountFen),
    refund_reason: found.reason,
    refund_status: `REFUND_${found.status}`,
    ...(found.errorCode !== undefined && { error_code: found.errorCode }),
    ...(found.doneAtMs !== undefined && { gmt_refund_pay: beijingTime(found.doneAtMs) }),
  }
}

function bind(gateway: Gateway, call: Call): Answer {
  const list = call.biz.receiver_list
  if (!Array.isArray(list) || list.length === 0 || list.length > 20) throw invalidParameter('receiver_list')
  text(call.biz, 'out_request_no', /^.{1,64}$/)
  for (const receiver of list as readonly Biz[]) {
    const type = text(receiver, 'type', /^(userId|loginName|openId)$/)
    const account = text(receiver, 'account', type === 'userId' ? /^2088\d{12}$/ : /^.{3,100}$/)
    const name = optionalText(receiver, 'name') ?? ''
    if (type === 'loginName' && name === '') throw invalidParameter('name')
    gateway.sharing.bind({ appId: call.merchant.appId, type, account, name })
  }
  return { result_code: 'SUCCESS' }
}

function settleInput(biz: Biz) {
  const list = biz.royalty_parameters ?? []
  if (!Array.isArray(list)) throw invalidParameter('royalty_parameters')
  const extend = (biz.extend_params ?? {}) as { readonly royalty_finish?: unknown }
  const finish = extend.royalty_finish === 'true'
  if (list.length === 0 && !finish) throw invalidParameter('royalty_parameters')
  const mode = optionalText(biz, 'royalty_mode') ?? 'sync'
  if (mode !== 'sync' && mode !== 'async') throw invalidParameter('royalty_mode')
  return {
    tradeNo: text(biz, 'trade_no', /^\d{16,64}$/),
    outRequestNo: text(biz, 'out_request_no', /^[0-9A-Za-z_-]{1,32}$/),
    shares: (list as readonly Biz[]).map((share) => ({
      type: text(share, 'trans_in_type', /^(userId|loginName|openId)$/),
      account: text(share, 'trans_in', /^.{3,100}$/),
      amountFen: fen(share, 'amount'),
    })),
    mode,
    finish,
  } as const
}

function showSettlement(settlement: Settlement): Answer {
  return {
    out_request_no: settlement.outRequestNo,
    operation_dt: beijingTime(settlement.madeAtMs),
    royalty_detail_list: settlement.shares.map((share) => ({
      operation_type: 'transfer',
      execute_dt: beijingTime(settlement.madeAtMs),
      trans_in: share.account,
      trans_in_type: share.type,
      amount: yuan(share.amountFen),
      state: settlement.state,
      ...(settlement.errorCode !== undefined && { error_code: settlement.errorCode, error_desc: '余额不足' }),
    })),
  }
}

export const showRefund = (refund: Refund): Answer => ({
  out_trade_no: refund.outTradeNo,
  out_request_no: refund.outRequestNo,
  refund_amount: yuan(refund.amountFen),
  status: refund.status,
})

function tradeKey(biz: Biz): { readonly outTradeNo?: string | undefined; readonly tradeNo?: string | undefined } {
  const key = { outTradeNo: optionalText(biz, 'out_trade_no'), tradeNo: optionalText(biz, 'trade_no') }
  if (key.outTradeNo === undefined && key.tradeNo === undefined) throw invalidParameter('out_trade_no')
  return key
}

function text(biz: Biz, name: string, shape: RegExp): string {
  const value = biz[name]
  if (typeof value !== 'string' || !shape.test(value)) throw invalidParameter(name)
  return value
}

function optionalText(biz: Biz, name: string): string | undefined {
  const value = biz[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Amounts are yuan with at most two decimals, as text or number. */
function fen(biz: Biz, name: string): number {
  const match = /^(\d{1,9})(?:\.(\d{1,2}))?$/.exec(String(biz[name] ?? ''))
  const amount = match ? Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0')) : 0
  if (amount <= 0) throw invalidParameter(name)
  return amount
}
