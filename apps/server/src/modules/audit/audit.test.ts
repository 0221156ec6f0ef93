import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AUDIT_ACTIONS, AUDIT_OBJECTS, auditRoutes } from '@quanshu/contract'
import { expect, test } from 'vitest'
import { openShops, type Shop } from '../../../test/people/index.ts'

const { platform, newShop } = await openShops()

async function write(shop: Shop, count: number, action = 'card.reveal'): Promise<void> {
  for (let index = 0; index < count; index++) {
    await platform.db.write(shop.ctx, async (tx) =>
      tx.audit({ action, objectKind: 'card', objectId: index, detail: { reason: 'x' } }),
    )
  }
}

test('the log is filtered by actor, action, group, object and time, newest first, and only one’s own', async () => {
  const shop = await newShop()
  const owner = await shop.signedIn(shop.owner)
  await write(shop, 3)
  await write(shop, 2, 'card.void')
  await platform.plantNeighbour(shop.tenantId)
  const list = async (query: Record<string, string | number>) =>
    (await owner.call(auditRoutes.listAudit, { query })).body
  const all = await list({})
  // The shop was opened, the owner added, and signed in.
  expect(all.total).toBe(8)
  expect(all.items.map(({ id }) => id)).toEqual([8, 7, 6, 5, 4, 3, 2, 1])
  expect((await list({ action: 'card' })).total).toBe(5)
  expect((await list({ action: 'card.void', pageSize: 1 })).items).toHaveLength(1)
  expect((await list({ objectKind: 'card', objectId: '2' })).total).toBe(1)
  expect((await list({ actorKind: 'staff', actorId: shop.owner.id })).items.map(({ action }) => action)).toEqual([
    'staff.sign_in',
  ])
  // Lines of one millisecond are on the same side of it.
  const to = all.items[3]?.at ?? ''
  expect((await list({ to })).total).toBe(all.items.filter(({ at }) => at < to).length)
  const detail = await owner.call(auditRoutes.getAuditLine, { params: { id: 4 } })
  const previous = await owner.call(auditRoutes.getAuditLine, { params: { id: 3 } })
  expect(detail.body).toMatchObject({
    action: 'card.reveal',
    detail: { reason: 'x' },
    previousHash: previous.body.hash,
  })
  expect((await owner.call(auditRoutes.getAuditLine, { params: { id: 99 } })).status).toBe(404)
})

test('an intact chain verifies; a changed and a removed line show, the last one too', async () => {
  const shop = await newShop()
  const owner = await shop.signedIn(shop.owner)
  await write(shop, 4)
  const verify = async () => (await owner.call(auditRoutes.verifyAudit)).body
  expect(await verify()).toEqual({ checked: 7, intact: true, brokenAt: null })

  const tamper = async (statement: string): Promise<void> => {
    await expect(platform.owner.query(statement, [shop.tenantId])).rejects.toThrow('never changed or deleted')
    const bare = statement.replace('$1', String(shop.tenantId))
    // What somebody with the owner's password could do.
    await platform.owner.query(
      `begin; alter table audit.entries disable trigger entries_append_only; ${bare};
       alter table audit.entries enable trigger entries_append_only; commit`,
    )
  }
  await tamper(`update audit.entries set object_id = 'other' where tenant_id = $1 and seq = 4`)
  expect(await verify()).toMatchObject({ intact: false, brokenAt: 4 })
  await tamper(`delete from audit.entries where tenant_id = $1 and seq = 4`)
  expect(await verify()).toMatchObject({ intact: false, brokenAt: 4 })

  const second = await newShop()
  const reader = await second.signedIn(second.owner)
  await write(second, 1)
  await platform.owner.query(
    `begin; alter table audit.entries disable trigger entries_append_only;
     delete from audit.entries where tenant_id = ${second.tenantId} and seq = 4;
     alter table audit.entries enable trigger entries_append_only; commit`,
  )
  expect((await reader.call(auditRoutes.verifyAudit)).body).toMatchObject({ intact: false, brokenAt: 4 })
})

test('the export is a sheet of the same lines, and is itself in the log', async () => {
  const shop = await newShop()
  const owner = await shop.signedIn(shop.owner)
  await write(shop, 2)
  const file = await owner.call(auditRoutes.exportAudit, { query: { action: 'card' } })
  expect(file.status).toBe(200)
  expect(
    Buffer.from(await file.response.arrayBuffer())
      .subarray(0, 2)
      .toString(),
  ).toBe('PK')
  const { body } = await owner.call(auditRoutes.listAudit, { query: { action: 'audit.export' } })
  expect(body.total).toBe(1)
})

test('every action that the code writes, and what it is about, has its words in both languages', async () => {
  const written = new Set<string>()
  const objects = new Set<string>()
  const cwd = fileURLToPath(new URL('../../../', import.meta.url))
  for await (const file of glob('src/{modules,main}/**/*.ts', { cwd })) {
    const source = await readFile(join(cwd, file), 'utf8')
    if (!source.includes('audit(') && !source.includes('announceChange(')) continue
    for (const [, action = ''] of source.matchAll(/action: '([a-z]+\.[a-z_]+)'/g)) written.add(action)
    for (const [, kind = ''] of source.matchAll(/objectKind: '([a-z_]+)'/g)) objects.add(kind)
  }
  expect(written.size).toBeGreaterThan(30)
  expect([...written].filter((action) => !(action in AUDIT_ACTIONS))).toEqual([])
  expect(objects.size).toBeGreaterThan(30)
  expect([...objects].filter((kind) => !(kind in AUDIT_OBJECTS))).toEqual([])
})
