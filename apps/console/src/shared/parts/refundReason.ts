import { defineMessages, useText } from '../i18n/index.ts'

/** Why the system itself gives money back. What a person wrote stays as it is. */
const text = defineMessages('refundReasons', {
  late_payment: ['超时后付款且无货，自动退回', 'Paid after expiry, out of stock; returned by itself'],
  unmatched_payment: ['款项不符，原路退回', 'Other amount than was due; sent back'],
  double_payment: ['重复付款，自动退回', 'Paid twice; returned by itself'],
})

/** Those that give back a service nobody did. */
const ofServices = defineMessages('refundReasonsOfServices', {
  service_cancelled: ['买家在接单前取消', 'Taken back by the buyer before anybody began'],
  service_overdue: ['超过承诺时限，自动退款', 'Past its promised time; returned by itself'],
})

/** Such a refund gives back what was paid too much or too late; it is about no line of the order. */
export const isOfSurplus = (reason: string): boolean => reason in text.keys

export function useRefundReason(): (reason: string) => string {
  const t = useText(text)
  const ofService = useText(ofServices)
  return (reason) =>
    isOfSurplus(reason)
      ? t(reason as keyof typeof text.keys)
      : reason in ofServices.keys
        ? ofService(reason as keyof typeof ofServices.keys)
        : reason
}
