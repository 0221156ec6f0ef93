import fastify, { type FastifyInstance } from 'fastify'
import type { Merchant } from './books.ts'
import type { AlipayControl, PayOrder } from './control.ts'
import { AlipayError } from './errors.ts'
import type { AlipayFaultInput } from './faults.ts'

/** A load run sends tens of thousands of order numbers in one call. */
const BODY_LIMIT_BYTES = 64 * 1024 * 1024

/** The control functions over HTTP, for scripts and other processes. `app_id` defaults to the demo shop's. */
export function buildControlHttp(control: AlipayControl, defaultAppId: string): FastifyInstance {
  const app = fastify({ bodyLimit: BODY_LIMIT_BYTES, forceCloseConnections: true })
  app.setErrorHandler((error: Error, _request, reply) =>
    reply
      .code(error instanceof AlipayError ? 409 : 400)
      .send({ code: error instanceof AlipayError ? error.subCode : 'BAD_REQUEST', message: error.message }),
  )
  const appOf = (from: { readonly app_id?: string }): string => from.app_id ?? defaultAppId

  app.get('/faults', () => control.faults())
  app.post<{ Body: AlipayFaultInput }>('/faults', (request) => control.addFault(request.body))
  app.delete('/faults', () => ({ cleared: control.clearFaults() ?? true }))
  app.delete<{ Params: { id: string } }>('/faults/:id', (request) => ({
    cleared: control.clearFaults(Number(request.params.id)) ?? true,
  }))
  app.get('/requests', () => control.received())
  app.get('/notices', () => control.sendings())
  app.get<{ Querystring: { app_id?: string } }>('/books', (request) => control.books(appOf(request.query)))
  app.get<{ Querystring: { app_id?: string; day: string } }>('/bill', (request) =>
    control.bill(appOf(request.query), request.query.day),
  )
  app.post<{ Body: { app_id?: string; orders: readonly PayOrder[]; parallel?: number } }>('/pay', (request) =>
    control.pay(appOf(request.body), request.body.orders, { parallel: request.body.parallel ?? 64 }),
  )
  app.post<{ Body: { app_id?: string; out_trade_no: string } }>('/finish', (request) => ({
    finished: control.finish(appOf(request.body), request.body.out_trade_no) ?? true,
  }))
  app.post<{ Body: { app_id?: string; out_trade_no: string; count?: number } }>('/notices', (request) =>
    control.repeatNotices(appOf(request.body), request.body.out_trade_no, request.body.count),
  )
  app.post<{ Body: { ms: number } }>('/advance', async (request) => {
    await control.advance(request.body.ms)
    return { advancedMs: request.body.ms }
  })
  app.post<{ Body: Merchant }>('/merchants', (request) => {
    const { appId, sellerId, name, appPublicKey } = request.body
    control.addMerchant({ appId, sellerId, name, appPublicKey })
    return { appId }
  })
  return app
}
