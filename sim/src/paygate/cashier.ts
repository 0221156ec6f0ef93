import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { escapeHtml } from '../pages.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import type { Books, Payment } from './books.ts'
import { cashierPage, type Language, resultPage, returnAddress, texts } from './cashier-page.ts'
import { type Gateway, GatewayError } from './gateway.ts'
import type { NoticeOffice } from './notices.ts'

type CashierParts = {
  readonly books: Books
  readonly gateway: Gateway
  readonly notices: NoticeOffice
  readonly clock: VirtualClock
}
type TokenRequest = FastifyRequest<{ Params: { token: string } }>

/** The page on which a person pays. Works without script; script only counts down and goes back by itself. */
export function addCashier(app: FastifyInstance, parts: CashierParts): void {
  const { gateway, notices, clock } = parts

  app.get('/cashier/:token', (request: TokenRequest, reply) => {
    const payment = findByToken(parts, request)
    if (!payment) return missing(request, reply)
    return payment.status === 'WAIT'
      ? html(reply, 200, cashierPage(payment, payeeOf(parts, payment), clock.now(), languageOf(request)))
      : html(reply, 200, resultPage(payment, languageOf(request)))
  })

  app.post('/cashier/:token/pay', (request: TokenRequest, reply) => {
    const payment = findByToken(parts, request)
    if (!payment) return missing(request, reply)
    try {
      // The notice and the person's way back are independent, as with real gateways: nobody waits for the notice.
      for (const trade of gateway.pay(payment)) void notices.announce(payment, trade)
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
    }
    return reply.redirect(`/cashier/${payment.token}`, 303)
  })

  app.post('/cashier/:token/cancel', (request: TokenRequest, reply) => {
    const payment = findByToken(parts, request)
    if (!payment) return missing(request, reply)
    // Leaving closes nothing: the person may come back and pay until the order expires.
    return reply.redirect(returnAddress(payment, 'cancelled'), 303)
  })
}

function findByToken(parts: CashierParts, request: TokenRequest): Payment | undefined {
  const payment = parts.books.paymentsByToken.get(request.params.token)
  return payment && parts.gateway.find(payment.merchantId, payment.outTradeNo)
}

const payeeOf = (parts: CashierParts, payment: Payment): string =>
  parts.books.merchants.get(payment.merchantId)?.name ?? payment.merchantId

function missing(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return html(
    reply,
    404,
    `<!doctype html><meta charset="utf-8"><p>${escapeHtml(texts[languageOf(request)].missing)}</p>`,
  )
}

function languageOf(request: FastifyRequest): Language {
  const asked = (request.query as { readonly lang?: string }).lang ?? request.headers['accept-language'] ?? 'zh'
  return asked.toLowerCase().startsWith('en') ? 'en' : 'zh'
}

function html(reply: FastifyReply, status: number, page: string): FastifyReply {
  return reply
    .code(status)
    .headers({
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    })
    .type('text/html; charset=utf-8')
    .send(page)
}
