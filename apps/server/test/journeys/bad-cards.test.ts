import { randomUUID } from 'node:crypto'
import { isProblem } from '@quanshu/client'
import { COMPLAINT_STATES, type ComplaintRule, type OrderView, RECOVERY_STATES } from '@quanshu/contract'
import { expect, test } from 'vitest'
import { somePicture } from '../../src/modules/catalog/fixture.ts'
import { complaintStates } from '../../src/modules/fulfilment/complaints/model.ts'
import { recoveryStates } from '../../src/modules/fulfilment/recoveries/model.ts'
import { expectBooksRight } from './books.ts'
import { overtaken } from './overtaken.ts'
import { hurriedAdapters, openSupplier } from './real-suppliers.ts'
import {
  codesOf,
  type Goods,
  isDelivered,
  openHouse,
  type PlacedOrder,
  type PlaceOptions,
  QUERY_PASSWORD,
  type Shop,
  until,
} from './shop.ts'
import { rowsOf } from './workbook.ts'

/** Delivered codes that do not work: reported with a tap, put right once by a rule or a person, and claimed from who sold them. */

const house = await openHouse({ supplierAdapters: hurriedAdapters(4_000) })
/** Says of its codes whether they were used. */
const supplier = await openSupplier('kayixin')
const SALE_FEN = 3_000
let goodsCount = 0

const USUAL: ComplaintRule = {
  automatic: true,
  reasons: ['used', 'invalid', 'wrong_amount'],
  withinHours: 72,
  maxFen: 5_000,
  perMonth: 100,
  whenUnsure: true,
  remedies: ['replace', 'buy', 'refund'],
}
async function openShop(rule: Partial<ComplaintRule> = {}): Promise<Shop> {
  const shop = await house.newShop()
  await ruled(shop, rule)
  return shop
}
const ruled = (shop: Shop, rule: Partial<ComplaintRule>, goodsId: number | null = null) =>
  shop.staff.call('fulfilment.saveComplaintRule', { body: { ...USUAL, ...rule, goodsId } })

/** Codes that the supplier sells; nothing on our own shelf. */
async function bought(shop: Shop, own = 0): Promise<Goods> {
  goodsCount += 1
  const remoteId = String(9_800_000 + goodsCount)
  supplier.sellCards(remoteId, '20')
  const { offer } = await supplier.join(shop, `供应商${goodsCount}`, {}, 'card')
  const goods = await shop.stock(own, { sku: { priceFen: SALE_FEN }, batch: { supplier: '老王', costFen: 900 } })
  await shop.staff.call('suppliers.saveSkuSupply', {
    params: { skuId: goods.skuId },
    body: {
      policy: 'cheapest',
      source: 'own_first',
      leastMarginFen: 0,
      offers: [{ ...offer(remoteId), fieldMap: {} }],
    },
  })
  return goods
}
const imported = (shop: Shop, codes: number | readonly string[]) =>
  shop.stock(codes, { sku: { priceFen: SALE_FEN }, batch: { supplier: '老王', costFen: 900 } })

async function delivered(shop: Shop, goods: Goods, quantity = 1, options: PlaceOptions = {}) {
  const order = await shop.place(goods, quantity, options)
  if (options.payWith !== 'balance') await shop.pay(order.no)
  const view = await shop.seen(order, isDelivered)
  return { ...order, view, grants: (view.lines[0]?.codes ?? []).map(({ grantId }) => grantId), codes: codesOf(view) }
}
type Delivered = Awaited<ReturnType<typeof delivered>>
type Reason = ComplaintRule['reasons'][number]

const complain = ({ visitor, no, grants }: Delivered, at = 0, reason: Reason = 'invalid', note = '') =>
  visitor.call('fulfilment.complain', { params: { no, grantId: grants[at] ?? 0 }, body: { reason, note } })
const isEnded = ({ state }: OrderView['complaints'][number]) => !['reported', 'checking', 'buying'].includes(state)
/** The complaint when nobody works on it any more but, perhaps, a person. */
async function outcome(shop: Shop, order: Pick<PlacedOrder, 'visitor' | 'no'>, at = 0) {
  const view = await shop.seen(order, ({ complaints }) => complaints[at] !== undefined && isEnded(complaints[at]))
  const complaint = view.complaints[at]
  if (!complaint) throw new Error('no complaint')
  return { ...complaint, view }
}
const read = (shop: Shop, complaintId: number) =>
  shop.staff.call('fulfilment.getComplaint', { params: { complaintId } })
const decide = (
  shop: Shop,
  complaintId: number,
  action: 'replace' | 'buy' | 'refund' | 'reject' | 'check',
  by = shop.staff,
) =>
  by.call(
    'fulfilment.decideComplaint',
    { params: { complaintId }, body: { action, reason: '核实过了' } },
    { idempotencyKey: randomUUID() },
  )
const code = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'ok',
    (error) => (isProblem(error) ? error.code : Promise.reject(error)),
  )
const cardOf = async (shop: Shop, grantId: number) =>
  (
    await house.query<{ state: string }>(
      'select c.state from entitlements.grants g join vault.cards c on c.tenant_id = g.tenant_id and c.id = g.card_id where g.tenant_id = $1 and g.id = $2',
      [shop.tenantId, grantId],
    )
  )[0]?.state
const recoveries = async (shop: Shop) => (await shop.staff.call('fulfilment.listRecoveries', { query: {} })).items
const account = async (shop: Shop, kind: string): Promise<number> =>
  (
    await house.query<{ sum: number }>(
      'select coalesce(sum(balance), 0)::bigint as sum from ledger.accounts where tenant_id = $1 and kind = $2',
      [shop.tenantId, kind],
    )
  )[0]?.sum ?? 0
/** What hurries a supplier's second and third chance. */
const soon = (shop: Shop) =>
  house.query('update fulfilment.complaints set due_at = now() where tenant_id = $1 and due_at is not null', [
    shop.tenantId,
  ])

