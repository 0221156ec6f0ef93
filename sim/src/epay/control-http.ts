import fastify, { type FastifyInstance } from 'fastify'
import type { EpayControl } from './control.ts'
import type { EpayFaultInput } from './faults.ts'

const BODY_LIMIT_BYTES = 64 * 1024 * 1024

/** The control functions over HTTP, for scripts and other processes. */
export function buildControlHttp(control: EpayControl): FastifyInstance {
  const app = fastify({ bodyLimit: BODY_LIMIT_BYTES, forceCloseConnections: true })
  app.setErrorHandler((error: Error, _request, reply) =>
    reply.code(400).send({ code: 'BAD_REQUEST', message: error.message }),
  )
  app.get('/faults', () => control.faults())
  app.post<{ Body: EpayFaultInput }>('/faults', (request) => control.addFault(request.body))
  app.delete('/faults', () => ({ cleared: control.clearFaults() ?? true }))
  app.delete<{ Params: { id: string } }>('/faults/:id', (request) => ({
    cleared: control.clearFaults(Number(request.params.id)) ?? true,
  }))
  app.get('/requests', () => control.received())
  app.get('/notices', () => control.sendings())
  app.get('/books', () => control.books())
  app.post<{ Body: { payment_nos: readonly string[]; late?: boolean } }>('/pay', (request) =>
    control.pay(request.body.payment_nos, { late: request.body.late ?? false }),
  )
  app.post<{ Body: { payment_no: string; count?: number } }>('/notices', (request) =>
    control.repeatNotices(request.body.payment_no, request.body.count),
  )
  app.post('/key/roll', () => ({ key: control.rollKey() }))
  app.post('/platform-key/roll', () => ({ platform_public_key: control.rollPlatformKey() }))
  app.post<{ Body: { active: boolean } }>('/merchant', (request) => {
    control.setActive(request.body.active)
    return request.body
  })
  app.post<{ Body: { ms: number } }>('/skew', (request) => {
    control.skewClock(request.body.ms)
    return { skewedMs: request.body.ms }
  })
  app.post<{ Body: { ms: number } }>('/date-back', (request) => {
    control.dateBack(request.body.ms)
    return { datedBackMs: request.body.ms }
  })
  app.post<{ Body: { ms: number } }>('/advance', async (request) => {
    await control.advance(request.body.ms)
    return { advancedMs: request.body.ms }
  })
  return app
}
