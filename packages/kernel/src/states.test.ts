import { describe, expect, test } from 'vitest'
import { shopDay } from './clock.ts'
import { assert, Refusal } from './refusal.ts'
import { defineStates } from './states.ts'

describe('a state table', () => {
  test('allows exactly what it lists', () => {
    const door = defineStates<'open' | 'closed' | 'gone'>('door', 'open', {
      open: ['closed'],
      closed: ['open', 'gone'],
      gone: [],
    })
    expect(door.may('open', 'closed')).toBe(true)
    expect(door.may('open', 'gone')).toBe(false)
    expect(door.may('open', 'open')).toBe(false)
    expect(door.next('closed')).toEqual(['open', 'gone'])
    expect(door.states).toEqual(['open', 'closed', 'gone'])
  })

  test('with a state that nothing leads to does not let the program start', () => {
    const table = { open: ['closed'], closed: [], lost: ['open'] } as const
    expect(() => defineStates('door', 'open', table)).toThrow('door: unreachable states lost')
    expect(defineStates('door', ['open', 'lost'], table).states).toHaveLength(3)
  })
})

test('a refusal keeps code, status and what the sentence needs', () => {
  const refusal = new Refusal('orders.sold_out', 409, { available: 1 })
  expect(refusal).toMatchObject({ code: 'orders.sold_out', status: 409, params: { available: 1 }, name: 'Refusal' })
  expect(refusal).toBeInstanceOf(Error)
  expect(() => assert(false, 'lines fit')).toThrow('assertion failed: lines fit')
  expect(() => assert(true, 'lines fit')).not.toThrow()
})

test("the shop's day turns at midnight in Shanghai", () => {
  expect(shopDay(new Date('2026-11-22T15:59:59Z'))).toBe('2026-11-22')
  expect(shopDay(new Date('2026-11-22T16:00:00Z'))).toBe('2026-11-23')
})
