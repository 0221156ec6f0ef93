import { expect, test } from 'vitest'
import { KILLED } from './faults.ts'
import { planOf } from './index.ts'

test('a seed decides the whole plan, and another seed another one', () => {
  expect(planOf(7, 2)).toEqual(planOf(7, 2))
  expect(planOf(8, 2).faults).not.toEqual(planOf(7, 2).faults)
  expect(planOf(8, 2).actors).not.toEqual(planOf(7, 2).actors)
})

test('every target is killed once before any is killed again, and five minutes hold at least fifty kills', () => {
  for (let seed = 0; seed < 20; seed += 1) {
    const kills = planOf(seed, 5).faults.filter((fault) => fault.kind === 'kill')
    const first = kills.slice(0, KILLED.length).map(({ target }) => target)
    expect(first.toSorted()).toEqual(KILLED.toSorted())
    expect(kills.length).toBeGreaterThanOrEqual(50)
  }
})

test('no fault comes after the end, and every kind comes in five minutes', () => {
  const { faults, lengthMs } = planOf(3, 5)
  expect(faults.filter(({ atMs }) => atMs >= lengthMs)).toEqual([])
  const kinds = new Set(faults.map(({ kind }) => kind))
  expect([...kinds].toSorted()).toEqual([
    'clock',
    'disk_full',
    'double_jobs',
    'gateway',
    'kill',
    'pause',
    'refuse',
    'restart',
    'supplier',
  ])
})
