import { startAlipay } from '@quanshu/sim/alipay'
import { startEpay } from '@quanshu/sim/epay'
import { startStripe } from '@quanshu/sim/stripe'
import { startWechat } from '@quanshu/sim/wechat'
import type { saveGateway } from '../../../src/modules/payments/index.ts'
import { notifyUrlOf } from '../../../src/modules/payments/index.ts'
import type { House, Shop } from '../shop.ts'
import type { Gateway, OrderPlan, RefundPlan } from './plan.ts'

/** One gateway's stand-in, told in one language for all of them. */
export type StandIn = {
  readonly gateway: Gateway
  readonly account: Omit<Parameters<typeof saveGateway>[4], 'enabled'>
  readonly pay: (paymentNo: string, options?: { readonly late?: boolean }) => Promise<void>
  /** Somebody pays this amount under this number, which nobody has opened here. */
  readonly payUnasked?: (paymentNo: string, amountFen: number, notifyUrl: string) => Promise<void>
  readonly repeat: (paymentNo: string, count: number) => Promise<unknown>
  readonly fault: (kind: string, fault: FaultOf) => void
  /** What the gateway has of ours by its own books: payments less refunds and chargebacks, in fen. */
  readonly heldFen: () => number
  readonly advance: (ms: number) => Promise<void>
}
type FaultOf = {
  readonly key: string
  readonly endpoint?: string
  readonly times?: number
  readonly ms?: number
  readonly count?: number
  readonly amount?: number
  readonly value?: string
}

export type StandIns = {
  readonly of: (gateway: Gateway) => StandIn
  readonly all: readonly StandIn[]
  readonly stripe: Awaited<ReturnType<typeof startStripe>>
  readonly close: () => Promise<unknown>
}

/** Starts what the house does not have yet, and lets the shop use all of it. */
export async function startStandIns(house: House): Promise<StandIns> {
  const host = '127.0.0.1'
  const [alipay, wechat, epay, stripe] = await Promise.all([
    startAlipay({ host }),
    startWechat({ host }),
    startEpay({ host }),
    startStripe({ host }),
  ])
  const all = [alipayOf(alipay), wechatOf(wechat), epayOf(epay), stripeOf(stripe), simPayOf(house.standIns.paygate)]
  const of = (gateway: Gateway): StandIn => {
    const found = all.find((one) => one.gateway === gateway)
    if (!found) throw new Error(gateway)
    return found
  }
  return { of, all, stripe, close: () => Promise.all([alipay, wechat, epay, stripe].map((one) => one.close())) }
}

/** Stripe alone has to be told where its notices go, and says what they will be signed with. */
export function accountsOf(
  standIns: StandIns,
  house: House,
  shop: Shop,
): readonly Pick<StandIn, 'gateway' | 'account'>[] {
  const secret = standIns.stripe.control.setWebhook(notifyUrlOf(house.platform.config.publicUrl, shop.slug, 'stripe'))
  return standIns.all.map(({ gateway, account }) => ({
    gateway,
    account: gateway === 'stripe' ? { ...account, secrets: { ...account.secrets, webhookSecret: secret } } : account,
  }))
}

const NEWS_FAULTS = {
  once: undefined,
  thrice: undefined,
  parallel: 'notice.parallel',
  lost: 'notice.lose',
  forged: 'notice.forge',
  tampered: 'notice.tamper',
  lying: 'notice.wrong_amount',
  before_answer: 'create.notice_first',
} as const satisfies Record<OrderPlan['news'], string | undefined>

export function plantNews(standIn: StandIn, paymentNo: string, news: OrderPlan['news']): void {
  const kind = NEWS_FAULTS[news]
  if (kind) standIn.fault(kind, { key: paymentNo, times: 1, count: 2 })
}

/** Long enough that the refund's first answer is "taken", short enough to be waited for. */
const SLOW_MS = 300

export function plantRefundAnswer(standIn: StandIn, paymentNo: string, answer: RefundPlan['answer']): void {
  if (answer === 'fine') return
  const at = { key: paymentNo, times: 1 }
  if (answer === 'lost_answer') {
    standIn.fault('api.cut', { ...at, endpoint: standIn.gateway === 'alipay' ? 'trade.refund' : 'refund' })
  } else if (answer === 'refused') standIn.fault('refund.reject', at)
  else standIn.fault(answer === 'slow' ? 'refund.slow' : 'refund.fail_later', { ...at, ms: SLOW_MS })
}

const sum = <T>(rows: readonly T[], fenOf: (row: T) => number): number => rows.reduce((all, row) => all + fenOf(row), 0)
const fen = (yuan: unknown): number => Math.round(Number(yuan ?? 0) * 100)
/** The stand-ins' functions know their own kinds by name; here the names come from a table. */
const anyFault = (add: (fault: never) => unknown) => (kind: string, fault: FaultOf) =>
  void add({ kind, ...fault } as never)

function mustHavePaid(no: string, { paid, refused }: { readonly paid: number; readonly refused: readonly unknown[] }) {
  if (paid !== 1) throw new Error(`the gateway took no money for ${no}: ${JSON.stringify(refused)}`)
}

