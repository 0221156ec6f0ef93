import { randomUUID } from 'node:crypto'
import type { Bench } from '../bench.ts'
import { createDriver } from '../http.ts'
import { offer } from '../open-loop.ts'
import { withOwner } from '../owner.ts'
import { type Figure, plainFigure } from '../report.ts'
import { buyOne, OrderRefused, openShop } from '../shop.ts'

const CONNECTIONS = 128
const PER_SECOND = 100
const SECONDS = 6
const PRESSED_AFTER_MS = 3_000
const GOAL_MS = 1_000

/**
 * A batch is recalled while it sells: from the button to the last of its pieces that anybody was given. It is the shop's only stock,
 * so whoever pays later waits, and no order may be sold from it.
 */
export async function recall({ system }: Bench): Promise<readonly Figure[]> {
  const shop = await openShop(system, 1, PER_SECOND * SECONDS * 2)
  const [skuId = 0] = shop.skuIds
  const { items } = await shop.staff.call('vault.listBatches', { query: { skuId } })
  const batchId = items[0]?.id ?? 0
  const driver = createDriver(system.url, CONNECTIONS)
  let refused = 0
  let lastSeenAt = 0
  const selling = offer({ perSecond: PER_SECOND, count: PER_SECOND * SECONDS }, async (n) => {
    try {
      await buyOne(system, driver, shop, n)
      lastSeenAt = Date.now()
    } catch (error) {
      // Sold out, or paid and waiting for other stock.
      if (!(error instanceof OrderRefused) && !String(error).includes('is not delivered')) throw error
      refused += 1
    }
    return performance.now()
  })
  await new Promise((resolve) => setTimeout(resolve, PRESSED_AFTER_MS))
  const pressedAt = Date.now()
  await shop.staff.call(
    'fulfilment.recallBatch',
    { params: { batchId }, body: { reason: 'bench', evidence: '' } },
    { idempotencyKey: randomUUID() },
  )
  const answeredMs = Date.now() - pressedAt
  await selling
  driver.close()
  const { lastAt, delivered, after } = await withOwner(system, async (client) => {
    const { rows } = await client.query<{ lastAt: number; delivered: number; after: number }>(
      `select (extract(epoch from max(g.granted_at)) * 1000)::float8 as "lastAt", count(*)::integer as delivered,
         count(*) filter (where g.granted_at > to_timestamp($2::float8 / 1000))::integer as after
       from entitlements.grants g
       join vault.cards c on c.tenant_id = g.tenant_id and c.id = g.card_id
       where c.batch_id = $1`,
      [batchId, pressedAt],
    )
    return rows[0] ?? { lastAt: 0, delivered: 0, after: 0 }
  })
  if (delivered === 0 || refused === 0) throw new Error('it was not recalled while it sold')
  const tookMs = Math.max(lastAt - pressedAt, 0)
  return [
    plainFigure({
      case: `recall of a batch that sells ${PER_SECOND}/s`,
      value: tookMs,
      unit: 'ms to the last piece',
      goal: `within ${GOAL_MS} ms of the button`,
      met: tookMs <= GOAL_MS,
      note: `answered after ${answeredMs} ms; ${delivered} pieces delivered before, ${after} of them after the button, the last read on its page ${Math.max(lastSeenAt - pressedAt, 0)} ms after it; ${refused} orders found nothing to buy`,
    }),
  ]
}
