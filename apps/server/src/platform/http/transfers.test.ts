import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { request as rawRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { route } from '@quanshu/contract'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { testPlatform } from '../../../test/harness/index.ts'
import { type EventStream, handle } from './index.ts'
import { trialServer } from './trial-server.ts'

const house = await testPlatform()
const shop = await house.newTenant()

describe('uploads', () => {
  const upload = handle(
    route({
      id: 'trial.upload',
      method: 'POST',
      path: '/api/console/upload',
      summary: 'Upload',
      access: { kind: 'public' },
      bodyKind: 'raw',
      bodyLimitBytes: 1_000_000,
      response: z.object({ bytes: z.int(), contentType: z.string(), fileName: z.string().nullable() }),
    }),
    async ({ body }) => {
      let bytes = 0
      for await (const chunk of body.stream) bytes += (chunk as Buffer).length
      return { bytes, contentType: body.contentType, fileName: body.fileName ?? null }
    },
  )

  test('arrive as a stream, of any type, with a name that is only a name', async () => {
    const { call } = await trialServer(house, shop, [upload])
    const response = await call('/api/console/upload', {
      method: 'POST',
      body: 'x'.repeat(500_000),
      headers: { 'content-type': 'text/csv; charset=gbk', 'x-file-name': encodeURIComponent('../../卡密.csv') },
    })
    expect(await response.json()).toEqual({ bytes: 500_000, contentType: 'text/csv', fileName: '卡密.csv' })
  })

  test('are bounded, announced or not', async () => {
    const { call } = await trialServer(house, shop, [upload])
    const announced = await call('/api/console/upload', { method: 'POST', body: 'x'.repeat(1_000_001) })
    expect(await announced.json()).toMatchObject({ status: 413, params: { limitBytes: 1_000_000 } })
    const chunks = Readable.from(Array.from({ length: 40 }, () => 'x'.repeat(50_000)))
    const chunked = await call('/api/console/upload', {
      method: 'POST',
      body: Readable.toWeb(chunks) as ReadableStream,
      duplex: 'half',
    } as RequestInit)
    expect(chunked.status).toBe(413)
  })

  test('that break off are told to the handler', async () => {
    let failed: (error: unknown) => void = () => {}
    const failure = new Promise<unknown>((resolve) => {
      failed = resolve
    })
    const watch = handle({ ...upload.spec, bodyKind: 'raw' } as const, async ({ body }) => {
      await text(body.stream).catch(failed)
      return {}
    })
    const { url } = await trialServer(house, shop, [watch])
    const request = rawRequest(`${url}/api/console/upload`, { method: 'POST', headers: { 'content-length': '1000' } })
    request.on('error', () => undefined)
    request.write('half', () => request.destroy())
    expect(await failure).toMatchObject({ code: 'common.malformed_body' })
  })

  test('that break off before the handler reads end nobody, and are told when it does', async () => {
    let failed: (error: unknown) => void = () => {}
    const failure = new Promise<unknown>((resolve) => {
      failed = resolve
    })
    const late = handle({ ...upload.spec, bodyKind: 'raw' } as const, async ({ body }) => {
      // As a handler that asks the database first; the test runner fails when nobody listens to the stream meanwhile.
      await new Promise((resolve) => body.stream.once('close', resolve))
      await text(body.stream).catch(failed)
      return {}
    })
    const { url } = await trialServer(house, shop, [late])
    const request = rawRequest(`${url}/api/console/upload`, { method: 'POST', headers: { 'content-length': '1000' } })
    request.on('error', () => undefined)
    request.write('half', () => request.destroy())
    expect(await failure).toMatchObject({ code: 'common.malformed_body' })
  })
})

describe('files', () => {
  test('leave as a stream under their own name, never to be guessed at', async () => {
    const file = handle(
      route({
        id: 'trial.file',
        method: 'GET',
        path: '/api/mall/file',
        summary: 'File',
        access: { kind: 'public' },
        responseKind: 'file',
        response: z.unknown(),
      }),
      async () => ({
        content: Readable.from(['卡', '密']),
        contentType: 'text/plain; charset=utf-8',
        fileName: '订单"1"\r\n.txt',
      }),
    )
    const { call } = await trialServer(house, shop, [file])
    const response = await call('/api/mall/file')
    expect(await response.text()).toBe('卡密')
    expect(response.headers.get('content-disposition')).toBe(
      `attachment; filename="___1___.txt"; filename*=UTF-8''%E8%AE%A2%E5%8D%95_1___.txt`,
    )
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })
})

describe('streams', () => {
  const streamRoute = route({
    id: 'trial.stream',
    method: 'GET',
    path: '/api/mall/stream',
    summary: 'Stream',
    access: { kind: 'public' },
    responseKind: 'sse',
    rateLimit: false,
    response: z.object({ n: z.number() }),
  })

  /** A server whose streams the test holds in its hands. */
  async function streaming(config: { readonly streamsPerNetwork?: number } = {}) {
    const opened: EventStream<{ n: number }>[] = []
    const closings: Promise<void>[] = []
    const stream = handle(streamRoute, async ({ openStream }) => {
      const one = openStream()
      closings.push(new Promise((resolve) => one.onClose(resolve)))
      opened.push(one)
      one.send({ n: 0 }, { id: 'a1', event: 'order' })
      return one
    })
    return { ...(await trialServer(house, shop, [stream], { config })), opened, closings }
  }

  async function* chunksOf(response: Response): AsyncGenerator<string> {
    const decoder = new TextDecoder()
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) yield decoder.decode(chunk)
  }

  test('send events with ids, hear the last one seen, and end when the page leaves', async () => {
    const { call, opened, closings } = await streaming()
    const leaving = new AbortController()
    const response = await call('/api/mall/stream', { headers: { 'last-event-id': 'a0' }, signal: leaving.signal })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    expect(response.headers.getSetCookie()[0]).toContain('qs_device=')
    expect(opened[0]?.lastEventId).toBe('a0')
    opened[0]?.send({ n: 1 })
    let seen = ''
    for await (const chunk of chunksOf(response)) {
      seen += chunk
      if (seen.includes('"n":1')) break
    }
    expect(seen).toMatch(/^retry: \d+\n\nid: a1\nevent: order\ndata: \{"n":0\}\n\ndata: \{"n":1\}\n\n$/)
    leaving.abort()
    await closings[0]
    expect(opened[0]?.closed).toBe(true)
  })

  test('so many from one address, and one more as soon as one has left', async () => {
    const { call, closings } = await streaming({ streamsPerNetwork: 3 })
    const leaving = new AbortController()
    await call('/api/mall/stream', { signal: leaving.signal })
    const others = await Promise.all([1, 2, 3, 4].map(() => call('/api/mall/stream')))
    expect(others.map(({ status }) => status).toSorted()).toEqual([200, 200, 429, 429])
    const refused = others.find(({ status }) => status === 429)
    expect(await refused?.json()).toMatchObject({ code: 'common.too_many_pages', params: { max: 3 } })
    leaving.abort()
    await closings[0]
    expect((await call('/api/mall/stream')).status).toBe(200)
  })

  test('end when the server drains, so that the page goes to another process', async () => {
    const { call, app, opened } = await streaming()
    const response = await call('/api/mall/stream')
    const rest = response.text()
    await app.close()
    expect(await rest).toContain('"n":0')
    expect(opened[0]?.closed).toBe(true)
  })

  test('cut off a reader that does not read, instead of keeping its news in memory', async () => {
    const { url, opened, closings } = await streaming()
    const request = rawRequest(`${url}/api/mall/stream`)
    const begun = new Promise<void>((resolve) => request.on('response', (response) => resolve(void response.pause())))
    request.on('error', () => undefined)
    request.end()
    await begun
    const [stream] = opened
    const big = { n: 1, filler: 'x'.repeat(100_000) }
    for (let count = 0; count < 1000 && !stream?.closed; count += 1) {
      stream?.send(big)
      await new Promise(setImmediate)
    }
    await closings[0]
    expect(stream?.closed).toBe(true)
    request.destroy()
  })

  test('a thousand waiting pages cost little and all hear the news', async () => {
    const { call, opened, app } = await streaming({ streamsPerNetwork: 1000 })
    const count = 1000
    const before = process.memoryUsage().heapUsed
    const responses = await Promise.all(Array.from({ length: count }, () => call('/api/mall/stream')))
    const texts = responses.map((response) => response.text())
    for (const stream of opened) stream.send({ n: 42 })
    const heap = process.memoryUsage().heapUsed - before
    await app.close()
    const all = await Promise.all(texts)
    expect(all.filter((each) => each.includes('"n":42'))).toHaveLength(count)
    // Both ends live in this process, the clients weigh more than the streams.
    expect(heap / count).toBeLessThan(200_000)
  })
})

