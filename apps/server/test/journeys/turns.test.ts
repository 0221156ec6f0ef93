import { randomUUID } from 'node:crypto'
import { isProblem } from '@quanshu/client'
import type { OrderNo } from '@quanshu/kernel'
import { afterEach, describe, expect, test } from 'vitest'
import { runRoles } from '../../src/main/server.ts'
import { expectBooksRight } from './books.ts'
import { codesOf, type Goods, isDelivered, openHouse, type PlacedOrder, someCodes, until } from './shop.ts'

/**
 * Two rivals on one order or one shelf, in both orders and truly at the same time: the row they meet at is held, one comes
 * and waits, the other comes and waits behind it, and then the row is let go.
 */

// No worker: what it would do by itself at its own time is done here by hand, at a chosen time.
const house = await openHouse({ env: { QUANSHU_ROLES: 'api' } })
const { platform } = house
const worker = await runRoles(
  { ...platform, config: { ...platform.config, roles: ['worker'] } },
  { ownerUrl: platform.ownerUrl },
)
const shop = await house.newShop()
const { visitor: member } = await shop.member(1_000_000)
const second = await house.secondServer()
await worker.stop()
const { tenantId } = shop

afterEach(() => expectBooksRight(house, tenantId))

describe('two rivals meet at an order', () => {
  test('expiry, then the money: delivered, since the piece is still there', async () => {
    const { order, goods } = await dueOrder()
    // The sweep passes over an order that somebody holds; it has its own in hand when it waits for the shelf.
    await inTurn(shelfOf(goods), sweep, () => shop.pay(order.no, { late: true }))
    await shop.seen(order, isDelivered)
    expect(await statesOf(order)).toEqual(['delivered', 'expired', 'delivered'])
  })

  test('the money, then expiry: delivered from what was held', async () => {
    const { order } = await dueOrder()
    await inTurn(orderRow(order), () => shop.pay(order.no, { late: true }), sweep)
    await shop.seen(order, isDelivered)
    expect(await statesOf(order)).toEqual(['delivered', 'captured', 'delivered'])
  })

  test('cancel, then the notice: both are told yes, and the money still buys', async () => {
    const order = await shop.place(await shop.stock(1))
    const [cancelled, paid] = await inTurn(
      orderRow(order),
      () => code(cancel(order)),
      () => code(shop.pay(order.no, { late: true })),
    )
    expect([cancelled, paid]).toEqual(['done', 'done'])
    await shop.seen(order, isDelivered)
  })

  test('the notice, then cancel: delivered, and the cancel is refused', async () => {
    const order = await shop.place(await shop.stock(1))
    const [paid, cancelled] = await inTurn(
      orderRow(order),
      () => code(shop.pay(order.no)),
      () => code(cancel(order)),
    )
    expect([paid, cancelled]).toEqual(['done', 'orders.not_pending'])
    await shop.seen(order, isDelivered)
  })

  test('expiry, then cancel, and cancel, then expiry: ended once, and the piece is free once', async () => {
    for (const isExpiryFirst of [true, false]) {
      const { order, goods } = await dueOrder()
      const rivals = [sweep, () => code(cancel(order))] as const
      await inTurn(shelfOf(goods), ...turned(rivals, isExpiryFirst))
      expect(await statesOf(order)).toEqual(
        isExpiryFirst ? ['expired', 'expired', 'cancelled'] : ['cancelled', 'released', 'cancelled'],
      )
    }
  })

  test('refund, then replacement: nothing is left to replace, no new code leaves the shelf', async () => {
    const { order, grantId } = await delivered(2)
    const [refunded, replaced] = await inTurn(
      orderRow(order),
      () => code(refund(order.no)),
      () => code(replace(order.no, grantId)),
    )
    expect([refunded, replaced]).toEqual(['done', 'fulfilment.grant_not_active'])
    expect(await cardStates(order)).toEqual(['available', 'void'])
  })

  test('replacement, then refund: both codes are void, one refund', async () => {
    const { order, grantId } = await delivered(2)
    const answers = await inTurn(
      orderRow(order),
      () => code(replace(order.no, grantId)),
      () => code(refund(order.no)),
    )
    expect(answers).toEqual(['done', 'done'])
    expect(await cardStates(order)).toEqual(['void', 'void'])
    expect(await refundsOf(order)).toHaveLength(1)
  })

  test('marked as used, then refunded: the code stays used; refunded, then marked: it stays void', async () => {
    for (const isUsedFirst of [true, false]) {
      const { order, grantId } = await delivered(1)
      const mark = () =>
        code(order.visitor.call('orders.markGrant', { params: { no: order.no, grantId }, body: { used: true } }))
      const rivals = [mark, () => code(refund(order.no))] as const
      await inTurn(orderRow(order), ...turned(rivals, isUsedFirst))
      expect(await cardStates(order)).toEqual([isUsedFirst ? 'used' : 'void'])
    }
  })

  test('eight refunds of one line at once: one', async () => {
    const { order } = await delivered(1)
    const answers = await Promise.all(Array.from({ length: 8 }, () => code(refund(order.no))))
    expect(answers.filter((answer) => answer === 'done')).toHaveLength(1)
    expect(await refundsOf(order)).toHaveLength(1)
  })
})

