import { defineErrors } from './define.ts'

export const complaintErrors = defineErrors('complaints', {
  pieceGone: {
    status: 409,
    zh: '这张卡密已更换或退款，请刷新订单查看新的卡密或退款进度',
    en: 'This code was replaced or refunded already; refresh the order to see the new one, or the refund',
  },
  decided: {
    status: 409,
    zh: '这个申诉已有结果，或正在处理，请刷新后查看',
    en: 'This complaint is decided, or on its way; refresh to see how it stands',
  },
  notNow: {
    status: 409,
    zh: '申诉的状态已变化，不能再这样操作，请刷新订单',
    en: 'The complaint has moved on, and this cannot be done now; refresh the order',
  },
  contested: {
    status: 409,
    zh: '每个申诉只能再次申诉一次；如仍有疑问请联系店家',
    en: 'A complaint can be contested once; if something is still wrong, please contact the shop',
  },
  needsApproval: {
    status: 409,
    zh: '退款超过店铺限额，需要第二人批准，请由店员处理',
    en: 'This refund needs a second person’s yes; a colleague has to ask for it',
  },
  purchaseOpen: {
    status: 409,
    zh: '为这个申诉下的采购还没有结果，不能再买一次；请等待结果，或改用换货、退款',
    en: 'The purchase for this complaint has not ended, and it is not bought twice; wait for it, replace or refund',
  },
  noSource: {
    status: 409,
    zh: '这个规格没有启用的货源，无法现买；请先设置货源，或改用换货、退款',
    en: 'No source is enabled for this variant; set one up, or replace or refund',
  },
  tooManyPictures: {
    status: 409,
    zh: '最多上传 {limit} 张图片',
    en: 'At most {limit} pictures',
  },
  notThisWay: {
    status: 409,
    zh: '这一行不能这样处理，请展开查看可用的操作',
    en: 'This cannot be done to it; open it to see what can',
  },
  taken: {
    status: 409,
    zh: '{by} 正在处理，请先请对方放回或转交',
    en: '{by} works on it; ask them to put it back or to hand it over',
  },
  notStuck: {
    status: 409,
    zh: '已不在异常列表中，请刷新',
    en: 'It is not stuck any more; refresh the list',
  },
  notAColleague: {
    status: 422,
    zh: '该同事没有处理异常的权限，请选择另一位',
    en: 'This colleague may not work on what is stuck; choose another',
  },
  nothingToClaim: {
    status: 409,
    zh: '没有可追偿的金额：批次没有填写供应商或成本，或还没有需要追偿的卡密',
    en: 'There is nothing to claim: the batch names no supplier or no cost, or no code of it needs putting right yet',
  },
  recoveryMoved: {
    status: 409,
    zh: '追偿的状态已变化，不能再这样处理，请刷新后查看',
    en: 'The recovery has moved on, and this cannot be done to it now; refresh to see how it stands',
  },
  recoveryOwn: {
    status: 403,
    zh: '金额超过店铺设定，需要另一位同事来确认或退回，不能由提出的人自己处理',
    en: 'The amount is above what one person may book; somebody other than who entered it has to agree to it or send it back',
  },
  creditOverClaim: {
    status: 422,
    zh: '供应商认账的金额不能超过追偿金额 {claimedYuan} 元',
    en: 'What the supplier credits cannot be more than the {claimedYuan} yuan that are claimed',
  },
})
