import type { RedeemBatch, RedeemBatchState, RedeemCode, RedeemCodeState } from '@quanshu/contract'
import { type Actor, defineStates, type StateTable } from '@quanshu/kernel'

/** A series. Void is for good: whoever holds one of its codes is told to ask the shop. */
export const redeemBatchStates = defineStates<RedeemBatchState>('redeem batch', 'making', {
  making: ['ready', 'void'],
  ready: ['suspended', 'void'],
  suspended: ['ready', 'void'],
  void: [],
} satisfies StateTable<RedeemBatchState>)

export const redeemCodeStates = defineStates<RedeemCodeState>('redeem code', 'active', {
  active: ['suspended', 'void'],
  suspended: ['active', 'void'],
  void: [],
} satisfies StateTable<RedeemCodeState>)

export const batchActions = (
  state: RedeemBatchState,
  { isExported, isSold, isOnSale }: { isExported: boolean; isSold: boolean; isOnSale: boolean },
): RedeemBatch['actions'] => [
  ...(state === 'ready' && !isExported && !isSold ? (['export'] as const) : []),
  ...(state === 'ready' ? (['suspend'] as const) : []),
  ...(state === 'suspended' ? (['resume'] as const) : []),
  ...(redeemBatchStates.may(state, 'void') && !isOnSale ? (['void'] as const) : []),
]

export const codeActions = (state: RedeemCodeState): RedeemCode['actions'] => [
  ...(state === 'active' ? (['suspend'] as const) : []),
  ...(state === 'suspended' ? (['resume'] as const) : []),
  ...(state === 'void' ? [] : (['void'] as const)),
]

export const HASH_PURPOSE = 'redeem.code'

export const actorName = (actor: Actor): string => (actor.kind === 'staff' || actor.kind === 'system' ? actor.name : '')
