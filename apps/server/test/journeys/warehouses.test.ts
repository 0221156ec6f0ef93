import { randomUUID } from 'node:crypto'
import { isProblem } from '@quanshu/client'
import { afterEach, describe, expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { tendWarehouses } from '../../src/modules/stock/index.ts'
import { expectBooksRight } from './books.ts'
import { expectNoDeadlocks } from './deadlocks.ts'
import { seeded } from './seeded.ts'
import { codesOf, isDelivered, openHouse, type PlacedOrder, someCodes, until } from './shop.ts'
import { bothWaiting, channel, giveBack, imported, move, place, shelves, side, undo } from './warehouses.ts'

const house = await openHouse()
const shop = await house.newShop()

expectNoDeadlocks(house)
afterEach(async () => {
  await expectBooksRight(house, shop.tenantId)
})

describe('moving pieces', () => {
  test('by hand, all or none, never what is held or not there, and undone once by the opposite', async () => {
    const goods = await shop.stock(10)
    const [a, b] = [await channel(shop), await channel(shop)]
    const { ids } = await move(shop, goods, null, a.id, 6)
    expect(await shelves(shop, goods)).toEqual({ total: 4, [a.id]: 6 })
    await expect(move(shop, goods, null, b.id, 5)).rejects.toMatchObject({
      code: 'stock.not_enough_free',
      params: { free: 4 },
    })
    await place(shop, goods, a.channel, 4)
    await expect(move(shop, goods, a.id, b.id, 3)).rejects.toMatchObject({ params: { wanted: 3, free: 2 } })
    await move(shop, goods, a.id, b.id, 2)
    // Of one that cannot be done nothing is.
    await expect(
      shop.staff.call(
        'stock.movePieces',
        {
          body: {
            moves: [
              { skuId: goods.skuId, fromId: null, toId: b.id, quantity: 2 },
              { skuId: goods.skuId, fromId: null, toId: a.id, quantity: 3 },
            ],
            reason: '一起',
          },
        },
        { idempotencyKey: randomUUID() },
      ),
    ).rejects.toMatchObject({ code: 'stock.not_enough_free' })
    expect(await shelves(shop, goods)).toEqual({ total: 4, [a.id]: 0, [b.id]: 2 })
    await expect(undo(shop, ids[0])).rejects.toMatchObject({ code: 'stock.not_enough_free' })
    const back = await move(shop, goods, b.id, null, 2)
    await undo(shop, back.ids[0])
    await expect(undo(shop, back.ids[0])).rejects.toMatchObject({ code: 'stock.undone_already' })
    expect(await shelves(shop, goods)).toEqual({ total: 4, [a.id]: 0, [b.id]: 2 })
    const { items } = await shop.staff.call('stock.listMoves', { query: { skuId: goods.skuId } })
    expect(items.map(({ kind, quantity, canUndo }) => [kind, quantity, canUndo])).toEqual([
      ['undo', 2, false],
      ['return', 2, false],
      ['transfer', 2, true],
      ['allocate', 6, true],
    ])
  })

  test('by ratio to the piece, and twenty at once over scarce stock give away what there is and not one more', async () => {
    const goods = await shop.stock(20)
    const [a, b, c] = [await channel(shop), await channel(shop), await channel(shop)]
    const shares = [a, b, c].map(({ id }, index) => ({ warehouseId: id, weight: index === 0 ? 2 : 1 }))
    await shop.staff.call(
      'stock.sharePieces',
      { body: { skuId: goods.skuId, quantity: 10, shares, reason: '开售' } },
      { idempotencyKey: randomUUID() },
    )
    expect(await shelves(shop, goods)).toEqual({ total: 10, [a.id]: 5, [b.id]: 3, [c.id]: 2 })
    const answers = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => move(shop, goods, null, [a, b, c][n % 3]?.id ?? 0, 3)),
    )
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    expect((await shelves(shop, goods)).total).toBe(1)
  })

  test('by rule up to the target, shared by what is lacking when there is less, and the shortage told once', async () => {
    const goods = await shop.stock(9)
    const [a, b] = [await channel(shop), await channel(shop)]
    const rule = (warehouseId: number, body: { least: number | null; target: number | null; lowAt: number | null }) =>
      shop.staff.call('stock.setWarehouseRule', { params: { warehouseId, skuId: goods.skuId }, body })
    await expect(rule(a.id, { least: 5, target: 4, lowAt: null })).rejects.toMatchObject({
      code: 'stock.rule_reversed',
    })
    await rule(a.id, { least: 2, target: 4, lowAt: null })
    await until('the rule was followed', async () => (await shelves(shop, goods))[a.id] === 4)
    // An order that leaves too little has it filled up without waiting for the next round.
    await place(shop, goods, a.channel, 3)
    await until('filled up after an order', async () => (await shelves(shop, goods))[a.id] === 4)
    expect(await shelves(shop, goods)).toMatchObject({ total: 2, [a.id]: 4 })
    await house.query(
      `insert into stock.warehouse_rules (tenant_id, warehouse_id, sku_id, fill_below, target, low_at) values ($1, $2, $3, 6, 6, 3)`,
      [shop.tenantId, b.id, goods.skuId],
    )
    await tendWarehouses(house.platform, shop.tenantId)
    await tendWarehouses(house.platform, shop.tenantId)
    expect(await shelves(shop, goods)).toMatchObject({ total: 0, [b.id]: 2 })
    const told = async () => {
      const { items } = await shop.staff.call('notify.listInbox', { query: {} })
      return items.filter(({ event, title }) => event === 'stock.low' && title.includes(b.name))
    }
    await until('the shortage is told', async () => (await told()).length > 0)
    expect(await told()).toHaveLength(1)
  })

  test('by rule up to the target and no further, when two fill up at once', async () => {
    const goods = await shop.stock(30)
    const a = await channel(shop)
    await house.query(
      'insert into stock.warehouse_rules (tenant_id, warehouse_id, sku_id, fill_below, target) values ($1, $2, $3, 5, 10)',
      [shop.tenantId, a.id, goods.skuId],
    )
    await bothWaiting(
      house,
      `stock.lock_shelves(${shop.tenantId}, ${goods.skuId})`,
      () => tendWarehouses(house.platform, shop.tenantId),
      () => tendWarehouses(house.platform, shop.tenantId),
    )
    expect(await shelves(shop, goods)).toEqual({ total: 20, [a.id]: 10 })
  })

  test('unsold pieces return, also when a channel is closed; what was held then follows when its order has ended', async () => {
    const goods = await shop.stock(8)
    const a = await channel(shop)
    await move(shop, goods, null, a.id, 8)
    await giveBack(shop, a.id, goods.skuId, 3)
    expect(await shelves(shop, goods)).toEqual({ total: 3, [a.id]: 5 })
    const order = await place(shop, goods, a.channel, 2)
    await shop.staff.call('stock.closeWarehouse', { params: { warehouseId: a.id }, body: { reason: '停止合作' } })
    expect(await shelves(shop, goods)).toEqual({ total: 6, [a.id]: 0 })
    await expect(place(shop, goods, a.channel)).rejects.toMatchObject({ code: 'orders.channel_closed' })
    await expect(move(shop, goods, null, a.id, 1)).rejects.toMatchObject({ code: 'stock.warehouse_closed' })
    await order.visitor.call('orders.cancel', { params: { no: order.no }, body: {} })
    await tendWarehouses(house.platform, shop.tenantId)
    expect(await shelves(shop, goods)).toEqual({ total: 8, [a.id]: 0 })
  })
})

