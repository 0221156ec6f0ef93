import { randomUUID } from 'node:crypto'
import { isProblem } from '@quanshu/client'
import type { OrderNo } from '@quanshu/kernel'
import { describe, expect, test } from 'vitest'
import { grantStates } from '../../src/modules/entitlements/index.ts'
import { holdStates } from '../../src/modules/ledger/index.ts'
import { lineStates, orderStates } from '../../src/modules/orders/index.ts'
import { expectBooksRight } from './books.ts'
import { expectNoDeadlocks } from './deadlocks.ts'
import { overtaken } from './overtaken.ts'
import { codesOf, isDelivered, openHouse, type PlacedOrder, type Shop, toCashier, until } from './shop.ts'

const house = await openHouse()
expectNoDeadlocks(house)
const shop = await house.newShop()
const { control, merchant } = house.standIns.paygate

/** Every change of a state in this file's journeys, written down by the database itself. */
await house.query(`
  create table public.changes (what text, before text, after text);
  create function public.note_change() returns trigger language plpgsql security definer as $$
  begin
    insert into public.changes values (tg_argv[0], old.state, new.state);
    return new;
  end $$;
  create trigger note after update of state on orders.orders
    for each row when (old.state <> new.state) execute function public.note_change('order');
  create trigger note after update of state on orders.lines
    for each row when (old.state <> new.state) execute function public.note_change('line');
  create trigger note after update of state on entitlements.grants
    for each row when (old.state <> new.state) execute function public.note_change('grant');
  create trigger note after update of state on ledger.holds
    for each row when (old.state <> new.state) execute function public.note_change('hold');
`)

describe('expiry against payment', () => {
  test('paid at the moment of expiry, twenty times: always delivered, never both expired and charged', async () => {
    const goods = await shop.stock(20)
    const orders = await Promise.all(Array.from({ length: 20 }, () => shop.place(goods)))
    await Promise.all([
      expire(...orders),
      ...orders.map(async (order, n) => {
        // Spread over the sweep's second, so that some notices come before it, some with it, some after.
        for (let turn = 0; turn < n; turn += 1) await order.visitor.call('orders.get', { params: { no: order.no } })
        await shop.pay(order.no, { late: true })
      }),
    ])
    const views = await Promise.all(orders.map((order) => shop.seen(order, isDelivered)))
    expect(new Set(views.flatMap(codesOf)).size).toBe(20)
    await expectBooksRight(house, shop.tenantId)
  })

  test('paid after expiry with stock: delivered', async () => {
    const goods = await shop.stock(1)
    const order = await expired(await shop.place(goods))
    await shop.pay(order.no, { late: true })
    expect(codesOf(await shop.seen(order, isDelivered))).toHaveLength(1)
    await expectBooksRight(house, shop.tenantId)
  })

  test('paid after expiry without stock: the refund is asked for by itself and done at the gateway, surplus back to zero', async () => {
    const goods = await shop.stock(1)
    const order = await expired(await shop.place(goods))
    const winner = await shop.place(goods)
    await shop.pay(order.no, { late: true })
    await refunded(order.no, 1)
    expect(refundsAt(order.no)).toMatchObject([{ status: 'SUCCESS', amount: 1990 }])
    const view = await order.visitor.call('orders.get', { params: { no: order.no } })
    expect([view.state, codesOf(view)]).toEqual(['expired', []])
    await shop.pay(winner.no)
    expect(codesOf(await shop.seen(winner, isDelivered))).toHaveLength(1)
    expect(await balanceOf('cash.surplus')).toBe(0)
    await expectBooksRight(house, shop.tenantId)
  })

  test('of two orders that paid too late for the last piece, one is delivered and one refunded', async () => {
    const goods = await shop.stock(2)
    const orders = [await expired(await shop.place(goods, 2)), await expired(await shop.place(goods, 2))]
    await Promise.all(orders.map(({ no }) => shop.pay(no, { late: true })))
    await until('one refund', async () => orders.flatMap(({ no }) => refundsAt(no)).length === 1 || undefined)
    const states = await Promise.all(orders.map(({ no, visitor }) => visitor.call('orders.get', { params: { no } })))
    expect(states.map(({ state }) => state).toSorted()).toEqual(['delivered', 'expired'])
    const loser = states.find(({ state }) => state === 'expired')
    await refunded(loser?.no as OrderNo, 1)
    await expectBooksRight(house, shop.tenantId)
  })

  test('what an expired order held is free again, and paying it from the balance is refused', async () => {
    const goods = await shop.stock(1)
    const { visitor } = await shop.member(5_000)
    const order = await expired(await shop.place(goods, 1, { visitor }))
    await expect(
      visitor.call('orders.pay', { params: { no: order.no }, body: { payWith: 'balance' } }),
    ).rejects.toMatchObject({ code: 'orders.not_pending' })
    expect((await shop.place(goods, 1, { visitor, payWith: 'balance' })).view.state).toBe('delivered')
    await expectBooksRight(house, shop.tenantId)
  })
})