test('the database moves complaints and recoveries as the tables say', async () => {
  for (const state of COMPLAINT_STATES) {
    const [row] = await house.query<{ moves: string[] }>('select fulfilment.complaint_moves($1) as moves', [state])
    expect(row?.moves.toSorted(), state).toEqual([...complaintStates.next(state)].toSorted())
  }
  for (const state of RECOVERY_STATES) {
    const [row] = await house.query<{ moves: string[] }>('select fulfilment.recovery_moves($1) as moves', [state])
    expect(row?.moves.toSorted(), state).toEqual([...recoveryStates.next(state)].toSorted())
  }
})

test('one tap: a bad code is void, another takes its place, and its supplier is asked for its cost', async () => {
  const shop = await openShop()
  const goods = await imported(shop, 3)
  const order = await delivered(shop, goods)
  const { id, isNew } = await complain(order, 0, 'invalid', '提示卡密错误')
  expect(isNew).toBe(true)
  const complaint = await outcome(shop, order)
  expect(complaint).toMatchObject({ id, state: 'replaced', grantId: order.grants[0], mayContest: false })
  const after = codesOf(complaint.view)
  expect(after).toHaveLength(1)
  expect(after).not.toEqual(order.codes)
  expect(await cardOf(shop, order.grants[0] ?? 0)).toBe('void')
  const detail = await read(shop, id)
  expect(detail).toMatchObject({ state: 'replaced', decidedBy: '', word: 'nobody', note: '提示卡密错误', actions: [] })
  expect(detail.log.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['available', 'delivered', 'reported', 'void', 'replaced']),
  )
  expect(JSON.stringify(detail)).not.toContain(order.codes[0])
  expect(await recoveries(shop)).toMatchObject([
    { supplier: '老王', cause: 'complaint', pieces: 1, claimedFen: 900, state: 'open', orderNo: order.no },
  ])
  await expectBooksRight(house, shop.tenantId)
})

test('nothing on the shelf and nobody who sells it: the money goes back', async () => {
  const shop = await openShop()
  const order = await delivered(shop, await imported(shop, 2), 2)
  await complain(order, 1)
  expect(await outcome(shop, order)).toMatchObject({ state: 'refunded' })
  const view = await shop.seen(order, ({ refundedFen }) => refundedFen > 0)
  expect(view).toMatchObject({ refundedFen: SALE_FEN, state: 'delivered' })
  expect(codesOf(view)).toHaveLength(1)
  await expectBooksRight(house, shop.tenantId)
})

test('a bought code: the supplier is asked, another is bought from it, once', async () => {
  const shop = await openShop()
  const order = await delivered(shop, await bought(shop))
  await complain(order)
  const complaint = await outcome(shop, order)
  expect(complaint.state).toBe('replaced')
  expect(codesOf(complaint.view)).not.toEqual(order.codes)
  expect(supplier.handedOut(order.no)).toBe(2)
  const detail = await read(shop, complaint.id)
  expect(detail).toMatchObject({ word: 'unused', batch: { origin: 'bought', complaints: 1, putRight: 1 } })
  expect(detail.log.filter(({ about }) => about === 'purchase')).toHaveLength(2)
  expect(await recoveries(shop)).toMatchObject([{ claimedFen: 2_000, state: 'open', cause: 'complaint' }])
  await expectBooksRight(house, shop.tenantId)
})

test('the supplier says used: a person decides, the buyer reads why, contests once, and that is the end', async () => {
  const shop = await openShop()
  const order = await delivered(shop, await bought(shop, 0))
  supplier.control.markCard(order.codes[0]?.split('----')[0] ?? '', 'used')
  await complain(order)
  const complaint = await outcome(shop, order)
  expect(complaint.state).toBe('person')
  expect(await read(shop, complaint.id)).toMatchObject({
    word: 'used',
    why: ['supplier_says_used'],
    proposal: { action: 'reject', because: 'supplier_says_used' },
  })
  await decide(shop, complaint.id, 'reject')
  const told = await outcome(shop, order)
  expect(told).toMatchObject({ state: 'rejected', answer: '核实过了', mayContest: true })
  const contest = () =>
    order.visitor.call('fulfilment.contestComplaint', {
      params: { no: order.no, complaintId: complaint.id },
      body: { note: '不是我用的' },
    })
  expect(await Promise.all([code(contest()), code(contest())])).toEqual(expect.arrayContaining(['ok']))
  expect(await read(shop, complaint.id)).toMatchObject({ state: 'person', why: ['contested'], contest: '不是我用的' })
  await decide(shop, complaint.id, 'reject')
  expect(await outcome(shop, order)).toMatchObject({ state: 'rejected', mayContest: false })
  expect(await code(contest())).toBe('complaints.contested')
  expect(await code(decide(shop, complaint.id, 'refund'))).toBe('complaints.decided')
  expect(await recoveries(shop)).toEqual([])
  await expectBooksRight(house, shop.tenantId)
})

test('a supplier that cannot say is asked again, then it is the rule’s word; by a strict rule a person’s', async () => {
  const shop = await openShop({ whenUnsure: false })
  const order = await delivered(shop, await bought(shop, 0))
  supplier.control.addFault({ kind: 'api.broken', endpoint: supplier.asking, times: 4 } as never)
  await complain(order)
  const state = await until('somebody to have the word', async () => {
    await soon(shop)
    const view = await order.visitor.call('orders.get', { params: { no: order.no } })
    return view.complaints[0] && isEnded(view.complaints[0]) ? view.complaints[0] : undefined
  })
  supplier.control.clearFaults()
  expect(state.state).toBe('person')
  const detail = await read(shop, state.id)
  expect(detail).toMatchObject({ word: 'unknown', why: ['supplier_unsure'] })
  expect(detail.log.filter(({ kind }) => kind === 'asked').length).toBeGreaterThanOrEqual(4)
  expect(supplier.handedOut(order.no)).toBe(1)
  // Asked once more it answers, and the rule has what it wants.
  await decide(shop, state.id, 'check')
  expect(await outcome(shop, order)).toMatchObject({ state: 'replaced' })
  expect(supplier.handedOut(order.no)).toBe(2)
  await expectBooksRight(house, shop.tenantId)
})

