import type { IncomingHttpHeaders } from 'node:http'
import type { FormField, ProductKind, RefusalAbout } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import type { Outbound } from '../../platform/outbound/index.ts'

/**
 * The port to suppliers. An adapter knows the wire of one kind of supplier and nothing else: no table, no order, no
 * tenant. Prices are in hao (1/10000 yuan): suppliers quote up to four decimals.
 */

/** A shop's contract with a supplier, secrets opened. Lives in memory only. */
export type SupplierAccount = {
  readonly baseUrl: string
  /** Who we are at the supplier: app id, user id, customer number. */
  readonly identity: string
  /** What the adapter's `fields` ask for, by their keys. */
  readonly settings: Readonly<Record<string, string>>
  readonly secrets: Readonly<Record<string, string>>
  /** Whose account it is, for a kind of supplier that is in the house. */
  readonly place?: { readonly tenantId: TenantId; readonly supplierId: number }
}

/** What a merchant fills in to join a supplier, besides address and identity. The console draws its form from it. */
export type SupplierField = {
  readonly key: string
  readonly name: { readonly zh: string; readonly en: string }
  readonly hint?: { readonly zh: string; readonly en: string }
  /** Secrets are sealed and never shown again. */
  readonly secret: boolean
  readonly required: boolean
  readonly multiline?: boolean
  /** One of these; the first is the default. */
  readonly choices?: readonly string[]
  /** How it is written, where it is not any text. */
  readonly form?: { readonly example: string; readonly isMet: (text: string) => boolean }
}

/** What the supplier can do; the router and the screens go by it. */
export type Capabilities = {
  /** Lists its products. */
  readonly products: boolean
  /** Tells how many pieces it has. */
  readonly stock: boolean
  /** Tells which fields a product's buyer has to fill. */
  readonly templates: boolean
  readonly cancel: boolean
  /** Calls us back when an order ends. */
  readonly callback: boolean
  readonly balance: boolean
  readonly statement: boolean
  /** Takes a price ceiling with the order and refuses above it. */
  readonly priceGuard: boolean
  /** Can say whether an account may be topped up before anybody pays. */
  readonly accountCheck: boolean
  /** Can say what became of a card that it delivered: used, void. */
  readonly cardState: boolean
}

/** Something a supplier sells. */
export type SupplierProduct = {
  /** The supplier's own id for it. */
  readonly remoteId: string
  readonly name: string
  readonly kind: ProductKind
  /** What the thing is worth to its user; null when the supplier does not say. */
  readonly faceHao: number | null
  /** What one piece costs us. */
  readonly costHao: number
  readonly currency: string
  /** Null: not told, which is neither none nor unlimited. */
  readonly stock: number | null
  readonly minQuantity: number
  readonly maxQuantity: number | null
  readonly onSale: boolean
  /** What the buyer has to fill; null where only `product` tells. Keys are the supplier's own names of the fields. */
  readonly fields: readonly FormField[] | null
}

/** One page of products; `next` undefined after the last. */
export type ProductPage = { readonly items: readonly SupplierProduct[]; readonly next?: string }

/**
 * How a call ended. `refused` is the only proof that nothing was bought; `unknown` (no answer, 5xx, a wrong signature, an
 * answer that is not the supplier's, "processing error") means asking again under the same number, never buying again.
 */
export type Refused = {
  readonly kind: 'refused'
  /** The supplier's own code and words, for staff; never shown to a buyer. */
  readonly code: string
  readonly message: string
  /** What it means; `account`: what the buyer filled in is wrong; `supplier`: its trouble, another source may do. */
  readonly about: RefusalAbout
}
export type Unknown = {
  readonly kind: 'unknown'
  readonly reason: string
  /**
   * `unreadable`: it was bought, and what came cannot be read: a person is told at once. `no_cards`: it is called done, and its codes
   * are not there, or not as many: they may come late, so a person is told when the ladder of questions is over.
   */
  readonly code?: 'unreadable' | 'no_cards'
}
export type Done<T> = { readonly kind: 'done'; readonly value: T }
export type Answer<T> = Done<T> | Refused | Unknown

/** A code or an address that was bought. */
export type BoughtCard = {
  /** Card number, '' where a code stands alone. */
  readonly number: string
  /** Password, code, or the address of a link. */
  readonly secret: string
  /** All of its parts, where it has others than these two. */
  readonly parts?: readonly string[]
  /** RFC 3339; null: without end. */
  readonly validTo: string | null
}