describe('two rivals meet at a shelf', () => {
  test('suspended, then allocated, or suspended while an allocation waits: an exception, no code of the batch', async () => {
    for (const isSuspendedFirst of [true, false]) {
      const goods = await shop.stock(1)
      const order = await shop.place(goods)
      const rivals = [() => suspend(goods.batchId), () => shop.pay(order.no)] as const
      await inTurn(shelfOf(goods), ...turned(rivals, isSuspendedFirst))
      expect((await shop.seen(order, ({ state }) => state !== 'pending')).lines[0]?.state).toBe('exception')
      expect(await cardStates(order, goods)).toEqual(['suspect'])
    }
  })

  test('allocated while the suspension still waits for its batch: the code is the buyer’s', async () => {
    for (const isSuspendedFirst of [true, false]) {
      const goods = await shop.stock(1)
      const order = await shop.place(goods)
      const rivals = [() => suspend(goods.batchId), () => shop.pay(order.no)] as const
      await inTurn(batchRow(goods.batchId), ...turned(rivals, isSuspendedFirst))
      expect(codesOf(await shop.seen(order, isDelivered))).toHaveLength(1)
      expect(await cardStates(order, goods)).toEqual(['delivered'])
    }
  })

  test('the last piece asked for in two processes: whoever waits first has it, whichever process that is', async () => {
    for (const bases of [
      [{}, { base: second }],
      [{ base: second }, {}],
    ] as const) {
      const goods = await shop.stock(1)
      const [winner, loser] = await inTurn(
        shelfOf(goods),
        () => code(shop.place(goods, 1, { visitor: shop.visitor(bases[0]) })),
        () => code(shop.place(goods, 1, { visitor: shop.visitor(bases[1]) })),
      )
      expect([winner, loser]).toEqual(['done', 'orders.sold_out'])
    }
  })

  test('an import undone, then sold: sold out; sold, then undone: it stays', async () => {
    for (const isUndoneFirst of [true, false]) {
      const goods = await shop.stock(1)
      const rivals = [
        () => code(undo(goods.batchId)),
        () => code(shop.place(goods, 1, { visitor: member, payWith: 'balance' })),
      ] as const
      const answers = await inTurn(shelfOf(goods), ...turned(rivals, isUndoneFirst))
      expect(answers).toEqual(['done', isUndoneFirst ? 'orders.sold_out' : 'vault.batch_touched'])
    }
  })

  test('the last day passes while a sale waits for the shelf: nothing is handed out; after the sale it is the buyer’s', async () => {
    for (const isOverFirst of [true, false]) {
      const goods = await shop.stock(1)
      const order = await shop.place(goods)
      const end = () =>
        house.query(`update vault.cards set valid_to = now() - interval '1 s' where tenant_id = $1 and batch_id = $2`, [
          tenantId,
          goods.batchId,
        ])
      const expireCards = () => house.query('select vault.expire_due($1, 10)', [tenantId])
      if (isOverFirst) await inTurn(shelfOf(goods), () => shop.pay(order.no), end)
      else await inTurn(shelfOf(goods), () => shop.pay(order.no), expireCards).then(end)
      await expireCards()
      const view = await shop.seen(order, ({ state }) => state !== 'pending')
      expect([view.state, codesOf(view).length]).toEqual(isOverFirst ? ['paid', 0] : ['delivered', 1])
      expect(await cardStates(order, goods)).toEqual([isOverFirst ? 'expired' : 'delivered'])
    }
  })

  test('the price changes while an order waits for the shelf: it costs what it showed; asked later it is refused', async () => {
    const goods = await shop.stock(2)
    const reprice = async () => {
      const { skus, ...kept } = await shop.staff.call('catalog.getGoods', { params: { id: goods.goodsId } })
      await shop.staff.call('catalog.updateGoods', {
        params: { id: goods.goodsId },
        body: {
          title: kept.title,
          guide: kept.guide,
          limitPerOrder: kept.limitPerOrder,
          version: kept.version,
          skus: skus.map(({ id, title }) => ({ id, title, priceFen: goods.priceFen + 100 })),
        },
      })
    }
    const [order] = await inTurn(shelfOf(goods), () => shop.place(goods), reprice)
    expect(order.view.totalFen).toBe(goods.priceFen)
    await shop.pay(order.no)
    await shop.seen(order, isDelivered)
    await expect(shop.place(goods)).rejects.toMatchObject({
      code: 'orders.price_changed',
      params: { shownFen: goods.priceFen, unitPriceFen: goods.priceFen + 100 },
    })
  })

  test('taken off the shelf while an order waits: that one is served, the next is refused, here and in the other process', async () => {
    const goods = await shop.stock(3)
    const off = () => shop.staff.call('catalog.setShelf', { body: { ids: [goods.goodsId], to: 'off' } })
    const [order] = await inTurn(shelfOf(goods), () => shop.place(goods), off)
    await shop.pay(order.no)
    await shop.seen(order, isDelivered)
    for (const base of [{}, { base: second }]) {
      expect(await code(shop.place(goods, 1, { visitor: shop.visitor(base) }))).toBe('orders.not_sellable')
    }
  })
})

