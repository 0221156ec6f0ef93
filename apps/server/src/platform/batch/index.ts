import { commonErrors } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { Refusal } from '@quanshu/kernel'
import { seconds, size, span } from '../telemetry/index.ts'
import { type Company, createCompany } from './company.ts'
import { isDefiniteAbort, isRetryable } from './failure.ts'

export type BatchOptions<I, O> = {
  /** Names the command in metrics, e.g. `orders.place`. */
  readonly name: string
  /** Items in one call at most; 64 to 256 is the sweet spot (see idea 4 of the architecture). */
  readonly max: number
  /**
   * One call for all items of one tenant. Returns one outcome per item, in order; a `Refusal` among them is thrown
   * to that item's caller only. Must be all or nothing: when it throws, none of the items took effect.
   */
  readonly run: (tenantId: TenantId, items: readonly I[]) => Promise<readonly (O | Refusal)[]>
  /** Items that may wait per tenant; beyond it callers get `common.busy`. Default 32 × max, under a second's work. */
  readonly waitingMax?: number
  /** Calls in flight per tenant at once. Default 1: more makes batches smaller and lets them meet on the same locks. */
  readonly lanes?: number
  /**
   * Commands of one turnstile and tenant go through one at a time. For those that lock the same rows: waiting here, while
   * the next batch grows, costs nothing; waiting in the database holds a connection and its locks, and wakes two processes.
   */
  readonly turnstile?: string
  /**
   * A call costs milliseconds before its first item. So the next one leaves no sooner than this after the last, unless
   * half of `max` is waiting, or as many as travelled last, and they are a crowd: under a steady flow items gather, and one that
   * comes to a quiet line leaves at once.
   */
  readonly gatherMs?: number
}

/** Makes the grouped version of a command. Each caller gets its own item's outcome or refusal. */
export type Batcher = <I, O>(options: BatchOptions<I, O>) => (tenantId: TenantId, item: I) => Promise<O>

const LANES = 1
const WAITING_BATCHES = 32
/** Whoever was in the last call has come back, and more are not to be expected; fewer than this are no crowd. */
const CROWD_MIN = 32
/** Items of a call that is no burden to others: at 50 orders a second a call has one or two. */
const LIGHT_MAX = 8
/** How long a line rests after a larger call while other shops call too, in times of what the call took. */
const REST_TIMES = 3

/**
 * Group commit. Concurrent calls of one command for one tenant wait only for the batch in flight, then leave together.
 * With nothing in flight the batch leaves at the end of this turn of the event loop, so requests that were read from
 * the network in the same turn share it and a lone one does not wait.
 */
export function createBatcher(): Batcher {
  const turnstiles = createTurnstiles()
  const company = createCompany()
  return <I, O>(options: BatchOptions<I, O>) => {
    const { turnstile } = options
    const lines = new Map<TenantId, Line<I, O>>()
    return (tenantId: TenantId, item: I) => {
      let line = lines.get(tenantId)
      if (!line) {
        const inTurn: InTurn = turnstile === undefined ? atOnce : (go) => turnstiles(`${turnstile} ${tenantId}`, go)
        line = openLine(options, tenantId, { inTurn, company }, () => lines.delete(tenantId))
        lines.set(tenantId, line)
      }
      company.note(tenantId)
      return line(item)
    }
  }
}

/** Lets `go` begin, now or when it is its turn. The turn lasts until its promise settles, which never rejects. */
type InTurn = (go: () => Promise<void>) => void
const atOnce: InTurn = (go) => void go()

/** First come, first served, by name. A turnstile nobody waits at is forgotten. */
function createTurnstiles(): (name: string, go: () => Promise<void>) => void {
  const queues = new Map<string, (() => Promise<void>)[]>()
  async function work(name: string, queue: (() => Promise<void>)[]): Promise<void> {
    for (let go = queue[0]; go; go = queue[0]) {
      await go()
      queue.shift()
    }
    queues.delete(name)
  }
  return (name, go) => {
    const queue = queues.get(name)
    if (queue) {
      queue.push(go)
      return
    }
    const fresh = [go]
    queues.set(name, fresh)
    void work(name, fresh)
  }
}

type Line<I, O> = (item: I) => Promise<O>
type Waiting<I, O> = {
  readonly item: I
  readonly since: number
  readonly resolve: (outcome: O) => void
  readonly reject: (error: unknown) => void
}

