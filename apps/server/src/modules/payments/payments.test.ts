import type { PaygateFaultKind } from '@quanshu/sim'
import { afterEach, describe, expect, test } from 'vitest'
import { retryRefund } from './commands/retry-refund.ts'
import { saveGateway } from './index.ts'
import { paymentsHouse } from './payments.fixture.ts'

const at = await paymentsHouse()
const { paygate } = at.standIns
const { control } = paygate
afterEach(() => control.clearFaults())

describe('opening a cashier', () => {
  test('gives one address per order, and stores the attempt before the gateway is called', async () => {
    const shop = await at.newShop()
    const no = await at.newOrder(shop)
    const cashier = await at.open(shop, no)
    expect(cashier).toMatchObject({ way: 'redirect', url: expect.stringContaining(`${paygate.url}/cashier/`) })
    expect(await at.open(shop, no)).toEqual(cashier)
    expect(await at.attempt(shop, no)).toMatchObject({ state: 'pending' })
    const sent = JSON.parse(control.received().findLast(({ body }) => body.includes(String(no)))?.body ?? '')
    expect(sent).toMatchObject({
      subject: String(no),
      notify_url: `${at.origin}/s/${shop.slug}/api/pay/sim-pay/notify`,
    })
  })

  test.each(['api.cut', 'api.error', 'api.malformed', 'api.forged', 'api.refuse'] as const)(
    'one lost answer (%s) is asked again under the same number',
    async (kind) => {
      const shop = await at.newShop()
      const no = await at.newOrder(shop)
      control.addFault({ kind, endpoint: 'create', key: String(no), times: 1 })
      expect(await at.open(shop, no)).toMatchObject({ url: expect.stringContaining('/cashier/') })
      expect(control.books(paygate.merchant.id).payments.filter((one) => one.out_trade_no === String(no))).toHaveLength(
        1,
      )
    },
  )

  test('a gateway that stays silent keeps the order and says so', async () => {
    const shop = await at.newShop()
    const no = await at.newOrder(shop)
    control.addFault({ kind: 'api.error', endpoint: 'create', times: 2 })
    await expect(at.open(shop, no)).rejects.toMatchObject({ code: 'payments.gateway_unavailable' })
    expect(await at.open(shop, no)).toMatchObject({ url: expect.stringContaining('/cashier/') })
  })

  test('a gateway that is off, or unknown, is refused', async () => {
    const shop = await at.house.newTenant()
    const no = await at.newOrder(shop)
    await expect(at.open(shop, no)).rejects.toMatchObject({ code: 'payments.gateway_unknown' })
  })
})

