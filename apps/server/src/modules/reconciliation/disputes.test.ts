import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import type { BillLine } from '../payments/index.ts'
import { reconcileDay } from './commands/reconcile-day.ts'
import type { Reconciler } from './model.ts'
import { at, GATEWAY, type Receipt, reconciliationHouse, type Shop } from './reconciliation.fixture.ts'

/** What payers' banks took back, on a bill that tells of it: a line is the dispute, and no refund. */

const DAY = '2026-11-20'
const { reconciler, newShop } = await reconciliationHouse()

const disputed = async (shop: Shop, receipt: Receipt, no: string, fen: number, state = 'lost'): Promise<number> => {
  const [row] = await shop.query<{ id: number }>(
    `insert into payments.chargebacks (tenant_id, gateway, dispute_no, trade_no, order_no, receipt_id, amount_fen, state, opened_at, ended_at)
     values ($1, '${GATEWAY}', $2, $3, $4, $5, $6, $7, $8::timestamptz, $8::timestamptz) returning id`,
    [no, receipt.tradeNo, receipt.orderNo, receipt.id, fen, state, at(DAY)],
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
async function reconcile(shop: Shop, lines: readonly Omit<BillLine, 'lineNo'>[]) {
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
    { tenantId: shop.tenantId, gateway: GATEWAY, day: DAY, askedBy: '', fetches: true },
  )
  const matched = await shop.query<{ kind: string; fact: number; fen: number }>(
    'select kind, fact_id as fact, amount_fen as fen from reconciliation.matches where tenant_id = $1 order by n',
  )
  return { outcomes: await shop.outcomes(DAY), matched: matched.map(({ kind, fact, fen }) => [kind, fact, fen]) }
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
