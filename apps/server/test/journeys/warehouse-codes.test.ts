import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { fillLoops } from '../../src/modules/vault/index.ts'
import { expectBooksRight } from './books.ts'
import { expectNoDeadlocks } from './deadlocks.ts'
import { codesOf, isDelivered, openHouse, someCodes } from './shop.ts'
import { bothWaiting, channel, giveBack, imported, move, place, shelves } from './warehouses.ts'

/** Whose codes lie in which warehouse: codes for named channels, codes with several uses, and chosen numbers. */

const house = await openHouse()
const shop = await house.newShop()

expectNoDeadlocks(house)
afterEach(async () => {
  await expectBooksRight(house, shop.tenantId)
})

describe('codes for named channels', () => {
  test('come into the first channel’s warehouse, move among the named ones, and nowhere else', async () => {
    const goods = await shop.stock(2)
    const [a, b, c] = [await channel(shop), await channel(shop, { fallsBack: true }), await channel(shop)]
    const codes = someCodes(3)
    const batchId = await imported(shop, goods, codes, [a.channel, b.channel])
    expect(await shelves(shop, goods)).toEqual({ total: 2, [a.id]: 3 })
    await expect(move(shop, goods, a.id, c.id, 1)).rejects.toMatchObject({ code: 'stock.pieces_bound' })
    await expect(giveBack(shop, a.id, null, null)).rejects.toMatchObject({ code: 'stock.nothing_to_return' })
    await move(shop, goods, a.id, b.id, 1)
    const order = await place(shop, goods, b.channel)
    await shop.pay(order.no)
    expect(codes).toContain(codesOf(await shop.seen(order, isDelivered))[0])
    // The database itself hands none to anybody else, even where one lies by mistake.
    await house.query(
      `update vault.cards set warehouse_id = $3 where tenant_id = $1 and batch_id = $2 and state = 'available'`,
      [shop.tenantId, batchId, c.id],
    )
    const picked = (warehouse: number | null) =>
      house.query('select * from vault.pick($1, $2, $3, 10, $4)', [shop.tenantId, goods.skuId, 'fifo', warehouse])
    expect([await picked(c.id), (await picked(null)).length]).toEqual([[], 2])
    await house.query(
      `update vault.cards set warehouse_id = null where tenant_id = $1 and batch_id = $2 and state = 'available'`,
      [shop.tenantId, batchId],
    )
    expect(await picked(null)).toHaveLength(2)
    const report = await auditBooks(house.platform, shop.tenantId, { isWhole: true })
    expect(new Set(report.checks.flatMap(({ violations }) => violations.map(({ code }) => code)))).toEqual(
      new Set(['warehouse_sum', 'channel_code_astray']),
    )
    await house.query(
      `update vault.cards set warehouse_id = $3 where tenant_id = $1 and batch_id = $2 and state = 'available'`,
      [shop.tenantId, batchId, a.id],
    )
  })

  test('a batch is named for channels only when its pieces lie there, and is taken back whole', async () => {
    const goods = await shop.stock(3)
    const a = await channel(shop)
    const edit = (channels: string[] | null) =>
      shop.staff.call('vault.editBatch', { params: { batchId: goods.batchId }, body: { channels } })
    await expect(edit(['nobody'])).rejects.toMatchObject({ code: 'stock.unknown_channel' })
    await expect(edit([a.channel])).rejects.toMatchObject({
      code: 'stock.channel_pieces_elsewhere',
      params: { count: 3 },
    })
    await move(shop, goods, null, a.id, 3)
    expect((await edit([a.channel])).channels).toEqual([a.channel])
    await shop.staff.call('vault.undoBatch', { params: { batchId: goods.batchId }, body: { reason: '拿错了' } })
    expect(await shelves(shop, goods)).toEqual({ total: 0, [a.id]: 0 })
  })
})

