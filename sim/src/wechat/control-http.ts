import fastify, { type FastifyInstance } from 'fastify'
import type { RefundStatus } from './books.ts'
import type { WechatControl, WechatPayOrder } from './control.ts'
import type { WechatFaultInput } from './faults.ts'
import { WechatError } from './fields.ts'
import type { KeyMode } from './keys.ts'

/** A load run sends tens of thousands of order numbers in one call. */
const BODY_LIMIT_BYTES = 64 * 1024 * 1024
type OfMerchant = { readonly mchid?: string }

/** The control functions over HTTP, for scripts and other processes. `mchid` defaults to the first merchant. */
export function buildControlHttp(control: WechatControl, defaultMchid: string, account: object): FastifyInstance {
  const app = fastify({ bodyLimit: BODY_LIMIT_BYTES, forceCloseConnections: true })
  app.setErrorHandler((error: Error, _request, reply) => {
    if (error instanceof WechatError) return reply.code(error.status).send({ code: error.code, message: error.message })
    return reply.code(400).send({ code: 'BAD_REQUEST', message: error.message })
  })
  const merchantOf = (from: OfMerchant): string => from.mchid ?? defaultMchid

  app.get('/account', () => account)
  app.get('/faults', () => control.faults())
  app.post<{ Body: WechatFaultInput }>('/faults', (request) => control.addFault(request.body))
  app.delete('/faults', () => ({ cleared: control.clearFaults() ?? true }))
  app.delete<{ Params: { id: string } }>('/faults/:id', (request) => ({
    cleared: control.clearFaults(Number(request.params.id)) ?? true,
  }))
  app.post<{ Body: { mode: KeyMode } }>('/keys/mode', (request) => {
    control.setKeyMode(request.body.mode)
    return { mode: request.body.mode }
  })
  app.post<{ Body: { overlap?: boolean } }>('/keys/replace', (request) => control.replaceCertificate(request.body))
  app.get('/requests', () => control.received())
  app.get('/notices', () => control.sendings())
  app.get<{ Querystring: OfMerchant }>('/books', (request) => control.books(merchantOf(request.query)))
  app.post<{ Body: OfMerchant & { orders: readonly WechatPayOrder[]; parallel?: number } }>('/pay', (request) =>
    control.pay(merchantOf(request.body), request.body.orders, { parallel: request.body.parallel ?? 64 }),
  )
  app.post<{ Body: OfMerchant & { out_refund_no: string; status: RefundStatus } }>('/refunds/end', async (request) => {
    await control.endRefund(merchantOf(request.body), request.body.out_refund_no, request.body.status)
    return { status: request.body.status }
  })
  app.post<{ Body: OfMerchant & { out_trade_no: string; count?: number } }>('/notices', (request) =>
    control.repeatNotices(merchantOf(request.body), request.body.out_trade_no, request.body.count),
  )
  app.post<{ Body: { ms: number } }>('/advance', async (request) => {
    await control.advance(request.body.ms)
    return { advancedMs: request.body.ms }
  })
  return app
}
