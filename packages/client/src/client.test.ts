import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { createClient, ProblemError } from './index.ts'
import { createMallClient } from './mall.ts'
import { createCookieFetch } from './node.ts'
import { MALL_ROUTES } from './routes.gen.ts'

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void

/** A plain HTTP server that writes down what it was asked. */
async function serverThat(answer: Answer) {
  const asked: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    asked.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body })
    answer(request, response, body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { asked, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/s/demo/` }
}

const json = (response: ServerResponse, status: number, value: unknown) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))

test('a call goes out as the contract says: method, filled path, query, body, headers', async () => {
  const { asked, baseUrl } = await serverThat((_, response) => json(response, 200, { ok: true }))
  const client = createClient({ baseUrl, locale: () => 'en', name: 'test' })
  await client.call(
    'orders.pay',
    { params: { no: 2611220000000001 }, body: { payWith: 'balance' } },
    { idempotencyKey: 'k' },
  )
  await client.call('orders.list', { query: { page: 2, q: '京东 & co', state: undefined } })
  expect(asked[0]).toMatchObject({
    method: 'POST',
    url: '/s/demo/api/mall/orders/2611220000000001/pay',
    body: '{"payWith":"balance"}',
  })
  expect(asked[0]?.headers).toMatchObject({
    'content-type': 'application/json',
    'idempotency-key': 'k',
    'x-quanshu-client': 'test',
    'x-quanshu-locale': 'en',
  })
  expect(asked[1]?.url).toBe('/s/demo/api/console/orders?page=2&q=%E4%BA%AC%E4%B8%9C+%26+co')
  expect(asked[1]?.headers['content-type']).toBeUndefined()
})

test('a refusal is thrown with its code, params and fields', async () => {
  const told = {
    code: 'vault.insufficient_stock',
    params: { missing: 3 },
    errors: [{ in: 'body', path: 'lines.0.quantity', code: 'too_big', message: '太多' }],
    requestId: 'r1',
  }
  const { baseUrl } = await serverThat((_, response) => json(response, 409, { ...told, detail: '库存不足' }))
  const refused = createMallClient({ baseUrl }).call('orders.quote', { body: { lines: [] } })
  await expect(refused).rejects.toThrow(ProblemError)
  await expect(refused).rejects.toMatchObject({ ...told, message: '库存不足', status: 409, isUncertain: false })
})

test('no answer, and an answer that is not ours, are problems too', async () => {
  const { baseUrl } = await serverThat((_, response) => response.writeHead(502).end('<html>'))
  const call = (base: string) => createMallClient({ baseUrl: base }).call('orders.quote', { body: { lines: [] } })
  await expect(call(baseUrl)).rejects.toMatchObject({ code: 'client.bad_answer', status: 502, isUncertain: true })
  await expect(call('http://127.0.0.1:1')).rejects.toMatchObject({
    code: 'client.unreachable',
    status: 0,
    isUncertain: true,
  })
})

test('an upload is sent as it is, with its name', async () => {
  const { asked, baseUrl } = await serverThat((_, response) => json(response, 200, { ok: true }))
  const client = createClient({ baseUrl })
  await client.upload('catalog.uploadPicture', {}, new Blob(['png']), { fileName: '图.png', contentType: 'image/png' })
  expect(asked[0]).toMatchObject({
    body: 'png',
    headers: { 'content-type': 'image/png', 'x-file-name': '%E5%9B%BE.png' },
  })
})

test('a stream goes on where it broke off, and ends when the server refuses for good', async () => {
  let connections = 0
  const { asked, baseUrl } = await serverThat((_, response) => {
    connections += 1
    if (connections === 3) return json(response, 401, { code: 'common.sign_in_required' })
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('retry: 1\n\n: \n\n')
    // Cut in the middle of a character: the reader has to put it together again.
    const bytes = Buffer.from(`id: ${connections}\nevent: order\ndata: {"no":${connections},"title":"卡"}\n\n`)
    response.write(bytes.subarray(0, bytes.length - 5))
    setImmediate(() => response.end(bytes.subarray(bytes.length - 5)))
  })
  const events: unknown[] = []
  const problem = await new Promise((resolve) => {
    createMallClient({ baseUrl }).stream(
      'orders.stream',
      { params: { no: 1 } },
      (data, meta) => events.push([data, meta]),
      {
        onProblem: resolve,
      },
    )
  })
  expect(events).toEqual([
    [
      { no: 1, title: '卡' },
      { event: 'order', id: '1' },
    ],
    [
      { no: 2, title: '卡' },
      { event: 'order', id: '2' },
    ],
  ])
  expect(asked.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1', '2'])
  expect(problem).toMatchObject({ code: 'common.sign_in_required' })
})

test('a stopped stream connects no more', async () => {
  const { asked, baseUrl } = await serverThat((_, response) => response.writeHead(200).write('retry: 1\n\n'))
  await new Promise<void>((resolve) => {
    const stop = createMallClient({ baseUrl }).stream('orders.stream', { params: { no: 1 } }, () => {}, {
      onOpen: () => {
        stop()
        resolve()
      },
    })
  })
  expect(asked).toHaveLength(1)
})

test('cookies are kept by path, as a browser does, and forgotten when told', async () => {
  const { asked, baseUrl } = await serverThat((request, response) => {
    if (request.url?.endsWith('sign-out')) response.setHeader('set-cookie', 'qs_a=; Path=/s/demo; Max-Age=0')
    else response.setHeader('set-cookie', ['qs_a=1; Path=/s/demo; HttpOnly', 'qs_b=2; Path=/elsewhere'])
    response.end('{}')
  })
  const send = createCookieFetch()
  for (const path of ['one', 'two', 'sign-out', 'three']) await send(`${baseUrl}${path}`)
  expect(asked.map(({ headers }) => headers.cookie)).toEqual([undefined, 'qs_a=1', 'qs_a=1', undefined])
})

test('the mall’s table names no route of the console', () => {
  expect(Object.values(MALL_ROUTES).filter((route) => route.includes('/api/console/'))).toEqual([])
})
