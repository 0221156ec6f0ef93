/** Words of supply that both faces and the server share. */

export const SUPPLIER_STATES = ['on', 'paused', 'archived'] as const
export type SupplierState = (typeof SUPPLIER_STATES)[number]

export const BREAKER_STATES = ['closed', 'open', 'half_open'] as const
export type BreakerState = (typeof BREAKER_STATES)[number]

/** `direct`: tops up an account; `card`: hands over codes; `link`: hands over addresses to open. */
export const PRODUCT_KINDS = ['direct', 'card', 'link'] as const
export type ProductKind = (typeof PRODUCT_KINDS)[number]

/** One asking of one supplier under one number; see `suppliers.purchases`. */
export const PURCHASE_STATES = [
  'planned',
  'sending',
  'accepted',
  'unknown',
  'done',
  'partial',
  'refused',
  'cancelled',
  'contradicted',
] as const
export type PurchaseState = (typeof PURCHASE_STATES)[number]

/**
 * An order at a supplier that a callback named and no purchase accounts for: its supplier is asked, a person has to look, what the
 * supplier said later explains it, or a person was done with it.
 */
export const STRAY_STATES = ['asking', 'open', 'explained', 'handled'] as const
export type StrayState = (typeof STRAY_STATES)[number]
export const STRAY_NAMED = ['own', 'order', 'piece'] as const
/**
 * What is wrong: `double`, a second order under one of our numbers; `unknown`, nobody here placed it; `nowhere`, signed, and the supplier does not know it;
 * `silent`, the supplier does not say; `reversed`, it arrived and is called failed now; `refused`, it was refused and is carried out.
 */
export const STRAY_REASONS = ['double', 'unknown', 'nowhere', 'silent', 'reversed', 'refused'] as const
export type StrayReason = (typeof STRAY_REASONS)[number]
export const STRAY_SAID = ['accepted', 'done', 'partial', 'failed'] as const

/** What the supplier's refusal is about. */
export const REFUSALS_ABOUT = ['stock', 'price', 'product', 'balance', 'account', 'limit', 'supplier', 'other'] as const
export type RefusalAbout = (typeof REFUSALS_ABOUT)[number]

/** What a supplier's profile may be asked to do. */
export const PROFILE_OPERATIONS = [
  'place',
  'placeCards',
  'ask',
  'balance',
  'products',
  'product',
  'checkAccount',
  'cancel',
] as const
export type ProfileOperation = (typeof PROFILE_OPERATIONS)[number]

/** How an answer was understood: an order's state, or how the call ended. */
export const TRIAL_OUTCOMES = ['accepted', 'done', 'partial', 'failed', 'refused', 'unknown', 'not_found'] as const
export type TrialOutcome = (typeof TRIAL_OUTCOMES)[number]

/** Whether a supplier is asked about the account before an order of it: not, for the buyer to see, or before it may be placed. */
export const ACCOUNT_CHECKS = ['off', 'advise', 'require'] as const
export type AccountCheck = (typeof ACCOUNT_CHECKS)[number]
/** `unknown`: it was not to be learned, and the order goes on; `none`: nobody of the sources checks accounts. */
export const ACCOUNT_VERDICTS = ['valid', 'invalid', 'unknown', 'none'] as const
export type AccountVerdict = (typeof ACCOUNT_VERDICTS)[number]
/** How a supplier's template differs from what a map was made for. */
export const TEMPLATE_CHANGES = ['added', 'gone', 'required', 'options'] as const
export type TemplateChange = (typeof TEMPLATE_CHANGES)[number]
/** Times a buyer may correct an account that a supplier refused; staff may go on. */
export const CORRECTIONS_MAX = 3

/** How the source of a SKU is chosen. */
export const ROUTE_POLICIES = ['cheapest', 'fastest', 'reliable', 'weighted', 'fixed'] as const
export type RoutePolicy = (typeof ROUTE_POLICIES)[number]

/** Where the codes of a SKU come from: ours; a supplier's where we have none; a supplier's, and ours where none delivers. */
export const CARD_SOURCES = ['own', 'own_first', 'supplier_first'] as const
export type CardSource = (typeof CARD_SOURCES)[number]

/** What became of a code that was bought. */
export const BOUGHT_CARD_OUTCOMES = ['taken', 'duplicate', 'format', 'expired'] as const
export type BoughtCardOutcome = (typeof BOUGHT_CARD_OUTCOMES)[number]

