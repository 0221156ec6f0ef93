import { isDeepStrictEqual } from 'node:util'
import type { SupplyProgress } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { expect } from 'vitest'
import { expectBooksRight } from './books.ts'
import type { RealSupplier } from './real-suppliers.ts'
import { codesOf, type Goods, type House, type Shop, type Visitor } from './shop.ts'

/** What the matrices of faults share: the troubles, what must be seen of each, and how orders are brought through them. */

export const PATIENCE_MS = 4_000
export const MINUTE_MS = 60_000
export const SLOW_MS = 10 * MINUTE_MS

/** Where an order stands: what its buyer is told, and why staff are asked. */
export type Standing = { readonly progress: SupplyProgress; readonly reason: string | null }
export const ARRIVED: Standing = { progress: 'arrived', reason: null }
export const UNDER_WAY: Standing = { progress: 'in_progress', reason: null }
export const CHECKING: Standing = { progress: 'checking', reason: 'supply_unknown' }
export const WAITING: Standing = { progress: 'submitted', reason: null }
export const NOBODY: Standing = { progress: 'failed', reason: 'no_source' }
const BAD_CARD: Standing = { progress: 'failed', reason: 'bad_card' }

/**
 * How a purchase really ends, whatever is said on the way. `never`: nothing was bought, and nobody can tell: it is asked
 * about until "not found" is proof; `lost`: the same where it never is, and only a person may say so. The last three are about codes that were charged for: none that can be read, none or too few
 * in the answer, one that the shop has had.
 */
export type End =
  | ('done' | 'late' | 'hidden' | 'refused' | 'refused_late' | 'never' | 'lost' | 'part')
  | ('unreadable' | 'untold' | 'known')
export type Place = { readonly supplier: RealSupplier; readonly no: string }
export type Trouble<P = Place> = {
  readonly name: string
  readonly end: End
  readonly make: (at: P) => void
  readonly quantity?: number
}

type Making = { readonly make: (at: Place) => void }
export const calls = (kind: string, times = 1, more: object = {}): Making => ({
  make: ({ supplier, no }) =>
    void supplier.control.addFault({ kind, key: no, endpoint: supplier.placing, times, ...more } as never),
})
export const asks = (kind: string, times = 2): Making => ({
  make: ({ supplier, no }) =>
    void supplier.control.addFault({ kind, key: no, endpoint: supplier.asking, times } as never),
})
export const order = (kind: string, more: object = {}): Making => ({
  make: ({ supplier, no }) => void supplier.control.addFault({ kind, key: no, times: 1, ...more } as never),
})
export const both = (...parts: readonly Making[]): Making => ({
  make: (at) => {
    for (const { make } of parts) make(at)
  },
})
export const long = order('order.slow', { ms: SLOW_MS })

/** What the second, dearer source does when it is asked. */
export const SECONDS = [
  { name: 'is fine', make: () => undefined },
  { name: 'refuses', ...order('order.reject') },
  { name: 'is unknown', ...calls('api.reset') },
  { name: 'is slow', ...long },
] as const
export type Second = (typeof SECONDS)[number]['name']
type Crossed = (trouble: Pick<Trouble<never>, 'name' | 'end'>) => readonly (typeof SECONDS)[number][]

/** Everything that may happen, beside everything that the next source may do. */
export const EVERY: Crossed = () => SECONDS
/** The same, where the next source is asked at all; otherwise it would gladly sell, and must not be asked. */
export const ALL: Crossed = ({ end }) => SECONDS.filter(({ name }) => goesOn(end) || name === 'is fine')
/** What costs most where it goes wrong, beside a next source that refuses. */
export const WORST: Crossed = (trouble) =>
  WORST_TROUBLES.has(trouble.name)
    ? SECONDS.filter(({ name }) => name === (goesOn(trouble.end) ? 'refuses' : 'is fine'))
    : []
const WORST_TROUBLES = new Set([
  'accepts, then cuts the line',
  'cuts the line before',
  'long, then failed',
  'a card of an earlier order',
  'a card that we have had',
  'price raised on the way',
])

