import type { OrderNo } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import type { AskGateway, PaymentAnswer, Question } from './ask-gateway.ts'

export type QueryPayment = (ctx: Ctx, orderNo: OrderNo) => Promise<PaymentAnswer>

/**
 * Asks, now, every gateway at which this order was opened; for staff who do not want to wait for the ladder.
 * `unknown` when one of them does not answer and none knows of money.
 */
export function createQueryPayment(platform: Platform, ask: AskGateway): QueryPayment {
  return async (ctx, orderNo) => {
    const { rows } = await platform.db.read(ctx, (tx) =>
      sql<Omit<Question, 'tenantId' | 'orderNo'> & { readonly state: string }>`
        select gateway, turn, reference, state, close_wanted_at is not null as "closeWanted",
          extract(epoch from now() - created_at)::integer as "ageSeconds"
        from payments.attempts
        where tenant_id = ${ctx.tenantId}
          and order_no = ${orderNo}
      `.execute(tx.db),
    )
    const answers: PaymentAnswer[] = []
    for (const { state, ...attempt } of rows) {
      if (attempt.gateway === 'balance') continue
      const closeWanted = attempt.closeWanted && state === 'pending'
      answers.push(await ask({ ...attempt, closeWanted, tenantId: ctx.tenantId, orderNo }))
    }
    if (answers.includes('paid')) return 'paid'
    return answers.includes('unknown') ? 'unknown' : 'not_paid'
  }
}
