import type { Random } from '../random.ts'

/** What is killed: a process of the system under test. A backend is one connection's process of PostgreSQL. */
export const KILLED = ['api', 'worker', 'backend', 'postmaster'] as const
export type Killed = (typeof KILLED)[number]

/** One thing that goes wrong, and when. `which` chooses among processes of one kind; what lasts is undone at its end. */
export type Fault = { readonly atMs: number } & (
  | { readonly kind: 'kill'; readonly target: Killed; readonly which: number; readonly downMs: number }
  | {
      readonly kind: 'pause'
      readonly target: Killed | 'gateway'
      readonly which: number
      readonly lastsMs: number
    }
  /** Stopped in order and started again, as in an upgrade. */
  | { readonly kind: 'restart'; readonly target: 'api' | 'worker'; readonly which: number }
  | { readonly kind: 'refuse'; readonly how: 'no_connections' | 'no_more_connections'; readonly lastsMs: number }
  /** `tables`: no table or index grows any more. `log`: not even the write-ahead log can be written. */
  | { readonly kind: 'disk_full'; readonly where: 'tables' | 'log'; readonly lastsMs: number }
  | {
      readonly kind: 'clock'
      readonly target: 'api' | 'worker'
      readonly which: number
      readonly offsetMs: number
      readonly lastsMs: number
    }
  /** Jobs that one worker is at are given to the other as well. */
  | { readonly kind: 'double_jobs' }
  | { readonly kind: 'gateway'; readonly fault: GatewayFault; readonly times: number }
  | { readonly kind: 'supplier'; readonly which: number; readonly fault: SupplierFault; readonly times: number }
)

/** Misbehaviour of the gateway's calls, by the stand-in's own names. */
export const GATEWAY_FAULTS = [
  { kind: 'api.slow', ms: 3_000 },
  { kind: 'api.error' },
  { kind: 'api.busy' },
  { kind: 'api.cut' },
  { kind: 'api.refuse' },
  { kind: 'api.malformed' },
  { kind: 'api.forged' },
  { kind: 'create.notice_first' },
  { kind: 'query.not_found' },
  { kind: 'pay.double' },
  { kind: 'refund.slow', ms: 3_000 },
  { kind: 'refund.fail_later', ms: 2_000 },
  { kind: 'refund.reject' },
] as const
export type GatewayFault = (typeof GATEWAY_FAULTS)[number]

/** Misbehaviour of suppliers, by the stand-ins' own names. */
export const SUPPLIER_FAULTS = [
  { kind: 'api.cut' },
  { kind: 'api.reset' },
  { kind: 'api.slow', ms: 4_000 },
  { kind: 'api.error' },
  { kind: 'api.busy' },
  { kind: 'api.unsure' },
  { kind: 'api.broken' },
  { kind: 'api.malformed' },
  { kind: 'order.reject' },
  { kind: 'order.no_stock' },
  { kind: 'order.not_found', ms: 8_000 },
  { kind: 'order.slow', ms: 60_000 },
  { kind: 'order.fail' },
  { kind: 'callback.early' },
  { kind: 'callback.never' },
  { kind: 'callback.parallel', count: 4 },
  { kind: 'callback.forge' },
  { kind: 'callback.contrary' },
] as const
export type SupplierFault = (typeof SUPPLIER_FAULTS)[number]

/** Something dies about this often: twelve times a minute. */
const KILL_EVERY_MS = 4_800
const OTHER_EVERY_MS = 4_000
const SUPPLIER_EVERY_MS = 3_000
/** Buyers come first. */
const QUIET_MS = 2_500

/** Two tracks beside each other, so that a process may die while the disk is full and the other one's clock is wrong. */
export function planFaults(random: Random, lengthMs: number): readonly Fault[] {
  return [
    ...planKills(random, lengthMs),
    ...planOthers(random, lengthMs),
    ...planSupplierFaults(random, lengthMs),
  ].toSorted((a, b) => a.atMs - b.atMs)
}

