import { createHmac } from 'node:crypto'
import { type Protocol, type SupplierOptions, type SupplierStandIn, startSupplier } from '../suppliers/supplier.ts'
import { addApi, errorAnswer, type TremendousCredentials } from './api.ts'
import { TREMENDOUS_GOODS } from './goods.ts'

export type TremendousStandIn = SupplierStandIn<TremendousCredentials>

const SECOND = 1000
const MINUTE = 60 * SECOND

const TREMENDOUS: Protocol<TremendousCredentials> = {
  name: 'tremendous',
  goods: TREMENDOUS_GOODS,
  balance: '5000',
  newCredentials: (nextToken) => ({ apiKey: `TEST_${nextToken()}${nextToken()}`, webhookKey: nextToken() }),
  callbacks: ({ webhookKey }, books) => ({
    shape: (order, { isForged }) => {
      const { callbackUrl } = books.account()
      if (callbackUrl === '') return undefined
      const ended = order.state === 'failed' ? 'FAILED' : 'SUCCEEDED'
      const body = JSON.stringify({
        event: `REWARDS.DELIVERY.${ended}`,
        uuid: `${order.orderNo}-${ended}`,
        created_utc: new Date(order.endedAtMs ?? order.createdAtMs).toISOString(),
        payload: { resource: { id: `RW${order.orderNo}`, type: 'rewards' } },
      })
      const key = isForged ? '0'.repeat(32) : webhookKey
      const signature = `sha256=${createHmac('sha256', key).update(body).digest('hex')}`
      const headers = { 'content-type': 'application/json', 'Tremendous-Webhook-Signature': signature }
      return { url: callbackUrl, headers, body }
    },
    isAcknowledged: ({ status }) => status >= 200 && status < 300,
    ladderMs: [30 * SECOND, ...[2, 10, 30, 60, 180].map((n) => n * MINUTE)],
  }),
  counter: () => ({
    busy: () => errorAnswer(429, 'Too many requests'),
    unsure: () => errorAnswer(500, 'Internal server error'),
  }),
  addApi,
}

/** Starts the stand-in for Tremendous. The SDK's base path is `url` + `/api/v2`; amounts are dollars. */
export const startTremendous = (options: SupplierOptions): Promise<TremendousStandIn> =>
  startSupplier(TREMENDOUS, options)
