import { type Protocol, type SupplierOptions, type SupplierStandIn, startSupplier } from '../suppliers/supplier.ts'
import { API_VERSION, addApi, envelope, type KayixinCredentials, showCard, showCardState, showOrder } from './api.ts'
import { KAYIXIN_GOODS } from './goods.ts'
import { encrypted, signatureOf } from './signing.ts'

export type KayixinStandIn = SupplierStandIn<KayixinCredentials>

const SECOND = 1000
const MINUTE = 60 * SECOND

const KAYIXIN: Protocol<KayixinCredentials> = {
  name: 'kayixin',
  goods: KAYIXIN_GOODS,
  balance: '20000',
  newCredentials: (nextToken) => ({ appId: '10020', appSecret: nextToken() }),
  callbacks: ({ appId, appSecret }, books) => ({
    shape: (order, { isForged }) => {
      if (order.notifyUrl === '') return undefined
      const cards = order.state === 'failed' ? [] : order.cardIds.flatMap((id) => books.cards.get(id) ?? [])
      const shown = cards.map((card) => ({ ...showCard(order, card), ...showCardState(card) }))
      const sealed = shown.length > 0 ? encrypted(JSON.stringify(shown), appSecret) : ''
      const body = JSON.stringify({ ...showOrder(order, Date.now()), cards: sealed })
      const signed = { appId, version: API_VERSION, timestamp: String(Math.floor(Date.now() / 1000)), body }
      const headers = {
        'content-type': 'application/json; charset=utf-8',
        'X-App-Id': appId,
        'X-Version': API_VERSION,
        'X-Timestamp': signed.timestamp,
        'X-Signature': signatureOf(signed, isForged ? '0'.repeat(32) : appSecret),
      }
      return { url: order.notifyUrl, headers, body }
    },
    isAcknowledged: ({ status, body }) => status === 200 && body === 'ok',
    ladderMs: [15, 15, 30].map((n) => n * SECOND).concat([3, 10, 20, 30].map((n) => n * MINUTE)),
  }),
  counter: () => ({
    busy: () => ({ ...envelope(1003, '请求过于频繁'), status: 429 }),
    unsure: () => envelope(1009, '系统繁忙，请查询订单结果'),
  }),
  addApi,
}

/** Starts the stand-in for 卡易信 API 3.0. */
export const startKayixin = (options: SupplierOptions): Promise<KayixinStandIn> => startSupplier(KAYIXIN, options)
