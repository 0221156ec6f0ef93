import type { PassedOver } from '@quanshu/contract'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Candidate, choiceRecord, choose, fieldsOf, type Sources, type Wanted, waitOf } from './choice.ts'

const healthy: Candidate = {
  offerId: 1,
  supplierId: 1,
  supplier: 'one',
  productId: 1,
  product: '月卡',
  kind: 'direct',
  costHao: 100_000,
  currency: 'CNY',
  stock: null,
  minQuantity: 1,
  maxQuantity: null,
  onSale: true,
  enabled: true,
  supplierState: 'on',
  isCovered: true,
  breaker: 'closed',
  balanceHao: null,
  position: 1,
  weight: 1,
  fieldMap: { charge_account: 'account' },
  tries: 0,
  arrived: 0,
  p50: null,
  p95: null,
}
const wanted: Wanted = {
  skuKind: 'topup',
  quantity: 1,
  unitPriceFen: 2_000,
  unitPoints: 0,
  form: { account: 'a' },
  refused: [],
}
const candidate = (offerId: number, more: Partial<Candidate> = {}): Candidate => ({
  ...healthy,
  offerId,
  supplierId: offerId,
  position: offerId,
  ...more,
})
const sources = (candidates: readonly Candidate[], more: Partial<Sources> = {}): Sources => ({
  skuId: 1,
  policy: 'cheapest',
  source: 'own',
  leastMarginFen: 0,
  candidates,
  ...more,
})
const chosenId = (...of: Parameters<typeof choose>) => choose(...of).chosen?.offerId

describe('the policies', () => {
  const cheap = candidate(1, { costHao: 90_000, p50: 40, tries: 98, arrived: 49, position: 3 })
  const quick = candidate(2, { costHao: 95_000, p50: 3, tries: 98, arrived: 60, position: 2 })
  const sure = candidate(3, { costHao: 99_000, p50: 20, tries: 98, arrived: 98, position: 4 })
  const first = candidate(4, { costHao: 98_000, p50: 50, tries: 98, arrived: 50, position: 1 })
  const all = [cheap, quick, sure, first]

  test.each([
    ['cheapest', cheap],
    ['fastest', quick],
    ['reliable', sure],
    ['fixed', first],
  ] as const)('%s', (policy, best) => {
    expect(chosenId(sources(all, { policy }), wanted)).toBe(best.offerId)
  })

  test('a source that was never used is neither the quickest nor the surest, nor the last', () => {
    const fresh = candidate(9)
    expect(chosenId(sources([fresh, quick], { policy: 'fastest' }), wanted)).toBe(quick.offerId)
    expect(chosenId(sources([fresh, cheap], { policy: 'fastest' }), wanted)).toBe(fresh.offerId)
    expect(chosenId(sources([fresh, sure], { policy: 'reliable' }), wanted)).toBe(sure.offerId)
    const bad = candidate(8, { tries: 98, arrived: 10 })
    expect(chosenId(sources([bad, fresh], { policy: 'reliable' }), wanted)).toBe(fresh.offerId)
  })

  test('one lucky try does not lead', () => {
    const lucky = candidate(9, { tries: 1, arrived: 1 })
    expect(chosenId(sources([lucky, sure], { policy: 'reliable' }), wanted)).toBe(sure.offerId)
  })

  test('of equals the surer one, then the one that stands first, then the older one', () => {
    const like = (offerId: number, more: Partial<Candidate>) => candidate(offerId, { position: 5, ...more })
    expect(chosenId(sources([like(1, { tries: 8, arrived: 1 }), like(2, { tries: 8, arrived: 8 })]), wanted)).toBe(2)
    expect(chosenId(sources([like(1, { position: 7 }), like(2, { position: 6 })]), wanted)).toBe(2)
    expect(chosenId(sources([like(2, {}), like(1, {})]), wanted)).toBe(1)
  })

  test('a source that is being probed comes behind all that are well, whatever the policy', () => {
    for (const policy of ['cheapest', 'fastest', 'reliable', 'fixed', 'weighted'] as const) {
      const probed = candidate(1, { breaker: 'half_open', costHao: 1, p50: 1, weight: 100, tries: 98, arrived: 98 })
      const well = candidate(2, { p50: 300, tries: 98, arrived: 1 })
      expect([policy, chosenId(sources([probed, well], { policy }), wanted)]).toEqual([policy, 2])
      expect([policy, chosenId(sources([probed], { policy }), wanted)]).toEqual([policy, 1])
    }
  })
})

