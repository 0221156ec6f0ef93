import { createHash, randomUUID } from 'node:crypto'
import { startKasushou } from '@quanshu/sim/kasushou'
import { afterAll, describe, expect, test } from 'vitest'
import { supplierAdapters } from '../../src/modules/suppliers/index.ts'
import { openHouse, type Shop, until } from './shop.ts'

/** A shop's own supplier profiles: checked, kept in versions, tried without being sent, and spoken. */

const house = await openHouse({ supplierAdapters })
const standIn = await startKasushou({ host: '127.0.0.1' })
afterAll(() => standIn.close())
const { userId, apiKey } = standIn.credentials
const shop = await house.newShop()

const { items: shipped } = await shop.staff.call('suppliers.shippedProfiles', {})
const kasushou = shipped.find(({ key }) => key === 'kasushou')?.source ?? ''
const copied = (id: string) => kasushou.replace('"id": "kasushou"', `"id": "${id}"`).replace('卡速售 2.0', '我的卡速售')

const create = (source: string, by: Shop = shop) =>
  by.staff.call('suppliers.createProfile', { body: { source, note: '复制' } }, { idempotencyKey: randomUUID() })
const faultsOf = async (source: string) =>
  (await shop.staff.call('suppliers.checkProfile', { body: { source } })).faults.map(
    ({ line, path, code }) => `${line} ${path} ${code}`,
  )
const joinedBy = (adapter: string, name: string) =>
  shop.staff.call(
    'suppliers.create',
    {
      body: {
        name,
        adapter,
        baseUrl: standIn.url,
        identity: userId,
        secrets: { key: apiKey },
        concurrent: 8,
        perMinute: 60_000,
      },
    },
    { idempotencyKey: randomUUID() },
  )

describe('the check of a profile', () => {
  test('every shipped one passes, and a copy is kept', async () => {
    expect(shipped.length).toBe(8)
    for (const { source } of shipped) expect(await faultsOf(source)).toEqual([])
  })

  test.each([
    ['no JSON', '{\n  "id": x\n}', '2  supplier_profile.json_symbol'],
    ['a comma missing', '{\n  "id": "a"\n  "nameZh": "b"\n}', '3  supplier_profile.json_comma'],
    ['a name twice', '{\n  "id": "a",\n  "id": "b"\n}', '3 id supplier_profile.json_twice'],
    ['an object’s own workings', '{\n  "__proto__": {}\n}', '2 __proto__ supplier_profile.name_refused'],
    ['too deep', `{"a":${'['.repeat(40)}${']'.repeat(40)}}`, '1  supplier_profile.json_deep'],
    ['too deep and never closed', '['.repeat(60_000), '1  supplier_profile.json_deep'],
    ['too long', `[${'1,'.repeat(10_000)}1]`, '1  supplier_profile.json_long'],
  ])('names the line of %s', async (_what, source, expected) => {
    expect(await faultsOf(source)).toContain(expected)
  })

  test.each([
    ['a header of the connection', '"to": "UserId"', '"to": "Transfer-Encoding"', 'common.0.to', 'header_reserved'],
    ['a field called __proto__', '"to": "quantity"', '"to": "a.__proto__.b"', 'place.fields.1.to', 'name_refused'],
    ['our number left out', '"from": "no"', '"from": "remoteNo"', 'place.fields', 'own_number_missing'],
  ])('refuses %s at its line', async (_what, from, to, path, code) => {
    const faults = await shop.staff.call('suppliers.checkProfile', { body: { source: kasushou.replaceAll(from, to) } })
    const fault = faults.faults.find((one) => one.path === path)
    expect(fault?.code).toBe(`supplier_profile.${code}`)
    const line = kasushou.replaceAll(from, to).split('\n')[(fault?.line ?? 0) - 1] ?? ''
    expect(line).toContain(code === 'own_number_missing' ? '"fields"' : to)
  })

  test('an unknown word is shown where it stands, in the person’s language', async () => {
    const source = kasushou.replace('"sortedJson"', '"sortedJsom"')
    const { faults } = await shop.visitor({ locale: 'en', sameAs: shop.staff }).call('suppliers.checkProfile', {
      body: { source },
    })
    expect(faults[0]).toMatchObject({
      path: 'sortedJsom',
      code: 'unrecognized_keys',
      message: expect.stringMatching(/key/i),
    })
    expect(source.split('\n')[(faults[0]?.line ?? 0) - 1]).toContain('sortedJsom')
  })
})

