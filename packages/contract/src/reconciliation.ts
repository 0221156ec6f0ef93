/**
 * Reconciliation in words: how a line of a gateway's bill and a fact of ours may stand to each other, the likely cause of
 * a difference, and what to do about it. No schema library here: the console reads this as it is.
 */
export const OUTCOMES = [
  'match',
  'channel_only',
  'ours_only',
  'state_differs',
  'amount_differs',
  'duplicate',
  'cross_day',
] as const
export type Outcome = (typeof OUTCOMES)[number]

type Words = { readonly zh: string; readonly en: string }

export const OUTCOME_WORDS: Readonly<Record<Outcome, Words>> = {
  match: { zh: '一致', en: 'Match' },
  channel_only: { zh: '长款', en: 'Theirs only' },
  ours_only: { zh: '短款', en: 'Ours only' },
  state_differs: { zh: '状态不一致', en: 'State differs' },
  amount_differs: { zh: '金额不一致', en: 'Amount differs' },
  duplicate: { zh: '重复', en: 'Duplicate' },
  cross_day: { zh: '跨日', en: 'Other day' },
}

export const CASE_KINDS = [
  'payment',
  'refund',
  'chargeback',
  'chargeback_won',
  'purchase',
  'deposit',
  'credit',
] as const
/** Of a bill's lines. */
export const BILL_LINE_KINDS = ['payment', 'refund', 'chargeback', 'other', 'purchase', 'deposit', 'credit'] as const
/** What stands on a supplier's statement. */
export const SUPPLY_KINDS: readonly string[] = ['purchase', 'deposit', 'credit']
export type CaseKind = (typeof CASE_KINDS)[number]
export const CASE_STATES = ['open', 'waiting', 'explained', 'resolved'] as const
export const DAY_STATES = ['open', 'differing', 'matched', 'closed'] as const
export const DAY_PHASES = ['queued', 'fetching', 'loading', 'matching'] as const
export const CASE_ACTIONS = ['ask', 'claim', 'explain', 'write_off', 'postpone', 'pair'] as const
export type CaseAction = (typeof CASE_ACTIONS)[number]

/** What probably happened (`zh`, `en`) and what to do about it (`doZh`, `doEn`). */
type CauseWords = Words & { readonly doZh: string; readonly doEn: string }

