import { randomUUID } from 'node:crypto'
import { type StatementMap, statementMap } from '@quanshu/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { expectBooksRight } from './books.ts'
import { openSupplier } from './real-suppliers.ts'
import { isDelivered, openHouse, type Shop, until } from './shop.ts'

/** What we have and owe at a supplier: money paid ahead, purchases, and its statement beside them. */

const house = await openHouse()
const fulu = await openSupplier('fulu')
fulu.sell('90000001', '18.5')
const DAY_MS = 86_400_000
const beijingDay = (ms: number): string => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 10)
/** Two days that are over: what was bought today is put on the first of them. */
const [FIRST, SECOND] = [beijingDay(Date.now() - 2 * DAY_MS), beijingDay(Date.now() - DAY_MS)] as const

const MAP: StatementMap = {
  columns: {
    no: '商户订单号',
    remoteNo: '平台订单号',
    amount: '订单金额',
    refunded: '退款金额',
    state: '订单状态',
    type: '',
    at: '下单时间',
    currency: '',
  },
  currency: 'CNY',
  words: { done: ['成功', '部分成功'], pending: ['处理中', '未支付'], failed: ['失败'], deposit: [], credit: [] },
}

async function openShop() {
  const shop = await house.newShop({ 'suppliers.moneyApprovalAboveFen': 500_000 })
  const joined = await fulu.join(shop, '福禄')
  const goods = await shop.stock(0, {
    goods: { formFields: [{ key: 'account', labelZh: '账号', type: 'text', confirmTwice: true }] },
    sku: { kind: 'topup', priceFen: 2_500 },
  })
  await shop.staff.call('suppliers.saveSkuSupply', {
    params: { skuId: goods.skuId },
    body: { policy: 'fixed', leastMarginFen: 0, offers: [joined.offer('90000001')] },
  })
  const params = { supplierId: joined.id }
  const gateway = `supplier-${joined.id}`
  return {
    ...shop,
    supplierId: joined.id,
    gateway,
    /** Paid; its number. */
    async order(account: string, quantity: number) {
      const order = await shop.place(goods, quantity, { form: { account } })
      await shop.pay(order.no)
      return order.no
    },
    /** Paid, bought and delivered; the number of its purchase. */
    async buy(account: string, quantity: number): Promise<string> {
      const order = await shop.place(goods, quantity, { form: { account } })
      await shop.pay(order.no)
      await shop.seen(order, isDelivered)
      return `${order.no}0101`
    },
    record: (body: { kind: 'deposit' | 'withdrawal' | 'credit'; amountFen: number; reference: string }) =>
      shop.staff.call(
        'suppliers.recordMoney',
        { params, body: { at: new Date(Date.now() - 3_600_000).toISOString(), ...body } },
        { idempotencyKey: randomUUID() },
      ),
    standing: () => shop.staff.call('suppliers.standing', { params }),
    money: () => shop.staff.call('suppliers.listMoney', { params, query: {} }),
    upload: (day: string, text: string) =>
      shop.staff.upload('reconciliation.upload', { params: { gateway, day } }, text, { fileName: '对账单.csv' }),
    day: (day: string) => shop.staff.call('reconciliation.getDay', { params: { gateway, day } }),
    gone: (day: string) =>
      until(`${day} to be gone through`, async () => {
        const view = await shop.staff.call('reconciliation.getDay', { params: { gateway, day } })
        return view.hasBill && view.phase === null && view.state !== 'open' ? view : undefined
      }),
    cases: async () => (await shop.staff.call('reconciliation.listCases', { query: { gateway, pageSize: 200 } })).items,
    booksRight: async () => {
      await expectBooksRight(house, shop.tenantId)
      const { checks } = await auditBooks(house.platform, shop.tenantId, { isWhole: true, graceSeconds: 60 })
      expect(checks.flatMap(({ violations }) => violations)).toEqual([])
    },
  }
}

/** What was bought today was bought at noon of the first day, for us and in the supplier's file. */
async function putBack(shop: Shop): Promise<void> {
  const noon = `${FIRST}T12:00:00+08:00`
  await house.query(
    'update suppliers.purchases set sent_at = $2::timestamptz, ended_at = $2::timestamptz where tenant_id = $1',
    [shop.tenantId, noon],
  )
}
function fileOf(from: string, as: string): string {
  return fulu.control.statementFile(from).replaceAll(/,\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, `,${as} 12:00:00`)
}

