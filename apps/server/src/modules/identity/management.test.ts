import { identityRoutes } from '@quanshu/contract'
import { expect, test } from 'vitest'
import { eventually } from '../../../test/harness/index.ts'
import { openShops, PASSWORD, type Shop } from '../../../test/people/index.ts'

const { platform, newShop } = await openShops()
const reason = 'because'

async function roleIdOf(shop: Shop, builtIn: string): Promise<number> {
  const owner = await shop.signedIn(shop.owner)
  const { body } = await owner.call(identityRoutes.listRoles)
  return body.items.find((role) => role.builtIn === builtIn)?.id ?? 0
}

test('a new employee gets a password shown once, must change it, and has no rights before', async () => {
  const shop = await newShop()
  const owner = await shop.signedIn(shop.owner)
  const roleIds = [await roleIdOf(shop, 'support')]
  const made = await owner.call(identityRoutes.createStaff, {
    body: { email: 'New@Example.test', name: '小王', roleIds },
  })
  expect(made.body.initialPassword).toMatch(/^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/)
  const again = await owner.call(identityRoutes.createStaff, {
    body: { email: 'new@example.test', name: '小王', roleIds },
  })
  expect(again.code).toBe('identity.email_taken')

  const browser = await shop.signedIn({
    id: shop.owner.id,
    email: 'new@example.test',
    password: made.body.initialPassword,
  })
  const me = await browser.call(identityRoutes.getMe)
  expect(me.body).toMatchObject({ mustChangePassword: true, permissions: [], node: { name: '测试店' } })
  expect((await browser.call(identityRoutes.listStaff)).status).toBe(403)
  const change = (current: string, next: string) =>
    browser.call(identityRoutes.changePassword, { body: { current, next } })
  expect((await change('something else', PASSWORD)).code).toBe('identity.wrong_password')
  expect((await change(made.body.initialPassword, made.body.initialPassword)).code).toBe('identity.same_password')
  expect((await change(made.body.initialPassword, '1234567890')).code).toBe('identity.weak_password')
  const changed = await change(made.body.initialPassword, PASSWORD)
  expect(changed.body).toMatchObject({ mustChangePassword: false })
  expect(changed.body.permissions).toContain('cards.reveal')
})

test('changing the password ends every other session and gives this one a new token', async () => {
  const shop = await newShop()
  const [here, there] = [await shop.signedIn(shop.owner), await shop.signedIn(shop.owner)]
  const before = here.cookies.get('qs_staff') ?? ''
  await here.call(identityRoutes.changePassword, { body: { current: PASSWORD, next: 'another good one 42' } })
  expect((await here.call(identityRoutes.getMe)).status).toBe(200)
  expect((await there.call(identityRoutes.getMe)).status).toBe(401)
  there.cookies.set('qs_staff', before)
  expect((await there.call(identityRoutes.getMe)).status).toBe(401)
})

test('a password that is reset while its owner changes it stays reset', async () => {
  const shop = await newShop()
  const browser = await shop.signedIn(shop.owner)
  const manager = await platform.owner.connect()
  try {
    await manager.query('begin')
    const reset = `update identity.staff set password_hash = 'reset' where tenant_id = $1 and id = $2`
    await manager.query(reset, [shop.tenantId, shop.owner.id])
    const changed = browser.call(identityRoutes.changePassword, {
      body: { current: PASSWORD, next: 'another good one 42' },
    })
    await eventually('it waits', async () => {
      const { rows } = await platform.owner.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
      return rows.length > 0
    })
    await manager.query('commit')
    expect((await changed).code).toBe('identity.wrong_password')
  } finally {
    await manager.query('rollback')
    manager.release()
  }
})

test('disabling somebody ends the sessions at once; a change of role counts from the next request', async () => {
  const shop = await newShop()
  const owner = await shop.signedIn(shop.owner)
  const account = await shop.hire(['staff.read'])
  const browser = await shop.signedIn(account)
  expect((await browser.call(identityRoutes.listStaff)).status).toBe(200)
  const params = { id: account.id }
  const { body: staff } = await owner.call(identityRoutes.getStaff, { params })
  const body = { name: staff.name, roleIds: [await roleIdOf(shop, 'support')], version: staff.version }
  expect((await owner.call(identityRoutes.updateStaff, { params, body })).status).toBe(200)
  expect((await browser.call(identityRoutes.listStaff)).status).toBe(403)
  expect((await owner.call(identityRoutes.updateStaff, { params, body })).code).toBe('common.conflict')

  expect((await owner.call(identityRoutes.disableStaff, { params, body: { reason } })).body.status).toBe('disabled')
  expect((await browser.call(identityRoutes.getMe)).status).toBe(401)
  const refused = await shop
    .browser()
    .call(identityRoutes.signIn, { body: { email: account.email, password: PASSWORD } })
  expect(refused.code).toBe('identity.wrong_credentials')
  await owner.call(identityRoutes.enableStaff, { params })
  expect((await (await shop.signedIn(account)).call(identityRoutes.getMe)).status).toBe(200)
})

