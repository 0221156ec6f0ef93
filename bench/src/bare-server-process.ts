import Fastify from 'fastify'
import type { BareRoute } from './bare-server.ts'

/** The program that `startBareServer` forks. */
process.once('message', async (routes: readonly BareRoute[]) => {
  const app = Fastify()
  for (const { method, path, body, contentType } of routes) {
    app.route({ method, url: path, handler: (_request, reply) => reply.type(contentType).send(body) })
  }
  process.send?.(await app.listen({ host: '127.0.0.1', port: 0 }))
})
process.once('disconnect', () => process.exit(0))
