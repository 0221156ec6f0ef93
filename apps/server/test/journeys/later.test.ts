import { randomUUID } from 'node:crypto'
import { isProblem } from '@quanshu/client'
import type { OrderView, Settings } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { tendActivations } from '../../src/modules/fulfilment/activations/tend.ts'
import { deliveryContents } from '../../src/modules/fulfilment/queries/delivery-content.ts'
import { expectBooksRight } from './books.ts'
import { scriptedSupplier } from './scripted-supplier.ts'
import {
  isDelivered,
  openHouse,
  type PlacedOrder,
  type PlaceOptions,
  QUERY_PASSWORD,
  type Shop,
  until,
  type Visitor,
} from './shop.ts'

/** Top-ups that are bought now and activated later: once, by their owner, in time, or the money is somebody's by a written rule. */

const supplier = scriptedSupplier('later')
const house = await openHouse({ supplierAdapters: new Map([[supplier.adapter.id, supplier.adapter]]) })
const SALE_FEN = 2_000
const FIELD = { key: 'account', labelZh: '充值账号', labelEn: 'Account', type: 'text', confirmTwice: true }

/** A shop with a top-up that may be bought for thirty days. */
async function laterShop(sku: Record<string, unknown> = {}, settings: Partial<Settings> = {}) {
  const shop = await house.newShop(settings)
  const { id } = await shop.staff.call(
    'suppliers.create',
    {
      body: {
        name: '甲',
        adapter: 'later',
        baseUrl: 'http://127.0.0.1:9',
        identity: 'shop',
        secrets: { key: 's3cret' },
        concurrent: 64,
        perMinute: 60_000,
      },
    },
    { idempotencyKey: randomUUID() },
  )
  await shop.staff.call('suppliers.sync', { params: { supplierId: id }, body: {} })
  const productId = await until('the supplier to be synced', async () => {
    const { items } = await shop.staff.call('suppliers.listProducts', { query: { supplierId: id } })
    return items[0]?.id
  })
  const goods = await shop.stock(0, {
    goods: { formFields: [FIELD] },
    sku: { kind: 'topup', priceFen: SALE_FEN, laterDays: 30, ...sku },
  })
  await shop.staff.call('suppliers.saveSkuSupply', {
    params: { skuId: goods.skuId },
    body: { policy: 'cheapest', leastMarginFen: 0, offers: [{ productId, fieldMap: { account: 'account' } }] },
  })
  return { shop, goods }
}
type Sold = Awaited<ReturnType<typeof laterShop>>

const isKept = ({ lines }: OrderView) => lines[0]?.state === 'dormant'
async function kept({ shop, goods }: Sold, quantity = 1, options: PlaceOptions = {}): Promise<PlacedOrder> {
  const order = await shop.place(goods, quantity, { later: true, ...options })
  if (order.view.state === 'pending') await shop.pay(order.no)
  await shop.seen(order, isKept)
  return order
}
let accounts = 0
const someAccount = () => `later-${++accounts}`
const activate = (by: Visitor, no: OrderNo, account: string, again = account) =>
  by.call('fulfilment.activate', {
    params: { no, lineNo: 1 },
    body: { form: { account }, formAgain: { account: again } },
  })
const giveBack = (by: Visitor, no: OrderNo) =>
  by.call('fulfilment.returnUnactivated', { params: { no, lineNo: 1 }, body: {} })
const refund = (shop: Shop, no: OrderNo, body: object = {}) =>
  shop.staff.call(
    'orders.refund',
    { params: { no }, body: { lineNo: 1, to: 'source', reason: '不想要了', ...body } as never },
    { idempotencyKey: randomUUID() },
  )
const code = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'ok',
    (error) => (isProblem(error) ? error.code : Promise.reject(error)),
  )
const view = (by: Visitor, no: OrderNo) => by.call('orders.get', { params: { no } })
const end = (no: OrderNo, when = "now() - interval '1 second'") =>
  house.query(`update fulfilment.activations set ends_at = ${when} where order_no = $1`, [no])
/** Its supplier is asked now, and not when its turn comes. */
const hurry = (no: OrderNo) =>
  until('it to arrive', async () => {
    await house.query(`update suppliers.purchases set due_at = now() where order_no = $1 and state = 'accepted'`, [no])
    return (
      (supplier.arrivedFor(no).length > 0 &&
        (await house.query(`select from suppliers.purchases where order_no = $1 and state = 'done'`, [no])).length >
          0) ||
      undefined
    )
  })
