import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type CheckoutPage, pageLanguage, sendCheckoutPage } from '../checkout-page.ts'
import { type ApiParts, allow, fieldsOf, orderInput } from './api.ts'
import { CHANNELS, type Order } from './books.ts'
import { EpayRefusal } from './desk.ts'
import { yuan } from './views.ts'

const TEXTS = {
  zh: {
    pay: '确认支付',
    paid: '支付成功',
    back: '返回商家',
    goods: '商品',
    order: '商户订单号',
    trade: '系统订单号',
    closed: '订单已关闭',
    closedHint: '没有扣款',
    choose: '请选择支付方式',
    failed: '无法支付',
    alipay: '支付宝',
    wxpay: '微信支付',
    qqpay: 'QQ 钱包',
  },
  en: {
    pay: 'Pay',
    paid: 'Paid',
    back: 'Back to the shop',
    goods: 'Item',
    order: 'Order',
    trade: 'Trade no.',
    closed: 'Order closed',
    closedHint: 'You were not charged.',
    choose: 'Choose how to pay',
    failed: 'Cannot be paid',
    alipay: 'Alipay',
    wxpay: 'WeChat Pay',
    qqpay: 'QQ Wallet',
  },
} as const
const LOOK = { brand: '聚合易支付（仿真）', color: '#1377d4' }
type TokenRequest = FastifyRequest<{ Params: { token: string; type?: string } }>

/** The pages: `submit.php` takes a signed address to `/pay/…`, on which a person pays. */
export function addCashier(app: FastifyInstance, parts: ApiParts): void {
  const { books, desk, notices } = parts
  const submit = (dialect: 'v1' | 'v2') => (request: FastifyRequest, reply: FastifyReply) => {
    const fields = fieldsOf(request)
    try {
      allow(parts, dialect, fields)
      const order = desk.create(fields.pid ?? '', orderInput(dialect, fields))
      return reply.redirect(`/pay/${order.token}`, 303)
    } catch (error) {
      if (!(error instanceof EpayRefusal)) throw error
      const language = languageOf(request)
      const page: CheckoutPage = {
        ...LOOK,
        language,
        title: TEXTS[language].failed,
        note: error.message,
        rows: [],
        buttons: [],
      }
      return sendCheckoutPage(reply, 200, page)
    }
  }
  app.route({ method: ['GET', 'POST'], url: '/submit.php', handler: submit('v1') })
  app.route({ method: ['GET', 'POST'], url: '/api/pay/submit', handler: submit('v2') })

  app.get('/pay/:token', (request: TokenRequest, reply) => {
    const order = books.ordersByToken.get(request.params.token)
    return order ? showOrderPage(parts, request, reply, order) : reply.code(404).send('no such order')
  })
  app.post('/pay/:token/:type', (request: TokenRequest, reply) => {
    const { token, type = '' } = request.params
    const order = books.ordersByToken.get(token)
    if (!order || !CHANNELS.some((channel) => channel === type)) return reply.code(404).send('no such order')
    try {
      // The notice and the person's way back are independent: nobody waits for the notice.
      for (const paid of desk.pay(order, { type })) void notices.announce(paid)
    } catch (error) {
      if (!(error instanceof EpayRefusal)) throw error
    }
    return reply.redirect(`/pay/${token}`, 303)
  })
}

function showOrderPage(parts: ApiParts, request: FastifyRequest, reply: FastifyReply, order: Order): FastifyReply {
  const language = languageOf(request)
  const t = TEXTS[language]
  const common = {
    ...LOOK,
    language,
    amount: `¥${yuan(order.money)}`,
    rows: [
      [t.goods, order.name],
      [t.order, order.outTradeNo],
      [t.trade, order.tradeNo],
    ] as const,
  }
  if (order.status > 0) {
    // The way back says the same as the notice, signature and all: it proves nothing to whoever gets it.
    const query = new URLSearchParams(parts.notices.fieldsOf(order))
    const url = `${order.returnUrl}${order.returnUrl.includes('?') ? '&' : '?'}${query}`
    return sendCheckoutPage(reply, 200, { ...common, title: t.paid, buttons: [], onward: { label: t.back, url } })
  }
  if (order.isClosed)
    return sendCheckoutPage(reply, 200, { ...common, title: t.closed, note: t.closedHint, buttons: [] })
  const channels = CHANNELS.filter((channel) => order.type === '' || channel === order.type)
  const buttons = channels.map((channel) => ({
    label: `${t[channel]} · ${t.pay} ¥${yuan(order.money)}`,
    action: `/pay/${order.token}/${channel}`,
    main: true,
  }))
  return sendCheckoutPage(reply, 200, { ...common, title: order.type === '' ? t.choose : t.pay, buttons })
}

const languageOf = (request: FastifyRequest): 'zh' | 'en' =>
  pageLanguage(request.query, request.headers['accept-language'])
