import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { commonErrors, route } from '@quanshu/contract'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { testPlatform } from '../../../test/harness/index.ts'
import { handle } from './index.ts'
import type { OpenApiDocument } from './openapi.ts'
import { problemIn, trialServer } from './trial-server.ts'

const house = await testPlatform()
const shop = await house.newTenant()

const echoBody = z.object({
  name: z.string().min(2).max(10),
  count: z.int().min(1),
  tags: z.array(z.string()).optional(),
})
const echo = handle(
  route({
    id: 'trial.echo',
    method: 'POST',
    path: '/api/mall/echo/:no',
    summary: 'Echo',
    access: { kind: 'public' },
    params: z.object({ no: z.coerce.number().int() }),
    query: z.object({ loud: z.enum(['true', 'false']).optional() }),
    body: echoBody,
    response: z.object({ no: z.number(), name: z.string(), actor: z.string(), note: z.string().nullable() }),
  }),
  async ({ params, body, ctx }) => {
    const answer = { no: params.no, name: body.name, actor: ctx.actor.kind, note: null, secret: 'not in the contract' }
    return answer
  },
)
const simple = (id: string, path: string, extra: object = {}) =>
  route({
    id,
    method: 'GET',
    path,
    summary: id,
    access: { kind: 'public' },
    response: z.object({ ok: z.boolean() }),
    ...extra,
  })

const good = { name: 'card', count: 1 }

describe('input', () => {
  test('well formed input reaches the handler typed, and only what the contract names leaves', async () => {
    const { call } = await trialServer(house, shop, [echo])
    const response = await call('/api/mall/echo/7?loud=true', { method: 'POST', json: good })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ no: 7, name: 'card', actor: 'guest', note: null })
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })

  test('every bad field of every part is listed, in the person’s language', async () => {
    const { call } = await trialServer(house, shop, [echo])
    const ask = (locale: string) =>
      call('/api/mall/echo/x?loud=maybe', {
        method: 'POST',
        json: { name: 'x', count: 0.5, tags: [1] },
        headers: { 'accept-language': locale },
      }).then(problemIn)
    const chinese = await ask('zh-CN,zh;q=0.9,en;q=0.8')
    expect(chinese).toMatchObject({ status: 422, code: 'common.invalid_input', detail: '有 5 处填写需要修改' })
    expect(chinese.errors?.map((error) => `${error.in}:${error.path}`)).toEqual([
      'params:no',
      'query:loud',
      'body:name',
      'body:count',
      'body:tags.0',
    ])
    expect(chinese.errors?.[2]?.message).toMatch(/[\u4e00-\u9fff]/)
    const english = await ask('en-GB')
    expect(english.detail).toBe('5 field(s) need correction')
    expect(english.errors?.[2]?.message).toMatch(/^Too small/)
  })

  test('a schema may name a refusal of the catalogue as its message', async () => {
    const body = z.object({ when: z.string().refine(() => false, { error: 'common.conflict' }) })
    const strict = handle(
      route({
        ...echo.spec,
        params: undefined as never,
        id: 'trial.strict',
        path: '/api/mall/strict',
        body,
        response: z.object({}),
      }),
      async () => ({}),
    )
    const { call } = await trialServer(house, shop, [strict])
    const response = await call('/api/mall/strict', {
      method: 'POST',
      json: { when: 'x' },
      headers: { 'x-quanshu-locale': 'en' },
    })
    const problem = await problemIn(response)
    expect(problem.errors).toEqual([
      {
        in: 'body',
        path: 'when',
        code: 'common.conflict',
        message: 'Someone changed this meanwhile; reload and try again',
      },
    ])
  })

  test.each([
    ['broken JSON', '{"name":', 'application/json', 400, 'common.malformed_body'],
    ['an empty body', '', 'application/json', 400, 'common.malformed_body'],
    [
      'prototype poisoning',
      '{"__proto__":{"x":1},"name":"ab","count":1}',
      'application/json',
      400,
      'common.malformed_body',
    ],
    ['another type', 'name=x', 'application/x-www-form-urlencoded', 415, 'common.unsupported_media_type'],
    ['NUL in a text', '{"name":"a\\u0000b","count":1}', 'application/json', 422, 'common.invalid_input'],
    ['half a surrogate pair', '{"name":"a\\ud800b","count":1}', 'application/json', 422, 'common.invalid_input'],
    ['10 MB', `{"name":"${'x'.repeat(10_000_000)}"}`, 'application/json', 413, 'common.body_too_large'],
  ])('%s is refused with a sentence', async (_, body, type, status, code) => {
    const { call } = await trialServer(house, shop, [echo])
    const response = await call('/api/mall/echo/1', { method: 'POST', body, headers: { 'content-type': type } })
    expect(response.headers.get('content-type')).toContain('application/problem+json')
    const problem = await problemIn(response)
    expect(problem).toMatchObject({ status, code, requestId: response.headers.get('x-request-id') })
    expect(problem.detail).not.toContain('{')
  })

  test('NUL in an address is refused', async () => {
    const { call } = await trialServer(house, shop, [
      handle(simple('trial.get', '/api/mall/x'), async () => ({ ok: true })),
    ])
    expect((await call('/api/mall/x?q=a%00b')).status).toBe(422)
  })

  test('a malformed address and malformed HTTP get an answer, not a hang', async () => {
    const { call, url } = await trialServer(house, shop, [echo])
    expect((await call('/api/mall/%E0%A4%A')).status).toBe(400)
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.end('NONSENSE\r\n\r\n')
    expect(await text(socket)).toContain('400')
  })
})

