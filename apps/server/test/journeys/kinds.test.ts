import { randomUUID } from 'node:crypto'
import type { OrderNo } from '@quanshu/kernel'
import { expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { expectBooksRight } from './books.ts'
import { scriptedSupplier } from './scripted-supplier.ts'
import { codeOf, codesOf, type Goods, isDelivered, openHouse, QUERY_PASSWORD, until } from './shop.ts'

/**
 * Every kind of goods does four things, and this walks each of them through all four: what is held when it is ordered, whose
 * it is when it is delivered, what is asked about it afterwards, and what is left when its money goes back.
 */

const supplier = scriptedSupplier('bundled', { costHao: 50_000 })
const house = await openHouse({ supplierAdapters: new Map([[supplier.adapter.id, supplier.adapter]]) })
const shop = await house.newShop({ 'refunds.usedCodes': 'refuse' })
const { visitor, id: memberId } = await shop.member()
const t = shop.tenantId

type Kind = 'card' | 'topup' | 'service' | 'link' | 'points' | 'bundle'
type Placed = { readonly no: OrderNo; readonly quantity: number }
type Walk = {
  /** So much of it is for sale: 5, unless nobody counts it. */
  readonly goods: () => Promise<Goods>
  /** The kind of the line that is looked at; a bundle is none itself. */
  readonly line: Exclude<Kind, 'bundle'>
  readonly form?: Readonly<Record<string, string>>
  /** Pieces of accounts that are set aside until it is paid. */
  readonly held: number
  /** How many fewer can be sold once two are ordered. */
  readonly fewer: number
  /** What a person has to do before it is delivered. */
  readonly work?: (placed: Placed) => Promise<unknown>
  readonly asks: string
  /** Spent the moment it is delivered, or after this. */
  readonly spend: 'at once' | 'by the line' | ((placed: Placed) => Promise<unknown>)
  /** What is left of it where it came from, when its money is back. */
  readonly left: (placed: Placed) => Promise<unknown>
  readonly leaves: unknown
}

const say = async <T>(text: string, ...values: unknown[]): Promise<readonly T[]> => house.query<T>(text, [t, ...values])
const detailOf = (no: OrderNo) => shop.staff.call('orders.detail', { params: { no } })
const form = { account: '13800000001' }
const withAccount = { formFields: [{ key: 'account', labelZh: '账号', type: 'phone' }] }

async function topUp(): Promise<Goods> {
  const { id } = await shop.staff.call(
    'suppliers.create',
    {
      body: {
        name: 'bundled',
        adapter: 'bundled',
        baseUrl: 'http://127.0.0.1:9',
        identity: 'shop',
        secrets: { key: 's3cret' },
        concurrent: 64,
        perMinute: 60_000,
      },
    },
    { idempotencyKey: randomUUID() },
  )
  await shop.staff.call('suppliers.sync', { params: { supplierId: id }, body: {} })
  const productId = await until('the product to be synced', async () => {
    const { items } = await shop.staff.call('suppliers.listProducts', { query: { supplierId: id } })
    return items[0]?.id
  })
  const goods = await shop.stock(0, { goods: withAccount, sku: { kind: 'topup' } })
  await shop.staff.call('suppliers.saveSkuSupply', {
    params: { skuId: goods.skuId },
    body: { policy: 'cheapest', leastMarginFen: 0, offers: [{ productId, fieldMap: { account: 'account' } }] },
  })
  return goods
}

async function service(): Promise<Goods> {
  const goods = await shop.stock(0, { goods: withAccount, sku: { kind: 'service' } })
  await shop.staff.call('fulfilment.saveServiceRules', {
    params: { skuId: goods.skuId },
    body: { promisedMinutes: 60, capacityPerDay: 5, whenOverdue: 'flag', whenRejected: 'desk' },
  })
  return goods
}

async function link(): Promise<Goods> {
  const into = await shop.stock(5)
  const goods = await shop.stock(0, { sku: { kind: 'link' } })
  await shop.staff.call('redeem.saveLink', { params: { skuId: goods.skuId }, body: { intoSkuId: into.skuId } as never })
  return goods
}

async function bundle(): Promise<Goods> {
  const code = await shop.stock(5)
  return await shop.stock(0, {
    sku: { kind: 'bundle', bundle: { policy: 'rest', parts: [{ skuId: code.skuId }, { points: 50 }] } },
  })
}

const cardsOf = ({ no }: Placed) =>
  say(
    `select distinct c.state from entitlements.grants g join vault.cards c on c.tenant_id = $1 and c.id = g.card_id
     where g.tenant_id = $1 and g.order_no = $2`,
    no,
  )
const potOf = () =>
  say(
    `select balance::integer as points from ledger.accounts where tenant_id = $1 and kind = 'points.member' and ref = $2`,
    String(memberId),
  )

const code: Pick<Walk, 'asks' | 'spend' | 'left' | 'leaves'> = {
  asks: 'vault',
  async spend({ no }) {
    const grant = (await detailOf(no)).lines.flatMap(({ grants }) => grants)[0]
    await say(`select fulfilment.mark_used($1, $2, $3, true, 'buyer')`, no, grant?.id)
  },
  left: cardsOf,
  leaves: [{ state: 'void' }],
}

const WALKS: Readonly<Record<Kind, Walk>> = {
  card: { goods: () => shop.stock(5), line: 'card', held: 2, fewer: 2, ...code },
  topup: {
    goods: topUp,
    line: 'topup',
    form,
    held: 0,
    fewer: 0,
    asks: 'arrival',
    spend: 'at once',
    left: ({ no }) => say('select state, arrived from suppliers.purchases where tenant_id = $1 and order_no = $2', no),
    leaves: [{ state: 'done', arrived: 2 }],
  },
  service: {
    goods: service,
    line: 'service',
    form,
    held: 0,
    fewer: 2,
    async work({ no }) {
      const [task] = (await shop.staff.call('fulfilment.listTasks', { query: { q: String(no) } })).items
      const taskId = task?.id ?? 0
      await shop.staff.call('fulfilment.takeTasks', { body: { taskIds: [taskId] } })
      await shop.staff.call(
        'fulfilment.finishTask',
        { params: { taskId }, body: { proof: '已开通', pictureIds: [] } },
        { idempotencyKey: randomUUID() },
      )
    },
    asks: 'arrival',
    spend: 'at once',
    left: ({ no }) => say('select state from fulfilment.tasks where tenant_id = $1 and order_no = $2', no),
    leaves: [{ state: 'done' }],
  },
  link: {
    goods: link,
    line: 'link',
    held: 0,
    fewer: 2,
    asks: 'uses',
    async spend({ no }) {
      const [link = ''] = codesOf(await visitor.call('orders.get', { params: { no } }))
      await shop
        .visitor()
        .call(
          'redeem.redeem',
          { body: { code: link, contact: 'somebody@example.test', queryPassword: QUERY_PASSWORD, form: {} } },
          { idempotencyKey: randomUUID() },
        )
    },
    left: ({ no }) => say('select distinct state from redeem.codes where tenant_id = $1 and order_no = $2', no),
    leaves: [{ state: 'void' }],
  },
  points: {
    goods: bundle,
    line: 'points',
    held: 2,
    fewer: 2,
    asks: 'pot',
    spend: 'by the line',
    left: potOf,
    leaves: [{ points: 0 }],
  },
  bundle: { goods: bundle, line: 'card', held: 2, fewer: 2, ...code },
}

type Seen = { readonly lineNo: number; readonly asks: string; readonly isSpent: boolean }
const refreshed = ({ no }: Placed, lineNo: number) =>
  say<Seen>(`select asks, is_spent as "isSpent" from fulfilment.refresh($1, $2, $3) order by piece`, no, lineNo)
const availableOf = async ({ goodsId }: Goods) =>
  Number(
    (
      await say<{ n: number }>('select available as n from catalog.goods_skus($1, array[$2::bigint], now())', goodsId)
    )[0]?.n,
  )

async function delivered(walk: Walk) {
  const goods = await walk.goods()
  const before = await availableOf(goods)
  const { no } = await shop.place(goods, 2, { visitor, ...(walk.form ? { form: walk.form } : {}) })
  const placed = { no, quantity: 2 }
  const [held] = await say<{ sum: number }>(
    `select coalesce(sum(amount), 0)::integer as sum from ledger.holds where tenant_id = $1 and cause = 'order:' || $2 and state = 'held'`,
    no,
  )
  const fewer = before - (await availableOf(goods))
  await shop.pay(no)
  await walk.work?.(placed)
  await shop.seen({ visitor, no }, isDelivered)
  const detail = await detailOf(no)
  const lineNo = detail.lines.find(({ kind }) => kind === walk.line)?.lineNo ?? 0
  return { ...placed, lineNo, held: held?.sum, fewer, kinds: detail.lines.map(({ kind }) => kind) }
}

test.each(Object.entries(WALKS))('%s: reserved, delivered, asked about and taken back', async (kind, walk) => {
  const order = await delivered(walk)
  // Reserve.
  expect({ held: order.held, fewer: order.fewer }).toEqual({ held: walk.held, fewer: walk.fewer })
  // Deliver: a line is never a bundle, and what a grant is of, its line says.
  expect(order.kinds).not.toContain('bundle')
  const grants = (lineNo: number) =>
    say(
      'select kind, owner_key as owner, state from entitlements.grants where tenant_id = $1 and order_no = $2 and line_no = $3',
      order.no,
      lineNo,
    )
  const grant = { kind: walk.line, owner: `m:${memberId}` }
  expect(await grants(order.lineNo)).toEqual([1, 2].map(() => ({ ...grant, state: 'active' })))
  // Refresh.
  const isSpent = walk.spend === 'at once'
  expect(await refreshed(order, order.lineNo)).toEqual([1, 2].map(() => ({ asks: walk.asks, isSpent })))
  // Revoke: what is spent is codeOf, unless the loss is taken.
  const ask = (lineNo: number | null) =>
    shop.staff.call(
      'orders.refund',
      { params: { no: order.no }, body: { lineNo, to: 'source', reason: '退款' } },
      { idempotencyKey: randomUUID() },
    )
  const lineNo = kind === 'bundle' ? null : order.lineNo
  if (isSpent) {
    expect(await codeOf(ask(lineNo))).toBe('orders.refund_used_codes')
    await say(`select fulfilment.refund($1, $2, $3, 'source', 'loss', 'test')`, order.no, lineNo)
  } else {
    expect(await codeOf(ask(lineNo))).toBe('ok')
  }
  expect(await grants(order.lineNo)).toEqual([1, 2].map(() => ({ ...grant, state: 'revoked' })))
  expect(await refreshed(order, order.lineNo)).toEqual([])
  expect(await walk.left(order)).toEqual(walk.leaves)
})

test.each(Object.entries(WALKS).filter(([, { spend }]) => typeof spend === 'function'))(
  '%s: what was spent since is seen, and not taken back',
  async (_kind, walk) => {
    const order = await delivered(walk)
    if (typeof walk.spend === 'function') await walk.spend(order)
    expect((await refreshed(order, order.lineNo)).filter(({ isSpent }) => isSpent)).toHaveLength(1)
    const refund = shop.staff.call(
      'orders.refund',
      { params: { no: order.no }, body: { lineNo: order.lineNo, to: 'source', reason: '退款' } },
      { idempotencyKey: randomUUID() },
    )
    expect(await codeOf(refund)).toBe('orders.refund_used_codes')
  },
)

test('every kind that may be stored has its four ways, and no other word has any', async () => {
  const checks = await house.query<{ readonly def: string }>(
    `select pg_get_constraintdef(oid) as def from pg_constraint where conname in ('skus_kind_check', 'grants_kind_check')`,
  )
  const kinds = new Set(checks.flatMap(({ def }) => [...def.matchAll(/'(\w+)'/g)].map(([, kind]) => kind)))
  expect([...kinds].toSorted()).toEqual(Object.keys(WALKS).toSorted())
  const ways = await house.query<{ readonly kind: string } & Record<string, string | null>>(
    `select kind, catalog.reserve_of(kind), catalog.deliver_of(kind), catalog.revoke_of(kind), catalog.refresh_of(kind)
     from unnest($1::text[]) as kind`,
    [[...kinds, 'recharge', null]],
  )
  for (const { kind, ...four } of ways) {
    const isAKind = kinds.has(kind)
    expect(
      Object.values(four).map((way) => way !== null),
      String(kind),
    ).toEqual([isAKind, isAKind, isAKind, isAKind])
  }
})

test('after all of it the books are right', async () => {
  await expectBooksRight(house, t)
  const report = await auditBooks(house.platform, t, { isWhole: true, graceSeconds: 0 })
  expect(report.checks.flatMap(({ violations }) => violations)).toEqual([])
})
