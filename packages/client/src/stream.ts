import type { StreamOptions } from './client.ts'
import { isProblem } from './problem.ts'

type Open = (signal: AbortSignal, headers: Record<string, string>) => Promise<Response>
export type OnEvent = (data: unknown, meta: { readonly event: string; readonly id: string | undefined }) => void

const RETRY_MS = 2_000
const RETRY_MAX_MS = 30_000
/** The server says something every 15 s; three silent times that is a dead connection that nobody told us about. */
const SILENCE_MAX_MS = 45_000

/**
 * Server-sent events over `fetch`, which unlike `EventSource` carries our headers, tells why it was refused, and
 * exists in Node.
 */
export function follow(open: Open, onEvent: OnEvent, options: StreamOptions): () => void {
  const stopped = new AbortController()
  let lastEventId: string | undefined
  let retryMs = RETRY_MS
  let failures = 0

  async function connect(): Promise<void> {
    const connection = new AbortController()
    const signal = AbortSignal.any([stopped.signal, connection.signal])
    let watchdog = setTimeout(() => connection.abort(), SILENCE_MAX_MS)
    try {
      const extra = { accept: 'text/event-stream', ...(lastEventId ? { 'last-event-id': lastEventId } : {}) }
      const { body } = await open(signal, extra)
      if (!body) return
      options.onOpen?.()
      for await (const block of blocks(body)) {
        clearTimeout(watchdog)
        watchdog = setTimeout(() => connection.abort(), SILENCE_MAX_MS)
        failures = 0
        const message = parse(block)
        if (message.retryMs !== undefined) retryMs = message.retryMs
        if (message.id !== undefined) lastEventId = message.id
        if (message.data !== undefined) onEvent(JSON.parse(message.data), { event: message.event, id: lastEventId })
      }
    } finally {
      clearTimeout(watchdog)
    }
  }

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      try {
        await connect()
      } catch (error) {
        if (stopped.signal.aborted) return
        if (isProblem(error) && error.status >= 400 && error.status < 500 && error.status !== 429) {
          options.onProblem?.(error)
          return
        }
        failures += 1
      }
      if (stopped.signal.aborted) return
      options.onBroken?.()
      await pause(Math.min(retryMs * 2 ** failures, RETRY_MAX_MS) * (0.5 + Math.random() / 2), stopped.signal)
    }
  }

  void run()
  return () => stopped.abort()
}

/** The stream cut at its empty lines. */
async function* blocks(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader()
  let rest = ''
  try {
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
      const parts = (rest + value).split('\n\n')
      rest = parts.pop() ?? ''
      yield* parts
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

type Message = {
  readonly event: string
  readonly data?: string
  readonly id?: string
  readonly retryMs?: number
}

function parse(block: string): Message {
  const fields = new Map<string, string>()
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trimStart())
  }
  const [data, id, retry] = [fields.get('data'), fields.get('id'), Number(fields.get('retry'))]
  return {
    event: fields.get('event') ?? 'message',
    ...(data === undefined ? {} : { data }),
    ...(id === undefined ? {} : { id }),
    ...(retry > 0 ? { retryMs: retry } : {}),
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}
