import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { type FuluStandIn, startFulu } from '@quanshu/sim/fulu'
import { type KasushouStandIn, startKasushou } from '@quanshu/sim/kasushou'
import { type KayixinStandIn, startKayixin } from '@quanshu/sim/kayixin'
import { startTremendous, type TremendousStandIn } from '@quanshu/sim/tremendous'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createOutbound, type Outbound } from '../../../platform/outbound/index.ts'
import type { CallbackVerdict, OrderCall, RawCallback, SupplierAccount, SupplierAdapter } from '../supplier.ts'
import { supplierAdapters } from './registry.ts'

/** Every adapter against the stand-in of its supplier: the same journeys and the same faults for all of them. */

const outbound = createOutbound({ allowInsecure: true })
const hurried: Outbound = { ...outbound, call: (request) => outbound.call({ ...request, timeoutMs: 250 }) }

type StandIn = FuluStandIn | KasushouStandIn | KayixinStandIn | TremendousStandIn
type Bench = {
  readonly adapter: SupplierAdapter
  readonly standIn: StandIn
  readonly account: SupplierAccount
  readonly desk: Desk
}
type Desk = { readonly url: string; readonly received: RawCallback[]; readonly close: () => void }

/** A callback address that takes everything and keeps it. */
async function openDesk(answer: string): Promise<Desk> {
  const received: RawCallback[] = []
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      received.push({ method, path: url, headers, body: Buffer.concat(chunks) })
      response.writeHead(200).end(answer)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/back`,
    received,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

type Wares = {
  readonly topUp?: { readonly id: string; readonly fields: Readonly<Record<string, string>>; readonly costHao: number }
  readonly card: { readonly id: string; readonly kind: 'card' | 'link'; readonly costHao: number; readonly max: number }
  /** The endpoint of orders, in the stand-in's words. */
  readonly placing: string
  readonly asking: string
}
const WARES: Readonly<Record<string, Wares>> = {
  fulu: {
    topUp: { id: '10000001', fields: { charge_account: '13800138000' }, costHao: 215_000 },
    card: { id: '10000003', kind: 'card', costHao: 288_125, max: 3 },
    placing: 'fulu.order.card.add',
    asking: 'fulu.order.info.get',
  },
  kasushou: {
    topUp: { id: '1001', fields: { recharge_account: '13800138000' }, costHao: 152_000 },
    card: { id: '1003', kind: 'card', costHao: 139_000, max: 3 },
    placing: 'order/buy',
    asking: 'order/info',
  },
  kayixin: {
    topUp: { id: '201068', fields: { 充值账号: '13800138000' }, costHao: 146_000 },
    card: { id: '201070', kind: 'card', costHao: 98_000, max: 3 },
    placing: 'order/create',
    asking: 'order/getDetail',
  },
  tremendous: {
    card: { id: 'OKMHM2X2OHYV/25/USD', kind: 'link', costHao: 250_000, max: 1 },
    placing: 'POST /orders',
    asking: 'GET /orders/:id',
  },
}

let serial = 0
const newNo = (): string => `261122${String(++serial).padStart(14, '0')}`

describe.each(Object.keys(WARES))('%s', (id) => {
  let bench: Bench
  const wares = WARES[id] as Wares
  const { card, topUp } = wares

  beforeAll(async () => {
    const adapter = supplierAdapters.get(id)
    if (!adapter) throw new Error(`no adapter ${id}`)
    const desk = await openDesk(adapter.acknowledgement.body)
    const options = { host: '127.0.0.1', seed: `adapter ${id}` }
    const common = { settings: {}, secrets: {} }
    if (id === 'fulu') {
      const standIn = await startFulu(options)
      const { appKey: identity, appSecret } = standIn.credentials
      bench = { adapter, standIn, desk, account: { ...common, baseUrl: standIn.url, identity, secrets: { appSecret } } }
    } else if (id === 'kasushou') {
      const standIn = await startKasushou(options)
      const { userId: identity, apiKey: key } = standIn.credentials
      bench = { adapter, standIn, desk, account: { ...common, baseUrl: standIn.url, identity, secrets: { key } } }
    } else if (id === 'kayixin') {
      const standIn = await startKayixin(options)
      const { appId: identity, appSecret: key } = standIn.credentials
      bench = { adapter, standIn, desk, account: { ...common, baseUrl: standIn.url, identity, secrets: { key } } }
    } else {
      const standIn = await startTremendous(options)
      const { credentials: secrets } = standIn
      // A dollar is a yuan here, so that the cases below need not reckon.
      const settings = { rates: 'USD=1' }
      bench = { adapter, standIn, desk, account: { settings, baseUrl: standIn.url, identity: 'balance', secrets } }
    }
    bench.standIn.control.setCallbackUrl(desk.url)
    bench.standIn.control.setPace({ topupMs: 0 })
  })
  afterAll(async () => {
    bench.desk.close()
    await bench.standIn.close()
  })
  afterEach(() => bench.standIn.control.clearFaults())

  const cardCall = (no: string, quantity = 1, more: Partial<OrderCall> = {}): OrderCall => ({
    no,
    remoteId: card.id,
    kind: card.kind,
    quantity,
    ceilingHao: card.costHao,
    fields: {},
    callbackUrl: bench.desk.url,
    buyerIp: '203.0.113.9',
    ...more,
  })
  const place = (call: OrderCall, over = outbound) => bench.adapter.place(over, bench.account, call)
  const askFor = (call: OrderCall, over = outbound, remoteNo: string | null = null) =>
    bench.adapter.ask(over, bench.account, {
      ...{ no: call.no, remoteNo, kind: call.kind, quantity: call.quantity },
      placedAt: new Date(),
    })
  const fault = (kind: Parameters<StandIn['control']['addFault']>[0]['kind'], more: object = {}) =>
    bench.standIn.control.addFault({ kind, times: 1, ...more })
  const bought = (no: string): number => bench.standIn.control.delivered(no).pieces

  test('cards are ordered, and asking brings exactly those that were delivered, with what they cost', async () => {
    const call = cardCall(newNo(), card.max)
    const placed = await place(call)
    expect(placed).toMatchObject({ kind: 'done' })
    const outcome = await askFor(call)
    if (outcome.kind !== 'done' || outcome.order.state !== 'done') throw new Error(JSON.stringify(outcome))
    const { cards, costHao, remoteNo } = outcome.order
    expect(cards).toHaveLength(card.max)
    expect(costHao).toBe(card.costHao * card.max)
    expect(remoteNo).not.toBe('')
    for (const one of cards) {
      if (card.kind === 'link') expect(one.secret).toMatch(/^https:\/\/gift\.quanshu\.test\/r\//)
      else expect(bench.standIn.control.card(one.number)?.secret).toBe(one.secret)
    }
    expect(bought(call.no)).toBe(card.max)
  })

  test.runIf(topUp)('a top-up is ordered once, and is done when it is asked for', async () => {
    if (!topUp) return
    const call = cardCall(newNo(), 1, {
      remoteId: topUp.id,
      kind: 'direct',
      fields: topUp.fields,
      ceilingHao: topUp.costHao,
    })
    expect(await place(call)).toMatchObject({ kind: 'done' })
    await expect
      .poll(() => askFor(call))
      .toMatchObject({ kind: 'done', order: { state: 'done', cards: [], costHao: topUp.costHao } })
    expect(bought(call.no)).toBe(1)
    expect(bench.standIn.control.order(call.no)?.account).toMatchObject(topUp.fields)
  })

  test('products come page by page with their prices, and one of them by its id', async () => {
    const items = []
    let cursor: string | undefined
    do {
      const page = await bench.adapter.products(outbound, bench.account, cursor)
      if (page.kind !== 'done') throw new Error(JSON.stringify(page))
      items.push(...page.value.items)
      cursor = page.value.next
    } while (cursor)
    expect(items.find(({ remoteId }) => remoteId === card.id)).toMatchObject({ costHao: card.costHao, onSale: true })
    expect(new Set(items.map(({ remoteId }) => remoteId)).size).toBe(items.length)
    expect(items.length).toBeGreaterThan(4)
    expect(await bench.adapter.product(outbound, bench.account, card.id)).toMatchObject({
      kind: 'done',
      value: { remoteId: card.id, costHao: card.costHao, fields: [] },
    })
    if (!topUp) return
    const found = await bench.adapter.product(outbound, bench.account, topUp.id)
    expect(found).toMatchObject({ kind: 'done', value: { kind: 'direct', costHao: topUp.costHao } })
    const keys = found.kind === 'done' ? (found.value.fields ?? []).map(({ key }) => key) : []
    expect(keys).toEqual(Object.keys(topUp.fields))
  })

  test('the balance is what the supplier keeps', async () => {
    const balance = await bench.adapter.balance(outbound, bench.account)
    const kept = Number(bench.standIn.control.balance()) * 10_000
    expect(balance).toEqual({
      kind: 'done',
      value: { hao: Math.round(kept), currency: 'CNY' },
    })
  })

  test.runIf(id === 'tremendous')(
    'the statement of a day has every order, and bends with the supplier’s own',
    async () => {
      const [plain, dear, gone] = [cardCall(newNo()), cardCall(newNo()), cardCall(newNo())]
      for (const call of [plain, dear, gone]) await place(call)
      // The supplier's day is Beijing's here too: orders are listed by the time that they carry.
      const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
      const told = async () => {
        const answer = await bench.adapter.statement?.(outbound, bench.account, day)
        if (answer?.kind !== 'done') throw new Error(JSON.stringify(answer))
        return new Map(answer.value.map((line) => [line.no, line]))
      }
      const before = await told()
      expect(before.get(plain.no)).toMatchObject({ state: 'done', currency: 'CNY', costHao: 250_000 })
      expect(before.size).toBe(bench.standIn.control.orders().length)
      fault('bill.wrong_amount', { key: dear.no, amount: 260_000 })
      fault('bill.missing_line', { key: gone.no })
      const bent = await told()
      expect(bent.get(dear.no)).toMatchObject({ costHao: 260_000 })
      expect(bent.has(gone.no)).toBe(false)
      expect(
        await bench.adapter.statement?.(outbound, { ...bench.account, secrets: { apiKey: 'stranger' } }, day),
      ).toMatchObject({
        kind: 'refused',
      })
    },
  )

  describe('placing', () => {
    test.runIf(id === 'fulu')('a game asks for its region, and phone credit is bought without a product', async () => {
      const game = await bench.adapter.product(outbound, bench.account, '10000004')
      expect(game).toMatchObject({
        kind: 'done',
        value: {
          fields: [
            { key: 'charge_account', labelZh: '游戏账号', type: 'text' },
            { key: 'charge_game_name', type: 'select' },
            { key: 'charge_game_region', type: 'select', options: [{ value: '电信区' }, { value: '网通区' }] },
            { key: 'charge_game_srv', type: 'select' },
          ],
        },
      })
      const fields = { charge_account: 'a1', charge_game_region: '网通区' }
      const call = cardCall(newNo(), 1, { remoteId: '10000004', kind: 'direct', fields, ceilingHao: 94_800 })
      expect(await place(call)).toMatchObject({ kind: 'done' })
      const credit = {
        remoteId: 'mobile:50',
        kind: 'direct',
        fields: { charge_phone: '13800138000' },
        ceilingHao: 500_000,
      } as const
      expect(await place(cardCall(newNo(), 1, credit))).toMatchObject({ kind: 'done' })
    })

    test.each([
      ['order.reject', 'product'],
      ['order.delisted', 'product'],
      ['order.no_stock', 'stock'],
    ] as const)('%s is refused, about %s, and nothing was bought', async (kind, about) => {
      const call = cardCall(newNo())
      fault(kind, { key: call.no })
      expect(await place(call)).toMatchObject({ kind: 'refused', about })
      expect(bought(call.no)).toBe(0)
    })

    test('an empty balance is refused', async () => {
      const call = cardCall(newNo())
      fault('order.no_balance', { key: call.no })
      expect(await place(call)).toMatchObject({ kind: 'refused', about: 'balance' })
      expect(bought(call.no)).toBe(0)
    })

    test.runIf(supplierAdapters.get(id)?.capabilities.priceGuard)(
      'a price that went above the ceiling is refused',
      async () => {
        const call = cardCall(newNo(), 2, { ceilingHao: card.costHao - 1 })
        expect(await place(call)).toMatchObject({ kind: 'refused' })
        expect(bought(call.no)).toBe(0)
      },
    )

    test('a supplier that cannot be reached was certainly not asked', async () => {
      await bench.standIn.control.down()
      const call = cardCall(newNo())
      // Connections kept from before may have been heard on; a new one that is refused was not.
      const fresh = createOutbound({ allowInsecure: true })
      const outcome = await place(call, fresh)
      fresh.close()
      await bench.standIn.control.up()
      expect(outcome).toMatchObject({ kind: 'refused', about: 'supplier' })
      expect(bought(call.no)).toBe(0)
    })

    test.each(['api.cut', 'api.broken', 'api.malformed', 'api.nonsense', 'api.unsure', 'api.slow'] as const)(
      '%s is unknown; asking finds what was bought, and it was bought once',
      async (kind) => {
        const call = cardCall(newNo())
        fault(kind, { endpoint: wares.placing, ms: 500 })
        expect(await place(call, hurried)).toMatchObject({ kind: 'unknown' })
        await expect.poll(() => askFor(call)).toMatchObject({ kind: 'done', order: { state: 'done' } })
        expect(bought(call.no)).toBe(1)
        expect(bench.standIn.control.orders().filter(({ outerNo }) => outerNo === call.no)).toHaveLength(1)
      },
    )

    test.each(['api.reset', 'api.error'] as const)('%s is unknown, though nothing came of it', async (kind) => {
      const call = cardCall(newNo())
      fault(kind, { endpoint: wares.placing })
      expect(await place(call)).toMatchObject({ kind: 'unknown' })
      expect(await askFor(call)).toEqual({ kind: 'not_found' })
    })

    test('the same number never buys twice, whether it is answered or refused', async () => {
      const call = cardCall(newNo())
      expect(await place(call)).toMatchObject({ kind: 'done' })
      expect((await place(call)).kind).not.toBe('refused')
      expect(bought(call.no)).toBe(1)
      const other = await place({
        ...call,
        remoteId: card.id,
        quantity: 1,
        ceilingHao: card.costHao,
        fields: { name: 'x' },
      })
      expect(other.kind).not.toBe('refused')
      expect(bought(call.no)).toBe(1)
    })

    test('a wrong secret buys nothing, and is not in the answer', async () => {
      const secrets = Object.fromEntries(Object.keys(bench.account.secrets).map((name) => [name, 'b4d5ecre7']))
      const call = cardCall(newNo())
      const outcome = await bench.adapter.place(outbound, { ...bench.account, secrets }, call)
      // Fulu signs its no as well, and who has the wrong secret cannot tell whose it is.
      expect(outcome.kind).toBe(id === 'fulu' ? 'unknown' : 'refused')
      expect(JSON.stringify(outcome)).not.toContain('b4d5ecre7')
      expect(bought(call.no)).toBe(0)
    })

    if (id === 'fulu') {
      test('a forged answer is unknown', async () => {
        const call = cardCall(newNo())
        fault('api.forged', { endpoint: wares.placing })
        expect(await place(call)).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('signature') })
        fault('api.forged', { endpoint: wares.asking })
        expect(await askFor(call)).toMatchObject({ kind: 'unknown' })
        expect(await askFor(call)).toMatchObject({ kind: 'done' })
      })
    }
  })

  describe('asking', () => {
    test.each([
      'api.reset',
      'api.cut',
      'api.error',
      'api.busy',
      'api.broken',
      'api.malformed',
      'api.nonsense',
      'api.unsure',
    ] as const)('%s is unknown, never an end', async (kind) => {
      const call = cardCall(newNo())
      await place(call)
      fault(kind, { endpoint: wares.asking })
      expect(await askFor(call)).toMatchObject({ kind: 'unknown' })
      expect(await askFor(call)).toMatchObject({ kind: 'done', order: { state: 'done' } })
    })

    test('an order that nobody knows is not found, and so is one that is hidden for a while', async () => {
      expect(await askFor(cardCall(newNo()))).toEqual({ kind: 'not_found' })
      const call = cardCall(newNo())
      fault('order.not_found', { key: call.no, ms: 60_000 })
      await place(call)
      expect(await askFor(call)).toEqual({ kind: 'not_found' })
      await bench.standIn.control.advance(61_000)
      expect(await askFor(call)).toMatchObject({ kind: 'done', order: { state: 'done' } })
    })

    test('an order under way is accepted, until it ends', async () => {
      const call = cardCall(newNo())
      fault('order.slow', { key: call.no, ms: 600_000 })
      expect(await place(call)).toMatchObject({ kind: 'done', order: { state: 'accepted' } })
      expect(await askFor(call)).toMatchObject({ kind: 'done', order: { state: 'accepted' } })
      await bench.standIn.control.advance(601_000)
      expect(await askFor(call)).toMatchObject({ kind: 'done', order: { state: 'done' } })
    })

    test('an order that failed is failed, and not charged', async () => {
      const call = cardCall(newNo())
      fault('order.fail', { key: call.no })
      await place(call)
      expect(await askFor(call)).toMatchObject({ kind: 'done', order: { state: 'failed' } })
      expect(bought(call.no)).toBe(0)
    })

    test.runIf(card.max > 1)('a part is a part, with the cards that came and what they cost', async () => {
      const call = cardCall(newNo(), 3)
      fault('order.partial', { key: call.no, count: 2 })
      await place(call)
      const outcome = await askFor(call)
      expect(outcome).toMatchObject({
        kind: 'done',
        order: { state: 'partial', arrived: 2, costHao: card.costHao * 2 },
      })
      if (outcome.kind === 'done' && 'cards' in outcome.order) expect(outcome.order.cards).toHaveLength(2)
    })

    test('cards that cannot be read are unknown, and never a wrong card', async () => {
      const call = cardCall(newNo())
      fault('card.garbled', { key: call.no })
      await place(call)
      expect(await askFor(call)).toMatchObject({ kind: 'unknown' })
    })
  })

  describe('callbacks', () => {
    const callbackOf = async (no: string): Promise<RawCallback> => {
      // Tremendous names its own number only.
      const named = id === 'tremendous' ? (bench.standIn.control.order(no)?.orderNo ?? '-') : no
      const about = () => bench.desk.received.find(({ body }) => body.includes(named))
      await expect.poll(about).toBeDefined()
      return about() as RawCallback
    }
    const verify = (callback: RawCallback, now = new Date()): CallbackVerdict =>
      bench.adapter.verifyCallback(bench.account, callback, now)
    const ordered = async (kind?: Parameters<StandIn['control']['addFault']>[0]['kind'], more: object = {}) => {
      bench.desk.received.length = 0
      const call = cardCall(newNo())
      if (kind) fault(kind, { key: call.no, ...more })
      await place(call)
      return call
    }

    test('a true one names the order; changed by a byte, forged, or for somebody else it is refused', async () => {
      const call = await ordered()
      const callback = await callbackOf(call.no)
      const verdict = verify(callback)
      if (id === 'tremendous') expect(verdict).toMatchObject({ ok: true, about: 'remote_piece', claim: 'done' })
      else expect(verdict).toMatchObject({ ok: true, about: 'order', no: call.no, claim: 'done' })
      const text = callback.body.toString('utf8')
      const changed = Buffer.from(text.replace(/(2\d)(?=\d)/, '99'))
      expect(changed.equals(callback.body)).toBe(false)
      expect(verify({ ...callback, body: changed })).toEqual({ ok: false, verdict: 'bad_signature' })
      const stranger = { ...bench.account, secrets: {} }
      expect(bench.adapter.verifyCallback(stranger, callback, new Date())).toMatchObject({ ok: false })
      expect(verify({ ...callback, body: Buffer.from('{') })).toMatchObject({ ok: false })
    })

    test('a forged one is refused', async () => {
      const call = await ordered('callback.forge')
      expect(verify(await callbackOf(call.no))).toEqual({ ok: false, verdict: 'bad_signature' })
    })

    test.runIf(id !== 'tremendous')(
      'failed is claimed as failed; one about another number names that number',
      async () => {
        const call = await ordered('order.fail')
        expect(verify(await callbackOf(call.no))).toMatchObject({ ok: true, no: call.no, claim: 'failed' })
        const other = await ordered('callback.other_order', { value: 'N0B0DY' })
        expect(verify(await callbackOf('N0B0DY'))).toMatchObject({ ok: true, about: 'order', no: 'N0B0DY' })
        expect(bought(other.no)).toBe(1)
      },
    )

    test('the acknowledgement is what the supplier waits for', async () => {
      const call = await ordered()
      await callbackOf(call.no)
      await expect
        .poll(() => bench.standIn.control.sendings().filter(({ outerNo }) => outerNo === call.no))
        .toMatchObject([{ isAcknowledged: true }])
    })
  })
})
