import { expect, test } from 'vitest'
import { createOutbound } from '../../../platform/outbound/index.ts'
import type { OrderCall, OrderState, OwnMoney, SupplierAccount, SupplierAdapter, SupplierProduct } from '../supplier.ts'
import { tremendous } from './tremendous/index.ts'
import { ratesField, toldInYuan } from './yuan.ts'

const outbound = createOutbound({ allowInsecure: true })
const accountWith = (rates?: string): SupplierAccount => ({
  ...{ baseUrl: 'https://supplier.test', identity: 'me', secrets: {} },
  settings: rates === undefined ? {} : { rates },
})
const call: OrderCall = {
  ...{ no: '26112200000000000001', remoteId: 'A/10/USD', kind: 'link', quantity: 1, ceilingHao: 100_001 },
  ...{ fields: {}, callbackUrl: 'https://shop.test/back', buyerIp: '203.0.113.9' },
}
const product = (currency: string): SupplierProduct => ({
  ...{ remoteId: `A/10/${currency}`, name: 'A', kind: 'link', faceHao: 10_001, costHao: 10_001, currency },
  ...{ stock: null, minQuantity: 1, maxQuantity: 1, onSale: true, fields: [] },
})

/** A supplier that answers what it is told to, and remembers what it was asked. */
function abroad(order: OrderState) {
  const placed: OrderCall[] = []
  const outcome = { kind: 'done' as const, order }
  const adapter = toldInYuan(
    {
      ...tremendous,
      fields: [],
      products: async () => ({ kind: 'done', value: { items: ['USD', 'EUR', 'CNY'].map(product), next: '2' } }),
      product: async () => ({ kind: 'done', value: product('USD') }),
      place: async (_, __, given) => {
        placed.push(given)
        return outcome
      },
      ask: async () => outcome,
      balance: async () => ({ kind: 'done', value: { hao: 10_001, currency: 'USD' } }),
    } satisfies SupplierAdapter,
    (remoteId) => remoteId.split('/')[2],
  )
  return { adapter, placed }
}
const done = (costHao: number | null, currency?: string, own?: OwnMoney): OrderState => ({
  ...{ state: 'done', remoteNo: '1', cards: [], costHao },
  ...(currency && { currency }),
  ...(own && { own }),
})

test('rates are written as pairs, each once, and yuan has none', () => {
  const isMet = (text: string) => ratesField.form?.isMet(text)
  expect(['USD=7.25', 'USD = 7.250001，EUR=8', 'JPY=0.048213'].map(isMet)).toEqual([true, true, true])
  expect(
    ['7.25', 'usd=7', 'USD=7,USD=8', 'CNY=1', 'USD=0', 'USD=0.0000001', 'USD=-7', 'USD=7.25,', 'USD 7'].map(isMet),
  ).toEqual(Array(9).fill(false))
})

test('what something costs rises to the next hao, what it is worth and what we have falls; without a rate it stays', async () => {
  const { adapter } = abroad(done(null))
  const account = accountWith('USD=7.25')
  const page = await adapter.products(outbound, account, undefined)
  expect(page).toMatchObject({
    value: {
      items: [
        { costHao: 72_508, faceHao: 72_507, currency: 'CNY' },
        { costHao: 10_001, currency: 'EUR' },
        { costHao: 10_001, currency: 'CNY' },
      ],
      next: '2',
    },
  })
  expect(await adapter.product(outbound, account, 'A/10/USD')).toMatchObject({ value: { costHao: 72_508 } })
  expect(await adapter.balance(outbound, account)).toEqual({ kind: 'done', value: { hao: 72_507, currency: 'CNY' } })
  expect(await adapter.balance(outbound, accountWith())).toMatchObject({ value: { hao: 10_001, currency: 'USD' } })
})

test('a ceiling goes out in its money, rounded down, and nothing is sent when there is no rate', async () => {
  const { adapter, placed } = abroad(done(20_001, 'EUR'))
  const answer = await adapter.place(outbound, accountWith('EUR=8, USD=7.25'), call)
  expect(placed).toMatchObject([{ ceilingHao: 13_793 }])
  expect(answer).toEqual({
    kind: 'done',
    order: done(160_008, undefined, { currency: 'EUR', hao: 20_001, rate: 8_000_000 }),
  })
  expect(await adapter.place(outbound, accountWith('EUR=8'), call)).toMatchObject({ kind: 'refused', code: 'no_rate' })
  expect(await adapter.place(outbound, accountWith('nonsense'), call)).toMatchObject({ kind: 'refused' })
  expect(placed).toHaveLength(1)
})

test('a cost without its currency is in the account’s own, and one without a rate is not known', async () => {
  const cost = async (order: OrderState, rates?: string) =>
    await abroad(order).adapter.ask(outbound, accountWith(rates), { ...call, remoteNo: null, placedAt: new Date() })
  const own = { currency: 'EUR', hao: 10_000, rate: 8_000_000 }
  expect(await cost(done(10_000), 'EUR=8, USD=7')).toEqual({ kind: 'done', order: done(80_000, undefined, own) })
  expect(await cost(done(10_000, 'GBP'), 'USD=7')).toEqual({ kind: 'done', order: done(null) })
  expect(await cost(done(10_000), undefined)).toEqual({ kind: 'done', order: done(null) })
  expect(await cost(done(10_000, 'CNY'), 'USD=7')).toEqual({ kind: 'done', order: done(10_000) })
})
