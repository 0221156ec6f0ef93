import fastify, { type FastifyInstance } from 'fastify'
import type { PaygateControl, PayOrder } from './control.ts'
import type { PaygateFaultInput } from './faults.ts'
import { GatewayError } from './gateway.ts'

/** A load run sends tens of thousands of order numbers in one call. */
const BODY_LIMIT_BYTES = 64 * 1024 * 1024

/** The control functions over HTTP, for scripts and other processes. `merchant_id` defaults to the first merchant. */
export function buildControlHttp(control: PaygateControl, defaultMerchantId: string): FastifyInstance {
  const app = fastify({ bodyLimit: BODY_LIMIT_BYTES, forceCloseConnections: true })
  app.setErrorHandler((error: Error, _request, reply) => {
    if (error instanceof GatewayError)
      return reply.code(error.status).send({ code: error.code, message: error.message })
    return reply.code(400).send({ code: 'BAD_REQUEST', message: error.message })
  })
  const merchantOf = (body: { readonly merchant_id?: string }): string => body.merchant_id ?? defaultMerchantId

  app.get('/faults', () => control.faults())
  app.post<{ Body: PaygateFaultInput }>('/faults', (request) => control.addFault(request.body))
  app.delete('/faults', () => ({ cleared: control.clearFaults() ?? true }))
  app.delete<{ Params: { id: string } }>('/faults/:id', (request) => ({
    cleared: control.clearFaults(Number(request.params.id)) ?? true,
  }))
  app.get('/requests', () => control.received())
  app.get('/notices', () => control.sendings())
  app.get<{ Querystring: { merchant_id?: string } }>('/books', (request) => control.books(merchantOf(request.query)))
  app.post<{ Body: { merchant_id?: string; orders: readonly PayOrder[]; parallel?: number } }>('/pay', (request) =>
    control.pay(merchantOf(request.body), request.body.orders, { parallel: request.body.parallel ?? 64 }),
  )
  app.post<{ Body: { merchant_id?: string; out_trade_no: string; count?: number } }>('/notices', (request) =>
    control.repeatNotices(merchantOf(request.body), request.body.out_trade_no, request.body.count),
  )
  app.post<{ Body: { ms: number } }>('/advance', async (request) => {
    await control.advance(request.body.ms)
    return { advancedMs: request.body.ms }
  })
  app.post<{ Body: { id: string; secret: string; name: string } }>('/merchants', (request) => {
    const { id, secret, name } = request.body
    control.addMerchant({ id, secret, name })
    return { id }
  })
  return app
}
