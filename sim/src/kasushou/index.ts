import { type Protocol, type SupplierOptions, type SupplierStandIn, startSupplier } from '../suppliers/supplier.ts'
import { addApi, envelope, type KasushouCredentials, showOrder } from './api.ts'
import { KASUSHOU_GOODS } from './goods.ts'
import { withSignature } from './signing.ts'

export type KasushouStandIn = SupplierStandIn<KasushouCredentials>

const SECOND = 1000
const MINUTE = 60 * SECOND

const KASUSHOU: Protocol<KasushouCredentials> = {
  name: 'kasushou',
  goods: KASUSHOU_GOODS,
  balance: '20000',
  newCredentials: (nextToken) => ({ userId: '10086', apiKey: nextToken() }),
  callbacks: ({ apiKey }, books) => ({
    shape: (order, { isForged }) => {
      const goods = books.goods.get(order.goodsId)
      if (order.notifyUrl === '' || !goods) return undefined
      const cards = order.cardIds.flatMap((id) => books.cards.get(id) ?? [])
      const shown = showOrder(order, goods, cards, Date.now())
      const body = withSignature(shown, String(Date.now()), isForged ? '0'.repeat(32) : apiKey)
      return { url: order.notifyUrl, headers: { 'content-type': 'application/json; charset=utf-8' }, body }
    },
    isAcknowledged: ({ status, body }) => status === 200 && body === 'ok',
    ladderMs: [15 * SECOND, 30 * SECOND, ...[1, 3, 10, 30, 60].map((n) => n * MINUTE)],
  }),
  counter: () => ({
    busy: () => ({ ...envelope(429, '请求过于频繁，请稍后再试', null), status: 429 }),
    unsure: () => envelope(500, '系统异常，请查询订单结果', null),
  }),
  addApi,
}

/**
 * Starts the stand-in for 卡速售 v2. The real site takes about three requests in ten seconds; here that is off until
 * `control.setRateLimit(KASUSHOU_RATE_LIMIT)`.
 */
export const startKasushou = (options: SupplierOptions): Promise<KasushouStandIn> => startSupplier(KASUSHOU, options)

export const KASUSHOU_RATE_LIMIT = { requests: 3, windowMs: 10 * SECOND }
