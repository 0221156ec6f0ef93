import { defineErrors } from './define.ts'

export const redeemErrors = defineErrors('redeem', {
  /** One answer for what is no code and for what is no code of this shop. */
  unknownCode: {
    status: 404,
    zh: '没有这个兑换码，请对照卡片或短信检查后重新输入',
    en: 'There is no such code; compare it with the card or message and type it again',
  },
  locked: {
    status: 429,
    zh: '输错次数过多，请在 {retryAfterSeconds} 秒后再试',
    en: 'Too many wrong codes; try again in {retryAfterSeconds} s',
  },
  usedUp: { status: 409, zh: '这个兑换码已经用完', en: 'This code has been used up' },
  expired: { status: 409, zh: '这个兑换码已于 {on} 过期', en: 'This code expired on {on}' },
  notYet: { status: 409, zh: '这个兑换码从 {from} 起才能使用', en: 'This code can be used from {from} on' },
  suspended: {
    status: 409,
    zh: '这个兑换码暂停使用，请稍后再试或联系商家',
    en: 'This code is suspended; try again later or ask the shop',
  },
  void: { status: 409, zh: '这个兑换码已作废，请联系商家', en: 'This code was withdrawn; ask the shop' },
  overPersonLimit: {
    status: 409,
    zh: '这批兑换码每人限用 {limit} 次，您已用完',
    en: 'Each person may redeem {limit} time(s) from this series, and you have',
  },
  wrongBatchState: {
    status: 409,
    zh: '兑换批次当前状态为「{state}」，不能进行此操作',
    en: 'The series is “{state}”; this cannot be done now',
  },
  wrongCodeState: {
    status: 409,
    zh: '兑换码当前状态为「{state}」，不能进行此操作',
    en: 'The code is “{state}”; this cannot be done now',
  },
  partNotFailed: {
    status: 409,
    zh: '只有确定无法交付、还没有收回的组合包内容可以用积分补偿；请刷新后查看',
    en: 'Points are given only for a part that certainly cannot be had and was not taken back; refresh to see how it stands',
  },
  pointsNeedMember: {
    status: 422,
    zh: '游客没有积分账户，请改为收回这一项，或等补货后重试发货',
    en: 'A guest has no points; take the part back instead, or deliver it when there is stock again',
  },
  pointsForOnePart: {
    status: 422,
    zh: '用积分补偿时请只选择一项',
    en: 'Choose exactly one part to give points for',
  },
  partWorthNothing: {
    status: 422,
    zh: '这一项不折价，请填写要补偿的积分',
    en: 'The part has no worth of its own; say how many points to give',
  },
  kindNotRedeemable: {
    status: 422,
    zh: '「{title}」本身就是兑换链接，不能再用来兑换；请选择它能兑换到的商品',
    en: '“{title}” is a redeem link itself; choose what it redeems into instead',
  },
  notALink: {
    status: 422,
    zh: '这个规格不是兑换链接，请先在商品里新建「兑换链接」规格',
    en: 'This variant is no redeem link; add one of that kind to the goods first',
  },
  linkOnSale: {
    status: 409,
    zh: '这批码正作为商品出售，不能作废；请先下架商品，或在「在售兑换链接」里改换内容',
    en: 'These codes are on sale and cannot be voided; take the goods off the shelf, or change what the link redeems into',
  },
  soldNotExported: {
    status: 409,
    zh: '出售的码只交给买家，不能导出',
    en: 'Codes that are sold go to their buyers only and are not exported',
  },
  validityReversed: {
    status: 422,
    zh: '失效时间必须晚于生效时间，也必须晚于现在',
    en: 'The end must come after the beginning, and after now',
  },
  alreadyExported: {
    status: 409,
    zh: '这批兑换码已导出过一次，不能再次导出；遗失的码请作废后另建批次',
    en: 'These codes have been exported once and are not exported again; void lost ones and make another series',
  },
})
