import fastify, { type FastifyInstance } from 'fastify'
import type { StripeControl } from './control.ts'
import { StripeRefusal } from './desk.ts'
import type { StripeFaultInput } from './faults.ts'

/** The control functions over HTTP, for scripts and other processes. */
export function buildControlHttp(control: StripeControl): FastifyInstance {
  const app = fastify({ forceCloseConnections: true })
  app.setErrorHandler((error: Error, _request, reply) =>
    error instanceof StripeRefusal
      ? reply.code(error.status).send({ code: error.code, message: error.message })
      : reply.code(400).send({ code: 'BAD_REQUEST', message: error.message }),
  )
  app.get('/faults', () => control.faults())
  app.post<{ Body: StripeFaultInput }>('/faults', (request) => control.addFault(request.body))
  app.delete('/faults', () => ({ cleared: control.clearFaults() ?? true }))
  app.delete<{ Params: { id: string } }>('/faults/:id', (request) => ({
    cleared: control.clearFaults(Number(request.params.id)) ?? true,
  }))
  app.get('/requests', () => control.received())
  app.get('/notices', () => control.sendings())
  app.get('/books', () => control.books())
  app.post<{ Body: { url: string } }>('/webhook', (request) => ({ secret: control.setWebhook(request.body.url) }))
  app.post<{ Body: { overlap_ms?: number } }>('/webhook/roll', (request) => ({
    secret: control.rollWebhookSecret(request.body.overlap_ms),
  }))
  app.post('/key/roll', () => ({ secret_key: control.rollSecretKey() }))
  app.post<{ Body: { payment_nos: readonly string[] } }>('/pay', (request) => control.pay(request.body.payment_nos))
  app.post<{ Body: { payment_no: string; count?: number } }>('/notices', (request) =>
    control.repeatNotices(request.body.payment_no, request.body.count),
  )
  app.post<{ Body: { payment_no: string; inquiry?: boolean; reason?: string } }>('/disputes', (request) => {
    const { payment_no: paymentNo, ...options } = request.body
    return control.openDispute(paymentNo, options)
  })
  app.post<{ Params: { id: string }; Body: { won: boolean } }>('/disputes/:id/close', (request) =>
    control.closeDispute(request.params.id, request.body.won),
  )
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