function alipayOf({ url, merchant, control }: Awaited<ReturnType<typeof startAlipay>>): StandIn {
  const { appId, sellerId, alipayPublicKey, appPrivateKey } = merchant
  return {
    gateway: 'alipay',
    account: {
      baseUrl: url,
      merchantId: appId,
      settings: { sellerId, alipayPublicKey },
      secrets: { privateKey: appPrivateKey },
    },
    pay: async (outTradeNo, options) =>
      mustHavePaid(outTradeNo, await control.pay(appId, [{ outTradeNo, ...options }])),
    payUnasked: async (outTradeNo, totalFen, notifyUrl) =>
      mustHavePaid(outTradeNo, await control.pay(appId, [{ outTradeNo, totalFen, notifyUrl }])),
    repeat: (no, count) => control.repeatNotices(appId, no, count),
    fault: anyFault(control.addFault),
    heldFen: () => {
      const { trades, refunds } = control.books(appId)
      const paid = trades.filter(({ send_pay_date }) => send_pay_date !== undefined)
      return (
        sum(paid, ({ total_amount }) => fen(total_amount)) -
        sum(
          refunds.filter(({ status }) => status === 'SUCCESS'),
          (one) => fen(one.refund_amount),
        )
      )
    },
    advance: control.advance,
  }
}

function wechatOf({ url, account, control }: Awaited<ReturnType<typeof startWechat>>): StandIn {
  const mchid = account.merchantId
  return {
    gateway: 'wechat',
    account: { baseUrl: url, ...account },
    pay: async (outTradeNo, options) =>
      mustHavePaid(outTradeNo, await control.pay(mchid, [{ outTradeNo, ...options }])),
    payUnasked: async (outTradeNo, amount, notifyUrl) =>
      mustHavePaid(outTradeNo, await control.pay(mchid, [{ outTradeNo, amount, notifyUrl }])),
    repeat: (no, count) => control.repeatNotices(mchid, no, count),
    fault: anyFault(control.addFault),
    heldFen: () => {
      const { payments, refunds } = control.books(mchid)
      const amount = (row: Record<string, unknown>, name: 'total' | 'refund') =>
        Number((row.amount as Record<string, unknown>)[name])
      return (
        sum(
          payments.filter(({ transaction_id }) => transaction_id !== undefined),
          (one) => amount(one, 'total'),
        ) -
        sum(
          refunds.filter(({ status }) => status === 'SUCCESS'),
          (one) => amount(one, 'refund'),
        )
      )
    },
    advance: control.advance,
  }
}

function epayOf({ url, merchant, control }: Awaited<ReturnType<typeof startEpay>>): StandIn {
  const { pid, key, merchantPrivateKey, platformPublicKey } = merchant
  return {
    gateway: 'epay',
    account: {
      baseUrl: url,
      merchantId: pid,
      settings: { signing: 'RSA', platformPublicKey },
      secrets: { key, merchantPrivateKey },
    },
    pay: async (no, options) => mustHavePaid(no, await control.pay([no], options)),
    repeat: (no, count) => control.repeatNotices(no, count),
    fault: anyFault(control.addFault),
    heldFen: () => {
      const { orders, refunds } = control.books()
      return (
        sum(
          orders.filter(({ status }) => Number(status) > 0),
          ({ money }) => fen(money),
        ) -
        sum(
          refunds.filter(({ status }) => status === '1'),
          ({ money }) => fen(money),
        )
      )
    },
    advance: control.advance,
  }
}

function stripeOf({ url, account, control }: Awaited<ReturnType<typeof startStripe>>): StandIn {
  return {
    gateway: 'stripe',
    // The stand-in's own least amount.
    account: { baseUrl: url, merchantId: account.id, secrets: { secretKey: account.secretKey }, minFen: 50 },
    pay: async (no) => mustHavePaid(no, await control.pay([no])),
    repeat: (no, count) => control.repeatNotices(no, count),
    fault: anyFault(control.addFault),
    heldFen: () => sum(control.books().movements, ({ amount }) => Number(amount)),
    advance: control.advance,
  }
}

function simPayOf({ url, merchant, control }: House['standIns']['paygate']): StandIn {
  return {
    gateway: 'sim-pay',
    account: { baseUrl: url, merchantId: merchant.id, secrets: { secret: merchant.secret } },
    pay: async (outTradeNo, options) =>
      mustHavePaid(outTradeNo, await control.pay(merchant.id, [{ outTradeNo, ...options }])),
    payUnasked: async (outTradeNo, amount, notifyUrl) =>
      mustHavePaid(outTradeNo, await control.pay(merchant.id, [{ outTradeNo, amount, notifyUrl }])),
    repeat: (no, count) => control.repeatNotices(merchant.id, no, count),
    fault: anyFault(control.addFault),
    heldFen: () => {
      const { payments, refunds } = control.books(merchant.id)
      const trades = payments.flatMap(({ trades }) => trades as readonly { readonly amount: number }[])
      return (
        sum(trades, ({ amount }) => amount) -
        sum(
          refunds.filter(({ status }) => status === 'SUCCESS'),
          ({ amount }) => Number(amount),
        )
      )
    },
    advance: control.advance,
  }
}
