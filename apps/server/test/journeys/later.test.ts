import { randomUUID } from 'node:crypto'
import { isProblem } from '@quanshu/client'
import type { OrderView, Settings } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { tendActivations } from '../../src/modules/fulfilment/activations/tend.ts'
import { textMessageOf } from '../../src/modules/fulfilment/queries/delivery-content.ts'
import { expectBooksRight } from './books.ts'
import { scriptedSupplier } from './scripted-supplier.ts'
import {
  codeOf,
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
async function laterShop(
  sku: Record<string, unknown> = {},
  settings: Partial<Settings> = {},
  leastMarginFen: number | null = 0,
) {
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
    body: { policy: 'cheapest', leastMarginFen, offers: [{ productId, fieldMap: { account: 'account' } }] },
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
const activateByStaff = (by: Visitor, no: OrderNo, account: string, body: object = {}) =>
  by.call('fulfilment.activateByStaff', { params: { no, lineNo: 1 }, body: { form: { account }, ...body } })
/** A payer's bank asks for so much of an order's payment back, or has said how that ended. */
async function disputed(shop: Shop, no: OrderNo, amountFen: number, state = 'opened'): Promise<string> {
  const [receipt] = await house.query<{ id: number; trade_no: string }>(
    'select id, trade_no from payments.receipts where order_no = $1',
    [no],
  )
  return await house.platform.db.call<string>(shop.tenantId, 'fulfilment.chargeback', 'sim-pay', {
    tradeNo: receipt?.trade_no,
    disputeNo: `D${receipt?.id}`,
    amountFen,
    state,
    reason: 'test',
  })
}
const refundsOf = async (shop: Shop, no: OrderNo) =>
  (await shop.staff.call('orders.detail', { params: { no } })).refunds
const approve = (by: Visitor, refundId = 0) =>
  by.call('fulfilment.approveRefund', { params: { refundId }, body: {} }, { idempotencyKey: randomUUID() })
const inboxOf = async (visitor: Visitor) => (await visitor.call('notify.listMyMessages', { query: {} })).items
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
  expect(await codeOf(activate(visitor, order.no, account, 'another'))).toBe('accounts.repeat_differs')
  expect(await codeOf(activate(visitor, order.no, ''))).toBe('orders.form_field')
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
    names.map((name, n) => codeOf(activate(n % 2 ? second : order.visitor, order.no, name))),
  )
  expect(new Set(answers)).toEqual(new Set(['ok', 'activation.done']))
  const done = await sold.shop.seen(order, isDelivered)
  const chosen = done.lines[0]?.form.account ?? ''
  // Whoever said the account that it is hears yes, however often; all others that it is done.
  expect(answers).toEqual(names.map((name) => (name === chosen ? 'ok' : 'activation.done')))
  expect(placedFor(order.no)).toHaveLength(1)
  expect(await codeOf(activate(order.visitor, order.no, chosen))).toBe('ok')
  expect(await codeOf(giveBack(order.visitor, order.no))).toBe('activation.done')
  const { total } = await sold.shop.staff.call('suppliers.listPurchases', { query: { orderNo: order.no } })
  expect(total).toBe(1)
  await expectRight(sold.shop)
})

