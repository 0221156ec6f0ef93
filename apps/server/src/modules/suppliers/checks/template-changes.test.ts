import { formField } from '@quanshu/contract'
import { expect, test } from 'vitest'
import { templateChanges } from './template-changes.ts'

const field = (key: string, more: object = {}) => formField.parse({ key, labelZh: `[${key}]`, type: 'text', ...more })
const zone = (...values: readonly string[]) =>
  field('zone', { type: 'select', options: values.map((value) => ({ value, labelZh: value })) })

test('what is new, gone, required now or chosen from otherwise is told; words alone are not', () => {
  const mapped = [field('account'), field('note', { required: false }), field('old'), zone('a', 'b')]
  const now = [field('account', { hintZh: '新的提示' }), field('note'), zone('a', 'c'), field('region')]
  expect(templateChanges(mapped, now)).toEqual([
    { label: '[note]', change: 'required' },
    { label: '[zone]', change: 'options' },
    { label: '[region]', change: 'added' },
    { label: '[old]', change: 'gone' },
  ])
  expect(templateChanges(mapped, mapped)).toEqual([])
  expect([templateChanges(null, now), templateChanges(mapped, null)]).toEqual([[], []])
})
