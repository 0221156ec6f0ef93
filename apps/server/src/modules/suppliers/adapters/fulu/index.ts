import type { CallbackVerdict, RawCallback, SupplierAccount, SupplierAdapter } from '../../supplier.ts'
import { toHao } from '../hao.ts'
import { isObject, type Json, type JsonObject, parseJson, textOf, writeJson } from '../json.ts'
import { textAt } from '../path.ts'
import { refused, unknown } from '../wire.ts'
import { askFulu, isFuluSigned, platformOf } from './gateway.ts'
import { ask, place } from './orders.ts'
import { product, products } from './products.ts'

/** 福禄: cards and top-ups of every kind. Cards never come with a callback; they are asked for. */
export const fulu: SupplierAdapter = {
  id: 'fulu',
  name: { zh: '福禄开放平台', en: 'Fulu' },
  baseUrl: 'https://openapi.fulu.com',
  identityName: { zh: 'AppKey', en: 'App key' },
  fields: [
    { key: 'appSecret', name: { zh: 'AppSecret', en: 'App secret' }, secret: true, required: true },
    {
      key: 'platform',
      name: { zh: '平台版本', en: 'Platform' },
      hint: {
        zh: '2.0 为开放平台（/api/getway）；1.0 为充值平台（/api/rechargeapi/gateway），没有商品列表',
        en: '2.0 is the open platform (/api/getway); 1.0 the recharge platform (/api/rechargeapi/gateway), which lists no products',
      },
      secret: false,
      required: false,
      choices: ['2.0', '1.0'],
    },
    {
      key: 'cards',
      name: { zh: '卡密是否加密', en: 'Cards are enciphered' },
      hint: {
        zh: 'aes：用 AppSecret 加密（默认）；plain：明文。选错时订单会停在「未知」，不会发出错误的卡密',
        en: 'aes: with the app secret (default); plain: not at all. With the wrong one orders stay unknown; no wrong card is handed out',
      },
      secret: false,
      required: false,
      choices: ['aes', 'plain'],
    },
  ],
  capabilities: {
    products: true,
    stock: false,
    templates: true,
    cancel: false,
    callback: true,
    balance: true,
    statement: false,
    priceGuard: true,
    accountCheck: false,
    cardState: false,
  },
  perMinute: 120,
  concurrent: 4,
  // 4011 is also what it says of an order that it has not come to yet.
  notFoundIsFinalAfter: 86_400,
  products,
  product,
  place,
  ask,
  balance: async (outbound, account) => {
    const method = platformOf(account).version === '1.0' ? 'merchant.balance.query' : 'fulu.user.info.get'
    const answer = await askFulu(outbound, account, method, {})
    if (answer.kind === 'not_found') return refused('other', 'not_found', 'no such account')
    if (answer.kind !== 'ok') return answer
    const hao = toHao(textAt(answer.result, 'balance|Balances[0].Balance|Balance') ?? '')
    return hao === undefined
      ? unknown('a balance that cannot be read')
      : { kind: 'done', value: { hao, currency: 'CNY' } }
  },
  callbackNames: 'ours',
  verifyCallback,
  acknowledgement: { status: 200, contentType: 'text/plain', body: 'success' },
  rejection: { status: 400, contentType: 'text/plain', body: 'fail' },
}

/** JSON, or a form with the same fields; signed like a call, over all of them but the signature. */
function verifyCallback(account: SupplierAccount, { body, path, method }: RawCallback): CallbackVerdict {
  const fields = fieldsOf(body.toString('utf8'), method === 'POST' ? '' : path)
  if (!fields) return { ok: false, verdict: 'malformed' }
  const { sign, ...signed } = fields
  if (!isFuluSigned(writeJson(signed), account.secrets.appSecret ?? '', textOf(sign) ?? '')) {
    return { ok: false, verdict: 'bad_signature' }
  }
  const no = textOf(fields.customer_order_no) ?? ''
  if (!/^[0-9A-Za-z_-]{1,64}$/.test(no)) return { ok: false, verdict: 'malformed' }
  const state = textOf(fields.order_status) ?? ''
  const claim =
    state === 'success' || state === '3' ? 'done' : state === 'failed' || state === '4' ? 'failed' : 'unclear'
  return { ok: true, about: 'order', no, claim }
}

const FIELDS_MAX = 40

function fieldsOf(body: string, path: string): JsonObject | undefined {
  if (/^[\s\ufeff]*\{/.test(body)) {
    const value = parseJson(body)
    return isObject(value) && Object.keys(value).length <= FIELDS_MAX ? value : undefined
  }
  const query = path.includes('?') ? path.slice(path.indexOf('?') + 1) : ''
  const pairs: readonly (readonly [string, Json])[] = [...new URLSearchParams(body === '' ? query : body)]
  const fields = Object.fromEntries(pairs)
  // A name twice: what was signed and what is read must be the same.
  return pairs.length > 0 && pairs.length <= FIELDS_MAX && Object.keys(fields).length === pairs.length
    ? fields
    : undefined
}