describe('weights', () => {
  /** Each draw once, in an order that has nothing to do with the weights. */
  const draws = (count: number) => {
    let seed = 12_345
    return Array.from({ length: count }, () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return seed / 2_147_483_648
    })
  }

  test('sources are chosen in proportion to their weights', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 2, maxLength: 4 }), (weights) => {
        const candidates = weights.map((weight, at) => candidate(at + 1, { weight }))
        const rounds = 4_000
        const drawn = draws(rounds * weights.length)
        let next = 0
        const counts = weights.map(() => 0)
        for (let round = 0; round < rounds; round += 1) {
          const id = chosenId(sources(candidates, { policy: 'weighted' }), wanted, () => drawn[next++] ?? 0)
          counts[(id ?? 0) - 1] = (counts[(id ?? 0) - 1] ?? 0) + 1
        }
        const total = weights.reduce((sum, weight) => sum + weight, 0)
        weights.forEach((weight, at) => {
          expect((counts[at] ?? 0) / rounds).toBeCloseTo(weight / total, 1)
        })
      }),
      { numRuns: 25 },
    )
  })

  test('who may not deliver is never drawn', () => {
    const candidates = [candidate(1, { weight: 100, onSale: false }), candidate(2, { weight: 1 })]
    for (const draw of [0, 0.5, 0.999_999]) {
      expect(chosenId(sources(candidates, { policy: 'weighted' }), wanted, () => draw)).toBe(2)
    }
  })
})

describe('a long tail', () => {
  /** As `percentile_cont` says it. */
  const percentile = (sorted: readonly number[], part: number): number => {
    const at = (sorted.length - 1) * part
    const [low = 0, high = low] = sorted.slice(Math.floor(at), Math.floor(at) + 2)
    return low + (high - low) * (at - Math.floor(at))
  }
  const measured = (offerId: number, seconds: readonly number[], more: Partial<Candidate> = {}): Candidate => {
    const sorted = seconds.toSorted((a, b) => a - b)
    const [p50, p95] = [percentile(sorted, 0.5), percentile(sorted, 0.95)]
    return candidate(offerId, { tries: sorted.length, arrived: sorted.length, p50, p95, ...more })
  }
  /** 200 purchases, as many as are looked at: most near the middle, with one in ten that is stuck. */
  const steps = Array.from({ length: 200 }, (_, at) => (at + 0.5) / 200)
  /** What queueing systems look like: the logarithm spreads evenly about its middle. */
  const spread = (middle: number, width: number) =>
    steps.map((at) => middle * Math.exp(width * Math.log(at / (1 - at))))
  const steady = measured(1, spread(8, 0.1))
  const mostlyQuick = measured(
    2,
    steps.map((at) => (at < 0.9 ? 2 + at : 400 + 600 * at)),
  )
  const wide = measured(3, spread(6, 1.2))

  test('the quick middle of one that is at times stuck does not lead', () => {
    expect(mostlyQuick.p50).toBeLessThan(3)
    expect(mostlyQuick.p95).toBeGreaterThan(900)
    for (const slow of [mostlyQuick, wide]) {
      expect(slow.p50 ?? 0).toBeLessThan(steady.p50 ?? 0)
      expect(chosenId(sources([slow, steady], { policy: 'fastest' }), wanted)).toBe(steady.offerId)
    }
    // Who has neither a better middle nor a better tail never leads.
    const quicker = measured(4, spread(4, 0.1))
    expect(chosenId(sources([steady, quicker], { policy: 'fastest' }), wanted)).toBe(quicker.offerId)
  })

  test('the slowest of a handful is no tail yet; of twenty it is', () => {
    const few = measured(2, [2, 2, 2, 40])
    expect(chosenId(sources([few, steady], { policy: 'fastest' }), wanted)).toBe(few.offerId)
    const many = measured(
      2,
      Array.from({ length: 40 }, (_, at) => (at % 4 === 3 ? 40 : 2)),
    )
    expect(many.p50).toBe(2)
    expect(chosenId(sources([many, steady], { policy: 'fastest' }), wanted)).toBe(steady.offerId)
  })

  test('a wait is never below the middle nor above the tail, and grows with both', () => {
    const seconds = fc.double({ min: 0.01, max: 3_600, noNaN: true })
    fc.assert(
      fc.property(seconds, seconds, seconds, fc.nat(200), (p50, more, still, arrived) => {
        const wait = waitOf({ arrived, p50, p95: p50 + more })
        expect(wait).toBeGreaterThanOrEqual(p50)
        expect(wait).toBeLessThanOrEqual(p50 + more)
        expect(waitOf({ arrived, p50, p95: p50 + more + still })).toBeGreaterThanOrEqual(wait)
        expect(waitOf({ arrived, p50: p50 + still, p95: p50 + more + still })).toBeGreaterThan(wait)
      }),
    )
    expect(waitOf({ arrived: 9, p50: 7, p95: null })).toBe(7)
  })

  const sharesOf = (candidates: readonly Candidate[]) =>
    new Map(
      choose(sources(candidates, { policy: 'weighted' }), wanted, () => 0.5).judged.map(({ offerId, share }) => [
        offerId,
        share,
      ]),
    )

  test('it takes of a share, as many times as it is slower, and three quarters at most', () => {
    // 200 s to 100 s: half of its weight. 2,000 s: a quarter, not a twentieth.
    const flat = (offerId: number, seconds: number, weight = 1) =>
      measured(
        offerId,
        steps.map(() => seconds),
        { weight },
      )
    expect([...sharesOf([flat(1, 100), flat(2, 200)]).values()].toSorted()).toEqual([1 / 3, 2 / 3])
    expect(sharesOf([flat(1, 100), flat(2, 2_000)]).get(2)).toBeCloseTo(0.2)
    expect(sharesOf([flat(1, 100, 1), flat(2, 200, 8)]).get(2)).toBeCloseTo(0.8)
    // The median alone would have called the other one the better.
    expect(sharesOf([steady, mostlyQuick]).get(2)).toBeCloseTo(0.2)
  })

  test('seconds take nothing, nor does being new, and who may not deliver has none', () => {
    const shares = sharesOf([steady, candidate(5), measured(6, [1, 1, 1]), candidate(7, { onSale: false })])
    expect([...shares.entries()].toSorted()).toEqual([
      [1, 1 / 3],
      [5, 1 / 3],
      [6, 1 / 3],
      [7, null],
    ])
    // One that is only being probed sets no pace for the others.
    const probed = candidate(8, { breaker: 'half_open', p50: 1, p95: 1, tries: 99, arrived: 99 })
    const slow = measured(
      9,
      steps.map(() => 300),
    )
    expect(sharesOf([probed, slow]).get(9)).toBe(0.5)
  })

  test('a share is what is drawn', () => {
    const candidates = [steady, mostlyQuick]
    let second = 0
    let seed = 4_711
    const draw = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return seed / 2_147_483_648
    }
    for (let round = 0; round < 4_000; round += 1) {
      if (chosenId(sources(candidates, { policy: 'weighted' }), wanted, draw) === 2) second += 1
    }
    expect(second / 4_000).toBeCloseTo(0.2, 1)
  })

  test('what it came to is kept with the choice, whatever the policy', () => {
    const kept = choiceRecord('fastest', choose(sources([steady, mostlyQuick], { policy: 'fastest' }), wanted))
    expect(
      kept.candidates.map(({ offerId, waitSeconds, share, score }) => [offerId, waitSeconds === score, share]),
    ).toEqual([
      [1, true, null],
      [2, true, null],
    ])
    const shared = choiceRecord('weighted', choose(sources([steady, mostlyQuick], { policy: 'weighted' }), wanted))
    expect(shared.candidates.reduce((sum, { share }) => sum + (share ?? 0), 0)).toBeCloseTo(1)
  })
})