test('buying another whose end nobody knows: waited for, never bought twice, a person told; what arrives takes the place', async () => {
  const shop = await openShop()
  const order = await delivered(shop, await bought(shop))
  supplier.control.addFault({ kind: 'api.cut', endpoint: supplier.placing, times: 1 } as never)
  supplier.control.addFault({ kind: 'order.not_found', times: 1, ms: 600_000 } as never)
  await complain(order)
  const buying = await shop.seen(order, ({ complaints }) => complaints[0]?.state === 'buying')
  await until('the purchase to be sent', async () => supplier.handedOut(order.no) === 2 || undefined)
  await house.query(
    `update fulfilment.complaints set buying_since = now() - interval '1 hour', due_at = now() where tenant_id = $1`,
    [shop.tenantId],
  )
  const waiting = await outcome(shop, order)
  expect(waiting.state).toBe('person')
  const id = buying.complaints[0]?.id ?? 0
  expect(await read(shop, id)).toMatchObject({ why: ['supply_unknown'], proposal: { because: 'purchase_open' } })
  expect(await code(decide(shop, id, 'buy'))).toBe('complaints.purchase_open')
  await supplier.control.advance(700_000)
  await house.query(
    `update suppliers.purchases set due_at = now(), leased_until = null where order_no = $1 and state in ('sending', 'unknown', 'accepted')`,
    [order.no],
  )
  const done = await shop.seen(order, ({ complaints }) => complaints[0]?.state === 'replaced')
  expect(codesOf(done)).not.toEqual(order.codes)
  expect(supplier.handedOut(order.no)).toBe(2)
  await expectBooksRight(house, shop.tenantId)
})

test('no source delivers another: the next remedy', async () => {
  const shop = await openShop()
  const order = await delivered(shop, await bought(shop))
  supplier.control.addFault({ kind: 'order.no_stock', times: 1 } as never)
  await complain(order)
  expect(await outcome(shop, order)).toMatchObject({ state: 'refunded' })
  expect(supplier.handedOut(order.no)).toBe(1)
  await expectBooksRight(house, shop.tenantId)
})

test('twenty taps at once, and a replay of each: one complaint, one remedy', async () => {
  const shop = await openShop()
  const goods = await imported(shop, 30)
  const order = await delivered(shop, goods)
  const taps = await Promise.all(Array.from({ length: 20 }, () => complain(order)))
  expect(new Set(taps.map(({ id }) => id)).size).toBe(1)
  expect(taps.filter(({ isNew }) => isNew)).toHaveLength(1)
  await outcome(shop, order)
  expect((await complain(order)).isNew).toBe(false)
  const grants = await house.query('select from entitlements.grants where tenant_id = $1 and order_no = $2', [
    shop.tenantId,
    order.no,
  ])
  expect(grants).toHaveLength(2)
  expect(await recoveries(shop)).toHaveLength(1)
  await expectBooksRight(house, shop.tenantId)
})

test('a complaint, a refund, a dispute and a recall of the same code at the same moment: one of them has it', async () => {
  const shop = await openShop()
  for (let turn = 0; turn < 6; turn += 1) {
    const goods = await imported(shop, 4)
    const order = await delivered(shop, goods, 2)
    const [receipt] = await house.query<{ trade_no: string }>(
      'select trade_no from payments.receipts where tenant_id = $1 and order_no = $2',
      [shop.tenantId, order.no],
    )
    const rivals = [
      () => code(complain(order)),
      () =>
        code(
          shop.staff.call(
            'orders.refund',
            { params: { no: order.no }, body: { lineNo: 1, to: 'source', reason: '退款' } },
            { idempotencyKey: randomUUID() },
          ),
        ),
      () =>
        code(
          shop.staff.call(
            'fulfilment.replaceGrant',
            { params: { no: order.no, grantId: order.grants[0] ?? 0 }, body: { reason: '换' } },
            { idempotencyKey: randomUUID() },
          ),
        ),
      () =>
        house.platform.db.call(shop.tenantId, 'fulfilment.chargeback', 'sim-pay', {
          tradeNo: receipt?.trade_no,
          disputeNo: `D${order.no}`,
          amountFen: SALE_FEN,
          state: 'lost',
          reason: 'test',
        }),
      () =>
        code(
          shop.staff.call(
            'fulfilment.recallBatch',
            { params: { batchId: goods.batchId }, body: { reason: '黑卡' } },
            { idempotencyKey: randomUUID() },
          ),
        ),
    ]
    // Each turn another one comes first.
    await Promise.all(rivals.map((_, n) => rivals[(n + turn) % rivals.length]?.()))
    const view = await order.visitor.call('orders.get', { params: { no: order.no } })
    if (view.complaints[0]) await outcome(shop, order)
    await expectBooksRight(house, shop.tenantId)
  }
})