describe('cancelling against payment', () => {
  test('cancelled while paying, in every interleaving: delivered or cancelled, and money never kept for nothing', async () => {
    const goods = await shop.stock(16)
    const orders = await Promise.all(Array.from({ length: 16 }, () => shop.place(goods)))
    const cancels = await Promise.all(
      orders.map(async (order, n) => {
        const cancel = () => code(order.visitor.call('orders.cancel', { params: { no: order.no }, body: {} }))
        const pay = () => shop.pay(order.no, { late: true })
        const [first, second] = n % 2 ? [cancel, pay] : [pay, cancel]
        const both = [first(), second()]
        const [a, b] = await Promise.all(both)
        return n % 2 ? a : b
      }),
    )
    expect(cancels.every((answer) => answer === 'done' || answer === 'orders.not_pending')).toBe(true)
    // Stock was there, so money that came late still buys what it was meant for.
    const views = await Promise.all(orders.map((order) => shop.seen(order, isDelivered)))
    expect(new Set(views.flatMap(codesOf)).size).toBe(16)
    await expectBooksRight(house, shop.tenantId)
  })

  test('a cancelled order is closed at the gateway too, so that nobody can pay it there', async () => {
    const goods = await shop.stock(1)
    const order = await shop.place(goods)
    await order.visitor.call('orders.cancel', { params: { no: order.no }, body: {} })
    await until(
      'closed at the gateway',
      () => control.payment(merchant.id, String(order.no)).status === 'CLOSED' || undefined,
    )
    await expectBooksRight(house, shop.tenantId)
  })

  test('paid at the gateway, its notice lost, and cancelled here: closing there finds the money, and it buys', async () => {
    const order = await shop.place(await shop.stock(1))
    control.addFault({ kind: 'notice.lose', key: String(order.no) })
    await shop.pay(order.no)
    await order.visitor.call('orders.cancel', { params: { no: order.no }, body: {} })
    expect(codesOf(await shop.seen(order, isDelivered))).toHaveLength(1)
    expect(refundsAt(order.no)).toEqual([])
    await expectBooksRight(house, shop.tenantId)
  })

  test('closed at the gateway, then paid there: the gateway takes no money', async () => {
    const order = await shop.place(await shop.stock(1))
    await order.visitor.call('orders.cancel', { params: { no: order.no }, body: {} })
    await until('closed', () => control.payment(merchant.id, String(order.no)).status === 'CLOSED' || undefined)
    await expect(shop.pay(order.no)).rejects.toThrow('did not take the money')
    await expectBooksRight(house, shop.tenantId)
  })

  test('paid by balance while a cashier is open: money that still comes there goes back', async () => {
    const goods = await shop.stock(2)
    const { visitor } = await shop.member(5_000)
    const order = await shop.place(goods, 1, { visitor })
    await visitor.call('orders.pay', { params: { no: order.no }, body: { payWith: 'balance' } })
    await shop.pay(order.no, { late: true })
    await refunded(order.no, 1)
    expect(await visitor.call('members.getMe', {})).toMatchObject({ balanceFen: 5_000 - 1990 })
    await expectBooksRight(house, shop.tenantId)
  })
})

