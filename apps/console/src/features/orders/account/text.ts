import { defineMessages } from '../../../shared/i18n/index.ts'

export const accountText = defineMessages('orders.account', {
  correct: ['更正账号', 'Correct the account'],
  history: ['账号更正记录', 'Corrections of the account'],
  title: ['充值账号', 'Account that is topped up'],
  consequence: [
    '供应商拒绝了这个账号。更正后会用新的采购单号立即重新充值，买家不需要再付款；到账后不能撤回，请先与买家核对。',
    'The supplier refused this account. Once corrected it is bought anew under the next number, with nothing more to pay; what arrives cannot be taken back, so check with the buyer first.',
  ],
  send: ['更正并重新充值', 'Correct and top up again'],
  corrected: ['已更正，正在重新充值', 'Corrected; it is being topped up again'],
  reason: ['更正依据', 'On whose word'],
  reasonHint: ['例：买家来电核对', 'For example: the buyer called'],
  reasonNeeded: ['请写明依据', 'Say on whose word'],
  needed: ['请填写', 'Please fill it in'],
  same: ['没有改动，请填写更正后的账号', 'Nothing has changed; fill in the corrected account'],
  never: ['还没有更正过。', 'It was never corrected.'],
  before: ['更正记录', 'What it was before'],
  byBuyer: ['买家', 'the buyer'],
  nothing: ['（空）', '(nothing)'],
})
