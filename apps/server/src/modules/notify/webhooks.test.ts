import type { WEBHOOK_EVENTS } from '@quanshu/contract'
import { startWebhookReceiver } from '@quanshu/sim/webhooks'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createOutbound } from '../../platform/outbound/index.ts'
import { queueWebhooks } from './commands/deliver-webhooks.ts'
import {
  createEndpoint,
  replayDelivery,
  rotateEndpoint,
  testEndpoint,
  updateEndpoint,
} from './commands/manage-endpoints.ts'
import { tellingHouse } from './told.fixture.ts'
import { waitAfter, webhookHeaders } from './webhooks.ts'

const { house, emit, addStaff } = await tellingHouse()
type Shop = Awaited<ReturnType<typeof house.newTenant>>

async function connected(more: { events?: readonly (typeof WEBHOOK_EVENTS)[number][] } = {}) {
  const shop = await house.newTenant()
  const receiver = await startWebhookReceiver({ host: '127.0.0.1' })
  onTestFinished(() => receiver.close())
  const input = { url: receiver.url, note: 'ERP', events: more.events ?? (['order.paid'] as const), enabled: true }
  const { id, secret } = await createEndpoint(house, shop.ctx, input)
  receiver.secrets.push(secret)
  return { shop, receiver, id, secret, input, pay: () => emit(shop, 'order.paid', 'order:1', { no: 1, gateway: 'x' }) }
}
const deliveries = async (shop: Shop) => {
  const { rows } = await house.owner.query<{
    id: number
    state: string
    attempts: number
    wait: number | null
    tries: readonly { status: number | null }[]
  }>(
    `select id, state, attempts, extract(epoch from next_try_at - now())::integer as wait, tries
     from notify.deliveries where tenant_id = $1 order by id`,
    [shop.tenantId],
  )
  return rows
}
/** The next step of the ladder is due now. */
async function skip(shop: Shop, id: number) {
  await house.owner.query(
    `update notify.deliveries set next_try_at = now() where tenant_id = $1 and state = 'queued'`,
    [shop.tenantId],
  )
  await house.db.write(shop.ctx, async (tx) => queueWebhooks(tx, id))
}
const endpointOf = async (shop: Shop) =>
  (await house.owner.query('select * from notify.endpoints where tenant_id = $1', [shop.tenantId])).rows[0]

test('the signature is that of the published vector', () => {
  const headers = webhookHeaders(
    { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}', at: new Date(1_614_265_330_000) },
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  )
  expect(headers).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  })
})

test('the ladder rises to a day, with jitter, and ends; “later” and “slow down” are listened to', () => {
  const none = { status: 500, retryAfter: undefined }
  const now = new Date()
  const middle = Array.from({ length: 10 }, (_, n) => waitAfter(n + 1, none, now, 0.5))
  expect(middle).toEqual(
    [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400, undefined].map((s) => s && s * 1000),
  )
  expect(waitAfter(2, none, now, 0)).toBe(270_000)
  expect(waitAfter(2, none, now, 1)).toBe(330_000)
  expect(waitAfter(1, { status: 503, retryAfter: '120' }, now, 0.5)).toBe(120_000)
  expect(
    waitAfter(1, { status: 503, retryAfter: new Date(now.getTime() + 600_500).toUTCString() }, now, 0.5),
  ).toBeGreaterThan(598_000)
  expect(waitAfter(1, { status: 429, retryAfter: undefined }, now, 0.5)).toBe(60_000)
  expect(waitAfter(1, { status: 503, retryAfter: 'soon' }, now, 0.5)).toBe(5_000)
})

describe('a delivery', () => {
  test('is signed, thin, and only of what was asked for', async () => {
    const { shop, receiver, pay } = await connected()
    await emit(shop, 'order.placed', 'order:1', { no: 1 })
    await pay()
    await expect
      .poll(() => receiver.control.received())
      .toMatchObject([{ type: 'order.paid', signedBy: [0], isFresh: true }])
    const body = JSON.parse(receiver.control.received()[0]?.body ?? '')
    expect(body).toEqual({
      type: 'order.paid',
      timestamp: expect.any(String),
      data: { subject: 'order:1', no: 1, gateway: 'x' },
    })
    await expect
      .poll(() => deliveries(shop))
      .toMatchObject([{ state: 'delivered', attempts: 1, tries: [{ status: 204 }] }])
  })

  test('that fails comes again under the same id, later each time, until it is taken', async () => {
    const { shop, receiver, id, pay } = await connected()
    receiver.control.answer(
      { status: 500 },
      { cut: true },
      { status: 302, headers: { location: 'http://127.0.0.1:1/' } },
    )
    await pay()
    await expect
      .poll(() => deliveries(shop))
      .toMatchObject([{ state: 'queued', attempts: 1, tries: [{ status: 500 }] }])
    await skip(shop, id)
    await expect.poll(async () => (await deliveries(shop))[0]?.tries).toMatchObject([{ status: 500 }, { status: null }])
    expect((await deliveries(shop))[0]?.wait).toBeGreaterThan(260)
    await skip(shop, id)
    await expect.poll(async () => (await deliveries(shop))[0]?.tries.length).toBe(3)
    await skip(shop, id)
    await expect.poll(() => deliveries(shop)).toMatchObject([{ state: 'delivered', attempts: 4 }])
    expect(new Set(receiver.control.received().map((one) => one.id)).size).toBe(1)
    expect((await endpointOf(shop)).failing_since).toBeNull()
  })

  test('honours Retry-After', async () => {
    const { shop, receiver, pay } = await connected()
    receiver.control.answer({ status: 503, headers: { 'retry-after': '900' } })
    await pay()
    await expect.poll(async () => (await deliveries(shop))[0]?.wait).toBeGreaterThan(880)
  })

  test('can be replayed by hand, with the same id', async () => {
    const { shop, receiver, pay } = await connected()
    await pay()
    await expect.poll(() => deliveries(shop)).toMatchObject([{ state: 'delivered' }])
    const [first] = await deliveries(shop)
    await house.db.write(shop.ctx, (tx) => replayDelivery(tx, first?.id ?? 0))
    await expect.poll(() => receiver.control.received().length).toBe(2)
    expect(new Set(receiver.control.received().map((one) => one.id)).size).toBe(1)
  })

  test('to one endpoint does not wait for another that is dead', async () => {
    const { shop, receiver, input, pay } = await connected()
    await createEndpoint(house, shop.ctx, { ...input, url: 'http://127.0.0.1:1/dead' })
    await pay()
    await expect.poll(() => receiver.control.received().length).toBe(1)
    await expect
      .poll(async () => (await deliveries(shop)).map(({ state }) => state).toSorted())
      .toEqual(['delivered', 'queued'])
  })
})

