import { describe, expect, test } from 'vitest'
import { openJudge, pairsTried } from '../../../test/journeys/plans.ts'
import { explainCase, pairCases, postponeCase } from './commands/handle-case.ts'
import { at, billText, GATEWAY, lineOf, nextDay, reconciliationHouse, refundLineOf } from './reconciliation.fixture.ts'

const { house, reconciler, newShop, shopOf } = await reconciliationHouse()
const DAY = '2026-11-10'
const NEXT = nextDay(DAY)

describe('the seven outcomes', () => {
  test('a line and a fact that agree are matched, posted net of the fee, and the gateway owes nothing more', async () => {
    const shop = await newShop()
    const first = await shop.receipt(1_000, at(DAY))
    const second = await shop.receipt(3_000, at(DAY, '23:59:59'))
    const refund = await shop.refund(second, 500, at(DAY, '20:00:00'))
    shop.give(DAY, [lineOf(first), lineOf(second), refundLineOf(refund)])
    expect(await shop.run(DAY)).toEqual({ kind: 'done', state: 'matched' })
    expect(await shop.outcomes(DAY)).toEqual({ match: '3' })
    expect(await shop.balance('cash.gateway')).toBe(0)
    expect(await shop.balance('cash.bank')).toBe(-(1_000 - 6 + 3_000 - 18 - 500))
    expect(await shop.balance('cash.fee')).toBe(-24)
    const { theirs, ours } = await shop.day(DAY)
    expect(theirs).toMatchObject({ payments: 2, paidFen: 4_000, refunds: 1, refundedFen: 500, feeFen: 24 })
    expect(ours).toEqual({ payments: 2, paidFen: 4_000, refunds: 1, refundedFen: 500 })
  })

  test('channel only: the gateway took money for a number that is none of ours', async () => {
    const shop = await newShop()
    shop.give(DAY, [{ tradeNo: 'STRANGE', outTradeNo: 'ABC', fen: 700, at: at(DAY) }])
    await shop.run(DAY)
    expect(await shop.cases(DAY)).toMatchObject([
      { outcome: 'channel_only', cause: 'order_unknown', differenceFen: 700, state: 'open', number: 'STRANGE' },
    ])
    expect(await shop.balance('cash.bank')).toBe(0)
  })

  test('ours only: what we booked is on neither this bill nor the next', async () => {
    const shop = await newShop()
    const receipt = await shop.receipt(800, at(DAY))
    shop.give(DAY, { kind: 'empty' })
    await shop.run(DAY)
    expect(await shop.cases(DAY)).toMatchObject([
      { outcome: 'ours_only', cause: 'not_on_bill', differenceFen: -800, orderNo: receipt.orderNo },
    ])
    expect((await shop.day(DAY)).state).toBe('differing')
  })

  test('state differs: paid there and open here, refunded there and under way here, refunded here and failed there', async () => {
    const shop = await newShop()
    const known = await shop.receipt(1_000, at(DAY))
    await shop.attempt(2_611_229_999_999_999, 900)
    const moving = await shop.refund(known, 100, at(DAY), 'processing')
    const done = await shop.refund(known, 200, at(DAY))
    shop.give(DAY, [
      lineOf(known),
      { tradeNo: 'LOST', outTradeNo: '2611229999999999', fen: 900, at: at(DAY) },
      refundLineOf(moving),
      refundLineOf(done, { status: 'FAILED' }),
    ])
    await shop.run(DAY)
    const found = (await shop.cases(DAY)).map(({ outcome, cause, differenceFen }) => [outcome, cause, differenceFen])
    expect(found.toSorted()).toEqual([
      ['state_differs', 'failed_there', 200],
      ['state_differs', 'notice_missed', 900],
      ['state_differs', 'refund_pending_here', -100],
    ])
    expect(await shop.outcomes(DAY)).toEqual({ match: '1', state_differs: '3 (3)' })
  })

  test('amount differs: the same number with another amount', async () => {
    const shop = await newShop()
    const receipt = await shop.receipt(1_000, at(DAY))
    shop.give(DAY, [lineOf(receipt, { fen: 900 })])
    await shop.run(DAY)
    expect(await shop.cases(DAY)).toMatchObject([
      { outcome: 'amount_differs', differenceFen: -100, theirs: { amountFen: 900 }, ours: { amountFen: 1_000 } },
    ])
  })

  test('duplicate: listed twice on one bill, known to us or not, and listed again on the next', async () => {
    const shop = await newShop()
    const receipt = await shop.receipt(1_000, at(DAY))
    const strange = { tradeNo: 'STRANGE', fen: 50, at: at(DAY) }
    shop.give(DAY, [lineOf(receipt), lineOf(receipt), strange, strange])
    shop.give(NEXT, [lineOf(receipt, { at: at(NEXT) }), { ...strange, at: at(NEXT) }])
    await shop.run(DAY)
    await shop.run(NEXT)
    expect(await shop.outcomes(DAY)).toEqual({ match: '1', channel_only: '1 (1)', duplicate: '2 (2)' })
    expect((await shop.cases(NEXT)).map(({ outcome, cause }) => [outcome, cause])).toEqual([
      ['duplicate', 'listed_before'],
      ['duplicate', 'listed_before'],
    ])
  })

  test('cross day: booked before midnight and listed after it settles itself when the next bill comes', async () => {
    const shop = await newShop()
    const late = await shop.receipt(1_000, at(DAY, '23:59:58'))
    const noon = await shop.receipt(400, at(DAY))
    shop.give(DAY, { kind: 'empty' })
    shop.give(NEXT, [lineOf(late, { at: at(NEXT, '00:00:01') }), lineOf(noon, { at: at(NEXT) })])
    await shop.run(DAY)
    expect(await shop.outcomes(DAY)).toEqual({ ours_only: '1 (1)', cross_day: '1 (1)' })
    expect((await shop.cases(DAY)).find(({ outcome }) => outcome === 'cross_day')).toMatchObject({
      state: 'waiting',
      cause: 'near_midnight',
    })
    await shop.run(NEXT)
    expect(await shop.outcomes(DAY)).toEqual({ cross_day: '2' })
    expect(await shop.outcomes(NEXT)).toEqual({ cross_day: '2' })
    expect((await shop.day(DAY)).state).toBe('matched')
    expect(await shop.balance('cash.gateway')).toBe(0)
  })

  test('one that waited for the next bill and is not on it is open', async () => {
    const shop = await newShop()
    await shop.receipt(1_000, at(DAY, '23:30:00'))
    shop.give(DAY, { kind: 'empty' })
    shop.give(NEXT, { kind: 'empty' })
    await shop.run(DAY)
    await shop.run(NEXT)
    expect(await shop.cases(DAY)).toMatchObject([{ outcome: 'ours_only', state: 'open' }])
  })
})

