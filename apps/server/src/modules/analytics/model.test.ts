import { describe, expect, test } from 'vitest'
import { checkReportRange, daysOf, rangeBefore, stepsOf } from './model.ts'

describe('the range before', () => {
  test('has as many days', () => {
    expect(rangeBefore({ from: '2026-11-16', to: '2026-11-22' })).toEqual({ from: '2026-11-09', to: '2026-11-15' })
    expect(rangeBefore({ from: '2026-03-01', to: '2026-03-01' })).toEqual({ from: '2026-02-28', to: '2026-02-28' })
  })
  test('is whole months when the range is', () => {
    expect(rangeBefore({ from: '2026-03-01', to: '2026-03-31' })).toEqual({ from: '2026-02-01', to: '2026-02-28' })
    expect(rangeBefore({ from: '2026-01-01', to: '2026-12-31' })).toEqual({ from: '2025-01-01', to: '2025-12-31' })
  })
})

describe('the steps of a range', () => {
  test('begin on the shop’s clock', () => {
    expect(stepsOf({ from: '2026-11-22', to: '2026-11-23' }, 'day').map((at) => at.toISOString())).toEqual([
      '2026-11-21T16:00:00.000Z',
      '2026-11-22T16:00:00.000Z',
    ])
    expect(stepsOf({ from: '2026-11-22', to: '2026-11-22' }, 'hour')).toHaveLength(24)
    expect(stepsOf({ from: '2026-11-22', to: '2027-01-02' }, 'month').map((at) => at.toISOString())).toEqual([
      '2026-10-31T16:00:00.000Z',
      '2026-11-30T16:00:00.000Z',
      '2026-12-31T16:00:00.000Z',
    ])
  })
})

test('a range that ends before it begins, or has too many steps, is refused', () => {
  expect(daysOf({ from: '2024-02-28', to: '2024-03-01' })).toBe(3)
  expect(() => checkReportRange({ from: '2026-11-23', to: '2026-11-22' }, 'day')).toThrow('range_reversed')
  expect(() => checkReportRange({ from: '2026-01-01', to: '2026-03-01' }, 'hour')).toThrow('range_too_long')
})
