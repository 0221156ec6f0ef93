import { randomBytes } from 'node:crypto'
import type { Client } from '@quanshu/client'
import type { OrderNo } from '@quanshu/kernel'
import { type Goods, type Shop, until } from './shop.ts'

/** What a supplier's people sell, and what they do with an order for it. */

export const SALE_FEN = 3_000

export const product = (person: Client, over: Record<string, unknown> = {}) =>
  person.call('workspace.addProduct', {
    body: {
      remoteId: `P${randomBytes(3).toString('hex')}`,
      name: '月卡',
      kind: 'card',
      costHao: 200_000,
      stock: 10,
      ...over,
    } as never,
  })
/** Goods that are bought from these products, the first one first. */
export async function sold(shop: Shop, productIds: readonly number[], kind: 'card' | 'topup' = 'card') {
  const goods = await shop.stock(0, {
    sku: { priceFen: SALE_FEN, kind },
    goods: kind === 'topup' ? { formFields: [ACCOUNT] } : {},
  })
  await shop.staff.call('suppliers.saveSkuSupply', {
    params: { skuId: goods.skuId },
    body: {
      policy: 'fixed',
      source: kind === 'card' ? 'supplier_first' : 'own',
      leastMarginFen: 0,
      offers: productIds.map((productId) => ({
        productId,
        ...(kind === 'topup' && { fieldMap: { account: 'account' } }),
      })),
    },
  })
  return goods
}
export const ACCOUNT = { key: 'account', labelZh: '账号', labelEn: 'Account', type: 'text', required: true }

export async function paid(shop: Shop, goods: Goods, quantity = 1, form?: Record<string, string>) {
  const order = await shop.place(goods, quantity, { contact: 'buyer.secret@example.test', ...(form && { form }) })
  await shop.pay(order.no)
  return order
}
export const taskFor = (person: Client, no: OrderNo) =>
  until('the order to come to the supplier', async () => {
    const { items } = await person.call('workspace.listTasks', { query: { q: String(no) } })
    return items[0]
  })
export const accept = (person: Client, taskId: number) =>
  person.call('workspace.acceptTasks', { body: { taskIds: [taskId] } })
export const deliver = (
  person: Client,
  workTaskId: number,
  codes: string | Uint8Array,
  query: { partial?: 'true' } = {},
) =>
  person.upload('workspace.deliverCodes', { params: { workTaskId }, query: query as never }, codes as never, {
    fileName: 'codes.txt',
  })
