import { randomBytes, randomUUID } from 'node:crypto'
import type { Bench } from '../bench.ts'
import { spent } from '../processes.ts'
import { type Figure, plainFigure } from '../report.ts'
import { openShop, PRICE_FEN, type Shop } from '../shop.ts'
import { signInMembers } from './orders.ts'

const GOAL_SECONDS = 60
const WAIT_MAX_MS = 600_000
/** As often as its page asks. */
const POLL_MS = 1_500

/** A file of many lines, a code each, paid from a purse: from the yes to the file with all codes in hand. */
export async function bulk({ system, size }: Bench): Promise<readonly Figure[]> {
  const lines = size.bulkLines
  const shop = await openShop(system, 1, lines + 1_000)
  const { staff } = shop
  const [member] = await signInMembers(system, shop, 1)
  if (!member) throw new Error('nobody signed in')
  await staff.call(
    'members.adjustBalance',
    { params: { id: member.id }, body: { amountFen: lines * PRICE_FEN, reason: 'bench' } },
    { idempotencyKey: randomUUID() },
  )
  const draft = await staff.call(
    'bulk.create',
    {
      body: {
        name: `Bench ${randomBytes(3).toString('hex')}`,
        payer: 'member',
        memberId: member.id,
        skuId: shop.skuIds[0] ?? 0,
      },
    },
    { idempotencyKey: randomUUID() },
  )
  const file = Buffer.from(['数量', ...Array.from({ length: lines }, () => '1')].join('\n'))
  const uploadedFrom = performance.now()
  const read: { readonly money: { readonly totalFen: number } } = await staff.upload(
    'bulk.upload',
    { params: { bulkId: draft.id } },
    new Uint8Array(file),
    { fileName: 'bench.csv', contentType: 'text/csv' },
  )
  const beganAt = performance.now()
  const { result, cpuMicros } = await spent(
    system,
    () => ordered(staff, draft.id, read.money.totalFen),
    () => lines,
  )
  const orderedAt = performance.now()
  const answer = await staff.download('bulk.exportCodes', {
    params: { bulkId: draft.id },
    body: { reason: 'bench', format: 'txt' },
  })
  const [, ...rows] = (await answer.text()).trim().split('\r\n')
  const endedAt = performance.now()
  const codes = new Set(rows.map((row) => row.split('\t')[10]))
  if (rows.length !== lines || codes.size !== lines) {
    throw new Error(`the file has ${rows.length} lines with ${codes.size} different codes, of ${lines}`)
  }
  const seconds = (endedAt - beganAt) / 1_000
  const ms = (from: number, until: number) => `${Math.round(until - from)} ms`
  return [
    plainFigure({
      case: `bulk order of ${lines.toLocaleString('en')} lines, to the file in hand`,
      value: seconds,
      unit: 's',
      goal: `under ${GOAL_SECONDS} s`,
      met: seconds < GOAL_SECONDS,
      cpuMicros,
      note: `file read and priced in ${ms(uploadedFrom, beganAt)}, ordered in ${ms(beganAt, orderedAt)} with ${result.moves} movements seen, codes in ${ms(orderedAt, endedAt)}`,
    }),
  ]
}

/** Says yes and looks until all is over, as its page does. @throws when a line was not delivered */
async function ordered(staff: Shop['staff'], bulkId: number, totalFen: number): Promise<{ readonly moves: number }> {
  await staff.call('bulk.confirm', { params: { bulkId }, body: { totalFen } })
  const seen = new Set<number>()
  for (const until = performance.now() + WAIT_MAX_MS; performance.now() < until; ) {
    const { state, lines, counts } = await staff.call('bulk.get', { params: { bulkId } })
    seen.add(counts.waiting)
    if (state === 'done') {
      if (counts.delivered !== lines) throw new Error(`of ${lines} lines ${counts.delivered} were delivered`)
      return { moves: seen.size }
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  throw new Error(`bulk order ${bulkId} did not end`)
}
