import { ledgerErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import { constraintRefusals, type Tx } from '../../../platform/db/index.ts'

// The database holds every account's bound; running into it is the expected "no" of a movement.
constraintRefusals.register({ account_floor: () => ledgerErrors.insufficientBalance() })

export type Unit = 'CNY' | 'piece' | 'point'
export type Transfer = {
  readonly from: number
  readonly to: number
  /** Whole units of the accounts: fen, pieces, points. Positive. */
  readonly amount: number
  readonly kind: string
  /** What it is done for, e.g. `order:2611…`. */
  readonly cause: string
}

/** The account of this kind and owner; opened when it is not there yet. */
export async function accountId(tx: Tx, kind: string, ref: string, unit: Unit): Promise<number> {
  const { rows } = await sql<{ readonly id: number }>`
    select ledger.account(${tx.ctx.tenantId}::bigint, ${kind}, ${ref}, ${unit}) as id
  `.execute(tx.db)
  const [row] = rows
  if (!row) throw new Error('ledger.account gave no id')
  return row.id
}

/**
 * Posts transfers at once, all or none.
 * @throws ledger.insufficient_balance when an account would pass its floor; what is held counts as gone
 */
export async function post(tx: Tx, transfers: readonly Transfer[]): Promise<void> {
  await sql`
    select ledger.post(
      ${tx.ctx.tenantId}::bigint,
      ${transfers.map((transfer) => transfer.from)}::bigint[],
      ${transfers.map((transfer) => transfer.to)}::bigint[],
      ${transfers.map((transfer) => transfer.amount)}::bigint[],
      ${transfers.map((transfer) => transfer.kind)}::text[],
      ${transfers.map((transfer) => transfer.cause)}::text[]
    )
  `.execute(tx.db)
}

/**
 * Promises transfers until a time; the amount is gone from what is free at once.
 * @returns the holds' ids, in order
 * @throws ledger.insufficient_balance
 */
export async function hold(
  tx: Tx,
  promises: readonly (Omit<Transfer, 'kind'> & { readonly expiresAt: Date })[],
): Promise<readonly number[]> {
  const { rows } = await sql<{ readonly ids: number[] }>`
    select ledger.hold(
      ${tx.ctx.tenantId}::bigint,
      ${promises.map((promise) => promise.from)}::bigint[],
      ${promises.map((promise) => promise.to)}::bigint[],
      ${promises.map((promise) => promise.amount)}::bigint[],
      ${promises.map((promise) => promise.cause)}::text[],
      ${promises.map((promise) => promise.expiresAt)}::timestamptz[]
    ) as ids
  `.execute(tx.db)
  return rows[0]?.ids ?? []
}

/**
 * Ends holds: captured ones become transfers of `kind`, released and expired ones are free again.
 * @returns the holds that ended now; one that had ended before is left as it is
 */
export async function close(
  tx: Tx,
  holds: readonly number[],
  state: 'captured' | 'released' | 'expired',
  kind: string,
): Promise<readonly number[]> {
  const { rows } = await sql<{ readonly ids: number[] }>`
    select ledger.close(${tx.ctx.tenantId}::bigint, ${holds}::bigint[], ${state}, ${kind}) as ids
  `.execute(tx.db)
  return rows[0]?.ids ?? []
}
