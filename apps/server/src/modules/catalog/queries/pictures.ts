import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'
import { limitOf, type PageQuery } from '../../../platform/lists/index.ts'
import { type PictureFacts, pictureJson, pictureRef } from '../pictures/reference.ts'

type PictureRow = { readonly picture: PictureFacts; readonly created_at: Date; readonly used_by: number }

/** The picture library, newest first. */
export async function listPictures(tx: ReadTx, page: PageQuery, prefix: string) {
  const { rows } = await sql<PictureRow>`
    select
      ${pictureJson} as picture,
      p.created_at,
      (
        select count(*)
        from catalog.goods_pictures gp
        where gp.tenant_id = p.tenant_id
          and gp.picture_id = p.id
      ) as used_by
    from catalog.pictures p
    where p.tenant_id = ${tx.ctx.tenantId}::bigint
    order by p.id desc
    ${limitOf(page)}
  `.execute(tx.db)
  const counted = await sql<{ total: number }>`
    select count(*) as total
    from catalog.pictures
    where tenant_id = ${tx.ctx.tenantId}::bigint
  `.execute(tx.db)
  const items = rows.map((row) => ({
    ...pictureRef(row.picture, prefix),
    usedBy: row.used_by,
    createdAt: row.created_at.toISOString(),
  }))
  return { items, total: counted.rows[0]?.total ?? 0, page: page.page, pageSize: page.pageSize }
}

type PictureFile = { readonly content: Buffer; readonly hash: string }

/**
 * The smallest kept width that is at least `width`, else the largest; without `width` the largest.
 * @returns undefined when there is no such picture
 */
export async function readPictureFile(tx: ReadTx, pictureId: number, width?: number): Promise<PictureFile | undefined> {
  const { rows } = await sql<PictureFile>`
    select f.content, encode(p.sha256, 'hex') as hash
    from catalog.pictures p
    join catalog.picture_files f
      on f.tenant_id = p.tenant_id
      and f.picture_id = p.id
    where p.tenant_id = ${tx.ctx.tenantId}::bigint
      and p.id = ${pictureId}::bigint
    order by
      f.width >= ${width ?? null}::integer desc nulls last,
      case when f.width >= ${width ?? null}::integer then f.width else -f.width end
    limit 1
  `.execute(tx.db)
  return rows[0]
}
