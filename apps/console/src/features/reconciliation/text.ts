import { type CaseKind, OUTCOME_WORDS, type Outcome } from '@quanshu/contract/reconciliation'
import { useRead } from '../../shared/api/hooks.ts'
import { defineMessages, type Say, useBoth, useText } from '../../shared/i18n/index.ts'
import { useGatewayName } from '../../shared/parts/gateways.tsx'
import { useMay } from '../../shared/session.tsx'

export const reconciliationText = defineMessages('reconciliation', {
  title: ['对账', 'Reconciliation'],
  hint: [
    '每天凌晨自动获取各通道前一天的账单，与账目逐笔核对；全部一致或已说明后关账，关账后不能再改动。',
    'Every night each gateway’s bill of the day before is fetched and laid beside the books. A day closes when everything agrees or is explained, and never changes again.',
  ],
  month: ['月份', 'Month'],
  previous: ['上个月', 'Previous month'],
  next: ['下个月', 'Next month'],
  noGateways: ['还没有提供账单的支付通道', 'No gateway with bills yet'],
  noGatewaysText: [
    '在「设置 → 支付」中配置支付宝、微信支付等通道后，次日凌晨会自动开始对账。',
    'Set one up in Settings → Payment; the night after, reconciliation begins by itself.',
  ],
  toSettings: ['去配置', 'Set one up'],
  allSettled: ['没有未处理的差异', 'Nothing is unexplained'],
  allSettledText: ['可以把已对平的日期关账。', 'Days that agree may be closed.'],
  unsettled: ['{count} 笔差异待处理', '{count} difference(s) to deal with'],
  unsettledText: ['净差额 {sum}，最早 {day}', '{sum} in all, the oldest of {day}'],
  allCases: ['全部差异', 'All differences'],
  legend: ['图例', 'Legend'],
  noBillYet: ['未到账单', 'No bill'],
  weekdays: ['一,二,三,四,五,六,日', 'Mon,Tue,Wed,Thu,Fri,Sat,Sun'],
  openCount: ['{count} 笔差异', '{count} open'],
  running: ['对账中', 'Running'],
  queued: ['排队中', 'Queued'],
  fetching: ['正在获取账单', 'Fetching the bill'],
  loading: ['正在读取账单', 'Reading the bill'],
  matching: ['正在核对', 'Comparing'],
  progress: ['已读 {lines} 行，已核对 {judged} 行', '{lines} lines read, {judged} compared'],
  closeMatched: ['关闭已对平的 {count} 天', 'Close {count} day(s) that agree'],
  closeMatchedObject: ['{month}，{count} 天', '{month}, {count} day(s)'],
  closed: ['已关账', 'Closed'],

  dayTitle: ['{gateway} · {day}', '{gateway} · {day}'],
  run: ['立即对账', 'Reconcile now'],
  runAgain: ['重新获取并核对', 'Fetch and compare again'],
  runStarted: ['已开始，页面会自动刷新', 'It has begun; this page follows it'],
  upload: ['上传账单', 'Upload a bill'],
  uploadText: [
    '从通道后台下载的原始账单文件，不要改动。它会取代当日现有的账单，已说明的差异会重新打开。',
    'The file as it came from the gateway’s site, unchanged. It takes the place of the day’s bill, and explanations are asked for again.',
  ],
  drop: ['点击或把账单拖到这里', 'Click, or drop the bill here'],
  dropHint: ['支持 csv、zip、gz，最多 1 GB', 'csv, zip or gz, up to 1 GB'],
  tooBig: ['文件超过 1 GB', 'The file is larger than 1 GB'],
  sending: ['正在发送 {percent}%', 'Sending, {percent}%'],
  reading: ['已收到，正在读取', 'Received, reading it'],
  uploaded: ['账单已导入，正在核对', 'The bill is in, comparing'],
  close: ['关账', 'Close the day'],
  closeText: [
    '关账后，这一天的账单、对账结果和差异都不能再改动；以后发现的问题记入之后的日期。',
    'Bill, matches and differences of the day can never change again. What is found later belongs to a later day.',
  ],
  closedBy: ['{name} 于 {time} 关账', 'Closed by {name} at {time}'],
  troubleTitle: ['还没有账单', 'There is no bill yet'],
  nextTry: ['将于 {time} 再次获取', 'It is asked for again at {time}'],
  notAsked: ['这一天还没有对账', 'This day was not reconciled yet'],
  notAskedText: [
    '账单在次日上午生成。可以立即获取，或上传从通道后台下载的文件。',
    'Bills are made the morning after. Fetch it now, or upload the file from the gateway’s site.',
  ],
  sides: ['两边合计', 'Both sides'],
  theirs: ['通道账单', 'Gateway’s bill'],
  ours: ['我方账目', 'Our books'],
  difference: ['差额', 'Difference'],
  payments: ['收款', 'Payments'],
  refunds: ['退款', 'Refunds'],
  net: ['净额', 'Net'],
  fee: ['手续费', 'Fees'],
  piecesOf: ['{count} 笔', '{count}'],
  others: ['另有 {count} 行其他流水不参与核对', '{count} other line(s) take no part'],
  bill: ['账单文件', 'The bill'],
  billLines: ['{count} 行', '{count} lines'],
  fetched: ['自动获取', 'Fetched'],
  byUpload: ['{name} 上传', 'Uploaded by {name}'],
  seeLines: ['查看账单明细', 'See its lines'],
  outcomes: ['核对结果', 'Outcomes'],
  openOf: ['{count} 待处理', '{count} open'],
  noneOpen: ['已处理', 'dealt with'],
  billEmpty: ['空账单：通道说当日没有流水', 'Empty: the gateway says nothing happened'],

  cases: ['对账差异', 'Differences'],
  casesHint: [
    '每一笔都列明两边的事实、可能原因和处理办法。',
    'Each one with both sides’ facts, the likely cause and what to do.',
  ],
  tabUnsettled: ['待处理', 'To deal with'],
  tabAll: ['全部', 'All'],
  outcome: ['结论', 'Outcome'],
  number: ['单号', 'Number'],
  searchNumber: ['交易号、退款单号或订单号', 'Trade, refund or order number'],
  order: ['订单', 'Order'],
  gateway: ['通道', 'Gateway'],
  day: ['账期', 'Day'],
  age: ['账龄', 'Age'],
  ageDays: ['{count} 天', '{count} d'],
  state: ['状态', 'State'],
  kind: ['类型', 'Kind'],
  payment: ['收款', 'Payment'],
  refund: ['退款', 'Refund'],
  chargeback: ['拒付', 'Chargeback'],
  chargeback_won: ['拒付返还', 'Chargeback won'],
  other: ['其他', 'Other'],
  noCases: ['没有差异', 'No differences'],
  noCasesText: ['两边逐笔一致。', 'Both sides agree, line by line.'],
  noUnsettled: ['没有待处理的差异', 'Nothing to deal with'],
  export: ['导出差异', 'Export'],

  caseTitle: ['差异 #{id}', 'Difference #{id}'],
  cause: ['可能原因', 'Likely cause'],
  todo: ['怎么处理', 'What to do'],
  firstDay: ['首次发现', 'Found on'],
  amount: ['金额', 'Amount'],
  at: ['时间', 'At'],
  tradeNo: ['通道交易号', 'Trade number'],
  paymentNo: ['商户单号', 'Payment number'],
  refundNo: ['退款单号', 'Refund number'],
  lineNo: ['文件行号', 'Line of the file'],
  theirSide: ['通道一侧', 'The gateway’s side'],
  ourSide: ['我方一侧', 'Our side'],
  nothingThere: ['账单上没有', 'Not on the bill'],
  nothingHere: ['我方没有对应的记录', 'We have no record of it'],
  rawLine: ['账单原文', 'The line as it stands'],
  rawRows: ['我方原始记录', 'Our records as they stand'],
  receiptRow: ['收款', 'Receipt'],
  refundRow: ['退款单', 'Refund'],
  chargebackRow: ['拒付', 'Chargeback'],
  attemptRow: ['支付尝试', 'Attempt'],
  noticeRow: ['支付通知', 'Notice'],
  handled: ['处理', 'Dealt with'],
  handledBy: ['{name}，{time}', '{name}, {time}'],
  writtenOff: ['已按差异入账', 'Written off'],

  ask: ['向通道查询', 'Ask the gateway'],
  asked: ['已查询', 'Asked'],
  explain: ['只写说明', 'Explain only'],
  explainText: [
    '不动账：通道账单的这一行不入账，只保留说明。',
    'Nothing is posted: the line stays out of the books, only the note is kept.',
  ],
  writeOff: ['按差异入账', 'Write it off'],
  writeOffText: [
    '以通道账单为准入账，差额记入「对账差异」账户。以后对上时会自动冲回。',
    'The books follow the gateway’s bill; the difference goes to its own account. It is taken back by itself when it turns up.',
  ],
  postpone: ['顺延到次日', 'Postpone'],
  postponeText: [
    '移到下一个未关账的日期，当日即可关账。次日账单里有它时会自动对上。',
    'It moves to the next day that is not closed. When that day’s bill has it, it settles by itself.',
  ],
  pair: ['配对', 'Pair'],
  pairText: [
    '确认是同一笔资金、只是单号不同。两边都会结清。',
    'Both are the same movement under two numbers. Both are settled.',
  ],
  pairWith: ['金额相同的另一侧差异', 'Of the other side, with the same amount'],
  noPairs: ['没有金额相同的另一侧差异', 'None of the other side has this amount'],
  done: ['已处理', 'Done'],

  supplierSource: ['供应商', 'Supplier'],
  purchase: ['采购', 'Purchase'],
  deposit: ['预存', 'Deposit'],
  credit: ['退款或赔付', 'Credit'],
  purchaseRow: ['采购单', 'Purchase'],
  moneyRow: ['供应商款项', 'Money at the supplier'],
  claim: ['按差异入账并索赔', 'Write it off and claim it'],
  claimText: [
    '账目先以供应商账单为准，多扣的金额同时记为对供应商的索赔；供应商退回后在「资金」页记为到账。',
    'The books follow the supplier’s statement, and what was taken too much becomes a claim. When it is given back, grant it on the money tab.',
  ],
  supply_theirs: ['供应商账单', 'Supplier’s statement'],
  supply_payments: ['预存与退款', 'Deposits and credits'],
  supply_refunds: ['采购', 'Purchases'],
  supply_gateway: ['供应商', 'Supplier'],
  supply_upload: ['上传对账单', 'Upload a statement'],
  supply_uploadText: [
    '供应商后台导出的订单明细或对账单（csv 或 xlsx）。它会取代当日现有的账单；列名按这家供应商的设置识别。',
    'The list of orders or the statement as exported from the supplier’s site (csv or xlsx). It takes the place of the day’s; columns are read by what was set for this supplier.',
  ],
  supply_dropHint: ['支持 csv、xlsx，最多 64 MB', 'csv or xlsx, up to 64 MB'],
  supply_run: ['获取并核对', 'Fetch and compare'],
  supply_runAgain: ['重新核对', 'Compare again'],
  supply_notAskedText: [
    '上传从供应商后台导出的对账单；接口提供对账单的供应商会在次日凌晨自动获取。',
    'Upload the statement from the supplier’s site. Where the interface tells it, it is fetched the night after.',
  ],
  supply_billEmpty: ['空账单：供应商说当日没有订单', 'Empty: the supplier says nothing was ordered'],
  supply_theirSide: ['供应商一侧', 'The supplier’s side'],
  supply_tradeNo: ['供应商单号', 'Supplier’s number'],
  supply_paymentNo: ['我方采购单号', 'Our purchase number'],
  supply_nothingThere: ['供应商账单上没有', 'Not on the statement'],
  supply_searchWhole: ['完整的供应商单号或采购单号', 'A whole number, the supplier’s or ours'],
  supply_writeOffText: [
    '以供应商账单为准，差额从这家供应商的往来账户记入「对账差异」。以后对上时会自动冲回。',
    'The books follow the supplier’s statement; the difference moves from its account to that of differences. It is taken back by itself when it turns up.',
  ],
  exchange: ['外币与汇兑差额', 'Other currencies and exchange'],
  exchangeHint: [
    '按原币逐行核对，币值一致的不算差异；入账后汇率变动带来的部分合为一笔汇兑差额。',
    'Lines are compared in their own currency. What the rate alone has changed since booking is one exchange difference.',
  ],
  exchangeGain: ['收益', 'Gain'],
  exchangeLoss: ['损失', 'Loss'],
  exchangeNone: ['汇率没有变动', 'The rate is the same'],
  exchangeFen: ['汇兑差额', 'Exchange difference'],
  ownAmount: ['原币金额', 'In its currency'],
  atRate: ['汇率', 'Rate'],
  billedFen: ['按账单汇率', 'At the bill’s rate'],
  bookedFen: ['按入账汇率', 'As we booked it'],
  linesOf: ['{count} 行', '{count} line(s)'],
  lines: ['账单明细', 'Lines of the bill'],
  linesTitle: ['{gateway} {day} 账单明细', 'Bill of {gateway}, {day}'],
  linesHint: ['按文件顺序；搜索请粘贴完整单号。', 'In the order of the file. Search by a whole number.'],
  searchWhole: ['完整的交易号、商户单号或退款单号', 'A whole trade, payment or refund number'],
  seeRaw: ['原文', 'As it stands'],
  noLines: ['这一天没有账单', 'There is no bill for this day'],
  noPart: ['不参与', 'No part'],
  seeCase: ['查看差异', 'See the difference'],
})

