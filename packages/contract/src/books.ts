/**
 * The audit of the books in words: its checks, each with the invariant of the product it proves, and what it may find,
 * each with what to do about it. No schema library here: the console reads this as it is.
 */
export const BOOKS_CHECK_NAMES = [
  'trial_balance',
  'clearing',
  'bills',
  'suppliers',
  'statements',
  'recoveries',
  'restocks',
  'bulk',
  'wholesale',
  'stock_sums',
  'holds',
  'paid_orders',
  'code_owners',
  'batch_sums',
  'references',
  'replays',
  'refunded_rights',
  'bounds',
  'redeem_codes',
  'balances',
  'parents',
  'audit_chain',
  'sealed',
] as const
export type BooksCheck = (typeof BOOKS_CHECK_NAMES)[number]

type Words = { readonly zh: string; readonly en: string }
type CheckWords = Words & {
  /** Of the nine invariants; null for what guards the proof itself: the audit log and the cipher texts. */
  readonly invariant: number | null
}

export const BOOKS_CHECKS: Readonly<Record<BooksCheck, CheckWords>> = {
  code_owners: { invariant: 1, zh: '一码一主', en: 'One owner a code' },
  batch_sums: { invariant: 2, zh: '批次张数', en: 'Sums of batches' },
  stock_sums: { invariant: 2, zh: '库存账与批次', en: 'Stock and batches' },
  paid_orders: { invariant: 3, zh: '付款必有交代', en: 'Paid orders' },
  references: { invariant: 4, zh: '外部单号不重', en: 'Outside numbers' },
  bounds: { invariant: 5, zh: '不越界', en: 'Bounds' },
  redeem_codes: { invariant: 5, zh: '兑换码次数', en: 'Uses of redeem codes' },
  holds: { invariant: 5, zh: '占用按时释放', en: 'Holds' },
  trial_balance: { invariant: 6, zh: '试算平衡', en: 'Trial balance' },
  balances: { invariant: 6, zh: '余额等于流水', en: 'Balances' },
  bills: { invariant: 6, zh: '对账入账', en: 'Bills' },
  suppliers: { invariant: 6, zh: '供应商往来', en: 'Suppliers' },
  statements: { invariant: 6, zh: '供应商对账单', en: 'Suppliers’ statements' },
  recoveries: { invariant: 6, zh: '供应商追偿', en: 'Claims on suppliers' },
  restocks: { invariant: 6, zh: '补货与预算', en: 'Restocks and budgets' },
  bulk: { invariant: 6, zh: '批量订单', en: 'Bulk orders' },
  wholesale: { invariant: 4, zh: '供货接口订单', en: 'Wholesale orders' },
  clearing: { invariant: 6, zh: '过渡账户', en: 'Clearing accounts' },
  parents: { invariant: 7, zh: '店铺归属', en: 'Rows and their shop' },
  refunded_rights: { invariant: 8, zh: '退款收回权益', en: 'Refunded rights' },
  replays: { invariant: 9, zh: '通知只生效一次', en: 'Repeated notices' },
  audit_chain: { invariant: null, zh: '审计链完整', en: 'Audit chain' },
  sealed: { invariant: null, zh: '密文可解', en: 'Cipher texts' },
}

/** What is wrong (`zh`, `en`) and what to do about it (`doZh`, `doEn`). `{name}` is filled from a violation's params. */
export type FindingWords = Words & { readonly doZh: string; readonly doEn: string }

