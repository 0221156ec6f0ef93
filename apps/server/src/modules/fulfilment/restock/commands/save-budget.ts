import { commonErrors, restockErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import { constraintRefusals, type Tx } from '../../../../platform/db/index.ts'

constraintRefusals.register({ restock_budget_name: () => restockErrors.budgetNameTaken() })

export type BudgetInput = {
  readonly id?: number | undefined
  readonly version?: number | undefined
  readonly name: string
  readonly monthlyFen: number
  readonly approveAboveFen: number | null
}

/**
 * Adds a budget or changes one; this month's account follows at once.
 * @throws restock.budget_name_taken, .budget_used (less than this month has used and promised); common.not_found, .conflict
 */
export async function saveBudget(tx: Tx, budget: BudgetInput, by: string): Promise<number> {
  const { tenantId } = tx.ctx
  const { name, monthlyFen, approveAboveFen } = budget
  if (budget.id === undefined) {
    const { rows } = await sql<{ id: number }>`
      insert into fulfilment.restock_budgets (tenant_id, name, monthly_fen, approve_above_fen, updated_by)
      values (${tenantId}::bigint, ${name}, ${monthlyFen}::bigint, ${approveAboveFen}::bigint, ${by})
      returning id`.execute(tx.db)
    const [made] = rows
    if (!made) throw commonErrors.conflict()
    tx.audit({ action: 'restock.budget', objectKind: 'restock_budget', objectId: made.id, detail: { ...budget } })
    return made.id
  }
  const before = await lockBudget(tx, budget.id)
  if (before.version !== budget.version) throw commonErrors.conflict()
  await sql`
    update fulfilment.restock_budgets
    set name = ${name},
        monthly_fen = ${monthlyFen}::bigint,
        approve_above_fen = ${approveAboveFen}::bigint,
        version = version + 1,
        updated_at = now(),
        updated_by = ${by}
    where tenant_id = ${tenantId}::bigint
      and id = ${budget.id}::bigint`.execute(tx.db)
  await sql`select fulfilment.lay_budget(${tenantId}::bigint, ${budget.id}::bigint)`.execute(tx.db)
  // Asked when its accounts are locked: what a supplier charges at this moment counts.
  const { rows } = await sql<{ fen: number }>`
    select coalesce(sum(case when kind = 'budget.used' then balance else held_out end), 0)::bigint as fen
    from ledger.accounts
    where tenant_id = ${tenantId}::bigint
      and kind in ('budget.restock', 'budget.used')
      and ref = ${budget.id}::bigint || ':' || to_char(now() at time zone 'Asia/Shanghai', 'YYYY-MM')
      and unit = 'budget'`.execute(tx.db)
  const usedFen = rows[0]?.fen ?? 0
  if (monthlyFen < usedFen) throw restockErrors.budgetUsed({ usedYuan: (usedFen / 100).toFixed(2) })
  tx.audit({
    action: 'restock.budget',
    objectKind: 'restock_budget',
    objectId: budget.id,
    detail: { name, monthlyFen, approveAboveFen, before: { monthlyFen: before.monthlyFen } },
  })
  return budget.id
}

/** @throws restock.budget_in_use, common.not_found */
export async function removeBudget(tx: Tx, budgetId: number): Promise<void> {
  const { tenantId } = tx.ctx
  const { name } = await lockBudget(tx, budgetId)
  const { rows } = await sql<{ count: number }>`
    select (
      select count(*) from fulfilment.restock_rules
      where tenant_id = ${tenantId}::bigint and budget_id = ${budgetId}::bigint
    ) + (
      select count(*) from fulfilment.restocks
      where tenant_id = ${tenantId}::bigint and budget_id = ${budgetId}::bigint and state in ('ordering', 'proposed')
    ) as count`.execute(tx.db)
  const count = rows[0]?.count ?? 0
  if (count > 0) throw restockErrors.budgetInUse({ count })
  await sql`
    update fulfilment.restock_budgets
    set removed_at = now()
    where tenant_id = ${tenantId}::bigint
      and id = ${budgetId}::bigint`.execute(tx.db)
  tx.audit({ action: 'restock.budget_remove', objectKind: 'restock_budget', objectId: budgetId, detail: { name } })
}

type Budget = { readonly name: string; readonly version: number; readonly monthlyFen: number }

/** @throws common.not_found */
export async function lockBudget(tx: Tx, budgetId: number): Promise<Budget> {
  const { rows } = await sql<Budget>`
    select name, version, monthly_fen as "monthlyFen"
    from fulfilment.restock_budgets
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${budgetId}::bigint
      and removed_at is null
    for no key update`.execute(tx.db)
  const [budget] = rows
  if (!budget) throw commonErrors.notFound()
  return budget
}
