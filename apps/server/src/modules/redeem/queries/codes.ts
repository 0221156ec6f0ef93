import { commonErrors, type RedeemCode, type redeemRoutes } from '@quanshu/contract'
import { canonicalRedeemCode } from '@quanshu/kernel'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { Ctx, ReadTx } from '../../../platform/db/index.ts'
import { allOf, limitOf } from '../../../platform/lists/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { maskContact } from '../../orders/index.ts'
import { codeActions, HASH_PURPOSE, maskCode, sealedAt } from '../model.ts'
import { getBatch } from './batches.ts'

type Deps = Pick<Platform, 'db' | 'crypto'>
type Row = Omit<RedeemCode, 'masked' | 'actions' | 'handedOutAt' | 'expiresAt'> & {
  readonly sealed: Buffer
  readonly handedOutAt: Date | null
  readonly expiresAt: Date | null
}

/** How a code `c` of a batch `b` stands: one word for the desk and for whoever holds it. As `redeem.redeem` judges it. */
export const standing = sql`
  case
    when b.state = 'void' or c.state = 'void' then 'void'
    when b.state <> 'ready' or c.state <> 'active' then 'suspended'
    when b.valid_from > now() then 'not_yet'
    when c.used >= c.uses then 'used_up'
    when least(c.expires_at, b.valid_to) <= now() then 'expired'
    else 'open'
  end`

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
    rows.map(({ id, sealed }) => ({ where: sealedAt(id), sealed })),
  )
  return rows.map(({ sealed: _, ...row }, at) => ({
    ...row,
    masked: maskCode(plain[at] ?? ''),
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
        o.member_id as "memberId", u.at, u.taken_back_at as "takenBackAt", u.gave_back as "gaveBack"
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
    found.rows.map(({ codeId, sealed }) => ({ where: sealedAt(codeId), sealed })),
  )
  const items = found.rows.map(({ sealed: _, contact, ...row }, at) => ({
    ...row,
    masked: maskCode(plain[at] ?? ''),
    contactMasked: maskContact(contact),
    at: row.at.toISOString(),
    takenBackAt: row.takenBackAt?.toISOString() ?? null,
  }))
  return { items, total: found.total, page: query.page, pageSize: query.pageSize }
}