type Key = keyof typeof reconciliationText.keys

export const isSupplier = (gateway: string): boolean => gateway.startsWith('supplier-')

/** The page's words; of a supplier's statement its own, where a gateway's would be wrong. */
export function useSourceText(gateway: string): Say<Key> {
  const t = useText(reconciliationText)
  if (!isSupplier(gateway)) return t
  return ((key: Key, values?: never) => {
    const own = `supply_${key}` as Key
    return t(own in reconciliationText.keys ? own : key, values as never)
  }) as Say<Key>
}

const SUPPLIERS_MAX = 200

/** What people call a gateway, or a supplier whose statements stand beside the gateways' bills. */
export function useSourceName(): (gateway: string) => string {
  const gatewayName = useGatewayName()
  const may = useMay()
  const { data } = useRead(
    'suppliers.list',
    { query: { pageSize: SUPPLIERS_MAX } },
    { enabled: may('suppliers.read'), staleMs: 60_000 },
  )
  return (gateway) => {
    if (!isSupplier(gateway)) return gatewayName(gateway)
    const id = Number(gateway.slice('supplier-'.length))
    return data?.items.find((one) => one.id === id)?.name ?? gateway
  }
}

/** The kinds of lines that a source may have. */
export const kindsOf = (gateway: string) =>
  isSupplier(gateway)
    ? (['purchase', 'deposit', 'credit', 'other'] as const)
    : (['payment', 'refund', 'chargeback', 'other'] as const)

export function useOutcomeName(): (outcome: Outcome) => string {
  const both = useBoth()
  return (outcome) => both(OUTCOME_WORDS[outcome].zh, OUTCOME_WORDS[outcome].en)
}

export function useKindName(): (kind: CaseKind | 'other') => string {
  const t = useText(reconciliationText)
  return (kind) => t(kind)
}