const CAUSES: Readonly<Record<string, CauseWords>> = {
  notice_missed: {
    zh: '买家已在通道付款，我们没有收到通知',
    en: 'The buyer paid at the gateway and its notice never reached us',
    doZh: '点「向通道查询」，查到后会自动入账并发货。',
    doEn: 'Ask the gateway: what it confirms is booked and delivered by itself.',
  },
  amount_refused: {
    zh: '收到过通知，但金额或币种与订单不符，当时拒绝入账',
    en: 'Its notice came and was refused: amount or currency were not the order’s',
    doZh: '点「向通道查询」入账为待处理收款，再决定补单或退款。',
    doEn: 'Ask the gateway: the money is then booked as unmatched, to be applied or refunded.',
  },
  paid_again: {
    zh: '同一订单在通道付了不止一次，这一笔没有记录',
    en: 'The order was paid more than once there, and this payment is unknown here',
    doZh: '点「向通道查询」，查到后会记为多付并自动退回。',
    doEn: 'Ask the gateway: what it confirms is booked as surplus and goes back.',
  },
  order_unknown: {
    zh: '商户单号不是本店的订单，可能来自共用此商户号的其他系统',
    en: 'The number is no order of this shop; another system may share the merchant account',
    doZh: '在通道后台核实来源；确属店铺资金的按差异入账，否则只写说明。',
    doEn: 'Find out at the gateway whose it is. Write it off when the money is the shop’s, else only explain.',
  },
  refund_outside: {
    zh: '退款是在通道后台直接做的，不是从本系统发起',
    en: 'The refund was made on the gateway’s own site, not from here',
    doZh: '找到对应订单核实；确认后按差异入账。今后请从订单页退款。',
    doEn: 'Find its order, then write it off. Refund from the order’s page in future.',
  },
  refund_unknown: {
    zh: '退款单号像是本店的，但没有这张退款单',
    en: 'The refund number looks like ours, but there is no such refund',
    doZh: '核对退款单号与订单；确认后按差异入账。',
    doEn: 'Compare number and order, then write it off.',
  },
  refund_pending_here: {
    zh: '通道已退款，我们这边还在处理中',
    en: 'The gateway has refunded; here the refund is still under way',
    doZh: '点「向通道查询」，确认后退款单会自动完成。',
    doEn: 'Ask the gateway: the refund ends by itself.',
  },
  refund_failed_here: {
    zh: '通道已退款，我们记为失败',
    en: 'The gateway has refunded; here the refund has failed',
    doZh: '不要再次退款。点「向通道查询」，或按差异入账。',
    doEn: 'Do not refund again. Ask the gateway, or write it off.',
  },
  pending_there: {
    zh: '我们记为已退款，通道还在处理中',
    en: 'Refunded for us, still under way at the gateway',
    doZh: '顺延到下一日，通道完成后会自动对上。',
    doEn: 'Postpone it: it settles by itself when the gateway is done.',
  },
  failed_there: {
    zh: '我们记为已发生，通道记为失败',
    en: 'Done for us, failed at the gateway',
    doZh: '联系通道核实钱款；买家没有收到的，用其他方式退还后按差异入账。',
    doEn: 'Ask the gateway where the money is. When the buyer has none, pay back another way, then write it off.',
  },
  failed_after_all: {
    zh: '先前对上的一笔，通道事后又撤回了',
    en: 'It was matched before, and the gateway has undone it since',
    doZh: '钱已回到通道账户；用其他方式退给买家后按差异入账。',
    doEn: 'The money is back at the gateway. Pay it another way, then write it off.',
  },
  chargeback_unknown: {
    zh: '通道因拒付扣走了钱，我们没有记录',
    en: 'The gateway took money for a chargeback that is unknown here',
    doZh: '在通道后台查看争议单；确认后按差异入账。',
    doEn: 'See the dispute at the gateway, then write it off.',
  },
  won_there: {
    zh: '通道把拒付的钱还回来了，我们还没有记为胜诉',
    en: 'The gateway gave a disputed amount back; here the dispute is not won yet',
    doZh: '顺延到下一日，收到通知后会自动对上；长期不到的按差异入账。',
    doEn: 'Postpone it until the notice comes, or write it off.',
  },
  not_on_bill: {
    zh: '我们有记录，当日和次日账单上都没有',
    en: 'Booked here, and on neither this day’s bill nor the next',
    doZh: '确认账单完整（可重新获取）；仍没有的，向通道查证后按差异入账。',
    doEn: 'See that the bill is whole (fetch it again). If it is, take it up with the gateway, then write it off.',
  },
  near_midnight: {
    zh: '发生在零点前后，可能在相邻日的账单上',
    en: 'So close to midnight that it may be on the neighbouring day’s bill',
    doZh: '等相邻日账单到达，会自动对上。',
    doEn: 'Wait for the neighbouring bill: it settles by itself.',
  },
  late_for_closed_day: {
    zh: '关账之后才入账的收款，所属日期已关闭',
    en: 'Booked after its day had been closed',
    doZh: '核对通道后在本日处理，已关闭的日期不会改动。',
    doEn: 'Deal with it on this day; the closed one does not change.',
  },
  amount_other: {
    zh: '两边单号相同，金额不同',
    en: 'The same number on both sides, with other amounts',
    doZh: '以通道后台为准核实；确认后按差异入账，差额进入「对账差异」账户。',
    doEn: 'The gateway’s site decides. Write it off: the difference goes to the account for differences.',
  },
  foreign_currency: {
    zh: '账单币种与账目不同',
    en: 'The bill’s currency is not that of the books',
    doZh: '核实后写明说明；外币不自动入账。',
    doEn: 'Look into it and explain. Other currencies are not posted.',
  },
  listed_twice: {
    zh: '同一笔在这份账单上出现了不止一次',
    en: 'Listed more than once on this bill',
    doZh: '在通道后台确认是否真的多收；多收的按差异入账并退还。',
    doEn: 'See at the gateway whether it was really taken twice; if so write it off and pay it back.',
  },
  listed_before: {
    zh: '同一笔已出现在另一天的账单上',
    en: 'Listed on the bill of another day already',
    doZh: '在通道后台确认是否重复出账；未重复的只写说明。',
    doEn: 'See at the gateway whether it was really counted twice; if not, explain.',
  },
  other_day: {
    zh: '两边日期不同，已自动对上',
    en: 'Booked on different days, settled by itself',
    doZh: '无需处理。',
    doEn: 'Nothing to do.',
  },
  agrees_now: { zh: '之后已一致', en: 'Both sides agree now', doZh: '无需处理。', doEn: 'Nothing to do.' },
  by_payment_no: {
    zh: '交易号不同，按商户单号和金额对上',
    en: 'Settled by payment number and amount; the trade numbers differ',
    doZh: '无需处理。',
    doEn: 'Nothing to do.',
  },
  by_hand: { zh: '由人工配对', en: 'Paired by hand', doZh: '无需处理。', doEn: 'Nothing to do.' },
  gone_from_bill: {
    zh: '新账单上已没有这一行',
    en: 'The newer bill no longer has this line',
    doZh: '无需处理。',
    doEn: 'Nothing to do.',
  },
  found_after_write_off: {
    zh: '曾按差异入账，后来对上，已自动冲回',
    en: 'Written off before, found since; the write-off was taken back',
    doZh: '无需处理。',
    doEn: 'Nothing to do.',
  },
}

