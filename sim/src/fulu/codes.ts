import type { RefusalReason } from '../suppliers/take-order.ts'

/** The platform's codes and words, as its table of errors has them. */
export const CODES = {
  1000: '必须传入API接口名称',
  1001: '无效的API接口名称',
  1003: '时间戳格式错误',
  1004: '时间戳已超过有效期',
  1006: '无效的app_key',
  1008: '版本号错误',
  1016: '签名错误',
  1017: '必须传入请求参数集合',
  1018: '缺少必要参数',
  3001: '商品不存在或无法购买',
  3002: '商品已下架',
  3003: '商品维护中',
  3005: '商品库存不足',
  3008: '商品类型错误',
  4000: '必须传入外部订单号',
  4001: '购买数量必须大于0',
  4002: '必须传入充值账号',
  4008: '添加订单失败',
  4009: '执行下单超时，请查单确认下单结果',
  4010: '外部订单号已存在',
  4011: '订单不存在',
  4012: '查询异常，请重试',
  5000: '系统异常',
} as const
export type Code = keyof typeof CODES

export const CODE_OF: Readonly<Record<RefusalReason, Code>> = {
  bad_request: 1018,
  unknown_goods: 3001,
  wrong_kind: 3008,
  off_sale: 3002,
  paused: 3003,
  no_stock: 3005,
  bad_quantity: 4001,
  missing_account: 4002,
  wrong_account: 4002,
  price_too_high: 3001,
  // The table has no code for it; 4008 is "something went wrong while ordering: ask".
  no_balance: 4008,
  number_used: 4010,
  unknown_order: 4011,
  unknown_card: 1018,
}

/** What is said instead of the table's words where these would not help anybody. */
export const WORDS_OF: Readonly<Partial<Record<RefusalReason, string>>> = {
  price_too_high: '商品价格高于外部销售价，无法购买',
  no_balance: '添加订单失败：账户余额不足',
  wrong_account: '充值账号不存在',
}
