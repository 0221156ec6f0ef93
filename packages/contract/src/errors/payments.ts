import { defineErrors } from './define.ts'

export const paymentErrors = defineErrors('payments', {
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
  overNeedsMember: {
    status: 409,
    zh: '多付的部分没有会员账户可以存入，请选择原路退回',
    en: 'There is no member’s purse for what was paid too much; refund it instead',
  },
  refundNotFailed: {
    status: 409,
    zh: '只有失败的退款可以重试',
    en: 'Only a refund that failed can be tried again',
  },
})
