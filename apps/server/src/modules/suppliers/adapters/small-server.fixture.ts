import http from 'node:http'
import type { AddressInfo } from 'node:net'

export type Asked = {
  readonly method: string
  readonly path: string
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}
/** What is answered; `cut` ends the connection without a word. */
export type Told = { readonly status?: number; readonly body: unknown } | 'cut'

/** A supplier of a few lines: answers what the test wants, and keeps what it was asked. */
export async function openSmallServer(answer: (asked: Asked) => Told): Promise<{
  readonly url: string
  readonly asked: Asked[]
  readonly close: () => void
}> {
  const asked: Asked[] = []
  const server = http.createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      const one = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body }
      asked.push(one)
      const told = answer(one)
      if (told === 'cut') request.socket.destroy()
      else {
        const text = typeof told.body === 'string' ? told.body : JSON.stringify(told.body)
        response.writeHead(told.status ?? 200, { 'content-type': 'application/json' }).end(text)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
