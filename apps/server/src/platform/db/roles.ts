import pg from 'pg'
import { MigrationRefused } from './sql-files.ts'

const DUPLICATE_OBJECT = '42710'
const UNIQUE_VIOLATION = '23505'
const INSUFFICIENT_PRIVILEGE = '42501'

/**
 * Makes sure that `quanshu_app` exists, is bound by row-level security, and that the owner may become it.
 * Roles belong to the whole server, so another database's start may make it at the same moment.
 */
export async function prepareAppRole(client: pg.Client, password: string | undefined): Promise<void> {
  await createRole(client)
  const { rows } = await client.query<{ free: boolean; member: boolean; me: string }>(`
    select
      (select rolsuper or rolbypassrls from pg_roles where rolname = 'quanshu_app') as free,
      pg_has_role(current_user, 'quanshu_app', case when current_setting('server_version_num')::integer < 160000 then 'member' else 'set' end) as member,
      current_user as me
  `)
  const [role] = rows
  if (role?.free) {
    throw new MigrationRefused(
      'The role quanshu_app is a superuser or has BYPASSRLS, so tenants would see each other; run: alter role quanshu_app nosuperuser nobypassrls.',
    )
  }
  if (role?.me === 'quanshu_app') {
    throw new MigrationRefused('DATABASE_URL signs in as quanshu_app; it must be the role that owns the tables.')
  }
  if (!role?.member) await client.query('grant quanshu_app to current_user')
  if (password !== undefined) {
    await client.query(`alter role quanshu_app login password ${pg.escapeLiteral(password)}`)
  }
}

async function createRole(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query("select from pg_roles where rolname = 'quanshu_app'")
  if (rowCount) return
  try {
    await client.query('create role quanshu_app nologin')
  } catch (error) {
    const code = error instanceof pg.DatabaseError ? error.code : undefined
    if (code === DUPLICATE_OBJECT || code === UNIQUE_VIOLATION) return
    if (code === INSUFFICIENT_PRIVILEGE) {
      throw new MigrationRefused(
        'The role quanshu_app is missing and DATABASE_URL’s role may not create it; an administrator has to run: create role quanshu_app nologin; grant quanshu_app to <that role>.',
        { cause: error },
      )
    }
    throw error
  }
}
