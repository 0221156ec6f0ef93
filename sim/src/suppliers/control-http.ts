import fastify, { type FastifyInstance } from 'fastify'
import type { CardState, GoodsState, OrderEnd } from './books.ts'
import type { NewGoods, SupplierControl } from './control.ts'
import type { SupplierFaultInput } from './faults.ts'
import type { RateLimit } from './serve.ts'
import type { Pace } from './take-order.ts'

const BODY_LIMIT_BYTES = 16 * 1024 * 1024

/** The control functions over HTTP, for scripts and other processes. */
export function buildControlHttp(control: SupplierControl): FastifyInstance {
  const app = fastify({ bodyLimit: BODY_LIMIT_BYTES, forceCloseConnections: true })
  app.setErrorHandler((error: Error, _request, reply) =>
    reply.code(400).send({ code: 'BAD_REQUEST', message: error.message }),
  )
  const done = { done: true }

  app.get('/faults', () => control.faults())
  app.post<{ Body: SupplierFaultInput }>('/faults', (request) => control.addFault(request.body))
  app.delete('/faults', () => ({ cleared: control.clearFaults() ?? true }))
  app.delete<{ Params: { id: string } }>('/faults/:id', (request) => ({
    cleared: control.clearFaults(Number(request.params.id)) ?? true,
  }))

  app.get('/goods', () => control.goods())
  app.post<{ Body: NewGoods }>('/goods', (request) => control.addGoods(request.body))
  app.post<{ Params: { id: string }; Body: { price?: string; stock?: number; state?: GoodsState } }>(
    '/goods/:id',
    (request) => control.setGoods(request.params.id, request.body),
  )
  app.get('/balance', () => ({ balance: control.balance() }))
  app.post<{ Body: { balance: string } }>('/balance', (request) => {
    control.setBalance(request.body.balance)
    return { balance: control.balance() }
  })
  app.post<{ Body: Partial<Pace> }>('/pace', (request) => {
    control.setPace(request.body)
    return done
  })
  app.post<{ Body: Partial<RateLimit> }>('/rate-limit', (request) => {
    const { requests, windowMs } = request.body
    control.setRateLimit(requests === undefined || windowMs === undefined ? undefined : { requests, windowMs })
    return done
  })
  app.post<{ Body: { url: string } }>('/callback-url', (request) => {
    control.setCallbackUrl(request.body.url)
    return done
  })

  app.get('/orders', () => control.orders())
  app.get<{ Params: { no: string } }>('/orders/:no', (request, reply) => {
    const order = control.order(request.params.no)
    return order ?? reply.code(404).send({ code: 'NOT_FOUND', message: `no order ${request.params.no}` })
  })
  app.post<{ Params: { no: string }; Body: { end: OrderEnd; pieces?: number; reason?: string } }>(
    '/orders/:no/settle',
    (request) => control.settle(request.params.no, request.body.end, request.body),
  )
  app.post<{ Params: { no: string }; Body: { count?: number } | null }>('/orders/:no/callbacks', (request) =>
    control.repeatCallbacks(request.params.no, request.body?.count),
  )
  app.get<{ Params: { no: string } }>('/orders/:no/delivered', (request) => control.delivered(request.params.no))
  app.get<{ Querystring: { account?: string } }>('/deliveries', (request) => control.deliveries(request.query.account))
  app.post<{ Params: { account: string }; Body: { nickname?: string; isOpen?: boolean } }>(
    '/people/:account',
    (request) => {
      control.setPerson(request.params.account, request.body)
      return done
    },
  )
  app.get<{ Params: { day: string } }>('/statements/:day/file', (request, reply) =>
    reply.type('text/csv; charset=utf-8').send(control.statementFile(request.params.day)),
  )
  app.get<{ Params: { day: string } }>('/statements/:day', (request) => control.statement(request.params.day))
  app.get<{ Params: { no: string } }>('/cards/:no', (request, reply) => {
    const card = control.card(request.params.no)
    return card ?? reply.code(404).send({ code: 'NOT_FOUND', message: `no card ${request.params.no}` })
  })
  app.post<{ Params: { no: string }; Body: { state: CardState } }>('/cards/:no', (request) =>
    control.markCard(request.params.no, request.body.state),
  )

  app.get('/requests', () => control.received())
  app.get('/callbacks', () => control.sendings())
  app.post<{ Body: { ms?: number } | null }>('/down', async (request) => {
    await control.down(request.body?.ms)
    return done
  })
  app.post('/up', async () => {
    await control.up()
    return done
  })
  app.post<{ Body: { ms: number } }>('/advance', async (request) => {
    await control.advance(request.body.ms)
    return { advancedMs: request.body.ms }
  })
  return app
}