export const BOOKS_FINDINGS: Readonly<Record<string, FindingWords>> = {
  code_two_owners: {
    zh: '一个卡密交给了不止一个人（权益 {grants} 份，出库 {deliveries} 次）',
    en: 'One code was given to more than one owner ({grants} grants, {deliveries} deliveries)',
    doZh: '立即联系较晚拿到的买家并更换卡密；向技术人员提供这些编号，查清第二次出库从何而来。',
    doEn: 'Give the later buyer another code at once, and hand these numbers to the engineers to find where the second delivery came from.',
  },
  code_twin: {
    zh: '{cards} 条卡密记录的内容相同，其中有已交付的',
    en: '{cards} cards hold the same code, and one of them was delivered',
    doZh: '作废尚未交付的那几条；都已交付的，为较晚的买家更换。',
    doEn: 'Void those not yet delivered; where both were, replace the later buyer’s.',
  },
  code_handed_out: {
    zh: '批次 #{batchId} 的卡密已导出自用，其中一条之后又卖给了买家',
    en: 'The codes of batch #{batchId} were exported to be given out elsewhere, and one was sold after that',
    doZh: '为买家更换这个卡密，并确认该批次已停售。',
    doEn: 'Give the buyer another code, and see that the batch is suspended.',
  },
  code_back_on_shelf: {
    zh: '已经属于某人的卡密又回到了可售状态（{state}）',
    en: 'A code that somebody owns is back on the shelf ({state})',
    doZh: '立即作废这条卡密，避免再次售出；再核对买家手中的权益。',
    doEn: 'Void the card at once so that it is not sold again, then look at the owner’s right.',
  },
  code_not_owned: {
    zh: '卡密已出库（{state}），但没有任何人拥有它',
    en: 'A code left the shelf ({state}) and nobody owns it',
    doZh: '查看卡密历史与订单：应补发给买家，或作废并登记损失。',
    doEn: 'See the card’s history and its order: deliver it to the buyer, or void it and record the loss.',
  },
  code_state_differs: {
    zh: '卡密状态（{state}）与持有人的权益状态不一致',
    en: 'The card’s state ({state}) is not that of its owner’s right',
    doZh: '以卡密历史为准核对；若是刚标记已使用，请确认后台任务在运行。',
    doEn: 'The card’s history decides. If it was just marked as used, see that background jobs are running.',
  },
  code_other_order: {
    zh: '卡密出库的凭据与持有它的订单不是同一个',
    en: 'The card left the shelf for another order than the one that owns it',
    doZh: '比对卡密历史里的订单与持有订单，确认谁看到过卡密，再为另一方更换。',
    doEn: 'Compare the order in the card’s history with the owner’s, find out who saw the code, and replace it for the other.',
  },
  batch_sum: {
    zh: '批次登记的张数与实际卡密不符：{differs}',
    en: 'A batch’s counts are not those of its cards: {differs}',
    doZh: '先暂停该批次；技术人员核对差额后更正。',
    doEn: 'Suspend the batch; let the engineers correct it once the difference is understood.',
  },
  code_uses: {
    zh: '可发多次的卡密登记了 {made} 次（上限 {uses}），实际有 {cards} 次',
    en: 'A code that is sold several times has {made} uses booked (bound {uses}), and {cards} cards',
    doZh: '作废这个卡密以停止继续发放；技术人员核对多出的次数从何而来。',
    doEn: 'Void the code so that no more of it is sold; let the engineers find where the difference comes from.',
  },
  batch_strange_cards: {
    zh: '批次里有 {cards} 条卡密属于别的规格',
    en: '{cards} cards of a batch belong to another variant',
    doZh: '先暂停该批次，这些卡密可能以错误的商品售出。',
    doEn: 'Suspend the batch: these codes may be sold as the wrong goods.',
  },
  stock_sum: {
    zh: '库存账（{state}）记 {booked} 件，批次合计 {counted} 件',
    en: 'The ledger has {booked} pieces ({state}), the batches {counted}',
    doZh: '对照该规格的流水与批次，查清差额后由技术人员更正。',
    doEn: 'Compare the variant’s statement with its batches; let the engineers correct the difference.',
  },
  stock_not_zero: {
    zh: '该规格的库存账合计为 {booked}，应为 0',
    en: 'The variant’s stock accounts add up to {booked}, not to zero',
    doZh: '立即联系技术人员：有一笔流水只记了一边。',
    doEn: 'Call the engineers: a movement was booked on one side only.',
  },
  warehouse_sum: {
    zh: '渠道仓「{state}」账上 {booked} 件，卡密 {counted} 张',
    en: 'Warehouse “{state}” holds {booked} by the books and {counted} by its codes',
    doZh: '先暂停该规格的调拨，把编号交给技术人员核对调拨流水与卡密所在仓。',
    doEn: 'Stop moving this variant, and hand the numbers to the engineers: moves and places of codes have to be compared.',
  },
  channel_code_astray: {
    zh: '{counted} 张渠道专用卡密放在了不该放的仓「{state}」',
    en: '{counted} codes for named channels lie in warehouse “{state}”, which may not sell them',
    doZh: '这些卡密不会被发出。在批次里核对专用渠道，再请技术人员移回正确的仓。',
    doEn: 'They are not handed out. See which channels the batch names, and have the engineers put them where they belong.',
  },
  paid_nothing: {
    zh: '已付款，但 {lines} 行既没有发货、退款，也没有进入异常',
    en: 'Paid, and {lines} line(s) neither delivered, refunded nor an exception',
    doZh: '打开订单重试发货；不成则退款。',
    doEn: 'Open the order and try the delivery again, or refund it.',
  },
  paid_without_money: {
    zh: '订单记为已付 {paidFen}，收款合计 {receivedFen}',
    en: 'The order is marked as paid with {paidFen}, its receipts add up to {receivedFen}',
    doZh: '在支付通道后台核对这笔订单，再补记收款或撤销。',
    doEn: 'Look the order up at the gateway, then record the receipt or cancel the order.',
  },
  money_without_order: {
    zh: '收到 {receivedFen}，订单却仍是{state}',
    en: '{receivedFen} was received, but the order is {state}',
    doZh: '打开订单查询支付结果；仍不变则原路退款。',
    doEn: 'Ask the gateway about the payment from the order’s page; if nothing changes, refund it.',
  },
  order_total: {
    zh: '订单金额对不上：应付 {totalFen}，明细 {linesFen}，已付 {paidFen}',
    en: 'The order’s amounts differ: total {totalFen}, lines {linesFen}, paid {paidFen}',
    doZh: '核对下单时的价格，差额退给买家或登记损失。',
    doEn: 'Compare with the prices at the time; refund or record the difference.',
  },
  order_points: {
    zh: '订单应付 {points} 积分，明细合计 {linesPoints} 积分',
    en: 'The order costs {points} points, its lines {linesPoints}',
    doZh: '核对下单时的积分价，差额补给会员或登记。',
    doEn: 'Compare with the prices at the time; give the member the difference or record it.',
  },
  order_refunds: {
    zh: '订单记已退 {refundedFen}，退款单合计 {refundsFen}',
    en: 'The order has {refundedFen} refunded, its refunds add up to {refundsFen}',
    doZh: '在支付通道后台核对退款记录后更正。',
    doEn: 'Compare with the refunds at the gateway, then correct it.',
  },
  line_refunds: {
    zh: '第 {lineNo} 行记已退 {refundedFen}、在退 {refundingFen}，退款单合计 {refundsFen}、{promisedFen}',
    en: 'Line {lineNo} has {refundedFen} refunded and {refundingFen} under way; its refunds add up to {refundsFen} and {promisedFen}',
    doZh: '在支付通道后台核对这一行的退款记录后更正。',
    doEn: 'Compare with the refunds of this line at the gateway, then correct it.',
  },
  loss_beside_promise: {
    zh: '已记作损失 {lossFen}（在付款人的银行，或重复退款），却仍有 {promisedFen} 待退或留在余额',
    en: '{lossFen} is booked as a loss, with the payer’s bank or refunded twice, while {promisedFen} is still promised or in the balance',
    doZh: '先不要再退款；核对支付通道的拒付和退款记录后更正。',
    doEn: 'Send nothing more; compare with the disputes and refunds at the gateway, then correct it.',
  },
  line_grants: {
    zh: '第 {lineNo} 行（{state}）应有 {quantity} 份权益，实有 {grants} 份',
    en: 'Line {lineNo} ({state}) is of {quantity} piece(s) and has {grants} right(s)',
    doZh: '打开订单，补发缺少的或收回多出的。',
    doEn: 'Open the order; deliver what is missing or take back what is too much.',
  },
  redeemed_without_use: {
    zh: '订单由兑换码付清，却没有对应的兑换记录',
    en: 'The order was paid by a redeem code, but no use of one is recorded',
    doZh: '查清是哪个兑换码：在「兑换码」里按订单号找不到时，联系技术人员，先不要收回。',
    doEn: 'Find out which code it was; if the redemptions do not know the order, call the engineers before taking anything back.',
  },
  redeem_uses: {
    zh: '兑换码 #{codeId} 记已用 {used} 次（可用 {uses} 次），对应订单 {orders} 笔',
    en: 'Redeem code #{codeId} says it was used {used} times of {uses}; {orders} order(s) stand for it',
    doZh: '先暂停这个兑换码，核对它的兑换记录后更正次数。',
    doEn: 'Suspend the code, compare with its redemptions, then correct the count.',
  },
  redeem_made_good: {
    zh: '第 {lineNo} 行记为已补偿：整单应补 {points} 积分，实际到账 {moved}；该行 {quantity} 份中已了结 {ended} 份，记值 {bookedFen}，应为 {worthFen}',
    en: 'Line {lineNo} is said to be made good: its order owes {points} points, {moved} came; {ended} of its {quantity} piece(s) are over, worth {bookedFen} by the note, {worthFen} by the code',
    doZh: '在会员积分流水中核对这笔补偿，差额用积分调整补正；该行仍未了结的，先不要再补偿。',
    doEn: 'Look the points up in the member’s statement, and correct the difference by adjusting them; while the line is open, do not make it good again.',
  },
  sold_codes: {
    zh: '第 {lineNo} 行是兑换链接，应有 {quantity} 个码，实有 {codes} 个',
    en: 'Line {lineNo} is of redeem links: {quantity} code(s) belong to it, it has {codes}',
    doZh: '缺少的：在后台任务里重跑「redeem.deliver」；多出的：暂停多出的码并联系技术人员。',
    doEn: 'Of what is missing, run the job redeem.deliver again; suspend what is too much and call the engineers.',
  },
  line_unattended: {
    zh: '第 {lineNo} 行正在供货，却没有进行中的采购、任务或制码',
    en: 'Line {lineNo} waits to be supplied, but no purchase, task or job is under way for it',
    doZh: '在供应商后台核对是否已到账：未到账的，请技术人员把这一行转入异常后重新采购或退款。',
    doEn: 'Ask its suppliers whether anything arrived; if not, have the engineers make the line an exception, then buy it again or refund it.',
  },
  task_orphan: {
    zh: '第 {lineNo} 行已不在等人工办理，任务却还开着',
    en: 'Line {lineNo} is not waited for any more, but its task is still open',
    doZh: '先不要继续办理，核对订单后请技术人员结束这个任务。',
    doEn: 'Stop working on it, look at the order, and have the engineers end the task.',
  },
  line_supplied: {
    zh: '第 {lineNo} 行：采购到货 {arrived} 份，需求记 {filled} 份，人工完成 {byHand} 份，已交付 {delivered} 份',
    en: 'Line {lineNo}: suppliers brought {arrived}, its need counts {filled}, {byHand} were done by hand, {delivered} are delivered',
    doZh: '在订单页核对这一行的采购记录与买家的权益，查清前不要再采购；向技术人员提供这些编号。',
    doEn: 'Compare the line’s purchases with what its buyer has, buy nothing more until then, and hand these numbers to the engineers.',
  },
  points_moved: {
    zh: '订单积分与流水不符：应扣 {points}、实扣 {moved}；应退 {backPoints}、实退 {backMoved}；组合包应赠 {bundlePoints}、实赠 {bundleMoved}；应收回 {takenPoints}、实收回 {takenMoved}',
    en: 'An order’s points are not what moved: {points} owed, {moved} paid; {backPoints} due back, {backMoved} came back; {bundlePoints} of bundles, {bundleMoved} given; {takenPoints} taken back, {takenMoved} left',
    doZh: '在会员积分流水中核对这个订单，差额用积分调整补正。',
    doEn: 'Look the order up in the member’s statement of points, and correct the difference by adjusting them.',
  },
  receipt_disputed: {
    zh: '收款记被银行扣回 {lossFen}，各笔拒付合计 {disputesFen}',
    en: 'A receipt says banks had {lossFen} of it, its disputes say {disputesFen}',
    doZh: '核对这笔收款的拒付记录；更正前不要用它退款。',
    doEn: 'Compare with the payment’s disputes, and refund nothing out of it until it is corrected.',
  },
  later_right: {
    zh: '第 {lineNo} 行先买后激活：状态 {state}，激活 {activation}，应有待激活权益 {quantity} 份，实有 {rights} 份',
    en: 'Line {lineNo} was bought to be activated later: it is {state}, its activation {activation}, and of {quantity} right(s) that wait {rights} are there',
    doZh: '在订单页核对这一行的激活、采购与退款记录，暂不要再充值；向技术人员提供这些编号。',
    doEn: 'Compare activation, purchases and refunds of the line on its order, top nothing up again until then, and hand these numbers to the engineers.',
  },
  recharge_credit: {
    zh: '充值应入余额 {creditFen}，实际入账 {creditedFen}',
    en: 'A recharge owes the balance {creditFen}, {creditedFen} was credited',
    doZh: '在会员余额流水中核对这笔充值，差额用余额调整补正。',
    doEn: 'Look the recharge up in the member’s statement, and correct the difference by adjusting the balance.',
  },
  refund_lost: {
    zh: '第 {lineNo} 行正在退款，却没有进行中的退款单',
    en: 'Line {lineNo} is being refunded, but no refund is under way',
    doZh: '打开订单重新退款。',
    doEn: 'Open the order and refund the line again.',
  },
  reference_twice: {
    zh: '{whose} 的交易号 {reference} 入账 {times} 次',
    en: 'Trade {reference} of {whose} was booked {times} times',
    doZh: '只有一笔真实收款：核对后冲销多记的，并检查其中每个订单。',
    doEn: 'Only one of them is real money: reverse the others and look at each of their orders.',
  },
  purchase_twice: {
    zh: '采购单号 {reference} 对应 {times} 笔采购',
    en: 'Purchase number {reference} stands for {times} purchases',
    doZh: '向供应商核对这个单号实际成交几次；多出的采购登记损失或要求退回。',
    doEn: 'Ask the supplier how often this number was bought; claim back or record what is too much.',
  },
  bought_codes: {
    zh: '采购 {reference} 记到货 {arrived} 个、坏码 {bad} 个，卡库里实有 {codes} 个、记坏码 {badCodes} 个',
    en: 'Purchase {reference} counts {arrived} code(s) and {bad} bad one(s), the vault has {codes} of it and {badCodes} are noted as bad',
    doZh: '向供应商重新查询这笔采购的卡密，缺少的补录入库；向技术人员提供这些编号。',
    doEn: 'Ask the supplier for the codes of this purchase again, import what is missing, and hand these numbers to the engineers.',
  },
  bought_twice: {
    zh: '第 {lineNo} 行需要 {quantity} 件，向供应商买到了 {arrived} 件',
    en: 'Line {lineNo} is of {quantity} piece(s), and {arrived} were bought for it',
    doZh: '打开订单查看各笔采购；多买的向供应商要求退回或登记损失，并请技术人员查清原因。',
    doEn: 'See the order’s purchases; claim back or record what is too much, and let the engineers find how it came about.',
  },
  refund_twice: {
    zh: '同一笔应退款有 {times} 张有效退款单',
    en: 'The same money has {times} living refunds',
    doZh: '在支付通道后台确认实际退了几次；多退的向买家追回或登记损失。',
    doEn: 'See at the gateway how often it went back; claim back or record what went too often.',
  },
  refund_over_receipt: {
    zh: '退款 {refundedFen} 超过收款 {receivedFen}',
    en: 'Refunds of {refundedFen} exceed the receipt of {receivedFen}',
    doZh: '暂停该订单的退款，核对后登记损失。',
    doEn: 'Stop the refunds of this order, and record the loss.',
  },
  below_floor: {
    zh: '「{kind} {ref}」低于底线：余额 {balance}，占用 {held}，底线 {floor}',
    en: 'Account {kind} {ref} is below its floor: balance {balance}, held {held}, floor {floor}',
    doZh: '立即停售相关规格或冻结该余额，再查流水。',
    doEn: 'Stop selling the variant or freeze the balance, then read the statement.',
  },
  floor_lowered: {
    zh: '「{kind} {ref}」的底线被改动（现 {floor}，应为 {rule}）',
    en: 'The floor of account {kind} {ref} was changed (is {floor}, should be {rule})',
    doZh: '立即联系技术人员：系统自己不会改动底线。',
    doEn: 'Call the engineers: the system never changes a floor.',
  },
  person_limit: {
    zh: '一人买到 {quantity} 件，超过每人限购 {limit} 件',
    en: 'One person has {quantity} pieces, above the limit of {limit}',
    doZh: '按店铺规则决定保留或退款。',
    doEn: 'Keep or refund by the shop’s rule.',
  },
  order_limit: {
    zh: '一单 {quantity} 件，超过每单限购 {limit} 件',
    en: 'One order has {quantity} pieces, above the limit of {limit}',
    doZh: '按店铺规则决定保留或退款。',
    doEn: 'Keep or refund by the shop’s rule.',
  },
  service_day: {
    zh: '{day} 的服务接了 {quantity} 份，超过当天上限 {limit} 份',
    en: '{quantity} of a service were taken on for {day}, above the limit of {limit} a day',
    doZh: '按人手决定办理或退款，并请技术人员查清多出的从何而来。',
    doEn: 'Do or refund them as your people can, and have the engineers find where the excess came from.',
  },
  held_sum: {
    zh: '「{kind} {ref}」记占用 {booked}，未结占用合计 {counted}',
    en: 'Account {kind} {ref} has {booked} set aside, its open holds add up to {counted}',
    doZh: '技术人员核对未结占用后更正，期间可售数不可信。',
    doEn: 'Let the engineers correct it; until then what is shown as available is not right.',
  },
  hold_overdue: {
    zh: '占用 {amount} 已过期却没有释放',
    en: 'A hold of {amount} is past its time and still open',
    doZh: '确认后台任务在运行；仍不释放则取消对应订单。',
    doEn: 'See that background jobs are running; if it stays, cancel its order.',
  },
  hold_orphan: {
    zh: '占用 {amount} 所属的订单已经结束或不存在',
    en: 'A hold of {amount} belongs to an order that is over, or to none',
    doZh: '技术人员释放该占用，库存即恢复可售。',
    doEn: 'Let the engineers release it; the pieces are then for sale again.',
  },
  unit_not_zero: {
    zh: '「{unit}」全部账户合计为 {sum}，应为 0',
    en: 'All accounts of {unit} add up to {sum}, not to zero',
    doZh: '立即联系技术人员：账目不平。',
    doEn: 'Call the engineers: the books do not balance.',
  },
  hold_captured: {
    zh: '占用转为扣减的流水（{cause}，{amount}）与占用（{held}）不符，或同一占用扣减了 {times} 次',
    en: 'A transfer that makes good a hold ({cause}, {amount}) is not of that hold ({held}), or it was made good {times} time(s)',
    doZh: '联系技术人员核对这笔占用，多扣的冲回。',
    doEn: 'Have the engineers look at the hold, and give back what was taken too often.',
  },
  transfer_units: {
    zh: '一笔流水跨了单位（{from} → {to}）或指向不存在的账户',
    en: 'A transfer crosses units ({from} → {to}) or names an account that is not there',
    doZh: '立即联系技术人员：流水只能由系统写入。',
    doEn: 'Call the engineers: transfers are written by the system alone.',
  },
  balance_differs: {
    zh: '「{kind} {ref}」余额 {booked}，流水合计 {counted}',
    en: 'Account {kind} {ref} has {booked}, its transfers add up to {counted}',
    doZh: '停止该账户的进出，逐笔核对流水后更正。',
    doEn: 'Stop movements on the account and compare it with its statement, line by line.',
  },
  clearing_differs: {
    zh: '过渡账户「{kind}」余额 {bookedFen}，未了结的款项合计 {openFen}',
    en: 'Clearing account {kind} has {bookedFen}, what is open adds up to {openFen}',
    doZh: '对照流水与待处理订单，找出多出或缺少的一笔。',
    doEn: 'Compare its statement with the orders that are open, and find the one that is too much or missing.',
  },
  clearing_stale: {
    zh: '{amountFen} 已付款 {days} 天仍未了结',
    en: '{amountFen} was paid {days} days ago and is still not settled',
    doZh: '到异常处理补发或退款。',
    doEn: 'Deliver or refund it from the exceptions desk.',
  },
  surplus_stale: {
    zh: '多付的 {amountFen} 已 {days} 天仍未退回',
    en: 'A surplus of {amountFen} has not gone back for {days} days',
    doZh: '到退款页面重试；通道拒绝的改走线下退款。',
    doEn: 'Try the refund again; what the gateway refuses goes back by hand.',
  },
  bank_differs: {
    zh: '「{kind} {ref}」余额 {bookedFen}，对账入账合计 {postedFen}',
    en: 'Account {kind} {ref} has {bookedFen}, what reconciliation posted adds up to {postedFen}',
    doZh: '对照该账户的流水与对账日，找出多记或少记的一笔。',
    doEn: 'Compare its statement with the reconciled days, and find what is too much or missing.',
  },
  supplier_differs: {
    zh: '供应商账户「{kind} {ref}」余额 {bookedFen}，按采购、预存与对账应为 {dueFen}',
    en: 'Account {kind} {ref} has {bookedFen}; purchases, deposits and statements make {dueFen}',
    doZh: '对照该供应商的往来账与采购记录，找出多记或少记的一笔。',
    doEn: 'Compare the supplier’s account with its purchases and money, and find what is too much or missing.',
  },
  papers_differ: {
    zh: '供应商记为自 {booked} 起停采，按其现行合同与资质应为 {counted}',
    en: 'Buying from the supplier stops on {booked}; its current papers say {counted}',
    doZh: '打开该供应商的「合同与资质」，核对现行各份的有效期，为其中一份上传新版本，停采日随之重算。',
    doEn: 'Open the supplier’s papers, check how long the current ones hold, and upload a new version of one: the day is made again.',
  },
  peer_order_missing: {
    zh: '下游商户单号 {number} 已答复成交，却没有对应的订单',
    en: 'Number {number} of another shop was answered as ordered, and its order is not there',
    doZh: '技术人员从备份核对这笔订单；暂停该供货密钥，并告知下游商户先不要发货。',
    doEn: 'Let the engineers look for the order in a backup; pause the key, and tell the other shop to hand out nothing.',
  },
  peer_order_other: {
    zh: '下游商户单号 {number} 指向的订单不是该密钥会员的供货订单',
    en: 'Number {number} of another shop names an order that is not its member’s, or not of the interface',
    doZh: '暂停该供货密钥，核对订单归谁、谁付了款。',
    doEn: 'Pause the key, and see whose order it is and who paid for it.',
  },
  peer_money: {
    zh: '供货订单应付 {paidFen}、余额实扣 {takenFen}；应退 {refundedFen}、余额实退 {backFen}',
    en: 'A wholesale order cost {paidFen}, the purse gave {takenFen}; {refundedFen} went back, the purse has {backFen}',
    doZh: '对照会员余额流水，差额用余额调整补正，并告知下游商户。',
    doEn: 'Compare with the member’s statement, correct the difference by adjusting the balance, and tell the other shop.',
  },
  peer_not_given_back: {
    zh: '下游商户单号 {number} 已答复失败并退款，订单却是{state}',
    en: 'Number {number} of another shop was answered as given back, but the order is {state}',
    doZh: '打开订单核对退款；没有退的立即退回余额。',
    doEn: 'Open the order and look at its refunds; what is not back goes back to the balance now.',
  },
  peer_day: {
    zh: '供货密钥 {day} 记下单 {bookedFen}（{booked} 单），订单合计 {countedFen}（{counted} 单）',
    en: 'A key has {bookedFen} ordered on {day} ({booked} orders), its orders make {countedFen} ({counted})',
    doZh: '每日限额可能算错：核对当天订单，技术人员更正。',
    doEn: 'Its daily cap may be wrong: compare the day’s orders, and let the engineers correct it.',
  },
  order_unclaimed: {
    zh: '订单来自「{channel}」，却没有对应的商户单号或文件行',
    en: 'The order came by {channel}, and no number of another shop and no line of a file knows of it',
    doZh: '确认它由谁下单、是否重复；不该有的退款。',
    doEn: 'Find out who ordered it and whether it is one too many; refund it if so.',
  },
  bulk_held: {
    zh: '批量订单记占用 {bookedFen}（{booked} 行待下单），待下单行合计 {waitingFen}（{counted} 行），余额实占 {heldFen}',
    en: 'A bulk order has {bookedFen} set aside for {booked} lines; those that wait cost {waitingFen} ({counted}), the purse holds {heldFen}',
    doZh: '先暂停这个批量订单；技术人员核对占用后再继续。',
    doEn: 'Pause the bulk order; let the engineers correct what is held before it goes on.',
  },
  bulk_total: {
    zh: '批量订单总额 {totalFen}，各行合计 {linesFen}',
    en: 'A bulk order’s total is {totalFen}, its lines make {linesFen}',
    doZh: '与确认时的报价核对，差额退给付款人或登记。',
    doEn: 'Compare with what was confirmed; give the payer the difference or record it.',
  },
  bulk_line: {
    zh: '批量订单第 {lineNo} 行约定 {lineFen}，其订单为 {orderFen}，或不属于付款人',
    en: 'Line {lineNo} of a bulk order was agreed at {lineFen}; its order costs {orderFen}, or is not its payer’s',
    doZh: '打开该行的订单，核对金额与所属会员。',
    doEn: 'Open the line’s order; compare its amount and whose it is.',
  },
  recovery_differs: {
    zh: '追偿记认账 {creditedFen}，供应商账户入账 {bookedFen}',
    en: 'A claim has {creditedFen} credited, {bookedFen} was booked with its supplier',
    doZh: '打开供应商往来账核对这笔退款，补记或冲销。',
    doEn: 'Look at the supplier’s account for this credit; record or reverse the difference.',
  },
  recovery_unknown: {
    zh: '供应商退款 {amountFen} 写着追偿 {reference}，该追偿不存在或属于别的供应商',
    en: 'A credit of {amountFen} names claim {reference}, which is not there or is on another supplier',
    doZh: '核对这笔退款属于哪份追偿，不属于任何一份的冲销。',
    doEn: 'Find the claim that it belongs to; reverse it if there is none.',
  },
  restock_spent: {
    zh: '补货记支出 {spentFen}，其采购合计 {costFen}',
    en: 'A restock says that it spent {spentFen}, its purchases cost {costFen}',
    doZh: '核对该补货的各次采购，由技术人员更正。',
    doEn: 'Compare its purchases; let the engineers correct it.',
  },
  restock_budget: {
    zh: '补货采购合计 {costFen}，预算扣了 {usedFen}',
    en: 'A restock’s purchases cost {costFen}, its budget gave {usedFen}',
    doZh: '本月预算余额可能不准：核对该补货的采购，由技术人员更正。',
    doEn: 'What the budget has left may be wrong: compare the purchases, and let the engineers correct it.',
  },
  restock_promise: {
    zh: '补货在预算中占用 {heldFen}，在途采购最多 {promisedFen}',
    en: 'A restock holds {heldFen} of its budget, the purchase under way costs {promisedFen} at most',
    doZh: '确认后台任务在运行；仍不变则由技术人员释放。',
    doEn: 'See that background jobs are running; if it stays, let the engineers release it.',
  },
  budget_month: {
    zh: '预算 #{budgetId} 的 {month}：额度 {monthlyFen}，账上拨入 {laidFen}，剩余 {leftFen}，已用 {usedFen}',
    en: 'Budget #{budgetId} in {month}: it says {monthlyFen}, {laidFen} were laid, {leftFen} are left and {usedFen} used',
    doZh: '重新保存一次预算；仍不一致的，暂停用它的补货规则并联系技术人员。',
    doEn: 'Save the budget once more; if it still differs, stop the rules that use it and call the engineers.',
  },
  statement_line_lost: {
    zh: '{day} 的供应商对账单有 {count} 行（{amountFen}，首行第 {lineNo} 行）既没有对上也没有差异',
    en: '{count} lines of the supplier’s statement of {day} ({amountFen}, the first is line {lineNo}) are neither found nor a difference',
    doZh: '打开该日重新对账；已关账的联系技术人员。',
    doEn: 'Go through the day again; call the engineers if it is closed.',
  },
  pick_orphan: {
    zh: '买家选中的号码仍被占着，没有占用它的待付订单',
    en: 'A chosen number is kept for an order that holds nothing for it',
    doZh: '技术人员放开这个号码，即可再被选。',
    doEn: 'Let the engineers let go of it; then it can be chosen again.',
  },
  pick_missing: {
    zh: '待付款订单选中的号码没有为它留着',
    en: 'The number that an unpaid order chose is not kept for it',
    doZh: '联系买家：付款后可能拿不到所选号码，可取消订单重新选。',
    doEn: 'Tell the buyer: the number may be gone when they pay; cancel the order so that they choose again.',
  },
  match_differs: {
    zh: '对账对上的一笔，账单为 {lineFen}、账目为 {factFen}、入账为 {amountFen}',
    en: 'A match was posted with {amountFen}; the bill says {lineFen}, our books {factFen}',
    doZh: '打开该日账单与收款或退款单核对；技术人员更正多记的部分。',
    doEn: 'Compare the day’s bill with the receipt or refund; let the engineers correct what was posted.',
  },
  parent_missing: {
    zh: '{table} 的 {column} 指向 {parent} 里不存在的记录',
    en: '{column} of {table} points to nothing in {parent}',
    doZh: '技术人员从备份核对缺失的记录。',
    doEn: 'Let the engineers look for the missing row in a backup.',
  },
  parent_of_other_shop: {
    zh: '{table} 的 {column} 指向另一家店铺的记录（{parent}）',
    en: '{column} of {table} points to a row of another shop ({parent})',
    doZh: '立即联系技术人员：店铺之间的数据混在了一起。',
    doEn: 'Call the engineers at once: data of two shops are mixed.',
  },
  refunded_right_lives: {
    zh: '已退款 {amountFen}，买家仍持有 {grants} 份权益',
    en: '{amountFen} was refunded, and the buyer still has {grants} right(s)',
    doZh: '收回权益并作废卡密；已被使用的登记为损失。',
    doEn: 'Take the right back and void the code; record a used one as a loss.',
  },
  complaint_made_good: {
    zh: '第 {lineNo} 行的坏码申诉已补发或退款，但坏码仍归买家或仍可售，或者补发与退款不是恰好一份',
    en: 'A complaint about line {lineNo} was made good, but the bad code is still its buyer’s or on the shelf, or not exactly one thing was given for it',
    doZh: '打开申诉核对：坏码应作废，买家应得到一份补发或一笔退款，且只有其一。',
    doEn: 'Open the complaint: the bad code should be void, and its buyer should have another one or one refund, not both.',
  },
  right_after_bank: {
    zh: '付款人的银行已拿回全部货款 {amountFen}，买家仍持有 {grants} 份当时已发货的权益',
    en: 'The payer’s bank has the whole payment back ({amountFen}), and the buyer still has {grants} right(s) that were not under way then',
    doZh: '在订单里收回这些权益；供应商当时正在供货的不在此列。',
    doEn: 'Take these rights back in the order; what a supplier had under way at that moment is not meant.',
  },
  notice_applied_twice: {
    zh: '{whose} 的通知（交易 {reference}）被当作新消息处理了 {times} 次',
    en: 'A notice of {whose} (trade {reference}) was taken as news {times} times',
    doZh: '核对该订单是否重复收款或重复发货。',
    doEn: 'See whether the order was paid or delivered twice.',
  },
  chain_broken: {
    zh: '审计日志第 {line} 行对不上（{reason}）',
    en: 'Line {line} of the audit log does not fit ({reason})',
    doZh: '保护现场：导出日志，用备份比对，查清谁能直接访问数据库。',
    doEn: 'Keep the evidence: export the log, compare it with a backup, and find out who can reach the database.',
  },
  cipher_closed: {
    zh: '{table}的密文解不开',
    en: 'The cipher text of {table} does not open',
    doZh: '确认主密钥文件是对应的那一份；若只有少数几条，请从备份恢复这些记录。',
    doEn: 'See that the key file is the right one; if only some rows are concerned, restore them from a backup.',
  },
  fingerprint_differs: {
    zh: '{table}的密文与其指纹不是同一个内容',
    en: 'The cipher text of {table} and its fingerprint are not of the same content',
    doZh: '停用该记录，与备份比对后恢复。',
    doEn: 'Take the row out of use, compare it with a backup and restore it.',
  },
}

