import { randomUUID } from 'node:crypto'
import type { OrderNo } from '@quanshu/kernel'
import fc from 'fast-check'
import { type Goods, type House, type Shop, somePhone, until, type Visitor } from '../../../test/journeys/shop.ts'

/** What people do in a shop, in an order that nobody chose. Whatever is refused (nothing left, nothing to refund) is let be. */
export type Action =
  | {
      readonly kind: 'buy'
      readonly skus: readonly number[]
      readonly quantity: number
      readonly how: 'gateway' | 'balance' | 'late'
    }
  | { readonly kind: 'refund'; readonly pick: number; readonly whole: boolean; readonly to: 'source' | 'balance' }
  | { readonly kind: 'replace'; readonly pick: number }
  | { readonly kind: 'adjust'; readonly amountFen: number }
  | {
      readonly kind: 'restock'
      readonly sku: number
      readonly codes: number
      readonly costFen: number
      readonly supplier: string
    }
  | { readonly kind: 'fee'; readonly pick: number; readonly fen: number }
  | { readonly kind: 'chargeback'; readonly pick: number; readonly fen: number; readonly won: boolean }
  | { readonly kind: 'partial'; readonly pick: number; readonly fen: number }
  | { readonly kind: 'bill'; readonly paidFen: number; readonly feeFen: number }
  | { readonly kind: 'recost'; readonly pick: number; readonly costFen: number }

