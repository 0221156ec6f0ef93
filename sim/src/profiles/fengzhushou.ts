import { createHash } from 'node:crypto'
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

/** 蜂助手: JSON, SHA-1, and an order's state in the code of the answer. */

type Own = { readonly projectCode: string; readonly signKey: string }

const REFUSALS: Readonly<Record<RefusalReason, readonly [retcode: number, msg: string]>> = {
  bad_request: [400, '参数错误'],
  unknown_goods: [2000, '单品不存在或已下架'],
  wrong_kind: [2000, '单品不存在或已下架'],
  off_sale: [2000, '单品不存在或已下架'],
  paused: [2000, '单品不存在或已下架'],
  no_stock: [3999, '订单生成失败'],
  bad_quantity: [1000, '数量错误'],
  missing_account: [400, '参数错误'],
  wrong_account: [3100, '该账号无法购买此商品'],
  price_too_high: [3104, '价格不匹配'],
  no_balance: [4002, '账户余额不足'],
  number_used: [1000, '渠道订单号重复'],
  unknown_order: [3000, '订单不存在'],
  unknown_card: [3000, '订单不存在'],
}
const STAMP_SECONDS_MAX = 300

export const signatureOf = (fields: Fields, signKey: string): string =>
  createHash('sha1')
    .update(`${sortedPairs(fields, isFilled)}&signKey=${signKey}`)
    .digest('hex')
    .toUpperCase()

const say = (retcode: number, msg: string, data: object = {}) => answer({ retcode, msg, data })
const retcodeOf = ({ state }: Order): number => (state === 'success' ? 1 : state === 'failed' ? 9 : 0)
const wordOf = (retcode: number): string => (retcode === 1 ? '发货成功' : retcode === 9 ? '发货失败' : '发货中')

const FENGZHUSHOU: Wire<Own> = {
  id: 'fengzhushou',
  goods: TOP_UPS,
  newCredentials: (nextToken) => ({ projectCode: 'P10001', signKey: nextToken() }),
  body: 'json',
  outerNo: ['channelOrderNo'],
  goodsId: 'skuCode',
  refuseStranger: ({ projectCode, signKey }, fields) => {
    if (fields.projectCode !== projectCode) return say(102, '项目不存在')
    if (!isFresh(String(fields.timestamp), 1, STAMP_SECONDS_MAX)) return say(107, '时间戳过期')
    return fields.sign === signatureOf(fields, signKey) ? undefined : say(103, '签名错误')
  },
  calls: {
    'fzs-stdopen-api/api/v1/sendgoods': async ({ fields, text, place }) => {
      const order = await place({
        outerNo: text('channelOrderNo'),
        goodsId: text('skuCode'),
        quantity: Number(fields.num),
        account: { account: text('account') },
        notifyUrl: text('callbackUrl'),
      })
      return say(0, '已收单', { orderNo: order.orderNo, channelOrderNo: order.outerNo })
    },
    'fzs-stdopen-api/api/v1/queryorder': ({ text, supplier }) => {
      const order = supplier.desk.find({ outerNo: text('channelOrderNo') })
      const retcode = retcodeOf(order)
      const { orderNo, outerNo: channelOrderNo, goodsId: skuCode, quantity: num, totalHao } = order
      return say(retcode, order.reason || wordOf(retcode), {
        ...{ orderNo, channelOrderNo, skuCode, num },
        skuPrice: haoNumber(totalHao),
      })
    },
    'fzs-stdopen-api/api/v1/balance': ({ supplier: { books } }) =>
      say(0, 'ok', { balance: haoNumber(books.account().balanceHao) }),
  },
  refusal: (reason) => say(...REFUSALS[reason]),
  busy: { ...say(9999, '系统繁忙'), status: 429 },
  unsure: say(9999, '系统内部错误'),
  callback: {
    body: 'json',
    fields: (order, { projectCode, signKey }, isForged) => {
      const retcode = retcodeOf(order)
      const fields: Fields = {
        projectCode,
        timestamp: String(Date.now()),
        orderNo: order.orderNo,
        channelOrderNo: order.outerNo,
        retcode,
        msg: order.reason || wordOf(retcode),
      }
      return { ...fields, sign: signatureOf(fields, isForged ? NOBODYS_KEY : signKey) }
    },
    isAcknowledged: (body) => body === '{"code":"0"}',
    ladderMs: [30_000, 60_000, 300_000, 1_800_000],
  },
}

export const startFengzhushou = (options: SupplierOptions) => startWire(FENGZHUSHOU, options)