test('money paid ahead is booked once, agreed to by a second person, used up by purchases and said when it runs low', async () => {
  const shop = await openShop()
  const { tenantId, supplierId } = shop
  expect(await shop.standing()).toMatchObject({ bookFen: 0, depositsFen: 0 })
  expect(await shop.record({ kind: 'deposit', amountFen: 10_000, reference: 'BANK-1' })).toMatchObject({
    state: 'booked',
  })
  await expect(shop.record({ kind: 'deposit', amountFen: 10_000, reference: 'BANK-1' })).rejects.toMatchObject({
    code: 'suppliers.money_twice',
  })
  // Above the shop's amount: nothing is booked before somebody else agrees.
  const colleague = await shop.hire(['finance.read', 'payments.approve'])
  const large = await shop.record({ kind: 'deposit', amountFen: 600_000, reference: 'BANK-2' })
  const at = { supplierId, moneyId: large.id }
  expect(large).toMatchObject({ state: 'awaiting', actions: ['approve', 'decline'] })
  await expect(shop.staff.call('suppliers.approveMoney', { params: at, body: {} })).rejects.toMatchObject({
    code: 'suppliers.money_own',
  })
  expect(await shop.standing()).toMatchObject({ bookFen: 10_000, awaiting: 1 })
  const toldTo = async (by: Shop['staff']) =>
    (await by.call('notify.listInbox', { query: {} })).items.filter(({ event }) => event === 'supply.money_awaiting')
  const news = await until('the second person to be told', async () => (await toldTo(colleague))[0])
  expect(news).toMatchObject({
    link: `/suppliers/${supplierId}?tab=money`,
    title: expect.stringContaining('预存款 ¥6000'),
  })
  expect(await toldTo(shop.staff)).toEqual([])
  expect(await colleague.call('suppliers.approveMoney', { params: at, body: {} })).toMatchObject({ state: 'booked' })
  await expect(colleague.call('suppliers.approveMoney', { params: at, body: {} })).rejects.toMatchObject({
    code: 'suppliers.money_not_awaiting',
  })
  expect(await shop.standing()).toMatchObject({ bookFen: 610_000, depositsFen: 610_000 })
  const params = { params: at, body: { reason: '登记错了' } }
  expect(await shop.staff.call('suppliers.reverseMoney', params)).toMatchObject({ state: 'reversed' })
  await expect(shop.staff.call('suppliers.reverseMoney', params)).rejects.toMatchObject({
    code: 'suppliers.money_not_booked',
  })

  await shop.record({ kind: 'withdrawal', amountFen: 1_000, reference: 'BACK-1' })
  await shop.record({ kind: 'credit', amountFen: 300, reference: 'CREDIT-1' })
  await shop.buy('low@example.test', 2)
  expect(await shop.standing()).toMatchObject({
    bookFen: 10_000 - 1_000 + 300 - 3_700,
    purchases: { count: 1, fen: 3_700 },
    reportedFen: 100_000_000,
    differenceFen: 100_000_000 - 5_600,
  })
  await shop.booksRight()

  // Once for each time that it falls.
  const low = () =>
    house.query('select payload from events.log where tenant_id = $1 and type = $2', [tenantId, 'supply.balance_low'])
  const watch = () => house.query('select suppliers.watch_balances(100)')
  await watch()
  expect(await low()).toEqual([])
  await house.query('update suppliers.suppliers set balance_alarm_fen = 6000 where tenant_id = $1', [tenantId])
  await watch()
  await watch()
  expect(await low()).toMatchObject([{ payload: { supplierId, leftFen: 5_600, alarmFen: 6_000 } }])
  expect((await shop.standing()).lowSince).not.toBeNull()
  await shop.record({ kind: 'deposit', amountFen: 1_000, reference: 'BANK-3' })
  await watch()
  expect((await shop.standing()).lowSince).toBeNull()
})

const FATES = ['good', 'good', 'good', 'missing', 'wrong', 'dear', 'twice', 'next_day', 'denied'] as const
type Fate = (typeof FATES)[number]
const PLANTED: Readonly<Record<Exclude<Fate, 'good'>, readonly [fault: string, outcome: string]>> = {
  missing: ['bill.missing_line', 'ours_only'],
  wrong: ['bill.wrong_amount', 'amount_differs'],
  dear: ['bill.wrong_amount', 'amount_differs'],
  twice: ['bill.twice', 'duplicate'],
  next_day: ['bill.next_day', 'ours_only'],
  denied: ['bill.other_state', 'state_differs'],
}

