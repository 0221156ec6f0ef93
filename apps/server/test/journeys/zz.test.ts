import { expect, test } from 'vitest'
import { isDelivered, openHouse } from './shop.ts'

const house = await openHouse()
test('x', async () => {
  const shop = await house.newShop()
  const goods = await shop.stock(60)
  const orders = await Promise.all(Array.from({ length: 50 }, () => shop.place(goods, 1)))
  const views = orders.map((o) => shop.seen(o, isDelivered))
  await Promise.all(orders.map((o) => shop.pay(o.no)))
  await Promise.all(views)
  expect(1).toBe(1)
  setTimeout(() => console.log(process.getActiveResourcesInfo().join(' ')), 5000)
}, 60000)
