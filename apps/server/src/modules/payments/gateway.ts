import type { IncomingHttpHeaders } from 'node:http'
import type { Outbound } from '../../platform/outbound/index.ts'

/** A shop's contract with a gateway, secret opened. Lives in memory only. */
export type GatewayAccount = {
  readonly baseUrl: string
  readonly merchantId: string
  readonly secret: string
}

/**
 * How a call ended. `refused` is the only proof that nothing happened; `unknown` (no answer, 5xx, an answer that is not
 * the gateway's) means asking again under the same number, never doing it another way.
 */
export type Refused = { readonly kind: 'refused'; readonly code: string; readonly message: string }
export type Unknown = { readonly kind: 'unknown'; readonly reason: string }

/** Money the gateway says it took. */
export type GatewayTrade = {
  readonly tradeNo: string
  readonly amountFen: number
  readonly currency: string
  /** RFC 3339. */
  readonly paidAt: string
}

export type CreateOutcome = { readonly kind: 'done'; readonly payUrl: string } | Refused | Unknown
export type QueryOutcome =
  | {
      readonly kind: 'done'
      readonly state: 'waiting' | 'paid' | 'closed' | 'not_found'
      /** More than one: the order was paid twice. */
      readonly trades: readonly GatewayTrade[]
    }
  | Refused
  | Unknown
export type CloseOutcome =
  | { readonly kind: 'done'; readonly state: 'closed' | 'paid' | 'not_found' }
  | Refused
  | Unknown
export type RefundOutcome = { readonly kind: 'done' } | { readonly kind: 'accepted' } | Refused | Unknown
export type RefundQueryOutcome = RefundOutcome | { readonly kind: 'not_found' }

export type RefundCall = {
  /** Ours, made before the first call and the same for every repeat. */
  readonly refundNo: string
  readonly orderNo: number
  readonly tradeNo: string
  readonly amountFen: number
  readonly reason: string
}

/** A notice as it came over the wire. */
export type RawNotice = {
  readonly method: string
  /** Path and query as the sender saw them. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export type NoticeRefusal = 'bad_signature' | 'wrong_merchant' | 'stale' | 'malformed' | 'not_paid'
export type NoticeVerdict =
  | ({ readonly ok: true; readonly orderNo: number } & GatewayTrade)
  | { readonly ok: false; readonly verdict: NoticeRefusal }

/** What is answered, byte for byte. */
export type NoticeAnswer = { readonly status: number; readonly contentType: string; readonly body: string }

/** A kind of gateway. It knows the wire and nothing else: no table, no order, no tenant. */
export type PaymentGateway = {
  readonly id: string
  readonly name: { readonly zh: string; readonly en: string }
  readonly create: (
    outbound: Outbound,
    account: GatewayAccount,
    payment: {
      readonly orderNo: number
      readonly amountFen: number
      readonly expiresAt: Date
      readonly notifyUrl: string
      readonly returnUrl: string
    },
  ) => Promise<CreateOutcome>
  readonly query: (outbound: Outbound, account: GatewayAccount, orderNo: number) => Promise<QueryOutcome>
  readonly close: (outbound: Outbound, account: GatewayAccount, orderNo: number) => Promise<CloseOutcome>
  readonly refund: (outbound: Outbound, account: GatewayAccount, call: RefundCall) => Promise<RefundOutcome>
  readonly queryRefund: (outbound: Outbound, account: GatewayAccount, call: RefundCall) => Promise<RefundQueryOutcome>
  /** Signature, merchant and age are checked on the raw bytes before anything in them is believed. */
  readonly verifyNotice: (account: GatewayAccount, notice: RawNotice, now: Date) => NoticeVerdict
  /** Says "got it": sent only after the commit. */
  readonly acknowledgement: NoticeAnswer
  /** Says "not taken": the gateway will come again. */
  readonly rejection: NoticeAnswer
  /** Which headers are worth keeping with a stored notice. */
  readonly noticeHeaders: readonly string[]
  /** A harmless call that proves address, merchant and secret. */
  readonly test: (outbound: Outbound, account: GatewayAccount) => Promise<{ readonly kind: 'done' } | Refused | Unknown>
}
