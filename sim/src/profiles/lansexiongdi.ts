import { createHash } from 'node:crypto'
import type { Order } from '../suppliers/books.ts'
import { haoText } from '../suppliers/money.ts'
import type { SupplierOptions } from '../suppliers/supplier.ts'
import type { RefusalReason } from '../suppliers/take-order.ts'
import { answer, type Fields, isFresh, NOBODYS_KEY, sortedPairs, startWire, TOP_UPS, type Wire } from './wire.ts'

/** 蓝色兄弟: forms in which address and version are not signed, another code of a yes for each call, callbacks of four fields. */

type Own = { readonly merchantId: string; readonly key: string }

const REFUSALS: Readonly<Record<RefusalReason, readonly [code: string, message: string]>> = {
  bad_request: ['1001', '参数错误'],
  unknown_goods: ['1010', '商品不存在'],
  wrong_kind: ['1010', '商品不存在'],
  off_sale: ['1011', '商品已下架'],
  paused: ['1012', '商品维护中'],
  no_stock: ['1013', '商品库存不足'],
  bad_quantity: ['1014', '购买数量错误'],
  missing_account: ['1015', '充值账号不能为空'],
  wrong_account: ['1016', '充值账号错误'],
  price_too_high: ['1017', '价格错误'],
  no_balance: ['1018', '商户余额不足'],
  number_used: ['1019', '订单号重复'],
  unknown_order: ['1020', '订单不存在'],
  unknown_card: ['1020', '订单不存在'],
}
const STAMP_SECONDS_MAX = 300
const UNSIGNED = new Set(['version', 'notifyUrl'])

const signed = (text: string, key: string): string =>
  createHash('md5').update(`${text}&key=${key}`).digest('hex').toUpperCase()
export const signatureOf = (fields: Fields, key: string): string =>
  signed(
    sortedPairs(fields, (name) => !UNSIGNED.has(name)),
    key,
  )

const no = (code: string, message: string) => answer({ code, message })
const statusOf = ({ state }: Order): string => (state === 'success' ? '01' : state === 'failed' ? '03' : '02')

const LANSEXIONGDI: Wire<Own> = {
  id: 'lansexiongdi',
  goods: TOP_UPS,
  newCredentials: (nextToken) => ({ merchantId: '23329', key: nextToken() }),
  body: 'form',
  outerNo: ['outTradeNo'],
  goodsId: 'productId',
  refuseStranger: ({ merchantId, key }, fields) => {
    if (fields.merchantId !== merchantId) return no('1002', '商户不存在')
    if (!isFresh(String(fields.timeStamp), 1_000, STAMP_SECONDS_MAX)) return no('1003', '时间戳过期')
    return fields.sign === signatureOf(fields, key) ? undefined : no('1004', '签名错误')
  },
  calls: {
    'recharge/order': async ({ text, place }) => {
      const order = await place({
        outerNo: text('outTradeNo'),
        goodsId: text('productId'),
        quantity: Number(text('number')),
        account: { account: text('rechargeAccount') },
        notifyUrl: text('notifyUrl'),
      })
      return answer({ code: '2000', message: '下单成功', outTradeNo: order.outerNo, orderNo: order.orderNo })
    },
    'recharge/query': ({ text, supplier }) => {
      const order = supplier.desk.find({ outerNo: text('outTradeNo') })
      const { outerNo: outTradeNo, orderNo, account, reason } = order
      return answer({
        ...{ code: '0000', message: reason || '查询成功', outTradeNo, orderNo },
        rechargeAccount: account.account,
        status: statusOf(order),
      })
    },
    'recharge/info': ({ supplier: { books } }) =>
      answer({ code: '0000', message: '查询成功', balance: haoText(books.account().balanceHao) }),
  },
  refusal: (reason) => no(...REFUSALS[reason]),
  busy: { ...no('1005', '请求频繁'), status: 429 },
  unsure: no('1999', '系统异常'),
  callback: {
    body: 'form',
    fields: (order, { merchantId, key }, isForged) => {
      const { outerNo: outTradeNo, account } = order
      const rechargeAccount = account.account ?? ''
      const status = statusOf(order)
      const text = `merchantId=${merchantId}&outTradeNo=${outTradeNo}&rechargeAccount=${rechargeAccount}&status=${status}`
      return { merchantId, outTradeNo, rechargeAccount, status, sign: signed(text, isForged ? NOBODYS_KEY : key) }
    },
    isAcknowledged: (body) => body === 'success',
    ladderMs: [60_000, 120_000, 300_000, 600_000],
  },
}

export const startLansexiongdi = (options: SupplierOptions) => startWire(LANSEXIONGDI, options)
