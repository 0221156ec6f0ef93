import { memberRoutes } from '@quanshu/contract'
import { expect, test } from 'vitest'
import { type Browser, openShops, type Shop } from '../../../test/people/index.ts'

const { platform, codes, newShop } = await openShops()
const reason = '补偿'
let lastPhone = 13_900_000_000
const newPhone = () => String(++lastPhone)

const send = (browser: Browser, phone: string) => browser.call(memberRoutes.sendCode, { body: { phone } })
const enter = (browser: Browser, phone: string, code: string) =>
  browser.call(memberRoutes.signIn, { body: { phone, code } })
const wrongCode = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

async function join(shop: Shop, phone = newPhone()) {
  const browser = shop.browser()
  await send(browser, phone)
  const { body, status } = await enter(browser, phone, codes.get(phone) ?? '')
  expect(status).toBe(200)
  return { browser, phone, id: body.id }
}

/** As if the codes had been asked for so long ago. */
const age = (shop: Shop, interval: string) =>
  platform.owner.query(`update members.sign_in_codes set created_at = created_at - $2::interval where tenant_id = $1`, [
    shop.tenantId,
    interval,
  ])

test('a code makes the member once, signs in again later, and opens once', async () => {
  const shop = await newShop()
  const { browser, phone, id } = await join(shop)
  expect((await browser.call(memberRoutes.getMe)).body).toMatchObject({
    id,
    phoneMasked: `${phone.slice(0, 3)}****${phone.slice(-4)}`,
    balanceFen: 0,
  })
  expect((await enter(shop.browser(), phone, codes.get(phone) ?? '')).code).toBe('members.wrong_code')
  await age(shop, '2 minutes')
  expect((await join(shop, phone)).id).toBe(id)
  const { rows } = await platform.owner.query(
    `select 1 from events.log where tenant_id = $1 and type = 'member.joined'`,
    [shop.tenantId],
  )
  expect(rows).toHaveLength(1)
})

test('five wrong tries kill a code, parallel ones too, and only the newest code counts', async () => {
  const shop = await newShop()
  const phone = newPhone()
  await send(shop.browser(), phone)
  const code = codes.get(phone) ?? ''
  const tries = await Promise.all(Array.from({ length: 12 }, () => enter(shop.browser(), phone, wrongCode(code))))
  expect(new Set(tries.map((answer) => answer.code))).toEqual(new Set(['members.wrong_code']))
  expect((await enter(shop.browser(), phone, code)).code).toBe('members.wrong_code')
  const { rows } = await platform.owner.query('select tries from members.sign_in_codes where tenant_id = $1', [
    shop.tenantId,
  ])
  expect(rows).toEqual([{ tries: 5 }])

  await age(shop, '2 minutes')
  await send(shop.browser(), phone)
  expect((await enter(shop.browser(), phone, code)).code).toBe(
    code === codes.get(phone) ? undefined : 'members.wrong_code',
  )
  expect((await enter(shop.browser(), phone, codes.get(phone) ?? '')).status).toBe(200)
})

test('a code lives five minutes and belongs to its phone and its shop', async () => {
  const [shop, other] = [await newShop(), await newShop()]
  const [phone, second] = [newPhone(), newPhone()]
  await send(shop.browser(), phone)
  const code = codes.get(phone) ?? ''
  await send(shop.browser(), second)
  expect((await enter(shop.browser(), second, wrongCode(codes.get(second) ?? ''))).code).toBe('members.wrong_code')
  expect((await enter(other.browser(), phone, code)).code).toBe('members.wrong_code')
  await platform.owner.query(`update members.sign_in_codes set expires_at = now() where tenant_id = $1`, [
    shop.tenantId,
  ])
  expect((await enter(shop.browser(), phone, code)).code).toBe('members.wrong_code')
})

test('codes are limited per phone, and the same is said of known and unknown phones', async () => {
  const shop = await newShop()
  const known = await join(shop)
  const soonKnown = await send(shop.browser(), known.phone)
  const phone = newPhone()
  await send(shop.browser(), phone)
  const soonUnknown = await send(shop.browser(), phone)
  expect([soonKnown.code, soonUnknown.code]).toEqual(['members.code_too_soon', 'members.code_too_soon'])
  for (let count = 0; count < 4; count++) {
    await age(shop, '2 minutes')
    expect((await send(shop.browser(), phone)).status).toBe(200)
  }
  await age(shop, '2 minutes')
  expect((await send(shop.browser(), phone)).code).toBe('members.code_limit')
  for (let count = 0; count < 5; count++) {
    await age(shop, '61 minutes')
    expect((await send(shop.browser(), phone)).status).toBe(200)
  }
  await age(shop, '61 minutes')
  expect((await send(shop.browser(), phone)).code).toBe('members.code_limit')
})

test('one address gets twenty codes an hour over all phones, counted exactly when asked at once', async () => {
  const shop = await newShop()
  const answers = await Promise.all(Array.from({ length: 30 }, () => send(shop.browser(), newPhone())))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(20)
  expect(answers.filter(({ code }) => code === 'members.code_limit')).toHaveLength(10)
})

test('no phone and no code is in the database in the open', async () => {
  const shop = await newShop()
  const { phone } = await join(shop)
  const { rows } = await platform.owner.query(
    `select m::text as line from members.members m union all select c::text from members.sign_in_codes c union all select l::text from events.log l`,
  )
  const dump = rows.map(({ line }) => line).join('\n')
  expect(dump).not.toContain(phone)
  expect(dump).not.toContain(codes.get(phone))
})

