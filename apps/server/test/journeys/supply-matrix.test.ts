import { isDeepStrictEqual } from 'node:util'
import type { SupplyProgress } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { beforeAll, describe, expect, test } from 'vitest'
import { expectBooksRight } from './books.ts'
import { hurriedAdapters, openSupplier, type RealSupplier, type TopUpSupplier } from './real-suppliers.ts'
import { type Goods, openHouse, type Shop, until, type Visitor } from './shop.ts'

/**
 * Whatever one supplier does, crossed with whatever the next one does, through the whole product: paid orders, the real
 * adapters, and at the end what the suppliers' own books say was handed out. Tremendous is left out: it sells links, which
 * shops do not sell yet. `QUANSHU_MATRIX=1` prints the table.
 */

const PATIENCE_MS = 4_000
const house = await openHouse({ supplierAdapters: hurriedAdapters(PATIENCE_MS), env: { QUANSHU_POOL_SIZE: '12' } })
const PAIRS: readonly (readonly [TopUpSupplier, TopUpSupplier])[] = [
  ['fulu', 'kasushou'],
  ['kasushou', 'kayixin'],
  ['kayixin', 'fulu'],
]
const MINUTE_MS = 60_000
const SLOW_MS = 10 * MINUTE_MS

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

/** Where an order stands: what its buyer is told, and why staff are asked. */
type Standing = { readonly progress: SupplyProgress; readonly reason: string | null }
const ARRIVED: Standing = { progress: 'arrived', reason: null }
const UNDER_WAY: Standing = { progress: 'in_progress', reason: null }
const CHECKING: Standing = { progress: 'checking', reason: 'supply_unknown' }
const WAITING: Standing = { progress: 'submitted', reason: null }
const NOBODY: Standing = { progress: 'failed', reason: 'no_source' }

/**
 * How a purchase really ends, whatever is said on the way. `never`: nothing was bought, and nobody can tell: it is asked
 * about until "not found" is proof.
 */
type End = 'done' | 'late' | 'hidden' | 'refused' | 'refused_late' | 'never' | 'part'
type Place = { readonly supplier: RealSupplier; readonly no: string }
type Trouble = {
  readonly name: string
  readonly end: End
  readonly make: (at: Place) => void
  readonly only?: readonly TopUpSupplier[]
  readonly quantity?: number
  readonly isDear?: true
}

const calls = (kind: string, times = 1, more: object = {}) => ({
  make: ({ supplier, no }: Place) =>
    void supplier.control.addFault({ kind, key: no, endpoint: supplier.placing, times, ...more } as never),
})
const asks = (kind: string, times = 2) => ({
  make: ({ supplier, no }: Place) =>
    void supplier.control.addFault({ kind, key: no, endpoint: supplier.asking, times } as never),
})
const order = (kind: string, more: object = {}) => ({
  make: ({ supplier, no }: Place) => void supplier.control.addFault({ kind, key: no, times: 1, ...more } as never),
})
const both = (...parts: readonly { readonly make: (at: Place) => void }[]) => ({
  make: (at: Place) => {
    for (const { make } of parts) make(at)
  },
})
const long = order('order.slow', { ms: SLOW_MS })

