import { describe, expect, it } from 'vitest'
import { clockText, millisecondsLeft, millisecondsSince } from './countdown.ts'

const server = Date.parse('2026-11-22T10:00:00+08:00')
const expiresAt = '2026-11-22T10:15:00+08:00'

describe('countdown', () => {
  it('runs against the server’s clock, however wrong the visitor’s is', () => {
    for (const localMs of [server, server - 86_400_000, server + 3_600_000]) {
      const anchor = { serverMs: server, localMs }
      expect(millisecondsLeft(expiresAt, anchor, localMs)).toBe(15 * 60_000)
      expect(millisecondsLeft(expiresAt, anchor, localMs + 60_000)).toBe(14 * 60_000)
    }
  })

  it('counts up against the same clock, and not before it began', () => {
    for (const localMs of [server, server - 86_400_000, server + 3_600_000]) {
      const anchor = { serverMs: server, localMs }
      expect(millisecondsSince('2026-11-22T09:59:40+08:00', anchor, localMs + 1_000)).toBe(21_000)
      expect(millisecondsSince('2026-11-22T10:00:05+08:00', anchor, localMs)).toBe(0)
    }
  })

  it('never goes below zero', () => {
    expect(millisecondsLeft(expiresAt, { serverMs: server, localMs: 0 }, 3_600_000)).toBe(0)
  })

  it.each([
    [0, '00:00'],
    [1, '00:01'],
    [59_001, '01:00'],
    [900_000, '15:00'],
    [3_600_000, '1:00:00'],
    [86_400_000, '24:00:00'],
  ])('writes %i ms as %s', (ms, text) => expect(clockText(ms)).toBe(text))
})