describe('going through a day again', () => {
  test('changes nothing when nothing has changed', async () => {
    const shop = await newShop()
    const receipt = await shop.receipt(1_000, at(DAY))
    await shop.receipt(2_000, at(DAY))
    shop.give(DAY, [lineOf(receipt), { tradeNo: 'X1', fen: 5, at: at(DAY) }])
    await shop.run(DAY)
    const before = [await shop.cases(), await shop.day(DAY), await shop.balance('cash.bank')]
    await shop.run(DAY)
    await shop.run(DAY, false)
    const { matchedAt: _, ...after } = await shop.day(DAY)
    expect([await shop.cases(), after, await shop.balance('cash.bank')]).toMatchObject([before[0], after, before[2]])
    expect(await shop.query('select from reconciliation.bills where tenant_id = $1')).toHaveLength(1)
    expect(await shop.query('select from reconciliation.postings where tenant_id = $1')).toHaveLength(1)
  })

  test('a line that was paired by its payment number stays paired', async () => {
    const shop = await newShop()
    const receipt = await shop.receipt(1_000, at(DAY))
    shop.give(DAY, [lineOf(receipt, { tradeNo: 'OTHER' })])
    for (let turn = 0; turn < 3; turn++) {
      await shop.run(DAY, turn < 2)
      expect(await shop.unsettled()).toEqual([])
      expect(await shop.cases(DAY)).toMatchObject([{ state: 'resolved', cause: 'by_payment_no' }])
      expect(await shop.balance('cash.gateway')).toBe(0)
    }
  })

  test('one line may be several refunds of an order: those of its day, or all there are', async () => {
    const shop = await newShop()
    const sold = await shop.receipt(5_000, at(DAY))
    for (const fen of [100, 200]) await shop.refund(sold, fen, at(DAY))
    await shop.refund(sold, 300, at(NEXT))
    const sum = (fen: number) => refundLineOf({ ...sold, id: 0, fen, refundNo: '' })
    shop.give(DAY, [lineOf(sold), sum(300)])
    await shop.run(DAY)
    expect(await shop.unsettled()).toEqual([])
    // Such a gateway tells of the later one where it tells of the others.
    shop.give(DAY, [lineOf(sold), sum(600)])
    await shop.run(DAY)
    expect(await shop.unsettled()).toEqual([])
    expect(await shop.balance('cash.gateway')).toBe(0)
    shop.give(DAY, [lineOf(sold), sum(601)])
    await shop.run(DAY)
    expect((await shop.unsettled()).map(({ outcome }) => outcome)).toContain('channel_only')
    expect(await shop.balance('cash.difference')).toBe(0)
  })

  test('a part of such a sum that was written off meanwhile is found after all', async () => {
    const shop = await newShop()
    const sold = await shop.receipt(5_000, at(DAY))
    await shop.refund(sold, 100, at(DAY))
    await shop.refund(sold, 200, at(NEXT))
    const sum = (fen: number) => refundLineOf({ ...sold, id: 0, fen, refundNo: '' })
    shop.give(DAY, [lineOf(sold), sum(100)])
    shop.give(NEXT, { kind: 'empty' })
    await shop.run(DAY)
    await shop.run(NEXT)
    for (const { id } of await shop.unsettled()) {
      await explainCase(reconciler, shop.ctx, id, { note: '次日才退', writeOff: true })
    }
    expect(await shop.balance('cash.difference')).not.toBe(0)
    shop.give(DAY, [lineOf(sold), sum(300)])
    await shop.run(DAY)
    expect(await shop.unsettled()).toEqual([])
    expect(await shop.balance('cash.difference')).toBe(0)
    expect(await shop.balance('cash.gateway')).toBe(0)
  })

  test('settles what has been booked since', async () => {
    const shop = await newShop()
    shop.give(DAY, [{ tradeNo: 'LATER', fen: 700, fee: 4, at: at(DAY) }])
    await shop.run(DAY)
    await shop.receipt(700, at(DAY), { tradeNo: 'LATER' })
    await shop.run(DAY)
    expect(await shop.unsettled()).toEqual([])
    expect((await shop.day(DAY)).state).toBe('matched')
    expect(await shop.balance('cash.gateway')).toBe(0)
  })

  test('by a newer file follows that file, posting what it added and taking back what it dropped', async () => {
    const shop = await newShop()
    const kept = await shop.receipt(1_000, at(DAY))
    const dropped = await shop.receipt(500, at(DAY))
    const corrected = await shop.receipt(300, at(DAY))
    shop.give(DAY, [
      lineOf(kept),
      lineOf(dropped),
      lineOf(corrected, { fee: 1 }),
      { tradeNo: 'GONE', fen: 9, at: at(DAY) },
    ])
    await shop.run(DAY)
    await shop.upload(DAY, billText([lineOf(kept), lineOf(corrected, { fee: 2 })]))
    await shop.run(DAY, false)
    expect(await shop.outcomes(DAY)).toEqual({ match: '2', ours_only: '1 (1)' })
    expect(await shop.balance('cash.gateway')).toBe(-500)
    expect(await shop.balance('cash.fee')).toBe(-(6 + 2))
    expect((await shop.cases(DAY)).find(({ number }) => number === 'GONE')).toMatchObject({ state: 'resolved' })
  })

  test('pairs by payment number where the gateway lists another trade number than it told us', async () => {
    const shop = await newShop()
    const receipt = await shop.receipt(1_000, at(DAY), { tradeNo: 'UPSTREAM1' })
    shop.give(DAY, [lineOf(receipt, { tradeNo: 'PLATFORM1' })])
    await shop.run(DAY)
    expect(await shop.unsettled()).toEqual([])
    expect(await shop.balance('cash.gateway')).toBe(0)
  })
})

