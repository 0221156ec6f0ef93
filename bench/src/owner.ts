import pg from 'pg'
import type { System } from './system.ts'

/** One errand at the database as the tables' owner: what a run checks or prepares beside the server. Answers the rows. */
export async function owner<Row extends pg.QueryResultRow>(
  system: System,
  errand: (client: pg.Client) => Promise<pg.QueryResult<Row>>,
): Promise<readonly Row[]> {
  return await withOwner(system, async (client) => (await errand(client)).rows)
}

/** The same for errands of several statements. */
export async function withOwner<T>(system: System, errand: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: system.ownerUrl })
  await client.connect()
  try {
    return await errand(client)
  } finally {
    await client.end()
  }
}
