import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { seedDemo } from '../src/main/seed.ts'
import { testPlatform } from './harness/index.ts'

const house = await testPlatform()

/** What one shop sees of every table it may read. */
async function countsSeenBy(tenantId: TenantId): Promise<Readonly<Record<string, number>>> {
  const { rows: tables } = await house.owner.query<{ name: string }>(`
    select c.oid::regclass::text as name
    from pg_class c
    where c.relkind in ('r', 'p')
      and not c.relispartition
      and c.relrowsecurity
      and has_table_privilege('quanshu_app', c.oid, 'select')
      and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id')
    order by 1`)
  const ctx = { tenantId, actor: { kind: 'system', name: 'test' }, requestId: 'test', locale: 'zh-CN' } as const
  return await house.db.read(ctx, async (tx) => {
    const counts: Record<string, number> = {}
    for (const { name } of tables) {
      const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(name)}`.execute(tx.db)
      counts[name] = rows[0]?.count ?? 0
    }
    return counts
  })
}

test('a full shop sees the same rows of every table with and without a neighbour who has a copy of everything', async () => {
  await seedDemo(house, undefined)
  const shop = await house.db.callGlobal<{ id: TenantId }>('tenancy.find_tenant', null, 'demo')
  const before = await countsSeenBy(shop.id)
  expect(Object.values(before).filter((count) => count > 0).length).toBeGreaterThan(10)
  const neighbour = await house.plantNeighbour(shop.id)
  expect(await countsSeenBy(shop.id)).toEqual(before)
  expect(await countsSeenBy(neighbour.tenantId)).toEqual(before)
})
