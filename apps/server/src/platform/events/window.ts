import type { Platform } from '../module.ts'
import { isAfter, type Place, type RawEvent } from './place.ts'

/** What comes after a place. `head`: how far it goes, null when nothing has come; `more`: the log goes on. */
export type Batch = { readonly events: readonly RawEvent[]; readonly head: Place | null; readonly more: boolean }

/** One reading of the log for all subscribers of this process, who would otherwise each read the same rows. */
export type LogWindow = {
  /** The next events of these types, at most `max`. In a hurry it reads at once, and what was committed before the call. */
  readonly next: (after: Place, types: ReadonlySet<string>, max: number, isInHurry: boolean) => Promise<Batch>
}

/** Subscribers of a flow are a few readings apart; who is further behind reads the log alone until he has caught up. */
const KEPT_MAX = 10_000
/** Rows of the log a reading looks at. */
const READ_MAX = 2_000

/**
 * @param types every type that somebody will ask for
 * @param gatherMs between the beginnings of two readings under a steady flow, by how many events the last one brought
 */
export function createLogWindow(
  db: Pick<Platform['db'], 'callGlobal'>,
  types: readonly string[],
  gatherMs: (found: number) => number,
): LogWindow {
  // What is known: `kept` are all events of these types after `from`, up to and with `head`.
  let kept: RawEvent[] = []
  let from: Place | undefined
  let head: Place | undefined
  let hasMore = false
  let found = 0
  let readAt = Number.NEGATIVE_INFINITY
  let reading: Promise<void> | undefined
  /** Set while somebody wants the reading that waits for its time to begin now. */
  let hasten: (() => void) | undefined

  const readLog = (after: Place, wanted: readonly string[], max: number): Promise<Batch> =>
    db.callGlobal<Batch>('events.read', after, wanted, max)

  async function goOn(isInHurry: boolean): Promise<void> {
    if (!isInHurry && !hasMore) await due(readAt + gatherMs(found) - performance.now())
    readAt = performance.now()
    const began = head
    if (!began) return
    const batch = await readLog(began, types, READ_MAX)
    // Somebody ahead of it has moved the window meanwhile.
    if (head !== began) return
    hasMore = batch.more
    found = batch.events.length
    if (batch.head === null) return
    head = batch.head
    kept.push(...batch.events)
    const dropped = kept.splice(0, Math.max(0, kept.length - KEPT_MAX)).at(-1)
    if (dropped) from = dropped.place
  }

  const due = (ms: number): Promise<void> =>
    ms <= 0
      ? Promise.resolve()
      : new Promise((resolve) => {
          const done = () => {
            clearTimeout(timer)
            hasten = undefined
            resolve()
          }
          const timer = setTimeout(done, ms)
          hasten = done
        })

  function read(isInHurry: boolean): Promise<void> {
    reading ??= goOn(isInHurry).finally(() => {
      reading = undefined
    })
    return reading
  }

  function known(after: Place, wanted: ReadonlySet<string>, max: number): Batch {
    const own: RawEvent[] = []
    for (let at = firstAfter(kept, after); at < kept.length; at += 1) {
      const event = kept[at] as RawEvent
      if (!wanted.has(event.type)) continue
      if (own.length === max) return { events: own, head: (own.at(-1) as RawEvent).place, more: true }
      own.push(event)
    }
    return { events: own, head: head as Place, more: hasMore }
  }

  /** Makes the window one that reaches up to `after`, if it can be had with one reading. */
  async function reach(after: Place, isInHurry: boolean): Promise<void> {
    if (head && isAfter(after, head)) await read(isInHurry)
    if (head && !isAfter(after, head)) return
    // The window follows whoever is foremost.
    from = after
    head = after
    kept = []
    hasMore = false
  }

  const covers = (after: Place): boolean =>
    from !== undefined && head !== undefined && !isAfter(from, after) && !isAfter(after, head)

  return {
    async next(after, wanted, max, isInHurry) {
      await reach(after, isInHurry)
      if (!covers(after)) return await readLog(after, [...wanted], max)
      // Who is in a hurry comes again: what was known may have been read before he asked.
      if (isAfter(head as Place, after)) return { ...known(after, wanted, max), ...(isInHurry && { more: true }) }
      if (isInHurry) {
        hasten?.()
        await reading
      }
      const fresh = read(isInHurry)
      if (isInHurry) hasten?.()
      await fresh
      if (!covers(after)) return await readLog(after, [...wanted], max)
      return isAfter(head as Place, after) ? known(after, wanted, max) : { events: [], head: null, more: false }
    },
  }
}

/** The index of the first event after a place, in a list in order. */
function firstAfter(events: readonly RawEvent[], place: Place): number {
  let [low, high] = [0, events.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (isAfter((events[middle] as RawEvent).place, place)) high = middle
    else low = middle + 1
  }
  return low
}
