import type pg from 'pg'

type Column = {
  readonly schema: string
  readonly table: string
  readonly kind: string
  readonly column: string
  readonly type: string
  readonly not_null: boolean
  readonly has_default: boolean
  readonly generated: boolean
  readonly choices: string | null
}

/** Schemas whose tables the application never names. */
const FOREIGN_SCHEMAS = ['pg_catalog', 'information_schema', 'pg_toast', 'graphile_worker']

const HEADER = `// Made from the database by \`npm run gen\`. Do not edit.
import type { ColumnType, GeneratedAlways, Generated } from 'kysely'

/** Objects go in as they are; a list has to be JSON text, because the driver takes lists for SQL arrays. */
type Json = ColumnType<unknown, Readonly<Record<string, unknown>> | string, Readonly<Record<string, unknown>> | string>
type NullableJson = ColumnType<unknown, Readonly<Record<string, unknown>> | string | null | undefined, Readonly<Record<string, unknown>> | string | null>
type DefaultedJson = ColumnType<unknown, Readonly<Record<string, unknown>> | string | undefined, Readonly<Record<string, unknown>> | string>
type Time = ColumnType<Date, Date | string, Date | string>
type NullableTime = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>
type DefaultedTime = ColumnType<Date, Date | string | undefined, Date | string>
`

/** The text of \`tables.gen.ts\`: one type per table and view, and \`DB\` with their full names. */
export async function describeTables(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query<Column>(COLUMNS, [FOREIGN_SCHEMAS])
  const byTable = Map.groupBy(rows, (row) => `${row.schema}.${row.table}`)
  const types = [...byTable].map(([name, columns]) => {
    const fields = columns.map((column) => `  ${column.column}: ${columnType(column)}`).join('\n')
    return `\nexport type ${typeName(name)} = {\n${fields}\n}\n`
  })
  const entries = [...byTable.keys()].map((name) => `  '${name}': ${typeName(name)}`).join('\n')
  const body = [...types, `\nexport type DB = {\n${entries}\n}\n`].join('')
  return usedHelpers(body) + body
}

/** The header without the helper types that no table uses. */
function usedHelpers(body: string): string {
  return HEADER.split('\n')
    .filter((line) => {
      const helper = /^type (\w+)/.exec(line)?.[1]
      return !helper || new RegExp(`: ${helper}\\b`).test(body)
    })
    .map((line) => {
      if (!line.startsWith('import type')) return line
      const names = ['ColumnType', 'Generated', 'GeneratedAlways'].filter(
        (name) => name === 'ColumnType' || new RegExp(`: ${name}<`).test(body),
      )
      return `import type { ${names.join(', ')} } from 'kysely'`
    })
    .join('\n')
}

function typeName(table: string): string {
  return table.replace(/(?:^|[._])([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

function columnType(column: Column): string {
  const nullable = !column.not_null
  const optional = column.has_default
  if (column.type === 'jsonb' || column.type === 'json') {
    return nullable ? 'NullableJson' : optional ? 'DefaultedJson' : 'Json'
  }
  if (column.type === 'timestamptz') return nullable ? 'NullableTime' : optional ? 'DefaultedTime' : 'Time'
  const plain = scalarType(column)
  const full = nullable ? `${plain} | null` : plain
  if (column.generated) return `GeneratedAlways<${full}>`
  return optional ? `Generated<${full}>` : full
}

const SCALARS: Readonly<Record<string, string>> = {
  int2: 'number',
  int4: 'number',
  int8: 'number',
  float4: 'number',
  float8: 'number',
  bool: 'boolean',
  bytea: 'Buffer',
  _int2: 'number[]',
  _int4: 'number[]',
  _int8: 'number[]',
  _text: 'string[]',
}
const TEXTS = new Set([
  'text',
  'varchar',
  'bpchar',
  'uuid',
  'numeric',
  'date',
  'time',
  'inet',
  'cidr',
  'xid8',
  'regclass',
  'tsvector',
  'name',
])

function scalarType(column: Column): string {
  if (column.choices) return choicesOf(column.choices)
  return SCALARS[column.type] ?? (TEXTS.has(column.type) ? 'string' : 'unknown')
}

/** `CHECK ((state = ANY (ARRAY['new'::text, 'paid'::text])))` → `'new' | 'paid'` */
function choicesOf(check: string): string {
  return [...check.matchAll(/'((?:[^']|'')*)'::text/g)]
    .map(([, value]) => `'${value?.replaceAll("''", "\\'")}'`)
    .join(' | ')
}

const COLUMNS = `
select
  n.nspname as schema,
  c.relname as table,
  c.relkind::text as kind,
  a.attname as column,
  t.typname as type,
  a.attnotnull as not_null,
  a.atthasdef or a.attidentity <> '' as has_default,
  a.attgenerated <> '' or a.attidentity = 'a' as generated,
  (
    select min(pg_get_constraintdef(k.oid))
    from pg_constraint k
    where k.conrelid = c.oid
      and k.contype = 'c'
      and k.conkey = array[a.attnum]
      and pg_get_constraintdef(k.oid) ~ '^CHECK \\(\\([a-z_]+ = ANY \\(ARRAY\\[(''([^'']|'''')*''::text(, )?)+\\]\\)\\)\\)$'
  ) as choices
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_type t on t.oid = a.atttypid
where c.relkind in ('r', 'p', 'v', 'm')
  and not c.relispartition
  and n.nspname <> all ($1)
  and n.nspname not like 'pg\\_%'
order by n.nspname, c.relname, a.attnum
`
