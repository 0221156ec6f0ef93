import { refusalOf } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import { actorName, type Reconciler } from '../model.ts'

type Answer = { readonly code?: string; readonly params?: Readonly<Record<string, unknown>> } & Readonly<
  Record<string, unknown>
>
type Deps = Pick<Reconciler, 'db'>

/**
 * Says why a case differs. With `writeOff` the gateway's line is posted as it stands and the difference moves to
 * `cash.difference`; without, only the note is kept.
 * @throws common.notFound; reconciliationErrors.dayClosed, busy, caseOver, foreignCurrency
 */
export const explainCase = (
  deps: Deps,
  ctx: Ctx,
  id: number,
  { note, writeOff }: { readonly note: string; readonly writeOff: boolean },
) =>
  handle(
    deps,
    ctx,
    id,
    'reconciliation.explain',
    sql`explain(${ctx.tenantId}::bigint, ${id}::bigint, ${note}::text, ${writeOff}::boolean, ${actorName(ctx)}::text)`,
    { note, writeOff },
  )

/** Lets the next day that is not closed deal with it. @throws as `explainCase` */
export const postponeCase = (deps: Deps, ctx: Ctx, id: number, { note }: { readonly note: string }) =>
  handle(
    deps,
    ctx,
    id,
    'reconciliation.postpone',
    sql`postpone(${ctx.tenantId}::bigint, ${id}::bigint, ${note}::text, ${actorName(ctx)}::text)`,
    { note },
  )

/**
 * One of the gateway's and one of ours are the same movement under two numbers.
 * @throws as `explainCase`; reconciliationErrors.noPair
 */
export const pairCases = (
  deps: Deps,
  ctx: Ctx,
  id: number,
  { withId, note }: { readonly withId: number; readonly note: string },
) =>
  handle(
    deps,
    ctx,
    id,
    'reconciliation.pair',
    sql`pair(${ctx.tenantId}::bigint, ${id}::bigint, ${withId}::bigint, ${note}::text, ${actorName(ctx)}::text)`,
    { withId, note },
  )

/**
 * The books follow the supplier, and what it took too much is claimed from it.
 * @throws as `explainCase`; reconciliationErrors.nothingToClaim
 */
export const claimCase = (deps: Deps, ctx: Ctx, id: number, { note }: { readonly note: string }, staffId: number) =>
  handle(
    deps,
    ctx,
    id,
    'reconciliation.claim',
    sql`claim(${ctx.tenantId}::bigint, ${id}::bigint, ${note}::text, ${actorName(ctx)}::text, ${staffId}::bigint)`,
    { note },
  )

async function handle(
  { db }: Deps,
  ctx: Ctx,
  id: number,
  action: string,
  call: RawBuilder<unknown>,
  asked: Readonly<Record<string, unknown>>,
): Promise<void> {
  await db.write(ctx, async (tx) => {
    const { rows } = await sql<{ readonly answer: Answer }>`select reconciliation.${call} as answer`.execute(tx.db)
    const { code, params, ...facts } = rows[0]?.answer ?? {}
    if (code !== undefined) throw refusalOf(code, params)
    tx.audit({ action, objectKind: 'difference', objectId: id, detail: { ...facts, ...asked } })
  })
}