/** The same on a supplier's statement, where other things are behind it. */
const SUPPLY_CAUSES: Readonly<Record<string, CauseWords>> = {
  supply_unknown: {
    zh: '供应商账单上有这一笔，我方没有这个单号的采购',
    en: 'On the supplier’s statement, and no purchase of ours has this number',
    doZh: '向供应商核实是谁下的单；不是本店的点「索赔」，单号不同的用「配对」。',
    doEn: 'Ask the supplier who placed it. Claim it when it is not ours, pair it when only the number differs.',
  },
  supply_refused_here: {
    zh: '供应商扣了款，我方记为已拒绝，可能已另外采购',
    en: 'The supplier charged it; here it was refused, and may have been bought elsewhere',
    doZh: '打开采购单再查询一次；确实没有到货的点「索赔」，到货的按差异入账。',
    doEn: 'Ask about the purchase again. Claim it when nothing came, write it off when something did.',
  },
  supply_open_here: {
    zh: '供应商记为成功，我方还没有结果',
    en: 'Done for the supplier, still without an end here',
    doZh: '打开采购单查询或人工了结；了结后会自动对上。',
    doEn: 'Ask about it or settle it by hand: then it settles here by itself.',
  },
  pending_there: {
    zh: '我方已到货入账，供应商还在处理中',
    en: 'Arrived and booked here, still under way at the supplier',
    doZh: '顺延，或之后重新上传这一天的对账单，完成后会自动对上。',
    doEn: 'Postpone it, or upload the day’s statement again later: it settles by itself.',
  },
  failed_there: {
    zh: '我方已到货入账，供应商记为失败，没有扣款',
    en: 'Arrived and booked here; the supplier says it failed and took nothing',
    doZh: '先核实买家是否收到；供应商确认不收款的按差异入账。',
    doEn: 'See whether the buyer has it. Write it off when the supplier confirms that it takes nothing.',
  },
  failed_after_all: {
    zh: '先前对上的一笔，供应商事后改为失败',
    en: 'It was matched before, and the supplier has undone it since',
    doZh: '核实买家手中的权益是否失效；供应商退了款的按差异入账。',
    doEn: 'See whether the buyer’s right still holds; write it off when the supplier gave the money back.',
  },
  not_on_bill: {
    zh: '我方已到货入账，当日和次日的供应商账单上都没有',
    en: 'Arrived and booked here, and on neither this day’s statement nor the next',
    doZh: '确认对账单完整（可重新上传）；供应商确认没有扣款的按差异入账。',
    doEn: 'See that the statement is whole. Write it off when the supplier took nothing.',
  },
  near_midnight: {
    zh: '采购在零点前后，可能在相邻日的账单上',
    en: 'Bought so close to midnight that it may be on the neighbouring day’s statement',
    doZh: '等相邻日的对账单，会自动对上。',
    doEn: 'Wait for the neighbouring statement: it settles by itself.',
  },
  supply_late: {
    zh: '采购当日的对账单核对之后才到货，那天的账单上没有它',
    en: 'It arrived after the statement of its day had been gone through, which does not have it',
    doZh: '重新上传采购当日的对账单；已关账的，向供应商核实后按差异入账。',
    doEn: 'Upload the statement of its day again. If that day is closed, take it up with the supplier and write it off.',
  },
  deposit_unknown: {
    zh: '供应商收到一笔预存，我方没有登记',
    en: 'The supplier has a deposit that is not recorded here',
    doZh: '在供应商的「资金」页按同一流水号登记，再重新核对，会自动对上。',
    doEn: 'Record it on the supplier’s money tab under the same number and compare again: it settles by itself.',
  },
  credit_unknown: {
    zh: '供应商退回一笔款项，我方没有登记',
    en: 'The supplier gave something back that is not recorded here',
    doZh: '在供应商的「资金」页登记为退款，或把对应的索赔记为到账，再重新核对。',
    doEn: 'Record it as a credit, or grant the claim that it answers, and compare again.',
  },
  amount_other: {
    zh: '同一笔采购，供应商扣款与我方入账金额不同',
    en: 'The same purchase, charged with another amount than was booked',
    doZh: '对照下单时的价格：多扣的点「索赔」，价格确已变动的按差异入账。',
    doEn: 'Look at the price it was ordered at. Claim what was taken too much, or write it off when the price had moved.',
  },
  listed_twice: {
    zh: '同一笔采购在这份账单上出现了不止一次',
    en: 'The same purchase is listed more than once on this statement',
    doZh: '向供应商确认是否重复扣款；重复的点「索赔」，没有重复的只写说明。',
    doEn: 'Ask whether it was charged twice. Claim it if so, else only explain.',
  },
  listed_before: {
    zh: '同一笔采购已出现在另一天的账单上',
    en: 'The same purchase was on the statement of another day already',
    doZh: '向供应商确认是否重复扣款；重复的点「索赔」，没有重复的只写说明。',
    doEn: 'Ask whether it was charged twice. Claim it if so, else only explain.',
  },
}

export const CASE_CAUSES: readonly string[] = Object.keys({ ...CAUSES, ...SUPPLY_CAUSES })

/** The likely cause and what to do, in the reader's language. A cause without words is shown by itself. */
export function causeSentence(
  cause: string,
  locale: 'zh-CN' | 'en',
  kind = '',
): { readonly what: string; readonly todo: string } {
  const words = (SUPPLY_KINDS.includes(kind) ? SUPPLY_CAUSES[cause] : undefined) ?? CAUSES[cause]
  if (!words) return { what: cause, todo: '' }
  return locale === 'en' ? { what: words.en, todo: words.doEn } : { what: words.zh, todo: words.doZh }
}
