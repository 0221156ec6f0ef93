import { randomUUID } from 'node:crypto'
import type { AccountCheck, OrderView } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { startKayixin } from '@quanshu/sim/kayixin'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { supplierAdapters } from '../../src/modules/suppliers/index.ts'
import { expectBooksRight } from './books.ts'
import { codeOf, isDelivered, openHouse, type PlacedOrder, type PlaceOptions, until, type Visitor } from './shop.ts'

/** Accounts that are topped up: checked before there is an order, corrected after a supplier refused them, asked about as they were sent. */

const house = await openHouse({ supplierAdapters })
const standIn = await startKayixin({ host: '127.0.0.1' })
afterAll(() => standIn.close())
const { control, credentials } = standIn
control.setPace({ topupMs: 0 })
afterEach(() => control.clearFaults())
const ENDPOINT = 'goods/checkAccount'
const SALE_FEN = 2_000
const shop = await house.newShop()

/** What the shop wrote of its supplier: the shipped one, and how it is asked about an account. */
const { items: shipped } = await shop.staff.call('suppliers.shippedProfiles', {})
const source = JSON.stringify({
  ...JSON.parse(shipped.find(({ key }) => key === 'kayixin')?.source ?? '{}'),
  id: 'own-kayixin',
  checkAccount: {
    path: '/api/v3/goods/checkAccount',
    fields: [
      { to: 'goodsId', from: 'remoteIdHead', as: 'number' },
      { to: 'attach', from: 'fields', shape: 'list' },
    ],
    state: 'data.status',
    states: { '1': 'valid', '0': 'invalid' },
    nickname: 'data.nickName',
    message: 'data.remark',
  },
})
const profile = await shop.staff.call(
  'suppliers.createProfile',
  { body: { source, note: '加上账号预检' } },
  { idempotencyKey: randomUUID() },
)

async function join(name: string) {
  const { id } = await shop.staff.call(
    'suppliers.create',
    {
      body: {
        name,
        adapter: `profile:${profile.id}`,
        baseUrl: standIn.url,
        identity: credentials.appId,
        secrets: { key: credentials.appSecret },
        concurrent: 8,
        perMinute: 60_000,
      },
    },
    { idempotencyKey: randomUUID() },
  )
  await shop.staff.call('suppliers.sync', { params: { supplierId: id }, body: {} })
  const productId = await until(`${name} to be synced`, async () => {
    const { items } = await shop.staff.call('suppliers.listProducts', { query: { supplierId: id, q: '星幕视频' } })
    return items[0]?.id
  })
  await shop.staff.call('suppliers.fetchProduct', { params: { productId }, body: {} })
  return { id, productId }
}
type Supplier = Awaited<ReturnType<typeof join>>

async function topUp(supplier: Supplier, accountCheck: AccountCheck = 'advise') {
  const goods = await shop.stock(0, {
    goods: { formFields: [{ key: 'account', labelZh: '账号', labelEn: 'Account', type: 'text', confirmTwice: true }] },
    sku: { kind: 'topup', priceFen: SALE_FEN },
  })
  await shop.staff.call('suppliers.saveSkuSupply', {
    params: { skuId: goods.skuId },
    body: {
      policy: 'cheapest',
      leastMarginFen: 0,
      accountCheck,
      offers: [{ productId: supplier.productId, fieldMap: { 充值账号: 'account' } }],
    },
  })
  return goods
}
type Goods = Awaited<ReturnType<typeof topUp>>

let accounts = 0
function account(person?: { readonly nickname?: string; readonly isOpen?: boolean }): string {
  accounts += 1
  const name = `user${accounts}`
  if (person) control.setPerson(name, person)
  return name
}
const check = (goods: Pick<Goods, 'skuId'>, form: Record<string, string>, by: Visitor = shop.visitor()) =>
  by.call('fulfilment.checkAccount', { params: { skuId: goods.skuId }, body: { form } })
