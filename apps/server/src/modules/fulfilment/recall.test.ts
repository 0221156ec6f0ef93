import { randomUUID } from 'node:crypto'
import type { Client } from '@quanshu/client'
import { PERMISSIONS, type RecalledPiece, type RecallView } from '@quanshu/contract'
import { describe, expect, test } from 'vitest'
import { codeOf } from '../../../test/harness/index.ts'
import {
  type Goods,
  isDelivered,
  openHouse,
  type PlacedOrder,
  PRICE_FEN,
  type Shop,
  until,
} from '../../../test/journeys/shop.ts'
import { auditBooks } from '../books/index.ts'
import { followRecall } from './commands/put-right.ts'

const house = await openHouse()
const COST_FEN = 700

type Stock = Goods & { readonly batchId: number }
const sourced = (shop: Shop, codes: number): Promise<Stock> =>
  shop.stock(codes, { batch: { supplier: '星河数卡', costFen: COST_FEN } })

async function bought(shop: Shop, goods: Goods, quantity = 1): Promise<PlacedOrder> {
  const order = await shop.place(goods, quantity)
  await shop.pay(order.no)
  await shop.seen(order, isDelivered)
  return order
}

const params = ({ batchId }: Stock) => ({ batchId })
const recall = (shop: Shop, goods: Stock, by: Client = shop.staff) =>
  by.call(
    'fulfilment.recallBatch',
    { params: params(goods), body: { reason: '供货商出黑卡', evidence: '工单 8831' } },
    { idempotencyKey: randomUUID() },
  )
const viewOf = async (shop: Shop, goods: Stock): Promise<RecallView> => {
  const { recall: view } = await shop.staff.call('fulfilment.getRecall', { params: params(goods) })
  if (!view) throw new Error('the batch was never recalled')
  return view
}
const listed = (shop: Shop, goods: Stock): Promise<RecallView> =>
  until('every delivered piece is listed', async () => {
    const view = await viewOf(shop, goods)
    return view.listed ? view : undefined
  })
const pieces = async (shop: Shop, goods: Stock, query: object = {}): Promise<readonly RecalledPiece[]> =>
  (
    await shop.staff.call('fulfilment.listRecalledPieces', {
      params: params(goods),
      query: { pageSize: 200, ...query },
    })
  ).items
type Choice = { readonly to?: 'source' | 'balance'; readonly grantIds?: readonly number[] | null }
const handle = (
  shop: Shop,
  goods: Stock,
  action: 'replace' | 'refund' | 'leave',
  choice: Choice = {},
  by: Client = shop.staff,
) =>
  by.call('fulfilment.handleRecalledPieces', {
    params: params(goods),
    body: {
      action,
      to: choice.to ?? 'source',
      grantIds: choice.grantIds ? [...choice.grantIds] : null,
      reason: '召回',
    },
  })
/** The recall once nothing of it is under way. */
const settled = (shop: Shop, goods: Stock): Promise<RecallView> =>
  until('nothing of the recall is under way', async () => {
    const view = await viewOf(shop, goods)
    return view.pieces.queued + view.pieces.refunding === 0 ? view : undefined
  })
const counts = async (shop: Shop, goods: Stock) =>
  (await shop.staff.call('vault.getBatch', { params: params(goods) })).counts
const violations = async (shop: Shop) =>
  (await auditBooks(house.platform, shop.tenantId, { isWhole: true, graceSeconds: 60 })).checks.flatMap((check) =>
    check.violations.map(({ code: name, key }) => ({ name, key })),
  )
const told = (shop: Shop) =>
  house.query<{ no: number }>(
    `select (payload ->> 'no')::bigint as no from events.log where tenant_id = $1 and type = 'batch.recalled' order by 1`,
    [shop.tenantId],
  )
const cleared = async (shop: Shop) =>
  (
    await house.query<{ no: number }>(
      `select (payload ->> 'no')::bigint as no from events.log where tenant_id = $1 and type = 'recall.cleared' order by position`,
      [shop.tenantId],
    )
  ).map(({ no }) => no)