describe('notices', () => {
  test('a payment is settled and acknowledged; the notice is stored raw', async () => {
    const shop = await at.newShop()
    const no = await at.newOrder(shop)
    await at.open(shop, no)
    expect(await at.pay(no)).toMatchObject({ paid: 1, acknowledged: 1 })
    expect(await at.orderState(shop, no)).toBe('paid')
    expect(await at.attempt(shop, no)).toMatchObject({ state: 'captured', next_query_at: null })
    const [notice] = await at.query<{ body: string; headers: Record<string, string> }>(
      'select body, headers from payments.notices where tenant_id = $1',
      [shop.tenantId],
    )
    expect(JSON.parse(notice?.body ?? '')).toMatchObject({ out_trade_no: String(no), amount: 1990 })
    expect(notice?.headers['x-pay-signature']).toMatch(/^[0-9a-f]{64}$/)
  })

  test('five at once, and again a day later: one receipt, all acknowledged', async () => {
    const shop = await at.newShop()
    const no = await at.newOrder(shop)
    await at.open(shop, no)
    control.addFault({ kind: 'notice.parallel', count: 5, key: String(no) })
    control.addFault({ kind: 'notice.again', ms: 86_400_000, key: String(no) })
    await at.pay(no)
    await control.advance(86_400_000)
    const sendings = control.sendings().filter(({ outTradeNo }) => outTradeNo === String(no))
    expect(sendings.map(({ acknowledged }) => acknowledged)).toEqual([true, true, true, true, true, true])
    expect(await at.receipts(shop, no)).toEqual(['applied'])
    expect((await at.verdicts(shop)).toSorted()).toEqual(['applied', ...Array<string>(5).fill('duplicate')])
  })

  test.each([
    ['notice.forge', 'bad_signature'],
    ['notice.tamper', 'bad_signature'],
    ['notice.stale', 'stale'],
    ['notice.wrong_merchant', 'wrong_merchant'],
    ['notice.malformed', 'malformed'],
    ['notice.wrong_amount', 'wrong_amount'],
    ['notice.wrong_currency', 'wrong_currency'],
  ] as const satisfies readonly (readonly [PaygateFaultKind, string])[])(
    '%s changes nothing, is stored as %s and not acknowledged; the true one that follows is applied',
    async (kind, verdict) => {
      const shop = await at.newShop()
      const no = await at.newOrder(shop)
      await at.open(shop, no)
      control.addFault({ kind, key: String(no), times: 1 })
      expect(await at.pay(no)).toMatchObject({ acknowledged: 0 })
      expect(await at.orderState(shop, no)).toBe('pending')
      expect(await at.receipts(shop, no)).toEqual([])
      expect(await at.verdicts(shop)).toEqual([verdict])
      await control.advance(15_000)
      expect(await at.verdicts(shop)).toEqual([verdict, 'applied'])
      expect(await at.orderState(shop, no)).toBe('paid')
    },
  )

  test("another shop's order is unknown here, and stays unpaid there", async () => {
    const [shop, other] = [await at.newShop(), await at.newShop()]
    const [no, foreign] = [await at.newOrder(shop), await at.newOrder(other)]
    await at.open(shop, no)
    control.addFault({ kind: 'notice.other_order', value: String(foreign), key: String(no), times: 1 })
    expect(await at.pay(no)).toMatchObject({ acknowledged: 0 })
    expect(await at.verdicts(shop)).toEqual(['unknown_order'])
    expect(await at.orderState(other, foreign)).toBe('pending')
  })

  test("one shop's signed notice is refused at another shop's address", async () => {
    const [shop, other] = [await at.newShop(), await at.newShop()]
    const no = await at.newOrder(shop)
    await at.open(shop, no)
    await at.pay(no)
    const [notice] = await at.query<{ body: string; headers: Record<string, string> }>(
      'select body, headers from payments.notices where tenant_id = $1',
      [shop.tenantId],
    )
    const { ip: _ip, path: _path, ...headers } = notice?.headers ?? {}
    const answer = await fetch(`${at.origin}/s/${other.slug}/api/pay/sim-pay/notify`, {
      method: 'POST',
      headers,
      body: notice?.body ?? '',
    })
    expect([answer.status, await answer.text()]).toEqual([400, 'fail'])
    expect(await at.verdicts(other)).toEqual(['bad_signature'])
  })

  test('rubbish is refused, NUL bytes and all, and floods the books only up to a limit', async () => {
    const shop = await at.newShop()
    const send = (body: string | Uint8Array<ArrayBuffer>) =>
      fetch(`${at.origin}/s/${shop.slug}/api/pay/sim-pay/notify`, {
        method: 'POST',
        body,
        headers: { 'x-pay-signature': 'x' },
      })
    expect((await send(new Uint8Array([0, 255, 254, 0, 65]))).status).toBe(400)
    expect((await send('x'.repeat(70_000))).status).toBe(413)
    await Promise.all(Array.from({ length: 100 }, () => send('{}')))
    expect((await at.verdicts(shop)).length).toBeLessThanOrEqual(120)
    expect((await fetch(`${at.origin}/s/${shop.slug}/api/pay/nobody/notify`, { method: 'POST' })).status).toBe(422)
  })
})

