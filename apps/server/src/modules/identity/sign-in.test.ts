import { identityRoutes } from '@quanshu/contract'
import { generateSync } from 'otplib'
import { expect, test } from 'vitest'
import { type Browser, openShops, type Shop } from '../../../test/people/index.ts'

let now = new Date('2026-11-22T02:00:00Z')
const { platform, newShop } = await openShops({ clock: { now: () => now } })

const tryPassword = (browser: Browser, email: string, password: string) =>
  browser.call(identityRoutes.signIn, { body: { email, password } })

/** Lets the lock run out. */
const waitOutLock = (shop: Shop) =>
  platform.owner.query(
    `update identity.sign_in_tries set locked_until = now() - interval '1 second' where tenant_id = $1`,
    [shop.tenantId],
  )

test('the right password opens a session with the person’s rights, the wrong one and a stranger get one answer', async () => {
  const shop = await newShop()
  const browser = shop.browser()
  const wrong = await tryPassword(browser, shop.owner.email, 'wrong password')
  const stranger = await tryPassword(browser, 'nobody@example.test', 'wrong password')
  expect(wrong.status).toBe(401)
  expect({ ...wrong.body, requestId: 0, instance: 0 }).toEqual({ ...stranger.body, requestId: 0, instance: 0 })

  const right = await tryPassword(browser, shop.owner.email.toUpperCase(), shop.owner.password)
  expect(right.body).toMatchObject({
    state: 'signedIn',
    me: { email: shop.owner.email, roles: [{ builtIn: 'owner' }] },
  })
  const cookie = right.headers.getSetCookie().find((line) => line.startsWith('qs_staff='))
  expect(cookie).toMatch(/HttpOnly/i)
  expect(cookie).toMatch(/SameSite=Lax/i)
  expect(cookie).toContain(`Path=/s/${shop.slug}`)
  expect((await browser.call(identityRoutes.getMe)).status).toBe(200)
})

test('after five failures the email is locked for a growing time, whether anybody has it or not', async () => {
  const shop = await newShop()
  const browser = shop.browser()
  for (const email of [shop.owner.email, 'nobody@example.test']) {
    for (let count = 0; count < 5; count++)
      expect((await tryPassword(browser, email, 'wrong')).code).toBe('identity.wrong_credentials')
    const locked = await tryPassword(browser, email, shop.owner.password)
    expect(locked.code).toBe('identity.locked')
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(50)
    await waitOutLock(shop)
    expect((await tryPassword(browser, email, 'wrong')).code).toBe('identity.wrong_credentials')
    const again = await tryPassword(browser, email, 'wrong')
    expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(110)
  }
  await waitOutLock(shop)
  expect((await tryPassword(browser, shop.owner.email, shop.owner.password)).status).toBe(200)
  // A success clears the count.
  expect((await tryPassword(browser, shop.owner.email, 'wrong')).code).toBe('identity.wrong_credentials')
  expect((await tryPassword(browser, shop.owner.email, shop.owner.password)).status).toBe(200)
})

test('forty guesses at once are five tries', async () => {
  const shop = await newShop()
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) => tryPassword(shop.browser(), shop.owner.email, `guess ${index}`)),
  )
  const codes = answers.map(({ code }) => code)
  expect(codes.filter((code) => code === 'identity.wrong_credentials')).toHaveLength(5)
  expect(codes.filter((code) => code === 'identity.locked')).toHaveLength(35)
})

test('a session token planted before sign-in is worth nothing afterwards', async () => {
  const shop = await newShop()
  const browser = shop.browser()
  browser.cookies.set('qs_staff', 'planted-by-somebody')
  await tryPassword(browser, shop.owner.email, shop.owner.password)
  const first = browser.cookies.get('qs_staff') ?? ''
  expect(first).not.toBe('planted-by-somebody')
  await tryPassword(browser, shop.owner.email, shop.owner.password)
  expect(browser.cookies.get('qs_staff')).not.toBe(first)
  // The session that the browser had before is over.
  browser.cookies.set('qs_staff', first)
  expect((await browser.call(identityRoutes.getMe)).status).toBe(401)
})

test('a session of one shop opens nothing in another', async () => {
  const [shop, other] = [await newShop(), await newShop()]
  const mine = await shop.signedIn(shop.owner)
  const browser = other.browser()
  browser.cookies.set('qs_staff', mine.cookies.get('qs_staff') ?? '')
  expect((await browser.call(identityRoutes.getMe)).status).toBe(401)
})

test('sign-out ends the session for every copy of the cookie', async () => {
  const shop = await newShop()
  const browser = await shop.signedIn(shop.owner)
  const copy = shop.browser()
  copy.cookies.set('qs_staff', browser.cookies.get('qs_staff') ?? '')
  expect((await copy.call(identityRoutes.getMe)).status).toBe(200)
  expect((await browser.call(identityRoutes.signOut)).status).toBe(200)
  expect(browser.cookies.has('qs_staff')).toBe(false)
  expect((await copy.call(identityRoutes.getMe)).status).toBe(401)
})

test('a session is over after its idle time and after its absolute time', async () => {
  const shop = await newShop()
  const browser = await shop.signedIn(shop.owner)
  const age = (column: string, interval: string) =>
    platform.owner.query(
      `update identity.sessions set ${column} = now() - interval '${interval}' where tenant_id = $1`,
      [shop.tenantId],
    )
  await age('last_seen_at', '11 hours')
  expect((await browser.call(identityRoutes.getMe)).status).toBe(200)
  // The visit counted.
  const { rows } = await platform.owner.query<{ fresh: boolean }>(
    `select last_seen_at > now() - interval '1 minute' as fresh from identity.sessions where tenant_id = $1`,
    [shop.tenantId],
  )
  expect(rows).toEqual([{ fresh: true }])
  await age('last_seen_at', '13 hours')
  expect((await browser.call(identityRoutes.getMe)).status).toBe(401)
  await age('last_seen_at', '1 minute')
  await age('expires_at', '1 second')
  expect((await browser.call(identityRoutes.getMe)).status).toBe(401)
  await platform.db.callGlobal('identity.sweep', 1000)
  const left = await platform.owner.query('select 1 from identity.sessions where tenant_id = $1', [shop.tenantId])
  expect(left.rows).toEqual([])
})