const TROUBLES: readonly Trouble[] = [
  { name: 'nothing goes wrong', end: 'done', make: () => undefined },
  { name: 'accepts, then cuts the line', end: 'done', ...calls('api.cut') },
  { name: 'cuts the line before', end: 'never', ...calls('api.reset') },
  { name: 'slower than our patience', end: 'done', ...calls('api.slow', 1, { ms: PATIENCE_MS + 500 }) },
  { name: '429', end: 'never', ...calls('api.busy') },
  { name: '500', end: 'never', ...calls('api.error') },
  { name: '502 after buying', end: 'done', ...calls('api.broken') },
  { name: 'half of an answer', end: 'done', ...calls('api.malformed') },
  { name: 'an answer to something else', end: 'done', ...calls('api.nonsense') },
  { name: 'does not know itself', end: 'done', ...calls('api.unsure') },
  { name: 'wrong signature', end: 'done', only: ['fulu'], ...both(calls('api.forged'), asks('api.forged')) },
  { name: 'asking: line cut', end: 'done', ...asks('api.cut') },
  { name: 'asking: 429, then 500', end: 'done', ...both(asks('api.busy', 1), asks('api.error', 1)) },
  { name: 'asking: half of an answer', end: 'done', ...asks('api.malformed') },
  { name: 'not found at first', end: 'hidden', ...both(calls('api.cut'), order('order.not_found', { ms: SLOW_MS })) },
  { name: 'found, then not found', end: 'done', ...order('query.not_found', { times: 2 }) },
  { name: 'callback before the answer', end: 'done', ...order('callback.early') },
  { name: 'callback before a cut line', end: 'done', ...both(order('callback.early'), calls('api.cut')) },
  { name: 'callback never', end: 'done', ...order('callback.never') },
  { name: 'callback lost', end: 'done', ...order('callback.lose') },
  { name: 'callback late', end: 'done', ...order('callback.delay', { ms: MINUTE_MS }) },
  { name: 'callback twice at once', end: 'done', ...order('callback.parallel', { count: 4 }) },
  { name: 'callback again later', end: 'done', ...order('callback.again', { ms: MINUTE_MS }) },
  { name: 'callback forged', end: 'done', ...order('callback.forge') },
  { name: 'callback says failed first', end: 'done', ...order('callback.contrary') },
  { name: 'callback says failed after', end: 'done', ...order('callback.contrary_after') },
  { name: 'callback with another amount', end: 'done', ...order('callback.amount', { amount: 1 }) },
  {
    name: 'callback about nobody’s order',
    end: 'done',
    ...order('callback.other_order', { value: '99999999999990101' }),
  },
  { name: 'callback half', end: 'done', ...order('callback.malformed') },
  { name: 'written down, paid later', end: 'late', ...order('order.unpaid') },
  { name: 'long, then done', end: 'late', ...long },
  { name: 'long, then failed', end: 'refused_late', ...both(long, order('order.fail')) },
  { name: 'failed', end: 'refused', ...order('order.fail') },
  { name: 'failed, callback says done', end: 'refused', ...both(order('order.fail'), order('callback.contrary')) },
  { name: 'a part', end: 'part', quantity: 3, only: ['kasushou', 'kayixin'], ...order('order.partial', { count: 1 }) },
  { name: 'price raised', end: 'refused', isDear: true, ...order('order.price_up', { amount: 150_000 }) },
  { name: 'balance used up', end: 'refused', ...order('order.no_balance') },
  { name: 'delisted', end: 'refused', ...order('order.delisted') },
  { name: 'out of stock', end: 'refused', ...order('order.no_stock') },
  { name: 'not sold to us', end: 'refused', ...order('order.reject') },
]

/** What the second, dearer source does when it is asked. */
const SECONDS = [
  { name: 'is fine', make: () => undefined },
  { name: 'refuses', ...order('order.reject') },
  { name: 'is unknown', ...calls('api.reset') },
  { name: 'is slow', ...long },
] as const
type Second = (typeof SECONDS)[number]['name']

/** What must be seen: when the ladder of questions is over, ten minutes later, and once "not found" is proof. */
function wanted(
  end: End,
  second: Second,
): { readonly early: Standing; readonly late: Standing; readonly last: Standing } {
  const early = { 'is fine': ARRIVED, refuses: NOBODY, 'is unknown': CHECKING, 'is slow': UNDER_WAY }[second]
  const last = { 'is fine': ARRIVED, refuses: NOBODY, 'is unknown': NOBODY, 'is slow': ARRIVED }[second]
  switch (end) {
    case 'done':
      return { early: ARRIVED, late: ARRIVED, last: ARRIVED }
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
  }
}

type Cell = {
  readonly trouble: Trouble
  readonly second: Second
  readonly no: OrderNo
  readonly visitor: Visitor
  readonly quantity: number
}

