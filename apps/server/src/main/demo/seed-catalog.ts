import { goodsInput, type SkuKind } from '@quanshu/contract'
import { sql } from 'kysely'
import sharp from 'sharp'
import { createCategory, createGoods, createTag, setShelf, storePicture } from '../../modules/catalog/index.ts'
import type { Ctx, ReadTx } from '../../platform/db/index.ts'
import type { Platform } from '../../platform/module.ts'
import { drawArt } from './card-art.ts'
import { demoCategories, demoGoods, demoTags } from './goods.ts'
import type { CodeStyle, DemoGoods } from './goods-shapes.ts'

/** A SKU of the demo shop and the codes that the seed should import for it. */
export type SeededSku = {
  readonly goodsId: number
  readonly skuId: number
  readonly goodsTitle: string
  readonly skuTitle: string
  readonly kind: SkuKind
  readonly codes: CodeStyle
}

/**
 * Fills the shop's shelves through the same commands as the console. Safe to repeat after a start that was killed:
 * what is there by name is left as it is.
 * @returns every SKU of the demo goods, for the seed to import codes
 */
export async function seedCatalog(platform: Platform, ctx: Ctx): Promise<readonly SeededSku[]> {
  const { db } = platform
  const categories = await db.write(ctx, async (tx) => {
    const known = await idsByName(tx, 'categories')
    const ensure = async (name: string, nameEn: string, icon: string, parentId: number | null): Promise<number> => {
      const id = known.get(name) ?? (await createCategory(tx, { name, nameEn, icon, parentId }))
      known.set(name, id)
      return id
    }
    for (const { name, nameEn, icon, children = [] } of demoCategories) {
      const parentId = await ensure(name, nameEn, icon, null)
      for (const child of children) await ensure(child.name, child.nameEn, '', parentId)
    }
    return known
  })
  await db.write(ctx, async (tx) => {
    const known = await idsByName(tx, 'tags')
    for (const tag of demoTags) if (!known.has(tag.name)) await createTag(tx, tag)
  })

  const there = await db.read(ctx, (tx) => idsByName(tx, 'goods'))
  // Two at a time: drawing and scaling use one core each, the database the rest.
  const waiting = demoGoods.filter(({ title }) => !there.has(title))
  const pictures = new Map<string, number>()
  const draw = async (): Promise<void> => {
    for (let goods = waiting.shift(); goods; goods = waiting.shift()) {
      pictures.set(goods.title, (await storePicture(platform, ctx, await pictureOf(goods))).id)
    }
  }
  await Promise.all([draw(), draw()])
  await db.write(ctx, async (tx) => {
    const made: number[] = []
    for (const goods of demoGoods) {
      if (there.has(goods.title)) continue
      const pictureId = pictures.get(goods.title)
      made.push(await createGoods(tx, inputOf(goods, categories.get(goods.category), pictureId)))
    }
    await setShelf(tx, made, 'on')
  })
  return await db.read(ctx, seededSkus)
}

const pictureOf = ({ art }: DemoGoods): Promise<Buffer> =>
  sharp(Buffer.from(drawArt(art)))
    .png({ compressionLevel: 1 })
    .toBuffer()

function inputOf(
  { category: _category, art: _art, skus, ...goods }: DemoGoods,
  categoryId?: number,
  pictureId?: number,
) {
  return goodsInput.parse({
    ...goods,
    categoryId: categoryId ?? null,
    pictureIds: pictureId === undefined ? [] : [pictureId],
    skus: skus.map(({ codes: _codes, ...sku }) => sku),
  })
}

async function idsByName(tx: ReadTx, table: 'categories' | 'tags' | 'goods'): Promise<Map<string, number>> {
  const { rows } = await sql<{ id: number; name: string }>`
    select id, ${sql.ref(table === 'goods' ? 'title' : 'name')} as name
    from ${sql.table(`catalog.${table}`)}
    where tenant_id = ${tx.ctx.tenantId}::bigint
  `.execute(tx.db)
  return new Map(rows.map(({ id, name }) => [name, id]))
}

async function seededSkus(tx: ReadTx): Promise<readonly SeededSku[]> {
  const { rows } = await sql<Omit<SeededSku, 'codes'>>`
    select g.id as "goodsId", s.id as "skuId", g.title as "goodsTitle", s.title as "skuTitle", s.kind
    from catalog.goods g
    join catalog.skus s
      on s.tenant_id = g.tenant_id
      and s.goods_id = g.id
    where g.tenant_id = ${tx.ctx.tenantId}::bigint
      and s.removed_at is null
    order by s.id
  `.execute(tx.db)
  const styles = new Map(
    demoGoods.flatMap((goods) => goods.skus.map((sku) => [`${goods.title} ${sku.title}`, sku.codes] as const)),
  )
  return rows.flatMap((row) => {
    const codes = styles.get(`${row.goodsTitle} ${row.skuTitle}`)
    return codes ? [{ ...row, codes }] : []
  })
}
