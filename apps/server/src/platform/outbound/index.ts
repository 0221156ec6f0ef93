import { type LookupAddress, lookup } from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import type { LookupFunction } from 'node:net'
import { isAllowedUrl, isPublicAddress } from './addresses.ts'

export { isAllowedUrl, isPublicAddress } from './addresses.ts'

export type OutboundRequest = {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  /** For the whole call, from the connection to the last byte. */
  readonly timeoutMs: number
  /** A longer answer is cut off and fails. Default 256 KiB. */
  readonly answerMaxBytes?: number
}
export type OutboundAnswer = {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: Buffer
}

/**
 * The call failed. `sent` says whether the other side may have seen it: when true nobody knows what happened there, and
 * the only thing to do is to ask again under the same reference.
 */
export class OutboundFailure extends Error {
  override readonly name = 'OutboundFailure'
  readonly sent: boolean
  constructor(message: string, sent: boolean, options?: ErrorOptions) {
    super(message, options)
    this.sent = sent
  }
}

/** The way to addresses that merchants choose. @throws OutboundFailure */
export type Outbound = {
  readonly call: (request: OutboundRequest) => Promise<OutboundAnswer>
  readonly close: () => void
}

const ANSWER_MAX_BYTES = 256 * 1024
const SOCKETS_MAX = 64

/**
 * HTTP calls that cannot be turned against our own network: https only, the address a name points to is checked at the
 * very connection that is used (so a name cannot change in between), redirects are not followed, answers are bounded.
 * @param options.allowInsecure plain http and private addresses too: for stand-ins on this machine
 */
export function createOutbound(options: { readonly allowInsecure: boolean }): Outbound {
  const { allowInsecure } = options
  const settings = {
    keepAlive: true,
    maxSockets: SOCKETS_MAX,
    ...(allowInsecure ? {} : { lookup: publicLookup }),
  }
  const agents = { 'http:': new http.Agent(settings), 'https:': new https.Agent(settings) }
  return {
    call: async (request) => {
      if (!isAllowedUrl(request.url, allowInsecure)) throw new OutboundFailure('address not allowed', false)
      const url = new URL(request.url)
      const agent = url.protocol === 'https:' ? agents['https:'] : agents['http:']
      return await send(url, agent, request)
    },
    close: () => {
      agents['http:'].destroy()
      agents['https:'].destroy()
    },
  }
}

/** Resolves like the system does and refuses the whole name when one of its addresses is private. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error) return callback(error, '', 0)
    const [first] = addresses
    if (!first || !addresses.every(({ address }) => isPublicAddress(address))) {
      return callback(
        Object.assign(new Error(`${hostname} is not on the public internet`), { code: 'EPRIVATE' }),
        '',
        0,
      )
    }
    if (options.all) callback(null, addresses)
    else callback(null, first.address, first.family)
  })
}

function send(url: URL, agent: http.Agent, request: OutboundRequest): Promise<OutboundAnswer> {
  const max = request.answerMaxBytes ?? ANSWER_MAX_BYTES
  return new Promise((resolve, reject) => {
    let connected = false
    const fail = (error: Error): void => reject(new OutboundFailure(error.message, connected, { cause: error }))
    const outgoing = (url.protocol === 'https:' ? https : http).request(
      url,
      {
        method: request.method,
        agent,
        headers: request.headers,
        signal: AbortSignal.timeout(request.timeoutMs),
      },
      (incoming) => {
        const chunks: Buffer[] = []
        let size = 0
        incoming.on('data', (chunk: Buffer) => {
          size += chunk.length
          if (size > max) incoming.destroy(new Error(`answer longer than ${max} bytes`))
          else chunks.push(chunk)
        })
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) }),
        )
        incoming.on('error', fail)
      },
    )
    outgoing.on('socket', (socket) => {
      connected = !socket.connecting
      if (!connected) {
        socket.once('connect', () => {
          connected = true
        })
      }
    })
    outgoing.on('error', fail)
    outgoing.end(request.body)
  })
}
