import { randomUUID } from 'node:crypto'
import { isProblem } from '@quanshu/client'
import type { OrderView } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { describe, expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { saveSettings } from '../../src/modules/tenancy/index.ts'
import { expectBooksRight } from './books.ts'
import {
  codeOf,
  codesOf,
  type Goods,
  isDelivered,
  openHouse,
  QUERY_PASSWORD,
  type Shop,
  until,
  type Visitor,
} from './shop.ts'

/** Redeem codes as goods, and what they redeem into: bundles, services, what is short. Whatever happens the money balances. */

const house = await openHouse()
const shop = await house.newShop({ 'refunds.usedCodes': 'refuse' })
const theirs = await house.newShop()

type Facts = Partial<Parameters<typeof shop.staff.call<'redeem.createBatch'>>[1]['body']>
type LinkFacts = Partial<Parameters<typeof shop.staff.call<'redeem.saveLink'>>[1]['body']>

/** The codes of a series that is handed out. */
async function series(goods: Goods, facts: Facts = {}): Promise<{ id: number; codes: readonly string[] }> {
  const { id } = await shop.staff.call('redeem.createBatch', {
    body: { name: '赠礼', skuId: goods.skuId, codes: 1, ...facts } as never,
  })
  const params = { redeemBatchId: id }
  await until('the codes to be made', async () =>
    (await shop.staff.call('redeem.getBatch', { params })).state === 'ready' ? true : undefined,
  )
  const file = await shop.staff.download('redeem.exportCodes', { params, body: { reason: '印卡片' } })
  const lines = (await file.text()).trim().split('\r\n').slice(1)
  return { id, codes: lines.map((line) => line.split(',')[0] ?? '') }
}

const saveLink = (goods: Goods, into: Goods, facts: LinkFacts = {}, of: Shop = shop) =>
  of.staff.call('redeem.saveLink', {
    params: { skuId: goods.skuId },
    body: { intoSkuId: into.skuId, ...facts } as never,
  })

/** Goods of kind `link` that redeem into `into`. */
async function link(into: Goods, facts: LinkFacts = {}, sku: object = {}): Promise<Goods> {
  const goods = await shop.stock(0, { goods: { title: '兑换链接' }, sku: { kind: 'link', priceFen: 2_000, ...sku } })
  await saveLink(goods, into, facts)
  return goods
}

async function bought(goods: Goods, quantity = 1, options: Parameters<Shop['place']>[2] = {}) {
  const order = await shop.place(goods, quantity, options)
  if (options.payWith !== 'balance') await shop.pay(order.no)
  return { ...order, view: await shop.seen(order, isDelivered) }
}

type Options = { visitor?: Visitor; contact?: string; key?: string; form?: Record<string, string> }
let people = 0
function redeem(code: string, options: Options = {}, of: Shop = shop): Promise<OrderView> {
  people += 1
  return (options.visitor ?? of.visitor()).call(
    'redeem.redeem',
    {
      body: {
        code,
        contact: options.contact ?? `p${people}@example.test`,
        queryPassword: QUERY_PASSWORD,
        form: options.form ?? {},
      },
    },
    { idempotencyKey: options.key ?? randomUUID() },
  )
}
const look = (code: string) => shop.visitor().call('redeem.look', { body: { code } })
const takeBack = (no: number, lines?: number[]) =>
  shop.staff.call('redeem.takeBack', {
    params: { redeemedNo: no as OrderNo },
    body: { reason: '发错了', ...(lines ? { lines } : {}) },
  })
const refund = (no: OrderNo, body: object = {}) =>
  shop.staff.call(
    'orders.refund',
    { params: { no }, body: { lineNo: null, to: 'source', reason: '退款', ...body } as never },
    { idempotencyKey: randomUUID() },
  )
const retry = (no: OrderNo) => shop.staff.call('fulfilment.retryLine', { params: { no, lineNo: 1 }, body: {} })
const onDesk = async (no: OrderNo) =>
  (await shop.staff.call('fulfilment.listExceptions', { query: { q: String(no) } })).items[0]
const toldOf = async (no: OrderNo): Promise<number> => {
  const [row] = await house.query<{ count: number }>(
    `select count(*)::integer as count from events.log where tenant_id = $1 and type = 'order.exception' and subject = $2`,
    [shop.tenantId, `order:${no}`],
  )
  return row?.count ?? 0
}
const stateNow = async (no: OrderNo) => (await shop.staff.call('orders.detail', { params: { no } })).state
const service = async (capacityPerDay: number | null) => {
  const goods = await shop.stock(0, {
    goods: { formFields: [{ key: 'account', labelZh: '账号', type: 'phone' }] },
    sku: { kind: 'service', priceFen: 3_000 },
  })
  await shop.staff.call('fulfilment.saveServiceRules', {
    params: { skuId: goods.skuId },
    body: { promisedMinutes: 60, capacityPerDay, whenOverdue: 'flag', whenRejected: 'desk' },
  })
  return goods
}
const bundle = (policy: string, parts: readonly object[]) =>
  shop.stock(0, {
    goods: { title: '礼包' },
    sku: { kind: 'bundle', title: '一份', priceFen: 3_000, bundle: { policy, parts } },
  })
const balanceOf = async (kind: string): Promise<number> => {
  const [row] = await house.query<{ fen: number }>(
    'select coalesce(sum(balance), 0) as fen from ledger.accounts where tenant_id = $1 and kind = $2',
    [shop.tenantId, kind],
  )
  return Number(row?.fen)
}
async function expectAllRight(): Promise<void> {
  await expectBooksRight(house, shop.tenantId)
  const report = await auditBooks(house.platform, shop.tenantId, { isWhole: true, graceSeconds: 0 })
  expect(report.checks.flatMap(({ violations }) => violations)).toEqual([])
}

describe('redeeming into other kinds', () => {
  test('a bundle: all of its parts at once, its points for members only; taken back part by part, the use last', async () => {
    const card = await shop.stock(4)
    const goods = await bundle('rest', [{ skuId: card.skuId, quantity: 2 }, { points: 300 }])
    const { codes, id } = await series(goods)
    const [code = ''] = codes
    expect(await look(code)).toMatchObject({ kind: 'bundle', inStock: true, membersOnly: true })
    expect(await codeOf(redeem(code))).toBe('orders.bundle_needs_member')
    const member = await shop.member()
    const view = await redeem(code, { visitor: member.visitor })
    expect(view).toMatchObject({ state: 'delivered', totalFen: 0, bundles: [{ amountFen: 0, policy: 'rest' }] })
    expect(codesOf(view)).toHaveLength(2)
    const cards = view.lines.find(({ kind }) => kind === 'card')?.lineNo ?? 0
    // Three thousand fen at the bundle's own price: each piece is worth its share to the loss guard.
    const [worth] = await house.query<{ worths: number[] }>(
      'select line_worths as worths from redeem.uses where tenant_id = $1 and order_no = $2',
      [shop.tenantId, view.no],
    )
    expect((worth?.worths ?? [])[cards - 1]).toBeGreaterThan(1_000)

    expect(await takeBack(view.no, [cards])).toEqual({ ok: true, gaveBack: false, isWhole: false })
    expect(await codeOf(takeBack(view.no, [cards]))).toBe('orders.nothing_to_refund')
    expect(await codeOf(redeem(code, { visitor: member.visitor }))).toBe('redeem.used_up')
    expect(await takeBack(view.no)).toEqual({ ok: true, gaveBack: true, isWhole: true })
    expect(await shop.staff.call('redeem.getBatch', { params: { redeemBatchId: id } })).toMatchObject({
      counts: { uses: 0 },
    })
    expect((await redeem(code, { visitor: member.visitor })).state).toBe('delivered')
    await expectAllRight()
  })

  test('a bundle that holds back waits for the part that is short, when its series lets it; a piece came for it, then all goes', async () => {
    const one = await shop.stock(1)
    const two = await shop.stock(0)
    const goods = await bundle('hold', [
      { skuId: one.skuId, quantity: 1 },
      { skuId: two.skuId, quantity: 1 },
    ])
    const strict = await series(goods)
    expect(await codeOf(redeem(strict.codes[0] ?? ''))).toBe('orders.bundle_part_short')
    expect(await look(strict.codes[0] ?? '')).toMatchObject({ standing: 'open', inStock: false, waitsWhenShort: false })

    const patient = await series(goods, { whenShort: 'wait' })
    expect(await look(patient.codes[0] ?? '')).toMatchObject({ inStock: false, waitsWhenShort: true })
    const visitor = shop.visitor()
    const view = await redeem(patient.codes[0] ?? '', { visitor })
    expect(view.state).toBe('paid')
    expect(codesOf(view)).toEqual([])
    // Nobody has to look: what waits is handed out when the piece has come.
    await shop.addCards(two.skuId, 1)
    const there = await shop.seen({ visitor, no: view.no as OrderNo }, isDelivered)
    expect(codesOf(there)).toHaveLength(2)
    await expectAllRight()
  })

  test('a service: its task opens with the form, a full day leaves the code as it was, what is done stays', async () => {
    const goods = await service(1)
    const { codes } = await series(goods, { codes: 2, whenShort: 'wait' })
    const [one = '', two = ''] = codes
    expect(await codeOf(redeem(one))).toBe('orders.form_field')
    const form = { account: '13800000001' }
    const visitor = shop.visitor()
    const view = await redeem(one, { form, visitor })
    expect(view).toMatchObject({ state: 'paid', lines: [{ state: 'supplying', service: { state: 'waiting' } }] })
    expect(await codeOf(redeem(two, { form }))).toBe('service.day_is_full')
    expect(await look(two)).toMatchObject({ standing: 'open', inStock: false, waitsWhenShort: false })

    const { items } = await shop.staff.call('fulfilment.listTasks', { query: { q: String(view.no) } })
    const taskId = items[0]?.id ?? 0
    expect(await shop.staff.call('fulfilment.getTask', { params: { taskId } })).toMatchObject({
      form,
    })
    // Taken back it makes room for the next.
    expect(await takeBack(view.no)).toMatchObject({ gaveBack: true })
    const again = await redeem(two, { form, visitor })
    const [task] = (await shop.staff.call('fulfilment.listTasks', { query: { q: String(again.no) } })).items
    await shop.staff.call('fulfilment.takeTasks', { body: { taskIds: [task?.id ?? 0] } })
    await shop.staff.call(
      'fulfilment.finishTask',
      { params: { taskId: task?.id ?? 0 }, body: { proof: '已开通', pictureIds: [] } },
      { idempotencyKey: randomUUID() },
    )
    expect(await stateNow(again.no as OrderNo)).toBe('delivered')
    expect(await codeOf(takeBack(again.no))).toBe('orders.refund_used_codes')
    await expectAllRight()
  })

  test('rivals on a code that waits: one has the piece, others wait in the order they came, nobody twice', async () => {
    const goods = await shop.stock(1)
    const { codes, id } = await series(goods, { usesPerCode: 3, whenShort: 'wait' })
    const outcomes = await Promise.all(
      [1, 2, 3, 4, 5].map(() =>
        redeem(codes[0] ?? '').catch((error) => (isProblem(error) ? error.code : Promise.reject(error))),
      ),
    )
    expect(outcomes.map((one) => (typeof one === 'string' ? one : one.state)).sort()).toEqual([
      'delivered',
      'paid',
      'paid',
      'redeem.used_up',
      'redeem.used_up',
    ])
    await shop.addCards(goods.skuId, 2)
    for (const view of outcomes) {
      if (typeof view === 'string') continue
      await until('it to be handed out', async () =>
        (await stateNow(view.no as OrderNo)) === 'delivered' ? true : undefined,
      )
    }
    expect(await shop.staff.call('redeem.getBatch', { params: { redeemBatchId: id } })).toMatchObject({
      counts: { uses: 3 },
    })
    await expectAllRight()
  })
})

describe('a link that is sold', () => {
  test('is the buyer’s when it is paid, with its own code a piece; given away it is redeemed once, and revenue is booked once', async () => {
    const card = await shop.stock(5)
    const goods = await link(card, { validDays: 30 })
    const before = await balanceOf('cash.revenue')
    const order = await bought(goods, 2)
    const [line] = order.view.lines
    expect(line).toMatchObject({ kind: 'link', state: 'delivered', deliveredQuantity: 2 })
    const codes = codesOf(order.view)
    expect(new Set(codes).size).toBe(2)
    expect(codes[0]).toMatch(/^(?:[2-9A-HJKMNP-TV-Z]{4}-){3}[2-9A-HJKMNP-TV-Z]{4}$/)
    expect(line?.codes?.[0]?.link).toMatchObject({ uses: 1, used: 0, standing: 'open' })
    expect(Date.parse(line?.codes?.[0]?.link?.validTo ?? '')).toBeGreaterThan(Date.now() + 29 * 86_400_000)
    expect((await balanceOf('cash.revenue')) - before).toBe(4_000)
    const file = await order.visitor.download('orders.codesFile', { params: { no: order.no } })
    expect(await file.text()).toContain(codes[1])

    const friend = await redeem(codes[0] ?? '')
    expect(friend).toMatchObject({ state: 'delivered', totalFen: 0 })
    expect(await codeOf(redeem(codes[0] ?? ''))).toBe('redeem.used_up')
    expect((await balanceOf('cash.revenue')) - before).toBe(4_000)
    const seen = await order.visitor.call('orders.get', { params: { no: order.no } })
    expect(seen.lines[0]?.codes).toMatchObject([
      { state: 'used', link: { used: 1, standing: 'used_up' } },
      { state: 'active', link: { used: 0, standing: 'open' } },
    ])
    // What was paid for it is what the loss guard goes by.
    const [use] = await house.query<{ worth: number }>(
      'select unit_worth_fen as worth from redeem.uses where tenant_id = $1 and order_no = $2',
      [shop.tenantId, friend.no],
    )
    expect(Number(use?.worth)).toBe(2_000)
    const sold = await shop.staff.call('redeem.listSold', { query: { q: String(order.no) } })
    expect(sold).toMatchObject({ total: 2, items: [{ orderNo: order.no, standing: 'open' }, { standing: 'used_up' }] })
    const links = await shop.staff.call('redeem.listLinks', {})
    expect(links.items.find(({ skuId }) => skuId === goods.skuId)).toMatchObject({
      available: 3,
      counts: { sold: 2, open: 1, usedUp: 1, uses: 1 },
    })
    await expectAllRight()
  })

  test('made once, however often and at how many servers its job runs', async () => {
    const order = await bought(await link(await shop.stock(3)), 3)
    const rerun = () =>
      house.query(
        `select jobs.enqueue($1, jsonb_build_array(jsonb_build_object('task', 'redeem.deliver', 'payload', $2::jsonb)))`,
        [shop.tenantId, JSON.stringify({ no: order.no, lineNo: 1 })],
      )
    await Promise.all([rerun(), rerun(), rerun()])
    await until('the jobs to be done', async () => {
      const [row] = await house.query<{ left: number }>(
        `select count(*) as left from graphile_worker.jobs where task_identifier = 'redeem.deliver'`,
      )
      return Number(row?.left) === 0 ? true : undefined
    })
    expect(codesOf(await order.visitor.call('orders.get', { params: { no: order.no } }))).toEqual(codesOf(order.view))
    expect(
      await codeOf(house.query('select redeem.deliver_sold($1, $2, 1, $3)', [shop.tenantId, order.no, '[]'])),
    ).toBe('ok')
    await expectAllRight()
  })

  test('refunded unused it redeems nothing any more; used, or partly used, it stays, unless staff give an amount', async () => {
    const card = await shop.stock(9)
    const goods = await link(card, { usesPerCode: 2 })
    const unused = await bought(goods)
    const [dead = ''] = codesOf(unused.view)
    await refund(unused.no)
    expect(await codeOf(redeem(dead))).toBe('redeem.void')
    await until('the money to be back', async () => ((await stateNow(unused.no)) === 'refunded' ? true : undefined))

    const partly = await bought(goods)
    const [code = ''] = codesOf(partly.view)
    const used = await redeem(code)
    expect(await codeOf(refund(partly.no))).toBe('orders.refund_used_codes')
    await refund(partly.no, { lineNo: 1, takes: 'nothing', amountFen: 1_000 })
    await until('the amount to be back', async () => {
      const { refundedFen } = await shop.staff.call('orders.detail', { params: { no: partly.no } })
      return refundedFen === 1_000 ? true : undefined
    })
    expect((await redeem(code)).state).toBe('delivered')

    expect(await takeBack(used.no)).toMatchObject({ gaveBack: true })
    expect(await look(code)).toMatchObject({ standing: 'open', usesLeft: 1 })
    // Where a used code may be a loss, its order goes back with what was not used; what was redeemed stays.
    await saveSettings(house.platform, shop.ctx, { 'refunds.usedCodes': 'record_loss' }, { 'refunds.usedCodes': 1 })
    await refund(partly.no)
    expect(await codeOf(redeem(code))).toBe('redeem.void')
    // A use that comes free after its price went back is nobody's.
    const single = await bought(await link(card))
    const [once = ''] = codesOf(single.view)
    const redeemed = await redeem(once)
    await refund(single.no)
    expect(await takeBack(redeemed.no)).toMatchObject({ gaveBack: true })
    expect(await codeOf(redeem(once))).toBe('redeem.void')
    await saveSettings(house.platform, shop.ctx, { 'refunds.usedCodes': 'refuse' }, { 'refunds.usedCodes': 2 })
    await expectAllRight()
  })

  test('refund and redemption at the same moment: one of them has it', async () => {
    const card = await shop.stock(20)
    const goods = await link(card)
    const orders = await Promise.all(Array.from({ length: 8 }, () => bought(goods)))
    const outcomes = await Promise.all(
      orders.map(({ no, view }) =>
        Promise.all([codeOf(refund(no)), codeOf(redeem(codesOf(view)[0] ?? ''))]).then((both) => both.join(' ')),
      ),
    )
    for (const outcome of outcomes) expect(outcome).toMatch(/^(?:ok redeem\.void|orders\.refund_used_codes ok)$/)
    await until('all refunds to be done', async () => {
      const [row] = await house.query<{ open: number }>(
        `select count(*) as open from payments.refunds where tenant_id = $1 and state in ('requested', 'processing')`,
        [shop.tenantId],
      )
      return Number(row?.open) === 0 ? true : undefined
    })
    await expectAllRight()
  })

  test('is for sale as long as there is something to redeem, also for rivals, or as many as come', async () => {
    const card = await shop.stock(4)
    const goods = await link(card, { quantity: 2 })
    const orders = await Promise.all([1, 2, 3, 4].map(() => codeOf(shop.place(goods))))
    expect(orders.sort()).toEqual(['ok', 'ok', 'orders.sold_out', 'orders.sold_out'])
    await saveLink(goods, card, { quantity: 2, stock: 'unlimited' })
    const many = await bought(goods, 3)
    expect(codesOf(many.view)).toHaveLength(3)
    // The shelf is another matter: it has two more of two pieces.
    const outcomes = await Promise.all(codesOf(many.view).map((code) => codeOf(redeem(code))))
    expect(outcomes.sort()).toEqual(['ok', 'ok', 'orders.sold_out'])
    await expectAllRight()
  })

  test('is what it was when the order was placed, whatever the shop says since', async () => {
    const card = await shop.stock(5)
    const other = await shop.stock(5)
    const goods = await link(card)
    const order = await shop.place(goods)
    await saveLink(goods, other)
    await shop.pay(order.no)
    const [code = ''] = codesOf(await shop.seen(order, isDelivered))
    expect((await redeem(code)).lines[0]?.skuId).toBe(card.skuId)
    const [next = ''] = codesOf((await bought(goods)).view)
    expect((await redeem(next)).lines[0]?.skuId).toBe(other.skuId)
  })

  test('promises what each order gets, also one that was placed under an offer since replaced', async () => {
    const card = await shop.stock(6)
    const goods = await link(card, { quantity: 3 })
    const another = await link(card)
    await shop.place(goods)
    await saveLink(goods, await shop.stock(9))
    // Three of six are promised by an order that nobody has paid yet.
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => codeOf(shop.place(another))))
    expect(outcomes.sort()).toEqual(['ok', 'ok', 'ok', 'orders.sold_out'])
    const same = await shop.stock(4)
    const smaller = await link(same, { quantity: 3 })
    await shop.place(smaller)
    await saveLink(smaller, same, { quantity: 1 })
    const { items } = await shop.staff.call('redeem.listLinks', {})
    expect(items.find(({ skuId }) => skuId === smaller.skuId)?.available).toBe(1)
  })

  test('whose code is not made goes to the desk, once; tried again there, refunded there, or made after all', async () => {
    const goods = await link(await shop.stock(9))
    const giveUp = () => house.platform.db.callGlobal<number>('redeem.give_up_making', 300, 200)
    const age = (no: OrderNo) =>
      house.query(
        `update redeem.sales set wanted_at = now() - interval '6 minutes' where tenant_id = $1 and order_no = $2`,
        [shop.tenantId, no],
      )
    const lineOf = async (no: OrderNo) => (await shop.staff.call('orders.detail', { params: { no } })).lines[0]
    // Every job that makes codes fails, as it would without its key.
    await house.query(
      `create function redeem.fail_for_test() returns trigger language plpgsql as $$ begin raise exception 'no codes today'; end $$;
       create trigger fail_for_test before insert on redeem.codes for each row when (new.order_no is not null)
         execute function redeem.fail_for_test()`,
    )
    const orders = [await shop.place(goods), await shop.place(goods), await shop.place(goods)]
    for (const { no } of orders) {
      await shop.pay(no)
      await until('its code to be wanted', async () => ((await lineOf(no))?.state === 'supplying' ? true : undefined))
    }
    const [tried, refunded, waited] = orders.map(({ no }) => no) as [OrderNo, OrderNo, OrderNo]
    expect(await giveUp()).toBe(0)
    for (const no of [tried, refunded, waited]) await age(no)
    // Time in which no worker worked is not counted: their jobs have only now begun.
    await house.query(
      `insert into platform.standstills (key, kind, words, set_by, ended_at, ended_by)
       values ('over', 'by_hand', '核对', 'test', now(), 'test')`,
    )
    expect(await giveUp()).toBe(0)
    await house.query("delete from platform.standstills where key = 'over'")
    const given = await Promise.all([giveUp(), giveUp()])
    expect(given[0] + given[1] + (await giveUp())).toBe(3)
    expect(await onDesk(tried)).toMatchObject({
      reason: 'link_failed',
      proposal: { action: 'retry', because: 'not_made' },
      actions: ['retry', 'refund'],
    })
    expect(
      await codeOf(theirs.staff.call('fulfilment.retryLine', { params: { no: tried, lineNo: 1 }, body: {} })),
    ).toBe('common.not_found')
    expect((await retry(tried)).lines[0]?.state).toBe('supplying')
    // Just wanted again: it has its time.
    expect(await giveUp()).toBe(0)
    const { results } = await shop.staff.call('fulfilment.handleExceptions', {
      body: { action: 'refund', lines: [{ orderNo: refunded, lineNo: 1, grantId: 0 }], reason: '做不出来' },
    })
    expect(results).toMatchObject([{ ok: true }])
    await house.query('drop trigger fail_for_test on redeem.codes; drop function redeem.fail_for_test()')
    await age(tried)
    await giveUp()
    // Its job may have come through at this moment.
    if ((await lineOf(tried))?.state === 'exception') await retry(tried).catch(() => undefined)
    // What nobody touched comes by itself once its job can make it, and leaves the desk.
    await house.query(
      `select jobs.enqueue($1, jsonb_build_array(jsonb_build_object('task', 'redeem.deliver', 'payload', $2::jsonb)))`,
      [shop.tenantId, JSON.stringify({ no: waited, lineNo: 1 })],
    )
    for (const [index, no] of [tried, waited].entries()) {
      const order = orders[index === 0 ? 0 : 2]
      if (!order) throw new Error('three orders')
      expect(codesOf(await shop.seen(order, isDelivered))).toHaveLength(1)
      expect(await onDesk(no)).toBeUndefined()
    }
    await until('the money to be back', async () => ((await stateNow(refunded)) === 'refunded' ? true : undefined))
    const [codes] = await house.query<{ count: number }>(
      'select count(*)::integer as count from redeem.codes where tenant_id = $1 and order_no = any ($2)',
      [shop.tenantId, [tried, refunded, waited]],
    )
    expect(codes).toEqual({ count: 2 })
    await expectAllRight()
  })

  test('whose series ended before it was paid, or before its code was made, is an exception and no other offer', async () => {
    const card = await shop.stock(9)
    const stuck = (no: OrderNo) =>
      until('it to be an exception', async () => {
        const { lines, state } = await shop.staff.call('orders.detail', { params: { no } })
        return lines[0]?.state === 'exception' && lines[0].exception?.reason === 'no_source' ? state : undefined
      })
    const goods = await link(card)
    const order = await shop.place(goods)
    const { items } = await shop.staff.call('redeem.listLinks', {})
    const batchId = items.find(({ skuId }) => skuId === goods.skuId)?.offer?.batchId ?? 0
    await saveLink(goods, await shop.stock(9))
    await shop.staff.call('redeem.setBatchState', {
      params: { redeemBatchId: batchId },
      body: { to: 'void', reason: '写错了' },
    })
    await shop.pay(order.no)
    expect(await stuck(order.no)).toBe('paid')
    // As if it had ended between payment and job.
    await house.query(
      `with line as (update orders.lines set state = 'supplying', exception_reason = null, exception_at = null where tenant_id = $1 and order_no = $2)
       insert into redeem.sales (tenant_id, order_no, line_no, batch_id, quantity) values ($1, $2, 1, $3, 1)`,
      [shop.tenantId, order.no, batchId],
    )
    await house.query(
      `select jobs.enqueue($1, jsonb_build_array(jsonb_build_object('task', 'redeem.deliver', 'payload', $2::jsonb)))`,
      [shop.tenantId, JSON.stringify({ no: order.no, lineNo: 1 })],
    )
    expect(await stuck(order.no)).toBe('paid')

    const short = await link(card, { validTo: new Date(Date.now() + 3_600_000).toISOString() })
    const late = await shop.place(short)
    await house.query(`update redeem.batches set valid_to = now() where tenant_id = $1 and link_sku_id = $2`, [
      shop.tenantId,
      short.skuId,
    ])
    await shop.pay(late.no)
    expect(await stuck(late.no)).toBe('paid')
    // Trying again says the truth, tells nobody once more and makes it no younger.
    const before = await onDesk(late.no)
    expect(before).toMatchObject({ reason: 'no_source', proposal: { action: 'refund', because: 'link_over' } })
    expect(await codeOf(retry(late.no))).toBe('fulfilment.link_over')
    expect(await onDesk(late.no)).toEqual(before)
    expect(await toldOf(late.no)).toBe(1)
    for (const { no } of [order, late]) {
      await refund(no)
      await until('the money to be back', async () => ((await stateNow(no)) === 'refunded' ? true : undefined))
    }
    await expectAllRight()
  })

  test('is bought with points, is never a part, never leads to a link, and nobody else’s', async () => {
    const card = await shop.stock(3)
    const member = await shop.member(0, 500)
    const goods = await link(card, {}, { priceFen: 0, pricePoints: 200 })
    const order = await bought(goods, 1, { visitor: member.visitor, payWith: 'balance' })
    expect(codesOf(order.view)).toHaveLength(1)
    await refund(order.no)
    expect(await member.visitor.call('members.getMe', {})).toMatchObject({ points: 500 })
    expect(await codeOf(redeem(codesOf(order.view)[0] ?? ''))).toBe('redeem.void')

    expect(await codeOf(saveLink(goods, goods))).toBe('redeem.kind_not_redeemable')
    expect(await codeOf(saveLink(card, card))).toBe('redeem.not_a_link')
    expect(await codeOf(series(goods))).toBe('redeem.kind_not_redeemable')
    expect(await codeOf(bundle('rest', [{ skuId: goods.skuId, quantity: 1 }]))).toBe('catalog.bundle_link')
    expect(await codeOf(saveLink(goods, card, { validTo: new Date(Date.now() - 1).toISOString() }))).toBe(
      'redeem.validity_reversed',
    )
    const foreign = await theirs.stock(1)
    expect(await codeOf(saveLink(goods, foreign))).toBe('common.not_found')
    expect(await codeOf(saveLink(goods, card, {}, theirs))).toBe('common.not_found')
    expect(await codeOf(redeem(codesOf(order.view)[0] ?? '', {}, theirs))).toBe('redeem.unknown_code')
    const batchId = (await shop.staff.call('redeem.listLinks', {})).items.find(({ skuId }) => skuId === goods.skuId)
      ?.offer?.batchId
    const params = { redeemBatchId: batchId ?? 0 }
    expect(await codeOf(shop.staff.download('redeem.exportCodes', { params, body: { reason: '看看' } }))).toBe(
      'redeem.sold_not_exported',
    )
    expect(
      await codeOf(shop.staff.call('redeem.setBatchState', { params, body: { to: 'void', reason: '不卖了' } })),
    ).toBe('redeem.link_on_sale')
    // Suspended, it is not for sale.
    await shop.staff.call('redeem.setBatchState', { params, body: { to: 'suspended', reason: '查一查' } })
    expect(await codeOf(shop.place(goods, 1, { visitor: member.visitor, payWith: 'balance' }))).toBe('orders.sold_out')
    await expectAllRight()
  })
})
