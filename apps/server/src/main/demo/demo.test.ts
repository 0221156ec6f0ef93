import sharp from 'sharp'
import { expect, test } from 'vitest'
import { testPlatform } from '../../../test/harness/index.ts'
import { drawArt } from './card-art.ts'
import { demoCategories, demoGoods } from './goods.ts'
import { seedCatalog, seedDemandPrice } from './index.ts'

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
})

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
