import type { GoodsDetail, GoodsInput } from '@quanshu/contract'
import { describe, expect, test } from 'vitest'
import { eventually, type TestTenant, testPlatform } from '../../../test/harness/index.ts'
import { createCategory } from './commands/create-category.ts'
import { createGoods } from './commands/create-goods.ts'
import { deleteCategory } from './commands/delete-category.ts'
import { duplicateGoods } from './commands/duplicate-goods.ts'
import { orderCategories } from './commands/order-categories.ts'
import { setShelf } from './commands/set-shelf.ts'
import { updateCategory } from './commands/update-category.ts'
import { updateGoods } from './commands/update-goods.ts'
import { someGoods } from './fixture.ts'
import { listCategories } from './queries/categories.ts'
import { exportRows } from './queries/export-goods.ts'
import { readGoods } from './queries/goods-detail.ts'
import { listGoods } from './queries/goods-list.ts'
import { listSkus } from './queries/sku-list.ts'

const house = await testPlatform()
const { db } = house
const PAGE = { page: 1, pageSize: 20 }

const create = (shop: TestTenant, input: GoodsInput): Promise<GoodsDetail> =>
  db.write(shop.ctx, async (tx) => readGoods(tx, await createGoods(tx, input), ''))
const update = (shop: TestTenant, goods: GoodsDetail, input: GoodsInput): Promise<GoodsDetail> =>
  db.write(shop.ctx, async (tx) => {
    await updateGoods(tx, goods.id, goods.version, input)
    return await readGoods(tx, goods.id, '')
  })
const stocked = (shop: TestTenant, skuId: number, count: number) =>
  house.owner.query(
    `update ledger.accounts set balance = $3 where tenant_id = $1 and ref = $2::text and kind = 'stock.available'`,
    [shop.tenantId, skuId, count],
  )
/** What an editor sends back after reading. */
const asInput = ({ id: _id, version: _version, pictures, ...goods }: GoodsDetail): GoodsInput =>
  someGoods({ ...goods, pictureIds: pictures.map((picture) => picture.id) })

