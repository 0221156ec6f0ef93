import { randomUUID } from 'node:crypto'
import type { OrderNo } from '@quanshu/kernel'
import { auditBooks } from '../../src/modules/books/index.ts'
import { sumOf } from './books.ts'
import { codeOf, type House, isDelivered, type Shop, until } from './shop.ts'

/** What a payer's bank takes back: payments to dispute, the dispute itself, and refunds beside it. */

export type Receipt = {
  readonly id: number
  readonly order_no: OrderNo
  readonly trade_no: string
  readonly state: string
  readonly amount_fen: number
}

export function disputesAt(house: House) {
  const { control } = house.standIns.paygate

  const receiptsOf = (no: OrderNo) =>
    house.query<Receipt>(
      'select id, order_no, trade_no, state, amount_fen from payments.receipts where order_no = $1 order by id',
      [no],
    )
  const dispute = (shop: Shop, receipt: Receipt, amountFen: number, state = 'lost', name = '') =>
    house.platform.db.call<string>(shop.tenantId, 'fulfilment.chargeback', 'sim-pay', {
      tradeNo: receipt.trade_no,
      disputeNo: `D${receipt.id}${name}`,
      amountFen,
      state,
      reason: 'test',
    })
  const decide = (shop: Shop, receipt: Receipt, action: 'refund' | 'balance' | 'apply') =>
    shop.staff.call(
      'payments.handleReceipt',
      { params: { receiptId: receipt.id }, body: { action, note: '处理' } },
      { idempotencyKey: randomUUID() },
    )
  const refund = (shop: Shop, no: OrderNo, body: object) =>
    shop.staff.call(
      'orders.refund',
      { params: { no }, body: { lineNo: 1, to: 'source', reason: 'chargeback', ...body } as never },
      { idempotencyKey: randomUUID() },
    )
  const account = (shop: Shop, kind: string) => sumOf(house, shop.tenantId, kind)

  /** A delivered order of ten yuan. */
  async function bought(shop: Shop) {
    const goods = await shop.stock(1, { sku: { priceFen: 1_000 } })
    const member = await shop.member()
    const order = await shop.place(goods, 1, { visitor: member.visitor })
    await shop.pay(order.no)
    await shop.seen(order, isDelivered)
    return { member, order }
  }
  /** The same, paid twice; the second payment's refund failed, so that it waits to be decided about. */
  async function paidTwice(shop: Shop) {
    const goods = await shop.stock(1, { sku: { priceFen: 1_000 } })
    const member = await shop.member()
    const order = await shop.place(goods, 1, { visitor: member.visitor })
    control.addFault({ kind: 'pay.double', key: String(order.no), times: 1 })
    control.addFault({ kind: 'refund.reject', key: String(order.no), times: 1 })
    await shop.pay(order.no)
    const surplus = await until('the second payment’s refund to fail', async () => {
      const failed = await house.query("select from payments.refunds where order_no = $1 and state = 'failed'", [
        order.no,
      ])
      return failed.length > 0 ? (await receiptsOf(order.no)).find(({ state }) => state === 'surplus') : undefined
    })
    return { member, order, surplus }
  }
  /** Nine ninety of ten yuan. */
  const underpaid = (shop: Shop, no: OrderNo) =>
    house.platform.db.callHot(shop.tenantId, 'fulfilment.settle', [
      {
        orderNo: no,
        gateway: 'sim-pay',
        tradeNo: `T${no}`,
        amountFen: 990,
        currency: 'CNY',
        asked: true,
        paidAt: new Date(),
      },
    ])
  /** Decides to refund while the gateway does not say how it ended: `ended` says it. */
  async function refundSlowly(shop: Shop, receipt: Receipt) {
    control.addFault({ kind: 'refund.slow', key: String(receipt.order_no), times: 1, ms: 3_600_000 })
    await decide(shop, receipt, 'refund')
    const [sent] = await house.query<{ id: number; amount_fen: number }>(
      "select id, amount_fen from payments.refunds where order_no = $1 and state in ('requested', 'processing')",
      [receipt.order_no],
    )
    return {
      amountFen: sent?.amount_fen,
      ended: () => house.platform.db.call(shop.tenantId, 'fulfilment.refund_ended', sent?.id, true, null),
    }
  }
  /** The one refund that has failed and may be tried again. */
  const failedRefund = (no: OrderNo) =>
    until('the refund to fail', async () => {
      const [failed] = await house.query<{ id: number; amount_fen: number }>(
        "select id, amount_fen from payments.refunds where order_no = $1 and state = 'failed' and replaced_by is null order by id",
        [no],
      )
      return failed
    })
  const refundsIn = (no: OrderNo, ...states: string[]) =>
    house.query<{ id: number; amount_fen: number }>(
      'select id, amount_fen from payments.refunds where order_no = $1 and state = any($2) order by id',
      [no, states],
    )
  const retry = (shop: Shop, refundId: number) =>
    codeOf(shop.staff.call('payments.retryRefund', { params: { refundId }, body: { reason: '再试' } }))
  const byHand = (shop: Shop, refundId: number) =>
    codeOf(
      shop.staff.call(
        'fulfilment.refundByHand',
        { params: { refundId }, body: { reference: 'B1', note: '线下' } },
        { idempotencyKey: randomUUID() },
      ),
    )
  const ended = (shop: Shop, refundId: number | undefined, isDone: boolean) =>
    house.platform.db.call(shop.tenantId, 'fulfilment.refund_ended', refundId, isDone, isDone ? null : 'refused')
  const living = async (no: OrderNo) =>
    (await house.query("select from entitlements.grants where order_no = $1 and state <> 'revoked'", [no])).length
  const received = (shop: Shop, no: OrderNo, tradeNo: string, amountFen = 1_000) =>
    house.platform.db.callHot(shop.tenantId, 'fulfilment.settle', [
      { orderNo: no, gateway: 'sim-pay', tradeNo, amountFen, currency: 'CNY', asked: true, paidAt: new Date() },
    ])
  /** Ten yuan put on a balance, with one on top. */
  async function recharged() {
    const shop = await house.newShop({
      'recharge.enabled': true,
      'recharge.limits': { minFen: 100, maxFen: 100_000 },
      'recharge.rules': [{ fromFen: 1_000, bonusPercent: 10 }],
    })
    const member = await shop.member()
    const body = { amountFen: 1_000, bonusFen: 100, payWith: 'sim-pay' }
    const placed = await member.visitor.call('orders.placeRecharge', { body }, { idempotencyKey: randomUUID() })
    const no = placed.no as OrderNo
    await received(shop, no, `T${no}`)
    return { shop, member, no, receipt: (await receiptsOf(no))[0] as Receipt }
  }
  const balanceOf = async ({ visitor }: Awaited<ReturnType<Shop['member']>>) =>
    (await visitor.call('members.getMe', {})).balanceFen
  /** An order whose goods are gone when it is paid: a suspended batch delivers nothing. */
  async function undelivered(shop: Shop, paidFen = 1_000) {
    const member = await shop.member()
    const goods = await shop.stock(1, { sku: { priceFen: 1_000 } })
    const order = await shop.place(goods, 1, { visitor: member.visitor })
    await house.query("update vault.batches set state = 'suspended' where id = $1", [goods.batchId])
    await (paidFen === 1_000 ? received(shop, order.no, `T${order.no}`) : underpaid(shop, order.no))
    const [receipt] = await receiptsOf(order.no)
    if (paidFen < 1_000) await decide(shop, receipt as Receipt, 'apply')
    return { member, order, receipt: receipt as Receipt }
  }
  const alarms = async (shop: Shop) => {
    const { checks } = await auditBooks(house.platform, shop.tenantId, { isWhole: true, graceSeconds: 60 })
    return checks.flatMap(({ violations }) => violations.map(({ code: name }) => name)).toSorted()
  }
  const accounts = (shop: Shop, ...kinds: readonly string[]) =>
    Promise.all(kinds.map((kind) => account(shop, `cash.${kind}`)))
  /** Refunds the line; the gateway refuses it. */
  async function refundRefused(shop: Shop, no: OrderNo, body: object = {}) {
    control.addFault({ kind: 'refund.reject', key: String(no), times: 1 })
    await refund(shop, no, body)
    return await failedRefund(no)
  }
  /** Refunds the line, and the gateway says that it did; answers what it was sent. */
  async function refundDone(shop: Shop, no: OrderNo, body: object = {}) {
    const before = new Set((await refundsIn(no, 'failed', 'done')).map(({ id }) => id))
    await refund(shop, no, body)
    // It knows nothing of this money, and may have said so already.
    const sent = (await refundsIn(no, 'requested', 'processing', 'failed')).filter(({ id }) => !before.has(id))
    for (const { id } of sent) await ended(shop, id, true)
    return sent.map(({ amount_fen }) => amount_fen)
  }

  /** An order that was paid too little, and taken for paid. */
  async function taken(shop: Shop) {
    const order = await shop.place(await shop.stock(1, { sku: { priceFen: 1_000 } }))
    await underpaid(shop, order.no)
    const [receipt] = await receiptsOf(order.no)
    await decide(shop, receipt as Receipt, 'apply')
    return { order, receipt: receipt as Receipt }
  }

  return {
    receiptsOf,
    dispute,
    decide,
    refund,
    account,
    bought,
    paidTwice,
    underpaid,
    refundSlowly,
    failedRefund,
    refundsIn,
    retry,
    byHand,
    ended,
    living,
    received,
    recharged,
    balanceOf,
    undelivered,
    alarms,
    accounts,
    refundRefused,
    refundDone,
    taken,
  }
}
