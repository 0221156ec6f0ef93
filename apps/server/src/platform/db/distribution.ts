import type pg from 'pg'

/**
 * How the database lies on Citus: read from the catalogue, so that a new table or function takes its place by itself.
 * The statements made of it are `db/citus.sql`; a test asserts that nothing stands in the way.
 */
export type Distribution = {
  /** Tables without a tenant that every node reads. */
  readonly reference: readonly string[]
  /** Tenants' tables, each after those that it points at. */
  readonly distributed: readonly string[]
  /** Tables that stay on the coordinator: bookkeeping of one installation. */
  readonly local: readonly string[]
  /** Take the tenant first: run on the tenant's shard, whole. */
  readonly delegated: readonly string[]
  /** Touch no table: copied to every node, because delegated ones call them. */
  readonly helpers: readonly string[]
  /** Take the tenant from the session: run where the session is, one shard a statement. */
  readonly bySession: readonly string[]
  /** Touch what stays on the coordinator, or nothing. */
  readonly onCoordinator: readonly string[]
  /** Go over the tables of all tenants in one call: sweeps, readers of the log. To be called once per tenant there. */
  readonly acrossTenants: readonly string[]
  /** A sentence for each thing that Citus would refuse. */
  readonly obstacles: readonly string[]
}

/** Every node has to tell whose shop an address is. */
const REFERENCE = ['tenancy.tenants']

/**
 * Triggers that look at nothing but the row itself, or at rows of its own tenant, which lie on the same shard, are safe:
 * Citus asks for `citus.enable_unsafe_triggers`.
 */
const SAFE_TRIGGERS = [
  'audit.entries_append_only',
  'audit.entries_never_truncated',
  'reconciliation.days_frozen',
  ...['bills', 'matches', 'cases', 'bill_lines', 'bill_texts'].flatMap((table) =>
    ['insert', 'update', 'moved', 'delete'].map((deed) => `reconciliation.${table}_frozen_${deed}`),
  ),
]

export async function describeDistribution(client: pg.ClientBase): Promise<Distribution> {
  const tables = (await client.query<Table>(TABLES)).rows
  const keys = (await client.query<ForeignKey>(FOREIGN_KEYS)).rows
  const distributed = tables.filter(({ tenant }) => tenant !== null).map(({ name }) => name)
  const local = tables
    .filter(({ tenant, name }) => tenant === null && !REFERENCE.includes(name))
    .map(({ name }) => name)
  const functions = (await client.query<Func>(FUNCTIONS)).rows
  return {
    reference: REFERENCE,
    distributed: afterTheirTargets(distributed, keys),
    local,
    ...sortFunctions(functions, new Set(distributed), new Set(local)),
    obstacles: [
      ...tables.flatMap(tableObstacle),
      ...keys.flatMap((key) => keyObstacle(key, new Set(distributed))),
      ...(await client.query<{ sentence: string }>(OTHER_OBSTACLES, [SAFE_TRIGGERS])).rows.map((row) => row.sentence),
    ],
  }
}

type Table = {
  readonly name: string
  readonly tenant: string | null
  readonly nullable: boolean
  readonly key: string | null
}

function tableObstacle({ name, tenant, nullable, key }: Table): readonly string[] {
  if (tenant === null) return []
  return [
    ...(tenant === 'bigint' && !nullable ? [] : [`${name}.tenant_id is not a bigint that is never null`]),
    ...(key === 'tenant_id' ? [] : [`the primary key of ${name} does not start with the tenant`]),
  ]
}

type ForeignKey = {
  readonly name: string
  readonly from: string
  readonly to: string
  /** The keys' columns in order, and what happens on deletion and on a change of the key, as letters of pg_constraint. */
  readonly columns: readonly string[]
  readonly targets: readonly string[]
  readonly deleting: string
  readonly updating: string
}

