import type { Client } from '@quanshu/client'
import type { Diary } from '../diary.ts'
import type { House } from '../house/index.ts'
import { pause } from '../house/wait.ts'
import type { Shop, Visitor } from './shop.ts'
import type { Answer, Ask } from './wire.ts'

/** What every actor has at hand. */
export type World = {
  readonly house: House
  readonly diary: Diary
  readonly ask: Ask
  /** The run is over: finish what is at hand and go home. */
  readonly isOver: () => boolean
  /** A pause that ends early when the run is over. */
  readonly rest: (ms: number) => Promise<void>
  /** Questions nobody could answer yet; asked again when everything is back. */
  readonly open: OpenQuestion[]
  /** Orders that were seen delivered, for staff to choose from. */
  readonly delivered: DeliveredOrder[]
  readonly placed: PlacedOrder[]
}
export type OpenQuestion = { readonly what: string; readonly askAgain: () => Promise<boolean> }
export type DeliveredOrder = { readonly shop: Shop; readonly no: number; readonly grantIds: readonly number[] }
export type PlacedOrder = { readonly shop: Shop; readonly no: number }

const TRIES = 4
const FIRST_PAUSE_MS = 250

/**
 * Asks until somebody answers, a few times now and the rest of the times when everything is back. `settle` gets the
 * definite answer; `uncertain` is called once when a first answer did not come.
 * @param isDouble the first time at all API processes at the same moment
 */
export async function insist<T>(
  world: World,
  what: string,
  options: {
    readonly visitor: Visitor
    readonly send: (client: Client, signal: AbortSignal) => Promise<T>
    readonly isDouble?: boolean
    /** Of two who were answered at the same moment, which is told of what was earlier; absent: nothing of it changes. */
    readonly earlier?: (one: T, other: T) => number
    readonly uncertain: () => void
    readonly settle: (answer: Exclude<Answer<T>, { readonly kind: 'unknown' }>) => void
  },
): Promise<void> {
  const { visitor, send, settle, earlier = () => 0 } = options
  const once = (client: Client) => world.ask(what, (signal) => send(client, signal))
  const clients = options.isDouble ? visitor.at : [visitor.main]
  for (let tries = 0; tries < TRIES; tries += 1) {
    const answers = await Promise.all((tries === 0 ? clients : [visitor.main]).map(once))
    if (answers.some(({ kind }) => kind === 'unknown')) options.uncertain()
    if (settleAll(answers, settle, earlier)) return
    await world.rest(FIRST_PAUSE_MS * 2 ** tries)
    if (world.isOver()) break
  }
  world.open.push({ what, askAgain: async () => settleAll([await once(visitor.main)], settle, earlier) })
}

/** A good answer counts more than a refusal of the same request: a copy of it may have been refused on its way. */
function settleAll<T>(
  answers: readonly Answer<T>[],
  settle: (answer: Exclude<Answer<T>, { readonly kind: 'unknown' }>) => void,
  earlier: (one: T, other: T) => number,
): boolean {
  const definite = answers.filter((answer) => answer.kind !== 'unknown')
  const good = definite.filter((answer) => answer.kind === 'ok').toSorted((a, b) => earlier(a.value, b.value))
  for (const answer of good.length > 0 ? good : definite.slice(0, 1)) settle(answer)
  return definite.length > 0
}

/** Asks what was left open, again and again, until nothing is. Returns how many were answered. */
export async function askWhatIsOpen(world: World, withinMs: number): Promise<number> {
  const deadline = performance.now() + withinMs
  let answered = 0
  while (world.open.length > 0 && performance.now() < deadline) {
    const asked = world.open.splice(0)
    const done = await Promise.all(asked.map(({ askAgain }) => askAgain()))
    answered += done.filter(Boolean).length
    world.open.push(...asked.filter((_, index) => !done[index]))
    if (world.open.length > 0) await pause(300)
  }
  return answered
}
