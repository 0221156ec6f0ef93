import { randomBytes, randomUUID } from 'node:crypto'
import { type Client, createClient } from '@quanshu/client'
import { createCookieFetch } from '@quanshu/client/node'
import { PERMISSIONS } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { openPlatform } from '../../../apps/server/src/main/platform.ts'
import { createStaff, layBuiltInRoles } from '../../../apps/server/src/modules/identity/index.ts'
import { saveSmsChannel } from '../../../apps/server/src/modules/notify/index.ts'
import { layMerchantNode } from '../../../apps/server/src/modules/organizations/index.ts'
import { saveGateway } from '../../../apps/server/src/modules/payments/index.ts'
import { createTenant, saveSettings } from '../../../apps/server/src/modules/tenancy/index.ts'
import { loadConfig } from '../../../apps/server/src/platform/config/index.ts'
import type { Ctx } from '../../../apps/server/src/platform/db/index.ts'
import { silentLog } from '../../../apps/server/src/platform/log/index.ts'
import type { Platform } from '../../../apps/server/src/platform/module.ts'
import type { House } from '../house/index.ts'
import { SUPPLIERS } from '../house/stand-ins.ts'
import { until } from '../house/wait.ts'
import { SKUS } from '../plan/errands.ts'

/** A browser: cookies of its own, at the shop's address or at one API process's. */
export type Visitor = { readonly main: Client; readonly at: readonly Client[] }
export type Sku = { readonly id: number; readonly priceFen: number }
export type Member = { readonly id: number; readonly visitor: Visitor }

export type Shop = {
  readonly tenantId: TenantId
  readonly slug: string
  readonly merchantId: string
  readonly skus: readonly Sku[]
  readonly newVisitor: () => Visitor
  /** The owner; each caller is a browser of its own. */
  readonly newStaff: () => Promise<Visitor>
  readonly newMember: () => Promise<Member>
}

const PASSWORD = 'torture horse 9 battery'
/** The shortest there is, so that unpaid orders expire during the run. */
const HOLD_MINUTES = 1

/** Opens the house on the same database, as a command line beside it does. */
export async function withPlatform<T>(house: House, run: (platform: Platform) => Promise<T>): Promise<T> {
  const config = loadConfig({ ...house.env, QUANSHU_POOL_SIZE: '3' })
  const platform = await openPlatform({ config, appUrl: house.env.DATABASE_APP_URL ?? '', log: silentLog })
  try {
    return await run(platform)
  } finally {
    await platform.db.close()
  }
}

/** Shops that are open for business, made by the commands that every shop is made with; no codes yet. */
export async function openShops(house: House, count: number): Promise<readonly Shop[]> {
  const owners = await withPlatform(house, async (platform) => {
    const made: Made[] = []
    for (let n = 0; n < count; n += 1) made.push(await makeShop(house, platform, n))
    return made
  })
  return await Promise.all(owners.map((made) => openShop(house, made)))
}

type Made = { readonly tenantId: TenantId; readonly slug: string; readonly email: string; readonly merchantId: string }

async function makeShop(house: House, platform: Platform, n: number): Promise<Made> {
  const slug = `torture-${n + 1}`
  const email = `owner@${slug}.test`
  const merchantId = `M-${slug}`
  const secret = randomBytes(24).toString('base64url')
  const { paygate, sms } = house.standIns.addresses
  await house.standIns.addMerchant(merchantId, secret, slug)
  const tenantId = await createTenant(platform, { slug, name: slug }, [layMerchantNode, layBuiltInRoles])
  const ctx: Ctx = { tenantId, actor: { kind: 'system', name: 'torture' }, requestId: 'torture', locale: 'zh-CN' }
  await saveSettings(platform, ctx, SETTINGS, {})
  await saveGateway(platform, undefined, ctx, 'sim-pay', {
    enabled: true,
    baseUrl: paygate.url,
    merchantId,
    secrets: { secret },
  })
  const config = {
    endpoint: sms.url,
    accessKeyId: sms.accessKeyId,
    signName: '权枢',
    loginCodeTemplate: 'SMS_LOGIN_CODE',
  }
  await saveSmsChannel(platform, ctx, { enabled: true, config, secret: sms.accessKeySecret })
  const roleId = await platform.db.read(ctx, async (tx) => {
    const role = await tx.db
      .selectFrom('identity.roles')
      .select('id')
      .where('tenant_id', '=', tenantId)
      .where('built_in', '=', 'owner')
      .executeTakeFirstOrThrow()
    return Number(role.id)
  })
  const everything = { staffId: undefined, permissions: new Set(PERMISSIONS) }
  await createStaff(platform, ctx, everything, { email, name: '店主', roleIds: [roleId], password: PASSWORD })
  return { tenantId, slug, email, merchantId }
}

const SETTINGS = {
  'orders.holdMinutes': HOLD_MINUTES,
  'orders.unpaidMaxPerPerson': 100,
  'orders.unpaidMaxPerDevice': 100,
  'orders.unpaidMaxPerIp': 1_000,
} as const