describe('what people do', () => {
  test('a write-off posts the gateway’s line and leaves the difference in its account', async () => {
    const shop = await newShop()
    const receipt = await shop.receipt(1_000, at(DAY))
    await shop.receipt(200, at(DAY))
    shop.give(DAY, [lineOf(receipt, { fen: 900, fee: 5 }), { tradeNo: 'STRANGE', fen: 70, fee: 1, at: at(DAY) }])
    await shop.run(DAY)
    for (const { id } of await shop.unsettled()) {
      await explainCase(reconciler, shop.ctx, id, { note: '与通道核实', writeOff: true })
    }
    expect(await shop.balance('cash.gateway')).toBe(0)
    expect(await shop.balance('cash.difference')).toBe(-100 - 200 + 70)
    expect(await shop.balance('cash.bank')).toBe(-(900 - 5 + 70 - 1))
    expect((await shop.day(DAY)).state).toBe('matched')
    await shop.run(DAY)
    expect(await shop.unsettled()).toEqual([])
    expect(await shop.balance('cash.difference')).toBe(-230)
  })

  test('what was written off and turns up is taken back on the day it turns up', async () => {
    const shop = await newShop()
    const receipt = await shop.receipt(1_000, at(DAY))
    shop.give(DAY, [{ tradeNo: 'LATER', fen: 700, fee: 4, at: at(DAY) }])
    await shop.run(DAY)
    for (const { id } of await shop.unsettled()) {
      await explainCase(reconciler, shop.ctx, id, { note: '差异入账', writeOff: true })
    }
    await shop.close(DAY)
    await shop.receipt(700, at(NEXT), { tradeNo: 'LATER' })
    shop.give(NEXT, [lineOf(receipt, { at: at(NEXT) })])
    await shop.run(NEXT)
    expect(await shop.balance('cash.gateway')).toBe(0)
    expect(await shop.balance('cash.difference')).toBe(0)
    expect(await shop.unsettled()).toEqual([])
    expect((await shop.cases(NEXT)).map(({ cause }) => cause).toSorted()).toEqual([
      'found_after_write_off',
      'found_after_write_off',
      'other_day',
    ])
  })

  test('postponed, a difference is the next day’s, and settles there by itself', async () => {
    const shop = await newShop()
    const receipt = await shop.receipt(1_000, at(DAY))
    shop.give(DAY, { kind: 'empty' })
    await shop.run(DAY)
    const [open] = await shop.unsettled()
    await postponeCase(reconciler, shop.ctx, open?.id ?? 0, { note: '等次日' })
    await shop.close(DAY)
    shop.give(NEXT, [lineOf(receipt, { at: at(NEXT) })])
    await shop.run(NEXT)
    expect(await shop.unsettled()).toEqual([])
    expect((await shop.day(NEXT)).state).toBe('matched')
  })

  test('one of theirs and one of ours under two numbers become a pair, of one amount only', async () => {
    const shop = await newShop()
    await shop.receipt(1_000, at(DAY))
    await shop.receipt(999, at(DAY))
    shop.give(DAY, [{ tradeNo: 'OTHER', fen: 1_000, fee: 6, at: at(DAY) }])
    await shop.run(DAY)
    const [theirs, ...ours] = (await shop.unsettled()).toSorted((a, b) => a.outcome.localeCompare(b.outcome))
    const idOf = (fen: number) => ours.find((one) => one.ours?.amountFen === fen)?.id ?? 0
    await expect(
      pairCases(reconciler, shop.ctx, theirs?.id ?? 0, { withId: idOf(999), note: '' }),
    ).rejects.toMatchObject({ code: 'reconciliation.no_pair' })
    await pairCases(reconciler, shop.ctx, theirs?.id ?? 0, { withId: idOf(1_000), note: '同一笔' })
    expect(await shop.balance('cash.gateway')).toBe(-999)
    expect((await shop.unsettled()).map(({ ours: side }) => side?.amountFen)).toEqual([999])
  })
})

