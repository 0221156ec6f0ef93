import type { OrderNo } from '@quanshu/kernel'
import { expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { expectBooksRight } from './books.ts'
import { scriptedSupplier } from './scripted-supplier.ts'
import { isDelivered, openHouse, until } from './shop.ts'
import { topUpBy } from './top-ups.ts'

/** A source that says it never got what it was sent: asked again when nobody else will do, so often and no more. */

const lost = scriptedSupplier('lost', { costHao: 50_000 })
const other = scriptedSupplier('other', { costHao: 60_000 })
const adapters = [{ ...lost.adapter, notFoundIsFinalAfter: 0 }, other.adapter]
const house = await openHouse({ supplierAdapters: new Map(adapters.map((adapter) => [adapter.id, adapter])) })

/** Its breaker, as calls about other orders left it. */
const breaker = (id: number | undefined, state: 'open' | 'closed') =>
  house.query(
    `update suppliers.suppliers set breaker = $2, failures = case $2 when 'open' then 5 else 0 end,
       open_until = case $2 when 'open' then now() + interval '1 hour' end where id = $1`,
    [id, state],
  )
const purchases = async (no: OrderNo) =>
  house.query<{ adapter: string; state: string }>(
    `select s.adapter, p.state from suppliers.purchases p join suppliers.suppliers s on s.id = p.supplier_id
     where p.order_no = $1 order by p.turn`,
    [no],
  )
const soon = (no: OrderNo) =>
  Promise.all([
    house.query(
      `update suppliers.purchases set due_at = now(), leased_until = null where order_no = $1 and state in ('unknown', 'accepted')`,
      [no],
    ),
    house.query(`update fulfilment.needs set due_at = now() where order_no = $1 and state = 'wanted'`, [no]),
  ])
/** Lets it be looked at so often, as soon as it may be. */
const looked = async (no: OrderNo, times: number) => {
  for (let n = 0; n < times; n += 1) {
    await soon(no)
    await until('nothing of it to be due', async () => {
      const due = await house.query(
        `select from suppliers.purchases where order_no = $1 and state in ('unknown', 'accepted') and due_at <= now()
         union all select from fulfilment.needs where order_no = $1 and state = 'wanted' and due_at <= now()`,
        [no],
      )
      return due.length === 0 || undefined
    })
  }
}
const become = (no: OrderNo, states: readonly string[]) =>
  until(`purchases ${states}`, async () => {
    await soon(no)
    const now = (await purchases(no)).map(({ adapter, state }) => `${adapter} ${state}`)
    return now.join() === states.join() || undefined
  })

test('others are waited for while they are down for a moment, and then they deliver', async () => {
  const shop = await house.newShop()
  const { goods, supplierIds: ids } = await topUpBy(shop, ['lost', 'other'])
  lost.state.scripts.set('w', 'cut_before')
  await breaker(ids[1], 'open')
  const order = await shop.place(goods, 1, { form: { account: 'w' } })
  await shop.pay(order.no)
  await become(order.no, ['lost refused'])
  await looked(order.no, 10)
  expect(await purchases(order.no)).toHaveLength(1)
  await breaker(ids[1], 'closed')
  await become(order.no, ['lost refused', 'other done'])
  await shop.seen(order, isDelivered)
  await expectBooksRight(house, shop.tenantId)
})

test('the only source is waited for while it is down, asked three times at most, and what it delivered after all is in the books', async () => {
  const shop = await house.newShop()
  const { goods, supplierIds: ids } = await topUpBy(shop, ['lost'])
  // Bought each time, and not found when asked.
  lost.state.scripts.set('t', { hidden: 1 })
  const order = await shop.place(goods, 1, { form: { account: 't' } })
  await shop.pay(order.no)
  await until('it to be asked about', async () => (await purchases(order.no))[0]?.state === 'unknown' || undefined)
  // It says that it knows nothing of it, while calls about others fail.
  const [{ id } = { id: 0 }] = await house.query<{ id: number }>(
    `update suppliers.purchases set due_at = null where order_no = $1 returning id`,
    [order.no],
  )
  await breaker(ids[0], 'open')
  const news = [{ id, kind: 'not_found', code: 'not_found', about: 'other', final: true }]
  await house.platform.db.call(shop.tenantId, 'fulfilment.purchase_news', JSON.stringify(news))
  await looked(order.no, 5)
  const { lines } = await shop.staff.call('orders.detail', { params: { no: order.no } })
  expect([lines[0]?.state, (await purchases(order.no)).length]).toEqual(['supplying', 1])
  await breaker(ids[0], 'closed')
  await become(order.no, Array(3).fill('lost refused'))
  await until('the line to be stuck', async () => {
    const { items } = await shop.staff.call('fulfilment.listExceptions', { query: { q: String(order.no) } })
    return items[0]?.reason === 'no_source' || undefined
  })
  const called = (turn: number) =>
    fetch(`${shop.base}/api/supply/${ids[0]}/notify`, {
      method: 'POST',
      body: JSON.stringify({ no: `${order.no}010${turn}`, sign: 'good' }),
    })
  // Again and again, as suppliers do: one that had not been asked yet hides its order once more.
  await until('all three to be contradicted', async () => {
    await Promise.all([1, 2, 3, 1].map(called))
    return (await purchases(order.no)).every(({ state }) => state === 'contradicted') || undefined
  })
  await looked(order.no, 3)
  expect(lost.arrivedFor(order.no)).toHaveLength(3)
  await expectBooksRight(house, shop.tenantId)
  const report = await auditBooks(house.platform, shop.tenantId, { isWhole: true, graceSeconds: 0 })
  expect(report.checks.flatMap(({ violations }) => violations)).toEqual([])
})
