import type { Platform } from '../module.ts'
import type { Place } from './place.ts'

/** Writes down how far subscribers are, several with one call. */
export type Heads = {
  readonly advance: (subscriber: string, head: Place) => void
  /** Everything noted before is written, or was tried. */
  readonly flush: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** A move that is lost only means that events are read again; the tenants' cursors know that they were applied. */
const FLUSH_MS = 200
const AGAIN_MS = 1_000

export function startHeads({ db, log }: Pick<Platform, 'db' | 'log'>): Heads {
  let noted = new Map<string, Place>()
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let writing = Promise.resolve()

  function write(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    writing = writing.then(async () => {
      if (noted.size === 0) return
      const taken = noted
      noted = new Map()
      try {
        await db.callGlobal('events.advance', Object.fromEntries(taken))
      } catch (error) {
        // Newer ones win. Not left to the next move: in a quiet hour there is none, and all would seem to be behind.
        noted = new Map([...taken, ...noted])
        if (!stopped) timer ??= setTimeout(write, AGAIN_MS)
        log.debug({ err: error }, 'the places of subscribers were not written down; again in a moment')
      }
    })
    return writing
  }

  return {
    advance(subscriber, head) {
      noted.set(subscriber, head)
      timer ??= setTimeout(write, FLUSH_MS)
    },
    flush: write,
    stop: () => {
      stopped = true
      return write()
    },
  }
}
