import http from 'node:http'
import type { AddressInfo } from 'node:net'

export type Heard = { readonly headers: http.IncomingHttpHeaders; readonly body: string; readonly atMs: number }

/** A shop that keeps every callback and answers what the test wants. */
export type Shop = {
  readonly url: string
  heard: Heard[]
  answer: { readonly status: number; readonly body: string }
  readonly close: () => void
}

export async function openShop(acknowledgement: string): Promise<Shop> {
  const server = http.createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      shop.heard.push({ headers: request.headers, body, atMs: performance.now() })
      response.writeHead(shop.answer.status).end(shop.answer.body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const shop: Shop = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/suppliers/callback`,
    heard: [],
    answer: { status: 200, body: acknowledgement },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
  return shop
}
