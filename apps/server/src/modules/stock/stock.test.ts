import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { testPlatform } from '../../../test/harness/index.ts'
import { findStockDifferences, listStock, lowStock, setThreshold, stockOf } from './index.ts'

const house = await testPlatform()

/** A shop with one SKU: `pieces` cards booked in as an import does it, `held` of them promised. */
async function shopWith(pieces: number, held = 0) {
  const shop = await house.newTenant()
  const { rows } = await house.owner.query<{ sku: string; batch: string }>(
    `with g as (insert into catalog.goods (tenant_id, title) values ($1, '会员月卡') returning id),
     s as (insert into catalog.skus (tenant_id, goods_id, title, price_fen) select $1, id, '一个月', 990 from g returning id)
     select id as sku from s`,
    [shop.tenantId],
  )
  const skuId = Number(rows[0]?.sku)
  await house.owner.query('select ledger.open_stock($1, $2)', [shop.tenantId, skuId])
  const batch = await house.owner.query<{ id: string }>(
    'insert into vault.batches (tenant_id, sku_id, cost_fen) values ($1, $2, 300) returning id',
    [shop.tenantId, skuId],
  )
  const at = Array.from({ length: pieces }, (_, index) => index)
  const chunk = {
    fromLine: 0,
    toLine: pieces,
    bytesRead: 0,
    invalidLines: [],
    invalidReasons: [],
    ids: await house.db.callGlobal<number[]>('vault.reserve_card_ids', pieces),
    lines: at.map((index) => index + 1),
    fingerprints: at.map((index) => Buffer.alloc(32, index).toString('base64')),
    sealed: at.map(() => Buffer.alloc(40).toString('base64')),
  }
  expect(await house.db.call(shop.tenantId, 'vault.import_chunk', Number(batch.rows[0]?.id), 0, chunk)).toMatchObject({
    imported: pieces,
  })
  if (held > 0) {
    const account = (kind: string) => sql`ledger.account(${shop.tenantId}::bigint, ${kind}, ${String(skuId)}, 'piece')`
    await house.db.write(shop.ctx, (tx) =>
      sql`select ledger.hold(${shop.tenantId}::bigint, array[${account('stock.available')}], array[${account('stock.delivered')}], array[${held}::bigint], array['order:1'], array[now() + interval '1 hour'])`.execute(
        tx.db,
      ),
    )
  }
  return { ...shop, skuId, batchId: Number(batch.rows[0]?.id) }
}

it('what is held is not available, and all states add up to what was imported', async () => {
  const shop = await shopWith(10, 3)
  const cards = await house.owner.query('select id from vault.cards where tenant_id = $1 order by id limit 2', [
    shop.tenantId,
  ])
  await house.owner.query("select vault.transfer($1, $2, $3, 'available', 'void', 'x', 'y')", [
    shop.tenantId,
    shop.skuId,
    cards.rows.map((row) => row.id),
  ])
  const [row] = await house.db.read(shop.ctx, (tx) => stockOf(tx, [shop.skuId]))
  expect(row).toMatchObject({ available: 5, held: 3, void: 2, delivered: 0, imported: 10, costFen: 2_400, low: true })
  expect(await house.db.read(shop.ctx, findStockDifferences)).toEqual([])
})

it('a SKU is low below its threshold, never without one, and a neighbour changes nothing', async () => {
  const shop = await shopWith(10)
  await house.plantNeighbour(shop.tenantId)
  const low = async (threshold: number | null): Promise<number> => {
    await house.db.write(shop.ctx, (tx) => setThreshold(tx, shop.skuId, threshold))
    return (await house.db.read(shop.ctx, (tx) => lowStock(tx, 10))).length
  }
  expect([await low(11), await low(10), await low(null)]).toEqual([1, 0, 0])
  const all = await house.db.read(shop.ctx, (tx) => listStock(tx, { page: 1, pageSize: 10, sort: '-available' }))
  expect(all).toMatchObject({ total: 1, items: [{ available: 10, imported: 10 }] })
})

it('whatever is tampered with in the books is found', async () => {
  const shop = await shopWith(10, 3)
  await house.owner.query(
    "update vault.cards set state = 'void' where tenant_id = $1 and id = (select min(id) from vault.cards where tenant_id = $1)",
    [shop.tenantId],
  )
  await house.owner.query("update ledger.accounts set held_out = 4 where tenant_id = $1 and kind = 'stock.available'", [
    shop.tenantId,
  ])
  const found = await house.db.read(shop.ctx, findStockDifferences)
  expect(found).toEqual(
    expect.arrayContaining([
      { between: 'ledger_and_cards', id: shop.skuId, state: 'available', booked: 10, counted: 9 },
      { between: 'ledger_and_cards', id: shop.skuId, state: 'void', booked: 0, counted: 1 },
      { between: 'batch_and_cards', id: shop.batchId, state: 'void', booked: 0, counted: 1 },
      { between: 'account_and_holds', id: shop.skuId, state: 'available', booked: 4, counted: 3 },
    ]),
  )
})