describe('asking by ourselves', () => {
  test('a lost notice is found by asking', async () => {
    const shop = await at.newShop()
    const no = await at.newOrder(shop)
    await at.open(shop, no)
    control.addFault({ kind: 'notice.lose', key: String(no), times: 1 })
    await at.pay(no)
    expect(await at.orderState(shop, no)).toBe('pending')
    await at.tick(shop)
    expect(await at.orderState(shop, no)).toBe('paid')
  })

  test('questions go up the ladder, and an unknown answer changes nothing', async () => {
    const shop = await at.newShop()
    const no = await at.newOrder(shop)
    await at.open(shop, no)
    control.addFault({ kind: 'api.error', endpoint: 'query', key: String(no), times: 1 })
    const waits: number[] = []
    for (let n = 0; n < 8; n++) {
      await at.tick(shop)
      const attempt = await at.attempt(shop, no)
      waits.push(Math.round(((attempt?.next_query_at?.getTime() ?? 0) - Date.now()) / 1000))
    }
    expect(waits.map((seconds) => Math.round(seconds / 10) * 10)).toEqual([20, 30, 60, 120, 300, 600, 1800, 1800])
    expect(await at.attempt(shop, no)).toMatchObject({ state: 'pending', queries: 8 })
  })

  test('whatever is due is asked about in one go, however much it is', async () => {
    const shop = await at.newShop()
    const nos = await Promise.all(Array.from({ length: 120 }, () => at.newOrder(shop)))
    await Promise.all(nos.map((no) => at.open(shop, no)))
    for (const no of nos) control.addFault({ kind: 'notice.lose', key: String(no), times: 1 })
    await Promise.all(nos.map((no) => at.pay(no)))
    await at.tick(shop)
    const states = await Promise.all(nos.map((no) => at.orderState(shop, no)))
    expect(states.filter((state) => state !== 'paid')).toEqual([])
  })

  test('an order that is over is closed at the gateway, which then takes no money', async () => {
    const shop = await at.newShop()
    const no = await at.newOrder(shop)
    await at.open(shop, no)
    await at.house.db.call(shop.tenantId, 'orders.close_unpaid', `{${no}}`, 'cancelled', 'buyer', 'test', false)
    // The event may wait for transactions of other databases on this server; asked too early, the gateway says unpaid.
    await expect
      .poll(async () => {
        await at.events.drain()
        await at.tick(shop)
        return at.attempt(shop, no)
      })
      .toMatchObject({ state: 'closed', next_query_at: null })
    expect(await at.pay(no)).toMatchObject({ refused: [{ code: 'ORDER_CLOSED' }] })
  })

  test('staff may ask now', async () => {
    const shop = await at.newShop()
    const no = await at.newOrder(shop)
    await at.open(shop, no)
    expect(await at.payments.queryPayment(shop.ctx, no)).toBe('not_paid')
    control.addFault({ kind: 'notice.lose', key: String(no), times: 1 })
    await at.pay(no)
    control.addFault({ kind: 'api.error', endpoint: 'query', key: String(no), times: 1 })
    expect(await at.payments.queryPayment(shop.ctx, no)).toBe('unknown')
    expect(await at.payments.queryPayment(shop.ctx, no)).toBe('paid')
  })

  test('the way back only makes us ask soon', async () => {
    const shop = await at.newShop()
    const no = await at.newOrder(shop)
    await at.open(shop, no)
    const back = await fetch(`${at.origin}/s/${shop.slug}/api/pay/sim-pay/return?no=${no}&result=paid`, {
      redirect: 'manual',
    })
    expect([back.status, back.headers.get('location')]).toEqual([303, `/s/${shop.slug}/orders/${no}`])
    expect(await at.orderState(shop, no)).toBe('pending')
    expect((await at.attempt(shop, no))?.next_query_at?.getTime()).toBeLessThanOrEqual(Date.now() + 1000)
  })
})

