import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** Listens on `port`, or on a free one when none is given. @returns the base URL. */
export async function listen(app: FastifyInstance, host: string, port = 0): Promise<string> {
  await app.listen({ host, port })
  const address = app.server.address() as AddressInfo
  return `http://${host}:${address.port}`
}
