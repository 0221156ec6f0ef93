import { SETTING_KEYS, setupRoutes, stockWord, tenancyRoutes } from '@quanshu/contract'
import { expect, test } from 'vitest'
import { openShops } from '../../../test/people/index.ts'
import { createTenant, getSettings, readSettings, resolveTenant } from './index.ts'
import { settingsFrom, shopAddressOf } from './model.ts'

const { platform, newShop } = await openShops()

test('a new shop has every setting at its default, and a save changes only what it names', async () => {
  const shop = await newShop()
  const owner = await shop.signedIn(shop.owner)
  const before = await owner.call(tenancyRoutes.getSettings)
  expect(Object.keys(before.body.values).sort()).toEqual([...SETTING_KEYS].sort())
  expect(before.body.values['orders.holdMinutes']).toBe(15)
  expect((await getSettings(platform, shop.tenantId))['shop.name']).toBe('我的小店')
  const saved = await owner.call(tenancyRoutes.saveSettings, {
    body: { values: { 'shop.name': '星卡店', 'orders.holdMinutes': 5 }, versions: before.body.versions },
  })
  expect(saved.body.values).toEqual({ ...before.body.values, 'shop.name': '星卡店', 'orders.holdMinutes': 5 })
  // The cache of this process does not keep the old ones.
  expect((await getSettings(platform, shop.tenantId))['shop.name']).toBe('星卡店')
  expect((await platform.db.read(shop.ctx, readSettings))['orders.holdMinutes']).toBe(5)
  expect((await shop.browser().call(tenancyRoutes.getShop)).body).toMatchObject({
    slug: shop.slug,
    name: '星卡店',
    locale: null,
  })
})

test('the mall is told a language once the shop chose one, be it the default', async () => {
  const shop = await newShop()
  const owner = await shop.signedIn(shop.owner)
  const told = async () => (await shop.browser().call(tenancyRoutes.getShop)).body.locale
  expect(await told()).toBeNull()
  const { versions } = (await owner.call(tenancyRoutes.getSettings)).body
  await owner.call(tenancyRoutes.saveSettings, { body: { values: { 'shop.locale': 'zh-CN' }, versions } })
  expect(await told()).toBe('zh-CN')
})

test('of two people who save one setting at once, the second is told; different settings do not meet', async () => {
  const shop = await newShop()
  const owner = await shop.signedIn(shop.owner)
  const { versions } = (await owner.call(tenancyRoutes.getSettings)).body
  const save = (values: object) => owner.call(tenancyRoutes.saveSettings, { body: { values, versions } })
  const answers = await Promise.all([
    save({ 'shop.name': '甲' }),
    save({ 'shop.name': '乙' }),
    save({ 'shop.contact': '微信' }),
  ])
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 409])
  expect(answers[2]?.status).toBe(200)
  // All or none: the stale name takes the new contact down with it.
  expect((await save({ 'shop.name': '丙', 'shop.announcement': '新' })).code).toBe('common.conflict')
  expect((await owner.call(tenancyRoutes.getSettings)).body.values['shop.announcement']).toBe('')
})

test.each([
  [{ 'orders.holdMinutes': 0 }, 'values.orders.holdMinutes'],
  [{ 'stock.words': { plentyFrom: 5, someFrom: 5 } }, 'values.stock.words.someFrom'],
  [{ 'shop.logoUrl': 'javascript:alert(1)' }, 'values.shop.logoUrl'],
  [{ 'no.such': 1 }, 'values.no.such'],
  [{}, 'values'],
])('a setting that is not allowed is refused: %j', async (values, path) => {
  const shop = await newShop()
  const owner = await shop.signedIn(shop.owner)
  const answer = await owner.call(tenancyRoutes.saveSettings, { body: { values, versions: {} } })
  expect(answer.status).toBe(422)
  expect((answer.body as unknown as { errors: { path: string }[] }).errors[0]?.path).toBe(path)
})