const placedFor = (no: OrderNo) =>
  supplier.calls.filter((call) => call.what === 'place' && call.no.startsWith(String(no)))
const balance = async (shop: Shop, kind: string): Promise<number> =>
  Number(
    (
      await house.query<{ sum: number }>(
        'select coalesce(sum(balance), 0)::bigint as sum from ledger.accounts where tenant_id = $1 and kind = $2',
        [shop.tenantId, kind],
      )
    )[0]?.sum ?? 0,
  )
async function expectRight(shop: Shop): Promise<void> {
  await expectBooksRight(house, shop.tenantId)
  const { checks } = await auditBooks(house.platform, shop.tenantId, { isWhole: true, graceSeconds: 60 })
  expect(checks.flatMap(({ violations }) => violations)).toEqual([])
}

test('paid without an account nothing is bought; activated it is a top-up like others, its right its owner’s all along', async () => {
  const sold = await laterShop()
  const { shop, goods } = sold
  const { visitor } = await shop.member()
  const order = await kept(sold, 2, { visitor })
  const line = (await view(visitor, order.no)).lines[0]
  expect(line).toMatchObject({ form: {}, laterDays: 30, supply: null, deliveredQuantity: 0 })
  expect(line?.activation).toMatchObject({ state: 'open', by: null, mayReturn: true })
  const days = (Date.parse(line?.activation?.endsAt ?? '') - Date.now()) / 86_400_000
  expect(Math.round(days)).toBe(30)
  expect([await balance(shop, 'cash.clearing'), await balance(shop, 'cash.revenue')]).toEqual([4_000, 0])
  const rights = () => visitor.call('entitlements.listMyRights', { query: {} })
  const before = await rights()
  expect(before.items.map(({ standing, activation, piece }) => [standing, activation, piece])).toEqual([
    ['usable', 'open', 2],
    ['usable', 'open', 1],
  ])
  expect(before.items[0]?.validUntil).toBe(line?.activation?.endsAt)
  await expectRight(shop)
  // Nobody retries what is not stuck, and a shop that asks finds it among those that wait.
  await shop.staff
    .call('fulfilment.retryLine', { params: { no: order.no, lineNo: 1 }, body: {} })
    .catch(() => undefined)
  const listed = await shop.staff.call('fulfilment.listActivations', { query: { state: ['open'], skuId: goods.skuId } })
  expect(listed).toMatchObject({ total: 1, items: [{ orderNo: order.no, state: 'open', lineState: 'dormant' }] })
  expect(placedFor(order.no)).toEqual([])

  const { formFields } = await visitor.call('fulfilment.readActivation', { params: { no: order.no, lineNo: 1 } })
  expect(formFields.map(({ key }) => key)).toEqual(['account'])
  const account = someAccount()
  expect(await code(activate(visitor, order.no, account, 'another'))).toBe('accounts.repeat_differs')
  expect(await code(activate(visitor, order.no, ''))).toBe('orders.form_field')
  await activate(visitor, order.no, account)
  const done = await shop.seen(order, isDelivered)
  expect(done.lines[0]).toMatchObject({
    form: { account },
    state: 'delivered',
    activation: { state: 'activated', by: 'buyer', mayReturn: false },
    supply: { progress: 'arrived' },
  })
  const after = await rights()
  expect(after.items.map(({ id, standing, activation }) => [id, standing, activation])).toEqual(
    before.items.map(({ id }) => [id, 'arrived', null]),
  )
  expect([await balance(shop, 'cash.clearing'), await balance(shop, 'cash.revenue')]).toEqual([0, 4_000])
  expect(supplier.arrivedFor(order.no)).toEqual([{ no: `${order.no}0101`, pieces: 2 }])
  await expectRight(shop)
})

