import { type Actor, assert, type TenantId } from '@quanshu/kernel'
import type { Tx } from '../db/types.ts'
import type { Module, Platform } from '../module.ts'
import { gauge } from '../telemetry/index.ts'
import { applyBatch } from './apply.ts'
import { type Heads, startHeads } from './heads.ts'
import type { Place } from './place.ts'
import { createLogWindow, type LogWindow } from './window.ts'

/** An event as the log holds it. */
export type StoredEvent = {
  readonly position: number
  readonly tenantId: TenantId
  readonly type: string
  readonly subject: string
  readonly payload: unknown
  readonly at: Date
  readonly cause: { readonly actor?: Actor; readonly requestId?: string }
}

/**
 * Somebody who wants to know. `apply` gets one tenant's events in commit order, inside the write transaction that also
 * moves the cursor: its effect happens exactly once. It may run more than once until that commits, so it must not
 * touch the network; for that it enqueues a job. Changing `name` reads the whole log anew.
 */
export type Subscriber = {
  readonly name: string
  readonly types: readonly string[]
  /** @param how `byHand`: a person runs an event again that could not be applied, however old it is by now */
  readonly apply: (tx: Tx, events: readonly StoredEvent[], how?: { readonly byHand: boolean }) => Promise<void>
}

export type EventRunner = {
  /** Resolves when everything that is settled now has been applied or parked. */
  readonly drain: () => Promise<void>
  /** Finishes the batches at hand. */
  readonly stop: () => Promise<void>
}

const BATCH_MAX = 500
/** Back-up for a lost notice, and for events that a long transaction kept unsettled. */
const POLL_MS = 1_000
const RECHECK_MS = 5
/**
 * Under a steady flow a wake comes with every commit; looks no closer than this turn many small batches into one, and the
 * first event after a pause is still seen at once. Nobody waits for a subscriber (pages have `followEvents`), and a batch
 * of each costs the database a transaction: hence the further apart the more there is.
 */
const GATHER_MS = 100
const GATHER_MAX_MS = 250
const GATHER_MS_AN_EVENT = 0.5
const gatherMs = (found: number) => Math.min(GATHER_MAX_MS, GATHER_MS + found * GATHER_MS_AN_EVENT)

/**
 * Runs the subscribers of all modules, each in its own loop, woken by `notify quanshu_events`.
 *
 * Exactly once over several tenants: a subscriber's shared cursor says up to where every tenant is done, and a cursor
 * per tenant, moved in the transaction of the effect, says what is really done. One transaction over all tenants would
 * have been one cursor less, but then one tenant's bad event rolls back its neighbours, row-level security has to be
 * switched inside a transaction, and on a sharded database every batch becomes a distributed commit. Of two workers
 * with the same batch, the second waits on the tenant's cursor row and then finds the work done.
 */
export async function runEvents(platform: Platform, modules: readonly Module[]): Promise<EventRunner> {
  const subscribers = modules.flatMap((module) => module.subscribers ?? [])
  const names = subscribers.map(({ name }) => name)
  assert(new Set(names).size === names.length, `two subscribers of one name: ${names.toSorted().join(', ')}`)
  const window = createLogWindow(platform.db, [...new Set(subscribers.flatMap(({ types }) => types))], gatherMs)
  const heads = startHeads(platform)
  const loops = subscribers.map((subscriber) => startLoop(platform, subscriber, window, heads))
  const stopListening = await platform.db.listen('quanshu_events', () => {
    for (const loop of loops) loop.wake()
  })
  const lag = watchLag(platform)
  return {
    drain: async () => {
      await Promise.all(loops.map((loop) => loop.drain()))
      await heads.flush()
    },
    stop: async () => {
      lag.stop()
      await stopListening()
      await Promise.all(loops.map((loop) => loop.stop()))
      await heads.stop()
    },
  }
}

function startLoop(platform: Platform, subscriber: Subscriber, window: LogWindow, heads: Heads) {
  const types = new Set(subscriber.types)
  /** Up to where this process knows every tenant to be done. */
  let place: Place | undefined
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let isAskedAgain = false
  let isInHurry = false
  let recheckMs = RECHECK_MS

  /** One batch. Says whether the log had anything to read, and whether it has more. */
  async function step(): Promise<{ readonly found: boolean; readonly more: boolean }> {
    place ??= await platform.db.callGlobal<Place>('events.cursor_of', subscriber.name)
    const { events, head, more } = await window.next(place, types, BATCH_MAX, isInHurry)
    if (head === null) return { found: false, more: false }
    await applyBatch(platform, subscriber, events)
    heads.advance(subscriber.name, head)
    place = head
    return { found: true, more }
  }

  async function work(): Promise<void> {
    try {
      let found = false
      let more = false
      do {
        isAskedAgain = false
        const taken = await step()
        found ||= taken.found
        more = taken.more
      } while ((more || isAskedAgain) && !stopped)
      // Woken for nothing: the event is committed but an older transaction still runs, so look again soon.
      recheckMs = found ? RECHECK_MS : Math.min(recheckMs * 2, POLL_MS)
    } catch (error) {
      platform.log.warn({ err: error, subscriber: subscriber.name }, 'subscriber waits: its batch could not be applied')
      recheckMs = POLL_MS
    }
    if (!stopped) timer = setTimeout(wake, recheckMs)
  }

  function wake(): void {
    if (stopped) return
    if (running) {
      isAskedAgain = true
      return
    }
    clearTimeout(timer)
    running = work().finally(() => {
      running = undefined
    })
  }

  wake()
  return {
    wake: () => {
      recheckMs = RECHECK_MS
      wake()
    },
    async drain(): Promise<void> {
      isInHurry = true
      await running
      wake()
      await running
      isInHurry = false
    },
    async stop(): Promise<void> {
      stopped = true
      isInHurry = true
      clearTimeout(timer)
      await running
    },
  }
}

type Lag = readonly { readonly subscriber: string; readonly events: number; readonly oldestSeconds: number }[]

const LAG_EVERY_MS = 15_000
let lagSeconds = 0
gauge('events_lag_seconds', 'Age of the oldest event that some subscriber has not passed', () => lagSeconds)

function watchLag({ db, log }: Platform) {
  const timer = setInterval(() => {
    db.callGlobal<Lag>('events.lag').then(
      (lag) => {
        lagSeconds = Math.max(0, ...lag.map(({ oldestSeconds }) => oldestSeconds))
      },
      (error) => log.debug({ err: error }, 'event lag was not measured'),
    )
  }, LAG_EVERY_MS)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}