describe('a recalled batch', () => {
  test('stops, lists what was sold with its orders, is replaced, refunded and left piece by piece, and says what the supplier owes', async () => {
    const shop = await house.newShop()
    const goods = await sourced(shop, 10)
    const [two, one, third] = [await bought(shop, goods, 2), await bought(shop, goods), await bought(shop, goods)]
    const returned = await bought(shop, goods)
    await shop.staff.call(
      'orders.refund',
      { params: { no: returned.no }, body: { lineNo: null, to: 'source', reason: '不要了' } },
      { idempotencyKey: randomUUID() },
    )
    const good = await shop.addCards(goods.skuId, 3)
    expect(await recall(shop, goods)).toMatchObject({ state: 'recalling', actions: ['edit'] })
    const view = await listed(shop, goods)
    expect(view).toMatchObject({
      reason: '供货商出黑卡',
      evidence: '工单 8831',
      begunBy: '店员',
      orders: 3,
      pieces: { open: 4, replaced: 0 },
      // Five that were never sold; the one that was returned before is void and not bought by anybody.
      claim: { supplier: '星河数卡', costFen: COST_FEN, stopped: 5, putRight: 0, amountFen: 5 * COST_FEN },
    })
    expect(await counts(shop, goods)).toMatchObject({ available: 0, suspect: 5, delivered: 4, void: 1 })
    expect((await told(shop)).map(({ no }) => no)).toEqual([two.no, one.no, third.no].sort((a, b) => a - b))

    const [first, second] = await pieces(shop, goods, { orderNo: two.no })
    expect(first).toMatchObject({
      orderNo: two.no,
      used: false,
      state: 'open',
      contactMasked: expect.stringContaining('*'),
    })
    await handle(shop, goods, 'replace', { grantIds: [first?.grantId ?? 0] })
    await handle(shop, goods, 'refund', { grantIds: [second?.grantId ?? 0] })
    const [ofOne] = await pieces(shop, goods, { orderNo: one.no })
    await handle(shop, goods, 'leave', { grantIds: [ofOne?.grantId ?? 0] })
    await settled(shop, goods)
    expect(await codeOf(closing(shop, goods))).toBe('vault.recall_unfinished')
    expect(await handle(shop, goods, 'refund')).toEqual({ chosen: 1 })
    const after = await settled(shop, goods)
    expect(after).toMatchObject({
      pieces: { open: 0, replaced: 1, refunded: 2, left: 1 },
      claim: { stopped: 5, putRight: 3, amountFen: 8 * COST_FEN },
    })
    const order = await shop.staff.call('orders.detail', { params: { no: two.no } })
    expect(order).toMatchObject({ state: 'delivered', refundedFen: PRICE_FEN })
    expect(await shop.staff.call('orders.detail', { params: { no: third.no } })).toMatchObject({ state: 'refunded' })
    expect(await shop.staff.call('vault.getBatch', { params: { batchId: good } })).toMatchObject({
      counts: { delivered: 1, available: 2 },
    })

    await closing(shop, goods)
    await until('what was never sold is void', async () =>
      (await counts(shop, goods)).suspect === 0 ? true : undefined,
    )
    expect(await shop.staff.call('vault.getBatch', { params: params(goods) })).toMatchObject({
      state: 'recalled',
      counts: { available: 0, suspect: 0, delivered: 1, void: 9 },
      actions: ['edit'],
    })
    expect(await viewOf(shop, goods)).toMatchObject({
      closedBy: '店员',
      closeNote: '已与供货商核对',
      claim: { stopped: 5 },
    })
    expect(await codeOf(shop.staff.call('vault.resumeBatch', { params: params(goods), body: { reason: 'x' } }))).toBe(
      'vault.wrong_batch_state',
    )
    expect(await violations(shop)).toEqual([])
  })

  test('sells nothing from its commit on, before a single card has moved, and what was promised comes from elsewhere', async () => {
    const shop = await house.newShop()
    const goods = await sourced(shop, 3)
    const waiting = await shop.place(goods, 2)
    await house.query(`update vault.batches set state = 'recalling' where tenant_id = $1 and id = $2`, [
      shop.tenantId,
      goods.batchId,
    ])
    await shop.pay(waiting.no)
    await shop.seen(waiting, ({ state }) => state === 'paid')
    expect(await counts(shop, goods)).toMatchObject({ available: 3, delivered: 0 })
    const good = await shop.addCards(goods.skuId, 2)
    await shop.staff.call('fulfilment.retryLine', { params: { no: waiting.no, lineNo: 1 }, body: {} })
    await shop.seen(waiting, isDelivered)
    expect(await shop.staff.call('vault.getBatch', { params: { batchId: good } })).toMatchObject({
      counts: { delivered: 2 },
    })
  })

  test('lists every piece that was delivered, also those on their way when it was recalled, and nothing begun after its commit delivers one', async () => {
    const shop = await house.newShop()
    const goods = await sourced(shop, 90)
    const buyer = await shop.member(10_000_000)
    const buy = () => shop.place(goods, 1, { visitor: buyer.visitor, payWith: 'balance' }).catch(() => undefined)
    const buying = Array.from({ length: 40 }, buy)
    await recall(shop, goods)
    // Whoever began before this may have picked before the commit; whoever begins from here on cannot have.
    const [{ end } = { end: '' }] = await house.query<{ end: string }>(
      'select pg_snapshot_xmax(pg_current_snapshot())::text as end',
    )
    await Promise.all([...buying, ...Array.from({ length: 20 }, buy)])
    const late = await house.query(
      `select e.subject from events.log e
       where e.tenant_id = $1 and e.type = 'order.delivered' and e.xid >= $2::xid8`,
      [shop.tenantId, end],
    )
    expect(late).toEqual([])
    await listed(shop, goods)
    const { delivered } = await counts(shop, goods)
    expect(await pieces(shop, goods)).toHaveLength(delivered)
    expect(
      await house.query("select from events.log where tenant_id = $1 and type = 'order.delivered'", [shop.tenantId]),
    ).toHaveLength(delivered)
    const strays = await house.query(
      `select g.id from entitlements.grants g join vault.cards c on c.tenant_id = g.tenant_id and c.id = g.card_id
       where g.tenant_id = $1 and c.batch_id = $2 and not exists (
         select from vault.recall_pieces p where p.tenant_id = g.tenant_id and p.grant_id = g.id
       )`,
      [shop.tenantId, goods.batchId],
    )
    expect(strays).toEqual([])
  })

  test('a piece that cannot be put right says why and waits; its neighbours are not kept from it', async () => {
    const shop = await house.newShop({ 'refunds.usedCodes': 'refuse' })
    const goods = await sourced(shop, 3)
    const order = await bought(shop, goods, 3)
    const grants = (await shop.staff.call('orders.detail', { params: { no: order.no } })).lines[0]?.grants ?? []
    await order.visitor.call('orders.markGrant', {
      params: { no: order.no, grantId: grants[0]?.id ?? 0 },
      body: { used: true },
    })
    await recall(shop, goods)
    await listed(shop, goods)
    expect(await pieces(shop, goods, { used: 'true' })).toHaveLength(1)
    await handle(shop, goods, 'replace')
    expect((await settled(shop, goods)).pieces).toMatchObject({ failed: 3 })
    expect((await pieces(shop, goods))[0]).toMatchObject({
      state: 'failed',
      failure: { code: 'fulfilment.still_short' },
    })
    // The shop does not refund used codes; the others are refunded all the same.
    await handle(shop, goods, 'refund')
    expect((await settled(shop, goods)).pieces).toMatchObject({ failed: 1, refunded: 2 })
    expect(await pieces(shop, goods, { state: 'failed' })).toMatchObject([
      { used: true, failure: { code: 'orders.refund_used_codes' } },
    ])
    await shop.addCards(goods.skuId, 3)
    await handle(shop, goods, 'replace')
    expect((await settled(shop, goods)).pieces).toMatchObject({ replaced: 1, refunded: 2, failed: 0 })
    expect(await violations(shop)).toEqual([])
  })

  test('pieces put right at their order meanwhile need nothing more, and nothing is put right twice', async () => {
    const shop = await house.newShop()
    const goods = await sourced(shop, 8)
    const orders = await Promise.all([1, 2, 3].map(() => bought(shop, goods, 2)))
    await recall(shop, goods)
    await listed(shop, goods)
    const [byHand] = orders
    if (!byHand) throw new Error('an order')
    await shop.staff.call(
      'orders.refund',
      { params: { no: byHand.no }, body: { lineNo: null, to: 'source', reason: '客户来电' } },
      { idempotencyKey: randomUUID() },
    )
    await shop.addCards(goods.skuId, 8)
    await handle(shop, goods, 'replace')
    // As if the job's worker had died and another one had taken over too early.
    await Promise.all([1, 2, 3].map(() => followRecall(house.platform, shop.tenantId, goods.batchId)))
    expect((await settled(shop, goods)).pieces).toMatchObject({ settled: 2, replaced: 4, open: 0, failed: 0 })
    const living = await house.query(
      `select order_no, count(*)::integer as pieces from entitlements.grants
       where tenant_id = $1 and state <> 'revoked' group by 1`,
      [shop.tenantId],
    )
    expect(living.map(({ pieces: alive }) => alive)).toEqual([2, 2])
    expect(await violations(shop)).toEqual([])
  })

  test('goes on where it stopped when its worker dies half-way', async () => {
    const shop = await house.newShop()
    const goods = await sourced(shop, 6)
    await Promise.all([1, 2, 3].map(() => bought(shop, goods)))
    await recall(shop, goods)
    await listed(shop, goods)
    await shop.addCards(goods.skuId, 6)
    let writes = 0
    const dying = {
      db: {
        ...house.platform.db,
        write: ((ctx: never, fn: never) => {
          writes += 1
          if (writes > 1) throw new Error('power cut')
          return house.platform.db.write(ctx, fn)
        }) as typeof house.platform.db.write,
      },
    }
    // Queued by hand, so that the running house's own job does not come first.
    await house.query(
      `update vault.recall_pieces set state = 'queued', action = 'replace', chosen_by = '店员', chosen_by_id = 1, reason = 'x' where tenant_id = $1`,
      [shop.tenantId],
    )
    await expect(followRecall(dying, shop.tenantId, goods.batchId)).rejects.toThrow('power cut')
    expect((await viewOf(shop, goods)).pieces).toMatchObject({ replaced: 1, queued: 2 })
    await followRecall(house.platform, shop.tenantId, goods.batchId)
    expect((await viewOf(shop, goods)).pieces).toMatchObject({ replaced: 3, queued: 0 })
    expect(await violations(shop)).toEqual([])
  })

  test('that proves good is suspended again, sold on, and recalled once more; whoever heard that it is good hears of that too', async () => {
    const shop = await house.newShop()
    const goods = await sourced(shop, 4)
    await bought(shop, goods)
    await recall(shop, goods)
    await listed(shop, goods)
    await shop.staff.call('fulfilment.withdrawRecall', { params: params(goods), body: { note: '供货商已换来源' } })
    expect(await shop.staff.call('vault.getBatch', { params: params(goods) })).toMatchObject({
      state: 'suspended',
      actions: ['resume', 'recall', 'edit'],
    })
    expect(await codeOf(handle(shop, goods, 'refund'))).toBe('vault.wrong_batch_state')
    await until('its buyer heard', async () => ((await cleared(shop)).length === 1 ? true : undefined))
    await shop.staff.call('vault.resumeBatch', { params: params(goods), body: { reason: '核实无误' } })
    expect(await counts(shop, goods)).toMatchObject({ available: 3, suspect: 0 })
    await bought(shop, goods)
    await recall(shop, goods)
    expect((await listed(shop, goods)).pieces).toMatchObject({ open: 2 })
    expect(await told(shop)).toHaveLength(3)
    expect(await violations(shop)).toEqual([])
  })

  test('its buyers see at the order and among their rights what becomes of each code, as staff do, and hear when it is good', async () => {
    const shop = await house.newShop()
    const goods = await sourced(shop, 6)
    const buyer = await shop.member()
    const mine = await shop.place(goods, 4, { visitor: buyer.visitor, contact: buyer.phone })
    await shop.pay(mine.no)
    await shop.seen(mine, isDelivered)
    const states = async () => {
      const { recalls } = await buyer.visitor.call('orders.get', { params: { no: mine.no } })
      const { items } = await buyer.visitor.call('entitlements.listMyRights', { query: { limit: 50 } })
      const { lines } = await shop.staff.call('orders.detail', { params: { no: mine.no } })
      const grants = lines[0]?.grants ?? []
      // One truth in three places.
      for (const { grantId, state } of recalls) {
        const right = items.find(({ id }) => id === grantId)
        expect(right?.recall).toBe(state)
        expect(right?.standing === 'recalled').toBe(['recalled', 'replacing', 'refunding'].includes(state))
        expect(grants.find(({ id }) => id === grantId)?.recall).toBe(state)
      }
      return recalls.map(({ state }) => state).sort()
    }
    expect(await states()).toEqual([])
    await recall(shop, goods)
    await listed(shop, goods)
    expect(await states()).toEqual(['recalled', 'recalled', 'recalled', 'recalled'])
    const marked = async () => {
      const file = await buyer.visitor.download('orders.codesFile', { params: { no: mine.no } })
      return (await file.text())
        .split('\r\n')
        .slice(1, -1)
        .map((line) => line.startsWith('# 召回中，请勿使用：'))
    }
    expect(await marked()).toEqual([true, true, true, true])
    expect(await codeOf(shop.visitor().call('orders.get', { params: { no: mine.no } }))).toBe('common.not_found')

    const [first, second, third] = await pieces(shop, goods)
    const ids = (piece: RecalledPiece | undefined) => ({ grantIds: [piece?.grantId ?? 0] })
    await shop.addCards(goods.skuId, 1)
    await handle(shop, goods, 'replace', ids(first))
    await handle(shop, goods, 'refund', ids(second))
    expect(await cleared(shop)).toEqual([])
    await handle(shop, goods, 'leave', ids(third))
    await settled(shop, goods)
    expect(await states()).toEqual(['cleared', 'recalled', 'refunded', 'replaced'])
    expect((await marked()).toSorted()).toEqual([false, false, true])
    expect(await cleared(shop)).toEqual([mine.no])

    await shop.staff.call('fulfilment.withdrawRecall', { params: params(goods), body: { note: '来源核实无误' } })
    await until('the last one is told', async () => ((await cleared(shop)).length === 2 ? true : undefined))
    expect(await states()).toEqual(['cleared', 'cleared', 'refunded', 'replaced'])
    // What was replaced or refunded is told of by that; a job that runs again tells nobody again.
    await followRecall(house.platform, shop.tenantId, goods.batchId)
    expect(await cleared(shop)).toEqual([mine.no, mine.no])

    // Called back once more: what was said to be good is not, and its buyer hears so.
    await recall(shop, goods)
    await listed(shop, goods)
    expect(await states()).toEqual(['recalled', 'recalled', 'refunded', 'replaced'])
    expect((await told(shop)).map(({ no }) => no)).toEqual([mine.no, mine.no])
    expect(await violations(shop)).toEqual([])
  })

  test('a withdrawal tells each order once though its worker dies half-way, and tells nothing once it is recalled anew', async () => {
    const shop = await house.newShop()
    const goods = await sourced(shop, 6)
    const orders = await Promise.all([1, 2, 3].map(() => bought(shop, goods, 2)))
    const nos = orders.map(({ no }) => Number(no)).sort()
    await recall(shop, goods)
    await listed(shop, goods)
    // Without its job: as if the worker had died at once.
    const clear = (limit: number) =>
      house.platform.db.call<{ more: boolean }>(shop.tenantId, 'fulfilment.clear_recalled', goods.batchId, limit)
    expect(await clear(10)).toEqual({ more: false })
    const withdraw = () =>
      house.query(`select fulfilment.close_recall($1, $2, 'suspended', 'x', 'x')`, [shop.tenantId, goods.batchId])
    await withdraw()
    expect(await clear(2)).toEqual({ more: true })
    expect(await cleared(shop)).toHaveLength(1)
    // It begins anew: the one that was told hears again, the others were told already.
    await recall(shop, goods)
    await listed(shop, goods)
    expect(await clear(10)).toEqual({ more: false })
    expect(await cleared(shop)).toHaveLength(1)
    expect(await told(shop)).toHaveLength(4)
    await withdraw()
    await Promise.all([1, 2, 3].map(() => followRecall(house.platform, shop.tenantId, goods.batchId)))
    const after = await cleared(shop)
    expect(after).toHaveLength(4)
    expect([...new Set(after)].sort()).toEqual(nos)
    expect(await violations(shop)).toEqual([])
  })

  test('an order of several pieces is told once of each turn, whatever became of its other pieces meanwhile', async () => {
    const shop = await house.newShop({ 'refunds.approvalAboveFen': 1 })
    const goods = await sourced(shop, 3)
    const order = await bought(shop, goods, 3)
    const [first, second] =
      (await shop.staff.call('orders.detail', { params: { no: order.no } })).lines[0]?.grants ?? []
    await recall(shop, goods)
    await listed(shop, goods)
    // One is taken back at the order, and the refund of another waits for a second person.
    await shop.addCards(goods.skuId, 1)
    await shop.staff.call(
      'fulfilment.replaceGrant',
      { params: { no: order.no, grantId: first?.id ?? 0 }, body: { reason: '坏码' } },
      { idempotencyKey: randomUUID() },
    )
    await handle(shop, goods, 'refund', { grantIds: [second?.id ?? 0] })
    const refundId = await until('it waits', async () => {
      const [row] = await house.query<{ id: number }>(
        `select id::integer from payments.refunds where tenant_id = $1 and state = 'awaiting'`,
        [shop.tenantId],
      )
      return row?.id
    })
    const withdraw = () =>
      house.query(`select fulfilment.close_recall($1, $2, 'suspended', 'x', 'x')`, [shop.tenantId, goods.batchId])
    const clear = () =>
      house.platform.db.call<{ more: boolean }>(shop.tenantId, 'fulfilment.clear_recalled', goods.batchId, 1)
    await withdraw()
    while ((await clear()).more);
    expect(await cleared(shop)).toEqual([order.no])
    const decline = { params: { refundId }, body: { reason: '码没问题' } }
    await shop.staff.call('fulfilment.declineRefund', decline, { idempotencyKey: randomUUID() })
    expect(await cleared(shop)).toEqual([order.no, order.no])
    await recall(shop, goods)
    await listed(shop, goods)
    expect((await told(shop)).map(({ no }) => no)).toEqual([order.no, order.no])
    await withdraw()
    while ((await clear()).more);
    // Two pieces of one order, on a page each.
    expect(await cleared(shop)).toEqual([order.no, order.no, order.no])
    expect(await violations(shop)).toEqual([])
  })

  test('a choice for all tells each order once, however few pieces it goes through at a time', async () => {
    const shop = await house.newShop()
    const goods = await sourced(shop, 6)
    const [one, two] = [await bought(shop, goods, 3), await bought(shop, goods, 2)]
    // The last piece of the first order comes after all of the second.
    const [grant] = (await shop.staff.call('orders.detail', { params: { no: one.no } })).lines[0]?.grants ?? []
    await shop.staff.call(
      'fulfilment.replaceGrant',
      { params: { no: one.no, grantId: grant?.id ?? 0 }, body: { reason: '坏码' } },
      { idempotencyKey: randomUUID() },
    )
    await recall(shop, goods)
    await listed(shop, goods)
    expect((await pieces(shop, goods, { sort: 'grantId' })).map((piece) => piece.orderNo)).toEqual([
      one.no,
      one.no,
      two.no,
      two.no,
      one.no,
    ])
    const choice = { action: 'leave', to: 'source', reason: 'x', actor: 'x', staffId: 1, grants: null }
    const turn = async () =>
      (
        await house.platform.db.call<{ chosen: number }>(
          shop.tenantId,
          'fulfilment.choose_recalled',
          goods.batchId,
          JSON.stringify(choice),
          1,
        )
      ).chosen
    expect(new Set([await turn(), await turn()])).toEqual(new Set([2, 3]))
    expect(await turn()).toBe(0)
    expect((await cleared(shop)).sort()).toEqual([one.no, two.no].sort())
    expect((await viewOf(shop, goods)).pieces).toMatchObject({ open: 0, left: 5 })
    expect(await violations(shop)).toEqual([])
  })

  test('needs the right for each deed: to recall, to replace, to refund', async () => {
    const shop = await house.newShop()
    const goods = await sourced(shop, 2)
    await bought(shop, goods)
    const without = (...missing: readonly string[]) => PERMISSIONS.filter((one) => !missing.includes(one))
    expect(await codeOf(recall(shop, goods, await shop.hire(without('cards.recall'))))).toBe('common.forbidden')
    await recall(shop, goods)
    await listed(shop, goods)
    for (const [action, permission] of [
      ['replace', 'orders.handle'],
      ['refund', 'orders.refund'],
      ['leave', 'cards.recall'],
    ] as const) {
      const clerk = await shop.hire(without(permission))
      expect(await codeOf(handle(shop, goods, action, {}, clerk)), action).toBe('common.forbidden')
    }
    expect((await viewOf(shop, goods)).pieces).toMatchObject({ open: 1 })
    const sheet = await shop.staff.download('fulfilment.exportRecalledPieces', { params: params(goods), query: {} })
    expect(sheet.headers.get('content-disposition')).toContain(`recall-${goods.batchId}.xlsx`)
    expect((await sheet.arrayBuffer()).byteLength).toBeGreaterThan(1_000)
  })
})

const closing = (shop: Shop, goods: Stock) =>
  shop.staff.call('fulfilment.closeRecall', { params: params(goods), body: { note: '已与供货商核对' } })
