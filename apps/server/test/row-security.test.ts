import { expect, test } from 'vitest'
import { testPlatform } from './harness/index.ts'

const { owner } = await testPlatform()

const names = async (sql: string): Promise<readonly string[]> =>
  (await owner.query<{ name: string }>(sql)).rows.map((row) => row.name)

const OURS = `n.nspname not in ('graphile_worker', 'information_schema', 'public') and n.nspname not like 'pg\\_%'`

test('the application is bound: no superuser, no owner, no bypass', async () => {
  const { rows } = await owner.query(`
    select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
      exists (select from pg_class where relowner = r.oid) as owns
    from pg_roles r
    where rolname = 'quanshu_app'`)
  expect(rows).toEqual([
    { rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false, owns: false },
  ])
})

test('every table with a tenant is behind row-level security', async () => {
  const open = await names(`
    select c.oid::regclass::text as name
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p')
      and not c.relispartition
      and ${OURS}
      and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
      and not (c.relrowsecurity and exists (
        select from pg_policy p
        where p.polrelid = c.oid
          and pg_get_expr(p.polqual, p.polrelid) like '%current_setting(''app.tenant_id''::text)%'
      ))`)
  expect(open).toEqual([])
})

test('the application reaches no partition past its table’s security', async () => {
  const reachable = await names(`
    select c.oid::regclass::text as name
    from pg_class c
    where c.relispartition
      and c.relkind = 'r'
      and has_table_privilege('quanshu_app', c.oid, 'select, insert, update, delete')`)
  expect(reachable).toEqual([])
})

test('every key and index of a tenant table starts with the tenant', async () => {
  const astray = await names(`
    select i.indexrelid::regclass::text as name
    from pg_index i
    join pg_class t on t.oid = i.indrelid
    join pg_namespace n on n.oid = t.relnamespace
    join pg_attribute a on a.attrelid = t.oid and a.attname = 'tenant_id'
    where ${OURS}
      and not t.relispartition
      and i.indkey[0] <> a.attnum`)
  // What spans tenants by design: the log in commit order, keys by the master key that wraps them, and sweeps by time.
  const global = new Set(['events.log_commit_order', 'crypto.data_keys_by_master_key'])
  expect(astray.filter((name) => !global.has(name) && !/_(due|sweep|age)$/.test(name))).toEqual([])
})

test('every foreign key between tenant tables carries the tenant', async () => {
  const loose = await names(`
    select k.conrelid::regclass || '.' || k.conname as name
    from pg_constraint k
    join pg_attribute target on target.attrelid = k.confrelid and target.attname = 'tenant_id'
    where k.contype = 'f'
      and k.conparentid = 0
      and not (target.attnum = any (k.confkey))`)
  expect(loose).toEqual([])
})

test('a definer function never resolves names by the caller’s path', async () => {
  const open = await names(`
    select p.oid::regprocedure::text as name
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    where p.prosecdef
      and ${OURS}
      and not exists (select from unnest(p.proconfig) setting where setting like 'search_path=%')`)
  expect(open).toEqual([])
})

test('no column has a type whose index is lost under row-level security', async () => {
  const lossy = await names(`
    select c.oid::regclass || '.' || a.attname as name
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    join pg_namespace n on n.oid = c.relnamespace
    join pg_type t on t.oid = a.atttypid
    where c.relkind in ('r', 'p')
      and ${OURS}
      and a.attnum > 0
      and not a.attisdropped
      and (t.typtype = 'e' or t.typname = 'numeric')`)
  expect(lossy).toEqual([])
})
