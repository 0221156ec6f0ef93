import { randomUUID } from 'node:crypto'
import { TASK_STATES } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { expect, test } from 'vitest'
import { somePicture } from '../../src/modules/catalog/fixture.ts'
import { taskStates } from '../../src/modules/fulfilment/service/model.ts'
import { followOverdue } from '../../src/modules/fulfilment/service/overdue.ts'
import { expectBooksRight } from './books.ts'
import { isDelivered, openHouse, type PlaceOptions, type Shop, until } from './shop.ts'

/** Paid lines that people of the shop work on: taken by one, asked about, proven, refused, late, and given back. */

const house = await openHouse()
const PRICE_FEN = 3_000
const shop = await house.newShop()
const worker = await shop.hire(['services.work'])
const other = await shop.hire(['services.work'])

type Rules = { readonly promisedMinutes?: number; readonly capacityPerDay?: number | null } & {
  readonly whenOverdue?: 'flag' | 'refund'
  readonly whenRejected?: 'desk' | 'refund'
}
async function service(rules: Rules = {}) {
  const goods = await shop.stock(0, {
    goods: { formFields: [{ key: 'account', labelZh: '账号', type: 'phone', confirmTwice: true }] },
    sku: { kind: 'service', priceFen: PRICE_FEN },
  })
  const usual = { promisedMinutes: 60, capacityPerDay: null, whenOverdue: 'flag', whenRejected: 'desk' } as const
  await shop.staff.call('fulfilment.saveServiceRules', { params: { skuId: goods.skuId }, body: { ...usual, ...rules } })
  return goods
}
type Goods = Awaited<ReturnType<typeof service>>

async function paid(goods: Goods, quantity = 1, options: PlaceOptions = {}) {
  const order = await shop.place(goods, quantity, { form: { account: '13800000001' }, ...options })
  if (options.payWith !== 'balance') await shop.pay(order.no)
  const [task] = (await worker.call('fulfilment.listTasks', { query: { q: String(order.no) } })).items
  if (!task) throw new Error(`order ${order.no} is no task`)
  return { ...order, taskId: task.id, task }
}
const taken = async (goods: Goods, options: PlaceOptions = {}) => {
  const order = await paid(goods, 1, options)
  expect(await worker.call('fulfilment.takeTasks', { body: { taskIds: [order.taskId] } })).toEqual({
    taken: [order.taskId],
    lost: [],
  })
  return order
}
const read = (taskId: number, as = worker) => as.call('fulfilment.getTask', { params: { taskId } })
const seen = ({ visitor, no }: { readonly visitor: Shop['staff']; readonly no: OrderNo }) =>
  visitor.call('orders.get', { params: { no } })
const finish = (taskId: number, proof = '已开通', pictureIds: number[] = [], as = worker) =>
  as.call(
    'fulfilment.finishTask',
    { params: { taskId }, body: { proof, pictureIds } },
    { idempotencyKey: randomUUID() },
  )
const stock = (no: OrderNo) =>
  house.query<{ readonly kind: string; readonly owner_key: string; readonly state: string }>(
    'select kind, owner_key, state from entitlements.grants where tenant_id = $1 and order_no = $2 order by piece',
    [shop.tenantId, no],
  )

test('the database moves tasks as the table says', async () => {
  for (const state of TASK_STATES) {
    const [row] = await house.query<{ readonly moves: string[] }>('select fulfilment.task_moves($1) as moves', [state])
    expect(row?.moves.toSorted(), state).toEqual([...taskStates.next(state)].toSorted())
  }
})