describe.concurrent.each(PAIRS)('%s, then %s', (firstKind, secondKind) => {
  test('bought at most once, told as it is, and in the books', async () => {
    const { shop, usual, dear, a, b } = await openMatrixShop(firstKind, secondKind)
    const cells = await Promise.all(
      TROUBLES.filter(({ only }) => !only || only.includes(firstKind)).flatMap((trouble) =>
        SECONDS.map(async (second): Promise<Cell> => {
          const cell = await placeCell(shop, trouble.isDear ? dear : usual, trouble, second.name)
          trouble.make({ supplier: a, no: `${cell.no}0101` })
          second.make({ supplier: b, no: `${cell.no}0102` })
          return cell
        }),
      ),
    )
    await payAll(cells)

    await quiet(shop)
    const early = await standingsOf(shop, cells)
    await letPass(SLOW_MS, a, b)
    await quiet(shop)
    const late = await standingsOf(shop, cells)
    await letNotFoundBeProof(shop)
    await quiet(shop)
    await letPass(SLOW_MS, a, b)
    await letNotFoundBeProof(shop)
    await quiet(shop)
    const last = await standingsOf(shop, cells)

    const owned = await ownedPieces(shop)
    const found = cells.map((cell, at) => {
      const { no, trouble, second, quantity } = cell
      const handedOut = a.handedOut(no) + b.handedOut(no)
      const right = wanted(trouble.end, second)
      const pieces = right.last === ARRIVED ? quantity : trouble.end === 'part' ? 1 : 0
      return {
        cell: `${trouble.name} × ${second}`,
        seen: { early: early[at], late: late[at], last: last[at], handedOut, owned: owned.get(no) ?? 0 },
        right: { ...right, handedOut: pieces, owned: pieces },
      }
    })
    print(firstKind, secondKind, cells, last)
    expect(found.filter(({ seen, right }) => !isDeepStrictEqual(seen, right))).toEqual([])
    await expectCostsAsCharged(shop, [a, b], cells)
    await expectBooksRight(house, shop.tenantId)
  }, 150_000)
})

describe('with lanes that close', () => {
  const withoutTrouble = TROUBLES[0] as Trouble
  beforeAll(() => house.query('drop trigger keep_open on suppliers.suppliers'))

  test.each(PAIRS)('%s is down: %s delivers, or it is waited for', async (firstKind, secondKind) => {
    const { shop, usual, a, b } = await openMatrixShop(firstKind, secondKind)
    const cells = await Promise.all(
      SECONDS.map(async (second) => {
        const cell = await placeCell(shop, usual, withoutTrouble, second.name)
        // How often the one that is down is tried before its lane closes depends on who comes first.
        for (let turn = 2; turn < 20; turn += 1) second.make({ supplier: b, no: `${cell.no}01${padded(turn)}` })
        return cell
      }),
    )
    await a.control.down()
    await payAll(cells)
    const meanwhile: Readonly<Record<Second, Standing>> = {
      'is fine': ARRIVED,
      refuses: WAITING,
      'is unknown': CHECKING,
      'is slow': UNDER_WAY,
    }
    await until('everybody to be told as it is', async () => {
      await hurry(shop)
      return isDeepStrictEqual(
        await standingsOf(shop, cells),
        cells.map(({ second }) => meanwhile[second]),
      )
    })
    expect(a.control.deliveries()).toEqual([])
    await a.control.up()
    await house.query('update suppliers.suppliers set open_until = now() where tenant_id = $1 and open_until > now()', [
      shop.tenantId,
    ])
    await letPass(SLOW_MS, a, b)
    await until('everything to arrive', async () => {
      await letNotFoundBeProof(shop)
      await hurry(shop)
      return (await standingsOf(shop, cells)).every((standing) => isDeepStrictEqual(standing, ARRIVED))
    })
    expect(cells.map(({ no }) => [a.handedOut(no), b.handedOut(no)])).toEqual([
      [0, 1],
      [1, 0],
      [1, 0],
      [0, 1],
    ])
    await expectCostsAsCharged(shop, [a, b], cells)
    await expectBooksRight(house, shop.tenantId)
  })

  test('every trouble at once closes lanes and opens them: what was handed out is what is owned, each once', async () => {
    const { shop, usual, a, b } = await openMatrixShop('kasushou', 'kayixin')
    // Time passes faster here than at the supplier, so what it hides would be taken for proof.
    const chosen = TROUBLES.filter(
      ({ only, isDear, end }) => end !== 'hidden' && !isDear && (!only || only.includes('kasushou')),
    )
    const cells = await Promise.all(
      chosen.map(async (trouble, at) => {
        const second = SECONDS[at % SECONDS.length] as (typeof SECONDS)[number]
        const cell = await placeCell(shop, usual, trouble, second.name)
        for (let turn = 1; turn < 5; turn += 1) {
          trouble.make({ supplier: a, no: `${cell.no}01${padded(turn)}` })
          second.make({ supplier: b, no: `${cell.no}01${padded(turn)}` })
        }
        return cell
      }),
    )
    await payAll(cells)
    await until(
      'every order to have an end',
      async () => {
        await letPass(MINUTE_MS, a, b)
        await letNotFoundBeProof(shop)
        await hurry(shop)
        await house.query(
          'update suppliers.suppliers set open_until = now() where tenant_id = $1 and open_until > now()',
          [shop.tenantId],
        )
        return (await standingsOf(shop, cells)).every(
          (standing) => isDeepStrictEqual(standing, ARRIVED) || isDeepStrictEqual(standing, NOBODY),
        )
      },
      45_000,
    )
    const owned = await ownedPieces(shop)
    const standings = await standingsOf(shop, cells)
    expect(
      cells.flatMap(({ no, quantity, trouble }, at) => {
        const handedOut = a.handedOut(no) + b.handedOut(no)
        const isRight =
          handedOut === (owned.get(no) ?? 0) &&
          (standings[at]?.progress === 'arrived' ? handedOut === quantity : handedOut < quantity)
        return isRight ? [] : [{ trouble: trouble.name, handedOut, owned: owned.get(no), standing: standings[at] }]
      }),
    ).toEqual([])
    await expectCostsAsCharged(shop, [a, b], cells)
    await expectBooksRight(house, shop.tenantId)
  })
})