function keyObstacle(key: ForeignKey, distributed: ReadonlySet<string>): readonly string[] {
  const name = `the foreign key ${key.from}.${key.name}`
  if (!distributed.has(key.from))
    return distributed.has(key.to) ? [`${name} points from a shared table at a tenant's`] : []
  if (REFERENCE.includes(key.to)) return []
  if (!distributed.has(key.to)) return [`${name} points at ${key.to}, which stays on the coordinator`]
  return [
    ...(key.columns[0] === 'tenant_id' && key.targets[0] === 'tenant_id' ? [] : [`${name} does not carry the tenant`]),
    ...('nd'.includes(key.deleting) || 'ndc'.includes(key.updating)
      ? [`${name} sets columns by itself, which Citus refuses in a key with the tenant`]
      : []),
  ]
}

function afterTheirTargets(names: readonly string[], keys: readonly ForeignKey[]): readonly string[] {
  const placed = new Set<string>()
  const place = (name: string, path: readonly string[]): void => {
    if (placed.has(name) || path.includes(name)) return
    for (const key of keys) if (key.from === name && names.includes(key.to)) place(key.to, [...path, name])
    placed.add(name)
  }
  for (const name of names) place(name, [])
  return [...placed]
}

type Func = {
  readonly name: string
  /** With the types of its arguments. */
  readonly signature: string
  readonly source: string
  readonly tenantFirst: boolean
}

function sortFunctions(
  functions: readonly Func[],
  distributed: ReadonlySet<string>,
  local: ReadonlySet<string>,
): Pick<Distribution, 'delegated' | 'helpers' | 'bySession' | 'onCoordinator' | 'acrossTenants'> {
  const mentions = mentionsOf(functions, new Set([...distributed, ...local]))
  const isTable = (name: string): boolean => distributed.has(name) || local.has(name) || name === JOB_QUEUE
  const isDelegated = ({ name, tenantFirst }: Func): boolean =>
    tenantFirst && ![...reach(mentions, name)].some((word) => local.has(word) || word === JOB_QUEUE)
  const calledByDelegated = new Set(functions.filter(isDelegated).flatMap(({ name }) => [...reach(mentions, name)]))
  const kindOf = (func: Func): 'delegated' | 'helpers' | 'bySession' | 'onCoordinator' | 'acrossTenants' => {
    const tables = [...reach(mentions, func.name)].filter(isTable)
    if (isDelegated(func)) return 'delegated'
    if (tables.length === 0) return calledByDelegated.has(func.name) ? 'helpers' : 'onCoordinator'
    if (func.tenantFirst || !tables.some((name) => distributed.has(name))) return 'onCoordinator'
    return func.source.includes("'app.tenant_id'") ? 'bySession' : 'acrossTenants'
  }
  const sorted = Map.groupBy(functions, kindOf)
  const signatures = (kind: ReturnType<typeof kindOf>): readonly string[] =>
    (sorted.get(kind) ?? []).map(({ signature }) => signature)
  return {
    delegated: signatures('delegated'),
    helpers: signatures('helpers'),
    bySession: signatures('bySession'),
    onCoordinator: signatures('onCoordinator'),
    acrossTenants: signatures('acrossTenants'),
  }
}

/** Another program's schema, on the coordinator. */
const JOB_QUEUE = 'graphile_worker'

type Mentions = ReadonlyMap<string, ReadonlySet<string>>

/** The tables and functions that each function names. Overloads count as one. */
function mentionsOf(functions: readonly Func[], tables: ReadonlySet<string>): Mentions {
  const names = new Set(functions.map(({ name }) => name))
  const mentions = new Map<string, Set<string>>()
  for (const { name, source } of functions) {
    const words = source.replace(/--.*$/gm, '').match(/\b[a-z_]+\.[a-z_]+\b/g) ?? []
    const known = words.filter((word) => tables.has(word) || (names.has(word) && word !== name))
    if (source.includes(`${JOB_QUEUE}.`)) known.push(JOB_QUEUE)
    mentions.set(name, new Set([...(mentions.get(name) ?? []), ...known]))
  }
  return mentions
}

