import type { TenantId } from '@quanshu/kernel'
import { expect, test } from 'vitest'
import { createThrottle } from './throttle.ts'

const SHOP = 1 as TenantId
const OTHER = 2 as TenantId

test('one person learns of eight accounts in ten minutes, and may look at each again', () => {
  let now = 0
  const throttle = createThrottle(() => now)
  const ask = (account: number, network = '1.1.1.1') =>
    throttle.allows(SHOP, { network, person: 'browser' }, `a${account}`)
  expect(Array.from({ length: 10 }, (_, index) => ask(index))).toEqual([...Array(8).fill(true), false, false])
  expect(ask(3)).toBe(true)
  // Another address is no other person.
  expect(ask(20, '2.2.2.2')).toBe(false)
  expect(throttle.allows(OTHER, { network: '1.1.1.1', person: 'browser' }, 'a20')).toBe(true)
  now = 10 * 60_000
  expect(ask(9)).toBe(true)
})

test('who clears the cookies is still at the same address, and a shop has an end too', () => {
  const throttle = createThrottle(() => 0)
  const all = (network: (index: number) => string) =>
    Array.from({ length: 200 }, (_, index) =>
      throttle.allows(SHOP, { network: network(index), person: `browser${network(index)}${index}` }, `a${index}`),
    ).filter(Boolean).length
  expect(all(() => '1.1.1.1')).toBe(30)
  // From as many addresses as there are accounts: those that were asked about before are among them.
  expect(all((index) => `2.2.2.${index}`)).toBe(120)
})
