import { defineErrors } from './define.ts'

/** What is wrong with an account that is to be topped up. */
export const accountErrors = defineErrors('accounts', {
  notValid: {
    status: 422,
    zh: '「{label}」不存在或不能充值，请核对后重新填写',
    en: '“{label}” does not exist or cannot be topped up; please check it and fill it in again',
  },
  repeatDiffers: {
    status: 422,
    zh: '「{label}」两次填写不一致，请核对',
    en: '“{label}” was not typed the same twice; please check it',
  },
  nothingToCorrect: {
    status: 409,
    zh: '现在没有需要更正的充值账号，可能已经在处理，请刷新订单',
    en: 'No account is to be corrected now; perhaps it is being dealt with already. Refresh the order',
  },
  underWay: {
    status: 409,
    zh: '上一次充值还没有结果，暂时不能更正，请稍后刷新订单',
    en: 'The last try has no result yet, so nothing can be corrected now; refresh the order in a while',
  },
  arrivedAfterAll: {
    status: 409,
    zh: '供应方后来告知上一次充值已到账，不能再更正，店家会与您核实',
    en: 'The last try seems to have arrived after all, so nothing can be corrected; the shop will look into it with you',
  },
  refundAwaited: {
    status: 409,
    zh: '这一件的退款正在审批，不能再更正',
    en: 'A refund of this line is waiting for approval, so nothing can be corrected',
  },
  sameAccount: {
    status: 422,
    zh: '与被拒绝的账号相同，请填写更正后的账号',
    en: 'This is the account that was refused; fill in another',
  },
  refusedBefore: {
    status: 422,
    zh: '这个账号之前已被拒绝，请填写另一个',
    en: 'This account was refused before; fill in another',
  },
  tooOften: {
    status: 409,
    zh: '已更正 {max} 次，不能再自行更正；可以申请退款或联系店家',
    en: 'It was corrected {max} times, which is as often as you may; ask for the money back, or the shop for help',
  },
  askTheShop: {
    status: 409,
    zh: '这一件不能自行退款（可能已到账一部分或未付款），请联系店家处理',
    en: 'This line cannot be refunded from here (a part of it arrived, or it cost nothing); please ask the shop',
  },
})