test('many activations at once are one purchase, for one of the accounts', async () => {
  const sold = await laterShop()
  const order = await kept(sold)
  const same = someAccount()
  const names = [same, same, same, ...Array.from({ length: 9 }, someAccount)]
  const second = sold.shop.visitor({ base: await house.secondServer(), sameAs: order.visitor })
  const answers = await Promise.all(
    names.map((name, n) => code(activate(n % 2 ? second : order.visitor, order.no, name))),
  )
  expect(new Set(answers)).toEqual(new Set(['ok', 'activation.done']))
  const done = await sold.shop.seen(order, isDelivered)
  const chosen = done.lines[0]?.form.account ?? ''
  // Whoever said the account that it is hears yes, however often; all others that it is done.
  expect(answers).toEqual(names.map((name) => (name === chosen ? 'ok' : 'activation.done')))
  expect(placedFor(order.no)).toHaveLength(1)
  expect(await code(activate(order.visitor, order.no, chosen))).toBe('ok')
  expect(await code(giveBack(order.visitor, order.no))).toBe('activation.done')
  const { total } = await sold.shop.staff.call('suppliers.listPurchases', { query: { orderNo: order.no } })
  expect(total).toBe(1)
  await expectRight(sold.shop)
})

test('given back it cannot be activated, and activated it cannot be given back, whoever comes first', async () => {
  const sold = await laterShop()
  const { shop } = sold
  const first = await kept(sold)
  await giveBack(first.visitor, first.no)
  expect(await code(activate(first.visitor, first.no, someAccount()))).toBe('activation.given_back')
  expect(await code(giveBack(first.visitor, first.no))).toBe('activation.given_back')
  await shop.seen(first, ({ state }) => state === 'refunded')
  expect((await view(first.visitor, first.no)).lines[0]?.activation).toMatchObject({ state: 'cancelled' })

  supplier.state.usual = { accept: 2 }
  const second = await kept(sold)
  await activate(second.visitor, second.no, someAccount())
  expect(await code(giveBack(second.visitor, second.no))).toBe('activation.done')
  expect(await code(refund(shop, second.no))).toBe('orders.supply_under_way')
  await hurry(second.no)
  await shop.seen(second, isDelivered)
  supplier.state.usual = 'done'

  // At the same moment: exactly one of the two.
  const orders = await Promise.all(Array.from({ length: 8 }, () => kept(sold)))
  const ends = await Promise.all(
    orders.map(async ({ visitor, no }, n) => {
      const [activated, back] = await Promise.all([
        code(activate(visitor, no, someAccount())),
        code(n % 2 ? giveBack(visitor, no) : refund(shop, no)),
      ])
      return { no, visitor, activated, back }
    }),
  )
  for (const { no, visitor, activated, back } of ends) {
    expect(
      [activated, back].filter((answer) => answer === 'ok'),
      String(no),
    ).toHaveLength(1)
    await shop.seen({ visitor, no }, ({ state }) => state === (activated === 'ok' ? 'delivered' : 'refunded'))
    expect(supplier.arrivedFor(no)).toHaveLength(activated === 'ok' ? 1 : 0)
  }
  await expectRight(shop)
})

test('what nobody activated in time is over: its price is earned, and only the shop gives it back', async () => {
  const sold = await laterShop()
  const { shop } = sold
  const { visitor } = await shop.member(10_000)
  const order = await kept(sold, 1, { visitor, payWith: 'balance' })
  // Over from that second on, also before the schedule comes round.
  await end(order.no)
  expect(await code(activate(visitor, order.no, someAccount()))).toBe('activation.over')
  expect(await code(giveBack(visitor, order.no))).toBe('activation.over')
  expect((await view(visitor, order.no)).lines[0]?.activation).toMatchObject({ state: 'lapsed', mayReturn: false })
  await Promise.all([tendActivations(house.platform), tendActivations(house.platform)])
  expect(await code(activate(visitor, order.no, someAccount()))).toBe('activation.over')
  const rights = await visitor.call('entitlements.listMyRights', { query: { list: 'expired' } })
  expect(rights.items).toMatchObject([{ standing: 'expired', activation: null, orderNo: order.no }])
  expect([await balance(shop, 'cash.clearing'), await balance(shop, 'cash.revenue')]).toEqual([0, SALE_FEN])
  expect((await view(visitor, order.no)).state).toBe('delivered')
  expect(placedFor(order.no)).toEqual([])
  await expectRight(shop)
  await refund(shop, order.no, { to: 'balance' })
  expect([await balance(shop, 'cash.revenue'), await balance(shop, 'cash.member')]).toEqual([0, 10_000])
  expect((await view(visitor, order.no)).state).toBe('refunded')
  await expectRight(shop)
})