export type OrderCall = {
  /** Ours: made and stored before the first call, and the same for every repeat. 20 digits. */
  readonly no: string
  readonly remoteId: string
  readonly kind: ProductKind
  readonly quantity: number
  /** No more than this for a piece. Sent along where the supplier listens to it. */
  readonly ceilingHao: number
  /** By the supplier's own names of the fields. */
  readonly fields: Readonly<Record<string, string>>
  readonly callbackUrl: string
  readonly buyerIp: string
  /** Marks of the shops that the order came through, ours the last: who sells to us can tell that it would buy from itself. */
  readonly trace?: readonly string[]
}

/** An amount in the supplier's own money, and what yuan was made of it at. */
export type OwnMoney = {
  readonly currency: string
  /** In ten-thousandths of its unit. */
  readonly hao: number
  /** Yuan for one unit, in millionths. */
  readonly rate: number
}

/**
 * What is known of an order at the supplier. `currency` is that of `costHao`; not told, it is yuan. Where an amount was turned into
 * yuan, `own` says what it was.
 */
export type OrderState =
  /** Taken, and on its way. */
  | {
      readonly state: 'accepted'
      readonly remoteNo: string
      readonly costHao: number | null
      readonly currency?: string
    }
  /** All of it is there: topped up, or `cards` has `quantity` entries. `costHao` is for the whole order. */
  | {
      readonly state: 'done'
      readonly remoteNo: string
      readonly cards: readonly BoughtCard[]
      readonly costHao: number | null
      readonly currency?: string
      readonly own?: OwnMoney
      /** The carrier's or brand's own number for it, for claims. */
      readonly serial?: string
    }
  /** Over, with a part of it: `arrived` pieces. `costHao` is for what came. */
  | {
      readonly state: 'partial'
      readonly remoteNo: string
      readonly arrived: number
      readonly cards: readonly BoughtCard[]
      readonly costHao: number | null
      readonly currency?: string
      readonly own?: OwnMoney
      readonly message: string
    }
  /** Over without effect, and not charged. */
  | {
      readonly state: 'failed'
      readonly remoteNo: string
      readonly code: string
      readonly message: string
      readonly about: RefusalAbout
    }

export type PlaceOutcome = { readonly kind: 'done'; readonly order: OrderState } | Refused | Unknown
/** `not_found` soon after a call whose end is unknown is still unknown. */
export type AskOutcome = PlaceOutcome | { readonly kind: 'not_found' }

/** Whether an account may be topped up. `nickname` is whose it is there, as the supplier says it; '' when it does not. */
export type AccountSaid = { readonly ok: boolean; readonly nickname: string; readonly message: string }

/** By which number callbacks name an order: ours, the supplier's own, or now one and now the other. */
export type CallbackNames = 'ours' | 'theirs' | 'either'

/** An order at a supplier, found by the supplier's own number. */
export type FoundOrder = {
  /** What its customer called it; '' where none was given, or none is told. */
  readonly no: string
  readonly remoteNo: string
  readonly state: OrderState['state']
  readonly costHao: number | null
  readonly currency: string
}
export type LookUpOutcome = Done<FoundOrder> | Refused | Unknown | { readonly kind: 'not_found' }

