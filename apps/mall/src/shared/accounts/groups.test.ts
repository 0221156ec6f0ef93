import { expect, test } from 'vitest'
import { groupsOf } from './groups.ts'

test.each([
  ['13800138000', 'phone', ['138', '0013', '8000']],
  ['13800138000', 'text', ['138', '0013', '8000']],
  ['123456789', 'number', ['1234', '5678', '9']],
  ['ab12cd34e', 'text', ['ab12', 'cd34', 'e']],
  ['abc', 'text', ['abc']],
  ['some.body@example.com', 'email', ['some.body', '@example.com']],
  ['some.body@example.com', 'text', ['some.body', '@example.com']],
  ['世界树大区三服务器', 'text', ['世界树大区三服务器']],
  ['两个 单词', 'text', ['两个 单词']],
  ['', 'text', ['']],
] as const)('%s as %s', (value, type, groups) => {
  expect(groupsOf(value, type)).toEqual(groups)
  expect(groupsOf(value, type).join('')).toBe(value)
})
