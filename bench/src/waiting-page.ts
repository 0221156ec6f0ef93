import { connect } from 'node:net'

export type WaitingPage = {
  /** The first event is there: the page shows the order. */
  readonly opened: Promise<void>
  /** The time (`performance.now()`) at which the page had a delivered order, with its codes. */
  readonly delivered: Promise<number>
  readonly close: () => void
}

/**
 * A page that waits for its code on `/orders/:no/stream`, each on a connection of its own as browsers have it. Reads the
 * socket directly: `fetch` costs the driver more than the server spends, and both share the cores.
 */
export function openWaitingPage(baseUrl: string, path: string, cookie: string): WaitingPage {
  const { hostname, port, host } = new URL(baseUrl)
  const opened = Promise.withResolvers<void>()
  const delivered = Promise.withResolvers<number>()
  // Whoever closes the page early does not ask for these any more.
  opened.promise.catch(() => undefined)
  delivered.promise.catch(() => undefined)
  let seen = ''
  const socket = connect(Number(port), hostname, () => {
    socket.write(
      `GET ${path} HTTP/1.1\r\nhost: ${host}\r\ncookie: ${cookie}\r\naccept: text/event-stream\r\nx-quanshu-client: bench\r\n\r\n`,
    )
  })
  socket.setNoDelay(true)
  socket.setEncoding('latin1')
  const fail = (error: Error): void => {
    opened.reject(error)
    delivered.reject(error)
  }
  socket.on('data', (chunk: string) => {
    seen += chunk
    if (!seen.startsWith('HTTP/1.1 200')) {
      if (seen.includes('\r\n\r\n')) fail(new Error(`the page’s stream answered ${seen.slice(0, 200)}`))
      return
    }
    if (seen.includes('"state":"')) opened.resolve()
    if (seen.includes('"state":"delivered"')) delivered.resolve(performance.now())
  })
  socket.on('error', fail)
  socket.on('close', () => fail(new Error(`the page’s stream ended: ${seen.slice(-200)}`)))
  return { opened: opened.promise, delivered: delivered.promise, close: () => socket.destroy() }
}