test('disabling a member ends the session; a new code says that the account is closed', async () => {
  const shop = await newShop()
  const owner = await shop.signedIn(shop.owner)
  const { browser, phone, id } = await join(shop)
  expect((await owner.call(memberRoutes.disableMember, { params: { id }, body: { reason } })).body.status).toBe(
    'disabled',
  )
  expect((await browser.call(memberRoutes.getMe)).status).toBe(401)
  await age(shop, '2 minutes')
  await send(shop.browser(), phone)
  expect((await enter(shop.browser(), phone, codes.get(phone) ?? '')).code).toBe('members.disabled')
  await owner.call(memberRoutes.enableMember, { params: { id } })
  await age(shop, '2 minutes')
  expect((await join(shop, phone)).id).toBe(id)
})

test('members see and end their own sessions only', async () => {
  const shop = await newShop()
  const first = await join(shop)
  await age(shop, '2 minutes')
  const second = await join(shop, first.phone)
  const stranger = await join(shop)
  const { items } = (await second.browser.call(memberRoutes.listMySessions)).body
  expect(items.map(({ current }) => current)).toEqual([true, false])
  const params = { id: items[1]?.id ?? 0 }
  expect((await stranger.browser.call(memberRoutes.endMySession, { params })).status).toBe(404)
  expect((await second.browser.call(memberRoutes.endMySession, { params })).status).toBe(200)
  expect((await first.browser.call(memberRoutes.getMe)).status).toBe(401)
  expect((await second.browser.call(memberRoutes.signOut)).status).toBe(200)
  expect((await second.browser.call(memberRoutes.getMe)).status).toBe(401)
})

test('staff find members by whole phone, last digits and name; the whole phone needs the right and leaves a trace', async () => {
  const shop = await newShop()
  const owner = await shop.signedIn(shop.owner)
  const clerk = await shop.signedIn(await shop.hire(['members.read']))
  const { browser, phone, id } = await join(shop)
  await join(shop)
  await browser.call(memberRoutes.saveMe, { body: { name: '100%小明' } })
  await platform.plantNeighbour(shop.tenantId)
  for (const q of [phone, phone.slice(-4), '100%小', String(id)]) {
    const { body } = await clerk.call(memberRoutes.listMembers, { query: { q } })
    expect(body.items.map((member) => member.id)).toEqual([id])
  }
  expect((await clerk.call(memberRoutes.listMembers)).body.total).toBe(2)
  expect(JSON.stringify((await clerk.call(memberRoutes.listMembers)).body)).not.toContain(phone)
  expect((await clerk.call(memberRoutes.getMember, { params: { id } })).body.phone).toBeNull()
  expect((await owner.call(memberRoutes.getMember, { params: { id } })).body).toMatchObject({ phone, sessionCount: 1 })
  const { rows } = await platform.owner.query(
    `select object_id from audit.entries where tenant_id = $1 and action = 'member.see_phone'`,
    [shop.tenantId],
  )
  expect(rows).toEqual([{ object_id: String(id) }])
  const file = await owner.call(memberRoutes.exportMembers)
  expect(
    Buffer.from(await file.response.arrayBuffer())
      .subarray(0, 2)
      .toString(),
  ).toBe('PK')
})

test('a balance moves by the ledger, once per key, never below zero, and with a reason in the log', async () => {
  const shop = await newShop()
  const owner = await shop.signedIn(shop.owner)
  const { browser, id } = await join(shop)
  const adjust = (amountFen: number, key?: string) =>
    owner.call(memberRoutes.adjustBalance, {
      params: { id },
      body: { amountFen, reason },
      ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
    })
  const repeated = await Promise.all(Array.from({ length: 5 }, () => adjust(1000, 'same-key')))
  expect(repeated.map(({ body }) => body)).toEqual(Array(5).fill({ balanceFen: 1000 }))
  expect((await adjust(2000, 'same-key')).code).toBe('common.idempotency_key_reused')
  expect((await adjust(-1001)).code).toBe('members.balance_too_low')
  const races = await Promise.all(Array.from({ length: 5 }, () => adjust(-300)))
  expect(races.filter(({ status }) => status === 200)).toHaveLength(3)
  expect((await browser.call(memberRoutes.getMe)).body.balanceFen).toBe(100)
  expect((await adjust(0)).status).toBe(422)
  const { rows } = await platform.owner.query(
    `select detail ->> 'reason' as reason from audit.entries where tenant_id = $1 and action = 'member.adjust_balance'`,
    [shop.tenantId],
  )
  expect(rows).toEqual(Array(4).fill({ reason }))
})

test('another shop’s member is not found, whatever is done to it', async () => {
  const [shop, other] = [await newShop(), await newShop()]
  const owner = await shop.signedIn(shop.owner)
  const { id, browser } = await join(other)
  const params = { id }
  const calls = [
    owner.call(memberRoutes.getMember, { params }),
    owner.call(memberRoutes.saveNote, { params, body: { note: 'x', version: 1 } }),
    owner.call(memberRoutes.disableMember, { params, body: { reason } }),
    owner.call(memberRoutes.enableMember, { params }),
    owner.call(memberRoutes.adjustBalance, { params, body: { amountFen: 1, reason } }),
  ]
  for (const answer of await Promise.all(calls)) expect(answer).toMatchObject({ status: 404, code: 'common.not_found' })
  expect((await browser.call(memberRoutes.getMe)).body.balanceFen).toBe(0)
})

test('a note is saved by version', async () => {
  const shop = await newShop()
  const owner = await shop.signedIn(shop.owner)
  const { id } = await join(shop)
  const save = () => owner.call(memberRoutes.saveNote, { params: { id }, body: { note: '老客户', version: 1 } })
  expect((await save()).body).toMatchObject({ note: '老客户', version: 2 })
  expect((await save()).code).toBe('common.conflict')
})
