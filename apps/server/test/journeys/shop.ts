import { randomBytes, randomUUID } from 'node:crypto'
import { type Client, createClient, isProblem } from '@quanshu/client'
import { createCookieFetch } from '@quanshu/client/node'
import type { OrderView, Permission, Settings } from '@quanshu/contract'
import { PERMISSIONS } from '@quanshu/contract'
import type { Clock, OrderNo, TenantId } from '@quanshu/kernel'
import { type StandIns, startStandIns } from '@quanshu/sim'
import { afterAll, afterEach } from 'vitest'
import { openPlatform } from '../../src/main/platform.ts'
import { runRoles } from '../../src/main/server.ts'
import { createStaff, layBuiltInRoles } from '../../src/modules/identity/index.ts'
import { saveSmsChannel } from '../../src/modules/notify/index.ts'
import { layMerchantNode } from '../../src/modules/organizations/index.ts'
import { saveGateway } from '../../src/modules/payments/index.ts'
import type { SupplierAdapters } from '../../src/modules/suppliers/index.ts'
import { createTenant, saveSettings } from '../../src/modules/tenancy/index.ts'
import type { Ctx } from '../../src/platform/db/index.ts'
import type { Platform } from '../../src/platform/module.ts'
import { type TestPlatform, testPlatform } from '../harness/index.ts'

/** Everything a running Quanshu consists of, on a database of its own: HTTP, events, jobs and the stand-ins. */
export { codeOf } from '../harness/index.ts'

export type House = {
  readonly platform: TestPlatform
  readonly standIns: StandIns
  readonly url: string
  readonly newShop: (settings?: Partial<Settings>) => Promise<Shop>
  /** Another server on the same database, with its own batches and memories, as a second process would be. */
  readonly secondServer: () => Promise<string>
  /** Rows as the tables' owner sees them. */
  readonly query: <T = Record<string, unknown>>(text: string, values?: readonly unknown[]) => Promise<readonly T[]>
}

export const PASSWORD = 'correct horse 9 battery'
export const QUERY_PASSWORD = 'query-pw-7391'
export const PRICE_FEN = 1990

export async function openHouse(
  options: {
    readonly env?: NodeJS.ProcessEnv
    readonly clock?: Clock
    readonly supplierAdapters?: SupplierAdapters
  } = {},
): Promise<House> {
  const standIns = await startStandIns()
  const env = {
    // Tests buy more often than people do, and from addresses that they choose; limits are tested where they are made.
    QUANSHU_RATE_LIMIT_FACTOR: '1000000',
    QUANSHU_TRUST_PROXY: 'true',
    QUANSHU_PORT: '0',
    QUANSHU_SMTP_URL: standIns.mail.smtpUrl,
    ...options.env,
  }
  const bare = await testPlatform({ env, ...(options.clock ? { clock: options.clock } : {}) })
  // The address is known only when it listens, and is put in afterwards.
  const config = { ...bare.config }
  const platform: TestPlatform = { ...bare, config }
  const { supplierAdapters } = options
  const roles = { ownerUrl: bare.ownerUrl, ...(supplierAdapters ? { supplierAdapters } : {}) }
  const running = await runRoles(platform, roles)
  const url = running.url ?? ''
  Object.assign(config, { publicUrl: url })
  const stops: (() => Promise<void>)[] = [running.stop]
  // Registered after the platform's own clean-up, so it runs before it.
  afterAll(async () => {
    for (const stop of stops.toReversed()) await stop()
    await standIns.close()
  })
  afterEach(() => standIns.paygate.control.clearFaults())

  return {
    platform,
    standIns,
    url,
    newShop: (settings = {}) => openShop(platform, standIns, url, settings),
    async secondServer() {
      const second = await openPlatform({ config: { ...config, port: 0 }, appUrl: bare.appUrl, log: bare.log })
      const other = await runRoles(second, roles)
      stops.push(async () => {
        await other.stop()
        await second.db.close()
      })
      return other.url ?? ''
    },
    query: async (text, values = []) => (await bare.owner.query(text, [...values])).rows as never,
  }
}

