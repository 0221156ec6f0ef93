import { refusalOf } from '@quanshu/contract'
import type { StaffId } from '@quanshu/kernel'
import { type RawBuilder, sql } from 'kysely'
import type { Tx } from '../../../../platform/db/index.ts'
import { isSqlRefusal, type SqlRefusal } from '../../model.ts'
import { lockBudget } from './save-budget.ts'
import { mustBeBuyable } from './save-rule.ts'

type By = { readonly staffId: StaffId; readonly name: string }

/**
 * Wants some pieces for the shelf now, whatever the rule says. Where it costs more than may go by itself, somebody else says yes.
 * @returns its id
 * @throws restock.under_way, .not_codes, .no_source, common.not_found
 */
export async function askRestock(
  tx: Tx,
  ask: {
    readonly skuId: number
    readonly budgetId: number
    readonly quantity: number
    readonly maxUnitFen: number | null
  },
  by: By,
): Promise<number> {
  await mustBeBuyable(tx, ask.skuId)
  await lockBudget(tx, ask.budgetId)
  const { id } = await call<{ readonly id: number }>(
    tx,
    sql`fulfilment.ask_restock(
      ${tx.ctx.tenantId}::bigint, ${ask.skuId}::bigint, ${ask.budgetId}::bigint, ${ask.quantity}::integer,
      ${ask.maxUnitFen}::bigint, ${by.name}, ${by.staffId}::bigint
    )`,
  )
  tx.audit({ action: 'restock.ask', objectKind: 'restock', objectId: id, detail: { ...ask } })
  return id
}

/** @throws restock.moved_on (another state or amount than was shown), .own_request, common.not_found */
export async function decideRestock(
  tx: Tx,
  restockId: number,
  decision: { readonly action: 'approve' | 'reject'; readonly fen: number; readonly reason: string },
  by: By,
): Promise<void> {
  const { action, fen, reason } = decision
  await call(
    tx,
    sql`fulfilment.decide_restock(
      ${tx.ctx.tenantId}::bigint, ${restockId}::bigint, ${action === 'approve'}, ${fen}::bigint, ${by.name}, ${by.staffId}::bigint,
      ${reason}
    )`,
  )
  tx.audit({
    action: action === 'approve' ? 'restock.approve' : 'restock.reject',
    objectKind: 'restock',
    objectId: restockId,
    detail: { fen, reason },
  })
}

/** Buys nothing more; what is on its way still arrives. @throws restock.moved_on, common.not_found */
export async function cancelRestock(tx: Tx, restockId: number, reason: string, by: By): Promise<void> {
  await call(
    tx,
    sql`fulfilment.cancel_restock(${tx.ctx.tenantId}::bigint, ${restockId}::bigint, ${by.name}, ${reason})`,
  )
  tx.audit({ action: 'restock.cancel', objectKind: 'restock', objectId: restockId, detail: { reason } })
}

async function call<T extends object>(tx: Tx, fn: RawBuilder<unknown>): Promise<T> {
  const { rows } = await sql<{ readonly answer: T | SqlRefusal | null }>`select ${fn} as answer`.execute(tx.db)
  const answer = rows[0]?.answer
  if (!answer) throw new Error('a function of filling up gave no answer')
  if (isSqlRefusal(answer)) throw refusalOf(answer.code, answer.params)
  return answer
}
