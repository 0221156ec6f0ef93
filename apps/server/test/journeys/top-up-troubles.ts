import { asks, both, calls, long, MINUTE_MS, order, PATIENCE_MS, SLOW_MS, type Trouble } from './matrix.ts'
import { openSupplier, type ProfiledSupplier, type TopUpSupplier } from './real-suppliers.ts'
import type { Goods, House } from './shop.ts'

/** Whatever a supplier of top-ups may do, and a shop that buys from two of them. */

export const FORM = { account: '13800138000' }

export type TopUpTrouble = Trouble & {
  readonly only?: readonly (TopUpSupplier | ProfiledSupplier)[]
  readonly isDear?: true
}

export const TROUBLES: readonly TopUpTrouble[] = [
  { name: 'nothing goes wrong', end: 'done', make: () => undefined },
  { name: 'accepts, then cuts the line', end: 'done', ...calls('api.cut') },
  { name: 'cuts the line before', end: 'never', ...calls('api.reset') },
  { name: 'slower than our patience', end: 'done', ...calls('api.slow', 1, { ms: PATIENCE_MS + 500 }) },
  { name: '429', end: 'never', ...calls('api.busy') },
  { name: '500', end: 'never', ...calls('api.error') },
  { name: '502 after buying', end: 'done', ...calls('api.broken') },
  { name: 'half of an answer', end: 'done', ...calls('api.malformed') },
  { name: 'an answer to something else', end: 'done', ...calls('api.nonsense') },
  { name: 'does not know itself', end: 'done', ...calls('api.unsure') },
  { name: 'wrong signature', end: 'done', only: ['fulu'], ...both(calls('api.forged'), asks('api.forged')) },
  { name: 'asking: line cut', end: 'done', ...asks('api.cut') },
  { name: 'asking: 429, then 500', end: 'done', ...both(asks('api.busy', 1), asks('api.error', 1)) },
  { name: 'asking: half of an answer', end: 'done', ...asks('api.malformed') },
  { name: 'not found at first', end: 'hidden', ...both(calls('api.cut'), order('order.not_found', { ms: SLOW_MS })) },
  { name: 'found, then not found', end: 'done', ...order('query.not_found', { times: 2 }) },
  { name: 'callback before the answer', end: 'done', ...order('callback.early') },
  { name: 'callback before a cut line', end: 'done', ...both(order('callback.early'), calls('api.cut')) },
  { name: 'callback never', end: 'done', ...order('callback.never') },
  { name: 'callback lost', end: 'done', ...order('callback.lose') },
  { name: 'callback late', end: 'done', ...order('callback.delay', { ms: MINUTE_MS }) },
  { name: 'callback twice at once', end: 'done', ...order('callback.parallel', { count: 4 }) },
  { name: 'callback again later', end: 'done', ...order('callback.again', { ms: MINUTE_MS }) },
  { name: 'callback forged', end: 'done', ...order('callback.forge') },
  { name: 'callback says failed first', end: 'done', ...order('callback.contrary') },
  { name: 'callback says failed after', end: 'done', ...order('callback.contrary_after') },
  { name: 'callback with another amount', end: 'done', ...order('callback.amount', { amount: 1 }) },
  {
    name: 'callback about nobody’s order',
    end: 'done',
    ...order('callback.other_order', { value: '99999999999990101' }),
  },
  { name: 'callback half', end: 'done', ...order('callback.malformed') },
  { name: 'written down, paid later', end: 'late', ...order('order.unpaid') },
  { name: 'long, then done', end: 'late', ...long },
  { name: 'long, then failed', end: 'refused_late', ...both(long, order('order.fail')) },
  { name: 'failed', end: 'refused', ...order('order.fail') },
  { name: 'failed, callback says done', end: 'refused', ...both(order('order.fail'), order('callback.contrary')) },
  {
    name: 'a part',
    end: 'part',
    quantity: 3,
    only: ['kasushou', 'kayixin', 'kakayun'],
    ...order('order.partial', { count: 1 }),
  },
  { name: 'price raised', end: 'refused', isDear: true, ...order('order.price_up', { amount: 150_000 }) },
  { name: 'balance used up', end: 'refused', ...order('order.no_balance') },
  { name: 'delisted', end: 'refused', ...order('order.delisted') },
  { name: 'out of stock', end: 'refused', ...order('order.no_stock') },
  { name: 'not sold to us', end: 'refused', ...order('order.reject') },
]

export async function openMatrixShop(
  house: House,
  firstKind: TopUpSupplier | ProfiledSupplier,
  secondKind: TopUpSupplier,
) {
  const [a, b] = await Promise.all([openSupplier(firstKind), openSupplier(secondKind)])
  // A price that is raised stays so for these goods.
  for (const id of ['700001', '700002']) {
    a.sell(id, '10.0000')
    b.sell(id, '12.0000')
  }
  const shop = await house.newShop()
  const [first, second] = [await a.join(shop, 'first'), await b.join(shop, 'second')]
  const sell = async (id: string): Promise<Goods> => {
    const goods = await shop.stock(0, {
      goods: { formFields: [{ key: 'account', labelZh: '账号', type: 'text' }] },
      sku: { kind: 'topup', priceFen: 2_000 },
    })
    await shop.staff.call('suppliers.saveSkuSupply', {
      params: { skuId: goods.skuId },
      body: { policy: 'cheapest', leastMarginFen: 0, offers: [first.offer(id), second.offer(id)] },
    })
    return goods
  }
  return { shop, a, b, usual: await sell('700001'), dear: await sell('700002') }
}
