import { randomUUID } from 'node:crypto'
import { isProblem } from '@quanshu/client'
import type { OrderNo } from '@quanshu/kernel'
import { expect, test } from 'vitest'
import { expectBooksRight } from './books.ts'
import { hurriedAdapters, openSupplier } from './real-suppliers.ts'
import { openHouse, type Shop, until } from './shop.ts'
import { openKey, signedCall } from './two-shops.ts'

/** A supplier refuses, delivers after all, and nobody else can: whoever ends orders by himself leaves this one to a person. */

const house = await openHouse({ supplierAdapters: hurriedAdapters(4_000) })
const first = await openSupplier('kasushou')
const second = await openSupplier('kayixin')
let goodsCount = 0

/** A top-up of two suppliers, of which the second is out of reach and the first will refuse. */
async function refusing(value = '渠道维护', times = 1) {
  const shop = await house.newShop()
  goodsCount += 1
  const remoteId = String(9_810_000 + goodsCount)
  first.sell(remoteId, '10')
  second.sell(remoteId, '11')
  const [one, other] = [await first.join(shop, '甲'), await second.join(shop, '乙')]
  const goods = await shop.stock(0, {
    goods: { formFields: [{ key: 'account', labelZh: '账号', type: 'text' }] },
    sku: { kind: 'topup', priceFen: 2_000 },
  })
  await shop.staff.call('suppliers.saveSkuSupply', {
    params: { skuId: goods.skuId },
    body: { policy: 'fixed', leastMarginFen: 0, offers: [one.offer(remoteId), other.offer(remoteId)] },
  })
  await house.query(
    `update suppliers.suppliers set breaker = 'open', open_until = now() + interval '1 hour' where tenant_id = $1 and id = $2`,
    [shop.tenantId, other.id],
  )
  first.control.addFault({ kind: 'order.fail', times, value } as never)
  return { shop, goods, other }
}
const purchasesOf = async (shop: Shop, no: OrderNo) =>
  (await shop.staff.call('suppliers.listPurchases', { query: { orderNo: no } })).items
const become = (shop: Shop, no: OrderNo, state: string) =>
  until(`a purchase to be ${state}`, async () => {
    await house.query(
      `update suppliers.purchases set due_at = now(), leased_until = null where order_no = $1 and state in ('sending', 'accepted', 'unknown')`,
      [no],
    )
    return (await purchasesOf(shop, no))[0]?.state === state || undefined
  })

/** It delivers after all, and then nobody is left who could. */
async function deliveredAfterAll({ shop, other }: Awaited<ReturnType<typeof refusing>>, no: OrderNo): Promise<void> {
  await become(shop, no, 'refused')
  await first.control.settle(`${no}0101`, 'success')
  await become(shop, no, 'contradicted')
  await shop.staff.call('suppliers.setState', {
    params: { supplierId: other.id },
    body: { state: 'paused', reason: '维护' },
  })
  await house.query(`update fulfilment.needs set due_at = now() where order_no = $1 and state = 'wanted'`, [no])
  await until('the line to be stuck', async () => {
    const { lines } = await shop.staff.call('orders.detail', { params: { no } })
    return lines[0]?.exception?.reason === 'no_source' || undefined
  })
}

async function expectLeftAlone(shop: Shop, no: OrderNo): Promise<void> {
  expect(await shop.staff.call('orders.detail', { params: { no } })).toMatchObject({
    state: 'paid',
    lines: [{ state: 'exception' }],
  })
  expect((await purchasesOf(shop, no)).map(({ state }) => state)).toEqual(['contradicted'])
  await expectBooksRight(house, shop.tenantId)
}

test('an order of another shop does not go back by itself, and cannot be cancelled', async () => {
  const one = await refusing()
  const key = await openKey(one.shop, 10_000)
  const outerNo = randomUUID()
  const { json } = await signedCall(one.shop.base, key, {
    method: 'POST',
    path: '/orders',
    body: {
      outerNo,
      productId: String(one.goods.skuId),
      quantity: 1,
      ceilingFen: 9_999,
      fields: { account: '13800001111' },
    },
  })
  const no = Number(json.orderNo) as OrderNo
  await deliveredAfterAll(one, no)
  expect(await house.platform.db.call(one.shop.tenantId, 'wholesale.give_back', no, 'test')).toBe(false)
  const cancelled = await signedCall(one.shop.base, key, {
    method: 'POST',
    path: `/orders/${outerNo}/cancel`,
    body: {},
  })
  expect(cancelled.json).toEqual({ outcome: 'too_late' })
  await expectLeftAlone(one.shop, no)
})

test('an account that is refused is asked for again only where somebody can give one', async () => {
  const one = await refusing('充值账号不存在', 2)
  const { staff, tenantId, base } = one.shop
  const place = async (givesBack: boolean) => {
    const key = await openKey(one.shop, 10_000, { givesBack })
    const { json } = await signedCall(base, key, {
      method: 'POST',
      path: '/orders',
      body: {
        outerNo: randomUUID(),
        productId: String(one.goods.skuId),
        quantity: 1,
        ceilingFen: 9_999,
        fields: { account: '13800001115' },
      },
    })
    return Number(json.orderNo) as OrderNo
  }
  const asked = () =>
    house.query<{ subject: string }>(
      "select subject from events.log where tenant_id = $1 and type = 'supply.account_refused'",
      [tenantId],
    )
  const refused = (no: OrderNo) =>
    until('the account to be refused', async () => {
      await house.query(
        `update suppliers.purchases set due_at = now(), leased_until = null where order_no = $1 and state in ('sending', 'accepted', 'unknown')`,
        [no],
      )
      const { lines } = await staff.call('orders.detail', { params: { no } })
      return lines[0]?.state === 'exception' || lines[0]?.state === 'refunded' || undefined
    })
  const byItself = await place(true)
  await refused(byItself)
  const waiting = await place(false)
  await refused(waiting)
  expect((await asked()).map(({ subject }) => subject)).toEqual([`order:${waiting}`])
})

test('a line of a bulk order is neither given back nor bought again', async () => {
  const one = await refusing()
  const { staff, tenantId } = one.shop
  const member = await one.shop.member(10_000)
  const { id: bulkId } = await staff.call(
    'bulk.create',
    { body: { name: '礼', payer: 'member', memberId: member.id, skuId: one.goods.skuId } },
    { idempotencyKey: randomUUID() },
  )
  const read = await staff.upload('bulk.upload', { params: { bulkId } }, '13800001113', { fileName: 'a.txt' })
  await staff.call('bulk.confirm', { params: { bulkId }, body: { totalFen: read.money.totalFen } })
  const { no } = await until('the order', async () => {
    const [line] = await house.query<{ no: OrderNo }>(
      'select order_no as no from bulk.lines where tenant_id = $1 and order_no is not null',
      [tenantId],
    )
    return line
  })
  await deliveredAfterAll(one, no)
  expect(await house.platform.db.call(tenantId, 'bulk.to_give_back', bulkId, 100)).toEqual([])
  const retried = await staff
    .call('bulk.retry', { params: { bulkId }, body: {} })
    .catch((error: unknown) => (isProblem(error) ? error.code : error))
  expect(retried).toBe('bulk.nothing_to_retry')
  await expectLeftAlone(one.shop, no)
})
