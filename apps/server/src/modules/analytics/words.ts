import type { GatewayColumn } from '@quanshu/contract'

export type Locale = 'zh-CN' | 'en'

/** Words of the files; those of the screens are the console's. */
const WORDS = {
  sales: ['销售额', 'Sales'],
  refunds: ['退款', 'Refunds'],
  net: ['净销售额', 'Net sales'],
  fees: ['手续费', 'Fees'],
  losses: ['损失', 'Losses'],
  bonuses: ['充值赠送', 'Recharge bonuses'],
  cost: ['成本', 'Cost of goods'],
  margin: ['毛利', 'Gross margin'],
  pieces: ['件数', 'Pieces'],
  lines: ['订单行', 'Order lines'],
  goods: ['商品', 'Goods'],
  sku: ['规格', 'Variant'],
  category: ['分类', 'Category'],
  channel: ['渠道', 'Channel'],
  supplier: ['供货商', 'Supplier'],
  payWay: ['支付方式', 'Paid with'],
  staff: ['经手人', 'Staff'],
  nothing: ['（未填）', '(none)'],
  from: ['时段开始', 'From'],
  at: ['时间', 'Time'],
  day: ['日期', 'Day'],
  kind: ['类型', 'Kind'],
  order: ['订单号', 'Order'],
  line: ['行', 'Line'],
  batch: ['批次', 'Batch'],
  amount: ['金额', 'Amount'],
  balance: ['余额', 'Balance'],
  transfer: ['流水号', 'Ledger entry'],
  refund: ['退款单号', 'Refund'],
  movement: ['事项', 'What'],
  counterparty: ['对方账户', 'Other account'],
  cause: ['缘由', 'Cause'],
  owed: ['期末应收', 'Owed at the end'],
  opening: ['期初余额', 'Opening balance'],
  closing: ['期末余额', 'Closing balance'],
  unit: ['单位', 'Unit'],
  account: ['账户', 'Account'],
  whose: ['所属', 'Whose'],
  yuan: ['金额（元）', 'Yuan'],
  count: ['数量', 'Count'],
  sum: ['合计', 'Sum'],
  stock: ['库存', 'Stock'],
  stockAtCost: ['库存成本', 'Stock at cost'],
  stockPieces: ['可售件数', 'Pieces for sale'],
} as const
type Word = keyof typeof WORDS

export const words = (locale: Locale): Readonly<Record<Word, string>> =>
  Object.fromEntries(Object.entries(WORDS).map(([key, pair]) => [key, pick(locale, pair)])) as Record<Word, string>

const KINDS = {
  sale: ['销售', 'Sale'],
  refund: ['退款', 'Refund'],
  fee: ['手续费', 'Fee'],
  loss: ['损失', 'Loss'],
  replacement: ['换发', 'Replacement'],
  bonus: ['充值赠送', 'Recharge bonus'],
  cost: ['采购成本', 'Cost of supply'],
} as const
export const kindWord = (locale: Locale, kind: keyof typeof KINDS): string => pick(locale, KINDS[kind])

const COLUMNS = {
  received: ['收款', 'Received'],
  refunded: ['退款', 'Refunded'],
  fees: ['手续费', 'Fees'],
  chargebacks: ['拒付', 'Chargebacks'],
  settled: ['已结算', 'Settled'],
  others: ['其他', 'Others'],
} as const satisfies Record<GatewayColumn, readonly [string, string]>
export const columnWord = (locale: Locale, column: GatewayColumn): string => pick(locale, COLUMNS[column])

