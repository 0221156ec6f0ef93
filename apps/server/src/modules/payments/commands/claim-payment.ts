import { commonErrors, paymentErrors } from '@quanshu/contract'
import type { StaffId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx, Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { readSettings } from '../../tenancy/index.ts'
import type { CaptureVerdict, PaymentPorts } from '../settle.ts'
import type { Claimed, FindPayment, FoundPayment } from './find-payment.ts'

type Actor = { readonly staffId: StaffId; readonly name: string }
type Claim = Claimed & { readonly id: number; readonly state: string; readonly requestedById: number }

export type Claims = {
  readonly claim: (ctx: Ctx, claimed: Claimed & { readonly reason: string }, actor: Actor) => Promise<number>
  readonly approve: (ctx: Ctx, claimId: number, actor: Actor) => Promise<void>
  readonly decline: (ctx: Ctx, claimId: number, actor: Actor, reason: string) => Promise<void>
}

/**
 * 补单: a payment that a buyer names by the gateway's number is settled for the order exactly as its notice would have been,
 * when the gateway confirms it. Above the shop's amount a second person has to agree, for whom the gateway is asked again.
 *
 * The claim is written down before it is settled, so that who wanted it is known whatever happens in between; settling the
 * same payment twice changes nothing, so claiming again goes on where a process has died.
 * @throws what `FindPayment` throws; paymentErrors.claimAwaiting, claimNotAwaiting, claimOwn; commonErrors.notFound
 */
export function createClaims(platform: Platform, find: FindPayment, ports: PaymentPorts): Claims {
  const settle = async (ctx: Ctx, claimId: number, { orderNo, gateway }: Claimed, found: FoundPayment) => {
    const { verdict } = await ports.settle(ctx.tenantId, {
      ...found,
      orderNo,
      gateway,
      asked: true,
      headers: { source: 'claim', claim: String(claimId) },
      body: JSON.stringify(found),
    })
    await platform.db.write(ctx, (tx) => endClaim(tx, claimId, verdict))
  }
  return {
    async claim(ctx, { reason, ...claimed }, actor) {
      const found = await find(ctx, claimed)
      const { id, waits } = await platform.db.write(ctx, async (tx) => {
        const above = (await readSettings(tx))['payments.claimApprovalAboveFen']
        const waits = above > 0 && found.amountFen > above
        const id = await writeClaim(tx, claimed, found, { reason, waits, actor })
        const { gateway, tradeNo } = claimed
        const detail = { gateway, tradeNo, amountFen: found.amountFen, reason, ...(waits ? { awaiting: true } : {}) }
        tx.audit({ action: 'payment.claim', objectKind: 'order', objectId: claimed.orderNo, detail })
        if (waits) {
          const payload = { no: claimed.orderNo, claimId: id, gateway, amountFen: found.amountFen }
          tx.emit({
            type: 'payment.claim_awaiting',
            subject: `order:${claimed.orderNo}`,
            payload: { ...payload, by: actor.name, byId: actor.staffId },
          })
        }
        return { id, waits }
      })
      if (!waits) await settle(ctx, id, claimed, found)
      return id
    },
    async approve(ctx, claimId, actor) {
      const claim = await platform.db.read(ctx, (tx) => readClaim(tx.db, ctx, claimId))
      mustBeDecidable(claim, actor)
      const found = await find(ctx, claim)
      await platform.db.write(ctx, (tx) => decide(tx, claimId, actor, 'approved', null))
      await settle(ctx, claimId, claim, found)
    },
    decline: (ctx, claimId, actor, reason) =>
      platform.db.write(ctx, (tx) => decide(tx, claimId, actor, 'declined', reason)),
  }
}

async function writeClaim(
  tx: Tx,
  { orderNo, gateway, tradeNo }: Claimed,
  { amountFen, paidAt }: FoundPayment,
  { reason, waits, actor }: { readonly reason: string; readonly waits: boolean; readonly actor: Actor },
): Promise<number> {
  // One that was agreed to and never settled is gone on with.
  const { rows } = await sql<{ readonly id: number }>`
    insert into payments.claims as c (
      tenant_id, order_no, gateway, trade_no, amount_fen, paid_at, state, reason, requested_by, requested_by_id
    )
    values (
      ${tx.ctx.tenantId}, ${orderNo}, ${gateway}, ${tradeNo}, ${amountFen}, ${paidAt}, ${waits ? 'awaiting' : 'approved'},
      ${reason}, ${actor.name}, ${actor.staffId}
    )
    on conflict (tenant_id, gateway, trade_no) where state in ('awaiting', 'approved') do update
    set state = c.state
    where c.state = 'approved'
      and c.order_no = excluded.order_no
    returning c.id
  `.execute(tx.db)
  const [claim] = rows
  if (!claim) throw paymentErrors.claimAwaiting()
  return claim.id
}

async function decide(
  tx: Tx,
  claimId: number,
  actor: Actor,
  state: 'approved' | 'declined',
  note: string | null,
): Promise<void> {
  const claim = await readClaim(tx.db, tx.ctx, claimId, true)
  if (state === 'approved') mustBeDecidable(claim, actor)
  else if (claim.state !== 'awaiting') throw paymentErrors.claimNotAwaiting()
  await sql`
    update payments.claims
    set state = ${state},
        decided_by = ${actor.name},
        decided_at = now(),
        decided_note = ${note}
    where tenant_id = ${tx.ctx.tenantId}
      and id = ${claimId}
  `.execute(tx.db)
  const { orderNo, gateway, tradeNo } = claim
  const detail = { claimId, gateway, tradeNo, ...(note === null ? {} : { reason: note }) }
  const action = state === 'approved' ? 'payment.claim_approve' : 'payment.claim_decline'
  tx.audit({ action, objectKind: 'order', objectId: orderNo, detail })
}

async function endClaim(tx: Tx, claimId: number, verdict: CaptureVerdict): Promise<void> {
  await sql`
    update payments.claims
    set state = 'settled',
        verdict = ${verdict}
    where tenant_id = ${tx.ctx.tenantId}
      and id = ${claimId}
      and state = 'approved'
  `.execute(tx.db)
}

function mustBeDecidable({ state, requestedById }: Claim, { staffId }: Actor): void {
  if (state !== 'awaiting') throw paymentErrors.claimNotAwaiting()
  if (requestedById === staffId) throw paymentErrors.claimOwn()
}

async function readClaim(db: Tx['db'], { tenantId }: Ctx, claimId: number, lock = false): Promise<Claim> {
  const { rows } = await sql<Claim>`
    select id, order_no as "orderNo", gateway, trade_no as "tradeNo", state, requested_by_id as "requestedById"
    from payments.claims
    where tenant_id = ${tenantId}
      and id = ${claimId}
    ${lock ? sql`for no key update` : sql``}
  `.execute(db)
  const [claim] = rows
  if (!claim) throw commonErrors.notFound()
  return claim
}
