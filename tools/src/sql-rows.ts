import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PORTS_FILE, sqlFunctions } from './sql-reach.ts'

/**
 * Part of `npm run rows`: an SQL function names tables and functions of lower rows only, like the module it belongs to. What
 * it needs of a higher one it asks of a port (`db/functions/ports.sql`). `.module-rows.json` has the rows, and by name what
 * still reaches up; what no longer does has to leave the list.
 */

type Rows = {
  readonly rows: readonly (readonly string[])[]
  readonly reachesUp: readonly { readonly from: string; readonly to: readonly string[]; readonly because: string }[]
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const { rows, reachesUp } = JSON.parse(readFileSync(join(ROOT, '.module-rows.json'), 'utf8')) as Rows
const rowOf = new Map(rows.flatMap((names, row) => names.map((name) => [name, row] as const)))
const moduleOf = (name: string): string => name.slice(0, name.indexOf('.'))

const found = new Set(
  (await sqlFunctions(ROOT)).flatMap(({ file, name, reaches }) => {
    const row = rowOf.get(moduleOf(name))
    if (row === undefined || file === PORTS_FILE) return []
    return reaches
      .filter((to) => moduleOf(to) !== moduleOf(name) && (rowOf.get(moduleOf(to)) ?? -1) >= row)
      .map((to) => `${name} -> ${to}`)
  }),
)
const known = new Set(reachesUp.flatMap(({ from, to }) => to.map((one) => `${from} -> ${one}`)))
const faults = [
  ...[...found].filter((one) => !known.has(one)).map((one) => `${one}: reaches up; declare a port in ${PORTS_FILE}`),
  ...[...known].filter((one) => !found.has(one)).map((one) => `${one}: no longer so; take it out of .module-rows.json`),
]
for (const fault of faults) process.stderr.write(`${fault}\n`)
if (faults.length > 0) process.exitCode = 1
else process.stdout.write(`SQL functions keep the rows; ${known.size} names still reach up\n`)