describe('refunds', () => {
  /** Paid twice, so one payment goes back by itself. */
  async function doublePayment(prepare: (no: string) => void = () => {}) {
    const shop = await at.newShop()
    const no = await at.newOrder(shop)
    await at.open(shop, no)
    control.addFault({ kind: 'pay.double', key: String(no), times: 1 })
    prepare(String(no))
    await at.pay(no)
    return { shop, no }
  }
  const isState = (shop: Awaited<ReturnType<typeof at.newShop>>, state: string) =>
    expect.poll(async () => (await at.refunds(shop)).map((refund) => refund.state)).toEqual([state])

  test('a double payment goes back by itself, once', async () => {
    const { shop, no } = await doublePayment()
    await isState(shop, 'done')
    expect(await at.receipts(shop, no)).toEqual(['applied', 'refunded'])
    const atGateway = control.books(paygate.merchant.id).refunds.filter((one) => one.out_trade_no === String(no))
    expect(atGateway).toMatchObject([{ amount: 1990, status: 'SUCCESS' }])
  })

  test('a payment after the order expired is booked, never lost', async () => {
    const shop = await at.newShop()
    const no = await at.newOrder(shop)
    await at.open(shop, no)
    await at.house.db.call(shop.tenantId, 'orders.close_unpaid', `{${no}}`, 'expired', 'timeout', 'test', false)
    await at.pay(no)
    expect((await at.receipts(shop, no)).length).toBe(1)
  })

  test.each(['api.cut', 'api.error', 'api.malformed'] as const)(
    'a lost answer (%s) is asked again under the same number: one refund at the gateway',
    async (kind) => {
      const { shop, no } = await doublePayment((key) =>
        control.addFault({ kind, endpoint: 'refund', times: 1, ...(kind === 'api.error' ? { key } : {}) }),
      )
      await isState(shop, 'processing')
      await at.house.owner.query('update payments.refunds set next_try_at = now() where tenant_id = $1', [
        shop.tenantId,
      ])
      const [refund] = await at.refunds(shop)
      await at.payments.tasks?.[0]?.run({
        tenantId: shop.tenantId,
        payload: { refundId: refund?.id },
        attempt: 1,
        attemptsMax: 25,
        log: at.house.log,
      })
      await isState(shop, 'done')
      const atGateway = control.books(paygate.merchant.id).refunds.filter((one) => one.out_trade_no === String(no))
      expect(atGateway).toHaveLength(1)
    },
  )

  test('a refusal is final and visible, and may be tried again by a person', async () => {
    const { shop } = await doublePayment((key) => control.addFault({ kind: 'refund.reject', key, times: 1 }))
    await isState(shop, 'failed')
    const [refund] = await at.refunds(shop)
    expect(refund?.last_error).toContain('REFUND_NOT_ALLOWED')
    await at.house.db.write(shop.ctx, (tx) => retryRefund(tx, refund?.id ?? 0, 'the bank said try again'))
    await isState(shop, 'done')
    await expect(at.house.db.write(shop.ctx, (tx) => retryRefund(tx, refund?.id ?? 0, ''))).rejects.toMatchObject({
      code: 'payments.refund_not_failed',
    })
  })

  test('accepted, then failed: visible as failed', async () => {
    const { shop } = await doublePayment((key) => control.addFault({ kind: 'refund.fail_later', key, ms: 1000 }))
    await isState(shop, 'processing')
    await control.advance(2000)
    await isState(shop, 'failed')
  })
})

describe('set-up', () => {
  test('the secret is sealed, kept when left empty, and never shown', async () => {
    const shop = await at.newShop()
    const rows = await at.query<{ secret_sealed: Buffer }>(
      'select secret_sealed from payments.gateways where tenant_id = $1',
      [shop.tenantId],
    )
    expect(rows[0]?.secret_sealed.includes(paygate.merchant.secret)).toBe(false)
    const settings = { enabled: true, baseUrl: paygate.url, merchantId: paygate.merchant.id, secrets: { secret: '' } }
    await saveGateway(at.house, undefined, shop.ctx, 'sim-pay', settings)
    expect(await at.open(shop, await at.newOrder(shop))).toMatchObject({ url: expect.stringContaining('/cashier/') })
    const fresh = await at.house.newTenant()
    await expect(saveGateway(at.house, undefined, fresh.ctx, 'sim-pay', settings)).rejects.toMatchObject({
      code: 'payments.field_missing',
    })
  })

  test('an address inside our own network is refused unless insecure endpoints are allowed', async () => {
    const shop = await at.house.newTenant()
    const strict = { ...at.house, config: { ...at.house.config, allowInsecureEndpoints: false } }
    for (const baseUrl of ['https://127.0.0.1', 'http://pay.example.com', 'https://169.254.169.254/latest']) {
      await expect(
        saveGateway(strict, undefined, shop.ctx, 'sim-pay', {
          enabled: true,
          baseUrl,
          merchantId: 'M1',
          secrets: { secret: 's' },
        }),
      ).rejects.toMatchObject({ code: 'payments.insecure_address' })
    }
  })
})
