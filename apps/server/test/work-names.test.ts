import { EVENT_NAMES, EVENT_TYPES, TASK_NAMES } from '@quanshu/contract'
import { expect, test } from 'vitest'
import { assemble } from '../src/main/modules.ts'
import { testPlatform } from './harness/index.ts'

/** The page of jobs shows no name that only the code knows. */

const { modules } = assemble(await testPlatform())

test('every task, and whoever hears of events, has a name in both languages; no name is of nothing', () => {
  const known = modules.flatMap(({ tasks = [], subscribers = [] }) =>
    [...tasks, ...subscribers].map(({ name }) => name),
  )
  expect(known.length).toBeGreaterThan(30)
  expect(Object.keys(TASK_NAMES).toSorted()).toEqual([...new Set(known)].toSorted())
})

test('every event has a name in both languages', () => {
  expect(Object.keys(EVENT_NAMES).toSorted()).toEqual([...EVENT_TYPES].toSorted())
  for (const { zh, en } of [...Object.values(EVENT_NAMES), ...Object.values(TASK_NAMES)]) {
    expect(zh).toMatch(/[\u4e00-\u9fff]/)
    expect(en).toMatch(/^[A-Z][^\u4e00-\u9fff]+$/)
  }
})
