import { commonErrors, PROOF_PICTURES_MAX, type ProofPicture, serviceErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx } from '../../../../platform/db/index.ts'
import type { Platform } from '../../../../platform/module.ts'
import { renderPicture } from '../../../catalog/index.ts'
import type { Worker } from '../model.ts'
import { readTaskRow } from '../queries/tasks.ts'

/**
 * Keeps a picture that proves a task: judged by its content, made smaller and stripped as those of goods are, but kept apart
 * from them, for it is the buyer's business. It is shown when the task is finished with it.
 * @throws service.too_many_pictures, catalog.not_a_picture, catalog.picture_too_many_pixels, common.not_found
 */
export async function addProof(
  { db }: Pick<Platform, 'db'>,
  ctx: Ctx,
  taskId: number,
  bytes: Buffer,
  worker: Worker,
): Promise<ProofPicture> {
  await db.read(ctx, (tx) => readTaskRow(tx, taskId, worker.staffId))
  const { width, height, files } = await renderPicture(bytes)
  const largest = files.at(-1)
  if (!largest) throw new Error('a picture was rendered in no width')
  return await db.write(ctx, async (tx) => {
    // Of several at once each counts those before it.
    await sql`
      select pg_advisory_xact_lock(hashtextextended('fulfilment.task_pictures:' || ${ctx.tenantId}::bigint || ':' || ${taskId}::bigint, 0))
    `.execute(tx.db)
    const { rows: held } = await sql<{ readonly pictures: number }>`
      select (
        select count(*) from fulfilment.task_pictures p where p.tenant_id = t.tenant_id and p.task_id = t.id
      ) as pictures
      from fulfilment.tasks t
      where t.tenant_id = ${ctx.tenantId}::bigint
        and t.id = ${taskId}::bigint
        and t.state in ('accepted', 'asking', 'answered')
    `.execute(tx.db)
    if (!held[0]) throw serviceErrors.wrongState()
    if (held[0].pictures >= PICTURES_KEPT_MAX) throw serviceErrors.tooManyPictures({ limit: PROOF_PICTURES_MAX })
    const { rows } = await sql<ProofPicture>`
      insert into fulfilment.task_pictures (tenant_id, task_id, content, width, height, uploaded_by)
      values (
        ${ctx.tenantId}::bigint, ${taskId}::bigint, ${largest.content}::bytea, ${largest.width}::integer,
        ${Math.max(1, Math.round((height * largest.width) / width))}::integer, ${worker.name}
      )
      returning id, width, height
    `.execute(tx.db)
    if (!rows[0]) throw commonErrors.notFound()
    return rows[0]
  })
}

/** Also those that were taken out of the dialog again: they go when the task ends. */
const PICTURES_KEPT_MAX = PROOF_PICTURES_MAX * 4
