import { expect, test } from 'vitest'
import { torture } from './run.ts'

/** Its first four kills are one of each target; with them a full disk, a moved clock and a job at two workers. */
const SEED = 25
const MINUTES = 0.4
/** About a minute on two quiet cores; beside other tests the plan waits for the machine, and coming to rest has 4 minutes. */
const TIMEOUT_MS = 900_000

test(
  'two API and two worker processes, killed and misled for half a minute: the audit counts zero, and nobody was told anything else than the books hold',
  async () => {
    const told: string[] = []
    const report = await torture({ seed: SEED, minutes: MINUTES, say: (line) => told.push(line) })
    expect(report.passed, told.join('\n')).toBe(true)
    expect(report.killsTotal).toBeGreaterThanOrEqual(4)
    expect(report.orders.delivered).toBeGreaterThan(10)
  },
  TIMEOUT_MS,
)
