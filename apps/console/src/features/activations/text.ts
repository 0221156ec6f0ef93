import { defineMessages } from '../../shared/i18n/index.ts'

export const activationText = defineMessages('activations', {
  title: ['先买后激活', 'Activate later'],
  hint: [
    '先买后激活的直充：付款后归买家所有，买家填写账号激活时才采购。到期未激活的，货款归店铺，员工仍可在订单页退款。',
    'Top-ups that were bought to be activated later: the buyer’s from the payment on, and bought of a supplier when the buyer gives the account. What is not activated in time is the shop’s; staff may still refund it on its order.',
  ],
  state: ['状态', 'State'],
  endsIn: ['到期', 'Ends'],
  endsInDays: ['{days} 天内到期', 'Within {days} days'],
  order: ['订单', 'Order'],
  goods: ['商品', 'Goods'],
  quantity: ['数量', 'Quantity'],
  amount: ['金额', 'Amount'],
  buyer: ['买家', 'Buyer'],
  line: ['充值', 'Top-up'],
  openedAt: ['付款时间', 'Paid'],
  endsAt: ['到期时间', 'Ends'],
  closedAt: ['激活或结束', 'Activated or ended'],
  byBuyer: ['买家', 'Buyer'],
  emptyTitle: ['没有先买后激活的订单', 'Nothing waits to be activated'],
  emptyText: [
    '在直充商品的规格里设置「先买后激活」的天数后，买家可以先付款，之后再填账号。',
    'Set the days of “Buy now, activate later” on a top-up’s option, and buyers may pay first and give the account later.',
  ],
})
