import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { pageLanguage, sendCheckoutPage } from '../checkout-page.ts'
import type { Books, Session } from './books.ts'
import { type Desk, StripeRefusal } from './desk.ts'

const TEXTS = {
  zh: {
    pay: '支付',
    paid: '支付成功',
    back: '返回商家',
    goods: '商品',
    order: '订单号',
    ended: '此支付页面已失效',
    endedHint: '页面已过期或已被商家关闭，没有扣款',
    missing: '没有找到此支付页面',
  },
  en: {
    pay: 'Pay',
    paid: 'Payment successful',
    back: 'Back to the shop',
    goods: 'Item',
    order: 'Order',
    ended: 'This page has expired',
    endedHint: 'The page expired or the shop closed it. You were not charged.',
    missing: 'This payment page was not found',
  },
} as const
const COLOR = '#635bff'
const BRAND = 'Stripe Checkout (stand-in)'
type PageRequest = FastifyRequest<{ Params: { id: string } }>

/** The hosted page on which a person pays. */
export function addCashier(app: FastifyInstance, parts: { readonly books: Books; readonly desk: Desk }): void {
  const { books, desk } = parts
  const find = (request: PageRequest): Session | undefined => {
    const session = books.sessions.get(request.params.id)
    const account = session && books.accounts.get(session.accountId)
    return account && desk.session(account, session.id)
  }

  app.get('/c/pay/:id', (request: PageRequest, reply) => {
    const session = find(request)
    return session ? showPage(request, reply, session) : sendMissing(request, reply)
  })
  app.post('/c/pay/:id/pay', (request: PageRequest, reply) => {
    const session = find(request)
    if (!session) return sendMissing(request, reply)
    // The event and the person's way back are independent: nobody waits for the event.
    desk.pay(session).catch((error: unknown) => {
      if (!(error instanceof StripeRefusal)) throw error
    })
    return reply.redirect(`/c/pay/${session.id}`, 303)
  })
}

function showPage(request: FastifyRequest, reply: FastifyReply, session: Session): FastifyReply {
  const language = pageLanguage(request.query, request.headers['accept-language'])
  const t = TEXTS[language]
  const common = {
    language,
    brand: BRAND,
    color: COLOR,
    rows: [
      [t.goods, session.productName],
      [t.order, session.reference],
    ] as const,
  }
  if (session.status === 'expired') {
    return sendCheckoutPage(reply, 200, {
      ...common,
      title: t.ended,
      note: t.endedHint,
      buttons: [],
      onward: { label: t.back, url: session.cancelUrl },
    })
  }
  const amount = amountText(session)
  if (session.status === 'complete') {
    return sendCheckoutPage(reply, 200, {
      ...common,
      title: t.paid,
      amount,
      buttons: [],
      onward: { label: t.back, url: session.successUrl },
    })
  }
  const buttons = [{ label: `${t.pay} ${amount}`, action: `/c/pay/${session.id}/pay`, main: true }]
  return sendCheckoutPage(reply, 200, { ...common, title: t.pay, amount, buttons })
}

function sendMissing(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const language = pageLanguage(request.query, request.headers['accept-language'])
  return sendCheckoutPage(reply, 404, {
    language,
    brand: BRAND,
    color: COLOR,
    title: TEXTS[language].missing,
    rows: [],
    buttons: [],
  })
}

function amountText(session: Session): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency: session.currency.toUpperCase() })
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2
  return format.format(session.amount / 10 ** digits)
}
