import { BOOKS_CHECKS, type BooksCheck } from '@quanshu/contract/books'
import { defineMessages, useLocale } from '../../shared/i18n/index.ts'

export const booksText = defineMessages('bookAudit', {
  title: ['账目核对', 'Audit of the books'],
  hint: [
    '不停业地核对全部账目：一码一主、付款必有交代、账目平衡……每天凌晨自动进行一次，发现问题邮件通知店主。',
    'Checks all books while the shop is open: one owner a code, every payment answered for, balances that balance. It runs every night and mails the owner when something is wrong.',
  ],
  allGood: ['账目正常', 'The books are in order'],
  allGoodText: ['最近一次核对了 {rows} 行，没有发现问题。', 'The last audit looked at {rows} rows and found nothing.'],
  bad: ['{count} 条问题待处理', '{count} open violation(s)'],
  badText: [
    '每条都列明了涉及的记录和处理办法。处理后重新核对，消失的会自动关闭。',
    'Each one names its rows and what to do. Audit again afterwards: what is gone closes by itself.',
  ],
  never: ['还没有核对过', 'Never audited yet'],
  neverText: ['第一次会核对全部记录，不影响买家下单。', 'The first audit walks every row. Buyers do not notice it.'],
  failed: ['最近一次没有完成', 'The last audit was not finished'],
  failedText: ['{error}。已完成的部分保留，可重新核对。', '{error}. Audit again when the cause is gone.'],
  running: ['正在核对：{check}', 'Auditing: {check}'],
  runningText: ['已核对 {rows} 行，第 {done} / {total} 项', '{rows} rows so far, check {done} of {total}'],
  checks: ['核对项', 'Checks'],
  invariant: ['不变式 {number}', 'Invariant {number}'],
  guard: ['保障项', 'Guard'],
  cleanSince: ['{time} 起无问题', 'Clean since {time}'],
  notYet: ['尚未核对', 'Not audited yet'],
  openCount: ['{count} 条待处理', '{count} open'],
  runNow: ['立即核对', 'Audit now'],
  runNowText: [
    '在后台逐步进行，每步约 0.15 秒，不加锁，不影响买家下单。可以离开本页。',
    'It works in the background in steps of about 0.15 s, takes no locks and does not slow buyers. You may leave this page.',
  ],
  scope: ['范围', 'Scope'],
  scopeRecent: [
    '上次正常之后的变动，加其余的七分之一',
    'What changed since the last clean audit, and a seventh of the rest',
  ],
  scopeWhole: ['全部记录（数据多时可能需要几分钟）', 'Every row (may take minutes on a large shop)'],
  wholeShop: ['整个店铺的账目', 'All books of the shop'],
  started: ['已开始核对', 'The audit has begun'],
  runs: ['核对记录', 'Audit runs'],
  runsHint: [
    '每一次核对的范围、进度和结果，保留半年。',
    'Scope, progress and outcome of each audit, kept for half a year.',
  ],
  runsEmpty: ['还没有核对记录', 'No audit yet'],
  run: ['核对 #{id}', 'Audit #{id}'],
  runState: ['结果', 'Outcome'],
  source: ['发起', 'Started by'],
  schedule: ['每日自动', 'Nightly'],
  byHand: ['人工', 'By hand'],
  cli: ['命令行', 'Command line'],
  startedAt: ['开始', 'Started'],
  took: ['用时', 'Took'],
  rows: ['核对行数', 'Rows'],
  found: ['问题', 'Found'],
  progress: ['进度', 'Progress'],
  steps: ['步数', 'Steps'],
  busy: ['数据库用时', 'Database time'],
  longest: ['最长一步', 'Longest step'],
  whole: ['全部', 'Every row'],
  recent: ['变动部分', 'Recent'],
  waiting: ['等待', 'Waiting'],
  clean: ['无问题', 'Clean'],
  runViolations: ['本次发现的问题', 'Found in this audit'],
  runClean: ['本次没有发现问题', 'Nothing was found'],
  runStill: ['仍在核对，发现的问题会陆续出现', 'Still running; what is found appears here'],
  seeAll: ['在列表中查看', 'See in the list'],
  violation: ['问题', 'What is wrong'],
  todo: ['处理办法', 'What to do'],
  rowsOf: ['涉及记录', 'Rows'],
  state: ['状态', 'State'],
  foundAt: ['发现', 'Found'],
  lastSeenAt: ['最近一次', 'Last seen'],
  check: ['核对项', 'Check'],
  search: ['订单号、卡密编号等', 'Number of an order, card, account…'],
  tabOpen: ['待处理', 'Open'],
  tabHandled: ['已处理', 'Handled'],
  tabGone: ['已消失', 'Gone'],
  tabAll: ['全部', 'All'],
  handle: ['标记已处理', 'Mark as handled'],
  handleText: [
    '请写明怎么处理的。若以后核对出不同的数字，会重新打开。',
    'Say how it was dealt with. It opens again if a later audit finds other figures.',
  ],
  many: ['{count} 条问题', '{count} violations'],
  handled: ['已标记', 'Marked'],
  handledBy: ['{name} 于 {time} 处理：{note}', 'Handled by {name} at {time}: {note}'],
  emptyOpen: ['没有待处理的问题', 'Nothing is open'],
  emptyOpenText: ['核对时发现的问题会列在这里。', 'What an audit finds is listed here.'],
  more: ['等 {count} 条', 'and {count} more'],
  export: ['导出 CSV', 'Export CSV'],
})

const isZh = (locale: string): boolean => locale !== 'en'

/** A check by its name. */
export function useCheckName(): (check: BooksCheck) => string {
  const locale = useLocale()
  return (check) => BOOKS_CHECKS[check][isZh(locale) ? 'zh' : 'en']
}

/** What rows are called. A kind without a word (a table) is shown as it is. */
const OBJECTS: Readonly<Record<string, readonly [zh: string, en: string]>> = {
  order: ['订单', 'order'],
  card: ['卡密', 'card'],
  batch: ['批次', 'batch'],
  sku: ['规格', 'variant'],
  goods: ['商品', 'goods'],
  redeem_code: ['兑换码', 'redeem code'],
  redeem_batch: ['兑换批次', 'series of redeem codes'],
  account: ['账户', 'account'],
  hold: ['占用', 'hold'],
  grant: ['权益', 'right'],
  refund: ['退款单', 'refund'],
  receipt: ['收款', 'receipt'],
  notice: ['通知', 'notice'],
  transfer: ['流水', 'transfer'],
  member: ['会员', 'member'],
  staff: ['员工', 'employee'],
  bulk: ['批量订单', 'bulk order'],
  recovery: ['追偿', 'claim'],
  restock: ['补货', 'restock'],
  purchase: ['采购', 'purchase'],
  supply_task: ['供货任务', 'supply task'],
  offered_codes: ['供应商报来的卡密', 'offered codes'],
  webhook: ['Webhook', 'webhook'],
  supplier: ['供应商', 'supplier'],
  bill: ['账单', 'bill'],
  wholesale_key: ['供货密钥', 'wholesale key'],
  gateway: ['支付通道', 'gateway'],
  channel: ['通知方式', 'channel'],
  audit: ['审计日志', 'audit line'],
}

export function useObjectName(): (kind: string) => string {
  const locale = useLocale()
  return (kind) => OBJECTS[kind]?.[isZh(locale) ? 0 : 1] ?? kind
}
