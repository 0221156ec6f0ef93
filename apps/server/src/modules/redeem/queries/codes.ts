import { commonErrors, type RedeemCode, type redeemRoutes } from '@quanshu/contract'
import { canonicalRedeemCode } from '@quanshu/kernel'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { Ctx, ReadTx } from '../../../platform/db/index.ts'
import { allOf, limitOf } from '../../../platform/lists/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { maskContact, maskRedeemCode, redeemCodeAt } from '../../orders/index.ts'
import { codeActions, HASH_PURPOSE } from '../model.ts'
import { getBatch } from './batches.ts'

type Deps = Pick<Platform, 'db' | 'crypto'>
type Row = Omit<RedeemCode, 'masked' | 'actions' | 'handedOutAt' | 'expiresAt'> & {
  readonly sealed: Buffer
  readonly handedOutAt: Date | null
  readonly expiresAt: Date | null
}

/** How a code `c` of a batch `b` stands: one word for the desk and for whoever holds it. As `redeem.redeem` judges it. */
export const standing = sql`
  redeem.standing(b.state, c.state, b.valid_from, b.valid_to, c.expires_at, c.used, c.uses)`

/** Codes of a series, masked; only the rows of the page are opened, and only to be masked. @throws commonErrors.notFound */
export async function listCodes(
  deps: Deps,
  ctx: Ctx,
  batchId: number,
  query: z.output<typeof redeemRoutes.listCodes.query>,
) {
  const condition = allOf(
    sql`c.batch_id = ${batchId}::bigint`,
    query.standing !== undefined && sql`${standing} = any (${query.standing}::text[])`,
  )
  const found = await deps.db.read(ctx, async (tx) => {
    await getBatch(tx, batchId)
    const counted = await sql<{ total: number }>`
      select count(*) as total
      from redeem.codes c
      join redeem.batches b on b.tenant_id = c.tenant_id and b.id = c.batch_id
      where c.tenant_id = ${ctx.tenantId}::bigint
        and ${condition}`.execute(tx.db)
    return { rows: await load(tx, condition, limitOf(query)), total: counted.rows[0]?.total ?? 0 }
  })
  return {
    items: await masked(deps, ctx, found.rows),
    total: found.total,
    page: query.page,
    pageSize: query.pageSize,
  }
}

/** @throws commonErrors.notFound */
export async function getCode(deps: Deps, ctx: Ctx, codeId: number): Promise<RedeemCode> {
  const rows = await deps.db.read(ctx, (tx) => load(tx, sql`c.id = ${codeId}::bigint`, sql``))
  const [code] = await masked(deps, ctx, rows)
  if (!code) throw commonErrors.notFound()
  return code
}

/** Finds a code by its whole value, by keyed hash alone. */
export async function searchCode(deps: Deps, ctx: Ctx, value: string): Promise<{ items: RedeemCode[] }> {
  const hash = await deps.crypto.fingerprint(ctx.tenantId, HASH_PURPOSE, canonicalRedeemCode(value))
  const rows = await deps.db.read(ctx, (tx) => load(tx, sql`c.code_hash = ${hash}::bytea`, sql``))
  return { items: await masked(deps, ctx, rows) }
}

async function load(tx: ReadTx, condition: RawBuilder<unknown>, tail: RawBuilder<unknown>): Promise<readonly Row[]> {
  const { rows } = await sql<Row>`
    select c.id, c.batch_id as "batchId", b.name as "batchName", c.sealed, c.state, ${standing} as standing, c.uses, c.used,
      c.handed_out_at as "handedOutAt", least(c.expires_at, b.valid_to) as "expiresAt"
    from redeem.codes c
    join redeem.batches b on b.tenant_id = c.tenant_id and b.id = c.batch_id
    where c.tenant_id = ${tx.ctx.tenantId}::bigint
      and ${condition}
    order by c.id
    ${tail}`.execute(tx.db)
  return rows
}

async function masked(deps: Deps, ctx: Ctx, rows: readonly Row[]): Promise<RedeemCode[]> {
  const plain = await deps.crypto.decryptMany(
    ctx.tenantId,
    rows.map(({ id, sealed }) => ({ where: redeemCodeAt(id), sealed })),
  )
  return rows.map(({ sealed: _, ...row }, at) => ({
    ...row,
    masked: maskRedeemCode(plain[at] ?? ''),
    handedOutAt: row.handedOutAt?.toISOString() ?? null,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    actions: codeActions(row.state),
  }))
}

type Use = z.infer<typeof redeemRoutes.listUses.response>['items'][number]
type UseRow = Omit<Use, 'masked' | 'contactMasked' | 'at' | 'takenBackAt'> & {
  readonly sealed: Buffer
  readonly contact: string
  readonly at: Date
  readonly takenBackAt: Date | null
}

