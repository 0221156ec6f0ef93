import { defineMessages, type Locale } from '../../shared/i18n/index.ts'

export const auditText = defineMessages('audit', {
  title: ['审计日志', 'Audit log'],
  hint: [
    '谁在什么时候对什么做了什么。每行与上一行链接，删改会露出痕迹。',
    'Who did what to what, and when. Each line is chained to the one before, so a removed or changed one shows.',
  ],
  at: ['时间', 'Time'],
  actor: ['操作人', 'Who'],
  action: ['操作', 'What'],
  object: ['对象', 'To what'],
  objectId: ['对象编号', 'Object number'],
  ip: ['IP 地址', 'IP address'],
  requestId: ['请求编号', 'Request'],
  actorKind: ['身份', 'Kind of actor'],
  staff: ['员工', 'Staff'],
  member: ['会员', 'Member'],
  guest: ['访客', 'Guest'],
  system: ['系统', 'System'],
  range: ['时间范围', 'Time'],
  verify: ['校验完整性', 'Verify the chain'],
  intact: ['日志完整', 'The log is intact'],
  intactText: [
    '已逐条核对 {count} 行，没有缺失或改动。',
    '{count} lines were checked one by one; none is missing or changed.',
  ],
  broken: ['日志被改动', 'The log was altered'],
  brokenText: [
    '核对到第 #{id} 行时对不上：这一行或它之前的一行被修改或删除。',
    'Line #{id} does not fit: it, or the one before, was changed or removed.',
  ],
  lineTitle: ['审计记录 #{id}', 'Audit line #{id}'],
  detail: ['内容', 'Details'],
  hash: ['本行校验值', 'Hash of this line'],
  previousHash: ['上一行校验值', 'Hash of the line before'],
  first: ['（第一行）', '(the first line)'],
  noDetail: ['没有更多内容', 'Nothing more'],
  emptyTitle: ['还没有记录', 'Nothing recorded yet'],
})

/** What audit lines are about. A kind without a word is shown by its key. */
const OBJECTS: Readonly<Record<string, readonly [zh: string, en: string]>> = {
  audit: ['审计日志', 'audit log'],
  batch: ['批次', 'batch'],
  card: ['卡密', 'code'],
  category: ['分类', 'category'],
  channel: ['通知方式', 'channel'],
  gateway: ['支付网关', 'gateway'],
  goods: ['商品', 'goods'],
  member: ['会员', 'member'],
  order: ['订单', 'order'],
  picture: ['图片', 'picture'],
  price_change: ['调价', 'price change'],
  role: ['角色', 'role'],
  session: ['会话', 'session'],
  settings: ['设置', 'settings'],
  sku: ['规格', 'variant'],
  staff: ['员工', 'employee'],
  tag: ['标签', 'tag'],
  tenant: ['店铺', 'shop'],
  refund: ['退款', 'refund'],
  receipt: ['收款', 'receipt'],
  job: ['后台任务', 'job'],
  account: ['账户', 'account'],
}

export const objectName = (kind: string, locale: Locale): string => OBJECTS[kind]?.[locale === 'en' ? 1 : 0] ?? kind
