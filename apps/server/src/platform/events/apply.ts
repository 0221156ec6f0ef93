import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import { CommitUnknown, type Ctx, DatabaseUnavailable, isConnectionLost, type Tx } from '../db/index.ts'
import type { Platform } from '../module.ts'
import { seconds, size } from '../telemetry/index.ts'
import { isAfter, type Place, type RawEvent, storedEvent } from './place.ts'
import type { Subscriber } from './runner.ts'

/** Tenants of one batch served at once; the rest of the pool is for requests. */
const TENANTS_AT_ONCE = 4

const applySeconds = seconds('events_apply_seconds', 'Time a subscriber took for one tenant’s events of a batch')
const applySize = size('events_apply_size', 'Events a subscriber got at once')

/** Applies a batch, tenant by tenant. Throws only when the database cannot be reached; then nothing is lost. */
export async function applyBatch(platform: Platform, subscriber: Subscriber, events: readonly RawEvent[]) {
  const groups = [...Map.groupBy(events, (event) => event.tenantId)]
  const lane = async () => {
    for (let group = groups.shift(); group; group = groups.shift()) {
      const [tenantId, own] = group
      await applyIsolated({ platform, subscriber, tenantId, patience: { tries: TRIES_MAX } }, own)
    }
  }
  await Promise.all(Array.from({ length: Math.min(TENANTS_AT_ONCE, groups.length) }, lane))
}

type Work = {
  readonly platform: Platform
  readonly subscriber: Subscriber
  readonly tenantId: TenantId
  /** Tries an event gets by itself. After the first one that had to be parked, the rest of the batch gets one each. */
  readonly patience: { tries: number }
}

const TRIES_MAX = 3
const FIRST_PAUSE_MS = 50

/** All at once; when that fails, halves, in order, until the bad event stands alone and is parked. */
async function applyIsolated(work: Work, events: readonly RawEvent[]): Promise<void> {
  const tries = events.length === 1 ? work.patience.tries : 1
  const failure = await attempt(work, events, tries)
  if (failure === undefined) return
  const [first] = events
  if (events.length === 1 && first) {
    work.patience.tries = 1
    return await park(work, first, failure.error)
  }
  const middle = Math.ceil(events.length / 2)
  await applyIsolated(work, events.slice(0, middle))
  await applyIsolated(work, events.slice(middle))
}

async function attempt(
  work: Work,
  events: readonly RawEvent[],
  tries: number,
): Promise<{ error: unknown } | undefined> {
  for (let count = 1; ; count += 1) {
    try {
      await apply(work, events)
      return undefined
    } catch (error) {
      if (isOutage(error)) throw error
      if (count >= tries) return { error }
      await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MS * 2 ** count))
    }
  }
}

async function apply({ platform, subscriber, tenantId }: Work, events: readonly RawEvent[]): Promise<void> {
  const started = performance.now()
  const last = events.at(-1)
  if (!last) return
  await platform.db.write(ctxOf(subscriber, tenantId, last), async (tx) => {
    const done = await claim(tx, subscriber, last.place)
    const fresh = events.filter((event) => isAfter(event.place, done))
    if (fresh.length > 0) await subscriber.apply(tx, fresh.map(storedEvent))
  })
  const labels = { subscriber: subscriber.name }
  applySeconds.record((performance.now() - started) / 1000, labels)
  applySize.record(events.length, labels)
}

/** Locks this tenant's cursor, moves it to `upto`, and says where it stood. */
async function claim(tx: Tx, subscriber: Subscriber, upto: Place): Promise<Place> {
  try {
    const { rows } = await sql<{ done: Place }>`
      select events.claim(${subscriber.name}::text, ${JSON.stringify(upto)}::jsonb) as done
    `.execute(tx.db)
    const [row] = rows
    if (!row) throw new Error('events.claim gave no row')
    return row.done
  } catch (error) {
    throw new ClaimFailed('the cursor is held by another worker', { cause: error })
  }
}

/** Nothing is wrong with the events: somebody else is at them. */
class ClaimFailed extends Error {
  override readonly name = 'ClaimFailed'
}

function isOutage(error: unknown): boolean {
  if (error instanceof ClaimFailed || error instanceof CommitUnknown || error instanceof DatabaseUnavailable)
    return true
  return isConnectionLost(error)
}

async function park({ platform, subscriber, tenantId }: Work, event: RawEvent, error: unknown): Promise<void> {
  await platform.db.write(ctxOf(subscriber, tenantId, event), async (tx) => {
    const done = await claim(tx, subscriber, event.place)
    if (!isAfter(event.place, done)) return
    await sql`
      select events.park(${subscriber.name}::text, ${JSON.stringify(event)}::jsonb, ${String(error)}::text)
    `.execute(tx.db)
  })
  const fields = { err: error, subscriber: subscriber.name, tenantId, position: event.position, type: event.type }
  platform.log.error(fields, 'event parked: its subscriber cannot apply it')
}

export const ctxOf = (subscriber: Subscriber, tenantId: TenantId, event: RawEvent): Ctx => ({
  tenantId,
  actor: { kind: 'system', name: subscriber.name },
  requestId: event.cause.requestId ?? `event-${event.position}`,
  locale: 'zh-CN',
})