/** A visitor of the shop: a browser with cookies of its own. */
export type Visitor = Client
export type Goods = {
  readonly goodsId: number
  readonly skuId: number
  readonly priceFen: number
  readonly points?: number
}
export type PlacedOrder = { readonly visitor: Visitor; readonly no: OrderNo; readonly view: OrderView }

export type Shop = {
  readonly tenantId: TenantId
  readonly slug: string
  readonly ctx: Ctx
  readonly base: string
  /** The owner, signed in. */
  readonly staff: Client
  readonly hire: (permissions: readonly Permission[]) => Promise<Client>
  /**
   * A browser that was never here, or `sameAs` another with its cookies. `ip` is where it seems to come from, `base`
   * another server of the same shop.
   */
  readonly visitor: (options?: {
    readonly ip?: string
    readonly base?: string
    readonly locale?: 'zh-CN' | 'en'
    readonly sameAs?: Visitor
  }) => Visitor
  /** Somebody signed in by phone code, with so much on the balance and so many points. */
  readonly member: (
    balanceFen?: number,
    points?: number,
  ) => Promise<{ readonly visitor: Visitor; readonly id: number; readonly phone: string }>
  /** Goods on sale with so many codes; `sku` overrides what the editor would send. */
  readonly stock: (
    codes: number | readonly string[],
    options?: StockOptions,
  ) => Promise<Goods & { readonly batchId: number }>
  readonly addCards: (skuId: number, codes: number | readonly string[], facts?: BatchFacts) => Promise<number>
  readonly place: (goods: Goods, quantity?: number, options?: PlaceOptions) => Promise<PlacedOrder>
  /** Pays at the gateway; resolves when the notice was answered. */
  readonly pay: (no: OrderNo, options?: { readonly late?: boolean; readonly paidAt?: string }) => Promise<void>
  /** Follows the order's page by server push until it is as wanted. */
  readonly seen: (
    order: Pick<PlacedOrder, 'visitor' | 'no'>,
    wanted: (view: OrderView) => boolean,
  ) => Promise<OrderView>
}
type StockOptions = {
  readonly goods?: Record<string, unknown>
  readonly sku?: Record<string, unknown>
  readonly batch?: BatchFacts
}
type BatchFacts = { readonly validTo?: string; readonly supplier?: string; readonly costFen?: number }
export type PlaceOptions = {
  readonly visitor?: Visitor
  readonly contact?: string
  readonly payWith?: string
  readonly balanceFen?: number
  readonly queryPassword?: string
  readonly key?: string
  readonly form?: Readonly<Record<string, string>>
  /** The card whose number the buyer chose. */
  readonly cardId?: number
  readonly channel?: string
  /** Bought now and activated later. */
  readonly later?: boolean
}

