import { commonErrors, paymentErrors } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx, ReadTx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import type { Outbound } from '../../../platform/outbound/index.ts'
import { type Accounts, gatewayNamed } from '../accounts.ts'
import type { GatewayTrade } from '../gateway.ts'
import { paymentNo } from '../numbers.ts'

export type Claimed = { readonly orderNo: OrderNo; readonly gateway: string; readonly tradeNo: string }
/** Money that the gateway says it took for the order, in which of the order's attempts there. */
export type FoundPayment = GatewayTrade & { readonly turn: number }
export type FindPayment = (ctx: Ctx, claimed: Claimed) => Promise<FoundPayment>

type Attempt = { readonly turn: number; readonly reference: string | null; readonly feeFen: number }
type Facts = {
  readonly state: string
  /** Of the order, without what the buyer bears for the gateway's service. */
  readonly askedFen: number
  readonly bookedFor: number | null
  readonly attempts: readonly Attempt[]
}
type Answer = { readonly trades: readonly (FoundPayment & { readonly feeFen: number })[]; readonly isClear: boolean }

/** An order that a payment may still be found for: what is paid already needs none. */
const UNPAID = ['pending', 'expired', 'cancelled']

/**
 * Asks the gateway, by our own payment numbers, for the payment that somebody names by the gateway's. It is found only when
 * the gateway says that it was made for this order, and in the amount that was due. Calls the network; books nothing.
 * @throws commonErrors.notFound; paymentErrors.gatewayUnknown, notConfigured, claimNotNeeded, claimKnown, claimOtherOrder,
 * claimSilent, claimNotFound, claimOtherTrade, claimCurrency, claimAmount
 */
export function createFindPayment(platform: Platform, outbound: Outbound, accounts: Accounts): FindPayment {
  return async (ctx, claimed) => {
    const gateway = gatewayNamed(claimed.gateway)
    const account = await accounts.get(ctx.tenantId, claimed.gateway)
    const facts = await platform.db.read(ctx, (tx) => readFacts(tx, claimed))
    if (facts.bookedFor === claimed.orderNo) throw paymentErrors.claimKnown()
    if (facts.bookedFor !== null) throw paymentErrors.claimOtherOrder({ orderNo: facts.bookedFor })
    if (!UNPAID.includes(facts.state)) throw paymentErrors.claimNotNeeded()

    // An asking that left no trace here is still known there by the order's number.
    const attempts = facts.attempts.length > 0 ? facts.attempts : [{ turn: 1, reference: null, feeFen: 0 }]
    const answers: Answer[] = []
    for (const { turn, reference, feeFen } of attempts) {
      const answer = await gateway.query(outbound, account, {
        paymentNo: paymentNo(claimed.orderNo, turn),
        ...(reference === null ? {} : { reference }),
      })
      const trades = answer.kind === 'done' ? answer.trades.map((trade) => ({ ...trade, turn, feeFen })) : []
      answers.push({ trades, isClear: answer.kind === 'done' })
    }
    return judged(claimed, facts.askedFen, answers)
  }
}

function judged({ tradeNo }: Claimed, askedFen: number, answers: readonly Answer[]): FoundPayment {
  const trades = answers.flatMap((answer) => answer.trades)
  const trade = trades.find((one) => one.tradeNo === tradeNo)
  if (!trade) {
    if (trades.length > 0) {
      throw paymentErrors.claimOtherTrade({
        found: trades.map((one) => `${one.tradeNo} ¥${yuan(one.amountFen)}`).join(', '),
      })
    }
    throw answers.every(({ isClear }) => isClear) ? paymentErrors.claimNotFound() : paymentErrors.claimSilent()
  }
  if (trade.currency !== 'CNY') throw paymentErrors.claimCurrency({ currency: trade.currency })
  const dueFen = askedFen + trade.feeFen
  if (trade.amountFen !== dueFen) {
    throw paymentErrors.claimAmount({ paidYuan: yuan(trade.amountFen), dueYuan: yuan(dueFen) })
  }
  const { feeFen: _, ...payment } = trade
  return payment
}

const yuan = (fen: number): string => (fen / 100).toFixed(2)

async function readFacts(tx: ReadTx, { orderNo, gateway, tradeNo }: Claimed): Promise<Facts> {
  const { tenantId } = tx.ctx
  const { rows } = await sql<Facts>`
    select o.state, o.total_fen - o.balance_fen as "askedFen",
      (
        select r.order_no
        from payments.receipts r
        where r.tenant_id = ${tenantId}
          and r.gateway = ${gateway}
          and r.trade_no = ${tradeNo}
      ) as "bookedFor",
      coalesce((
        select jsonb_agg(jsonb_build_object('turn', a.turn, 'reference', a.reference, 'feeFen', a.fee_fen) order by a.turn desc)
        from payments.attempts a
        where a.tenant_id = ${tenantId}
          and a.order_no = o.no
          and a.gateway = ${gateway}
      ), '[]') as attempts
    from orders.orders o
    where o.tenant_id = ${tenantId}
      and o.no = ${orderNo}
  `.execute(tx.db)
  const [facts] = rows
  if (!facts) throw commonErrors.notFound()
  return facts
}
