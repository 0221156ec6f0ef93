import { randomUUID } from 'node:crypto'
import { afterAll } from 'vitest'
import { type Asked, openSmallServer, type Told } from '../../src/modules/suppliers/adapters/small-server.fixture.ts'
import type { Source } from './matrix.ts'
import { isOf } from './real-suppliers.ts'
import { type Shop, until } from './shop.ts'

/** As much of Reloadly as orders for its cards need: one product, orders under our number, their cards, and faults by that number. */

export type ReloadlyFault =
  | ('reset' | 'busy' | 'error' | 'poor' | 'gone')
  | ('cut' | 'half' | 'broken' | 'nonsense' | 'hidden' | 'long' | 'failed' | 'long_failed')
  | ('garbled' | 'none' | 'more')
  | 'dearer'
type Order = {
  readonly no: string
  readonly id: number
  readonly quantity: number
  readonly fault: ReloadlyFault | undefined
  state: 'PROCESSING' | 'SUCCESSFUL' | 'FAILED'
  isHidden: boolean
}

/** Dollars, at a rate that makes no whole fen. Between the last question and the order it may rise. */
const PRICE = 5
const RISEN = 9
const fenOf = (dollars: number): number => Math.ceil(Math.ceil(dollars * 10 * 7_251) / 100)
const PRODUCT = {
  ...{ productId: 120, productName: 'Gift card', status: 'ACTIVE' },
  ...{ senderCurrencyCode: 'USD', recipientCurrencyCode: 'USD' },
  ...{ fixedSenderDenominations: [PRICE], fixedRecipientDenominations: [PRICE] },
}
const RISING = { ...PRODUCT, productId: 121, productName: 'Rising card' }
const priceOf = ({ fault }: Pick<Order, 'fault'>): number => (fault === 'dearer' ? RISEN : PRICE)
const html = (status: number): Told => ({ status, body: '<html>' })
const no = (errorCode: string, message: string): Told => ({ status: 400, body: { errorCode, message } })

export async function openReloadly() {
  const orders = new Map<string, Order>()
  const faults = new Map<string, ReloadlyFault>()
  let rising: typeof RISING = RISING
  const byId = (path: string) => [...orders.values()].find(({ id }) => path.split('/').includes(String(id)))
  const transaction = (order: Order) => ({
    ...{
      transactionId: order.id,
      amount: priceOf(order) * order.quantity,
      currencyCode: 'USD',
      customIdentifier: order.no,
    },
    ...{ status: order.state, product: { productId: PRODUCT.productId, quantity: order.quantity } },
  })

  function place(asked: Asked): Told {
    const { customIdentifier, quantity } = JSON.parse(asked.body) as { customIdentifier: string; quantity: number }
    const fault = faults.get(customIdentifier)
    if (fault === 'reset') return 'cut'
    if (fault === 'busy') return { status: 429, body: {} }
    if (fault === 'error') return html(500)
    if (fault === 'poor') return no('INSUFFICIENT_BALANCE', 'Insufficient balance')
    if (fault === 'gone') return no('PRODUCT_UNAVAILABLE', 'Product out of stock')
    if (orders.has(customIdentifier)) return no('CUSTOM_IDENTIFIER_USED', 'This custom identifier was used')
    const isLong = fault === 'long' || fault === 'long_failed'
    const order: Order = {
      ...{ no: customIdentifier, id: 4_000 + orders.size, quantity, fault, isHidden: fault === 'hidden' },
      state: isLong ? 'PROCESSING' : fault === 'failed' ? 'FAILED' : 'SUCCESSFUL',
    }
    orders.set(order.no, order)
    if (fault === 'cut' || fault === 'hidden') return 'cut'
    if (fault === 'broken') return html(502)
    if (fault === 'nonsense') return { body: { hello: 'world' } }
    return { body: fault === 'half' ? JSON.stringify(transaction(order)).slice(0, 20) : transaction(order) }
  }

  function cardsOf({ id, quantity, fault }: Order): Told {
    if (fault === 'garbled') return { body: [{ cardNumber: null, pinCode: { see: 'your inbox' } }] }
    const cards = Array.from({ length: fault === 'none' ? 0 : quantity }, (_, at) => ({
      cardNumber: `RL${id}-${at}`,
      pinCode: `P${id}X${at}`,
    }))
    return { body: fault === 'more' ? [...cards, ...cards] : cards }
  }

  const server = await openSmallServer((asked): Told => {
    const [path = '', query] = asked.path.split('?')
    if (path === '/oauth/token') return { body: { access_token: 'T', expires_in: 3_600, token_type: 'Bearer' } }
    if (path === '/accounts/balance') return { body: { balance: 100_000, currencyCode: 'USD' } }
    if (path === '/products') return { body: { content: [PRODUCT, rising], last: true } }
    if (path === `/products/${PRODUCT.productId}`) return { body: PRODUCT }
    if (path === `/products/${RISING.productId}`) return { body: rising }
    if (asked.method === 'POST' && path === '/orders') return place(asked)
    if (path === '/reports/transactions') {
      const order = orders.get(new URLSearchParams(query).get('customIdentifier') ?? '')
      return { body: { content: order && !order.isHidden ? [transaction(order)] : [] } }
    }
    const order = byId(path)
    if (!order) return { status: 404, body: { errorCode: 'NOT_FOUND', message: 'not found' } }
    return path.endsWith('/cards') ? cardsOf(order) : { body: transaction(order) }
  })
  afterAll(server.close)

  const soldUnder = (orderNo: number): readonly Order[] =>
    [...orders.values()].filter((order) => isOf(orderNo, order.no) && order.state === 'SUCCESSFUL')
  const pieces = (orderNo: number): number => soldUnder(orderNo).reduce((sum, { quantity }) => sum + quantity, 0)
  const source: Source = {
    kind: 'reloadly',
    handedOut: pieces,
    soldTimes: (orderNo) => soldUnder(orderNo).length,
    charged: (orderNo) => soldUnder(orderNo).reduce((sum, one) => sum + fenOf(priceOf(one) * one.quantity), 0),
    pass: async () => {
      for (const order of orders.values()) {
        order.isHidden = false
        if (order.state === 'PROCESSING') order.state = order.fault === 'long_failed' ? 'FAILED' : 'SUCCESSFUL'
      }
    },
  }
  return {
    source,
    break: (fault: ReloadlyFault, orderNo: string) => void faults.set(orderNo, fault),
    /** One of its products costs more than it was listed at. */
    raise: () => {
      rising = { ...RISING, fixedSenderDenominations: [RISEN] }
    },
    /** Joins it to a shop; answers its products. */
    async join(shop: Shop) {
      const { id } = await shop.staff.call(
        'suppliers.create',
        {
          body: {
            ...{ name: 'reloadly', adapter: 'reloadly-gift-cards', baseUrl: server.url, identity: randomUUID() },
            ...{ settings: { authUrl: server.url, rates: 'USD=7.251' }, secrets: { clientSecret: 's3cret' } },
            ...{ concurrent: 24, perMinute: 60_000 },
          },
        },
        { idempotencyKey: randomUUID() },
      )
      await shop.staff.call('suppliers.sync', { params: { supplierId: id }, body: {} })
      return await until('its products', async () => {
        const { items } = await shop.staff.call('suppliers.listProducts', { query: { supplierId: id } })
        const [usual, dear] = [PRODUCT, RISING].map(({ productId }) =>
          items.find(({ remoteId }) => remoteId.startsWith(`${productId}/`)),
        )
        return usual && dear && { supplierId: id, usual: { productId: usual.id }, rising: { productId: dear.id } }
      })
    },
  }
}
