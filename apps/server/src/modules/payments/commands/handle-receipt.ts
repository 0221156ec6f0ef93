import { type RECEIPT_ACTIONS, refusalOf } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { readSettings } from '../../tenancy/index.ts'

type Answer = { readonly ok: true } | { readonly code: string; readonly params: Readonly<Record<string, unknown>> }

/**
 * Decides about money that did not fit (`fulfilment.handle_receipt`), once.
 * @throws commonErrors.notFound, paymentErrors.receiptHandled, receiptDisputed, receiptGoesBack, overNeedsMember, letGoTooMuch, orderErrors.balanceNeedsMember, notPending
 */
export async function handleReceipt(
  tx: Tx,
  receiptId: number,
  action: (typeof RECEIPT_ACTIONS)[number],
  note: string,
  actor: string,
): Promise<void> {
  const mostFen = (await readSettings(tx))['payments.letGoMaxFen']
  const { rows } = await sql<{ answer: Answer }>`
    select fulfilment.handle_receipt(${tx.ctx.tenantId}, ${receiptId}, ${action}, ${note}, ${actor}, ${mostFen}) as answer
  `.execute(tx.db)
  const answer = rows[0]?.answer
  if (answer && 'code' in answer) throw refusalOf(answer.code, answer.params)
  tx.audit({ action: 'receipt.handle', objectKind: 'receipt', objectId: receiptId, detail: { action, note } })
}
