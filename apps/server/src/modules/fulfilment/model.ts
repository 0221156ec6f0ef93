import type { SealedView } from '../orders/index.ts'
import type { CaptureVerdict } from '../payments/index.ts'

/** A payment that a gateway has told of and whose signature and merchant are verified. */
export type Capture = {
  readonly orderNo: number
  readonly turn: number
  readonly gateway: string
  readonly tradeNo: string
  readonly amountFen: number
  readonly currency: string
  readonly paidAt: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly asked?: true
}
export type CaptureOutcome = {
  readonly verdict: CaptureVerdict
  readonly orderNo: number
  /** The transaction that it was settled in. */
  readonly xid: string
  /** The order as its waiting page shows it, when it was paid by this. */
  readonly view: SealedView | null
}

/** One line's turn in `fulfilment.deliver`. */
export type DeliveryOutcome = {
  readonly no: number
  readonly lineNo: number
  readonly delivered: boolean
  readonly quantity: number
  readonly reason: 'out_of_stock' | 'vault_short' | 'no_source' | 'supplying' | null
}

export type SqlRefusal = { readonly code: string; readonly params: Readonly<Record<string, unknown>> }
export const isSqlRefusal = (answer: object): answer is SqlRefusal => 'code' in answer