async function openMatrixShop(firstKind: TopUpSupplier, secondKind: TopUpSupplier) {
  const [a, b] = await Promise.all([openSupplier(firstKind), openSupplier(secondKind)])
  // A price that is raised stays so for these goods.
  for (const id of ['700001', '700002']) {
    a.sell(id, '10.0000')
    b.sell(id, '12.0000')
  }
  const shop = await house.newShop()
  const [first, second] = [await a.join(shop, 'first'), await b.join(shop, 'second')]
  const sell = async (id: string): Promise<Goods> => {
    const goods = await shop.stock(0, {
      goods: { formFields: [{ key: 'account', labelZh: '账号', type: 'text' }] },
      sku: { kind: 'topup', priceFen: 2_000 },
    })
    await shop.staff.call('suppliers.saveSkuSupply', {
      params: { skuId: goods.skuId },
      body: { policy: 'cheapest', leastMarginFen: 0, offers: [first.offer(id), second.offer(id)] },
    })
    return goods
  }
  return { shop, a, b, usual: await sell('700001'), dear: await sell('700002') }
}

async function placeCell(shop: Shop, goods: Goods, trouble: Trouble, second: Second): Promise<Cell> {
  const quantity = trouble.quantity ?? 1
  const { no, visitor } = await shop.place(goods, quantity, { form: { account: '13800138000' } })
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

/** What buyers are told, and what staff are asked. */
async function standingsOf(shop: Shop, cells: readonly Cell[]): Promise<readonly (Standing | undefined)[]> {
  const reasons = new Map(
    (
      await house.query<{ no: string; reason: string | null }>(
        'select order_no as no, exception_reason as reason from orders.lines where tenant_id = $1',
        [shop.tenantId],
      )
    ).map(({ no, reason }) => [Number(no), reason]),
  )
  return await Promise.all(
    cells.map(async ({ no, visitor }) => {
      const { lines } = await visitor.call('orders.get', { params: { no } })
      const progress = lines[0]?.supply?.progress
      return progress && { progress, reason: reasons.get(no) ?? null }
    }),
  )
}

/** So often is asked: as often as the ladder has steps, and some more for the second source. */
const ROUNDS = 14
const LADDER = 10

/** Lets the time between questions pass until the ladder is over: everything is known, or a person was told. */
async function quiet(shop: Shop): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    await answered(shop)
    const [row] = await house.query<{ open: string }>(
      "select count(*) as open from suppliers.purchases where tenant_id = $1 and state = 'unknown' and asks <= $2",
      [shop.tenantId, LADDER],
    )
    if (round > 3 && Number(row?.open) === 0) return
    await hurry(shop)
  }
}