test('a paid service is a task; done, it is the buyer’s, with its proof, and the books are right', async () => {
  const goods = await service()
  const member = await shop.member()
  const order = await paid(goods, 2, { visitor: member.visitor })
  expect(order.task).toMatchObject({ state: 'waiting', quantity: 2, isOverdue: false, staffId: null })
  expect((await seen(order)).lines[0]).toMatchObject({
    state: 'supplying',
    service: { state: 'waiting', mayCancel: true, usuallySeconds: null },
  })
  await worker.call('fulfilment.takeTasks', { body: { taskIds: [order.taskId] } })
  const picture = await worker.upload(
    'fulfilment.uploadProof',
    { params: { taskId: order.taskId } },
    new Uint8Array(await somePicture('png')),
    { fileName: 'proof.png' },
  )
  const unmeant = await worker.upload(
    'fulfilment.uploadProof',
    { params: { taskId: order.taskId } },
    new Uint8Array(await somePicture('png')),
    { fileName: 'proof.png' },
  )
  const path = `${shop.base}/api/mall/orders/${order.no}/proof/${picture.id}`
  await expect(
    member.visitor.call('fulfilment.readOrderProof', { params: { no: order.no, pictureId: picture.id } }),
    'not before it is shown',
  ).rejects.toMatchObject({ status: 404 })
  const done = await finish(order.taskId, '已开通到 2027 年', [picture.id])
  expect(done).toMatchObject({ state: 'done', pictures: [{ id: picture.id }], actions: [] })
  expect(done.log.map(({ kind }) => kind)).toEqual(['opened', 'accepted', 'done'])

  const view = await shop.seen(order, isDelivered)
  expect(view.lines[0]).toMatchObject({
    kind: 'service',
    state: 'delivered',
    codes: null,
    moreCodes: 0,
    service: { state: 'done', proof: '已开通到 2027 年', pictures: [{ id: picture.id }], mayCancel: false },
  })
  expect(view.lines[0]?.service?.usuallySeconds).toBeGreaterThanOrEqual(0)
  expect(await stock(order.no)).toEqual(
    Array.from({ length: 2 }, () => ({ kind: 'service', owner_key: `m:${member.id}`, state: 'active' })),
  )
  // Private: the buyer has it, a stranger does not even learn that there is one.
  expect((await fetch(path)).status).toBe(404)
  const kept = await house.query('select id from fulfilment.task_pictures where task_id = $1', [order.taskId])
  expect(kept.map(({ id }) => Number(id))).toEqual([picture.id])
  expect(unmeant.id).not.toBe(picture.id)
  await expectBooksRight(house, shop.tenantId)
})

test('of two who take the same task at once one has it, and the other is told who', async () => {
  const goods = await service()
  const orders = await Promise.all([1, 2, 3].map(() => paid(goods)))
  const taskIds = orders.map(({ taskId }) => taskId)
  const [one, two] = await Promise.all(
    [worker, other].map((who) => who.call('fulfilment.takeTasks', { body: { taskIds } })),
  )
  expect([...(one?.taken ?? []), ...(two?.taken ?? [])].toSorted((a, b) => a - b)).toEqual(
    taskIds.toSorted((a, b) => a - b),
  )
  const [lost] = [...(one?.lost ?? []), ...(two?.lost ?? [])]
  expect(lost?.message).toContain('店员')
  const [winner, loser] = one?.taken.includes(taskIds[0] ?? 0) ? [worker, other] : [other, worker]
  await expect(finish(taskIds[0] ?? 0, 'x', [], loser)).rejects.toMatchObject({ status: 409, code: 'service.taken' })
  expect((await read(taskIds[0] ?? 0, loser)).actions).toEqual([])

  // Two clicks of the same person: the second finds it done.
  const ends = await Promise.allSettled([
    finish(taskIds[0] ?? 0, 'a', [], winner),
    finish(taskIds[0] ?? 0, 'b', [], winner),
  ])
  expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  expect(await stock(orders[0]?.no as OrderNo)).toHaveLength(1)

  // Handed over it is the colleague's; whoever manages services may act for anybody.
  const { items } = await worker.call('fulfilment.listServiceStaff', {})
  expect(items.length).toBeGreaterThanOrEqual(3)
  const mine = one?.taken.find((id) => id !== taskIds[0]) ?? two?.taken.find((id) => id !== taskIds[0]) ?? 0
  const holder = one?.taken.includes(mine) ? worker : other
  const heir = (await read(taskIds[0] ?? 0)).staffId ?? 0
  await holder.call('fulfilment.handOverTask', { params: { taskId: mine }, body: { staffId: heir } })
  expect((await read(mine)).log.at(-1)?.kind).toBe('handed_over')
  const back = await shop.staff.call('fulfilment.putBackTask', { params: { taskId: mine }, body: {} })
  expect(back).toMatchObject({ state: 'waiting', staffId: null })
})