describe('who is passed over, and why', () => {
  test.each<[PassedOver, Partial<Candidate>, Partial<Wanted>]>([
    ['offer_off', { enabled: false }, {}],
    ['supplier_paused', { supplierState: 'paused' }, {}],
    ['paper_ended', { isCovered: false }, {}],
    ['wrong_kind', { kind: 'card' }, {}],
    ['off_shelf', { onSale: false }, {}],
    ['other_currency', { currency: 'USD' }, {}],
    ['refused_before', {}, { refused: [1] }],
    ['field_missing', { fieldMap: { charge_account: 'account', zone: 'zone' } }, {}],
    ['quantity', { minQuantity: 2 }, {}],
    ['quantity', { maxQuantity: 3 }, { quantity: 4 }],
    ['above_ceiling', { costHao: 200_001 }, {}],
    ['no_stock', { stock: 1 }, { quantity: 2 }],
    ['balance_short', { balanceHao: 199_999 }, { quantity: 2 }],
    ['breaker_open', { breaker: 'open' }, {}],
  ])('%s', (reason, more, want) => {
    const choice = choose(sources([candidate(1, more), candidate(2)]), { ...wanted, ...want })
    expect(choice.judged.map(({ offerId, passedOver }) => [offerId, passedOver])).toEqual([
      [2, null],
      [1, reason],
    ])
    expect(choice.chosen?.offerId).toBe(2)
  })

  test('exactly enough is enough', () => {
    const just = candidate(1, { stock: 2, balanceHao: 200_000, maxQuantity: 2, minQuantity: 2 })
    expect(chosenId(sources([just]), { ...wanted, quantity: 2 })).toBe(1)
    expect(chosenId(sources([candidate(1, { costHao: 200_000 })]), wanted)).toBe(1)
  })

  test('who is down just now is waited for, also when others will never do', () => {
    const down = candidate(1, { breaker: 'open' })
    expect(choose(sources([down]), wanted)).toMatchObject({ verdict: 'wait', chosen: undefined, reason: 'no_source' })
    const dear = candidate(2, { costHao: 999_999 })
    expect(choose(sources([down, dear]), wanted)).toMatchObject({ verdict: 'wait', reason: 'no_source' })
  })

  test('nobody at all is no source; only too dear ones are a loss', () => {
    expect(choose(sources([]), wanted)).toMatchObject({ verdict: 'stop', reason: 'no_source' })
    const dear = candidate(2, { costHao: 999_999 })
    expect(choose(sources([dear]), wanted)).toMatchObject({ verdict: 'stop', reason: 'loss_guard' })
    expect(choose(sources([candidate(1, { onSale: false }), dear]), wanted)).toMatchObject({ reason: 'loss_guard' })
  })
})

