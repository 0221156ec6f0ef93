import type { OrderView } from '@quanshu/contract'

/**
 * What the driver asked, was told and was shown, as each buyer and member of staff would remember it. It knows nothing
 * of the database; the judge compares the two.
 */
export type Diary = {
  /** By contact, which is a different one for every intended order. */
  readonly orders: Map<string, OrderNote>
  readonly imports: ImportNote[]
  readonly topUps: TopUpNote[]
  readonly refunds: RefundNote[]
  readonly replacements: ReplacementNote[]
  readonly batches: Map<string, BatchNote>
  /** Noticed at once while buying: an answer that contradicts an earlier one. */
  readonly contradictions: string[]
}

/** `unknown`: asked, and nobody could say; nothing may be concluded from it. */
export type Outcome = 'asked' | 'ok' | 'refused' | 'unknown'

export type OrderNote = {
  readonly shop: string
  /** Who sees it: a guest's contact or a member. */
  readonly buyer: string
  readonly memberId: number | null
  readonly contact: string
  readonly queryPassword: string
  /** The account that a top-up is for, which no other order names; undefined without one. */
  readonly account: string | undefined
  readonly key: string
  readonly totalFen: number
  readonly quantity: number
  readonly payWith: 'sim-pay' | 'balance'
  /** Some answer to the placing never came, so a refusal proves nothing. */
  wasUncertain: boolean
  outcome: Outcome
  refusal: string | undefined
  /** Every number that was answered under this key. */
  readonly nos: Set<number>
  /** Somebody pressed pay at the gateway. */
  wasPaidAtGateway: boolean
  wasCancelled: boolean
  /** States in the order of being seen. */
  readonly states: OrderView['state'][]
  /** What the buyer held in hand, by grant. */
  readonly shown: Map<number, ShownCode>
  /** The codes of the last look, when everything was over; undefined when nobody could look. */
  finalCodes: ReadonlyMap<number, ShownCode> | undefined
}
export type ShownCode = { readonly code: string; readonly lineNo: number; readonly piece: number }

export type ImportNote = {
  readonly shop: string
  readonly skuId: number
  batchId: number | undefined
  /** Whole lines as sent, good ones only, no line twice. */
  readonly codes: readonly string[]
  readonly lines: number
  readonly invalidLines: number
  cuts: number
  outcome: Outcome
}
export type TopUpNote = {
  readonly shop: string
  readonly memberId: number
  readonly amountFen: number
  wasUncertain: boolean
  outcome: Outcome
}
export type RefundNote = {
  readonly shop: string
  readonly no: number
  /** One refund, or one entry among many exceptions. */
  readonly lineNo: number | null
  wasUncertain: boolean
  outcome: Outcome
}
export type ReplacementNote = {
  readonly shop: string
  readonly no: number
  readonly grantId: number
  wasUncertain: boolean
  outcome: Outcome
}
/** Staff suspends and always resumes; at the end no batch may stay off the shelf. */
export type BatchNote = { readonly shop: string; readonly batchId: number; suspensions: number }

export function openDiary(): Diary {
  return {
    orders: new Map(),
    imports: [],
    topUps: [],
    refunds: [],
    replacements: [],
    batches: new Map(),
    contradictions: [],
  }
}

const NEVER_AFTER: Readonly<Partial<Record<OrderView['state'], readonly OrderView['state'][]>>> = {
  delivered: ['pending', 'paid', 'cancelled', 'expired'],
  refunded: ['pending', 'paid', 'cancelled', 'expired', 'delivered'],
  paid: ['pending', 'cancelled', 'expired'],
}

/** Notes what an answer showed, and whether it fits what was seen before. Answers are noted in the order of asking. */
export function noteView(diary: Diary, note: OrderNote, view: OrderView): void {
  const before = note.states.at(-1)
  if (before !== view.state) note.states.push(view.state)
  if (before !== undefined && NEVER_AFTER[before]?.includes(view.state)) {
    diary.contradictions.push(`order ${view.no} was ${before} and then ${view.state}`)
  }
  for (const [grantId, shown] of codesOf(view)) {
    const known = note.shown.get(grantId)
    if (known && known.code !== shown.code) {
      diary.contradictions.push(
        `order ${view.no} showed two codes for one grant ${grantId}: ${known.code}, ${shown.code}`,
      )
    }
    note.shown.set(grantId, shown)
  }
}

export function codesOf(view: OrderView): ReadonlyMap<number, ShownCode> {
  return new Map(
    view.lines.flatMap((line) =>
      (line.codes ?? []).map(({ grantId, piece, parts }) => [
        grantId,
        { code: parts.join('----'), lineNo: line.lineNo, piece },
      ]),
    ),
  )
}
