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
      select ledger.lock(${tenantId}::bigint, array[
        ledger.account(${tenantId}::bigint, 'stock.available', ${String(skuId)}::text, 'piece')
      ])`.execute(tx.db)
  }
  const { counts, imported } = await getBatch(tx, batchId)
  const codes = imported - counts.void - (handOut ? counts.delivered + counts.used : 0)
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

const CARDS_PER_READ = 5_000

async function* codesOf(deps: VaultDeps, ctx: Ctx, { batchId, handOut }: CodeExport): AsyncGenerator<string> {
  for (let after = 0; ; ) {
    const cards = await deps.db.read(ctx, async (tx) => {
      const { rows } = await sql<{ id: number; sealed: Buffer; left: boolean }>`
        select id, sealed, ${handOut}::boolean and state in ('delivered', 'used') or state = 'void' as left
        from vault.cards
        where tenant_id = ${ctx.tenantId}::bigint
          and batch_id = ${batchId}::bigint
          and id > ${after}::bigint
        order by id
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