describe('versions', () => {
  test('a supplier stays with its version until it is moved, and goes on in the new one', async () => {
    const profile = await create(copied('versions'))
    const { id } = await joinedBy(`profile:${profile.id}`, '自有模板')
    await shop.staff.call('suppliers.sync', { params: { supplierId: id }, body: {} })
    await until('its products', async () => {
      const { items } = await shop.staff.call('suppliers.listProducts', { query: { supplierId: id } })
      expect((await shop.staff.call('suppliers.read', { params: { supplierId: id } })).syncError).toBeNull()
      return items.length > 0 || undefined
    })
    const broken = copied('versions').replace('/api/v1/user/info', '/api/v1/nowhere')
    const saved = await shop.staff.call('suppliers.saveProfile', {
      params: { profileId: profile.id },
      body: { source: broken, note: '换余额接口', after: 1 },
    })
    expect(saved).toMatchObject({ latest: 2, versions: [{ version: 2 }, { version: 1, suppliers: 1 }] })
    const tested = () => shop.staff.call('suppliers.test', { params: { supplierId: id }, body: {} })
    expect(await tested()).toMatchObject({ ok: true })
    expect(await shop.staff.call('suppliers.read', { params: { supplierId: id } })).toMatchObject({
      adapterName: { zh: '我的卡速售' },
      profile: { id: profile.id, version: 1, latest: 2 },
    })
    const adopt = (version: number) =>
      shop.staff.call('suppliers.adoptProfile', {
        params: { profileId: profile.id },
        body: { supplierId: id, version },
      })
    await adopt(2)
    expect(await tested()).toMatchObject({ ok: false })
    await adopt(1)
    expect(await tested()).toMatchObject({ ok: true })
    await expect(adopt(3)).rejects.toMatchObject({ status: 404 })
    // What was kept is what was sent, byte for byte, and cannot be changed even by the program's own sign-in.
    const first = await shop.staff.call('suppliers.readProfileVersion', {
      params: { profileId: profile.id, version: 1 },
    })
    expect(first.source).toBe(copied('versions'))
    const [privilege] = await house.query<{ may: boolean }>(
      `select has_table_privilege('quanshu_app', 'suppliers.profile_versions', 'update') as may`,
    )
    expect(privilege?.may).toBe(false)
    await expect(
      shop.staff.call('suppliers.removeProfile', { params: { profileId: profile.id } }),
    ).rejects.toMatchObject({ code: 'suppliers.profile_used' })
  })

  test('two who change the same version: the second is told, and nothing of the first is lost', async () => {
    const profile = await create(copied('rivals'))
    const save = (note: string) =>
      shop.staff.call('suppliers.saveProfile', {
        params: { profileId: profile.id },
        body: { source: copied('rivals'), note, after: 1 },
      })
    const outcomes = await Promise.allSettled([save('甲'), save('乙')])
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'suppliers.profile_moved' },
    })
  })

  test('its id is its own, and stays', async () => {
    const profile = await create(copied('stays'))
    await expect(create(copied('stays'))).rejects.toMatchObject({ code: 'suppliers.profile_invalid' })
    await expect(create(kasushou)).rejects.toMatchObject({ code: 'suppliers.profile_invalid' })
    await expect(
      shop.staff.call('suppliers.saveProfile', {
        params: { profileId: profile.id },
        body: { source: copied('other'), note: '改名', after: 1 },
      }),
    ).rejects.toMatchObject({ code: 'suppliers.profile_invalid' })
    await shop.staff.call('suppliers.removeProfile', { params: { profileId: profile.id } })
    await create(copied('stays'))
  })

  test('one shop’s profile joins nobody at another', async () => {
    const profile = await create(copied('ours'))
    const neighbour = await house.newShop()
    await create(copied('ours'), neighbour)
    await expect(
      neighbour.staff.call(
        'suppliers.create',
        {
          body: {
            name: '邻居',
            adapter: `profile:${profile.id}`,
            baseUrl: standIn.url,
            identity: 'x',
            secrets: { key: 'x' },
            concurrent: 1,
            perMinute: 1,
          },
        },
        { idempotencyKey: randomUUID() },
      ),
    ).rejects.toMatchObject({ code: 'suppliers.adapter_unknown' })
  })
})

