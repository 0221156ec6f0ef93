import type { DeskGround, DeskProposal, ExceptionReason } from '@quanshu/contract'

type Facts = {
  readonly availableNow: number
  readonly quantity: number
  /** Some supplier sells it, however it stands just now. */
  readonly hasSource: boolean
  /** A purchase of it has not ended. */
  readonly isPurchaseOpen: boolean
}
type Proposal = { readonly action: DeskProposal; readonly because: DeskGround }

/** What is best for a stuck line as things stand now, and why. Pure: the same facts give the same word. */
export function proposalForLine(reason: ExceptionReason, facts: Facts): Proposal {
  const { availableNow, quantity, hasSource, isPurchaseOpen } = facts
  // Whatever else is true: what may still arrive is not bought, delivered or refunded beside it.
  if (isPurchaseOpen) return { action: 'purchase', because: 'purchase_open' }
  switch (reason) {
    case 'refund_failed':
      return { action: 'refund', because: 'refund_failed' }
    case 'account_refused':
      return { action: 'refund', because: 'account_wrong' }
    case 'service_rejected':
      return { action: 'refund', because: 'refused_by_hand' }
    case 'disputed':
      return { action: 'refund', because: 'bank_has_it' }
    case 'supply_unknown':
      return { action: 'purchase', because: 'purchase_open' }
    default:
      break
  }
  if (availableNow >= quantity) return { action: 'retry', because: 'in_stock' }
  if (reason === 'no_source') return { action: 'sources', because: 'no_source' }
  if (reason === 'loss_guard') return { action: 'sources', because: 'loss_guard' }
  return hasSource ? { action: 'retry', because: 'source_there' } : { action: 'restock', because: 'short' }
}