test('nobody grants, edits or resets what goes beyond his own rights', async () => {
  const shop = await newShop()
  const manager = await shop.signedIn(await shop.hire(['staff.read', 'staff.manage']))
  const ownerRole = await roleIdOf(shop, 'owner')
  const refused = async (answer: Promise<{ readonly code: string | undefined }>) =>
    expect((await answer).code).toBe('identity.beyond_own_rights')

  const staff = { email: 'x@example.test', name: 'X' }
  await refused(manager.call(identityRoutes.createStaff, { body: { ...staff, roleIds: [ownerRole] } }))
  await refused(manager.call(identityRoutes.createRole, { body: { name: 'more', permissions: ['finance.adjust'] } }))
  const params = { id: shop.owner.id }
  await refused(manager.call(identityRoutes.disableStaff, { params, body: { reason } }))
  await refused(manager.call(identityRoutes.resetPassword, { params, body: { reason } }))
  await refused(manager.call(identityRoutes.resetTwoFactor, { params, body: { reason } }))
  const { body: owner } = await manager.call(identityRoutes.getStaff, { params })
  const mine = await manager.call(identityRoutes.createRole, { body: { name: 'mine', permissions: ['staff.read'] } })
  expect(mine.status).toBe(200)
  await refused(
    manager.call(identityRoutes.updateStaff, {
      params,
      body: { name: 'x', roleIds: [mine.body.id], version: owner.version },
    }),
  )

  // Not even for himself.
  const { body: me } = await manager.call(identityRoutes.getMe)
  const self = { id: me.id }
  const { body: own } = await manager.call(identityRoutes.getStaff, { params: self })
  const more = { name: 'x', roleIds: [ownerRole], version: own.version }
  await refused(manager.call(identityRoutes.updateStaff, { params: self, body: more }))
  await shop.signedIn(shop.owner)
  const sessions = await manager.call(identityRoutes.listSessions, { query: { staffId: shop.owner.id } })
  await refused(manager.call(identityRoutes.endSession, { params: { id: sessions.body.items[0]?.id ?? 0 } }))
})

test('one active owner always remains, also when two remove each other at the same moment', async () => {
  const shop = await newShop()
  const owner = await shop.signedIn(shop.owner)
  const ownerRole = await roleIdOf(shop, 'owner')
  const support = await roleIdOf(shop, 'support')
  const version = async (id: number) => (await owner.call(identityRoutes.getStaff, { params: { id } })).body.version
  const step = { name: 'x', roleIds: [support], version: await version(shop.owner.id) }
  const alone = await owner.call(identityRoutes.updateStaff, { params: { id: shop.owner.id }, body: step })
  expect(alone.code).toBe('identity.last_owner')

  const made = await owner.call(identityRoutes.createStaff, {
    body: { email: 'second@example.test', name: '二', roleIds: [ownerRole] },
  })
  const second = await shop.signedIn({
    id: shop.owner.id,
    email: 'second@example.test',
    password: made.body.initialPassword,
  })
  await second.call(identityRoutes.changePassword, { body: { current: made.body.initialPassword, next: PASSWORD } })
  const answers = await Promise.all([
    owner.call(identityRoutes.disableStaff, { params: { id: made.body.id }, body: { reason } }),
    second.call(identityRoutes.disableStaff, { params: { id: shop.owner.id }, body: { reason } }),
  ])
  expect(answers.map(({ status }) => status).sort()).toContain(200)
  const { rows } = await platform.owner.query(
    `select 1 from identity.staff where tenant_id = $1 and status = 'active'`,
    [shop.tenantId],
  )
  expect(rows).toHaveLength(1)
})

