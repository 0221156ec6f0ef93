import { Refusal } from '@quanshu/kernel'

const SQLSTATE = /^[0-9A-Z]{5}$/
/** 08 connection lost, 57P shutdown or crash, 40003 completion unknown: the commit may or may not have happened. */
const OUTCOME_UNKNOWN = /^(08|57P|40003)/

function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  return SQLSTATE.test(error.code) && 'severity' in error ? error.code : undefined
}

/** Serialization failure or deadlock: nothing happened and the same call may well succeed now. */
export function isRetryable(error: unknown): boolean {
  const state = sqlState(error)
  return state === '40001' || state === '40P01'
}

/**
 * True when nothing of the call took effect: the database refused it, or a refusal was thrown inside. After a lost
 * connection the outcome is unknown; running halves again could then do everything twice.
 */
export function isDefiniteAbort(error: unknown): boolean {
  if (error instanceof Refusal) return true
  const state = sqlState(error)
  return state !== undefined && !OUTCOME_UNKNOWN.test(state)
}
