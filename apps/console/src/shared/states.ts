import type {
  ActivationState,
  AttemptState,
  BatchState,
  BreakerState,
  BulkStanding,
  BulkState,
  BuyerRecallState,
  CardState,
  ComplaintReason,
  ComplaintState,
  DeskAge,
  DeskReason,
  GrantState,
  IntakeState,
  LineState,
  OfferedCodesState,
  OrderState,
  PaperState,
  PriceAskState,
  PurchaseState,
  RecallPieceState,
  RecoveryState,
  RedeemBatchState,
  RedeemStanding,
  RefundState,
  RestockState,
  StrayState,
  SupplierMoneyState,
  SupplierState,
  SupplyFileState,
  SupplyTaskState,
  TaskState,
  WholesaleKeyState,
} from '@quanshu/contract'
import type { Row } from './api/contract.ts'
import { defineMessages } from './i18n/index.ts'

/**
 * Every state a person sees, its colour and its name, in this one table. Colours mean the same everywhere:
 * `success` came to a good end, `processing` moves by itself, `warning` waits for somebody, `error` needs a hand,
 * `default` is over and needs nothing.
 */
export type Tone = 'success' | 'processing' | 'warning' | 'error' | 'default'
type Entry = readonly [tone: Tone, zh: string, en: string]
type Table<State extends string> = Readonly<Record<State, Entry>>

type Goods = Row<'catalog.listGoods'>
type Notice = Row<'payments.listNotices'>