/** Kinds of accounts and transfers. One that is not listed is told by its key. */
const BOOKS: Readonly<Record<string, readonly [string, string]>> = {
  'cash.gateway': ['支付通道', 'Gateway'],
  'cash.clearing': ['待结算（已收未发货）', 'Clearing (paid, not delivered)'],
  'cash.surplus': ['多收待退', 'Surplus to return'],
  'cash.revenue': ['销售收入', 'Revenue'],
  'cash.member': ['会员余额', 'Member balances'],
  'cash.paid_by_hand': ['线下已付', 'Paid outside'],
  'cash.adjustment': ['人工调整', 'Adjustments'],
  'cash.fee': ['通道手续费', 'Gateway fees'],
  'cash.chargeback': ['拒付', 'Chargebacks'],
  'cash.cost': ['采购成本', 'Cost of supply'],
  'cash.codes': ['采购的卡密', 'Codes bought'],
  'cash.supplier': ['供应商往来', 'Suppliers'],
  'cash.paid_ahead': ['已付供应商预存款', 'Paid ahead to suppliers'],
  'supplier.deposit': ['供应商预存', 'Paid ahead to a supplier'],
  'supplier.deposit_back': ['冲销供应商预存', 'Deposit taken back'],
  'supplier.withdrawal': ['供应商退回预存', 'Taken back from a supplier'],
  'supplier.withdrawal_back': ['冲销退回预存', 'Withdrawal taken back'],
  'supplier.credit': ['供应商退款或赔付', 'Given back by a supplier'],
  'supplier.credit_back': ['冲销供应商退款', 'Credit taken back'],
  'cash.purchase': ['采购到货', 'Bought from suppliers'],
  'cash.recovery': ['供应商追偿', 'Recovered from suppliers'],
  'cash.loss': ['少收与重复退款损失', 'Forgone and refunded twice'],
  'cash.bonus': ['充值赠送', 'Recharge bonuses'],
  'cash.bank': ['已结算到银行', 'Settled to the bank'],
  'cash.difference': ['对账差异', 'Differences with bills'],
  'cash.exchange': ['汇兑差额', 'Exchange differences'],
  'budget.source': ['预算来源', 'Budgets set'],
  'budget.restock': ['补货预算', 'Restock budget'],
  'budget.used': ['已用预算', 'Budget used'],
  'budget.lay': ['设置预算', 'Budget set'],
  'budget.use': ['使用预算', 'Budget used'],
  'points.issued': ['已发放积分', 'Points issued'],
  'points.member': ['会员积分', 'Members’ points'],
  'points.spent': ['已消费积分', 'Points spent'],
  'cash.earn': ['发货确认收入', 'Earned by delivery'],
  'cash.unearn': ['退款冲回收入', 'Revenue taken back'],
  'cash.receive': ['收到付款', 'Payment received'],
  'cash.receive_surplus': ['收到多付款', 'Surplus received'],
  'cash.pay_by_balance': ['余额支付', 'Paid from balance'],
  'points.spend': ['积分兑付', 'Points spent'],
  'points.refund': ['退还积分', 'Points given back'],
  'points.bundle': ['组合包送积分', 'Points of a bundle'],
  'points.made_good': ['组合包缺项补偿', 'Points for a part that could not be had'],
  'points.take_back': ['收回积分', 'Points taken back'],
  'cash.refund_to_balance': ['退款到余额', 'Refund to balance'],
  'cash.refund_by_hand': ['退款线下支付', 'Refund paid outside'],
  'cash.refund_twice': ['重复退款损失', 'Refunded twice'],
  'cash.refund_to_source': ['原路退款', 'Refund to source'],
  'cash.fee_from_buyer': ['买家承担的手续费', 'Fee paid by the buyer'],
  'cash.chargeback_won': ['拒付追回', 'Chargeback won back'],
  'cash.recharge': ['充值', 'Recharge'],
  'cash.recharge_bonus': ['充值赠送', 'Recharge bonus'],
  'cash.take_back': ['充值退款扣回', 'Taken back for a refunded recharge'],
  'cash.take_back_bonus': ['收回充值赠送', 'Bonus taken back'],
  'cash.put_back': ['充值退款失败，放回余额', 'Put back: the refund failed'],
  'cash.put_back_bonus': ['充值赠送放回余额', 'Bonus put back'],
  'cash.apply_surplus': ['不符款项用于订单', 'Taken for the order'],
  'cash.credit_surplus': ['不符款项存入余额', 'Put into the balance'],
  'cash.let_go': ['少收部分由店铺承担', 'Missing part borne by the shop'],
  'cash.let_go_back': ['退款时冲回少收部分', 'Missing part taken back with a refund'],
  'bill.payment': ['账单结算：付款', 'Bill: payments'],
  'bill.refund': ['账单结算：退款', 'Bill: refunds'],
  'bill.fee': ['账单手续费', 'Bill: fees'],
  'bill.difference': ['账单差异', 'Bill: difference'],
  'bill.exchange': ['账单汇兑差额', 'Bill: exchange difference'],
  'member.credit': ['人工增加', 'Added by hand'],
  'member.debit': ['人工扣减', 'Taken off by hand'],
}
export function bookWord(locale: Locale, kind: string): string {
  const [name = '', ref] = kind.split(':')
  const known = BOOKS[name]
  const word = known ? pick(locale, known) : name
  return ref === undefined ? word : `${word} ${ref}`
}

const pick = (locale: Locale, [zh, en]: readonly [string, string]): string => (locale === 'en' ? en : zh)
