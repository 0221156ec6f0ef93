import { describe, expect, test } from 'vitest'
import { newsOf, purchaseStates } from './model.ts'
import type { AskOutcome } from './supplier.ts'

const ask = { quantity: 3, sentMs: 60_000, finalAfterSeconds: 600 }

describe('what a call says about a purchase', () => {
  test.each<[string, AskOutcome, object]>([
    [
      'taken',
      { kind: 'done', order: { state: 'accepted', remoteNo: 'R', costHao: 5 } },
      { kind: 'accepted', remoteNo: 'R' },
    ],
    [
      'all of it came',
      { kind: 'done', order: { state: 'done', remoteNo: 'R', cards: [], costHao: 5, serial: 'S' } },
      { kind: 'done', remoteNo: 'R', arrived: 3, costHao: 5, serial: 'S' },
    ],
    [
      'a part came',
      { kind: 'done', order: { state: 'partial', remoteNo: 'R', arrived: 2, cards: [], costHao: 4, message: 'm' } },
      { kind: 'partial', remoteNo: 'R', arrived: 2, costHao: 4, message: 'm', about: 'stock', code: 'partial' },
    ],
    [
      'a part that is nothing is a refusal',
      { kind: 'done', order: { state: 'partial', remoteNo: 'R', arrived: 0, cards: [], costHao: 0, message: 'm' } },
      { kind: 'refused', remoteNo: 'R', code: 'partial', message: 'm', about: 'stock' },
    ],
    [
      'failed after it was taken is a refusal',
      { kind: 'done', order: { state: 'failed', remoteNo: 'R', code: 'c', message: 'm', about: 'account' } },
      { kind: 'refused', remoteNo: 'R', code: 'c', message: 'm', about: 'account' },
    ],
    [
      'refused',
      { kind: 'refused', code: 'c', message: 'm', about: 'price' },
      { kind: 'refused', code: 'c', message: 'm', about: 'price' },
    ],
    ['unknown', { kind: 'unknown', reason: 'cut' }, { kind: 'unknown', message: 'cut' }],
  ])('%s', (_name, outcome, news) => {
    expect(newsOf(outcome, ask)).toEqual(news)
  })

  test.each([
    [599_999, 600, false],
    [600_000, 600, true],
    [10 ** 9, null, false],
  ])('not found after %d ms, proof after %s s: final is %s', (sentMs, finalAfterSeconds, final) => {
    expect(newsOf({ kind: 'not_found' }, { quantity: 1, sentMs, finalAfterSeconds })).toMatchObject({
      kind: 'not_found',
      final,
    })
  })
})

test('what was sent never goes back to where it would be sent', () => {
  for (const from of purchaseStates.states) {
    expect(purchaseStates.may(from, 'planned')).toBe(false)
    if (from !== 'planned') expect(purchaseStates.may(from, 'sending')).toBe(false)
  }
})
