import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { codesOf, isDelivered, openHouse, QUERY_PASSWORD } from './shop.ts'

/** What should never be, and what becomes of it. */
const house = await openHouse()
const shop = await house.newShop()

test('a card that is free by mistake though somebody owns it is passed over; the next one sells', async () => {
  const goods = await shop.stock(['first', 'second', 'third'])
  const owned = await shop.place(goods)
  await shop.pay(owned.no)
  expect(codesOf(await shop.seen(owned, isDelivered))).toEqual(['first'])
  await house.query(
    `update vault.cards set state = 'available'
     where tenant_id = $1 and id = (select card_id from entitlements.grants where tenant_id = $1 and order_no = $2)`,
    [shop.tenantId, owned.no],
  )
  const next = await shop.place(goods)
  await shop.pay(next.no)
  expect(codesOf(await shop.seen(next, isDelivered))).toEqual(['second'])
})

test('a caller without cookies who repeats a request, as after a lost answer, gets the same order', async () => {
  const goods = await shop.stock(5)
  const body = JSON.stringify({
    lines: [{ skuId: goods.skuId, quantity: 1, unitPriceFen: goods.priceFen }],
    contact: '13712345678',
    queryPassword: QUERY_PASSWORD,
    payWith: 'sim-pay',
  })
  const key = randomUUID()
  const send = async (from: string) => {
    const answer = await fetch(`${shop.base}/api/mall/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key, 'x-forwarded-for': from },
      body,
    })
    expect(answer.status).toBe(200)
    return ((await answer.json()) as { readonly no: number }).no
  }
  const [first, ...others] = await Promise.all([send('203.0.113.7'), send('203.0.113.7'), send('203.0.113.7')])
  expect(others).toEqual([first, first])
  expect(await send('203.0.113.7')).toBe(first)
})
