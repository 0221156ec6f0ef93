import http from 'node:http'
import https from 'node:https'

/** What came back; status 0 when nothing did within five seconds. */
export type SentAnswer = { readonly status: number; readonly body: string }

export type Sender = {
  readonly send: (request: {
    readonly method: 'GET' | 'POST'
    readonly url: string
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: string
  }) => Promise<SentAnswer>
  readonly close: () => void
}

const ANSWER_TIMEOUT_MS = 5000
const ANSWER_CHARS_MAX = 65_536
const SOCKETS_MAX = 256

/** A stand-in's way to tell a shop something: kept connections, and no error but an answer with status 0. */
export function openSender(): Sender {
  const settings = { keepAlive: true, maxSockets: SOCKETS_MAX, scheduling: 'lifo' as const }
  const agents = { 'http:': new http.Agent(settings), 'https:': new https.Agent(settings) }
  const once = (request: Parameters<Sender['send']>[0]): Promise<SentAnswer & { readonly stale?: boolean }> => {
    const url = new URL(request.url)
    const secure = url.protocol === 'https:'
    const { method, headers = {}, body = '' } = request
    return new Promise((resolve) => {
      const outgoing = (secure ? https : http).request(
        url,
        {
          method,
          agent: secure ? agents['https:'] : agents['http:'],
          timeout: ANSWER_TIMEOUT_MS,
          headers: { ...headers, ...(method === 'POST' && { 'content-length': Buffer.byteLength(body) }) },
        },
        (incoming) => {
          let text = ''
          incoming.setEncoding('utf8')
          incoming.on('data', (chunk: string) => {
            if (text.length < ANSWER_CHARS_MAX) text += chunk
          })
          incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body: text }))
          incoming.on('error', (error) => resolve({ status: 0, body: error.message }))
        },
      )
      outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')))
      outgoing.on('error', (error: NodeJS.ErrnoException) =>
        resolve({ status: 0, body: error.message, stale: outgoing.reusedSocket && error.code === 'ECONNRESET' }),
      )
      outgoing.end(method === 'POST' ? body : undefined)
    })
  }
  return {
    // The receiver closed an idle connection just as it was reused: nobody's fault, so once more on a new one.
    send: async (request) => {
      const answer = await once(request)
      return answer.stale ? once(request) : answer
    },
    close: () => {
      agents['http:'].destroy()
      agents['https:'].destroy()
    },
  }
}
