import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Outbound } from '../../../../platform/outbound/index.ts'
import type {
  Answer,
  AskOutcome,
  CallbackVerdict,
  LookUpOutcome,
  OrderCall,
  PlaceOutcome,
  RawCallback,
  StatementLine,
  SupplierAccount,
  SupplierAdapter,
  SupplierProduct,
} from '../../supplier.ts'
import { endOf } from '../dates.ts'
import { toHao } from '../hao.ts'
import { type Json, parseJson } from '../json.ts'
import { at, textAt } from '../path.ts'
import { accepted, asked, type Claimed, failed, settled } from '../settle.ts'
import { cardless, refused, unknown } from '../wire.ts'
import { toldInYuan } from '../yuan.ts'
import { askTremendous } from './client.ts'

/** `<product>/<amount>/<currency>`: a product is bought in an amount of the buyer's currency. */
const REMOTE_ID = /^([A-Za-z0-9_-]{1,40})\/(\d{1,6}(?:\.\d{1,2})?)\/([A-Z]{3})$/

/** Tremendous' numbers of orders and rewards. */
const NUMBER = /^[A-Za-z0-9_-]{1,64}$/
const UNDER_WAY: ReadonlySet<string> = new Set([
  'CART',
  'OPEN',
  'PENDING APPROVAL',
  'PENDING INTERNAL PAYMENT APPROVAL',
  'PENDING SETTLEMENT',
])

/** Tremendous: gift cards and transfers all over the world, handed over as links. One reward an order. */
const inItsMoney: SupplierAdapter = {
  id: 'tremendous',
  name: { zh: 'Tremendous', en: 'Tremendous' },
  baseUrl: 'https://www.tremendous.com',
  identityName: { zh: '资金来源 ID（余额填 balance）', en: 'Funding source id (balance for the balance)' },
  fields: [
    {
      key: 'apiKey',
      name: { zh: 'API Key', en: 'API key' },
      hint: {
        zh: '沙箱请把地址改为 https://testflight.tremendous.com',
        en: 'For the sandbox change the address to https://testflight.tremendous.com',
      },
      secret: true,
      required: true,
    },
    {
      key: 'webhookKey',
      name: { zh: 'Webhook 私钥', en: 'Webhook private key' },
      hint: {
        zh: '创建 Webhook 时给出；不填则不接受通知，只靠查询',
        en: 'Given when the webhook is made. Without it no notice is taken, and orders are asked about',
      },
      secret: true,
      required: false,
    },
    {
      key: 'amounts',
      name: { zh: '面额', en: 'Amounts' },
      hint: {
        zh: '可自选面额的商品按这些面额列出，逗号隔开；不填为 5,10,25,50,100',
        en: 'Products of free amount are listed in these, separated by commas; 5,10,25,50,100 when empty',
      },
      secret: false,
      required: false,
    },
    {
      key: 'currencies',
      name: { zh: '币种', en: 'Currencies' },
      hint: {
        zh: '只列出这些币种，逗号隔开；不填为 USD',
        en: 'Only these are listed, separated by commas; USD when empty',
      },
      secret: false,
      required: false,
    },
  ],
  capabilities: {
    products: true,
    stock: false,
    templates: true,
    cancel: false,
    callback: true,
    balance: true,
    statement: true,
    priceGuard: false,
    accountCheck: false,
    cardState: false,
  },
  perMinute: 120,
  concurrent: 4,
  // A number is kept from the moment an order is taken.
  notFoundIsFinalAfter: 600,

  products: async (outbound, account) => {
    const answer = await askTremendous(outbound, account, { method: 'GET', path: '/products' })
    if (answer.kind === 'not_found') return unknown('the address knows no products')
    if (answer.kind !== 'ok') return answer
    const list = at(answer.value, 'products')
    if (!Array.isArray(list)) return unknown('a list of products that is none')
    return { kind: 'done', value: { items: list.flatMap((one: Json) => productsOf(account, one)) } }
  },

  product: async (outbound, account, remoteId) => {
    const [, id = '', amount = '', currency = ''] = REMOTE_ID.exec(remoteId) ?? []
    if (id === '') return refused('product', 'malformed', 'an id is written product/amount/currency')
    const answer = await askTremendous(outbound, account, { method: 'GET', path: `/products/${id}` })
    if (answer.kind === 'not_found') return refused('product', 'not_found', 'no such product')
    if (answer.kind !== 'ok') return answer
    const item = at(answer.value, 'product') ?? answer.value
    if (textAt(item, 'id') !== id) return unknown('the answer is about another product')
    const offered = bandsOf(item).some((band) => isWithin(band, amount)) && currenciesOf(item).includes(currency)
    return { kind: 'done', value: { ...productOf(item, amount, currency), onSale: offered } }
  },

  place,
  ask,

  balance: async (outbound, account) => {
    const answer = await askTremendous(outbound, account, { method: 'GET', path: '/funding_sources' })
    if (answer.kind === 'not_found') return unknown('the address knows no funding sources')
    if (answer.kind !== 'ok') return answer
    const list = at(answer.value, 'funding_sources')
    const sources: readonly Json[] = Array.isArray(list) ? list : []
    const own =
      sources.find((one) => textAt(one, 'id') === account.identity) ??
      sources.find((one) => textAt(one, 'method') === 'balance')
    const cents = toHao(textAt(own, 'meta.available_cents') ?? '', 'fen')
    const hao = cents ?? toHao(textAt(own, 'meta.available_amount') ?? '')
    if (hao === undefined) return unknown('a balance that cannot be read')
    return { kind: 'done', value: { hao, currency: textAt(own, 'meta.currency_code') ?? 'USD' } }
  },

  statement,

  callbackNames: 'theirs',
  lookUp,
  verifyCallback,
  acknowledgement: { status: 200, contentType: 'application/json', body: '{"received":true}' },
  rejection: { status: 400, contentType: 'application/json', body: '{"received":false}' },
}

