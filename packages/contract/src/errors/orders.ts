import { defineErrors } from './define.ts'

export const orderErrors = defineErrors('orders', {
  notSellable: { status: 409, zh: '「{title}」暂时不能购买：{reason}', en: '“{title}” cannot be bought now: {reason}' },
  channelClosed: {
    status: 409,
    zh: '这个渠道链接已失效，请刷新页面后从商城下单',
    en: 'This channel link is no longer valid; reload the page and order from the shop',
  },
  unknownSku: { status: 404, zh: '商品规格 {skuId} 不存在', en: 'There is no SKU {skuId}' },
  soldOut: {
    status: 409,
    zh: '「{title}」已售罄或库存不足（剩余 {available}）',
    en: '“{title}” is sold out or short (left: {available})',
  },
  bundlePartShort: {
    status: 409,
    zh: '「{title}」暂时不能购买：其中的「{part}」库存不足（剩余 {available}）',
    en: '“{title}” cannot be bought now: its part “{part}” is short (left: {available})',
  },
  bundleNeedsMember: {
    status: 401,
    zh: '「{title}」里有积分，请登录后购买',
    en: '“{title}” brings points; sign in to buy it',
  },
  bundlePointsSpent: {
    status: 409,
    zh: '随组合包送出的积分已被使用，还差 {missing} 积分，不能收回；可改为按金额退款',
    en: 'Points that came with the bundle have been spent ({missing} missing) and cannot be taken back; refund an amount instead',
  },
  tooManyParts: {
    status: 422,
    zh: '这一单拆开后超过 {limit} 行，请分成几单购买',
    en: 'This order would have more than {limit} lines; split it into several',
  },
  priceChanged: {
    status: 409,
    zh: '「{title}」价格已变为 {unitPriceYuan} 元，请确认后重新下单',
    en: 'The price of “{title}” is now ¥{unitPriceYuan}; please confirm and order again',
  },
  pointsPriceChanged: {
    status: 409,
    zh: '「{title}」价格已变为 {unitPriceYuan} 元 + {unitPoints} 积分，请确认后重新下单',
    en: 'The price of “{title}” is now ¥{unitPriceYuan} and {unitPoints} points; please confirm and order again',
  },
  overOrderLimit: { status: 422, zh: '「{title}」每单最多购买 {limit} 件', en: '“{title}”: at most {limit} an order' },
  overPersonLimit: {
    status: 409,
    zh: '「{title}」每人限购 {limit} 件，您已购买或占用 {taken} 件',
    en: '“{title}”: at most {limit} a person; you already have {taken}',
  },
  overPersonLimitInDays: {
    status: 409,
    zh: '「{title}」同一会员或联系方式 {days} 天内限购 {limit} 件，您已购买或占用 {taken} 件；请过几天再来',
    en: '“{title}”: at most {limit} in {days} days for one member or contact; you already have {taken}. Come back later',
  },
  tooManyUnpaid: {
    status: 429,
    zh: '您有 {count} 个未付款订单，请先付款或取消',
    en: 'You have {count} unpaid orders; pay or cancel them first',
  },
  numberTaken: {
    status: 409,
    zh: '您选的号码刚被别人选走或已下架，请另选一个；没有扣款，也没有占用',
    en: 'The number you chose has just been taken or is no longer on sale; choose another one. Nothing was charged or held',
  },
  notChoosable: {
    status: 409,
    zh: '「{title}」不能自选号码，请刷新后重新下单',
    en: 'Numbers of “{title}” cannot be chosen; refresh and order again',
  },
  oneNumberALine: {
    status: 422,
    zh: '自选号码每次只能买一件，请把数量改为 1',
    en: 'A chosen number is one piece; set the quantity to 1',
  },
  notForLater: {
    status: 422,
    zh: '「{title}」现在不支持先买后激活，请刷新后填写账号购买',
    en: '“{title}” cannot be activated later any more; refresh, and buy it with the account',
  },
  duplicateLine: { status: 422, zh: '同一规格请合并为一行', en: 'Put the same SKU in one line' },
  formField: { status: 422, zh: '「{label}」填写有误：{problem}', en: '“{label}” is not right: {problem}' },
  contactInvalid: { status: 422, zh: '请填写正确的手机号或邮箱', en: 'Enter a valid mobile number or email address' },
  queryPasswordRequired: {
    status: 422,
    zh: '请设置查询密码（4-64 位），以便以后查询订单',
    en: 'Set a query password (4-64 characters) to find your order later',
  },
  guestsNotAllowed: { status: 401, zh: '本店需要登录后购买', en: 'This shop asks you to sign in to buy' },
  notPending: {
    status: 409,
    zh: '订单不在待付款状态，不能进行此操作',
    en: 'The order does not wait for a payment (any more); this cannot be done now',
  },
  expired: { status: 409, zh: '订单已超时关闭，请重新下单', en: 'The order has expired; please place it again' },
  balanceShort: { status: 409, zh: '余额不足，还差 {missingYuan} 元', en: 'Your balance is short of ¥{missingYuan}' },
  signInForBalance: { status: 401, zh: '使用余额支付请先登录', en: 'Sign in to pay with your balance' },
  signInForPoints: { status: 401, zh: '使用积分请先登录', en: 'Sign in to spend points' },
  pointsShort: { status: 409, zh: '积分不足，还差 {missing} 积分', en: 'You are short of {missing} points' },
  gatewayUnknown: {
    status: 422,
    zh: '支付方式「{gateway}」不可用',
    en: 'The payment method “{gateway}” is not available',
  },
  gatewayUnavailable: {
    status: 503,
    zh: '支付通道暂时没有响应，订单已保留，请稍后再试',
    en: 'The payment channel does not answer; your order is kept, try again shortly',
  },
  lookupFailed: {
    status: 404,
    zh: '没有找到匹配的订单，请核对订单号、联系方式与查询密码',
    en: 'No order matches; check number, contact and query password',
  },
  codesBound: {
    status: 403,
    zh: '这些卡密只能由购买它的会员登录查看，或在购买它的设备上查看；请登录该会员，或在订单页获取验证码后在本设备查看',
    en: 'These codes open only for the member who bought them, or on the device they were bought on; sign in as that member, or get a code on the order’s page to open them here',
  },
  signInForBound: {
    status: 401,
    zh: '「{title}」的卡密只有购买的会员本人可以查看，请登录后购买',
    en: 'Only the member who buys “{title}” can open its codes; sign in to buy it',
  },
  noContactForCode: {
    status: 409,
    zh: '这个订单没有留下手机号或邮箱，无法发送验证码，请联系店铺',
    en: 'The order has neither a mobile number nor an email address to send a code to; contact the shop',
  },
  nothingToOpen: {
    status: 409,
    zh: '这个订单没有需要在本设备验证后查看的卡密',
    en: 'Nothing of this order has to be opened on this device with a code',
  },
  deviceCodeTooSoon: {
    status: 429,
    zh: '验证码已发送，请 {retryAfterSeconds} 秒后再试',
    en: 'A code was sent; try again in {retryAfterSeconds} s',
  },
  deviceCodeLimit: {
    status: 429,
    zh: '这个订单获取验证码次数过多，请稍后再试或联系店铺',
    en: 'Too many codes were asked for with this order; try again later or contact the shop',
  },
  /** One answer for wrong, used, expired and sent to another device. */
  wrongDeviceCode: {
    status: 422,
    zh: '验证码不正确或已过期，请核对，或重新获取',
    en: 'The code is wrong or has expired; check it or get another',
  },
  codesLocked: { status: 403, zh: '请输入查询密码后查看卡密', en: 'Enter the query password to see the codes' },
  supplyUnderWay: {
    status: 409,
    zh: '供应商正在处理，结果出来前不能退款；如已确认未到账，请先人工了结这笔采购',
    en: 'A supplier is working on it; nothing is refunded until it has ended. If you know that it did not arrive, settle the purchase first',
  },
  nothingToRefund: { status: 409, zh: '没有可退的金额', en: 'There is nothing left to refund' },
  balanceNeedsMember: {
    status: 409,
    zh: '游客订单不能退到余额',
    en: 'A guest’s order cannot be refunded to a balance',
  },
  refundOverLeft: {
    status: 409,
    zh: '超过这一行还能退的金额，最多可退 {leftYuan} 元',
    en: 'More than this line has left; at most ¥{leftYuan}',
  },
  refundWholeLine: {
    status: 409,
    zh: '没有全部发货的行只能整行退款',
    en: 'A line that was not delivered in full is refunded as a whole',
  },
  refundPieceGone: {
    status: 409,
    zh: '所选卡密已被收回或更换，请刷新后重选',
    en: 'A chosen code was taken back or replaced; refresh and choose again',
  },
  refundUsedCodes: {
    status: 409,
    zh: '其中 {count} 个卡密已被使用，按店铺设置不能退',
    en: '{count} of the codes are used; the shop’s settings do not refund them',
  },
  refundOverReceipt: {
    status: 409,
    zh: '实收款项只剩 {leftYuan} 元可退，请填写不超过它的金额',
    en: 'Only ¥{leftYuan} of what was received is left to give back; enter an amount within it',
  },
  refundNotAwaiting: {
    status: 409,
    zh: '这笔退款不在待审批状态',
    en: 'This refund does not wait for approval',
  },
  refundOwnRequest: {
    status: 403,
    zh: '不能审批自己提交的退款，请由另一位同事处理',
    en: 'A refund is approved by somebody else than who asked for it',
  },
  refundChanged: {
    status: 409,
    zh: '申请之后订单已有变化，请驳回后重新申请',
    en: 'The order has changed since; decline this refund and ask anew',
  },
  refundNotFailed: {
    status: 409,
    zh: '只有失败且没有重新退过的退款可以人工了结',
    en: 'Only a refund that failed, and that no other has replaced, is settled by hand',
  },
  rechargeOff: { status: 409, zh: '本店暂未开放余额充值', en: 'This shop does not offer recharges now' },
  rechargeAmount: {
    status: 422,
    zh: '单次充值金额为 {minYuan} 至 {maxYuan} 元',
    en: 'A recharge is between ¥{minYuan} and ¥{maxYuan}',
  },
  bonusChanged: {
    status: 409,
    zh: '充值活动有变化，现在赠送 {bonusYuan} 元，请确认后再充值',
    en: 'The bonus has changed and is now ¥{bonusYuan}; please confirm and recharge again',
  },
  rechargeByBalance: { status: 409, zh: '充值不能用余额支付', en: 'A recharge cannot be paid from the balance' },
  rechargeToSource: {
    status: 409,
    zh: '充值只能原路退回',
    en: 'A recharge is refunded only to where it came from',
  },
  rechargeSpent: {
    status: 409,
    zh: '会员余额不足以收回这笔充值（含赠送），还差 {missingYuan} 元',
    en: 'The member’s balance is short of ¥{missingYuan} to take this recharge back with its bonus',
  },
})