test('oneself cannot be disabled or reset from the desk', async () => {
  const shop = await newShop()
  const owner = await shop.signedIn(shop.owner)
  const params = { id: shop.owner.id }
  for (const route of [
    identityRoutes.disableStaff,
    identityRoutes.resetPassword,
    identityRoutes.resetTwoFactor,
  ] as const) {
    expect((await owner.call(route, { params, body: { reason } })).code).toBe('identity.not_oneself')
  }
})

test('a reset password ends sessions and takes the lock off', async () => {
  const shop = await newShop()
  const owner = await shop.signedIn(shop.owner)
  const account = await shop.hire(['board.read'])
  const browser = await shop.signedIn(account)
  for (let count = 0; count < 5; count++) {
    await shop.browser().call(identityRoutes.signIn, { body: { email: account.email, password: 'wrong' } })
  }
  const reset = await owner.call(identityRoutes.resetPassword, { params: { id: account.id }, body: { reason } })
  expect((await browser.call(identityRoutes.getMe)).status).toBe(401)
  const entered = await shop.browser().call(identityRoutes.signIn, {
    body: { email: account.email, password: reset.body.initialPassword },
  })
  expect(entered.body).toMatchObject({ state: 'signedIn', me: { mustChangePassword: true } })
})

test('sessions are seen and ended one by one, and all others at once', async () => {
  const shop = await newShop()
  const account = await shop.hire(['board.read'])
  const [first, second, third] = [
    await shop.signedIn(account),
    await shop.signedIn(account),
    await shop.signedIn(account),
  ]
  const list = await first.call(identityRoutes.listMySessions)
  expect(list.body.items.map(({ current }) => current)).toEqual([false, false, true])
  expect((await first.call(identityRoutes.endMySession, { params: { id: list.body.items[0]?.id ?? 0 } })).status).toBe(
    200,
  )
  expect((await third.call(identityRoutes.getMe)).status).toBe(401)
  expect((await first.call(identityRoutes.endMyOtherSessions)).body).toEqual({ ended: 1 })
  expect((await second.call(identityRoutes.getMe)).status).toBe(401)
  expect((await first.call(identityRoutes.getMe)).status).toBe(200)

  const owner = await shop.signedIn(shop.owner)
  const all = await owner.call(identityRoutes.listSessions)
  expect(all.body.items.map((session) => session.staff.email).sort()).toEqual([account.email, shop.owner.email].sort())
  // Another person's session is not one of mine.
  const own = all.body.items.find((session) => session.current)
  expect((await first.call(identityRoutes.endMySession, { params: { id: own?.id ?? 0 } })).status).toBe(404)
})

test('roles: built-in ones stay, names are unique, one in use cannot go', async () => {
  const shop = await newShop()
  const owner = await shop.signedIn(shop.owner)
  const { body } = await owner.call(identityRoutes.listRoles)
  expect(body.items.map(({ name, builtIn }) => [name, builtIn])).toEqual(
    [
      ['店主', 'owner'],
      ['运营', 'operator'],
      ['客服', 'support'],
      ['财务', 'finance'],
      [expect.any(String), null],
    ].slice(0, body.items.length),
  )
  const builtIn = { id: body.items[0]?.id ?? 0 }
  const rename = { name: 'x', permissions: [], version: 1 }
  expect((await owner.call(identityRoutes.updateRole, { params: builtIn, body: rename })).code).toBe(
    'identity.role_built_in',
  )
  const role = { name: '夜班', permissions: ['orders.read'] as const }
  const made = await owner.call(identityRoutes.createRole, { body: role })
  expect((await owner.call(identityRoutes.createRole, { body: role })).code).toBe('identity.role_name_taken')
  const params = { id: made.body.id }
  const person = { email: 'n@example.test', name: 'N', roleIds: [made.body.id] }
  const hired = await owner.call(identityRoutes.createStaff, { body: person })
  expect((await owner.call(identityRoutes.deleteRole, { params })).code).toBe('identity.role_in_use')
  const update = { name: '夜班', permissions: ['orders.read', 'board.read'], version: 1 }
  expect((await owner.call(identityRoutes.updateRole, { params, body: update })).status).toBe(200)
  expect((await owner.call(identityRoutes.updateRole, { params, body: update })).code).toBe('common.conflict')
  const moved = { name: 'N', roleIds: [builtIn.id], version: 1 }
  expect((await owner.call(identityRoutes.updateStaff, { params: { id: hired.body.id }, body: moved })).status).toBe(
    200,
  )
  expect((await owner.call(identityRoutes.deleteRole, { params })).status).toBe(200)
})