async function withTwoFactor(shop: Shop) {
  const browser = await shop.signedIn(shop.owner)
  const begun = await browser.call(identityRoutes.enrolTotp, { body: { password: shop.owner.password } })
  const { secret } = begun.body
  const code = () => generateSync({ secret, epoch: Math.floor(now.getTime() / 1000) })
  const confirmed = await browser.call(identityRoutes.confirmTotp, { body: { code: code() } })
  expect(confirmed.status).toBe(200)
  now = new Date(now.getTime() + 30_000)
  return { browser, secret, code, recoveryCodes: confirmed.body.recoveryCodes, otpauthUrl: begun.body.otpauthUrl }
}

async function ticketFor(shop: Shop, browser: Browser): Promise<string> {
  const answer = await tryPassword(browser, shop.owner.email, shop.owner.password)
  expect(answer.body).toMatchObject({ state: 'secondFactor' })
  expect(browser.cookies.has('qs_staff')).toBe(false)
  return answer.body.state === 'secondFactor' ? answer.body.ticket : ''
}

test('with two-factor on, the password alone opens nothing, and one code opens once', async () => {
  const shop = await newShop()
  const { code, recoveryCodes, otpauthUrl, secret } = await withTwoFactor(shop)
  expect(otpauthUrl).toContain(`secret=${secret}`)
  expect(recoveryCodes).toHaveLength(10)
  const browser = shop.browser()
  const enter = async (typed: string) =>
    await browser.call(identityRoutes.secondFactor, { body: { ticket: await ticketFor(shop, browser), code: typed } })
  const current = code()
  const opened = await enter(current)
  expect(opened.body).toMatchObject({ state: 'signedIn', me: { twoFactor: true, recoveryCodesLeft: 10 } })
  browser.cookies.clear()
  expect((await enter(current)).code).toBe('identity.wrong_second_factor')
  browser.cookies.clear()

  const [recovery = ''] = recoveryCodes
  const byRecovery = await enter(recovery.toUpperCase().replace('-', ' '))
  expect(byRecovery.body).toMatchObject({ state: 'signedIn', me: { recoveryCodesLeft: 9 } })
  browser.cookies.clear()
  expect((await enter(recovery)).code).toBe('identity.wrong_second_factor')
})

test('a ticket is no session, dies after use, and guessing codes locks the email', async () => {
  const shop = await newShop()
  const { code } = await withTwoFactor(shop)
  const browser = shop.browser()
  const ticket = await ticketFor(shop, browser)
  browser.cookies.set('qs_staff', ticket)
  expect((await browser.call(identityRoutes.getMe)).status).toBe(401)
  browser.cookies.clear()
  const body = { ticket, code: code() }
  expect((await browser.call(identityRoutes.secondFactor, { body })).status).toBe(200)
  expect((await browser.call(identityRoutes.secondFactor, { body })).code).toBe('identity.ticket_expired')

  browser.cookies.clear()
  const second = await ticketFor(shop, browser)
  const codes: (string | undefined)[] = []
  for (let count = 0; count < 6; count++) {
    codes.push((await browser.call(identityRoutes.secondFactor, { body: { ticket: second, code: '000000' } })).code)
  }
  expect(codes.slice(0, 4)).toEqual(Array(4).fill('identity.wrong_second_factor'))
  expect(codes.slice(4)).toEqual(['identity.locked', 'identity.ticket_expired'])
})

test('neither passwords, secrets, tokens nor codes are in the database in the open', async () => {
  const shop = await newShop()
  const { secret, recoveryCodes } = await withTwoFactor(shop)
  const browser = shop.browser()
  const ticket = await ticketFor(shop, browser)
  const tables = await platform.owner.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('identity', 'audit', 'events', 'platform')`,
  )
  let dump = ''
  for (const { name } of tables.rows) {
    const { rows } = await platform.owner.query(`select t::text as line from ${name} t`)
    dump += rows.map(({ line }) => line).join('\n')
  }
  for (const plain of [shop.owner.password, secret, ticket, ...recoveryCodes]) {
    expect(dump).not.toContain(plain)
    expect(dump.toLowerCase()).not.toContain(Buffer.from(plain).toString('hex'))
  }
})

test('sign-ins and their failures are in the audit log, with the address they came from', async () => {
  const shop = await newShop()
  await tryPassword(shop.browser(), shop.owner.email, 'wrong')
  await tryPassword(shop.browser(), 'nobody@example.test', 'wrong')
  await shop.signedIn(shop.owner)
  const { rows } = await platform.owner.query(
    `select action, object_id, actor ->> 'kind' as actor, ip from audit.entries where tenant_id = $1 and action like 'staff.sign%' order by seq`,
    [shop.tenantId],
  )
  expect(rows).toEqual([
    { action: 'staff.sign_in_failed', object_id: String(shop.owner.id), actor: 'guest', ip: '127.0.0.1' },
    { action: 'staff.sign_in_failed', object_id: 'unknown', actor: 'guest', ip: '127.0.0.1' },
    { action: 'staff.sign_in', object_id: String(shop.owner.id), actor: 'staff', ip: '127.0.0.1' },
  ])
})
