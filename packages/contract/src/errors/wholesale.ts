import { defineErrors } from './define.ts'

export const wholesaleErrors = defineErrors('wholesale', {
  /** One answer for an unknown key, a wrong signature, a call that is too old or came before, and an address that may not call. */
  notAuthenticated: {
    status: 401,
    zh: '签名校验未通过，请检查密钥、密文、时间与随机串；本次请求没有执行',
    en: 'The signature was not accepted; check key, secret, clock and nonce. Nothing was done',
  },
  scope: {
    status: 403,
    zh: '该密钥没有「{scope}」权限，请联系上游商户开通；本次请求没有执行',
    en: 'This key may not “{scope}”; ask the shop you buy from. Nothing was done',
  },
  keyPaused: {
    status: 409,
    zh: '该密钥已暂停下单，请联系上游商户；本次下单没有执行',
    en: 'This key may not order at the moment; ask the shop you buy from. Nothing was ordered',
  },
  unknownProduct: {
    status: 404,
    zh: '没有这个商品，或未对您开放',
    en: 'There is no such product, or it is not open to you',
  },
  aboveCeiling: {
    status: 409,
    zh: '当前单价 {priceFen} 分，高于您的最高限价；本次下单没有执行',
    en: 'A piece costs {priceFen} fen now, above your ceiling. Nothing was ordered',
  },
  aboveTotal: {
    status: 409,
    zh: '按当前价格合计 {totalFen} 分，高于您的总价上限；整批没有下单',
    en: 'All of it costs {totalFen} fen now, above your ceiling for the whole. Nothing was ordered',
  },
  tooManyLines: {
    status: 422,
    zh: '一批最多 {limit} 行，请拆成几批；整批没有下单',
    en: 'A bulk order has at most {limit} lines; split it up. Nothing was ordered',
  },
  tooManyPieces: {
    status: 422,
    zh: '一批合计最多 {limit} 件，请拆成几批；整批没有下单',
    en: 'A bulk order has at most {limit} pieces together; split it up. Nothing was ordered',
  },
  overDailyCap: {
    status: 409,
    zh: '超出该密钥今日限额，还可下单 {leftFen} 分；本次下单没有执行',
    en: 'This is over the key’s limit of today; {leftFen} fen are left. Nothing was ordered',
  },
  numberReused: {
    status: 409,
    zh: '这个商户单号已用于内容不同的订单，请先查询该单号',
    en: 'This number was used for an order with other content; ask about that number first',
  },
  unknownOrder: { status: 404, zh: '没有这个商户单号的订单', en: 'There is no order with this number' },
  loop: {
    status: 409,
    zh: '这笔订单已经经过本店，或转手次数过多，拒绝循环采购；本次下单没有执行',
    en: 'This order has come through this shop before, or through too many shops. Nothing was ordered',
  },
  insecureAddress: {
    status: 422,
    zh: '回调地址必须是公网的 https 地址',
    en: 'The callback address must be https and on the public internet',
  },
  badNetwork: {
    status: 422,
    zh: '「{network}」不是 IP 地址或网段，例如 203.0.113.7 或 203.0.113.0/24',
    en: '“{network}” is no address or network; write 203.0.113.7 or 203.0.113.0/24',
  },
  keysMax: {
    status: 409,
    zh: '最多 {max} 个未吊销的供货密钥，请先吊销不用的',
    en: 'There may be {max} living wholesale keys; revoke one first',
  },
  memberClosed: {
    status: 409,
    zh: '该手机号的会员已停用，请先启用会员',
    en: 'The member with this phone is closed; reopen the account first',
  },
  wrongKeyState: {
    status: 409,
    zh: '密钥当前状态为「{state}」，不能进行此操作',
    en: 'The key is “{state}”; this cannot be done now',
  },
  notForSale: {
    status: 422,
    zh: '只有按现金出售的卡密、直充和兑换链接可以供货',
    en: 'Only codes, top-ups and redeem links that are sold for money can be sold on',
  },
  belowFloor: {
    status: 409,
    zh: '供货价不能低于底价 {floorFen} 分；确需低于底价，请由有权限的同事设置',
    en: 'The price may not be below the floor of {floorFen} fen; somebody with that permission can set it',
  },
})

/** What is wrong with one line of a bulk order; it is named by its index, and nothing of the whole is ordered. */
export const wholesaleLineErrors = defineErrors('wholesale_line', {
  refTwice: {
    status: 422,
    zh: '行号标识 ref 与第 {index} 行（从 0 数）相同',
    en: 'This ref is that of line {index} (counted from 0) as well',
  },
  repeated: {
    status: 422,
    zh: '商品和账号与第 {index} 行（从 0 数）相同；如确需重复，请传 allowRepeats: true',
    en: 'The same product for the same account as line {index} (counted from 0); send allowRepeats: true if it is meant',
  },
})
