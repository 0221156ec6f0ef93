import fc from 'fast-check'
import { expect, test } from 'vitest'
import { callerNetwork, createRateLimiter } from './rate-limit.ts'

test('in any window about max calls pass, and who waits as told is let in', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 300 })
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 20 }), (pauses, max) => {
      let time = 1_000_000
      const limiter = createRateLimiter(() => time)
      const passed: number[] = []
      for (const pause of pauses) {
        time += pause
        const waitMs = limiter.take('key', max, 1_000)
        if (waitMs === 0) passed.push(time)
        else {
          const later = createRateLimiter(() => time)
          expect(waitMs).toBeGreaterThan(0)
          expect(waitMs).toBeLessThanOrEqual(2_000)
          expect(later.take('other', max, 1_000)).toBe(0)
        }
      }
      for (const end of passed) {
        const inWindow = passed.filter((each) => each > end - 1_000 && each <= end).length
        // Two counters approximate a sliding window: never more than twice, and exactly max per fixed window.
        expect(inWindow).toBeLessThanOrEqual(2 * max)
      }
      const byWindow = Map.groupBy(passed, (each) => Math.floor(each / 1_000))
      for (const calls of byWindow.values()) expect(calls.length).toBeLessThanOrEqual(max)
    }),
  )
})

test('the wait that is told is enough', () => {
  let time = 1_000_000
  const limiter = createRateLimiter(() => time)
  for (let count = 0; count < 5; count += 1) {
    time += 150
    limiter.take('key', 5, 1_000)
  }
  time += 400
  for (let tries = 0; tries < 10; tries += 1) {
    const waitMs = limiter.take('key', 5, 1_000)
    if (waitMs === 0) continue
    time += waitMs
    expect(limiter.take('key', 5, 1_000)).toBe(0)
  }
})

test('an IPv6 customer is one caller whatever address of the /64 it uses', () => {
  expect(callerNetwork('1.2.3.4')).toBe('1.2.3.4')
  expect(callerNetwork('::ffff:1.2.3.4')).toBe('1.2.3.4')
  expect(callerNetwork('2001:db8:0:1::5')).toBe(callerNetwork('2001:0DB8:0:1:ffff:ffff:ffff:1'))
  expect(callerNetwork('2001:db8::5')).not.toBe(callerNetwork('2001:db8:0:1::5'))
  expect(callerNetwork('fe80::1%eth0')).toBe(callerNetwork('fe80::2'))
})
