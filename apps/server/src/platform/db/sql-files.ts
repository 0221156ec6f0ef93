import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import pg from 'pg'

/** The database cannot be brought to this version. The message is one sentence for a person. */
export class MigrationRefused extends Error {
  override readonly name = 'MigrationRefused'
}

export type SqlFile = { readonly name: string; readonly text: string; readonly checksum: string }

/** How long a migration waits for a table that others use. */
export const LOCK_TIMEOUT = '10s'
const LOCK_NOT_AVAILABLE = '55P03'

/** What went wrong with one file, with the line where the database points at one. */
export function refusalFor(file: SqlFile, error: unknown): MigrationRefused {
  if (error instanceof pg.DatabaseError && error.code === LOCK_NOT_AVAILABLE) {
    return new MigrationRefused(
      `The migration ${file.name} waited ${LOCK_TIMEOUT} for a table that another session holds; try again when it is idle.`,
      { cause: error },
    )
  }
  const position = error instanceof pg.DatabaseError ? Number(error.position) : Number.NaN
  const line = Number.isNaN(position) ? '' : ` at line ${file.text.slice(0, position).split('\n').length}`
  const where = error instanceof pg.DatabaseError && error.where ? ` (${error.where.split('\n')[0]})` : ''
  return new MigrationRefused(`${file.name} failed${line}: ${reason(error)}${where}.`, { cause: error })
}

/** The folder's .sql files in name order. */
export async function sqlFiles(folder: URL): Promise<readonly SqlFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  return await Promise.all(
    names.map(async (name) => {
      const text = (await readFile(new URL(name, folder), 'utf8')).replaceAll('\r\n', '\n')
      return { name, text, checksum: createHash('sha256').update(text).digest('hex') }
    }),
  )
}

/** An error's own words. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // A refused connection to a name with several addresses arrives as an AggregateError without a text of its own.
  const first = error instanceof AggregateError ? error.errors[0] : error
  return (first instanceof Error && first.message) || error.message || error.name
}
