import { commonErrors, reconciliationErrors, refusalOf } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import type { AskedAbout, Reconciler } from '../model.ts'

type Subject = {
  readonly kind: string
  readonly gateway: string
  readonly orderNo: number | null
  readonly refundId: number | null
}

/**
 * Asks the gateway about the payment or refund behind a difference, books what it says, and looks at the difference
 * again: it settles itself when both sides agree now.
 * @throws common.notFound; reconciliationErrors.cannotAsk, gatewaySilent, caseOver, dayClosed, busy
 */
export async function askAboutCase(reconciler: Reconciler, ctx: Ctx, id: number): Promise<void> {
  const { db, askAgain } = reconciler
  const about = await db.read(ctx, async (tx) => {
    const { rows } = await sql<Subject>`
      select kind, gateway, order_no as "orderNo",
        case when kind = 'refund' then coalesce(fact_id, reconciliation.refund_of(theirs ->> 'refundNo')) end as "refundId"
      from reconciliation.cases
      where tenant_id = ${ctx.tenantId}::bigint
        and id = ${id}::bigint
    `.execute(tx.db)
    if (!rows[0]) throw commonErrors.notFound()
    return askedAbout(rows[0])
  })
  if (!about) throw reconciliationErrors.cannotAsk()
  const answer = await askAgain(ctx, about)
  await db.write(ctx, async (tx) => {
    const { rows } = await sql<{ readonly result: { readonly code?: string; readonly params?: object } }>`
      select reconciliation.judge_case(${ctx.tenantId}::bigint, ${id}::bigint) as result
    `.execute(tx.db)
    const { code, params } = rows[0]?.result ?? {}
    if (code !== undefined) throw refusalOf(code, { ...params })
    tx.audit({ action: 'reconciliation.ask', objectKind: 'difference', objectId: id, detail: { ...about, answer } })
  })
  if (answer === 'unknown') throw reconciliationErrors.gatewaySilent()
}

function askedAbout({ kind, gateway, orderNo, refundId }: Subject): AskedAbout | undefined {
  if (kind === 'payment' && orderNo !== null) return { kind, gateway, orderNo }
  if (kind === 'refund' && refundId !== null) return { kind, gateway, refundId }
  return undefined
}
