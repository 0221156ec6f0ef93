import { defineErrors } from './define.ts'

export const paymentErrors = defineErrors('payments', {
  gatewayUnknown: {
    status: 422,
    zh: '支付方式「{gateway}」不可用',
    en: 'The payment method “{gateway}” is not available',
  },
  belowLeast: {
    status: 409,
    zh: '此支付方式最少要付 {minYuan} 元，请换一种支付方式',
    en: 'This way to pay takes ¥{minYuan} at least; pay another way',
  },
  gatewayUnavailable: {
    status: 503,
    zh: '支付通道暂时没有响应，订单已保留，请稍后再试',
    en: 'The payment channel does not answer; your order is kept, try again shortly',
  },
  gatewayRefused: {
    status: 409,
    zh: '支付通道拒绝了这笔支付（{code}），请换一种支付方式或联系商家',
    en: 'The payment channel refused this payment ({code}); pay another way or contact the shop',
  },
  attemptClosed: {
    status: 409,
    zh: '这笔支付已在支付通道关闭，请重新下单',
    en: 'This payment was closed at the payment channel; please place the order again',
  },
  insecureAddress: {
    status: 422,
    zh: '接口地址必须是公网的 https 地址',
    en: 'The address must be https and on the public internet',
  },
  fieldMissing: { status: 422, zh: '请填写「{field}」', en: 'Enter “{field}”' },
  fieldChoice: {
    status: 422,
    zh: '「{field}」只能是：{choices}',
    en: '“{field}” must be one of: {choices}',
  },
  notConfigured: { status: 409, zh: '请先保存支付通道的配置', en: 'Save the gateway’s configuration first' },
  receiptHandled: {
    status: 409,
    zh: '这笔款项已经处理过了',
    en: 'This money has been taken care of already',
  },
  receiptDisputed: {
    status: 409,
    zh: '其中一部分已被付款人的银行追回或已退回，不能用于订单；剩余部分可原路退回或存入余额',
    en: 'A part of it is back with the payer or their bank, so it cannot pay the order; refund the rest or put it into the balance',
  },
  receiptGoesBack: {
    status: 409,
    zh: '这笔款项已决定退回，不能再用于订单；可再次原路退回或存入余额',
    en: 'It was decided that this money goes back, so it cannot pay the order any more; refund it again or put it into the balance',
  },
  overNeedsMember: {
    status: 409,
    zh: '多付的部分没有会员账户可以存入，请选择原路退回',
    en: 'There is no member’s purse for what was paid too much; refund it instead',
  },
  letGoTooMuch: {
    status: 409,
    zh: '少付 {missingYuan} 元，超过店铺允许的 {mostYuan} 元，不能按已付款处理；请退回或存入余额',
    en: '¥{missingYuan} is missing, more than the ¥{mostYuan} the shop lets go of; refund it or put it into the balance',
  },
  claimNotNeeded: {
    status: 409,
    zh: '订单不是未付款的订单，不需要补单',
    en: 'The order does not wait for a payment; there is nothing to claim',
  },
  claimNotFound: {
    status: 409,
    zh: '通道查不到这个订单有付款，请核对支付方式和交易号',
    en: 'The gateway knows of no payment for this order; compare the way to pay and the number',
  },
  claimOtherTrade: {
    status: 409,
    zh: '交易号不属于这个订单。通道查到这个订单的付款是：{found}',
    en: 'This number is not of this order. For the order the gateway knows: {found}',
  },
  claimOtherOrder: {
    status: 409,
    zh: '这笔付款已记在订单 {orderNo} 上',
    en: 'This payment has been booked for order {orderNo}',
  },
  claimKnown: {
    status: 409,
    zh: '这笔付款已经入账，请在收款核对中查看',
    en: 'This payment has been booked already; see it among the receipts',
  },
  claimAmount: {
    status: 409,
    zh: '金额不符：通道收到 {paidYuan} 元，应付 {dueYuan} 元。请改用「查询支付结果」，入账后在收款核对中处理',
    en: 'The amount differs: the gateway took ¥{paidYuan}, due are ¥{dueYuan}. Ask the gateway instead, then decide among the receipts',
  },
  claimCurrency: {
    status: 409,
    zh: '币种不符：通道收到的是 {currency}',
    en: 'The currency differs: the gateway took {currency}',
  },
  claimSilent: {
    status: 503,
    zh: '通道没有给出明确答复，没有补单，请稍后再试',
    en: 'The gateway gave no clear answer; nothing was claimed, try again shortly',
  },
  claimAwaiting: {
    status: 409,
    zh: '这笔付款已申请补单，正在等待复核',
    en: 'This payment has been claimed and waits for a second person',
  },
  claimNotAwaiting: {
    status: 409,
    zh: '这笔补单已经处理过了',
    en: 'This claim has been decided already',
  },
  claimOwn: {
    status: 403,
    zh: '不能复核自己申请的补单',
    en: 'Who claimed it cannot agree to it as well',
  },
  refundNotFailed: {
    status: 409,
    zh: '只有失败的退款可以重试',
    en: 'Only a refund that failed can be tried again',
  },
})
