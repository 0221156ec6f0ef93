import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { crc32, deflateSync } from 'node:zlib'
import {
  type GoodsDetail,
  type MallGoods,
  type MallGoodsCard,
  PERMISSIONS,
  type Permission,
  type PictureRef,
} from '@quanshu/contract'
import type { StaffId } from '@quanshu/kernel'
import sharp from 'sharp'
import { afterAll, describe, expect, test } from 'vitest'
import { type TestTenant, testPlatform } from '../../../test/harness/index.ts'
import { buildHttpServer } from '../../platform/http/index.ts'
import { somePicture } from './fixture.ts'
import { catalogModule } from './index.ts'

const house = await testPlatform()
const shops = new Map<string, TestTenant>()
const app = await buildHttpServer(house, [catalogModule(house)], {
  resolveTenant: async (_host, slug) => shops.get(slug ?? ''),
  sessionCookies: { console: 'qs_staff', mall: 'qs_member' },
  authenticate: async ({ area, token }) =>
    area === 'console'
      ? {
          kind: 'staff',
          staffId: 1 as StaffId,
          name: '小李',
          sessionId: 's',
          permissions: new Set(token === 'reader' ? (['goods.read'] as Permission[]) : PERMISSIONS),
        }
      : undefined,
})
await app.listen({ host: '127.0.0.1', port: 0 })
afterAll(() => app.close())
const origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`

/** A new shop and how its owner and its visitors call it. */
async function newShop() {
  const shop = await house.newTenant()
  shops.set(shop.slug, shop)
  const url = (path: string) => `${origin}${path.startsWith('/s/') ? '' : `/s/${shop.slug}`}${path}`
  const staff = async (method: string, path: string, json?: unknown, cookie = 'qs_staff=owner'): Promise<Response> =>
    await fetch(url(path), {
      method,
      headers: {
        cookie,
        'x-quanshu-client': 'test',
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    })
  const upload = async (bytes: Buffer): Promise<Response> =>
    await fetch(url('/api/console/pictures'), {
      method: 'POST',
      headers: { cookie: 'qs_staff=owner', 'x-quanshu-client': 'test', 'content-type': 'application/octet-stream' },
      body: new Uint8Array(bytes),
    })
  const create = async (goods: object): Promise<GoodsDetail> => {
    const answer = await staff('POST', '/api/console/goods', { shelf: 'on', ...goods })
    expect(answer.status).toBe(200)
    return (await answer.json()) as GoodsDetail
  }
  const visit = async (path: string): Promise<Response> => await fetch(url(path))
  const stock = (skuId: number | undefined, count: number) =>
    house.owner.query(
      `update ledger.accounts set balance = $3 where tenant_id = $1 and ref = $2::text and kind = 'stock.available'`,
      [shop.tenantId, skuId, count],
    )
  return { shop, staff, upload, create, visit, stock }
}

const skus = [{ title: '月卡', priceFen: 1990 }]

describe('the console', () => {
  test('creates, lists, saves and duplicates goods, and tells every wrong field', async () => {
    const { staff, create } = await newShop()
    const goods = await create({ title: '星河视频', skus })
    expect(goods).toMatchObject({
      state: 'on',
      shelf: 'selling',
      problems: expect.arrayContaining([expect.objectContaining({ code: 'no_stock' })]),
    })

    const bad = await staff('PUT', `/api/console/goods/${goods.id}`, {
      version: goods.version,
      title: '星河视频',
      skus: [{ id: goods.skus[0]?.id, title: '月卡', priceFen: 0, tiers: [{ minQty: 200, unitPriceFen: 0 }] }],
      formFields: [{ key: 'account', labelZh: '账号', type: 'text', pattern: '(a+)+' }],
    })
    expect(bad.status).toBe(422)
    expect(
      ((await bad.json()) as { errors: { path: string; code: string }[] }).errors.map(({ path, code }) => [path, code]),
    ).toEqual([
      ['formFields.0.pattern', 'catalog.pattern_unsupported'],
      ['skus.0.priceFen', 'catalog.zero_price_not_meant'],
      ['skus.0.tiers.0.unitPriceFen', 'catalog.tiers_not_falling'],
      ['skus.0.tiers.0.minQty', 'catalog.tier_above_limit'],
    ])

    const stale = await staff('PUT', `/api/console/goods/${goods.id}`, { version: 99, title: 'x', skus })
    expect([stale.status, ((await stale.json()) as { code: string }).code]).toEqual([409, 'common.conflict'])
    const copy = (await (await staff('POST', `/api/console/goods/${goods.id}/duplicate`)).json()) as GoodsDetail
    expect(copy).toMatchObject({ title: '星河视频（副本）', state: 'draft' })
    const list = (await (await staff('GET', '/api/console/goods?state=draft,on&sort=title')).json()) as {
      total: number
    }
    expect(list.total).toBe(2)
  })

  test('lets a reader read and nothing more, and nobody in without a session', async () => {
    const { staff } = await newShop()
    expect((await staff('GET', '/api/console/goods', undefined, 'qs_staff=reader')).status).toBe(200)
    expect((await staff('POST', '/api/console/goods', { title: 'x', skus }, 'qs_staff=reader')).status).toBe(403)
    expect((await staff('GET', '/api/console/goods', undefined, 'none=1')).status).toBe(401)
  })

  test('answers for another shop’s ids as if they did not exist, on every route', async () => {
    const ours = await newShop()
    const goods = await ours.create({ title: '我们的', skus })
    const picture = (await (await ours.upload(await somePicture('png'))).json()) as PictureRef
    const category = (await (await ours.staff('POST', '/api/console/categories', { name: '影音' })).json()) as {
      id: number
    }
    const tag = (await (await ours.staff('POST', '/api/console/tags', { name: '热卖' })).json()) as { id: number }
    const at = new Date(Date.now() + 3_600_000).toISOString()
    const change = (await (
      await ours.staff('POST', `/api/console/skus/${goods.skus[0]?.id}/price-changes`, { at, priceFen: 1 })
    ).json()) as { id: number }

    const theirs = await newShop()
    const calls: [string, string, unknown?][] = [
      ['GET', `/api/console/goods/${goods.id}`],
      ['PUT', `/api/console/goods/${goods.id}`, { version: 1, title: 'x', skus }],
      ['POST', `/api/console/goods/${goods.id}/duplicate`, {}],
      ['GET', `/api/console/goods/${goods.id}/price-changes`],
      ['POST', `/api/console/skus/${goods.skus[0]?.id}/price-changes`, { at, priceFen: 1 }],
      ['POST', `/api/console/price-changes/${change.id}/cancel`, {}],
      ['PUT', `/api/console/categories/${category.id}`, { name: 'x' }],
      ['DELETE', `/api/console/categories/${category.id}`],
      ['PUT', `/api/console/tags/${tag.id}`, { name: 'x' }],
      ['DELETE', `/api/console/tags/${tag.id}`],
      ['DELETE', `/api/console/pictures/${picture.id}`],
      ['GET', `/api/mall/goods/${goods.id}`],
      ['GET', `/files/pictures/${picture.id}`],
    ]
    for (const [method, path, json] of calls) {
      expect([method, path, (await theirs.staff(method, path, json)).status]).toEqual([method, path, 404])
    }
    const moved = await theirs.staff('POST', '/api/console/goods/shelf', { ids: [goods.id], to: 'off' })
    expect(await moved.json()).toMatchObject({ done: [], refused: [{ title: null, code: 'common.not_found' }] })
  })

  test('exports an Excel file', async () => {
    const { staff, create } = await newShop()
    await create({ title: '=HYPERLINK("x")', skus })
    const answer = await staff('GET', '/api/console/goods/export.xlsx')
    expect(answer.headers.get('content-disposition')).toContain(encodeURIComponent('商品.xlsx'))
    expect(
      Buffer.from(await answer.arrayBuffer())
        .subarray(0, 2)
        .toString(),
    ).toBe('PK')
  })
})

describe('pictures', () => {
  test('of every kind become WebP in the kept widths, upright and without metadata', async () => {
    const { upload, visit } = await newShop()
    const phone = await sharp(await somePicture('jpeg', { width: 3000, height: 2000 }))
      .withMetadata({ orientation: 6 })
      .withExif({ IFD3: { GPSLatitude: '31/1 13/1 0/1' } })
      .jpeg()
      .toBuffer()
    const picture = (await (await upload(phone)).json()) as PictureRef
    expect(picture).toMatchObject({ width: 2000, height: 3000, color: expect.stringMatching(/^#3[0-9a-f]6[0-9a-f]c/) })
    for (const [asked, given] of [
      [1, 160],
      [160, 160],
      [161, 320],
      [640, 640],
      [1280, 1280],
      [4000, 1280],
    ]) {
      const answer = await visit(`${picture.url}&w=${asked}`)
      expect(answer.headers.get('content-type')).toBe('image/webp')
      const { width, height, exif, orientation } = await sharp(Buffer.from(await answer.arrayBuffer())).metadata()
      expect({ width, height, exif, orientation }).toEqual({
        width: given,
        height: (given ?? 0) * 1.5,
        exif: undefined,
        orientation: undefined,
      })
    }
    for (const format of ['png', 'gif', 'webp', 'avif'] as const) {
      expect([format, (await upload(await somePicture(format, { width: 90, height: 60 }))).status]).toEqual([
        format,
        200,
      ])
    }
  })

  test('are the same for the same bytes, even when they come at the same time', async () => {
    const { upload, staff } = await newShop()
    const bytes = await somePicture('png')
    const answers = await Promise.all([1, 2, 3, 4].map(async () => (await (await upload(bytes)).json()) as PictureRef))
    expect(new Set(answers.map(({ url }) => url)).size).toBe(1)
    expect(await (await staff('GET', '/api/console/pictures')).json()).toMatchObject({
      total: 1,
      items: [{ usedBy: 0 }],
    })
  })

  test('are cached for ever under their hash, and asked again by ETag without it', async () => {
    const { upload, visit } = await newShop()
    const { id, url } = (await (await upload(await somePicture('png'))).json()) as PictureRef
    const first = await visit(`${url}&w=320`)
    expect(first.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect((await visit(`/files/pictures/${id}?v=00000000`)).headers.get('cache-control')).toBe('public, max-age=300')
    const etag = first.headers.get('etag') ?? ''
    const again = await fetch(first.url, { headers: { 'if-none-match': etag } })
    expect([again.status, await again.text()]).toEqual([304, ''])
  })

  test('that are none, broken, bombs or too large are refused with a sentence', async () => {
    const { upload } = await newShop()
    const refused = async (bytes: Buffer) => {
      const answer = await upload(bytes)
      return [answer.status, ((await answer.json()) as { code: string }).code]
    }
    const notAPicture = [415, 'catalog.not_a_picture']
    expect(
      await refused(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')),
    ).toEqual(notAPicture)
    expect(await refused(Buffer.from('%PDF-1.7 not a picture at all'))).toEqual(notAPicture)
    expect(await refused(Buffer.alloc(0))).toEqual(notAPicture)
    expect(await refused((await somePicture('jpeg')).subarray(0, 400))).toEqual(notAPicture)
    expect(await refused(Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), randomBytes(5_000)]))).toEqual(notAPicture)
    expect(await refused(pngBomb(30_000))).toEqual([422, 'catalog.picture_too_many_pixels'])
    expect(await refused(Buffer.alloc(11 * 1024 * 1024))).toEqual([413, 'common.body_too_large'])
  })

  test('in use cannot be deleted; unused ones can', async () => {
    const { upload, staff, create } = await newShop()
    const { id } = (await (await upload(await somePicture('png'))).json()) as PictureRef
    const goods = await create({ title: 'x', skus, pictureIds: [id] })
    expect(goods.pictures[0]).toMatchObject({ id, width: 900 })
    expect((await staff('DELETE', `/api/console/pictures/${id}`)).status).toBe(409)
    const { id: unused } = (await (
      await upload(await somePicture('png', { background: '#ff0000' }))
    ).json()) as PictureRef
    expect((await staff('DELETE', `/api/console/pictures/${unused}`)).status).toBe(200)
  })
})

/** A valid PNG header and stream of a few KB that unpacks to `side`² pixels. */
function pngBomb(side: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const head = Buffer.alloc(4)
    head.writeUInt32BE(data.length)
    const sum = Buffer.alloc(4)
    sum.writeUInt32BE(crc32(body))
    return Buffer.concat([head, body, sum])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header.set([1, 0, 0, 0, 0], 8)
  const rows = deflateSync(Buffer.alloc((Math.ceil(side / 8) + 1) * 1_000))
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))])
}

describe('the mall', () => {
  test('shows what is on sale with its price from and its stock in the shop’s words', async () => {
    const { create, visit, stock, staff } = await newShop()
    const { id: categoryId } = (await (
      await staff('POST', '/api/console/categories', { name: '影音会员' })
    ).json()) as { id: number }
    const plenty = await create({
      title: '充足',
      categoryId,
      tags: ['热卖'],
      skus: [
        { title: 'a', priceFen: 900, marketPriceFen: 1200 },
        { title: 'b', priceFen: 2900 },
      ],
    })
    const few = await create({ title: '少量', stockDisplay: 'words', skus })
    const exact = await create({ title: '精确', stockDisplay: 'exact', skus })
    const hidden = await create({ title: '隐藏', stockDisplay: 'hidden', skus })
    const out = await create({ title: '售罄', stockDisplay: 'exact', skus })
    await create({ title: '草稿', shelf: 'draft', skus })
    await create({ title: '未到', onAt: new Date(Date.now() + 3_600_000).toISOString(), skus })
    await stock(plenty.skus[1]?.id, 100)
    await stock(few.skus[0]?.id, 3)
    await stock(exact.skus[0]?.id, 7)
    await stock(hidden.skus[0]?.id, 7)

    const { items } = (await (await visit('/api/mall/goods')).json()) as { items: MallGoodsCard[] }
    expect(Object.fromEntries(items.map(({ title, stock }) => [title, stock]))).toEqual({
      充足: { display: 'words', state: 'available', level: 'plenty', count: null },
      少量: { display: 'words', state: 'available', level: 'few', count: null },
      精确: { display: 'exact', state: 'available', level: null, count: 7 },
      隐藏: { display: 'hidden', state: 'available', level: null, count: null },
      售罄: { display: 'exact', state: 'sold_out', level: null, count: 0 },
    })
    expect(items.find(({ id }) => id === plenty.id)).toMatchObject({
      priceFromFen: 900,
      priceToFen: 2900,
      marketPriceFen: 1200,
      tags: [{ name: '热卖' }],
    })
    expect(await (await visit('/api/mall/shelves')).json()).toMatchObject({
      categories: [{ id: categoryId, goodsCount: 1 }],
      tags: [{ name: '热卖', goodsCount: 1 }],
    })

    const page = (await (await visit(`/api/mall/goods/${exact.id}`)).json()) as MallGoods
    expect(page).toMatchObject({
      sellable: true,
      reason: null,
      skus: [{ priceFen: 1990, maxQty: 7, stock: { count: 7 } }],
    })
    const text = JSON.stringify([items, page])
    expect(text).not.toMatch(/cost|held|lowStock/i)
    expect((await (await visit(`/api/mall/goods/${out.id}`)).json()) as MallGoods).toMatchObject({
      skus: [{ maxQty: 0 }],
    })
  })

  test('pages without gaps or repeats in every order, and finds words anywhere', async () => {
    const { create, visit } = await newShop()
    for (let n = 0; n < 7; n++) {
      await create({
        title: `商品 ${n}`,
        position: n % 3,
        tags: [n % 2 ? '单' : '双'],
        skus: [{ title: 'a', priceFen: 100 + (n % 4) }],
      })
    }
    const walk = async (query: string) => {
      const seen: MallGoodsCard[] = []
      for (let cursor: string | null = ''; cursor !== null; ) {
        const answer = await visit(`/api/mall/goods?limit=2&${query}${cursor === '' ? '' : `&cursor=${cursor}`}`)
        const { items, next } = (await answer.json()) as { items: MallGoodsCard[]; next: string | null }
        seen.push(...items)
        cursor = next
      }
      return seen
    }
    for (const sort of ['recommended', 'newest', 'priceAsc', 'priceDesc']) {
      expect(new Set((await walk(`sort=${sort}`)).map(({ id }) => id)).size).toBe(7)
    }
    const prices = (await walk('sort=priceAsc')).map(({ priceFromFen }) => priceFromFen)
    expect(prices).toEqual([...prices].sort((a, b) => a - b))
    expect((await walk(`q=${encodeURIComponent('商品 双')}`)).length).toBe(4)
    expect((await visit('/api/mall/goods?cursor=nonsense')).status).toBe(400)
  })

  test('shows an edit with the next request, and keeps old links alive with the reason', async () => {
    const { create, visit, staff } = await newShop()
    const goods = await create({ title: '旧名', skus })
    const read = async () => (await (await visit(`/api/mall/goods/${goods.id}`)).json()) as MallGoods
    expect((await read()).title).toBe('旧名')
    await staff('PUT', `/api/console/goods/${goods.id}`, {
      version: goods.version,
      title: '新名',
      skus: [{ id: goods.skus[0]?.id, title: '月卡', priceFen: 1 }],
    })
    expect(await read()).toMatchObject({ title: '新名', skus: [{ priceFen: 1 }] })
    await staff('POST', '/api/console/goods/shelf', { ids: [goods.id], to: 'off' })
    expect(await read()).toMatchObject({ sellable: false, reason: 'off_shelf' })
    expect(((await (await visit('/api/mall/goods')).json()) as { items: unknown[] }).items).toEqual([])
  })
})