describe('front ends', () => {
  async function built(name: string): Promise<string> {
    const dir = await mkdtemp(join(tmpdir(), 'quanshu-front-'))
    await mkdir(join(dir, 'assets'))
    await writeFile(join(dir, 'index.html'), `<!doctype html><html><head><title>${name}</title></head></html>`)
    await writeFile(join(dir, 'assets', 'app-1a2b.js'), 'plain')
    await writeFile(join(dir, 'assets', 'app-1a2b.js.br'), 'squeezed')
    return dir
  }

  test('the mall stands at /, the console at /console/, and any screen’s address answers with its page', async () => {
    const { call } = await trialServer(house, shop, [], {
      mallDir: await built('mall'),
      consoleDir: await built('console'),
    })
    const page = async (path: string) => {
      const response = await call(path, { headers: { accept: 'text/html' } })
      return { status: response.status, html: await response.text(), headers: response.headers }
    }
    expect((await page('/')).html).toContain('<base href="/"><title>mall')
    expect((await page('/orders/2611')).html).toContain('<title>mall')
    expect((await page('/console/')).html).toContain('<base href="/console/"><title>console')
    expect((await page('/console/orders/1')).html).toContain('<title>console')
    expect((await page(`/s/${shop.slug}/goods/1`)).html).toContain(`<base href="/s/${shop.slug}/"><title>mall`)
    expect((await page(`/s/${shop.slug}/console/x`)).html).toContain(`<base href="/s/${shop.slug}/console/">`)
    const { headers } = await page('/')
    expect(headers.get('cache-control')).toBe('no-cache')
    expect(headers.get('content-security-policy')).toContain("script-src 'self'")
    const again = await call('/', { headers: { accept: 'text/html', 'if-none-match': headers.get('etag') ?? '' } })
    expect(again.status).toBe(304)
    const moved = await call('/console', { redirect: 'manual', headers: { accept: 'text/html' } })
    expect([moved.status, moved.headers.get('location')]).toEqual([302, '/console/'])
  })

  test('files are served compressed and for ever; what is not there is not found', async () => {
    const { call } = await trialServer(house, shop, [], {
      mallDir: await built('mall'),
      consoleDir: await built('console'),
    })
    for (const path of ['/assets/app-1a2b.js', `/s/${shop.slug}/console/assets/app-1a2b.js`]) {
      const response = await call(path, { headers: { 'accept-encoding': 'identity' } })
      expect([response.status, await response.text()]).toEqual([200, 'plain'])
      expect(response.headers.get('cache-control')).toContain('immutable')
    }
    const squeezed = await new Promise<string | undefined>((resolve) => {
      void call('/healthz').then(({ url }) => {
        const request = rawRequest(new URL('/assets/app-1a2b.js', url), { headers: { 'accept-encoding': 'br' } })
        request.on('response', (response) => resolve(response.resume().headers['content-encoding']))
        request.end()
      })
    })
    expect(squeezed).toBe('br')
    for (const path of ['/assets/other.js', '/assets/%2e%2e/index.html', '/..%2f..%2fetc/passwd.txt', '/api/nothing']) {
      expect((await call(path)).status).toBe(404)
    }
  })
})
