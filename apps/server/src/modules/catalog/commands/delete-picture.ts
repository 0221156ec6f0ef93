import { catalogErrors, commonErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { announceChange } from './announce.ts'

/** Deletes a picture that no goods use. @throws common.not_found, catalog.picture_in_use */
export async function deletePicture(tx: Tx, id: number): Promise<void> {
  const { tenantId } = tx.ctx
  const { rows } = await sql<{ count: number }>`
    select (
      select count(distinct gp.goods_id)
      from catalog.goods_pictures gp
      where gp.tenant_id = p.tenant_id
        and gp.picture_id = p.id
    ) as count
    from catalog.pictures p
    where p.tenant_id = ${tenantId}::bigint
      and p.id = ${id}::bigint
    for update
  `.execute(tx.db)
  const [picture] = rows
  if (!picture) throw commonErrors.notFound()
  if (picture.count > 0) throw catalogErrors.pictureInUse(picture)
  await sql`
    delete from catalog.pictures
    where tenant_id = ${tenantId}::bigint
      and id = ${id}::bigint
  `.execute(tx.db)
  announceChange(tx, { action: 'picture.delete', objectKind: 'picture', objectId: id })
}
