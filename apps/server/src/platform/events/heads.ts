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

export function startHeads({ db, log }: Pick<Platform, 'db' | 'log'>): Heads {
  let noted = new Map<string, Place>()
  let timer: NodeJS.Timeout | undefined
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
        // Newer ones win; what is older is tried again with them.
        noted = new Map([...taken, ...noted])
        log.debug({ err: error }, 'the places of subscribers were not written down; with the next')
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
    stop: write,
  }
}
