import { assert } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'

export type Verdict = { readonly checked: number; readonly intact: boolean; readonly brokenAt: number | null }
type Part = {
  readonly checked: number
  readonly brokenAt: number | null
  /** `missing`, `unlinked`, `changed` or `head`. */
  readonly reason: string | null
}
type House = Pick<Platform, 'db'>

/** Lines walked in one statement: about a second, far below the statement time-out. */
const PART = 50_000

/** Walks a tenant's whole chain, part by part; only the last part, open to the end, can find the end cut off. */
export async function verifyChain(platform: Platform, ctx: Ctx): Promise<Verdict> {
  let checked = 0
  for (let from = 1; ; from += PART) {
    const isLast = from + PART > (await lastLineOf(platform, ctx))
    const part = await verifyPart(platform, ctx, from, isLast ? null : from + PART - 1)
    checked += part.checked
    if (part.brokenAt !== null) return { checked, intact: false, brokenAt: part.brokenAt }
    if (isLast) return { checked, intact: true, brokenAt: null }
  }
}

/** The number of the newest line; 0 when there is none. */
export function lastLineOf(platform: House, ctx: Ctx): Promise<number> {
  return platform.db.read(ctx, async (tx) => {
    const { rows } = await sql<{ seq: number }>`
      select seq
      from audit.heads
      where tenant_id = ${ctx.tenantId}::bigint`.execute(tx.db)
    return rows[0]?.seq ?? 0
  })
}

/** Walks some lines of the chain; with `to` null to its end, where the head is compared too. */
export function verifyPart(platform: House, ctx: Ctx, from: number, to: number | null): Promise<Part> {
  return platform.db.read(ctx, async (tx) => {
    const { rows } = await sql<{ part: Part }>`
      select audit.verify(${ctx.tenantId}::bigint, ${from}::bigint, ${to}::bigint) as part`.execute(tx.db)
    const [row] = rows
    assert(row !== undefined, 'audit.verify answers one row')
    return row.part
  })
}
