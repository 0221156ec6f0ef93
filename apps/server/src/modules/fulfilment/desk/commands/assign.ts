import { complaintErrors } from '@quanshu/contract'
import type { StaffId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../../platform/db/index.ts'
import { deskStaff } from '../queries/colleagues.ts'

export type DeskKey = { readonly orderNo: number; readonly lineNo: number; readonly grantId: number }
export type Assignment = { readonly action: 'take' | 'release' | 'hand_over'; readonly staffId: number | null }
/** With `any`: also what somebody else has may be put back or handed over. */
type Worker = { readonly staffId: StaffId; readonly name: string; readonly any: boolean }

/**
 * Says who works on one thing that is stuck. It keeps nobody from acting; it keeps two people from doing the same work.
 * @throws complaints.taken, not_stuck, not_a_colleague
 */
export async function assign(tx: Tx, key: DeskKey, { action, staffId }: Assignment, worker: Worker): Promise<void> {
  const { tenantId } = tx.ctx
  const { orderNo, lineNo, grantId } = key
  const since = await stuckSince(tx, key)
  const { rows } = await sql<{ readonly staff_id: number; readonly staff_name: string }>`
    select staff_id, staff_name
    from fulfilment.desk_takes
    where tenant_id = ${tenantId}::bigint
      and order_no = ${orderNo}::bigint
      and line_no = ${lineNo}::smallint
      and grant_id = ${grantId}::bigint
      and taken_at >= ${since}::timestamptz
    for update
  `.execute(tx.db)
  const holder = rows[0]
  const mayMove = !holder || holder.staff_id === worker.staffId || (worker.any && action !== 'take')
  if (!mayMove) throw complaintErrors.taken({ by: holder.staff_name })
  if (action === 'release') {
    await sql`
      delete from fulfilment.desk_takes
      where tenant_id = ${tenantId}::bigint
        and order_no = ${orderNo}::bigint
        and line_no = ${lineNo}::smallint
        and grant_id = ${grantId}::bigint
    `.execute(tx.db)
  } else {
    const to = action === 'take' ? { id: worker.staffId as number, name: worker.name } : await colleague(tx, staffId)
    const before = holder?.staff_id ?? 0
    // Two at once: whoever is second finds the row of who was first.
    const put = await sql`
      insert into fulfilment.desk_takes as t (tenant_id, order_no, line_no, grant_id, staff_id, staff_name)
      values (${tenantId}::bigint, ${orderNo}::bigint, ${lineNo}::smallint, ${grantId}::bigint, ${to.id}::bigint, ${to.name})
      on conflict (tenant_id, order_no, line_no, grant_id) do update
      set staff_id = excluded.staff_id,
          staff_name = excluded.staff_name,
          taken_at = now()
      where t.staff_id = ${before}::bigint
        or t.staff_id = excluded.staff_id
        or t.taken_at < ${since}::timestamptz
      returning 1
    `.execute(tx.db)
    if (put.rows.length === 0) throw complaintErrors.taken({ by: await holderOf(tx, key) })
  }
  tx.audit({
    action: `desk.${action}`,
    objectKind: 'order',
    objectId: orderNo,
    detail: { lineNo, ...(grantId ? { grantId } : {}), ...(staffId ? { staffId } : {}) },
  })
}

async function stuckSince(tx: Tx, { orderNo, lineNo, grantId }: DeskKey): Promise<Date> {
  const { rows } = await sql<{ readonly since: Date }>`
    select l.exception_at as since
    from orders.lines l
    where ${grantId}::bigint = 0
      and l.tenant_id = ${tx.ctx.tenantId}::bigint
      and l.order_no = ${orderNo}::bigint
      and l.line_no = ${lineNo}::smallint
      and l.state = 'exception'
    union all
    select c.changed_at
    from fulfilment.complaints c
    where c.tenant_id = ${tx.ctx.tenantId}::bigint
      and c.grant_id = ${grantId}::bigint
      and c.order_no = ${orderNo}::bigint
      and c.state = 'person'
  `.execute(tx.db)
  if (!rows[0]) throw complaintErrors.notStuck()
  return rows[0].since
}

async function holderOf(tx: Tx, { orderNo, lineNo, grantId }: DeskKey): Promise<string> {
  const { rows } = await sql<{ readonly name: string }>`
    select staff_name as name
    from fulfilment.desk_takes
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and order_no = ${orderNo}::bigint
      and line_no = ${lineNo}::smallint
      and grant_id = ${grantId}::bigint
  `.execute(tx.db)
  return rows[0]?.name ?? ''
}

async function colleague(tx: Tx, staffId: number | null) {
  const found = (await deskStaff(tx)).find(({ id }) => id === staffId)
  if (!found) throw complaintErrors.notAColleague()
  return found
}