const asked = () => control.received().filter(({ endpoint }) => endpoint === ENDPOINT).length
describe('before there is an order', () => {
  const UNKNOWN = { verdict: 'unknown', nickname: null, field: null }

  test('the supplier is asked, its answer is shown without the whole name, and asked for once', async () => {
    const goods = await topUp(await join('检查'))
    const good = account({ nickname: '张小三' })
    const bad = account({ isOpen: false })
    const before = asked()
    expect(await check(goods, { account: good })).toEqual({ verdict: 'valid', nickname: '张**三', field: null })
    expect(await check(goods, { account: ` ${good} ` })).toMatchObject({ verdict: 'valid' })
    expect(asked() - before).toBe(1)
    expect(await check(goods, { account: bad })).toEqual({ verdict: 'invalid', nickname: null, field: 'account' })
    // Nobody is asked about what the form itself refuses, and nobody who sells codes.
    expect(await check(goods, { account: '' })).toMatchObject({ verdict: 'none' })
    expect(await check(goods, { account: good, other: 'x' })).toMatchObject({ verdict: 'none' })
    expect(await check(await shop.stock(1), {})).toMatchObject({ verdict: 'none' })
    expect(asked() - before).toBe(2)
  })

  test('only where the shop demands it an account is refused, and what is not to be learned stands in nobody’s way', async () => {
    const supplier = await join('要求')
    const advised = await topUp(supplier)
    const required = await topUp(supplier, 'require')
    const off = await topUp(supplier, 'off')
    const bad = account({ isOpen: false })
    const placed = (goods: Goods, name: string, more: PlaceOptions = {}) =>
      codeOf(shop.place(goods, 1, { form: { account: name }, ...more }))
    expect(await check(off, { account: bad })).toMatchObject({ verdict: 'none' })
    expect([await placed(advised, bad), await placed(required, bad), await placed(off, bad)]).toEqual([
      'ok',
      'accounts.not_valid',
      'ok',
    ])
    expect(await placed(required, account())).toBe('ok')
    const fault = (kind: 'api.cut' | 'api.malformed' | 'api.unsure' | 'api.nonsense') => {
      control.clearFaults()
      control.addFault({ kind, endpoint: ENDPOINT })
    }
    for (const kind of ['api.cut', 'api.malformed', 'api.nonsense'] as const) {
      fault(kind)
      // Another supplier each time: one that is silent three times in a row is left alone.
      const goods = await topUp(await join(kind), 'require')
      expect(await check(goods, { account: bad }), kind).toEqual(UNKNOWN)
      expect(await placed(goods, bad), kind).toBe('ok')
    }
  })

  test('a slow supplier is not waited for, a silent one left alone, a dead one not called', async () => {
    const supplier = await join('慢')
    const goods = await topUp(supplier, 'require')
    control.addFault({ kind: 'api.slow', endpoint: ENDPOINT, ms: 60_000, times: 10 })
    const began = performance.now()
    const answers = await Promise.all(['a', 'b', 'c'].map((name) => check(goods, { account: `${account()}${name}` })))
    expect(answers).toEqual([UNKNOWN, UNKNOWN, UNKNOWN])
    expect(performance.now() - began).toBeLessThan(30_000)
    // A buyer may have the answer before the third silence is counted.
    const before = await until('the supplier to be left alone', async () => {
      const sofar = asked()
      expect(await check(goods, { account: account() })).toEqual(UNKNOWN)
      return asked() === sofar ? sofar : undefined
    })
    // Its orders are another matter.
    const order = await shop.place(goods, 1, { form: { account: account() } })
    await shop.pay(order.no)
    await shop.seen(order, isDelivered)

    const dead = await join('断')
    const others = await topUp(dead)
    await house.query(
      "update suppliers.suppliers set breaker = 'open', open_until = now() + interval '1 hour' where id = $1",
      [dead.id],
    )
    expect(await check(others, { account: account() })).toMatchObject({ verdict: 'none' })
    expect(asked()).toBe(before)
  })

  test('what was typed a second time must be the same, where it is sent', async () => {
    const goods = await topUp(await join('两次'))
    const place = (formAgain: Record<string, string>) =>
      codeOf(
        shop.visitor().call(
          'orders.place',
          {
            body: {
              lines: [{ skuId: goods.skuId, quantity: 1, unitPriceFen: SALE_FEN, form: { account: 'one' }, formAgain }],
              contact: '13800000001',
              queryPassword: 'secret-1',
              payWith: 'sim-pay',
            },
          },
          { idempotencyKey: randomUUID() },
        ),
      )
    expect([await place({ account: 'two' }), await place({}), await place({ account: ' one ' })]).toEqual([
      'accounts.repeat_differs',
      'accounts.repeat_differs',
      'ok',
    ])
  })
})

const supplier = await join('更正')
const goods = await topUp(supplier)

