import pg from 'pg'
import { beforeAll, describe, expect, test } from 'vitest'
import { runRoles } from '../../src/main/server.ts'
import { expectBooksRight } from './books.ts'
import { isDelivered, openHouse, type PlacedOrder, QUERY_PASSWORD, type Visitor } from './shop.ts'

// Without a worker, so that every statement seen belongs to a request; one runs while people sign in by text message.
const house = await openHouse({ env: { QUANSHU_ROLES: 'api' } })
const { platform } = house
const worker = await runRoles(
  { ...platform, config: { ...platform.config, roles: ['worker'] } },
  { ownerUrl: platform.ownerUrl },
)
const shop = await house.newShop()
const { visitor: member } = await shop.member(10_000_000)
await worker.stop()

/** What pages that wait are told by: one statement a heartbeat for the whole process, whoever waits. */
const TAIL = 'events.tail'

/** The first fills the memories; on a slow machine a memory of a second may be over in several of the others. */
const ROUNDS_MAX = 12

const EXPECTED = {
  'place at a gateway': 1,
  'open the cashier': 4,
  'order page': 1,
  notice: 1,
  'notice, and the page that waits is told': 1,
  'code file': 4,
  cancel: 3,
  'place from the purse': 1,
  'look-up by number': 1,
  'look-up by contact': 4,
  quote: 3,
  'goods page': 0,
  'goods list': 0,
  'my orders': 4,
}

describe('statements a hot request sends to the database, once its memories are warm', () => {
  let sent: string[] | undefined
  beforeAll(() => {
    const query = pg.Client.prototype.query as (...args: unknown[]) => unknown
    pg.Client.prototype.query = function (this: unknown, ...args: unknown[]) {
      const [first] = args
      sent?.push(typeof first === 'string' ? first : ((first as { readonly text?: string }).text ?? ''))
      return query.apply(this, args)
    } as never
    return () => {
      pg.Client.prototype.query = query as never
    }
  })
  const counted = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
    sent = []
    await work()
    const seen = sent
    sent = undefined
    return seen.map((text) => text.replace(/\s+/g, ' ').slice(0, 80)).filter((text) => !text.includes(TAIL))
  }

  test('each hot route sends exactly what is written down here', async () => {
    const goods = await shop.stock(80)
    const guest = shop.visitor()
    const lines = [{ skuId: goods.skuId, quantity: 1, unitPriceFen: goods.priceFen }]
    const contact = '13700001111'
    const body = { lines, contact, queryPassword: QUERY_PASSWORD, payWith: 'sim-pay' }
    const place = () => guest.call('orders.place', { body }, { idempotencyKey: crypto.randomUUID() })
    const cashier = (no: number) => guest.call('orders.pay', { params: { no }, body: { payWith: 'sim-pay' } })
    // A page is open all the while, and the orders whose pages wait were placed long before: only news of their payment is left
    // to be told when it is counted, not that of their placement, which arrives some milliseconds after its commit.
    const idle = watching(guest, (await shop.place(goods, 1, { visitor: guest })).no)
    await idle.opened

    const watched = await Promise.all([...Array(ROUNDS_MAX).keys()].map(() => shop.place(goods, 1, { visitor: guest })))
    const least: Record<string, number> = {}
    const told: string[] = []
    // The first round fills the memories: prices, settings, gateways, keys, who is signed in. Of the others the least counts.
    const isDone = () => Object.entries(EXPECTED).every(([name, count]) => least[name] === count)
    for (let round = 0; round < ROUNDS_MAX && !isDone(); round += 1) {
      const count = async (name: string, work: () => Promise<unknown>) => {
        const statements = await counted(work)
        if (round > 0) least[name] = Math.min(least[name] ?? statements.length, statements.length)
        told.push(`${round} ${name}`, ...statements.map((text) => `    ${text}`))
      }
      let no = 0 as PlacedOrder['no']
      await count('place at a gateway', async () => {
        no = (await place()).no as PlacedOrder['no']
      })
      await count('open the cashier', () => cashier(no))
      await count('order page', () => guest.call('orders.get', { params: { no } }))
      await count('notice', () => shop.pay(no))
      const awaited = (watched[round] as PlacedOrder).no
      const page = watching(guest, awaited)
      await page.opened
      await count('notice, and the page that waits is told', () => Promise.all([shop.pay(awaited), page.delivered]))
      await count('code file', async () => (await guest.download('orders.codesFile', { params: { no } })).text())
      await count('cancel', async () => {
        const other = await place()
        sent = []
        await guest.call('orders.cancel', { params: { no: other.no }, body: {} })
      })
      await count('place from the purse', () => shop.place(goods, 1, { visitor: member, payWith: 'balance' }))
      await count('look-up by number', () =>
        shop.visitor().call('orders.lookup', { body: { no, queryPassword: QUERY_PASSWORD } }),
      )
      await count('look-up by contact', () =>
        shop.visitor().call('orders.lookup', { body: { contact, queryPassword: QUERY_PASSWORD } }),
      )
      await count('quote', () => guest.call('orders.quote', { body: { lines: [{ skuId: goods.skuId, quantity: 1 }] } }))
      await count('goods page', () => guest.call('catalog.mallGetGoods', { params: { id: goods.goodsId } }))
      await count('goods list', () => guest.call('catalog.mallListGoods', { query: {} }))
      await count('my orders', () => member.call('orders.mine', { query: {} }))
    }
    idle.close()
    expect(least, told.join('\n')).toEqual(EXPECTED)
  })

  test('a hundred orders at once take fewer statements than one each', async () => {
    const goods = await shop.stock(400)
    await shop.place(goods, 1, { visitor: member, payWith: 'balance' })
    const statements = await counted(() =>
      Promise.all(Array.from({ length: 100 }, () => shop.place(goods, 1, { visitor: member, payWith: 'balance' }))),
    )
    const commits = statements.filter((text) => text.includes('place_and_pay'))
    expect(commits.length).toBeLessThan(50)
    await expectBooksRight(house, shop.tenantId)
  })
})

/** An order's page that waits: when it shows the order, and when it shows it delivered. */
function watching(visitor: Visitor, no: PlacedOrder['no']) {
  const [opened, delivered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const stop = visitor.stream(
    'orders.stream',
    { params: { no } },
    (view) => {
      opened.resolve()
      if (!isDelivered(view)) return
      stop()
      delivered.resolve()
    },
    { onProblem: delivered.reject },
  )
  return { opened: opened.promise, delivered: delivered.promise, close: stop }
}