export const fulfilmentErrors = defineErrors('fulfilment', {
  notAnException: { status: 409, zh: '该行当前不是异常状态', en: 'This line is not an exception now' },
  refundAwaits: {
    status: 409,
    zh: '这一行有一笔退款在等第二人审批，发货会让买家既拿到货又拿到钱。请先到「退款」里批准或驳回它',
    en: 'A refund of this line waits for approval, and its buyer could have both. Decide that first, under “Refunds”',
  },
  stillShort: {
    status: 409,
    zh: '库存仍不足：需要 {needed}，可用 {available}',
    en: 'Stock is still short: {needed} needed, {available} available',
  },
  linkOver: {
    status: 409,
    zh: '这一行卖出时的兑换链接已作废、过期或没有设置，做不出兑换码。请给买家退款；若从未设置过，在「兑换链接」里设置后再重试',
    en: 'The redeem link as it was sold is void, has expired or was never set up, so no code can be made. Refund the buyer; if it was never set up, set it up under “Redeem links” and retry',
  },
  noChannelPieces: {
    status: 409,
    zh: '这一行不是从渠道仓发货的，请直接重试',
    en: 'This line is not delivered from a channel’s warehouse; retry it instead',
  },
  channelOpen: {
    status: 409,
    zh: '渠道仓「{name}」仍在使用，且未允许由总仓补发。请先调拨到该渠道再重试，或停用该渠道',
    en: 'The channel “{name}” is open and may not sell from the total warehouse. Move pieces to it and retry, or close the channel',
  },
  purchaseOpen: {
    status: 409,
    zh: '供应商采购还没有结果：请先查询、撤单或人工认定这笔采购，再处理这一行',
    en: 'A purchase of this line has not ended: ask about it, cancel it or settle it first',
  },
  codesNotByWord: {
    status: 409,
    zh: '卡密和兑换码不能只凭口头认定已交付：请把发出的卡密导入库存，再重试发货，就会记到买家名下',
    en: 'Codes cannot be delivered by word of mouth: import the code that was given, then retry, and it is the buyer’s',
  },
  heldBack: {
    status: 409,
    zh: '这是「齐了才发」的组合中的一件，不能单独标记完成；请补齐其他部分或退款',
    en: 'This is a part of a bundle that is handed out whole, so it cannot be done alone; bring the other parts or refund',
  },
  neverAsked: {
    status: 409,
    zh: '这一行没有在等供应商，不能换货源；请先重试发货',
    en: 'This line is not one that suppliers were asked for, so its source cannot be changed; retry it first',
  },
  sourceOfAnother: {
    status: 422,
    zh: '所选货源不是这个规格的，请为它另选',
    en: 'The chosen source does not deliver this variant; choose one of its own',
  },
  sourceNotNow: {
    status: 409,
    zh: '「{supplier}」现在不能发这一行：{why}',
    en: '“{supplier}” cannot deliver this line now: {why}',
  },
  grantNotActive: { status: 409, zh: '该权益已被撤销或替换', en: 'This grant has been revoked or replaced already' },
})

export const ledgerErrors = defineErrors('ledger', {
  insufficientBalance: {
    status: 409,
    zh: '余额不足：可用 {available}，需要 {needed}',
    en: 'Insufficient balance: {available} available, {needed} needed',
  },
  unknownAccount: { status: 404, zh: '账户不存在', en: 'There is no such account' },
})