function planSupplierFaults(random: Random, lengthMs: number): readonly Fault[] {
  return momentsOf(random, lengthMs, SUPPLIER_EVERY_MS).map((atMs) => ({
    kind: 'supplier',
    atMs,
    which: random.int(0, 999),
    fault: random.pick(SUPPLIER_FAULTS),
    times: random.int(1, 4),
  }))
}

/** Every target once before any comes again in its share, so that the shortest run has one of each. */
function planKills(random: Random, lengthMs: number): readonly Fault[] {
  const bag = bagOf(random, KILLED, [...KILLED, 'api', 'backend', 'worker'])
  const times = momentsOf(random, lengthMs, KILL_EVERY_MS)
  return times.map((atMs) => {
    const target = bag()
    return { kind: 'kill', atMs, target, which: random.int(0, 999), downMs: random.int(0, 1_500) }
  })
}

const OTHERS = [
  'pause_program',
  'pause_database',
  'pause_gateway',
  'restart',
  'refuse',
  'disk_tables',
  'disk_log',
  'clock',
  'double_jobs',
  'gateway',
] as const

function planOthers(random: Random, lengthMs: number): readonly Fault[] {
  const bag = bagOf(random, OTHERS, [...OTHERS, 'pause_program', 'double_jobs', 'gateway', 'gateway', 'gateway'])
  return momentsOf(random, lengthMs, OTHER_EVERY_MS).map((atMs) => otherFault(random, atMs, bag()))
}

function otherFault(random: Random, atMs: number, kind: (typeof OTHERS)[number]): Fault {
  const which = random.int(0, 999)
  switch (kind) {
    case 'pause_program':
      return { kind: 'pause', atMs, target: random.pick(['api', 'worker']), which, lastsMs: random.int(1_000, 6_000) }
    case 'pause_database': {
      const target = random.pick(['backend', 'postmaster'])
      return { kind: 'pause', atMs, target, which, lastsMs: random.int(500, 4_000) }
    }
    case 'pause_gateway':
      return { kind: 'pause', atMs, target: 'gateway', which, lastsMs: random.int(1_000, 5_000) }
    case 'restart':
      return { kind: 'restart', atMs, target: random.pick(['api', 'worker']), which }
    case 'refuse': {
      const how = random.pick(['no_connections', 'no_more_connections'])
      return { kind: 'refuse', atMs, how, lastsMs: random.int(1_000, 4_000) }
    }
    case 'disk_tables':
      return { kind: 'disk_full', atMs, where: 'tables', lastsMs: random.int(2_000, 6_000) }
    case 'disk_log':
      return { kind: 'disk_full', atMs, where: 'log', lastsMs: random.int(500, 2_500) }
    case 'clock': {
      const target = random.pick(['api', 'worker'])
      const offsetMs = random.pick([-1, 1]) * random.pick([40_000, 400_000, 5_400_000, 90_000_000])
      return { kind: 'clock', atMs, target, which, offsetMs, lastsMs: random.int(2_000, 8_000) }
    }
    case 'double_jobs':
      return { kind: 'double_jobs', atMs }
    case 'gateway':
      return { kind: 'gateway', atMs, fault: random.pick(GATEWAY_FAULTS), times: random.int(1, 6) }
  }
}

/** Moments about `everyMs` apart, from after the quiet beginning until the end. */
function momentsOf(random: Random, lengthMs: number, everyMs: number): readonly number[] {
  const moments: number[] = []
  for (let atMs = QUIET_MS + random.int(0, everyMs / 3); atMs < lengthMs; ) {
    moments.push(Math.round(atMs))
    atMs += everyMs * (0.5 + random.share())
  }
  return moments
}

/** Draws `first` in a random order, then again and again all of `rest` in a random order. */
function bagOf<const T>(random: Random, first: readonly T[], rest: readonly T[]): () => T {
  let left = [...random.shuffled(first)]
  return () => {
    if (left.length === 0) left = [...random.shuffled(rest)]
    const drawn = left.pop()
    if (drawn === undefined) throw new RangeError('an empty bag')
    return drawn
  }
}
