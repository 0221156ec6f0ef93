import { randomUUID } from 'node:crypto'
import { isProblem } from '@quanshu/client'
import type { OrderNo } from '@quanshu/kernel'
import { describe, expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { fillLoops, numberCards } from '../../src/modules/vault/index.ts'
import { expectBooksRight } from './books.ts'
import {
  codeOf,
  codesOf,
  type Goods,
  isDelivered,
  openHouse,
  PRICE_FEN,
  type Shop,
  someCodes,
  until,
  type Visitor,
} from './shop.ts'

/** Codes that are sold several times, and codes that buyers choose by their number. */

const house = await openHouse()
const shop = await house.newShop()
const { visitor: rich } = await shop.member(100_000_000)

const buy = async (goods: Goods, quantity = 1, visitor: Visitor = rich) =>
  (await shop.place(goods, quantity, { visitor, payWith: 'balance' })).view
const countsOf = async (batchId: number) => {
  const { counts, imported, codes } = await shop.staff.call('vault.getBatch', { params: { batchId } })
  return { ...counts, imported, codes }
}
async function expectAllRight(of: Shop = shop): Promise<void> {
  await expectBooksRight(house, of.tenantId)
  const report = await auditBooks(house.platform, of.tenantId, { isWhole: true, graceSeconds: 0 })
  expect(report.checks.flatMap(({ violations }) => violations)).toEqual([])
}
const expire = async (no: OrderNo) => {
  await house.query(`update orders.orders set expires_at = now() - interval '1 second' where no = $1`, [no])
  await until('the order to expire', async () => {
    const [row] = await house.query<{ state: string }>('select state from orders.orders where no = $1', [no])
    return row?.state === 'expired' || undefined
  })
}
const grantOf = async (no: OrderNo) => {
  const { lines } = await shop.staff.call('orders.detail', { params: { no } })
  return lines[0]?.grants.find(({ state }) => state !== 'revoked')
}

describe('a code that may be delivered N times', () => {
  test('many at once: as many owners as there are uses, each with a grant of its own, and the others are told', async () => {
    const [first, second] = someCodes(2)
    const goods = await shop.stock([first ?? '', second ?? ''], { sku: { usesPerCode: 5 } })
    expect(await countsOf(goods.batchId)).toMatchObject({ codes: 2, imported: 10, available: 10 })
    const asked = await Promise.allSettled(
      Array.from({ length: 16 }, () => shop.place(goods, 1, { visitor: rich, payWith: 'balance' })),
    )
    const won = asked.flatMap((one) => (one.status === 'fulfilled' ? codesOf(one.value.view) : []))
    const lost = asked.flatMap((one) => (one.status === 'rejected' && isProblem(one.reason) ? [one.reason.code] : []))
    expect(won.toSorted()).toEqual([...Array(5).fill(first), ...Array(5).fill(second)].toSorted())
    expect(lost).toEqual(Array(6).fill('orders.sold_out'))
    const [{ grants } = { grants: 0 }] = await house.query<{ grants: number }>(
      'select count(distinct id)::integer as grants from entitlements.grants where tenant_id = $1 and sku_id = $2',
      [shop.tenantId, goods.skuId],
    )
    expect(grants).toBe(10)
    expect(await countsOf(goods.batchId)).toMatchObject({ delivered: 10, available: 0, imported: 10 })
  })

  test('the same code again is a duplicate, and its uses are not doubled', async () => {
    const [code = ''] = someCodes(1)
    const goods = await shop.stock([code], { sku: { usesPerCode: 3 } })
    const { id: batchId } = await shop.staff.call('vault.createImport', { body: { skuId: goods.skuId } })
    const again = await shop.staff.upload('vault.uploadImport', { params: { batchId } }, `${code}\n${someCodes(1)}`, {})
    expect(again).toMatchObject({ codes: 1, imported: 3, duplicates: 1 })
    // Nor is it an ordinary code of other goods.
    const other = await shop.stock(1)
    const { id } = await shop.staff.call('vault.createImport', { body: { skuId: other.skuId } })
    expect(await shop.staff.upload('vault.uploadImport', { params: { batchId: id } }, code, {})).toMatchObject({
      imported: 0,
      duplicates: 1,
    })
  })

  test('the database itself refuses one use more than there are', async () => {
    const goods = await shop.stock(1, { sku: { usesPerCode: 2 } })
    await expect(
      house.query('update vault.reused_codes set made = 3 where tenant_id = $1 and batch_id = $2', [
        shop.tenantId,
        goods.batchId,
      ]),
    ).rejects.toThrow('uses_are_bounded')
    await expect(
      house.query('update catalog.skus set uses_per_code = 0 where tenant_id = $1 and id = $2', [
        shop.tenantId,
        goods.skuId,
      ]),
    ).rejects.toThrow('uses_per_code')
  })

  test('refunded: that use is spent, the others sell on; replaced: by another code, never by the same', async () => {
    const [bad = '', good = ''] = someCodes(2)
    const goods = await shop.stock([bad, good], { sku: { usesPerCode: 3 } })
    const order = await buy(goods)
    const bought = codesOf(order)[0]
    const refunded = await buy(goods)
    await shop.staff.call(
      'orders.refund',
      { params: { no: refunded.no }, body: { lineNo: null, to: 'balance', reason: '退款' } },
      { idempotencyKey: randomUUID() },
    )
    expect(await countsOf(goods.batchId)).toMatchObject({ void: 1, delivered: 1, available: 4, imported: 6 })
    const grant = await grantOf(order.no as OrderNo)
    await shop.staff.call(
      'fulfilment.replaceGrant',
      { params: { no: order.no, grantId: grant?.id ?? 0 }, body: { reason: '卡密无效' } },
      { idempotencyKey: randomUUID() },
    )
    const after = await rich.call('orders.get', { params: { no: order.no } })
    expect(codesOf(after)).toEqual([bought === bad ? good : bad])
  })

  test('found by its value with all its uses; voiding one voids what nobody has, and owners keep theirs', async () => {
    const [code = ''] = someCodes(1)
    const goods = await shop.stock([code], { sku: { usesPerCode: 4 } })
    const order = await buy(goods)
    const { items } = await shop.staff.call('vault.searchCard', { body: { value: code } })
    expect(items.map(({ use, state }) => [use?.no, use?.of, state]).toSorted()).toEqual([
      [1, 4, 'delivered'],
      [2, 4, 'available'],
      [3, 4, 'available'],
      [4, 4, 'available'],
    ])
    const codeId = items[0]?.use?.codeId ?? 0
    const { total } = await shop.staff.call('vault.listCards', { query: { codeId } })
    expect(total).toBe(4)
    const free = items.find(({ state }) => state === 'available')?.id ?? 0
    await shop.staff.call('vault.voidCard', { params: { cardId: free }, body: { reason: '卡密失效' } })
    expect(await countsOf(goods.batchId)).toMatchObject({ void: 3, delivered: 1, available: 0 })
    expect(codesOf(await rich.call('orders.get', { params: { no: order.no } }))).toEqual([code])
    expect(await codeOf(buy(goods))).toBe('orders.sold_out')
  })

  test('suspended, recalled with all owners listed, and undone while nobody has one', async () => {
    const goods = await shop.stock(1, { sku: { usesPerCode: 4 } })
    const owners = [await buy(goods), await buy(goods)]
    await shop.staff.call('vault.suspendBatch', { params: { batchId: goods.batchId }, body: { reason: '核对' } })
    expect(await codeOf(buy(goods))).toBe('orders.sold_out')
    await shop.staff.call(
      'fulfilment.recallBatch',
      { params: { batchId: goods.batchId }, body: { reason: '供货商出黑卡' } },
      { idempotencyKey: randomUUID() },
    )
    const listed = await until('both owners to be listed', async () => {
      const { items } = await shop.staff.call('fulfilment.listRecalledPieces', {
        params: { batchId: goods.batchId },
        query: {},
      })
      return items.length === 2 ? items : undefined
    })
    expect(listed.map(({ orderNo }) => orderNo).toSorted()).toEqual(owners.map(({ no }) => no).toSorted())
    const [code = ''] = someCodes(1)
    const fresh = await shop.stock([code], { sku: { usesPerCode: 4 } })
    await shop.staff.call('vault.undoBatch', { params: { batchId: fresh.batchId }, body: { reason: '导错了' } })
    await shop.addCards(fresh.skuId, [code])
    expect(codesOf(await buy(fresh))).toEqual([code])
  })

  test('held by unpaid orders as pieces are, given back when they expire, and gone when the last day is over', async () => {
    const goods = await shop.stock(1, { sku: { usesPerCode: 2 } })
    const waiting = [await shop.place(goods), await shop.place(goods)]
    expect(await codeOf(shop.place(goods))).toBe('orders.sold_out')
    await expire(waiting[0]?.no as OrderNo)
    const third = await shop.place(goods)
    await shop.pay(third.no)
    await shop.seen(third, isDelivered)
    await house.query(
      `update vault.cards set valid_to = now() - interval '1 day' where tenant_id = $1 and sku_id = $2 and state = 'available'`,
      [shop.tenantId, goods.skuId],
    )
    expect((await countsOf(goods.batchId)).delivered).toBe(1)
    await expectBooksRight(house, shop.tenantId)
  })
})

describe('codes in a loop', () => {
  const loop = { allocation: 'loop' }

  test('round and round, each as often as its bound says and not once more', async () => {
    const three = someCodes(3)
    const goods = await shop.stock(three, { sku: { ...loop, usesPerCode: 2 } })
    const sold: string[] = []
    for (let turn = 0; turn < 6; turn += 1) sold.push(...codesOf(await buy(goods)))
    expect(sold.slice(0, 3).toSorted()).toEqual([...three].toSorted())
    expect(sold.slice(3).toSorted()).toEqual([...three].toSorted())
    expect(await fillLoops(house.platform)).toBe(0)
    expect(await codeOf(buy(goods))).toBe('orders.sold_out')
  })

  test('without a bound it never runs out, and two that fill the shelf at once make each use once', async () => {
    const own = await house.newShop()
    const { visitor } = await own.member(100_000_000)
    const [code = ''] = someCodes(1)
    const goods = await own.stock([code], { sku: { ...loop, usesPerCode: null }, goods: { stockDisplay: 'exact' } })
    await Promise.all([fillLoops(house.platform), fillLoops(house.platform), fillLoops(house.platform)])
    const [code2] = await house.query<{ made: number; cards: number; last: number }>(
      `select r.made, count(c.id)::integer as cards, max(c.use_no) as last
       from vault.reused_codes r join vault.cards c on c.tenant_id = r.tenant_id and c.code_id = r.id
       where r.tenant_id = $1 group by r.made`,
      [own.tenantId],
    )
    expect(code2).toMatchObject({ made: code2?.cards, last: code2?.cards })
    expect(code2?.made).toBeGreaterThan(1_000)
    const { view } = await own.place(goods, 300, { visitor, payWith: 'balance' })
    expect(view.state).toBe('delivered')
    expect(new Set(codesOf(view))).toEqual(new Set([code]))
    const mall = await visitor.call('catalog.mallGetGoods', { params: { id: goods.goodsId } })
    // How many uses are made already is no count of anything.
    expect(mall.skus[0]?.stock).toMatchObject({ state: 'unlimited', count: null })
    await expectAllRight(own)
  })

  test('a stopped code, and one of a suspended batch, is not filled up', async () => {
    const own = await house.newShop()
    const { visitor } = await own.member(1_000_000)
    const goods = await own.stock(1, { sku: { ...loop, usesPerCode: null } })
    await own.staff.call('vault.suspendBatch', { params: { batchId: goods.batchId }, body: { reason: '核对' } })
    await fillLoops(house.platform)
    expect(await codeOf(own.place(goods, 1, { visitor }))).toBe('orders.sold_out')
    await expectAllRight(own)
  })

  test.each([
    [{ allocation: 'loop', usesPerCode: 1 }],
    [{ allocation: 'fifo', usesPerCode: null }],
    [{ allocation: 'fifo', usesPerCode: 0 }],
    [{ allocation: 'fifo', usesPerCode: 1_001 }],
    [{ kind: 'topup', usesPerCode: 3 }],
    [{ usesPerCode: 3, pick: 'number' }],
    [{ pick: 'number', pricePoints: 10 }],
    [{ pickFeeFen: 10 }],
  ])('what makes no sense is refused: %j', async (sku) => {
    expect(await codeOf(shop.stock(0, { sku }))).toBe('common.invalid_input')
  })
})

describe('choosing the number', () => {
  const FEE = 500
  const NUMBERS = ['8888001', '8888002', '1234567', '6666666']
  const numbered = async (of: Shop = shop, sku: object = {}) => {
    const tail = randomUUID().slice(0, 8)
    const goods = await of.stock(
      NUMBERS.map((number) => `${number}-${tail}----pw-${number}-${tail}`),
      { sku: { pick: 'number', pickFeeFen: FEE, ...sku } },
    )
    return { ...goods, tail }
  }
  const list = (skuId: number, query: object = {}) =>
    shop.visitor().call('vault.mallNumbers', { params: { skuId }, query })
  const cardOf = async (skuId: number, number: string) => {
    const { items } = await list(skuId, { q: number })
    return items[0]?.cardId ?? 0
  }
  /** At the price of a piece and of choosing it. */
  const choose = (goods: Goods, cardId: number, options: object = {}) =>
    shop.place({ ...goods, priceFen: PRICE_FEN + FEE }, 1, { cardId, ...options })

  test('only the number is public, page by page and by what it holds', async () => {
    const goods = await numbered()
    const { items, next } = await list(goods.skuId, { limit: 3 })
    expect(items.map(({ number }) => number)).toEqual(
      ['1234567', '6666666', '8888001'].map((number) => `${number}-${goods.tail}`),
    )
    const rest = await list(goods.skuId, { after: next ?? 0 })
    expect(rest).toEqual({ items: [{ cardId: expect.any(Number), number: `8888002-${goods.tail}` }], next: null })
    expect((await list(goods.skuId, { q: '8888' })).items).toHaveLength(2)
    // A sign of the search is a character like others.
    expect((await list(goods.skuId, { q: '%' })).items).toEqual([])
    const masked = await shop.stock(['ABCDEFGH12345678'], { sku: { pick: 'masked' } })
    expect((await list(masked.skuId)).items[0]?.number).toBe('••••••5678')
    expect(await codeOf(list((await shop.stock(1)).skuId))).toBe('common.not_found')
  })

  test('codes that were there before are made public when numbers are opened, and never more of them than is declared now', async () => {
    const goods = await shop.stock(['7770001----pw-1', '7770002----pw-2'])
    const open = async (pick: string) => {
      const { version, skus } = await shop.staff.call('catalog.getGoods', { params: { id: goods.goodsId } })
      const [{ id, title, priceFen } = { id: 0, title: '', priceFen: 0 }] = skus
      await shop.staff.call('catalog.updateGoods', {
        params: { id: goods.goodsId },
        body: { title: '流量卡', version, skus: [{ id, title, priceFen, pick: pick as 'number' }] },
      })
    }
    const shown = async () => (await list(goods.skuId)).items.map(({ number }) => number)
    await open('number')
    await numberCards(house.platform)
    expect(await shown()).toEqual(['7770001', '7770002'])
    const cardId = await cardOf(goods.skuId, '7770002')
    await open('masked')
    expect((await shown()).join()).not.toContain('7770001')
    await numberCards(house.platform)
    expect(await shown()).toEqual(['••••••1', '••••••2'])
    await open('none')
    expect(await codeOf(list(goods.skuId))).toBe('common.not_found')
    expect(await codeOf(shop.place(goods, 1, { cardId }))).toBe('orders.not_choosable')
  })

  test('twenty at once for one number: exactly one has it, the others are told and may choose again', async () => {
    const goods = await numbered()
    const cardId = await cardOf(goods.skuId, '6666666')
    const asked = await Promise.allSettled(Array.from({ length: 20 }, () => choose(goods, cardId)))
    const won = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    const lost = asked.flatMap((one) => (one.status === 'rejected' && isProblem(one.reason) ? [one.reason.code] : []))
    expect(won).toHaveLength(1)
    expect(lost).toEqual(Array(19).fill('orders.number_taken'))
    expect((await list(goods.skuId)).items).toHaveLength(3)
    const [order] = won
    if (!order) throw new Error('nobody won')
    expect(order.view).toMatchObject({
      totalFen: PRICE_FEN + FEE,
      lines: [{ pickedNumber: `6666666-${goods.tail}`, unitPriceFen: PRICE_FEN + FEE }],
    })
    // Everybody else buys what is left, and never the chosen one.
    const others = await buy(goods, 3)
    expect(codesOf(others).some((code) => code.startsWith('6666666'))).toBe(false)
    await shop.pay(order.no)
    expect(codesOf(await shop.seen(order, isDelivered))).toEqual([`6666666-${goods.tail}----pw-6666666-${goods.tail}`])
  })

  test('the price shown is that of choosing, or the order is refused with the right one', async () => {
    const goods = await numbered()
    const cardId = await cardOf(goods.skuId, '1234567')
    expect(await codeOf(shop.place(goods, 1, { cardId }))).toBe('orders.price_changed')
    const quote = await shop
      .visitor()
      .call('orders.quote', { body: { lines: [{ skuId: goods.skuId, quantity: 1, cardId }] } })
    expect(quote.totalFen).toBe(PRICE_FEN + FEE)
    expect(await codeOf(shop.place({ ...goods, priceFen: PRICE_FEN + FEE }))).toBe('orders.price_changed')
    expect(await codeOf(shop.place({ ...goods, priceFen: PRICE_FEN + FEE }, 2, { cardId }))).toBe(
      'orders.one_number_a_line',
    )
    const plain = await shop.stock(1)
    expect(await codeOf(shop.place(plain, 1, { cardId }))).toBe('orders.not_choosable')
    const twin = await numbered()
    expect(await codeOf(choose(twin, cardId))).toBe('orders.number_taken')
  })

  test('free again at once when the order is cancelled or expires, also where pieces are held at payment only', async () => {
    const goods = await numbered(shop, { holdMode: 'payment' })
    const cardId = await cardOf(goods.skuId, '8888001')
    const order = await choose(goods, cardId)
    expect(await codeOf(choose(goods, cardId))).toBe('orders.number_taken')
    await order.visitor.call('orders.cancel', { params: { no: order.no }, body: {} })
    const second = await choose(goods, cardId)
    await expire(second.no)
    // Paid and delivered in the step that placed it.
    const byPurse = await choose(goods, await cardOf(goods.skuId, '1234567'), { visitor: rich, payWith: 'balance' })
    expect(codesOf(byPurse.view)[0]).toContain('pw-1234567')
    const third = await choose(goods, cardId)
    await shop.pay(third.no)
    expect(codesOf(await shop.seen(third, isDelivered))[0]).toContain('8888001')
  })

  test('paid too late: that very number if it is still there, an exception if not, and the money goes back whole', async () => {
    const goods = await numbered()
    const cardId = await cardOf(goods.skuId, '8888001')
    const first = await choose(goods, cardId)
    await expire(first.no)
    const second = await choose(goods, cardId)
    await expire(second.no)
    await shop.pay(second.no, { late: true })
    expect(codesOf(await shop.seen(second, isDelivered))[0]).toContain('8888001')
    await shop.pay(first.no, { late: true })
    const stuck = await shop.seen(first, (view) => view.lines[0]?.state === 'exception')
    expect(stuck.lines[0]).toMatchObject({ state: 'exception', deliveredQuantity: 0 })
    const detail = await shop.staff.call('orders.detail', { params: { no: first.no } })
    expect(detail.lines[0]?.exception?.reason).toBe('number_gone')
    await shop.staff.call(
      'orders.refund',
      { params: { no: first.no }, body: { lineNo: null, to: 'source', reason: '号码已售出' } },
      { idempotencyKey: randomUUID() },
    )
    const back = await shop.seen(first, (view) => view.state === 'refunded')
    expect(back.refundedFen).toBe(PRICE_FEN + FEE)
  })

  test('a chosen card that is voided while its order waits: nobody gets another by mistake', async () => {
    const goods = await numbered()
    const cardId = await cardOf(goods.skuId, '8888002')
    const order = await choose(goods, cardId)
    await shop.staff.call('vault.voidCard', { params: { cardId }, body: { reason: '号码有误' } })
    await shop.pay(order.no)
    await shop.seen(order, (view) => view.lines[0]?.state === 'exception')
    expect(codesOf(await buy(goods, 2))).toHaveLength(2)
  })
})

test('after all of it the books of the shop are right', () => expectAllRight())
