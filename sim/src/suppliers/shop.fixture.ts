import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'vitest'

export type Heard = { readonly headers: http.IncomingHttpHeaders; readonly body: string }

/** A shop that keeps every callback and answers what the test wants. */
export type Shop = {
  readonly url: string
  heard: Heard[]
  answer: { readonly status: number; readonly body: string }
  /** The callbacks about an order, waited for; those of earlier tests may still come in. */
  readonly about: (no: string, count?: number) => Promise<readonly Heard[]>
  readonly close: () => void
}

export async function openShop(acknowledgement: string): Promise<Shop> {
  const server = http.createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      shop.heard.push({ headers: request.headers, body })
      response.writeHead(shop.answer.status).end(shop.answer.body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const shop: Shop = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/suppliers/callback`,
    heard: [],
    answer: { status: 200, body: acknowledgement },
    about: async (no, count = 1) => {
      const found = (): readonly Heard[] => shop.heard.filter(({ body }) => body.includes(no))
      await expect.poll(() => found().length).toBe(count)
      return found()
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
  return shop
}
