import { createHash } from 'node:crypto'
import type { Order } from '../suppliers/books.ts'
import { haoText } from '../suppliers/money.ts'
import type { SupplierOptions } from '../suppliers/supplier.ts'
import type { RefusalReason } from '../suppliers/take-order.ts'
import { answer, type Fields, isFilled, NOBODYS_KEY, sortedPairs, startWire, TOP_UPS, type Wire } from './wire.ts'

/** What small sites copy from each other: a form to `/api/order/create`, sorted pairs and the key in lower MD5. */

type Own = { readonly customerId: string; readonly key: string }

const MESSAGES: Readonly<Record<RefusalReason, string>> = {
  bad_request: '参数错误',
  unknown_goods: '商品不存在',
  wrong_kind: '商品不存在',
  off_sale: '商品已下架',
  paused: '商品维护中',
  no_stock: '库存不足',
  bad_quantity: '数量超出限购',
  missing_account: '充值账号不能为空',
  wrong_account: '充值账号错误',
  price_too_high: '价格已变动',
  no_balance: '余额不足',
  number_used: '订单号重复',
  unknown_order: '订单不存在',
  unknown_card: '订单不存在',
}

export const signatureOf = (fields: Fields, key: string): string =>
  createHash('md5')
    .update(sortedPairs(fields, isFilled) + key)
    .digest('hex')

const no = (msg: string) => answer({ code: 1, msg })
const yes = (data: object) => answer({ code: 0, msg: 'ok', data })
/** 1 waiting, 2 under way, 3 done, 4 failed. */
const statusOf = ({ state }: Order): number => (state === 'success' ? 3 : state === 'failed' ? 4 : 2)
const show = (order: Order): Fields => ({
  customerOrderNo: order.outerNo,
  orderNo: order.orderNo,
  amount: haoText(order.totalHao),
  status: statusOf(order),
  remark: order.reason,
  serialNo: order.serialNo,
})

const ZHICHONG: Wire<Own> = {
  id: 'zhichong',
  goods: TOP_UPS,
  newCredentials: (nextToken) => ({ customerId: '8801', key: nextToken() }),
  body: 'form',
  outerNo: ['customerOrderNo'],
  goodsId: 'goodsId',
  refuseStranger: ({ customerId, key }, fields) => {
    if (fields.customerId !== customerId) return no('客户不存在')
    return fields.sign === signatureOf(fields, key) ? undefined : no('签名错误')
  },
  calls: {
    'api/order/create': async ({ text, place }) => {
      const order = await place({
        outerNo: text('customerOrderNo'),
        goodsId: text('goodsId'),
        quantity: Number(text('num')),
        account: { account: text('account') },
        notifyUrl: text('notifyURL'),
      })
      return yes({ customerOrderNo: order.outerNo, orderNo: order.orderNo, amount: haoText(order.totalHao) })
    },
    'api/order/query': ({ text, supplier }) => yes(show(supplier.desk.find({ outerNo: text('customerOrderNo') }))),
    'api/user/balance': ({ supplier: { books } }) => yes({ balance: haoText(books.account().balanceHao) }),
  },
  refusal: (reason) => no(MESSAGES[reason]),
  busy: { ...no('请求过于频繁'), status: 429 },
  unsure: no('系统繁忙'),
  callback: {
    body: 'form',
    fields: (order, { customerId, key }, isForged) => {
      const fields: Fields = { customerId, ...show(order) }
      return { ...fields, sign: signatureOf(fields, isForged ? NOBODYS_KEY : key) }
    },
    isAcknowledged: (body) => body === 'success',
    ladderMs: [60_000, 300_000, 1_800_000],
  },
}

export const startZhichong = (options: SupplierOptions) => startWire(ZHICHONG, options)