describe('refusals', () => {
  test('a refusal answers as problem+json with its code and params; a bug says nothing of itself', async () => {
    const no = handle(simple('trial.no', '/api/mall/no'), async () => {
      throw commonErrors.forbidden({ permission: 'goods.write' })
    })
    const bug = handle(simple('trial.bug', '/api/mall/bug'), async () => {
      throw new Error('select secret from table')
    })
    const { call, url } = await trialServer(house, shop, [no, bug], { config: { publicUrl: 'https://shop.example' } })
    const refused = await (await call('/api/mall/no')).json()
    expect(refused).toMatchObject({
      type: 'https://shop.example/docs#common.forbidden',
      title: '没有权限',
      status: 403,
      params: { permission: 'goods.write' },
    })
    const broken = await (await call('/api/mall/bug')).text()
    expect(broken).toContain('common.internal')
    expect(broken).not.toContain('secret')
    expect(await (await fetch(`${url}/api/nothing`)).json()).toMatchObject({ status: 404, code: 'common.not_found' })
  })

  test('an answer that breaks the contract is a 500, not half an answer', async () => {
    const broken = handle(simple('trial.broken', '/api/mall/broken'), async () => ({}) as { ok: boolean })
    const { call } = await trialServer(house, shop, [broken])
    expect(await (await call('/api/mall/broken')).json()).toMatchObject({ status: 500, code: 'common.internal' })
  })
})

describe('shops', () => {
  test('a shop is found by its host or by /s/<slug>; an unknown one is not found', async () => {
    const where = handle(
      route({
        ...simple('trial.where', '/api/mall/where'),
        response: z.object({ slug: z.string(), prefix: z.string() }),
      }),
      async ({ tenant, prefix }) => ({ slug: tenant.slug, prefix }),
    )
    const { call } = await trialServer(house, shop, [where])
    expect(await (await call('/api/mall/where')).json()).toEqual({ slug: shop.slug, prefix: '' })
    const prefix = `/s/${shop.slug}`
    expect(await (await call(`${prefix}/api/mall/where`)).json()).toEqual({ slug: shop.slug, prefix })
    expect(await (await call('/s/nobody/api/mall/where')).json()).toMatchObject({
      status: 404,
      code: 'common.unknown_shop',
    })
    const page = await call('/s/nobody/goods/1', { headers: { accept: 'text/html' } })
    expect([page.status, await page.text()]).toEqual([404, expect.stringContaining('没有这家店铺')])
  })
})