describe('a closed day', () => {
  test('closes only when nothing is unexplained', async () => {
    const shop = await newShop()
    await expect(shop.close(DAY)).rejects.toMatchObject({ code: 'reconciliation.no_bill' })
    await shop.receipt(100, at(DAY))
    shop.give(DAY, { kind: 'empty' })
    await shop.run(DAY)
    await expect(shop.close(DAY)).rejects.toMatchObject({ code: 'reconciliation.not_explained', params: { count: 1 } })
  })

  test('never changes again: not by a run, an upload, an explanation, nor by the tables’ owner', async () => {
    const shop = await newShop()
    const receipt = await shop.receipt(100, at(DAY))
    shop.give(DAY, [lineOf(receipt)])
    await shop.run(DAY)
    await shop.close(DAY)
    const before = await shop.day(DAY)
    shop.give(DAY, [lineOf(receipt), { tradeNo: 'NEW', fen: 1, at: at(DAY) }])
    expect(await shop.run(DAY)).toEqual({ kind: 'closed' })
    await expect(shop.upload(DAY, 'x')).rejects.toMatchObject({ code: 'reconciliation.day_closed' })
    for (const change of [
      'update reconciliation.days set closed_by = closed_by where tenant_id = $1',
      'update reconciliation.bills set lines = lines where tenant_id = $1',
      'delete from reconciliation.bill_lines where tenant_id = $1',
      'update reconciliation.matches set fee_fen = 0 where tenant_id = $1',
      'delete from reconciliation.matches where tenant_id = $1',
      `insert into reconciliation.cases (tenant_id, gateway, day, first_day, key, outcome, cause, kind, state, difference_fen)
       values ($1, '${GATEWAY}', '${DAY}', '${DAY}', 'x', 'ours_only', 'x', 'payment', 'open', 0)`,
    ]) {
      await expect(shop.query(change), change).rejects.toThrow('closed')
    }
    expect(await shop.day(DAY)).toEqual(before)
  })

  test('a payment that is heard of after the closing is a difference of the day on which it was heard', async () => {
    const shop = await newShop()
    shop.give(DAY, { kind: 'empty' })
    await shop.run(DAY)
    await shop.close(DAY)
    await shop.receipt(100, at(DAY), { receivedAt: at(NEXT) })
    shop.give(NEXT, { kind: 'empty' })
    await shop.run(NEXT)
    expect(await shop.cases(NEXT)).toMatchObject([{ outcome: 'ours_only', cause: 'late_for_closed_day' }])
  })
})