describe('an account that a supplier refused', () => {
  const isRefused = (view: OrderView) => view.lines[0]?.supply?.account !== null && view.lines[0]?.state === 'exception'
  async function refused(options: PlaceOptions = {}, quantity = 1) {
    const order = await shop.place(goods, quantity, { form: { account: account({ isOpen: false }) }, ...options })
    if (options.payWith !== 'balance') await shop.pay(order.no)
    await shop.seen(order, isRefused)
    return order
  }
  const correct = ({ no }: Pick<PlacedOrder, 'no'>, by: Visitor, name: string, more: object = {}) =>
    codeOf(
      by.call('fulfilment.correctAccount', { params: { no, lineNo: 1 }, body: { form: { account: name }, ...more } }),
    )
  const giveUp = ({ no }: Pick<PlacedOrder, 'no'>, by: Visitor) =>
    codeOf(by.call('fulfilment.giveUpAccount', { params: { no, lineNo: 1 }, body: {} }))
  const purchases = async (no: OrderNo) =>
    (await shop.staff.call('suppliers.listPurchases', { query: { orderNo: no } })).items.toReversed()
  const needOf = async (no: OrderNo) =>
    (await house.query<{ state: string }>('select state from fulfilment.needs where order_no = $1', [no]))[0]?.state
  const lineOf = async ({ visitor, no }: PlacedOrder) => (await visitor.call('orders.get', { params: { no } })).lines[0]

  test('is corrected by its buyer, bought anew under the next number, and arrives once', async () => {
    const order = await refused()
    expect((await lineOf(order))?.supply).toMatchObject({
      progress: 'failed',
      account: { correctionsLeft: 3, mayGiveUp: true },
    })
    const was = (await lineOf(order))?.form.account ?? ''
    expect(await correct(order, order.visitor, was)).toBe('accounts.same_account')
    expect(await correct(order, order.visitor, '')).toBe('orders.form_field')
    expect(await correct(order, order.visitor, 'right1', { formAgain: { account: 'right2' } })).toBe(
      'accounts.repeat_differs',
    )
    const right = account()
    expect(await correct(order, order.visitor, right, { formAgain: { account: right } })).toBe('ok')
    await shop.seen(order, isDelivered)
    expect((await purchases(order.no)).map(({ no, state }) => [no.slice(-2), state])).toEqual([
      ['01', 'refused'],
      ['02', 'done'],
    ])
    expect(control.deliveries(right).length).toBe(1)
    expect(await correct(order, order.visitor, account())).toBe('accounts.nothing_to_correct')
    expect(await giveUp(order, order.visitor)).toBe('accounts.nothing_to_correct')
    const history = await shop.staff.call('fulfilment.readAccount', { params: { no: order.no, lineNo: 1 } })
    expect(history).toMatchObject({
      form: { account: right },
      corrections: [{ by: 'buyer', before: { account: was }, after: { account: right } }],
    })
    const [told] = await until('the buyer to be told', async () => {
      const rows = await house.query(
        "select payload from events.log where tenant_id = $1 and type = 'supply.account_refused' and subject = $2",
        [shop.tenantId, `order:${order.no}`],
      )
      return rows.length > 0 ? rows : undefined
    })
    expect(JSON.stringify(told)).not.toContain(was)
    await expectBooksRight(house, shop.tenantId)
  })

  test('is its buyer’s to correct and nobody else’s, three times, and never what was refused before', async () => {
    const order = await refused({ queryPassword: 'query-1' })
    const stranger = shop.visitor()
    expect(await correct(order, stranger, 'x')).toBe('common.not_found')
    const wrong = (await lineOf(order))?.form.account ?? ''
    const looked = shop.visitor()
    await looked.call('orders.lookup', { body: { no: order.no, queryPassword: 'query-1' } as never })
    for (const by of [looked, order.visitor, order.visitor]) {
      expect(await correct(order, by, account({ isOpen: false }))).toBe('ok')
      await shop.seen(order, isRefused)
    }
    expect(await correct(order, order.visitor, account())).toBe('accounts.too_often')
    expect((await lineOf(order))?.supply?.account).toEqual({ correctionsLeft: 0, mayGiveUp: true })
    // The desk goes on where buyers may no more.
    const byStaff = (name: string, by = shop.staff) =>
      codeOf(
        by.call('fulfilment.correctAccountByStaff', {
          params: { no: order.no, lineNo: 1 },
          body: { form: { account: name }, reason: '买家来电' },
        }),
      )
    expect(await byStaff(wrong)).toBe('accounts.refused_before')
    expect(await byStaff('x', await shop.hire(['orders.read']))).toBe('common.forbidden')
    expect(await byStaff(account())).toBe('ok')
    await shop.seen(order, isDelivered)
    expect((await purchases(order.no)).map(({ state }) => state)).toEqual([
      'refused',
      'refused',
      'refused',
      'refused',
      'done',
    ])
    const entries = await house.query('select detail::text from audit.entries where tenant_id = $1 and action = $2', [
      shop.tenantId,
      'account.correct',
    ])
    expect(entries.length).toBeGreaterThanOrEqual(4)
    await expectBooksRight(house, shop.tenantId)
  })

  test('goes back to whoever wants the money instead; of two who decide at once one is first', async () => {
    const member = await shop.member(10_000)
    const order = await refused({ visitor: member.visitor, payWith: 'balance' })
    expect(await giveUp(order, member.visitor)).toBe('ok')
    await shop.seen(order, ({ state }) => state === 'refunded')
    expect((await member.visitor.call('members.getMe', {})).balanceFen).toBe(10_000)
    expect(await correct(order, member.visitor, account())).toBe('accounts.nothing_to_correct')

    for (let round = 0; round < 4; round += 1) {
      const contested = await refused({ visitor: member.visitor, payWith: 'balance' })
      const right = account()
      const refund = shop.staff.call(
        'orders.refund',
        { params: { no: contested.no }, body: { lineNo: 1, to: 'source', reason: '买家要退' } as never },
        { idempotencyKey: randomUUID() },
      )
      const [said, corrected] = await Promise.all([codeOf(refund), correct(contested, member.visitor, right)])
      expect([said, corrected].filter((one) => one === 'ok').length).toBe(1)
      const wanted = corrected === 'ok' ? 'delivered' : 'refunded'
      await shop.seen(contested, ({ state }) => state === wanted)
      expect(control.deliveries(right).length).toBe(corrected === 'ok' ? 1 : 0)
    }
    await expectBooksRight(house, shop.tenantId)
  })

  test('waits for a refund that would take the line, and not for one of money alone', async () => {
    const order = await refused()
    const asks = async (takes: string, amountFen: number) =>
      (
        await house.query<{ id: number }>(
          `insert into payments.refunds (
            tenant_id, order_no, line_no, receipt_id, gateway, trade_no, amount_fen, target, state, reason, requested_by, takes
          )
          select r.tenant_id, r.order_no, 1, r.id, r.gateway, r.trade_no, $2, 'source', 'awaiting', '补偿', '店员', $3
          from payments.receipts r where r.order_no = $1
          returning id`,
          [order.no, amountFen, takes],
        )
      )[0]?.id ?? 0
    const approve = (refundId: number) =>
      codeOf(
        shop.staff.call(
          'fulfilment.approveRefund',
          { params: { refundId }, body: {} },
          { idempotencyKey: randomUUID() },
        ),
      )
    const whole = await asks('line', SALE_FEN)
    expect(await correct(order, order.visitor, account())).toBe('accounts.refund_awaited')
    await shop.staff.call('fulfilment.declineRefund', { params: { refundId: whole }, body: { reason: '不退' } })
    const goodwill = await asks('nothing', 300)
    // Of what never arrived an amount cannot be kept apart: the yes waits for the line, and the line not for the yes.
    expect(await approve(goodwill)).toBe('orders.refund_changed')
    expect(await correct(order, order.visitor, account())).toBe('ok')
    await shop.seen(order, isDelivered)
    expect(await approve(goodwill)).toBe('ok')
    await until('the money to be back', async () => {
      const { refunds } = await shop.staff.call('orders.detail', { params: { no: order.no } })
      return refunds.find(({ id }) => id === goodwill)?.state === 'done' || undefined
    })
    expect((await lineOf(order))?.state).toBe('delivered')
    await expectBooksRight(house, shop.tenantId)
  })

  test('and that arrived after all is for a person, before a correction and after it', async () => {
    const first = account()
    const placed = await shop.place(goods, 1, { form: { account: first } })
    control.addFault({ kind: 'order.fail', key: `${placed.no}0101`, value: '充值账号不存在' })
    await shop.pay(placed.no)
    await shop.seen(placed, isRefused)
    await control.settle(`${placed.no}0101`, 'success')
    await until('the contradiction', async () => (await purchases(placed.no))[0]?.state === 'contradicted' || undefined)
    expect((await lineOf(placed))?.supply?.account).toBeNull()
    expect(await correct(placed, placed.visitor, account())).toBe('accounts.arrived_after_all')
    expect(await giveUp(placed, placed.visitor)).toBe('accounts.arrived_after_all')

    // Corrected, and nobody was asked for it yet when the news comes: it is not bought a second time.
    const second = await shop.place(goods, 1, { form: { account: account() } })
    control.addFault({ kind: 'order.fail', key: `${second.no}0101`, value: '充值账号不存在' })
    await shop.pay(second.no)
    await shop.seen(second, isRefused)
    const lane = (state: string) =>
      house.query(
        "update suppliers.suppliers set breaker = $2, open_until = case $2 when 'open' then now() + interval '1 hour' end where id = $1",
        [supplier.id, state],
      )
    await lane('open')
    expect(await correct(second, second.visitor, account())).toBe('ok')
    expect(await needOf(second.no)).toBe('wanted')
    await control.settle(`${second.no}0101`, 'success')
    await until('the contradiction', async () => (await purchases(second.no))[0]?.state === 'contradicted' || undefined)
    await lane('closed')
    expect(await lineOf(second)).toMatchObject({ state: 'exception', supply: { account: null } })
    expect([await needOf(second.no), (await purchases(second.no)).length]).toEqual(['stopped', 1])
    await expectBooksRight(house, shop.tenantId)
  })
})

