import { Readable } from 'node:stream'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { testPlatform } from '../../../test/harness/index.ts'
import { findStockDifferences } from '../../modules/stock/index.ts'
import { createImport, uploadImport } from '../../modules/vault/index.ts'
import type { Ctx } from '../../platform/db/index.ts'
import { drawArt } from './card-art.ts'
import { demoCategories, demoGoods } from './goods.ts'
import { drawCode, type SeededSku, seedCatalog, seedDemandPrice, seedWarehouses } from './index.ts'

const house = await testPlatform()

test('the demo shop is filled through the real commands, once, and everything in it is on sale without a complaint', async () => {
  const shop = await house.newTenant()
  const skus = await seedCatalog(house, shop.ctx)
  expect(skus).toHaveLength(demoGoods.flatMap((goods) => goods.skus).length)
  expect(await seedCatalog(house, shop.ctx)).toEqual(skus)
  const { rows } = await house.owner.query(
    `select
       count(*) as goods,
       count(*) filter (where g.state = 'on') as selling,
       count(distinct gp.picture_id) as pictures
     from catalog.goods g
     left join catalog.goods_pictures gp using (tenant_id)
     where g.tenant_id = $1 and (gp.goods_id = g.id or gp.goods_id is null)`,
    [shop.tenantId],
  )
  expect(rows).toEqual([{ goods: demoGoods.length, selling: demoGoods.length, pictures: demoGoods.length }])
  await seedDemandPrice(house, shop.ctx, skus)
  await seedDemandPrice(house, shop.ctx, skus)
  const prices = await house.owner.query(
    'select r.base_fen, k.price_fen from suppliers.price_rules r join catalog.skus k on k.id = r.sku_id where r.tenant_id = $1',
    [shop.tenantId],
  )
  expect(prices.rows).toEqual([{ base_fen: 32_800, price_fen: 32_800 }])
  await seededWarehouses(shop.ctx, skus)
})

/** Of two channels each screen of warehouses has something true to show, and a second start adds nothing. */
async function seededWarehouses(ctx: Ctx, skus: readonly SeededSku[]): Promise<void> {
  for (const { skuId, codes } of skus.filter(({ goodsTitle }) => /蓝鹊音乐|回声听书/.test(goodsTitle))) {
    const facts = { skuId, fileName: 'c.txt', separator: 'auto', supplier: '', costFen: 5, purchaseRef: '', note: '' }
    const batch = await house.db.write(ctx, (tx) =>
      createImport(tx, { ...facts, separator: 'auto', validFrom: null, validTo: null }),
    )
    const lines = Array.from({ length: 120 }, () => drawCode(codes.pattern)).join('\n')
    await uploadImport(house, ctx, batch.id, { stream: Readable.from([Buffer.from(lines)]), fileName: 'c.txt' })
  }
  await seedWarehouses(house, ctx, skus)
  const seen = async () => {
    const { rows } = await house.owner.query(
      `select w.channel, (select count(*)::integer from vault.cards c where c.tenant_id = w.tenant_id and c.warehouse_id = w.id) as pieces,
         (select array_agg(distinct m.kind order by m.kind) from stock.moves m where m.tenant_id = w.tenant_id and w.id in (m.from_id, m.to_id)) as moves,
         (select count(*)::integer from stock.warehouse_rules r where r.tenant_id = w.tenant_id and r.warehouse_id = w.id) as rules
       from stock.warehouses w where w.tenant_id = $1 order by w.id`,
      [ctx.tenantId],
    )
    return rows
  }
  const there = await seen()
  expect(there).toEqual([
    { channel: 'fuli', pieces: 112, moves: ['allocate', 'ratio', 'return', 'top_up', 'transfer'], rules: 1 },
    { channel: 'live', pieces: 88, moves: ['import', 'ratio', 'transfer'], rules: 1 },
  ])
  await seedWarehouses(house, ctx, skus)
  expect(await seen()).toEqual(there)
  const { rows } = await house.owner.query(
    'select count(*)::integer as ending from vault.cards where tenant_id = $1 and valid_to is not null',
    [ctx.tenantId],
  )
  expect(rows).toEqual([{ ending: 130 }])
  expect(await house.db.read(ctx, findStockDifferences)).toEqual([])
}

test('the pictures need no font and nothing from outside', async () => {
  for (const { art, title } of demoGoods) {
    const svg = drawArt(art)
    expect([title, /<text|href|url\((?!#)|NaN|undefined/.exec(svg)?.[0]]).toEqual([title, undefined])
    expect(await sharp(Buffer.from(svg)).metadata()).toMatchObject({ width: 960, height: 960 })
  }
})

test('every demo goods has a category, both languages and a guide', () => {
  const names = new Set(
    demoCategories.flatMap(({ name, children = [] }) => [name, ...children.map((child) => child.name)]),
  )
  for (const goods of demoGoods) {
    expect([goods.title, names.has(goods.category)]).toEqual([goods.title, true])
    for (const text of [goods.titleEn, goods.subtitleEn, goods.guide, goods.guideEn, goods.descriptionEn]) {
      expect([goods.title, (text ?? '').length > 10]).toEqual([goods.title, true])
    }
  }
})
