import { type OrderNo, Refusal, type StaffId, type TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx, Database, Tx } from '../../../platform/db/index.ts'
import { getBatch, shiftBatch } from '../../vault/index.ts'
import { queueRecall } from './recall-batch.ts'
import { refundOrder } from './refund-order.ts'
import { replaceGrant } from './replace-grant.ts'

type Deps = { readonly db: Database }

/** What is queued for one line of an order, chosen in one way. */
type Errand = {
  readonly no: OrderNo
  readonly lineNo: number
  readonly action: 'replace' | 'refund'
  readonly to: 'source' | 'balance' | null
  readonly reason: string
  readonly actor: string
  readonly staffId: StaffId
  readonly grants: readonly number[]
}

const CARDS_PER_CALL = 5_000
/** A job hands the rest to the next one after so long: a worker that is asked to stop is not kept from it by thousands of pieces. */
const TURN_MS = 4_000
/** Pieces of a line that go back in one refund; gateways take no more than some dozens of refunds an order. */
const PIECES_A_REFUND = 500

/**
 * Does what a recall asks for, up to now: takes the batch's cards off the shelf, finds its delivered pieces, and replaces
 * or refunds those for which that was chosen. Each piece changes with its deed in one transaction, so it may stop anywhere
 * and run again. A piece that cannot be put right says why, and waits for another decision.
 */
export async function followRecall(deps: Deps, tenantId: TenantId, batchId: number): Promise<void> {
  const ctx = systemCtx(tenantId)
  const { skuId } = await deps.db.read(ctx, (tx) => getBatch(tx, batchId))
  if (await isUnlisted(deps, ctx, batchId)) {
    // Behind the lock that this takes, also when there is nothing to move, every delivery is over that had begun before.
    await shiftBatch(deps, ctx, { batchId, skuId, from: 'available', to: 'suspect' })
    while (
      (await deps.db.call<{ more: boolean }>(tenantId, 'fulfilment.list_recalled', batchId, CARDS_PER_CALL)).more
    ) {
      // The next some thousand cards.
    }
  }
  const until = performance.now() + TURN_MS
  for (;;) {
    const errand = await deps.db.read(ctx, (tx) => nextErrand(tx, batchId))
    if (!errand) break
    if (performance.now() > until) return await deps.db.write(ctx, async (tx) => queueRecall(tx, batchId))
    await run(deps, ctx, batchId, errand)
  }
  // Of one that was withdrawn: whoever was told not to use a code hears that it is good.
  while ((await deps.db.call<{ more: boolean }>(tenantId, 'fulfilment.clear_recalled', batchId, CARDS_PER_CALL)).more) {
    // The next some thousand pieces.
  }
  // What its supplier owes for all that: one claim, with the figures of now.
  await deps.db.call<boolean>(tenantId, 'fulfilment.claim_recall', batchId)
}

const systemCtx = (tenantId: TenantId): Ctx => ({
  tenantId,
  actor: { kind: 'system', name: 'recall' },
  requestId: 'fulfilment.recall',
  locale: 'zh-CN',
})

async function isUnlisted({ db }: Deps, ctx: Ctx, batchId: number): Promise<boolean> {
  const { rows } = await db.read(ctx, (tx) =>
    sql`
      select 1
      from vault.recalls r
      join vault.batches b on b.tenant_id = r.tenant_id and b.id = r.batch_id
      where r.tenant_id = ${ctx.tenantId}::bigint
        and r.batch_id = ${batchId}::bigint
        and r.listed_at is null
        and b.state = 'recalling'`.execute(tx.db),
  )
  return rows.length > 0
}

async function nextErrand(tx: Pick<Tx, 'db' | 'ctx'>, batchId: number): Promise<Errand | undefined> {
  const { rows } = await sql<Errand>`
    with first as (
      select p.order_no, p.line_no, p.action, p.refund_to, p.reason, p.chosen_by, p.chosen_by_id
      from vault.recall_pieces p
      where p.tenant_id = ${tx.ctx.tenantId}::bigint
        and p.batch_id = ${batchId}::bigint
        and p.state = 'queued'
      order by p.order_no, p.grant_id
      limit 1
    )
    select f.order_no as no, f.line_no as "lineNo", f.action, f.refund_to as to, f.reason, f.chosen_by as actor,
      f.chosen_by_id as "staffId", array_agg(n.grant_id) as grants
    from first f
    cross join lateral (
      select p.grant_id
      from vault.recall_pieces p
      where p.tenant_id = ${tx.ctx.tenantId}::bigint
        and p.batch_id = ${batchId}::bigint
        and p.order_no = f.order_no
        and p.line_no = f.line_no
        and p.state = 'queued'
        and (p.action, p.refund_to, p.reason, p.chosen_by_id) is not distinct from (f.action, f.refund_to, f.reason, f.chosen_by_id)
      order by p.grant_id
      limit case f.action when 'refund' then ${PIECES_A_REFUND}::integer else 1 end
    ) n
    group by 1, 2, 3, 4, 5, 6, 7`.execute(tx.db)
  return rows[0]
}

/** One by one when together they are refused: a code that may not be refunded does not keep its neighbours from it. */
async function run(deps: Deps, system: Ctx, batchId: number, errand: Errand): Promise<void> {
  const ctx: Ctx = { ...system, actor: { kind: 'staff', id: errand.staffId, name: errand.actor } }
  try {
    await deps.db.write(ctx, async (tx) => {
      const result = errand.action === 'refund' ? await refund(tx, errand) : await replace(tx, errand)
      if ((await mark(tx, batchId, errand.grants, result)) < errand.grants.length) throw new Overtaken()
    })
  } catch (error) {
    // The choice was taken back, or another worker was faster: what is queued now is looked at anew.
    if (error instanceof Overtaken) return
    if (!(error instanceof Refusal)) throw error
    if (errand.grants.length > 1) {
      for (const grant of errand.grants) await run(deps, system, batchId, { ...errand, grants: [grant] })
      return
    }
    const { code, params } = error
    await deps.db.write(ctx, (tx) => mark(tx, batchId, errand.grants, { state: 'failed', failure: { code, params } }))
  }
}

class Overtaken extends Error {}

async function replace(tx: Tx, { no, grants, reason, actor }: Errand): Promise<Result> {
  for (const grantId of grants) await replaceGrant(tx, { no, grantId, reason, actor })
  return { state: 'replaced' }
}

async function refund(tx: Tx, { no, lineNo, grants, to, reason, actor, staffId }: Errand): Promise<Result> {
  const { refundId } = await refundOrder(tx, {
    no,
    lineNo,
    pieces: grants,
    to: to ?? 'source',
    reason,
    actor: { staffId, name: actor },
  })
  return { state: 'refunding', refundId }
}

type Result =
  | { readonly state: 'replaced' }
  | { readonly state: 'refunding'; readonly refundId: number }
  | { readonly state: 'failed'; readonly failure: Pick<Refusal, 'code' | 'params'> }

async function mark(tx: Tx, batchId: number, grants: readonly number[], result: Result): Promise<number> {
  const { rows } = await sql<{ readonly marked: number }>`
    select fulfilment.mark_recalled(
      ${tx.ctx.tenantId}::bigint, ${batchId}::bigint, ${grants}::bigint[], ${JSON.stringify(result)}::jsonb
    ) as marked`.execute(tx.db)
  return rows[0]?.marked ?? 0
}
