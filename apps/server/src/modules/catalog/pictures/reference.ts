import type { PictureRef } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'

/** A picture as the queries bring it, by `pictureJson`. */
export type PictureFacts = Omit<PictureRef, 'url'> & { readonly hash: string }

/** jsonb of one row of catalog.pictures under the alias `p`. */
export const pictureJson: RawBuilder<PictureFacts> = sql`
  jsonb_build_object(
    'id', p.id,
    'hash', encode(substring(p.sha256 for 8), 'hex'),
    'width', p.width,
    'height', p.height,
    'color', p.color
  )
`

/** jsonb of the first picture of the goods under the alias `g`; null when they have none. */
export const coverJson: RawBuilder<PictureFacts | null> = sql`
  (
    select ${pictureJson}
    from catalog.goods_pictures gp
    join catalog.pictures p
      on p.tenant_id = gp.tenant_id
      and p.id = gp.picture_id
    where gp.tenant_id = g.tenant_id
      and gp.goods_id = g.id
    order by gp.position
    limit 1
  )
`

/**
 * The address carries the content's hash, so that it may be cached for ever.
 * @param prefix where the shop begins: empty or `/s/<slug>`
 */
export function pictureRef({ hash, ...picture }: PictureFacts, prefix: string): PictureRef {
  return { ...picture, url: `${prefix}/files/pictures/${picture.id}?v=${hash}` }
}
