import { defineMessages, useText } from '../i18n/index.ts'

/** Why the system itself gives money back. What a person wrote stays as it is. */
const text = defineMessages('refundReasons', {
  late_payment: ['超时后付款且无货，自动退回', 'Paid after expiry, out of stock; returned by itself'],
  unmatched_payment: ['款项不符，原路退回', 'Other amount than was due; sent back'],
  double_payment: ['重复付款，自动退回', 'Paid twice; returned by itself'],
  chargeback: ['付款方银行拒付', 'Taken back by the payer’s bank'],
  let_go: ['下单时少收的部分，随退款冲回', 'What was missing from the start, closed with the refund'],
  sent_late: ['此前失败的退款后来到账，抵作这一笔', 'Kept by a refund that went through after it had failed'],
})

/** Those that give back what nobody did, by its buyer's word or by a rule. */
const ofServices = defineMessages('refundReasonsOfServices', {
  account_refused: ['充值账号有误，买家选择退款', 'The account was refused, and the buyer wanted the money back'],
  not_activated: ['买家在激活前退款', 'Given back by the buyer before it was activated'],
  service_cancelled: ['买家在接单前取消', 'Taken back by the buyer before anybody began'],
  service_overdue: ['超过承诺时限，自动退款', 'Past its promised time; returned by itself'],
})
const OF_SURPLUS = ['late_payment', 'unmatched_payment', 'double_payment']

/** Such a refund gives back what was paid too much or too late; it is about no line of the order. */
export const isOfSurplus = (reason: string): boolean => OF_SURPLUS.includes(reason)

/** Nobody asked for it: it was the system, or a payer's bank. */
export const isByItself = (reason: string): boolean => reason in text.keys

export function useRefundReason(): (reason: string) => string {
  const t = useText(text)
  const ofService = useText(ofServices)
  return (reason) =>
    isByItself(reason)
      ? t(reason as keyof typeof text.keys)
      : reason in ofServices.keys
        ? ofService(reason as keyof typeof ofServices.keys)
        : reason
}

const ofOvertaken = defineMessages('refundOvertaken', {
  delivered: ['等待审批时已交付，自动结束', 'ended by itself: it was delivered while it waited'],
  arrived: ['等待审批时供应商改口说已到账，自动结束', 'ended by itself: the supplier said that it had arrived'],
  given_back: ['等待审批时已另行退回，自动结束', 'ended by itself: it was given back another way while it waited'],
})

/** What whoever decided about a refund wrote; where the goods came first it ended by itself, and says so. */
export function useDecidedNote(): (refund: {
  readonly state: string
  readonly decidedBy: string | null
  readonly decidedNote: string | null
}) => string | null {
  const t = useText(ofOvertaken)
  return ({ state, decidedBy, decidedNote: note }) =>
    state === 'declined' && decidedBy === 'system' && note !== null && note in ofOvertaken.keys
      ? t(note as keyof typeof ofOvertaken.keys)
      : note
}
