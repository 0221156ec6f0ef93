import { randomUUID } from 'node:crypto'
import type { Client } from '@quanshu/client'
import type { OrderNo } from '@quanshu/kernel'
import { expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { expectBooksRight } from './books.ts'
import { type Script, scriptedSupplier } from './scripted-supplier.ts'
import { codeOf, type Goods, isDelivered, openHouse, type PlacedOrder, someCodes, until } from './shop.ts'

/**
 * A refund that waits for a second person, and every way in which its line might be delivered meanwhile: refused until that is
 * decided, or, where the goods came all the same, the end of the refund, told to who asked. Nobody has both, and nobody neither.
 */

const supplier = scriptedSupplier('late', { costHao: 50_000 })
const house = await openHouse({ supplierAdapters: new Map([[supplier.adapter.id, supplier.adapter]]) })
const shop = await house.newShop({ 'refunds.approvalAboveFen': 1 })
const asker = await shop.hire(['orders.read', 'orders.refund', 'orders.handle', 'services.work'])
const t = shop.tenantId

const key = () => ({ idempotencyKey: randomUUID() })
const detail = (no: OrderNo) => shop.staff.call('orders.detail', { params: { no } })
const lineOf = async (no: OrderNo, lineNo = 1) => (await detail(no)).lines.find((line) => line.lineNo === lineNo)
const refundsOf = async (no: OrderNo) => (await detail(no)).refunds.map(({ state }) => state)
const livingOf = async (no: OrderNo, lineNo = 1): Promise<number> => {
  const rows = await house.query(
    `select 1 from entitlements.grants where tenant_id = $1 and order_no = $2 and line_no = $3 and state <> 'revoked'`,
    [t, no, lineNo],
  )
  return rows.length
}
/** Asked for by one who may not agree to it. */
async function asked(no: OrderNo, body: object = {}, lineNo: number | null = 1): Promise<number> {
  const answer = await asker.call(
    'orders.refund',
    { params: { no }, body: { lineNo, to: 'source', reason: '不要了', ...body } },
    key(),
  )
  expect(answer).toBeDefined()
  const [row] = await house.query<{ id: number }>(
    `select max(id)::integer as id from payments.refunds where tenant_id = $1 and order_no = $2 and state = 'awaiting'`,
    [t, no],
  )
  if (!row?.id) throw new Error('no refund waits')
  return row.id
}
const approve = (refundId: number) =>
  codeOf(shop.staff.call('fulfilment.approveRefund', { params: { refundId }, body: {} } as never, key()))
const decline = (refundId: number) =>
  codeOf(
    shop.staff.call('fulfilment.declineRefund', { params: { refundId }, body: { reason: '再等等' } } as never, key()),
  )
const retry = (no: OrderNo, lineNo = 1) =>
  codeOf(shop.staff.call('fulfilment.retryLine', { params: { no, lineNo }, body: {} }))
const handle = async (action: string, no: OrderNo, more: object = {}) => {
  const { results } = await shop.staff.call('fulfilment.handleExceptions', {
    body: { action, lines: [{ orderNo: no, lineNo: 1, grantId: 0 }], reason: '核实过了', ...more } as never,
  })
  return results[0]?.code ?? 'ok'
}
const onDesk = async (no: OrderNo) =>
  (await shop.staff.call('fulfilment.listExceptions', { query: { q: String(no) } })).items[0]
const told = async (who: Client) =>
  (await who.call('notify.listInbox', { query: {} })).items.filter(({ event }) => event === 'refund.overtaken')
const AWAITS = 'fulfilment.refund_awaits'

async function expectAllRight(): Promise<void> {
  await expectBooksRight(house, t)
  const report = await auditBooks(house.platform, t, { isWhole: true, graceSeconds: 0 })
  expect(report.checks.flatMap(({ violations }) => violations)).toEqual([])
}
/** Given back whole: nothing of it is the buyer's. */
async function expectGivenBack(order: Pick<PlacedOrder, 'visitor' | 'no'>): Promise<void> {
  await shop.seen(order, ({ state }) => state === 'refunded')
  expect(await livingOf(order.no)).toBe(0)
}

/** Codes that were gone when it was paid, and are there now. */
async function stuckCards() {
  const goods = await shop.stock(1, { sku: { holdMode: 'payment' } })
  const [first, order] = [await shop.place(goods), await shop.place(goods)]
  await shop.pay(first.no)
  await shop.pay(order.no)
  expect((await lineOf(order.no))?.exception?.reason).toBe('out_of_stock')
  await shop.addCards(goods.skuId, 2)
  return { goods, order }
}
let charge: Promise<{ readonly goods: Goods; readonly supplierId: number }> | undefined
function topUps() {
  charge ??= (async () => {
    const { id } = await shop.staff.call(
      'suppliers.create',
      {
        body: {
          name: 'late',
          adapter: 'late',
          baseUrl: 'http://127.0.0.1:9',
          identity: 'shop',
          secrets: { key: 's3cret' },
          concurrent: 64,
          perMinute: 60_000,
        },
      },
      key(),
    )
    await shop.staff.call('suppliers.sync', { params: { supplierId: id }, body: {} })
    const productId = await until('the product to be synced', async () => {
      const { items } = await shop.staff.call('suppliers.listProducts', { query: { supplierId: id } })
      return items[0]?.id
    })
    const goods = await shop.stock(0, {
      goods: { formFields: [{ key: 'account', labelZh: '账号', type: 'text' }] },
      sku: { kind: 'topup' },
    })
    await shop.staff.call('suppliers.saveSkuSupply', {
      params: { skuId: goods.skuId },
      body: { policy: 'cheapest', leastMarginFen: 0, offers: [{ productId, fieldMap: { account: 'account' } }] },
    })
    return { goods, supplierId: id }
  })()
  return charge
}
let accounts = 0
const account = (script: Script): string => {
  accounts += 1
  supplier.state.scripts.set(`buyer${accounts}`, script)
  return `buyer${accounts}`
}
async function stuckTopUp(script: Script = { refuse: 'stock' }) {
  const { goods } = await topUps()
  const name = account(script)
  const order = await shop.place(goods, 1, { form: { account: name } })
  await shop.pay(order.no)
  await shop.seen(order, (view) => view.lines[0]?.state === 'exception')
  return { order, name }
}

test('retry is refused until it is decided, and says where; declined it is delivered, approved it goes back', async () => {
  const { goods, order } = await stuckCards()
  const refund = await asked(order.no)
  expect(await onDesk(order.no)).toMatchObject({
    proposal: { action: 'refund', because: 'refund_awaits' },
    actions: [],
  })
  expect([await retry(order.no), await handle('retry', order.no)]).toEqual([AWAITS, AWAITS])
  // Nor when another line of the order is tried, or whoever fills up orders comes by.
  expect(await house.platform.db.call(t, 'fulfilment.deliver', [order.no], 'system')).toEqual([])
  expect(await livingOf(order.no)).toBe(0)
  expect(await decline(refund)).toBe('ok')
  expect((await onDesk(order.no))?.actions).toContain('retry')
  expect(await retry(order.no)).toBe('ok')
  expect(await livingOf(order.no)).toBe(1)

  // The other way round: delivered first, it is the refund of a delivered line, and approving takes the code.
  const late = await asked(order.no)
  expect(await approve(late)).toBe('ok')
  await expectGivenBack(order)

  const again = await stuckCards()
  const second = await asked(again.order.no)
  expect([await approve(second), await retry(again.order.no)]).toEqual(['ok', 'fulfilment.not_an_exception'])
  await expectGivenBack(again.order)
  expect(goods.skuId).not.toBe(again.goods.skuId)
  await expectAllRight()
})

test('asked back and tried again at the same moment: whoever is first, and never both', async () => {
  for (let round = 0; round < 6; round += 1) {
    const { order } = await stuckCards()
    const both = [() => codeOf(asked(order.no)), () => retry(order.no)]
    const [refund, delivery] = await Promise.all((round % 2 ? both.toReversed() : both).map((ask) => ask()))
    const answers = round % 2 ? [delivery, refund] : [refund, delivery]
    expect(answers[0]).toBe('ok')
    expect(['ok', AWAITS]).toContain(answers[1])
    expect(await livingOf(order.no)).toBe(answers[1] === 'ok' ? 1 : 0)
    expect(await refundsOf(order.no)).toEqual(['awaiting'])
    const [row] = await house.query<{ id: number }>(
      'select id::integer from payments.refunds where tenant_id = $1 and order_no = $2',
      [t, order.no],
    )
    expect(await approve(row?.id ?? 0)).toBe('ok')
    await expectGivenBack(order)
  }
  await expectAllRight()
})

test('a closed channel’s line gets nothing from the total warehouse before that', async () => {
  const goods = await shop.stock(2)
  const channel = await shop.staff.call('stock.createWarehouse', {
    body: { channel: 'late', name: '渠道', kind: 'agent', fallsBack: false },
  })
  const stuck = async () => {
    const [piece = ''] = someCodes(1)
    const batchId = await shop.addCards(goods.skuId, [piece])
    await shop.staff.call(
      'stock.movePieces',
      { body: { moves: [{ skuId: goods.skuId, fromId: null, toId: channel.id, quantity: 1 }], reason: '调拨' } },
      key(),
    )
    return { batchId, order: await shop.place(goods, 1, { channel: 'late' }) }
  }
  const [one, other] = [await stuck(), await stuck()]
  // All that the channel has is held back, wherever it came from.
  for (const batchId of [goods.batchId, one.batchId, other.batchId]) {
    await shop.staff.call('vault.suspendBatch', { params: { batchId }, body: { reason: '核查' } })
  }
  for (const { order } of [one, other]) await shop.pay(order.no)
  await shop.staff.call('stock.closeWarehouse', { params: { warehouseId: channel.id }, body: { reason: '停止合作' } })
  await shop.addCards(goods.skuId, 2)
  const refund = await asked(one.order.no)
  expect(await handle('from_total', one.order.no)).toBe(AWAITS)
  // Before it is asked back it is delivered, and what is asked for then is of a delivered line.
  expect(await handle('from_total', other.order.no)).toBe('ok')
  const late = await asked(other.order.no)
  expect([await approve(late), await approve(refund)]).toEqual(['ok', 'ok'])
  await expectGivenBack(one.order)
  await expectGivenBack(other.order)
  expect(await handle('from_total', one.order.no)).toBe('fulfilment.not_an_exception')
  await expectAllRight()
})

test('no other source is bought from, and nobody calls it done; what is bought already is not asked back', async () => {
  const { order, name } = await stuckTopUp()
  const { items } = await shop.staff.call('fulfilment.listExceptionSources', {
    params: { no: order.no, lineNo: 1 },
  })
  const offerId = items[0]?.offerId
  const refund = await asked(order.no)
  expect([
    await handle('source', order.no, { offerId }),
    await handle('done', order.no),
    await retry(order.no),
  ]).toEqual([AWAITS, AWAITS, AWAITS])
  expect(await decline(refund)).toBe('ok')
  supplier.state.scripts.set(name, { accept: 1_000 })
  expect(await handle('source', order.no, { offerId })).toBe('ok')
  expect(await codeOf(asked(order.no))).toBe('orders.supply_under_way')

  const done = await stuckTopUp()
  const declined = await asked(done.order.no)
  expect([await decline(declined), await handle('done', done.order.no)]).toEqual(['ok', 'ok'])
  const late = await asked(done.order.no)
  expect(await approve(late)).toBe('ok')
  await expectGivenBack(done.order)
  await expectAllRight()
})

test('a supplier that had refused delivers after all: the refund ends, and who asked is told, once', async () => {
  const { order } = await stuckTopUp()
  const refund = await asked(order.no)
  const [purchase] = await house.query<{ id: number }>(
    'select id::integer from suppliers.purchases where tenant_id = $1 and order_no = $2',
    [t, order.no],
  )
  const news = () =>
    house.platform.db.call(
      t,
      'fulfilment.purchase_news',
      JSON.stringify([{ id: purchase?.id, kind: 'done', costHao: 50_000 }]),
    )
  const before = (await told(asker)).length
  await news()
  await news()
  expect(await approve(refund)).toBe('orders.refund_not_awaiting')
  const [row] = (await detail(order.no)).refunds
  expect(row).toMatchObject({ state: 'declined', decidedBy: 'system', decidedNote: 'arrived' })
  const inbox = await until('the news', async () => {
    const now = await told(asker)
    return now.length > before ? now : undefined
  })
  expect(inbox).toHaveLength(before + 1)
  expect(inbox[0]?.title).toContain(String(order.no))
  expect(inbox[0]?.body).toContain('供应商改口说已到账')
  // Nobody else's inbox: it is the one who asked that has to ask again.
  expect(await told(shop.staff)).toEqual([])
  expect((await detail(order.no)).timeline.map(({ title }) => title)).toContain('refund.overtaken.arrived')

  // The other way round: whoever asks knows of it, and a second person agrees to that.
  const late = await asked(order.no)
  expect(await approve(late)).toBe('ok')
  await expectGivenBack(order)
  await expectAllRight()
})

test('a service is not begun; what somebody has done already is done, and the refund ends', async () => {
  const goods = await shop.stock(0, {
    goods: { formFields: [{ key: 'account', labelZh: '账号', type: 'phone' }] },
    sku: { kind: 'service' },
  })
  await shop.staff.call('fulfilment.saveServiceRules', {
    params: { skuId: goods.skuId },
    body: { promisedMinutes: 60, capacityPerDay: null, whenOverdue: 'flag', whenRejected: 'desk' },
  })
  const paid = async () => {
    const order = await shop.place(goods, 1, { form: { account: '13800000001' } })
    await shop.pay(order.no)
    const [task] = (await shop.staff.call('fulfilment.listTasks', { query: { q: String(order.no) } })).items
    return { ...order, taskId: task?.id ?? 0 }
  }
  const take = (taskId: number) => shop.staff.call('fulfilment.takeTasks', { body: { taskIds: [taskId] } })
  const finish = (taskId: number) =>
    codeOf(
      shop.staff.call(
        'fulfilment.finishTask',
        { params: { taskId }, body: { proof: '已开通', pictureIds: [] } },
        key(),
      ),
    )
  const order = await paid()
  const refund = await asked(order.no)
  const { taken, lost } = await take(order.taskId)
  expect(taken).toEqual([])
  expect(lost[0]?.message).toContain('审批')
  expect(await decline(refund)).toBe('ok')
  expect((await take(order.taskId)).taken).toEqual([order.taskId])

  const before = (await told(asker)).length
  const second = await asked(order.no)
  expect(await finish(order.taskId)).toBe('ok')
  expect(await approve(second)).toBe('orders.refund_not_awaiting')
  await shop.seen(order, isDelivered)
  const inbox = await until('the news', async () => {
    const now = await told(asker)
    return now.length > before ? now : undefined
  })
  expect(inbox[0]?.body).toContain('等待审批时已交付')
  // First it is agreed to, and then nobody has anything to finish.
  const other = await paid()
  await take(other.taskId)
  expect(await approve(await asked(other.no))).toBe('ok')
  expect(await finish(other.taskId)).toBe('service.wrong_state')
  await expectGivenBack(other)
  await expectAllRight()
})

test('a link that is not made yet waits for the decision, and is made when it was no', async () => {
  const into = await shop.stock(3)
  const goods = await shop.stock(0, { sku: { kind: 'link' } })
  await shop.staff.call('redeem.saveLink', { params: { skuId: goods.skuId }, body: { intoSkuId: into.skuId } as never })
  // Its job does not come: the maker of codes is away.
  const away = (is: boolean) =>
    house.query(
      is
        ? 'alter function redeem.deliver_sold(bigint, bigint, integer, jsonb) rename to deliver_sold_away'
        : 'alter function redeem.deliver_sold_away(bigint, bigint, integer, jsonb) rename to deliver_sold',
    )
  await away(true)
  const orders = [await shop.place(goods), await shop.place(goods)]
  for (const { no } of orders) await shop.pay(no)
  const [kept, back] = orders as [PlacedOrder, PlacedOrder]
  const [first, second] = [await asked(kept.no), await asked(back.no)]
  await away(false)
  const made = (no: OrderNo) => house.platform.db.call(t, 'redeem.deliver_sold', no, 1, '[{}]')
  expect([await made(kept.no), await made(back.no)]).toEqual([false, false])
  expect(await livingOf(kept.no)).toBe(0)
  expect(await approve(second)).toBe('ok')
  await expectGivenBack(back)
  expect(await decline(first)).toBe('ok')
  await shop.seen(kept, isDelivered)
  expect(await livingOf(kept.no)).toBe(1)
  expect(await approve(await asked(kept.no))).toBe('ok')
  await expectGivenBack(kept)
  await expectAllRight()
})

test('what a bundle holds back stays back, and goes out when it was no', async () => {
  const { goods: topUp } = await topUps()
  const card = await shop.stock(3)
  const bundle = await shop.stock(0, {
    goods: { title: '礼包' },
    sku: {
      kind: 'bundle',
      priceFen: 3_000,
      bundle: {
        policy: 'hold',
        parts: [
          { skuId: topUp.skuId, shareFen: 2_000 },
          { skuId: card.skuId, shareFen: 1_000 },
        ],
      },
    },
  })
  const held = async () => {
    const name = account({ refuse: 'stock' })
    const order = await shop.place(bundle, 1, { form: { p1_account: name } })
    await shop.pay(order.no)
    await shop.seen(order, (view) => view.lines.some(({ state }) => state === 'exception'))
    const { lines } = await detail(order.no)
    const lineNo = lines.find(({ kind }) => kind === 'card')?.lineNo ?? 0
    const refund = await asked(order.no, {}, lineNo)
    supplier.state.scripts.set(name, 'done')
    expect(await retry(order.no, 3 - lineNo)).toBe('ok')
    await shop.seen(order, (view) => view.lines.some(({ kind, state }) => kind === 'topup' && state === 'delivered'))
    await house.platform.db.call(t, 'fulfilment.settle_bundles', order.no)
    expect(await lineOf(order.no, lineNo)).toMatchObject({ state: 'waiting' })
    // As long as nobody has decided: the books know why it waits.
    await expectAllRight()
    return { order, lineNo, refund }
  }
  const one = await held()
  expect(await decline(one.refund)).toBe('ok')
  await shop.seen(one.order, isDelivered)
  expect(await livingOf(one.order.no, one.lineNo)).toBe(1)
  const other = await held()
  expect(await approve(other.refund)).toBe('ok')
  await until('it to be delivered without that part', async () =>
    (await detail(other.order.no)).state === 'delivered' ? true : undefined,
  )
  expect(await livingOf(other.order.no, other.lineNo)).toBe(0)
  await expectAllRight()
})

/** A top-up and a code in one bundle. The supplier refuses the top-up, and delivers it after all when `contradict` is called. */
async function refusedPart(policy: 'rest' | 'refund', script: Script) {
  const { goods: topUp } = await topUps()
  const card = await shop.stock(3)
  const bundle = await shop.stock(0, {
    goods: { title: '礼包' },
    sku: {
      kind: 'bundle',
      priceFen: 3_000,
      bundle: {
        policy,
        parts: [
          { skuId: topUp.skuId, shareFen: 2_000 },
          { skuId: card.skuId, shareFen: 1_000 },
        ],
      },
    },
  })
  const name = account(script)
  const order = await shop.place(bundle, 1, { form: { p1_account: name } })
  const suspend = () =>
    shop.staff.call('vault.suspendBatch', { params: { batchId: card.batchId }, body: { reason: '核查' } })
  const pay = async () => {
    await shop.pay(order.no)
    await until('the top-up to be refused', async () =>
      (await lineOf(order.no))?.state === 'exception' ? true : undefined,
    )
  }
  const contradict = async () => {
    const [purchase] = await house.query<{ id: number }>(
      'select id::integer from suppliers.purchases where tenant_id = $1 and order_no = $2 order by turn limit 1',
      [t, order.no],
    )
    const news = [{ id: purchase?.id, kind: 'done', costHao: 50_000 }]
    await house.platform.db.call(t, 'fulfilment.purchase_news', JSON.stringify(news))
  }
  const bought = () =>
    supplier.calls.filter(({ what, no }) => what === 'place' && no.startsWith(String(order.no))).length
  return { order, card, name, suspend, pay, contradict, bought }
}

test('what arrived after it was refused is not bought again with another line, only by its own name', async () => {
  const { order, card, name, suspend, pay, contradict, bought } = await refusedPart('rest', { refuse: 'stock' })
  await suspend()
  await pay()
  await contradict()
  expect((await lineOf(order.no))?.exception?.reason).toBe('supply_contradicted')
  supplier.state.scripts.set(name, 'done')
  const before = bought()
  await shop.staff.call('vault.resumeBatch', { params: { batchId: card.batchId }, body: { reason: '没问题' } })
  expect(await retry(order.no, 2)).toBe('ok')
  expect(await lineOf(order.no, 2)).toMatchObject({ state: 'delivered' })
  expect(await lineOf(order.no)).toMatchObject({ state: 'exception' })
  expect(bought()).toBe(before)
  expect(await retry(order.no)).toBe('ok')
  await shop.seen(order, isDelivered)
  expect(bought()).toBe(before + 1)
  await expectAllRight()
})

test('the share of a part that arrived after all does not go back by itself', async () => {
  const { order, pay, contradict } = await refusedPart('refund', { refuse: 'account' })
  await pay()
  await until('its share to be asked back', async () =>
    (await refundsOf(order.no)).includes('awaiting') ? true : undefined,
  )
  await contradict()
  expect(await refundsOf(order.no)).toEqual(['declined'])
  expect(await house.platform.db.call(t, 'fulfilment.settle_bundles', order.no)).toMatchObject({ lines: [] })

  // Nor that of one that did not, once a person has said no.
  const other = await refusedPart('refund', { refuse: 'stock' })
  await other.pay()
  await until('its share to be asked back', async () =>
    (await refundsOf(other.order.no)).includes('awaiting') ? true : undefined,
  )
  const [refund] = (await detail(other.order.no)).refunds
  expect(await decline(refund?.id ?? 0)).toBe('ok')
  expect(await house.platform.db.call(t, 'fulfilment.settle_bundles', other.order.no)).toMatchObject({ lines: [] })
  await expectAllRight()
})

test('a code that is asked back is not replaced, by staff or for a complaint', async () => {
  const goods = await shop.stock(5)
  const delivered = async () => {
    const order = await shop.place(goods)
    await shop.pay(order.no)
    const view = await shop.seen(order, isDelivered)
    return { ...order, grantId: view.lines[0]?.codes?.[0]?.grantId ?? 0 }
  }
  const replace = ({ no, grantId }: { no: OrderNo; grantId: number }) =>
    codeOf(shop.staff.call('fulfilment.replaceGrant', { params: { no, grantId }, body: { reason: '坏码' } }, key()))
  for (const body of [{}, { pieces: true }]) {
    const order = await delivered()
    const refund = await asked(order.no, 'pieces' in body ? { pieces: [order.grantId] } : {})
    expect(await replace(order)).toBe(AWAITS)
    await order.visitor.call('fulfilment.complain', {
      params: { no: order.no, grantId: order.grantId },
      body: { reason: 'invalid', note: '' },
    })
    const complaint = await until('the complaint to be with a person', async () => {
      const row = await onDesk(order.no)
      return row?.complaintId ? row : undefined
    })
    expect(complaint).toMatchObject({ proposal: { because: 'refund_awaits' } })
    expect(complaint.actions).not.toContain('replace')
    const decide = (action: 'replace' | 'buy') =>
      codeOf(
        shop.staff.call(
          'fulfilment.decideComplaint',
          { params: { complaintId: complaint.complaintId ?? 0 }, body: { action, reason: '核实过了' } },
          key(),
        ),
      )
    expect([await decide('replace'), await decide('buy')]).toEqual([AWAITS, AWAITS])
    if ('pieces' in body) {
      expect(await approve(refund)).toBe('ok')
      await expectGivenBack(order)
      expect(await replace(order)).toBe('fulfilment.grant_not_active')
    } else {
      expect([await decline(refund), await decide('replace')]).toEqual(['ok', 'ok'])
      expect(await livingOf(order.no)).toBe(1)
    }
  }
  // Replaced first: what is asked back then is the new one.
  const order = await delivered()
  expect(await replace(order)).toBe('ok')
  expect(await approve(await asked(order.no))).toBe('ok')
  await expectGivenBack(order)
  await expectAllRight()
})
