import { beijingTime } from '../pages.ts'
import type { Order } from '../suppliers/books.ts'
import type { CallbackWire } from '../suppliers/callbacks.ts'
import { haoText } from '../suppliers/money.ts'
import { type Protocol, type SupplierOptions, type SupplierStandIn, startSupplier } from '../suppliers/supplier.ts'
import { addApi, envelope, type FuluCredentials } from './api.ts'
import { CODES } from './codes.ts'
import { FULU_GOODS } from './goods.ts'
import { signatureOf } from './signing.ts'

export type FuluStandIn = SupplierStandIn<FuluCredentials>

const SECOND = 1000
const MINUTE = 60 * SECOND

const FULU: Protocol<FuluCredentials> = {
  name: 'fulu',
  goods: FULU_GOODS,
  balance: '20000',
  // The secret has 32 characters: it is the key of AES-256 too.
  newCredentials: (nextToken) => ({ appKey: `${nextToken()}${nextToken()}`, appSecret: nextToken() }),
  callbacks: (credentials, books): CallbackWire => ({
    shape: (order, { isForged }) => {
      const { callbackUrl } = books.account()
      if (callbackUrl === '') return undefined
      const body = callbackBody(order, isForged ? '0'.repeat(32) : credentials.appSecret)
      return { url: callbackUrl, headers: { 'content-type': 'application/json; charset=utf-8' }, body }
    },
    isAcknowledged: ({ status, body }) => status === 200 && body === 'success',
    ladderMs: [15 * SECOND, 30 * SECOND, ...[1, 3, 10, 30, 60].map((n) => n * MINUTE)],
  }),
  counter: (credentials) => ({
    busy: () => ({ ...envelope(credentials, 4012, CODES[4012], ''), status: 429 }),
    unsure: () => envelope(credentials, 4009, CODES[4009], ''),
    forge: ({ status, body }) => ({
      status,
      body: body.replace(/"sign":"[0-9a-f]{32}"/, `"sign":"${'0'.repeat(32)}"`),
    }),
  }),
  addApi,
}

/** Starts the stand-in for 福禄. The callback's address is set at the platform: `control.setCallbackUrl`. */
export const startFulu = (options: SupplierOptions): Promise<FuluStandIn> => startSupplier(FULU, options)

/** All values are text; cards are not told here, they are asked for. */
function callbackBody(order: Order, secret: string): string {
  const fields = {
    order_id: order.orderNo,
    charge_finish_time: beijingTime(order.endedAtMs ?? order.createdAtMs),
    customer_order_no: order.outerNo,
    order_status: order.state === 'failed' ? 'failed' : 'success',
    recharge_description: order.reason || (order.state === 'failed' ? '充值失败' : '充值成功'),
    product_id: order.goodsId,
    price: haoText(order.unitHao),
    buy_num: String(order.quantity),
    operator_serial_number: order.serialNo,
  }
  return JSON.stringify({ ...fields, sign: signatureOf(JSON.stringify(fields), secret) })
}
