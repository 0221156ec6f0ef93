import { createHmac, timingSafeEqual } from 'node:crypto'
import {
  type RefusalAbout,
  type WholesaleMovement,
  type WholesaleOrder,
  type WholesaleProduct,
  wholesaleApiRoutes,
  wholesaleOrder,
  wholesaleProduct,
} from '@quanshu/contract'
import {
  WHOLESALE_ACKNOWLEDGEMENT,
  WHOLESALE_HOPS_MAX,
  WHOLESALE_NOT_FOUND_IS_FINAL_SECONDS,
  WHOLESALE_WINDOW_SECONDS,
} from '@quanshu/kernel'
import { z } from 'zod'
import type { Outbound } from '../../../../platform/outbound/index.ts'
import type {
  Answer,
  AskOutcome,
  CallbackVerdict,
  OrderCall,
  PlaceOutcome,
  ProductPage,
  RawCallback,
  StatementLine,
  SupplierAccount,
  SupplierAdapter,
  SupplierProduct,
} from '../../supplier.ts'
import { accepted, asked, failed, partial, settled } from '../settle.ts'
import { refused, unknown } from '../wire.ts'
import { askShop, type ShopAnswer, secretBytes } from './client.ts'

const HAO_PER_FEN = 100

/** Another Quanshu, or any shop that speaks as docs/wholesale-api.md says. */
export const quanshu: SupplierAdapter = {
  id: 'quanshu',
  name: { zh: '权枢（同系统对接）', en: 'Quanshu (another shop)' },
  baseUrl: '',
  identityName: { zh: '供货密钥（qk_ 开头）', en: 'Wholesale key (begins with qk_)' },
  fields: [
    {
      key: 'secret',
      name: { zh: '密文（whsec_ 开头）', en: 'Secret (begins with whsec_)' },
      hint: {
        zh: '上游商户新建供货密钥时显示一次',
        en: 'Shown once by the shop you buy from, when it makes the key',
      },
      secret: true,
      required: true,
    },
  ],
  capabilities: {
    products: true,
    stock: true,
    templates: true,
    cancel: true,
    callback: true,
    balance: true,
    statement: true,
    priceGuard: true,
    accountCheck: false,
    cardState: false,
  },
  perMinute: 100,
  concurrent: 8,
  // A call is good for five minutes and its number is kept from the moment it is taken, so what is not known by then never will be.
  notFoundIsFinalAfter: WHOLESALE_NOT_FOUND_IS_FINAL_SECONDS,
  passesTrace: true,

  products: async (outbound, account, cursor): Promise<Answer<ProductPage>> => {
    const query = cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`
    const page = answered(
      await askShop(outbound, account, wholesaleApiRoutes.products.response, {
        method: 'GET',
        path: `/products${query}`,
      }),
    )
    if (page.kind !== 'done') return page
    const { items, next } = page.value
    return { kind: 'done', value: { items: items.map(productOf), ...(next !== null && { next }) } }
  },

  product: async (outbound, account, remoteId): Promise<Answer<SupplierProduct>> => {
    const path = `/products/${encodeURIComponent(remoteId)}`
    const found = answered(await askShop(outbound, account, wholesaleProduct, { method: 'GET', path }))
    if (found.kind !== 'done') return found
    if (found.value.productId !== remoteId) return unknown('the answer is about another product')
    return { kind: 'done', value: productOf(found.value) }
  },

  place,
  ask,

  balance: async (outbound, account) => {
    const found = answered(
      await askShop(outbound, account, wholesaleApiRoutes.balance.response, { method: 'GET', path: '/balance' }),
    )
    if (found.kind !== 'done') return found
    return { kind: 'done', value: { hao: found.value.balanceFen * HAO_PER_FEN, currency: found.value.currency } }
  },

  cancel: async (outbound, account, { no }) => {
    const path = `/orders/${encodeURIComponent(no)}/cancel`
    const answer = await askShop(outbound, account, wholesaleApiRoutes.cancel.response, { method: 'POST', path })
    const said = answered(answer)
    return said.kind === 'done' ? { kind: 'done', value: said.value.outcome } : said
  },

  statement,
  callbackNames: 'ours',
  verifyCallback,
  acknowledgement: { status: 200, contentType: 'text/plain', body: WHOLESALE_ACKNOWLEDGEMENT },
  rejection: { status: 400, contentType: 'text/plain', body: 'refused' },
}

/** Of a call that is no order: every no is a no. */
function answered<T>(answer: ShopAnswer<T>): Answer<T> {
  if (answer.kind === 'ok') return { kind: 'done', value: answer.value }
  if (answer.kind !== 'no') return answer
  const { status, code, message } = answer
  return status >= 500 ? unknown(`${code}: ${message}`) : refused(aboutOf(code, status), code, message)
}

const productOf = (product: WholesaleProduct): SupplierProduct => ({
  remoteId: product.productId,
  name: product.name,
  kind: product.kind === 'topup' ? 'direct' : 'card',
  faceHao: product.faceFen === null ? null : product.faceFen * HAO_PER_FEN,
  costHao: product.priceFen * HAO_PER_FEN,
  currency: product.currency,
  stock: product.stock,
  minQuantity: product.minQuantity,
  maxQuantity: product.maxQuantity,
  onSale: product.onSale,
  fields: product.fields,
})

/** What a no to an order is about. All of these say that nothing was ordered. */
const ABOUT: Readonly<Record<string, RefusalAbout>> = {
  'wholesale.unknown_product': 'product',
  'orders.unknown_sku': 'product',
  'orders.not_sellable': 'product',
  'wholesale.above_ceiling': 'price',
  'orders.price_changed': 'price',
  'orders.sold_out': 'stock',
  'orders.balance_short': 'balance',
  'wholesale.over_daily_cap': 'balance',
  'orders.over_order_limit': 'product',
  'orders.form_field': 'account',
  'common.too_many_requests': 'limit',
}
const aboutOf = (code: string, status: number): RefusalAbout => ABOUT[code] ?? (status === 429 ? 'limit' : 'other')

async function place(outbound: Outbound, account: SupplierAccount, call: OrderCall): Promise<PlaceOutcome> {
  const { trace = [] } = call
  if (trace.length > WHOLESALE_HOPS_MAX)
    return refused('other', 'wholesale.loop', 'the order came through too many shops')
  // Their prices are whole fen: a part of one lets nothing dearer in.
  const ceilingFen = Math.floor(call.ceilingHao / HAO_PER_FEN)
  if (ceilingFen < 1) return refused('price', 'wholesale.above_ceiling', 'the ceiling is below one fen')
  const answer = await askShop(outbound, account, wholesaleOrder, {
    method: 'POST',
    path: '/orders',
    value: {
      outerNo: call.no,
      productId: call.remoteId,
      quantity: call.quantity,
      fields: call.fields,
      ceilingFen,
      callbackUrl: call.callbackUrl,
      trace,
    },
  })
  if (answer.kind === 'ok') return orderOf(answer.value, call)
  if (answer.kind !== 'no') return answer
  const { status, code, message } = answer
  // From 500 on, and where the number was used before, something may have been ordered.
  if (status >= 500 || code === 'wholesale.number_reused') return unknown(`${code}: ${message}`)
  return refused(aboutOf(code, status), code, message)
}

async function ask(
  outbound: Outbound,
  account: SupplierAccount,
  order: { readonly no: string; readonly kind: OrderCall['kind']; readonly quantity: number },
): Promise<AskOutcome> {
  const path = `/orders/${encodeURIComponent(order.no)}`
  const answer = await askShop(outbound, account, wholesaleOrder, { method: 'GET', path })
  if (answer.kind === 'ok') return asked(orderOf(answer.value, order))
  if (answer.kind !== 'no') return asked(answer)
  if (answer.status === 404 && answer.code === 'wholesale.unknown_order') return { kind: 'not_found' }
  return unknown(`${answer.code}: ${answer.message}`)
}

function orderOf(
  order: WholesaleOrder,
  { no, kind, quantity }: { readonly no: string; readonly kind: OrderCall['kind']; readonly quantity: number },
): PlaceOutcome {
  if (order.outerNo !== no) return unknown('the answer is about another order')
  if (order.quantity !== quantity) return unknown(`an order of ${order.quantity} instead of ${quantity}`)
  const remoteNo = order.orderNo
  const costHao = (order.amountFen - order.refundedFen) * HAO_PER_FEN
  const claim = { kind, quantity, remoteNo, cards: order.cards, costHao }
  switch (order.state) {
    case 'processing':
      return accepted(remoteNo, order.amountFen * HAO_PER_FEN)
    case 'done':
      return settled(claim)
    case 'partial':
      return partial(claim, order.arrived)
    case 'failed':
      if (order.refundedFen < order.amountFen) return unknown('an order that failed, and its money has not come back')
      return failed(
        remoteNo,
        order.failedBecause === 'account_refused' ? 'account' : 'stock',
        order.failedBecause ?? 'refunded',
        'the order was given back',
      )
  }
}

const LINE_STATES = { processing: 'pending', done: 'done', partial: 'done', failed: 'refunded' } as const
const PAGES_MAX = 10_000

async function statement(
  outbound: Outbound,
  account: SupplierAccount,
  day: string,
): Promise<Answer<readonly StatementLine[]>> {
  const lines: StatementLine[] = []
  let cursor = ''
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const found = answered(
      await askShop(outbound, account, wholesaleApiRoutes.statement.response, {
        method: 'GET',
        path: `/statement?day=${encodeURIComponent(day)}${cursor}`,
      }),
    )
    if (found.kind !== 'done') return found
    for (const item of found.value.items) {
      lines.push({
        no: item.outerNo,
        remoteNo: item.orderNo,
        remoteId: item.productId,
        quantity: item.quantity,
        costHao: (item.amountFen - item.refundedFen) * HAO_PER_FEN,
        currency: 'CNY',
        state: LINE_STATES[item.state],
        at: item.placedAt,
        raw: JSON.stringify(item),
      })
    }
    if (found.value.next === null) return await withMoney(outbound, account, day, lines)
    cursor = `&cursor=${encodeURIComponent(found.value.next)}`
  }
  return unknown('a statement without an end')
}

/**
 * The purse's movements of the day beside its orders. They must add up, and each order must have taken what it cost: a statement that
 * contradicts itself is not gone through. What is no order is a line of its own, under the number that its payer knows.
 */
async function withMoney(
  outbound: Outbound,
  account: SupplierAccount,
  day: string,
  orders: readonly StatementLine[],
): Promise<Answer<readonly StatementLine[]>> {
  const moved = await movementsOf(outbound, account, day)
  // A shop that does not tell of its purse says nothing about money.
  if (moved === 'untold') return { kind: 'done', value: orders }
  if (moved.kind !== 'done') return moved
  const paid = paidBy(moved.value)
  const unpaid = orders.filter(({ remoteNo, costHao }) => costHao > 0 && !paid.has(remoteNo))
  if (unpaid.length > 0) {
    // An order of the day's last moment is paid in the first of the next one.
    const next = new Date(Date.parse(day) + DAY_MS)
    const isLate = ({ at }: StatementLine) => Date.parse(at) > next.getTime() - SHOP_AHEAD_MS - LATE_MS
    const later = unpaid.every(isLate)
      ? await movementsOf(outbound, account, next.toISOString().slice(0, 10))
      : undefined
    if (later !== undefined && later !== 'untold' && later.kind !== 'done') return later
    const paidLater = paidBy(later === undefined || later === 'untold' ? [] : later.value)
    const lost = unpaid.find(({ remoteNo }) => !paidLater.has(remoteNo))
    if (lost) return unknown(`order ${lost.remoteNo} is on the statement, and the purse did not pay for it`)
  }
  return { kind: 'done', value: [...orders, ...moved.value.flatMap(moneyLine)] }
}
const DAY_MS = 86_400_000
/** A day is one in Asia/Shanghai. */
const SHOP_AHEAD_MS = 8 * 3_600_000
/** So long after an order begins its money has moved. */
const LATE_MS = 10 * 60_000

const paidBy = (moved: readonly WholesaleMovement[]): ReadonlySet<string> =>
  new Set(moved.flatMap(({ kind, orderNo }) => (kind === 'order' && orderNo !== null ? [orderNo] : [])))

/** The purse's movements of a day, which make its balance. */
async function movementsOf(
  outbound: Outbound,
  account: SupplierAccount,
  day: string,
): Promise<Answer<readonly WholesaleMovement[]> | 'untold'> {
  const moved: WholesaleMovement[] = []
  let [cursor, balanceFen] = ['', 0]
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const answer = await askShop(outbound, account, wholesaleApiRoutes.purse.response, {
      method: 'GET',
      path: `/purse?day=${encodeURIComponent(day)}${cursor}`,
    })
    if (answer.kind === 'no' && answer.status === 404) return 'untold'
    const found = answered(answer)
    if (found.kind !== 'done') return found
    const { openingFen, closingFen, items, next } = found.value
    if (page === 0) balanceFen = openingFen
    for (const movement of items) {
      balanceFen += movement.amountFen
      if (balanceFen !== movement.balanceFen) return unknown(`movement ${movement.movementId} does not add up`)
      moved.push(movement)
    }
    if (next === null) {
      return balanceFen === closingFen
        ? { kind: 'done', value: moved }
        : unknown('the movements of the purse do not make its balance')
    }
    cursor = `&cursor=${encodeURIComponent(next)}`
  }
  return unknown('movements without an end')
}

/** Money by bank, or put right, has no number but the movement's own. What was taken for no order of ours is a purchase that we do not know. */
function moneyLine(movement: WholesaleMovement): readonly StatementLine[] {
  const { movementId, kind, amountFen, orderNo, outerNo, tradeNo, at } = movement
  if (kind === 'order' || kind === 'refund') {
    // Those of this key are on the statement of orders.
    if (outerNo !== null) return []
  }
  return [
    {
      ...(amountFen > 0 && {
        kind: kind === 'recharge' || kind === 'correction' ? ('deposit' as const) : ('credit' as const),
      }),
      no: amountFen > 0 ? (orderNo ?? `M${movementId}`) : '',
      remoteNo: tradeNo ?? `M${movementId}`,
      remoteId: '',
      quantity: 0,
      costHao: Math.abs(amountFen) * HAO_PER_FEN,
      currency: 'CNY',
      state: 'done',
      at,
      raw: JSON.stringify(movement),
    },
  ]
}

const news = z.object({
  type: z.string(),
  data: z.object({ outerNo: z.string().max(64), state: z.string() }).optional(),
})

/** Standard Webhooks, checked by what the scheme says and not by the code that signs it. */
function verifyCallback(account: SupplierAccount, callback: RawCallback, now: Date): CallbackVerdict {
  const key = secretBytes(account)
  const header = (name: string): string => {
    const value = callback.headers[name]
    return typeof value === 'string' ? value : ''
  }
  const [id, timestamp] = [header('webhook-id'), header('webhook-timestamp')]
  if (!key || id === '' || !/^\d{10}$/.test(timestamp)) return { ok: false, verdict: 'malformed' }
  const right = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(callback.body).digest()
  const isSigned = header('webhook-signature')
    .split(' ')
    .some((one) => {
      const given = Buffer.from(one.startsWith('v1,') ? one.slice(3) : '', 'base64')
      return given.length === right.length && timingSafeEqual(given, right)
    })
  if (!isSigned) return { ok: false, verdict: 'bad_signature' }
  if (Math.abs(now.getTime() / 1_000 - Number(timestamp)) > WHOLESALE_WINDOW_SECONDS)
    return { ok: false, verdict: 'stale' }
  const said = news.safeParse(parsed(callback.body))
  if (!said.success) return { ok: false, verdict: 'malformed' }
  const { type, data } = said.data
  if (type !== 'order.changed' || !data) return { ok: true, about: 'nothing' }
  const claim = data.state === 'done' ? 'done' : data.state === 'failed' ? 'failed' : 'unclear'
  return { ok: true, about: 'order', no: data.outerNo, claim }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
