import { commonErrors } from '@quanshu/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { gauge } from '../telemetry/index.ts'
import type { EventStream } from './bind.ts'
import { callerNetwork } from './rate-limit.ts'

const HEARTBEAT_MS = 15_000
/** After this a page reconnects and is checked anew: its session may have ended meanwhile. */
const LIFETIME_MS = 15 * 60_000
const UNSENT_MAX_BYTES = 256 * 1024
const STREAMS_MAX = 20_000

type Open = { readonly write: (text: string) => void; readonly end: () => void; readonly until: number }
export type Streams = ReturnType<typeof createStreams>

const registries = new Set<{ readonly size: () => number }>()
gauge('http_streams', 'Pages that wait for server-sent events', () => {
  let sum = 0
  for (const registry of registries) sum += registry.size()
  return sum
})

/**
 * The server-sent event streams of one server, so many at most from one network: a visitor with a thousand open pages
 * must not keep others waiting. One timer serves them all: a waiting page costs a socket and a set entry.
 */
export function createStreams({ perNetworkMax }: { readonly perNetworkMax: number }) {
  const open = new Set<Open>()
  const openOf = new Map<string, number>()
  const registry = { size: () => open.size }
  registries.add(registry)
  const timer = setInterval(() => {
    const now = Date.now()
    for (const stream of open) {
      if (stream.until < now) stream.end()
      else stream.write(': \n\n')
    }
  }, HEARTBEAT_MS)
  timer.unref()

  return {
    start: (request: FastifyRequest, reply: FastifyReply): EventStream<unknown> => {
      if (open.size >= STREAMS_MAX) throw commonErrors.busy()
      const network = callerNetwork(request.ip)
      const others = openOf.get(network) ?? 0
      if (others >= perNetworkMax) throw commonErrors.tooManyPages({ max: perNetworkMax })
      openOf.set(network, others + 1)
      const stream = start(open, request, reply)
      stream.onClose(() => {
        const left = (openOf.get(network) ?? 1) - 1
        if (left > 0) openOf.set(network, left)
        else openOf.delete(network)
      })
      return stream
    },
    closeAll(): void {
      clearInterval(timer)
      registries.delete(registry)
      for (const stream of open) stream.end()
    },
  }
}

function start(open: Set<Open>, request: FastifyRequest, reply: FastifyReply): EventStream<unknown> {
  const { raw } = reply
  const closers: (() => void)[] = []
  let closed = false
  const end = () => {
    if (closed) return
    closed = true
    open.delete(entry)
    raw.end()
    for (const closer of closers) closer()
  }
  const write = (text: string) => {
    if (closed) return
    // Ending would wait for the slow reader; destroying frees the memory now, and the page reconnects when it can.
    if (raw.writableLength > UNSENT_MAX_BYTES) raw.destroy()
    else raw.write(text)
  }
  // Lifetimes differ by up to a fifth, so that pages opened together do not all come back together.
  const entry: Open = { write, end, until: Date.now() + LIFETIME_MS * (1 + Math.random() / 5) }
  open.add(entry)
  raw.on('close', end)
  raw.on('error', end)
  // Head, retry and what the opener sends first leave in one write: each write of its own costs as much as making the page.
  raw.cork()
  process.nextTick(() => raw.uncork())
  sendHead(request, reply)
  write(`retry: ${Math.round(1000 + Math.random() * 2000)}\n\n`)

  const lastEventId = request.headers['last-event-id']
  return {
    send: (data, options) => write(frame(data, options)),
    lastEventId: typeof lastEventId === 'string' && lastEventId !== '' ? lastEventId : undefined,
    onClose: (fn) => {
      if (closed) fn()
      else closers.push(fn)
    },
    close: end,
    get closed() {
      return closed
    },
  }
}

function sendHead(request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack()
  request.raw.socket.setTimeout(0)
  request.raw.socket.setNoDelay(true)
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value)
  }
  reply.raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    // nginx buffers responses unless told otherwise, and buffered news is no news.
    'x-accel-buffering': 'no',
  })
}

/** JSON has no raw line breaks, so the data is always one line. An id or event name is ours, but never breaks the frame. */
function frame(data: unknown, options: { readonly id?: string; readonly event?: string } = {}): string {
  const id = options.id === undefined ? '' : `id: ${oneLine(options.id)}\n`
  const event = options.event === undefined ? '' : `event: ${oneLine(options.event)}\n`
  return `${id}${event}data: ${JSON.stringify(data)}\n\n`
}

const oneLine = (text: string): string => text.replace(/[\r\n\0]/g, ' ')
