import type { FormField } from '@quanshu/contract'
import type { Outbound } from '../../../../platform/outbound/index.ts'
import type { AskOutcome, OrderCall, PlaceOutcome, SupplierAccount, SupplierProduct } from '../../supplier.ts'
import { haoToText, toHao } from '../hao.ts'
import type { Json } from '../json.ts'
import { at, textAt } from '../path.ts'
import { accepted, asked, failed, settled } from '../settle.ts'
import { refused, unknown } from '../wire.ts'
import { toldInYuan } from '../yuan.ts'
import { askReloadly } from './client.ts'
import { balance, catalogueOf, common, lookUpIn, numbersAt, transactionOf } from './common.ts'

/** `<operator>/<amount>/<country>`: the amount is in the account's currency. */
const REMOTE_ID = /^(\d{1,12})\/(\d{1,7}(?:\.\d{1,4})?)\/([A-Z]{2})$/
const SERVICE = 'topups'

const NUMBER_FIELD: FormField = {
  key: 'number',
  labelZh: '手机号（含国家码）',
  labelEn: 'Phone number with country code',
  type: 'text',
  required: true,
  hintZh: '',
  hintEn: '',
  pattern: '\\+?\\d{6,15}',
  confirmTwice: true,
}

/** Reloadly's phone credit of many countries. */
export const reloadlyTopUps = toldInYuan({
  ...common,
  id: 'reloadly-top-ups',
  name: { zh: 'Reloadly 话费', en: 'Reloadly top-ups' },
  baseUrl: 'https://topups.reloadly.com',
  capabilities: {
    products: true,
    stock: false,
    templates: true,
    cancel: false,
    callback: true,
    balance: true,
    statement: false,
    // The amount is the price, so the ceiling is kept by not ordering above it.
    priceGuard: true,
    accountCheck: false,
    cardState: false,
  },
  notFoundIsFinalAfter: 86_400,

  ...catalogueOf(SERVICE, {
    word: 'operator',
    more: '',
    remoteId: REMOTE_ID,
    written: 'operator/amount/country',
    productsOf,
  }),
  place,
  ask,
  lookUp: lookUpIn(SERVICE, '/topups/reports/transactions', {
    paid: 'balanceInfo.cost|requestedAmount',
    currency: 'balanceInfo.currencyCode|requestedAmountCurrencyCode',
  }),
  balance: (outbound, account) => balance(outbound, account, SERVICE),
})

async function place(outbound: Outbound, account: SupplierAccount, call: OrderCall): Promise<PlaceOutcome> {
  const [, id = '', amount = '', country = ''] = REMOTE_ID.exec(call.remoteId) ?? []
  if (id === '') return refused('product', 'malformed', 'an id is written operator/amount/country')
  if (call.kind !== 'direct') return refused('product', 'unsupported', 'top-ups only')
  if (call.quantity !== 1) return refused('limit', 'one_only', 'one top-up an order')
  if ((toHao(amount) ?? Number.POSITIVE_INFINITY) > call.ceilingHao)
    return refused('price', 'above_ceiling', `${amount} is above the ceiling`)
  const number = (call.fields.number ?? Object.values(call.fields)[0] ?? '').replace(/[\s+-]/g, '')
  const answer = await askReloadly(outbound, account, SERVICE, {
    method: 'POST',
    path: '/topups',
    value: {
      operatorId: Number(id),
      amount: Number(amount),
      useLocalAmount: false,
      customIdentifier: call.no,
      recipientPhone: { countryCode: country, number },
    },
  })
  if (answer.kind === 'not_found') return refused('product', 'HTTP 404', 'no such operator')
  if (answer.kind !== 'ok') return answer
  return orderOf(answer.value, call.no, call.quantity)
}

async function ask(
  outbound: Outbound,
  account: SupplierAccount,
  order: { readonly no: string; readonly remoteNo: string | null; readonly quantity: number },
): Promise<AskOutcome> {
  if (!order.remoteNo) {
    const answer = await transactionOf(outbound, account, SERVICE, '/topups/reports/transactions', order.no)
    if (answer.kind === 'not_found') return answer
    return answer.kind === 'ok' ? orderOf(answer.value, order.no, order.quantity) : asked(answer)
  }
  const answer = await askReloadly(outbound, account, SERVICE, {
    method: 'GET',
    path: `/topups/${encodeURIComponent(order.remoteNo)}/status`,
  })
  if (answer.kind === 'not_found') return answer
  if (answer.kind !== 'ok') return asked(answer)
  const transaction = at(answer.value, 'transaction')
  const state = textAt(answer.value, 'status') ?? ''
  if (transaction === undefined || transaction === null) {
    return state === 'PENDING' || state === 'PROCESSING'
      ? accepted(order.remoteNo, null)
      : unknown(`${state.slice(0, 40)} without a transaction`)
  }
  return orderOf(transaction, order.no, order.quantity)
}

function orderOf(value: Json, no: string, quantity: number): PlaceOutcome {
  const remoteNo = textAt(value, 'transactionId') ?? ''
  if (!/^\d{1,20}$/.test(remoteNo)) return unknown('an answer without a transaction')
  if (textAt(value, 'customIdentifier') !== no) return unknown('the answer is about another order')
  const costHao = toHao(textAt(value, 'balanceInfo.cost|requestedAmount') ?? '') ?? null
  const currency = textAt(value, 'balanceInfo.currencyCode|requestedAmountCurrencyCode')
  const state = textAt(value, 'status') ?? ''
  if (state === 'PENDING' || state === 'PROCESSING') return accepted(remoteNo, costHao, currency)
  if (state === 'FAILED' || state === 'REFUNDED')
    return failed(remoteNo, 'supplier', state, 'the top-up failed and was paid back')
  if (state !== 'SUCCESSFUL') return unknown(`a state that is not known: ${state.slice(0, 40)}`)
  const serial = textAt(value, 'operatorTransactionId')
  return settled({ kind: 'direct', quantity, remoteNo, cards: [], costHao, currency, ...(serial && { serial }) })
}

/** One product for every amount an operator sells. */
function productsOf(operator: Json): readonly SupplierProduct[] {
  const id = textAt(operator, 'operatorId|id') ?? ''
  const name = textAt(operator, 'name') ?? ''
  const country = textAt(operator, 'country.isoName') ?? ''
  const currency = textAt(operator, 'senderCurrencyCode') ?? ''
  if (!/^\d{1,12}$/.test(id) || name === '' || !/^[A-Z]{2}$/.test(country) || !/^[A-Z]{3}$/.test(currency)) return []
  return numbersAt(operator, 'fixedAmounts').flatMap((amount) => {
    const hao = toHao(amount)
    if (hao === undefined || hao <= 0) return []
    const text = haoToText(hao, 4).replace(/\.?0+$/, '')
    return [
      {
        remoteId: `${id}/${text}/${country}`,
        name: `${name} ${text} ${currency}`.slice(0, 200),
        kind: 'direct' as const,
        faceHao: hao,
        costHao: hao,
        currency,
        stock: null,
        minQuantity: 1,
        maxQuantity: 1,
        onSale: (textAt(operator, 'status') ?? 'ACTIVE') === 'ACTIVE',
        fields: [NUMBER_FIELD],
      },
    ]
  })
}
