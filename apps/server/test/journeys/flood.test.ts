import type { AddressInfo } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { buildApp } from '../../src/main/app.ts'
import { expectBooksRight } from './books.ts'
import { isDelivered, openHouse, somePhone } from './shop.ts'

const house = await openHouse({ env: { QUANSHU_ROLES: 'api' } })
const app = await buildApp(house.platform)
await app.listen({ host: '127.0.0.1', port: 0 })
const base = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
afterAll(() => app.close())

/** Who waits for how long is the bench's question, and that of the tests of turns and batches. */
const FLOOD = 400

test('a shop buys through another shop’s flood, everybody is served, and the books of both are right', async () => {
  const [flooding, steady] = [await house.newShop(), await house.newShop()]
  const goods = await flooding.stock(FLOOD)
  const wanted = await steady.stock(10)
  const buyer = steady.visitor({ base })
  await steady.place(wanted, 1, { visitor: buyer })

  const crowd = Array.from({ length: FLOOD }, async (_, n) => {
    const visitor = flooding.visitor({ base, ip: `10.8.${Math.trunc(n / 250)}.${(n % 250) + 1}` })
    const lines = [{ skuId: goods.skuId, quantity: 1, unitPriceFen: goods.priceFen }]
    const body = { lines, contact: somePhone(), queryPassword: 'some-password', payWith: 'sim-pay' }
    const view = await visitor.call('orders.place', { body }, { idempotencyKey: crypto.randomUUID() })
    return view.no
  })
  const order = await steady.place(wanted, 1, { visitor: buyer })
  await steady.pay(order.no)
  expect(isDelivered(await buyer.call('orders.get', { params: { no: order.no } }))).toBe(true)

  expect(new Set(await Promise.all(crowd)).size).toBe(FLOOD)
  await expectBooksRight(house, flooding.tenantId)
  await expectBooksRight(house, steady.tenantId)
})
