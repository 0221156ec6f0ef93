import type { AddressInfo } from 'node:net'
import type { OrderNo, TenantId } from '@quanshu/kernel'
import { type StandIns, startStandIns } from '@quanshu/sim'
import { afterAll } from 'vitest'
import { type TestPlatform, type TestTenant, testPlatform } from '../../../test/harness/index.ts'
import { runEvents } from '../../platform/events/index.ts'
import { buildHttpServer } from '../../platform/http/index.ts'
import { runJobs } from '../../platform/jobs/index.ts'
import { type Capture, type CaptureVerdict, type PaymentPorts, paymentsModule, saveGateway } from './index.ts'

/** A shop's server with the payments module, the real settling functions and a stand-in gateway, all over HTTP. */
export async function paymentsHouse() {
  const standIns = await startStandIns()
  const house = await testPlatform({ env: { QUANSHU_PUBLIC_URL: 'http://127.0.0.1:1' } })
  const ports: PaymentPorts = {
    settle: house.batcher<Capture, { readonly verdict: CaptureVerdict }>({
      name: 'fulfilment.settle',
      max: 128,
      run: (tenantId, captures) => house.db.call(tenantId, 'fulfilment.settle', captures),
    }),
    chargeback: (tenantId, gateway, news) => house.db.call(tenantId, 'fulfilment.chargeback', gateway, news),
    refundEnded: (tenantId, ...rest) => house.db.call(tenantId, 'fulfilment.refund_ended', ...rest),
  }
  // The port is known only when it listens, so the address is put in afterwards.
  const config = { ...house.config }
  const platform = { ...house, config }
  const payments = paymentsModule(platform, ports)
  const app = await buildHttpServer(platform, [payments], {
    resolveTenant: async (_host, slug) => {
      const { rows } = await house.owner.query<{ id: TenantId }>('select id from tenancy.tenants where slug = $1', [
        slug,
      ])
      return rows[0] && slug !== undefined ? { tenantId: rows[0].id, slug } : undefined
    },
    sessionCookies: { console: 'qs_staff', mall: 'qs_member' },
    authenticate: async () => undefined,
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  Object.assign(config, { publicUrl: origin })
  const events = await runEvents(platform, [payments])
  const jobs = await runJobs(platform, [{ ...payments, schedules: [] }], { ownerUrl: house.ownerUrl })
  afterAll(async () => {
    await jobs.stop()
    await events.stop()
    await app.close()
    await standIns.close()
  })
  return { house, payments, standIns, origin, events, ...helpers(platform as TestPlatform, payments, standIns, origin) }
}

let lastNo = Math.trunc(Math.random() * 1_000_000) * 1_000

function helpers(house: TestPlatform, payments: ReturnType<typeof paymentsModule>, standIns: StandIns, origin: string) {
  const { paygate } = standIns
  const query = async <T>(text: string, values: readonly unknown[]): Promise<readonly T[]> =>
    (await house.owner.query(text, [...values])).rows as T[]

  return {
    query,
    async newShop(): Promise<TestTenant> {
      const shop = await house.newTenant()
      await saveGateway(house, undefined, shop.ctx, 'sim-pay', {
        enabled: true,
        baseUrl: paygate.url,
        merchantId: paygate.merchant.id,
        secrets: { secret: paygate.merchant.secret },
      })
      return shop
    },
    /** An order without lines: what is delivered is not this module's affair. */
    async newOrder(
      shop: TestTenant,
      options: { readonly state?: string; readonly fen?: number } = {},
    ): Promise<OrderNo> {
      const no = (2_611_220_000_000_000 + ++lastNo) as OrderNo
      await house.owner.query(
        `insert into orders.orders (tenant_id, no, state, buyer_key, contact, total_fen, pay_with, expires_at)
         values ($1, $2, $3, 'c:test', 'a@example.test', $4, 'sim-pay', now() + interval '15 minutes')`,
        [shop.tenantId, no, options.state ?? 'pending', options.fen ?? 1990],
      )
      return no
    },
    open: (shop: TestTenant, orderNo: OrderNo) =>
      payments.openCashier(shop.tenantId, {
        orderNo,
        gateway: 'sim-pay',
        amountFen: 1990,
        expiresAt: new Date(Date.now() + 900_000),
        shopUrl: `${origin}/s/${shop.slug}`,
        device: 'desktop',
        clientIp: '127.0.0.1',
        userAgent: '',
        openId: undefined,
      }),
    pay: (orderNo: OrderNo, late = false) =>
      paygate.control.pay(paygate.merchant.id, [{ outTradeNo: String(orderNo), late }]),
    async orderState(shop: TestTenant, orderNo: OrderNo): Promise<string | undefined> {
      const rows = await query<{ state: string }>('select state from orders.orders where tenant_id = $1 and no = $2', [
        shop.tenantId,
        orderNo,
      ])
      return rows[0]?.state
    },
    async receipts(shop: TestTenant, orderNo: OrderNo): Promise<readonly string[]> {
      const rows = await query<{ state: string }>(
        'select state from payments.receipts where tenant_id = $1 and order_no = $2 order by id',
        [shop.tenantId, orderNo],
      )
      return rows.map(({ state }) => state)
    },
    /** Verdicts of all notices of a shop, in order of arrival. */
    async verdicts(shop: TestTenant): Promise<readonly string[]> {
      const rows = await query<{ verdict: string }>(
        'select verdict from payments.notices where tenant_id = $1 order by received_at, id',
        [shop.tenantId],
      )
      return rows.map(({ verdict }) => verdict)
    },
    async attempt(shop: TestTenant, orderNo: OrderNo) {
      const rows = await query<{ state: string; queries: number; next_query_at: Date | null }>(
        'select state, queries, next_query_at from payments.attempts where tenant_id = $1 and order_no = $2',
        [shop.tenantId, orderNo],
      )
      return rows[0]
    },
    /** Makes a shop's open questions due and runs one tick of the schedule. */
    async tick(shop: TestTenant): Promise<void> {
      await house.owner.query(
        'update payments.attempts set next_query_at = now() where tenant_id = $1 and next_query_at is not null',
        [shop.tenantId],
      )
      await payments.schedules?.find(({ name }) => name === 'payments.ask_gateways')?.run()
    },
    async refunds(shop: TestTenant) {
      return await query<{ id: number; state: string; reason: string; attempts: number; last_error: string | null }>(
        'select id, state, reason, attempts, last_error from payments.refunds where tenant_id = $1 order by id',
        [shop.tenantId],
      )
    },
  }
}
