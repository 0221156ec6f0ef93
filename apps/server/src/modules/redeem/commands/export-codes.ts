import { commonErrors, redeemErrors } from '@quanshu/contract'
import { shownRedeemCode } from '@quanshu/kernel'
import { sql } from 'kysely'
import { type Ctx, constraintRefusals, type Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { redeemCodeAt } from '../../orders/index.ts'
import { actorName } from '../model.ts'
import { getBatch } from '../queries/batches.ts'

constraintRefusals.register({ links_leave_once: () => redeemErrors.alreadyExported() })

type Deps = Pick<Platform, 'db' | 'crypto'>
export type CodesExport = {
  readonly batchId: number
  readonly reason: string
  /** The shop's address, without a slash at its end. */
  readonly shopUrl: string
}

/**
 * Codes and links of a series as lines of CSV. Who, when and why is committed before the first one leaves, and so is that
 * there will be no second time: a file that breaks off half-way is not made again. From here on the days of codes with a
 * validity in days are counted. Voided codes are left out.
 * @throws redeemErrors.alreadyExported, wrongBatchState, soldNotExported; commonErrors.notFound
 */
export async function exportCodes(deps: Deps, ctx: Ctx, wish: CodesExport): Promise<AsyncGenerator<string>> {
  await deps.db.write(ctx, (tx) => book(tx, wish))
  return linesOf(deps, ctx, wish)
}

async function book(tx: Tx, { batchId, reason }: CodesExport): Promise<void> {
  const { tenantId, actor } = tx.ctx
  if (actor.kind !== 'staff') throw commonErrors.forbidden({ permission: 'redeem.export' })
  await sql`
    select 1
    from redeem.batches
    where tenant_id = ${tenantId}::bigint
      and id = ${batchId}::bigint
    for no key update`.execute(tx.db)
  const { state, validDays, exported, linkSkuId } = await getBatch(tx, batchId)
  if (linkSkuId !== null) throw redeemErrors.soldNotExported()
  if (exported) throw redeemErrors.alreadyExported()
  if (state !== 'ready') throw redeemErrors.wrongBatchState({ state })
  const handed = await sql`
    update redeem.codes
    set handed_out_at = now(),
        expires_at = now() + ${validDays}::integer * interval '1 day'
    where tenant_id = ${tenantId}::bigint
      and batch_id = ${batchId}::bigint
      and state <> 'void'`.execute(tx.db)
  const codes = Number(handed.numAffectedRows ?? 0)
  if (codes === 0) throw redeemErrors.wrongBatchState({ state })
  await sql`
    insert into redeem.exports (tenant_id, batch_id, by_name, by_staff_id, reason, codes)
    values (
      ${tenantId}::bigint, ${batchId}::bigint, ${actorName(actor)}::text, ${actor.id}::bigint, ${reason}::text,
      ${codes}::integer
    )`.execute(tx.db)
  tx.audit({ action: 'redeem.export', objectKind: 'redeem_batch', objectId: batchId, detail: { reason, codes } })
}

const CODES_PER_READ = 5_000

async function* linesOf(deps: Deps, ctx: Ctx, { batchId, shopUrl }: CodesExport): AsyncGenerator<string> {
  yield 'code,link\r\n'
  for (let after = 0; ; ) {
    const codes = await deps.db.read(ctx, async (tx) => {
      const { rows } = await sql<{ id: number; sealed: Buffer }>`
        select id, sealed
        from redeem.codes
        where tenant_id = ${ctx.tenantId}::bigint
          and batch_id = ${batchId}::bigint
          and handed_out_at is not null
          and id > ${after}::bigint
        order by id
        limit ${CODES_PER_READ}::integer`.execute(tx.db)
      return rows
    })
    const last = codes.at(-1)
    if (!last) return
    after = last.id
    const plain = await deps.crypto.decryptMany(
      ctx.tenantId,
      codes.map(({ id, sealed }) => ({ where: redeemCodeAt(id), sealed })),
    )
    yield plain.map((code) => `${shownRedeemCode(code)},${linkTo(shopUrl, code)}\r\n`).join('')
  }
}

/** Behind the `#`, which browsers send to nobody: see docs/adr/0033. */
const linkTo = (shopUrl: string, code: string): string => `${shopUrl}/redeem#${shownRedeemCode(code)}`
