import type { Figure } from '../report.ts'
import { makeLines, type Shop } from '../shop.ts'
import { memoryMb, type System } from '../system.ts'

const SAMPLE_EVERY_MS = 50
const SECONDS_PER_100_000 = 10
const MEMORY_MAX_MB = 200

/** A file of new codes, then the same again (all duplicates): speed and the memory it takes above idle. */
export async function importCase(system: System, shop: Shop, lines: number): Promise<readonly Figure[]> {
  const [skuId = 0] = shop.skuIds
  const file = makeLines(lines)
  const idleMb = memoryMb(system.pid) ?? 0
  let peakMb = idleMb
  const sampler = setInterval(() => {
    peakMb = Math.max(peakMb, memoryMb(system.pid) ?? 0)
  }, SAMPLE_EVERY_MS)
  const fresh = await shop.importLines(skuId, file)
  const again = await shop.importLines(skuId, file)
  clearInterval(sampler)
  if (fresh.imported !== lines || again.imported !== 0) throw new Error('the import lost or doubled lines')
  const goal = lines / SECONDS_PER_100_000 / (lines / 100_000)
  return [
    speed(`import of ${lines.toLocaleString('en')} new lines`, lines, fresh.ms, goal),
    speed('the same file again, all duplicates', lines, again.ms, goal),
    {
      case: 'import, peak memory above idle',
      value: peakMb - idleMb,
      unit: 'MB',
      p50: null,
      p99: null,
      limit: null,
      ratio: null,
      goal: `under ${MEMORY_MAX_MB} MB`,
      met: peakMb - idleMb < MEMORY_MAX_MB,
    },
  ]
}

const speed = (name: string, lines: number, ms: number, goal: number): Figure => ({
  case: name,
  value: lines / (ms / 1_000),
  unit: 'lines/s',
  p50: null,
  p99: null,
  limit: null,
  ratio: null,
  goal: `${goal.toLocaleString('en')} lines/s`,
  met: lines / (ms / 1_000) >= goal,
})
