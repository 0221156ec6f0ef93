import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fen, fenToYuan, yuanToFen } from './money.ts'

describe('money', () => {
  test('fen written as yuan and read again are the same fen', () => {
    fc.assert(
      fc.property(fc.integer({ min: -99_999_999_999_999, max: 99_999_999_999_999 }), (value) => {
        expect(yuanToFen(fenToYuan(value))).toBe(value === 0 ? 0 : value)
      }),
    )
  })

  test('text that is not plain yuan with at most two decimals is no money at all', () => {
    for (const text of ['', '.', '1.', '.5', '1.234', '1e3', '0x10', '1,000', '１２', 'NaN', 'Infinity', '--1', '+1']) {
      expect(yuanToFen(text)).toBeUndefined()
    }
    expect([yuanToFen(' 19.9 '), yuanToFen('0.01'), yuanToFen('-3')]).toEqual([1990, 1, -300])
  })

  test('a fraction of a fen, or more than can be counted exactly, is a bug and says so', () => {
    for (const value of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])
      expect(() => fen(value)).toThrow(RangeError)
    expect(fen(1990)).toBe(1990)
  })
})
