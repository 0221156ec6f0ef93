import { expect, test } from 'vitest'
import { fenOf } from './rules.ts'

test.each([
  ['100', 10_000],
  [' 0.5 ', 50],
  ['12.34', 1_234],
  ['1.05', 105],
  ['', undefined],
  ['1.234', undefined],
  ['-1', undefined],
  ['1e3', undefined],
  ['１０', undefined],
])('“%s” is %s fen', (typed, fen) => expect(fenOf(typed)).toBe(fen))
