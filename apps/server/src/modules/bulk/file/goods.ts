import type { FormField, SkuKind } from '@quanshu/contract'
import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'

export type KnownSku = {
  readonly skuId: number
  readonly kind: SkuKind
  readonly goodsTitle: string
  readonly goodsTitleEn: string
  readonly skuTitle: string
  readonly skuTitleEn: string
  readonly sellable: boolean
  readonly pricePoints: number
  readonly formFields: readonly FormField[]
}

export type Catalogue = {
  readonly all: readonly KnownSku[]
  readonly byId: (skuId: number) => KnownSku | undefined
  /** By number, by “goods / variant”, or by a title that only one has. */
  readonly byWords: (words: string) => KnownSku | 'several' | undefined
}

/** More variants than a file of 10,000 lines names; a shop with more chooses by number. */
const SKUS_MAX = 20_000

/** Every variant that may be on sale; with `skuId` only that one. */
export async function readCatalogue(tx: ReadTx, skuId: number | null): Promise<Catalogue> {
  const { tenantId } = tx.ctx
  const { rows } = await sql<KnownSku>`
    select o.sku_id as "skuId", o.kind, o.goods_title as "goodsTitle", g.title_en as "goodsTitleEn", o.title as "skuTitle",
      s.title_en as "skuTitleEn", o.sellable, o.price_points as "pricePoints", o.form_fields as "formFields"
    from catalog.offers(
      ${tenantId}::bigint,
      array(
        select s.id
        from catalog.skus s
        join catalog.goods g on g.tenant_id = s.tenant_id and g.id = s.goods_id
        where s.tenant_id = ${tenantId}::bigint
          and s.removed_at is null
          and g.state <> 'archived'
          and (${skuId}::bigint is null or s.id = ${skuId}::bigint)
        order by s.id desc
        limit ${SKUS_MAX}::integer
      ),
      now()
    ) o
    join catalog.skus s on s.tenant_id = ${tenantId}::bigint and s.id = o.sku_id
    join catalog.goods g on g.tenant_id = ${tenantId}::bigint and g.id = o.goods_id`.execute(tx.db)
  return catalogueOf(rows)
}

const plain = (words: string): string => words.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()
const joined = (goods: string, sku: string): string => `${plain(goods)}/${plain(sku)}`

function catalogueOf(all: readonly KnownSku[]): Catalogue {
  const byId = new Map(all.map((sku) => [sku.skuId, sku]))
  const byWords = new Map<string, KnownSku | 'several'>()
  const name = (words: string, sku: KnownSku) => {
    const known = byWords.get(words)
    byWords.set(words, known && known !== sku ? 'several' : sku)
  }
  for (const sku of all) {
    const { goodsTitle, goodsTitleEn, skuTitle, skuTitleEn } = sku
    name(joined(goodsTitle, skuTitle), sku)
    name(plain(goodsTitle), sku)
    if (skuTitle !== '') name(plain(skuTitle), sku)
    if (goodsTitleEn !== '') {
      name(joined(goodsTitleEn, skuTitleEn || skuTitle), sku)
      name(plain(goodsTitleEn), sku)
    }
  }
  return {
    all,
    byId: (skuId) => byId.get(skuId),
    byWords(words) {
      const number = /^#?(\d{1,15})$/.exec(words.trim())?.[1]
      if (number !== undefined && byId.has(Number(number))) return byId.get(Number(number))
      return byWords.get(plain(words).replace(/ ?[/|｜] ?/g, '/'))
    },
  }
}
