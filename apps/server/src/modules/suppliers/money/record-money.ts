import { type SupplierMoneyKind, supplierErrors } from '@quanshu/contract'
import type { StaffId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { readSettings } from '../../tenancy/index.ts'
import { nameOf } from './standing.ts'

export type Actor = { readonly staffId: StaffId; readonly name: string }
export type GivenMoney = {
  readonly kind: SupplierMoneyKind
  readonly amountFen: number
  readonly reference: string
  readonly at: string
  readonly note: string
  readonly own?: GivenOwnMoney | undefined
}
export type GivenOwnMoney = { readonly currency: string; readonly hao: number }

/** Clocks and zones of banks differ; a day is more than any of them. */
const AHEAD_MAX_MS = 86_400_000
/** A year that was typed short is caught; nobody here has paid a supplier before. */
const EARLIEST_MS = Date.UTC(2000, 0, 1)

/**
 * Books money that was paid ahead, taken back or given back; above the shop's amount it waits for a second person. The same
 * number of the same kind is booked once.
 * @returns its id
 * @throws common.not_found, suppliers.money_twice, money_future, money_long_ago
 */
export async function recordMoney(tx: Tx, supplierId: number, given: GivenMoney, actor: Actor): Promise<number> {
  const { kind, amountFen, reference, at, note, own } = given
  checkTime(at)
  const supplier = await nameOf(tx, supplierId)
  const above = (await readSettings(tx))['suppliers.moneyApprovalAboveFen']
  const waits = above > 0 && amountFen > above
  const { rows } = await sql<{ readonly id: number }>`
    insert into suppliers.money (
      tenant_id, supplier_id, kind, amount_fen, reference, note, at, state, requested_by, requested_by_id, own_currency,
      own_hao
    )
    values (
      ${tx.ctx.tenantId}, ${supplierId}, ${kind}, ${amountFen}, ${reference}, ${note}, ${at}, 'awaiting', ${actor.name},
      ${actor.staffId}, ${own?.currency ?? null}, ${own?.hao ?? null}
    )
    on conflict do nothing
    returning id
  `.execute(tx.db)
  const id = rows[0]?.id
  if (id === undefined) throw supplierErrors.moneyTwice({ reference })
  if (!waits) await bookMoney(tx, id)
  else {
    tx.emit({
      type: 'supply.money_awaiting',
      subject: `supplier:${supplierId}`,
      payload: { supplierId, supplier, moneyId: id, kind, amountFen, by: actor.name, byId: actor.staffId },
    })
  }
  tx.audit({
    action: 'supplier.money',
    objectKind: 'supplier',
    objectId: supplierId,
    detail: {
      moneyId: id,
      kind,
      amountFen,
      reference,
      note,
      ...(own && { own }),
      ...(waits ? { awaiting: true } : {}),
    },
  })
  return id
}

/** @throws suppliers.money_future, money_long_ago */
export function checkTime(at: string): void {
  if (Date.parse(at) > Date.now() + AHEAD_MAX_MS) throw supplierErrors.moneyFuture()
  if (Date.parse(at) < EARLIEST_MS) throw supplierErrors.moneyLongAgo()
}

export async function bookMoney(tx: Tx, moneyId: number): Promise<void> {
  await sql`select suppliers.book_money(${tx.ctx.tenantId}::bigint, ${moneyId}::bigint)`.execute(tx.db)
}