/** Redemptions of a series with their orders, newest first. @throws commonErrors.notFound */
export async function listUses(
  deps: Deps,
  ctx: Ctx,
  batchId: number,
  query: z.output<typeof redeemRoutes.listUses.query>,
) {
  const condition = allOf(
    sql`u.tenant_id = ${ctx.tenantId}::bigint and u.batch_id = ${batchId}::bigint`,
    query.codeId !== undefined && sql`u.code_id = ${query.codeId}::bigint`,
  )
  const found = await deps.db.read(ctx, async (tx) => {
    await getBatch(tx, batchId)
    const { rows } = await sql<UseRow>`
      select u.order_no as "orderNo", o.state as "orderState", u.code_id as "codeId", u.use_no as "useNo", c.sealed, o.contact,
        o.member_id as "memberId", u.at, u.taken_back_at as "takenBackAt", u.gave_back as "gaveBack",
        case when o.has_bundles then (
          select jsonb_agg(jsonb_build_object(
            'lineNo', l.line_no, 'title', case catalog.deliver_of(l.kind) when 'credit' then l.sku_title else l.goods_title || ' / ' || l.sku_title end,
            'isTakenBack', l.refunded_quantity = l.quantity,
            'hasFailed', l.state = 'exception' and l.delivered_quantity = 0 and l.refunded_quantity = 0
          ) order by l.line_no)
          from orders.lines l
          where l.tenant_id = u.tenant_id
            and l.order_no = u.order_no
        ) else '[]' end as parts
      from redeem.uses u
      join redeem.codes c on c.tenant_id = u.tenant_id and c.id = u.code_id
      join orders.orders o on o.tenant_id = u.tenant_id and o.no = u.order_no
      where ${condition}
      order by u.at desc, u.order_no desc
      ${limitOf(query)}`.execute(tx.db)
    const counted = await sql<{ total: number }>`
      select count(*) as total from redeem.uses u where ${condition}`.execute(tx.db)
    return { rows, total: counted.rows[0]?.total ?? 0 }
  })
  const plain = await deps.crypto.decryptMany(
    ctx.tenantId,
    found.rows.map(({ codeId, sealed }) => ({ where: redeemCodeAt(codeId), sealed })),
  )
  const items = found.rows.map(({ sealed: _, contact, ...row }, at) => ({
    ...row,
    masked: maskRedeemCode(plain[at] ?? ''),
    contactMasked: maskContact(contact),
    at: row.at.toISOString(),
    takenBackAt: row.takenBackAt?.toISOString() ?? null,
  }))
  return { items, total: found.total, page: query.page, pageSize: query.pageSize }
}

type Sold = z.infer<typeof redeemRoutes.listSold.response>['items'][number]
type SoldRow = Row & Omit<Sold, keyof RedeemCode | 'contactMasked'> & { readonly contact: string }

/** Codes that were sold, newest first, each with the order that it is of. */
export async function listSold(deps: Deps, ctx: Ctx, query: z.output<typeof redeemRoutes.listSold.query>) {
  const no = query.q === undefined ? undefined : Number(/^\d{16}$/.exec(query.q.trim())?.[0] ?? 0)
  const condition = allOf(
    sql`c.tenant_id = ${ctx.tenantId}::bigint and c.order_no is not null`,
    no !== undefined && sql`c.order_no = ${no}::bigint`,
    query.standing !== undefined && sql`${standing} = any (${query.standing}::text[])`,
    query.skuId !== undefined && sql`b.link_sku_id = ${query.skuId}::bigint`,
  )
  const source = sql`
    from redeem.codes c
    join redeem.batches b on b.tenant_id = c.tenant_id and b.id = c.batch_id
    join orders.orders o on o.tenant_id = c.tenant_id and o.no = c.order_no
    join orders.lines l on l.tenant_id = c.tenant_id and l.order_no = c.order_no and l.line_no = c.line_no
    where ${condition}`
  const found = await deps.db.read(ctx, async (tx) => {
    const { rows } = await sql<SoldRow>`
      select c.id, c.batch_id as "batchId", b.name as "batchName", c.sealed, c.state, ${standing} as standing, c.uses, c.used,
        c.handed_out_at as "handedOutAt", least(c.expires_at, b.valid_to) as "expiresAt", c.order_no as "orderNo",
        o.state as "orderState", o.contact, o.member_id as "memberId", l.goods_title as "goodsTitle", l.sku_title as "skuTitle"
      ${source}
      order by c.id desc
      ${limitOf(query)}`.execute(tx.db)
    const counted = await sql<{ total: number }>`select count(*) as total ${source}`.execute(tx.db)
    return { rows, total: counted.rows[0]?.total ?? 0 }
  })
  const items = await masked(deps, ctx, found.rows)
  return {
    items: items.map((code, at) => {
      const { orderNo, orderState, contact, memberId, goodsTitle, skuTitle } = found.rows[at] as SoldRow
      const { contact: _, ...rest } = code as typeof code & { readonly contact: string }
      return { ...rest, orderNo, orderState, contactMasked: maskContact(contact), memberId, goodsTitle, skuTitle }
    }),
    total: found.total,
    page: query.page,
    pageSize: query.pageSize,
  }
}