describe('an endpoint', () => {
  test('that answers 410 is switched off, and staff are told; switched on again it gets what comes', async () => {
    const { shop, receiver, id, input, pay } = await connected()
    const owner = await addStaff(shop, 'Keeper', ['settings.manage'])
    receiver.control.answer({ status: 410 })
    await pay()
    await expect.poll(() => endpointOf(shop)).toMatchObject({ enabled: false, disabled_reason: 'gone' })
    await expect
      .poll(
        async () => (await house.owner.query('select event, body from notify.inbox where staff_id = $1', [owner])).rows,
      )
      .toMatchObject([{ event: 'webhook.disabled', body: expect.stringContaining('410') }])
    expect(await deliveries(shop)).toMatchObject([{ state: 'failed' }])
    await pay()
    await updateEndpoint(house, shop.ctx, id, { ...input, events: ['order.paid'] })
    await pay()
    await expect.poll(() => receiver.control.received().length).toBeGreaterThanOrEqual(2)
    expect(await endpointOf(shop)).toMatchObject({ enabled: true, disabled_reason: null })
  })

  test('to which nothing got through for days is switched off; one bad hour does not do that', async () => {
    const { shop, receiver, id, pay } = await connected()
    receiver.control.answer({ status: 500 }, { status: 500 })
    await pay()
    await expect.poll(async () => (await endpointOf(shop)).failing_since).not.toBeNull()
    expect(await endpointOf(shop)).toMatchObject({ enabled: true })
    await house.owner.query(
      `update notify.endpoints set failing_since = now() - interval '6 days' where tenant_id = $1`,
      [shop.tenantId],
    )
    await skip(shop, id)
    await expect.poll(() => endpointOf(shop)).toMatchObject({ enabled: false, disabled_reason: 'failing' })
  })

  test('while its secret is replaced both sign; the secrets are sealed', async () => {
    const { shop, receiver, id, secret, pay } = await connected()
    const next = await rotateEndpoint(house, shop.ctx, id)
    receiver.secrets.push(next)
    await pay()
    await expect.poll(() => receiver.control.received()).toMatchObject([{ signedBy: [0, 1] }])
    await house.owner.query('update notify.endpoints set previous_until = now() where tenant_id = $1', [shop.tenantId])
    await pay()
    await expect.poll(() => receiver.control.received().at(-1)).toMatchObject({ signedBy: [1] })
    const row = await endpointOf(shop)
    for (const one of [secret, next])
      expect(row.secret_sealed.includes(one) || row.previous_sealed.includes(one)).toBe(false)
  })

  test('inside our own network is refused, and a test says what was answered', async () => {
    const { shop, receiver, id, input } = await connected()
    const strict = { ...house, config: { ...house.config, allowInsecureEndpoints: false } }
    for (const url of ['http://shop.example/hook', 'https://169.254.169.254/latest', 'https://localhost/hook']) {
      await expect(createEndpoint(strict, shop.ctx, { ...input, url })).rejects.toMatchObject({
        code: 'notify.insecure_address',
      })
    }
    const outbound = createOutbound({ allowInsecure: true })
    receiver.control.answer({ status: 418 })
    expect(await testEndpoint(house, outbound, shop.ctx, id)).toMatchObject({ ok: false, message: 'HTTP 418' })
    expect(await testEndpoint(house, outbound, shop.ctx, id)).toMatchObject({ ok: true })
    expect(receiver.control.received().at(-1)).toMatchObject({ type: 'webhook.test', signedBy: [0] })
  })

  test('a shop has at most ten, also when they are asked for at once', async () => {
    const { shop, input } = await connected()
    const made = await Promise.allSettled(Array.from({ length: 12 }, () => createEndpoint(house, shop.ctx, input)))
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(9)
  })
})