describe('one winner', () => {
  test('one key, ten requests on two servers: one order, ten times the same answer', async () => {
    const goods = await shop.stock(20)
    const visitor = shop.visitor()
    await visitor.call('tenancy.getShop', {})
    const elsewhere = shop.visitor({ base: second, sameAs: visitor })
    const key = randomUUID()
    const orders = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        shop.place(goods, 1, { visitor: n % 2 ? elsewhere : visitor, key, contact: '13712345678' }),
      ),
    )
    expect(new Set(orders.map(({ no }) => no)).size).toBe(1)
    const rows = await house.query('select from orders.lines where tenant_id = $1 and sku_id = $2', [
      tenantId,
      goods.skuId,
    ])
    expect(rows).toHaveLength(1)
  })

  test('the same codes imported four times at once: each is there once, every other line is told as a duplicate', async () => {
    const goods = await shop.stock(0)
    const codes = someCodes(300)
    const batches = await Promise.all(
      [codes, codes.toReversed(), codes, codes.toReversed()].map(async (lines) => {
        const batch = await shop.staff.call('vault.createImport', { body: { skuId: goods.skuId, fileName: 'c.txt' } })
        return shop.staff.upload('vault.uploadImport', { params: { batchId: batch.id } }, lines.join('\n'), {
          fileName: 'c.txt',
        })
      }),
    )
    expect(batches.reduce((sum, { imported }) => sum + imported, 0)).toBe(300)
    expect(batches.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBe(900)
  })
})

/** Where rivals meet: a row, as what follows `select from`. */
type Meeting = { readonly row: string; readonly values: readonly unknown[] }
const orderRow = ({ no }: PlacedOrder): Meeting => ({
  row: 'orders.orders where tenant_id = $1 and no = $2',
  values: [tenantId, no],
})
const shelfOf = ({ skuId }: Goods): Meeting => ({
  row: `ledger.accounts where tenant_id = $1 and kind = 'stock.available' and ref = $2`,
  values: [tenantId, String(skuId)],
})

const batchRow = (batchId: number): Meeting => ({
  row: 'vault.batches where tenant_id = $1 and id = $2',
  values: [tenantId, batchId],
})