/** The queue of one command and tenant. It is forgotten when it runs empty, so idle tenants cost nothing. */
function openLine<I, O>(
  options: BatchOptions<I, O>,
  tenantId: TenantId,
  { inTurn, company }: { readonly inTurn: InTurn; readonly company: Company },
  forget: () => void,
): Line<I, O> {
  const { max, lanes = LANES, waitingMax = max * WAITING_BATCHES, gatherMs = 0 } = options
  let enough = max / 2
  let departedAt = Number.NEGATIVE_INFINITY
  let restsUntil = Number.NEGATIVE_INFINITY
  let gathering: NodeJS.Timeout | undefined
  let resting: NodeJS.Timeout | undefined
  let waiting: Waiting<I, O>[] = []
  let inFlight = 0
  let scheduled = false

  function schedule(): void {
    if (scheduled || inFlight >= lanes) return
    const now = performance.now()
    const until = waiting.length < enough ? Math.max(restsUntil, departedAt + gatherMs) : restsUntil
    if (until > now) gathering ??= setTimeout(leave, until - now)
    else leave()
  }

  function leave(): void {
    clearTimeout(gathering)
    gathering = undefined
    scheduled = true
    setImmediate(() => inTurn(depart))
  }

  /** Who is taken along is decided here, at the last moment: whoever came while this line waited for its turn, too. */
  async function depart(): Promise<void> {
    scheduled = false
    const batch = waiting.slice(0, max)
    waiting = waiting.slice(max)
    inFlight += 1
    const beganAt = performance.now()
    departedAt = beganAt
    enough = Math.min(max / 2, Math.max(CROWD_MIN, batch.length))
    if (waiting.length > 0) schedule()
    measure(options.name, batch)
    await settle(options, tenantId, batch)
    const endedAt = performance.now()
    if (batch.length > LIGHT_MAX && company.isThere()) restsUntil = endedAt + REST_TIMES * (endedAt - beganAt)
    inFlight -= 1
    if (waiting.length > 0) schedule()
    else if (inFlight === 0 && !scheduled) rest()
  }

  /** The time of the last departure, and a rest, are remembered for as long as they matter. */
  function rest(): void {
    const ms = Math.max(gatherMs, restsUntil - performance.now())
    if (ms <= 0) forget()
    else resting = setTimeout(forget, ms)
  }

  return (item) => {
    if (waiting.length >= waitingMax) return Promise.reject(commonErrors.busy())
    clearTimeout(resting)
    return new Promise((resolve, reject) => {
      waiting.push({ item, since: performance.now(), resolve, reject })
      schedule()
    })
  }
}

const batchSize = size('batch_size', 'Items that travelled together in one call of a hot command')
const batchWait = seconds('batch_wait_seconds', 'Time an item waited for its batch to leave')

function measure(command: string, batch: readonly { readonly since: number }[]): void {
  const labels = { command }
  const now = performance.now()
  batchSize.record(batch.length, labels)
  // The first one waited longest; one figure a batch keeps measuring off the hot path.
  batchWait.record((now - (batch[0]?.since ?? now)) / 1000, labels)
}

/** Does the work and begins to give every item its outcome. Never throws. */
async function settle<I, O>(options: BatchOptions<I, O>, tenantId: TenantId, batch: readonly Waiting<I, O>[]) {
  try {
    const outcomes = await call(options, tenantId, batch)
    void tell(batch, outcomes)
  } catch (error) {
    if (batch.length > 1 && isDefiniteAbort(error)) return await bisect(options, tenantId, batch)
    for (const { reject } of batch) reject(error)
  }
}

/** Callers that go on in one turn of the event loop. Each takes some tenths of a millisecond to write its answer. */
const TOLD_AT_ONCE = 4

/**
 * Some callers at a time: two hundred that go on at once would keep everybody else's request, and the next batch, from
 * the processor for as long as all their answers take. Nobody waits for this: the next batch may leave meanwhile.
 */
async function tell<I, O>(batch: readonly Waiting<I, O>[], outcomes: readonly (O | Refusal)[]): Promise<void> {
  for (const [index, { resolve, reject }] of batch.entries()) {
    if (index > 0 && index % TOLD_AT_ONCE === 0) await new Promise(setImmediate)
    const outcome = outcomes[index] as O | Refusal
    if (outcome instanceof Refusal) reject(outcome)
    else resolve(outcome)
  }
}

/** One of the items poisons the call: halves are tried by themselves until it stands alone (2 log2 n extra calls). */
async function bisect<I, O>(options: BatchOptions<I, O>, tenantId: TenantId, batch: readonly Waiting<I, O>[]) {
  const middle = Math.ceil(batch.length / 2)
  await settle(options, tenantId, batch.slice(0, middle))
  await settle(options, tenantId, batch.slice(middle))
}

/** The database doors below have their own five tries; this one is for commands that go round them. */
const TRIES_MAX = 3

async function call<I, O>(options: BatchOptions<I, O>, tenantId: TenantId, batch: readonly Waiting<I, O>[]) {
  const items = batch.map(({ item }) => item)
  for (let attempt = 1; ; attempt += 1) {
    try {
      const attributes = { 'quanshu.batch_size': items.length, 'quanshu.attempt': attempt }
      const outcomes = await span('work', `batch ${options.name}`, attributes, () => options.run(tenantId, items))
      if (outcomes.length === items.length) return outcomes
      throw new Error(`${options.name} returned ${outcomes.length} outcomes for ${items.length} items`)
    } catch (error) {
      if (attempt >= TRIES_MAX || !isRetryable(error)) throw error
      // Two batches that met once will meet again if both come back at once.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * 2 ** attempt))
    }
  }
}
