import { createHash, createHmac, randomUUID } from 'node:crypto'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll } from 'vitest'
import type { Goods, House, Shop } from './shop.ts'
import { somePhone, until } from './shop.ts'

/** A shop that sells to other shops, one that buys there, and the line between them. */

export type Credentials = {
  readonly id: number
  readonly key: string
  readonly secret: string
  readonly memberId: number
}
export type KeySettings = {
  readonly scopes?: readonly ('read' | 'order' | 'money')[]
  readonly networks?: readonly string[]
  readonly perMinute?: number
  readonly dailyCapFen?: number | null
  readonly opens?: 'listed' | 'all'
  readonly priceBp?: number
  readonly callbackUrl?: string
  readonly givesBack?: boolean
}

/** A key in the shop that sells, with money in its purse. */
export async function openKey(seller: Shop, balanceFen = 100_000, settings: KeySettings = {}): Promise<Credentials> {
  const { key, secret } = await seller.staff.call('wholesale.create', {
    body: {
      name: '下游小店',
      phone: somePhone(),
      scopes: ['read', 'order', 'money'],
      opens: 'all',
      ...settings,
    } as never,
  })
  if (balanceFen > 0) {
    await seller.staff.call(
      'members.adjustBalance',
      { params: { id: key.memberId }, body: { amountFen: balanceFen, reason: '预存' } },
      { idempotencyKey: randomUUID() },
    )
  }
  return { id: key.id, key: key.key, secret, memberId: key.memberId }
}

export type Signing = {
  readonly timestamp?: string
  readonly nonce?: string
  readonly signature?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** A call as docs/wholesale-api.md says, signed by code of the test's own. */
export async function signedCall(
  base: string,
  { key, secret }: Pick<Credentials, 'key' | 'secret'>,
  call: { readonly method: 'GET' | 'POST'; readonly path: string; readonly body?: unknown },
  how: Signing = {},
): Promise<{ readonly status: number; readonly json: Record<string, unknown>; readonly headers: Headers }> {
  const path = `/api/wholesale/v1${call.path}`
  const body = call.body === undefined ? '' : JSON.stringify(call.body)
  const timestamp = how.timestamp ?? String(Math.floor(Date.now() / 1_000))
  const nonce = how.nonce ?? randomUUID()
  const digest = createHash('sha256').update(body).digest('hex')
  const text = `QS1-HMAC-SHA256\n${call.method}\n${path}\n${timestamp}\n${nonce}\n${digest}`
  const signature =
    how.signature ??
    createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
      .update(text)
      .digest('hex')
  const answer = await fetch(base + path, {
    method: call.method,
    headers: {
      'content-type': 'application/json',
      'x-quanshu-key': key,
      'x-quanshu-timestamp': timestamp,
      'x-quanshu-nonce': nonce,
      'x-quanshu-signature': signature,
      ...how.headers,
    },
    ...(call.method === 'POST' && { body }),
  })
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown>, headers: answer.headers }
}

type Fault = 'cut_after' | 'cut_before' | 'garbled' | 'nonsense' | 'busy' | 'error' | 'broken' | 'slow'
type About = { readonly on?: 'place' | 'ask'; readonly no?: string; readonly ms?: number }

/** The line from the shop that buys to the one that sells; each fault is for one call, of the order `no` if that is said. */
export async function openLine(house: House) {
  const faults: (About & { readonly fault: Fault })[] = []
  const placed: string[] = []
  const forward = async (request: IncomingMessage, response: ServerResponse, body: Buffer) => {
    const isOrder = request.method === 'POST' && request.url?.endsWith('/orders') === true
    const asked = request.method === 'GET' ? /\/orders\/([^/?]+)$/.exec(request.url ?? '')?.[1] : undefined
    const no = isOrder ? (JSON.parse(body.toString()) as { outerNo: string }).outerNo : asked
    const at = faults.findIndex((one) => one.on === (isOrder ? 'place' : 'ask') && (one.no ?? no) === no)
    const { fault, ms = 0 } = (no !== undefined && at >= 0 ? faults.splice(at, 1)[0] : undefined) ?? {}
    if (isOrder && no) placed.push(no)
    if (fault === 'cut_before') return void request.socket.destroy()
    const tell = (status: number, text: string, type = 'application/json') =>
      void response.writeHead(status, { 'content-type': type }).end(text)
    if (fault === 'busy') return tell(429, JSON.stringify({ code: 'common.too_many_requests', message: 'later' }))
    if (fault === 'error') return tell(500, '<html>Internal Server Error</html>', 'text/html')
    const answer = await fetch(house.url + (request.url ?? ''), {
      method: request.method ?? 'GET',
      headers: Object.fromEntries(
        Object.entries(request.headers).filter(([name]) => name.startsWith('x-quanshu') || name === 'content-type'),
      ) as Record<string, string>,
      ...(request.method === 'POST' && { body: new Uint8Array(body) }),
    })
    const text = await answer.text()
    if (fault === 'cut_after') return void request.socket.destroy()
    if (fault === 'broken') return tell(502, '<html>502 Bad Gateway</html>', 'text/html')
    if (fault === 'nonsense') return tell(200, '{"hello":"world"}')
    if (fault === 'slow') await new Promise((resolve) => setTimeout(resolve, ms).unref())
    tell(answer.status, fault === 'garbled' ? text.slice(0, 40) : text, answer.headers.get('content-type') ?? '')
  }
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      forward(request, response, Buffer.concat(chunks)).catch(() => request.socket.destroy())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    break: (fault: Fault, about: About = {}) => void faults.push({ on: 'place', ...about, fault }),
    /** How often an order was sent under these numbers' order. */
    sent: (orderNo: number) => placed.filter((no) => no.slice(0, -4) === String(orderNo)).length,
  }
}

/** Joins the seller to the shop that buys, and makes goods there that come from it. */
export async function joinShop(buyer: Shop, baseUrl: string, credentials: Credentials, productId: number) {
  const { id } = await buyer.staff.call(
    'suppliers.create',
    {
      body: {
        name: `上游 ${credentials.id}`,
        adapter: 'quanshu',
        baseUrl,
        identity: credentials.key,
        secrets: { secret: credentials.secret },
        concurrent: 24,
        perMinute: 60_000,
      },
    },
    { idempotencyKey: randomUUID() },
  )
  const products = () => buyer.staff.call('suppliers.listProducts', { query: { supplierId: id } })
  const sync = async () => {
    await buyer.staff.call('suppliers.sync', { params: { supplierId: id }, body: {} })
    return await until('the products of the other shop', async () => {
      const { items } = await products()
      return items.find(({ remoteId }) => remoteId === String(productId))
    })
  }
  const product = await sync()
  return { id, product, products }
}

export async function sellOn(
  buyer: Shop,
  product: { readonly id: number; readonly kind: string },
  priceFen: number,
): Promise<Goods> {
  const isTopUp = product.kind === 'direct'
  const goods = await buyer.stock(0, {
    ...(isTopUp ? { goods: { formFields: [{ key: 'account', labelZh: '账号', type: 'text' }] } } : {}),
    sku: { priceFen, ...(isTopUp ? { kind: 'topup' } : {}) },
  })
  await buyer.staff.call('suppliers.saveSkuSupply', {
    params: { skuId: goods.skuId },
    body: {
      policy: 'cheapest',
      ...(isTopUp ? {} : { source: 'own_first' }),
      leastMarginFen: 0,
      offers: [{ productId: product.id, fieldMap: isTopUp ? { account: 'account' } : {} }],
    } as never,
  })
  return goods
}
