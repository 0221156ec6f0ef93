import { type CardState, type cardListQuery, type cardView, commonErrors } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { Crypto } from '../../../platform/crypto/index.ts'
import type { Ctx, Database, ReadTx } from '../../../platform/db/index.ts'
import { allOf, everyRow, limitOf } from '../../../platform/lists/index.ts'
import { splitBySeparators } from '../import-reader/index.ts'
import { canonical, cardActions, mask } from '../model.ts'
import { FINGERPRINT_PURPOSE, sealedAt } from '../secrets.ts'

type Deps = { readonly db: Pick<Database, 'read'>; readonly crypto: Crypto }
type CardView = z.infer<typeof cardView>
type Filter = Partial<z.output<typeof cardListQuery>>

type CardRow = {
  readonly id: number
  readonly skuId: number
  readonly skuTitle: string
  readonly goodsTitle: string
  readonly batchId: number
  readonly state: CardState
  readonly sealed: Buffer
  readonly validTo: Date | null
  readonly orderCause: string | null
  readonly number: string | null
  readonly codeId: number | null
  readonly useNo: number
  readonly useOf: number | null
  readonly createdAt: Date
  readonly changedAt: Date
}

/** Cards of a filter, masked. Only the rows of the page are opened, and only to be masked. */
export async function listCards(deps: Deps, ctx: Ctx, query: z.output<typeof cardListQuery>) {
  const { rows, total } = await deps.db.read(ctx, async (tx) => ({
    rows: await load(
      tx,
      conditionOf(query),
      limitOf(query),
      /^(?:id|createdAt)$/.test(query.sort ?? '') ? 'asc' : 'desc',
    ),
    total: await countCards(tx, query),
  }))
  return { items: await masked(deps.crypto, ctx, rows), total, page: query.page, pageSize: query.pageSize }
}

/** All cards of a filter, masked, newest first, in short reads. */
export function everyCard(deps: Deps, ctx: Ctx, query: Filter): AsyncGenerator<CardView> {
  return everyRow(async (beforeId, count) => {
    const condition = sql`c.id < ${beforeId}::bigint and ${conditionOf(query)}`
    const rows = await deps.db.read(ctx, (tx) => load(tx, condition, sql`limit ${count}::bigint`, 'desc'))
    return masked(deps.crypto, ctx, rows)
  })
}

/** @throws commonErrors.notFound */
export async function getCard(deps: Deps, ctx: Ctx, cardId: number): Promise<CardView> {
  const rows = await deps.db.read(ctx, (tx) => load(tx, sql`c.id = ${cardId}::bigint`))
  const [card] = await masked(deps.crypto, ctx, rows)
  if (!card) throw commonErrors.notFound()
  return card
}

/** Of a code that is sold several times, the newest; all of them are in the list, by the code's number. */
const FOUND_MAX = 20

/** Finds cards whose whole value is `value`, however its parts are separated, by keyed hash alone. */
export async function searchCard(deps: Deps, ctx: Ctx, value: string): Promise<{ items: CardView[] }> {
  const sealer = await deps.crypto.sealer(ctx.tenantId)
  const fingerprints = splitBySeparators(value).map((parts) =>
    sealer.fingerprint(FINGERPRINT_PURPOSE, canonical(parts)),
  )
  const rows = await deps.db.read(ctx, (tx) =>
    load(tx, sql`c.fingerprint = any(${fingerprints}::bytea[])`, sql`limit ${FOUND_MAX}::integer`, 'desc'),
  )
  return { items: await masked(deps.crypto, ctx, rows) }
}

/** One card with every movement and every reveal, oldest first. @throws commonErrors.notFound */
export async function cardHistory(deps: Deps, ctx: Ctx, cardId: number) {
  const card = await getCard(deps, ctx, cardId)
  const found = await deps.db.read(ctx, (tx) =>
    sql<{ at: Date; from: string | null; to: string; cause: string; actor: string | null }>`
    select at, from_state as "from", to_state as "to", cause, actor
    from vault.movements
    where tenant_id = ${ctx.tenantId}::bigint
      and card_id = ${cardId}::bigint
    union all
    select at, null, 'revealed', coalesce(detail ->> 'reason', ''), actor ->> 'name'
    from audit.entries
    where tenant_id = ${ctx.tenantId}::bigint
      and object_kind = 'card'
      and object_id = ${String(cardId)}
      and action = 'card.reveal'
    order by at`.execute(tx.db),
  )
  const imported = { at: card.createdAt, from: null, to: 'available', cause: `batch:${card.batchId}`, actor: null }
  return { ...card, history: [imported, ...found.rows.map((row) => ({ ...row, at: row.at.toISOString() }))] }
}