export const tremendous = toldInYuan(inItsMoney, (remoteId) => REMOTE_ID.exec(remoteId)?.[3])

async function place(outbound: Outbound, account: SupplierAccount, call: OrderCall): Promise<PlaceOutcome> {
  const [, product = '', amount = '', currency = ''] = REMOTE_ID.exec(call.remoteId) ?? []
  if (product === '') return refused('product', 'malformed', 'an id is written product/amount/currency')
  if (call.quantity !== 1) return refused('limit', 'one_only', 'one reward an order')
  // Fees and exchange come on top of it, but never less than the amount.
  if ((toHao(amount) ?? Number.POSITIVE_INFINITY) > call.ceilingHao)
    return refused('price', 'above_ceiling', `${amount} is above the ceiling`)
  const { name, email } = call.fields
  const answer = await askTremendous(outbound, account, {
    method: 'POST',
    path: '/orders',
    value: {
      external_id: call.no,
      payment: { funding_source_id: account.identity || 'balance' },
      reward: {
        value: { denomination: Number(amount), currency_code: currency },
        delivery: { method: 'LINK' },
        products: [product],
        ...((name || email) && { recipient: { ...(name && { name }), ...(email && { email }) } }),
      },
    },
  })
  // Nothing of ours is at an address that is not there.
  if (answer.kind === 'not_found') return refused('other', 'HTTP 404', 'the address takes no orders')
  if (answer.kind !== 'ok') return answer
  return await orderOf(outbound, account, answer.value, call.no, call.quantity)
}

/** Orders are found by our own number. */
async function ask(
  outbound: Outbound,
  account: SupplierAccount,
  order: { readonly no: string; readonly quantity: number },
): Promise<AskOutcome> {
  const answer = await askTremendous(outbound, account, {
    method: 'GET',
    path: `/orders/${encodeURIComponent(order.no)}`,
  })
  if (answer.kind === 'not_found') return answer
  if (answer.kind !== 'ok') return asked(answer)
  return asked(await orderOf(outbound, account, answer.value, order.no, order.quantity))
}

