import type { ProductKind } from '@quanshu/contract'
import type { Outbound } from '../../../../platform/outbound/index.ts'
import type { AskOutcome, OrderCall, PlaceOutcome, SupplierAccount } from '../../supplier.ts'
import { type CardsRead, readCards } from '../cards.ts'
import { haoToText, toHao } from '../hao.ts'
import type { Json } from '../json.ts'
import { textAt } from '../path.ts'
import { accepted, asked, failed, settled } from '../settle.ts'
import { refused, unknown, unreadable } from '../wire.ts'
import { aboutWords } from '../words.ts'
import { askFulu, platformOf } from './gateway.ts'
import { ORDER_FIELDS } from './products.ts'

/** `mobile:50`: fifty yuan of phone credit, which Fulu sells without a product. */
const CREDIT = /^mobile:(\d{1,4}(?:\.\d{1,2})?)$/

export async function place(outbound: Outbound, account: SupplierAccount, call: OrderCall): Promise<PlaceOutcome> {
  const request = requestOf(account, call)
  if ('kind' in request) return request
  const answer = await askFulu(outbound, account, request.method, request.content)
  if (answer.kind === 'not_found') return unknown('the order was taken and is not found')
  if (answer.kind !== 'ok') return answer
  const own = textAt(answer.result, 'customer_order_no')
  if (own && own !== call.no) return unknown('the answer is about another order')
  const remoteNo = textAt(answer.result, 'order_id') ?? ''
  // Codes come by asking only, and an order that is done at once is no exception.
  if (call.kind !== 'direct') return accepted(remoteNo, costOf(answer.result, call.quantity))
  return stateOf(account, answer.result, { ...call, remoteNo, isPlacing: true })
}

function requestOf(account: SupplierAccount, call: OrderCall) {
  const { no, remoteId, quantity, kind, fields, ceilingHao } = call
  const common = { customer_order_no: no, customer_price: haoToText(ceilingHao, 4) }
  const credit = CREDIT.exec(remoteId)
  if (platformOf(account).version === '1.0') {
    if (credit) return refused('product', 'unsupported', 'phone credit is sold as a product on this platform')
    return {
      method: 'order.notify',
      content: { product_id: remoteId, buy_num: quantity, ...common, ...buyersFields(call) },
    }
  }
  if (credit) {
    if (quantity !== 1) return refused('limit', 'one_only', 'phone credit is sold one piece an order')
    const phone = fields.charge_phone ?? fields.charge_account ?? Object.values(fields)[0] ?? ''
    return {
      method: 'fulu.order.mobile.add',
      content: { charge_phone: phone, charge_value: credit[1] ?? '', ...common },
    }
  }
  const content = { product_id: remoteId, buy_num: quantity, ...common }
  return kind === 'direct'
    ? { method: 'fulu.order.direct.add', content: { ...content, charge_ip: call.buyerIp, ...buyersFields(call) } }
    : { method: 'fulu.order.card.add', content }
}

const buyersFields = ({ fields }: OrderCall): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).filter(([name, value]) => ORDER_FIELDS.has(name) && value !== ''))

export async function ask(
  outbound: Outbound,
  account: SupplierAccount,
  order: {
    readonly no: string
    readonly remoteNo: string | null
    readonly kind: ProductKind
    readonly quantity: number
  },
): Promise<AskOutcome> {
  const method = platformOf(account).version === '1.0' ? 'order.query' : 'fulu.order.info.get'
  const answer = await askFulu(outbound, account, method, { customer_order_no: order.no })
  if (answer.kind === 'not_found') return answer
  if (answer.kind !== 'ok') return asked(answer)
  const { result } = answer
  if (textAt(result, 'customer_order_no') !== order.no) return unknown('the answer is about another order')
  const quantity = textAt(result, 'buy_num')
  if (quantity && Number(quantity) !== order.quantity)
    return unknown(`the answer is about ${quantity.slice(0, 20)} pieces`)
  const remoteNo = textAt(result, 'order_id') || order.remoteNo || ''
  return stateOf(account, result, { ...order, remoteNo, isPlacing: false })
}

type About = {
  readonly kind: ProductKind
  readonly quantity: number
  readonly remoteNo: string
  readonly isPlacing: boolean
}

function stateOf(account: SupplierAccount, result: Json, { kind, quantity, remoteNo, isPlacing }: About): PlaceOutcome {
  const costHao = costOf(result, quantity)
  // The direct order's answer has its name misspelt in one version.
  const state = textAt(result, 'order_state|order_status|prder_state') ?? (isPlacing ? 'untreated' : '')
  switch (state) {
    case 'untreated':
    case 'processing':
    case '1':
    case '2':
      return accepted(remoteNo, costHao)
    case 'failed':
    case '4': {
      const message = textAt(result, 'recharge_description|message') ?? ''
      return failed(remoteNo, aboutWords(message, 'supplier'), 'failed', message)
    }
    case 'success':
    case '3': {
      const read: CardsRead = kind === 'direct' ? { ok: true, cards: [] } : cardsOf(account, result)
      if (!read.ok) return unreadable(read.reason)
      const serial = textAt(result, 'operator_serial_number')
      // There is no state for a part: it is a success with fewer cards, and the others are paid back.
      const came = kind === 'direct' ? quantity : read.cards.length
      return settled({
        ...{ kind, quantity, remoteNo, cards: read.cards, costHao: costOf(result, came) },
        ...(serial && { serial }),
      })
    }
    default:
      return unknown(`a state that is not known: ${state.slice(0, 40)}`)
  }
}

/** `order_price` is for a piece. */
function costOf(result: Json, quantity: number): number | null {
  const each = toHao(textAt(result, 'order_price') ?? '')
  return each === undefined || each < 0 ? null : each * quantity
}

/** AES-ECB under the app secret's own bytes, base64: 32 characters make AES-256. */
function cardsOf(account: SupplierAccount, result: Json): CardsRead {
  const { appSecret = '' } = account.secrets
  const isPlain = account.settings.cards === 'plain'
  const cipher = appSecret.length === 16 ? 'aes-128-ecb' : 'aes-256-ecb'
  return readCards(
    {
      at: 'cards|card_pwds',
      shape: 'objects',
      number: 'card_number|card_no',
      secret: 'card_pwd',
      validTo: 'card_deadline|expire_time',
      between: '\n',
      inside: ',',
      ...(!isPlain && {
        cipher: { of: 'each', cipher, encoding: 'base64', key: 'appSecret', keyIs: 'text', ivText: '' },
      }),
    },
    result,
    account.secrets,
  )
}
