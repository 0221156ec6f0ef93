import type { OrderNo, TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import { storableText } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import type { Outbound } from '../../../platform/outbound/index.ts'
import { type Accounts, systemCtx } from '../accounts.ts'
import type { GatewayTrade, PaymentRef } from '../gateway.ts'
import { gateways } from '../gateways/registry.ts'
import { paymentNo } from '../numbers.ts'
import { isTaken, type PaymentPorts } from '../settle.ts'

export type Question = {
  readonly tenantId: TenantId
  readonly orderNo: OrderNo
  readonly gateway: string
  readonly turn: number
  /** The gateway's own number for it, where it gave one. */
  readonly reference: string | null
  /** The order is over for us: close it there, unless the money came. */
  readonly closeWanted: boolean
  /** Since the attempt was opened. */
  readonly ageSeconds: number
}
export type PaymentAnswer = 'paid' | 'not_paid' | 'unknown'
export type AskGateway = (question: Question) => Promise<PaymentAnswer>

/** Sooner than this "no such order" may only mean that the order has not arrived there yet. */
const NOT_FOUND_MEANS_NEVER_SECONDS = 600

/**
 * Asks a gateway what became of a payment, closes it when it is not wanted any more, and settles whatever money is
 * found exactly as its notice would have been. Calls the network: never inside a transaction.
 */
export function createAskGateway(
  platform: Platform,
  outbound: Outbound,
  accounts: Accounts,
  ports: PaymentPorts,
): AskGateway {
  return async (question) => {
    const { tenantId } = question
    const gateway = gateways.get(question.gateway)
    const account = gateway && (await accounts.find(tenantId, question.gateway))
    if (!gateway || !account) return 'unknown'
    const payment: PaymentRef = {
      paymentNo: paymentNo(question.orderNo, question.turn),
      ...(question.reference === null ? {} : { reference: question.reference }),
    }
    if (question.closeWanted) {
      const closed = await gateway.close(outbound, account, payment)
      if (closed.kind !== 'done') platform.log.warn({ ...question, outcome: closed }, 'a payment could not be closed')
      else if (isOver(closed.state, question)) {
        await markClosed(platform, question)
        return 'not_paid'
      }
    }
    const found = await gateway.query(outbound, account, payment)
    if (found.kind !== 'done') {
      platform.log.warn({ ...question, outcome: found }, 'the gateway did not say what became of a payment')
      return 'unknown'
    }
    if (found.state === 'closed' && found.trades.length === 0) await markClosed(platform, question)
    return await settleAll(ports, question, found.trades)
  }
}

/** Whether a payment that was to be closed can bring no money any more. */
const isOver = (state: string, { ageSeconds }: Question): boolean =>
  state === 'closed' || (state === 'not_found' && ageSeconds > NOT_FOUND_MEANS_NEVER_SECONDS)

async function settleAll(
  ports: PaymentPorts,
  question: Question,
  trades: readonly GatewayTrade[],
): Promise<PaymentAnswer> {
  let answer: PaymentAnswer = 'not_paid'
  for (const trade of trades) {
    const { verdict } = await ports.settle(question.tenantId, {
      ...trade,
      tradeNo: storableText(trade.tradeNo),
      orderNo: question.orderNo,
      turn: question.turn,
      gateway: question.gateway,
      asked: true,
      headers: { source: 'query' },
      body: JSON.stringify(trade),
    })
    if (isTaken(verdict)) answer = 'paid'
  }
  return answer
}

async function markClosed(platform: Platform, { tenantId, orderNo, gateway, turn }: Question): Promise<void> {
  await platform.db.write(systemCtx(tenantId), (tx) =>
    sql`
      update payments.attempts
      set state = 'closed',
          closed_at = now(),
          next_query_at = null
      where tenant_id = ${tenantId}
        and order_no = ${orderNo}
        and gateway = ${gateway}
        and turn = ${turn}
        and state = 'pending'
    `.execute(tx.db),
  )
}
