import type { SupplierCardsReading } from '@quanshu/contract'
import type { Outbound } from '../../../../platform/outbound/index.ts'
import type { AskOutcome, OrderCall, PlaceOutcome, Refused, SupplierAccount, SupplierProduct } from '../../supplier.ts'
import { readCards } from '../cards.ts'
import { haoToText, toHao } from '../hao.ts'
import { isObject, type Json } from '../json.ts'
import { textAt } from '../path.ts'
import { accepted, asked, failed, settled } from '../settle.ts'
import { cardless, refused, unknown, unreadable } from '../wire.ts'
import { toldInYuan } from '../yuan.ts'
import { askReloadly } from './client.ts'
import { balance, catalogueOf, common, lookUpIn, numbersAt, transactionOf } from './common.ts'

/** `<product>/<amount>`: the amount is in the card's own currency. */
const REMOTE_ID = /^(\d{1,12})\/(\d{1,7}(?:\.\d{1,4})?)$/
const SERVICE = 'giftcards'

const catalogue = catalogueOf(SERVICE, {
  word: 'product',
  more: '&includeRange=true&includeFixed=true',
  remoteId: REMOTE_ID,
  written: 'product/amount',
  productsOf,
})

/** Reloadly's gift cards of many countries, as codes. */
export const reloadlyGiftCards = toldInYuan({
  ...common,
  id: 'reloadly-gift-cards',
  name: { zh: 'Reloadly 礼品卡', en: 'Reloadly gift cards' },
  baseUrl: 'https://giftcards.reloadly.com',
  fields: [
    ...common.fields,
    {
      key: 'senderName',
      name: { zh: '赠送人名称', en: 'Sender’s name' },
      hint: { zh: '印在礼品卡上；不填为 Shop', en: 'Written on the card; Shop when empty' },
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
    statement: false,
    priceGuard: false,
    accountCheck: false,
    cardState: false,
  },
  // The reports run behind.
  notFoundIsFinalAfter: 86_400,

  ...catalogue,
  place,
  ask,
  lookUp: lookUpIn(SERVICE, '/reports/transactions', { paid: 'amount', currency: 'currencyCode' }),
  balance: (outbound, account) => balance(outbound, account, SERVICE),
})

async function place(outbound: Outbound, account: SupplierAccount, call: OrderCall): Promise<PlaceOutcome> {
  const [, id = '', amount = ''] = REMOTE_ID.exec(call.remoteId) ?? []
  if (id === '') return refused('product', 'malformed', 'an id is written product/amount')
  const tooDear = await refusedByPrice(outbound, account, call)
  if (tooDear) return tooDear
  const answer = await askReloadly(outbound, account, SERVICE, {
    method: 'POST',
    path: '/orders',
    value: {
      productId: Number(id),
      quantity: call.quantity,
      unitPrice: Number(amount),
      customIdentifier: call.no,
      senderName: account.settings.senderName || 'Shop',
      ...(call.fields.email && { recipientEmail: call.fields.email }),
    },
  })
  if (answer.kind === 'not_found') return refused('product', 'HTTP 404', 'no such product')
  if (answer.kind !== 'ok') return answer
  return await orderOf(outbound, account, answer.value, call)
}

/**
 * Orders take no ceiling, so what a piece costs is asked right before. A price that is not told is paid by nobody: nothing has been
 * sent, so it may be tried again soon. What rises between this answer and the order is told by the order's own (`dear`).
 */
async function refusedByPrice(
  outbound: Outbound,
  account: SupplierAccount,
  { remoteId, ceilingHao }: OrderCall,
): Promise<Refused | undefined> {
  const told = await catalogue.product(outbound, account, remoteId)
  if (told.kind === 'unknown') return refused('supplier', 'not_reached', `the price is not told: ${told.reason}`)
  if (told.kind === 'refused') return told
  const { costHao, onSale } = told.value
  if (!onSale) return refused('product', 'off_sale', 'the product is not sold now')
  if (costHao > ceilingHao) return refused('price', 'above_ceiling', `it costs ${haoToText(costHao, 4)} now`)
  return undefined
}

type About = { readonly no: string; readonly kind: OrderCall['kind']; readonly quantity: number }

async function ask(
  outbound: Outbound,
  account: SupplierAccount,
  order: About & { readonly remoteNo: string | null },
): Promise<AskOutcome> {
  const answer = order.remoteNo
    ? await askReloadly(outbound, account, SERVICE, {
        method: 'GET',
        path: `/reports/transactions/${encodeURIComponent(order.remoteNo)}`,
      })
    : await transactionOf(outbound, account, SERVICE, '/reports/transactions', order.no)
  if (answer.kind === 'not_found') return answer
  if (answer.kind !== 'ok') return asked(answer)
  return asked(await orderOf(outbound, account, answer.value, order))
}

async function orderOf(
  outbound: Outbound,
  account: SupplierAccount,
  value: Json,
  { no, kind, quantity }: About,
): Promise<PlaceOutcome> {
  const remoteNo = textAt(value, 'transactionId') ?? ''
  if (!/^\d{1,20}$/.test(remoteNo)) return unknown('an answer without a transaction')
  if (textAt(value, 'customIdentifier') !== no) return unknown('the answer is about another order')
  const bought = textAt(value, 'product.quantity')
  if (bought && Number(bought) !== quantity) return unknown(`the answer is about ${bought.slice(0, 20)} pieces`)
  const costHao = toHao(textAt(value, 'amount') ?? '') ?? null
  const currency = textAt(value, 'currencyCode')
  const state = textAt(value, 'status') ?? ''
  if (state === 'PENDING' || state === 'PROCESSING') return accepted(remoteNo, costHao, currency)
  if (state === 'FAILED' || state === 'REFUNDED')
    return failed(remoteNo, 'supplier', state, 'the transaction failed and was paid back')
  if (state !== 'SUCCESSFUL') return unknown(`a state that is not known: ${state.slice(0, 40)}`)
  const answer = await askReloadly(outbound, account, SERVICE, {
    method: 'GET',
    path: `/orders/transactions/${remoteNo}/cards`,
  })
  if (answer.kind === 'not_found') return cardless('the cards are not found')
  if (answer.kind !== 'ok')
    return cardless(answer.kind === 'refused' ? `${answer.code}: ${answer.message}` : answer.reason)
  const list = Array.isArray(answer.value) ? answer.value.map((card: Json) => withoutNull(card)) : answer.value
  const read = readCards(CARDS, list, {})
  if (!read.ok) return unreadable(read.reason)
  return settled({ kind: kind === 'direct' ? 'card' : kind, quantity, remoteNo, cards: read.cards, costHao, currency })
}

const CARDS: SupplierCardsReading = {
  at: '',
  shape: 'objects',
  number: 'cardNumber',
  secret: 'pinCode',
  between: '\n',
  inside: ',',
}
/** Cards of some brands have no pin, and say `null`. */
const withoutNull = (card: Json): Json =>
  isObject(card) ? Object.fromEntries(Object.entries(card).filter(([, value]) => value !== null)) : card

/** One product for every amount it comes in. Cards of free amount are listed with none: nobody knows what to ask for. */
function productsOf(item: Json): readonly SupplierProduct[] {
  const id = textAt(item, 'productId') ?? ''
  const name = textAt(item, 'productName') ?? ''
  const sender = textAt(item, 'senderCurrencyCode') ?? ''
  if (!/^\d{1,12}$/.test(id) || name === '' || !/^[A-Z]{3}$/.test(sender)) return []
  const recipient = textAt(item, 'recipientCurrencyCode') ?? ''
  const costs = numbersAt(item, 'fixedSenderDenominations')
  return numbersAt(item, 'fixedRecipientDenominations').flatMap((amount, index) => {
    const price = toHao(costs[index] ?? (recipient === sender ? amount : ''))
    const costHao = price === undefined ? undefined : withFees(item, price)
    const amountHao = toHao(amount)
    if (costHao === undefined || amountHao === undefined) return []
    const text = haoToText(amountHao, 4).replace(/\.?0+$/, '')
    return [
      {
        remoteId: `${id}/${text}`,
        name: `${name} ${text} ${recipient}`.slice(0, 200),
        kind: 'card' as const,
        // Worth is told in the buyer's currency, which is another than that of the cost.
        faceHao: recipient === sender ? amountHao : null,
        costHao,
        currency: sender,
        stock: null,
        minQuantity: 1,
        maxQuantity: null,
        onSale: (textAt(item, 'status') ?? 'ACTIVE') === 'ACTIVE',
        fields: [],
      },
    ]
  })
}

/** Price + fee + percent of it − discount, in whole hao, rounded up. */
function withFees(item: Json, priceHao: number): number {
  const percent = (path: string): number => toHao(textAt(item, path) ?? '') ?? 0
  const share = Math.ceil((priceHao * (percent('senderFeePercentage') - percent('discountPercentage'))) / 1_000_000)
  return priceHao + (toHao(textAt(item, 'senderFee') ?? '') ?? 0) + share
}