export type BooksParams = Readonly<Record<string, unknown>>

/** Words that params bring along: states, kinds of accounts, reasons. What is not here is shown as it is. */
const WORDS: Readonly<Record<string, Words>> = {
  bulk: { zh: '批量订单', en: 'a bulk order’s file' },
  wholesale: { zh: '供货接口', en: 'the wholesale interface' },
  pending: { zh: '待付款', en: 'awaiting payment' },
  paid: { zh: '已付款', en: 'paid' },
  waiting: { zh: '待发货', en: 'waiting' },
  exception: { zh: '异常', en: 'exception' },
  refunding: { zh: '退款中', en: 'refunding' },
  refunded: { zh: '已退款', en: 'refunded' },
  cancelled: { zh: '已取消', en: 'cancelled' },
  available: { zh: '可售', en: 'available' },
  delivered: { zh: '已发出', en: 'delivered' },
  used: { zh: '已使用', en: 'used' },
  void: { zh: '已作废', en: 'void' },
  suspect: { zh: '停用', en: 'suspect' },
  expired: { zh: '已过期', en: 'expired' },
  imported: { zh: '导入', en: 'imported' },
  all: { zh: '全部', en: 'all' },
  'stock.source': { zh: '进货来源', en: 'supply' },
  'stock.available': { zh: '可售库存', en: 'stock on the shelf' },
  'warehouse.available': { zh: '渠道仓库存', en: 'stock of a channel' },
  'stock.delivered': { zh: '已发出库存', en: 'delivered stock' },
  'stock.used': { zh: '已使用库存', en: 'used stock' },
  'stock.void': { zh: '已作废库存', en: 'void stock' },
  'stock.suspect': { zh: '停用库存', en: 'suspect stock' },
  'stock.expired': { zh: '过期库存', en: 'expired stock' },
  'cash.gateway': { zh: '支付通道', en: 'gateway' },
  'cash.clearing': { zh: '待结算', en: 'clearing' },
  'cash.surplus': { zh: '多收待退', en: 'surplus' },
  'cash.revenue': { zh: '销售收入', en: 'revenue' },
  'cash.member': { zh: '会员余额', en: 'member balance' },
  'cash.adjustment': { zh: '人工调整', en: 'adjustments' },
  'budget.source': { zh: '预算来源', en: 'budgets set' },
  'budget.restock': { zh: '补货预算', en: 'restock budget' },
  'budget.used': { zh: '已用预算', en: 'budget used' },
  'points.issued': { zh: '已发放积分', en: 'points issued' },
  'points.member': { zh: '会员积分', en: 'members’ points' },
  'points.spent': { zh: '已消费积分', en: 'points spent' },
  CNY: { zh: '金额', en: 'money' },
  piece: { zh: '件', en: 'pieces' },
  point: { zh: '积分', en: 'points' },
  budget: { zh: '预算', en: 'budget' },
  'vault.cards': { zh: '卡密', en: 'a card' },
  'members.members': { zh: '会员手机号', en: 'a member’s phone' },
  'identity.staff': { zh: '员工两步验证密钥', en: 'an employee’s second factor' },
  'payments.gateways': { zh: '支付通道密钥', en: 'a gateway’s secret' },
  'notify.channels': { zh: '通知通道密钥', en: 'a channel’s secret' },
  missing: { zh: '缺失', en: 'missing' },
  unlinked: { zh: '与上一行断开', en: 'not linked to the line before' },
  changed: { zh: '内容被改', en: 'changed' },
  head: { zh: '结尾被删', en: 'end cut off' },
}
const WORD_PARAMS: readonly string[] = ['channel', 'state', 'kind', 'reason', 'unit', 'from', 'to', 'table']
/** Params that are fen when the account is one of money. */
const ACCOUNT_AMOUNTS: readonly string[] = ['balance', 'held', 'floor', 'rule', 'booked', 'counted', 'sum']

