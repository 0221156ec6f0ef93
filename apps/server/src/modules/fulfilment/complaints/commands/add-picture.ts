import { COMPLAINT_PICTURES_MAX, commonErrors, complaintErrors } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx } from '../../../../platform/db/index.ts'
import type { Platform } from '../../../../platform/module.ts'
import { renderPicture } from '../../../catalog/index.ts'

/**
 * Keeps a picture of what is wrong: judged by its content, made smaller and stripped as those of goods are, and seen by staff only.
 * @throws complaints.not_now, too_many_pictures; catalog.not_a_picture, picture_too_many_pixels; common.not_found
 */
export async function addComplaintPicture(
  { db }: Pick<Platform, 'db'>,
  ctx: Ctx,
  no: OrderNo,
  complaintId: number,
  bytes: Buffer,
): Promise<{ readonly id: number; readonly width: number; readonly height: number }> {
  const { width, height, files } = await renderPicture(bytes)
  const largest = files.at(-1)
  if (!largest) throw new Error('a picture was rendered in no width')
  return await db.write(ctx, async (tx) => {
    // Of several at once each counts those before it.
    await sql`
      select pg_advisory_xact_lock(hashtextextended('fulfilment.complaint_pictures:' || ${ctx.tenantId}::bigint || ':' || ${complaintId}::bigint, 0))
    `.execute(tx.db)
    const { rows: found } = await sql<{ readonly isOpen: boolean; readonly pictures: number }>`
      select c.state in ('reported', 'checking', 'buying', 'person') as "isOpen", (
        select count(*) from fulfilment.complaint_pictures p where p.tenant_id = c.tenant_id and p.complaint_id = c.id
      ) as pictures
      from fulfilment.complaints c
      where c.tenant_id = ${ctx.tenantId}::bigint
        and c.id = ${complaintId}::bigint
        and c.order_no = ${no}::bigint
    `.execute(tx.db)
    if (!found[0]) throw commonErrors.notFound()
    if (!found[0].isOpen) throw complaintErrors.notNow()
    if (found[0].pictures >= COMPLAINT_PICTURES_MAX)
      throw complaintErrors.tooManyPictures({ limit: COMPLAINT_PICTURES_MAX })
    const { rows } = await sql<{ readonly id: number; readonly width: number; readonly height: number }>`
      insert into fulfilment.complaint_pictures (tenant_id, complaint_id, content, width, height)
      values (
        ${ctx.tenantId}::bigint, ${complaintId}::bigint, ${largest.content}::bytea, ${largest.width}::integer,
        ${Math.max(1, Math.round((height * largest.width) / width))}::integer
      )
      returning id, width, height
    `.execute(tx.db)
    if (!rows[0]) throw commonErrors.notFound()
    return rows[0]
  })
}
