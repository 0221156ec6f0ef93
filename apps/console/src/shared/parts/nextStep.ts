import type { DeskReason } from '@quanshu/contract'
import { defineMessages, useText } from '../i18n/index.ts'

const text = defineMessages('nextSteps', {
  no_source: [
    '没有货源能发这一单。在「货源」里启用或添加一个，再重试；或退款。',
    'No source could deliver it. Switch one on or add one under “Sources”, then try again; or refund.',
  ],
  loss_guard: [
    '所有货源都低于保本线。提高售价不影响这一单：放宽保本线后重试，或退款。',
    'Every source would leave too little. A new price does not change this order: lower the margin and try again, or refund.',
  ],
  supply_unknown: [
    '供应商说不清这一单的结果，钱可能已经扣了。打开采购单「立即查询」，或向供应商问清后「人工认定」；不要另外再买。',
    'The supplier cannot say how it ended, and may have charged. Open the purchase and ask again, or find out there and settle it by hand; do not buy it elsewhere.',
  ],
  supply_overdue: [
    '供应商接了单，到时限还没有交付，对方可能正在处理。先与对方联系；确认没有办成，再打开采购单「人工认定」为没有买成，就会换货源。交付后会自动恢复。',
    'The supplier accepted it and is late; they may be at it. Speak with them; when it is certain that nothing was done, open the purchase and settle it as not bought, and another source is chosen. It resumes by itself when they deliver.',
  ],
  account_refused: [
    '供应商说充值账号有误，已请顾客在订单里更正或退款。也可与顾客核对后用「更正账号」代为更正，或直接退款。',
    'The supplier says the account is wrong, and the buyer is asked to correct it or take the money back. You may correct it in their place, or refund.',
  ],
  bad_card: [
    '供应商给的卡密重复、过期或读不出来，没有发给顾客，也没有再买。打开采购单看是哪几个并索赔；要补齐就重试（会再买缺的），或退款。',
    'Codes from the supplier are duplicates, expired or unreadable: not handed out, and nothing else was bought. See at the purchase which they are and claim them; try again to buy what is missing, or refund.',
  ],
  service_rejected: [
    '处理人认为这单做不了，理由见备注。可以重试让同事再处理，或退款。',
    'Whoever had it says that it cannot be done; the note says why. Try again with a colleague, or refund.',
  ],
  disputed: [
    '付款方银行已把这一单的钱全部收回，剩下的不再采购。退款即可了结；胜诉之后可以重试。',
    'The payer’s bank has taken the whole payment back, so the rest is not bought. Refund it to close it; once the dispute is won it can be tried again.',
  ],
} satisfies Partial<Record<DeskReason, readonly [string, string]>>)

/** What can be done next about a stuck line, in a sentence; undefined where the buttons say it all. */
export function useNextStep(): (reason: DeskReason) => string | undefined {
  const t = useText(text)
  return (reason) => (reason in text.keys ? t(reason as keyof typeof text.keys) : undefined)
}

/** Reasons that lie with suppliers, or with people: there are no pieces of ours to count. */
export const isAboutSupply = (reason: DeskReason): boolean => reason in text.keys
