import { expect, test } from 'vitest'
import { splitFen } from './split.ts'

test('the shares add up to the price, and the fen that is left goes to who lost most by rounding', () => {
  expect(splitFen(2_002, [5_970, 1_990])).toEqual([1_502, 500])
  expect(splitFen(100, [1, 1, 1])).toEqual([34, 33, 33])
  expect(splitFen(5, [0, 0])).toEqual([3, 2])
  expect(splitFen(0, [7, 1])).toEqual([0, 0])
  expect(splitFen(1_000_000_000, [1_000_000_000_000, 1])).toEqual([1_000_000_000, 0])
  expect(splitFen(5, [])).toEqual([])
})