describe('orders of a channel', () => {
  test('are sold its own pieces and only these; the mall sells the total warehouse’s', async () => {
    const codes = someCodes(6)
    const goods = await shop.stock(codes, { goods: { stockDisplay: 'exact' } })
    const a = await channel(shop)
    await move(shop, goods, null, a.id, 2)
    const page = await shop
      .visitor()
      .call('catalog.mallGetGoods', { params: { id: goods.goodsId }, query: { channel: a.channel } })
    expect(page.skus[0]?.maxQty).toBe(2)
    const [channels, malls] = await Promise.all([place(shop, goods, a.channel, 2), shop.place(goods, 4)])
    await expect(place(shop, goods, a.channel)).rejects.toMatchObject({
      code: 'orders.sold_out',
      params: { available: 0 },
    })
    await expect(shop.place(goods)).rejects.toMatchObject({ code: 'orders.sold_out' })
    await Promise.all([shop.pay(channels.no), shop.pay(malls.no)])
    expect(codesOf(await shop.seen(channels, isDelivered)).toSorted()).toEqual(codes.slice(0, 2).toSorted())
    expect(codesOf(await shop.seen(malls, isDelivered)).toSorted()).toEqual(codes.slice(2).toSorted())
    const [kept] = await house.query<{ channel: string }>(
      'select channel from orders.orders where tenant_id = $1 and no = $2',
      [shop.tenantId, channels.no],
    )
    expect(kept?.channel).toBe(a.channel)
    await expect(place(shop, goods, 'nobody')).rejects.toMatchObject({ code: 'orders.channel_closed' })
  })

  test('fall back to the total warehouse where that is allowed, a line from one side', async () => {
    const goods = await shop.stock(6)
    const a = await channel(shop, { fallsBack: true })
    await move(shop, goods, null, a.id, 2)
    const [first, second] = [await place(shop, goods, a.channel, 3), await place(shop, goods, a.channel, 2)]
    expect(await shelves(shop, goods)).toEqual({ total: 1, [a.id]: 0 })
    await Promise.all([shop.pay(first.no), shop.pay(second.no)])
    await shop.seen(first, isDelivered)
    await shop.seen(second, isDelivered)
    expect((await place(shop, goods, a.channel, 1)).view.state).toBe('pending')
    await expect(place(shop, goods, a.channel, 1)).rejects.toMatchObject({ code: 'orders.sold_out' })
  })

  test('what expires or is cancelled goes back to the warehouse it was held in, and late money buys there', async () => {
    const goods = await shop.stock(4)
    const a = await channel(shop)
    await move(shop, goods, null, a.id, 2)
    const order = await place(shop, goods, a.channel, 2)
    expect(await shelves(shop, goods)).toEqual({ total: 2, [a.id]: 0 })
    await house.query(
      `update orders.orders set expires_at = now() - interval '1 second' where tenant_id = $1 and no = $2`,
      [shop.tenantId, order.no],
    )
    await house.platform.db.callGlobal('orders.expire_due', 100)
    expect(await shelves(shop, goods)).toEqual({ total: 2, [a.id]: 2 })
    await shop.pay(order.no, { late: true })
    expect(codesOf(await shop.seen(order, isDelivered))).toHaveLength(2)
    expect(await shelves(shop, goods)).toEqual({ total: 2, [a.id]: 0 })
  })

  test('replacing takes from there, a refund takes nothing back onto a shelf, a resumed batch returns where it lay', async () => {
    const goods = await shop.stock(5)
    const a = await channel(shop)
    await move(shop, goods, null, a.id, 3)
    const order = await place(shop, goods, a.channel, 1)
    await shop.pay(order.no)
    await shop.seen(order, isDelivered)
    const detail = await shop.staff.call('orders.detail', { params: { no: order.no } })
    const grantId = detail.lines[0]?.grants[0]?.id ?? 0
    await shop.staff.call(
      'fulfilment.replaceGrant',
      { params: { no: order.no, grantId }, body: { reason: '坏码' } },
      { idempotencyKey: randomUUID() },
    )
    expect(await shelves(shop, goods)).toEqual({ total: 2, [a.id]: 1 })
    await shop.staff.call(
      'orders.refund',
      { params: { no: order.no }, body: { lineNo: null, to: 'source', reason: '退款' } },
      { idempotencyKey: randomUUID() },
    )
    await until(
      'refunded',
      async () => (await order.visitor.call('orders.get', { params: { no: order.no } })).state === 'refunded',
    )
    expect(await shelves(shop, goods)).toEqual({ total: 2, [a.id]: 1 })
    const params = { batchId: goods.batchId }
    await shop.staff.call('vault.suspendBatch', { params, body: { reason: '核查' } })
    expect(await shelves(shop, goods)).toEqual({ total: 0, [a.id]: 0 })
    await shop.staff.call('vault.resumeBatch', { params, body: { reason: '没有问题' } })
    expect(await shelves(shop, goods)).toEqual({ total: 2, [a.id]: 1 })
  })

  test('paid and stuck when its channel is closed, a line is delivered from the total warehouse because staff say so', async () => {
    const goods = await shop.stock(1)
    const stuck = async (name: string, id: number) => {
      const batch = await imported(shop, goods, someCodes(1), [name])
      const order = await place(shop, goods, name)
      await shop.staff.call('vault.suspendBatch', { params: { batchId: batch }, body: { reason: '核查' } })
      await shop.pay(order.no)
      const row = await until('it to be on the desk', async () => (await desk(order.no))[0])
      expect(row).toMatchObject({ reason: 'out_of_stock', warehouse: { id, isOpen: true } })
      return order
    }
    const desk = async (no: number) =>
      (await shop.staff.call('fulfilment.listExceptions', { query: { q: String(no) } })).items
    const deliver = async (no: number, by = shop.staff) => {
      const { results } = await by.call('fulfilment.handleExceptions', {
        body: { action: 'from_total', lines: [{ orderNo: no, lineNo: 1, grantId: 0 }], reason: '渠道已停用' },
      })
      return results[0]?.code ?? 'ok'
    }
    const [a, b] = [await channel(shop), await channel(shop)]
    const order = await stuck(a.channel, a.id)
    // Open, and not allowed to sell the mall's pieces: they are moved there, or it is closed.
    expect(await deliver(order.no)).toBe('fulfilment.channel_open')
    expect((await desk(order.no))[0]?.actions).toEqual(['retry', 'refund'])
    await shop.staff.call('stock.closeWarehouse', { params: { warehouseId: a.id }, body: { reason: '停止合作' } })
    expect((await desk(order.no))[0]).toMatchObject({
      warehouse: { isOpen: false, totalNow: 1 },
      proposal: { action: 'from_total', because: 'in_total' },
      actions: ['retry', 'from_total', 'refund'],
    })
    const other = await stuck(b.channel, b.id)
    await shop.staff.call('stock.closeWarehouse', { params: { warehouseId: b.id }, body: { reason: '停止合作' } })

    const stranger = await house.newShop()
    expect(await deliver(order.no, stranger.staff)).toBe('common.not_found')
    const reader = await shop.hire(['orders.read'])
    await expect(deliver(order.no, reader)).rejects.toMatchObject({ code: 'common.forbidden' })
    // One piece: one of the two lines has it, whoever asks and how often; the other stays what it was.
    const answers = await Promise.all([deliver(order.no), deliver(other.no), deliver(order.no)])
    expect(answers.filter((code) => code === 'ok')).toHaveLength(1)
    const [gone, left] = (await desk(order.no)).length === 0 ? [order, other] : [other, order]
    await shop.seen(gone, isDelivered)
    expect(await deliver(gone.no)).toBe('fulfilment.not_an_exception')
    expect(await deliver(left.no)).toBe('fulfilment.still_short')
    expect((await desk(left.no))[0]).toMatchObject({
      warehouse: { totalNow: 0 },
      proposal: { action: 'restock', because: 'short' },
    })
    expect((await shelves(shop, goods)).total).toBe(0)
    const [code = ''] = someCodes(1)
    await shop.addCards(goods.skuId, [code])
    expect(await deliver(left.no)).toBe('ok')
    expect(codesOf(await left.visitor.call('orders.get', { params: { no: left.no } }))).toEqual([code])
    const log = await house.query(
      `select object_id::bigint as no, detail ->> 'reason' as reason from audit.entries where tenant_id = $1 and action = 'desk.from_total' order by seq`,
      [shop.tenantId],
    )
    expect(log).toEqual([gone, left].map(({ no }) => ({ no, reason: '渠道已停用' })))
    const report = await auditBooks(house.platform, shop.tenantId, { isWhole: true, graceSeconds: 0 })
    expect(report.checks.flatMap(({ violations }) => violations)).toEqual([])

    // The mall's own line, and a channel that may fall back.
    const short = await shop.stock(1)
    const mall = await shop.place(short)
    await shop.staff.call('vault.suspendBatch', { params: { batchId: short.batchId }, body: { reason: '核查' } })
    await shop.pay(mall.no)
    await until('it to be on the desk', async () => (await desk(mall.no))[0])
    expect(await deliver(mall.no)).toBe('fulfilment.no_channel_pieces')
  })

  test('of a bundle its parts come from the channel’s warehouse, set aside only at payment as well', async () => {
    const part = await shop.stock(4, { sku: { holdMode: 'payment' } })
    const a = await channel(shop)
    await move(shop, part, null, a.id, 2)
    const made = await shop.staff.call('catalog.createGoods', {
      body: {
        title: `套餐 ${randomUUID().slice(0, 6)}`,
        shelf: 'on',
        skus: [
          {
            title: '双份',
            kind: 'bundle',
            priceFen: 1000,
            bundle: { policy: 'rest', parts: [{ skuId: part.skuId, quantity: 2 }] },
          },
        ],
      },
    })
    const bundle = { goodsId: made.id, skuId: made.skus[0]?.id ?? 0, priceFen: 1000 }
    const order = await place(shop, bundle, a.channel, 1)
    await shop.pay(order.no)
    expect(codesOf(await shop.seen(order, isDelivered))).toHaveLength(2)
    expect(await shelves(shop, part)).toEqual({ total: 2, [a.id]: 0 })
    await expect(place(shop, bundle, a.channel, 1)).rejects.toMatchObject({ code: 'orders.bundle_part_short' })
  })

  test('200 rivals over ten pieces in three warehouses: exactly what lies in each is sold there', async () => {
    const goods = await shop.stock(10)
    const [a, b] = [await channel(shop), await channel(shop)]
    await move(shop, goods, null, a.id, 3)
    await move(shop, goods, null, b.id, 2)
    const sides = [undefined, a.channel, b.channel]
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        const options = { visitor: shop.visitor({ ip: `10.1.${n >> 8}.${n & 255}` }), ...side(sides[n % 3]) }
        return shop.place(goods, 1, options).then(
          (order) => ({ side: n % 3, order }),
          (error) => (isProblem(error) && error.code === 'orders.sold_out' ? undefined : Promise.reject(error)),
        )
      }),
    )
    const sold = answers.filter((answer) => answer !== undefined)
    expect([0, 1, 2].map((n) => sold.filter((one) => one.side === n).length)).toEqual([5, 3, 2])
    await Promise.all(sold.map(({ order }) => shop.pay(order.no)))
    const views = await Promise.all(sold.map(({ order }) => shop.seen(order, isDelivered)))
    expect(new Set(views.flatMap(codesOf)).size).toBe(10)
  })
})

