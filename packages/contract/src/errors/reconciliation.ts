import { defineErrors } from './define.ts'

export const reconciliationErrors = defineErrors('reconciliation', {
  noBills: { status: 422, zh: '这个支付通道不提供账单', en: 'This gateway has no bills' },
  dayNotOver: {
    status: 422,
    zh: '{day} 还没有结束，次日才有账单',
    en: '{day} is not over; its bill comes the day after',
  },
  dayClosed: { status: 409, zh: '{day} 已关账，不能再改动', en: '{day} is closed and cannot change any more' },
  busy: { status: 409, zh: '这一天正在对账，请稍候', en: 'This day is being reconciled; wait a moment' },
  noBill: { status: 409, zh: '{day} 还没有账单', en: 'There is no bill for {day} yet' },
  notExplained: { status: 409, zh: '还有 {count} 笔差异没有处理', en: '{count} difference(s) are not explained yet' },
  caseOver: { status: 409, zh: '这笔差异已经处理过了', en: 'This difference has been dealt with already' },
  foreignCurrency: {
    status: 422,
    zh: '{currency} 不能入账，只能写说明',
    en: '{currency} cannot be posted; explain it only',
  },
  noPair: {
    status: 422,
    zh: '只能把同一通道、同类、同金额的一笔长款和一笔短款配对',
    en: 'A pair is one of the gateway’s and one of ours, of the same gateway, kind and amount',
  },
  takenBack: {
    status: 409,
    zh: '账上的这笔钱已经冲销：请重新对一次这天的账，或只写说明、不冲差',
    en: 'What our books had was taken back: match the day again, or explain it without posting',
  },
  noStatementMap: {
    status: 422,
    zh: '还没有设置这家供应商对账单的列名，请先在供应商的「对账」页设置',
    en: 'Nobody has said how this supplier’s statement calls its columns; set them on the supplier’s page first',
  },
  statementWithoutNumber: {
    status: 422,
    zh: '请至少对应一列单号：我方单号或供应商单号',
    en: 'Name at least one column of numbers: ours or the supplier’s',
  },
  nothingToClaim: {
    status: 422,
    zh: '只有供应商多扣的差额可以索赔',
    en: 'Only what a supplier took too much can be claimed',
  },
  cannotAsk: { status: 422, zh: '这笔差异没有可查询的订单', en: 'There is no order to ask the gateway about' },
  gatewaySilent: { status: 502, zh: '通道没有回答，请稍后再试', en: 'The gateway did not answer; try again later' },
  fileEmpty: { status: 422, zh: '文件是空的', en: 'The file is empty' },
  unreadable: {
    status: 422,
    zh: '账单第 {line} 行读不懂：{whyZh}',
    en: 'Line {line} of the bill cannot be read: {why}',
  },
  notABill: { status: 422, zh: '这不是此通道的账单：{whyZh}', en: 'This is not a bill of the gateway: {why}' },
  otherDay: {
    status: 422,
    zh: '这是 {other} 的账单，不是 {day} 的：没有一行是这一天的',
    en: 'This is the bill of {other}, not of {day}: no line is of that day',
  },
  tooManyLines: { status: 422, zh: '账单超过 {max} 行', en: 'The bill has more than {max} lines' },
  sameFile: { status: 409, zh: '这份账单已经导入过', en: 'This bill was imported already' },
  brokenOff: { status: 409, zh: '导入中断，请重新开始', en: 'The import broke off; begin again' },
  notReady: { status: 409, zh: '通道还没有出账单：{why}', en: 'The gateway has no bill yet: {why}' },
  fetchRefused: { status: 502, zh: '通道拒绝提供账单：{why}', en: 'The gateway refused to give the bill: {why}' },
  fetchFailed: { status: 502, zh: '账单没有取到：{why}', en: 'The bill could not be fetched: {why}' },
  failed: { status: 500, zh: '对账没有完成，会自动重试', en: 'The day was not finished; it is tried again' },
  exportTooLarge: { status: 422, zh: '超过 {max} 行，请缩小范围', en: 'More than {max} lines; narrow the filters' },
})
