import type { Refusal, TenantId } from '@quanshu/kernel'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createFairShare } from './fair-share.ts'

const [flooding, steady, third] = [1, 2, 3] as TenantId[] as [TenantId, TenantId, TenantId]

// Only time is pretended.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

/** A door, and a record of who came through it in which order. */
function door(options: { isSaturated?: () => boolean } = {}) {
  const share = createFairShare(options.isSaturated ?? (() => true), () => performance.now())
  const begun: string[] = []
  const refused: { readonly name: string; readonly refusal: Refusal }[] = []
  const leavers = new Map<string, () => void>()
  return {
    begun,
    refused,
    come: (tenantId: TenantId, name: string) => {
      const leave = share.enter(tenantId, (refusal) => {
        if (refusal) refused.push({ name, refusal })
        else begun.push(name)
      })
      leavers.set(name, leave)
    },
    leave: (name: string) => leavers.get(name)?.(),
  }
}

const names = (letter: string, count: number, from = 0): readonly string[] =>
  Array.from({ length: count }, (_, n) => `${letter}${from + n}`)

describe('the share of a shop', () => {
  it('is everything while the shop is alone', () => {
    const { come, begun } = door()
    for (const name of names('a', 2_000)) come(flooding, name)
    expect(begun).toHaveLength(2_000)
  })

  it('is everything while the process has time to spare', () => {
    const { come, begun } = door({ isSaturated: () => false })
    come(steady, 'b')
    vi.advanceTimersByTime(150)
    for (const name of names('a', 2_000)) come(flooding, name)
    expect(begun).toHaveLength(2_001)
  })

  it('is bounded beside another shop, whose requests go straight in', () => {
    const { come, begun } = door()
    come(steady, 'b0')
    vi.advanceTimersByTime(150)
    for (const name of names('a', 500)) come(flooding, name)
    const inWork = begun.filter((name) => name.startsWith('a')).length
    expect(inWork).toBeGreaterThan(0)
    expect(inWork).toBeLessThan(200)
    come(steady, 'b1')
    expect(begun.at(-1)).toBe('b1')
  })

  it('is smaller the more shops are there', () => {
    const counts = [2, 4].map((shops) => {
      const { come, begun } = door()
      for (let other = 2; other <= shops; other += 1) come((10 + other) as TenantId, `o${other}`)
      vi.advanceTimersByTime(150)
      for (const name of names('a', 500)) come(flooding, name)
      return begun.filter((name) => name.startsWith('a')).length
    })
    expect(counts[1]).toBe((counts[0] ?? 0) / 2)
  })

  it('lets the next in when one is over, in the order in which they came, and never a dead one', () => {
    const { come, leave, begun } = door()
    come(steady, 'b')
    vi.advanceTimersByTime(150)
    for (const name of names('a', 500)) come(flooding, name)
    const first = begun.length - 1
    leave(`a${first + 1}`)
    leave('a0')
    leave('a1')
    expect(begun.slice(-2)).toEqual([`a${first}`, `a${first + 2}`])
  })

  it('gives the place of one that waits for something outside to the next', () => {
    const { come, begun } = door()
    come(steady, 'b')
    vi.advanceTimersByTime(150)
    for (const name of names('a', 500)) come(flooding, name)
    const before = begun.length
    for (let n = 0; n < 25; n += 1) {
      vi.advanceTimersByTime(100)
      come(steady, `b${n}`)
    }
    expect(begun.filter((name) => name.startsWith('a')).length).toBeGreaterThanOrEqual((before - 1) * 2)
  })

  it('is everything again when the neighbour has gone', () => {
    const { come, begun } = door()
    come(steady, 'b')
    vi.advanceTimersByTime(150)
    for (const name of names('a', 500)) come(flooding, name)
    vi.advanceTimersByTime(2_000)
    expect(begun).toHaveLength(501)
  })

  it('turns away who finds a full line, and who stood in it for five seconds, and says when to come again', () => {
    const { come, refused } = door()
    const keepCompany = () => come(steady, `b${performance.now()}`)
    come(third, 'c')
    keepCompany()
    vi.advanceTimersByTime(150)
    for (const name of names('a', 2_500)) come(flooding, name)
    const full = refused.length
    expect(full).toBeGreaterThan(300)
    expect(refused[0]?.refusal).toMatchObject({ code: 'common.busy', status: 503, params: { retryAfterSeconds: 2 } })
    for (let passed = 0; passed < 6_000; passed += 500) {
      keepCompany()
      vi.advanceTimersByTime(500)
    }
    expect(refused.length).toBeGreaterThan(full)
    expect(new Set(refused.map(({ name }) => name)).size).toBe(refused.length)
  })
})