test('a stored value that no longer fits gives way to the default', () => {
  expect(settingsFrom([{ key: 'orders.holdMinutes', value: 99_999, version: 1 }])['orders.holdMinutes']).toBe(15)
})

test('a shop is found by its path, by its own domain, and by nothing else', async () => {
  const shop = await newShop()
  const resolve = resolveTenant(platform)
  const domain = `${shop.slug}.example.test`
  await platform.owner.query('update tenancy.tenants set domain = $2 where id = $1', [shop.tenantId, domain])
  const found = { tenantId: shop.tenantId, slug: shop.slug }
  expect(await resolve('anything.test', shop.slug)).toEqual(found)
  expect(await resolve(domain.toUpperCase(), undefined)).toEqual(found)
  expect(await resolve(domain, 'no-such-shop')).toBeUndefined()
  await newShop()
  expect(await resolve('anything.test', undefined)).toBeUndefined()
  await platform.owner.query(`update tenancy.tenants set status = 'closed' where id = $1`, [shop.tenantId])
  await expect(resolve(domain, undefined)).rejects.toMatchObject({ code: 'tenancy.shop_closed' })
})

test('a shop is opened with all it needs or not at all', async () => {
  const slug = 'half-made'
  const failing = async () => {
    throw new Error('no foundation')
  }
  await expect(createTenant(platform, { slug, name: 'x' }, [failing])).rejects.toThrow('no foundation')
  expect((await platform.owner.query('select 1 from tenancy.tenants where slug = $1', [slug])).rows).toEqual([])
  await createTenant(platform, { slug, name: 'x' }, [])
  await expect(createTenant(platform, { slug, name: 'x' }, [])).rejects.toMatchObject({
    code: 'tenancy.slug_taken',
    params: { slug },
  })
  const domain = 'half-made.example.test'
  await createTenant(platform, { slug: 'half-made-too', name: 'x', domain }, [])
  await expect(createTenant(platform, { slug: 'half-made-3', name: 'x', domain }, [])).rejects.toMatchObject({
    code: 'tenancy.domain_taken',
    params: { domain },
  })
  await expect(createTenant(platform, { slug: 'Ä', name: 'x' }, [])).rejects.toMatchObject({ code: 'tenancy.bad_slug' })
})

test('the application changes no other shop’s row, and the guide ticks what is done', async () => {
  const [shop, other] = [await newShop(), await newShop()]
  await platform.db.write(shop.ctx, async (tx) => {
    const answer = await tx.db
      .updateTable('tenancy.tenants')
      .set({ name: 'taken over' })
      .where('id', '=', other.tenantId)
      .executeTakeFirst()
    expect(Number(answer.numUpdatedRows)).toBe(0)
  })
  const owner = await shop.signedIn(shop.owner)
  expect((await owner.call(setupRoutes.getGuide)).body).toEqual({
    steps: [{ step: 'shop', done: false }],
    doneCount: 0,
    dismissed: false,
  })
  await owner.call(tenancyRoutes.saveSettings, { body: { values: { 'shop.name': '店' }, versions: {} } })
  expect((await owner.call(setupRoutes.getGuide)).body.doneCount).toBe(1)
})

test('stock in words: sold out is 0 and nothing else', () => {
  const words = { plentyFrom: 100, someFrom: 10 }
  expect([0, 1, 9, 10, 99, 100].map((count) => stockWord(count, words))).toEqual([
    'none',
    'few',
    'few',
    'some',
    'some',
    'plenty',
  ])
})

test.each([
  ['http://localhost:8080', undefined, 'http://localhost:8080/s/my-shop'],
  ['https://shops.example.test/quanshu', undefined, 'https://shops.example.test/quanshu/s/my-shop'],
  ['https://shops.example.test', 'Cards.Example.test', 'https://cards.example.test'],
  ['http://localhost:8080', 'cards.example.test', 'http://cards.example.test:8080'],
] as const)('below %s a shop with the domain %s is found at %s', (publicUrl, domain, address) => {
  expect(shopAddressOf(publicUrl, 'my-shop', domain)).toBe(address)
})
