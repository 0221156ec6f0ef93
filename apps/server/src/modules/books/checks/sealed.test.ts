import { expect, test } from 'vitest'
import { testPlatform } from '../../../../test/harness/index.ts'
import { sources } from './sealed.ts'

const { owner } = await testPlatform()

/** Columns that hold cipher texts without saying so by their name. */
const BY_ANOTHER_NAME = ['identity.staff.totp_secret', 'members.members.phone']

test('every column of cipher texts is opened by the audit, and the database knows every source', async () => {
  const { rows } = await owner.query<{ column: string }>(`
    select format('%s.%s.%s', n.nspname, c.relname, a.attname) as column
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p') and not c.relispartition
    join pg_namespace n on n.oid = c.relnamespace
    where a.atttypid = 'bytea'::regtype
      and not a.attisdropped
      and a.attname ~ 'sealed$'`)
  const body = String(
    (await owner.query(`select prosrc from pg_proc where oid = 'books.sealed_page'::regproc`)).rows[0]?.prosrc,
  )
  const known = [...body.matchAll(/\('([\w.]+)', '([\w.]+)', '\w+', '(\w+)'/g)].map(([, name, table, column]) => ({
    name,
    column: `${table}.${column}`,
  }))
  expect(known.map(({ name }) => name).toSorted()).toEqual(sources.map(({ table }) => table).toSorted())
  expect(known.map(({ column }) => column).toSorted()).toEqual(
    [...rows.map(({ column }) => column), ...BY_ANOTHER_NAME].toSorted(),
  )
})
