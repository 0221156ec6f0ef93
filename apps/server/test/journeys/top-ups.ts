import { randomUUID } from 'node:crypto'
import { type Goods, type Shop, until } from './shop.ts'

/** Joins a scripted supplier, and asks for what it sells. */
export async function joinSupplier(
  shop: Shop,
  adapter: string,
): Promise<{ readonly supplierId: number; readonly productId: number }> {
  const { id: supplierId } = await shop.staff.call(
    'suppliers.create',
    {
      body: {
        name: adapter,
        adapter,
        baseUrl: 'http://127.0.0.1:9',
        identity: 'shop',
        secrets: { key: 's3cret' },
        concurrent: 64,
        perMinute: 60_000,
      },
    },
    { idempotencyKey: randomUUID() },
  )
  await shop.staff.call('suppliers.sync', { params: { supplierId }, body: {} })
  const productId = await until(`the product of ${adapter} to be synced`, async () => {
    const { items } = await shop.staff.call('suppliers.listProducts', { query: { supplierId } })
    return items[0]?.id
  })
  return { supplierId, productId }
}

/** A top-up that the cheapest of these scripted suppliers delivers. */
export async function topUpBy(
  shop: Shop,
  adapters: readonly string[],
  priceFen = 2_000,
): Promise<{ readonly goods: Goods; readonly supplierIds: readonly number[] }> {
  const joined = []
  for (const adapter of adapters) joined.push(await joinSupplier(shop, adapter))
  const goods = await shop.stock(0, {
    goods: { title: '直充会员', formFields: [{ key: 'account', labelZh: '账号', type: 'text' }] },
    sku: { kind: 'topup', priceFen },
  })
  await shop.staff.call('suppliers.saveSkuSupply', {
    params: { skuId: goods.skuId },
    body: {
      policy: 'cheapest',
      leastMarginFen: 0,
      offers: joined.map(({ productId }) => ({ productId, fieldMap: { account: 'account' } })),
    },
  })
  return { goods, supplierIds: joined.map(({ supplierId }) => supplierId) }
}
