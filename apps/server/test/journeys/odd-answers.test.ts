import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { refused } from '../../src/modules/suppliers/adapters/wire.ts'
import { toldInYuan } from '../../src/modules/suppliers/adapters/yuan.ts'
import type { PlaceOutcome } from '../../src/modules/suppliers/supplier.ts'
import { expectBooksRight } from './books.ts'
import { scriptedSupplier } from './scripted-supplier.ts'
import { isDelivered, openHouse, until } from './shop.ts'
import { topUpBy } from './top-ups.ts'

/** What a supplier says that no database keeps: halves of characters, zero bytes, numbers beyond all money. */

const odd = scriptedSupplier('odd', { costHao: 100_000 })
const sound = scriptedSupplier('sound', { costHao: 200_000 })
let answer: PlaceOutcome | undefined
const say = async () => answer
const oddAdapter = {
  ...odd.adapter,
  place: async (...args: Parameters<typeof odd.adapter.place>) => (await say()) ?? (await odd.adapter.place(...args)),
  ask: async (...args: Parameters<typeof odd.adapter.ask>) => (await say()) ?? (await odd.adapter.ask(...args)),
}
const dollars = scriptedSupplier('dollars', { costHao: 10_000, currency: 'USD' })
const dollarAdapter = toldInYuan({
  ...dollars.adapter,
  place: async (...args: Parameters<typeof odd.adapter.place>) =>
    (await say()) ?? (await dollars.adapter.place(...args)),
  ask: async (...args: Parameters<typeof odd.adapter.ask>) => (await say()) ?? (await dollars.adapter.ask(...args)),
})
const house = await openHouse({
  supplierAdapters: new Map([
    ['odd', oddAdapter],
    ['sound', sound.adapter],
    ['dollars', dollarAdapter],
  ]),
})
const done = (more: object): PlaceOutcome =>
  ({ kind: 'done', order: { state: 'done', remoteNo: 'R1', costHao: 100_000, cards: [], ...more } }) as PlaceOutcome

test.each([
  ['half a character at the cut', refused('stock', 'R1', `${'x'.repeat(299)}😀`)],
  ['a zero byte', refused('stock', 'R\0', 'no\0ne')],
])('a refusal with %s is a refusal: the next source goes on', async (_what, said) => {
  const shop = await house.newShop()
  const { goods } = await topUpBy(shop, ['odd', 'sound'], 5_000)
  answer = said
  const order = await shop.place(goods, 1, { form: { account: randomUUID() } })
  await shop.pay(order.no)
  await shop.seen(order, isDelivered)
  await expectBooksRight(house, shop.tenantId)
})

test.each([
  ['a zero byte in its number', done({ remoteNo: 'R\x001' })],
  ['a zero byte in its serial', done({ serial: 'S\x001' })],
  ['half a character', done({ serial: '\ud83d' })],
  ['a cost below zero', done({ costHao: -500 })],
  ['a cost beyond all money', done({ costHao: 1e21 })],
])('what was delivered with %s is delivered', async (_what, said) => {
  const shop = await house.newShop()
  const { goods } = await topUpBy(shop, ['odd'], 5_000)
  answer = said
  const order = await shop.place(goods, 1, { form: { account: randomUUID() } })
  await shop.pay(order.no)
  await shop.seen(order, isDelivered)
  await expectBooksRight(house, shop.tenantId)
})

test.each([
  ['zero yen', 0, 'JPY', 0],
  ['a ten-thousandth of a yen', 1, 'JPY', 1],
  ['less than nothing', -5, 'USD', 725],
  ['more than numbers hold', 9e15, 'USD', 725],
])('%s is no reason to keep a delivery back', async (_what, costHao, currency, costFen) => {
  const shop = await house.newShop()
  answer = undefined
  const {
    goods,
    supplierIds: [supplierId = 0],
  } = await topUpBy(shop, ['dollars'], 5_000)
  await shop.staff.call('suppliers.save', {
    params: { supplierId },
    body: {
      ...{ name: '海外', baseUrl: 'http://127.0.0.1:9', identity: 'shop', concurrent: 64, perMinute: 60_000 },
      ...{ settings: { rates: 'USD=7.25, JPY=0.047003' }, secrets: {}, balanceAlarmFen: null, contact: '', note: '' },
    },
  })
  await until('its price in yuan', async () => {
    const { items } = await shop.staff.call('suppliers.listProducts', { query: { supplierId } })
    return items[0]?.currency === 'CNY' || undefined
  })
  answer = done({ costHao, currency })
  const order = await shop.place(goods, 1, { form: { account: randomUUID() } })
  await shop.pay(order.no)
  await shop.seen(order, isDelivered)
  const { items } = await shop.staff.call('suppliers.listPurchases', { query: { supplierId } })
  // What cannot be a price is not known: what was quoted counts.
  expect(items).toMatchObject([{ costFen }])
  await expectBooksRight(house, shop.tenantId)
})
