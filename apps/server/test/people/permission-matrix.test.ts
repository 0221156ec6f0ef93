import * as contract from '@quanshu/contract'
import { identityRoutes, PERMISSIONS, type Permission, type RouteSpec, WORKSPACE_PERMISSIONS } from '@quanshu/contract'
import { afterAll, expect, test } from 'vitest'
import { assemble } from '../../src/main/modules.ts'
import { buildHttpServer } from '../../src/platform/http/index.ts'
import { openShops } from './index.ts'

// The whole product as `main/` puts it together: a route that is added anywhere is in this matrix by itself.
const { platform, newShop } = await openShops()
const { modules, ports } = assemble(platform)
const registered = modules.flatMap((module) => module.routes ?? []).map(({ spec }) => spec)
const app = await buildHttpServer(platform, modules, ports)
afterAll(() => app.close())
const staffRoutes = registered.filter(({ access }) => access.kind === 'staff')
const memberRoutes = registered.filter(({ access }) => access.kind === 'member')

/** Calls with made-up ids and no body: who may not call must be refused before anything is looked at. */
async function codeOf(
  shop: { readonly slug: string },
  spec: RouteSpec,
  cookies: Readonly<Record<string, string>>,
): Promise<string> {
  const response = await app.inject({
    method: spec.method,
    url: `/s/${shop.slug}${spec.path.replace(/:\w+/g, '1')}`,
    headers: { 'x-quanshu-client': 'test' },
    cookies,
  })
  return `${response.statusCode} ${response.statusCode >= 400 ? response.json().code : ''}`
}

test('every route of the contract is answered, and none that the contract does not know', () => {
  const declared = Object.entries(contract)
    .filter(([name, group]) => name.endsWith('Routes') && typeof group === 'object')
    .flatMap(([, group]) => Object.values(group as Record<string, RouteSpec>))
  expect(registered.map(({ id }) => id).sort()).toEqual(declared.map(({ id }) => id).sort())
})

test('the console is for staff only; what is open to all, and what needs no permission, is listed here', () => {
  const inConsole = registered.filter(({ path }) => path.startsWith('/api/console/'))
  expect(
    inConsole
      .filter(({ access }) => access.kind !== 'staff')
      .map(({ id }) => id)
      .sort(),
  ).toEqual(['identity.secondFactor', 'identity.signIn'])
  const ownAccount = (path: string) => path.startsWith('/api/console/me') || path === '/api/console/auth/sign-out'
  const free = staffRoutes.filter(({ access }) => access.kind === 'staff' && access.permission === undefined)
  // Why nothing is sold concerns everybody who works here.
  expect(free.filter(({ path }) => !ownAccount(path)).map(({ id }) => id)).toEqual(['standstill.get'])
  expect(staffRoutes.filter(({ path }) => !path.startsWith('/api/console/')).map(({ id }) => id)).toEqual([])
})

test('without a session every route for people answers 401', async () => {
  const shop = await newShop()
  for (const spec of [...staffRoutes, ...memberRoutes]) {
    expect([spec.id, await codeOf(shop, spec, {})]).toEqual([spec.id, '401 common.sign_in_required'])
    expect([spec.id, await codeOf(shop, spec, { qs_staff: 'made-up', qs_member: 'made-up' })]).toEqual([
      spec.id,
      '401 common.sign_in_required',
    ])
  }
})

test('every permission but the one it needs does not open a route', async () => {
  const shop = await newShop()
  for (const permission of PERMISSIONS) {
    const guarded = staffRoutes.filter(({ access }) => access.kind === 'staff' && access.permission === permission)
    if (guarded.length === 0) continue
    const browser = await shop.signedIn(await shop.hire(PERMISSIONS.filter((held) => held !== permission)))
    const token = browser.cookies.get('qs_staff') ?? ''
    for (const spec of guarded) {
      expect([spec.id, await codeOf(shop, spec, { qs_staff: token })]).toEqual([spec.id, '403 common.forbidden'])
    }
  }
})

test('what follows from a place in the tree is in no role: an employee with every permission has no workspace of others', async () => {
  const shop = await newShop()
  const browsers = [await shop.signedIn(shop.owner), await shop.signedIn(await shop.hire(PERMISSIONS))]
  for (const permission of WORKSPACE_PERMISSIONS) {
    const guarded = staffRoutes.filter(({ access }) => access.kind === 'staff' && access.permission === permission)
    expect(guarded.length).toBeGreaterThan(0)
    for (const spec of guarded) {
      for (const { cookies } of browsers) {
        const token = cookies.get('qs_staff') ?? ''
        expect([spec.id, await codeOf(shop, spec, { qs_staff: token })]).toEqual([spec.id, '403 common.forbidden'])
      }
    }
  }
})

test('every permission guards something, and a session of another shop or of a member opens no console route', async () => {
  const used = new Set(staffRoutes.map(({ access }) => (access.kind === 'staff' ? access.permission : undefined)))
  // Asked for by what a route is told: giving away needs more than ordering, a price below the floor more than a price.
  for (const asked of ['bulk.give', 'wholesale.below_floor'] as const) used.add(asked)
  expect(PERMISSIONS.filter((permission: Permission) => !used.has(permission))).toEqual([])
  const [shop, other] = [await newShop(), await newShop()]
  const owner = await other.signedIn(other.owner)
  expect((await owner.call(identityRoutes.getMe)).status).toBe(200)
  const token = owner.cookies.get('qs_staff') ?? ''
  for (const spec of staffRoutes) {
    expect([spec.id, await codeOf(shop, spec, { qs_staff: token })]).toEqual([spec.id, '401 common.sign_in_required'])
    expect([spec.id, await codeOf(other, spec, { qs_member: token })]).toEqual([spec.id, '401 common.sign_in_required'])
  }
})