test('paid twice under two trade numbers: delivered once, refunded once, however often the notices come', async () => {
  const goods = await shop.stock(2)
  const order = await shop.place(goods)
  control.addFault({ kind: 'pay.double', key: String(order.no) })
  await shop.pay(order.no)
  await Promise.all([1, 2, 3].map(() => control.repeatNotices(merchant.id, String(order.no), 3)))
  expect(codesOf(await shop.seen(order, isDelivered))).toHaveLength(1)
  await refunded(order.no, 1)
  expect(refundsAt(order.no)).toHaveLength(1)
  expect(await balanceOf('cash.surplus')).toBe(0)
  await expectBooksRight(house, shop.tenantId)
})

describe('the shelf against the order', () => {
  test('a batch suspended between order and payment: an exception with its reason, then delivered from another batch', async () => {
    const goods = await shop.stock(['BAD-1', 'BAD-2'])
    const order = await shop.place(goods, 2)
    await shop.staff.call('vault.suspendBatch', { params: { batchId: goods.batchId }, body: { reason: '供货商报错' } })
    await shop.pay(order.no)
    const view = await shop.seen(order, ({ state }) => state === 'paid')
    expect(view.lines[0]).toMatchObject({ state: 'exception', codes: null })
    const retry = () => shop.staff.call('fulfilment.retryLine', { params: { no: order.no, lineNo: 1 }, body: {} })
    await expect(retry()).rejects.toMatchObject({ code: 'fulfilment.still_short' })
    const { items } = await shop.staff.call('fulfilment.listExceptions', { query: { skuId: goods.skuId } })
    expect(items).toMatchObject([{ orderNo: order.no, reason: 'out_of_stock', actions: ['retry', 'refund'] }])
    const byWord = async (action: 'done' | 'source', offerId?: number) => {
      const lines = [{ orderNo: order.no, lineNo: 1, grantId: 0 }]
      const body = { action, lines, reason: '已私下发卡', ...(offerId && { offerId }) }
      return (await shop.staff.call('fulfilment.handleExceptions', { body })).results[0]?.code
    }
    expect(await byWord('done')).toBe('fulfilment.codes_not_by_word')
    expect(await byWord('source', 1)).toBe('fulfilment.never_asked')
    await shop.addCards(goods.skuId, ['GOOD-1', 'GOOD-2'])
    await Promise.allSettled([retry(), retry(), retry()])
    expect(codesOf(await shop.seen(order, isDelivered))).toEqual(['GOOD-1', 'GOOD-2'])
    await expectBooksRight(house, shop.tenantId)
  })

  test('a batch suspended while another has pieces: the order is delivered from the other', async () => {
    const goods = await shop.stock(['FIRST-1'])
    await shop.addCards(goods.skuId, ['SECOND-1'])
    const order = await shop.place(goods)
    await shop.staff.call('vault.suspendBatch', { params: { batchId: goods.batchId }, body: { reason: '坏批' } })
    await shop.pay(order.no)
    expect(codesOf(await shop.seen(order, isDelivered))).toEqual(['SECOND-1'])
    await expectBooksRight(house, shop.tenantId)
  })

  test('a batch of which something was sold cannot be undone; one that is only promised can, and the promise gives way', async () => {
    const [sold, kept] = [await shop.stock(1), await shop.stock(1)]
    const undo = (batchId: number) =>
      shop.staff.call('vault.undoBatch', { params: { batchId }, body: { reason: '导错了' } })
    const [order, promised] = [await shop.place(sold), await shop.place(kept)]
    await shop.pay(order.no)
    await shop.seen(order, isDelivered)
    await expect(undo(sold.batchId)).rejects.toMatchObject({ code: 'vault.batch_touched' })
    expect((await undo(kept.batchId)).state).toBe('undone')
    await shop.pay(promised.no)
    expect((await shop.seen(promised, ({ state }) => state === 'paid')).lines[0]?.state).toBe('exception')
    await expectBooksRight(house, shop.tenantId)
  })

  test('undo and the last sale at once: either the codes are gone and nobody has them, or they are sold and stay', async () => {
    for (let turn = 0; turn < 6; turn += 1) {
      const goods = await shop.stock(1)
      const { visitor } = await shop.member(2_000)
      const [sold, undone] = await Promise.all([
        code(shop.place(goods, 1, { visitor, payWith: 'balance' })),
        code(shop.staff.call('vault.undoBatch', { params: { batchId: goods.batchId }, body: { reason: '导错了' } })),
      ])
      expect([sold, undone].filter((answer) => answer === 'done')).toHaveLength(1)
      await expectBooksRight(house, shop.tenantId)
    }
  })

  test('a promise that gives way while its line is tried again: what is delivered leaves the shelf in the books too', async () => {
    const goods = await shop.stock(['PAST-1'])
    const order = await shop.place(goods)
    await house.query(
      `update vault.cards set valid_to = now() - interval '1 minute' where tenant_id = $1 and batch_id = $2`,
      [shop.tenantId, goods.batchId],
    )
    await shop.pay(order.no)
    await shop.seen(order, ({ state }) => state === 'paid')
    await shop.addCards(goods.skuId, ['AFTER-1'])
    const [hold] = await house.query<{ id: number; account: number }>(
      `select h.id, h.from_account as account from ledger.holds h join orders.lines l on l.tenant_id = h.tenant_id and l.hold_id = h.id
       where l.tenant_id = $1 and l.order_no = $2`,
      [shop.tenantId, order.no],
    )
    const rival = await house.platform.owner.connect()
    try {
      await rival.query('begin')
      await rival.query('select ledger.lock($1, array[$2::bigint])', [shop.tenantId, hold?.account])
      const retried = shop.staff.call('fulfilment.retryLine', { params: { no: order.no, lineNo: 1 }, body: {} })
      await until('the retry waits for the shelf', async () => {
        const [row] = await house.query<{ waiting: number }>(
          `select count(*)::integer as waiting from pg_stat_activity where wait_event_type = 'Lock' and query like '%fulfilment.deliver%'`,
        )
        return (row?.waiting ?? 0) > 0 || undefined
      })
      await rival.query(`select ledger.close($1, array[$2::bigint], 'released', 'hold.displaced')`, [
        shop.tenantId,
        hold?.id,
      ])
      await rival.query('commit')
      await retried
    } finally {
      rival.release()
    }
    expect(codesOf(await shop.seen(order, isDelivered))).toEqual(['AFTER-1'])
    await expectBooksRight(house, shop.tenantId)
  })

  test('a batch that is let go, and recalled for good before its codes have moved: none of them is sold any more', async () => {
    const goods = await shop.stock(['BACK-1'])
    const params = { batchId: goods.batchId }
    await shop.staff.call('vault.suspendBatch', { params, body: { reason: '核查' } })
    const batch = [shop.tenantId, goods.batchId]
    await overtaken(
      house,
      ['select stock.lock_shelves($1, $2)', [shop.tenantId, goods.skuId]],
      () => shop.staff.call('vault.resumeBatch', { params, body: { reason: '没有问题' } }),
      [
        [`select fulfilment.recall_batch($1, $2, '供货商出黑卡', '', 'x')`, batch],
        ['update vault.recalls set listed_at = now() where tenant_id = $1 and batch_id = $2', batch],
        [`select fulfilment.close_recall($1, $2, 'recalled', '', 'x')`, batch],
      ],
    )
    const states = await house.query(`select state from vault.cards where tenant_id = $1 and batch_id = $2`, batch)
    expect(states).toEqual([{ state: 'suspect' }])
    await expectBooksRight(house, shop.tenantId)
  })

  test('a code past its last day is never handed out, swept or not', async () => {
    const goods = await shop.stock(['OLD-1', 'OLD-2'])
    await shop.addCards(goods.skuId, ['FRESH-1'])
    const order = await shop.place(goods, 1)
    await house.query(
      `update vault.cards set valid_to = now() - interval '1 minute' where tenant_id = $1 and batch_id = $2`,
      [shop.tenantId, goods.batchId],
    )
    await shop.pay(order.no)
    expect(codesOf(await shop.seen(order, isDelivered))).toEqual(['FRESH-1'])
    const next = await code(
      shop.place(goods, 1).then(async (placed) => {
        await shop.pay(placed.no)
        const view = await shop.seen(placed, ({ state }) => state !== 'pending')
        expect([view.state, codesOf(view)]).toEqual(['paid', []])
      }),
    )
    expect(['done', 'orders.sold_out']).toContain(next)
    const given = await house.query(
      `select from vault.cards where tenant_id = $1 and batch_id = $2 and state = 'delivered'`,
      [shop.tenantId, goods.batchId],
    )
    expect(given).toEqual([])
    await expectBooksRight(house, shop.tenantId)
  })
})