test('given back it cannot be activated, and activated it cannot be given back, whoever comes first', async () => {
  const sold = await laterShop()
  const { shop } = sold
  const first = await kept(sold)
  await giveBack(first.visitor, first.no)
  expect(await codeOf(activate(first.visitor, first.no, someAccount()))).toBe('activation.given_back')
  expect(await codeOf(giveBack(first.visitor, first.no))).toBe('activation.given_back')
  await shop.seen(first, ({ state }) => state === 'refunded')
  expect((await view(first.visitor, first.no)).lines[0]?.activation).toMatchObject({ state: 'cancelled' })

  supplier.state.usual = { accept: 2 }
  const second = await kept(sold)
  await activate(second.visitor, second.no, someAccount())
  expect(await codeOf(giveBack(second.visitor, second.no))).toBe('activation.done')
  expect(await codeOf(refund(shop, second.no))).toBe('orders.supply_under_way')
  await hurry(second.no)
  await shop.seen(second, isDelivered)
  supplier.state.usual = 'done'

  // At the same moment: exactly one of the two.
  const orders = await Promise.all(Array.from({ length: 8 }, () => kept(sold)))
  const ends = await Promise.all(
    orders.map(async ({ visitor, no }, n) => {
      const [activated, back] = await Promise.all([
        codeOf(activate(visitor, no, someAccount())),
        codeOf(n % 2 ? giveBack(visitor, no) : refund(shop, no)),
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
  expect(await codeOf(activate(visitor, order.no, someAccount()))).toBe('activation.over')
  expect(await codeOf(giveBack(visitor, order.no))).toBe('activation.over')
  expect((await view(visitor, order.no)).lines[0]?.activation).toMatchObject({ state: 'lapsed', mayReturn: false })
  await Promise.all([tendActivations(house.platform), tendActivations(house.platform)])
  expect(await codeOf(activate(visitor, order.no, someAccount()))).toBe('activation.over')
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
  const activated = Promise.all(early.map(({ visitor, no }) => codeOf(activate(visitor, no, someAccount()))))
  await Promise.all(orders.map(({ no }) => end(no)))
  const [answers, others] = await Promise.all([
    activated,
    Promise.all(late.map(({ visitor, no }) => codeOf(activate(visitor, no, someAccount())))),
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
  expect(await codeOf(activate(other.visitor, order.no, 'thief'))).toBe('common.not_found')
  expect(await codeOf(giveBack(other.visitor, order.no))).toBe('common.not_found')
  expect(await codeOf(activate(foreign.shop.visitor(), order.no, 'thief'))).toBe('common.not_found')
  const byStaff = (staff: Visitor, account: string, lineNo = 1) =>
    staff.call('fulfilment.activateByStaff', { params: { no: order.no, lineNo }, body: { form: { account } } })
  expect(await codeOf(byStaff(foreign.shop.staff, 'thief'))).toBe('common.not_found')
  expect(await codeOf(byStaff(await shop.hire(['orders.read']), 'reader'))).toBe('common.forbidden')
  expect(await codeOf(byStaff(shop.staff, 'x', 2))).toBe('common.not_found')
  const asked = await shop.staff.call('fulfilment.readActivationOfLine', { params: { no: order.no, lineNo: 1 } })
  expect(asked).toMatchObject({ trouble: null, formFields: [{ key: 'account' }] })
  // A guest has it by the order's page: who only knows the number has not.
  const guest = await kept(sold)
  const stranger = shop.visitor()
  expect(await codeOf(activate(stranger, guest.no, 'thief'))).not.toBe('ok')
  const { contact } = {
    contact: (await house.query<{ contact: string }>('select contact from orders.orders where no = $1', [guest.no]))[0]
      ?.contact,
  }
  await stranger.call('orders.lookup', { body: { contact: contact ?? '', queryPassword: QUERY_PASSWORD } })
  expect(await codeOf(activate(stranger, guest.no, someAccount()))).toBe('ok')
  await shop.seen(guest, isDelivered)

  const account = someAccount()
  const detail = await byStaff(shop.staff, account)
  expect(detail.lines[0]).toMatchObject({
    form: { account },
    activation: { state: 'activated', by: 'staff', byName: '店员' },
  })
  expect(await codeOf(byStaff(shop.staff, account))).toBe('ok')
  expect(await codeOf(byStaff(shop.staff, someAccount()))).toBe('activation.done')
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
  expect(await codeOf(giveBack(visitor, order.no))).toBe('activation.done')
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
  const dispute = (no: OrderNo, state?: string) => disputed(shop, no, SALE_FEN, state)
  const waiting = await kept(sold)
  expect(await dispute(waiting.no)).toBe('applied')
  expect(await codeOf(activate(waiting.visitor, waiting.no, someAccount()))).toBe('activation.given_back')
  // Won, its price is promised again and its right stays taken: nothing of it ever arrived, and the books know.
  expect(await dispute(waiting.no, 'won')).toBe('applied')
  await expectRight(shop)
  expect(await codeOf(activate(waiting.visitor, waiting.no, someAccount()))).toBe('activation.given_back')
  const orders = await Promise.all(Array.from({ length: 6 }, () => kept(sold)))
  const answers = await Promise.all(
    orders.map(async ({ visitor, no }) => {
      const [activated] = await Promise.all([codeOf(activate(visitor, no, someAccount())), dispute(no)])
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
  expect(await codeOf(plain.shop.place(plain.goods, 1, { later: true }))).toBe('orders.not_for_later')
  const card = await shop.stock(1)
  expect(await codeOf(shop.place(card, 1, { later: true }))).toBe('orders.not_for_later')
  const fault = (sku: object) => shop.stock(0, { sku: { priceFen: 100, ...sku } }).catch((error: unknown) => error)
  expect(JSON.stringify(await fault({ kind: 'card', laterDays: 30 }))).toContain('only_top_ups_wait')
  expect(isProblem(await fault({ kind: 'topup', laterDays: 0 }))).toBe(true)
  // Not asked for it is the top-up that it always was, which wants its account at once.
  expect(await codeOf(shop.place(sold.goods, 1, { form: {} }))).toBe('orders.form_field')

  // What was said when it was bought holds: the shop's later word is for later orders.
  const strict = await laterShop({ laterRefund: false })
  const order = await kept(strict)
  expect((await view(order.visitor, order.no)).lines[0]?.activation?.mayReturn).toBe(false)
  expect(await codeOf(giveBack(order.visitor, order.no))).toBe('activation.ask_the_shop')
  await house.query('update catalog.skus set later_refund = true, later_days = null where id = $1', [
    strict.goods.skuId,
  ])
  expect(await codeOf(giveBack(order.visitor, order.no))).toBe('activation.ask_the_shop')
  expect(await codeOf(activate(order.visitor, order.no, someAccount()))).toBe('ok')
  await strict.shop.seen(order, isDelivered)
  await expectRight(strict.shop)
})

test('a refund that waits for a second person holds the right until it is decided', async () => {
  const sold = await laterShop({}, { 'refunds.approvalAboveFen': 1 })
  const { shop } = sold
  const order = await kept(sold)
  await refund(shop, order.no)
  expect(await codeOf(activate(order.visitor, order.no, someAccount()))).toBe('activation.refund_awaited')
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

test('codes that were bought beside it are told of at once and once, and what is kept when it arrives', async () => {
  const { shop, goods } = await laterShop({}, { 'delivery.emailCarries': 'codes' })
  const card = await shop.stock(4, { goods: { codesBySms: true } })
  /** Mails of what arrived; that the other right is theirs to activate is told beside it. */
  const inbox = (contact: string) =>
    house.standIns.mail.control.inbox(contact).filter(({ subject }) => !subject.includes('权益已到手'))
  const ends: readonly ((no: OrderNo, visitor: Visitor) => Promise<unknown>)[] = [
    (no) => end(no).then(() => tendActivations(house.platform)),
    (no, visitor) => visitor.call('fulfilment.returnUnactivated', { params: { no, lineNo: 2 }, body: {} }),
    (no, visitor) =>
      visitor.call('fulfilment.activate', {
        params: { no, lineNo: 2 },
        body: { form: { account: 'beside' }, formAgain: { account: 'beside' } },
      }),
  ]
  const bought = await Promise.all(
    ends.map(async (ended, n) => {
      const { visitor } = await shop.member()
      const contact = `beside-${n}-${shop.tenantId}@example.test`
      const lines = [card, goods].map(({ skuId, priceFen }, at) => ({
        skuId,
        quantity: 1,
        unitPriceFen: priceFen,
        unitPoints: 0,
        later: at === 1,
      }))
      const body = { lines, contact, queryPassword: QUERY_PASSWORD, payWith: 'sim-pay' }
      const no = (await visitor.call('orders.place', { body }, { idempotencyKey: randomUUID() })).no as OrderNo
      await visitor.call('orders.pay', { params: { no }, body: { payWith: 'sim-pay' } })
      await shop.pay(no)
      const { lines: seen } = await shop.seen({ visitor, no }, ({ lines: [, held] }) => held?.state === 'dormant')
      return { no, visitor, contact, ended, code: seen[0]?.codes?.[0]?.parts[0] ?? '' }
    }),
  )
  for (const { no, contact, code: secret, visitor } of bought) {
    const mail = await until('the mail with its code', () => inbox(contact)[0])
    expect([mail.text.includes(secret), mail.text.includes('充值')]).toEqual([secret !== '', false])
    // A text message of that part may carry it, one of the rest and of all may not.
    const texted = [[1], [2], undefined].map((lineNos) => textMessageOf(house.platform, shop.tenantId, no, lineNos))
    expect((await Promise.all(texted)).map((to) => to?.codes)).toEqual([[secret], undefined, undefined])
    expect((await inboxOf(visitor)).filter(({ event }) => event.startsWith('order.delivered'))).toMatchObject([
      { event: 'order.delivered' },
    ])
  }
  // It ends, as an end, as money back, or with its account: only what arrives then is told of.
  await Promise.all(bought.map(({ ended, no, visitor }) => ended(no, visitor)))
  await Promise.all(bought.map((order) => shop.seen(order, isDelivered)))
  const [, , activated] = bought
  const second = await until('the mail of the top-up', () =>
    inbox(activated?.contact ?? '').find(({ subject }) => subject.includes('充值')),
  )
  expect(second.text).not.toContain(activated?.code)
  await until('the news to be read', async () => {
    const told = activated && (await inboxOf(activated.visitor)).map(({ event }) => event)
    return told?.includes('order.delivered.topup') || undefined
  })
  expect(bought.map(({ contact }) => inbox(contact).length)).toEqual([1, 1, 2])
  const mails = await house.query(`select from notify.messages where tenant_id = $1 and template = 'order_delivered'`, [
    shop.tenantId,
  ])
  expect(mails).toHaveLength(4)
  await expectRight(shop)
})

test('while a part of its money is disputed only the shop activates it, and says why', async () => {
  const sold = await laterShop()
  const { shop } = sold
  const order = await kept(sold)
  expect(await disputed(shop, order.no, 500)).toBe('applied')
  expect(await codeOf(activate(order.visitor, order.no, someAccount()))).toBe('activation.disputed')
  expect((await view(order.visitor, order.no)).lines[0]?.activation).toMatchObject({ state: 'open', onHold: 'dispute' })
  expect(await disputed(shop, order.no, 500, 'lost')).toBe('applied')
  const account = someAccount()
  expect(await codeOf(activate(order.visitor, order.no, account))).toBe('activation.disputed')
  const asked = await shop.staff.call('fulfilment.readActivationOfLine', { params: { no: order.no, lineNo: 1 } })
  expect(asked).toMatchObject({ trouble: null, isDisputed: true })
  expect(await codeOf(activateByStaff(shop.staff, order.no, account))).toBe('activation.reason_needed')
  expect(await codeOf(activateByStaff(shop.staff, order.no, account, { reason: '  ' }))).toBe('common.invalid_input')
  expect(placedFor(order.no)).toEqual([])
  await activateByStaff(shop.staff, order.no, account, { reason: '买家已另行补款' })
  await shop.seen(order, isDelivered)
  const [entry] = await house.query<{ detail: object }>(
    `select detail from audit.entries where tenant_id = $1 and action = 'activation.activate'`,
    [shop.tenantId],
  )
  expect(entry?.detail).toMatchObject({ lineNo: 1, reason: '买家已另行补款' })

  // Won, it is its buyer's again; given back, the bank's part counts.
  const won = await kept(sold)
  await disputed(shop, won.no, 500)
  await disputed(shop, won.no, 500, 'won')
  expect((await view(won.visitor, won.no)).lines[0]?.activation?.onHold).toBeNull()
  await activate(won.visitor, won.no, someAccount())
  await shop.seen(won, isDelivered)
  const back = await kept(sold)
  await disputed(shop, back.no, 500)
  await giveBack(back.visitor, back.no)
  await shop.seen(back, ({ state }) => state === 'refunded')
  await expectRight(shop)

  // At one moment: it is bought once or not at all, and never for who was refused.
  const orders = await Promise.all(Array.from({ length: 4 }, () => kept(sold)))
  const answers = await Promise.all(
    orders.map(({ visitor, no }) =>
      Promise.all([codeOf(activate(visitor, no, someAccount())), disputed(shop, no, 500)]).then(([answer]) => answer),
    ),
  )
  for (const [n, { visitor, no }] of orders.entries()) {
    expect(['ok', 'activation.disputed']).toContain(answers[n])
    if (answers[n] === 'ok') await shop.seen({ visitor, no }, isDelivered)
    else expect(placedFor(no)).toEqual([])
  }
  await expectRight(shop)
})

test('one that cost nothing is activated like any other, and by the shop when a bank has what was paid beside it', async () => {
  const sold = await laterShop({ priceFen: 0, free: true }, {}, null)
  const { shop, goods } = sold
  const order = await kept(sold)
  expect((await view(order.visitor, order.no)).lines[0]?.activation).toMatchObject({ state: 'open', mayReturn: false })
  expect(await codeOf(activate(order.visitor, order.no, someAccount()))).toBe('ok')
  await shop.seen(order, isDelivered)

  const paid = await shop.stock(0, { goods: { formFields: [FIELD] }, sku: { kind: 'topup', priceFen: SALE_FEN } })
  const { offers } = await shop.staff.call('suppliers.readSkuSupply', { params: { skuId: goods.skuId } })
  await shop.staff.call('suppliers.saveSkuSupply', {
    params: { skuId: paid.skuId },
    body: {
      policy: 'cheapest',
      leastMarginFen: 0,
      offers: [{ productId: offers[0]?.productId ?? 0, fieldMap: { account: 'account' } }],
    },
  })
  supplier.state.usual = { accept: 2 }
  const visitor = shop.visitor()
  const lines = [goods, paid].map(({ skuId, priceFen }, n) => ({
    skuId,
    quantity: 1,
    unitPriceFen: priceFen,
    unitPoints: 0,
    ...(n === 0 ? { later: true } : { form: { account: 'under-way' } }),
  }))
  const body = { lines, contact: 'gift@example.test', queryPassword: QUERY_PASSWORD, payWith: 'sim-pay' }
  const no = (await visitor.call('orders.place', { body }, { idempotencyKey: randomUUID() })).no as OrderNo
  await visitor.call('orders.pay', { params: { no }, body: { payWith: 'sim-pay' } })
  await shop.pay(no)
  await until('the supplier to have it', async () => {
    const under = await house.query(`select from suppliers.purchases where order_no = $1 and state = 'accepted'`, [no])
    return under.length > 0 || undefined
  })
  // What a supplier has under way is left alone, so what was given beside it is not ended with it.
  expect(await disputed(shop, no, SALE_FEN)).toBe('applied')
  expect(await codeOf(activate(visitor, no, someAccount()))).toBe('activation.disputed')
  supplier.state.usual = 'done'
  await activateByStaff(shop.staff, no, someAccount(), { reason: '赠品照给' })
  await hurry(no)
  await shop.seen({ visitor, no }, isDelivered)
  await expectRight(shop)
})

test('nobody is reminded of what waits for somebody else, and one that cannot end holds up no other', async () => {
  const sold = await laterShop({}, { 'refunds.approvalAboveFen': 1 })
  const { shop } = sold
  const { visitor } = await shop.member()
  const [awaiting, held, free] = [
    await kept(sold, 1, { visitor }),
    await kept(sold, 1, { visitor }),
    await kept(sold, 1, { visitor }),
  ]
  await refund(shop, awaiting.no)
  await disputed(shop, held.no, 500)
  await house.query('update fulfilment.activations set remind_at = now() where tenant_id = $1', [shop.tenantId])
  const reminded = async () =>
    (await inboxOf(visitor)).filter(({ event }) => event === 'activation.ending').map(({ link }) => link)
  const until1 = (count: number) =>
    until(`${count} reminders`, async () => {
      const links = await reminded()
      return links.length >= count ? links : undefined
    })
  await tendActivations(house.platform)
  expect(await until1(1)).toEqual([expect.stringContaining(String(free.no))])
  // Decided, there is time still.
  const [asked] = await refundsOf(shop, awaiting.no)
  await shop.staff.call('fulfilment.declineRefund', {
    params: { refundId: asked?.id ?? 0 },
    body: { reason: '按约不退' },
  })
  await tendActivations(house.platform)
  expect((await until1(2))[0]).toContain(String(awaiting.no))
  await tendActivations(house.platform)
  expect(await reminded()).toHaveLength(2)

  // The first of them cannot end: the others do, and it is tried again when its time comes, a little later each time.
  await house.query(`
    create function public.refuse_line() returns trigger language plpgsql as $$ begin raise exception 'a bad row'; end $$;
    create trigger refuse_line before update on orders.lines for each row
    when (new.order_no = ${awaiting.no} and new.state = 'delivered') execute function public.refuse_line()`)
  await end(awaiting.no, "now() - interval '1 hour'")
  await Promise.all([held, free].map(({ no }) => end(no)))
  await tendActivations(house.platform)
  const standing = () =>
    house.query<{ state: string; looks: number; wait: number }>(
      `select state, looks, round(extract(epoch from look_at - now()) / 60)::integer as wait
      from fulfilment.activations where tenant_id = $1 order by array_position($2::bigint[], order_no)`,
      [shop.tenantId, [awaiting.no, held.no, free.no]],
    )
  expect((await standing()).map(({ state }) => state)).toEqual(['open', 'lapsed', 'lapsed'])
  await tendActivations(house.platform)
  expect((await standing())[0]).toMatchObject({ looks: 1, wait: 1 })
  const hurried = () =>
    house
      .query('update fulfilment.activations set look_at = now() where order_no = $1', [awaiting.no])
      .then(() => tendActivations(house.platform))
  await hurried()
  expect((await standing())[0]).toMatchObject({ state: 'open', looks: 2, wait: 2 })
  await house.query('drop trigger refuse_line on orders.lines; drop function public.refuse_line()')
  await hurried()
  expect((await standing())[0]?.state).toBe('lapsed')
  await expectRight(shop)
})

test('a refund of money alone holds no right, and is decided before and after it', async () => {
  const sold = await laterShop({}, { 'refunds.approvalAboveFen': 1 })
  const { shop } = sold
  const second = await shop.hire(['refunds.approve', 'orders.read'])
  // Nobody can ask for it before something is delivered; one that waits all the same takes nothing away.
  const goodwill = async (no: OrderNo) => {
    await house.query(
      `insert into payments.refunds (
        tenant_id, order_no, line_no, receipt_id, gateway, trade_no, amount_fen, target, state, reason, requested_by, requested_by_id, takes
      )
      select r.tenant_id, r.order_no, 1, r.id, r.gateway, r.trade_no, 300, 'source', 'awaiting', '补偿', '店员', null, 'nothing'
      from payments.receipts r where r.order_no = $1`,
      [no],
    )
    return (await refundsOf(shop, no))[0]?.id
  }
  const [first, last, over] = [await kept(sold), await kept(sold), await kept(sold)]
  const [ofFirst, ofLast, ofOver] = [await goodwill(first.no), await goodwill(last.no), await goodwill(over.no)]
  // Before its activation there is no line to keep: the yes is refused, and holds nothing either.
  expect(await codeOf(approve(second, ofFirst))).toBe('orders.refund_changed')
  expect((await view(first.visitor, first.no)).lines[0]?.activation).toMatchObject({ onHold: null, mayReturn: true })
  for (const { visitor, no } of [first, last]) await activate(visitor, no, someAccount())
  await Promise.all([first, last].map((order) => shop.seen(order, isDelivered)))
  expect(await codeOf(approve(second, ofFirst))).toBe('ok')
  await until('the money to be back', async () =>
    (await refundsOf(shop, first.no))[0]?.state === 'done' ? true : undefined,
  )
  expect((await view(first.visitor, first.no)).lines[0]).toMatchObject({ state: 'delivered' })
  // The other way round: the line goes back as a whole, and what waited of it is over with that.
  await refund(shop, last.no)
  const whole = (await refundsOf(shop, last.no)).find(({ takes }) => takes === 'line')
  expect(await codeOf(approve(second, whole?.id))).toBe('ok')
  expect((await refundsOf(shop, last.no)).find(({ id }) => id === ofLast)).toMatchObject({
    state: 'declined',
    decidedBy: 'system',
    decidedNote: 'given_back',
  })
  // Nor does it keep a right from its end.
  await end(over.no)
  await tendActivations(house.platform)
  expect(await codeOf(approve(second, ofOver))).toBe('ok')
  await until('the money to be back', async () =>
    (await refundsOf(shop, over.no))[0]?.state === 'done' ? true : undefined,
  )
  await expectRight(shop)
})

test('a refund that waits ends by itself when its line is given back another way, and who asked is told', async () => {
  const sold = await laterShop({}, { 'refunds.approvalAboveFen': 1 })
  const { shop } = sold
  const [second, asker] = [
    await shop.hire(['refunds.approve', 'orders.read']),
    await shop.hire(['orders.refund', 'orders.read']),
  ]
  const ask = (no: OrderNo, by = asker) => refund({ ...shop, staff: by }, no)
  const [twice, bank] = [await kept(sold), await kept(sold)]
  await ask(twice.no)
  await ask(twice.no, shop.staff)
  await ask(bank.no)
  const [later, earlier] = (await refundsOf(shop, twice.no)).toSorted((one, other) => other.id - one.id)
  const answers = await Promise.all([codeOf(approve(second, later?.id)), codeOf(approve(second, earlier?.id))])
  expect(answers.filter((answer) => answer === 'ok')).toHaveLength(1)
  expect(answers.filter((answer) => answer === 'orders.refund_not_awaiting')).toHaveLength(1)
  expect(await disputed(shop, bank.no, SALE_FEN)).toBe('applied')
  for (const { no } of [twice, bank]) {
    const ended = (await refundsOf(shop, no)).filter(({ state }) => state === 'declined')
    expect(ended).toMatchObject([{ decidedBy: 'system', decidedNote: 'given_back' }])
  }
  const { total } = await shop.staff.call('payments.listRefunds', { query: { state: ['awaiting'] } })
  expect(total).toBe(0)
  await until('who asked to be told', async () => {
    const { items } = await asker.call('notify.listInbox', { query: {} })
    return items.some(({ event, body }) => event === 'refund.overtaken' && body.includes('付款方的银行')) || undefined
  })
  await shop.seen(twice, ({ state }) => state === 'refunded')
  await expectRight(shop)
})
