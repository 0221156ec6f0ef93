import type { TenantId } from '@quanshu/kernel'
import type pg from 'pg'

type Table = { readonly name: string; readonly columns: readonly string[]; readonly needs: readonly string[] }

/** Copies every row of one tenant to another one, table by table, the referenced ones first. */
export async function copyTenant(owner: pg.Pool, from: TenantId, to: TenantId): Promise<void> {
  const { rows } = await owner.query<Table>(TENANT_TABLES)
  const client = await owner.connect()
  try {
    await client.query('begin')
    for (const table of inOrder(rows)) {
      const columns = table.columns.join(', ')
      await client.query(
        `insert into ${table.name} (tenant_id, ${columns}) overriding system value
         select $2, ${columns} from ${table.name} where tenant_id = $1`,
        [from, to],
      )
    }
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

/** Tables after those that their foreign keys point to. */
function inOrder(tables: readonly Table[]): readonly Table[] {
  const ordered: Table[] = []
  const waiting = new Map(tables.map((table) => [table.name, table]))
  while (waiting.size > 0) {
    const ready = [...waiting.values()].filter((table) =>
      table.needs.every((need) => need === table.name || !waiting.has(need)),
    )
    if (ready.length === 0) throw new Error(`foreign keys go in a circle: ${[...waiting.keys()].join(', ')}`)
    for (const table of ready) {
      ordered.push(table)
      waiting.delete(table.name)
    }
  }
  return ordered
}

const TENANT_TABLES = `
select
  c.oid::regclass::text as name,
  array_agg(quote_ident(a.attname) order by a.attnum) as columns,
  array(
    select distinct k.confrelid::regclass::text
    from pg_constraint k
    where k.conrelid = c.oid
      and k.contype = 'f'
  ) as needs
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind in ('r', 'p')
  and not c.relispartition
  and n.nspname not in ('graphile_worker', 'pg_catalog', 'information_schema')
  and a.attname <> 'tenant_id'
  and a.attgenerated = ''
  and exists (
    select from pg_attribute t
    where t.attrelid = c.oid
      and t.attname = 'tenant_id'
  )
group by c.oid
`
