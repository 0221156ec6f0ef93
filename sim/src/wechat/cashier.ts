import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type CheckoutPage, pageLanguage, sendCheckoutPage } from '../checkout-page.ts'
import { beijingTime } from '../pages.ts'
import type { Books, Payment } from './books.ts'
import { WechatError } from './fields.ts'
import type { Gateway } from './gateway.ts'
import type { NoticeOffice } from './notices.ts'
import { type BridgeParams, isBridgeSigned } from './signing.ts'

type CashierParts = {
  readonly books: Books
  readonly gateway: Gateway
  readonly notices: NoticeOffice
  readonly origin: () => string
}
type Query = Readonly<Record<string, string | undefined>>

/**
 * The pages on which a person pays: what a QR code leads to, what a phone's browser is sent to (it comes back to
 * `redirect_url`), and the cashier inside the app, which checks the shop's signature first.
 */
export function addCashier(app: FastifyInstance, parts: CashierParts): void {
  const { books } = parts

  app.get('/qr/:token', (request, reply) => {
    const payment = books.paymentsByToken.get(tokenOf(request))
    return show(parts, request, reply, payment, `/cashier/${payment?.token}`)
  })
  app.get('/cgi-bin/mmpayweb-bin/checkmweb', (request, reply) => {
    const { package: token = '', prepay_id, redirect_url } = request.query as Query
    const payment = books.paymentsByToken.get(token)
    const back = redirect_url === undefined ? '' : `?${new URLSearchParams({ redirect_url })}`
    return show(
      parts,
      request,
      reply,
      payment?.prepayId === prepay_id ? payment : undefined,
      `/cashier/${token}${back}`,
    )
  })
  app.post('/cashier/:token', (request, reply) => {
    const payment = books.paymentsByToken.get(tokenOf(request))
    if (!payment) return missing(request, reply)
    const { do: wish, redirect_url } = request.query as Query
    if (wish === 'pay') takeMoney(parts, payment)
    const back = webAddress(redirect_url)
    // The phone's browser goes back by itself; that it comes back proves nothing.
    if (back !== undefined) return reply.redirect(back, 303)
    return reply.redirect(`/qr/${payment.token}`, 303)
  })
  app.get('/in-app/bridge.js', (_request, reply) => reply.type('text/javascript').send(bridgeScript(parts.origin())))
  app.get('/in-app/pay', (request, reply) => {
    const params = request.query as BridgeParams
    const payment = signedPayment(books, params)
    if (payment === 'unsigned') return unsigned(request, reply)
    return show(parts, request, reply, payment, `/in-app/pay?${new URLSearchParams(params)}`)
  })
  app.post('/in-app/pay', (request, reply) => {
    const { do: wish, ...params } = request.query as BridgeParams
    const payment = signedPayment(books, params)
    if (payment === 'unsigned') return unsigned(request, reply)
    if (!payment) return missing(request, reply)
    const done = wish === 'pay' && takeMoney(parts, payment)
    return reply
      .type('text/html; charset=utf-8')
      .send(`<!doctype html><meta charset="utf-8"><title>${done ? 'ok' : 'cancel'}</title>
<script>window.opener?.postMessage({err_msg:'get_brand_wcpay_request:${done ? 'ok' : 'cancel'}'},'*')</script>`)
  })
}

/** The payment that a shop's page asks the app to take, when the shop really signed the asking. */
function signedPayment(books: Books, params: BridgeParams): Payment | 'unsigned' | undefined {
  const prepayId = /^prepay_id=(\w+)$/.exec(params.package ?? '')?.[1] ?? ''
  const payment = books.paymentsByPrepayId.get(prepayId)
  const merchant = payment && books.merchants.get(payment.mchid)
  if (!payment || merchant?.appid !== params.appId) return undefined
  return isBridgeSigned(merchant?.certificate ?? '', params) ? payment : 'unsigned'
}

/** The notice and the person's way back are independent, as in life: nobody waits for the notice. */
function takeMoney({ gateway, notices }: CashierParts, payment: Payment): boolean {
  try {
    gateway.pay(payment)
  } catch (error) {
    if (!(error instanceof WechatError)) throw error
    return payment.trade !== undefined
  }
  void notices.announcePayment(payment)
  return true
}

