import type { RouteSpec } from '@quanshu/contract'
import * as contract from '@quanshu/contract'
import { describe, expect, test } from 'vitest'
import { supplierAdapters } from '../../src/modules/suppliers/index.ts'
import { supplierByHand } from './by-hand.ts'
import { codeOf, openHouse, PASSWORD, type Shop } from './shop.ts'
import { accept, deliver, paid, product, SALE_FEN, sold, taskFor } from './workspace.ts'

/** What a supplier's people may see of a shop, and of other suppliers: nothing but their own. */

const house = await openHouse({ supplierAdapters })
const month = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7)

/** Every route that employees have. */
const STAFF_ROUTES: readonly RouteSpec[] = Object.values(contract)
  .flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []))
  .filter(
    (value): value is RouteSpec =>
      typeof value === 'object' &&
      value !== null &&
      'path' in value &&
      'access' in value &&
      value.path.startsWith('/api/console/'),
  )

describe('a supplier’s person', () => {
  test('reaches nothing but the workspace, the own account and why nothing moves, whatever roles somebody gives them', async () => {
    const shop = await house.newShop()
    const { person, personId } = await supplierByHand(shop, '外人')
    await house.query(
      `insert into identity.staff_roles (tenant_id, staff_id, role_id)
       select tenant_id, $2, id from identity.roles where tenant_id = $1 and built_in = 'owner'`,
      [shop.tenantId, personId],
    )
    expect(await person.call('identity.getMe', {})).toMatchObject({
      permissions: ['workspace.supplier'],
      node: { kind: 'supplier', name: '外人' },
    })
    const others = STAFF_ROUTES.filter(
      ({ path, access }) =>
        access.kind === 'staff' && !path.startsWith('/api/console/workspace') && !path.startsWith('/api/console/me'),
    ).filter(({ id }) => id !== 'identity.signOut' && id !== 'standstill.get')
    expect(others.length).toBeGreaterThan(150)
    for (const { id, method, path } of others) {
      const response = await fetch(
        person
          .url('workspace.home' as never, {} as never)
          .replace(/\/api\/console\/workspace.*/, path.replace(/:\w+/g, '1')),
        {
          method,
          headers: { ...person.headers(), cookie: await cookieOf(shop, personId) },
        },
      )
      expect([id, response.status]).toEqual([id, 403])
    }
  })

  test('finds neither another supplier’s things nor what the shop keeps to itself', async () => {
    const shop = await house.newShop()
    const mine = await supplierByHand(shop, '我方')
    const theirs = await supplierByHand(shop, '对手方')
    const ownProduct = await product(mine.person)
    const foreign = await product(theirs.person, { name: '对手的月卡' })
    const goods = await sold(shop, [foreign.id])
    const order = await paid(shop, goods)
    const task = await taskFor(theirs.person, order.no)
    const { person } = mine
    const foreignFile = await theirs.person.upload('workspace.readFile', { query: {} }, 'code\nA' as never, {
      fileName: 'a.csv',
    })
    const attempts = [
      () => person.call('workspace.getTask', { params: { workTaskId: task.id } }),
      () => person.call('workspace.finishTask', { params: { workTaskId: task.id }, body: { serial: 'x' } }),
      () =>
        person.call('workspace.refuseTask', { params: { workTaskId: task.id }, body: { about: 'stock', reason: 'x' } }),
      () => deliver(person, task.id, 'A-1'),
      () =>
        person.call('workspace.saveProduct', {
          params: { productId: foreign.id },
          body: { name: 'x', costHao: 1, stock: 1 },
        }),
      () => person.call('workspace.undoFile', { params: { supplyFileId: foreignFile.id }, body: {} }),
      () => person.call('workspace.productHistory', { params: { productId: foreign.id }, query: {} }),
    ]
    for (const attempt of attempts) expect(await codeOf(attempt())).toBe('common.not_found')
    expect(await accept(person, task.id)).toEqual({ accepted: [], lost: [task.id] })
    const answers = JSON.stringify([
      await person.call('workspace.home', {}),
      await person.call('workspace.listProducts', { query: {} }),
      await person.call('workspace.listTasks', { query: { state: 'waiting,accepted,done' as never } }),
      await person.call('workspace.settlement', { query: { month } }),
      await person.call('workspace.listColleagues', {}),
    ])
    expect(answers).toContain(ownProduct.remoteId)
    for (const secret of ['对手', theirs.email]) expect(answers).not.toContain(secret)
    // Of what is theirs to deliver they see neither buyer nor what the shop earns.
    const seen = JSON.stringify([
      await theirs.person.call('workspace.listTasks', { query: {} }),
      await theirs.person.call('workspace.getTask', { params: { workTaskId: task.id } }),
    ])
    for (const secret of ['buyer.secret', String(SALE_FEN * 100), `"${SALE_FEN}"`, ':3000', 'ceiling']) {
      expect(seen).not.toContain(secret)
    }
  })

  test('is out at once when the shop closes the account; employees’ lists do not know them', async () => {
    const shop = await house.newShop()
    const { id, person, personId } = await supplierByHand(shop, '离开的')
    const { items } = await shop.staff.call('identity.listStaff', { query: {} })
    expect(items.map((one) => one.id)).not.toContain(personId)
    const staffId = items[0]?.id ?? 0
    await house.query(
      `insert into identity.staff_roles (tenant_id, staff_id, role_id)
       select tenant_id, $2, id from identity.roles where tenant_id = $1 and built_in = 'owner'`,
      [shop.tenantId, staffId],
    )
    const set = (who: number) =>
      shop.staff.call('workspace.setPerson', {
        params: { supplierId: id, personId: who },
        body: { status: 'disabled', reason: '不再合作' },
      })
    // Whoever manages suppliers' people manages nobody else by that.
    expect(await codeOf(set(staffId))).toBe('common.not_found')
    expect(await set(personId)).toMatchObject({ status: 'disabled' })
    expect(await codeOf(person.call('workspace.home', {}))).toBe('common.sign_in_required')
    const again = await shop.staff.call('workspace.resetPerson', {
      params: { supplierId: id, personId },
      body: { reason: '忘记密码' },
    })
    expect(again.initialPassword).toMatch(/^\w{4}(-\w{4}){3}$/)
    // An employee of the shop has no workspace, not even the owner.
    expect(await codeOf(shop.staff.call('workspace.home', {}))).toBe('common.forbidden')
  })
})

/** A session of this person, for requests that no client knows how to make. */
async function cookieOf(shop: Shop, personId: number): Promise<string> {
  const known = cookies.get(personId)
  if (known) return known
  const [row] = await house.query<{ email: string }>('select email from identity.staff where id = $1', [personId])
  const response = await fetch(`${shop.base}/api/console/auth/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-quanshu-client': 'test' },
    body: JSON.stringify({ email: row?.email, password: PASSWORD }),
  })
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0] ?? '')
    .join('; ')
  cookies.set(personId, cookie)
  return cookie
}
const cookies = new Map<number, string>()
