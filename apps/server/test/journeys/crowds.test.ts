import { randomUUID } from 'node:crypto'
import { isProblem } from '@quanshu/client'
import { describe, expect, test } from 'vitest'
import { expectBooksRight } from './books.ts'
import { expectNoDeadlocks } from './deadlocks.ts'
import { codesOf, type Goods, isDelivered, openHouse, type PlacedOrder, type Shop, type Visitor } from './shop.ts'

const house = await openHouse()
const second = await house.secondServer()

expectNoDeadlocks(house)

describe('a crowd for the last pieces', () => {
  test('200 buyers at once for the last 50 codes: 50 delivered, 150 told sold out, no code twice', async () => {
    const shop = await house.newShop()
    const goods = await shop.stock(50)
    const answers = await Promise.all(crowd(200, (n) => tryPlace(shop, goods, { visitor: shop.visitor(from(n)) })))
    const placed = answers.filter((answer) => typeof answer !== 'string')
    expect(placed).toHaveLength(50)
    expect(answers.filter((answer) => answer === 'orders.sold_out')).toHaveLength(150)
    const { paygate } = house.standIns
    const report = await paygate.control.pay(
      paygate.merchant.id,
      placed.map(({ no }) => ({ outTradeNo: String(no) })),
    )
    expect(report).toMatchObject({ paid: 50, acknowledged: 50 })
    const views = await Promise.all(placed.map((order) => shop.seen(order, isDelivered)))
    expect(new Set(views.flatMap(codesOf)).size).toBe(50)
    await expectBooksRight(house, shop.tenantId)
  })

  test('two servers on one database sell no more than there is', async () => {
    const shop = await house.newShop()
    const goods = await shop.stock(20)
    const answers = await Promise.all(
      crowd(80, (n) =>
        tryPlace(shop, goods, { visitor: shop.visitor({ ...from(n), ...(n % 2 ? { base: second } : {}) }) }),
      ),
    )
    expect(tally(answers)).toEqual({ placed: 20, 'orders.sold_out': 60 })
    await expectBooksRight(house, shop.tenantId)
  })

  test('whoever is told "sold out" is told how many are left, not how many there were before the crowd', async () => {
    const shop = await house.newShop()
    const goods = await shop.stock(7)
    const answers = await Promise.allSettled(crowd(4, () => shop.place(goods, 3)))
    const told = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason.params.available] : []))
    expect(told).toEqual([1, 1])
  })

  test('with pieces held only at payment, who pays too late is a named exception and keeps the claim', async () => {
    const shop = await house.newShop()
    const goods = await shop.stock(3, { sku: { holdMode: 'payment' } })
    const orders = await Promise.all(crowd(3, () => shop.place(goods, 1)).concat(crowd(3, () => shop.place(goods, 1))))
    await Promise.all(orders.map(({ no }) => shop.pay(no)))
    const states = await house.query<{ state: string; exception_reason: string | null }>(
      'select state, exception_reason from orders.lines where tenant_id = $1',
      [shop.tenantId],
    )
    expect(states.filter(({ state }) => state === 'delivered')).toHaveLength(3)
    expect(states.filter(({ exception_reason }) => exception_reason === 'out_of_stock')).toHaveLength(3)
    await expectBooksRight(house, shop.tenantId)
  })

  test('twelve members with balance for the last five: five delivered, nobody else charged', async () => {
    const shop = await house.newShop()
    const goods = await shop.stock(5)
    const members = await Promise.all(crowd(12, () => shop.member(goods.priceFen)))
    const answers = await Promise.all(
      members.map(({ visitor }) => tryPlace(shop, goods, { visitor, payWith: 'balance' })),
    )
    expect(tally(answers)).toEqual({ placed: 5, 'orders.sold_out': 7 })
    const purses = await Promise.all(members.map(({ visitor }) => visitor.call('members.getMe', {})))
    expect(purses.filter(({ balanceFen }) => balanceFen === 0)).toHaveLength(5)
    expect(purses.filter(({ balanceFen }) => balanceFen === goods.priceFen)).toHaveLength(7)
    await expectBooksRight(house, shop.tenantId)
  })

  test('one purse, ten orders at once on two servers: only what it can pay', async () => {
    const shop = await house.newShop()
    const goods = await shop.stock(20)
    const { visitor } = await shop.member(4 * goods.priceFen)
    const cookies = elsewhere(shop, visitor)
    const answers = await Promise.all(
      crowd(10, (n) => tryPlace(shop, goods, { visitor: n % 2 ? cookies : visitor, payWith: 'balance' })),
    )
    expect(tally(answers)).toEqual({ placed: 4, 'orders.balance_short': 6 })
    expect(await visitor.call('members.getMe', {})).toMatchObject({ balanceFen: 0 })
    await expectBooksRight(house, shop.tenantId)
  })
})