test('limits: beyond so many in thirty days a person looks, whichever name, contact or address they come by', async () => {
  const shop = await openShop({ perMonth: 2 })
  const goods = await imported(shop, 20)
  const member = await shop.member()
  const visitor = member.visitor
  const orders = [
    await delivered(shop, goods, 1, { visitor }),
    await delivered(shop, goods, 1, { visitor, contact: 'wang@example.com' }),
    await delivered(shop, goods, 1, { visitor }),
  ]
  for (const [n, order] of orders.entries()) {
    await complain(order)
    expect(await outcome(shop, order), `complaint ${n + 1}`).toMatchObject({ state: n < 2 ? 'replaced' : 'person' })
  }
  expect(await read(shop, (await outcome(shop, orders[2] as Delivered)).id)).toMatchObject({ why: ['too_many'] })
  // As guests from one address, at the same moment.
  const guests = await Promise.all(
    Array.from({ length: 4 }, () => delivered(shop, goods, 1, { visitor: shop.visitor({ ip: '203.0.113.9' }) })),
  )
  await Promise.all(guests.map((guest) => complain(guest)))
  const states = await Promise.all(guests.map(async (guest) => (await outcome(shop, guest)).state))
  expect(states.toSorted()).toEqual(['person', 'person', 'replaced', 'replaced'])
  await expectBooksRight(house, shop.tenantId)
})

test('a complaint that had to wait counts those that overtook it', async () => {
  const shop = await openShop({ perMonth: 1 })
  const goods = await imported(shop, 4)
  const { visitor } = await shop.member()
  const [first, second] = [await delivered(shop, goods, 1, { visitor }), await delivered(shop, goods, 1, { visitor })]
  const rival = await house.platform.owner.connect()
  try {
    await rival.query('begin')
    await rival.query('select from orders.orders where tenant_id = $1 and no = $2 for update', [
      shop.tenantId,
      first.no,
    ])
    const waits = complain(first)
    await until('it to wait', async () => {
      const rows = await house.query(
        `select from pg_stat_activity where wait_event_type = 'Lock' and query like '%fulfilment.complain%'`,
      )
      return rows.length > 0
    })
    await complain(second)
    expect(await outcome(shop, second)).toMatchObject({ state: 'replaced' })
    await rival.query('commit')
    await waits
  } finally {
    await rival.query('rollback')
    rival.release()
  }
  expect(await outcome(shop, first)).toMatchObject({ state: 'person' })
})

test('what the rule leaves to a person: another reason, too late, too dear, goods of their own rule', async () => {
  const shop = await openShop()
  const goods = await imported(shop, 9)
  const why = async (order: Delivered, reason: Reason = 'invalid') => {
    await complain(order, 0, reason)
    const { id, state } = await outcome(shop, order)
    expect(state).toBe('person')
    return (await read(shop, id)).why
  }
  expect(await why(await delivered(shop, goods), 'other')).toEqual(['reason'])
  const late = await delivered(shop, goods)
  await house.query(`update entitlements.grants set granted_at = now() - interval '4 days' where id = $1`, [
    late.grants[0],
  ])
  expect(await why(late)).toEqual(['too_late'])
  await ruled(shop, { maxFen: SALE_FEN - 1 }, goods.goodsId)
  expect(await why(await delivered(shop, goods))).toEqual(['amount'])
  await ruled(shop, { automatic: false }, goods.goodsId)
  expect(await why(await delivered(shop, goods))).toEqual(['not_automatic'])
  expect(await shop.staff.call('fulfilment.listComplaintRules', {})).toMatchObject({
    shop: { ...USUAL, isOwn: true },
    goods: [{ goodsId: goods.goodsId, automatic: false }],
  })
  await shop.staff.call('fulfilment.removeComplaintRule', { body: { goodsId: goods.goodsId } })
  const again = await delivered(shop, goods)
  await complain(again)
  expect(await outcome(shop, again)).toMatchObject({ state: 'replaced' })
})

test('whose code it is may complain, others are told nothing; by look-up with the query password too', async () => {
  const shop = await openShop()
  const goods = await imported(shop, 4)
  const contact = '13900001234'
  const order = await delivered(shop, goods, 1, { contact })
  const stranger = { ...order, visitor: shop.visitor() }
  expect(await code(complain(stranger))).toBe('common.not_found')
  const other = await delivered(shop, goods)
  expect(await code(complain({ ...other, grants: order.grants }))).toBe('common.not_found')
  const looker = shop.visitor()
  await looker.call('orders.lookup', { body: { no: order.no, queryPassword: QUERY_PASSWORD } })
  await complain({ ...order, visitor: looker })
  expect(await outcome(shop, order)).toMatchObject({ state: 'replaced' })
  expect((await other.visitor.call('orders.get', { params: { no: other.no } })).complaints).toEqual([])
})

test('withdrawn while nobody has decided, and reported again; pictures are the shop’s to see', async () => {
  const shop = await openShop({ automatic: false })
  const order = await delivered(shop, await imported(shop, 2))
  const { id } = await complain(order)
  await outcome(shop, order)
  const bytes = new Uint8Array(await somePicture('png'))
  const params = { no: order.no, complaintId: id }
  const upload = () =>
    order.visitor.upload('fulfilment.uploadComplaintPicture', { params }, bytes, { fileName: 'bad.png' })
  const picture = await upload()
  const more = await overtaken(
    house,
    ['select from fulfilment.complaints where tenant_id = $1 and id = $2 for update', [shop.tenantId, id]],
    () => Promise.allSettled(Array.from({ length: 4 }, upload)),
    [['select pg_sleep(1)', []]],
  )
  const kept = more.status === 'fulfilled' && more.value.filter(({ status }) => status === 'fulfilled')
  expect(kept).toHaveLength(2)
  const file = await shop.staff.download('fulfilment.readComplaintPicture', {
    params: { complaintId: id, pictureId: picture.id },
  })
  expect(file.headers.get('content-type')).toBe('image/webp')
  await order.visitor.call('fulfilment.withdrawComplaint', { params: { no: order.no, complaintId: id }, body: {} })
  expect(await outcome(shop, order)).toMatchObject({ state: 'withdrawn' })
  expect(await code(decide(shop, id, 'replace'))).toBe('complaints.decided')
  expect(await complain(order)).toEqual({ id, isNew: true })
  expect(await outcome(shop, order)).toMatchObject({ state: 'person' })
  const support = await shop.hire(['orders.read', 'orders.handle'])
  expect((await support.call('fulfilment.getComplaint', { params: { complaintId: id } })).actions).not.toContain(
    'refund',
  )
  expect(await code(decide(shop, id, 'refund', support))).toBe('common.forbidden')
  await decide(shop, id, 'replace', support)
  expect(await outcome(shop, order)).toMatchObject({ state: 'replaced' })
  expect(await read(shop, id)).toMatchObject({ decidedBy: '店员' })
  await expectBooksRight(house, shop.tenantId)
})

