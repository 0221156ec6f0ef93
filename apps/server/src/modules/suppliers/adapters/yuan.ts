import type {
  Answer,
  AskOutcome,
  OrderState,
  OwnMoney,
  PlaceOutcome,
  SupplierAccount,
  SupplierAdapter,
  SupplierField,
  SupplierProduct,
} from '../supplier.ts'
import { refused } from './wire.ts'

/**
 * Suppliers whose money is not yuan. The house knows one currency: prices, balances and bills are told to it in yuan at the
 * rates that the shop wrote down, rounded to its disadvantage; a ceiling goes out in the supplier's money, rounded down. What
 * no rate is known for stays as it is, and is bought by nobody. What a bill or an order said in its own money goes along, with the rate.
 */

/** Yuan a unit of a currency, in millionths. */
export type Rates = ReadonlyMap<string, bigint>
const MILLION = 1_000_000n
const RATE = /^([A-Z]{3})\s*=\s*(\d{1,6})(?:\.(\d{1,6}))?$/

export const ratesField: SupplierField = {
  key: 'rates',
  name: { zh: '汇率', en: 'Exchange rates' },
  hint: {
    zh: '1 单位外币合多少元，账户币种写在最前，逗号隔开；请把换汇费用算进去。没有汇率的币种不会被采购',
    en: 'Yuan for one unit, the account’s own currency first, separated by commas, cost of exchange included. What has no rate is not bought',
  },
  secret: false,
  required: false,
  form: { example: 'USD=7.25, EUR=7.90', isMet: (text) => ratesIn(text) !== undefined },
}

/** `"USD=7.25, EUR=7.9"`, in that order; undefined where anything of it cannot be read. */
function ratesIn(text: string): Rates | undefined {
  const rates = new Map<string, bigint>()
  for (const part of text.split(/[,，]/)) {
    const [, currency = '', whole = '', decimals = ''] = RATE.exec(part.trim()) ?? []
    const rate = BigInt(`${whole}${decimals.padEnd(6, '0')}`)
    if (currency === '' || currency === 'CNY' || rate === 0n || rates.has(currency)) return undefined
    rates.set(currency, rate)
  }
  return rates
}

export const ratesOf = ({ settings }: SupplierAccount): Rates => ratesIn(settings.rates ?? '') ?? new Map()

/** The currencies that rates are written of, the account's own first. */
export const currenciesIn = (rates: string | null): readonly string[] => [...(ratesIn(rates ?? '') ?? new Map()).keys()]

const accountCurrency = (rates: Rates): string => rates.keys().next().value ?? ''

/** What something costs is rounded up, what we have there down. */
export const yuanUp = (hao: number, rate: bigint): number => Number((BigInt(hao) * rate + MILLION - 1n) / MILLION)
const yuanDown = (hao: number, rate: bigint): number => Number((BigInt(hao) * rate) / MILLION)
const abroadDown = (hao: number, rate: bigint): number => Number((BigInt(hao) * MILLION) / rate)

/**
 * @param currencyOf what a product of this id is paid in; undefined: in the account's own currency, which is the first of the rates
 */
export function toldInYuan(
  adapter: SupplierAdapter,
  currencyOf: (remoteId: string) => string | undefined = () => undefined,
): SupplierAdapter {
  const { statement, lookUp } = adapter
  return {
    ...adapter,
    fields: [...adapter.fields, ratesField],
    products: async (outbound, account, cursor) => {
      const rates = ratesOf(account)
      return mapped(await adapter.products(outbound, account, cursor), ({ items, ...page }) => ({
        ...page,
        items: items.map((item) => productIn(rates, item)),
      }))
    },
    product: async (outbound, account, remoteId) =>
      mapped(await adapter.product(outbound, account, remoteId), (item) => productIn(ratesOf(account), item)),
    place: async (outbound, account, call) => {
      const rates = ratesOf(account)
      const currency = currencyOf(call.remoteId) ?? accountCurrency(rates)
      const rate = rates.get(currency)
      if (rate === undefined) return refused('price', 'no_rate', `no rate for ${currency || 'its currency'}`)
      const inside = { ...call, ceilingHao: abroadDown(call.ceilingHao, rate) }
      return endIn(rates, await adapter.place(outbound, account, inside))
    },
    ask: async (outbound, account, order) => endIn(ratesOf(account), await adapter.ask(outbound, account, order)),
    balance: async (outbound, account) =>
      mapped(await adapter.balance(outbound, account), (balance) => {
        const rate = ratesOf(account).get(balance.currency)
        return rate === undefined ? balance : { hao: yuanDown(balance.hao, rate), currency: 'CNY' }
      }),
    ...(lookUp && {
      lookUp: async (outbound, account, named) => {
        const outcome = await lookUp(outbound, account, named)
        if (outcome.kind !== 'done') return outcome
        const { costHao, currency } = outcome.value
        const rate = ratesOf(account).get(currency)
        if (costHao === null || rate === undefined) return outcome
        return { kind: 'done', value: { ...outcome.value, costHao: yuanUp(costHao, rate), currency: 'CNY' } }
      },
    }),
    ...(statement && {
      statement: async (outbound, account, day) => {
        const rates = ratesOf(account)
        return mapped(await statement(outbound, account, day), (lines) =>
          lines.map((line) => {
            const rate = rates.get(line.currency)
            if (rate === undefined) return line
            const own = ownOf(line.currency, line.costHao, rate)
            return { ...line, costHao: yuanUp(line.costHao, rate), currency: 'CNY', own }
          }),
        )
      },
    }),
  }
}

const ownOf = (currency: string, hao: number, rate: bigint): OwnMoney => ({ currency, hao, rate: Number(rate) })

function mapped<T>(answer: Answer<T>, change: (value: T) => T): Answer<T> {
  return answer.kind === 'done' ? { kind: 'done', value: change(answer.value) } : answer
}

function productIn(rates: Rates, product: SupplierProduct): SupplierProduct {
  const rate = rates.get(product.currency)
  if (rate === undefined) return product
  const { costHao, faceHao } = product
  return {
    ...product,
    costHao: yuanUp(costHao, rate),
    faceHao: faceHao === null ? null : yuanDown(faceHao, rate),
    currency: 'CNY',
  }
}

/** What it cost in a currency without a rate is not known: then what was quoted counts, and not a number of other money. */
function endIn<T extends PlaceOutcome | AskOutcome>(rates: Rates, outcome: T): T {
  if (outcome.kind !== 'done' || outcome.order.state === 'failed') return outcome
  const { currency = accountCurrency(rates), ...order } = outcome.order
  if (currency === 'CNY') return { ...outcome, order }
  const rate = rates.get(currency)
  if (order.costHao === null || rate === undefined)
    return { ...outcome, order: { ...order, costHao: null } as OrderState }
  const own = ownOf(currency, order.costHao, rate)
  return { ...outcome, order: { ...order, costHao: yuanUp(order.costHao, rate), own } as OrderState }
}