/** What must be seen: when the ladder of questions is over, ten minutes later, and once "not found" is proof. */
export type Seen = { readonly early: Standing; readonly late: Standing; readonly last: Standing }
export function wanted(end: End, second: Second): Seen {
  const early = { 'is fine': ARRIVED, refuses: NOBODY, 'is unknown': CHECKING, 'is slow': UNDER_WAY }[second]
  // Whoever never got what it was sent is asked once more when nobody else will do.
  const last = second === 'refuses' && end !== 'never' ? NOBODY : ARRIVED
  const always = (standing: Standing): Seen => ({ early: standing, late: standing, last: standing })
  switch (end) {
    case 'done':
      return always(ARRIVED)
    case 'late':
      return { early: UNDER_WAY, late: ARRIVED, last: ARRIVED }
    case 'hidden':
      return { early: CHECKING, late: ARRIVED, last: ARRIVED }
    case 'refused':
    case 'part':
      return { early, late: second === 'is slow' ? ARRIVED : early, last }
    case 'refused_late':
      return { early: UNDER_WAY, late: early, last }
    case 'never':
      return { early: CHECKING, late: CHECKING, last }
    case 'unreadable':
    case 'known':
      return always(BAD_CARD)
    case 'untold':
    case 'lost':
      return always(CHECKING)
  }
}

/** Whether the second source is ever asked. */
export const goesOn = (end: End): boolean => ['refused', 'refused_late', 'never', 'part'].includes(end)

/** A supplier's own book, and its time. */
export type Source = {
  readonly kind: string
  /** Pieces under the numbers of an order, under how many of its orders, and what it charged for them. */
  readonly handedOut: (no: OrderNo) => number | Promise<number>
  readonly soldTimes: (no: OrderNo) => number | Promise<number>
  readonly charged: (no: OrderNo) => number | Promise<number>
  readonly pass: (ms: number) => Promise<void>
}

export type Cell = {
  readonly trouble: Pick<Trouble, 'name' | 'end'>
  readonly second: Second
  readonly no: OrderNo
  readonly visitor: Visitor
  readonly quantity: number
}

/** So often is asked: as often as the ladder has steps, and some more for the second source. */
const ROUNDS = 14
const LADDER = 10

export type Matrix = Awaited<ReturnType<typeof openMatrix>>