test('a refund above what one person may give waits for a second, and the complaint with it', async () => {
  const shop = await house.newShop({ 'refunds.approvalAboveFen': 1_000 })
  await ruled(shop, { remedies: ['refund'] })
  const contact = '13912345678'
  const order = await delivered(shop, await imported(shop, 1), 1, { contact })
  await complain(order)
  const { id, state } = await outcome(shop, order)
  expect(state).toBe('person')
  expect(await read(shop, id)).toMatchObject({ why: ['no_refund', 'nothing_possible'] })
  expect(await decide(shop, id, 'refund')).toMatchObject({ state: 'person', why: ['refund_awaits'] })
  // Lists of the desk go out as files: masked, in words, of this shop alone, and written down.
  const complaints = await rowsOf(
    await shop.staff.download('fulfilment.exportComplaints', { query: { state: 'person' } }),
  )
  expect(complaints).toHaveLength(2)
  expect(complaints[1]).toEqual(expect.arrayContaining([String(id), String(order.no), '卡密无效', '待处理']))
  const desk = await rowsOf(await shop.staff.download('fulfilment.exportExceptions', { query: {} }))
  expect(desk[1]).toEqual(expect.arrayContaining([String(order.no), '坏卡申诉', '退款']))
  for (const word of [...order.codes, contact]) expect(JSON.stringify([complaints, desk])).not.toContain(word)
  expect(
    await rowsOf(await shop.staff.download('fulfilment.exportExceptions', { query: { reason: 'manual' } })),
  ).toHaveLength(1)
  const stranger = (await openShop()).staff
  for (const route of ['fulfilment.exportComplaints', 'fulfilment.exportExceptions'] as const) {
    expect(await rowsOf(await stranger.download(route, { query: {} }))).toHaveLength(1)
  }
  const written = await house.query(
    `select action from audit.entries where tenant_id = $1 and action in ('complaint.export', 'desk.export') order by seq`,
    [shop.tenantId],
  )
  expect(written.map(({ action }) => action)).toEqual(['complaint.export', 'desk.export', 'desk.export'])
  const [refund] = (await shop.staff.call('payments.listRefunds', { query: { state: ['awaiting'] } })).items
  const second = await shop.hire(['refunds.approve', 'orders.read'])
  await second.call('fulfilment.approveRefund', { params: { refundId: refund?.id ?? 0 }, body: {} } as never, {
    idempotencyKey: randomUUID(),
  })
  await shop.seen(order, ({ complaints }) => complaints[0]?.state === 'refunded')
  expect(await recoveries(shop)).toHaveLength(1)
  await expectBooksRight(house, shop.tenantId)
})

test('a claim is sent, credited and booked once; sums, file and evidence say the same', async () => {
  const shop = await openShop()
  const goods = await bought(shop)
  const order = await delivered(shop, goods, 2)
  await complain(order, 0)
  await complain(order, 1)
  await outcome(shop, order, 0)
  await outcome(shop, order, 1)
  const [second, first] = await recoveries(shop)
  if (!first || !second) throw new Error('two claims')
  const owed = await account(shop, 'cash.supplier')
  expect(owed).toBe(8_000)
  const move = (recoveryId: number, state: 'sent' | 'accepted' | 'refused' | 'written_off', creditedFen = 0) =>
    shop.staff.call(
      'fulfilment.moveRecovery',
      { params: { recoveryId }, body: { state, creditedFen, reference: 'KF-1', note: '已核实' } },
      { idempotencyKey: randomUUID() },
    )
  await move(first.id, 'sent')
  expect(await code(move(first.id, 'accepted', 2_001))).toBe('complaints.credit_over_claim')
  const answers = await Promise.all(Array.from({ length: 5 }, () => code(move(first.id, 'accepted', 1_500))))
  expect(answers.toSorted()).toEqual([...Array(4).fill('complaints.recovery_moved'), 'ok'])
  await move(second.id, 'refused')
  expect(await account(shop, 'cash.supplier')).toBe(owed - 1_500)
  const { items } = await shop.staff.call('fulfilment.sumRecoveries', {})
  expect(items).toMatchObject([{ recoveries: 2, creditedFen: 1_500, lostFen: 2_500, openFen: 0, sentFen: 0 }])
  const sheet = await rowsOf(await shop.staff.download('fulfilment.exportRecoveries', { query: {} }))
  expect(sheet.map(([no]) => no)).toEqual(['编号', `R${second.id}`, `R${first.id}`])
  const proof = await shop.staff.download('fulfilment.exportRecoveryEvidence', { params: { recoveryId: first.id } })
  expect(Buffer.from(await proof.arrayBuffer()).toString('latin1')).toContain('claim.txt')
  const reader = await shop.hire(['suppliers.read'])
  expect(await code(reader.call('fulfilment.exportRecoveryEvidence', { params: { recoveryId: first.id } }))).toBe(
    'common.forbidden',
  )
  await expectBooksRight(house, shop.tenantId)
})