type Rival = () => Promise<unknown>
const turned = ([one, other]: readonly [Rival, Rival], isAsIs: boolean): readonly [Rival, Rival] =>
  isAsIs ? [one, other] : [other, one]

/**
 * Starts `first`, then `last`, while the row is held, and lets it go when both wait for it. A rival that need not wait
 * is through by then, which is a turn too.
 */
async function inTurn<A, B>(meeting: Meeting, first: () => Promise<A>, last: () => Promise<B>): Promise<[A, B]> {
  const holder = await platform.owner.connect()
  try {
    await holder.query('begin')
    await holder.query(`select from ${meeting.row} for update`, [...meeting.values])
    let through = 0
    const watch = <T>(work: Promise<T>): Promise<T> => work.finally(() => (through += 1))
    const one = watch(first())
    await waiting(1, () => through)
    const other = watch(last())
    await waiting(2, () => through)
    await holder.query('commit')
    return await Promise.all([one, other])
  } finally {
    await holder.query('rollback')
    holder.release()
  }
}

/** Until so many are through or wait for a lock. */
const waiting = (count: number, through: () => number) =>
  until(`${count} rivals at the lock`, async () => {
    const rows = await house.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    return rows.length + through() >= count || undefined
  })

/** An order whose time is up, though nobody has noticed. */
async function dueOrder(): Promise<{ readonly order: PlacedOrder; readonly goods: Goods }> {
  const goods = await shop.stock(1)
  const order = await shop.place(goods)
  await house.query('update orders.orders set expires_at = now() where tenant_id = $1 and no = $2', [
    tenantId,
    order.no,
  ])
  return { order, goods }
}

async function delivered(codes: number) {
  const order = await shop.place(await shop.stock(codes))
  await shop.pay(order.no)
  const view = await shop.seen(order, isDelivered)
  return { order, grantId: view.lines[0]?.codes?.[0]?.grantId ?? 0 }
}

const sweep = () => house.query('select orders.expire_due(500)')
const cancel = ({ visitor, no }: PlacedOrder) => visitor.call('orders.cancel', { params: { no }, body: {} })
const suspend = (batchId: number) =>
  shop.staff.call('vault.suspendBatch', { params: { batchId }, body: { reason: '供货商报错' } })
const undo = (batchId: number) =>
  shop.staff.call('vault.undoBatch', { params: { batchId }, body: { reason: '导错了' } })
const refund = (no: OrderNo) =>
  shop.staff.call(
    'orders.refund',
    { params: { no }, body: { lineNo: null, to: 'source', reason: '客户要求' } },
    { idempotencyKey: randomUUID() },
  )
const replace = (no: OrderNo, grantId: number) =>
  shop.staff.call(
    'fulfilment.replaceGrant',
    { params: { no, grantId }, body: { reason: '坏码' } },
    { idempotencyKey: randomUUID() },
  )

/** What became of an order of one line: its own state, its hold's, its line's. */
async function statesOf({ no }: PlacedOrder): Promise<readonly string[]> {
  const [row] = await house.query<{ states: readonly string[] }>(
    `select array[o.state, h.state, l.state] as states
     from orders.orders o
     join orders.lines l on l.tenant_id = o.tenant_id and l.order_no = o.no
     join ledger.holds h on h.tenant_id = o.tenant_id and h.id = l.hold_id
     where o.tenant_id = $1 and o.no = $2`,
    [tenantId, no],
  )
  return row?.states ?? []
}

async function cardStates({ no }: PlacedOrder, goods?: Goods): Promise<readonly string[]> {
  const rows = await house.query<{ state: string }>(
    `select c.state from vault.cards c
     where c.tenant_id = $1
       and c.sku_id = coalesce($3, (select sku_id from orders.lines where tenant_id = $1 and order_no = $2))
     order by c.state`,
    [tenantId, no, goods?.skuId ?? null],
  )
  return rows.map(({ state }) => state)
}

const refundsOf = ({ no }: PlacedOrder) =>
  house.query(`select from payments.refunds where tenant_id = $1 and order_no = $2`, [tenantId, no])

/** `done`, or the code of the refusal. */
async function code(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    if (isProblem(error)) return error.code
    throw error
  }
}
