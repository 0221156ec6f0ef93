import { randomUUID } from 'node:crypto'
import { type Goods, type House, type Shop, until } from './shop.ts'

/** Channels with warehouses of their own, and what moves into, between and out of them. */

let made = 0
export async function channel(at: Shop, facts: { readonly fallsBack?: boolean } = {}) {
  made += 1
  return at.staff.call('stock.createWarehouse', {
    body: { channel: `c-${made}`, name: `渠道 ${made} 号`, kind: 'agent', fallsBack: facts.fallsBack ?? false },
  })
}

export const side = (name: string | undefined) => (name === undefined ? {} : { channel: name })
export const place = (at: Shop, goods: Goods, name: string | undefined, quantity = 1) =>
  at.place(goods, quantity, side(name))

export const move = (at: Shop, goods: Goods, fromId: number | null, toId: number | null, quantity: number) =>
  at.staff.call(
    'stock.movePieces',
    { body: { moves: [{ skuId: goods.skuId, fromId, toId, quantity }], reason: '调拨' } },
    { idempotencyKey: randomUUID() },
  )

export const undo = (at: Shop, moveId = 0) =>
  at.staff.call('stock.undoMove', { params: { moveId }, body: { reason: '调错了' } })

export const giveBack = (at: Shop, warehouseId: number, skuId: number | null, quantity: number | null) =>
  at.staff.call(
    'stock.returnPieces',
    { params: { warehouseId }, body: { skuId, quantity, reason: '未售退回' } },
    { idempotencyKey: randomUUID() },
  )

/** One and then the other waits for what `lock` has locked; then it lets go. */
export async function bothWaiting(
  house: House,
  lock: string,
  first: () => Promise<unknown>,
  second: () => Promise<unknown>,
): Promise<void> {
  const holder = await house.platform.owner.connect()
  const waiting = (count: number) =>
    until(`${count} to wait`, async () => {
      const rows = await house.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
      return rows.length >= count
    })
  try {
    await holder.query(`begin; select ${lock}`)
    const one = first()
    await waiting(1)
    const other = second()
    await waiting(2)
    await holder.query('commit')
    await Promise.all([one, other])
  } finally {
    await holder.query('rollback')
    holder.release()
  }
}

/** Free pieces of goods by warehouse. */
export async function shelves(at: Shop, goods: Goods): Promise<Record<string, number>> {
  const { items } = await at.staff.call('stock.listWarehouseStock', { query: { skuId: goods.skuId } })
  return Object.fromEntries(items.map((row) => [row.warehouseId ?? 'total', row.available]))
}

export async function imported(
  at: Shop,
  { skuId }: Goods,
  codes: readonly string[],
  channels: string[],
): Promise<number> {
  const { id } = await at.staff.call('vault.createImport', { body: { skuId, channels } })
  await at.staff.upload('vault.uploadImport', { params: { batchId: id } }, codes.join('\n'), { fileName: 'cards.txt' })
  return id
}
