import { commonErrors, vaultErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import { type Ctx, constraintRefusals, type Tx } from '../../../platform/db/index.ts'
import type { VaultDeps } from '../deps.ts'
import { actorName, EXPORTABLE } from '../model.ts'
import { getBatch } from '../queries/batches.ts'
import { openCards } from '../secrets.ts'
import { FOLLOW_TASK } from './suspend-batch.ts'

constraintRefusals.register({ codes_leave_once: () => vaultErrors.codesExported() })

export type CodeExport = {
  readonly batchId: number
  readonly reason: string
  /** The codes will be given out by other ways than this shop: those it sold are left out, the others leave its shelf. */
  readonly handOut: boolean
}

/**
 * The codes of a batch that we made, one a line. Who, when and why is committed before the first one leaves, and so is that
 * there will be no second time: a file that breaks off half-way is not made again.
 * @throws vaultErrors.codesExported, exportOnlyOwn, wrongBatchState; commonErrors.notFound
 */
export async function exportCodes(deps: VaultDeps, ctx: Ctx, wish: CodeExport): Promise<AsyncGenerator<string>> {
  await deps.db.write(ctx, (tx) => book(tx, wish))
  return codesOf(deps, ctx, wish)
}

async function book(tx: Tx, { batchId, reason, handOut }: CodeExport): Promise<void> {
  const { tenantId, actor } = tx.ctx
  if (actor.kind !== 'staff') throw commonErrors.forbidden({ permission: 'cards.export' })
  await sql`
    select 1 from vault.batches
    where tenant_id = ${tenantId}::bigint and id = ${batchId}::bigint
    for no key update`.execute(tx.db)
  const { skuId, state, origin } = await getBatch(tx, batchId)
  if (origin !== 'generated') throw vaultErrors.exportOnlyOwn()
  if (!EXPORTABLE.includes(state)) throw vaultErrors.wrongBatchState({ state })
  // Behind this lock no delivery is under way that would not be seen here, and none begins from a suspended batch.
  if (handOut) {
    await sql`
      select stock.lock_shelves(${tenantId}::bigint, ${skuId}::bigint)`.execute(tx.db)
  }
  const batch = await getBatch(tx, batchId)
  const { counts, imported } = batch
  const codes =
    batch.codes < imported
      ? await countCodes(tx, { batchId, handOut })
      : imported - counts.void - (handOut ? counts.delivered + counts.used : 0)
  if (codes === 0) throw vaultErrors.wrongBatchState({ state })
  await sql`
    insert into vault.exports (tenant_id, batch_id, by_name, by_staff_id, reason, codes, hand_out)
    values (
      ${tenantId}::bigint, ${batchId}::bigint, ${actorName(actor)}::text, ${actor.id}::bigint, ${reason}::text,
      ${codes}::integer, ${handOut}::boolean
    )`.execute(tx.db)
  tx.audit({
    action: 'batch.export_codes',
    objectKind: 'batch',
    objectId: batchId,
    detail: { reason, codes, handOut },
  })
  tx.emit({ type: 'batch.exported', subject: `batch:${batchId}`, payload: { batchId, skuId, codes, handOut } })
  if (!handOut || state === 'suspended') return
  await sql`
    update vault.batches
    set state = 'suspended'
    where tenant_id = ${tenantId}::bigint and id = ${batchId}::bigint`.execute(tx.db)
  tx.audit({ action: 'batch.suspend', objectKind: 'batch', objectId: batchId, detail: { reason } })
  tx.emit({ type: 'batch.suspended', subject: `batch:${batchId}`, payload: { batchId, skuId, reason } })
  tx.enqueue(FOLLOW_TASK, { batchId, skuId, from: 'available', to: 'suspect' })
}

/** Of a code with several uses, whether one of them keeps it here; it leaves once, whatever its uses are. */
const staysWithUse = (handOut: boolean) => sql`exists (
  select
  from vault.cards u
  where u.tenant_id = c.tenant_id
    and u.code_id = c.code_id
    and (u.state = 'void' or ${handOut}::boolean and u.state in ('delivered', 'used'))
)`

async function countCodes(tx: Tx, { batchId, handOut }: Pick<CodeExport, 'batchId' | 'handOut'>): Promise<number> {
  const { rows } = await sql<{ codes: number }>`
    select count(*) as codes
    from vault.cards c
    where c.tenant_id = ${tx.ctx.tenantId}::bigint
      and c.batch_id = ${batchId}::bigint
      and c.use_no = 1
      and not ${staysWithUse(handOut)}`.execute(tx.db)
  return rows[0]?.codes ?? 0
}

const CARDS_PER_READ = 5_000

async function* codesOf(deps: VaultDeps, ctx: Ctx, { batchId, handOut }: CodeExport): AsyncGenerator<string> {
  for (let after = 0; ; ) {
    const cards = await deps.db.read(ctx, async (tx) => {
      const { rows } = await sql<{ id: number; sealed: Buffer; left: boolean }>`
        select c.id, c.sealed,
          case
            when c.code_id is null then ${handOut}::boolean and c.state in ('delivered', 'used') or c.state = 'void'
            else ${staysWithUse(handOut)}
          end as left
        from vault.cards c
        where c.tenant_id = ${ctx.tenantId}::bigint
          and c.batch_id = ${batchId}::bigint
          and c.use_no = 1
          and c.id > ${after}::bigint
        order by c.id
        limit ${CARDS_PER_READ}::integer`.execute(tx.db)
      return rows
    })
    const last = cards.at(-1)
    if (!last) return
    after = last.id
    const wanted = cards.filter(({ left }) => !left)
    const opened = await openCards(deps.crypto, ctx.tenantId, wanted)
    yield opened.map(([code = '']) => `${code}\r\n`).join('')
  }
}
