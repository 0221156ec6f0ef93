import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Functions that reach up by right: what a module asks of one above it. */
export const PORTS_FILE = 'ports.sql'

export type SqlFunction = {
  readonly file: string
  /** With its schema, which is its module's name. */
  readonly name: string
  /** Tables and functions of others that its text names. */
  readonly reaches: readonly string[]
}

/** Every SQL function with what it reaches for. An alias with a column looks like a table, so only names that were created count. */
export async function sqlFunctions(root: string): Promise<readonly SqlFunction[]> {
  const [migrations, functions] = await Promise.all([sqlIn(root, 'migrations'), sqlIn(root, 'functions')])
  const ours = new Set(
    [...migrations, ...functions].flatMap(({ sql }) =>
      [...sql.matchAll(/create (?:table|or replace function) ([a-z_]+\.[a-z_]+)/g)].map(([, name]) => name),
    ),
  )
  return functions.flatMap(({ file, sql }) =>
    sql.split(/^(?=create or replace function )/m).flatMap((text) => {
      const name = /^create or replace function ([a-z_]+\.[a-z_]+)/.exec(text)?.[1]
      if (name === undefined) return []
      const named = new Set([...text.matchAll(/(?<![\w.])[a-z_]+\.[a-z_]+/g)].map(([one]) => one))
      return [{ file, name, reaches: [...named].filter((one) => ours.has(one) && one !== name).toSorted() }]
    }),
  )
}

/** Without comments and texts: a refusal's code or an account's kind looks like a table. */
async function sqlIn(
  root: string,
  folder: string,
): Promise<readonly { readonly file: string; readonly sql: string }[]> {
  const path = join(root, 'db', folder)
  return await Promise.all(
    (await readdir(path)).map(async (file) => ({
      file,
      sql: (await readFile(join(path, file), 'utf8')).replace(/--.*$|'[^']*'/gm, ''),
    })),
  )
}