test('every difference that was planted in a statement is found, none is invented, and each is worked to the closing', async () => {
  const shop = await openShop()
  fulu.control.clearFaults()
  const seed = Math.trunc(Math.random() * 2 ** 31)
  const [drawn = []] = fc.sample(
    fc.array(fc.record({ fate: fc.constantFrom(...FATES), quantity: fc.integer({ min: 1, max: 3 }) }), {
      minLength: 4,
      maxLength: 8,
    }),
    { seed, numRuns: 1 },
  )
  // Every fate at least once, whatever was drawn.
  const wanted = [...new Set(FATES)].map((fate) => ({ fate, quantity: 1 }))
  await shop.record({ kind: 'deposit', amountFen: 200_000, reference: 'BANK-9' })
  const bought = await Promise.all(
    [...wanted, ...drawn].map(async ({ fate, quantity }, n) => ({
      fate,
      quantity,
      no: await shop.buy(`buyer${n}@example.test`, quantity),
    })),
  )
  await putBack(shop)
  const today = beijingDay(Date.now())
  for (const { fate, no, quantity } of bought) {
    if (fate === 'good') continue
    const amount = fate === 'wrong' ? 10_000 : fate === 'dear' ? quantity * 185_000 + 20_000 : undefined
    fulu.control.addFault({
      kind: PLANTED[fate][0] as 'bill.twice',
      key: no,
      ...(amount === undefined ? {} : { amount }),
    })
  }
  const first = fileOf(today, FIRST)
  fulu.control.addFault({ kind: 'bill.extra_line', value: 'STRANGER-1', amount: 70_000, times: 1 })
  const second = fileOf(beijingDay(Date.now() + DAY_MS), SECOND)
  fulu.control.clearFaults()

  // A file of columns that nobody has explained is not guessed at.
  await expect(shop.upload(FIRST, first)).rejects.toMatchObject({ code: 'reconciliation.no_statement_map' })
  const params = { supplierId: shop.supplierId }
  const { rows } = await shop.staff.upload('reconciliation.previewStatement', { params }, first)
  expect(rows[0]).toEqual([
    '商户订单号',
    '平台订单号',
    '商品名称',
    '数量',
    '订单金额',
    '退款金额',
    '订单状态',
    '下单时间',
  ])
  await shop.staff.call('reconciliation.saveStatementMap', { params, body: statementMap.parse(MAP) })

  await shop.upload(FIRST, first)
  const day = await shop.gone(FIRST)
  // Other shops of this file buy there too; their lines are strangers' to this shop, as on a shared account.
  const ours = (all: Awaited<ReturnType<typeof shop.cases>>) => all.filter(({ outcome }) => outcome !== 'channel_only')
  const numberOf = ({ ours, theirs }: Awaited<ReturnType<typeof shop.cases>>[number]) => {
    const no = bought.find((one) => theirs?.paymentNo === one.no)?.no
    return no ?? bought.find((one) => one.no.startsWith(String(ours?.orderNo)))?.no ?? '?'
  }
  const found = ours(await shop.cases()).map((one) => `${one.outcome} ${numberOf(one)}`)
  const planted = bought.flatMap(({ fate, no }) => (fate === 'good' ? [] : [`${PLANTED[fate][1]} ${no}`]))
  expect({ seed, found: found.toSorted() }).toEqual({ seed, found: planted.toSorted() })
  expect(day.state).toBe('differing')
  await shop.booksRight()

  // The next day's statement brings what was late, and a stranger.
  await shop.upload(SECOND, second)
  await shop.gone(SECOND)
  const after = await shop.cases()
  const late = bought.filter(({ fate }) => fate === 'next_day').map(({ no }) => no)
  expect(new Set(after.filter(({ outcome }) => outcome === 'cross_day').map(numberOf))).toEqual(new Set(late))
  expect(after.filter(({ outcome, state }) => outcome === 'cross_day' && state !== 'resolved')).toEqual([])
  expect(after.find(({ theirs }) => theirs?.paymentNo === 'STRANGER-1')).toMatchObject({
    outcome: 'channel_only',
    cause: 'supply_unknown',
    differenceFen: -700,
    actions: expect.arrayContaining(['claim', 'write_off', 'explain', 'pair']),
  })
  const before = await shop.standing()
  expect(before.writtenOffFen).toBe(0)

  // What was taken too much is claimed and granted in part; the rest follows the supplier.
  let movedFen = 0
  let claimedFen = 0
  for (const one of (await shop.cases()).filter(({ state }) => state === 'open')) {
    movedFen += one.differenceFen
    const deed = { params: { id: one.id } }
    if (one.actions.includes('claim') && one.outcome !== 'channel_only') {
      claimedFen -= one.differenceFen
      const claimed = await shop.staff.call('reconciliation.claimCase', {
        ...deed,
        body: { note: '多扣，已向供应商索赔' },
      })
      expect(claimed).toMatchObject({ state: 'explained', isWrittenOff: true })
    } else {
      await shop.staff.call('reconciliation.explain', { ...deed, body: { note: '与供应商核实', writeOff: true } })
    }
  }
  const written = await shop.standing()
  expect(written).toMatchObject({ bookFen: before.bookFen + movedFen, writtenOffFen: movedFen })
  expect(written.claims.fen).toBe(claimedFen)
  await shop.booksRight()
  const claims = (await shop.money()).items.filter(({ state }) => state === 'claimed')
  expect(claims.length).toBeGreaterThan(0)
  const [claim] = claims
  const granted = await shop.staff.call('suppliers.grantClaim', {
    params: { ...params, moneyId: claim?.id ?? 0 },
    body: { amountFen: 100, reference: 'CREDIT-9', at: new Date().toISOString() },
  })
  expect(granted).toMatchObject({ kind: 'credit', state: 'booked', amountFen: 100 })
  expect((await shop.standing()).bookFen).toBe(written.bookFen + 100)

  await shop.staff.call('reconciliation.close', {
    body: { days: [FIRST, SECOND].map((one) => ({ gateway: shop.gateway, day: one })) },
  })
  await expect(shop.upload(FIRST, second)).rejects.toMatchObject({ code: 'reconciliation.day_closed' })
  await shop.booksRight()
  const { gateways } = await shop.staff.call('reconciliation.calendar', { query: { month: FIRST.slice(0, 7) } })
  expect(gateways).toContainEqual({ gateway: shop.gateway, name: { zh: '福禄', en: '福禄' } })
})

