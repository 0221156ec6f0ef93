import type { KeyObject } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { beijingTime } from '../pages.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import type { Books, Merchant, Trade } from './books.ts'
import { cashierPage, html, type Language, resultPage, textPage, texts } from './cashier-page.ts'
import { AlipayError } from './errors.ts'
import type { Gateway } from './gateway.ts'
import type { NoticeOffice } from './notices.ts'
import { rsaSign, signedText } from './signing.ts'
import { yuan } from './time.ts'

type CashierParts = {
  readonly books: Books
  readonly gateway: Gateway
  readonly notices: NoticeOffice
  readonly clock: VirtualClock
  readonly wallClock: () => number
  readonly signingKey: () => KeyObject
}
type TokenRequest = FastifyRequest<{ Params: { token: string } }>

/** The page on which a person pays. Works without script; script only counts down and goes back by itself. */
export function addCashier(app: FastifyInstance, parts: CashierParts): void {
  const { books, gateway, notices, clock } = parts
  const withTrade =
    (work: (trade: Trade, request: TokenRequest, reply: FastifyReply) => FastifyReply) =>
    (request: TokenRequest, reply: FastifyReply): FastifyReply => {
      const trade = books.tradesByToken.get(request.params.token)
      if (!trade) return html(reply, 404, textPage(texts[languageOf(request)].missing))
      return work(gateway.arrive(trade), request, reply)
    }

  // What a scanned code opens.
  app.get(
    '/qr/:token',
    withTrade((trade, _request, reply) => reply.redirect(`/cashier/${trade.token}`, 302)),
  )
  app.get(
    '/cashier/:token',
    withTrade((trade, request, reply) => {
      const view = { trade, payee: merchantOf(parts, trade).name, language: languageOf(request) }
      return trade.status === 'WAIT_BUYER_PAY'
        ? html(reply, 200, cashierPage(view, clock.now()))
        : html(reply, 200, resultPage(view, returnAddress(parts, trade)))
    }),
  )
  app.post(
    '/cashier/:token/pay',
    withTrade((trade, _request, reply) => {
      try {
        gateway.pay(trade)
        // The notice and the person's way back are independent, as with the real gateway: nobody waits for the notice.
        void notices.announcePaid(trade)
      } catch (error) {
        if (!(error instanceof AlipayError)) throw error
      }
      return reply.redirect(`/cashier/${trade.token}`, 303)
    }),
  )
  app.post(
    '/cashier/:token/cancel',
    // Leaving closes nothing: the person may come back and pay until the trade expires.
    withTrade((trade, request, reply) =>
      trade.returnUrl === ''
        ? html(reply, 200, textPage(texts[languageOf(request)].closeWindow))
        : reply.redirect(trade.returnUrl, 303),
    ),
  )
}

function merchantOf(parts: CashierParts, trade: Trade): Merchant {
  const merchant = parts.books.merchants.get(trade.appId)
  if (!merchant) throw new Error(`trade of an unknown app ${trade.appId}`)
  return merchant
}

/** Where the person goes back to, signed like the real one's; it still proves nothing. '' for a scanned code. */
function returnAddress(parts: CashierParts, trade: Trade): string {
  if (trade.returnUrl === '') return ''
  const { appId, sellerId } = merchantOf(parts, trade)
  const fields = {
    charset: 'utf-8',
    out_trade_no: trade.outTradeNo,
    method: `${trade.method}.return`,
    total_amount: yuan(trade.totalFen),
    trade_no: trade.tradeNo,
    auth_app_id: appId,
    version: '1.0',
    app_id: appId,
    seller_id: sellerId,
    timestamp: beijingTime(parts.wallClock()),
  }
  const url = new URL(trade.returnUrl)
  const signed = { ...fields, sign: rsaSign(signedText(fields), parts.signingKey()), sign_type: 'RSA2' }
  for (const [name, value] of Object.entries(signed)) url.searchParams.set(name, value)
  return url.href
}

function languageOf(request: FastifyRequest): Language {
  const asked = (request.query as { readonly lang?: string }).lang ?? request.headers['accept-language'] ?? 'zh'
  return asked.toLowerCase().startsWith('en') ? 'en' : 'zh'
}
