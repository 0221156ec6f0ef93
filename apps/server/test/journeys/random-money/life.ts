import { randomUUID } from 'node:crypto'
import type { Client } from '@quanshu/client'
import { isProblem } from '@quanshu/client'
import type { OrderNo } from '@quanshu/kernel'
import { notifyUrlOf } from '../../../src/modules/payments/index.ts'
import { type Goods, type House, QUERY_PASSWORD, type Shop, somePhone, until, type Visitor } from '../shop.ts'
import { plantNews, plantRefundAnswer, type StandIns } from './gateways.ts'
import type { Gateway, OrderPlan, RefundPlan } from './plan.ts'

/** The thousand orders lived through, one chapter after the other; within a chapter many at once. */

export type World = {
  readonly house: House
  readonly shop: Shop
  readonly standIns: StandIns
  /** The second pair of eyes. */
  readonly approver: Client
  readonly goods: readonly Goods[]
  /** Enough for half of those who pay too late. */
  readonly rare: Goods
  readonly members: readonly Visitor[]
}
export type Lived = {
  readonly plan: OrderPlan
  readonly no: OrderNo
  readonly visitor: Visitor
  /** What the gateway has to bring. */
  readonly dueFen: number
}

const AT_ONCE = 32
const STRIPE_LEAST_FEN = 51
/** A desk of so many people. More would only wait for each other: every refund moves the same clearing account. */
export const STAFF_AT_ONCE = 8
/** What the ladder and the refunds' jobs are waited for: a tick is five seconds. */
const WITHIN_MS = 40_000

export async function eachOf<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<unknown>,
  atOnce: number = AT_ONCE,
): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) await work(items[index] as T, index)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
}

/** Refusals with one of these codes are part of the play; the answer is then undefined. */
async function unless<T>(codes: readonly string[], work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (isProblem(error) && codes.includes(error.code)) return undefined
    throw error
  }
}

/** Placed, and its cashier opened as the buyer's browser does. */
export async function place(world: World, plan: OrderPlan, index: number): Promise<Lived> {
  const { shop, members } = world
  const visitor = plan.asMember
    ? (members[index % members.length] as Visitor)
    : shop.visitor({ ip: `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}` })
  const bought =
    plan.fate === 'late'
      ? [{ goods: world.rare, quantity: 1 }]
      : plan.lines.map(({ goods, quantity }) => ({ goods: world.goods[goods] as Goods, quantity }))
  const totalFen = bought.reduce((sum, { goods, quantity }) => sum + goods.priceFen * quantity, 0)
  // Stripe takes nothing below this.
  const leastFen = plan.way === 'stripe' || plan.other === 'stripe' ? STRIPE_LEAST_FEN : 1
  const asked = Math.floor((totalFen * plan.balancePercent) / 100)
  const balanceFen = Math.max(0, Math.min(asked, totalFen - leastFen))
  const view = await visitor.call(
    'orders.place',
    {
      body: {
        lines: bought.map(({ goods, quantity }) => ({
          skuId: goods.skuId,
          quantity,
          unitPriceFen: goods.priceFen,
          unitPoints: goods.points ?? 0,
        })),
        contact: somePhone(),
        queryPassword: QUERY_PASSWORD,
        payWith: plan.way,
        balanceFen,
      },
    },
    { idempotencyKey: randomUUID() },
  )
  const lived: Lived = { plan, no: view.no as OrderNo, visitor, dueFen: totalFen - balanceFen }
  if (plan.way === 'balance') return lived
  const standIn = world.standIns.of(plan.way)
  const paymentNo = String(lived.no)
  plantNews(standIn, paymentNo, plan.news)
  // The first answer, and the one more that is asked for at once, are lost; the person tries again.
  if (plan.fate === 'cut') standIn.fault('api.cut', { key: paymentNo, endpoint: 'create', times: 2 })
  // It never arrives there, so that somebody can pay another amount under its number.
  if (plan.fate === 'oddly') standIn.fault('api.error', { key: paymentNo, endpoint: 'create' })
  await open(lived, plan.way)
  if (plan.fate === 'cut') await open(lived, plan.way)
  if (plan.fate === 'double') await open(lived, plan.other)
  return lived
}

async function open({ visitor, no, plan }: Lived, payWith: Gateway): Promise<void> {
  const view = await unless(
    // Paid before the gateway's answer came; the gateway did not answer.
    ['orders.not_pending', 'orders.gateway_unavailable', 'payments.gateway_unavailable', 'payments.attempt_closed'],
    visitor.call('orders.pay', { params: { no }, body: { payWith, device: plan.device } }),
  )
  const cashier = view?.payment?.cashier
  // These make the payment when the person's browser arrives. A page that is opened on the way out is not waited for.
  const isMadeByBrowser = payWith === 'alipay' || payWith === 'epay'
  if (cashier?.way === 'redirect' && isMadeByBrowser && plan.fate !== 'oddly') {
    await (await fetch(cashier.url, { redirect: 'manual' })).arrayBuffer()
  }
}

