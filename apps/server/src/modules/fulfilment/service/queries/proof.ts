import { commonErrors } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { ReadTx } from '../../../../platform/db/index.ts'

/** A picture never changes and is private: whoever may see it need not ask for it again within the hour. */
const CACHE = 'private, max-age=3600'

/** A picture of a task, for staff; also one that is not shown yet. @throws common.not_found */
export async function proofOfTask(tx: ReadTx, taskId: number, pictureId: number) {
  const { rows } = await sql<{ readonly content: Buffer }>`
    select content
    from fulfilment.task_pictures
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${pictureId}::bigint
      and task_id = ${taskId}::bigint
  `.execute(tx.db)
  return fileOf(rows[0])
}

/** A picture that the order's buyer is shown; the caller has checked that it is them. @throws common.not_found */
export async function proofOfOrder(tx: ReadTx, no: OrderNo, pictureId: number) {
  const { rows } = await sql<{ readonly content: Buffer }>`
    select p.content
    from fulfilment.task_pictures p
    join fulfilment.tasks t on t.tenant_id = p.tenant_id and t.id = p.task_id
    where p.tenant_id = ${tx.ctx.tenantId}::bigint
      and p.id = ${pictureId}::bigint
      and p.shown
      and t.order_no = ${no}::bigint
  `.execute(tx.db)
  return fileOf(rows[0])
}

function fileOf(row: { readonly content: Buffer } | undefined) {
  if (!row) throw commonErrors.notFound()
  const { content } = row
  return { content, contentType: 'image/webp', inline: true, cacheControl: CACHE, lengthBytes: content.length } as const
}
