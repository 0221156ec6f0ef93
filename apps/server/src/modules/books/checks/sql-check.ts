import type { BooksCheck } from '@quanshu/contract'
import type { Check, Step } from '../model.ts'

/** No step takes more rows than sixteen times its first number, however idle the machine is. */
const GROWTH_MAX = 16

/** A check whose step is one call of `books.step`: one statement, one snapshot. */
export function sqlCheck(name: BooksCheck, rows: number): Check {
  return {
    name,
    rows,
    rowsMax: rows * GROWTH_MAX,
    step: ({ db }, tenantId, { place, rows: limit, scope }) =>
      db.call<Step>(tenantId, 'books.step', name, place, limit, scope),
  }
}