test('how a supplier does is counted from its purchases, day by day, and every figure leads to them', async () => {
  const shop = await openShop()
  const { supplierId, tenantId } = shop
  const today = beijingDay(Date.now())
  const params = { supplierId }
  const query = { from: beijingDay(Date.now() - 2 * DAY_MS), to: today }
  fulu.control.clearFaults()
  for (let n = 0; n < 4; n++) await shop.buy(`well${n}@example.test`, 1)
  // Nobody knows at first, and it arrives all the same.
  fulu.control.addFault({ kind: 'api.unsure', endpoint: 'fulu.order.direct.add', times: 1 })
  await shop.buy('unsure@example.test', 1)
  fulu.control.addFault({ kind: 'order.no_stock', times: 1 })
  const refused = await shop.order('none@example.test', 1)
  await until('it to be refused', async () => {
    const { items } = await shop.staff.call('suppliers.listPurchases', { query: { supplierId, state: 'refused' } })
    return items.some(({ orderNo }) => orderNo === refused)
  })
  await house.query('select suppliers.note_health($1, $2, 0, 5)', [tenantId, supplierId])
  await house.query('select suppliers.note_health($1, $2, 0, 1)', [tenantId, supplierId])

  const quality = await shop.staff.call('suppliers.quality', { params, query })
  expect(quality.total).toMatchObject({
    sent: 6,
    ended: 6,
    arrived: 5,
    refused: 1,
    unknown: 1,
    unknownArrived: 1,
    unknownOpen: 0,
    pieces: 5,
    costFen: 5 * 1_850,
    shareOfCost: 1,
    breakerOpenings: 1,
    bookFen: -5 * 1_850,
  })
  expect(quality.total.p50).toBeGreaterThan(0)
  expect(quality.total.score).toBeGreaterThan(50)
  expect(quality.refusals).toEqual([{ about: 'stock', count: 1 }])
  expect(quality.days.map(({ sent }) => sent)).toEqual([0, 0, 6])
  expect(quality.products).toMatchObject([{ sent: 6, costFen: 5 * 1_850 }])
  const behind = async (more: object) =>
    (
      await shop.staff.call('suppliers.listPurchases', {
        query: { supplierId, sentFrom: today, sentTo: today, ...more },
      })
    ).total
  expect(await behind({})).toBe(6)
  expect(await behind({ wasUnknown: 'true' })).toBe(1)
  expect(await behind({ state: 'refused', about: 'stock' })).toBe(1)
  expect(await behind({ hasBad: 'true' })).toBe(0)
  expect(await behind({ hasArrived: 'true' })).toBe(quality.total.arrived)
  expect(await behind({ state: 'refused', takenBack: 'false' })).toBe(quality.total.refused)
  expect(await behind({ state: 'refused', takenBack: 'true' })).toBe(0)
  // One that its supplier took back at our asking is no refusal: not in the figures, nor behind them.
  await house.query(
    `update suppliers.purchases set cancel_state = 'cancelled', about = null where tenant_id = $1 and state = 'refused'`,
    [tenantId],
  )
  const after = await shop.staff.call('suppliers.quality', { params, query })
  expect(after.total).toMatchObject({ sent: 6, ended: 5, arrived: 5, refused: 0 })
  expect(after.refusals).toEqual([])
  expect(await behind({ state: 'refused', takenBack: 'false' })).toBe(0)
  expect(await behind({ state: 'refused', takenBack: 'true', about: 'other' })).toBe(1)
  expect(await behind({})).toBe(6)
  const sheet = await shop.staff.download('suppliers.exportQuality', { params, query: { ...query, by: 'product' } })
  expect(sheet.headers.get('content-type')).toContain('spreadsheetml')
  await expect(
    shop.staff.call('suppliers.quality', { params, query: { from: today, to: query.from } }),
  ).rejects.toMatchObject({ code: 'suppliers.span_too_long' })
})
