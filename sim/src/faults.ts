/** A switched-on misbehaviour. `times` left: it goes off by itself when they are used up; absent: until taken away. */
export type Fault<Kind extends string> = {
  readonly id: number
  readonly kind: Kind
  times?: number
  /** Only for this key (an order number, a phone number, an address); absent: for all. */
  readonly key?: string
  /** Only at this endpoint, e.g. `create`; absent: at all the kind applies to. */
  readonly endpoint?: string
  /** Only for these goods, by the number a supplier has given them. */
  readonly goods?: string
  /** Milliseconds, amount, count or number: what the kind needs. */
  readonly ms?: number
  readonly amount?: number
  readonly count?: number
  readonly value?: string
}

/** Where something is about to happen: what faults are limited to. */
export type FaultPlace = { readonly key?: string; readonly endpoint?: string; readonly goods?: string }

export type FaultInput<Kind extends string> = Omit<Fault<Kind>, 'id'>

export type FaultSwitch<Kind extends string> = {
  readonly add: (fault: FaultInput<Kind>) => Fault<Kind>
  /** The first matching fault, one use of it taken. */
  readonly take: (kind: Kind, at?: FaultPlace) => Fault<Kind> | undefined
  readonly list: () => readonly Fault<Kind>[]
  /** Takes one away, or all. */
  readonly clear: (id?: number) => void
}

export function faultSwitch<const Kind extends string>(kinds: readonly Kind[]): FaultSwitch<Kind> {
  let faults: Fault<Kind>[] = []
  let lastId = 0
  return {
    add: (input) => {
      if (!kinds.includes(input.kind)) throw new RangeError(`unknown fault ${input.kind}; known: ${kinds.join(', ')}`)
      const fault = { ...input, id: ++lastId }
      faults.push(fault)
      return fault
    },
    take: (kind, at = {}) => {
      const fault = faults.find((candidate) => matches(candidate, kind, at))
      if (fault?.times !== undefined && --fault.times <= 0) faults = faults.filter((other) => other !== fault)
      return fault
    },
    list: () => faults,
    clear: (id) => {
      faults = id === undefined ? [] : faults.filter((fault) => fault.id !== id)
    },
  }
}

function matches<Kind extends string>(fault: Fault<Kind>, kind: Kind, at: FaultPlace): boolean {
  return (
    fault.kind === kind &&
    (fault.key === undefined || fault.key === at.key) &&
    (fault.endpoint === undefined || fault.endpoint === at.endpoint) &&
    (fault.goods === undefined || fault.goods === at.goods)
  )
}