/** A shop that is open for business, made by the commands that every shop is made with. */
export async function openShop(
  platform: Platform,
  { paygate, sms }: StandIns,
  url: string,
  settings: Partial<Settings>,
): Promise<Shop> {
  const slug = `shop-${randomBytes(5).toString('hex')}`
  const tenantId = await createTenant(platform, { slug, name: '测试店' }, [layMerchantNode, layBuiltInRoles])
  const ctx: Ctx = { tenantId, actor: { kind: 'system', name: 'test' }, requestId: 'test', locale: 'zh-CN' }
  const generous = { 'orders.unpaidMaxPerPerson': 100, 'orders.unpaidMaxPerDevice': 100, 'orders.unpaidMaxPerIp': 1000 }
  await saveSettings(platform, ctx, { ...generous, ...settings }, {})
  const account = {
    enabled: true,
    baseUrl: paygate.url,
    merchantId: paygate.merchant.id,
    secrets: { secret: paygate.merchant.secret },
  }
  await saveGateway(platform, undefined, ctx, 'sim-pay', account)
  const { url: endpoint, accessKeyId, signName } = sms
  await saveSmsChannel(platform, ctx, {
    enabled: true,
    config: { endpoint, accessKeyId, signName, loginCodeTemplate: 'SMS_LOGIN_CODE' },
    secret: sms.accessKeySecret,
  })
  const base = `${url}/s/${slug}`
  const jars = new WeakMap<Visitor, typeof fetch>()
  const visitor: Shop['visitor'] = (options = {}) => {
    const jar = (options.sameAs && jars.get(options.sameAs)) ?? createCookieFetch(fromAddress(options.ip))
    const browser = createClient({
      baseUrl: options.base ? `${options.base}/s/${slug}` : base,
      locale: options.locale ?? 'zh-CN',
      name: 'test',
      fetch: jar,
    })
    jars.set(browser, jar)
    return browser
  }
  const hire = (permissions: readonly Permission[]) => hired(platform, ctx, visitor(), permissions)
  const staff = await hire(PERMISSIONS)

  const addCards: Shop['addCards'] = async (skuId, codes, facts = {}) => {
    const batch = await staff.call('vault.createImport', { body: { skuId, fileName: 'cards.txt', ...facts } })
    const lines = typeof codes === 'number' ? someCodes(codes) : codes
    const done = await staff.upload('vault.uploadImport', { params: { batchId: batch.id } }, lines.join('\n'), {
      fileName: 'cards.txt',
    })
    if (done.codes !== lines.length) throw new Error(`imported ${done.codes} of ${lines.length} codes`)
    return batch.id
  }

  const shop: Shop = {
    tenantId,
    slug,
    ctx,
    base,
    staff,
    hire,
    visitor,
    addCards,
    async member(balanceFen = 0, points = 0) {
      const phone = somePhone()
      const browser = visitor()
      await browser.call('members.sendCode', { body: { phone } })
      const code = await until(`a code for ${phone}`, () => sms.control.inbox(phone)[0]?.params.code)
      const { id } = await browser.call('members.signIn', { body: { phone, code } })
      if (balanceFen > 0) {
        await staff.call(
          'members.adjustBalance',
          { params: { id }, body: { amountFen: balanceFen, reason: '充值' } },
          { idempotencyKey: randomUUID() },
        )
      }
      if (points > 0) {
        await staff.call(
          'members.adjustPoints',
          { params: { id }, body: { points, reason: '活动' } },
          { idempotencyKey: randomUUID() },
        )
      }
      return { visitor: browser, id, phone }
    },
    async stock(codes, options = {}) {
      const priceFen = Number(options.sku?.priceFen ?? PRICE_FEN)
      const goods = await staff.call('catalog.createGoods', {
        body: {
          title: `星河会员 ${randomBytes(3).toString('hex')}`,
          guide: '打开应用，输入卡密。',
          limitPerOrder: 10_000,
          shelf: 'on',
          ...options.goods,
          skus: [{ title: '月卡', priceFen, ...options.sku }],
        },
      })
      const skuId = goods.skus[0]?.id ?? 0
      const count = typeof codes === 'number' ? codes : codes.length
      const batchId = count === 0 ? 0 : await addCards(skuId, codes, options.batch)
      return { goodsId: goods.id, skuId, priceFen, points: Number(options.sku?.pricePoints ?? 0), batchId }
    },
    async place(goods, quantity = 1, options = {}) {
      const browser = options.visitor ?? visitor()
      const view = await browser.call(
        'orders.place',
        {
          body: {
            lines: [
              {
                skuId: goods.skuId,
                quantity,
                unitPriceFen: goods.priceFen,
                unitPoints: goods.points ?? 0,
                ...(options.form ? { form: options.form } : {}),
                ...(options.cardId === undefined ? {} : { cardId: options.cardId }),
                ...(options.later ? { later: true } : {}),
              },
            ],
            contact: options.contact ?? somePhone(),
            queryPassword: options.queryPassword ?? QUERY_PASSWORD,
            payWith: options.payWith ?? 'sim-pay',
            ...(options.balanceFen === undefined ? {} : { balanceFen: options.balanceFen }),
            ...(options.channel === undefined ? {} : { channel: options.channel }),
          },
        },
        { idempotencyKey: options.key ?? randomUUID() },
      )
      return { visitor: browser, no: view.no as OrderNo, view: await toCashier(browser, view, options.payWith) }
    },
    async pay(no, options = {}) {
      const report = await paygate.control.pay(paygate.merchant.id, [{ outTradeNo: String(no), ...options }])
      if (report.paid !== 1) throw new Error(`the gateway did not take the money: ${JSON.stringify(report.refused)}`)
    },
    seen: ({ visitor: browser, no }, wanted) => seen(browser, no, wanted),
  }
  return shop
}

