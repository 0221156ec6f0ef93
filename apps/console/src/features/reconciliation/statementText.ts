import { defineMessages } from '../../shared/i18n/index.ts'

/** Words about a supplier's statements. */
export const statementText = defineMessages('supplierStatements', {
  title: ['{name} · 对账', '{name} · Statements'],
  map: ['对账单列名', 'Statement columns'],
  mapSet: ['列名已设置', 'Columns are set'],
  mapNotSet: [
    '第一次上传前，请先告诉系统这家供应商的对账单各列叫什么。',
    'Before the first upload, tell the system what the columns of this supplier’s statement are called.',
  ],
  mapText: [
    '选择一份对账单，系统读出列名；对应好之后记住，以后直接上传。',
    'Choose a statement and its column names are read. Match them once; they are remembered for later uploads.',
  ],
  choose: ['选择文件', 'Choose a file'],
  columnNo: ['我方采购单号', 'Our purchase number'],
  columnRemoteNo: ['供应商单号', 'Supplier’s number'],
  columnAmount: ['金额', 'Amount'],
  columnRefunded: ['已退金额', 'Refunded'],
  columnState: ['订单状态', 'Order status'],
  columnType: ['流水类型', 'Entry type'],
  columnAt: ['下单时间', 'Order time'],
  columnCurrency: ['币种', 'Currency'],
  currency: ['没有写币种的金额是', 'Amounts without a currency are in'],
  currencyHint: [
    '外币按供应商账户里的汇率折成人民币，并保留原币核对',
    'Other currencies are turned into yuan at the rates of the supplier’s account, and compared as they were billed',
  ],
  none: ['没有这一列', 'No such column'],
  needed: ['请选择', 'Choose one'],
  words: ['各状态在文件里怎么写', 'How the file words each status'],
  wordsDone: ['成功', 'Successful'],
  wordsPending: ['处理中', 'Pending'],
  wordsFailed: ['失败或已退', 'Failed or refunded'],
  wordsDeposit: ['预存', 'Deposit'],
  wordsCredit: ['退款或赔付', 'Refund or credit'],
  wordsHint: [
    '输入后回车，可填多个；没有列出的写法会被拒绝，而不是猜测',
    'Press Enter after each; several are allowed. Words not listed are refused rather than guessed',
  ],
  save: ['记住', 'Remember'],
  saved: ['已记住', 'Remembered'],
  allCases: ['全部差异', 'All differences'],
  open: ['{count} 笔差异待处理，净差额 {sum}', '{count} open differences, {sum} net'],
  noneOpen: ['没有待处理的差异', 'No open differences'],
  previous: ['上个月', 'Previous month'],
  next: ['下个月', 'Next month'],
  statementsHint: [
    '点某一天，上传或获取那天的对账单并逐笔核对；差异处理完后关账。',
    'Choose a day to upload or fetch its statement and compare it line by line; close the day once all differences are handled.',
  ],
})
