import { connect, type Socket } from 'node:net'

/**
 * A lean HTTP/1.1 driver on bare sockets: the driver shares two cores with what it measures. autocannon repeats one
 * request, while an order is a chain of them that use each other's answers. With this one in place of Node's own client
 * the driver's share of an order, three requests and the signing, fell from about 720 microseconds of CPU to about 180.
 * It understands what our servers send: `content-length` or chunks.
 */
export type Driver = {
  readonly request: (
    method: 'GET' | 'POST',
    path: string,
    body?: string,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>
  readonly close: () => void
}
export type Answer = { readonly status: number; readonly body: string; readonly cookies: readonly string[] }

/** What a browser sends back. */
export const cookieOf = ({ cookies }: Answer): string => cookies.map((line) => line.split(';')[0]).join('; ')

/** @param connections kept alive; requests beyond it wait for a free one */
export function createDriver(baseUrl: string, connections: number): Driver {
  const url = new URL(baseUrl)
  const head = `host: ${url.host}\r\nx-quanshu-client: bench\r\n`
  const idle: Connection[] = []
  const waiting: ((connection: Connection) => void)[] = []
  const all = new Set<Connection>()

  const release = (connection: Connection): void => {
    const next = waiting.shift()
    if (next) next(connection)
    else idle.push(connection)
  }
  const acquire = (): Connection | Promise<Connection> => {
    const free = idle.pop()
    if (free) return free
    if (all.size < connections) {
      const made = openConnection(url, () => {
        all.delete(made)
        const at = idle.indexOf(made)
        if (at >= 0) idle.splice(at, 1)
      })
      all.add(made)
      return made
    }
    return new Promise((resolve) => waiting.push(resolve))
  }

  return {
    close: () => {
      for (const connection of all) connection.close()
    },
    request: async (method, path, body, headers) => {
      const connection = await acquire()
      let text = `${method} ${path} HTTP/1.1\r\n${head}`
      for (const name in headers) text += `${name}: ${headers[name]}\r\n`
      if (body !== undefined) {
        if (headers?.['content-type'] === undefined) text += 'content-type: application/json\r\n'
        text += `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
      } else text += '\r\n'
      try {
        return await connection.exchange(text)
      } finally {
        if (all.has(connection)) release(connection)
      }
    },
  }
}

type Connection = { readonly exchange: (request: string) => Promise<Answer>; readonly close: () => void }

function openConnection(url: URL, onGone: () => void): Connection {
  const socket: Socket = connect({
    host: url.hostname === 'localhost' ? '127.0.0.1' : url.hostname,
    port: Number(url.port),
  })
  socket.setNoDelay(true)
  let received = ''
  let pending: { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void } | undefined

  const fail = (error: Error): void => {
    onGone()
    socket.destroy()
    pending?.reject(error)
    pending = undefined
  }
  // Latin 1 keeps one character a byte, so lengths in bytes are lengths of the text; bodies are decoded at the end.
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => {
    received = received === '' ? chunk : received + chunk
    const answer = parsed(received)
    if (!answer) return
    received = ''
    pending?.resolve(answer)
    pending = undefined
  })
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the server closed the connection')))
  return {
    close: () => socket.destroy(),
    exchange: (request) =>
      new Promise((resolve, reject) => {
        pending = { resolve, reject }
        socket.write(request, 'utf8')
      }),
  }
}

/** The answer, when it is whole. Only one is ever under way on a connection. */
function parsed(text: string): Answer | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = text.slice(0, end)
  const length = header(head, 'content-length')
  let body: string | undefined
  if (length !== undefined) {
    const from = end + 4
    if (text.length < from + Number(length)) return undefined
    body = text.slice(from, from + Number(length))
  } else if (/\r\ntransfer-encoding: chunked/i.test(head)) {
    // Written by Node itself, with capitals.
    body = unchunked(text, end + 4)
    if (body === undefined) return undefined
  }
  return { status: Number(text.slice(9, 12)), body: decoded(body ?? ''), cookies: cookiesOf(head) }
}

function unchunked(text: string, start: number): string | undefined {
  let body = ''
  for (let at = start; ; ) {
    const line = text.indexOf('\r\n', at)
    if (line < 0) return undefined
    const size = Number.parseInt(text.slice(at, line), 16)
    if (text.length < line + 2 + size + 2) return undefined
    if (size === 0) return body
    body += text.slice(line + 2, line + 2 + size)
    at = line + 2 + size + 2
  }
}

function header(head: string, name: string): string | undefined {
  const at = head.indexOf(`\r\n${name}: `)
  if (at < 0) return undefined
  const from = at + name.length + 4
  const to = head.indexOf('\r\n', from)
  return head.slice(from, to < 0 ? undefined : to)
}

function cookiesOf(head: string): readonly string[] {
  if (!head.includes('\r\nset-cookie: ')) return []
  return head.split('\r\n').flatMap((line) => (line.startsWith('set-cookie: ') ? [line.slice(12)] : []))
}

const NOT_ASCII = /[\x80-\xff]/
const decoded = (text: string): string => (NOT_ASCII.test(text) ? Buffer.from(text, 'latin1').toString() : text)

export type Load = { readonly perSecond: number; readonly latenciesMs: readonly number[] }

/** `shoppers` at once, each beginning anew when done, for a time after a warm-up. Counts what ends inside the window. */
export async function closedLoop(
  options: { readonly shoppers: number; readonly warmMs: number; readonly measureMs: number },
  flow: (n: number) => Promise<void>,
): Promise<Load> {
  const { shoppers, warmMs, measureMs } = options
  const from = performance.now() + warmMs
  const until = from + measureMs
  const latenciesMs: number[] = []
  let n = 0
  const shopper = async (): Promise<void> => {
    while (performance.now() < until) {
      const begun = performance.now()
      n += 1
      await flow(n)
      const ended = performance.now()
      if (ended >= from && ended < until) latenciesMs.push(ended - begun)
    }
  }
  await Promise.all(Array.from({ length: shoppers }, shopper))
  return { perSecond: latenciesMs.length / (measureMs / 1_000), latenciesMs }
}