async function orderOf(
  outbound: Outbound,
  account: SupplierAccount,
  value: Json,
  no: string,
  quantity: number,
): Promise<PlaceOutcome> {
  const order = at(value, 'order')
  const remoteNo = textAt(order, 'id') ?? ''
  if (remoteNo === '') return unknown('an answer without an order')
  if (textAt(order, 'external_id') !== no) return unknown('the answer is about another order')
  const costHao = toHao(textAt(order, 'payment.total') ?? '') ?? null
  const currency = currencyOf(order)
  const status = textAt(order, 'status') ?? 'none'
  if (UNDER_WAY.has(status)) return accepted(remoteNo, costHao, currency)
  switch (status) {
    case 'FAILED':
      return failed(remoteNo, 'balance', 'FAILED', 'the order could not be processed, for example for want of funds')
    case 'CANCELED':
      return failed(remoteNo, 'supplier', 'CANCELED', 'the order and its rewards were cancelled')
    case 'EXECUTED':
      return await rewardOf(outbound, account, order, { remoteNo, quantity, costHao, currency })
    default:
      return unknown(`a state that is not known: ${status}`.slice(0, 100))
  }
}

/** What the account was charged in. */
const currencyOf = (order: Json | undefined): string => textAt(order, 'payment.currency_code') ?? 'USD'

/** The link stands in the answer to the order itself; later it is asked for again, and every link leads to the same reward. */
async function rewardOf(
  outbound: Outbound,
  account: SupplierAccount,
  order: Json | undefined,
  about: Pick<Claimed, 'remoteNo' | 'quantity' | 'costHao' | 'currency'>,
): Promise<PlaceOutcome> {
  const rewards = at(order, 'rewards')
  const reward = Array.isArray(rewards) && rewards.length === 1 ? rewards[0] : undefined
  const id = textAt(reward, 'id') ?? ''
  if (!NUMBER.test(id)) return unknown('an order without its reward')
  const validTo = endOf(textAt(reward, 'expires_at') ?? '')
  if (validTo === undefined) return unknown('a reward whose end cannot be read')
  let link = textAt(reward, 'delivery.link') ?? ''
  if (link === '') {
    const answer = await askTremendous(outbound, account, { method: 'POST', path: `/rewards/${id}/generate_link` })
    if (answer.kind === 'not_found') return cardless('the reward is not found')
    if (answer.kind !== 'ok')
      return cardless(answer.kind === 'refused' ? `${answer.code}: ${answer.message}` : answer.reason)
    link = textAt(answer.value, 'reward.link') ?? ''
  }
  if (link === '') return cardless('a reward without a link')
  return settled({ kind: 'link', ...about, cards: [{ number: '', secret: link, validTo }] })
}

/** The list of orders by the time they were made. Of a day that is over it does not grow while it is read. */
const STATEMENT_PAGE = 100
const STATEMENT_PAGES_MAX = 500
const DAY_MS = 86_400_000

async function statement(
  outbound: Outbound,
  account: SupplierAccount,
  day: string,
): Promise<Answer<readonly StatementLine[]>> {
  const from = Date.parse(`${day}T00:00:00+08:00`)
  const span = new URLSearchParams({
    'created_at[gte]': new Date(from).toISOString(),
    'created_at[lte]': new Date(from + DAY_MS - 1).toISOString(),
    limit: String(STATEMENT_PAGE),
  })
  const lines: StatementLine[] = []
  for (let page = 0; page < STATEMENT_PAGES_MAX; page++) {
    span.set('offset', String(page * STATEMENT_PAGE))
    const answer = await askTremendous(outbound, account, { method: 'GET', path: `/orders?${span}` })
    if (answer.kind === 'not_found') return unknown('the address knows no orders')
    if (answer.kind !== 'ok') return answer
    const list = at(answer.value, 'orders')
    if (!Array.isArray(list)) return unknown('a list of orders that is none')
    for (const order of list as readonly Json[]) {
      const line = lineOf(order)
      if (!line) return unknown('an order of the list that cannot be read')
      lines.push(line)
    }
    if (list.length < STATEMENT_PAGE) return { kind: 'done', value: lines }
  }
  return unknown(`more than ${STATEMENT_PAGES_MAX * STATEMENT_PAGE} orders on one day`)
}