describe('the dry run', () => {
  const trial = (more: Record<string, unknown>) =>
    shop.staff.call('suppliers.tryProfile', {
      body: {
        source: copied('dry'),
        operation: 'place',
        baseUrl: 'https://supplier.example',
        identity: '10001',
        settings: {},
        secrets: { key: 'sample-secret' },
        at: '2026-01-02T03:04:05.000Z',
        sample: {
          no: '26010200000000010101',
          remoteId: '77',
          quantity: 2,
          ceilingHao: 123_400,
          fields: { account: '13800000000' },
        },
        ...more,
      } as never,
    })

  test('shows the text that is signed with the secret masked, and the signature that the true one makes', async () => {
    const { request } = await trial({})
    const stamp = String(Date.parse('2026-01-02T03:04:05.000Z'))
    expect(request?.signedText).toBe(`${stamp}${request?.body}******`)
    expect(request?.signature).toBe(createHash('sha1').update(`${stamp}${request?.body}sample-secret`).digest('hex'))
    expect(request?.url).toBe('https://supplier.example/api/v1/order/buy')
    expect(request?.headers).toMatchObject({ userid: '10001', sign: request?.signature })
    expect(JSON.stringify(request)).not.toContain('sample-secret')
  })

  test('reads a pasted answer: state, number, cost, cards', async () => {
    const answer = {
      code: 200,
      data: {
        external_orderno: '26010200000000010101',
        ordersn: 'K1',
        status: 3,
        total_price: '24.68',
        card_list: [
          { card_no: 'A1', card_password: 'P1' },
          { card_no: 'A2', card_password: 'P2' },
        ],
      },
    }
    const { reading } = await trial({
      sample: { no: '26010200000000010101', remoteId: '77', quantity: 2, kind: 'card' },
      answer: { body: JSON.stringify(answer) },
    })
    expect(reading).toMatchObject({
      outcome: 'done',
      facts: { remoteNo: 'K1', cost: '24.6800' },
      cards: [
        { number: 'A1', secret: 'P1' },
        { number: 'A2', secret: 'P2' },
      ],
    })
    const refusal = await trial({ answer: { body: '{"code":400,"msg":"库存不足"}' } })
    expect(refusal.reading).toMatchObject({ outcome: 'refused', facts: { about: 'stock' } })
    expect((await trial({ answer: { body: '<html>' } })).reading).toMatchObject({ outcome: 'unknown' })
  })

  test('reads a pasted callback: whether it is genuine, what it names, and what is answered byte for byte', async () => {
    const time = String(Date.parse('2026-01-02T03:04:05.000Z'))
    const fields = { external_orderno: '26010200000000010101', ordersn: 'K1', status: 3, time: Number(time) }
    const sorted = JSON.stringify(Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))))
    const sign = createHash('sha1').update(`${time}${sorted}sample-secret`).digest('hex')
    const good = await trial({ callback: { body: JSON.stringify({ ...fields, sign }) } })
    expect(good.callback).toMatchObject({
      accepted: true,
      verdict: 'order',
      facts: { no: '26010200000000010101', claim: 'done' },
      expected: sign,
      given: sign,
      signedText: `${time}${sorted}******`,
      reply: { status: 200, body: 'ok' },
    })
    const forged = await trial({ callback: { body: JSON.stringify({ ...fields, status: 4, sign }) } })
    expect(forged.callback).toMatchObject({ accepted: false, verdict: 'bad_signature', reply: { status: 400 } })
  })

  test('needs the right to manage suppliers, and says what is wrong instead of running', async () => {
    const reader = await shop.hire(['suppliers.read'])
    await expect(reader.call('suppliers.checkProfile', { body: { source: kasushou } })).rejects.toMatchObject({
      status: 403,
    })
    const { faults, request } = await trial({ source: '{}' })
    expect(faults.length).toBeGreaterThan(3)
    expect(request).toBeNull()
  })
})
