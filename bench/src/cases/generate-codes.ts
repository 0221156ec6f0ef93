import { setTimeout as pause } from 'node:timers/promises'
import type { Bench } from '../bench.ts'
import { type Figure, plainFigure } from '../report.ts'
import { openShop } from '../shop.ts'

const PATTERN = 'QS-****-****-****-***='
const GOAL_A_SECOND = 1_000_000 / 60
const LOOK_MS = 50

/** Codes of our own: drawn, sealed, stored and told unlike any other by the worker; then all of them in the one file. */
export async function generateCodes({ system, size }: Bench): Promise<readonly Figure[]> {
  const wanted = size.importLines
  const { staff, skuIds } = await openShop(system, 1, 1_000)
  const from = performance.now()
  const { id: batchId } = await staff.call('vault.createGeneration', {
    body: { skuId: skuIds[0] ?? 0, pattern: PATTERN, wanted },
  })
  for (;;) {
    const { state, imported } = await staff.call('vault.getBatch', { params: { batchId } })
    if (state === 'ready' && imported === wanted) break
    if (state !== 'importing') throw new Error(`the batch is ${state} with ${imported} of ${wanted} codes`)
    await pause(LOOK_MS)
  }
  const made = performance.now()
  const file = await staff.download('vault.exportCodes', {
    params: { batchId },
    body: { reason: 'bench', handOut: false },
  })
  const codes = new Set((await file.text()).trimEnd().split('\r\n'))
  const exported = performance.now()
  if (codes.size !== wanted) throw new Error(`of ${wanted} codes ${codes.size} different ones were exported`)
  const making = wanted / ((made - from) / 1_000)
  const exporting = wanted / ((exported - made) / 1_000)
  return [
    plainFigure({
      case: `${wanted.toLocaleString('en')} codes of our own`,
      value: making,
      unit: 'codes/s',
      goal: 'a million in a minute',
      met: making >= GOAL_A_SECOND,
    }),
    plainFigure({
      case: 'their export, all different',
      value: exporting,
      unit: 'codes/s',
      goal: 'faster than they are made',
      met: exporting > making,
    }),
  ]
}