test('its end and its activation at one moment leave one of the two', async () => {
  const sold = await laterShop()
  const orders = await Promise.all(Array.from({ length: 6 }, () => kept(sold)))
  const [early, late] = [orders.slice(0, 3), orders.slice(3)]
  const activated = Promise.all(early.map(({ visitor, no }) => code(activate(visitor, no, someAccount()))))
  await Promise.all(orders.map(({ no }) => end(no)))
  const [answers, others] = await Promise.all([
    activated,
    Promise.all(late.map(({ visitor, no }) => code(activate(visitor, no, someAccount())))),
    tendActivations(house.platform),
  ])
  await tendActivations(house.platform)
  expect(others).toEqual(others.map(() => 'activation.over'))
  for (const [n, { visitor, no }] of early.entries()) {
    await sold.shop.seen({ visitor, no }, isDelivered)
    expect(supplier.arrivedFor(no)).toHaveLength(answers[n] === 'ok' ? 1 : 0)
  }
  // What was activated before its end arrives after it.
  const slow = await kept(sold)
  supplier.state.usual = { accept: 2 }
  await activate(slow.visitor, slow.no, someAccount())
  await end(slow.no)
  await tendActivations(house.platform)
  await hurry(slow.no)
  const done = await sold.shop.seen(slow, isDelivered)
  supplier.state.usual = 'done'
  expect(done.lines[0]?.activation?.state).toBe('activated')
  await expectRight(sold.shop)
})

test('its buyer is reminded once, a week before, and not of what is over or activated', async () => {
  const sold = await laterShop()
  const { visitor } = await sold.shop.member()
  const [order, over] = [await kept(sold, 1, { visitor }), await kept(sold, 1, { visitor })]
  const { rows } = await house.platform.db.read(sold.shop.ctx, async (tx) => ({
    rows: await tx.db.selectFrom('fulfilment.activations').selectAll().where('order_no', '=', order.no).execute(),
  }))
  expect(Math.round(((rows[0]?.ends_at.getTime() ?? 0) - (rows[0]?.remind_at?.getTime() ?? 0)) / 86_400_000)).toBe(7)
  await house.query('update fulfilment.activations set remind_at = now() where order_no = any ($1)', [
    [order.no, over.no],
  ])
  await end(over.no)
  await Promise.all([tendActivations(house.platform), tendActivations(house.platform)])
  const inbox = async () =>
    (await visitor.call('notify.listMyMessages', { query: {} })).items.filter(({ title }) =>
      title.includes('还没有激活'),
    )
  const [said] = await until('the reminder', async () => {
    const items = await inbox()
    return items.length > 0 ? items : undefined
  })
  expect(said?.link).toContain(String(order.no))
  await tendActivations(house.platform)
  expect(await inbox()).toHaveLength(1)
})

test('staff activate for the buyer; others, and other shops, do not', async () => {
  const sold = await laterShop()
  const { shop } = sold
  const { visitor } = await shop.member()
  const order = await kept(sold, 1, { visitor })
  const other = await shop.member()
  const foreign = await laterShop()
  expect(await code(activate(other.visitor, order.no, 'thief'))).toBe('common.not_found')
  expect(await code(giveBack(other.visitor, order.no))).toBe('common.not_found')
  expect(await code(activate(foreign.shop.visitor(), order.no, 'thief'))).toBe('common.not_found')
  const byStaff = (staff: Visitor, account: string, lineNo = 1) =>
    staff.call('fulfilment.activateByStaff', { params: { no: order.no, lineNo }, body: { form: { account } } })
  expect(await code(byStaff(foreign.shop.staff, 'thief'))).toBe('common.not_found')
  expect(await code(byStaff(await shop.hire(['orders.read']), 'reader'))).toBe('common.forbidden')
  expect(await code(byStaff(shop.staff, 'x', 2))).toBe('common.not_found')
  const asked = await shop.staff.call('fulfilment.readActivationOfLine', { params: { no: order.no, lineNo: 1 } })
  expect(asked).toMatchObject({ trouble: null, formFields: [{ key: 'account' }] })
  // A guest has it by the order's page: who only knows the number has not.
  const guest = await kept(sold)
  const stranger = shop.visitor()
  expect(await code(activate(stranger, guest.no, 'thief'))).not.toBe('ok')
  const { contact } = {
    contact: (await house.query<{ contact: string }>('select contact from orders.orders where no = $1', [guest.no]))[0]
      ?.contact,
  }
  await stranger.call('orders.lookup', { body: { contact: contact ?? '', queryPassword: QUERY_PASSWORD } })
  expect(await code(activate(stranger, guest.no, someAccount()))).toBe('ok')
  await shop.seen(guest, isDelivered)

  const account = someAccount()
  const detail = await byStaff(shop.staff, account)
  expect(detail.lines[0]).toMatchObject({
    form: { account },
    activation: { state: 'activated', by: 'staff', byName: '店员' },
  })
  expect(await code(byStaff(shop.staff, account))).toBe('ok')
  expect(await code(byStaff(shop.staff, someAccount()))).toBe('activation.done')
  await shop.seen(order, isDelivered)
  await expectRight(shop)
})