describe('who may call', () => {
  const access = (id: string, kind: object) =>
    handle(route({ ...simple(id, `/api/console/${id}`), access: kind as { kind: 'public' } }), async () => ({
      ok: true,
    }))
  const routes = [
    access('any', { kind: 'staff' }),
    access('read', { kind: 'staff', permission: 'goods.read' }),
    access('write', { kind: 'staff', permission: 'goods.write' }),
    handle(route({ ...simple('me', '/api/mall/me'), access: { kind: 'member' } }), async ({ session }) => ({
      ok: session.memberId === 5,
    })),
  ]

  test('staff routes ask for a session and its permission, member routes for a member', async () => {
    const { call } = await trialServer(house, shop, routes)
    const status = async (path: string, cookie = '') => (await call(path, { headers: { cookie } })).status
    expect(await status('/api/console/any')).toBe(401)
    expect(await status('/api/console/any', 'qs_member=5')).toBe(401)
    expect(await status('/api/console/read', 'qs_staff=3')).toBe(200)
    const refused = await call('/api/console/write', { headers: { cookie: 'qs_staff=3' } })
    expect(await refused.json()).toMatchObject({ status: 403, params: { permission: 'goods.write' } })
    expect(await status('/api/mall/me', 'qs_staff=3')).toBe(401)
    expect(await (await call('/api/mall/me', { headers: { cookie: 'qs_member=5' } })).json()).toEqual({ ok: true })
  })

  test('every browser gets one device id on the mall, kept from then on', async () => {
    const device = handle(
      route({ ...simple('trial.device', '/api/mall/device'), response: z.object({ id: z.string() }) }),
      async ({ session }) => ({ id: session.kind === 'staff' ? '' : session.deviceId }),
    )
    const { call } = await trialServer(house, shop, [device], { config: { secureCookies: true } })
    const first = await call(`/s/${shop.slug}/api/mall/device`)
    const [cookie = ''] = first.headers.getSetCookie()
    const { id } = (await first.json()) as { id: string }
    expect(cookie).toContain(`qs_device=${id};`)
    expect(id).toMatch(/^[\w-]{22}$/)
    for (const attribute of ['HttpOnly', 'Secure', 'SameSite=Lax', `Path=/s/${shop.slug}`, 'Max-Age=31536000']) {
      expect(cookie).toContain(attribute)
    }
    const second = await call('/api/mall/device', { headers: { cookie: `qs_device=${id}` } })
    expect(second.headers.getSetCookie()).toEqual([])
    expect(await second.json()).toEqual({ id })
  })
})

describe('other sites', () => {
  test('cannot act with a visitor’s cookies', async () => {
    const { url } = await trialServer(house, shop, [echo])
    const status = async (headers: Record<string, string>) =>
      (
        await fetch(`${url}/api/mall/echo/1`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify(good),
        })
      ).status
    const ours = { 'x-quanshu-client': 'mall', cookie: 'qs_member=5' }
    expect(await status({ ...ours, 'sec-fetch-site': 'same-origin', origin: url })).toBe(200)
    expect(await status({ ...ours, origin: url })).toBe(200)
    expect(await status({ ...ours, 'sec-fetch-site': 'cross-site' })).toBe(403)
    expect(await status({ ...ours, 'sec-fetch-site': 'same-site' })).toBe(403)
    expect(await status({ ...ours, origin: 'https://evil.example' })).toBe(403)
    expect(await status({ ...ours, origin: 'null' })).toBe(403)
    expect(await status({ cookie: 'qs_member=5' })).toBe(403)
    // A gateway's server: no cookies, nothing to abuse.
    expect(await status({})).toBe(200)
  })
})

describe('rate limits', () => {
  test('the call after the last allowed one is told when to come back', async () => {
    const rateLimit = { max: 2, windowMs: 60_000 }
    const scarce = handle(route({ ...simple('trial.scarce', '/api/mall/scarce'), rateLimit }), async () => ({
      ok: true,
    }))
    const { call } = await trialServer(house, shop, [scarce], { config: { trustProxy: true } })
    const from = (ip: string, cookie = '') => call('/api/mall/scarce', { headers: { 'x-forwarded-for': ip, cookie } })
    expect([(await from('2001:db8:1:2::1')).status, (await from('2001:db8:1:2:ffff::2')).status]).toEqual([200, 200])
    const refused = await from('2001:db8:1:2::3')
    expect(refused.status).toBe(429)
    const seconds = Number(refused.headers.get('retry-after'))
    expect(seconds).toBeGreaterThan(0)
    expect(await refused.json()).toMatchObject({ params: { retryAfterSeconds: seconds } })
    expect((await from('2001:db8:1:3::1')).status).toBe(200)
    expect((await from('2001:db8:1:2::1', 'qs_member=5')).status).toBe(200)
  })
})

