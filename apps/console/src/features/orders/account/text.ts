import { defineMessages } from '../../../shared/i18n/index.ts'

export const accountText = defineMessages('orders.account', {
  correct: ['更正账号', 'Correct account'],
  history: ['账号更正记录', 'Account corrections'],
  title: ['充值账号', 'Top-up account'],
  consequence: [
    '供应商拒绝了这个账号。更正后会用新的采购单号立即重新充值，买家不需要再付款；到账后不能撤回，请先与买家核对。',
    'The supplier refused this account. The corrected account is topped up at once under a new purchase number, at no extra cost to the buyer. A completed top-up cannot be undone, so check with the buyer first.',
  ],
  send: ['更正并重新充值', 'Correct and top up again'],
  corrected: ['已更正，正在重新充值', 'Corrected; topping up again'],
  reason: ['更正依据', 'Confirmed by'],
  reasonHint: ['例：买家来电核对', 'E.g. confirmed with the buyer by phone'],
  reasonNeeded: ['请写明依据', 'Say how it was confirmed'],
  needed: ['请填写', 'Required'],
  same: ['没有改动，请填写更正后的账号', 'Nothing has changed; enter the corrected account'],
  never: ['还没有更正过。', 'Not corrected so far.'],
  before: ['更正记录', 'Earlier corrections'],
  byBuyer: ['买家', 'Buyer'],
  nothing: ['（空）', '(empty)'],
  openUntil: ['先买后激活：等待买家激活，{time} 到期', 'To be activated by its buyer until {time}'],
  activatedAt: ['{who} 于 {time} 激活', 'Activated by {who} at {time}'],
  lapsedAt: [
    '{time} 到期，没有激活；货款已计入收入，可在此订单退款',
    'Ended at {time} without being activated; its price is earned, and may be refunded here',
  ],
  cancelledAt: ['{time} 未激活退款', 'Refunded at {time} before anybody activated it'],
  activate: ['代买家激活', 'Activate for the buyer'],
  activateTitle: ['代买家激活', 'Activate for the buyer'],
  activateDisputed: [
    '这笔付款有拒付，付款方已追回全部或部分款项，买家不能自己激活。仍要激活就要向供应商采购，请写明原因，会记入操作日志。',
    'The payment is disputed and some of it was taken back, so the buyer cannot activate it. Activating it buys it from a supplier all the same: say why; it is kept in the audit log.',
  ],
  activateReason: ['仍要激活的原因', 'Why it is activated all the same'],
  activateReasonNeeded: ['请填写原因', 'Say why'],
  activateConsequence: [
    '填写买家给的账号后立即采购并充值，只能激活一次；到账后不能撤回，请先与买家核对。',
    'It is bought and topped up at once, and can be activated once only. A completed top-up cannot be undone, so check the account with the buyer first.',
  ],
  activateSend: ['激活并充值', 'Activate and top up'],
  activatedNow: ['已激活，正在充值', 'Activated; topping up'],
})