export type CallbackRefusal = 'bad_signature' | 'wrong_identity' | 'stale' | 'malformed'
/** A callback as it came over the wire. */
export type RawCallback = {
  readonly method: string
  /** Path and query as the sender saw them. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}
/** Whose signature is right names an order; what became of it is asked for, because callbacks come late, twice and out of order. */
export type CallbackVerdict =
  | { readonly ok: true; readonly about: 'order'; readonly no: string; readonly claim: 'done' | 'failed' | 'unclear' }
  /** As `order`, by the supplier's number: some tell no other. */
  | {
      readonly ok: true
      readonly about: 'remote_order'
      readonly remoteNo: string
      readonly claim: 'done' | 'failed' | 'unclear'
    }
  /** By the supplier's number of a piece: only the supplier knows of which order it is, so its adapter has `lookUp`. */
  | {
      readonly ok: true
      readonly about: 'remote_piece'
      readonly pieceNo: string
      readonly claim: 'done' | 'failed' | 'unclear'
    }
  /** Its price, stock or shelf changed: to be fetched. */
  | { readonly ok: true; readonly about: 'product'; readonly remoteId: string }
  | { readonly ok: true; readonly about: 'nothing' }
  | { readonly ok: false; readonly verdict: CallbackRefusal }

/** What is answered, byte for byte. */
export type CallbackAnswer = { readonly status: number; readonly contentType: string; readonly body: string }

/**
 * A line of a supplier's statement. `costHao` is for the whole order, less what was given back; of money the amount that it put
 * into our balance there.
 */
export type StatementLine = {
  /** Money that is no purchase. */
  readonly kind?: 'deposit' | 'credit'
  readonly no: string
  readonly remoteNo: string
  readonly remoteId: string
  readonly quantity: number
  readonly costHao: number
  readonly currency: string
  /** As it was billed, where `costHao` was turned into yuan. */
  readonly own?: OwnMoney
  readonly state: 'done' | 'pending' | 'failed' | 'refunded'
  /** RFC 3339. */
  readonly at: string
  readonly raw: string
}

/** A kind of supplier. */
export type SupplierAdapter = {
  readonly id: string
  readonly name: { readonly zh: string; readonly en: string }
  /** The supplier's own address, offered as the default; '' where every operator has another. */
  readonly baseUrl: string
  readonly identityName: { readonly zh: string; readonly en: string }
  readonly fields: readonly SupplierField[]
  readonly capabilities: Capabilities
  /** There is nobody to call: its people work in the console, so it has neither address nor account. */
  readonly byHand?: true
  /** How often it may be called, as it says itself; a shop may set less. */
  readonly perMinute: number
  readonly concurrent: number
  /** After so many seconds "not found" counts as never placed; null: only a person may decide so. */
  readonly notFoundIsFinalAfter: number | null
  /** It is a shop like ours: told through which shops an order came. */
  readonly passesTrace?: true
  readonly products: (
    outbound: Outbound,
    account: SupplierAccount,
    cursor: string | undefined,
  ) => Promise<Answer<ProductPage>>
  /** One product, with the fields its buyer has to fill. */
  readonly product: (outbound: Outbound, account: SupplierAccount, remoteId: string) => Promise<Answer<SupplierProduct>>
  readonly place: (outbound: Outbound, account: SupplierAccount, call: OrderCall) => Promise<PlaceOutcome>
  readonly ask: (
    outbound: Outbound,
    account: SupplierAccount,
    order: {
      readonly no: string
      readonly remoteNo: string | null
      readonly kind: ProductKind
      readonly quantity: number
      readonly placedAt: Date
    },
  ) => Promise<AskOutcome>
  readonly balance: (
    outbound: Outbound,
    account: SupplierAccount,
  ) => Promise<Answer<{ readonly hao: number; readonly currency: string }>>
  /** Absent: it sends none. Where they name an order by its number alone, `lookUp` tells whose it is. */
  readonly callbackNames?: CallbackNames
  /**
   * Whose order the supplier has under a number of its own, or of which order a piece is. A question that buys nothing. Without it a
   * callback whose number no purchase bears is a case for a person.
   */
  readonly lookUp?: (
    outbound: Outbound,
    account: SupplierAccount,
    named: { readonly by: 'order' | 'piece'; readonly ref: string },
  ) => Promise<LookUpOutcome>
  /** Signature, identity and age are checked on the raw bytes before anything in them is believed. */
  readonly verifyCallback: (account: SupplierAccount, callback: RawCallback, now: Date) => CallbackVerdict
  /** Says "got it": sent only after the commit. */
  readonly acknowledgement: CallbackAnswer
  /** Says "not taken": the supplier will come again. */
  readonly rejection: CallbackAnswer
  readonly cancel?: (
    outbound: Outbound,
    account: SupplierAccount,
    order: { readonly no: string; readonly remoteNo: string | null },
  ) => Promise<Answer<'cancelled' | 'too_late'>>
  /** A question that buys nothing. A refusal `about: 'account'` is a no too; every other one says nothing about it. */
  readonly checkAccount?: (
    outbound: Outbound,
    account: SupplierAccount,
    ask: { readonly remoteId: string; readonly fields: Readonly<Record<string, string>> },
  ) => Promise<Answer<AccountSaid>>
  readonly cardState?: (
    outbound: Outbound,
    account: SupplierAccount,
    ask: { readonly no: string; readonly card: BoughtCard },
  ) => Promise<Answer<'unused' | 'used' | 'void' | 'unknown'>>
  /** What was ordered on a day (`2026-11-22`, Beijing time). */
  readonly statement?: (
    outbound: Outbound,
    account: SupplierAccount,
    day: string,
  ) => Promise<Answer<readonly StatementLine[]>>
}
