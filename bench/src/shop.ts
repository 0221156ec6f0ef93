import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createClient } from '@quanshu/client'
import { createCookieFetch } from '@quanshu/client/node'
import { signedHeaders } from '@quanshu/sim'
import { DEMO_OWNER, DEMO_PASSWORD, DEMO_SLUG } from '../../apps/server/src/main/seed.ts'
import { cookieOf, type Driver } from './http.ts'
import type { System } from './system.ts'

export const PRICE_FEN = 1_000
export type Shop = {
  readonly slug: string
  /** What stands before `/api`: empty for the shop that answers without a name. */
  readonly prefix: string
  readonly goodsId: number
  readonly skuIds: readonly number[]
  readonly staff: ReturnType<typeof createClient>
  /** Imports lines into a SKU; milliseconds. */
  readonly importLines: (skuId: number, lines: Buffer) => Promise<{ readonly ms: number; readonly imported: number }>
}

/** Who runs a shop. */
export type Tenant = {
  readonly slug: string
  readonly prefix: string
  readonly owner: string
  readonly password: string
}
const DEMO: Tenant = { slug: DEMO_SLUG, prefix: '', owner: DEMO_OWNER, password: DEMO_PASSWORD }

/** Goods with as many SKUs, each with codes enough for the run; in the demo shop unless another tenant is named. */
export async function openShop(system: System, skus: number, piecesEach: number, tenant = DEMO): Promise<Shop> {
  const staff = await signIn(system, tenant)
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
  return { slug: tenant.slug, prefix: tenant.prefix, goodsId: goods.id, skuIds, staff, importLines }
}

async function signIn(system: System, { prefix, owner, password }: Tenant): Promise<Shop['staff']> {
  const staff = createClient({ baseUrl: `${system.url}${prefix}`, fetch: createCookieFetch() })
  await staff.call('identity.signIn', { body: { email: owner, password } })
  return staff
}

const CLI = fileURLToPath(new URL('../../apps/server/src/main/cli.ts', import.meta.url))

/** Another tenant of the same system, opened by the command a provider uses, with the gateway set up as in the demo shop. */
export async function openTenant(system: System, slug: string): Promise<Tenant> {
  const owner = `owner@${slug}.test`
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [CLI, 'tenant', 'create', slug, slug, '--owner', owner],
    {
      env: { ...process.env, QUANSHU_DATA: system.dataDir },
    },
  )
  const initial = /with (\S+)\s*$/.exec(stdout)?.[1]
  if (initial === undefined) throw new Error(`the shop ${slug} was not opened: ${stdout}`)
  const tenant = { slug, prefix: `/s/${slug}`, owner, password: DEMO_PASSWORD }
  const first = await signIn(system, { ...tenant, password: initial })
  await first.call('identity.changePassword', { body: { current: initial, next: DEMO_PASSWORD } })
  const { paygate } = system.standIns
  await (await signIn(system, tenant)).call('payments.saveGateway', {
    params: { gateway: 'sim-pay' },
    body: { enabled: true, baseUrl: paygate.url, merchantId: paygate.merchantId, secrets: { secret: paygate.secret } },
  })
  return tenant
}

export function makeLines(count: number): Buffer {
  const lines = Array.from(
    { length: count },
    () => `${randomBytes(8).toString('hex')}----${randomBytes(8).toString('hex')}`,
  )
  return Buffer.from(lines.join('\n'))
}

export const QUERY_PASSWORD = 'bench-1'

export function orderBody(skuId: number, contact: string, quantity = 1): string {
  return JSON.stringify({
    lines: [{ skuId, quantity, unitPriceFen: PRICE_FEN }],
    contact,
    queryPassword: QUERY_PASSWORD,
    payWith: 'sim-pay',
  })
}

export type Notice = { readonly path: string; readonly body: string; readonly headers: Record<string, string> }

/** The gateway's signed word that an order is paid, made by the stand-in's own signing code. */
export function noticeFor(
  system: Pick<System, 'standIns'>,
  orderNo: number,
  { amountFen = PRICE_FEN, slug = DEMO_SLUG }: { readonly amountFen?: number; readonly slug?: string } = {},
): Notice {
  const { merchantId, secret } = system.standIns.paygate
  const path = `/s/${slug}/api/pay/sim-pay/notify`
  const body = JSON.stringify({
    notice_id: randomBytes(8).toString('hex'),
    event: 'PAYMENT.SUCCESS',
    merchant_id: merchantId,
    out_trade_no: String(orderNo),
    trade_no: `T${orderNo}`,
    amount: amountFen,
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
  options: { readonly prefix?: string; readonly contact?: string; readonly quantity?: number } = {},
): Promise<Placed> {
  const { prefix = '', contact = `b${n}.${randomBytes(3).toString('hex')}@example.com`, quantity = 1 } = options
  const answer = await driver.request('POST', `${prefix}/api/mall/orders`, orderBody(skuId, contact, quantity), {
    'idempotency-key': randomBytes(12).toString('hex'),
    'x-forwarded-for': addressOf(n),
  })
  if (answer.status !== 200) throw new OrderRefused(answer.status, answer.body)
  return { no: (JSON.parse(answer.body) as { readonly no: number }).no, cookie: cookieOf(answer) }
}

export type Placed = { readonly no: number; readonly cookie: string }

/** The shop said no, e.g. that it is sold out. */
export class OrderRefused extends Error {
  override readonly name = 'OrderRefused'
  readonly body: string
  constructor(status: number, body: string) {
    super(`placing answered ${status}: ${body.slice(0, 300)}`)
    this.body = body
  }
}

/** The n-th shopper's address; the system believes it, as it would believe a proxy. */
export const addressOf = (n: number): string => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`

/** A phone number: its buyer is not written a mail, so that the mails of one case do not disturb the next. */
export const phoneContact = (n: number): string => `139${String(n % 100_000_000).padStart(8, '0')}`

/** One shopper from the first click to the code on the page: place, pay, read. @returns the page */
export async function buyOne(
  system: Pick<System, 'standIns'>,
  driver: Driver,
  { slug, prefix, skuIds }: Pick<Shop, 'slug' | 'prefix' | 'skuIds'>,
  n: number,
): Promise<string> {
  const { no, cookie } = await placeOrder(driver, skuIds[n % skuIds.length] ?? 0, n, {
    prefix,
    contact: phoneContact(n),
  })
  await payOrder(driver, noticeFor(system, no, { slug }))
  const page = await driver.request('GET', `${prefix}/api/mall/orders/${no}`, undefined, { cookie })
  if (page.body.includes('"state":"delivered"')) return page.body
  throw new Error(`order ${no} was paid and is not delivered: ${page.body.slice(0, 300)}`)
}

/** Tells the shop that an order is paid, as the gateway does. @throws when the notice is not taken */
export async function payOrder(driver: Driver, notice: Notice): Promise<void> {
  const told = await driver.request('POST', notice.path, notice.body, notice.headers)
  if (told.body !== 'success') throw new Error(`the notice was answered ${told.status} ${told.body.slice(0, 200)}`)
}
