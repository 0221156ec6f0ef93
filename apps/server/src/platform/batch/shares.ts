import type { TenantId } from '@quanshu/kernel'

export type Shares = {
  /** Says that a shop calls. */
  readonly note: (tenantId: TenantId) => void
  /** Items that a batch of this shop may take now. */
  readonly most: (tenantId: TenantId, max: number) => number
  /** Runs a shop's call with so many items waiting for it: at once, or when it is its turn. */
  readonly run: (tenantId: TenantId, items: number, work: () => Promise<void>) => Promise<void>
}

/** A shop is there when it called within this time. */
const THERE_MS = 1_000
/** Items of one call beside another shop: about 10 ms of the database instead of 60. */
const BESIDE_MAX = 16
/** A shop floods when it has more than this waiting for one call: at 50 orders a second a call has one or two. */
const LIGHT_MAX = 8
/** How long a flood's call waits for light calls that are under way. */
const YIELD_MAX_MS = 15

/**
 * Keeps one shop's flood from another shop's calls, where they meet: at the database. As long as a shop has a process to
 * itself nothing of this applies. Beside others, floods' calls are short and go one at a time, shop by shop, each when no
 * light call is under way or after it waited for a moment; light calls never wait for anybody.
 */
export function createShares(now = (): number => performance.now()): Shares {
  const seen = createLastTwo(now)
  const floodsUntil = new Map<TenantId, number>()
  const lane = createLane()
  let light = 0
  let onQuiet: (() => void) | undefined

  function isFlooding(tenantId: TenantId, items: number): boolean {
    const time = now()
    if (items > LIGHT_MAX) floodsUntil.set(tenantId, time + THERE_MS)
    const until = floodsUntil.get(tenantId)
    if (until === undefined || until > time) return until !== undefined
    floodsUntil.delete(tenantId)
    return false
  }

  async function runLight(work: () => Promise<void>): Promise<void> {
    light += 1
    try {
      await work()
    } finally {
      light -= 1
      if (light === 0) onQuiet?.()
    }
  }

  async function untilQuiet(): Promise<void> {
    if (light === 0) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, YIELD_MAX_MS)
      onQuiet = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    onQuiet = undefined
  }

  return {
    note: seen.note,
    most: (tenantId, max) => (seen.isBeside(tenantId) ? Math.min(max, BESIDE_MAX) : max),
    run: (tenantId, items, work) => {
      if (!seen.isBeside(tenantId)) return work()
      if (!isFlooding(tenantId, items)) return runLight(work)
      return lane(tenantId, async () => {
        await untilQuiet()
        await work()
      })
    },
  }
}

/** For calls that need no shares. */
export const unshared: Shares = { note: () => undefined, most: (_, max) => max, run: (_, __, work) => work() }

/** The two shops that called last are enough to know whether a shop has company. */
function createLastTwo(now: () => number) {
  let last: { readonly tenantId: TenantId; at: number } | undefined
  let before: typeof last
  return {
    note(tenantId: TenantId): void {
      if (last?.tenantId === tenantId) last.at = now()
      else [before, last] = [last, { tenantId, at: now() }]
    },
    isBeside(tenantId: TenantId): boolean {
      const other = last?.tenantId === tenantId ? before : last
      return other !== undefined && now() - other.at < THERE_MS
    },
  }
}

/** One call at a time, shop by shop, however many calls each of them has waiting. */
function createLane(): (tenantId: TenantId, work: () => Promise<void>) => Promise<void> {
  const queues = new Map<TenantId, (() => Promise<void>)[]>()
  let isWorking = false

  async function goRound(): Promise<void> {
    isWorking = true
    for (let next = queues.entries().next(); !next.done; next = queues.entries().next()) {
      const [tenantId, queue] = next.value
      await queue.shift()?.()
      // To the end of the round, when there is more.
      queues.delete(tenantId)
      if (queue.length > 0) queues.set(tenantId, queue)
    }
    isWorking = false
  }

  return (tenantId, work) =>
    new Promise((resolve, reject) => {
      const queue = queues.get(tenantId) ?? []
      queues.set(tenantId, queue)
      queue.push(() => work().then(resolve, reject))
      if (!isWorking) void goRound()
    })
}
