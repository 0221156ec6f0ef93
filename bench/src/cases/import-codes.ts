import { createReadStream, createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import type { Bench } from '../bench.ts'
import { withOwner } from '../owner.ts'
import { memoryMb, watchPeak } from '../processes.ts'
import { type Figure, plainFigure } from '../report.ts'
import { makeLines, openShop } from '../shop.ts'
import type { System } from '../system.ts'

const GOAL_RATIO = 1 / 3
const MEMORY_MAX_MB = 300

/** A file of new codes, then the same again (all duplicates): speed and the memory it takes above idle. */
export async function importCodes({ system, size }: Bench): Promise<readonly Figure[]> {
  const lines = size.importLines
  const shop = await openShop(system, 1, 1_000)
  const [skuId = 0] = shop.skuIds
  const file = makeLines(lines)
  const idleMb = memoryMb(system).api
  const peak = watchPeak(() => memoryMb(system).api)
  const fresh = await shop.importLines(skuId, file)
  const again = await shop.importLines(skuId, file)
  const aboveIdleMb = peak.stop() - idleMb
  if (fresh.imported !== lines || again.imported !== 0) {
    throw new Error(`of ${lines} lines ${fresh.imported} were imported, and ${again.imported} a second time`)
  }
  const limit = await copyLimit(system, skuId, lines)
  const speed = (name: string, ms: number): Figure => {
    const value = lines / (ms / 1_000)
    return plainFigure({
      case: name,
      value,
      unit: 'lines/s',
      limit,
      ratio: value / limit,
      goal: 'a third of a plain copy',
      met: value >= limit * GOAL_RATIO,
    })
  }
  return [
    speed(`import of ${lines.toLocaleString('en')} new codes`, fresh.ms),
    speed('the same file again, all duplicates', again.ms),
    plainFigure({
      case: 'import, peak memory above idle',
      value: aboveIdleMb,
      unit: 'MB',
      goal: `under ${MEMORY_MAX_MB} MB`,
      met: aboveIdleMb < MEMORY_MAX_MB,
      note: `${Math.round(idleMb)} MB when idle`,
    }),
  ]
}

/** Lines a second when the very rows, encrypted as they are, are copied into a table with the same indexes and checks. */
async function copyLimit(system: System, skuId: number, lines: number): Promise<number> {
  const path = join(system.dataDir, 'bench-cards.copy')
  try {
    return await withOwner(system, async (client) => {
      const rows = `(select * from vault.cards where sku_id = ${skuId} order by ctid) to stdout (format binary)`
      await pipeline(client.query(copyTo(`copy ${rows}`)), createWriteStream(path))
      await client.query('create table vault.bench_cards (like vault.cards including all)')
      const ms = await copied(client, path, lines)
      await client.query('drop table vault.bench_cards')
      return lines / (ms / 1_000)
    })
  } finally {
    await rm(path, { force: true })
  }
}

async function copied(client: pg.Client, path: string, lines: number): Promise<number> {
  const from = performance.now()
  await pipeline(createReadStream(path), client.query(copyFrom('copy vault.bench_cards from stdin (format binary)')))
  const ms = performance.now() - from
  const { rows } = await client.query<{ count: number }>('select count(*)::integer as count from vault.bench_cards')
  const count = rows[0]?.count ?? 0
  if (count < lines) throw new Error(`of ${lines} rows ${count} were copied`)
  return ms * (lines / count)
}
