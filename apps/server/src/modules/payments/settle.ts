import type { TenantId } from '@quanshu/kernel'

/** Money that came, as a verified notice or the gateway's answer to a question tells it. */
export type Capture = {
  readonly orderNo: number
  /** Which of the order's attempts at this gateway. */
  readonly turn: number
  readonly gateway: string
  readonly tradeNo: string
  readonly amountFen: number
  readonly currency: string
  readonly paidAt: string
  /** Of the raw notice; for a question asked by ourselves `{ source: 'query' }`. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** We asked, and this is the answer: an amount that does not fit is then what was really paid. */
  readonly asked?: true
}
export type CaptureVerdict =
  | 'applied'
  | 'duplicate'
  | 'surplus'
  | 'unmatched'
  | 'unknown_order'
  | 'wrong_amount'
  | 'wrong_currency'

/** What payments needs from above; `main/` fills it with fulfilment's hot commands. */
export type PaymentPorts = {
  /** Grouped `fulfilment.settle`: money, order, stock, delivery and the stored notice in one commit. */
  readonly settle: (tenantId: TenantId, capture: Capture) => Promise<{ readonly verdict: CaptureVerdict }>
  /** `fulfilment.refund_ended`: books a refund's end. Said twice it changes nothing. */
  readonly refundEnded: (tenantId: TenantId, refundId: number, done: boolean, error: string | null) => Promise<unknown>
  /** `fulfilment.chargeback`: what the gateway took back, or gave back again. Said twice it changes nothing. */
  readonly chargeback: (tenantId: TenantId, gateway: string, news: ChargebackNews) => Promise<ChargebackVerdict>
}

/** A payer's bank has money back: `opened` when the gateway took it, `lost` for good, `won` when it came back to us. */
export type ChargebackNews = {
  readonly disputeNo: string
  readonly tradeNo: string
  readonly amountFen: number
  readonly state: 'opened' | 'lost' | 'won'
  readonly reason: string
}
export type ChargebackVerdict = 'applied' | 'duplicate' | 'unknown_order'

/** The money is ours and booked; there is nothing more for the gateway to tell. */
export const isTaken = (verdict: CaptureVerdict): boolean =>
  verdict === 'applied' || verdict === 'duplicate' || verdict === 'surplus' || verdict === 'unmatched'