describe('goods', () => {
  test('keep a SKU that somebody is putting into a bundle', async () => {
    const shop = await house.newTenant()
    const two = await create(
      shop,
      someGoods({
        skus: [
          { title: '月卡', priceFen: 100 },
          { title: '年卡', priceFen: 900 },
        ],
      }),
    )
    const part = two.skus[1]?.id ?? 0
    const parts = [{ skuId: part }, { skuId: two.skus[0]?.id ?? 0 }]
    const sku = { title: '一份', priceFen: 950, kind: 'bundle' as const, bundle: { policy: 'rest' as const, parts } }
    let removed: Promise<unknown> | undefined
    await db.write(shop.ctx, async (tx) => {
      await createGoods(tx, someGoods({ skus: [sku] }))
      removed = update(shop, two, { ...asInput(two), skus: asInput(two).skus.slice(0, 1) }).catch((error) => error)
      await eventually('it waits', async () => {
        const { rows } = await house.owner.query(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        )
        return rows.length > 0
      })
    })
    expect(await removed).toMatchObject({ code: 'catalog.sku_in_bundle' })
  })

  test('are read as they were written, and start as a draft with their stock accounts', async () => {
    const shop = await house.newTenant()
    const categoryId = await db.write(shop.ctx, (tx) =>
      createCategory(tx, { name: '影音', nameEn: 'Video', icon: '', parentId: null }),
    )
    const input = someGoods({
      titleEn: 'Starry Video',
      categoryId,
      tags: ['热卖', '家庭礼包'],
      guide: '## 使用说明\n1. 登录',
      formFields: [{ key: 'account', labelZh: '账号', type: 'text', pattern: '[a-z]{3,20}', confirmTwice: true }],
      onAt: '2026-01-01T00:00:00+08:00',
      limitPerPerson: 5,
      skus: [
        { title: '月卡', priceFen: 1990, specs: { 时长: '1 个月' }, tiers: [{ minQty: 10, unitPriceFen: 1890 }] },
        { title: '年卡', priceFen: 19900, marketPriceFen: 25800, lowStockAt: null },
      ],
    })
    const goods = await create(shop, input)
    expect(goods).toMatchObject({ state: 'draft', shelf: 'draft', version: 1, categoryName: '影音', limitPerPerson: 5 })
    expect(goods.skus.map((sku) => sku.title)).toEqual(['月卡', '年卡'])
    expect(asInput(goods)).toMatchObject({
      ...input,
      tags: expect.arrayContaining(input.tags),
      onAt: '2025-12-31T16:00:00.000Z',
      skus: input.skus.map((sku) => ({ ...sku, id: expect.any(Number) })),
    })
    const { rows } = await house.owner.query(
      `select ref from ledger.accounts where tenant_id = $1 and kind = 'stock.available' order by id`,
      [shop.tenantId],
    )
    expect(rows.map((row) => Number(row.ref))).toEqual(goods.skus.map((sku) => sku.id))
  })

  test('are saved only over the version that was read', async () => {
    const shop = await house.newTenant()
    const goods = await create(shop, someGoods())
    const results = await Promise.allSettled([
      update(shop, goods, { ...asInput(goods), title: '甲' }),
      update(shop, goods, { ...asInput(goods), title: '乙' }),
    ])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(results.find((result) => result.status === 'rejected')).toMatchObject({
      reason: { code: 'common.conflict' },
    })
  })

  test('change their SKUs in place: added, changed, reordered, removed', async () => {
    const shop = await house.newTenant()
    const goods = await create(
      shop,
      someGoods({
        skus: [
          { title: '月卡', priceFen: 1990 },
          { title: '季卡', priceFen: 4990 },
        ],
      }),
    )
    const [month, quarter] = goods.skus
    const changed = await update(shop, goods, {
      ...asInput(goods),
      skus: someGoods({
        skus: [
          { title: '年卡', priceFen: 16800 },
          { id: quarter?.id, title: '季度卡', priceFen: 4590 },
        ],
      }).skus,
    })
    expect(changed.skus.map(({ title, priceFen }) => [title, priceFen])).toEqual([
      ['年卡', 16800],
      ['季度卡', 4590],
    ])
    expect(changed.skus[1]?.id).toBe(quarter?.id)
    const { rows } = await house.owner.query(
      `select removed_at is not null as removed from catalog.skus where tenant_id = $1 and id = $2`,
      [shop.tenantId, month?.id],
    )
    expect(rows).toEqual([{ removed: true }])
  })

  test('keep a SKU that still holds stock', async () => {
    const shop = await house.newTenant()
    const goods = await create(shop, someGoods())
    await stocked(shop, goods.skus[0]?.id ?? 0, 3)
    const without = { ...asInput(goods), skus: someGoods({ skus: [{ title: '新', priceFen: 1 }] }).skus }
    await expect(update(shop, goods, without)).rejects.toMatchObject({
      code: 'catalog.sku_has_stock',
      params: { count: 3 },
    })
  })

  test('never take a SKU, category or picture of other goods or shops', async () => {
    const shop = await house.newTenant()
    const goods = await create(shop, someGoods())
    const other = await create(shop, someGoods({ title: '别的' }))
    const foreign = {
      ...asInput(goods),
      skus: someGoods({ skus: [{ id: other.skus[0]?.id, title: 'x', priceFen: 1 }] }).skus,
    }
    await expect(update(shop, goods, foreign)).rejects.toMatchObject({ code: 'catalog.sku_not_of_goods' })
    await expect(create(shop, someGoods({ categoryId: 999_999 }))).rejects.toMatchObject({
      code: 'catalog.category_unknown',
    })
    await expect(create(shop, someGoods({ pictureIds: [999_999] }))).rejects.toMatchObject({
      code: 'catalog.picture_unknown',
    })
    const stranger = await house.newTenant()
    await expect(update(stranger, goods, asInput(goods))).rejects.toMatchObject({ code: 'common.not_found' })
    await expect(db.read(stranger.ctx, (tx) => readGoods(tx, goods.id, ''))).rejects.toMatchObject({
      code: 'common.not_found',
    })
  })

  test('are copied into a draft with new SKUs and no stock', async () => {
    const shop = await house.newTenant()
    const goods = await create(shop, someGoods({ title: '很'.repeat(80), tags: ['热卖'] }))
    await stocked(shop, goods.skus[0]?.id ?? 0, 7)
    const copy = await db.write(shop.ctx, async (tx) => readGoods(tx, await duplicateGoods(tx, goods.id), ''))
    expect(copy).toMatchObject({ state: 'draft', title: `${'很'.repeat(76)}（副本）`, tags: ['热卖'] })
    expect(copy.skus[0]).toMatchObject({ title: '月卡', priceFen: 1990, stock: { available: 0, held: 0 } })
    expect(copy.skus[0]?.id).not.toBe(goods.skus[0]?.id)
  })

  test('every change is on record and announced', async () => {
    const shop = await house.newTenant()
    const goods = await create(shop, someGoods())
    await update(shop, goods, {
      ...asInput(goods),
      skus: asInput(goods).skus.map((sku) => ({ ...sku, priceFen: 1500 })),
    })
    const audit = await house.owner.query(
      `select action, detail from audit.entries where tenant_id = $1 order by seq`,
      [shop.tenantId],
    )
    expect(audit.rows.map((row) => row.action)).toEqual(['goods.create', 'goods.update'])
    expect(audit.rows[1]?.detail).toMatchObject({
      changed: ['skus'],
      prices: [{ skuId: goods.skus[0]?.id, from: { priceFen: 1990 }, to: { priceFen: 1500 } }],
    })
    const events = await house.owner.query(`select type, subject from events.log where tenant_id = $1`, [shop.tenantId])
    expect(events.rows).toEqual([1, 2].map(() => ({ type: 'goods.changed', subject: `goods:${goods.id}` })))
  })
})

