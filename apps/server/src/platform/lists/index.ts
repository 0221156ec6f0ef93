import { assert } from '@quanshu/kernel'
import { type RawBuilder, sql } from 'kysely'

/** What a list route's query says about the page. */
export type PageQuery = { readonly page: number; readonly pageSize: number; readonly sort?: string | undefined }

/** The conditions that are there, joined by `and`. The first one is the tenant, so it is never empty. */
export function allOf(
  first: RawBuilder<unknown>,
  ...others: readonly (RawBuilder<unknown> | false | undefined)[]
): RawBuilder<unknown> {
  return sql.join([first, ...others.filter((condition) => condition !== false && condition !== undefined)], sql` and `)
}

/**
 * `order by` of a list: `columns` says what stands behind the names that the route's `sortBy` lets through.
 * The id comes last, so that rows with equal values keep their place from page to page.
 * @param fallback a name of `columns`, with `-` for descending
 */
export function orderBy(
  sort: string | undefined,
  columns: Readonly<Record<string, RawBuilder<unknown>>>,
  fallback: string,
  id: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const wanted = sort ?? fallback
  const name = wanted.replace(/^-/, '')
  const column = Object.hasOwn(columns, name) ? columns[name] : undefined
  assert(column !== undefined, `the contract lets a list be sorted by ${name}, which has no column`)
  return wanted.startsWith('-')
    ? sql`order by ${column} desc nulls last, ${id} desc`
    : sql`order by ${column} asc nulls last, ${id} asc`
}

export function limitOf({ page, pageSize }: PageQuery): RawBuilder<unknown> {
  return sql`limit ${pageSize}::bigint offset ${(page - 1) * pageSize}::bigint`
}

/** For `ilike`: finds the words as they were typed, `%` and `_` included. */
export function containing(words: string): string {
  return `%${words.replace(/[\\%_]/g, (char) => `\\${char}`)}%`
}

/**
 * Walks a whole list for an export, a thousand rows at a time in short transactions, newest first.
 * @param load rows with an id below `beforeId`, in descending order, at most `count`
 */
export async function* everyRow<T extends { readonly id: number }>(
  load: (beforeId: number, count: number) => Promise<readonly T[]>,
): AsyncGenerator<T> {
  const count = 1_000
  for (let beforeId = Number.MAX_SAFE_INTEGER; ; ) {
    const rows = await load(beforeId, count)
    yield* rows
    const last = rows.at(-1)
    if (!last || rows.length < count) return
    beforeId = last.id
  }
}