async function openShop(house: House, { tenantId, slug, email, merchantId }: Made): Promise<Shop> {
  const newVisitor = (): Visitor => {
    const jar = createCookieFetch(fromSomewhere())
    const at = (url: string) =>
      createClient({ baseUrl: `${url}/s/${slug}`, locale: 'zh-CN', name: 'torture', fetch: jar })
    return { main: at(house.url), at: house.apiUrls.map(at) }
  }
  const newStaff = async (): Promise<Visitor> => {
    const visitor = newVisitor()
    await visitor.main.call('identity.signIn', { body: { email, password: PASSWORD } })
    return visitor
  }
  const staff = await newStaff()
  return {
    tenantId,
    slug,
    merchantId,
    newVisitor,
    newStaff,
    skus: [...(await putOnSale(staff.main)), await putTopUpOnSale(house, staff.main)],
    async newMember() {
      const phone = somePhone()
      const visitor = newVisitor()
      await visitor.main.call('members.sendCode', { body: { phone } })
      const code = await until(`a code for ${phone}`, () => house.standIns.smsCode(phone), 60_000)
      const { id } = await visitor.main.call('members.signIn', { body: { phone, code } })
      return { id, visitor }
    },
  }
}

/** One SKU of each way to hold and to allocate, in two goods. */
async function putOnSale(staff: Client): Promise<readonly Sku[]> {
  const ways = [
    { holdMode: 'order', allocation: 'fifo' },
    { holdMode: 'payment', allocation: 'fifo' },
    { holdMode: 'order', allocation: 'fefo' },
    { holdMode: 'payment', allocation: 'fefo' },
    { holdMode: 'order', allocation: 'fifo' },
  ] as const
  const goods = await staff.call('catalog.createGoods', {
    body: {
      title: '星河会员',
      limitPerOrder: 1_000,
      shelf: 'on',
      skus: Array.from({ length: SKUS }, (_, n) => ({ title: `款式 ${n + 1}`, priceFen: 1_000 + 7 * n, ...ways[n] })),
    },
  })
  return goods.skus.map(({ id, priceFen }) => ({ id, priceFen }))
}

/** What suppliers call the thing, and the name of what a shop signs with there. */
const PRODUCT = '星幕视频会员月卡'
const SIGNS_WITH: Readonly<Record<string, { readonly identity: string; readonly secret: string }>> = {
  kasushou: { identity: 'userId', secret: 'apiKey' },
  kayixin: { identity: 'appId', secret: 'appSecret' },
}
const TOP_UP_FEN = 3_000

/** A top-up that two suppliers sell, the cheaper one first. */
async function putTopUpOnSale(house: House, staff: Client): Promise<Sku> {
  const offers: { readonly productId: number; readonly fieldMap: Readonly<Record<string, string>> }[] = []
  for (const { supplier, url, credentials } of house.standIns.addresses.suppliers) {
    const signs = SIGNS_WITH[supplier]
    if (!SUPPLIERS.includes(supplier) || !signs) continue
    await house.standIns.fillSupplier(supplier)
    const { id: supplierId } = await staff.call(
      'suppliers.create',
      {
        body: {
          name: supplier,
          adapter: supplier,
          baseUrl: url,
          identity: credentials[signs.identity] ?? '',
          secrets: { key: credentials[signs.secret] ?? '' },
          concurrent: 16,
          perMinute: 6_000,
        },
      },
      { idempotencyKey: randomUUID() },
    )
    await staff.call('suppliers.sync', { params: { supplierId }, body: {} })
    const product = await until(
      `the product of ${supplier}`,
      async () => {
        const { items } = await staff.call('suppliers.listProducts', { query: { supplierId, pageSize: 100 } })
        return items.find(({ name, kind }) => kind === 'direct' && name.includes(PRODUCT))
      },
      60_000,
    )
    const { fields } = await staff.call('suppliers.fetchProduct', { params: { productId: product.id }, body: {} })
    const fieldMap = Object.fromEntries((fields ?? []).map(({ key }) => [key, 'account']))
    offers.push({ productId: product.id, fieldMap })
  }
  const goods = await staff.call('catalog.createGoods', {
    body: {
      title: '星幕会员直充',
      shelf: 'on',
      formFields: [{ key: 'account', labelZh: '充值账号', type: 'text' }],
      skus: [{ title: '月卡', priceFen: TOP_UP_FEN, kind: 'topup' }],
    },
  })
  const [sku] = goods.skus
  if (!sku) throw new Error('the top-up has no variant')
  await staff.call('suppliers.saveSkuSupply', {
    params: { skuId: sku.id },
    body: { policy: 'cheapest', leastMarginFen: 0, offers },
  })
  return { id: sku.id, priceFen: sku.priceFen }
}

let lastPhone = Math.trunc(Math.random() * 90_000_000)
const somePhone = (): string => `138${String(++lastPhone % 100_000_000).padStart(8, '0')}`

/** An address of one's own, as the balancer would tell it. */
function fromSomewhere(): typeof fetch {
  const ip = `10.${[...randomBytes(3)].join('.')}`
  return (input, init) => {
    const headers = new Headers(init?.headers)
    headers.set('x-forwarded-for', ip)
    return fetch(input, { ...init, headers })
  }
}
