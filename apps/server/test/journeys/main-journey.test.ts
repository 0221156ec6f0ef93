import { randomUUID } from 'node:crypto'
import type { OrderNo } from '@quanshu/kernel'
import { describe, expect, test } from 'vitest'
import { expectBooksRight } from './books.ts'
import { cashierUrl, codesOf, isDelivered, openHouse, QUERY_PASSWORD, until } from './shop.ts'

const house = await openHouse()
const shop = await house.newShop({ 'delivery.emailCarries': 'codes' })

describe('from an empty shelf to the code in hand', () => {
  const codes = Array.from({ length: 5 }, (_, n) => `QS-2026-000${n}----pw${n}`)

  test('a guest buys three and has exactly the first three codes of the file, by push and by every later way', async () => {
    const goods = await shop.stock(codes, { sku: { priceFen: 2500, tiers: [{ minQty: 3, unitPriceFen: 2000 }] } })
    const visitor = shop.visitor()
    const contact = 'Guest.One@Example.test'
    const quote = await visitor.call('orders.quote', { body: { lines: [{ skuId: goods.skuId, quantity: 3 }] } })
    expect(quote).toMatchObject({ totalFen: 6000, lines: [{ unitPriceFen: 2000, sellable: true }] })

    const order = await shop.place({ ...goods, priceFen: 2000 }, 3, { visitor, contact })
    expect(order.view).toMatchObject({ state: 'pending', totalFen: 6000, contactMasked: 'gu***@example.test' })
    expect(order.view.lines[0]?.codes ?? []).toEqual([])
    expect(await stockOf(goods.skuId)).toMatchObject({ available: 2, held: 3, delivered: 0, imported: 5 })

    const delivered = shop.seen(order, isDelivered)
    const cashier = cashierUrl(order.view)
    expect(await (await fetch(cashier)).text()).toContain('60.00')
    await fetch(`${cashier}/pay`, { method: 'POST' })
    const view = await delivered
    expect(codesOf(view)).toEqual(codes.slice(0, 3))
    expect(view.lines[0]?.codes?.[0]?.parts).toEqual(['QS-2026-0000', 'pw0'])
    expect(view.lines[0]?.guide).toContain('卡密')

    const file = await visitor.download('orders.codesFile', { params: { no: order.no } })
    expect(file.headers.get('content-disposition')).toContain(`${order.no}.txt`)
    expect((await file.text()).split('\r\n').slice(1, 4)).toEqual(codes.slice(0, 3))

    const byNumber = await shop
      .visitor()
      .call('orders.lookup', { body: { no: order.no, queryPassword: QUERY_PASSWORD } })
    expect(byNumber.items.map(codesOf)).toEqual([codes.slice(0, 3)])
    const elsewhere = shop.visitor()
    const byContact = await elsewhere.call('orders.lookup', {
      body: { contact: 'guest.one@EXAMPLE.test', queryPassword: QUERY_PASSWORD },
    })
    expect(byContact.items.map((item) => [item.no, codesOf(item)])).toEqual([[order.no, codes.slice(0, 3)]])
    // The look-up opened it for this browser, so the page can be loaded again.
    expect(codesOf(await elsewhere.call('orders.get', { params: { no: order.no } }))).toEqual(codes.slice(0, 3))

    const mail = await until('the mail', () => house.standIns.mail.control.inbox('guest.one@example.test')[0])
    for (const code of codes.slice(0, 3)) for (const part of code.split('----')) expect(mail.text).toContain(part)
    expect(house.standIns.mail.control.inbox('guest.one@example.test')).toHaveLength(1)
    expect(await stockOf(goods.skuId)).toMatchObject({ available: 2, held: 0, delivered: 3, imported: 5 })

    const batch = await shop.staff.call('vault.getBatch', { params: { batchId: goods.batchId } })
    expect(batch).toMatchObject({ imported: 5, counts: { available: 2, delivered: 3, used: 0, void: 0 } })
    await expectBooksRight(house, shop.tenantId)
  })

  test('the buyer marks a code as used and takes it back; the page, the grant, the card and the shelf agree', async () => {
    const goods = await shop.stock(2)
    const order = await shop.place(goods, 2)
    await shop.pay(order.no)
    const view = await shop.seen(order, isDelivered)
    const grantId = view.lines[0]?.codes?.[1]?.grantId ?? 0
    const mark = (used: boolean) =>
      order.visitor.call('orders.markGrant', { params: { no: order.no, grantId }, body: { used } })
    expect((await mark(true)).lines[0]?.codes?.map(({ state }) => state)).toEqual(['active', 'used'])
    expect((await mark(true)).lines[0]?.codes?.map(({ state }) => state)).toEqual(['active', 'used'])
    expect(await stockOf(goods.skuId)).toMatchObject({ delivered: 1, used: 1 })
    await expectBooksRight(house, shop.tenantId)
    expect((await mark(false)).lines[0]?.codes?.map(({ state }) => state)).toEqual(['active', 'active'])
    expect(await stockOf(goods.skuId)).toMatchObject({ delivered: 2, used: 0 })
    await expectBooksRight(house, shop.tenantId)
  })

  test('a browser sees its own last five orders without signing in, another browser none', async () => {
    const goods = await shop.stock(10)
    const visitor = shop.visitor()
    const nos: OrderNo[] = []
    for (let n = 0; n < 6; n += 1) nos.push((await shop.place(goods, 1, { visitor })).no)
    const mine = await visitor.call('orders.mine', {})
    expect(mine.items.map(({ no }) => no)).toEqual(nos.toReversed().slice(0, 5))
    expect((await shop.visitor().call('orders.mine', {})).items).toEqual([])
  })
})

