import type { OrderNo, TenantId } from '@quanshu/kernel'
import { type RawBuilder, sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'
import { limitOf, type PageQuery } from '../../../platform/lists/index.ts'

export const RECENT_MAX = 5
const LOOKUP_MAX = 20

/** A member's orders, newest first. */
export async function ordersOfMember(
  tx: ReadTx,
  memberId: number,
  page: PageQuery & { readonly state?: readonly string[] | undefined },
) {
  const states = page.state ?? null
  const { rows } = await sql<{ readonly no: OrderNo; readonly total: number }>`
    select o.no, count(*) over () as total
    from orders.orders o
    where o.tenant_id = ${tx.ctx.tenantId}::bigint
      and o.buyer_key = ${`m:${memberId}`}
      and (${states}::text[] is null or o.state = any (${states}::text[]))
    order by o.placed_at desc, o.no
    ${limitOf(page)}
  `.execute(tx.db)
  return { nos: rows.map((row) => row.no), total: rows[0]?.total ?? 0 }
}

/** The last orders a browser placed as a guest. */
export async function ordersOfDevice(tx: ReadTx, device: Buffer): Promise<OrderNo[]> {
  const { rows } = await sql<{ readonly no: OrderNo }>`
    select o.no
    from orders.orders o
    where o.tenant_id = ${tx.ctx.tenantId}::bigint
      and o.device_hash = ${device}
      and o.member_id is null
    order by o.placed_at desc
    limit ${RECENT_MAX}
  `.execute(tx.db)
  return rows.map((row) => row.no)
}

/** The newest orders of a contact that carry this query password. */
export async function ordersOfContact(tx: ReadTx, contact: string, passwordHash: Buffer): Promise<OrderNo[]> {
  const { rows } = await sql<{ readonly no: OrderNo }>`
    select o.no
    from orders.orders o
    where o.tenant_id = ${tx.ctx.tenantId satisfies TenantId}::bigint
      and o.no in (${nosOfContact(tx.ctx.tenantId, contact)})
      and o.query_password_hash = ${passwordHash}
    order by o.placed_at desc
    limit ${LOOKUP_MAX}
  `.execute(tx.db)
  return rows.map((row) => row.no)
}

/** Orders by their contact: a guest's by the buyer's key, which is made of it, all others by an index of their own. */
export const nosOfContact = (tenantId: TenantId, contact: string): RawBuilder<unknown> => sql`
  select b.no from orders.orders b where b.tenant_id = ${tenantId}::bigint and b.buyer_key = ${`c:${contact.toLowerCase()}`}
  union all
  select c.no from orders.orders c
  where c.tenant_id = ${tenantId}::bigint and lower(c.contact) = ${contact.toLowerCase()} and c.buyer_key <> 'c:' || c.contact
`
