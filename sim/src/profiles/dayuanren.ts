import { createHash } from 'node:crypto'
import type { Order } from '../suppliers/books.ts'
import { haoOf, haoText } from '../suppliers/money.ts'
import type { SupplierOptions } from '../suppliers/supplier.ts'
import type { RefusalReason } from '../suppliers/take-order.ts'
import { answer, type Fields, NOBODYS_KEY, sortedPairs, startWire, TOP_UPS, type Wire } from './wire.ts'

/** 大猿人 V2.0 (`/yrapi.php/`), by its published documentation and what its own program answers. */

type Own = { readonly userId: string; readonly apiKey: string }

const MESSAGES: Readonly<Record<RefusalReason, string>> = {
  bad_request: '参数错误',
  unknown_goods: '产品不存在',
  wrong_kind: '产品类型错误',
  off_sale: '产品已下架',
  paused: '产品维护中',
  no_stock: '产品库存不足',
  bad_quantity: '数量错误',
  missing_account: '充值账号不能为空',
  wrong_account: '充值账号错误',
  price_too_high: '产品成本价格高于最高成本',
  no_balance: '余额不足',
  number_used: '商户订单号已存在',
  unknown_order: '订单不存在',
  unknown_card: '卡密不存在',
}

/** Every field is signed, the empty ones too, in their names' order, the key behind them. */
export const signatureOf = (fields: Fields, apiKey: string): string =>
  createHash('md5')
    .update(`${sortedPairs(fields, () => true)}&apikey=${apiKey}`)
    .digest('hex')
    .toUpperCase()

/** -1 taken back, 0 on its way, 1 done, 2 failed, 3 a part of it. */
function stateOf({ state }: Order): number {
  if (state === 'success') return 1
  if (state === 'failed') return 2
  return state === 'partial' ? 3 : 0
}

/** What arrived, at its face. */
const chargeOf = (order: Order): string => (order.state === 'success' ? haoText(order.totalHao) : '0.00')

const no = (errmsg: string) => answer({ errno: 1, errmsg })
const yes = (errmsg: string, data: unknown) => answer({ errno: 0, errmsg, data })

const DAYUANREN: Wire<Own> = {
  id: 'dayuanren',
  goods: TOP_UPS,
  newCredentials: (nextToken) => ({ userId: '10001', apiKey: nextToken() }),
  body: 'form',
  outerNo: ['out_trade_num', 'out_trade_nums'],
  goodsId: 'product_id',
  refuseStranger: ({ userId, apiKey }, fields) => {
    if (fields.userid !== userId) return no('商户不存在')
    return fields.sign === signatureOf(fields, apiKey) ? undefined : no('签名错误')
  },
  calls: {
    'yrapi.php/index/recharge': async ({ text, place }) => {
      const order = await place({
        outerNo: text('out_trade_num'),
        goodsId: text('product_id'),
        quantity: 1,
        account: { account: text('mobile') },
        ceilingHao: haoOf(text('price')),
        notifyUrl: text('notify_url'),
      })
      return yes('提交成功', {
        order_number: order.orderNo,
        mobile: text('mobile'),
        product_id: order.goodsId,
        total_price: haoText(order.totalHao),
        out_trade_num: order.outerNo,
        title: '话费充值',
      })
    },
    // The orders that it knows among those that were asked about: none is an empty list.
    'yrapi.php/index/check': ({ text, supplier }) => {
      const found = text('out_trade_nums')
        .split(',')
        .flatMap((outerNo) => foundOrNone(() => supplier.desk.find({ outerNo })))
      const shown = found.map((order) => ({
        order_number: order.orderNo,
        out_trade_num: order.outerNo,
        create_time: String(Math.floor(order.createdAtMs / 1_000)),
        mobile: order.account.account,
        product_id: order.goodsId,
        charge_amount: chargeOf(order),
        charge_kami: order.serialNo,
        state: stateOf(order),
      }))
      return yes('查询成功', shown)
    },
    'yrapi.php/index/user': ({ supplier: { credentials, books } }) =>
      yes('ok', { id: credentials.userId, username: '测试商户', balance: haoText(books.account().balanceHao) }),
    'yrapi.php/index/product': ({ supplier: { books } }) => {
      const products = [...books.goods.values()].map(({ id, name, priceHao, faceHao }) => ({
        ...{ id, name, desc: '', api_open: '1', isp: '1,2,3', ys_tag: '' },
        ...{ price: haoText(priceHao), y_price: haoText(faceHao), max_price: haoText(faceHao) },
      }))
      return yes('ok', [{ id: 1, cate: '全部', sort: '1', type: '1', products }])
    },
  },
  refusal: (reason) => no(MESSAGES[reason]),
  busy: { ...no('请求过于频繁'), status: 429 },
  unsure: no('系统繁忙，请查询订单状态'),
  callback: {
    body: 'form',
    fields: (order, { userId, apiKey }, isForged) => {
      const fields: Fields = {
        userid: userId,
        order_number: order.orderNo,
        out_trade_num: order.outerNo,
        otime: Math.floor(Date.now() / 1_000),
        mobile: order.account.account,
        state: stateOf(order),
        remark: order.reason,
        charge_amount: chargeOf(order),
        voucher: '',
        charge_kami: order.serialNo,
      }
      return { ...fields, sign: signatureOf(fields, isForged ? NOBODYS_KEY : apiKey) }
    },
    isAcknowledged: (body) => body === 'success',
    ladderMs: [1, 1, 1, 1].map((minutes) => minutes * 60_000),
  },
}

function foundOrNone(find: () => Order): readonly Order[] {
  try {
    return [find()]
  } catch {
    return []
  }
}

export const startDayuanren = (options: SupplierOptions) => startWire(DAYUANREN, options)