/** Why a source was not chosen for a line. */
export const PASSED_OVER = [
  'off_shelf',
  'offer_off',
  'supplier_paused',
  'paper_ended',
  'breaker_open',
  'refused_before',
  'no_stock',
  'quantity',
  'above_ceiling',
  'other_currency',
  'balance_short',
  'field_missing',
  'wrong_kind',
] as const
export type PassedOver = (typeof PASSED_OVER)[number]
/** The same in words, for a label as for a refusal. */
export const PASSED_OVER_WORDS: Readonly<Record<PassedOver, { readonly zh: string; readonly en: string }>> = {
  off_shelf: { zh: '供应商已下架', en: 'Off the supplier’s shelf' },
  offer_off: { zh: '货源已停用', en: 'Switched off' },
  supplier_paused: { zh: '供应商已暂停', en: 'The supplier is paused' },
  paper_ended: { zh: '必需的文件已到期', en: 'A paper that buying depends on has ended' },
  breaker_open: { zh: '线路已熔断', en: 'Its lane has tripped' },
  refused_before: { zh: '这一单已被它拒绝', en: 'It refused this order before' },
  no_stock: { zh: '没有库存', en: 'No stock' },
  quantity: { zh: '数量超出它的每单限制', en: 'The quantity is outside its limits' },
  above_ceiling: { zh: '低于保本线', en: 'Would leave too little' },
  other_currency: { zh: '外币计价，没有汇率', en: 'Foreign currency without a rate' },
  balance_short: { zh: '供应商余额不足', en: 'Our balance there is short' },
  field_missing: { zh: '缺少充值信息', en: 'Something it asks for is missing' },
  wrong_kind: { zh: '商品类型不符', en: 'Another kind of product' },
}

/**
 * A note of a line that no source delivers, with words for its reasons: `福禄: offer_off; 卡易信: no_stock`. What is written otherwise
 * stays as it is.
 */
export function passedOverNote(note: string, locale: 'zh-CN' | 'en'): string {
  if (note === NOT_FOUND_NOTE) return locale === 'en' ? 'The supplier does not find the order' : '供应商查不到这一单'
  return note.replace(/: ([a-z_]+)(; |$)/g, (whole, reason: string, end: string) => {
    const words = (PASSED_OVER as readonly string[]).includes(reason) && PASSED_OVER_WORDS[reason as PassedOver]
    if (!words) return whole
    return locale === 'en' ? `: ${words.en}${end}` : `：${words.zh}${end === '' ? '' : '；'}`
  })
}

/** Kept as what a supplier said when it said that it knows no such order. */
export const NOT_FOUND_NOTE = 'not_found'

/** What the buyer is told about what a supplier delivers. */
export const SUPPLY_PROGRESS = ['submitted', 'in_progress', 'arrived', 'checking', 'failed'] as const
export type SupplyProgress = (typeof SUPPLY_PROGRESS)[number]

/** How a price that follows the cost is rounded, always up: not, to 0.1 yuan, to whole yuan, to an ending of .9. */
export const PRICE_ROUNDINGS = ['none', 'tenth', 'yuan', 'nine'] as const
export type PriceRounding = (typeof PRICE_ROUNDINGS)[number]

/** What became of a price that follows the cost. */
export const PRICE_MOVES = ['began', 'followed', 'held', 'confirmed', 'kept', 'ended'] as const
export type PriceMove = (typeof PRICE_MOVES)[number]

/** What moved a price, or would have. */
export const PRICE_CAUSES = ['cost', 'demand'] as const
export type PriceCause = (typeof PRICE_CAUSES)[number]

/** What a price was stopped at: the rule's ceiling or floor, or the cost with what must be left above it. */
export const PRICE_BOUNDS = ['ceiling', 'floor', 'cost'] as const
export type PriceBound = (typeof PRICE_BOUNDS)[number]
export const PRICE_STEPS_MAX = 12

/** Money between the shop and a supplier that no purchase moves. */
export const SUPPLIER_MONEY_KINDS = ['deposit', 'withdrawal', 'credit'] as const
export type SupplierMoneyKind = (typeof SUPPLIER_MONEY_KINDS)[number]

/** `claimed`: asked for, and not granted yet. `awaiting`: a second person has to agree. */
export const SUPPLIER_MONEY_STATES = ['claimed', 'awaiting', 'booked', 'declined', 'reversed'] as const
export type SupplierMoneyState = (typeof SUPPLIER_MONEY_STATES)[number]

/** Below so many purchases that came to an end a score says nothing. */
export const SCORE_NEEDS = 5
const [FAST_SECONDS, SLOW_SECONDS] = [10, 600]
const WEIGHTS = { arrived: 70, speed: 15, certain: 10, good: 5 } as const

export type SupplierRecord = {
  readonly ended: number
  readonly arrived: number
  readonly unknown: number
  readonly p95: number | null
  readonly pieces: number
  /** Codes that could not be sold, and delivered ones that were recalled. */
  readonly bad: number
}

