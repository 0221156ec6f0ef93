import { commonErrors, type WholesaleKey, type wholesaleRoutes } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, containing, limitOf, orderBy } from '../../../platform/lists/index.ts'

type Row = Omit<WholesaleKey, 'previousUntil' | 'createdAt' | 'usedAt'> & {
  readonly previousUntil: Date | null
  readonly createdAt: Date
  readonly usedAt: Date | null
}

/** Keys of a filter, newest first. */
export async function listKeys(tx: ReadTx, query: z.output<typeof wholesaleRoutes.list.query>) {
  const condition = allOf(
    sql`k.tenant_id = ${tx.ctx.tenantId}::bigint`,
    query.state !== undefined && sql`k.state = any (${query.state}::text[])`,
    !!query.q && sql`(k.name ilike ${containing(query.q)} or k.key = ${query.q} or m.phone_tail = ${query.q})`,
  )
  const order = orderBy(
    query.sort,
    { id: sql`k.id`, name: sql`k.name`, createdAt: sql`k.created_at`, usedAt: sql`k.used_at` },
    '-id',
    sql`k.id`,
  )
  const items = await load(tx, condition, sql`${order} ${limitOf(query)}`)
  const counted = await sql<{ total: number }>`
    select count(*) as total
    from wholesale.keys k
    join members.members m on m.tenant_id = k.tenant_id and m.id = k.member_id
    where ${condition}`.execute(tx.db)
  return { items, total: counted.rows[0]?.total ?? 0, page: query.page, pageSize: query.pageSize }
}

/** @throws common.not_found */
export async function getKey(tx: ReadTx, id: number): Promise<WholesaleKey> {
  const [key] = await load(tx, sql`k.tenant_id = ${tx.ctx.tenantId}::bigint and k.id = ${id}::bigint`, sql``)
  if (!key) throw commonErrors.notFound()
  return key
}

async function load(tx: ReadTx, condition: RawBuilder<unknown>, tail: RawBuilder<unknown>): Promise<WholesaleKey[]> {
  const { rows } = await sql<Row>`
    select k.id, k.key, k.name, k.member_id as "memberId", m.phone_masked as "memberPhone",
      coalesce(a.balance - a.held_out, 0) as "balanceFen", k.state, k.scopes, k.networks, k.per_minute as "perMinute",
      k.daily_cap_fen as "dailyCapFen",
      jsonb_build_object('orderedFen', coalesce(d.ordered_fen, 0), 'orders', coalesce(d.orders, 0)) as today,
      k.opens, k.price_bp as "priceBp", k.callback_url as "callbackUrl", k.gives_back as "givesBack", k.note, k.created_by as "createdBy",
      k.created_at as "createdAt", k.used_at as "usedAt",
      case when k.previous_until > now() then k.previous_until end as "previousUntil",
      (select count(*) from wholesale.prices p where p.tenant_id = k.tenant_id and p.key_id = k.id) as prices,
      (
        select jsonb_build_object(
          'queued', count(*) filter (where b.state = 'queued'), 'failed', count(*) filter (where b.state = 'failed')
        )
        from wholesale.callbacks b
        where b.tenant_id = k.tenant_id
          and b.key_id = k.id
      ) as callbacks
    from wholesale.keys k
    join members.members m on m.tenant_id = k.tenant_id and m.id = k.member_id
    left join ledger.accounts a
      on a.tenant_id = k.tenant_id and a.kind = 'cash.member' and a.ref = k.member_id::text and a.unit = 'CNY'
    left join wholesale.days d
      on d.tenant_id = k.tenant_id and d.key_id = k.id and d.day = (now() at time zone 'Asia/Shanghai')::date
    where ${condition}
    ${tail}`.execute(tx.db)
  return rows.map((row) => ({
    ...row,
    previousUntil: row.previousUntil?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    usedAt: row.usedAt?.toISOString() ?? null,
  }))
}
