import { COMPLAINT_STATES, type ComplaintProposal, type ComplaintState } from '@quanshu/contract'
import { assert, defineStates, type StateTable } from '@quanshu/kernel'

/**
 * A complaint about one delivered code. It is decided once; a rejection may be contested once, and what was withdrawn may be
 * reported again. `fulfilment.complaint_moves` says the same to the database.
 */
export const complaintStates = defineStates<ComplaintState>('complaint', 'reported', {
  reported: ['checking', 'withdrawn', 'settled'],
  checking: ['buying', 'replaced', 'refunded', 'person', 'withdrawn', 'settled'],
  buying: ['replaced', 'refunded', 'person', 'settled'],
  person: ['checking', 'buying', 'replaced', 'refunded', 'rejected', 'withdrawn', 'settled'],
  replaced: [],
  refunded: [],
  rejected: ['person'],
  withdrawn: ['reported'],
  settled: [],
} satisfies StateTable<ComplaintState>)

assert(complaintStates.states.length === COMPLAINT_STATES.length, 'every state of a complaint has a row in the table')

type Facts = {
  readonly word: string | null
  readonly why: readonly string[]
  readonly availableNow: number
  readonly hasSource: boolean
  readonly isPurchaseOpen: boolean
}

/** What is best for a complaint that waits for a person, as things stand now. */
export function proposalFor({ word, why, availableNow, hasSource, isPurchaseOpen }: Facts): ComplaintProposal {
  if (word === 'used') return { action: 'reject', because: 'supplier_says_used' }
  if (why.includes('refund_awaits')) return { action: 'refund', because: 'refund_awaits' }
  if (isPurchaseOpen) return { action: 'check', because: 'purchase_open' }
  if (availableNow > 0) return { action: 'replace', because: 'in_stock' }
  return hasSource ? { action: 'buy', because: 'source_there' } : { action: 'refund', because: 'money_only' }
}
