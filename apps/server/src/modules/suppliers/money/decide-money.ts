import { commonErrors, refusalOf, supplierErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { type Actor, bookMoney, checkTime, type GivenOwnMoney } from './record-money.ts'

type At = { readonly supplierId: number; readonly moneyId: number }
type Money = {
  readonly kind: string
  readonly amountFen: number
  readonly reference: string
  readonly state: string
  readonly requestedById: number
}

/** A second person agrees. @throws common.not_found, suppliers.money_not_awaiting, money_own */
export async function approveMoney(tx: Tx, at: At, actor: Actor): Promise<void> {
  const { state, requestedById, kind, amountFen, reference } = await locked(tx, at)
  if (state !== 'awaiting') throw supplierErrors.moneyNotAwaiting()
  if (requestedById === actor.staffId) throw supplierErrors.moneyOwn()
  await sql`
    update suppliers.money
    set decided_by = ${actor.name},
        decided_at = now()
    where tenant_id = ${tx.ctx.tenantId}
      and id = ${at.moneyId}
  `.execute(tx.db)
  await bookMoney(tx, at.moneyId)
  audit(tx, 'supplier.money_approve', at, { kind, amountFen, reference })
}

/** What waits is not booked, or a claim is given up. @throws common.not_found, suppliers.money_not_awaiting */
export async function declineMoney(tx: Tx, at: At, actor: Actor, reason: string): Promise<void> {
  const { state, kind, amountFen } = await locked(tx, at)
  if (state !== 'awaiting' && state !== 'claimed') throw supplierErrors.moneyNotAwaiting()
  await sql`
    update suppliers.money
    set state = 'declined',
        decided_by = ${actor.name},
        decided_at = now(),
        decided_note = ${reason}
    where tenant_id = ${tx.ctx.tenantId}
      and id = ${at.moneyId}
  `.execute(tx.db)
  audit(tx, 'supplier.money_decline', at, { kind, amountFen, reason })
}

/**
 * The supplier has given back what was claimed, or a part: that is booked as a credit under its number.
 * @throws common.not_found, suppliers.money_not_awaiting, grant_above_claim, money_twice
 */
export async function grantClaim(
  tx: Tx,
  at: At,
  given: {
    readonly amountFen: number
    readonly reference: string
    readonly at: string
    readonly own?: GivenOwnMoney | undefined
  },
  actor: Actor,
): Promise<void> {
  const { state, amountFen: claimedFen } = await locked(tx, at)
  if (state !== 'claimed') throw supplierErrors.moneyNotAwaiting()
  checkTime(given.at)
  if (given.amountFen > claimedFen) throw supplierErrors.grantAboveClaim({ claimed: (claimedFen / 100).toFixed(2) })
  const taken = await sql`
    select from suppliers.money
    where tenant_id = ${tx.ctx.tenantId}
      and supplier_id = ${at.supplierId}
      and kind = 'credit'
      and reference = ${given.reference}
      and state in ('awaiting', 'booked')
  `.execute(tx.db)
  if (taken.rows.length > 0) throw supplierErrors.moneyTwice({ reference: given.reference })
  await sql`
    update suppliers.money
    set amount_fen = ${given.amountFen},
        reference = ${given.reference},
        at = ${given.at},
        own_currency = ${given.own?.currency ?? null},
        own_hao = ${given.own?.hao ?? null},
        decided_by = ${actor.name},
        decided_at = now()
    where tenant_id = ${tx.ctx.tenantId}
      and id = ${at.moneyId}
  `.execute(tx.db)
  await bookMoney(tx, at.moneyId)
  audit(tx, 'supplier.money_grant', at, { claimedFen, ...given })
}

/**
 * Takes a booking back that was a mistake.
 * @throws common.not_found, suppliers.money_not_booked, money_reconciled
 */
export async function reverseMoney(tx: Tx, at: At, actor: Actor, reason: string): Promise<void> {
  await locked(tx, at)
  const { rows } = await sql<{
    readonly answer: { readonly code?: string; readonly params?: Record<string, unknown> }
  }>`
    select suppliers.reverse_money(${tx.ctx.tenantId}::bigint, ${at.moneyId}::bigint, ${actor.name}::text, ${reason}::text) as answer
  `.execute(tx.db)
  const { code, params, ...facts } = rows[0]?.answer ?? {}
  if (code !== undefined) throw refusalOf(code, params ?? {})
  audit(tx, 'supplier.money_reverse', at, { ...facts, reason })
}

async function locked(tx: Tx, { supplierId, moneyId }: At): Promise<Money> {
  const { rows } = await sql<Money>`
    select kind, amount_fen as "amountFen", reference, state, requested_by_id as "requestedById"
    from suppliers.money
    where tenant_id = ${tx.ctx.tenantId}
      and supplier_id = ${supplierId}
      and id = ${moneyId}
    for no key update
  `.execute(tx.db)
  if (!rows[0]) throw commonErrors.notFound()
  return rows[0]
}

function audit(tx: Tx, action: string, { supplierId, moneyId }: At, detail: Readonly<Record<string, unknown>>): void {
  tx.audit({ action, objectKind: 'supplier', objectId: supplierId, detail: { moneyId, ...detail } })
}