function conditionOf(query: Filter): RawBuilder<unknown> {
  return allOf(
    sql`true`,
    // As the index `cards_listed` has it.
    query.skuId !== undefined && sql`c.sku_id::text = ${query.skuId}::bigint::text`,
    query.batchId !== undefined && sql`c.batch_id = ${query.batchId}::bigint`,
    query.codeId !== undefined && sql`c.code_id = ${query.codeId}::bigint`,
    query.state !== undefined && sql`c.state = any(${query.state}::text[])`,
    query.orderNo !== undefined &&
      sql`c.id in (
      select m.card_id
      from vault.movements m
      where m.tenant_id = c.tenant_id
        and m.cause = ${`order:${query.orderNo}`}::text
    )`,
    // A card has no words to search by; a number is its id, and its value has a search of its own.
    !!query.q && (/^\d{1,15}$/.test(query.q) ? sql`c.id = ${Number(query.q)}::bigint` : sql`false`),
  )
}

/** The batches' own counts know how many there are without reading a row of a table of millions. */
async function countCards(tx: ReadTx, query: Filter): Promise<number> {
  if (query.orderNo !== undefined || query.codeId !== undefined || query.q) {
    const counted = await sql<{ total: number }>`
      select count(*) as total
      from vault.cards c
      where c.tenant_id = ${tx.ctx.tenantId}::bigint
        and ${conditionOf(query)}`.execute(tx.db)
    return counted.rows[0]?.total ?? 0
  }
  const states = query.state ?? (['imported'] as const)
  const counted = await sql<{ total: number }>`
    select coalesce(sum(${sql.join(
      states.map((state) => sql.ref(`n.${state}`)),
      sql` + `,
    )}), 0)::bigint as total
    from vault.batch_counts n
    join vault.batches b on b.tenant_id = n.tenant_id and b.id = n.batch_id
    where ${allOf(
      sql`n.tenant_id = ${tx.ctx.tenantId}::bigint`,
      query.skuId !== undefined && sql`b.sku_id = ${query.skuId}::bigint`,
      query.batchId !== undefined && sql`b.id = ${query.batchId}::bigint`,
    )}`.execute(tx.db)
  return counted.rows[0]?.total ?? 0
}

/** Ids first, then what is shown: joins before a limit would be made for every card of the shop. */
async function load(
  tx: ReadTx,
  condition: RawBuilder<unknown>,
  limit: RawBuilder<unknown> = sql``,
  direction: 'asc' | 'desc' = 'asc',
): Promise<readonly CardRow[]> {
  const order = direction === 'asc' ? sql`asc` : sql`desc`
  const found = await sql<CardRow>`
    with page as materialized (
      select c.*
      from vault.cards c
      where c.tenant_id = ${tx.ctx.tenantId}::bigint
        and ${condition}
      order by c.id ${order}
      ${limit}
    )
    select
      p.id, p.sku_id as "skuId", s.title as "skuTitle", g.title as "goodsTitle", p.batch_id as "batchId", p.state, p.sealed,
      p.valid_to as "validTo", p.created_at as "createdAt", p.changed_at as "changedAt",
      p.number, p.code_id as "codeId", p.use_no as "useNo", r.uses as "useOf",
      (
        select m.cause
        from vault.movements m
        where m.tenant_id = p.tenant_id
          and m.card_id = p.id
          and m.to_state = 'delivered'
        order by m.at desc
        limit 1
      ) as "orderCause"
    from page p
    join catalog.skus s on s.tenant_id = p.tenant_id and s.id = p.sku_id
    join catalog.goods g on g.tenant_id = p.tenant_id and g.id = s.goods_id
    left join vault.reused_codes r on r.tenant_id = p.tenant_id and r.id = p.code_id
    order by p.id ${order}`.execute(tx.db)
  return found.rows
}

async function masked(crypto: Crypto, ctx: Ctx, rows: readonly CardRow[]): Promise<CardView[]> {
  const plain = await crypto.decryptMany(
    ctx.tenantId,
    rows.map((row) => ({ where: sealedAt(row.id), sealed: row.sealed })),
  )
  return rows.map(({ sealed: _, orderCause, codeId, useNo, useOf, ...row }, at) => ({
    ...row,
    use: codeId === null ? null : { codeId, no: useNo, of: useOf },
    masked: mask(plain[at] ?? ''),
    orderNo: orderNoOf(orderCause),
    validTo: row.validTo?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    changedAt: row.changedAt.toISOString(),
    actions: cardActions(row.state),
  }))
}

function orderNoOf(cause: string | null): number | null {
  const digits = cause === null ? undefined : /^order:(\d{16})$/.exec(cause)?.[1]
  return digits === undefined ? null : Number(digits)
}