function lineOf(order: Json): StatementLine | undefined {
  const remoteNo = textAt(order, 'id')
  const created = Date.parse(textAt(order, 'created_at') ?? '')
  const total = toHao(textAt(order, 'payment.total') ?? '')
  const back = toHao(textAt(order, 'payment.refund.total') ?? '0')
  const state = textAt(order, 'status')
  if (!remoteNo || Number.isNaN(created) || total === undefined || back === undefined || !state) return undefined
  const isOver = total > 0 && back >= total
  return {
    no: textAt(order, 'external_id') ?? '',
    remoteNo,
    remoteId: textAt(order, 'rewards[0].products[0]') ?? '',
    quantity: 1,
    costHao: isOver ? total : total - back,
    currency: currencyOf(order),
    state: isOver
      ? 'refunded'
      : state === 'EXECUTED'
        ? 'done'
        : state === 'FAILED' || state === 'CANCELED'
          ? 'failed'
          : 'pending',
    at: new Date(created).toISOString(),
    raw: JSON.stringify(order),
  }
}

const DEFAULT_AMOUNTS = '5,10,25,50,100'

function productsOf(account: SupplierAccount, item: Json): readonly SupplierProduct[] {
  const wished = new Set((account.settings.currencies || 'USD').split(/[\s,，]+/))
  const bands = bandsOf(item)
  const free = (account.settings.amounts || DEFAULT_AMOUNTS)
    .split(/[\s,，]+/)
    .filter((text) => /^\d{1,6}(?:\.\d{1,2})?$/.test(text))
  const amounts = new Set([
    ...bands.flatMap(({ min, max }) => (min === max ? [min] : [])),
    ...free.filter((amount) => bands.some((band) => band.min !== band.max && isWithin(band, amount))),
  ])
  if (!/^[A-Za-z0-9_-]{1,40}$/.test(textAt(item, 'id') ?? '')) return []
  return currenciesOf(item)
    .filter((currency) => wished.has(currency))
    .flatMap((currency) => [...amounts].map((amount) => productOf(item, amount, currency)))
}

type Band = { readonly min: string; readonly max: string }
function bandsOf(item: Json): readonly Band[] {
  const list = at(item, 'skus')
  return Array.isArray(list)
    ? list.map((sku: Json) => ({ min: textAt(sku, 'min') ?? '', max: textAt(sku, 'max') ?? '' }))
    : []
}
function isWithin({ min, max }: Band, amount: string): boolean {
  const [low, high, mid] = [toHao(min), toHao(max), toHao(amount)]
  return low !== undefined && high !== undefined && mid !== undefined && low <= mid && mid <= high
}
function currenciesOf(item: Json): readonly string[] {
  const list = at(item, 'currency_codes')
  return Array.isArray(list)
    ? list.flatMap((code: Json) => (typeof code === 'string' && /^[A-Z]{3}$/.test(code) ? [code] : []))
    : []
}

/** It costs what it is worth, in the currency it is worth it in; fees and exchange are known when the order is. */
function productOf(item: Json, amount: string, currency: string): SupplierProduct {
  const hao = toHao(amount) ?? 0
  return {
    remoteId: `${textAt(item, 'id') ?? ''}/${amount}/${currency}`,
    name: `${textAt(item, 'name') ?? ''} ${amount} ${currency}`.trim().slice(0, 200),
    kind: 'link',
    faceHao: hao,
    costHao: hao,
    currency,
    stock: null,
    minQuantity: 1,
    maxQuantity: 1,
    onSale: true,
    fields: [],
  }
}

