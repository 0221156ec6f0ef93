import type { GoodsInput } from '@quanshu/contract'
import { expect, test } from 'vitest'
import { type TestTenant, testPlatform } from '../../../test/harness/index.ts'
import { cancelPriceChange } from './commands/cancel-price-change.ts'
import { createGoods } from './commands/create-goods.ts'
import { planPriceChange } from './commands/plan-price-change.ts'
import { setShelf } from './commands/set-shelf.ts'
import { updateGoods } from './commands/update-goods.ts'
import { someGoods } from './fixture.ts'
import { readGoods } from './queries/goods-detail.ts'
import { offersOf } from './queries/offers.ts'
import { listPriceChanges } from './queries/price-changes.ts'

const house = await testPlatform()
const { db } = house

const HOUR_MS = 3_600_000
const inHours = (hours: number): string => new Date(Date.now() + hours * HOUR_MS).toISOString()

async function selling(shop: TestTenant, input: GoodsInput): Promise<{ goodsId: number; skuId: number }> {
  const goodsId = await db.write(shop.ctx, (tx) => createGoods(tx, input))
  await db.write(shop.ctx, (tx) => setShelf(tx, [goodsId], 'on'))
  const goods = await db.read(shop.ctx, (tx) => readGoods(tx, goodsId, ''))
  return { goodsId, skuId: goods.skus[0]?.id ?? 0 }
}

type OfferRow = { sku_id: number; price_fen: number; tiers: unknown; sellable: boolean; reason: string | null }
async function offersAt(shop: TestTenant, skuIds: readonly number[], at: string): Promise<readonly OfferRow[]> {
  const { rows } = await house.owner.query<OfferRow>(`select * from catalog.offers($1, $2, $3) order by sku_id`, [
    shop.tenantId,
    skuIds,
    at,
  ])
  return rows
}
const priceAt = async (shop: TestTenant, skuId: number, at: string) => (await offersAt(shop, [skuId], at))[0]?.price_fen
const plan = (shop: TestTenant, skuId: number, at: string, priceFen: number) =>
  db.write(shop.ctx, (tx) => planPriceChange(tx, skuId, { at, priceFen, pricePoints: 0, free: false, tiers: [] }))

test('a planned price holds from its second on, the newest due one wins, a cancelled one never', async () => {
  const shop = await house.newTenant()
  const { goodsId, skuId } = await selling(
    shop,
    someGoods({ skus: [{ title: 'a', priceFen: 1000, tiers: [{ minQty: 5, unitPriceFen: 900 }] }] }),
  )
  const at = inHours(1)
  await plan(shop, skuId, at, 800)
  await plan(shop, skuId, inHours(2), 1200)
  const cancelled = await plan(shop, skuId, inHours(3), 1)
  await db.write(shop.ctx, (tx) => cancelPriceChange(tx, cancelled))

  expect(await priceAt(shop, skuId, new Date(Date.parse(at) - 1).toISOString())).toBe(1000)
  expect(await offersAt(shop, [skuId], at)).toMatchObject([{ price_fen: 800, tiers: [] }])
  expect(await priceAt(shop, skuId, inHours(4))).toBe(1200)
  expect(await db.read(shop.ctx, (tx) => readGoods(tx, goodsId, ''))).toMatchObject({
    skus: [{ priceFen: 1000, nextChange: { priceFen: 800 } }],
  })
  expect((await db.read(shop.ctx, (tx) => listPriceChanges(tx, goodsId))).map(({ state }) => state)).toEqual([
    'cancelled',
    'planned',
    'planned',
  ])

  await expect(plan(shop, skuId, at, 700)).rejects.toMatchObject({ code: 'catalog.price_change_taken' })
  await expect(plan(shop, skuId, inHours(-1), 700)).rejects.toMatchObject({ code: 'catalog.price_change_in_past' })
})

test('a bundle is planned no price in points, which its parts could not share', async () => {
  const shop = await house.newTenant()
  const { skuId: partId } = await selling(shop, someGoods({ skus: [{ title: 'a', priceFen: 500 }] }))
  const bundle = { policy: 'rest', parts: [{ skuId: partId }, { points: 100 }] } as const
  const { skuId } = await selling(
    shop,
    someGoods({ skus: [{ title: '一份', priceFen: 950, kind: 'bundle', bundle } as never] }),
  )
  const planned = (pricePoints: number) =>
    db.write(shop.ctx, (tx) =>
      planPriceChange(tx, skuId, { at: inHours(1), priceFen: 900, pricePoints, free: false, tiers: [] }),
    )
  await expect(planned(10)).rejects.toMatchObject({ code: 'catalog.bundle_in_points' })
  await planned(0)
  expect(await priceAt(shop, skuId, inHours(2))).toBe(900)
})