describe('where shared codes and chosen numbers lie', () => {
  test('every use of a code for a named channel lies with the channel, and a loop is filled up there and nowhere else', async () => {
    for (const sku of [{ usesPerCode: 3 }, { allocation: 'loop', usesPerCode: null }]) {
      const goods = await shop.stock(0, { sku })
      const a = await channel(shop)
      await imported(shop, goods, someCodes(2), [a.channel])
      await fillLoops(house.platform)
      const lie = await shelves(shop, goods)
      expect(lie).toEqual({ total: 0, [a.id]: sku.allocation === 'loop' ? 2_040 : 6 })
      await expect(place(shop, goods, undefined)).rejects.toMatchObject({ code: 'orders.sold_out' })
      // Where nobody sells any more nothing is made.
      await shop.staff.call('stock.closeWarehouse', { params: { warehouseId: a.id }, body: { reason: '停止合作' } })
      expect(await fillLoops(house.platform)).toBe(0)
    }
  })

  test('codes in a loop are sold by turn in a channel too, and several that fill up at once make each use once', async () => {
    const goods = await shop.stock(0, { sku: { allocation: 'loop', usesPerCode: 30 } })
    const a = await channel(shop)
    const [first = '', second = ''] = someCodes(2)
    await imported(shop, goods, [first], [a.channel])
    await imported(shop, goods, [second], [a.channel])
    await Promise.all([1, 2, 3].map(() => fillLoops(house.platform)))
    expect(await shelves(shop, goods)).toEqual({ total: 0, [a.id]: 60 })
    const order = await place(shop, goods, a.channel, 4)
    await shop.pay(order.no)
    expect(codesOf(await shop.seen(order, isDelivered)).toSorted()).toEqual([first, first, second, second].toSorted())
  })

  test('when a channel has only other uses of a bad code, its replacement comes from the total warehouse where it may', async () => {
    for (const fallsBack of [false, true]) {
      const [bad = '', good = ''] = someCodes(2)
      const goods = await shop.stock([bad], { sku: { usesPerCode: 3 } })
      const a = await channel(shop, { fallsBack })
      await move(shop, goods, null, a.id, 3)
      await shop.addCards(goods.skuId, [good])
      const order = await place(shop, goods, a.channel)
      await shop.pay(order.no)
      expect(codesOf(await shop.seen(order, isDelivered))).toEqual([bad])
      const detail = await shop.staff.call('orders.detail', { params: { no: order.no } })
      const replaced = shop.staff.call(
        'fulfilment.replaceGrant',
        { params: { no: order.no, grantId: detail.lines[0]?.grants[0]?.id ?? 0 }, body: { reason: '坏码' } },
        { idempotencyKey: randomUUID() },
      )
      if (fallsBack) await replaced
      else await expect(replaced).rejects.toMatchObject({ code: 'fulfilment.still_short' })
      const view = await order.visitor.call('orders.get', { params: { no: order.no } })
      expect(codesOf(view)).toEqual([fallsBack ? good : bad])
      expect(await shelves(shop, goods)).toEqual({ total: fallsBack ? 2 : 3, [a.id]: 2 })
    }
  })

  test('of a closed channel a bad code is replaced from the total warehouse, where its pieces are, and by none for others', async () => {
    const [bad = '', good = '', bound = ''] = someCodes(3)
    const goods = await shop.stock([bad], { sku: { usesPerCode: 2 } })
    const [a, b] = [await channel(shop), await channel(shop)]
    await move(shop, goods, null, a.id, 2)
    const order = await place(shop, goods, a.channel)
    await shop.pay(order.no)
    await shop.seen(order, isDelivered)
    const boundTo = await imported(shop, goods, [bound], [b.channel])
    await shop.staff.call('stock.closeWarehouse', { params: { warehouseId: a.id }, body: { reason: '停止合作' } })
    const detail = await shop.staff.call('orders.detail', { params: { no: order.no } })
    const replace = () =>
      shop.staff.call(
        'fulfilment.replaceGrant',
        { params: { no: order.no, grantId: detail.lines[0]?.grants[0]?.id ?? 0 }, body: { reason: '坏码' } },
        { idempotencyKey: randomUUID() },
      )
    const lie = (warehouseId: number | null) =>
      house.query('update vault.cards set warehouse_id = $3 where tenant_id = $1 and batch_id = $2', [
        shop.tenantId,
        boundTo,
        warehouseId,
      ])
    // By mistake: what only a named channel may sell is nobody else's, as `vault.pick` has it.
    await lie(null)
    await expect(replace()).rejects.toMatchObject({ code: 'fulfilment.still_short' })
    await lie(b.id)
    await shop.addCards(goods.skuId, [good])
    await replace()
    expect(codesOf(await order.visitor.call('orders.get', { params: { no: order.no } }))).toEqual([good])
    expect(await shelves(shop, goods)).toEqual({ total: 2, [a.id]: 0, [b.id]: 2 })
  })

  test('naming the channels of a batch and making further uses of its codes take their locks in one order', async () => {
    const goods = await shop.stock(0, { sku: { allocation: 'loop', usesPerCode: 30 } })
    const a = await channel(shop)
    const batchId = await imported(shop, goods, someCodes(1), [a.channel])
    await bothWaiting(
      house,
      `stock.lock_shelves(${shop.tenantId}, ${goods.skuId})`,
      () => shop.staff.call('vault.editBatch', { params: { batchId }, body: { channels: [a.channel] } }),
      () => fillLoops(house.platform),
    )
    expect(await shelves(shop, goods)).toEqual({ total: 0, [a.id]: 30 })
  })

  test('a replacement and a delivery of one channel take their locks in one order', async () => {
    const goods = await shop.stock(4)
    const a = await channel(shop)
    await move(shop, goods, null, a.id, 4)
    const [sold, next] = [await place(shop, goods, a.channel), await place(shop, goods, a.channel)]
    await shop.pay(sold.no)
    await shop.seen(sold, isDelivered)
    const detail = await shop.staff.call('orders.detail', { params: { no: sold.no } })
    await bothWaiting(
      house,
      `ledger.lock(${shop.tenantId}, array[ledger.account(${shop.tenantId}, 'stock.delivered', '${goods.skuId}', 'piece')])`,
      () => shop.pay(next.no),
      () =>
        shop.staff.call(
          'fulfilment.replaceGrant',
          { params: { no: sold.no, grantId: detail.lines[0]?.grants[0]?.id ?? 0 }, body: { reason: '坏码' } },
          { idempotencyKey: randomUUID() },
        ),
    )
    await shop.seen(next, isDelivered)
    expect(await shelves(shop, goods)).toEqual({ total: 0, [a.id]: 1 })
  })

  test('a number whose promise gave way when another batch was undone is for whoever comes next', async () => {
    const goods = await shop.stock(['1001-77F2----a'], { sku: { pick: 'number', pickFeeFen: 0 } })
    const other = await shop.addCards(goods.skuId, ['1002-77F2----b'])
    const plain = await place(shop, goods, undefined)
    const { items } = await shop.visitor().call('vault.mallNumbers', {
      params: { skuId: goods.skuId },
      query: { q: '1001' },
    })
    await shop.place(goods, 1, { cardId: items[0]?.cardId ?? 0 })
    await shop.staff.call('vault.undoBatch', { params: { batchId: other }, body: { reason: '传错了' } })
    await plain.visitor.call('orders.cancel', { params: { no: plain.no }, body: {} })
    const next = await place(shop, goods, undefined)
    await shop.pay(next.no)
    expect(codesOf(await shop.seen(next, isDelivered))).toEqual(['1001-77F2----a'])
  })
})