test('another shop’s rows are never seen', async () => {
  const shop = await newShop()
  const receipt = await shop.receipt(100, at(DAY))
  await shop.receipt(200, at(DAY))
  shop.give(DAY, [lineOf(receipt)])
  await shop.run(DAY)
  const neighbour = shopOf(await house.plantNeighbour(shop.tenantId))
  const before = [await neighbour.cases(), await neighbour.day(DAY)]
  const [open] = await shop.unsettled()
  await explainCase(reconciler, shop.ctx, open?.id ?? 0, { note: 'x', writeOff: true })
  await shop.run(DAY)
  expect([await neighbour.cases(), await neighbour.day(DAY)]).toEqual(before)
  expect(await neighbour.balance('cash.difference')).toBe(0)
})

test.skipIf(house.adminUrl === undefined)(
  'a day of which no bill has anything costs each fact the same, counted by the planner or not',
  async () => {
    const shop = await newShop()
    const judge = await openJudge(house.adminUrl ?? '')
    const [facts, step] = [3_000, 1_000]
    try {
      // As they stand until somebody analyzes them.
      for (const table of ['payments.receipts', 'reconciliation.cases', 'reconciliation.matches'])
        await house.owner.query(`alter table ${table} set (autovacuum_enabled = false)`)
      await shop.query(
        `insert into payments.receipts (tenant_id, gateway, trade_no, order_no, amount_fen, currency, state, paid_at, received_at)
         select $1, '${GATEWAY}', 'N' || n, 2700000000000000 + n, 100, 'CNY', 'applied', x.at, x.at
         from generate_series(1, $2::integer) n, lateral (select $3::timestamptz + n * interval '1 second' as at) x`,
        [facts, at(DAY)],
      )
      await shop.query(`select reconciliation.take_day($1, '${GATEWAY}', $2, 'w', 'matching')`, [DAY])
      for (let place: unknown = null, count = 0; count < facts; count += step) {
        const { value, statements } = await judge.run(
          `select reconciliation.match_ours($1, '${GATEWAY}', $2, 'w', 'payment', $3, $4)`,
          [shop.tenantId, DAY, place === null ? null : JSON.stringify(place), step],
        )
        expect(value).toMatchObject({ count: step })
        place = (value as { readonly place: unknown }).place
        expect(pairsTried(statements)).toBeLessThan(10 * step)
      }
      const [row] = await shop.query('select count(*)::integer as cases from reconciliation.cases where tenant_id = $1')
      expect(row).toEqual({ cases: facts })
    } finally {
      await judge.end()
    }
  },
)
