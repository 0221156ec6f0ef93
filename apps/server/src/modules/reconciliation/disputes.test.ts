import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { BillLine } from '../payments/index.ts'
import { explainCase, postponeCase } from './commands/handle-case.ts'
import { reconcileDay } from './commands/reconcile-day.ts'
import type { Reconciler } from './model.ts'
import { at, GATEWAY, nextDay, type Receipt, reconciliationHouse, type Shop } from './reconciliation.fixture.ts'

/** What payers' banks took back, on a bill that tells of it: a line is the dispute, and no refund. */

const DAY = '2026-11-20'
const NEXT = nextDay(DAY)
const { reconciler, newShop } = await reconciliationHouse()

const disputed = async (
  shop: Shop,
  receipt: Receipt,
  no: string,
  fen: number,
  state = 'lost',
  day = DAY,
): Promise<number> => {
  const [row] = await shop.query<{ id: number }>(
    `insert into payments.chargebacks (tenant_id, gateway, dispute_no, trade_no, order_no, receipt_id, amount_fen, state, opened_at, ended_at)
     values ($1, '${GATEWAY}', $2, $3, $4, $5, $6, $7, $8::timestamptz, $8::timestamptz) returning id`,
    [no, receipt.tradeNo, receipt.orderNo, receipt.id, fen, state, at(day)],
  )
  return row?.id ?? 0
}
const line = (
  kind: BillLine['kind'],
  { tradeNo, orderNo }: Receipt,
  amountFen: number,
  more: Partial<BillLine> = {},
) => ({
  kind,
  state: 'done' as const,
  tradeNo,
  paymentNo: String(orderNo),
  refundNo: '',
  amountFen,
  feeFen: 0,
  currency: 'CNY',
  at: at(DAY),
  raw: '-',
  ...more,
})
/** Reconciles the day with these lines for its bill; answers what of our facts they were taken for. */
async function reconcile(shop: Shop, lines: readonly Omit<BillLine, 'lineNo'>[], day = DAY) {
  const bills: Reconciler['bills'] = {
    ...reconciler.bills,
    fetch: async () => ({ kind: 'done', fileName: 'bill', body: Readable.from([Buffer.from('-')]) }),
    async *read(_, body) {
      for await (const _chunk of body);
      yield* lines.map((one, n) => ({ ...one, lineNo: n + 1 }))
    },
  }
  await reconcileDay(
    { ...reconciler, bills },
    { tenantId: shop.tenantId, gateway: GATEWAY, day, askedBy: '', fetches: true },
  )
  const matched = await shop.query<{ kind: string; fact: number; fen: number }>(
    'select kind, fact_id as fact, amount_fen as fen from reconciliation.matches where tenant_id = $1 order by n',
  )
  return { outcomes: await shop.outcomes(day), matched: matched.map(({ kind, fact, fen }) => [kind, fact, fen]) }
}

test.each([
  { parts: [300, 700], told: [300, 700] },
  { parts: [300, 700], told: [700, 300] },
  { parts: [500, 500], told: [500, 500] },
])('a payment disputed in parts of $parts, told as $told: each line is its dispute', async ({ parts, told }) => {
  const shop = await newShop()
  const receipt = await shop.receipt(1_000, at(DAY))
  const ids: number[] = []
  for (const [n, fen] of parts.entries()) ids.push(await disputed(shop, receipt, `D${n}`, fen))
  const own = told.map((fen, n) => [fen, n] as const)
  const lines = [line('payment', receipt, 1_000), ...own.map(([fen]) => line('chargeback', receipt, fen))]
  const expected = [
    ['payment', receipt.id, 1_000],
    ...own.map(([fen, n]) => ['chargeback', ids[parts[0] === parts[1] ? n : parts.indexOf(fen)], fen]),
  ]
  const found = await reconcile(shop, lines)
  expect(found.matched).toEqual(expected)
  // Told once more, by a bill that takes the place of the first, nothing changes.
  expect(await reconcile(shop, lines)).toEqual(found)
})

test('one dispute told twice is a duplicate; one of another amount is a difference', async () => {
  const shop = await newShop()
  const receipt = await shop.receipt(1_000, at(DAY))
  await disputed(shop, receipt, 'D1', 400)
  const twice = [line('payment', receipt, 1_000), line('chargeback', receipt, 400), line('chargeback', receipt, 400)]
  expect((await reconcile(shop, twice)).outcomes).toMatchObject({ duplicate: '1 (1)' })
  const other = await newShop()
  const second = await other.receipt(1_000, at(DAY))
  await disputed(other, second, 'D1', 400)
  const lines = [line('payment', second, 1_000), line('chargeback', second, 300)]
  expect((await reconcile(other, lines)).outcomes).toMatchObject({ amount_differs: '1 (1)' })
})

test('of two disputes, the one that was won is the one that came back', async () => {
  const shop = await newShop()
  const receipt = await shop.receipt(1_000, at(DAY))
  const won = await disputed(shop, receipt, 'D1', 300, 'won')
  await disputed(shop, receipt, 'D2', 300)
  const lines = [300, 300].map((fen) => line('chargeback', receipt, fen))
  const { matched } = await reconcile(shop, [
    line('payment', receipt, 1_000),
    ...lines,
    line('chargeback', receipt, 300, { state: 'failed' }),
  ])
  expect(matched.at(-1)).toEqual(['chargeback_won', won, 300])
})