const order: Table<OrderState> = {
  pending: ['warning', '待付款', 'Awaiting payment'],
  paid: ['processing', '已付款', 'Paid'],
  delivered: ['success', '已发货', 'Delivered'],
  cancelled: ['default', '已取消', 'Cancelled'],
  expired: ['default', '已超时', 'Expired'],
  refunded: ['default', '已退款', 'Refunded'],
}
const recharge: Table<OrderState> = { ...order, delivered: ['success', '已到账', 'Credited'] }
const line: Table<LineState> = {
  waiting: ['processing', '待发货', 'Waiting'],
  dormant: ['default', '待激活', 'To be activated'],
  supplying: ['processing', '供货中', 'With supplier'],
  delivered: ['success', '已发货', 'Delivered'],
  exception: ['error', '异常', 'Exception'],
  refunding: ['processing', '退款中', 'Refunding'],
  refunded: ['default', '已退款', 'Refunded'],
  cancelled: ['default', '已取消', 'Cancelled'],
}
const rechargeLine: Table<LineState> = {
  ...line,
  waiting: ['processing', '待到账', 'Waiting'],
  delivered: ['success', '已到账', 'Credited'],
}
const serviceLine: Table<LineState> = {
  ...line,
  supplying: ['processing', '人工处理中', 'In work'],
  delivered: ['success', '已完成', 'Done'],
}
const exception: Table<DeskReason> = {
  out_of_stock: ['error', '库存不足', 'Out of stock'],
  vault_short: ['error', '卡密短缺', 'Codes short'],
  number_gone: ['error', '自选号码已不可售', 'Chosen number gone'],
  late_payment: ['warning', '超时后付款', 'Paid after expiry'],
  manual: ['warning', '人工标记', 'Marked by hand'],
  refund_failed: ['error', '退款失败', 'Refund failed'],
  no_source: ['error', '无可用货源', 'No source'],
  loss_guard: ['warning', '低于保本价', 'Below break-even'],
  supply_unknown: ['error', '采购结果不明', 'Purchase unclear'],
  supply_overdue: ['error', '供应商超时未交付', 'Supplier overdue'],
  supply_contradicted: ['error', '拒绝后又到货', 'Refused, then delivered'],
  account_refused: ['warning', '充值账号有误', 'Wrong account'],
  bad_card: ['error', '到货卡密有问题', 'Bad codes received'],
  service_rejected: ['warning', '人工服务被拒绝', 'Service rejected'],
  disputed: ['error', '付款被拒付', 'Payment disputed'],
  link_failed: ['error', '兑换链接没有生成', 'Link not made'],
  complaint: ['warning', '坏卡申诉', 'Complaint'],
}
const deskAge: Table<DeskAge> = {
  fresh: ['default', '未超时', 'On time'],
  worrying: ['warning', '需关注', 'At risk'],
  late: ['error', '已超时', 'Overdue'],
}
const complaint: Table<ComplaintState> = {
  reported: ['processing', '已提交', 'Reported'],
  checking: ['processing', '核实中', 'Checking'],
  buying: ['processing', '补买中', 'Buying'],
  person: ['warning', '待处理', 'To decide'],
  replaced: ['success', '已换卡', 'Replaced'],
  refunded: ['success', '已退款', 'Refunded'],
  rejected: ['error', '已驳回', 'Rejected'],
  withdrawn: ['default', '已撤回', 'Withdrawn'],
  settled: ['default', '已另行处理', 'Resolved elsewhere'],
}
const complaintReason: Table<ComplaintReason> = {
  invalid: ['default', '卡密无效', 'Invalid'],
  used: ['default', '已被使用', 'Already used'],
  wrong_amount: ['default', '面额或内容不对', 'Wrong value or content'],
  other: ['default', '其他问题', 'Other'],
}
const stray: Table<StrayState> = {
  asking: ['processing', '查询中', 'Asking'],
  open: ['error', '待处理', 'To check'],
  explained: ['success', '已查清', 'Explained'],
  handled: ['default', '已处理', 'Dealt with'],
}
const recovery: Table<RecoveryState> = {
  open: ['warning', '待发送', 'To send'],
  sent: ['processing', '已发送', 'Sent'],
  awaiting: ['warning', '认账待复核', 'Credit to approve'],
  accepted: ['success', '已认账', 'Accepted'],
  refused: ['error', '供应商拒绝', 'Refused'],
  written_off: ['default', '已核销为损失', 'Written off'],
}
const task: Table<TaskState> = {
  waiting: ['warning', '待接单', 'To be taken'],
  accepted: ['processing', '处理中', 'In work'],
  asking: ['processing', '等买家回复', 'With the buyer'],
  answered: ['warning', '买家已回复', 'Answered'],
  done: ['success', '已完成', 'Done'],
  rejected: ['error', '已拒绝', 'Rejected'],
  cancelled: ['default', '已取消', 'Cancelled'],
}
const supplyTask: Table<SupplyTaskState> = {
  waiting: ['warning', '待接单', 'To accept'],
  accepted: ['processing', '处理中', 'In progress'],
  done: ['success', '已交付', 'Delivered'],
  refused: ['error', '已拒单', 'Refused'],
  expired: ['error', '超时未接', 'Expired'],
  withdrawn: ['default', '商家已取回', 'Taken back'],
  missed: ['default', '未送达', 'Never received'],
}
const supplyFile: Table<SupplyFileState> = {
  read: ['warning', '待导入', 'To import'],
  applied: ['success', '已导入', 'Imported'],
  undone: ['default', '已撤销', 'Undone'],
}
const intake: Table<IntakeState> = {
  waiting: ['warning', '待确认', 'Waiting'],
  taken: ['success', '已更新', 'Taken'],
  same: ['default', '内容未变', 'The same'],
  refused: ['error', '没有收下', 'Refused'],
  replaced: ['default', '已被取代', 'Replaced'],
  discarded: ['default', '不采用', 'Put aside'],
}
const paper: Table<PaperState> = {
  offered: ['warning', '待审核', 'To look at'],
  current: ['success', '有效', 'In force'],
  replaced: ['default', '旧版本', 'Older version'],
  declined: ['error', '已退回', 'Declined'],
  ended: ['default', '已停用', 'Ended'],
}
const offeredCodes: Table<OfferedCodesState> = {
  offered: ['warning', '待处理', 'Waiting'],
  accepted: ['success', '已收下', 'Accepted'],
  declined: ['error', '已退回', 'Declined'],
  withdrawn: ['default', '已撤回', 'Withdrawn'],
}
const priceAsk: Table<PriceAskState> = {
  waiting: ['warning', '待确认', 'Waiting'],
  accepted: ['success', '已同意', 'Agreed'],
  declined: ['error', '已驳回', 'Declined'],
  replaced: ['default', '已改价', 'Replaced'],
}
const supplier: Table<SupplierState> = {
  on: ['success', '启用', 'On'],
  paused: ['warning', '已暂停', 'Paused'],
  archived: ['default', '已归档', 'Archived'],
}
const breaker: Table<BreakerState> = {
  closed: ['success', '正常', 'Normal'],
  open: ['error', '已熔断', 'Tripped'],
  half_open: ['warning', '试探中', 'Probing'],
}
const purchase: Table<PurchaseState> = {
  planned: ['processing', '待提交', 'Planned'],
  sending: ['processing', '提交中', 'Sending'],
  accepted: ['processing', '处理中', 'Accepted'],
  unknown: ['warning', '结果不明', 'Unknown'],
  done: ['success', '已到账', 'Arrived'],
  partial: ['warning', '部分到账', 'Partly arrived'],
  refused: ['error', '已拒绝', 'Refused'],
  cancelled: ['default', '已改投', 'Rerouted'],
  contradicted: ['error', '前后矛盾', 'Contradicted'],
}
const card: Table<CardState> = {
  available: ['success', '可用', 'Available'],
  delivered: ['processing', '已发出', 'Delivered'],
  used: ['default', '已使用', 'Used'],
  void: ['default', '已作废', 'Void'],
  suspect: ['warning', '已停用', 'Suspect'],
  expired: ['default', '已过期', 'Expired'],
}
const batch: Table<BatchState> = {
  importing: ['processing', '导入中', 'Importing'],
  cancelled: ['default', '已中止', 'Cancelled'],
  interrupted: ['error', '已中断', 'Interrupted'],
  ready: ['success', '可售', 'Ready'],
  suspended: ['warning', '已停售', 'Suspended'],
  recalling: ['error', '召回中', 'Being recalled'],
  recalled: ['default', '已召回', 'Recalled'],
  undone: ['default', '已撤销', 'Undone'],
}
/** Of codes that we make ourselves. */
const generation: Table<BatchState> = { ...batch, importing: ['processing', '生成中', 'Being made'] }
const restock: Table<RestockState> = {
  ordering: ['processing', '采购中', 'Purchasing'],
  proposed: ['warning', '待审批', 'To approve'],
  done: ['success', '已补足', 'Complete'],
  partial: ['warning', '部分到货', 'Partly arrived'],
  stopped: ['error', '未买到', 'Nothing bought'],
  rejected: ['default', '已驳回', 'Rejected'],
  cancelled: ['default', '已取消', 'Cancelled'],
}
const bulk: Table<BulkState> = {
  draft: ['warning', '待确认', 'Draft'],
  running: ['processing', '下单中', 'Running'],
  paused: ['warning', '已暂停', 'Paused'],
  cancelled: ['default', '已取消', 'Cancelled'],
  done: ['success', '已完成', 'Done'],
}
const bulkLine: Table<BulkStanding> = {
  waiting: ['processing', '待下单', 'Waiting'],
  under_way: ['processing', '进行中', 'In progress'],
  delivered: ['success', '已发货', 'Delivered'],
  attention: ['error', '待处理', 'Needs attention'],
  refunded: ['default', '已退款', 'Refunded'],
  failed: ['warning', '未下单', 'Not ordered'],
  cancelled: ['default', '已取消', 'Cancelled'],
  invalid: ['error', '无效行', 'Invalid'],
}
const redeemBatch: Table<RedeemBatchState> = {
  making: ['processing', '生成中', 'Being made'],
  ready: ['success', '可兑换', 'Ready'],
  suspended: ['warning', '已暂停', 'Suspended'],
  void: ['default', '已作废', 'Void'],
}
const redeemCode: Table<RedeemStanding> = {
  open: ['success', '可兑换', 'Open'],
  used_up: ['default', '已用完', 'Used up'],
  not_yet: ['processing', '未生效', 'Not yet valid'],
  expired: ['default', '已过期', 'Expired'],
  suspended: ['warning', '已暂停', 'Suspended'],
  void: ['default', '已作废', 'Void'],
}
const wholesaleKey: Table<WholesaleKeyState> = {
  on: ['success', '使用中', 'On'],
  paused: ['warning', '已暂停', 'Paused'],
  revoked: ['default', '已吊销', 'Revoked'],
}
const recallPiece: Table<RecallPieceState> = {
  open: ['warning', '待处理', 'To be decided'],
  queued: ['processing', '排队中', 'Queued'],
  awaiting: ['warning', '退款待审批', 'Refund awaits approval'],
  failed: ['error', '未成功', 'Not done'],
  refunding: ['processing', '退款中', 'Refunding'],
  replaced: ['success', '已更换', 'Replaced'],
  refunded: ['success', '已退款', 'Refunded'],
  settled: ['success', '已在订单中处理', 'Put right at its order'],
  left: ['default', '不处理', 'Left as it is'],
}
/** As its buyer is told of it. */
const buyerRecall: Table<BuyerRecallState> = {
  recalled: ['error', '召回中', 'Recalled'],
  replacing: ['processing', '召回更换中', 'Recalled, being replaced'],
  refunding: ['processing', '召回退款中', 'Recalled, being refunded'],
  replaced: ['success', '召回已更换', 'Recalled and replaced'],
  refunded: ['success', '召回已退款', 'Recalled and refunded'],
  settled: ['default', '召回已另行处理', 'Recalled, put right otherwise'],
  cleared: ['default', '召回已解除', 'No longer recalled'],
}
const attempt: Table<AttemptState> = {
  pending: ['warning', '待支付', 'Pending'],
  captured: ['success', '已收款', 'Captured'],
  closed: ['default', '已关闭', 'Closed'],
}
const receipt: Table<Row<'payments.listReceipts'>['state']> = {
  applied: ['success', '已入账', 'Applied'],
  surplus: ['warning', '多付待退', 'Surplus'],
  unmatched: ['warning', '金额不符', 'Other amount'],
  credited: ['success', '已存入余额', 'In the purse'],
  refunded: ['default', '已退回', 'Refunded'],
}
const chargeback: Table<Row<'payments.listChargebacks'>['state']> = {
  opened: ['warning', '争议中', 'Disputed'],
  lost: ['error', '已扣款', 'Lost'],
  won: ['success', '已追回', 'Won back'],
}
const refund: Table<RefundState> = {
  awaiting: ['warning', '待审批', 'Awaiting approval'],
  declined: ['default', '已驳回', 'Declined'],
  requested: ['processing', '已申请', 'Requested'],
  processing: ['processing', '退款中', 'Processing'],
  done: ['success', '已退款', 'Done'],
  failed: ['error', '退款失败', 'Failed'],
}
const activation: Table<ActivationState> = {
  open: ['processing', '待激活', 'To be activated'],
  activated: ['success', '已激活', 'Activated'],
  lapsed: ['default', '到期未激活', 'Not activated in time'],
  cancelled: ['default', '已退款', 'Refunded'],
}
const grant: Table<GrantState> = {
  dormant: ['processing', '待激活', 'To be activated'],
  lapsed: ['default', '到期未激活', 'Not activated in time'],
  active: ['success', '有效', 'Active'],
  used: ['default', '已使用', 'Used'],
  revoked: ['default', '已收回', 'Revoked'],
}
const shelf: Table<Goods['shelf']> = {
  draft: ['default', '草稿', 'Draft'],
  scheduled: ['warning', '定时上架', 'Scheduled'],
  selling: ['success', '在售', 'On sale'],
  ended: ['default', '已结束', 'Ended'],
  off: ['default', '已下架', 'Off shelf'],
  archived: ['default', '已归档', 'Archived'],
}
const sku: Table<'on' | 'off'> = {
  on: ['success', '在售', 'On sale'],
  off: ['default', '停售', 'Not on sale'],
}
const priceChange: Table<'planned' | 'in_force' | 'past' | 'cancelled'> = {
  planned: ['processing', '待生效', 'Planned'],
  in_force: ['success', '生效中', 'In force'],
  past: ['default', '已过去', 'Past'],
  cancelled: ['default', '已取消', 'Cancelled'],
}
const account: Table<'active' | 'disabled'> = {
  active: ['success', '正常', 'Active'],
  disabled: ['default', '已停用', 'Closed'],
}
const notice: Table<Notice['verdict']> = {
  applied: ['success', '已入账', 'Applied'],
  duplicate: ['default', '重复通知', 'Duplicate'],
  surplus: ['warning', '多付', 'Surplus'],
  unmatched: ['warning', '金额不符，待处理', 'Other amount, to decide'],
  ignored: ['default', '无需处理', 'Nothing to do'],
  bad_signature: ['error', '签名错误', 'Bad signature'],
  wrong_merchant: ['error', '商户不符', 'Wrong merchant'],
  unknown_order: ['error', '订单不存在', 'Unknown order'],
  wrong_amount: ['error', '金额不符', 'Wrong amount'],
  wrong_currency: ['error', '币种不符', 'Wrong currency'],
  malformed: ['error', '格式错误', 'Malformed'],
  stale: ['warning', '已过时', 'Stale'],
  not_paid: ['default', '未支付', 'Not paid'],
}
const job: Table<'waiting' | 'given_up'> = {
  waiting: ['processing', '等待中', 'Waiting'],
  given_up: ['error', '已放弃', 'Given up'],
}
const booksRun: Table<'running' | 'clean' | 'violations' | 'failed'> = {
  running: ['processing', '核对中', 'Running'],
  clean: ['success', '无问题', 'Clean'],
  violations: ['error', '有问题', 'Violations'],
  failed: ['warning', '未完成', 'Not finished'],
}
const violation: Table<'open' | 'handled' | 'gone'> = {
  open: ['error', '待处理', 'Open'],
  handled: ['default', '已处理', 'Handled'],
  gone: ['success', '已消失', 'Gone'],
}
const reconDay: Table<'open' | 'differing' | 'matched' | 'closed'> = {
  open: ['default', '未到账单', 'No bill'],
  differing: ['error', '有差异', 'Differs'],
  matched: ['success', '已对平', 'Agrees'],
  closed: ['processing', '已关账', 'Closed'],
}
const reconCase: Table<'open' | 'waiting' | 'explained' | 'resolved'> = {
  open: ['error', '待处理', 'Open'],
  waiting: ['warning', '等待次日', 'Waiting'],
  explained: ['default', '已说明', 'Explained'],
  resolved: ['success', '已对上', 'Settled'],
}
const supplierMoney: Table<SupplierMoneyState> = {
  claimed: ['warning', '索赔中', 'Claimed'],
  awaiting: ['warning', '待复核', 'Awaiting approval'],
  booked: ['success', '已入账', 'Booked'],
  declined: ['default', '已驳回', 'Declined'],
  reversed: ['default', '已冲销', 'Reversed'],
}
const billLine: Table<'done' | 'pending' | 'failed'> = {
  done: ['success', '成功', 'Done'],
  pending: ['processing', '处理中', 'Pending'],
  failed: ['error', '失败', 'Failed'],
}
const importLine: Table<'duplicate' | 'invalid'> = {
  duplicate: ['warning', '重复', 'Duplicate'],
  invalid: ['error', '无效', 'Invalid'],
}