/** As the pay page does: the gateway is asked when the buyer goes there. A gateway that gives no cashier keeps the order. */
export async function toCashier(visitor: Visitor, view: OrderView, gateway = 'sim-pay'): Promise<OrderView> {
  if (view.state !== 'pending') return view
  return await visitor
    .call('orders.pay', { params: { no: view.no }, body: { payWith: gateway } })
    .catch((error) => (isProblem(error) ? view : Promise.reject(error)))
}

async function hired(
  platform: Platform,
  ctx: Ctx,
  browser: Client,
  permissions: readonly Permission[],
): Promise<Client> {
  const name = randomBytes(6).toString('hex')
  const roleId = await platform.db.write(ctx, async (tx) => {
    const role = await tx.db
      .insertInto('identity.roles')
      .values({ tenant_id: ctx.tenantId, name, permissions: JSON.stringify(permissions) })
      .returning('id')
      .executeTakeFirstOrThrow()
    return Number(role.id)
  })
  const email = `${name}@example.test`
  const everything = { staffId: undefined, permissions: new Set(PERMISSIONS) }
  await createStaff(platform, ctx, everything, { email, name: '店员', roleIds: [roleId], password: PASSWORD })
  await browser.call('identity.signIn', { body: { email, password: PASSWORD } })
  return browser
}

/** Follows an order by server push; answers with the first view that is as wanted. */
export function seen(browser: Client, no: OrderNo, wanted: (view: OrderView) => boolean): Promise<OrderView> {
  return new Promise((resolve, reject) => {
    let last: OrderView | undefined
    const give = (end: () => void) => {
      stop()
      clearTimeout(timer)
      end()
    }
    const timer = setTimeout(
      () => give(() => reject(new Error(`order ${no} never came to the wanted state: ${JSON.stringify(last)}`))),
      60_000,
    )
    const stop = browser.stream(
      'orders.stream',
      { params: { no } },
      (view) => {
        last = view
        if (wanted(view)) give(() => resolve(view))
      },
      { onProblem: (problem) => give(() => reject(problem)) },
    )
  })
}

/** The next answer that is there; for what another part of the house does in its own time. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  withinMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

export const someCodes = (count: number): readonly string[] =>
  Array.from({ length: count }, () => `QS${randomBytes(9).toString('hex').toUpperCase()}`)

let lastPhone = Math.trunc(Math.random() * 90_000_000)
export const somePhone = (): string => `138${String(++lastPhone % 100_000_000).padStart(8, '0')}`

export const codesOf = (view: OrderView): readonly string[] =>
  view.lines.flatMap((line) => (line.codes ?? []).map(({ parts }) => parts.join('----')))

/** Where the buyer is sent to pay; '' when there is no such address. */
export const cashierUrl = (view: OrderView): string =>
  view.payment?.cashier?.way === 'redirect' ? view.payment.cashier.url : ''

export const isDelivered = (view: OrderView): boolean => view.state === 'delivered'

function fromAddress(ip: string | undefined): typeof fetch {
  if (ip === undefined) return fetch
  return (input, init) => {
    const headers = new Headers(init?.headers)
    headers.set('x-forwarded-for', ip)
    return fetch(input, { ...init, headers })
  }
}
