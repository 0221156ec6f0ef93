import { sql } from 'kysely'
import { createSupplier, saveSkuSupply, supplierAdapters, suppliersDesk } from '../../modules/suppliers/index.ts'
import type { Ctx } from '../../platform/db/index.ts'
import type { Platform } from '../../platform/module.ts'
import type { StandInAddresses } from '../stand-ins.ts'
import type { SeededSku } from './seed-catalog.ts'

/** What a shop fills in: who it is there, and the name of the adapter's secret. */
const JOINED = [
  { supplier: 'fulu', name: '福禄（仿真）', identity: 'appKey', secret: ['appSecret', 'appSecret'] },
  { supplier: 'kasushou', name: '卡速售（仿真）', identity: 'userId', secret: ['apiKey', 'key'] },
  { supplier: 'kayixin', name: '卡易信（仿真）', identity: 'appId', secret: ['appSecret', 'key'] },
] as const
/** What suppliers call the thing that the demo's top-up sells. */
const PRODUCT = '%星幕视频会员月卡%'

/**
 * Joins the stand-ins of suppliers and puts them behind the demo's top-up. Safe to repeat: a supplier that is there by name
 * is left as it is.
 */
export async function seedSupply(
  platform: Platform,
  ctx: Ctx,
  standIns: StandInAddresses['suppliers'],
  skus: readonly SeededSku[],
): Promise<void> {
  const { db } = platform
  const topUps = skus.filter(({ kind }) => kind === 'topup')
  const desk = suppliersDesk(platform, supplierAdapters)
  for (const { supplier, name, identity, secret } of JOINED) {
    const standIn = standIns.find((one) => one.supplier === supplier)
    if (!standIn || (await isJoined(platform, ctx, name))) continue
    const [theirs, ours] = secret
    const id = await db.write(ctx, (tx) =>
      createSupplier(platform, supplierAdapters, tx, supplier, {
        name,
        baseUrl: standIn.url,
        identity: standIn.credentials[identity] ?? '',
        settings: {},
        secrets: { [ours]: standIn.credentials[theirs] ?? '' },
        concurrent: 8,
        perMinute: 600,
        balanceAlarmFen: 50_000,
        contact: '',
        note: '演示用的仿真供应商',
      }),
    )
    await desk.sync(ctx.tenantId, id)
  }
  const products = await db.read(ctx, async (tx) => {
    const { rows } = await sql<{ id: number }>`
      select id from suppliers.products where tenant_id = ${ctx.tenantId}::bigint and kind = 'direct' and name like ${PRODUCT}
    `.execute(tx.db)
    return rows
  })
  for (const { id } of products) await desk.fetch(ctx.tenantId, id)
  const fields = await db.read(ctx, async (tx) => {
    const { rows } = await sql<{ id: number; keys: readonly string[] }>`
      select id, array(select f ->> 'key' from jsonb_array_elements(coalesce(fields, '[]')) as f) as keys
      from suppliers.products
      where tenant_id = ${ctx.tenantId}::bigint
        and id = any (${products.map(({ id }) => id)}::bigint[])
    `.execute(tx.db)
    return rows
  })
  for (const { skuId } of topUps) {
    await db.write(ctx, (tx) =>
      saveSkuSupply(tx, skuId, {
        policy: 'cheapest',
        source: 'own',
        leastMarginFen: 100,
        offers: fields.map(({ id, keys }) => ({
          productId: id,
          weight: 1,
          enabled: true,
          fieldMap: Object.fromEntries(keys.map((key) => [key, 'account'])),
        })),
      }),
    )
  }
}

async function isJoined(platform: Platform, ctx: Ctx, name: string): Promise<boolean> {
  return await platform.db.read(ctx, async (tx) => {
    const { rows } = await sql`
      select from suppliers.suppliers where tenant_id = ${ctx.tenantId}::bigint and name = ${name}
    `.execute(tx.db)
    return rows.length > 0
  })
}
