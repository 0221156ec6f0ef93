import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { BUILT_IN_ROLES, PERMISSIONS, type Permission } from '@quanshu/contract'
import type { StaffId } from '@quanshu/kernel'
import { expect, it, onTestFinished } from 'vitest'
import { type TestTenant, testPlatform } from '../../../test/harness/index.ts'
import { buildHttpServer } from '../../platform/http/index.ts'
import { stockModule } from '../stock/index.ts'
import { vaultModule } from './index.ts'

const house = await testPlatform()

type Console = {
  readonly url: string
  readonly shop: TestTenant
  readonly skuId: number
  readonly call: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Response>
}

async function openConsole(permissions: readonly Permission[] = PERMISSIONS): Promise<Console> {
  const shop = await house.newTenant()
  const { rows } = await house.owner.query<{ id: string }>(
    `with g as (insert into catalog.goods (tenant_id, title) values ($1, '会员月卡') returning id)
     insert into catalog.skus (tenant_id, goods_id, title, price_fen) select $1, id, '一个月', 990 from g returning id`,
    [shop.tenantId],
  )
  const app = await buildHttpServer(house, [vaultModule(house), stockModule(house)], {
    resolveTenant: async () => shop,
    sessionCookies: { console: 'qs_staff', mall: 'qs_member' },
    authenticate: async () => ({
      kind: 'staff',
      staffId: 1 as StaffId,
      name: '小王',
      sessionId: 's',
      permissions: new Set(permissions),
    }),
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => app.close())
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  return {
    url,
    shop,
    skuId: Number(rows[0]?.id),
    call: (method, path, body, headers = {}) => {
      const raw = typeof body === 'string' || body instanceof Uint8Array
      const type = raw ? 'application/octet-stream' : 'application/json'
      return fetch(`${url}/api/console${path}`, {
        method,
        headers: {
          'x-quanshu-client': 'test',
          cookie: 'qs_staff=1',
          ...(body === undefined ? {} : { 'content-type': type }),
          ...headers,
        },
        ...(body === undefined
          ? {}
          : { body: raw ? (body as string | Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
      })
    },
  }
}

type Card = { readonly id: number }
type Batch = { readonly linesRead: number; readonly state: string; readonly failure: { readonly code: string } | null }

async function openImport(desk: Console, more: object = {}): Promise<number> {
  const answer = await desk.call('POST', '/imports', { skuId: desk.skuId, fileName: 'cards.txt', ...more })
  expect(answer.status, await answer.clone().text()).toBe(200)
  return ((await answer.json()) as { id: number }).id
}

it('a clerk opens an import, sends the file, watches it, reads the report, and sees masked cards and stock', async () => {
  const desk = await openConsole()
  const id = await openImport(desk, { supplier: '供货商甲', costFen: 500 })
  const watching = await desk.call('GET', `/imports/${id}/stream`)
  const file = `${Array.from({ length: 5_000 }, (_, at) => `user${at}@x.cn----pass${at}`).join('\n')}\nuser1@x.cn----pass1\nbroken----\n`
  const sent = await desk.call('PUT', `/imports/${id}/content`, file, {
    'x-file-name': encodeURIComponent('会员卡.txt'),
  })
  expect(await sent.json()).toMatchObject({
    state: 'ready',
    imported: 5_000,
    duplicates: 1,
    invalid: 1,
    fileName: '会员卡.txt',
    bytesTotal: Buffer.byteLength(file),
  })
  const stream = await watching.text()
  expect(stream).toContain('event: batch')
  expect(stream).toContain('"state":"ready"')

  expect(await (await desk.call('GET', `/imports/${id}/lines?outcome=invalid`)).json()).toMatchObject({
    total: 1,
    items: [{ lineNo: 5_002, reason: 'empty_part' }],
  })
  const csv = await desk.call('GET', `/imports/${id}/lines.csv`)
  expect(csv.headers.get('content-disposition')).toContain(`import-${id}.csv`)
  expect(await csv.text()).toContain('5001,duplicate,duplicate,')

  const cards = await (await desk.call('GET', `/cards?batchId=${id}&pageSize=2&state=available,void`)).json()
  expect(cards).toMatchObject({ total: 5_000, items: [{ masked: expect.stringMatching(/^•{6}.{0,4}$/) }, {}] })
  expect(await (await desk.call('GET', '/stock')).json()).toMatchObject({
    total: 1,
    items: [{ available: 5_000, imported: 5_000, costFen: 2_500_000, low: false }],
  })
  for (const path of ['/cards/export', '/batches/export', '/stock/export']) {
    const book = Buffer.from(await (await desk.call('GET', path)).arrayBuffer())
    expect(book.subarray(0, 2).toString()).toBe('PK')
    expect(book.includes('pass1')).toBe(false)
  }
})

it('one code is found, revealed with a reason and only with one, and withdrawn', async () => {
  const desk = await openConsole()
  const id = await openImport(desk)
  await desk.call('PUT', `/imports/${id}/content`, 'acc----pw')
  const found = (await (await desk.call('POST', '/cards/search', { value: 'acc pw' })).json()) as { items: [Card] }
  const cardId = found.items[0].id
  expect((await desk.call('POST', `/cards/${cardId}/reveal`, { reason: ' ' })).status).toBe(422)
  const revealed = await desk.call('POST', `/cards/${cardId}/reveal`, { reason: '客户投诉' })
  expect(revealed.headers.get('cache-control')).toContain('no-store')
  expect(await revealed.json()).toEqual({ parts: ['acc', 'pw'] })
  expect(await (await desk.call('POST', `/cards/${cardId}/void`, { reason: '坏卡' })).json()).toMatchObject({
    state: 'void',
  })
  expect(await (await desk.call('GET', `/cards/${cardId}`)).json()).toMatchObject({
    history: [
      { to: 'available' },
      { to: 'revealed', actor: '小王' },
      { from: 'available', to: 'void', cause: 'staff: 坏卡' },
    ],
  })
})

it('a batch is corrected, suspended, resumed and undone; thresholds warn', async () => {
  const desk = await openConsole()
  const id = await openImport(desk)
  await desk.call('PUT', `/imports/${id}/content`, 'A\nB\nC')
  expect(
    await (await desk.call('PATCH', `/batches/${id}`, { note: '双十一', validTo: '2999-01-01T00:00:00+08:00' })).json(),
  ).toMatchObject({ note: '双十一' })
  expect(await (await desk.call('PATCH', `/batches/${id}`, { costFen: 120 })).json()).toMatchObject({
    note: '双十一',
    costFen: 120,
    validTo: '2998-12-31T16:00:00.000Z',
  })
  const reason = { reason: '来源可疑' }
  expect(await (await desk.call('POST', `/batches/${id}/suspend`, reason)).json()).toMatchObject({
    state: 'suspended',
    counts: { suspect: 3 },
  })
  expect(await (await desk.call('POST', `/batches/${id}/resume`, reason)).json()).toMatchObject({ state: 'ready' })
  expect((await desk.call('PUT', `/stock/${desk.skuId}/threshold`, { lowStockAt: 5 })).status).toBe(200)
  expect(await (await desk.call('GET', '/stock?low=true')).json()).toMatchObject({
    total: 1,
    items: [{ low: true, lowStockAt: 5 }],
  })
  expect(await (await desk.call('POST', `/batches/${id}/undo`, reason)).json()).toMatchObject({ state: 'undone' })
  const again = await desk.call('POST', `/batches/${id}/undo`, reason)
  expect([again.status, ((await again.json()) as { code: string }).code]).toEqual([409, 'vault.wrong_batch_state'])
})

it('a file that is not what it says is answered with a sentence that names what it is', async () => {
  const desk = await openConsole()
  const id = await openImport(desk)
  const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(3_000_000)])
  const answer = await desk.call('PUT', `/imports/${id}/content`, png)
  expect(answer.status).toBe(415)
  expect(await answer.json()).toMatchObject({ code: 'vault.file_not_text', detail: expect.stringContaining('PNG') })
})

it('a sender that hangs up half-way leaves an interrupted batch that the same file completes', async () => {
  const desk = await openConsole()
  const id = await openImport(desk)
  const file = Array.from({ length: 20_000 }, (_, at) => `CODE-${at}`).join('\n')
  const { hostname, port } = new URL(desk.url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  socket.write(
    `PUT /api/console/imports/${id}/content HTTP/1.1\r\nhost: ${hostname}:${port}\r\nx-quanshu-client: test\r\ncookie: qs_staff=1\r\ncontent-type: text/plain\r\ncontent-length: ${file.length}\r\n\r\n`,
  )
  socket.write(file.slice(0, 100_000))
  const batch = async () => (await (await desk.call('GET', `/batches/${id}`)).json()) as Batch
  await expect.poll(async () => (await batch()).linesRead).toBeGreaterThan(0)
  socket.destroy()
  await expect.poll(async () => (await batch()).state).toBe('interrupted')
  expect((await batch()).failure?.code).toBe('vault.connection_lost')
  expect(await (await desk.call('PUT', `/imports/${id}/content`, file)).json()).toMatchObject({
    state: 'ready',
    imported: 20_000,
    duplicates: 0,
  })
})

it('every door asks for its permission, and another shop’s ids are not found', async () => {
  const support = await openConsole(BUILT_IN_ROLES.support)
  expect((await support.call('POST', '/imports', { skuId: support.skuId })).status).toBe(403)
  expect((await support.call('POST', '/batches/1/undo', { reason: 'x' })).status).toBe(403)
  const operator = await openConsole(BUILT_IN_ROLES.operator)
  const id = await openImport(operator)
  await operator.call('PUT', `/imports/${id}/content`, 'SECRET-1')
  const [card] = ((await (await operator.call('GET', '/cards')).json()) as { items: [Card] }).items
  expect((await operator.call('POST', `/cards/${card.id}/reveal`, { reason: 'x' })).status).toBe(403)

  const other = await openConsole()
  const reason = { reason: 'x' }
  const doors: [string, string, unknown?][] = [
    ['GET', `/batches/${id}`],
    ['PATCH', `/batches/${id}`, { note: 'x' }],
    ['POST', `/batches/${id}/undo`, reason],
    ['POST', `/batches/${id}/suspend`, reason],
    ['POST', `/batches/${id}/resume`, reason],
    ['PUT', `/imports/${id}/content`, 'A'],
    ['GET', `/imports/${id}/stream`],
    ['POST', `/imports/${id}/cancel`, {}],
    ['GET', `/imports/${id}/lines`],
    ['GET', `/imports/${id}/lines.csv`],
    ['GET', `/cards/${card.id}`],
    ['POST', `/cards/${card.id}/reveal`, reason],
    ['POST', `/cards/${card.id}/void`, reason],
    ['POST', `/cards/${card.id}/used`, reason],
    ['PUT', `/stock/${operator.skuId}/threshold`, { lowStockAt: 1 }],
  ]
  for (const [method, path, body] of doors)
    expect((await other.call(method, path, body)).status, `${method} ${path}`).toBe(404)
  expect(await (await other.call('GET', `/cards?batchId=${id}`)).json()).toMatchObject({ total: 0, items: [] })
})