/** Whose order it is by Tremendous' own number, or of which order a reward is. Its answer names the order as its customer did. */
async function lookUp(
  outbound: Outbound,
  account: SupplierAccount,
  { by, ref }: { readonly by: 'order' | 'piece'; readonly ref: string },
): Promise<LookUpOutcome> {
  const orderNo = by === 'order' ? ref : await orderOfReward(outbound, account, ref)
  if (typeof orderNo !== 'string') return orderNo
  const answer = await askTremendous(outbound, account, {
    method: 'GET',
    path: `/orders/${encodeURIComponent(orderNo)}`,
  })
  if (answer.kind !== 'ok') return answer
  const order = at(answer.value, 'order')
  // Orders are found by either number: another one's name may be this one's number.
  if (textAt(order, 'id') !== orderNo) return unknown('the answer is about another order')
  const state = stateOf(order)
  if (!state) return unknown(`a state that is not known: ${textAt(order, 'status') ?? 'none'}`.slice(0, 100))
  const costHao = toHao(textAt(order, 'payment.total') ?? '') ?? null
  const no = textAt(order, 'external_id') ?? ''
  return { kind: 'done', value: { no, remoteNo: orderNo, state, costHao, currency: currencyOf(order) } }
}

async function orderOfReward(
  outbound: Outbound,
  account: SupplierAccount,
  rewardId: string,
): Promise<string | Exclude<LookUpOutcome, { kind: 'done' }>> {
  const answer = await askTremendous(outbound, account, {
    method: 'GET',
    path: `/rewards/${encodeURIComponent(rewardId)}`,
  })
  if (answer.kind !== 'ok') return answer
  if (textAt(answer.value, 'reward.id') !== rewardId) return unknown('the answer is about another reward')
  const orderNo = textAt(answer.value, 'reward.order_id') ?? ''
  return NUMBER.test(orderNo) ? orderNo : unknown('a reward without its order')
}

/** What was paid back as a whole is as if it had never been bought. */
function stateOf(order: Json | undefined): 'accepted' | 'done' | 'failed' | undefined {
  const [total, back] = [
    toHao(textAt(order, 'payment.total') ?? ''),
    toHao(textAt(order, 'payment.refund.total') ?? '0'),
  ]
  const status = textAt(order, 'status') ?? ''
  if (status === 'FAILED' || status === 'CANCELED') return 'failed'
  if (status === 'EXECUTED') return total && back && back >= total ? 'failed' : 'done'
  return UNDER_WAY.has(status) ? 'accepted' : undefined
}

/** HMAC-SHA256 of the body under the webhook's key. It names orders and rewards by Tremendous' own numbers. */
function verifyCallback(account: SupplierAccount, { headers, body }: RawCallback): CallbackVerdict {
  const header = headers['tremendous-webhook-signature']
  const given = Buffer.from(
    typeof header === 'string'
      ? header
          .replace(/^sha256=/, '')
          .trim()
          .toLowerCase()
      : '',
  )
  const { webhookKey = '' } = account.secrets
  const expected = Buffer.from(createHmac('sha256', webhookKey).update(body).digest('hex'))
  if (webhookKey === '' || given.length !== expected.length || !timingSafeEqual(given, expected))
    return { ok: false, verdict: 'bad_signature' }
  const value = parseJson(body.toString('utf8'))
  const event = textAt(value, 'event')
  if (event === undefined) return { ok: false, verdict: 'malformed' }
  const id = textAt(value, 'payload.resource.id') ?? ''
  if (!NUMBER.test(id)) return { ok: true, about: 'nothing' }
  const claim = /FAILED|CANCELED|REJECTED/.test(event)
    ? 'failed'
    : /SUCCEEDED|EXECUTED/.test(event)
      ? 'done'
      : 'unclear'
  switch (textAt(value, 'payload.resource.type')) {
    case 'orders':
      return { ok: true, about: 'remote_order', remoteNo: id, claim }
    case 'rewards':
      return { ok: true, about: 'remote_piece', pieceNo: id, claim }
    default:
      return { ok: true, about: 'nothing' }
  }
}
