import * as contract from '@quanshu/contract'
import { PERMISSIONS, type RouteSpec } from '@quanshu/contract'
import { describe, expect, test } from 'vitest'
import { openShops } from './index.ts'

const routes = allRoutes()
const staffRoutes = routes.filter(({ access }) => access.kind === 'staff')
const memberRoutes = routes.filter(({ access }) => access.kind === 'member')

/** Every `route({…})` that the contract exports, wherever it stands; a new one is in the matrix by itself. */
function allRoutes(): readonly RouteSpec[] {
  const found: RouteSpec[] = []
  for (const [name, group] of Object.entries(contract)) {
    if (!name.endsWith('Routes') || typeof group !== 'object' || group === null) continue
    found.push(...(Object.values(group) as RouteSpec[]))
  }
  return found
}

test('the walk finds the contract’s routes, and each has a name and a path of its own', () => {
  expect(staffRoutes.length).toBeGreaterThan(50)
  for (const key of ['id', 'address'] as const) {
    const seen = routes.map((route) => (key === 'id' ? route.id : `${route.method} ${route.path}`))
    expect(seen.filter((value, index) => seen.indexOf(value) !== index)).toEqual([])
  }
})

test('every console route is for staff, and none is for members; what is open to all is listed here', () => {
  const open = routes.filter(({ path, access }) => path.startsWith('/api/console/') && access.kind !== 'staff')
  expect(open.map(({ id }) => id).sort()).toEqual(['identity.secondFactor', 'identity.signIn'])
  const withoutPermission = staffRoutes.filter(({ access }) => access.kind === 'staff' && access.permission === undefined)
  // What everybody may do to the own account.
  const ownAccount = (path: string) => path.startsWith('/api/console/me') || path === '/api/console/auth/sign-out'
  expect(withoutPermission.filter(({ path }) => !ownAccount(path)).map(({ id }) => id)).toEqual([])
})
