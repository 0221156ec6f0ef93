import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import type { Outbound } from '../../platform/outbound/index.ts'
import type { BillWords } from './gateways/bill-words.ts'

/**
 * A shop's contract with a gateway, secrets opened. Lives in memory only. `settings` and `secrets` hold what the gateway's
 * `fields` ask for, by their keys.
 */
export type GatewayAccount = {
  readonly baseUrl: string
  /** Who we are at the gateway: app id, merchant number, account. */
  readonly merchantId: string
  readonly settings: Readonly<Record<string, string>>
  readonly secrets: Readonly<Record<string, string>>
}

/** What a merchant fills in to use a gateway, besides address and merchant number. The console draws its form from it. */
export type GatewayField = {
  readonly key: string
  readonly name: { readonly zh: string; readonly en: string }
  readonly hint?: { readonly zh: string; readonly en: string }
  /** Secrets are sealed and never shown again. */
  readonly secret: boolean
  readonly required: boolean
  readonly multiline?: boolean
  /** One of these; the first is the default. */
  readonly choices?: readonly string[]
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

/** Where the person pays: a desktop page, a phone's browser, inside the gateway's own app, or by scanning a code. */
export const SCENES = ['page', 'h5', 'in_app', 'qr'] as const
export type Scene = (typeof SCENES)[number]

/** What the page does so that the person can pay. */
export type Cashier =
  | { readonly way: 'redirect'; readonly url: string }
  /** The text of a QR code. */
  | { readonly way: 'qr'; readonly content: string }
  /** Parameters for the app's own bridge, e.g. `WeixinJSBridge`'s `getBrandWCPayRequest`. */
  | { readonly way: 'in_app'; readonly params: Readonly<Record<string, string>> }

export type CreateOutcome =
  | { readonly kind: 'done'; readonly cashier: Cashier /** See `PaymentRef`. */; readonly reference?: string }
  | Refused
  | Unknown
export type QueryOutcome =
  | {
      readonly kind: 'done'
      readonly state: 'waiting' | 'paid' | 'closed' | 'not_found'
      /** More than one: it was paid twice. */
      readonly trades: readonly GatewayTrade[]
    }
  | Refused
  | Unknown
export type CloseOutcome =
  | { readonly kind: 'done'; readonly state: 'closed' | 'paid' | 'not_found' }
  | Refused
  | Unknown
/** `failed`: accepted before, and now ended without the money having moved; it needs another way or a hand. */
export type RefundOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  | Refused
  | Unknown
export type RefundQueryOutcome = RefundOutcome | { readonly kind: 'not_found' }

/** What is asked of the person. */
export type PaymentCall = {
  /** Ours: what the gateway knows the payment by. 16 to 20 of `[0-9A-Z]`, the same for every repeat of one attempt. */
  readonly paymentNo: string
  readonly amountFen: number
  readonly currency: string
  readonly scene: Scene
  /** Shown to the person; never the name of the goods. */
  readonly subject: string
  readonly expiresAt: Date
  readonly notifyUrl: string
  readonly returnUrl: string
  readonly clientIp: string
  /** The person's id at the gateway, for `in_app`. */
  readonly openId?: string
  /** The money shall wait at the gateway until it is split. */
  readonly split?: boolean
}

/** A payment opened before: our number, and the gateway's own for it where it gave one at opening and wants it back. */
export type PaymentRef = { readonly paymentNo: string; readonly reference?: string }

export type RefundCall = {
  /** Ours, made before the first call and the same for every repeat. At most 32 of `[0-9A-Z]`. */
  readonly refundNo: string
  readonly paymentNo: string
  readonly tradeNo: string
  readonly amountFen: number
  /** What was paid under `tradeNo`; some gateways want to hear it. */
  readonly totalFen: number
  readonly currency: string
  readonly reason: string
  /** Where the gateway tells how a refund ended, where it does. */
  readonly notifyUrl: string
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
/**
 * `payment`: money came. `refund`: a refund of ours ended. `chargeback`: the gateway took money back, or gave it back
 * again (`won`). `nothing`: genuine, and without meaning for us; it is acknowledged and kept.
 */
export type NoticeVerdict =
  | ({ readonly ok: true; readonly about: 'payment'; readonly paymentNo: string } & GatewayTrade)
  | {
      readonly ok: true
      readonly about: 'refund'
      readonly refundNo: string
      readonly outcome:
        | { readonly kind: 'done' }
        | { readonly kind: 'failed'; readonly code: string; readonly message: string }
    }
  | {
      readonly ok: true
      readonly about: 'chargeback'
      readonly disputeNo: string
      readonly tradeNo: string
      readonly amountFen: number
      readonly state: 'opened' | 'lost' | 'won'
      readonly reason: string
    }
  | { readonly ok: true; readonly about: 'nothing' }
  | { readonly ok: false; readonly verdict: NoticeRefusal }

/** What is answered, byte for byte. */
export type NoticeAnswer = { readonly status: number; readonly contentType: string; readonly body: string }

/** A line of a gateway's bill. Amounts are positive, in fen; `kind` says which way the money went. */
export type BillLine = {
  readonly kind: 'payment' | 'refund' | 'chargeback' | 'other'
  /** From 1, in the file as it came. */
  readonly lineNo: number
  readonly tradeNo: string
  readonly paymentNo: string
  /** Ours; '' for a payment. */
  readonly refundNo: string
  readonly amountFen: number
  /** What the gateway kept of it; below zero when a refund gives the fee back. */
  readonly feeFen: number
  readonly currency: string
  readonly state: 'done' | 'pending' | 'failed'
  /** RFC 3339. */
  readonly at: string
  /** The line as it stands in the file, for people. */
  readonly raw: string
}

/** A bill's bytes as the gateway gave them (still packed), or that there is none. The reader takes them away at its pace. */
export type BillOutcome =
  | { readonly kind: 'done'; readonly fileName: string; readonly body: Readable }
  /** Nothing happened on that day. */
  | { readonly kind: 'empty' }
  /** Not made yet: ask again later. */
  | { readonly kind: 'not_ready'; readonly message: string }
  | Refused
  | Unknown

export type Bills = {
  /**
   * @param day `2026-11-22`, the gateway's own day (Beijing time unless it says otherwise)
   * @param now decides whether the day is over, where the gateway does not say so itself
   */
  readonly fetch: (outbound: Outbound, account: GatewayAccount, day: string, now: Date) => Promise<BillOutcome>
  /**
   * Reads a bill as a stream, in constant memory; a file fetched by hand from the gateway's site is the same.
   * @throws BillUnreadable naming the line and what is wrong with it
   */
  readonly read: (body: Readable) => AsyncIterable<BillLine>
}

/** A bill that is not one: says where and why, for the person who uploaded it. */
export class BillUnreadable extends Error {
  override readonly name = 'BillUnreadable'
  readonly lineNo: number
  readonly why: BillWords
  constructor(lineNo: number, why: BillWords, options?: ErrorOptions) {
    super(why.en, options)
    this.lineNo = lineNo
    this.why = why
  }
}

export type SplitCall = {
  /** Ours, the same for every repeat. */
  readonly splitNo: string
  readonly tradeNo: string
  readonly receivers: readonly {
    readonly account: string
    readonly kind: 'merchant' | 'person'
    /** The receiver's name, where the gateway checks it. */
    readonly name: string
    readonly amountFen: number
    readonly description: string
  }[]
}
export type SplitOutcome = { readonly kind: 'done' } | { readonly kind: 'accepted' } | Refused | Unknown

/** Sharing a payment with others (分账), where the gateway offers it. */
export type Splits = {
  readonly addReceiver: (
    outbound: Outbound,
    account: GatewayAccount,
    receiver: { readonly account: string; readonly kind: 'merchant' | 'person'; readonly name: string },
  ) => Promise<{ readonly kind: 'done' } | Refused | Unknown>
  readonly split: (outbound: Outbound, account: GatewayAccount, call: SplitCall) => Promise<SplitOutcome>
  readonly query: (
    outbound: Outbound,
    account: GatewayAccount,
    call: Pick<SplitCall, 'splitNo' | 'tradeNo'>,
  ) => Promise<SplitOutcome | { readonly kind: 'not_found' }>
  /** Lets go of what was not shared. */
  readonly unfreeze: (
    outbound: Outbound,
    account: GatewayAccount,
    call: Pick<SplitCall, 'splitNo' | 'tradeNo'>,
  ) => Promise<SplitOutcome>
}

/**
 * Paying inside the gateway's own app. It asks for the person's id there, which the gateway tells a page that the person
 * has opened in the app: the page leads them to `authorizeUrl` and comes back with a code.
 */
export type InApp = {
  /** Whether the account has what it takes. */
  readonly isReady: (account: GatewayAccount) => boolean
  readonly isInside: (userAgent: string) => boolean
  readonly authorizeUrl: (
    account: GatewayAccount,
    way: { readonly redirectUrl: string; readonly state: string },
  ) => string
  /** Who stands behind a code; it is good once. */
  readonly personOf: (
    outbound: Outbound,
    account: GatewayAccount,
    code: string,
  ) => Promise<{ readonly kind: 'done'; readonly openId: string } | Refused | Unknown>
}

/** A kind of gateway. It knows the wire and nothing else: no table, no order, no tenant. */
export type PaymentGateway = {
  readonly id: string
  readonly name: { readonly zh: string; readonly en: string }
  /** The gateway's own address, offered as the default; '' where every operator has another. */
  readonly baseUrl: string
  readonly merchantIdName: { readonly zh: string; readonly en: string }
  readonly fields: readonly GatewayField[]
  /** In the order in which they are preferred. */
  readonly scenes: readonly Scene[]
  readonly currencies: readonly string[]
  /** The least it takes in one payment, until a shop says otherwise; absent where every amount goes. */
  readonly minFen?: number
  readonly create: (outbound: Outbound, account: GatewayAccount, payment: PaymentCall) => Promise<CreateOutcome>
  readonly query: (outbound: Outbound, account: GatewayAccount, payment: PaymentRef) => Promise<QueryOutcome>
  readonly close: (outbound: Outbound, account: GatewayAccount, payment: PaymentRef) => Promise<CloseOutcome>
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
  readonly bills?: Bills
  readonly splits?: Splits
  readonly inApp?: InApp
  /** A harmless call that proves address, merchant and secret. */
  readonly test: (outbound: Outbound, account: GatewayAccount) => Promise<{ readonly kind: 'done' } | Refused | Unknown>
}