test('what the buyer is asked stops the clock, is corrected once, and is kept', async () => {
  const goods = await service()
  const order = await taken(goods, { contact: 'buyer@example.com' })
  await expect(
    worker.call('fulfilment.askBuyer', {
      params: { taskId: order.taskId },
      body: { question: '？', fields: ['nothing'] },
    }),
  ).rejects.toMatchObject({ code: 'service.not_a_field' })
  const asked = await worker.call('fulfilment.askBuyer', {
    params: { taskId: order.taskId },
    body: { question: '账号不存在，请核对', fields: ['account'] },
  })
  expect(asked).toMatchObject({ state: 'asking', dueAt: null })
  expect(asked.leftSeconds).toBeGreaterThan(3_500)
  await followOverdue(house.platform)
  expect((await read(order.taskId)).isOverdue).toBe(false)

  const view = await shop.seen(order, (one) => one.lines[0]?.service?.state === 'asking')
  expect(view.lines[0]?.service).toMatchObject({ question: '账号不存在，请核对', questionFields: ['account'] })
  const answer = (form: Record<string, string>, note = '', visitor = order.visitor) =>
    visitor.call('fulfilment.answerTask', { params: { no: order.no, lineNo: 1 }, body: { form, note } })
  await expect(answer({ account: '13900000002' }, '', shop.visitor())).rejects.toMatchObject({ status: 404 })
  await expect(answer({ account: 'nonsense' })).rejects.toMatchObject({ code: 'orders.form_field' })
  await expect(answer({ other: 'x' })).rejects.toMatchObject({ code: 'service.not_a_field' })
  await expect(answer({})).rejects.toMatchObject({ code: 'service.nothing_answered' })
  await answer({ account: '13900000002' }, '写错了')
  await expect(answer({ account: '13900000003' })).rejects.toMatchObject({ code: 'service.nothing_asked' })

  const task = await read(order.taskId)
  expect(task).toMatchObject({ state: 'answered', form: { account: '13900000002' }, leftSeconds: null })
  expect(task.log.at(-1)).toMatchObject({
    kind: 'answered',
    note: '写错了',
    before: { account: '13800000001' },
    after: { account: '13900000002' },
  })
  expect((await seen(order)).lines[0]?.form).toEqual({ account: '13900000002' })
  await finish(order.taskId)
  // Both sides heard of it, and no message carries what the buyer wrote.
  const told = await until('the buyer to be written to', async () => {
    const rows = await house.query<{ readonly text: string }>(
      'select to_jsonb(m)::text as text from notify.messages m where tenant_id = $1 and template = $2',
      [shop.tenantId, 'service.asked'],
    )
    return rows.length > 0 ? rows : undefined
  })
  expect(told.map(({ text }) => text).join()).not.toContain('13900000002')
})