test('a recall claims what complaints have not claimed', async () => {
  const shop = await openShop()
  const goods = await imported(shop, 5)
  const order = await delivered(shop, goods, 2)
  await complain(order, 0)
  await outcome(shop, order)
  await shop.staff.call(
    'fulfilment.recallBatch',
    { params: { batchId: goods.batchId }, body: { reason: '黑卡' } },
    { idempotencyKey: randomUUID() },
  )
  // Two on the shelf are stopped; of the three delivered one was put right by its complaint.
  await until('the shelf to be empty', async () => {
    const { recall } = await shop.staff.call('fulfilment.getRecall', { params: { batchId: goods.batchId } })
    return (recall?.listed && recall.claim.stopped === 2) || undefined
  })
  const open = () => shop.staff.call('fulfilment.openRecallRecovery', { params: { batchId: goods.batchId }, body: {} })
  // By itself; whoever asks for it once more finds it.
  const claimed = await until('the recall to claim', async () =>
    (await recoveries(shop)).find(({ cause }) => cause === 'recall'),
  )
  expect((await open()).id).toBe(claimed.id)
  expect((await recoveries(shop)).map(({ cause, pieces, claimedFen }) => [cause, pieces, claimedFen])).toEqual([
    ['recall', 2, 1_800],
    ['complaint', 1, 900],
  ])

  // What is put right joins it, as long as the supplier has not been told.
  const ofRecall = async () => (await recoveries(shop)).find(({ cause }) => cause === 'recall')
  await shop.staff.call('fulfilment.handleRecalledPieces', {
    params: { batchId: goods.batchId },
    body: { action: 'refund', to: 'source', grantIds: [order.grants[1] ?? 0], reason: '黑卡' },
  } as never)
  await until('the claim to grow', async () => ((await ofRecall())?.pieces === 3 ? true : undefined))
  expect(await ofRecall()).toMatchObject({ id: claimed.id, state: 'open', claimedFen: 2_700 })

  // The source proves good, and bad once more: not claimed, and claimed again, as one claim.
  const params = { batchId: goods.batchId }
  await shop.staff.call('fulfilment.withdrawRecall', { params, body: { note: '供应商已证明' } })
  expect(await ofRecall()).toMatchObject({ id: claimed.id, state: 'written_off' })
  await shop.staff.call(
    'fulfilment.recallBatch',
    { params, body: { reason: '还是黑卡' } },
    { idempotencyKey: randomUUID() },
  )
  await until('the claim to be back', async () => ((await ofRecall())?.state === 'open' ? true : undefined))
  expect(await ofRecall()).toMatchObject({ id: claimed.id, pieces: 3, claimedFen: 2_700, endedAt: null })
  await expectBooksRight(house, shop.tenantId)
})

test('a credit above what one person may book waits for a second, who agrees to the fen or sends it back', async () => {
  const shop = await openShop()
  const goods = await bought(shop)
  const order = await delivered(shop, goods)
  await complain(order)
  await outcome(shop, order)
  const [claim] = await recoveries(shop)
  if (!claim) throw new Error('no claim')
  await shop.staff.call('tenancy.saveSettings', {
    body: { values: { 'suppliers.moneyApprovalAboveFen': 1_000 }, versions: {} },
  })
  const owed = await account(shop, 'cash.supplier')
  const move = (by: Shop['staff'], state: 'sent' | 'accepted', creditedFen = 0) =>
    code(
      by.call(
        'fulfilment.moveRecovery',
        { params: { recoveryId: claim.id }, body: { state, creditedFen, reference: 'KF-9', note: '' } },
        { idempotencyKey: randomUUID() },
      ),
    )
  const now = async () => (await recoveries(shop))[0]
  const second = await shop.hire(['suppliers.read', 'suppliers.manage'])
  const waiting = async (by: Shop['staff']) =>
    (await by.call('notify.listInbox', { query: {} })).items.filter(({ event }) => event === 'recovery.awaiting')
  expect(await move(shop.staff, 'accepted', 1_800)).toBe('ok')
  // Told to who may agree to it, not to who asked.
  const [told] = await until('the second person to be told', async () => {
    const news = await waiting(second)
    return news.length > 0 ? news : undefined
  })
  expect(told).toMatchObject({
    link: '/recoveries?state=awaiting',
    body: expect.stringContaining(`R${claim.id} 认账 ¥18`),
  })
  expect(await waiting(shop.staff)).toEqual([])
  expect(await now()).toMatchObject({ state: 'awaiting', askedFen: 1_800, creditedFen: 0, endedAt: null })
  expect(await account(shop, 'cash.supplier')).toBe(owed)
  expect(await move(shop.staff, 'accepted', 1_800)).toBe('complaints.recovery_own')
  expect(await move(shop.staff, 'sent')).toBe('complaints.recovery_own')
  expect(await move(second, 'accepted', 1_700)).toBe('complaints.recovery_moved')
  expect(await move(second, 'sent')).toBe('ok')
  expect(await now()).toMatchObject({ state: 'sent', askedFen: null, askedBy: '' })
  expect(await move(second, 'accepted', 1_900)).toBe('ok')
  expect(await move(second, 'accepted', 1_900)).toBe('complaints.recovery_own')
  expect(await Promise.all(Array.from({ length: 3 }, () => move(second, 'sent')))).toEqual(
    Array(3).fill('complaints.recovery_own'),
  )
  expect(await now()).toMatchObject({ state: 'awaiting', askedFen: 1_900 })
  const answers = await Promise.all(Array.from({ length: 4 }, () => move(shop.staff, 'accepted', 1_900)))
  expect(answers.toSorted()).toEqual([...Array(3).fill('complaints.recovery_moved'), 'ok'])
  expect(await now()).toMatchObject({ state: 'accepted', creditedFen: 1_900 })
  expect(await account(shop, 'cash.supplier')).toBe(owed - 1_900)
  const [money] = await house.query(
    `select state, amount_fen, decided_by is not null as "byTwo" from suppliers.money where tenant_id = $1 and recovery_id = $2`,
    [shop.tenantId, claim.id],
  )
  expect(money).toEqual({ state: 'booked', amount_fen: 1_900, byTwo: true })
  await expectBooksRight(house, shop.tenantId)
})