test('a refund made at the gateway is not taken for what a payer’s bank has had', async () => {
  const shop = await newShop()
  const receipt = await shop.receipt(1_000, at(DAY))
  const dispute = await disputed(shop, receipt, 'D1', 400)
  const { id } = await shop.refund(receipt, 400, at(DAY))
  await shop.query('update payments.refunds set chargeback_id = $3 where tenant_id = $1 and id = $2', [id, dispute])
  const found = await reconcile(shop, [
    line('payment', receipt, 1_000),
    line('chargeback', receipt, 400),
    line('refund', receipt, 400, { tradeNo: 'made-there' }),
  ])
  expect(found.matched).toEqual([
    ['payment', receipt.id, 1_000],
    ['chargeback', dispute, 400],
  ])
  expect(found.outcomes).toMatchObject({ channel_only: '1 (1)' })
})

/** Two lines of one payment disputed twice for the same amount, of which nothing was known on their day. */
async function unheard(kind: 'chargeback' | 'chargeback_won') {
  const shop = await newShop()
  const receipt = await shop.receipt(1_000, at(DAY))
  const state = kind === 'chargeback' ? 'done' : 'failed'
  const lines = [300, 300].map((fen) => line('chargeback', receipt, fen, { state }))
  // Won is what was lost: only that it came back is news.
  const known = kind === 'chargeback' ? [] : await Promise.all([1, 2].map((n) => disputed(shop, receipt, `D${n}`, 300)))
  const taken = known.map(() => line('chargeback', receipt, 300))
  await reconcile(shop, [line('payment', receipt, 1_000), ...taken, ...lines])
  const news = async (): Promise<readonly number[]> => {
    if (kind === 'chargeback')
      return [
        await disputed(shop, receipt, 'D1', 300, 'lost', NEXT),
        await disputed(shop, receipt, 'D2', 300, 'lost', NEXT),
      ]
    await shop.query("update payments.chargebacks set state = 'won', ended_at = $2 where tenant_id = $1", [at(NEXT)])
    return known
  }
  const others = { ...(await shop.receipt(500, at(NEXT))) }
  return { shop, news, nextLines: [line('payment', others, 500, { at: at(NEXT) })] }
}
describe.each(['chargeback', 'chargeback_won'] as const)(
  'a line of %s whose news comes when its day is closed',
  (kind) => {
    test.each([
      { what: 'written off', writesOff: true },
      { what: 'postponed', writesOff: false },
    ])('and that was $what is found, once', async ({ writesOff }) => {
      const { shop, news, nextLines } = await unheard(kind)
      const open = await shop.unsettled()
      expect(open.map((one) => one.kind)).toEqual([kind, kind])
      for (const { id } of open) {
        if (writesOff) await explainCase(reconciler, shop.ctx, id, { note: '核实中', writeOff: true })
        else await postponeCase(reconciler, shop.ctx, id, { note: '等消息' })
      }
      await shop.close(DAY)
      const ids = await news()
      const { matched } = await reconcile(shop, nextLines, NEXT)
      expect(
        matched
          .filter(([name]) => name === kind)
          .map(([, fact]) => fact)
          .toSorted(),
      ).toEqual(ids.toSorted())
      expect([await shop.unsettled(), await shop.balance('cash.difference')]).toEqual([[], 0])
      // Another one of that amount is none of them.
      const [receipt] = await shop.query<Receipt>(
        'select id, order_no as "orderNo", trade_no as "tradeNo" from payments.receipts where tenant_id = $1 order by id',
      )
      await disputed(shop, receipt as Receipt, 'D3', 300, kind === 'chargeback' ? 'lost' : 'won', NEXT)
      await reconcile(shop, nextLines, NEXT)
      expect((await shop.unsettled()).map((one) => one.outcome)).toContain('ours_only')
    })
  },
)

test('what the next day said of a dispute ends when the first day is run again and has it', async () => {
  const shop = await newShop()
  const receipt = await shop.receipt(1_000, at(DAY))
  const lines = [line('payment', receipt, 1_000), line('chargeback', receipt, 300)]
  await reconcile(shop, lines)
  for (const { id } of await shop.unsettled())
    await explainCase(reconciler, shop.ctx, id, { note: '差异入账', writeOff: true })
  await disputed(shop, receipt, 'D1', 300, 'lost', NEXT)
  const other = await shop.receipt(500, at(NEXT))
  await reconcile(shop, [line('payment', other, 500, { at: at(NEXT) })], NEXT)
  expect((await shop.unsettled()).map(({ outcome, day }) => [outcome, day])).toEqual([['ours_only', NEXT]])
  await reconcile(shop, lines)
  expect([await shop.unsettled(), await shop.balance('cash.difference')]).toEqual([[], 0])
  expect((await shop.day(NEXT)).state).toBe('matched')
})