describe('the shelf', () => {
  test('takes goods that can be sold and says why it refuses others', async () => {
    const shop = await house.newTenant()
    const fine = await create(shop, someGoods())
    const ended = await create(shop, someGoods({ title: '旧', offAt: '2020-01-01T00:00:00Z' }))
    const empty = await create(shop, someGoods({ title: '空', skus: [{ title: 'a', priceFen: 1, state: 'off' }] }))
    const outcome = await db.write(shop.ctx, (tx) => setShelf(tx, [fine.id, ended.id, empty.id, 999_999], 'on'))
    expect(outcome.done).toEqual([fine.id])
    expect(outcome.refused.map(({ id, code }) => [id, code])).toEqual([
      [ended.id, 'catalog.cannot_go_on'],
      [empty.id, 'catalog.cannot_go_on'],
      [999_999, 'common.not_found'],
    ])
    expect(outcome.refused[0]?.zh).toBe('「旧」还不能上架：下架时间已过')
    expect(outcome.refused[1]?.en).toBe('“空” cannot go on sale yet: No variant is for sale')
  })

  test('archives only what is off sale, and restores it off the shelf', async () => {
    const shop = await house.newTenant()
    const { id } = await create(shop, someGoods())
    const move = (to: 'on' | 'off' | 'archived' | 'restored') => db.write(shop.ctx, (tx) => setShelf(tx, [id], to))
    await move('on')
    expect((await move('archived')).refused).toMatchObject([{ code: 'catalog.must_be_off_first' }])
    await move('off')
    expect((await move('archived')).done).toEqual([id])
    expect((await move('on')).refused).toMatchObject([{ code: 'catalog.already_archived' }])
    expect((await move('restored')).done).toEqual([id])
    expect(await db.read(shop.ctx, (tx) => readGoods(tx, id, ''))).toMatchObject({ state: 'off', shelf: 'off' })
  })
})

