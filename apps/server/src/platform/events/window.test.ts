import type { TenantId } from '@quanshu/kernel'
import { expect, test } from 'vitest'
import type { Platform } from '../module.ts'
import type { Place, RawEvent } from './place.ts'
import { createLogWindow } from './window.ts'

const placeOf = (n: number): Place => ({ era: 1, xid: String(n), position: n })
const START = placeOf(0)
const [ODD, EVEN] = [new Set(['order.paid']), new Set(['order.placed'])]

/** A log that grows by `write`, and what was asked of it. Odd numbers are payments, even ones orders. */
function log() {
  const events: RawEvent[] = []
  const reads: number[] = []
  const callGlobal = (async (_fn: string, after: Place, types: readonly string[], max: number) => {
    reads.push(after.position)
    const seen = events.filter(({ position }) => position > after.position).slice(0, max)
    await new Promise(setImmediate)
    return {
      events: seen.filter(({ type }) => types.includes(type)),
      head: seen.at(-1)?.place ?? null,
      more: seen.length === max,
    }
  }) as Platform['db']['callGlobal']
  const write = (count: number) => {
    for (let n = events.length + 1, last = events.length + count; n <= last; n += 1) {
      const type = n % 2 === 1 ? 'order.paid' : 'order.placed'
      const place = placeOf(n)
      events.push({
        position: n,
        place,
        type,
        tenantId: 1 as TenantId,
        subject: `${n}`,
        payload: {},
        at: '',
        cause: {},
      })
    }
  }
  const window = (gatherMs = 0) => createLogWindow({ callGlobal }, ['order.paid', 'order.placed'], () => gatherMs)
  return { reads, write, window }
}

const positions = ({ events }: { readonly events: readonly RawEvent[] }) => events.map(({ position }) => position)

test('subscribers that ask together are served by one reading, each with its own types', async () => {
  const { reads, write, window } = log()
  write(6)
  const shared = window()
  const [odd, even] = await Promise.all([shared.next(START, ODD, 10, false), shared.next(START, EVEN, 10, false)])
  expect([positions(odd), positions(even)]).toEqual([
    [1, 3, 5],
    [2, 4, 6],
  ])
  expect(odd.head).toEqual(placeOf(6))
  expect(reads).toEqual([0])
})

test('nothing new is nothing; a full batch ends at its last event and says that there is more', async () => {
  const { write, window } = log()
  const shared = window()
  expect(await shared.next(START, ODD, 10, false)).toEqual({ events: [], head: null, more: false })
  write(6)
  const first = await shared.next(START, ODD, 2, false)
  expect(positions(first)).toEqual([1, 3])
  expect([first.head, first.more]).toEqual([placeOf(3), true])
  const second = await shared.next(placeOf(3), ODD, 2, false)
  expect(positions(second)).toEqual([5])
  expect([second.head, second.more]).toEqual([placeOf(6), false])
})

test('who is behind the window reads alone until he has caught up, and then shares again', async () => {
  const { reads, write, window } = log()
  write(30)
  const shared = window()
  await shared.next(placeOf(20), ODD, 10, false)
  expect(positions(await shared.next(placeOf(10), EVEN, 3, false))).toEqual([12])
  expect(reads).toEqual([20, 10])
  await shared.next(placeOf(20), EVEN, 10, false)
  expect(reads).toEqual([20, 10])
})

test('who is a little ahead draws the window on, and nobody behind him is left out', async () => {
  const { reads, write, window } = log()
  write(10)
  const shared = window()
  await shared.next(START, ODD, 100, false)
  write(10)
  expect(positions(await shared.next(placeOf(15), ODD, 100, false))).toEqual([17, 19])
  expect(positions(await shared.next(placeOf(10), EVEN, 100, false))).toEqual([12, 14, 16, 18, 20])
  expect(reads).toEqual([0, 10])
})

test('who is far ahead takes the window with him', async () => {
  const { reads, write, window } = log()
  write(10_000)
  const shared = window()
  await shared.next(START, ODD, 10, false)
  await shared.next(placeOf(9_000), ODD, 10, false)
  expect(positions(await shared.next(placeOf(9_000), EVEN, 2, false))).toEqual([9_002, 9_004])
  expect(reads).toEqual([0, 2_000, 9_000])
})

test('the window keeps what its slowest companion needs up to a bound; beyond that he reads alone', async () => {
  const { reads, write, window } = log()
  const shared = window()
  await shared.next(START, ODD, 10, false)
  write(12_000)
  let place = START
  while (place.position < 12_000) place = (await shared.next(place, ODD, 5_000, false)).head ?? place
  const before = reads.length
  await shared.next(placeOf(3_000), EVEN, 10, false)
  expect(reads.length).toBe(before)
  await shared.next(placeOf(1_000), EVEN, 10, false)
  expect(reads.at(-1)).toBe(1_000)
})

test('a reading waits for its time under a flow, and not for somebody in a hurry', async () => {
  const { write, window } = log()
  const shared = window(2 ** 30)
  await shared.next(START, ODD, 10, false)
  write(1)
  const patient = shared.next(START, ODD, 10, false)
  expect(positions(await shared.next(START, ODD, 10, true))).toEqual([1])
  expect(positions(await patient)).toEqual([1])
})

test('whoever is in a hurry comes again until a reading of his own has found nothing', async () => {
  const { write, window } = log()
  write(4)
  const shared = window()
  await shared.next(START, ODD, 10, false)
  write(2)
  // What others had read before he asked.
  const known = await shared.next(START, EVEN, 10, true)
  expect([positions(known), known.more]).toEqual([[2, 4], true])
  const fresh = await shared.next(known.head ?? START, EVEN, 10, true)
  expect([positions(fresh), fresh.more]).toEqual([[6], false])
})
