import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { somePicture } from '../../src/modules/catalog/fixture.ts'
import {
  complain,
  type Delivered,
  decide,
  delivered,
  imported,
  openBadCards,
  outcome,
  type Reason,
  read,
  recoveries,
  ruled,
  SALE_FEN,
  USUAL_RULE,
} from './bad-cards.ts'
import { expectBooksRight } from './books.ts'
import { overtaken } from './overtaken.ts'
import { codeOf, QUERY_PASSWORD, until } from './shop.ts'
import { rowsOf } from './workbook.ts'

/** Complaints about bad codes that a rule leaves to people: whose they are, what is too much for a rule, and the desk. */

const { house, openShop } = await openBadCards()

test('whose code it is may complain, others are told nothing; by look-up with the query password too', async () => {
  const shop = await openShop()
  const goods = await imported(shop, 4)
  const contact = '13900001234'
  const order = await delivered(shop, goods, 1, { contact })
  const stranger = { ...order, visitor: shop.visitor() }
  expect(await codeOf(complain(stranger))).toBe('common.not_found')
  const other = await delivered(shop, goods)
  expect(await codeOf(complain({ ...other, grants: order.grants }))).toBe('common.not_found')
  const looker = shop.visitor()
  await looker.call('orders.lookup', { body: { no: order.no, queryPassword: QUERY_PASSWORD } })
  await complain({ ...order, visitor: looker })
  expect(await outcome(shop, order)).toMatchObject({ state: 'replaced' })
  expect((await other.visitor.call('orders.get', { params: { no: other.no } })).complaints).toEqual([])
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
    shop: { ...USUAL_RULE, isOwn: true },
    goods: [{ goodsId: goods.goodsId, automatic: false }],
  })
  await shop.staff.call('fulfilment.removeComplaintRule', { body: { goodsId: goods.goodsId } })
  const again = await delivered(shop, goods)
  await complain(again)
  expect(await outcome(shop, again)).toMatchObject({ state: 'replaced' })
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
  expect(await codeOf(decide(shop, id, 'replace'))).toBe('complaints.decided')
  expect(await complain(order)).toEqual({ id, isNew: true })
  expect(await outcome(shop, order)).toMatchObject({ state: 'person' })
  const support = await shop.hire(['orders.read', 'orders.handle'])
  expect((await support.call('fulfilment.getComplaint', { params: { complaintId: id } })).actions).not.toContain(
    'refund',
  )
  expect(await codeOf(decide(shop, id, 'refund', support))).toBe('common.forbidden')
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
  expect(await codeOf(handle('refund', first))).toBe('common.forbidden')
  expect((await handle('retry')).results.map(({ code: why }) => why)).toEqual(['complaints.not_this_way', null])
  expect((await handle('replace')).results.map(({ ok }) => ok)).toEqual([true, false])
  expect(await list()).toEqual([])
  expect(await codeOf(shop.staff.call('fulfilment.readException', { params: { no: short.no, lineNo: 1 } }))).toBe(
    'common.not_found',
  )
  await expectBooksRight(house, shop.tenantId)
})
