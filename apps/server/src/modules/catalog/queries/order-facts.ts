import type { FormField } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Database } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { type PictureFacts, pictureJson } from '../pictures/reference.ts'

/**
 * What orders show of goods, and what they ask their buyers. Price, stock and limits are not here: those are judged in
 * the database at the moment of placing. So two seconds of age do no harm, and a burst of orders reads this once.
 */
const TTL_MS = 2_000
const ENTRIES_MAX = 20_000

export type GoodsFace = {
  readonly cover: PictureFacts | null
  readonly guide: string
  readonly guideEn: string
}
export type OfferForm = { readonly formFields: readonly FormField[] }

/** Cover and guide of some goods; unknown ids are absent. */
export const goodsFaces = remembering<GoodsFace>(async (tx, ids) => {
  const { rows } = await sql<{ readonly id: number } & GoodsFace>`
    select g.id, g.guide, g.guide_en as "guideEn",
      (
        select ${pictureJson}
        from catalog.goods_pictures gp
        join catalog.pictures p on p.tenant_id = gp.tenant_id and p.id = gp.picture_id
        where gp.tenant_id = g.tenant_id
          and gp.goods_id = g.id
        order by gp.position
        limit 1
      ) as cover
    from catalog.goods g
    where g.tenant_id = ${tx.ctx.tenantId}::bigint
      and g.id = any (${ids}::bigint[])
  `.execute(tx.db)
  return rows
})

/** The form a buyer of each SKU fills in; unknown ids are absent. */
export const offersOf = remembering<OfferForm>(async (tx, ids) => {
  const { rows } = await sql<{ readonly id: number } & OfferForm>`
    select s.id, g.form_fields as "formFields"
    from catalog.skus s
    join catalog.goods g on g.tenant_id = s.tenant_id and g.id = s.goods_id
    where s.tenant_id = ${tx.ctx.tenantId}::bigint
      and s.id = any (${ids}::bigint[])
  `.execute(tx.db)
  return rows
})

type Load<T> = (
  tx: Parameters<Parameters<Database['read']>[1]>[0],
  ids: readonly number[],
) => Promise<readonly ({ readonly id: number } & T)[]>

function remembering<T>(load: Load<T>) {
  const caches = new WeakMap<Database, Map<string, { readonly value: T; readonly until: number }>>()
  return async (
    platform: Pick<Platform, 'db'>,
    tenantId: TenantId,
    ids: readonly number[],
  ): Promise<ReadonlyMap<number, T>> => {
    const cache = caches.get(platform.db) ?? new Map()
    caches.set(platform.db, cache)
    const now = Date.now()
    const found = new Map<number, T>()
    const missing = new Set<number>()
    for (const id of ids) {
      const known = cache.get(`${tenantId}:${id}`)
      if (known && known.until > now) found.set(id, known.value)
      else missing.add(id)
    }
    if (missing.size === 0) return found
    const ctx = {
      tenantId,
      actor: { kind: 'system', name: 'catalog' },
      requestId: 'order-facts',
      locale: 'zh-CN',
    } as const
    if (cache.size >= ENTRIES_MAX) cache.clear()
    for (const row of await platform.db.read(ctx, (tx) => load(tx, [...missing]))) {
      cache.set(`${tenantId}:${row.id}`, { value: row, until: now + TTL_MS })
      found.set(row.id, row)
    }
    return found
  }
}
