import { sql } from 'kysely'
import type { Database, ReadTx, Tx } from '../db/types.ts'

export type JobState = 'waiting' | 'retrying' | 'running' | 'given_up'
export type JobRow = {
  readonly id: number
  readonly task: string
  readonly payload: unknown
  readonly state: JobState
  readonly attempts: number
  readonly attemptsMax: number
  readonly runAt: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly lastError: string | null
}
export type JobCounts = {
  readonly waiting: number
  readonly retrying: number
  readonly running: number
  readonly givenUp: number
  /** Seconds for which the oldest job that could run has been waiting. */
  readonly oldestSeconds: number
}

/** This tenant's jobs, newest first. `beforeId` pages on. */
export async function browseJobs(
  tx: ReadTx,
  filter: { readonly state?: JobState; readonly beforeId?: number; readonly limit: number },
): Promise<readonly JobRow[]> {
  const { rows } = await sql<{ jobs: readonly JobRow[] }>`
    select jobs.browse(${filter.state ?? null}::text, ${filter.beforeId ?? null}::bigint, ${filter.limit}::integer) as jobs
  `.execute(tx.db)
  return rows[0]?.jobs ?? []
}

/** Runs a job again at once, with fresh attempts. False when it is not this tenant's, or is running. */
export async function rerunJob(tx: Tx, id: number): Promise<boolean> {
  const { rows } = await sql<{ done: boolean }>`select jobs.rerun(${id}::bigint) as done`.execute(tx.db)
  return rows[0]?.done === true
}

/** Deletes a job that gave up. False when it is not this tenant's, or has not given up. */
export async function discardJob(tx: Tx, id: number): Promise<boolean> {
  const { rows } = await sql<{ done: boolean }>`select jobs.discard(${id}::bigint) as done`.execute(tx.db)
  return rows[0]?.done === true
}

/** Over all tenants. */
export const jobCounts = (db: Database): Promise<JobCounts> => db.callGlobal('jobs.counts')