/**
 * How a supplier does, 0 to 100: 70 for what arrived of what came to an end, 15 for speed (p95: all of it up to 10 s, none
 * from 10 minutes on, in between by the logarithm), 10 for what was never unknown, 5 for good codes (one bad in ten takes all).
 * Null: too few to say.
 */
export function supplierScore({ ended, arrived, unknown, p95, pieces, bad }: SupplierRecord): number | null {
  if (ended < SCORE_NEEDS) return null
  const slow =
    p95 === null ? 1 : Math.log(Math.max(p95, FAST_SECONDS) / FAST_SECONDS) / Math.log(SLOW_SECONDS / FAST_SECONDS)
  const parts = {
    arrived: arrived / ended,
    speed: 1 - slow,
    certain: 1 - unknown / ended,
    good: pieces + bad === 0 ? 1 : 1 - (10 * bad) / (pieces + bad),
  }
  const sum = (Object.keys(WEIGHTS) as (keyof typeof WEIGHTS)[]).reduce(
    (total, part) => total + WEIGHTS[part] * Math.min(1, Math.max(0, parts[part])),
    0,
  )
  return Math.round(sum)
}
/** The kind of supplier that has no interface: its own people work in the console. */
export const WORKSPACE_ADAPTER = 'workspace'

/** A purchase as such a supplier's people work on it; see `suppliers.tasks`. */
export const SUPPLY_TASK_STATES = ['waiting', 'accepted', 'done', 'refused', 'expired', 'withdrawn', 'missed'] as const
export type SupplyTaskState = (typeof SUPPLY_TASK_STATES)[number]

/** What became of a price that a supplier asked for beyond what it may move alone. */
export const PRICE_ASK_STATES = ['waiting', 'accepted', 'declined', 'replaced'] as const
export type PriceAskState = (typeof PRICE_ASK_STATES)[number]

/** Why a supplier's person refuses to deliver. */
export const TASK_REFUSALS = ['stock', 'account', 'product', 'other'] as const
export type TaskRefusal = (typeof TASK_REFUSALS)[number]

/** A file of stock and price that a supplier's person sent. */
export const SUPPLY_FILE_STATES = ['read', 'applied', 'undone'] as const
export type SupplyFileState = (typeof SUPPLY_FILE_STATES)[number]

/** What becomes of a line of such a file. `held`: its price waits for the shop, the rest of it is taken. */
export const SUPPLY_LINE_OUTCOMES = ['added', 'changed', 'same', 'held', 'invalid'] as const
export type SupplyLineOutcome = (typeof SUPPLY_LINE_OUTCOMES)[number]

/** Why a line of such a file is not taken. */
export const SUPPLY_LINE_PROBLEMS = ['code', 'twice', 'cost', 'stock', 'on_sale', 'unknown', 'name', 'broken'] as const
export type SupplyLineProblem = (typeof SUPPLY_LINE_PROBLEMS)[number]

/** Through which a list comes without anybody signing in. */
export const SUPPLY_DOORS = ['mail', 'folder'] as const
export type SupplyDoor = (typeof SUPPLY_DOORS)[number]

/** What became of a list. `same`: the very one that was taken last. `replaced`: a newer one came before anybody agreed. */
export const INTAKE_STATES = ['taken', 'waiting', 'same', 'refused', 'replaced', 'discarded'] as const
export type IntakeState = (typeof INTAKE_STATES)[number]

/** What a mail's DKIM signature proves of its sender's domain. */
export const MAIL_SIGNATURES = ['pass', 'fail', 'none'] as const
export type MailSignature = (typeof MAIL_SIGNATURES)[number]

/** What SPF, DMARC or ARC say of a mail. `none`: nothing; `unknown`: it could not be asked for. */
export const MAIL_CHECKS = ['pass', 'fail', 'none', 'unknown'] as const
export type MailCheck = (typeof MAIL_CHECKS)[number]

export const PAPER_KINDS = ['contract', 'licence', 'authorisation', 'certificate', 'other'] as const
export type PaperKind = (typeof PAPER_KINDS)[number]

/** `offered`: sent by the supplier and not looked at yet. */
export const PAPER_STATES = ['offered', 'current', 'replaced', 'declined', 'ended'] as const
export type PaperState = (typeof PAPER_STATES)[number]
export const PAPER_MEDIA = ['application/pdf', 'image/png', 'image/jpeg'] as const
export const PAPER_BYTES_MAX = 10 * 1024 * 1024

/** Codes that a supplier offers without an order. */
export const OFFERED_CODES_STATES = ['offered', 'accepted', 'declined', 'withdrawn'] as const
export type OfferedCodesState = (typeof OFFERED_CODES_STATES)[number]
export const OFFERED_CODES_MAX = 10_000
