import type { TenantId } from '@quanshu/kernel'
import { expect, it } from 'vitest'
import { createGuesses } from './guesses.ts'

const shop = 1 as TenantId
const other = 2 as TenantId

it('ten wrong codes shut an address out for the rest of ten minutes, and say for how long', () => {
  let now = 0
  const guesses = createGuesses(() => now)
  for (let n = 0; n < 10; n += 1) {
    guesses.refuseLocked(shop, '10.0.0.1')
    guesses.miss(shop, '10.0.0.1')
    now += 1_000
  }
  expect(() => guesses.refuseLocked(shop, '10.0.0.1')).toThrow(
    expect.objectContaining({ code: 'redeem.locked', params: { retryAfterSeconds: 590 } }),
  )
  guesses.refuseLocked(shop, '10.0.0.2')
  guesses.refuseLocked(other, '10.0.0.1')
  now = 600_000
  guesses.refuseLocked(shop, '10.0.0.1')
})

it('a shop takes 600 wrong codes a minute from however many addresses, and its neighbour does not notice', () => {
  let now = 0
  const guesses = createGuesses(() => now)
  for (let n = 0; n < 600; n += 1) guesses.miss(shop, `10.0.${n}.1`)
  expect(() => guesses.refuseLocked(shop, '10.9.9.9')).toThrow(
    expect.objectContaining({ params: { retryAfterSeconds: 60 } }),
  )
  guesses.refuseLocked(other, '10.9.9.9')
  now = 60_000
  guesses.refuseLocked(shop, '10.9.9.9')
})
