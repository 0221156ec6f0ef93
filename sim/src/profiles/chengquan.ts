import { createHash } from 'node:crypto'
import { beijingTime } from '../pages.ts'
import type { Order } from '../suppliers/books.ts'
import { haoNumber } from '../suppliers/money.ts'
import type { SupplierOptions } from '../suppliers/supplier.ts'
import type { RefusalReason } from '../suppliers/take-order.ts'
import {
  answer,
  type Fields,
  isFilled,
  isFresh,
  NOBODYS_KEY,
  sortedPairs,
  startWire,
  TOP_UPS,
  type Wire,
} from './wire.ts'

/** 橙券 (鼎信): forms, codes of 7000 and up, and what was charged beside the state. */

type Own = { readonly appId: string; readonly key: string }

const REFUSALS: Readonly<Record<RefusalReason, readonly [code: number, message: string]>> = {
  bad_request: [7001, '请求参数错误'],
  unknown_goods: [7008, '查询不到产品'],
  wrong_kind: [7008, '查询不到产品'],
  off_sale: [7009, '产品已下架'],
  paused: [7011, '商户密价状态暂停'],
  no_stock: [7019, '产品库存不足'],
  bad_quantity: [7001, '请求参数错误'],
  missing_account: [7001, '请求参数错误'],
  wrong_account: [7017, '加油卡卡号不正确'],
  price_too_high: [7010, '查询不到商户密价'],
  no_balance: [7014, '商户账号余额不足'],
  number_used: [7012, '请求订单号已存在'],
  unknown_order: [7016, '请求订单不存在'],
  unknown_card: [7016, '请求订单不存在'],
}
const STAMP_SECONDS_MAX = 180

/** What is filled in, in its names' order; upper hex. */
export const signatureOf = (fields: Fields, key: string): string =>
  createHash('md5')
    .update(`${sortedPairs(fields, isFilled)}&key=${key}`)
    .digest('hex')
    .toUpperCase()

const no = (code: number, message: string) => answer({ code, message, data: null })
const yes = (data: unknown) => answer({ code: 7000, message: '请求通过', data })

const show = (order: Order, appId: string): Fields => ({
  app_id: appId,
  order_no: order.outerNo,
  recharge_number: order.account.account,
  start_time: beijingTime(order.createdAtMs),
  end_time: beijingTime(order.endedAtMs ?? order.createdAtMs),
  state: order.state === 'success' ? 'SUCCESS' : order.state === 'failed' ? 'FAILURE' : 'RECHARGE',
  consume_amount: haoNumber(order.totalHao),
})

const CHENGQUAN: Wire<Own> = {
  id: 'chengquan',
  goods: TOP_UPS,
  newCredentials: (nextToken) => ({ appId: '15020190001', key: nextToken().toUpperCase() }),
  body: 'form',
  outerNo: ['order_no'],
  goodsId: 'product_id',
  refuseStranger: ({ appId, key }, fields) => {
    if (fields.app_id !== appId) return no(7003, '商户账号不存在')
    if (!isFresh(String(fields.timestamp), 1, STAMP_SECONDS_MAX)) return no(7002, '请求超时')
    return fields.sign === signatureOf(fields, key) ? undefined : no(7005, '签名错误')
  },
  calls: {
    'order/directCharge': async ({ text, place, supplier }) => {
      const order = await place({
        outerNo: text('order_no'),
        goodsId: text('product_id'),
        quantity: Number(text('amount')),
        account: { account: text('recharge_number') },
        notifyUrl: text('notify_url'),
      })
      // What has ended before the answer leaves is told as on its way: the state of an order is asked for.
      return yes({ ...show(order, supplier.credentials.appId), state: 'RECHARGE' })
    },
    'order/get': ({ text, supplier }) =>
      yes(show(supplier.desk.find({ outerNo: text('order_no') }), supplier.credentials.appId)),
    'user/balance/get': ({ supplier: { credentials, books } }) =>
      yes({ app_id: credentials.appId, balance: haoNumber(books.account().balanceHao) }),
  },
  refusal: (reason) => no(...REFUSALS[reason]),
  busy: { ...no(7777, '系统异常'), status: 429 },
  unsure: no(7777, '系统异常'),
  callback: {
    body: 'form',
    fields: (order, { appId, key }, isForged) => {
      const fields = show(order, appId)
      return { ...fields, sign: signatureOf(fields, isForged ? NOBODYS_KEY : key) }
    },
    isAcknowledged: (body) => body === 'OK',
    ladderMs: [15_000, 60_000, 300_000, 1_800_000],
  },
}

export const startChengquan = (options: SupplierOptions) => startWire(CHENGQUAN, options)