test('what is rejected goes to the desk and may be tried again; by rule its money is back at once', async () => {
  const desk = await taken(await service())
  const reject = (taskId: number) =>
    worker.call('fulfilment.rejectTask', { params: { taskId }, body: { reason: '账号在风控中' } })
  expect(await reject(desk.taskId)).toMatchObject({ state: 'rejected', proof: '账号在风控中' })
  const { items } = await shop.staff.call('fulfilment.listExceptions', { query: { reason: 'service_rejected' } })
  expect(items).toMatchObject([{ orderNo: desk.no, note: '账号在风控中', actions: ['retry', 'refund', 'done'] }])
  await shop.staff.call('fulfilment.retryLine', { params: { no: desk.no, lineNo: 1 }, body: {} })
  expect(await read(desk.taskId)).toMatchObject({ state: 'waiting', staffId: null, proof: '' })

  const member = await shop.member(PRICE_FEN)
  const goods = await service({ whenRejected: 'refund' })
  const order = await paid(goods, 1, { visitor: member.visitor, payWith: 'balance' })
  await worker.call('fulfilment.takeTasks', { body: { taskIds: [order.taskId] } })
  await reject(order.taskId)
  expect(await seen(order)).toMatchObject({ state: 'refunded', refundedFen: PRICE_FEN })
  await expectBooksRight(house, shop.tenantId)
})

test('what was rejected and then done outside of the system is marked as done: the right is the buyer’s, the proof the shop’s', async () => {
  const order = await taken(await service())
  await worker.call('fulfilment.rejectTask', { params: { taskId: order.taskId }, body: { reason: '账号在风控中' } })
  const { results } = await shop.staff.call('fulfilment.handleExceptions', {
    body: { action: 'done', lines: [{ orderNo: order.no, lineNo: 1, grantId: 0 }], reason: '店长当面开通' },
  })
  expect(results).toMatchObject([{ ok: true }])
  expect(await read(order.taskId)).toMatchObject({ state: 'done', proof: '', log: expect.anything() })
  expect((await read(order.taskId)).log.at(-1)).toMatchObject({ kind: 'done', note: '店长当面开通' })
  const view = await seen(order)
  expect(view.lines[0]).toMatchObject({ state: 'delivered' })
  expect(JSON.stringify(view)).not.toContain('店长当面开通')
  await expectBooksRight(house, shop.tenantId)
})

test('the buyer may take it back while nobody has begun, and not afterwards', async () => {
  const goods = await service()
  const member = await shop.member(2 * PRICE_FEN)
  const pay = { visitor: member.visitor, payWith: 'balance' }
  const early = await paid(goods, 1, pay)
  const cancel = (order: { readonly no: OrderNo; readonly visitor: Shop['staff'] }) =>
    order.visitor.call('fulfilment.cancelTask', { params: { no: order.no, lineNo: 1 }, body: {} })
  await expect(cancel({ no: early.no, visitor: shop.visitor() })).rejects.toMatchObject({ status: 404 })
  await cancel(early)
  expect(await seen(early)).toMatchObject({ state: 'refunded', refundedFen: PRICE_FEN })
  expect(await read(early.taskId)).toMatchObject({ state: 'cancelled', actions: [] })
  const lost = await worker.call('fulfilment.takeTasks', { body: { taskIds: [early.taskId] } })
  expect(lost).toMatchObject({ taken: [], lost: [{ id: early.taskId }] })

  const late = await paid(goods, 1, pay)
  // Both at the same moment: either it is taken, or the money is back; never both.
  const [take, back] = await Promise.allSettled([
    worker.call('fulfilment.takeTasks', { body: { taskIds: [late.taskId] } }),
    cancel(late),
  ])
  const isTaken = take.status === 'fulfilled' && take.value.taken.length === 1
  expect(back.status).toBe(isTaken ? 'rejected' : 'fulfilled')
  expect((await seen(late)).state).toBe(isTaken ? 'paid' : 'refunded')
  await expectBooksRight(house, shop.tenantId)
})

test('a refund by staff ends a task that is open, and whoever has it is told', async () => {
  const goods = await service()
  const order = await taken(goods)
  await shop.staff.call(
    'orders.refund',
    { params: { no: order.no }, body: { lineNo: 1, to: 'source', reason: '买家要求' } },
    { idempotencyKey: randomUUID() },
  )
  await shop.seen(order, (view) => view.state === 'refunded')
  expect(await read(order.taskId)).toMatchObject({ state: 'cancelled' })
  await expect(finish(order.taskId)).rejects.toMatchObject({ code: 'service.wrong_state' })
  expect(await stock(order.no)).toEqual([])
  await expectBooksRight(house, shop.tenantId)
})