/** Fills a sentence of the catalogue; amounts in fen are written in yuan. */
function fill(text: string, params: BooksParams, language: 'zh' | 'en'): string {
  const isMoney = params.unit === 'CNY' || params.unit === 'budget' || String(params.kind ?? '').startsWith('cash.')
  const filled = text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name]
    if (value === undefined) return whole
    if (value === null) return '–'
    if (name.endsWith('Fen') || (isMoney && ACCOUNT_AMOUNTS.includes(name))) return yuan(Number(value))
    if (name === 'differs') return differences(value as Readonly<Record<string, readonly [number, number]>>, language)
    if (WORD_PARAMS.includes(name)) return WORDS[String(value)]?.[language] ?? String(value)
    return String(value)
  })
  // An account that is the only one of its kind has no number.
  return filled.replace(/ {2,}/g, ' ').replaceAll(' 」', '」')
}

/** `{available: [101, 100]}` in words: what is booked, and what was counted. */
function differences(states: Readonly<Record<string, readonly [number, number]>>, language: 'zh' | 'en'): string {
  return Object.entries(states)
    .map(([state, [booked, counted]]) => {
      const name = WORDS[state]?.[language] ?? state
      return language === 'zh'
        ? `${name}登记 ${booked ?? 0}、实有 ${counted ?? 0}`
        : `${name} ${booked ?? 0} booked, ${counted ?? 0} there`
    })
    .join(language === 'zh' ? '；' : '; ')
}

const yuan = (fen: number): string => `${fen < 0 ? '-' : ''}¥${(Math.abs(fen) / 100).toFixed(2)}`

/** What was found, and what to do, in the reader's language. A code without words is shown by itself. */
export function findingSentence(
  code: string,
  params: BooksParams,
  locale: 'zh-CN' | 'en',
): { readonly what: string; readonly todo: string } {
  const words = BOOKS_FINDINGS[code]
  if (!words) return { what: code, todo: '' }
  const isEnglish = locale === 'en'
  return {
    what: fill(isEnglish ? words.en : words.zh, params, isEnglish ? 'en' : 'zh'),
    todo: fill(isEnglish ? words.doEn : words.doZh, params, isEnglish ? 'en' : 'zh'),
  }
}
