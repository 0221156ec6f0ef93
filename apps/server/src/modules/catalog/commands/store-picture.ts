import { createHash } from 'node:crypto'
import type { PictureRef } from '@quanshu/contract'
import { assert } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx, ReadTx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { type PictureFacts, pictureJson, pictureRef } from '../pictures/reference.ts'
import { renderPicture } from '../pictures/render.ts'
import { announceChange } from './announce.ts'

/**
 * Keeps a picture in its widths. The same bytes give the picture that is already there.
 * @param bytes the whole file, at most `PICTURE_BYTES_MAX`
 * @throws catalog.not_a_picture, catalog.picture_too_many_pixels
 */
export async function storePicture(
  platform: Pick<Platform, 'db'>,
  ctx: Ctx,
  bytes: Buffer,
  prefix = '',
): Promise<PictureRef> {
  const sha256 = createHash('sha256').update(bytes).digest()
  const known = await platform.db.read(ctx, (tx) => find(tx, sha256))
  if (known) return pictureRef(known, prefix)

  const { width, height, color, files } = await renderPicture(bytes)
  return await platform.db.write(ctx, async (tx) => {
    const { rows } = await sql<{ id: number }>`
      insert into catalog.pictures (tenant_id, sha256, width, height, color)
      values (${ctx.tenantId}::bigint, ${sha256}, ${width}::integer, ${height}::integer, ${color})
      on conflict do nothing
      returning id
    `.execute(tx.db)
    const id = rows[0]?.id
    if (id !== undefined) {
      await sql`
        insert into catalog.picture_files (tenant_id, picture_id, width, content)
        select ${ctx.tenantId}::bigint, ${id}::bigint, f.width, f.content
        from unnest(${files.map((file) => file.width)}::integer[], ${files.map((file) => file.content)}::bytea[])
          as f(width, content)
      `.execute(tx.db)
      announceChange(tx, { action: 'picture.upload', objectKind: 'picture', objectId: id, detail: { width, height } })
    }
    const stored = await find(tx, sha256)
    assert(stored !== undefined, 'the picture is there: just inserted, or by the transaction this one waited for')
    return pictureRef(stored, prefix)
  })
}

async function find(tx: ReadTx, sha256: Buffer): Promise<PictureFacts | undefined> {
  const { rows } = await sql<{ picture: PictureFacts }>`
    select ${pictureJson} as picture
    from catalog.pictures p
    where p.tenant_id = ${tx.ctx.tenantId}::bigint
      and p.sha256 = ${sha256}
  `.execute(tx.db)
  return rows[0]?.picture
}
