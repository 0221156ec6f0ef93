import { randomBytes, randomUUID } from 'node:crypto'
import type { SupplierAccount, SupplierAdapter } from '../../apps/server/src/modules/suppliers/index.ts'
import { supplierAdapters } from '../../apps/server/src/modules/suppliers/index.ts'
import type { Driver } from './http.ts'
import { addressOf, OrderRefused, PRICE_FEN, phoneContact, QUERY_PASSWORD, type Shop } from './shop.ts'
import type { System } from './system.ts'

/** Top-ups through the stand-in of a supplier: goods to sell, orders, and what the supplier's own book says of them. */

export const ADAPTER = 'kasushou'
export const CONNECTIONS = 64
const POLL_MS = 50

export type Supplier = {
  readonly account: SupplierAccount
  readonly adapter: SupplierAdapter
  readonly remoteId: string
  /** What its own book says was handed out under each of the customer's numbers. */
  readonly handedOut: () => Promise<readonly { readonly outerNo: string; readonly pieces: number }[]>
}
/** How many calls at a time, and how many a minute. */
export type Lane = { readonly concurrent: number; readonly perMinute: number }
const WIDE: Lane = { concurrent: CONNECTIONS, perMinute: 600_000 }

/** The stand-in of the system's own, with goods that arrive at once and money enough for all of them. */
export async function openSupplier({ standIns }: System): Promise<Supplier> {
  const standIn = standIns.suppliers.find(({ supplier }) => supplier === ADAPTER)
  const adapter = supplierAdapters.get(ADAPTER)
  if (!standIn || !adapter) throw new Error(`nobody plays ${ADAPTER}`)
  const control = async (path: string, body: object): Promise<void> => {
    const answer = await fetch(`${standIn.controlUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status} ${await answer.text()}`)
  }
  const remoteId = String(900_000 + Math.trunc(Math.random() * 90_000))
  await control('/pace', { topupMs: 0 })
  await control('/balance', { balance: '9000000' })
  await control('/goods', {
    id: remoteId,
    name: `Bench ${remoteId}`,
    kind: 'topup',
    price: '1.0000',
    face: '10',
    stock: 1_000_000,
    fields: [{ key: 'recharge_account', label: '账号', hint: '', isRequired: true }],
  })
  const { userId = '', apiKey = '' } = standIn.credentials
  return {
    adapter,
    remoteId,
    account: { baseUrl: standIn.url, identity: userId, settings: {}, secrets: { key: apiKey } },
    handedOut: async () => {
      const answer = await fetch(`${standIn.controlUrl}/deliveries`)
      const all = (await answer.json()) as readonly { outerNo: string; goodsId: string; pieces: number }[]
      return all.filter(({ goodsId }) => goodsId === remoteId)
    },
  }
}

/** Goods whose only source is that supplier, whose lane is as wide as a lane may be unless one is named. */
export async function sellTopUp(staff: Shop['staff'], { account, remoteId }: Supplier, lane = WIDE) {
  const { baseUrl, identity, secrets } = account
  const body = {
    name: `Bench ${remoteId} ${randomBytes(3).toString('hex')}`,
    baseUrl,
    identity,
    secrets,
    ...lane,
  }
  const { id: supplierId } = await staff.call(
    'suppliers.create',
    { body: { ...body, adapter: ADAPTER } },
    { idempotencyKey: randomUUID() },
  )
  const moveTo = (url: string) =>
    staff.call('suppliers.save', { params: { supplierId }, body: { ...body, baseUrl: url } })
  await staff.call('suppliers.sync', { params: { supplierId }, body: {} })
  const productId = await found(`${ADAPTER} to be synced`, async () => {
    const { items } = await staff.call('suppliers.listProducts', { query: { supplierId, q: remoteId } })
    return items[0]?.id
  })
  const goods = await staff.call('catalog.createGoods', {
    body: {
      title: `Bench ${randomBytes(3).toString('hex')}`,
      formFields: [{ key: 'account', labelZh: '账号', type: 'text' }],
      shelf: 'on',
      skus: [{ title: '月卡', kind: 'topup', priceFen: PRICE_FEN }],
    },
  })
  const skuId = goods.skus[0]?.id ?? 0
  await staff.call('suppliers.saveSkuSupply', {
    params: { skuId },
    body: { policy: 'cheapest', leastMarginFen: 0, offers: [{ productId, fieldMap: { recharge_account: 'account' } }] },
  })
  return { skuId, supplierId, moveTo }
}

export async function placeTopUp(driver: Driver, skuId: number, n: number): Promise<number> {
  const body = JSON.stringify({
    lines: [{ skuId, quantity: 1, unitPriceFen: PRICE_FEN, form: { account: `1${n}` } }],
    contact: phoneContact(n),
    queryPassword: QUERY_PASSWORD,
    payWith: 'sim-pay',
  })
  const answer = await driver.request('POST', '/api/mall/orders', body, {
    'idempotency-key': randomBytes(12).toString('hex'),
    'x-forwarded-for': addressOf(n),
  })
  if (answer.status !== 200) throw new OrderRefused(answer.status, answer.body)
  return (JSON.parse(answer.body) as { readonly no: number }).no
}

export async function atOnce(count: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    for (let n = next++; n < count; n = next++) await work(n)
  }
  await Promise.all(Array.from({ length: Math.min(CONNECTIONS, count) }, worker))
}

export async function found<T>(what: string, look: () => Promise<T | undefined>, withinMs = 30_000): Promise<T> {
  for (const until = performance.now() + withinMs; ; ) {
    const value = await look()
    if (value !== undefined) return value
    if (performance.now() > until) throw new Error(`not within ${withinMs / 1_000} s: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}
