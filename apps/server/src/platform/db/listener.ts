import pg from 'pg'
import type { Log } from '../log/index.ts'

const PAUSE_MIN_MS = 100
const PAUSE_MAX_MS = 5_000

export type Listener = {
  readonly listen: (channel: string, onNotify: (payload: string) => void) => Promise<() => Promise<void>>
  readonly close: () => Promise<void>
}

/**
 * One connection for all channels of this process. When it breaks it is made again with growing pauses, and every
 * listener is woken once with an empty payload, because what was announced meanwhile is lost.
 */
export function createListener(connect: () => pg.Client, log: Log): Listener {
  const handlers = new Map<string, Set<(payload: string) => void>>()
  let client: pg.Client | undefined
  let connecting: Promise<pg.Client> | undefined
  let closed = false
  let timer: NodeJS.Timeout | undefined

  const wake = (channel: string, payload: string): void => {
    for (const handler of handlers.get(channel) ?? []) handler(payload)
  }

  const open = async (): Promise<pg.Client> => {
    const fresh = connect()
    fresh.on('notification', (message) => wake(message.channel, message.payload ?? ''))
    fresh.on('error', () => reopen(fresh, PAUSE_MIN_MS))
    fresh.on('end', () => reopen(fresh, PAUSE_MIN_MS))
    await fresh.connect()
    for (const channel of handlers.keys()) await fresh.query(`listen ${pg.escapeIdentifier(channel)}`)
    client = fresh
    return fresh
  }

  const reopen = (broken: pg.Client | undefined, pauseMs: number): void => {
    if (closed || timer || client !== broken) return
    client = undefined
    timer = setTimeout(async () => {
      timer = undefined
      if (closed || handlers.size === 0) return
      try {
        await ready()
        for (const channel of handlers.keys()) wake(channel, '')
      } catch (error) {
        log.debug({ err: error }, 'listening connection is not back yet')
        reopen(undefined, Math.min(pauseMs * 2, PAUSE_MAX_MS))
      }
    }, pauseMs)
  }

  const ready = async (): Promise<pg.Client> => {
    if (client) return client
    connecting ??= open().finally(() => {
      connecting = undefined
    })
    return await connecting
  }

  return {
    async listen(channel, onNotify) {
      const set = handlers.get(channel) ?? new Set()
      const isNew = set.size === 0
      set.add(onNotify)
      handlers.set(channel, set)
      try {
        const connection = await ready()
        if (isNew) await connection.query(`listen ${pg.escapeIdentifier(channel)}`)
      } catch (error) {
        log.warn({ err: error, channel }, 'cannot listen yet, trying on')
        reopen(undefined, PAUSE_MIN_MS)
      }
      return async () => {
        set.delete(onNotify)
        if (set.size > 0) return
        handlers.delete(channel)
        await client?.query(`unlisten ${pg.escapeIdentifier(channel)}`).catch(() => undefined)
      }
    },
    async close() {
      closed = true
      clearTimeout(timer)
      const last = client ?? (await connecting?.catch(() => undefined))
      await last?.end()
    },
  }
}
