import type { Refusal, TenantId } from '@quanshu/kernel'
import { expect, test } from 'vitest'
import { createTurns } from './turns.ts'

const [flooding, steady] = [1, 2] as TenantId[] as [TenantId, TenantId]

/** A door, and a record of who came through it in which order. */
function door() {
  const turns = createTurns()
  const begun: string[] = []
  const refused: Refusal[] = []
  return {
    begun,
    refused,
    come: (tenantId: TenantId, name: string) =>
      turns.enter(tenantId, (refusal) => (refusal ? refused.push(refusal) : begun.push(name))),
    crowd: (count: number) => Array.from({ length: count }, (_, n) => `a${n}`),
  }
}

const nextTurn = () => new Promise(setImmediate)

test('who finds the door free begins at once', () => {
  const { come, begun } = door()
  come(flooding, 'a')
  come(steady, 'b')
  expect(begun).toEqual(['a', 'b'])
})

test('of a crowd a few begin in each turn of the loop, all of them in the order in which they came', async () => {
  const { come, begun, crowd } = door()
  const names = crowd(100)
  for (const name of names) come(flooding, name)
  const first = begun.length
  expect(first).toBeGreaterThan(0)
  expect(first).toBeLessThan(10)
  await nextTurn()
  expect(begun).toHaveLength(2 * first)
  while (begun.length < 100) await nextTurn()
  expect(begun).toEqual(names)
})

test('another shop’s request begins at once, however many of a crowd wait', async () => {
  const { come, begun, crowd } = door()
  for (const name of crowd(1_000)) come(flooding, name)
  for (let round = 0; round < 5; round += 1) {
    await nextTurn()
    come(steady, `b${round}`)
    expect(begun.at(-1)).toBe(`b${round}`)
  }
})

test('nobody overtakes who waits, not even in a turn that has room again', async () => {
  const { come, begun, crowd } = door()
  const names = crowd(9)
  for (const name of names) come(flooding, name)
  await nextTurn()
  come(flooding, 'late')
  while (begun.length < 10) await nextTurn()
  expect(begun).toEqual([...names, 'late'])
})

test('a shop with ten thousand waiting turns the next away and says when to come again; others come in', async () => {
  const { come, begun, refused, crowd } = door()
  for (const name of crowd(11_000)) come(flooding, name)
  expect(refused.length).toBeGreaterThan(900)
  expect(refused[0]).toMatchObject({ code: 'common.busy', status: 503, params: { retryAfterSeconds: 2 } })
  come(steady, 'b')
  expect(begun.at(-1)).toBe('b')
  while (begun.length < 11_001 - refused.length) await nextTurn()
})
