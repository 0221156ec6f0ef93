import { expect, test } from 'vitest'
import { torture } from './run.ts'

const SEED = 3
/** Long enough for each of the four targets to be killed. */
const MINUTES = 0.4

test('two API and two worker processes, killed and misled for half a minute: the audit counts zero and no buyer was told anything else than the books hold', async () => {
  const told: string[] = []
  const report = await torture({ seed: SEED, minutes: MINUTES, say: (line) => told.push(line) })
  expect(report.passed, told.join('\n')).toBe(true)
  expect(Object.entries(report.kills).filter(([, times]) => times === 0)).toEqual([])
  expect(report.orders.delivered).toBeGreaterThan(10)
})
