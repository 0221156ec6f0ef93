import fc from 'fast-check'
import { expect, test } from 'vitest'
import { explainCase } from './commands/handle-case.ts'
import {
  at,
  billText,
  type FileLine,
  lineOf,
  nextDay,
  type Receipt,
  reconciliationHouse,
  refundLineOf,
  type Shop,
} from './reconciliation.fixture.ts'

const { reconciler, newShop } = await reconciliationHouse()
const FIRST = '2026-11-03'
const DAYS = 3
const dayAt = (index: number): string => nextDay(FIRST, index)

/** What becomes of a payment on its way into the bill. */
const FATES = [
  'good',
  'good',
  'good',
  'missing',
  'wrong',
  'twice',
  'next_day',
  'refunded',
  'refund_lost',
  'refund_slow',
] as const
type Movement = {
  readonly day: number
  readonly fate: (typeof FATES)[number]
  readonly fen: number
  readonly minute: number
}
const movement = fc.record({
  day: fc.integer({ min: 0, max: DAYS - 2 }),
  fate: fc.constantFrom(...FATES),
  fen: fc.integer({ min: 50, max: 100_000 }),
  // Away from midnight, so that what waits for a neighbour is said by the fate alone.
  minute: fc.integer({ min: 3 * 60, max: 21 * 60 }),
})
type History = {
  readonly movements: readonly Movement[]
  readonly strangers: readonly { readonly day: number; readonly fen: number }[]
  /** In which order the bills come, and which of them are gone through again. */
  readonly again: readonly number[]
  readonly replaced: readonly number[]
}
const history: fc.Arbitrary<History> = fc.record({
  movements: fc.array(movement, { minLength: 1, maxLength: 25 }),
  strangers: fc.array(
    fc.record({ day: fc.integer({ min: 0, max: DAYS - 1 }), fen: fc.integer({ min: 1, max: 900 }) }),
    { maxLength: 3 },
  ),
  again: fc.array(fc.integer({ min: 0, max: DAYS - 1 }), { maxLength: 3 }),
  replaced: fc.array(fc.integer({ min: 0, max: DAYS - 1 }), { maxLength: 1 }),
})

type Planted = { readonly lines: FileLine[][]; readonly expected: Map<string, number> }

async function plant(shop: Shop, { movements, strangers }: History): Promise<Planted> {
  const lines: FileLine[][] = Array.from({ length: DAYS }, () => [])
  const expected = new Map<string, number>()
  const expect_ = (day: number, outcome: string) => {
    const key = `${dayAt(day)} ${outcome}`
    expected.set(key, (expected.get(key) ?? 0) + 1)
  }
  for (const { day, fate, fen, minute } of movements) {
    const time = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:00`
    const receipt = await shop.receipt(fen, at(dayAt(day), time))
    const put = (...more: readonly FileLine[]) => lines[day]?.push(...more)
    await become(shop, { receipt, fate, day, put, next: (line) => lines[day + 1]?.push(line), planted: expect_ })
  }
  strangers.forEach(({ day, fen }, index) => {
    lines[day]?.push({ tradeNo: `STRANGER${index}`, fen, fee: 0, at: at(dayAt(day)) })
    expect_(day, 'channel_only')
  })
  return { lines, expected }
}

type Becoming = {
  readonly receipt: Receipt
  readonly fate: Movement['fate']
  readonly day: number
  readonly put: (...lines: readonly FileLine[]) => void
  readonly next: (line: FileLine) => void
  readonly planted: (day: number, outcome: string) => void
}

async function become(shop: Shop, { receipt, fate, day, put, next, planted }: Becoming): Promise<void> {
  const good = lineOf(receipt)
  const match = () => planted(day, 'match')
  if (fate === 'missing') planted(day, 'ours_only')
  else if (fate === 'wrong') {
    put({ ...good, fen: receipt.fen + 7 })
    planted(day, 'amount_differs')
  } else if (fate === 'twice') {
    put(good, good)
    match()
    planted(day, 'duplicate')
  } else if (fate === 'next_day') {
    next({ ...good, at: at(dayAt(day + 1), '00:00:05') })
    planted(day, 'cross_day')
    planted(day + 1, 'cross_day')
  } else {
    put(good)
    match()
    if (fate === 'good') return
    const slow = fate === 'refund_slow'
    const refund = await shop.refund(receipt, receipt.fen, receipt.at, slow ? 'processing' : 'done')
    if (fate === 'refund_lost') planted(day, 'ours_only')
    else {
      put(refundLineOf(refund))
      planted(day, slow ? 'state_differs' : 'match')
    }
  }
}

async function found(shop: Shop): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (let index = 0; index < DAYS; index++) {
    const { outcomes } = await shop.day(dayAt(index))
    for (const { outcome, count } of outcomes) if (count > 0) counts.set(`${dayAt(index)} ${outcome}`, count)
  }
  return counts
}

const sorted = (counts: ReadonlyMap<string, number>) => [...counts].toSorted(([a], [b]) => a.localeCompare(b))

test('of random histories every planted difference is found, none is invented, and explained they leave the gateway owing nothing', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (told) => {
      const shop = await newShop()
      const { lines, expected } = await plant(shop, told)
      for (let index = 0; index < DAYS; index++) {
        shop.give(dayAt(index), lines[index] ?? [])
        await shop.run(dayAt(index))
      }
      // The same, in another order of lines, so another file.
      for (const index of told.replaced) {
        const reversed = (lines[index] ?? []).toReversed()
        if (reversed.length < 2) continue
        await shop.upload(dayAt(index), billText(reversed)).catch((error) => {
          // A file that reads the same both ways is the same file.
          if (error.code !== 'reconciliation.same_file') throw error
        })
      }
      for (const index of [...told.replaced, ...told.again]) await shop.run(dayAt(index), false)
      expect(sorted(await found(shop))).toEqual(sorted(expected))

      for (const { id } of await shop.unsettled()) {
        await explainCase(reconciler, shop.ctx, id, { note: '核实', writeOff: true })
      }
      for (let index = 0; index < DAYS; index++) await shop.close(dayAt(index))
      expect(await shop.balance('cash.gateway')).toBe(0)
      const [books] = await shop.query<{ sum: number }>(
        'select coalesce(sum(balance), 0)::bigint as sum from ledger.accounts where tenant_id = $1',
      )
      expect(books?.sum).toBe(0)
      const [twice] = await shop.query<{ lines: number; posted: number }>(
        `select (select count(*) from reconciliation.matches where tenant_id = $1) as lines,
           (select coalesce(sum(case kind when 'taken_back' then -lines when 'matched' then lines else 0 end), 0)::bigint
            from reconciliation.postings where tenant_id = $1)
             + (select count(*) from reconciliation.cases where tenant_id = $1 and state = 'explained' and outcome = 'amount_differs') as posted`,
      )
      expect(twice?.posted).toBe(twice?.lines)
    }),
    { numRuns: 12 },
  )
}, 240_000)
