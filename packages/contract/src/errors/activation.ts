import { defineErrors } from './define.ts'

/** Why a top-up that was bought to be activated later is not activated, or given back, now. */
export const activationErrors = defineErrors('activation', {
  done: {
    status: 409,
    zh: '这份权益已经激活，不能再次激活；请刷新订单查看进度',
    en: 'This right is activated already, which can be done once; refresh the order to see how it goes',
  },
  givenBack: {
    status: 409,
    zh: '这份权益已经退款，不能再激活',
    en: 'The money for this right went back, so it cannot be activated',
  },
  over: {
    status: 409,
    zh: '这份权益已过激活期限，请联系店家处理',
    en: 'The time to activate this right is over; please ask the shop',
  },
  refundAwaited: {
    status: 409,
    zh: '这份权益的退款正在审批，暂时不能激活',
    en: 'A refund of this right waits for approval, so it cannot be activated now',
  },
  disputed: {
    status: 409,
    zh: '这笔付款有拒付，付款方已追回全部或部分款项，因此不能自行激活；请联系店家处理',
    en: 'The payment is disputed and some of it was taken back, so this right cannot be activated from here; please ask the shop',
  },
  reasonNeeded: {
    status: 409,
    zh: '这笔付款有拒付：如仍要激活，请填写原因',
    en: 'The payment is disputed: say why it is to be activated all the same',
  },
  askTheShop: {
    status: 409,
    zh: '这份权益不能自行退款，请联系店家处理',
    en: 'This right cannot be given back from here; please ask the shop',
  },
})