describe('the list', () => {
  test('filters, sorts and counts, and the neighbour changes nothing', async () => {
    const shop = await house.newTenant()
    const categoryId = await db.write(shop.ctx, (tx) =>
      createCategory(tx, { name: '音乐', nameEn: '', icon: '', parentId: null }),
    )
    const childId = await db.write(shop.ctx, (tx) =>
      createCategory(tx, { name: '古典', nameEn: '', icon: '', parentId: categoryId }),
    )
    const cheap = await create(
      shop,
      someGoods({
        title: '便宜 50%_\\',
        categoryId: childId,
        skus: [
          { title: 'a', priceFen: 100 },
          { title: 'b', priceFen: 900 },
        ],
      }),
    )
    const dear = await create(
      shop,
      someGoods({ title: '贵', tags: ['程序员礼包'], skus: [{ title: 'c', priceFen: 5000, lowStockAt: null }] }),
    )
    await stocked(shop, dear.skus[0]?.id ?? 0, 12)
    await house.plantNeighbour(shop.tenantId)

    const list = (query: object) => db.read(shop.ctx, (tx) => listGoods(tx, { ...PAGE, ...query }, ''))
    const ids = async (query: object) => (await list(query)).items.map((row) => row.id)
    expect(await ids({ sort: 'price' })).toEqual([cheap.id, dear.id])
    expect(await ids({ sort: '-stock' })).toEqual([dear.id, cheap.id])
    expect(await ids({ sort: 'stock', pageSize: 1, page: 2 })).toEqual([dear.id])
    expect(await ids({ categoryId })).toEqual([cheap.id])
    expect(await ids({ q: '程序员' })).toEqual([dear.id])
    expect(await ids({ q: '50%_\\' })).toEqual([cheap.id])
    expect(await ids({ q: '%' })).toEqual([cheap.id])
    expect(await ids({ low: true })).toEqual([cheap.id])
    expect(await ids({ low: false })).toEqual([dear.id])
    expect(await ids({ state: ['on'] })).toEqual([])
    const { items, total } = await list({})
    expect(total).toBe(2)
    expect(items.find((row) => row.id === cheap.id)).toMatchObject({
      priceFromFen: 100,
      priceToFen: 900,
      skuCount: 2,
      low: true,
    })
    expect(items.find((row) => row.id === dear.id)).toMatchObject({ stock: { available: 12, held: 0 }, low: false })

    const skus = await db.read(shop.ctx, (tx) => listSkus(tx, { ...PAGE, q: '便宜', sort: '-price' }, ''))
    expect(skus).toMatchObject({ total: 2, items: [{ title: 'b', goodsTitle: '便宜 50%_\\' }, { title: 'a' }] })
    const exported: string[] = []
    for await (const { sku } of exportRows(house, shop.ctx, {})) exported.push(sku.title)
    expect(exported).toEqual(['c', 'a', 'b'])
  })
})

describe('categories', () => {
  test('stay two levels deep, keep their order, and go only when empty', async () => {
    const shop = await house.newTenant()
    const add = (name: string, parentId: number | null) =>
      db.write(shop.ctx, (tx) => createCategory(tx, { name, nameEn: '', icon: '', parentId }))
    const a = await add('甲', null)
    const b = await add('乙', null)
    const child = await add('子', a)
    const input = { nameEn: '', icon: '' }
    await expect(add('孙', child)).rejects.toMatchObject({ code: 'catalog.category_too_deep' })
    await expect(add('甲', null)).rejects.toMatchObject({ code: 'catalog.name_taken' })
    const under = (id: number, parentId: number) =>
      db.write(shop.ctx, (tx) => updateCategory(tx, id, { ...input, name: 'x', parentId }))
    await expect(under(a, b)).rejects.toMatchObject({ code: 'catalog.category_too_deep' })
    await expect(under(b, b)).rejects.toMatchObject({ code: 'catalog.category_too_deep' })

    await db.write(shop.ctx, (tx) => orderCategories(tx, null, [b, a]))
    expect((await db.read(shop.ctx, listCategories)).map(({ id }) => id)).toEqual([b, a, child])
    await expect(db.write(shop.ctx, (tx) => orderCategories(tx, null, [b]))).rejects.toMatchObject({
      code: 'catalog.category_order_stale',
    })

    const { id: goodsId } = await create(shop, someGoods({ categoryId: b }))
    await expect(db.write(shop.ctx, (tx) => deleteCategory(tx, b))).rejects.toMatchObject({
      params: { goods: 1, children: 0 },
    })
    await expect(db.write(shop.ctx, (tx) => deleteCategory(tx, a))).rejects.toMatchObject({
      params: { goods: 0, children: 1 },
    })
    await db.write(shop.ctx, (tx) => deleteCategory(tx, child))
    await db.write(shop.ctx, (tx) => deleteCategory(tx, a))
    expect((await db.read(shop.ctx, listCategories)).map(({ id }) => id)).toEqual([b])

    // What is archived keeps no category from going.
    await db.write(shop.ctx, (tx) => setShelf(tx, [goodsId], 'archived'))
    await db.write(shop.ctx, (tx) => deleteCategory(tx, b))
    expect((await db.read(shop.ctx, (tx) => readGoods(tx, goodsId, ''))).categoryId).toBe(null)
  })
})
