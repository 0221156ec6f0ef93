import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { describeDistribution } from '../src/platform/db/distribution.ts'
import { testPlatform } from './harness/index.ts'

const { owner } = await testPlatform()
const client = await owner.connect()
afterAll(() => client.release())
const distribution = await describeDistribution(client)

test('every tenant table can be distributed by its tenant', () => {
  expect(distribution.obstacles).toEqual([])
  expect(distribution.distributed.length).toBeGreaterThan(40)
})

test('a table comes after every table that it points at', () => {
  const place = (name: string): number => distribution.distributed.indexOf(name)
  expect(place('vault.cards')).toBeLessThan(place('entitlements.grants'))
  expect(place('orders.orders')).toBeLessThan(place('orders.lines'))
})

test('what would stand in the way is found', async () => {
  await client.query('begin')
  try {
    await client.query(
      `
      create table catalog.astray (
        tenant_id bigint not null,
        id integer generated always as identity,
        name text unique,
        goods_id bigint references tenancy.tenants,
        category_id bigint,
        primary key (tenant_id, id),
        foreign key (tenant_id, category_id) references catalog.categories (tenant_id, id) on delete set null (category_id)
      );`,
    )
    await client.query('create table platform.astray (id bigint primary key)')
    await client.query('alter table catalog.astray add foreign key (goods_id) references platform.astray')
    await client.query(
      'create trigger astray after insert on catalog.astray for each row execute function audit.refuse_change()',
    )
    const { obstacles } = await describeDistribution(client)
    expect(obstacles).toEqual([
      'the foreign key catalog.astray.astray_goods_id_fkey1 points at platform.astray, which stays on the coordinator',
      'the foreign key catalog.astray.astray_tenant_id_category_id_fkey sets columns by itself, which Citus refuses in a key with the tenant',
      'catalog.astray has the trigger astray',
      'catalog.astray.id counts itself and is no bigint',
      'the unique index catalog.astray_name_key does not start with the tenant',
    ])
  } finally {
    await client.query('rollback')
  }
})

test('every hot command takes the tenant first, is security definer and can run on one shard', async () => {
  const hot = hotCommands()
  expect(hot).toContain('fulfilment.settle')
  expect(hot).toContain('orders.views')
  const { rows } = await client.query<{ name: string }>(`
    select n.nspname || '.' || p.proname as name
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    where p.prosecdef`)
  const definer = new Set(rows.map(({ name }) => name))
  const delegated = new Set(distribution.delegated.map((signature) => signature.replace(/\(.*/, '')))
  expect(hot.filter((name) => !definer.has(name))).toEqual([])
  expect(hot.filter((name) => !delegated.has(name))).toEqual([])
})

test('what goes over all tenants at once is known by name', () => {
  // On Citus these are called once per tenant; a new one is a new obstacle, so it has to be put here on purpose.
  expect(distribution.acrossTenants.map((signature) => signature.replace(/\(.*/, ''))).toMatchInlineSnapshot(`
    [
      "analytics.tenants_behind",
      "analytics.tenants_noted",
      "analytics.unchecked_days",
      "books.due_tenants",
      "books.open_violations",
      "books.pointers",
      "books.stuck_runs",
      "bulk.standing_still",
      "crypto.keys_to_rewrap",
      "crypto.one_key_per_master",
      "crypto.rewrap_keys",
      "events.current_era",
      "events.lag",
      "events.open_era",
      "events.read",
      "events.tail",
      "fulfilment.count_demand",
      "fulfilment.give_up_planned",
      "fulfilment.give_up_restocks",
      "fulfilment.look_for_restocks",
      "fulfilment.next_overdue",
      "fulfilment.remind_activations",
      "fulfilment.take_bundles",
      "fulfilment.take_complaints",
      "fulfilment.take_lapsed",
      "fulfilment.take_needs",
      "fulfilment.take_restocks",
      "identity.sweep",
      "members.sweep",
      "orders.expire_due",
      "payments.overdue_refunds",
      "payments.take_due",
      "platform.expire_requests",
      "reconciliation.plan_days",
      "reconciliation.plan_supply_days",
      "reconciliation.tenants_to_forget",
      "redeem.give_up_making",
      "suppliers.count_demand",
      "suppliers.folder_doors",
      "suppliers.take_due",
      "suppliers.take_probes",
      "suppliers.take_syncs",
      "suppliers.tell_late_lists",
      "suppliers.tend_papers",
      "suppliers.tend_task",
      "suppliers.watch_balances",
      "vault.loops_to_fill",
      "vault.numbers_due",
      "vault.tenants_with_due_cards",
      "vault.tend_batches",
      "wholesale.tidy",
    ]
  `)
})

/** The functions that the server calls by `db.call` and `db.callHot`, whose first argument is the tenant. */
function hotCommands(): readonly string[] {
  const sources = fileURLToPath(new URL('../src/', import.meta.url))
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /(?<!\.test|\.fixture|\/fixture)\.ts$/.test(name),
  )
  const calls = files.flatMap((name) => [
    ...readFileSync(join(sources, name), 'utf8').matchAll(
      /\.call(?:Hot)?(?:<[^(]*>)?\(\s*\w+,\s*'([a-z_]+\.[a-z_]+)'/g,
    ),
  ])
  return [...new Set(calls.map(([, name = '']) => name))].sort()
}