test('another shop’s people, roles and sessions are not found, whatever is done to them', async () => {
  const [shop, other] = [await newShop(), await newShop()]
  const owner = await shop.signedIn(shop.owner)
  const foreign = await other.hire(['board.read'])
  const session = await other.signedIn(foreign)
  const foreignSessions = await session.call(identityRoutes.listMySessions)
  const foreignRole = await roleIdOf(other, 'support')
  const params = { id: foreign.id }
  const calls = [
    owner.call(identityRoutes.getStaff, { params }),
    owner.call(identityRoutes.updateStaff, {
      params,
      body: { name: 'x', roleIds: [await roleIdOf(shop, 'support')], version: 1 },
    }),
    owner.call(identityRoutes.disableStaff, { params, body: { reason } }),
    owner.call(identityRoutes.enableStaff, { params }),
    owner.call(identityRoutes.resetPassword, { params, body: { reason } }),
    owner.call(identityRoutes.resetTwoFactor, { params, body: { reason } }),
    owner.call(identityRoutes.createStaff, { body: { email: 'y@example.test', name: 'Y', roleIds: [foreignRole] } }),
    owner.call(identityRoutes.updateRole, {
      params: { id: foreignRole },
      body: { name: 'x', permissions: [], version: 1 },
    }),
    owner.call(identityRoutes.deleteRole, { params: { id: foreignRole } }),
    owner.call(identityRoutes.endSession, { params: { id: foreignSessions.body.items[0]?.id ?? 0 } }),
  ]
  for (const answer of await Promise.all(calls)) expect(answer).toMatchObject({ status: 404, code: 'common.not_found' })
  expect((await session.call(identityRoutes.getMe)).status).toBe(200)
})

test('lists filter, sort and page, count only their own shop, and leave as xlsx', async () => {
  const shop = await newShop()
  const owner = await shop.signedIn(shop.owner)
  for (let count = 0; count < 12; count++) await shop.hire(['board.read'])
  await platform.plantNeighbour(shop.tenantId)
  const page = await owner.call(identityRoutes.listStaff, { query: { page: 2, pageSize: 10, sort: '-email' } })
  expect(page.body).toMatchObject({ total: 13, page: 2, pageSize: 10 })
  expect(page.body.items).toHaveLength(3)
  const found = await owner.call(identityRoutes.listStaff, {
    query: { q: shop.owner.email.slice(0, 8), status: 'active' },
  })
  expect(found.body.items.map(({ id }) => id)).toEqual([shop.owner.id])
  expect((await owner.call(identityRoutes.listStaff, { query: { q: '%' } })).body.total).toBe(0)
  const file = await owner.call(identityRoutes.exportStaff, { query: {} })
  expect(file.headers.get('content-disposition')).toContain('.xlsx')
  expect(
    Buffer.from(await file.response.arrayBuffer())
      .subarray(0, 2)
      .toString(),
  ).toBe('PK')
})

test('two-factor is taken off only with password and code, and by a manager for a lost phone', async () => {
  const shop = await newShop()
  const owner = await shop.signedIn(shop.owner)
  const notOn = await owner.call(identityRoutes.disableTotp, { body: { password: PASSWORD, code: '123456' } })
  expect(notOn.code).toBe('identity.totp_not_on')
  expect((await owner.call(identityRoutes.confirmTotp, { body: { code: '123456' } })).code).toBe(
    'identity.totp_not_begun',
  )
  expect((await owner.call(identityRoutes.enrolTotp, { body: { password: 'wrong' } })).code).toBe(
    'identity.wrong_password',
  )
  const account = await shop.hire(['board.read'])
  await platform.owner.query(
    `update identity.staff set totp_secret = '\\x00', totp_confirmed_at = now() where tenant_id = $1 and id = $2`,
    [shop.tenantId, account.id],
  )
  const gated = await shop.browser().call(identityRoutes.signIn, { body: { email: account.email, password: PASSWORD } })
  expect(gated.body).toMatchObject({ state: 'secondFactor' })
  const reset = await owner.call(identityRoutes.resetTwoFactor, { params: { id: account.id }, body: { reason } })
  expect(reset.body.twoFactor).toBe(false)
  expect((await (await shop.signedIn(account)).call(identityRoutes.getMe)).status).toBe(200)
})
