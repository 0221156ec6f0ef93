import { createHash } from 'node:crypto'
import type { Books, Card, Goods, Order } from '../suppliers/books.ts'
import type { NewGoods } from '../suppliers/control.ts'
import { haoOf, haoText } from '../suppliers/money.ts'
import type { SupplierOptions } from '../suppliers/supplier.ts'
import type { RefusalReason } from '../suppliers/take-order.ts'
import { answer, type Fields, isFilled, isFresh, NOBODYS_KEY, sortedPairs, startWire, type Wire } from './wire.ts'

/** 咔咔云 (`/dockapiv3/`), by its published documentation: cards and top-ups, with a ceiling and with money that comes back. */

type Own = { readonly userId: string; readonly key: string }

const REFUSALS: Readonly<Record<RefusalReason, readonly [code: number, msg: string]>> = {
  bad_request: [-1, '其他错误'],
  unknown_goods: [1206, '商品不存在或者已下架'],
  wrong_kind: [1214, '商品不存在'],
  off_sale: [1206, '商品不存在或者已下架'],
  paused: [1207, '商品禁止API下单'],
  no_stock: [-1, '商品库存不足'],
  bad_quantity: [1204, 'buynum字段为空'],
  missing_account: [1208, '充值帐号为空'],
  wrong_account: [1211, '充值字段错误'],
  price_too_high: [1210, '存在亏本'],
  no_balance: [1213, '用户余额不足'],
  number_used: [1205, '用户订单号已存在'],
  unknown_order: [1301, '订单不存在'],
  unknown_card: [1301, '订单不存在'],
}
const STAMP_SECONDS_MAX = 300
const PAGE_ROWS_MAX = 50

/** What is filled in, in its names' order, the key right behind it; lists as JSON, as PHP writes them without escapes. */
export const signatureOf = (fields: Fields, key: string): string =>
  createHash('md5')
    .update(sortedPairs(fields, isFilled) + key)
    .digest('hex')

const say = (code: number, msg: string, data: unknown = '', more: object = {}) => answer({ code, msg, data, ...more })

/** 2 not paid, 3 under way, 4 failed, 5 done. */
function statusOf({ state }: Order): number {
  if (state === 'unpaid') return 2
  if (state === 'processing') return 3
  return state === 'failed' ? 4 : 5
}

/** 0 nothing came back, 1 all of it, 2 a part. */
const refundOf = ({ refundedHao, totalHao }: Order): number =>
  refundedHao === 0 ? 0 : refundedHao === totalHao ? 1 : 2

const show = (order: Order, cards: readonly Card[]): Fields => ({
  orderno: order.orderNo,
  usorderno: order.outerNo,
  money: haoText(order.totalHao),
  buynum: order.quantity,
  status: statusOf(order),
  refundmoney: haoText(order.refundedHao),
  refundstatus: refundOf(order),
  receipt: order.reason,
  cardlist: cards.map(({ no, secret }) => `卡号：${no} 卡密：${secret}`),
  cards: statusOf(order) === 5 ? cards.map((card) => showCard(order, card)) : [],
})

function showCard({ plan }: Order, { no, secret, expiresAtMs }: Card): Fields {
  const more = { card_type: 1, card_denomination: 100, card_expire_at: Math.floor(expiresAtMs / 1_000) }
  if (plan.cards === 'garbled') return { card_no: [no], card_pwd: null, ...more }
  return { card_no: no, card_pwd: secret, ...more }
}

const showGoods = ({ id, name, kind, state, priceHao, faceHao, stock, fields }: Goods): Fields => ({
  goodsid: Number(id),
  imgurl: '',
  goodsname: name,
  goodsprice: haoText(priceHao),
  goodsstatus: state === 'on' ? 1 : 0,
  // 0 is a card here, and 1 a top-up.
  goodstype: kind === 'topup' ? 1 : 0,
  stock,
  groupid: 1,
  marketprice: haoText(faceHao),
  attach: fields.map(({ label, hint }) => ({ title: label, tip: hint, verification: 1 })),
})