const message: Table<Row<'notify.listMessages'>['state']> = {
  queued: ['processing', '待发送', 'Waiting'],
  sending: ['processing', '发送中', 'Sending'],
  sent: ['success', '已发送', 'Sent'],
  refused: ['error', '发送失败', 'Refused'],
  unknown: ['warning', '结果未知', 'Unknown'],
  capped: ['default', '已限频', 'Held back'],
}
const receiptOfMessage: Table<NonNullable<Row<'notify.listMessages'>['receipt']>> = {
  delivered: ['success', '已送达', 'Delivered'],
  failed: ['error', '未送达', 'Not delivered'],
}
const delivery: Table<Row<'notify.listDeliveries'>['state']> = {
  queued: ['processing', '待投递', 'Waiting'],
  delivered: ['success', '已投递', 'Delivered'],
  failed: ['error', '失败', 'Failed'],
  cancelled: ['default', '已取消', 'Cancelled'],
}

export const STATES = {
  order,
  recharge,
  line,
  rechargeLine,
  serviceLine,
  exception,
  deskAge,
  complaint,
  complaintReason,
  recovery,
  stray,
  card,
  batch,
  generation,
  recallPiece,
  buyerRecall,
  bulk,
  bulkLine,
  redeemBatch,
  restock,
  redeemCode,
  wholesaleKey,
  attempt,
  receipt,
  chargeback,
  refund,
  activation,
  grant,
  shelf,
  sku,
  priceChange,
  account,
  notice,
  job,
  booksRun,
  violation,
  reconDay,
  reconCase,
  billLine,
  importLine,
  task,
  supplyTask,
  supplyFile,
  intake,
  paper,
  offeredCodes,
  priceAsk,
  supplier,
  supplierMoney,
  breaker,
  purchase,
  message,
  receiptOfMessage,
  delivery,
} as const
export type StateKind = keyof typeof STATES
export type StateOf<Kind extends StateKind> = keyof (typeof STATES)[Kind] & string

/** Names as messages `<kind>.<state>`, so that they follow the language like every other word. */
export const stateText = defineMessages(
  'states',
  Object.fromEntries(
    Object.entries(STATES).flatMap(([kind, table]) =>
      Object.entries<Entry>(table).map(([state, [, zh, en]]) => [`${kind}.${state}`, [zh, en] as const]),
    ),
  ),
)

/** All states of a kind, in the order in which they are lived through. */
export function statesOf<Kind extends StateKind>(kind: Kind): readonly StateOf<Kind>[] {
  return Object.keys(STATES[kind]) as StateOf<Kind>[]
}

/** An unknown state (an older page, a newer server) is shown by its key. */
export function toneOf(kind: StateKind, state: string): Tone {
  const table: Readonly<Record<string, Entry>> = STATES[kind]
  return table[state]?.[0] ?? 'default'
}