test('a price that rose since is judged when it is activated, and the line goes to the desk with its right', async () => {
  const sold = await laterShop()
  const { shop } = sold
  const { visitor } = await shop.member()
  const order = await kept(sold, 1, { visitor })
  supplier.state.product = { ...supplier.state.product, costHao: 300_000 }
  await activate(visitor, order.no, someAccount())
  await until('the line to be stuck', async () => {
    const { lines } = await shop.staff.call('orders.detail', { params: { no: order.no } })
    return lines[0]?.state === 'exception' || undefined
  })
  const rights = await visitor.call('entitlements.listMyRights', { query: {} })
  expect(rights.items).toMatchObject([{ standing: 'usable', activation: 'stuck' }])
  expect(await code(giveBack(visitor, order.no))).toBe('activation.done')
  await expectRight(shop)
  supplier.state.product = { ...supplier.state.product, costHao: 100_000 }
  await refund(shop, order.no)
  await shop.seen({ visitor, no: order.no }, ({ state }) => state === 'refunded')
  expect((await visitor.call('entitlements.listMyRights', { query: {} })).items).toMatchObject([
    { standing: 'revoked' },
  ])
  await expectRight(shop)
})

test('a payer’s bank takes the right that waits, and an activated one goes its way', async () => {
  const sold = await laterShop()
  const { shop } = sold
  const dispute = async (no: OrderNo, state = 'opened') => {
    const [receipt] = await house.query<{ id: number; trade_no: string }>(
      'select id, trade_no from payments.receipts where order_no = $1',
      [no],
    )
    return await house.platform.db.call<string>(shop.tenantId, 'fulfilment.chargeback', 'sim-pay', {
      tradeNo: receipt?.trade_no,
      disputeNo: `D${receipt?.id}`,
      amountFen: SALE_FEN,
      state,
      reason: 'test',
    })
  }
  const waiting = await kept(sold)
  expect(await dispute(waiting.no)).toBe('applied')
  expect(await code(activate(waiting.visitor, waiting.no, someAccount()))).toBe('activation.given_back')
  // Won, its price is promised again and its right stays taken: nothing of it ever arrived, and the books know.
  expect(await dispute(waiting.no, 'won')).toBe('applied')
  await expectRight(shop)
  expect(await code(activate(waiting.visitor, waiting.no, someAccount()))).toBe('activation.given_back')
  const orders = await Promise.all(Array.from({ length: 6 }, () => kept(sold)))
  const answers = await Promise.all(
    orders.map(async ({ visitor, no }) => {
      const [activated] = await Promise.all([code(activate(visitor, no, someAccount())), dispute(no)])
      return activated
    }),
  )
  for (const answer of answers) expect(['ok', 'activation.given_back']).toContain(answer)
  expect(placedFor(waiting.no)).toEqual([])
  await until('what was bought to arrive', async () => {
    const open = await house.query(`select from suppliers.purchases where tenant_id = $1 and ended_at is null`, [
      shop.tenantId,
    ])
    return open.length === 0 || undefined
  })
  await expectRight(shop)
})

