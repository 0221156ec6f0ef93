import { randomOf } from '../random.ts'
import { type BuyErrand, buyErrand, type ImportErrand, importErrand, type StaffErrand, staffErrand } from './errands.ts'
import { type Fault, planFaults } from './faults.ts'

export type Actor =
  | {
      readonly role: 'guest' | 'member'
      readonly name: string
      readonly shop: number
      readonly errands: readonly BuyErrand[]
    }
  | { readonly role: 'staff'; readonly name: string; readonly shop: number; readonly errands: readonly StaffErrand[] }
  | {
      readonly role: 'importer'
      readonly name: string
      readonly shop: number
      readonly errands: readonly ImportErrand[]
    }

/** Everything a run intends, drawn from its seed before anything is started. */
export type Plan = {
  readonly seed: number
  readonly lengthMs: number
  readonly faults: readonly Fault[]
  readonly actors: readonly Actor[]
}

export const SHOPS = 2
const GUESTS_A_SHOP = 8
const MEMBERS_A_SHOP = 4
const STAFF_A_SHOP = 2
/** An actor rarely finishes more errands in a minute, however fast the system is. */
const ERRANDS_A_MINUTE = 240

export function planOf(seed: number, minutes: number): Plan {
  const lengthMs = Math.round(minutes * 60_000)
  const count = Math.ceil(minutes * ERRANDS_A_MINUTE)
  const shops = Array.from({ length: SHOPS }, (_, shop) => shop)
  return {
    seed,
    lengthMs,
    faults: planFaults(randomOf(`${seed} faults`), lengthMs),
    actors: shops.flatMap((shop): readonly Actor[] => [
      ...named(GUESTS_A_SHOP, 'guest', (name) => buyer('guest', name, shop)),
      ...named(MEMBERS_A_SHOP, 'member', (name) => buyer('member', name, shop)),
      ...named(STAFF_A_SHOP, 'staff', (name) => ({
        role: 'staff',
        name: `${name}-${shop}`,
        shop,
        errands: errands(name, shop, staffErrand),
      })),
      ...named(1, 'importer', (name) => ({
        role: 'importer',
        name: `${name}-${shop}`,
        shop,
        errands: errands(name, shop, importErrand),
      })),
    ]),
  }

  function buyer(role: 'guest' | 'member', name: string, shop: number): Actor {
    return {
      role,
      name: `${name}-${shop}`,
      shop,
      errands: errands(name, shop, (random) => buyErrand(random, role === 'member')),
    }
  }
  function errands<T>(name: string, shop: number, draw: (random: ReturnType<typeof randomOf>) => T): readonly T[] {
    const random = randomOf(`${seed} ${name} ${shop}`)
    return Array.from({ length: count }, () => draw(random))
  }
}

function named(count: number, role: string, make: (name: string) => Actor): readonly Actor[] {
  return Array.from({ length: count }, (_, n) => make(`${role}${n}`))
}

/** How often each kind of fault stands in the plan, e.g. `kill api: 9`. */
export function summaryOf(plan: Plan): readonly string[] {
  const counted = new Map<string, number>()
  for (const fault of plan.faults) {
    const name = nameOf(fault)
    counted.set(name, (counted.get(name) ?? 0) + 1)
  }
  return [...counted].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, times]) => `${name}: ${times}`)
}

/** A fault in a few words, the same for faults of one sort. */
export function nameOf(fault: Fault): string {
  switch (fault.kind) {
    case 'kill':
    case 'pause':
    case 'restart':
      return `${fault.kind} ${fault.target}`
    case 'clock':
      return `clock of ${fault.target} moved`
    case 'refuse':
      return fault.how === 'no_connections' ? 'database refuses connections' : 'database takes no more connections'
    case 'disk_full':
      return `disk full for ${fault.where}`
    case 'double_jobs':
      return 'two workers on one job'
    case 'gateway':
    case 'supplier':
      return `${fault.kind} ${fault.fault.kind}`
  }
}
