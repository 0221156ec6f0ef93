import type { DeskGround, DeskProposal, ExceptionReason } from '@quanshu/contract'

type Facts = {
  readonly availableNow: number
  readonly quantity: number
  /** Some supplier sells it, however it stands just now. */
  readonly hasSource: boolean
  /** A purchase of it has not ended. */
  readonly isPurchaseOpen: boolean
  /** A redeem code of our own. */
  readonly isLink: boolean
  /** Of a channel's line that the total warehouse may deliver: what is free there. */
  readonly totalNow: number | null
  /** A refund of it waits for a second person. */
  readonly refundAwaits: boolean
}
type Proposal = { readonly action: DeskProposal; readonly because: DeskGround }

/** What is best for a stuck line as things stand now, and why. Pure: the same facts give the same word. */
export function proposalForLine(reason: ExceptionReason, facts: Facts): Proposal {
  const { availableNow, quantity, hasSource, isPurchaseOpen, isLink, totalNow, refundAwaits } = facts
  // It goes back, or it is handed out: that is decided where refunds are approved.
  if (refundAwaits) return { action: 'refund', because: 'refund_awaits' }
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
    case 'link_failed':
      return { action: 'retry', because: 'not_made' }
    case 'supply_contradicted':
      return { action: 'purchase', because: 'arrived_after_all' }
    case 'supply_unknown':
      return { action: 'purchase', because: 'purchase_open' }
    default:
      break
  }
  // Nothing of ours to look for: as it was sold it is good for nothing any more.
  if (isLink) return { action: 'refund', because: 'link_over' }
  if (availableNow >= quantity) return { action: 'retry', because: 'in_stock' }
  if (totalNow !== null && totalNow >= quantity) return { action: 'from_total', because: 'in_total' }
  if (reason === 'no_source') return { action: 'sources', because: 'no_source' }
  if (reason === 'loss_guard') return { action: 'sources', because: 'loss_guard' }
  return hasSource ? { action: 'retry', because: 'source_there' } : { action: 'restock', because: 'short' }
}
