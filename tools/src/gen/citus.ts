import type { Distribution } from '../../../apps/server/src/platform/db/distribution.ts'

/** The table whose shards every other one lies beside. */
const FIRST = 'ledger.accounts'

/** The text of `db/citus.sql`: what puts a migrated, stopped installation onto Citus, in order. */
export function describeCitus(distribution: Distribution): string {
  const tables = [FIRST, ...distribution.distributed.filter((name) => name !== FIRST)]
  return [
    HEADER,
    section('What every node reads'),
    ...distribution.reference.map((name) => `select create_reference_table('${name}');`),
    section('Tenants’ tables, each after those that it points at'),
    ...tables.map(
      (name) =>
        `select create_distributed_table('${name}', 'tenant_id', colocate_with => '${name === FIRST ? 'none' : FIRST}');`,
    ),
    section('Functions that touch no table: delegated ones call them'),
    ...distribution.helpers.map((signature) => `select create_distributed_function('${signature}');`),
    section('Functions that take the tenant first: they run on its shard'),
    ...distribution.delegated.map(
      (signature) => `select create_distributed_function('${signature}', '$1', colocate_with => '${FIRST}');`,
    ),
    section('What is left where it is'),
    ...listed('Tables of this installation', [...distribution.local, 'graphile_worker.*']),
    ...listed('Functions on those, on sequences, or on nothing', distribution.onCoordinator),
    ...listed('Functions that take the tenant from the session, one shard a statement', distribution.bySession),
    section('What has to be called once per tenant before this can be used'),
    ...listed(
      'They go over all tenants in one statement, and most lock what they find, which Citus allows on one shard only',
      distribution.acrossTenants,
    ),
    '',
  ].join('\n')
}

const HEADER = `-- Made from the database by \`npm run gen\`. Do not edit. When and how: docs/operations.md.
--
-- For Citus 12 or newer, run by psql on the coordinator as a superuser, once, after \`npm run cli -- migrate\` and with
-- every process of Quanshu stopped. Rows that are there are moved. The worker nodes have been added before
-- (citus_add_node), and the roles quanshu_owner and quanshu_app exist on them.

\\set ON_ERROR_STOP on

-- The tenant of a transaction travels to the shards only by this.
select format('alter database %I set citus.propagate_set_commands = %L', current_database(), 'local') \\gexec
-- The triggers of audit.entries refuse every change, whatever else is where.
set citus.enable_unsafe_triggers = on;`

const section = (title: string): string => `\n-- ${title} ${'-'.repeat(Math.max(3, 114 - title.length))}\n`

const listed = (title: string, names: readonly string[]): readonly string[] => [
  `-- ${title}:`,
  ...names.map((name) => `--   ${name}`),
]