test('a purchase is asked about by the version that it was sent by', async () => {
  const supplier = await join('版本')
  const goods = await topUp(supplier)
  const order = await shop.place(goods, 1, { form: { account: account() } })
  control.addFault({ kind: 'order.slow', key: `${order.no}0101`, ms: 1_000 })
  await shop.pay(order.no)
  const look = () =>
    house.query<{ state: string; version: number | null }>(
      'select state, profile_version as version from suppliers.purchases where order_no = $1',
      [order.no],
    )
  await until('it to be sent', async () => (await look())[0]?.state === 'accepted' || undefined)
  expect(await look()).toEqual([{ state: 'accepted', version: 1 }])
  await shop.staff.call('suppliers.saveProfile', {
    params: { profileId: profile.id },
    body: { source: source.replace('/api/v3/order/getDetail', '/api/v3/nowhere'), note: '换了查询接口', after: 1 },
  })
  await shop.staff.call('suppliers.adoptProfile', {
    params: { profileId: profile.id },
    body: { supplierId: supplier.id, version: 2 },
  })
  await control.settle(`${order.no}0101`, 'success')
  await shop.seen(order, isDelivered)
  expect(await look()).toEqual([{ state: 'done', version: 1 }])
})

describe('a payment that comes too late for a service', () => {
  const serviceOf = async (capacityPerDay: number | null) => {
    const goods = await shop.stock(0, { sku: { kind: 'service', priceFen: SALE_FEN } })
    await shop.staff.call('fulfilment.saveServiceRules', {
      params: { skuId: goods.skuId },
      body: { promisedMinutes: 60, capacityPerDay, whenOverdue: 'flag', whenRejected: 'desk' },
    })
    return goods
  }
  async function late(goods: { readonly goodsId: number; readonly skuId: number; readonly priceFen: number }) {
    const order = await shop.place(goods)
    await order.visitor.call('orders.cancel', { params: { no: order.no }, body: {} })
    return order
  }

  test('buys it while there is room, and goes back to the payer when there is none', async () => {
    const endless = await late(await serviceOf(null))
    await shop.pay(endless.no, { late: true })
    await shop.seen(endless, ({ state }) => state === 'paid')

    const one = await serviceOf(1)
    const orders = [await late(one), await late(one)]
    await Promise.all(orders.map(({ no }) => shop.pay(no, { late: true })))
    const states = await until('both to be settled', async () => {
      const seen = await Promise.all(orders.map(({ visitor, no }) => visitor.call('orders.get', { params: { no } })))
      return seen.some(({ state }) => state === 'paid') ? seen.map(({ state }) => state).toSorted() : undefined
    })
    expect(states).toEqual(['cancelled', 'paid'])
    await expectBooksRight(house, shop.tenantId)
  })
})

test('a delivery is told of in the words of what was delivered', async () => {
  const order = await shop.place(goods, 1, { form: { account: account() }, contact: 'buyer@example.test' })
  await shop.pay(order.no)
  await shop.seen(order, isDelivered)
  const mail = await until('the mail', () => house.standIns.mail.control.inbox('buyer@example.test').at(-1))
  expect(mail.subject).toContain('充值已到账')
  expect(JSON.stringify(mail)).not.toContain('卡密')
})
