import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextTier, tierSteps, unitPriceFor, yuan } from './price.ts'

const sku = {
  priceFen: 1_000,
  tiers: [
    { minQty: 50, unitPriceFen: 800 },
    { minQty: 10, unitPriceFen: 900 },
  ],
}

describe('quantity price', () => {
  it.each([
    [1, 1_000],
    [9, 1_000],
    [10, 900],
    [49, 900],
    [50, 800],
    [5_000, 800],
  ])('%i pieces cost %i fen each', (quantity, unit) => expect(unitPriceFor(sku, quantity)).toBe(unit))

  it('lists steps without gap or overlap', () => {
    expect(tierSteps(sku)).toEqual([
      { from: 1, to: 9, unitPriceFen: 1_000 },
      { from: 10, to: 49, unitPriceFen: 900 },
      { from: 50, unitPriceFen: 800 },
    ])
    expect(tierSteps({ priceFen: 1, tiers: [] })).toEqual([])
  })

  it('names what is missing to the next step', () => {
    expect(nextTier(sku, 7)).toEqual({ missing: 3, unitPriceFen: 900 })
    expect(nextTier(sku, 50)).toBeUndefined()
  })
})

describe('yuan', () => {
  it('shows every amount with two digits and loses no fen', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), (fen) => {
        expect(yuan(fen)).toMatch(/^-?\d+\.\d\d$/)
        expect(Math.round(Number(yuan(fen)) * 100)).toBe(fen)
      }),
    )
  })
})
