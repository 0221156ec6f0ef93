import { Readable } from 'node:stream'
import { sql } from 'kysely'
import {
  createWarehouse,
  movePieces,
  setWarehouseRule,
  sharePieces,
  tendWarehouses,
} from '../../modules/stock/index.ts'
import { createImport, uploadImport } from '../../modules/vault/index.ts'
import type { Ctx } from '../../platform/db/index.ts'
import type { Platform } from '../../platform/module.ts'
import { drawCode } from './draw-code.ts'
import type { SeededSku } from './seed-catalog.ts'

const AGENT = {
  channel: 'fuli',
  name: '企业福利代理',
  kind: 'agent',
  fallsBack: true,
  note: '月结，每周五补货',
} as const
const LIVE = { channel: 'live', name: '短视频直播间', kind: 'shop', fallsBack: false, note: '' } as const

/** What ends on a day, as codes of many suppliers do; of the last one only the live channel may sell. */
const DATED = [
  { goods: '蓝鹊音乐 无损会员', sku: '季卡', count: 40, days: 20 },
  { goods: '回声听书 畅听卡', sku: '月卡', count: 30, days: 75 },
  { goods: '蓝鹊音乐 无损会员', sku: '月卡', count: 60, days: 45, channel: LIVE.channel },
] as const

/**
 * Two channels with warehouses of their own, pieces that lie and move there, and batches that end on a day: what the screens of
 * warehouses show. Safe to repeat: what is there is left as it is.
 */
export async function seedWarehouses(platform: Platform, ctx: Ctx, skus: readonly SeededSku[]): Promise<void> {
  const [agentId, liveId] = await openChannels(platform, ctx)
  for (const dated of DATED) await addDated(platform, ctx, skuOf(skus, dated.goods, dated.sku), dated)
  const music = skuOf(skus, '蓝鹊音乐 无损会员', '月卡').skuId
  const books = skuOf(skus, '回声听书 畅听卡', '月卡').skuId
  await platform.db.write(ctx, async (tx) => {
    const { rows } = await sql`
      select from stock.moves where tenant_id = ${ctx.tenantId}::bigint and kind = 'allocate' limit 1`.execute(tx.db)
    if (rows.length > 0) return
    const move = (skuId: number, fromId: number | null, toId: number | null, quantity: number, reason: string) =>
      movePieces(tx, [{ skuId, fromId, toId, quantity }], reason)
    await move(music, null, agentId, 40, '首批铺货')
    await sharePieces(tx, {
      skuId: books,
      quantity: 60,
      shares: [
        { warehouseId: agentId, weight: 2 },
        { warehouseId: liveId, weight: 1 },
      ],
      reason: '按上月销量分配',
    })
    await move(books, agentId, liveId, 8, '直播间临时加场')
    await move(music, agentId, null, 5, '活动取消')
    await setWarehouseRule(tx, agentId, music, { least: 50, target: 80, lowAt: 10 })
    await setWarehouseRule(tx, liveId, books, { least: null, target: null, lowAt: 15 })
  })
  await tendWarehouses(platform, ctx.tenantId)
}

function skuOf(skus: readonly SeededSku[], goods: string, sku: string): SeededSku {
  const found = skus.find(({ goodsTitle, skuTitle }) => goodsTitle === goods && skuTitle === sku)
  if (!found) throw new Error(`${goods} ${sku} is not there`)
  return found
}

async function openChannels(platform: Platform, ctx: Ctx): Promise<readonly [number, number]> {
  return await platform.db.write(ctx, async (tx) => {
    const { rows } = await sql<{ channel: string; id: number }>`
      select channel, id from stock.warehouses where tenant_id = ${ctx.tenantId}::bigint`.execute(tx.db)
    const ensure = async (facts: typeof AGENT | typeof LIVE): Promise<number> =>
      rows.find(({ channel }) => channel === facts.channel)?.id ?? (await createWarehouse(tx, facts)).id
    return [await ensure(AGENT), await ensure(LIVE)]
  })
}

type Dated = { readonly count: number; readonly days: number; readonly channel?: string }

async function addDated(platform: Platform, ctx: Ctx, { skuId, codes }: SeededSku, dated: Dated): Promise<void> {
  const purchaseRef = `DEMO-${skuId}-${dated.days}D`
  const isThere = await platform.db.read(ctx, async (tx) => {
    const { rows } = await sql`
      select from vault.batches
      where tenant_id = ${ctx.tenantId}::bigint and purchase_ref = ${purchaseRef} and state = 'ready'`.execute(tx.db)
    return rows.length > 0
  })
  if (isThere) return
  const fileName = `${purchaseRef}.txt`
  const validTo = new Date(platform.clock.now().getTime() + dated.days * 86_400_000).toISOString()
  const batch = await platform.db.write(ctx, (tx) =>
    createImport(tx, {
      skuId,
      fileName,
      separator: 'auto',
      supplier: '演示供货商',
      // What ends soon is bought for less.
      costFen: Math.round(codes.costFen * 0.9),
      purchaseRef,
      validFrom: null,
      validTo,
      note: '演示库存，有效期内售出',
      ...(dated.channel ? { channels: [dated.channel] } : {}),
    }),
  )
  const lines = Array.from({ length: dated.count }, () => drawCode(codes.pattern))
  await uploadImport(platform, ctx, batch.id, { stream: Readable.from([Buffer.from(lines.join('\n'))]), fileName })
}