test('what a payer’s bank takes back ends an open task as well', async () => {
  const order = await taken(await service())
  const [receipt] = await house.query<{ readonly trade_no: string }>(
    'select trade_no from payments.receipts where tenant_id = $1 and order_no = $2',
    [shop.tenantId, order.no],
  )
  await house.platform.db.call<string>(shop.tenantId, 'fulfilment.chargeback', 'sim-pay', {
    tradeNo: receipt?.trade_no,
    disputeNo: `D${order.no}`,
    amountFen: PRICE_FEN,
    state: 'lost',
    reason: 'test',
  })
  await expect(finish(order.taskId)).rejects.toMatchObject({ code: 'service.wrong_state' })
  expect(await read(order.taskId)).toMatchObject({ state: 'cancelled' })
  expect(await stock(order.no)).toEqual([])
  await expectBooksRight(house, shop.tenantId)
})

test('late is said once, and by rule the money goes back', async () => {
  const flagged = await taken(await service())
  const member = await shop.member(PRICE_FEN)
  const refunded = await paid(await service({ whenOverdue: 'refund' }), 1, {
    visitor: member.visitor,
    payWith: 'balance',
  })
  await house.query("update fulfilment.tasks set due_at = now() - interval '1 minute' where id = any ($1)", [
    [flagged.taskId, refunded.taskId],
  ])
  await Promise.all([followOverdue(house.platform), followOverdue(house.platform)])
  await followOverdue(house.platform)
  const task = await read(flagged.taskId)
  expect(task).toMatchObject({ state: 'accepted', isOverdue: true })
  expect(task.log.filter(({ kind }) => kind === 'overdue')).toHaveLength(1)
  expect(await seen(refunded)).toMatchObject({ state: 'refunded', lines: [{ service: { state: 'cancelled' } }] })
  const { items } = await worker.call('fulfilment.listTasks', { query: { overdue: 'true' } })
  expect(items.map(({ id }) => id)).toEqual([flagged.taskId])
  await finish(flagged.taskId)
  await expectBooksRight(house, shop.tenantId)
})

test('a day bears no more than its capacity, however many ask at once', async () => {
  const goods = await service({ capacityPerDay: 3 })
  const tries = await Promise.allSettled(
    Array.from({ length: 8 }, () => shop.place(goods, 1, { form: { account: '13800000001' } })),
  )
  const won = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  expect(won).toHaveLength(3)
  for (const one of tries) {
    if (one.status === 'rejected') expect(one.reason).toMatchObject({ status: 409, code: 'service.day_is_full' })
  }
  const left = () => shop.visitor().call('fulfilment.readPromise', { params: { skuId: goods.skuId } })
  expect(await left()).toMatchObject({ promisedMinutes: 60, leftToday: 0 })
  // Who changes their mind makes room.
  const [first] = won
  await first?.visitor.call('orders.cancel', { params: { no: first.no }, body: {} })
  expect(await left()).toMatchObject({ leftToday: 1 })
  await shop.place(goods, 1, { form: { account: '13800000001' } })
})

test('without the right nobody sees the desk, and only who manages services changes their rules', async () => {
  const nobody = await shop.hire(['orders.read', 'orders.handle'])
  await expect(nobody.call('fulfilment.listTasks', {})).rejects.toMatchObject({ status: 403 })
  const goods = await service()
  const rules = { promisedMinutes: 5, capacityPerDay: null, whenOverdue: 'flag', whenRejected: 'desk' } as const
  await expect(
    worker.call('fulfilment.saveServiceRules', { params: { skuId: goods.skuId }, body: rules }),
  ).rejects.toMatchObject({ status: 403 })
  const cards = await shop.stock(1)
  await expect(
    shop.staff.call('fulfilment.saveServiceRules', { params: { skuId: cards.skuId }, body: rules }),
  ).rejects.toMatchObject({ code: 'service.not_a_service' })
})