describe('health', () => {
  test('tells life, readiness and figures; figures only to this machine or with the token', async () => {
    const { call } = await trialServer(house, shop, [echo])
    expect(await (await call('/healthz')).json()).toEqual({ status: 'alive' })
    expect(await (await call('/readyz')).json()).toEqual({ status: 'ready' })
    await call('/api/mall/echo/7', { method: 'POST', json: good })
    expect(await (await call('/metrics')).text()).toContain(
      'quanshu_http_request_seconds_count{route="trial.echo",status="200"',
    )
    expect((await call('/metrics', { headers: { 'x-forwarded-for': '1.2.3.4' } })).status).toBe(401)

    const guarded = await trialServer(house, shop, [], { config: { metricsToken: 'a-long-enough-token' } })
    expect((await guarded.call('/metrics')).status).toBe(401)
    const headers = { authorization: 'Bearer a-long-enough-token' }
    expect((await guarded.call('/metrics', { headers })).status).toBe(200)
  })

  test('an unreachable database means not ready, but alive', async () => {
    const callGlobal = () => Promise.reject(new Error('connection refused'))
    const { call } = await trialServer({ ...house, db: { ...house.db, callGlobal } }, shop, [])
    expect((await call('/readyz')).status).toBe(503)
    expect((await call('/healthz')).status).toBe(200)
  })

  test('draining answers what is under way and says that it is not ready', async () => {
    let finish: () => void = () => {}
    let began: () => void = () => {}
    const started = new Promise<void>((resolve) => {
      began = resolve
    })
    const slow = handle(simple('trial.slow', '/api/mall/slow'), async () => {
      began()
      await new Promise<void>((resolve) => {
        finish = resolve
      })
      return { ok: true }
    })
    const { call, app } = await trialServer(house, shop, [slow], { drainDelayMs: 200 })
    const underWay = call('/api/mall/slow')
    await started
    const closed = app.close()
    const ready = await call('/readyz')
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'not ready', reason: 'draining' }])
    finish()
    expect((await underWay).status).toBe(200)
    await closed
    await expect(call('/healthz')).rejects.toThrow()
  })
})

describe('the description', () => {
  test('is OpenAPI 3.1 with every route, and a page without scripts', async () => {
    const { call } = await trialServer(house, shop, [echo])
    const document = (await (await call('/openapi.json')).json()) as OpenApiDocument
    expect(document.openapi).toBe('3.1.0')
    const operation = document.paths['/api/mall/echo/{no}']?.post
    expect(operation).toMatchObject({
      operationId: 'trial.echo',
      requestBody: { content: { 'application/json': { schema: { required: ['name', 'count'] } } } },
    })
    const page = await call('/docs')
    const html = await page.text()
    expect(html).toContain('trial.echo')
    expect(html).not.toContain('<script')
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'")
  })
})

test('what the database gave up on and rolled back is busy, not broken', async () => {
  const hasty = handle(simple('trial.hasty', '/api/mall/hasty'), async ({ ctx }) => {
    await house.db.write(ctx, async (tx) => {
      await sql`select pg_advisory_xact_lock(4711)`.execute(tx.db)
      await house.db.write(ctx, async (other) => {
        await sql`set local lock_timeout = 20`.execute(other.db)
        await sql`select pg_advisory_xact_lock(4711)`.execute(other.db)
      })
    })
    return { ok: true }
  })
  const { call } = await trialServer(house, shop, [hasty])
  const response = await call('/api/mall/hasty')
  expect(response.status).toBe(503)
  expect(await problemIn(response)).toMatchObject({ code: 'common.busy' })
})