describe('the guard against losses', () => {
  test('the ceiling is the price less the least margin, whoever is chosen', () => {
    expect(choose(sources([candidate(1)], { leastMarginFen: 300 }), wanted).ceilingHao).toBe(170_000)
    const dear = candidate(1, { costHao: 170_001 })
    expect(choose(sources([dear], { leastMarginFen: 300 }), wanted).reason).toBe('loss_guard')
  })

  test('a margin below nought lets it sell at a loss, so far and no further', () => {
    const dear = candidate(1, { costHao: 230_000 })
    expect(choose(sources([dear], { leastMarginFen: -300 }), wanted)).toMatchObject({
      verdict: 'buy',
      ceilingHao: 230_000,
    })
    expect(choose(sources([dear], { leastMarginFen: -299 }), wanted).verdict).toBe('stop')
  })

  test('without a guard, and for what is sold for points too, a price may rise by a fifth and no further', () => {
    const dear = candidate(1, { costHao: 300_000 })
    expect(choose(sources([dear], { leastMarginFen: null }), wanted)).toMatchObject({
      verdict: 'buy',
      ceilingHao: 360_000,
    })
    expect(choose(sources([dear]), { ...wanted, unitPoints: 10 }).ceilingHao).toBe(360_000)
  })

  test('nothing is ever bought above its ceiling, from somebody who may not deliver, or while a better one stands by', () => {
    const anybody = fc.record({
      costHao: fc.integer({ min: 0, max: 400_000 }),
      stock: fc.option(fc.integer({ min: 0, max: 5 })),
      onSale: fc.boolean(),
      enabled: fc.boolean(),
      breaker: fc.constantFrom('closed' as const, 'open' as const, 'half_open' as const),
      balanceHao: fc.option(fc.integer({ min: 0, max: 1_000_000 })),
      weight: fc.integer({ min: 1, max: 100 }),
    })
    fc.assert(
      fc.property(
        fc.array(anybody, { maxLength: 6 }),
        fc.constantFrom(
          'cheapest' as const,
          'fastest' as const,
          'reliable' as const,
          'fixed' as const,
          'weighted' as const,
        ),
        fc.option(fc.integer({ min: -500, max: 1_500 })),
        fc.integer({ min: 1, max: 5 }),
        (facts, policy, leastMarginFen, quantity) => {
          const candidates = facts.map((more, at) => candidate(at + 1, more))
          const choice = choose(sources(candidates, { policy, leastMarginFen }), { ...wanted, quantity })
          expect(choice.judged).toHaveLength(candidates.length)
          const able = choice.judged.filter(({ passedOver }) => passedOver === null)
          expect(choice.verdict === 'buy').toBe(able.length > 0)
          const { chosen } = choice
          if (!chosen) return
          expect(chosen.passedOver).toBeNull()
          expect(chosen.costHao).toBeLessThanOrEqual(choice.ceilingHao)
          expect(chosen.stock ?? quantity).toBeGreaterThanOrEqual(quantity)
          for (const other of able) expect(other.score ?? 0).toBeGreaterThanOrEqual(chosen.score ?? 0)
        },
      ),
    )
  })
})

test('the supplier is told by its own names, and the choice is kept with its reasons and without anybody’s account', () => {
  const one = candidate(1)
  expect(fieldsOf(one, { account: '13800138000', note: 'x' })).toEqual({ charge_account: '13800138000' })
  const choice = choose(sources([one, candidate(2, { onSale: false })]), wanted)
  expect(choiceRecord('cheapest', choice)).toMatchObject({
    policy: 'cheapest',
    candidates: [
      { offerId: 1, balanceHao: one.balanceHao, breaker: one.breaker, passedOver: null, score: 100_000 },
      { offerId: 2, passedOver: 'off_shelf', score: null },
    ],
  })
  expect(JSON.stringify(choiceRecord('cheapest', choice))).not.toContain('charge_account')
})
