import type { DeskReason } from '@quanshu/contract'
import { defineMessages, useText } from '../i18n/index.ts'

const text = defineMessages('nextSteps', {
  no_source: [
    '没有货源能发这一单。在「货源」里启用或添加一个，再重试；或退款。',
    'No source can deliver this order. Enable or add one under “Sources” and retry, or refund.',
  ],
  loss_guard: [
    '所有货源都低于保本线。提高售价不影响这一单：放宽保本线后重试，或退款。',
    'Every source is below the break-even limit. Raising the price does not help this order: relax the limit and retry, or refund.',
  ],
  supply_unknown: [
    '供应商说不清这一单的结果，钱可能已经扣了；有的供应商刚收下的单也会答「查不到」，所以「查不到」不算没有买成。打开采购单「立即查询」；仍不清楚就向供应商问清，确认没扣款后「人工认定」为没有买成并写明依据，系统随即换下一个货源。问清之前不要另外再买。',
    'The supplier cannot say how this ended and may have charged for it. Some answer “not found” about an order they have just taken, so that does not prove it was not bought. Open the purchase and ask again. If it stays unclear, find out from the supplier; once it is certain that nothing was charged, settle it by hand as not bought and say how you know: the next source is used at once. Do not buy it elsewhere before.',
  ],
  supply_overdue: [
    '供应商接了单，到时限还没有交付，对方可能正在处理。先与对方联系；确认没有办成，再打开采购单「人工认定」为没有买成，就会换货源。交付后会自动恢复。',
    'The supplier accepted the order but is overdue and may be working on it. Contact them first. Once it is certain that nothing was done, settle the purchase as not bought and another source is used. It resumes on its own when they deliver.',
  ],
  supply_contradicted: [
    '供应商拒绝过，后来又充到了买家账号，所以没有再买。与买家核对：收到了就「标记已交付」；没收到再重试或换货源，或退款。',
    'A supplier refused this and then delivered it to the buyer’s account, so nothing more was bought. Check with the buyer: if it arrived, mark it as delivered; if not, retry, name another source or refund.',
  ],
  account_refused: [
    '供应商说充值账号有误，已请顾客在订单里更正或退款。也可与顾客核对后用「更正账号」代为更正，或直接退款。',
    'The supplier says the account is wrong. The buyer has been asked to correct it or take a refund. You can also correct it after checking with the buyer, or refund.',
  ],
  bad_card: [
    '供应商给的卡密重复、过期或读不出来，没有发给顾客，也没有再买。打开采购单看是哪几个并索赔；要补齐就重试（会再买缺的），或退款。',
    'The supplier sent duplicate, expired or unreadable codes. They were not delivered and nothing else was bought. Open the purchase to see which ones and claim them; retry to buy what is missing, or refund.',
  ],
  service_rejected: [
    '处理人认为这单做不了，理由见备注。可以重试让同事再处理，或退款。',
    'The person handling it says it cannot be done; see the note. Retry with a colleague, or refund.',
  ],
  disputed: [
    '付款方银行已把这一单的钱全部收回，剩下的不再采购。退款即可了结；胜诉之后可以重试。',
    'The payer’s bank has taken the whole payment back, so nothing more is bought. A refund closes it; if the dispute is won, you can retry.',
  ],
  link_failed: [
    '买家已付款，兑换链接还没有生成，系统会继续尝试，生成后自动恢复。可以立即重试；持续失败时看「后台任务」里的原因，或退款。',
    'The buyer has paid and the redeem link has not been made. The system keeps trying and recovers on its own. Retry now; if it keeps failing, see the cause under “Jobs”, or refund.',
  ],
} satisfies Partial<Record<DeskReason, readonly [string, string]>>)

/** A redeem link has no suppliers. */
const linkText = defineMessages('nextStepsOfLinks', {
  no_source: [
    '卖出时的兑换链接已作废或过期，做不出兑换码，也不会换成别的。请给买家退款；若从未设置过，在「兑换链接」里设置后重试。',
    'The redeem link as it was sold is void or has expired. No code can be made and nothing else takes its place. Refund the buyer; if it was never set up, set it up under “Redeem links” and retry.',
  ],
})

/** What can be done next about a stuck line, in a sentence; undefined where the buttons say it all. */
export function useNextStep(): (reason: DeskReason, isLink?: boolean) => string | undefined {
  const t = useText(text)
  const ofLink = useText(linkText)
  return (reason, isLink = false) => {
    if (isLink && reason === 'no_source') return ofLink('no_source')
    return reason in text.keys ? t(reason as keyof typeof text.keys) : undefined
  }
}

/** Reasons that lie with suppliers, or with people: there are no pieces of ours to count. */
export const isAboutSupply = (reason: DeskReason): boolean => reason in text.keys
