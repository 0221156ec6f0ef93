import type { TenantId } from '@quanshu/kernel'

/** Money that came, as a verified notice or the gateway's answer to a question tells it. */
export type Capture = {
  readonly orderNo: number
  readonly gateway: string
  readonly tradeNo: string
  readonly amountFen: number
  readonly currency: string
  readonly paidAt: string
  /** Of the raw notice; for a question asked by ourselves `{ source: 'query' }`. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
export type CaptureVerdict = 'applied' | 'duplicate' | 'surplus' | 'unknown_order' | 'wrong_amount' | 'wrong_currency'

/** What payments needs from above; `main/` fills it with fulfilment's hot commands. */
export type PaymentPorts = {
  /** Grouped `fulfilment.settle`: money, order, stock, delivery and the stored notice in one commit. */
  readonly settle: (tenantId: TenantId, capture: Capture) => Promise<{ readonly verdict: CaptureVerdict }>
  /** `fulfilment.refund_ended`: books a refund's end. Said twice it changes nothing. */
  readonly refundEnded: (tenantId: TenantId, refundId: number, done: boolean, error: string | null) => Promise<unknown>
}

/** The money is ours and booked; there is nothing more for the gateway to tell. */
export const isTaken = (verdict: CaptureVerdict): boolean =>
  verdict === 'applied' || verdict === 'duplicate' || verdict === 'surplus'
