import type { TenantId } from '@quanshu/kernel'
import { expect, test } from 'vitest'
import { createCompany } from './company.ts'

const [one, other, third] = [1, 2, 3] as TenantId[] as [TenantId, TenantId, TenantId]

test('shops have company as long as two of them call, and for a moment after', () => {
  let now = 0
  const company = createCompany(() => now)
  company.note(one)
  company.note(one)
  expect(company.isThere()).toBe(false)
  company.note(other)
  expect(company.isThere()).toBe(true)
  now = 150
  company.note(other)
  expect(company.isThere()).toBe(true)
  now = 300
  expect(company.isThere()).toBe(false)
  company.note(third)
  expect(company.isThere()).toBe(true)
})
