import { startSystem } from './system.ts'
import { openShop, buyOne, QUERY_PASSWORD, placeOrder, payOrder, noticeFor } from './shop.ts'
import { createDriver, closedLoop } from './http.ts'
import { spent } from './processes.ts'
const system = await startSystem({})
try {
  const shop = await openShop(system, 5, 60)
  const d = createDriver(system.url, 8)
  const nos: number[] = []
  for (let n = 0; n < 50; n++) { const { no } = await placeOrder(d, shop.skuIds[n % 5] ?? 0, n, { contact: '139' + String(10000000 + n) }); await payOrder(d, noticeFor(system, no)); nos.push(no) }
  const first = await d.request('POST', '/api/mall/orders/lookup', JSON.stringify({ no: nos[0], queryPassword: QUERY_PASSWORD }))
  const cookie = first.cookies.map((l) => l.split(';')[0]).join('; ')
  const what = { lookup: async (n: number) => { const a = await d.request('POST', '/api/mall/orders/lookup', JSON.stringify({ no: nos[n % 50], queryPassword: QUERY_PASSWORD }), { cookie }); if (a.status !== 200) throw new Error(a.body) },
    goods: async () => { const a = await d.request('GET', `/api/mall/goods/${shop.goodsId}`, undefined, { cookie }); if (a.status !== 200) throw new Error(a.body) } }[process.argv[2] as 'lookup' | 'goods']
  const { result, cpuMicros } = await spent(system, () => closedLoop({ shoppers: 8, warmMs: 0, measureMs: 8000 }, what), (l) => l.latenciesMs.length)
  console.log(process.argv[2], Math.round(result.perSecond), JSON.stringify(cpuMicros))
} finally { await system.stop() }
