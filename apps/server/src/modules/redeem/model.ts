import type { RedeemBatch, RedeemBatchState, RedeemCode, RedeemCodeState } from '@quanshu/contract'
import { type Actor, defineStates, type StateTable } from '@quanshu/kernel'
import type { Where } from '../../platform/crypto/index.ts'

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

export const batchActions = (state: RedeemBatchState, isExported: boolean): RedeemBatch['actions'] => [
  ...(state === 'ready' && !isExported ? (['export'] as const) : []),
  ...(state === 'ready' ? (['suspend'] as const) : []),
  ...(state === 'suspended' ? (['resume'] as const) : []),
  ...(redeemBatchStates.may(state, 'void') ? (['void'] as const) : []),
]

export const codeActions = (state: RedeemCodeState): RedeemCode['actions'] => [
  ...(state === 'active' ? (['suspend'] as const) : []),
  ...(state === 'suspended' ? (['resume'] as const) : []),
  ...(state === 'void' ? [] : (['void'] as const)),
]

export const HASH_PURPOSE = 'redeem.code'
/** What a code's cipher text is bound to. */
export const sealedAt = (codeId: number): Where => ({ table: 'redeem.codes', column: 'sealed', row: codeId })

export const actorName = (actor: Actor): string => (actor.kind === 'staff' || actor.kind === 'system' ? actor.name : '')
/** Enough to tell two codes of a list from each other, too little to guess the rest: 12 of 16 characters are hidden. */
export const maskCode = (code: string): string => `${code.slice(0, 2)}••-••••-••••-••${code.slice(-2)}`