describe('taking back', () => {
  test('a refunded line: codes void, grants revoked, gone from the page and the file, money back at the gateway', async () => {
    const goods = await shop.stock(3)
    const order = await shop.place(goods, 3)
    await shop.pay(order.no)
    await shop.seen(order, isDelivered)
    await refund(order.no)
    const view = await shop.seen(order, ({ state }) => state === 'refunded')
    expect(view).toMatchObject({ refundedFen: 3 * 1990, lines: [{ state: 'refunded', moreCodes: 0 }] })
    expect(codesOf(view)).toEqual([])
    const file = await (await order.visitor.download('orders.codesFile', { params: { no: order.no } })).text()
    expect(file.replace(/^#.*$/gm, '').trim()).toBe('')
    expect(await cardStates(order.no)).toEqual(['void', 'void', 'void'])
    expect(refundsAt(order.no)).toMatchObject([{ status: 'SUCCESS', amount: 3 * 1990 }])
    await expect(refund(order.no)).rejects.toMatchObject({ code: 'orders.nothing_to_refund' })
    await expectBooksRight(house, shop.tenantId)
  })

  test('a used code stays used when its order is refunded: the recorded loss', async () => {
    const goods = await shop.stock(2)
    const order = await shop.place(goods, 2)
    await shop.pay(order.no)
    const view = await shop.seen(order, isDelivered)
    const grantId = view.lines[0]?.codes?.[0]?.grantId ?? 0
    await order.visitor.call('orders.markGrant', { params: { no: order.no, grantId }, body: { used: true } })
    await refund(order.no)
    await shop.seen(order, ({ state }) => state === 'refunded')
    expect(await cardStates(order.no)).toEqual(['used', 'void'])
    // Nobody brings it back by un-marking it.
    await order.visitor.call('orders.markGrant', { params: { no: order.no, grantId }, body: { used: false } })
    expect(await cardStates(order.no)).toEqual(['used', 'void'])
    await expectBooksRight(house, shop.tenantId)
  })

  test('refunds, replacements and a marking of one order at once end with nothing in two hands and one refund', async () => {
    for (let turn = 0; turn < 5; turn += 1) {
      const goods = await shop.stock(4)
      const order = await shop.place(goods, 2)
      await shop.pay(order.no)
      const view = await shop.seen(order, isDelivered)
      const [first = 0, second = 0] = (view.lines[0]?.codes ?? []).map(({ grantId }) => grantId)
      await Promise.allSettled([
        replace(order.no, first),
        refund(order.no),
        replace(order.no, second),
        replace(order.no, first),
        refund(order.no),
        order.visitor.call('orders.markGrant', { params: { no: order.no, grantId: second }, body: { used: true } }),
      ])
      await shop.seen(order, ({ state }) => state === 'refunded')
      expect(refundsAt(order.no)).toHaveLength(1)
      await expectBooksRight(house, shop.tenantId)
    }
  })

  test('a code is replaced once, and the same request again replaces nothing more', async () => {
    const goods = await shop.stock(['R-1', 'R-2', 'R-3'])
    const order = await shop.place(goods)
    await shop.pay(order.no)
    const grantId = (await shop.seen(order, isDelivered)).lines[0]?.codes?.[0]?.grantId ?? 0
    const key = randomUUID()
    await Promise.all([replace(order.no, grantId, key), replace(order.no, grantId, key)])
    expect(codesOf(await order.visitor.call('orders.get', { params: { no: order.no } }))).toEqual(['R-2'])
    await expect(replace(order.no, grantId)).rejects.toMatchObject({ code: 'fulfilment.grant_not_active' })
    await expectBooksRight(house, shop.tenantId)
  })

  test('each line is refunded for itself: one that the gateway refuses does not look refunded because another was', async () => {
    const { order } = await twoLines()
    control.addFault({ kind: 'refund.reject', key: String(order.no), times: 1 })
    await refund(order.no, 1)
    await until('refused', async () => (await lineOf(order.no, 1)).exception?.reason === 'refund_failed' || undefined)
    await refund(order.no, 2)
    await until('line 2 refunded', async () => (await lineOf(order.no, 2)).state === 'refunded' || undefined)
    expect((await lineOf(order.no, 1)).state).toBe('exception')
    await expectBooksRight(house, shop.tenantId)

    // Asked anew from the desk: the money goes back once, and the refused refund can no longer be sent as well.
    const [failed] = (await shop.staff.call('payments.listRefunds', { query: { orderNo: order.no, state: 'failed' } }))
      .items
    await refund(order.no, 1)
    await expect(
      shop.staff.call('payments.retryRefund', { params: { refundId: failed?.id ?? 0 }, body: { reason: '再试' } }),
    ).rejects.toMatchObject({ code: 'payments.refund_not_failed' })
    await shop.seen(order, ({ state }) => state === 'refunded')
    expect(refundsAt(order.no).filter(({ status }) => status === 'SUCCESS')).toHaveLength(2)
    await expectBooksRight(house, shop.tenantId)
  })

  test('a refund tried again and a new one for the same line at once: the money goes back once', async () => {
    for (let turn = 0; turn < 4; turn += 1) {
      const goods = await shop.stock(1)
      const order = await shop.place(goods)
      await shop.pay(order.no)
      await shop.seen(order, isDelivered)
      control.addFault({ kind: 'refund.reject', key: String(order.no), times: 1 })
      await refund(order.no)
      await until('refused', async () => (await lineOf(order.no, 1)).exception?.reason === 'refund_failed' || undefined)
      const [failed] = (await shop.staff.call('payments.listRefunds', { query: { orderNo: order.no } })).items
      const answers = await Promise.all([
        code(
          shop.staff.call('payments.retryRefund', { params: { refundId: failed?.id ?? 0 }, body: { reason: '再试' } }),
        ),
        code(refund(order.no)),
      ])
      expect(answers.filter((answer) => answer === 'done')).toHaveLength(1)
      await shop.seen(order, ({ state }) => state === 'refunded')
      expect(refundsAt(order.no).filter(({ status }) => status === 'SUCCESS')).toHaveLength(1)
      await expectBooksRight(house, shop.tenantId)
    }
  })

  test('a line whose refund failed is not delivered again when another line of the order is retried', async () => {
    const { order, shelf } = await twoLines({ secondShort: true })
    control.addFault({ kind: 'refund.reject', key: String(order.no), times: 1 })
    await refund(order.no, 1)
    await until('refused', async () => (await lineOf(order.no, 1)).exception?.reason === 'refund_failed' || undefined)
    await shop.addCards(shelf.skuId, 1)
    await shop.staff.call('fulfilment.retryLine', { params: { no: order.no, lineNo: 2 }, body: {} })
    expect((await lineOf(order.no, 1)).state).toBe('exception')
    expect((await lineOf(order.no, 2)).state).toBe('delivered')
    await expectBooksRight(house, shop.tenantId)
  })
})

test('every change of state that these journeys made is in the state tables', async () => {
  const tables = { order: orderStates, line: lineStates, grant: grantStates, hold: holdStates }
  const seen = await house.query<{ what: keyof typeof tables; before: never; after: never }>(
    'select distinct what, before, after from public.changes',
  )
  expect(seen.length).toBeGreaterThan(12)
  expect(seen.filter(({ what, before, after }) => !tables[what].may(before, after))).toEqual([])
})

/** An order of two lines, paid; with `secondShort` the second line's shelf is emptied between order and payment. */
async function twoLines(options: { readonly secondShort?: boolean } = {}) {
  const [first, shelf] = [await shop.stock(2), await shop.stock(1)]
  const visitor = shop.visitor()
  const view = await visitor.call(
    'orders.place',
    {
      body: {
        lines: [first, shelf].map(({ skuId, priceFen }) => ({ skuId, quantity: 1, unitPriceFen: priceFen })),
        contact: '13711112222',
        queryPassword: 'some-password',
        payWith: 'sim-pay',
      },
    },
    { idempotencyKey: randomUUID() },
  )
  const order: PlacedOrder = { visitor, no: view.no as OrderNo, view: await toCashier(visitor, view) }
  if (options.secondShort) {
    await shop.staff.call('vault.suspendBatch', { params: { batchId: shelf.batchId }, body: { reason: '坏批' } })
  }
  await shop.pay(order.no)
  await shop.seen(order, ({ state }) => state === (options.secondShort ? 'paid' : 'delivered'))
  return { order, shelf }
}

/** Makes the orders' time run out now; the sweep does the rest. */
async function expire(...orders: readonly PlacedOrder[]): Promise<void> {
  await house.query('update orders.orders set expires_at = now() where tenant_id = $1 and no = any ($2)', [
    shop.tenantId,
    orders.map(({ no }) => no),
  ])
}

async function expired(order: PlacedOrder): Promise<PlacedOrder> {
  await expire(order)
  await shop.seen(order, ({ state }) => state === 'expired')
  return order
}

const refund = (no: OrderNo, lineNo: number | null = null): ReturnType<Shop['staff']['call']> =>
  shop.staff.call(
    'orders.refund',
    { params: { no }, body: { lineNo, to: 'source', reason: '客户要求' } },
    { idempotencyKey: randomUUID() },
  )

const replace = (no: OrderNo, grantId: number, key: string = randomUUID()) =>
  shop.staff.call(
    'fulfilment.replaceGrant',
    { params: { no, grantId }, body: { reason: '坏码' } },
    { idempotencyKey: key },
  )

const refundsAt = (no: OrderNo) =>
  control.books(merchant.id).refunds.filter((one) => String(one.out_trade_no) === String(no))

/** Waits until the house has booked so many refunds of an order as done. */
const refunded = (no: OrderNo, count: number) =>
  until(`${count} refunds of ${no}`, async () => {
    const rows = await house.query(
      `select from payments.refunds where tenant_id = $1 and order_no = $2 and state = 'done'`,
      [shop.tenantId, no],
    )
    return rows.length === count || undefined
  })

async function balanceOf(kind: string): Promise<number> {
  const { items } = await shop.staff.call('ledger.accounts', { query: { kind } })
  return items.reduce((sum, { balance }) => sum + balance, 0)
}

async function lineOf(no: OrderNo, lineNo: number) {
  const { lines } = await shop.staff.call('orders.detail', { params: { no } })
  const line = lines.find((one) => one.lineNo === lineNo)
  if (!line) throw new Error(`order ${no} has no line ${lineNo}`)
  return line
}

async function cardStates(no: OrderNo): Promise<readonly string[]> {
  const rows = await house.query<{ state: string }>(
    `select c.state from entitlements.grants g join vault.cards c on c.tenant_id = g.tenant_id and c.id = g.card_id
     where g.tenant_id = $1 and g.order_no = $2 order by g.piece, g.turn`,
    [shop.tenantId, no],
  )
  return rows.map(({ state }) => state)
}

/** `done`, or the code of the refusal. */
async function code(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    if (isProblem(error)) return error.code
    throw error
  }
}
