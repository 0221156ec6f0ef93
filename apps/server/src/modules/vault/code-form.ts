import type { Allocation, NumberPick } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Sealer } from '../../platform/crypto/index.ts'
import type { ReadTx } from '../../platform/db/index.ts'
import type { VaultDeps } from './deps.ts'
import { CHUNK_LINES, type SealedCodes, sealCards } from './filling.ts'
import { publicNumber } from './model.ts'

/** How the SKU of a batch sells its codes, as it stands when they come. */
export type CodeForm = {
  /** How often a code may be delivered; null: no bound. */
  readonly uses: number | null
  /** Cards that are made of each at once. */
  readonly madeNow: number
  readonly pick: NumberPick
}

/** Of a code in a loop so many uses are made at once; the rest as they are sold. */
const LOOP_USES_AT_ONCE = 20

export async function codeFormOf(tx: ReadTx, batchId: number): Promise<CodeForm> {
  const { rows } = await sql<{ uses: number | null; allocation: Allocation; pick: NumberPick }>`
    select s.uses_per_code as uses, s.allocation, s.pick
    from vault.batches b
    join catalog.skus s on s.tenant_id = b.tenant_id and s.id = b.sku_id
    where b.tenant_id = ${tx.ctx.tenantId}::bigint
      and b.id = ${batchId}::bigint`.execute(tx.db)
  const [sku] = rows
  if (!sku) throw new Error(`batch ${batchId} has no SKU`)
  const { uses, allocation, pick } = sku
  const most = uses ?? LOOP_USES_AT_ONCE
  return { uses, pick, madeNow: allocation === 'loop' ? Math.min(LOOP_USES_AT_ONCE, most) : most }
}

/** Lines that become cards in one call of the database. */
export const chunkLines = ({ madeNow }: CodeForm): number => Math.max(1, Math.floor(CHUNK_LINES / madeNow))

export async function sealCodes(
  deps: Pick<VaultDeps, 'db'>,
  sealer: Sealer,
  plain: readonly string[],
  form: CodeForm,
): Promise<SealedCodes> {
  const first = await sealCards(deps, sealer, plain)
  const numbers =
    form.pick === 'none' ? {} : { numbers: plain.map((text) => publicNumber(text, form.pick)), numberAs: form.pick }
  if (form.uses === 1) return { ...first, ...numbers }
  const further = Array.from({ length: form.madeNow - 1 }, (_, at) => at + 2)
  const again = plain.flatMap((text, at) => further.map((no) => ({ text, no, id: first.ids[at] ?? 0 })))
  const { ids, sealed } = await sealCards(
    deps,
    sealer,
    again.map(({ text }) => text),
  )
  const more = { first: again.map(({ id }) => id), ids, useNos: again.map(({ no }) => no), sealed }
  return { ...first, uses: form.uses, more }
}