const GOODS: readonly NewGoods[] = [
  {
    id: '2478510',
    name: '星幕视频会员月卡直充',
    kind: 'topup',
    category: '视频会员',
    price: '15.2000',
    face: '30',
    fields: [{ key: '充值帐号', label: '充值帐号', hint: '请输入您的充值帐号', isRequired: true }],
  },
  ...Array.from({ length: 60 }, (_, at): NewGoods => {
    const face = String(10 * (at + 1))
    return {
      id: String(2_478_600 + at),
      name: `购物卡${face}元`,
      kind: 'card',
      price: `${face}.1250`,
      face,
      stock: 200,
    }
  }),
]

/** What buyers fill in, by the goods' first field: that is all that is sent as one text. */
const accountOf = (goods: Goods | undefined, attach: string) => ({ [goods?.fields[0]?.key ?? '充值帐号']: attach })

const KAKAYUN: Wire<Own> = {
  id: 'kakayun',
  goods: GOODS,
  newCredentials: (nextToken) => ({ userId: '10052', key: nextToken() }),
  body: 'json',
  outerNo: ['usorderno'],
  goodsId: 'goodsid',
  refuseStranger: ({ userId, key }, fields) => {
    if (fields.userid !== userId) return say(1000, '商户ID无效')
    if (!isFresh(String(fields.timestamp), 1_000, STAMP_SECONDS_MAX)) return say(403, '时间戳过期')
    return fields.sign === signatureOf(fields, key) ? undefined : say(401, '签名效验失败')
  },
  calls: {
    'dockapiv3/order/create': async ({ fields, text, place, supplier }) => {
      const goods = supplier.desk.goodsOf(text('goodsid'))
      const order = await place({
        outerNo: text('usorderno'),
        goodsId: goods.id,
        quantity: Number(fields.buynum),
        account: goods.fields.length > 0 ? accountOf(goods, text('attach')) : {},
        // Of the whole order.
        ceilingHao: haoOf(text('maxmoney')),
        notifyUrl: text('callbackurl'),
      })
      return say(1, '提交成功', { orderno: order.orderNo, usorderno: order.outerNo })
    },
    'dockapiv3/order/get': ({ text, supplier: { desk } }) => {
      const order = desk.find({ outerNo: text('usorderno'), orderNo: text('orderno') })
      return say(1, '查询成功', show(order, desk.cardsOf(order)))
    },
    'dockapiv3/goods/all': ({ fields, supplier: { books } }) => {
      const limit = Math.min(Number(fields.limit ?? 10), PAGE_ROWS_MAX)
      const page = Number(fields.page ?? 1)
      const all = [...books.goods.values()]
      const data = all.slice((page - 1) * limit, page * limit).map(showGoods)
      return say(1, 'success', data, {
        nowpage: String(page),
        allpage: Math.ceil(all.length / limit),
        count: all.length,
      })
    },
    'dockapiv3/goods/details': ({ text, supplier: { desk } }) => {
      const goods = desk.goodsOf(text('goodsid'))
      return say(1, 'success', {
        ...showGoods(goods),
        minbuy: goods.quantityMin,
        maxbuy: goods.quantityMax,
        details: '',
      })
    },
    'dockapiv3/user/info': ({ supplier: { books } }) =>
      say(1, '查询成功', { money: haoText(books.account().balanceHao), creditquota: '0.00' }),
  },
  refusal: (reason) => say(...REFUSALS[reason]),
  busy: { ...say(404, '请求频繁'), status: 429 },
  unsure: say(9999, '系统异常'),
  callback: {
    body: 'json',
    fields: (order, { key }, isForged, books) => {
      const cards = cardsOf(books, order)
      const fields: Fields = {
        push_type: cards.length > 0 ? 1 : 0,
        ...show(order, cards),
        timestamp: Math.floor(Date.now() / 1_000),
      }
      return { ...fields, sign: signatureOf(fields, isForged ? NOBODYS_KEY : key) }
    },
    isAcknowledged: (body) => body.toLowerCase() === 'ok',
    ladderMs: [5, 10, 15, 20, 25].map((minutes) => minutes * 60_000),
  },
}

const cardsOf = (books: Books, { cardIds }: Order): readonly Card[] =>
  cardIds.flatMap((id) => books.cards.get(id) ?? [])

export const startKakayun = (options: SupplierOptions) => startWire(KAKAYUN, options)
