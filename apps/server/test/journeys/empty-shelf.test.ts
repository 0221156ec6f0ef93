import { randomUUID } from 'node:crypto'
import { isProblem } from '@quanshu/client'
import pg from 'pg'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { expectBooksRight } from './books.ts'
import { type Goods, openHouse, type PlaceOptions, type Shop } from './shop.ts'

/** Whoever asks for what was just sold out looks at the shelf instead of standing in the line of those who buy. */

const house = await openHouse({ env: { QUANSHU_ROLES: 'api' } })
const second = await house.secondServer()
let sent: string[] = []
beforeAll(() => {
  const query = pg.Client.prototype.query as (...args: unknown[]) => unknown
  pg.Client.prototype.query = function (this: unknown, ...args: unknown[]) {
    const [first] = args
    sent.push(typeof first === 'string' ? first : ((first as { readonly text?: string }).text ?? ''))
    return query.apply(this, args)
  } as never
  return () => {
    pg.Client.prototype.query = query as never
  }
})
const calls = (name: string): number => sent.filter((text) => text.includes(name)).length

describe('in front of an empty shelf', () => {
  let shop: Shop
  afterEach(() => expectBooksRight(house, shop.tenantId))

  test('a crowd is told "sold out" without being placed, in the same words as the one who emptied it', async () => {
    const { goods } = await emptied()
    const [first] = await asked(goods, 1)
    sent = []
    const crowd = await asked(goods, 200)
    expect(new Set(crowd.map((answer) => JSON.stringify(answer)))).toEqual(new Set([JSON.stringify(first)]))
    expect(first).toMatchObject({ code: 'orders.sold_out', status: 409, params: { skuId: goods.skuId, available: 0 } })
    expect(calls('fulfilment.place_and_pay')).toBe(0)
    expect(calls('orders.look_at_shelf')).toBeLessThan(100)
  })

  test('the key of an order answers with that order, and with another body it is refused as used', async () => {
    const { goods, order, key, contact } = await emptied()
    const again = await shop.place(goods, 1, { visitor: order.visitor, key, contact })
    expect(again.no).toBe(order.no)
    await expect(shop.place(goods, 1, { visitor: order.visitor, key })).rejects.toMatchObject({
      code: 'common.idempotency_key_reused',
    })
  })

  test('a key that was refused buys when the piece is back', async () => {
    const { goods, order } = await emptied()
    const retry = { visitor: shop.visitor(), key: randomUUID(), contact: '13900000001' }
    expect(await codeOf(goods, retry)).toBe('orders.sold_out')
    await order.visitor.call('orders.cancel', { params: { no: order.no }, body: {} })
    expect(await codeOf(goods, retry)).toBe('placed')
  })

  test('pieces that come back are sold at once, whoever brought them back', async () => {
    const { goods, order } = await emptied()
    const elsewhere = shop.visitor({ base: second, sameAs: order.visitor })
    const returns = [
      () => elsewhere.call('orders.cancel', { params: { no: order.no }, body: {} }),
      () => shop.addCards(goods.skuId, 1),
      async () => {
        await house.query(`update orders.orders set expires_at = now() - interval '1 s' where tenant_id = $1`, [
          shop.tenantId,
        ])
        await house.query('select orders.expire_due(100)')
      },
    ]
    for (const bringBack of returns) {
      expect(await codeOf(goods)).toBe('orders.sold_out')
      await bringBack()
      expect(await codeOf(goods)).toBe('placed')
    }
  })

  test('whoever wants more than is left is refused, whoever wants what is left has it', async () => {
    shop = await house.newShop()
    const goods = await shop.stock(2)
    expect(await codeOf(goods, {}, 3)).toBe('orders.sold_out')
    expect((await asked(goods, 1, 3))[0]).toMatchObject({ params: { available: 2 } })
    expect(await codeOf(goods, {}, 2)).toBe('placed')
  })

  test('whoever was shown another price hears of the price', async () => {
    const { goods } = await emptied()
    expect(await codeOf({ ...goods, priceFen: goods.priceFen - 1 })).toBe('orders.price_changed')
  })

  test('an order of several lines is refused for the one that is short', async () => {
    const { goods } = await emptied()
    const other = await shop.stock(5)
    const lines = [other, goods].map(({ skuId, priceFen }) => ({ skuId, quantity: 1, unitPriceFen: priceFen }))
    const body = { lines, contact: '13900000002', queryPassword: 'some-password', payWith: 'sim-pay' }
    await expect(shop.visitor().call('orders.place', { body }, { idempotencyKey: randomUUID() })).rejects.toMatchObject(
      { code: 'orders.sold_out', params: { skuId: goods.skuId } },
    )
  })

  test('an empty shelf of one shop sends nobody of another to look', async () => {
    await emptied()
    const neighbour = await house.newShop()
    const goods = await neighbour.stock(1)
    sent = []
    await neighbour.place(goods)
    expect(calls('orders.look_at_shelf')).toBe(0)
  })

  /** One piece, held by an unpaid order, and somebody who was refused for it. */
  async function emptied() {
    shop = await house.newShop()
    const goods = await shop.stock(1)
    const [key, contact] = [randomUUID(), '13912345678']
    const visitor = shop.visitor()
    // The first answer brings the cookie that a key belongs to.
    await visitor.call('tenancy.getShop', {})
    const order = await shop.place(goods, 1, { visitor, key, contact })
    expect(await codeOf(goods)).toBe('orders.sold_out')
    return { goods, order, key, contact }
  }

  async function codeOf(goods: Goods, options: PlaceOptions = {}, quantity = 1): Promise<string> {
    const [answer] = await asked(goods, 1, quantity, options)
    return answer?.code ?? 'placed'
  }

  function asked(goods: Goods, people: number, quantity = 1, options: PlaceOptions = {}) {
    return Promise.all(
      Array.from({ length: people }, () =>
        shop.place(goods, quantity, options).then(
          () => undefined,
          (error: unknown) => {
            if (!isProblem(error)) throw error
            const { code, status, params, message } = error
            return { code, status, params, message }
          },
        ),
      ),
    )
  }
})
