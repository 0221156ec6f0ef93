import { lastLineOf, verifyPart } from '../../audit/index.ts'
import type { Check } from '../model.ts'

type Memo = { readonly line?: number }

/**
 * The log of who did what is whole. Incremental: from the last line that was verified on, and every seventh time from the
 * first. Only a part that is open to the end can find the end cut off, so the last one is.
 */
export const auditChainCheck: Check = {
  name: 'audit_chain',
  // About 20 µs a line.
  rows: 5_000,
  rowsMax: 50_000,
  step: async ({ db }, tenantId, { place, rows, scope, memo }) => {
    const ctx = { tenantId, actor: { kind: 'system', name: 'books' }, requestId: 'books', locale: 'zh-CN' } as const
    const isAgain = scope.since !== null && scope.slot !== 0
    const begin = isAgain ? Math.max(1, (memo as Memo).line ?? 1) : 1
    const from = Number(place?.line ?? begin)
    const last = await lastLineOf({ db }, ctx)
    const isEnd = from + rows > last
    const { checked, brokenAt, reason } = await verifyPart({ db }, ctx, from, isEnd ? null : from + rows - 1)
    if (brokenAt !== null) {
      return {
        checked,
        place: null,
        violations: [
          {
            code: 'chain_broken',
            key: `line:${brokenAt}`,
            objects: [{ kind: 'audit', id: String(brokenAt) }],
            params: { line: brokenAt, reason },
          },
        ],
      }
    }
    return { checked, place: isEnd ? null : { line: from + rows }, violations: [], memo: { line: last } }
  },
}