/** Three things are sold, the last one for nothing. */
const SKUS = 3
const sku = fc.nat({ max: SKUS - 1 })
const pick = fc.nat({ max: 1_000 })
const few = fc.integer({ min: 1, max: 900 })

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('buy' as const),
      skus: fc.uniqueArray(sku, { minLength: 1, maxLength: 3 }),
      quantity: fc.integer({ min: 1, max: 4 }),
      how: fc.constantFrom('gateway' as const, 'gateway' as const, 'balance' as const, 'late' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('refund' as const),
      pick,
      whole: fc.boolean(),
      to: fc.constantFrom('source' as const, 'balance' as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('replace' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('adjust' as const), amountFen: few }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('restock' as const),
      sku,
      codes: fc.integer({ min: 1, max: 5 }),
      costFen: fc.nat({ max: 1_500 }),
      supplier: fc.constantFrom('', '甲供应', '乙供应'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fee' as const), pick, fen: few }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('chargeback' as const), pick, fen: few, won: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('partial' as const), pick, fen: few }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('bill' as const), paidFen: few, feeFen: few }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('recost' as const), pick, costFen: fc.nat({ max: 900 }) }) },
)
export const history = fc.array(action, { minLength: 6, maxLength: 18 })

export type Lived = {
  readonly shop: Shop
  readonly member: { readonly visitor: Visitor; readonly id: number }
  readonly orders: readonly OrderNo[]
  /** How the accounts and the shelf stood between two actions. */
  readonly moments: readonly Moment[]
}
type Moment = { readonly at: string; readonly balances: Readonly<Record<string, number>>; readonly stockFen: number }

/** Opens a shop and lives through a history; resolves when nothing is on its way any more. */
export async function live(house: House, actions: readonly Action[]): Promise<Lived> {
  const shop = await house.newShop()
  const { id: categoryId } = await shop.staff.call('catalog.createCategory', { body: { name: '视频' } })
  const goods = [
    await shop.stock(9, {
      goods: { categoryId },
      sku: { priceFen: 1990 },
      batch: { supplier: '甲供应', costFen: 1200 },
    }),
    await shop.stock(7, { sku: { priceFen: 333 }, batch: { supplier: '乙供应', costFen: 101 } }),
    await shop.stock(5, { sku: { priceFen: 0, free: true }, batch: { costFen: 50 } }),
  ]
  const member = await shop.member(30_000)
  const world: World = { house, shop, goods, member, orders: [] }
  const moments: Moment[] = []
  for (const one of actions) {
    await perform(world, one)
    await settled(world)
    moments.push(await momentOf(world))
  }
  return { shop, member, orders: world.orders, moments }
}

type World = {
  readonly house: House
  readonly shop: Shop
  readonly goods: readonly Goods[]
  readonly member: { readonly visitor: Visitor; readonly id: number }
  readonly orders: OrderNo[]
}

async function perform(world: World, one: Action): Promise<void> {
  switch (one.kind) {
    case 'buy':
      return buy(world, one)
    case 'refund':
      return refund(world, one)
    case 'replace':
      return replace(world, one)
    case 'adjust':
      await world.shop.staff.call(
        'members.adjustBalance',
        { params: { id: world.member.id }, body: { amountFen: one.amountFen, reason: '补偿' } },
        { idempotencyKey: randomUUID() },
      )
      return
    case 'restock':
      await world.shop.addCards(world.goods[one.sku]?.skuId ?? 0, one.codes, {
        supplier: one.supplier,
        costFen: one.costFen,
      })
      return
    case 'fee':
      return post(world, 'cash.fee', 'cash.gateway', one.fen, 'cash.fee', one.pick)
    case 'chargeback':
      return one.won
        ? post(world, 'cash.gateway', 'cash.chargeback', one.fen, 'cash.chargeback_won', one.pick)
        : post(world, 'cash.chargeback', 'cash.gateway', one.fen, 'cash.chargeback', one.pick)
    case 'partial':
      return post(world, 'cash.revenue', 'cash.gateway', one.fen, 'cash.refund_to_source', one.pick)
    case 'bill':
      await post(world, 'cash.bank', 'cash.gateway', one.paidFen, 'bill.payment', undefined)
      return post(world, 'cash.fee', 'cash.gateway', one.feeFen, 'bill.fee', undefined)
    case 'recost':
      await world.house.query(
        `update vault.batches set cost_fen = $3
         where tenant_id = $1 and id = (
           select id from vault.batches where tenant_id = $1 order by id offset $2 % (select count(*) from vault.batches where tenant_id = $1) limit 1
         )`,
        [world.shop.tenantId, one.pick, one.costFen],
      )
      return
  }
}

async function buy(world: World, { skus, quantity, how }: Extract<Action, { kind: 'buy' }>): Promise<void> {
  const { shop, goods, member, house } = world
  const byBalance = how === 'balance'
  const browser = byBalance || quantity % 2 === 0 ? member.visitor : shop.visitor()
  const view = await browser
    .call(
      'orders.place',
      {
        body: {
          lines: skus.flatMap((index) => {
            const one = goods[index]
            return one ? [{ skuId: one.skuId, quantity, unitPriceFen: one.priceFen }] : []
          }),
          contact: somePhone(),
          queryPassword: 'query-pw-7391',
          payWith: byBalance ? 'balance' : 'sim-pay',
        },
      },
      { idempotencyKey: randomUUID() },
    )
    .catch(() => undefined)
  if (!view) return
  const no = view.no as OrderNo
  world.orders.push(no)
  if (view.state !== 'pending') return
  if (how === 'late') {
    // The money finds an empty shelf for some lines: delivered in parts, or not at all, and back by itself.
    await house.query('update orders.orders set expires_at = now() where tenant_id = $1 and no = $2', [
      shop.tenantId,
      no,
    ])
  }
  await browser.call('orders.pay', { params: { no }, body: { payWith: 'sim-pay' } }).catch(() => undefined)
  await shop.pay(no, { late: how === 'late' }).catch(() => undefined)
}

async function refund(world: World, { pick, whole, to }: Extract<Action, { kind: 'refund' }>): Promise<void> {
  const no = world.orders[pick % Math.max(1, world.orders.length)]
  if (no === undefined) return
  await world.shop.staff
    .call(
      'orders.refund',
      { params: { no }, body: { lineNo: whole ? null : 1 + (pick % 2), to, reason: '客户要求' } },
      { idempotencyKey: randomUUID() },
    )
    .catch(() => undefined)
}

async function replace(world: World, { pick }: Extract<Action, { kind: 'replace' }>): Promise<void> {
  const grants = await world.house.query<{ id: number; order_no: OrderNo }>(
    `select id, order_no from entitlements.grants where tenant_id = $1 and state <> 'revoked' order by id`,
    [world.shop.tenantId],
  )
  const grant = grants[pick % Math.max(1, grants.length)]
  if (!grant) return
  await world.shop.staff
    .call(
      'fulfilment.replaceGrant',
      { params: { no: grant.order_no, grantId: grant.id }, body: { reason: '坏码' } },
      { idempotencyKey: randomUUID() },
    )
    .catch(() => undefined)
}

/** What other parts of the house post about an order: fees, what a gateway took back, a refund of a part. */
async function post(
  world: World,
  from: string,
  to: string,
  fen: number,
  kind: string,
  pick: number | undefined,
): Promise<void> {
  const { house, shop, orders } = world
  const no = pick === undefined ? undefined : orders[pick % Math.max(1, orders.length)]
  const ref = (account: string) => (['cash.gateway', 'cash.fee', 'cash.bank'].includes(account) ? 'sim-pay' : '')
  for (const account of [from, to]) {
    await house.query(`select ledger.account($1, $2, $3, 'CNY')`, [shop.tenantId, account, ref(account)])
    await house.query(`update ledger.accounts set floor = null where tenant_id = $1 and kind = $2`, [
      shop.tenantId,
      account,
    ])
  }
  await house.query(
    `select ledger.post(
       $1, array[ledger.account($1, $2, $3, 'CNY')], array[ledger.account($1, $4, $5, 'CNY')], array[$6::bigint], array[$7], array[$8]
     )`,
    [shop.tenantId, from, ref(from), to, ref(to), fen, kind, no === undefined ? 'bill:20261122' : `order:${no}`],
  )
}

/** No order between two states, no refund on its way. */
async function settled({ house, shop }: World): Promise<void> {
  await until('nothing is on its way', async () => {
    const [row] = await house.query<{ open: number }>(
      `select (select count(*) from payments.refunds where tenant_id = $1 and state in ('requested', 'processing'))
         + (select count(*) from orders.orders where tenant_id = $1 and state = 'pending' and expires_at <= now()) as open`,
      [shop.tenantId],
    )
    return row?.open === 0 || undefined
  })
}

/**
 * What the accounts hold now. The moment is asked for in whole milliseconds, and transfers are stamped finer: so it is the next
 * one, and is waited for; one cut off would lie before a transfer of the same millisecond.
 */
async function momentOf({ house, shop }: World): Promise<Moment> {
  const [row] = await house.query<{ at: Date; balances: Record<string, number>; stock: number }>(
    `select date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond' as at, pg_sleep(0.002),
       (select jsonb_object_agg(kind, balance) from (
          select kind, sum(balance) as balance from ledger.accounts where tenant_id = $1 and unit = 'CNY' group by kind
        ) a) as balances,
       (select coalesce(sum(c.available * b.cost_fen), 0)::bigint
        from vault.batch_counts c join vault.batches b on b.tenant_id = c.tenant_id and b.id = c.batch_id
        where c.tenant_id = $1) as stock`,
    [shop.tenantId],
  )
  if (!row) throw new Error('no moment')
  return { at: row.at.toISOString(), balances: row.balances ?? {}, stockFen: row.stock }
}
