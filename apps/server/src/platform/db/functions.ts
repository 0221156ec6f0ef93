import pg from 'pg'
import type { Log } from '../log/index.ts'
import { LOCK_TIMEOUT, refusalFor, type SqlFile } from './sql-files.ts'

/** `create or replace` refuses another return type, argument name or default. */
const CANNOT_REPLACE = new Set(['42P13', '42725'])

/**
 * Applies the function files whose text changed, in name order and one transaction. Functions that left a file are
 * dropped; one that cannot be replaced (its result or arguments changed) is dropped and made again.
 */
export async function applyFunctions(client: pg.Client, files: readonly SqlFile[], log: Log): Promise<void> {
  const { rows } = await client.query<{ name: string; checksum: string; functions: string[] }>(
    'select name, checksum, functions from platform.function_files',
  )
  const applied = new Map(rows.map((row) => [row.name, row]))
  const changed = files.filter((file) => applied.get(file.name)?.checksum !== file.checksum)
  if (changed.length === 0) return
  let current = changed[0] as SqlFile
  try {
    // First without looking into the bodies, because they call each other across files; then again with the look.
    await client.query(`begin; set local lock_timeout = '${LOCK_TIMEOUT}'; set local check_function_bodies = off`)
    for (const file of changed) {
      current = file
      await replaceFunctions(client, file, applied.get(file.name)?.functions ?? [])
    }
    await client.query('set local check_function_bodies = on')
    for (const file of changed) {
      current = file
      await client.query(file.text)
    }
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw refusalFor(current, error)
  }
  log.info({ files: changed.map((file) => file.name) }, 'functions applied')
}

async function replaceFunctions(client: pg.Client, file: SqlFile, before: readonly string[]): Promise<void> {
  await client.query('savepoint file')
  try {
    await client.query(file.text)
  } catch (error) {
    if (!(error instanceof pg.DatabaseError && CANNOT_REPLACE.has(error.code ?? ''))) throw error
    await client.query('rollback to savepoint file')
    await dropFunctions(client, before)
    await client.query(file.text)
  }
  const after = await functionsOfSavepoint(client, file)
  await dropFunctions(
    client,
    before.filter((name) => !after.includes(name)),
  )
  await client.query('release savepoint file')
}

/**
 * Notes the file as applied. The functions it made or replaced are the catalogue's rows that carry the same
 * subtransaction as the note itself.
 */
async function functionsOfSavepoint(client: pg.Client, file: SqlFile): Promise<readonly string[]> {
  const { rows } = await client.query<{ functions: string[] }>(
    `with note as (
       insert into platform.function_files (name, checksum, functions)
       values ($1, $2, '{}')
       on conflict (name) do update
       set checksum = excluded.checksum, applied_at = now()
       returning xmin
     )
     select coalesce(array_agg(p.oid::regprocedure::text order by p.oid), '{}') as functions
     from note
     join pg_proc p on p.xmin = note.xmin`,
    [file.name, file.checksum],
  )
  const functions = rows[0]?.functions ?? []
  await client.query('update platform.function_files set functions = $2 where name = $1', [file.name, functions])
  return functions
}

async function dropFunctions(client: pg.Client, names: readonly string[]): Promise<void> {
  for (const name of names) await client.query(`drop function if exists ${name}`)
}