test('what was bought for a complaint comes when it was put right, or after it was refused: somebody is told', async () => {
  const told = (shop: Shop, kind: string) =>
    until(`somebody to be told of ${kind}`, async () => {
      const rows = await house.query(
        `select m.id from notify.inbox m join events.log e on e.tenant_id = m.tenant_id
         where m.tenant_id = $1 and m.event = $2 and e.type = $2 limit 1`,
        [shop.tenantId, `complaint.${kind}`],
      )
      return rows.length > 0 ? true : undefined
    })
  const hurry = ({ no }: Delivered) =>
    house.query(
      `update suppliers.purchases set due_at = now(), leased_until = null where order_no = $1 and state in ('sending', 'unknown', 'accepted')`,
      [no],
    )
  const shop = await openShop({ remedies: ['buy', 'refund'] })
  const goods = await bought(shop)
  const slow = await delivered(shop, goods)
  supplier.control.addFault({ kind: 'api.cut', endpoint: supplier.placing, times: 1 } as never)
  supplier.control.addFault({ kind: 'order.not_found', times: 1, ms: 600_000 } as never)
  await complain(slow)
  await until('the purchase to be sent', async () => supplier.handedOut(slow.no) === 2 || undefined)
  await house.query(
    `update fulfilment.complaints set buying_since = now() - interval '1 hour', due_at = now() where tenant_id = $1`,
    [shop.tenantId],
  )
  const { id } = await outcome(shop, slow)
  await decide(shop, id, 'refund')
  await supplier.control.advance(700_000)
  await hurry(slow)
  await told(shop, 'late')
  expect((await read(shop, id)).log.map(({ kind }) => kind)).toContain('late')

  const refused = await delivered(shop, goods)
  supplier.control.addFault({ kind: 'order.fail', times: 1, value: '渠道维护' } as never)
  await complain(refused)
  await outcome(shop, refused)
  const [purchase] = await until('the refusal', async () => {
    await hurry(refused)
    const rows = await house.query<{ no: string }>(
      `select no from suppliers.purchases where order_no = $1 and purpose = 'complaint' and state = 'refused'`,
      [refused.no],
    )
    return rows.length > 0 ? rows : undefined
  })
  await supplier.control.settle(purchase?.no ?? '', 'success')
  await told(shop, 'contradicted')
  await expectBooksRight(house, shop.tenantId)
})

test('what was bought for a complaint stays on the shelf while its money is asked back, and replaces it when that was no', async () => {
  const shop = await house.newShop({ 'refunds.approvalAboveFen': 1 })
  await ruled(shop, { remedies: ['buy'] })
  const order = await delivered(shop, await bought(shop))
  const [grantId = 0] = order.grants
  supplier.control.addFault({ kind: 'api.cut', endpoint: supplier.placing, times: 1 } as never)
  supplier.control.addFault({ kind: 'order.not_found', times: 1, ms: 600_000 } as never)
  await complain(order)
  await until('the purchase to be sent', async () => supplier.handedOut(order.no) === 2 || undefined)
  await shop.staff.call(
    'orders.refund',
    { params: { no: order.no }, body: { lineNo: 1, to: 'source', reason: '不要了', pieces: [grantId] } },
    { idempotencyKey: randomUUID() },
  )
  await supplier.control.advance(700_000)
  await house.query(
    `update suppliers.purchases set due_at = now(), leased_until = null where order_no = $1 and state in ('sending', 'unknown', 'accepted')`,
    [order.no],
  )
  const { id, state, view } = await outcome(shop, order)
  expect([state, codesOf(view)]).toEqual(['person', order.codes])
  expect(await read(shop, id)).toMatchObject({ why: ['refund_awaits'] })
  expect(await code(decide(shop, id, 'replace'))).toBe('fulfilment.refund_awaits')
  const [refund] = (await shop.staff.call('payments.listRefunds', { query: { state: ['awaiting'] } })).items
  const second = await shop.hire(['refunds.approve', 'orders.read'])
  await second.call(
    'fulfilment.declineRefund',
    { params: { refundId: refund?.id ?? 0 }, body: { reason: '换一张' } } as never,
    { idempotencyKey: randomUUID() },
  )
  expect(await decide(shop, id, 'replace')).toMatchObject({ state: 'replaced' })
  expect([await cardOf(shop, grantId), supplier.handedOut(order.no)]).toEqual(['void', 2])
  await expectBooksRight(house, shop.tenantId)
})