/** What a function names, and what that names, and so on. */
function reach(mentions: Mentions, name: string, seen = new Set<string>()): ReadonlySet<string> {
  for (const word of mentions.get(name) ?? []) {
    if (seen.has(word)) continue
    seen.add(word)
    reach(mentions, word, seen)
  }
  return seen
}

const OURS = `n.nspname not in ('graphile_worker', 'information_schema', 'public') and n.nspname not like 'pg\\_%'`

const TABLES = `
select
  c.oid::regclass::text as name,
  (select format_type(a.atttypid, null) from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id') as tenant,
  coalesce((select not a.attnotnull from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id'), false) as nullable,
  (
    select a.attname::text
    from pg_index i
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
    where i.indrelid = c.oid
      and i.indisprimary
  ) as key
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p')
  and not c.relispartition
  and ${OURS}
order by n.nspname, c.relname
`

const FOREIGN_KEYS = `
select
  k.conname as name,
  k.conrelid::regclass::text as from,
  k.confrelid::regclass::text as to,
  k.confdeltype as deleting,
  k.confupdtype as updating,
  array(
    select a.attname::text
    from unnest(k.conkey) with ordinality as u (attnum, place)
    join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.attnum
    order by u.place
  ) as columns,
  array(
    select a.attname::text
    from unnest(k.confkey) with ordinality as u (attnum, place)
    join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.attnum
    order by u.place
  ) as targets
from pg_constraint k
join pg_namespace n on n.oid = k.connamespace
where k.contype = 'f'
  and k.conparentid = 0
  and ${OURS}
order by k.conrelid::regclass::text, k.conname
`

const OTHER_OBSTACLES = `
with tenant_tables as (
  select c.oid, c.oid::regclass::text as name
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
  where c.relkind in ('r', 'p')
    and not c.relispartition
    and ${OURS}
)
select format('the unique index %s does not start with the tenant', i.indexrelid::regclass) as sentence
from pg_index i
join tenant_tables t on t.oid = i.indrelid
join pg_attribute a on a.attrelid = t.oid and a.attname = 'tenant_id'
where i.indisunique
  and i.indkey[0] <> a.attnum
union all
select format('%s.%s excludes rows of each other, across shards', t.name, k.conname)
from pg_constraint k
join tenant_tables t on t.oid = k.conrelid
where k.contype = 'x'
union all
select format('%s.%s counts itself and is no bigint', t.name, a.attname)
from pg_attribute a
join tenant_tables t on t.oid = a.attrelid
where (a.attidentity <> '' or pg_get_serial_sequence(t.name, a.attname) is not null)
  and a.attnum > 0
  and not a.attisdropped
  and a.atttypid <> 'bigint'::regtype
union all
select format('%s has the trigger %s', t.name, g.tgname)
from pg_trigger g
join tenant_tables t on t.oid = g.tgrelid
where not g.tgisinternal
  and split_part(t.name, '.', 1) || '.' || g.tgname <> all ($1)
union all
select format('%s has the rule %s', t.name, r.rulename)
from pg_rewrite r
join tenant_tables t on t.oid = r.ev_class
union all
select format('%s inherits from another table', t.name)
from pg_inherits h
join tenant_tables t on t.oid = h.inhrelid
order by 1
`

const FUNCTIONS = `
select
  n.nspname || '.' || p.proname as name,
  format('%s.%s(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)) as signature,
  p.prosrc as source,
  coalesce(p.proargtypes[0] = 'bigint'::regtype and p.proargnames[1] in ('p_tenant', 'p_tenant_id'), false) as "tenantFirst"
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
where p.prokind = 'f'
  -- Nobody calls a trigger's function; its trigger is judged by itself.
  and p.prorettype <> 'trigger'::regtype
  and ${OURS}
order by n.nspname, p.proname, oidvectortypes(p.proargtypes)
`
