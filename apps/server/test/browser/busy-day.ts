import { randomUUID } from 'node:crypto'
import { createClient } from '@quanshu/client'
import { createCookieFetch } from '@quanshu/client/node'

const SHOPPERS = [
  'chen.yu@example.com',
  '13916802748',
  'songzhi@example.com',
  '18620451193',
  'mei.lin@example.com',
  '15801129934',
  'haoran@example.com',
  '13705718826',
]

/** Shoppers who were here before, so that pictures of the console show a shop at work. A few never pay. On another `day` everybody buys something else. */
export async function busyDay(mall: string, day = 0): Promise<void> {
  const { items } = await visitor(mall).call('catalog.mallListGoods', { query: { limit: 16 } })
  for (const [index, { id }] of [...items, ...items.slice(0, 7)].entries()) {
    const shopper = visitor(mall)
    const goods = await shopper.call('catalog.mallGetGoods', { params: { id } })
    const sku = goods.skus.find((one) => one.maxQty >= 5)
    if (!sku || goods.formFields.some(({ required }) => required)) continue
    const order = await shopper.call(
      'orders.place',
      {
        body: {
          lines: [{ skuId: sku.id, quantity: (index % 3) + 1, unitPriceFen: sku.priceFen }],
          contact: SHOPPERS[(index + day) % SHOPPERS.length] ?? '',
          queryPassword: randomUUID(),
          payWith: 'sim-pay',
        },
      },
      { idempotencyKey: randomUUID() },
    )
    if (index % 8 === 5) await shopper.call('orders.cancel', { params: { no: order.no }, body: {} })
    else if (index % 8 !== 7) {
      const { payment } = await shopper.call('orders.pay', { params: { no: order.no }, body: { payWith: 'sim-pay' } })
      const url = payment?.cashier?.way === 'redirect' ? payment.cashier.url : ''
      await fetch(`${url}/pay`, { method: 'POST', redirect: 'manual' })
    }
  }
}

const visitor = (mall: string) =>
  createClient({ baseUrl: mall.slice(0, -1), locale: 'zh-CN', fetch: createCookieFetch() })