describe('a member with money on the balance', () => {
  test('has the code in the answer to the one request that placed the order, and the purse is lighter by its price', async () => {
    const codes = ['MEMBER-1', 'MEMBER-2', 'MEMBER-3']
    const goods = await shop.stock(codes)
    const { visitor, id } = await shop.member(5_000)
    const { view } = await shop.place(goods, 2, { visitor, payWith: 'balance' })
    expect(view.state).toBe('delivered')
    expect(codesOf(view)).toEqual(codes.slice(0, 2))
    expect(await visitor.call('members.getMe', {})).toMatchObject({ balanceFen: 5_000 - 2 * 1990 })
    expect((await visitor.call('orders.mine', {})).items.map(({ no }) => no)).toEqual([view.no])

    await expect(shop.place(goods, 1, { visitor, payWith: 'balance' })).rejects.toMatchObject({
      code: 'orders.balance_short',
      params: { missingYuan: '9.70' },
    })
    expect(await visitor.call('members.getMe', {})).toMatchObject({ balanceFen: 1_020 })
    const purse = await shop.staff.call('ledger.accounts', { query: { kind: 'cash.member', q: String(id) } })
    const statement = await shop.staff.call('ledger.statement', {
      params: { accountId: purse.items[0]?.id ?? 0 },
      query: {},
    })
    expect(statement.items.map(({ amount, balanceAfter }) => [amount, balanceAfter])).toEqual([
      [-3980, 1020],
      [5000, 5000],
    ])
    await expectBooksRight(house, shop.tenantId)
  })

  test('the same request again is the same order: nothing is paid or delivered twice', async () => {
    const goods = await shop.stock(4)
    const { visitor } = await shop.member(10_000)
    const [key, contact] = [randomUUID(), '13900001111']
    const again = () => shop.place(goods, 1, { visitor, contact, payWith: 'balance', key })
    const orders = await Promise.all([again(), again(), again()])
    orders.push(await again())
    expect(new Set(orders.map(({ no }) => no)).size).toBe(1)
    expect(new Set(orders.flatMap(({ view }) => codesOf(view))).size).toBe(1)
    expect(await visitor.call('members.getMe', {})).toMatchObject({ balanceFen: 10_000 - 1990 })
    await expect(shop.place(goods, 2, { visitor, contact, payWith: 'balance', key })).rejects.toMatchObject({
      code: 'common.idempotency_key_reused',
    })
  })

  test('the same request twice at once for the last piece is one order, not one order and one "sold out"', async () => {
    for (let n = 0; n < 5; n += 1) {
      const goods = await shop.stock(1)
      const visitor = shop.visitor()
      await visitor.call('tenancy.getShop', {})
      const [key, contact] = [randomUUID(), '13900002222']
      const twice = [1, 2, 3].map(() => shop.place(goods, 1, { visitor, contact, key }))
      expect(new Set((await Promise.all(twice)).map(({ no }) => no)).size).toBe(1)
    }
  })
})

describe('what staff see afterwards', () => {
  test('the timeline tells every step in order: placed, held, begun, noticed, received, delivered, mailed', async () => {
    const goods = await shop.stock(1)
    const order = await shop.place(goods, 1, { contact: 'timeline@example.test' })
    await shop.pay(order.no)
    await shop.seen(order, isDelivered)
    await until('the mail', () => house.standIns.mail.control.inbox('timeline@example.test')[0])
    const detail = await until('the message is booked as sent', async () => {
      const read = await shop.staff.call('orders.detail', { params: { no: order.no } })
      return read.timeline.some(({ title }) => title === 'message.sent') ? read : undefined
    })
    const titles = detail.timeline.map(({ title }) => title)
    for (const title of [
      'order.placed',
      'hold.held',
      'payment.begun',
      'notice.applied',
      'payment.received',
      'hold.captured',
      'delivery.done',
      'message.sent',
    ]) {
      expect(titles).toContain(title)
    }
    expect(titles.indexOf('order.placed')).toBe(0)
    expect(detail.timeline.map(({ at }) => at)).toEqual(detail.timeline.map(({ at }) => at).toSorted())
    expect(detail.lines[0]?.grants[0]?.masked).toMatch(/^•+\w{4}$/)
  })

  test('the trial balance adds up to zero in every unit', async () => {
    const { units } = await shop.staff.call('ledger.trialBalance', {})
    expect(units.map(({ unit }) => unit).toSorted()).toEqual(['CNY', 'piece'])
    expect(units.every(({ sum }) => sum === 0)).toBe(true)
  })
})

async function stockOf(skuId: number) {
  const { items } = await shop.staff.call('stock.list', { query: { pageSize: 200 } })
  return items.find((row) => row.skuId === skuId)
}
