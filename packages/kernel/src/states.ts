/** A state table: for each state the states it may move to. Terminal states map to an empty list. */
export type StateTable<S extends string> = Readonly<Record<S, readonly S[]>>

/**
 * Checks the table when the program starts.
 * @throws Error when a state cannot be reached from `initial`: dead states are lies in a diagram.
 */
export function defineStates<S extends string>(
  name: string,
  initial: S | readonly S[],
  table: StateTable<S>,
): StateMachine<S> {
  const starts: readonly S[] = typeof initial === 'string' ? [initial] : initial
  const reached = new Set<S>(starts)
  const queue = [...starts]
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    for (const next of table[state]) {
      if (!reached.has(next)) {
        reached.add(next)
        queue.push(next)
      }
    }
  }
  const states = Object.keys(table) as S[]
  const dead = states.filter((state) => !reached.has(state))
  if (dead.length > 0) throw new Error(`${name}: unreachable states ${dead.join(', ')}`)
  return { name, states, may: (from, to) => table[from].includes(to), next: (from) => table[from] }
}

export type StateMachine<S extends string> = {
  readonly name: string
  readonly states: readonly S[]
  /** True when `from → to` is in the table. */
  readonly may: (from: S, to: S) => boolean
  readonly next: (from: S) => readonly S[]
}