describe('limits hold under concurrency, over two servers', () => {
  test('a limit of three a person lets three through, however many ask at once', async () => {
    const shop = await house.newShop()
    const goods = await shop.stock(30, { goods: { limitPerPerson: 3 } })
    const answers = await Promise.all(
      crowd(16, (n) =>
        tryPlace(shop, goods, {
          contact: '13912345678',
          visitor: shop.visitor({ ...from(n), ...(n % 2 ? { base: second } : {}) }),
        }),
      ),
    )
    expect(tally(answers)).toEqual({ placed: 3, 'orders.over_person_limit': 13 })
  })

  test.each([
    ['person', { 'orders.unpaidMaxPerPerson': 2 }],
    ['address', { 'orders.unpaidMaxPerIp': 2 }],
    ['device', { 'orders.unpaidMaxPerDevice': 2 }],
  ] as const)('what one %s may leave unpaid is never more than set', async (by, settings) => {
    const shop = await house.newShop(settings)
    const goods = await shop.stock(30)
    const one = shop.visitor(from(1))
    await one.call('tenancy.getShop', {})
    const other = elsewhere(shop, one)
    const answers = await Promise.all(
      crowd(16, (n) => {
        const base = n % 2 ? { base: second } : {}
        const visitor =
          by === 'device' ? (n % 2 ? other : one) : shop.visitor({ ...base, ...(by === 'address' ? from(1) : from(n)) })
        return tryPlace(shop, goods, { visitor, ...(by === 'person' ? { contact: '13912345678' } : {}) })
      }),
    )
    expect(tally(answers)).toEqual({ placed: 2, 'orders.too_many_unpaid': 14 })
    // A cancelled order makes room for another.
    const kept = answers.find((answer) => typeof answer !== 'string')
    await kept?.visitor.call('orders.cancel', { params: { no: kept.no }, body: {} })
  })
})

describe('locks are taken in one order', () => {
  test('orders of two SKUs in both orders, on two servers, never wait for each other for ever', async () => {
    const shop = await house.newShop()
    const [a, b] = [await shop.stock(200), await shop.stock(200)]
    const lines = [a, b].map((goods) => ({ skuId: goods.skuId, quantity: 1, unitPriceFen: goods.priceFen }))
    const views = await Promise.all(
      crowd(80, (n) => {
        const visitor = shop.visitor({ ...from(n), ...(n % 2 ? { base: second } : {}) })
        const body = {
          lines: n % 3 ? lines : lines.toReversed(),
          contact: `139${String(n).padStart(8, '0')}`,
          queryPassword: 'some-password',
          payWith: 'sim-pay',
        }
        return visitor.call('orders.place', { body }, { idempotencyKey: randomUUID() })
      }),
    )
    expect(views).toHaveLength(80)
    await expectBooksRight(house, shop.tenantId)
  })

  test('notices, balance payments, refunds, replacements and imports of one SKU at once all succeed', async () => {
    const shop = await house.newShop()
    const goods = await shop.stock(200)
    const members = await Promise.all(crowd(6, () => shop.member(100_000)))
    const guests = await Promise.all(crowd(30, (n) => shop.place(goods, 1, { visitor: shop.visitor(from(n)) })))
    const delivered = await Promise.all(
      members.map(({ visitor }) => shop.place(goods, 2, { visitor, payWith: 'balance' })),
    )
    const work: Promise<unknown>[] = [
      ...guests.map(({ no }) => shop.pay(no)),
      ...members.flatMap(({ visitor }) => crowd(4, () => shop.place(goods, 1, { visitor, payWith: 'balance' }))),
      ...delivered
        .slice(0, 3)
        .map(({ no }) =>
          shop.staff.call(
            'orders.refund',
            { params: { no }, body: { lineNo: null, to: 'balance', reason: '退款' } },
            { idempotencyKey: randomUUID() },
          ),
        ),
      ...delivered
        .slice(3)
        .map(({ no, view }) =>
          shop.staff.call(
            'fulfilment.replaceGrant',
            { params: { no, grantId: view.lines[0]?.codes?.[0]?.grantId ?? 0 }, body: { reason: '坏码' } },
            { idempotencyKey: randomUUID() },
          ),
        ),
      shop.addCards(goods.skuId, 300),
    ]
    await Promise.all(work)
    await Promise.all(guests.map((order) => shop.seen(order, isDelivered)))
    await expectBooksRight(house, shop.tenantId)
  })
})

const crowd = <T>(size: number, one: (n: number) => Promise<T>): Promise<T>[] =>
  Array.from({ length: size }, (_, n) => one(n))

const from = (n: number) => ({ ip: `10.9.${Math.trunc(n / 250)}.${(n % 250) + 1}` })

/** The order, or the code of the refusal. */
async function tryPlace(
  shop: Shop,
  goods: Goods,
  options: Parameters<Shop['place']>[2] & object,
): Promise<PlacedOrder | string> {
  try {
    return await shop.place(goods, 1, options)
  } catch (error) {
    if (isProblem(error)) return error.code
    throw error
  }
}

function tally(answers: readonly (PlacedOrder | string)[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const answer of answers) {
    const name = typeof answer === 'string' ? answer : 'placed'
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

/** The same browser, cookies and all, speaking to the other server. */
const elsewhere = (shop: Shop, visitor: Visitor): Visitor => shop.visitor({ base: second, sameAs: visitor })
