import type { OrderNo } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { askSql } from '../service/ask-sql.ts'

type Form = Readonly<Record<string, string>>

/**
 * A right that was bought is activated with this account; from here on its line is a top-up like others. Told twice it is done once.
 * @param form as checked by the goods' own fields
 * @throws activation.* when it may not be activated now, common.not_found
 */
export async function activate(
  tx: Tx,
  no: OrderNo,
  lineNo: number,
  form: Form,
  by: {
    readonly kind: 'buyer' | 'staff'
    readonly name: string
    /** Why staff do it; without one nothing is activated of whose money a payer's bank has a part. */
    readonly reason?: string | undefined
  },
): Promise<void> {
  const said = JSON.stringify({ form, by: by.kind, actor: by.name, reason: by.reason })
  const { isRepeat } = await askSql<{ readonly isRepeat: boolean }>(
    tx,
    sql`fulfilment.activate(${tx.ctx.tenantId}::bigint, ${no}::bigint, ${lineNo}::integer, ${said}::jsonb)`,
  )
  if (isRepeat) return
  // Not what is in the fields: accounts are the buyer's, and the line has them.
  tx.audit({ action: 'activation.activate', objectKind: 'order', objectId: no, detail: { lineNo, reason: by.reason } })
}

/**
 * Its buyer wants the money back instead.
 * @throws activation.* when nothing may be decided now, activation.ask_the_shop, common.not_found
 */
export async function returnUnactivated(tx: Tx, no: OrderNo, lineNo: number): Promise<void> {
  const { amountFen } = await askSql<{ readonly amountFen: number }>(
    tx,
    sql`fulfilment.return_unactivated(${tx.ctx.tenantId}::bigint, ${no}::bigint, ${lineNo}::integer, 'buyer')`,
  )
  tx.audit({ action: 'activation.return', objectKind: 'order', objectId: no, detail: { lineNo, amountFen } })
}
