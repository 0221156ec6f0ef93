import { Readable } from 'node:stream'
import { PERMISSIONS, type Settings } from '@quanshu/contract'
import type { MemberId, TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import { createStaff, layBuiltInRoles } from '../modules/identity/index.ts'
import { openMember } from '../modules/members/index.ts'
import { saveSmsChannel, saveWecomApp } from '../modules/notify/index.ts'
import { layMerchantNode } from '../modules/organizations/index.ts'
import { notifyUrlOf, saveGateway } from '../modules/payments/index.ts'
import { createTenant, readSettings, saveSettings } from '../modules/tenancy/index.ts'
import { createImport, uploadImport } from '../modules/vault/index.ts'
import type { Ctx } from '../platform/db/index.ts'
import type { Platform } from '../platform/module.ts'
import { drawCode, type SeededSku, seedCatalog, seedDemandPrice, seedSupply, seedWarehouses } from './demo/index.ts'
import type { DemoAccount } from './demo.ts'
import type { StandInAddresses } from './stand-ins.ts'

/** The demo shop is made by the same commands as any other: what they refuse, it cannot have. */

export const DEMO_SLUG = 'demo'
export const DEMO_PASSWORD = 'Quanshu-demo-2026'
export const DEMO_OWNER = 'owner@demo.quanshu.test'
const STAFF = [
  { role: 'owner', email: DEMO_OWNER, name: '林知夏' },
  { role: 'operator', email: 'operator@demo.quanshu.test', name: '周予安' },
  { role: 'support', email: 'support@demo.quanshu.test', name: '许南乔' },
  { role: 'finance', email: 'finance@demo.quanshu.test', name: '沈砚' },
] as const
const MEMBER_PHONE = '13800000000'
const MEMBER_BALANCE_FEN = 200_000
const MEMBER_POINTS = 2_000

export const DEMO_ACCOUNTS: readonly DemoAccount[] = [
  {
    label: 'staff',
    signIn: STAFF.map(({ email }) => email.split('@')[0]).join(', '),
    secret: `@demo.quanshu.test, password ${DEMO_PASSWORD}`,
  },
  { label: 'shopper', signIn: MEMBER_PHONE, secret: 'the code is in the stand-in’s messages' },
]

const SETTINGS: Partial<Settings> = {
  'shop.name': '云枢会员店',
  'shop.announcement': '演示店铺：支付、短信与邮件均为仿真服务，可放心下单体验，付款后数秒内自动发货。',
  'shop.contact': '客服微信 yunshu-demo，每日 9:00-23:00',
  'delivery.emailCarries': 'codes',
  'recharge.enabled': true,
  'recharge.rules': [
    { fromFen: 5_000, bonusFen: 300 },
    { fromFen: 10_000, bonusFen: 1_000 },
    { fromFen: 50_000, bonusPercent: 15 },
  ],
}

/**
 * Fills the demo shop. Safe to repeat after a start that was killed in between: what is there is left as it is.
 */
export async function seedDemo(platform: Platform, standIns: StandInAddresses | undefined): Promise<void> {
  const known = await platform.db.callGlobal<{ readonly id: TenantId } | null>('tenancy.find_tenant', null, DEMO_SLUG)
  const tenantId = known?.id ?? (await openShop(platform))
  const ctx = ctxOf(tenantId)
  await addStaff(platform, ctx)
  await nameShop(platform, ctx)
  if (standIns) await connectStandIns(platform, ctx, standIns)
  const skus = await seedCatalog(platform, ctx)
  for (const sku of skus) await addCards(platform, ctx, sku)
  await seedWarehouses(platform, ctx, skus)
  await seedDemandPrice(platform, ctx, skus)
  if (standIns) await seedSupply(platform, ctx, standIns.suppliers, skus)
  const member = await openMember(platform, ctx, MEMBER_PHONE)
  await addMeans(platform, ctx, member)
}

/** The program itself grants: nobody's rights bound it. */
const PROGRAM = { staffId: undefined, permissions: new Set(PERMISSIONS) } as const

const ctxOf = (tenantId: TenantId): Ctx => ({
  tenantId,
  actor: { kind: 'system', name: 'demo' },
  requestId: 'demo',
  locale: 'zh-CN',
})

const openShop = (platform: Platform): Promise<TenantId> =>
  createTenant(platform, { slug: DEMO_SLUG, name: '云枢会员店' }, [layMerchantNode, layBuiltInRoles])

async function nameShop(platform: Platform, ctx: Ctx): Promise<void> {
  const settings = await platform.db.read(ctx, readSettings)
  if (settings['shop.name'] !== SETTINGS['shop.name']) await saveSettings(platform, ctx, SETTINGS, {})
}

async function addStaff(platform: Platform, ctx: Ctx): Promise<void> {
  const { roles, known } = await platform.db.read(ctx, async (tx) => {
    const roles = await sql<{ readonly id: number; readonly built_in: string }>`
      select id, built_in from identity.roles where tenant_id = ${ctx.tenantId}::bigint
    `.execute(tx.db)
    const staff = await sql<{ readonly email: string }>`
      select email from identity.staff where tenant_id = ${ctx.tenantId}::bigint
    `.execute(tx.db)
    return {
      roles: new Map(roles.rows.map((row) => [row.built_in, row.id])),
      known: new Set(staff.rows.map((row) => row.email)),
    }
  })
  await Promise.all(
    STAFF.filter(({ email }) => !known.has(email)).map(({ role, email, name }) => {
      const roleId = roles.get(role)
      if (roleId === undefined) throw new Error(`the shop has no role ${role}`)
      return createStaff(platform, ctx, PROGRAM, { email, name, roleIds: [roleId], password: DEMO_PASSWORD })
    }),
  )
}

async function connectStandIns(
  platform: Platform,
  ctx: Ctx,
  { paygate, sms, wecom, gateways }: StandInAddresses,
): Promise<void> {
  await saveGateway(platform, undefined, ctx, 'sim-pay', {
    enabled: true,
    baseUrl: paygate.url,
    merchantId: paygate.merchantId,
    secrets: { secret: paygate.secret },
  })
  for (const [index, { gateway, account, controlUrl }] of gateways.entries()) {
    const hook = gateway === 'stripe' ? await webhookSecret(platform, ctx, controlUrl) : {}
    const secrets = { ...account.secrets, ...hook }
    await saveGateway(platform, undefined, ctx, gateway, { ...account, secrets, enabled: true, position: index + 1 })
  }
  await saveSmsChannel(platform, ctx, {
    enabled: true,
    config: {
      endpoint: sms.url,
      accessKeyId: sms.accessKeyId,
      signName: sms.signName,
      loginCodeTemplate: 'SMS_LOGIN_CODE',
    },
    secret: sms.accessKeySecret,
  })
  await saveWecomApp(platform, ctx, {
    enabled: true,
    config: {
      baseUrl: wecom.url,
      authorizeUrl: wecom.url,
      loginUrl: wecom.url,
      corpId: wecom.corpId,
      agentId: wecom.agentId,
    },
    secret: wecom.secret,
  })
}

async function addCards(platform: Platform, ctx: Ctx, sku: SeededSku): Promise<void> {
  const { skuId, codes, skuTitle } = sku
  const stocked = await platform.db.read(ctx, async (tx) => {
    const { rows } = await sql<{ readonly found: boolean }>`
      select exists (
        select from vault.batches where tenant_id = ${ctx.tenantId}::bigint and sku_id = ${skuId}::bigint and state = 'ready'
      ) as found
    `.execute(tx.db)
    return rows[0]?.found
  })
  if (stocked || codes.count === 0) return
  const fileName = `${skuTitle}.txt`
  const batch = await platform.db.write(ctx, (tx) =>
    createImport(tx, {
      skuId,
      fileName,
      separator: 'auto',
      supplier: '演示供货商',
      costFen: codes.costFen,
      purchaseRef: `DEMO-${skuId}`,
      validFrom: null,
      validTo: null,
      note: '演示库存',
    }),
  )
  const lines = Array.from({ length: codes.count }, () => drawCode(codes.pattern))
  await uploadImport(platform, ctx, batch.id, { stream: Readable.from([Buffer.from(lines.join('\n'))]), fileName })
}

async function addMeans(platform: Platform, ctx: Ctx, memberId: MemberId): Promise<void> {
  await platform.db.write(ctx, async (tx) => {
    const account = await sql<{ readonly balance: number }>`
      select balance from ledger.accounts
      where tenant_id = ${ctx.tenantId}::bigint and kind = 'cash.member' and ref = ${String(memberId)}
    `.execute(tx.db)
    if (account.rows.length > 0) return
    await sql`
      select ledger.adjust_member(${ctx.tenantId}::bigint, ${memberId}::bigint, 'CNY', ${MEMBER_BALANCE_FEN}::bigint, ${`member:${memberId}`}),
        ledger.adjust_member(${ctx.tenantId}::bigint, ${memberId}::bigint, 'point', ${MEMBER_POINTS}::bigint, ${`member:${memberId}`})
    `.execute(tx.db)
    tx.audit({
      action: 'member.adjust_balance',
      objectKind: 'member',
      objectId: memberId,
      detail: { amountFen: MEMBER_BALANCE_FEN, reason: '演示余额' },
    })
    tx.audit({
      action: 'member.adjust_points',
      objectKind: 'member',
      objectId: memberId,
      detail: { change: MEMBER_POINTS, reason: '演示积分' },
    })
  })
}

/** Stripe is told once where its notices go, and says with what it signs them. */
async function webhookSecret(
  platform: Platform,
  ctx: Ctx,
  controlUrl: string,
): Promise<{ readonly webhookSecret: string }> {
  const slug = await platform.db.read(ctx, async (tx) => {
    const { rows } = await sql<{ slug: string }>`select slug from tenancy.tenants where id = ${ctx.tenantId}`.execute(
      tx.db,
    )
    return rows[0]?.slug ?? ''
  })
  const url = notifyUrlOf(platform.config.publicUrl, slug, 'stripe')
  const answer = await fetch(`${controlUrl}/webhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ url }),
  })
  const { secret } = (await answer.json()) as { readonly secret: string }
  return { webhookSecret: secret }
}
