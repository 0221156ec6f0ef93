import type { BulkOrder, BulkState, SkuKind } from '@quanshu/contract'
import { type Actor, defineStates, type StateTable, type TenantId } from '@quanshu/kernel'
import type { Ctx } from '../../platform/db/index.ts'

/** `bulk.stop`, `bulk.begin`, `bulk.retry` and `bulk.finish` move it. Cancelled is for good; what is done may be taken up for lines that failed. */
export const bulkStates = defineStates<BulkState>('bulk order', 'draft', {
  draft: ['running', 'cancelled'],
  running: ['paused', 'cancelled', 'done'],
  paused: ['running', 'cancelled'],
  done: ['running'],
  cancelled: [],
} satisfies StateTable<BulkState>)

export const actorName = (actor: Actor): string => (actor.kind === 'staff' || actor.kind === 'system' ? actor.name : '')

/** What a line may order: a bundle is several lines, and a service has a day's capacity. */
export const isBulkKind = (kind: SkuKind): boolean => kind === 'card' || kind === 'topup' || kind === 'link'

export const RUN_TASK = 'bulk.run'

/** As whom the worker orders. */
export const workerCtx = (tenantId: TenantId): Ctx => ({
  tenantId,
  actor: { kind: 'system', name: 'bulk' },
  requestId: RUN_TASK,
  locale: 'zh-CN',
})

/** What may be done with it now, by its state and its lines. */
export function actionsOf({
  state,
  counts,
  origin,
}: Pick<BulkOrder, 'state' | 'counts' | 'origin'>): BulkOrder['actions'] {
  const may = (to: BulkState) => bulkStates.may(state, to)
  return [
    ...(state === 'draft' ? (['upload'] as const) : []),
    ...(state === 'draft' && counts.waiting > 0 ? (['confirm'] as const) : []),
    ...(may('paused') && counts.waiting > 0 ? (['pause'] as const) : []),
    ...(state === 'paused' ? (['resume'] as const) : []),
    // Of what was ordered nothing can be cancelled.
    ...(may('cancelled') && (state === 'draft' || counts.waiting > 0) ? (['cancel'] as const) : []),
    // Who ordered by an interface orders again by itself.
    ...(origin === 'console' && state !== 'draft' && state !== 'cancelled' && counts.failed + counts.refunded > 0
      ? (['retry'] as const)
      : []),
    ...(state === 'draft' ? [] : (['download'] as const)),
  ]
}