/** Asks now about what would be asked about later, and looks now for sources that may be well again. */
async function hurry({ tenantId }: Shop): Promise<void> {
  await house.query(
    `update suppliers.purchases
     set due_at = now()
     where tenant_id = $1 and state in ('accepted', 'unknown') and leased_until is null`,
    [tenantId],
  )
  await house.query(
    "update fulfilment.needs set due_at = now() where tenant_id = $1 and state = 'wanted' and due_at > now()",
    [tenantId],
  )
}

async function letPass(ms: number, ...suppliers: readonly RealSupplier[]): Promise<void> {
  await Promise.all(
    suppliers.map(async ({ control }) => {
      // What our balance did not suffice for is paid meanwhile.
      const unpaid = control.orders().filter(({ state }) => state === 'unpaid')
      await Promise.all(unpaid.map(({ outerNo }) => control.settle(outerNo, 'success')))
      await control.advance(ms + MINUTE_MS)
    }),
  )
}

/** Until nobody is asked and nothing is to be bought. */
async function answered(shop: Shop): Promise<void> {
  for (;;) {
    const [row] = await house.query<{ busy: string }>(
      `select (
         select count(*) from suppliers.purchases p
         where p.tenant_id = $1 and (p.leased_until is not null or p.due_at <= now()) and p.state in ('planned', 'sending', 'accepted', 'unknown')
       ) + (select count(*) from fulfilment.needs n where n.tenant_id = $1 and n.state = 'wanted') as busy`,
      [shop.tenantId],
    )
    if (Number(row?.busy) === 0) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** A day and a half passes for what was sent and is unknown. */
async function letNotFoundBeProof(shop: Shop): Promise<void> {
  await house.query(
    `update suppliers.purchases
     set sent_at = sent_at - interval '36 hours', due_at = now()
     where tenant_id = $1 and state = 'unknown' and leased_until is null`,
    [shop.tenantId],
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

async function expectCostsAsCharged({ tenantId }: Shop, suppliers: readonly RealSupplier[], cells: readonly Cell[]) {
  const rows = await house.query<{ no: string; fen: string }>(
    'select order_no as no, sum(cost_fen) as fen from suppliers.purchases where tenant_id = $1 group by order_no',
    [tenantId],
  )
  const booked = new Map(rows.map(({ no, fen }) => [Number(no), Number(fen)]))
  const wrong = cells
    .map(({ no, trouble, second }) => ({
      cell: `${trouble.name} × ${second}`,
      booked: booked.get(no) ?? 0,
      charged: suppliers.reduce((sum, supplier) => sum + supplier.charged(no), 0),
    }))
    .filter((row) => row.booked !== row.charged)
  expect(wrong).toEqual([])
}

const padded = (turn: number): string => String(turn).padStart(2, '0')

function print(first: string, second: string, cells: readonly Cell[], last: readonly (Standing | undefined)[]): void {
  if (process.env.QUANSHU_MATRIX !== '1') return
  const lines = TROUBLES.map(({ name }) => {
    const told = SECONDS.map((one) => {
      const at = cells.findIndex((cell) => cell.trouble.name === name && cell.second === one.name)
      const standing = last[at]
      return (standing ? (standing.reason ?? standing.progress) : '—').padEnd(14)
    })
    return `${name.padEnd(32)}${told.join(' ')}`
  })
  const head = `${`${first}, then ${second}, which …`.padEnd(32)}${SECONDS.map(({ name }) => name.padEnd(14)).join(' ')}`
  process.stdout.write(`\n${[head, ...lines].join('\n')}\n`)
}