describe('what staff see', () => {
  test('who holds what at what cost agrees with the batches, and the flow comes out even', async () => {
    const other = await house.newShop()
    const goods = await other.stock(6, {
      batch: { costFen: 300, supplier: '星河', validTo: '2031-05-20T00:00:00+08:00' },
    })
    await other.addCards(goods.skuId, 4, { costFen: 500, supplier: '云端' })
    const a = await channel(other)
    await move(other, goods, null, a.id, 7)
    await place(other, goods, a.channel, 2)
    const sold = await place(other, goods, a.channel, 1)
    await other.pay(sold.no)
    await other.seen(sold, isDelivered)
    const { items } = await other.staff.call('stock.listWarehouseStock', {
      query: { skuId: goods.skuId, sort: 'available' },
    })
    expect(items).toMatchObject([
      { warehouseId: null, available: 3, held: 0, heldSince: null, costFen: 1500, ages: [3, 0, 0, 0] },
      { warehouseId: a.id, available: 4, held: 2, costFen: 5 * 300 + 500, ages: [6, 0, 0, 0] },
    ])
    expect(items[1]?.heldSince).not.toBeNull()
    const { total, items: warehouses } = await other.staff.call('stock.listWarehouses', {})
    const [row] = (await other.staff.call('stock.list', { query: { goodsId: goods.goodsId } })).items
    expect(total.costFen + (warehouses[0]?.costFen ?? 0)).toBe(row?.costFen)
    expect(row).toMatchObject({ available: 3, inChannels: 6, delivered: 1, imported: 10 })
    const flow = await other.staff.call('stock.warehouseFlow', { query: {} })
    expect(flow).toEqual({
      sources: [
        { name: '星河', pieces: 6 },
        { name: '云端', pieces: 4 },
      ],
      warehouses: [
        { id: null, name: '', available: 3, held: 0, sold: 0, gone: 0 },
        { id: a.id, name: a.name, available: 4, held: 2, sold: 1, gone: 0 },
      ],
      between: [{ fromId: null, toId: a.id, pieces: 7 }],
    })
    const calendar = await other.staff.call('stock.expiryCalendar', { query: { step: 'month' } })
    expect(calendar).toEqual({ never: 4, items: [{ from: '2031-05-01', to: '2031-05-31', pieces: 5, costFen: 1500 }] })
    const behind = await other.staff.call('stock.listExpiring', { query: { from: '2031-05-01', to: '2031-05-31' } })
    expect(behind.items).toMatchObject([{ warehouseId: a.id, pieces: 5, validTo: '2031-05-20' }])
    const file = await other.staff.download('stock.exportMoves', { query: {} })
    expect(file.headers.get('content-disposition')).toContain('moves.xlsx')
    expect((await file.arrayBuffer()).byteLength).toBeGreaterThan(1_000)
    await expectBooksRight(house, other.tenantId)
  })
})