test('the desk: stuck lines and complaints in one list, with a proposal, who has it, how old it is, and its whole log', async () => {
  const shop = await openShop({ automatic: false })
  const goods = await imported(shop, 3)
  const order = await delivered(shop, goods)
  await complain(order, 0, 'invalid', '提示无效')
  await outcome(shop, order)
  const short = await shop.place(goods, 2)
  await house.query(
    `update vault.cards set valid_to = now() - interval '1 minute' where tenant_id = $1 and state = 'available'`,
    [shop.tenantId],
  )
  await shop.pay(short.no)
  await shop.seen(short, ({ lines }) => lines[0]?.state === 'exception')
  const list = async (
    query: Parameters<typeof shop.staff.call<'fulfilment.listExceptions'>>[1]['query'] = {},
    by = shop.staff,
  ) => (await by.call('fulfilment.listExceptions', { query })).items
  const [complaint, line] = await list()
  expect(complaint).toMatchObject({
    orderNo: order.no,
    reason: 'complaint',
    grantId: order.grants[0],
    supplier: '老王',
    age: 'fresh',
    worker: null,
  })
  expect(line).toMatchObject({ orderNo: short.no, grantId: 0, complaintId: null, actions: ['retry', 'refund'] })
  expect(await list({ reason: ['complaint'] })).toHaveLength(1)
  expect(await list({ supplier: '老王' })).toHaveLength(1)
  // How old it is, by what the shop has agreed upon.
  await house.query(
    `update orders.lines set exception_at = now() - interval '5 hours' where tenant_id = $1 and state = 'exception'`,
    [shop.tenantId],
  )
  expect((await list({ age: ['late'] })).map(({ orderNo }) => orderNo)).toEqual([short.no])
  // Who works on it: of two at once one has it, and the other reads who.
  const [first, second] = [
    await shop.hire(['orders.read', 'orders.handle']),
    await shop.hire(['orders.read', 'orders.handle']),
  ]
  const keys = [
    { orderNo: order.no, lineNo: 1, grantId: order.grants[0] ?? 0 },
    { orderNo: short.no, lineNo: 1, grantId: 0 },
  ]
  const assign = (by: typeof first, action: 'take' | 'release' | 'hand_over', staffId: number | null = null) =>
    by.call('fulfilment.assignExceptions', { body: { action, staffId, rows: keys } })
  const taken = await Promise.all([assign(first, 'take'), assign(second, 'take')])
  for (const n of [0, 1]) {
    expect(taken.map(({ results }) => results[n]?.code ?? 'ok').toSorted()).toEqual(['complaints.taken', 'ok'])
  }
  const [winner, loser] = taken[0]?.results[1]?.ok ? [first, second] : [second, first]
  expect((await list({ worker: 'me' }, winner)).map(({ orderNo }) => orderNo)).toContain(short.no)
  expect(await list({ worker: 'nobody' })).toEqual([])
  const { items: colleagues } = await loser.call('fulfilment.listDeskStaff', {})
  expect(colleagues.length).toBeGreaterThanOrEqual(3)
  // The owner may move what others have.
  const moved = await assign(shop.staff, 'release')
  expect(moved.results.every(({ ok }) => ok)).toBe(true)
  const stuck = await shop.staff.call('fulfilment.readException', { params: { no: short.no, lineNo: 1 } })
  expect(stuck.proposal).toEqual({ action: 'restock', because: 'short' })
  expect(stuck.log.map(({ title }) => title)).toEqual(
    expect.arrayContaining(['order.placed', 'delivery.exception', 'desk.take']),
  )
  // Bulk: each row has its own outcome, and each action needs its own right.
  await shop.addCards(goods.skuId, 4)
  expect((await list({ reason: ['complaint'] }))[0]?.proposal).toEqual({ action: 'replace', because: 'in_stock' })
  const handle = (action: 'retry' | 'replace' | 'refund', by = shop.staff) =>
    by.call('fulfilment.handleExceptions', { body: { action, lines: keys, reason: '补货' } })
  expect(await code(handle('refund', first))).toBe('common.forbidden')
  expect((await handle('retry')).results.map(({ code: why }) => why)).toEqual(['complaints.not_this_way', null])
  expect((await handle('replace')).results.map(({ ok }) => ok)).toEqual([true, false])
  expect(await list()).toEqual([])
  expect(await code(shop.staff.call('fulfilment.readException', { params: { no: short.no, lineNo: 1 } }))).toBe(
    'common.not_found',
  )
  await expectBooksRight(house, shop.tenantId)
})

test('at random: complaints, decisions, refunds, replacements and marks on many orders leave the books right', async () => {
  const shop = await openShop({ perMonth: 3 })
  const goods = await imported(shop, 24)
  const orders = await Promise.all(Array.from({ length: 6 }, () => delivered(shop, goods, 3)))
  let seed = 42
  const pick = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed % below
  }
  const deeds = Array.from({ length: 90 }, () => {
    const order = orders[pick(orders.length)] as Delivered
    const [at, what, reason] = [pick(3), pick(7), pick(2)]
    const grantId = order.grants[at] ?? 0
    return async () => {
      if (what < 2) return await code(complain(order, at, reason === 0 ? 'invalid' : 'other'))
      if (what === 2) {
        const { items } = await shop.staff.call('fulfilment.listComplaints', { query: { state: ['person'] } as never })
        const actions = ['replace', 'refund', 'reject', 'check'] as const
        const one = items[at % Math.max(items.length, 1)]
        return one && (await code(decide(shop, one.id, actions[(at + reason) % 4] ?? 'reject')))
      }
      if (what === 3) {
        const body = { lineNo: 1, pieces: [grantId], to: 'source' as const, reason: '退' }
        return await code(
          shop.staff.call('orders.refund', { params: { no: order.no }, body }, { idempotencyKey: randomUUID() }),
        )
      }
      if (what === 4) {
        return await code(
          shop.staff.call(
            'fulfilment.replaceGrant',
            { params: { no: order.no, grantId }, body: { reason: '换' } },
            { idempotencyKey: randomUUID() },
          ),
        )
      }
      if (what === 5) {
        const view = await order.visitor.call('orders.get', { params: { no: order.no } })
        const one = view.complaints[0]
        const params = { no: order.no, complaintId: one?.id ?? 1 }
        if (one?.mayContest)
          return await code(order.visitor.call('fulfilment.contestComplaint', { params, body: { note: '再看看' } }))
        return await code(order.visitor.call('fulfilment.withdrawComplaint', { params, body: {} }))
      }
      return await code(
        order.visitor.call('orders.markGrant', { params: { no: order.no, grantId }, body: { used: reason === 0 } }),
      )
    }
  })
  for (let from = 0; from < deeds.length; from += 10) {
    await Promise.all(deeds.slice(from, from + 10).map((deed) => deed()))
  }
  await until('nobody to be looked at', async () => {
    const open = await house.query(
      `select from fulfilment.complaints where tenant_id = $1 and state in ('reported', 'checking', 'buying')`,
      [shop.tenantId],
    )
    return open.length === 0 || undefined
  })
  await expectBooksRight(house, shop.tenantId)
})