export async function expire({ house, shop }: World, orders: readonly Lived[]): Promise<void> {
  const nos = orders.map(({ no }) => no)
  await house.query('update orders.orders set expires_at = now() where tenant_id = $1 and no = any ($2)', [
    shop.tenantId,
    nos,
  ])
  await until(
    'the orders to expire',
    async () => {
      const rows = await house.query(
        `select no from orders.orders where tenant_id = $1 and no = any ($2) and state = 'pending'`,
        [shop.tenantId, nos],
      )
      return rows.length === 0 || undefined
    },
    WITHIN_MS,
  )
}

/** The person presses the cashier's button; notices go out as the plan has it. */
export async function pay({ shop, house, standIns }: World, { plan, no, dueFen, visitor }: Lived): Promise<void> {
  if (plan.way === 'balance' || plan.fate === 'unpaid') return
  if (plan.fate === 'cancelled') return void (await visitor.call('orders.cancel', { params: { no }, body: {} }))
  const standIn = standIns.of(plan.way)
  const paymentNo = String(no)
  if (plan.fate === 'oddly') {
    const notifyUrl = notifyUrlOf(house.platform.config.publicUrl, shop.slug, plan.way)
    return await standIn.payUnasked?.(paymentNo, Math.max(1, dueFen + plan.beyondFen), notifyUrl)
  }
  const paid = standIn.pay(paymentNo, { late: plan.fate === 'late' })
  await Promise.all([
    plan.news === 'before_answer' ? paid.catch(() => undefined) : paid,
    plan.fate === 'double' ? standIns.of(plan.other).pay(paymentNo) : undefined,
  ])
  if (plan.news === 'thrice') await standIn.repeat(paymentNo, 2)
}

/** Whatever was opened is asked about now, not when its rung of the ladder comes. */
export async function askAll({ house, shop }: World, what: string, isDone: () => Promise<boolean>): Promise<void> {
  await house.query(
    `update payments.attempts set next_query_at = now() where tenant_id = $1 and state = 'pending' and next_query_at is not null`,
    [shop.tenantId],
  )
  await until(what, async () => (await isDone()) || undefined, WITHIN_MS)
}

export async function statesOf(
  { house, shop }: World,
  orders: readonly Lived[],
): Promise<ReadonlyMap<OrderNo, string>> {
  const rows = await house.query<{ no: OrderNo; state: string }>(
    'select no, state from orders.orders where tenant_id = $1 and no = any ($2)',
    [shop.tenantId, orders.map(({ no }) => no)],
  )
  return new Map(rows.map(({ no, state }) => [no, state]))
}

/** Staff decide about money that did not fit; what cannot be done as planned goes back. */
export async function decideReceipts(world: World, orders: readonly Lived[]): Promise<void> {
  const { house, shop } = world
  const open = await house.query<{ id: number; order_no: OrderNo }>(
    `select id, order_no from payments.receipts where tenant_id = $1 and state = 'unmatched'`,
    [shop.tenantId],
  )
  const plans = new Map(orders.map(({ no, plan }) => [no, plan]))
  await eachOf(open, async ({ id, order_no }) => {
    const decide = (action: 'refund' | 'balance' | 'apply') =>
      shop.staff.call(
        'payments.handleReceipt',
        { params: { receiptId: id }, body: { action, note: '核实' } },
        { idempotencyKey: randomUUID() },
      )
    const decided = await unless(
      ['payments.over_needs_member', 'orders.balance_needs_member'],
      decide(plans.get(order_no)?.decision ?? 'refund'),
    )
    if (!decided) await decide('refund')
  })
}

/** Codes of refusals that a random refund may well meet. */
const CANNOT_REFUND = [
  'orders.nothing_to_refund',
  'orders.refund_over_left',
  'orders.refund_over_receipt',
  'orders.refund_whole_line',
  'orders.refund_piece_gone',
  'orders.balance_needs_member',
]

/** Asked for by support; whether a second person must say yes is the shop's setting. */
export async function refund(world: World, lived: Lived, turn: number): Promise<void> {
  const plan = lived.plan.refunds[turn]
  if (!plan) return
  const { shop, standIns } = world
  const detail = await shop.staff.call('orders.detail', { params: { no: lived.no } })
  if (!detail.actions.includes('refund')) return
  const line = detail.lines[plan.line % detail.lines.length]
  const applied = detail.receipts.filter(({ state }) => state === 'applied').map((receipt) => receipt.gateway)
  const gateway = applied.find((one) => one !== 'balance') ?? applied[0]
  if (!line || !gateway) return
  if (plan.to === 'source' && gateway !== 'balance') {
    plantRefundAnswer(standIns.of(gateway as Gateway), String(lived.no), plan.answer)
  }
  const grant = line.grants.find(({ state }) => state !== 'revoked')
  const what =
    plan.takes === 'order'
      ? { lineNo: null }
      : plan.takes === 'piece' && grant
        ? { lineNo: line.lineNo, pieces: [grant.id] }
        : plan.takes === 'amount'
          ? { lineNo: line.lineNo, amountFen: Math.max(1, Math.floor((line.amountFen * plan.percent) / 100)) }
          : { lineNo: line.lineNo }
  await unless(
    CANNOT_REFUND,
    shop.staff.call(
      'orders.refund',
      { params: { no: lived.no }, body: { ...what, to: plan.to, reason: '客户要求' } },
      { idempotencyKey: randomUUID() },
    ),
  )
}