test('a seeded hour of moves, orders, payments and closings ends with every sum even', async () => {
  const random = seeded(20261123)
  const goods = [await shop.stock(30), await shop.stock(20)]
  const channels = [await channel(shop), await channel(shop, { fallsBack: true }), await channel(shop)]
  const open: PlacedOrder[] = []
  const any = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const places = [null, ...channels.map(({ id }) => id)]
  const steps: readonly (() => Promise<unknown>)[] = [
    () => move(shop, any(goods), any(places), any(places), 1 + Math.floor(random() * 6)),
    async () =>
      void open.push(
        await place(
          shop,
          any(goods),
          any([undefined, ...channels.map((one) => one.channel)]),
          1 + Math.floor(random() * 3),
        ),
      ),
    async () => {
      const order = open.shift()
      if (order) await shop.pay(order.no)
    },
    async () => {
      const order = open.shift()
      if (order) await order.visitor.call('orders.cancel', { params: { no: order.no }, body: {} })
    },
    () => giveBack(shop, any(channels).id, any([null, any(goods).skuId]), null),
    () => tendWarehouses(house.platform, shop.tenantId),
  ]
  for (let round = 0; round < 25; round += 1) {
    await Promise.all([any(steps), any(steps), any(steps)].map((step) => step().catch(refusalOnly)))
  }
  const report = await auditBooks(house.platform, shop.tenantId, { isWhole: true })
  expect(report.checks.flatMap(({ violations }) => violations)).toEqual([])
})

function refusalOnly(error: unknown): void {
  if (!isProblem(error) || error.status >= 500) throw error
}
