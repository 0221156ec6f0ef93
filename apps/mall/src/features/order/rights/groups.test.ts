import { expect, test } from 'vitest'
import type { Right } from '../../../shared/api/types.ts'
import { groupsOf } from './groups.ts'

const right = (id: number, facts: Partial<Right> = {}) =>
  ({ id, orderNo: 1, lineNo: 1, piece: id, standing: 'usable', source: 'bought', isReplaced: false, ...facts }) as Right
const ids = (rights: readonly Right[]) => groupsOf(rights).map((group) => group.rights.map(({ id }) => id))

test('pieces of a line are one card, the first piece first, however each of them stands', () => {
  expect(ids([right(3), right(2, { standing: 'used' }), right(1)])).toEqual([[1, 2, 3]])
  expect(ids([])).toEqual([])
})

test('what differs in its order, line, source or date stands for itself, and the list keeps its order', () => {
  expect(ids([right(4, { orderNo: 2 }), right(3), right(2, { lineNo: 2 }), right(1)])).toEqual([[4], [3], [2], [1]])
  expect(ids([right(2, { source: 'replacement' }), right(1, { isReplaced: true })])).toEqual([[2], [1]])
  expect(ids([right(2, { validUntil: '2027-01-01T00:00:00.000Z' }), right(1, { validUntil: null })])).toEqual([
    [2],
    [1],
  ])
})