test('only a top-up that says so is bought for later, under its own rules', async () => {
  const sold = await laterShop()
  const { shop } = sold
  const plain = await laterShop({ laterDays: null })
  expect(await code(plain.shop.place(plain.goods, 1, { later: true }))).toBe('orders.not_for_later')
  const card = await shop.stock(1)
  expect(await code(shop.place(card, 1, { later: true }))).toBe('orders.not_for_later')
  const fault = (sku: object) => shop.stock(0, { sku: { priceFen: 100, ...sku } }).catch((error: unknown) => error)
  expect(JSON.stringify(await fault({ kind: 'card', laterDays: 30 }))).toContain('only_top_ups_wait')
  expect(isProblem(await fault({ kind: 'topup', laterDays: 0 }))).toBe(true)
  // Not asked for it is the top-up that it always was, which wants its account at once.
  expect(await code(shop.place(sold.goods, 1, { form: {} }))).toBe('orders.form_field')

  // What was said when it was bought holds: the shop's later word is for later orders.
  const strict = await laterShop({ laterRefund: false })
  const order = await kept(strict)
  expect((await view(order.visitor, order.no)).lines[0]?.activation?.mayReturn).toBe(false)
  expect(await code(giveBack(order.visitor, order.no))).toBe('activation.ask_the_shop')
  await house.query('update catalog.skus set later_refund = true, later_days = null where id = $1', [
    strict.goods.skuId,
  ])
  expect(await code(giveBack(order.visitor, order.no))).toBe('activation.ask_the_shop')
  expect(await code(activate(order.visitor, order.no, someAccount()))).toBe('ok')
  await strict.shop.seen(order, isDelivered)
  await expectRight(strict.shop)
})

test('a refund that waits for a second person holds the right until it is decided', async () => {
  const sold = await laterShop({}, { 'refunds.approvalAboveFen': 1 })
  const { shop } = sold
  const order = await kept(sold)
  await refund(shop, order.no)
  expect(await code(activate(order.visitor, order.no, someAccount()))).toBe('activation.refund_awaited')
  await end(order.no)
  await tendActivations(house.platform)
  const { refunds } = await shop.staff.call('orders.detail', { params: { no: order.no } })
  expect(refunds).toMatchObject([{ state: 'awaiting' }])
  await shop.staff.call('fulfilment.declineRefund', {
    params: { refundId: refunds[0]?.id ?? 0 },
    body: { reason: '已过期' },
  })
  await tendActivations(house.platform)
  expect((await view(order.visitor, order.no)).lines[0]).toMatchObject({
    state: 'delivered',
    activation: { state: 'lapsed' },
  })
  await expectRight(shop)
})

test('codes that were bought beside it are mailed when it has ended, as an end or as money back', async () => {
  const { shop, goods } = await laterShop()
  const card = await shop.stock(2)
  const ends = [
    async (no: OrderNo) => {
      await end(no)
      await tendActivations(house.platform)
    },
    async (no: OrderNo, visitor: Visitor) => {
      await visitor.call('fulfilment.returnUnactivated', { params: { no, lineNo: 2 }, body: {} })
    },
  ]
  const orders = await Promise.all(
    ends.map(async (ended) => {
      const visitor = shop.visitor()
      const lines = [card, goods].map(({ skuId, priceFen }, n) => ({
        skuId,
        quantity: 1,
        unitPriceFen: priceFen,
        unitPoints: 0,
        later: n === 1,
      }))
      const body = { lines, contact: 'both@example.test', queryPassword: QUERY_PASSWORD, payWith: 'sim-pay' }
      const { no } = await visitor.call('orders.place', { body }, { idempotencyKey: randomUUID() })
      await visitor.call('orders.pay', { params: { no }, body: { payWith: 'sim-pay' } })
      await shop.pay(no as OrderNo)
      await shop.seen({ visitor, no: no as OrderNo }, ({ lines: [, kept] }) => kept?.state === 'dormant')
      await ended(no as OrderNo, visitor)
      await shop.seen({ visitor, no: no as OrderNo }, isDelivered)
      return no as OrderNo
    }),
  )
  await until('both mails', async () => {
    const sent = await house.query(
      `select from notify.messages where tenant_id = $1 and template = 'order_delivered' and state = 'sent'`,
      [shop.tenantId],
    )
    return sent.length === 2 || undefined
  })
  const contents = await deliveryContents(house.platform, shop.tenantId, orders)
  for (const no of orders) {
    expect(contents.get(no)).toMatchObject({ deliveredAs: 'order.delivered', lines: [{ quantity: 1 }] })
    expect(contents.get(no)?.lines).toHaveLength(1)
  }
  await expectRight(shop)
})