/** The second person's yes or no, for everything that waits for one. */
export async function approve({ house, shop, approver }: World, orders: readonly Lived[], turn: number): Promise<void> {
  const plans = new Map(orders.map(({ no, plan }) => [no, plan.refunds[turn]]))
  const waiting = await house.query<{ id: number; order_no: OrderNo }>(
    `select id, order_no from payments.refunds where tenant_id = $1 and state = 'awaiting' order by id`,
    [shop.tenantId],
  )
  await eachOf(waiting, async ({ id, order_no }) => {
    const params = { refundId: id }
    const yes =
      plans.get(order_no)?.approved &&
      (await unless(
        ['orders.refund_changed'],
        approver.call('fulfilment.approveRefund', { params, body: {} }, { idempotencyKey: randomUUID() }),
      ))
    if (!yes) await approver.call('fulfilment.declineRefund', { params, body: { reason: '不符合规则' } })
  })
}

/** Until every refund has ended. Those that were put off are asked about again now. */
export async function refundsEnded({ house, shop }: World): Promise<void> {
  const { db } = house.platform
  await until(
    'the refunds to end',
    async () => {
      const open = await house.query<{ id: number; due: boolean }>(
        `select id, state = 'processing' and last_error is not null and next_try_at > now() as due
         from payments.refunds where tenant_id = $1 and state in ('requested', 'processing')`,
        [shop.tenantId],
      )
      const putOff = open.filter(({ due }) => due).map(({ id }) => id)
      if (putOff.length > 0) {
        await house.query('update payments.refunds set next_try_at = now() where tenant_id = $1 and id = any ($2)', [
          shop.tenantId,
          putOff,
        ])
        await db.write(shop.ctx, async (tx) => {
          for (const refundId of putOff) tx.enqueue('payments.refund', { refundId }, { key: String(refundId) })
        })
        await new Promise((resolve) => setTimeout(resolve, 400))
      }
      return open.length === 0 || undefined
    },
    WITHIN_MS,
  )
}

/** What staff do about refunds that the gateway refused: another way, by hand, or nothing yet. */
export async function handleFailed({ house, shop, approver }: World, orders: readonly Lived[]): Promise<void> {
  const byNo = new Map(orders.map((lived) => [lived.no, lived]))
  const failed = await house.query<{ id: number; order_no: OrderNo; line_no: number | null }>(
    `select id, order_no, line_no from payments.refunds
     where tenant_id = $1 and state = 'failed' and replaced_by is null order by id`,
    [shop.tenantId],
  )
  await eachOf(failed, async ({ id, order_no: no, line_no: lineNo }) => {
    const { plan } = byNo.get(no) ?? {}
    const remedy: RefundPlan['remedy'] = plan?.refunds[0]?.remedy ?? 'leave'
    const options = { idempotencyKey: randomUUID() }
    if (lineNo === null) {
      await shop.staff.call('payments.retryRefund', { params: { refundId: id }, body: { reason: '再试' } }, options)
    } else if (remedy === 'to_balance' && plan?.asMember) {
      const body = { lineNo, again: true, to: 'balance', reason: '原路失败' } as const
      // Two of one line that failed go back together.
      await unless(['orders.nothing_to_refund'], shop.staff.call('orders.refund', { params: { no }, body }, options))
    } else if (remedy === 'by_hand') {
      const body = { reference: `银行转账 ${id}`, note: '线下退款' }
      await approver.call('fulfilment.refundByHand', { params: { refundId: id }, body }, options)
    }
  })
}

/** Payers' banks take money back, and some of it comes again. */
export async function dispute({ house, shop, standIns }: World, orders: readonly Lived[]): Promise<number> {
  const paid = await house.query<{ order_no: OrderNo }>(
    `select r.order_no from payments.receipts r
     join orders.orders o on o.tenant_id = r.tenant_id and o.no = r.order_no and o.state in ('delivered', 'paid')
     where r.tenant_id = $1 and r.gateway = 'stripe' and r.state = 'applied'`,
    [shop.tenantId],
  )
  const nos = new Set(paid.map(({ order_no }) => order_no))
  const disputed = orders.filter(({ no, plan }) => plan.dispute !== 'none' && nos.has(no))
  const { control } = standIns.stripe
  await eachOf(disputed, async ({ no, plan }) => {
    const opened = await control.openDispute(String(no), { reason: 'fraudulent' })
    if (plan.dispute !== 'open') await control.closeDispute(String(opened.id), plan.dispute === 'won')
  })
  return disputed.length
}

/** A row's sum, by account kind, with the account's reference. */
export async function balances({ house, shop }: World, kind: string): Promise<Readonly<Record<string, number>>> {
  const rows = await house.query<{ ref: string; balance: number }>(
    'select ref, balance from ledger.accounts where tenant_id = $1 and kind = $2',
    [shop.tenantId, kind],
  )
  return Object.fromEntries(rows.map(({ ref, balance }) => [ref, Number(balance)]))
}
