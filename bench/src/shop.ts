import { randomBytes } from 'node:crypto'
import { createClient } from '@quanshu/client'
import { createCookieFetch } from '@quanshu/client/node'
import { signedHeaders } from '@quanshu/sim'
import { DEMO_OWNER, DEMO_PASSWORD } from '../../apps/server/src/main/seed.ts'
import type { Driver } from './http.ts'
import type { System } from './system.ts'

export const PRICE_FEN = 1_000
/** Settings' upper bounds: the caps must not be what is measured. */
const CAPS = { 'orders.unpaidMaxPerPerson': 100, 'orders.unpaidMaxPerIp': 1_000, 'orders.unpaidMaxPerDevice': 100 }

export type Shop = {
  readonly skuIds: readonly number[]
  readonly staff: ReturnType<typeof createClient>
  /** Imports lines into a SKU; milliseconds. */
  readonly importLines: (skuId: number, lines: Buffer) => Promise<{ readonly ms: number; readonly imported: number }>
}

/** A shop with as many SKUs, each with codes enough for the run. */
export async function openShop(system: System, skus: number, piecesEach: number): Promise<Shop> {
  const staff = createClient({ baseUrl: system.url, fetch: createCookieFetch() })
  await staff.call('identity.signIn', { body: { email: DEMO_OWNER, password: DEMO_PASSWORD } })
  const { versions } = await staff.call('tenancy.getSettings', {})
  await staff.call('tenancy.saveSettings', { body: { values: CAPS, versions } })
  const goods = await staff.call('catalog.createGoods', {
    body: {
      title: `Bench ${randomBytes(3).toString('hex')}`,
      limitPerOrder: 10_000,
      skus: Array.from({ length: skus }, (_, index) => ({ title: `S${index + 1}`, priceFen: PRICE_FEN })),
    },
  })
  await staff.call('catalog.setShelf', { body: { ids: [goods.id], to: 'on' } })
  const skuIds = goods.skus.map((sku) => sku.id)

  const importLines: Shop['importLines'] = async (skuId, lines) => {
    const batch = await staff.call('vault.createImport', { body: { skuId, fileName: 'bench.txt' } })
    const from = performance.now()
    const answer: { readonly imported: number } = await staff.upload(
      'vault.uploadImport',
      { params: { batchId: batch.id } },
      new Uint8Array(lines),
      { fileName: 'bench.txt' },
    )
    return { ms: performance.now() - from, imported: answer.imported }
  }
  for (const skuId of skuIds) await importLines(skuId, makeLines(piecesEach))
  return { skuIds, staff, importLines }
}

export function makeLines(count: number): Buffer {
  const lines = Array.from(
    { length: count },
    () => `${randomBytes(8).toString('hex')}----${randomBytes(8).toString('hex')}`,
  )
  return Buffer.from(lines.join('\n'))
}

export function orderBody(skuId: number, contact: string): string {
  return JSON.stringify({
    lines: [{ skuId, quantity: 1, unitPriceFen: PRICE_FEN }],
    contact,
    queryPassword: 'bench-1',
    payWith: 'sim-pay',
  })
}

export type Notice = { readonly path: string; readonly body: string; readonly headers: Record<string, string> }

/** The gateway's signed word that an order is paid, made by the stand-in's own signing code. */
export function noticeFor(system: System, orderNo: number): Notice {
  const { merchantId, secret } = system.standIns.paygate
  const path = '/s/demo/api/pay/sim-pay/notify'
  const body = JSON.stringify({
    notice_id: randomBytes(8).toString('hex'),
    event: 'PAYMENT.SUCCESS',
    merchant_id: merchantId,
    out_trade_no: String(orderNo),
    trade_no: `T${orderNo}`,
    amount: PRICE_FEN,
    currency: 'CNY',
    paid_at: new Date().toISOString(),
  })
  const timestamp = String(Math.floor(Date.now() / 1_000))
  const nonce = randomBytes(12).toString('hex')
  return { path, body, headers: signedHeaders(merchantId, secret, { method: 'POST', path, timestamp, nonce, body }) }
}

/** Places an order as a new visitor; returns its number and the visitor's cookie. */
export async function placeOrder(
  driver: Driver,
  skuId: number,
  n: number,
): Promise<{ readonly no: number; readonly cookie: string }> {
  const answer = await driver.request(
    'POST',
    '/api/mall/orders',
    orderBody(skuId, `b${n}.${randomBytes(3).toString('hex')}@example.com`),
    {
      'idempotency-key': randomBytes(12).toString('hex'),
    },
  )
  if (answer.status !== 200) throw new Error(`placing answered ${answer.status}: ${answer.body.slice(0, 300)}`)
  const cookie = answer.cookies.map((line) => line.split(';')[0]).join('; ')
  return { no: (JSON.parse(answer.body) as { readonly no: number }).no, cookie }
}
