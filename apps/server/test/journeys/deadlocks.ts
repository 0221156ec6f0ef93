import { afterAll, expect } from 'vitest'
import type { House } from './shop.ts'

/**
 * A deadlock is survived by trying again, but costs everybody a second: locks taken in one order never meet
 * (docs/architecture.md). Counted by PostgreSQL over the whole file, after its last test.
 */
export function expectNoDeadlocks({ query }: Pick<House, 'query'>): void {
  afterAll(async () => {
    const [row] = await query<{ deadlocks: number }>(
      'select deadlocks::integer from pg_stat_database where datname = current_database()',
    )
    expect(row).toEqual({ deadlocks: 0 })
  })
}
