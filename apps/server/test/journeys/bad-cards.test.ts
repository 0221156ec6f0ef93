import { randomUUID } from 'node:crypto'
import { COMPLAINT_STATES, RECOVERY_STATES } from '@quanshu/contract'
import { expect, test } from 'vitest'
import { complaintStates } from '../../src/modules/fulfilment/complaints/model.ts'
import { recoveryStates } from '../../src/modules/fulfilment/recoveries/model.ts'
import {
  complain,
  type Delivered,
  decide,
  delivered,
  imported,
  isEnded,
  openBadCards,
  outcome,
  read,
  recoveries,
  ruled,
  SALE_FEN,
} from './bad-cards.ts'
import { expectBooksRight } from './books.ts'
import { codeOf, codesOf, type Shop, until } from './shop.ts'

/** Delivered codes that do not work: reported with a tap and put right once, by a rule. */

const { house, supplier, openShop, bought, loseAnswer, askAgain, stateOfCard } = await openBadCards()

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
  expect(await stateOfCard(shop, order.grants[0] ?? 0)).toBe('void')
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
  const order = await delivered(shop, await bought(shop))
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
  expect(await Promise.all([codeOf(contest()), codeOf(contest())])).toEqual(expect.arrayContaining(['ok']))
  expect(await read(shop, complaint.id)).toMatchObject({ state: 'person', why: ['contested'], contest: '不是我用的' })
  await decide(shop, complaint.id, 'reject')
  expect(await outcome(shop, order)).toMatchObject({ state: 'rejected', mayContest: false })
  expect(await codeOf(contest())).toBe('complaints.contested')
  expect(await codeOf(decide(shop, complaint.id, 'refund'))).toBe('complaints.decided')
  expect(await recoveries(shop)).toEqual([])
  await expectBooksRight(house, shop.tenantId)
})

test('a supplier that cannot say is asked again, then it is the rule’s word; by a strict rule a person’s', async () => {
  const shop = await openShop({ whenUnsure: false })
  const order = await delivered(shop, await bought(shop))
  supplier.control.addFault({ kind: 'api.broken', endpoint: supplier.asking, times: 4 } as never)
  await complain(order)
  const state = await until('somebody to have the word', async () => {
    // What hurries the supplier's second and third chance.
    await house.query('update fulfilment.complaints set due_at = now() where tenant_id = $1 and due_at is not null', [
      shop.tenantId,
    ])
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
  loseAnswer()
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
  expect(await codeOf(decide(shop, id, 'buy'))).toBe('complaints.purchase_open')
  await supplier.control.advance(700_000)
  await askAgain(order)
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
  const shop = await openShop({ remedies: ['buy', 'refund'] })
  const goods = await bought(shop)
  const slow = await delivered(shop, goods)
  loseAnswer()
  await complain(slow)
  await until('the purchase to be sent', async () => supplier.handedOut(slow.no) === 2 || undefined)
  await house.query(
    `update fulfilment.complaints set buying_since = now() - interval '1 hour', due_at = now() where tenant_id = $1`,
    [shop.tenantId],
  )
  const { id } = await outcome(shop, slow)
  await decide(shop, id, 'refund')
  await supplier.control.advance(700_000)
  await askAgain(slow)
  await told(shop, 'late')
  expect((await read(shop, id)).log.map(({ kind }) => kind)).toContain('late')

  const refused = await delivered(shop, goods)
  supplier.control.addFault({ kind: 'order.fail', times: 1, value: '渠道维护' } as never)
  await complain(refused)
  await outcome(shop, refused)
  const [purchase] = await until('the refusal', async () => {
    await askAgain(refused)
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
  loseAnswer()
  await complain(order)
  await until('the purchase to be sent', async () => supplier.handedOut(order.no) === 2 || undefined)
  await shop.staff.call(
    'orders.refund',
    { params: { no: order.no }, body: { lineNo: 1, to: 'source', reason: '不要了', pieces: [grantId] } },
    { idempotencyKey: randomUUID() },
  )
  await supplier.control.advance(700_000)
  await askAgain(order)
  const { id, state, view } = await outcome(shop, order)
  expect([state, codesOf(view)]).toEqual(['person', order.codes])
  expect(await read(shop, id)).toMatchObject({ why: ['refund_awaits'] })
  expect(await codeOf(decide(shop, id, 'replace'))).toBe('fulfilment.refund_awaits')
  const [refund] = (await shop.staff.call('payments.listRefunds', { query: { state: ['awaiting'] } })).items
  const second = await shop.hire(['refunds.approve', 'orders.read'])
  await second.call(
    'fulfilment.declineRefund',
    { params: { refundId: refund?.id ?? 0 }, body: { reason: '换一张' } } as never,
    { idempotencyKey: randomUUID() },
  )
  expect(await decide(shop, id, 'replace')).toMatchObject({ state: 'replaced' })
  expect([await stateOfCard(shop, grantId), supplier.handedOut(order.no)]).toEqual(['void', 2])
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
      () => codeOf(complain(order)),
      () =>
        codeOf(
          shop.staff.call(
            'orders.refund',
            { params: { no: order.no }, body: { lineNo: 1, to: 'source', reason: '退款' } },
            { idempotencyKey: randomUUID() },
          ),
        ),
      () =>
        codeOf(
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
        codeOf(
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
      if (what < 2) return await codeOf(complain(order, at, reason === 0 ? 'invalid' : 'other'))
      if (what === 2) {
        const { items } = await shop.staff.call('fulfilment.listComplaints', { query: { state: ['person'] } as never })
        const actions = ['replace', 'refund', 'reject', 'check'] as const
        const one = items[at % Math.max(items.length, 1)]
        return one && (await codeOf(decide(shop, one.id, actions[(at + reason) % 4] ?? 'reject')))
      }
      if (what === 3) {
        const body = { lineNo: 1, pieces: [grantId], to: 'source' as const, reason: '退' }
        return await codeOf(
          shop.staff.call('orders.refund', { params: { no: order.no }, body }, { idempotencyKey: randomUUID() }),
        )
      }
      if (what === 4) {
        return await codeOf(
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
          return await codeOf(order.visitor.call('fulfilment.contestComplaint', { params, body: { note: '再看看' } }))
        return await codeOf(order.visitor.call('fulfilment.withdrawComplaint', { params, body: {} }))
      }
      return await codeOf(
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