export async function openMatrix(house: House, crossed = ALL) {
  // Half of these orders go wrong, which would close every lane. The breaker has tests of its own; here a lane stays open, so
  // that each order meets the fault that it is about.
  await house.query(`
    create function suppliers.keep_open() returns trigger language plpgsql as $$
    begin
      new.failures := 0;
      new.breaker := 'closed';
      new.open_until := null;
      return new;
    end
    $$`)
  await house.query(
    'create trigger keep_open before update on suppliers.suppliers for each row execute function suppliers.keep_open()',
  )

  async function place(
    shop: Shop,
    goods: Goods,
    trouble: Pick<Trouble<never>, 'name' | 'end' | 'quantity'>,
    second: Second,
    form?: Readonly<Record<string, string>>,
  ): Promise<Cell> {
    const quantity = trouble.quantity ?? 1
    const { no, visitor } = await shop.place(goods, quantity, form ? { form } : {})
    return { trouble, second, no, visitor, quantity }
  }

  async function payAll(cells: readonly Cell[]): Promise<void> {
    const { paygate } = house.standIns
    const report = await paygate.control.pay(
      paygate.merchant.id,
      cells.map(({ no }) => ({ outTradeNo: String(no) })),
      { parallel: 16 },
    )
    expect(report.paid).toBe(cells.length)
  }

  const viewsOf = (cells: readonly Cell[]) =>
    Promise.all(cells.map(({ no, visitor }) => visitor.call('orders.get', { params: { no } })))

  /** What buyers are told, and what staff are asked. */
  async function standingsOf({ tenantId }: Shop, cells: readonly Cell[]): Promise<readonly (Standing | undefined)[]> {
    const rows = await house.query<{ no: string; reason: string | null }>(
      'select order_no as no, exception_reason as reason from orders.lines where tenant_id = $1',
      [tenantId],
    )
    const reasons = new Map(rows.map(({ no, reason }) => [Number(no), reason]))
    return (await viewsOf(cells)).map(({ no, lines }) => {
      const progress = lines[0]?.supply?.progress
      return progress && { progress, reason: reasons.get(no) ?? null }
    })
  }

  /** Asks now about what would be asked about later, and looks now for sources that may be well again. */
  async function hurry(...shops: readonly Shop[]): Promise<void> {
    const tenants = shops.map(({ tenantId }) => tenantId)
    // Whoever is at a row just now has it done sooner still, and is not waited for: two who wait for each other would be stuck.
    await house.query(
      `update suppliers.purchases p
       set due_at = now()
       from (
         select tenant_id, id from suppliers.purchases
         where tenant_id = any ($1) and state in ('accepted', 'unknown') and leased_until is null
         for no key update skip locked
       ) open
       where p.tenant_id = open.tenant_id and p.id = open.id`,
      [tenants],
    )
    await house.query(
      `update fulfilment.needs n
       set due_at = now()
       from (
         select tenant_id, order_no, line_no from fulfilment.needs
         where tenant_id = any ($1) and state = 'wanted' and due_at > now()
         for no key update skip locked
       ) open
       where n.tenant_id = open.tenant_id and n.order_no = open.order_no and n.line_no = open.line_no`,
      [tenants],
    )
  }

  /** Until nobody is asked and nothing is to be bought. */
  async function answered(shops: readonly Shop[]): Promise<void> {
    for (;;) {
      const [row] = await house.query<{ busy: string }>(
        `select (
           select count(*) from suppliers.purchases p
           where p.tenant_id = any ($1) and (p.leased_until is not null or p.due_at <= now()) and p.state in ('planned', 'sending', 'accepted', 'unknown')
         ) + (select count(*) from fulfilment.needs n where n.tenant_id = any ($1) and n.state = 'wanted') as busy`,
        [shops.map(({ tenantId }) => tenantId)],
      )
      if (Number(row?.busy) === 0) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** Lets the time between questions pass until the ladder is over: everything is known, or a person was told. */
  async function quiet(...shops: readonly Shop[]): Promise<void> {
    for (let round = 0; round < ROUNDS; round += 1) {
      await answered(shops)
      const [row] = await house.query<{ open: string }>(
        "select count(*) as open from suppliers.purchases where tenant_id = any ($1) and state = 'unknown' and asks <= $2",
        [shops.map(({ tenantId }) => tenantId), LADDER],
      )
      if (round > 3 && Number(row?.open) === 0) return
      await hurry(...shops)
    }
  }

  /** A day and a half passes for what was sent and is unknown. */
  async function letNotFoundBeProof({ tenantId }: Shop): Promise<void> {
    await house.query(
      `update suppliers.purchases
       set sent_at = sent_at - interval '36 hours', due_at = now()
       where tenant_id = $1 and state = 'unknown' and leased_until is null`,
      [tenantId],
    )
  }

  async function ownedPieces({ tenantId }: Shop): Promise<ReadonlyMap<number, number>> {
    const rows = await house.query<{ no: string; pieces: string }>(
      `select order_no as no, count(*) as pieces
       from entitlements.grants where tenant_id = $1 and state <> 'revoked' group by order_no`,
      [tenantId],
    )
    return new Map(rows.map(({ no, pieces }) => [Number(no), Number(pieces)]))
  }

  async function bookedOf({ tenantId }: Shop): Promise<ReadonlyMap<number, number>> {
    const rows = await house.query<{ no: string; fen: string }>(
      'select order_no as no, sum(cost_fen) as fen from suppliers.purchases where tenant_id = $1 group by order_no',
      [tenantId],
    )
    return new Map(rows.map(({ no, fen }) => [Number(no), Number(fen)]))
  }

  type Told = { readonly handedOut: number; readonly soldTimes: number; readonly charged: number }
  /** What each of the suppliers' own books says of each order. */
  const toldBy = (sources: readonly Source[], cells: readonly Cell[]): Promise<readonly (readonly Told[])[]> =>
    Promise.all(
      cells.map(({ no }) =>
        Promise.all(
          sources.map(async ({ handedOut, soldTimes, charged }) => ({
            handedOut: await handedOut(no),
            soldTimes: await soldTimes(no),
            charged: await charged(no),
          })),
        ),
      ),
    )

  /** What is booked is what was charged; what came of an order that nobody knows the end of is not booked before it is known. */
  async function expectCostsAsCharged(shop: Shop, sources: readonly Source[], cells: readonly Cell[]): Promise<void> {
    const [booked, told] = [await bookedOf(shop), await toldBy(sources, cells)]
    const wrong = cells
      .map(({ no, trouble, second }, at) => ({
        cell: `${trouble.name} × ${second}`,
        booked: booked.get(no) ?? 0,
        charged: isOpen(trouble.end) ? 0 : (told[at] ?? []).reduce((sum, { charged }) => sum + charged, 0),
      }))
      .filter((row) => row.booked !== row.charged)
    expect(wrong).toEqual([])
  }

  /**
   * Pays for the orders, brings them to their ends, and compares what is seen with what must be.
   * @param others shops that sell to this one
   */
  async function play(
    shop: Shop,
    sources: readonly [Source, Source],
    cells: readonly Cell[],
    others: readonly Shop[] = [],
  ): Promise<void> {
    const shops = [...others, shop]
    const pass = () => Promise.all(sources.map((source) => source.pass(SLOW_MS + MINUTE_MS)))
    await payAll(cells)
    await quiet(...shops)
    const early = await standingsOf(shop, cells)
    await pass()
    await quiet(...shops)
    const late = await standingsOf(shop, cells)
    await letNotFoundBeProof(shop)
    await quiet(...shops)
    await pass()
    await letNotFoundBeProof(shop)
    await quiet(...shops)
    const last = await standingsOf(shop, cells)

    const [owned, booked] = [await ownedPieces(shop), await bookedOf(shop)]
    const told = await toldBy(sources, cells)
    print(
      sources,
      cells.map((cell, at) => ({
        ...cell,
        standing: last[at],
        told: told[at] ?? [],
        booked: booked.get(cell.no) ?? 0,
      })),
    )
    const found = cells.map((cell, at) => {
      const { no, trouble, second, quantity } = cell
      const right = wanted(trouble.end, second)
      const pieces = right.last === ARRIVED ? quantity : trouble.end === 'part' ? 1 : 0
      const paidInVain = isCharged(trouble.end) ? quantity : 0
      return {
        cell: `${trouble.name} × ${second}`,
        seen: {
          ...{ early: early[at], late: late[at], last: last[at], owned: owned.get(no) ?? 0 },
          handedOut: (told[at] ?? []).reduce((sum, one) => sum + one.handedOut, 0),
          soldTwice: (told[at] ?? []).some(({ soldTimes }) => soldTimes > 1),
        },
        right: { ...right, owned: pieces, handedOut: pieces + paidInVain, soldTwice: false },
      }
    })
    expect(found.filter(({ seen, right }) => !isDeepStrictEqual(seen, right))).toEqual([])
    await expectCostsAsCharged(shop, sources, cells)
    await expectBooksRight(house, shop.tenantId)
    const codes = (await viewsOf(cells)).flatMap(codesOf)
    expect(new Set(codes).size, 'no code in two hands').toBe(codes.length)
  }

  return {
    crossed,
    ...{ place, payAll, standingsOf, hurry, letNotFoundBeProof, ownedPieces, expectCostsAsCharged, play },
  }
}

/** Charged for, and nothing that could be handed on: all of it is the shop's to claim. */
const isCharged = (end: End): boolean => isOpen(end) || end === 'known'
/** Nobody knows yet what it came to. */
const isOpen = (end: End): boolean => end === 'unreadable' || end === 'untold'

const goesOnAfter = (cells: readonly Cell[], fault: string): boolean =>
  cells.some(({ trouble }) => trouble.name === fault && goesOn(trouble.end))

/** `QUANSHU_MATRIX=1`: a line for each fault of an adapter, with what came of it beside each thing the next source may do. */
function print(
  [a, b]: readonly [Source, Source],
  cells: readonly (Cell & {
    readonly standing: Standing | undefined
    readonly told: readonly { readonly soldTimes: number; readonly charged: number }[]
    readonly booked: number
  })[],
): void {
  if (process.env.QUANSHU_MATRIX !== '1') return
  const faults = [...new Set(cells.map(({ trouble }) => trouble.name))]
  const rows = faults.map((fault) => [
    ...[a.kind, fault],
    ...SECONDS.map(({ name }) => {
      const cell = cells.find((one) => one.trouble.name === fault && one.second === name)
      if (!cell) return goesOnAfter(cells, fault) ? '' : 'not asked'
      const bought = cell.told.map(({ soldTimes }) => soldTimes).join('+')
      const charged = cell.told.reduce((sum, one) => sum + one.charged, 0)
      const why = cell.standing?.reason ? ` (${cell.standing.reason})` : ''
      return `${cell.standing?.progress ?? '—'}${why} ${bought} ${charged}=${cell.booked}`
    }),
  ])
  const head = ['adapter', 'fault', ...SECONDS.map(({ name }) => `${b.kind} ${name}`)]
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)))
  const text = [head, ...rows].map((row) =>
    row
      .map((one, at) => one.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  process.stdout.write(`\n${text.join('\n')}\n`)
}