const texts = {
  zh: {
    brand: '仿真微信支付',
    payee: '收款方',
    order: '商户单号',
    subject: '商品',
    pay: '立即支付',
    cancel: '取消',
    paid: '支付成功',
    closed: '订单已关闭',
    closedHint: '订单超过支付时间或已被商家关闭，没有扣款',
    trade: '交易单号',
    time: '支付时间',
    missing: '没有找到这笔支付，请从商家页面重新发起',
    unsigned: '商家的签名不正确，无法支付',
  },
  en: {
    brand: 'Sim WeChat Pay',
    payee: 'Payee',
    order: 'Order',
    subject: 'Goods',
    pay: 'Pay',
    cancel: 'Cancel',
    paid: 'Paid',
    closed: 'Order closed',
    closedHint: 'The time to pay has passed or the shop closed the order. You were not charged.',
    trade: 'Trade no.',
    time: 'Paid at',
    missing: 'This payment was not found; start again from the shop',
    unsigned: 'The shop’s signature is wrong; it cannot be paid',
  },
} as const

/** The cashier, or how it ended. `action` takes both buttons. */
function show(
  parts: CashierParts,
  request: FastifyRequest,
  reply: FastifyReply,
  payment: Payment | undefined,
  action: string,
): FastifyReply {
  if (!payment) return missing(request, reply)
  const { language, t, page } = pageOf(request)
  const { state, trade } = parts.gateway.find(payment.mchid, payment.outTradeNo)
  const payee = parts.books.merchants.get(payment.mchid)?.name ?? payment.mchid
  const amount = `¥${(payment.total / 100).toFixed(2)}`
  if (state === 'NOTPAY') {
    const wish = (name: string): string => `${action}${action.includes('?') ? '&' : '?'}do=${name}&lang=${language}`
    return sendCheckoutPage(reply, 200, {
      ...page,
      title: t.pay,
      amount,
      rows: [
        [t.payee, payee],
        [t.subject, payment.description],
        [t.order, payment.outTradeNo],
      ],
      buttons: [
        { label: `${t.pay} ${amount}`, action: wish('pay'), main: true },
        { label: t.cancel, action: wish('cancel') },
      ],
    })
  }
  if (!trade) return sendCheckoutPage(reply, 200, { ...page, title: t.closed, note: t.closedHint })
  return sendCheckoutPage(reply, 200, {
    ...page,
    title: t.paid,
    amount,
    rows: [
      [t.order, payment.outTradeNo],
      [t.trade, trade.transactionId],
      [t.time, beijingTime(trade.paidAtMs)],
    ],
  })
}

function pageOf(request: FastifyRequest) {
  const language = pageLanguage(request.query, request.headers['accept-language'])
  const t = texts[language]
  const page: CheckoutPage = { language, brand: t.brand, color: '#067a3e', title: t.brand, rows: [], buttons: [] }
  return { language, t, page }
}

function missing(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { t, page } = pageOf(request)
  return sendCheckoutPage(reply, 404, { ...page, note: t.missing })
}

function unsigned(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { t, page } = pageOf(request)
  return sendCheckoutPage(reply, 403, { ...page, note: t.unsigned })
}

/**
 * What a page finds inside the app: `WeixinJSBridge`. Put into an ordinary browser's page it opens the cashier beside
 * it and reports what happened there.
 */
function bridgeScript(origin: string): string {
  return `(() => {
  const pay = (params, done) => {
    const cashier = window.open(${JSON.stringify(`${origin}/in-app/pay?`)} + new URLSearchParams(params), '_blank')
    const heard = (event) => {
      if (event.origin !== ${JSON.stringify(origin)}) return
      window.removeEventListener('message', heard)
      cashier.close()
      done({ err_msg: event.data.err_msg })
    }
    window.addEventListener('message', heard)
  }
  window.WeixinJSBridge = {
    invoke: (name, params, done) =>
      name === 'getBrandWCPayRequest' ? pay(params, done) : done({ err_msg: 'system:function_not_exist' }),
    on: () => {}, call: () => {},
  }
  document.dispatchEvent(new Event('WeixinJSBridgeReady'))
})()
`
}

const tokenOf = (request: FastifyRequest): string => (request.params as { readonly token: string }).token
const webAddress = (text: string | undefined): string | undefined =>
  text && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) ? text : undefined