test('a price in force is kept by a save that does not touch it and replaced by one that does', async () => {
  const shop = await house.newTenant()
  const { goodsId, skuId } = await selling(shop, someGoods({ skus: [{ title: 'a', priceFen: 1000 }] }))
  const changeId = await plan(shop, skuId, inHours(1), 800)
  // The moment has come: both times are moved into the past.
  await house.owner.query(`update catalog.skus set priced_at = now() - interval '2 hours' where tenant_id = $1`, [
    shop.tenantId,
  ])
  await house.owner.query(`update catalog.price_changes set at = now() - interval '1 hour' where tenant_id = $1`, [
    shop.tenantId,
  ])
  const save = (title: string, priceFen: number) =>
    db.write(shop.ctx, async (tx) => {
      const { version } = await readGoods(tx, goodsId, '')
      await updateGoods(tx, goodsId, version, someGoods({ title, skus: [{ id: skuId, title: 'a', priceFen }] }))
      return await readGoods(tx, goodsId, '')
    })

  expect(await save('新标题', 800)).toMatchObject({ title: '新标题', skus: [{ priceFen: 800 }] })
  expect((await db.read(shop.ctx, (tx) => listPriceChanges(tx, goodsId)))[0]?.state).toBe('in_force')
  await expect(db.write(shop.ctx, (tx) => cancelPriceChange(tx, changeId))).rejects.toMatchObject({
    code: 'catalog.price_change_done',
  })
  expect(await save('新标题', 1500)).toMatchObject({ skus: [{ priceFen: 1500 }] })
  expect(await priceAt(shop, skuId, inHours(0.1))).toBe(1500)
})

test('an offer says why it is not for sale', async () => {
  const shop = await house.newTenant()
  const reasons = async (differences: Parameters<typeof someGoods>[0]) => {
    const { skuId } = await selling(shop, someGoods(differences))
    const [offer] = await offersAt(shop, [skuId], new Date().toISOString())
    return [offer?.sellable, offer?.reason]
  }
  expect(await reasons({})).toEqual([true, null])
  expect(await reasons({ onAt: inHours(1) })).toEqual([false, 'not_yet'])
  expect(await reasons({ skus: [{ title: 'a', priceFen: 1, state: 'off' }] })).toEqual([false, 'off_shelf'])
  const { goodsId, skuId } = await selling(shop, someGoods({ offAt: inHours(1) }))
  expect(await offersAt(shop, [skuId], inHours(1.1))).toMatchObject([{ sellable: false, reason: 'ended' }])
  await db.write(shop.ctx, (tx) => setShelf(tx, [goodsId], 'off'))
  expect(await offersAt(shop, [skuId], inHours(0))).toMatchObject([{ reason: 'off_shelf' }])
  await db.write(shop.ctx, (tx) => setShelf(tx, [goodsId], 'archived'))
  expect(await offersAt(shop, [skuId], inHours(0))).toMatchObject([{ reason: 'archived' }])
})

test('offers come once per known SKU, and never from the neighbour', async () => {
  const shop = await house.newTenant()
  const { skuId } = await selling(shop, someGoods({ skus: [{ title: 'a', priceFen: 1000 }] }))
  const neighbour = await house.plantNeighbour(shop.tenantId)
  await house.owner.query(`update catalog.skus set price_fen = 1 where tenant_id = $1`, [neighbour.tenantId])
  expect(await offersAt(shop, [skuId, skuId, 999_999], inHours(0))).toMatchObject([{ sku_id: skuId, price_fen: 1000 }])
  expect((await offersOf(house, shop.tenantId, [skuId])).get(skuId)).toMatchObject({ priceFen: 1000, sellable: true })
  expect(await offersOf(house, (await house.newTenant()).tenantId, [skuId])).toEqual(new Map())
})

test('the unit price is that of the highest tier reached', async () => {
  const tiers = [
    { minQty: 10, unitPriceFen: 90 },
    { minQty: 50, unitPriceFen: 80 },
  ]
  const price = async (qty: number) =>
    (
      await house.owner.query<{ p: number }>(`select catalog.unit_price(100, $1, $2) as p`, [
        JSON.stringify(tiers),
        qty,
      ])
    ).rows[0]?.p
  expect(await Promise.all([1, 9, 10, 49, 50, 10_000].map(price))).toEqual([100, 100, 90, 90, 80, 80])
})

test('offers of 200 SKUs among 200,000 are read by primary key', async () => {
  const shop = await house.newTenant()
  const { owner } = house
  await owner.query(
    `insert into catalog.goods (tenant_id, title, state)
     select $1 + g % 20, 'g' || g, 'on'
     from generate_series(1, 50000) g`,
    [shop.tenantId],
  )
  await owner.query(
    `insert into catalog.skus (tenant_id, goods_id, title, price_fen)
     select tenant_id, id, 's' || n, 100
     from catalog.goods, generate_series(1, 4) n
     where title like 'g%'`,
  )
  await owner.query('analyze catalog.goods, catalog.skus, catalog.price_changes')
  const { rows } = await owner.query<{ id: number }>(`select id from catalog.skus where tenant_id = $1 limit 200`, [
    shop.tenantId,
  ])
  const ids = rows.map(({ id }) => id)
  expect(ids).toHaveLength(200)

  const client = await owner.connect()
  try {
    await client.query('begin')
    const offers = await client.query('select * from catalog.offers($1, $2, now())', [shop.tenantId, ids])
    expect(offers.rows).toHaveLength(200)
    const read = await client.query<{ rows: number }>(
      `select sum(seq_tup_read)::bigint as rows from pg_stat_xact_user_tables where schemaname = 'catalog' and relname <> 'price_changes'`,
    )
    expect(read.rows[0]?.rows).toBe(0)
    await client.query('rollback')
  } finally {
    client.release()
  }
})
