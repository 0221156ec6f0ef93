import type pg from 'pg'
import { createDriver } from '../../bench/src/http.ts'
import { withOwner } from '../../bench/src/owner.ts'
import { settle } from '../../bench/src/settle.ts'
import { buyOne, openShop } from '../../bench/src/shop.ts'
import { startSystem } from '../../bench/src/system.ts'

/**
 * `node tools/src/sizing.ts`: what an order and a card weigh, for the table in docs/operations.md. Starts a system of its
 * own, imports cards, sells some of them over HTTP, waits until events are read, and compares the sizes of every table
 * with its indexes, and the length of the write-ahead log.
 */
const CARDS = 100_000
const ORDERS = 20_000
const SKUS = 20
const BUYERS = 32

type Sizes = { readonly tables: ReadonlyMap<string, number>; readonly wal: number }

const system = await startSystem()
const driver = createDriver(system.url, BUYERS)
try {
  const empty = await measure()
  const shop = await openShop(system, SKUS, CARDS / SKUS)
  const stocked = await measure()
  report(`a card of ${CARDS} imported`, empty, stocked, CARDS)
  let next = 0
  await Promise.all(
    Array.from({ length: BUYERS }, async () => {
      while (next < ORDERS) await buyOne(system, driver, shop, next++)
    }),
  )
  await settle(system)
  report(`an order of ${ORDERS}: one piece, paid at the gateway, delivered`, stocked, await measure(), ORDERS)
} finally {
  driver.close()
  await system.stop()
}

/** After a checkpoint, so that the log holds the usual share of full pages, and with what was deleted made free. */
async function measure(): Promise<Sizes> {
  return await withOwner(system, async (client) => {
    await client.query('vacuum')
    const tables = await client.query<{ name: string; bytes: number }>(`
      select
        coalesce(pg_partition_root(c.oid), c.oid)::regclass::text as name,
        sum(pg_total_relation_size(c.oid))::float8 as bytes
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r'
        and n.nspname not in ('pg_catalog', 'information_schema')
        and n.nspname not like 'pg\\_toast%'
      group by 1`)
    return { tables: new Map(tables.rows.map(({ name, bytes }) => [name, bytes])), wal: await walBytes(client) }
  })
}

async function walBytes(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ bytes: number }>(
    "select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as bytes",
  )
  return rows[0]?.bytes ?? 0
}

function report(what: string, before: Sizes, after: Sizes, count: number): void {
  const grown = [...after.tables]
    .map(([name, bytes]) => ({ name, each: Math.round((bytes - (before.tables.get(name) ?? 0)) / count) }))
    .filter(({ each }) => each !== 0)
    .sort((one, other) => other.each - one.each)
  const total = grown.reduce((sum, { each }) => sum + each, 0)
  console.log(`\n${what}`)
  for (const { name, each } of grown) console.log(`  ${name.padEnd(32)} ${String(each).padStart(7)} bytes`)
  console.log(`  ${'tables and indexes'.padEnd(32)} ${String(total).padStart(7)} bytes`)
  console.log(
    `  ${'write-ahead log'.padEnd(32)} ${String(Math.round((after.wal - before.wal) / count)).padStart(7)} bytes`,
  )
}
