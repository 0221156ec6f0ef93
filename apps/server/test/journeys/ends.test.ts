import { randomUUID } from 'node:crypto'
import { isProblem } from '@quanshu/client'
import type { OrderView } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { describe, expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { expectBooksRight } from './books.ts'
import { type Script, scriptedSupplier } from './scripted-supplier.ts'
import {
  codeOf,
  codesOf,
  type Goods,
  isDelivered,
  openHouse,
  QUERY_PASSWORD,
  somePhone,
  until,
  type Visitor,
} from './shop.ts'
import { topUpBy } from './top-ups.ts'
import { openKey, signedCall } from './two-shops.ts'

/** Ends that were open once: links sold by file and to other shops, a limit by days, parts of what was redeemed, sessions of streams, banks. */

const supplier = scriptedSupplier('ends', { costHao: 50_000 })
const house = await openHouse({ supplierAdapters: new Map([[supplier.adapter.id, supplier.adapter]]) })
const shop = await house.newShop({ 'refunds.usedCodes': 'refuse' })

async function redeem(code: string, visitor: Visitor = shop.visitor(), form: Record<string, string> = {}) {
  const view: OrderView = await visitor.call(
    'redeem.redeem',
    { body: { code, contact: `${randomUUID()}@example.test`, queryPassword: QUERY_PASSWORD, form } },
    { idempotencyKey: randomUUID() },
  )
  return { ...view, no: view.no as OrderNo }
}
async function expectAllRight(): Promise<void> {
  await expectBooksRight(house, shop.tenantId)
  const report = await auditBooks(house.platform, shop.tenantId, { isWhole: true, graceSeconds: 0 })
  expect(report.checks.flatMap(({ violations }) => violations)).toEqual([])
}
async function link(into: Goods, facts: object = {}): Promise<Goods> {
  const goods = await shop.stock(0, { goods: { title: '礼品链接' }, sku: { kind: 'link', priceFen: 2_000 } })
  await shop.staff.call('redeem.saveLink', {
    params: { skuId: goods.skuId },
    body: { intoSkuId: into.skuId, ...facts } as never,
  })
  return goods
}
let charge: Promise<Goods> | undefined
/** A top-up with the scripted supplier behind it; one for all. */
function topUp(): Promise<Goods> {
  charge ??= topUpBy(shop, ['ends']).then(({ goods }) => goods)
  return charge
}
let accounts = 0
function account(script: Script): string {
  accounts += 1
  supplier.state.scripts.set(`buyer${accounts}`, script)
  return `buyer${accounts}`
}

describe('redeem links', () => {
  const bulk = async (facts: object, lines: string) => {
    const draft = await shop.staff.call(
      'bulk.create',
      { body: { name: '员工福利', payer: 'member', ...facts } as never },
      { idempotencyKey: randomUUID() },
    )
    const params = { bulkId: draft.id }
    const read = await shop.staff.upload('bulk.upload', { params }, lines as never, {
      fileName: 'lines.csv',
      contentType: 'text/csv',
    })
    const run = async () => {
      await shop.staff.call('bulk.confirm', { params, body: { totalFen: read.money.totalFen } })
      return until('the bulk order to end', async () => {
        const now = await shop.staff.call('bulk.get', { params })
        return now.finishedAt === null ? undefined : now
      })
    }
    return { params, read, run }
  }
  const fileOf = async (params: { bulkId: number }, format: 'txt' | 'csv' = 'txt') => {
    const file = await shop.staff.download('bulk.exportCodes', { params, body: { reason: '交付', format } } as never)
    return await file.text()
  }
  const codesIn = (file: string) => [...file.matchAll(/([\w-]+) http\S+\/redeem#([\w-]+)/g)]

  test('are bought by a company in one file, each redeemed once; unused ones go back, and the books count them', async () => {
    const goods = await shop.stock(520, { sku: { priceFen: 2_500 } })
    const links = await link(goods)
    const company = await shop.member(2_000_000)
    const { params, read, run } = await bulk({ memberId: company.id, skuId: links.skuId }, '数量\n480\n20\n30')
    expect(read.skus).toMatchObject([{ kind: 'link', available: 520, supplyStock: null, enough: 'no' }])
    // The last line is one that the shelf does not carry: links promise what is there, and no more.
    const done = await run()
    expect(done.counts).toMatchObject({ delivered: 2, failed: 1 })
    expect(done.money).toMatchObject({ deliveredFen: 1_000_000 })

    const text = await fileOf(params)
    const found = codesIn(text)
    expect(found.every(([, code, behind]) => code === behind)).toBe(true)
    const codes = found.map(([, code = '']) => code)
    expect(new Set(codes).size).toBe(500)
    // What does not fit into a cell goes on in another row, and sums stay what they are.
    const rows = (await fileOf(params, 'csv')).trim().split('\r\n')
    expect(rows.filter((row) => /^\d+,/.test(row)).length).toBeGreaterThan(3)
    expect((await fileOf(params, 'csv')).match(/^2,.*9600\.00/gm)).toHaveLength(1)

    const view = await redeem(codes[0] ?? '')
    expect(codesOf(view)).toHaveLength(1)
    expect(await codeOf(redeem(codes[0] ?? ''))).toBe('redeem.used_up')
    // Rivals on one of them.
    const rivals = await Promise.all(Array.from({ length: 4 }, () => codeOf(redeem(codes[1] ?? ''))))
    expect(rivals.toSorted()).toEqual(['ok', 'redeem.used_up', 'redeem.used_up', 'redeem.used_up'])

    // The smaller line goes back as any order of links does: unused, the codes are void; one that was used stands in the way.
    const lines = await shop.staff.call('bulk.lines', { params, query: { pageSize: 50 } as never })
    const small = lines.items.find(({ quantity }) => quantity === 20)?.orderNo as OrderNo
    const ofSmall = codes.slice(480)
    await redeem(ofSmall[0] ?? '')
    const detail = await shop.staff.call('orders.detail', { params: { no: small } })
    const back = (pieces: readonly number[]) =>
      codeOf(
        shop.staff.call(
          'orders.refund',
          { params: { no: small }, body: { lineNo: 1, to: 'balance', reason: '未用', pieces } as never },
          { idempotencyKey: randomUUID() },
        ),
      )
    const grants = detail.lines[0]?.grants ?? []
    expect(await back(grants.slice(0, 1).map(({ id }) => id))).toBe('orders.refund_used_codes')
    expect(await back(grants.slice(1).map(({ id }) => id))).toBe('ok')
    expect(await codeOf(redeem(ofSmall[1] ?? ''))).toBe('redeem.void')
    expect(codesIn(await fileOf(params))).toHaveLength(481)
    await expectAllRight()
  })

  test('a gift of the shop in links costs nobody anything, and a bundle still is none', async () => {
    const goods = await shop.stock(3)
    const links = await link(goods, { stock: 'unlimited' })
    const gift = await bulk({ payer: 'shop', skuId: links.skuId }, '数量\n2')
    expect(gift.read).toMatchObject({ money: { totalFen: 0 }, skus: [{ available: null, enough: 'yes' }] })
    expect((await gift.run()).counts).toMatchObject({ delivered: 1 })
    const [[, code = ''] = []] = codesIn(await fileOf(gift.params))
    expect(codesOf(await redeem(code))).toHaveLength(1)
    const bundle = await shop.stock(0, {
      sku: { kind: 'bundle', priceFen: 100, bundle: { policy: 'rest', parts: [{ skuId: goods.skuId }] } },
    })
    expect(await codeOf(bulk({ payer: 'shop', skuId: bundle.skuId }, '数量\n1'))).toBe('bulk.kind_not_in_bulk')
    await expectAllRight()
  })

  test('are sold to other shops as codes with their link, never below what they will cost, once for one number', async () => {
    const goods = await shop.stock(6, { batch: { costFen: 700 } as never })
    const links = await link(goods, { usesPerCode: 2 })
    const key = await openKey(shop, 100_000)
    const products = await signedCall(shop.base, key, { method: 'GET', path: `/products/${links.skuId}` })
    expect(products.json).toMatchObject({ kind: 'card', priceFen: 2_000, stock: 3, onSale: true })
    const price = (priceFen: number) =>
      codeOf(
        shop.staff.call('wholesale.setPrice', {
          params: { wholesaleKeyId: key.id, skuId: links.skuId },
          body: { priceFen },
        }),
      )
    expect([await price(1_399), await price(1_400)]).toEqual(['wholesale.below_floor', 'ok'])
    const order = {
      outerNo: 'L-1',
      productId: String(links.skuId),
      quantity: 2,
      fields: {},
      ceilingFen: 1_400,
      trace: [],
    }
    const placed = await Promise.all(
      Array.from({ length: 6 }, () => signedCall(shop.base, key, { method: 'POST', path: '/orders', body: order })),
    )
    expect(new Set(placed.map(({ json }) => json.orderNo)).size).toBe(1)
    const done = await until('the links', async () => {
      const { json } = await signedCall(shop.base, key, { method: 'GET', path: '/orders/L-1' })
      return json.state === 'done' ? json : undefined
    })
    expect(done).toMatchObject({ arrived: 2, amountFen: 2_800, cards: [{ number: '' }, { number: '' }] })
    const [first = '', second = ''] = (done.cards as { secret: string }[]).map(({ secret }) => secret)
    expect(first).toMatch(/\/redeem#[\w-]+$/)
    const code = first.split('#')[1] ?? ''
    expect(codesOf(await redeem(code))).toHaveLength(1)
    expect(codesOf(await redeem(code))).toHaveLength(1)
    expect(await codeOf(redeem(code))).toBe('redeem.used_up')
    // What was sold is promised: one link is left of six pieces.
    const short = { ...order, outerNo: 'L-2' }
    const refused = await signedCall(shop.base, key, { method: 'POST', path: '/orders', body: short })
    expect([refused.status, refused.json.code]).toEqual([409, 'orders.sold_out'])
    const orderNo = Number(done.orderNo) as OrderNo
    const detail = await shop.staff.call('orders.detail', { params: { no: orderNo } })
    const unused = detail.lines[0]?.grants.find(({ link: of }) => of?.used === 0)?.id ?? 0
    await shop.staff.call(
      'orders.refund',
      { params: { no: orderNo }, body: { lineNo: 1, to: 'balance', reason: '未用', pieces: [unused] } as never },
      { idempotencyKey: randomUUID() },
    )
    const after = await signedCall(shop.base, key, { method: 'GET', path: '/orders/L-1' })
    expect(after.json).toMatchObject({ state: 'partial', arrived: 1, refundedFen: 1_400 })
    expect(await codeOf(redeem(second.split('#')[1] ?? ''))).toBe('redeem.void')
    await expectAllRight()
  })
})

test('a limit in days counts a person over all orders, devices and servers: of many at once exactly as many', async () => {
  const goods = await shop.stock(40, { goods: { limitPerPerson: 3, limitDays: 7 }, sku: { openedBy: 'device' } })
  const other = shop.base.replace(house.url, await house.secondServer())
  const contact = somePhone()
  const member = await shop.member()
  const buy = (visitor: Visitor, of = contact, quantity = 1) =>
    codeOf(shop.place(goods, quantity, { visitor, contact: of }))
  const elsewhere = shop.visitor({ base: other.replace(`/s/${shop.slug}`, ''), sameAs: member.visitor })
  const asked = [
    ...Array.from({ length: 8 }, (_, at) => buy(at % 2 ? shop.visitor() : shop.visitor({ base: house.url }))),
    ...Array.from({ length: 4 }, (_, at) => buy(at % 2 ? member.visitor : elsewhere)),
  ]
  const answers = await Promise.all(asked)
  expect(answers.filter((answer) => answer === 'ok')).toHaveLength(3)
  expect(new Set(answers)).toEqual(new Set(['ok', 'orders.over_person_limit_in_days']))
  // A member is the same person under another contact only once the contact was theirs; somebody else is not stopped.
  expect(await buy(shop.visitor(), somePhone(), 3)).toBe('ok')
  const told = await shop.place(goods, 1, { contact }).catch((error) => (isProblem(error) ? error.message : ''))
  expect(told).toContain('7 天内限购 3 件')
  // When the days are over there is room again, and no more than the limit.
  await house.query(
    `update orders.orders set placed_at = placed_at - interval '8 days' where tenant_id = $1 and no in (
      select order_no from orders.lines where tenant_id = $1 and goods_id = $2)`,
    [shop.tenantId, goods.goodsId],
  )
  const again = await Promise.all(Array.from({ length: 6 }, () => buy(shop.visitor())))
  expect(again.filter((answer) => answer === 'ok')).toHaveLength(3)
  expect(await shop.visitor().call('catalog.mallGetGoods', { params: { id: goods.goodsId } })).toMatchObject({
    limitPerPerson: 3,
    limitDays: 7,
  })
  await expectAllRight()
})

test('a limit in days of a bundle counts the person, not the key, and ends with its days', async () => {
  const part = await shop.stock(9)
  const bundle = await shop.stock(0, {
    goods: { limitPerPerson: 2, limitDays: 7 },
    sku: { kind: 'bundle', priceFen: 100, bundle: { policy: 'rest', parts: [{ skuId: part.skuId }] } },
  })
  const contact = somePhone()
  const member = await shop.member()
  const buy = (visitor: Visitor, of = contact) => codeOf(shop.place(bundle, 1, { visitor, contact: of }))
  const answers = await Promise.all([
    ...Array.from({ length: 4 }, (_, at) => buy(shop.visitor(), at % 2 ? contact : `+86 ${contact}`)),
    ...Array.from({ length: 4 }, () => buy(member.visitor)),
  ])
  expect(answers.filter((answer) => answer === 'ok')).toHaveLength(2)
  expect(new Set(answers)).toEqual(new Set(['ok', 'orders.over_person_limit_in_days']))
  expect(await buy(shop.visitor(), somePhone())).toBe('ok')
  await house.query(
    `update orders.orders set placed_at = placed_at - interval '8 days' where tenant_id = $1 and contact = $2`,
    [shop.tenantId, contact],
  )
  expect([await buy(shop.visitor()), await buy(member.visitor), await buy(shop.visitor())]).toEqual([
    ...['ok', 'ok', 'orders.over_person_limit_in_days'],
  ])
})

describe('a part of a redeemed bundle that cannot be had', () => {
  async function series(parts: readonly object[], facts: object = {}) {
    const goods = await shop.stock(0, {
      goods: { title: '礼包' },
      sku: { kind: 'bundle', title: '一份', priceFen: 3_000, bundle: { policy: 'refund', parts } },
    })
    const { id } = await shop.staff.call('redeem.createBatch', {
      body: { name: '赠礼', skuId: goods.skuId, codes: 2, ...facts } as never,
    })
    const params = { redeemBatchId: id }
    await until('the codes to be made', async () =>
      (await shop.staff.call('redeem.getBatch', { params })).state === 'ready' ? true : undefined,
    )
    const file = await shop.staff.download('redeem.exportCodes', { params, body: { reason: '印卡片' } })
    const lines = (await file.text()).trim().split('\r\n').slice(1)
    return { id, codes: lines.map((line) => line.split(',')[0] ?? '') }
  }
  const pointsOf = async ({ visitor }: { visitor: Visitor }) => (await visitor.call('members.getMe', {})).points
  const fails = () => ({ p1_account: account({ refuse: 'stock' }) })
  const failed = (visitor: Visitor, no: OrderNo) =>
    shop.seen({ visitor, no }, (view) => view.lines.some(({ state }) => state === 'exception'))
  const shares = async () => {
    const card = await shop.stock(3)
    return [
      { skuId: (await topUp()).skuId, shareFen: 2_000 },
      { skuId: card.skuId, shareFen: 1_000 },
    ]
  }

  test('is points by the series’ rule, once, the member is told, and the rest stays', async () => {
    const { codes } = await series(await shares(), { partPoints: 10 })
    const member = await shop.member()
    const { no } = await redeem(codes[0] ?? '', member.visitor, fails())
    const view = await shop.seen({ visitor: member.visitor, no }, (one) =>
      one.lines.some(({ madeGoodPoints }) => madeGoodPoints !== null),
    )
    // Two thousand fen, ten points a yuan.
    expect(view.lines.find(({ kind }) => kind === 'topup')).toMatchObject({ state: 'refunded', madeGoodPoints: 200 })
    expect(codesOf(view)).toHaveLength(1)
    expect(await pointsOf(member)).toBe(200)
    // Looked at again, by several at once: nothing more.
    await Promise.all(Array.from({ length: 4 }, () => house.platform.db.call(shop.tenantId, 'redeem.settle_parts', no)))
    expect(await pointsOf(member)).toBe(200)
    await until('the member to be told', async () => {
      const { items } = await member.visitor.call('notify.listMyMessages', { query: {} })
      return items.some(({ title }) => title.includes('200')) || undefined
    })
    expect(await codeOf(redeem(codes[0] ?? '', member.visitor, fails()))).toBe('redeem.used_up')
    await expectAllRight()
  })

  test('waits at the desk without a rule, where points or the end of it are a choice; a guest has no points', async () => {
    const { codes } = await series(await shares())
    const member = await shop.member()
    const { no } = await redeem(codes[0] ?? '', member.visitor, fails())
    const guest = shop.visitor()
    const theirs = await redeem(codes[1] ?? '', guest, fails())
    const [view] = await Promise.all([failed(member.visitor, no), failed(guest, theirs.no)])
    const lineNo = view.lines.find(({ kind }) => kind === 'topup')?.lineNo ?? 0
    const cardLine = view.lines.find(({ kind }) => kind === 'card')?.lineNo ?? 0
    const give = (of: OrderNo, points: number | undefined, lines: number[]) =>
      codeOf(
        shop.staff.call('redeem.takeBack', {
          params: { redeemedNo: of },
          body: { reason: '缺货', lines, ...(points ? { points } : {}) },
        }),
      )
    expect(await give(no, 50, [lineNo, cardLine])).toBe('redeem.points_for_one_part')
    expect(await give(no, 50, [cardLine])).toBe('redeem.part_not_failed')
    expect(await give(theirs.no, 50, [lineNo])).toBe('redeem.points_need_member')
    const answers = await Promise.all(Array.from({ length: 4 }, () => give(no, 50, [lineNo])))
    expect(answers.toSorted()).toEqual(['ok', ...Array(3).fill('redeem.part_not_failed')])
    expect(await pointsOf(member)).toBe(50)
    expect(await give(theirs.no, undefined, [lineNo])).toBe('ok')
    await expectAllRight()
  })

  test('when nothing of it came, the redemption is taken back and the code is as it was', async () => {
    const { codes } = await series([{ skuId: (await topUp()).skuId }], { partPoints: 10 })
    const guest = shop.visitor()
    const { no } = await redeem(codes[0] ?? '', guest, fails())
    await shop.seen({ visitor: guest, no }, ({ state }) => state === 'refunded')
    const again = await redeem(codes[0] ?? '', guest, { p1_account: account('done') })
    await shop.seen({ visitor: guest, no: again.no }, isDelivered)
    await expectAllRight()
  })
})

describe('a waiting page', () => {
  /** Follows an order at a server; when it was cut, and why it came not back. */
  function follow(visitor: Visitor, no: OrderNo) {
    const seen = { views: 0, broken: 0, problem: '' }
    const stop = visitor.stream(
      'orders.stream',
      { params: { no } },
      () => {
        seen.views += 1
      },
      {
        onBroken: () => {
          seen.broken += 1
        },
        onProblem: ({ code }) => {
          seen.problem = code
        },
      },
    )
    return { seen, stop }
  }

  test('ends when its session does: by signing out, or ended from another browser, in whichever process', async () => {
    const other = await house.secondServer()
    const goods = await shop.stock(2)
    const member = await shop.member()
    const order = await shop.place(goods, 1, { visitor: member.visitor })
    const there = shop.visitor({ base: other, sameAs: member.visitor })
    const here = follow(member.visitor, order.no)
    const elsewhere = follow(there, order.no)
    const bystander = await shop.member()
    const theirs = await shop.place(goods, 1, { visitor: bystander.visitor })
    const untouched = follow(bystander.visitor, theirs.no)
    await until(
      'the pages to wait',
      () => (here.seen.views && elsewhere.seen.views && untouched.seen.views) || undefined,
    )
    const at = performance.now()
    await house.query(`update identity.sessions set last_seen_at = now() where tenant_id = $1`, [shop.tenantId])
    const { items } = await member.visitor.call('members.listMySessions', {})
    await member.visitor.call('members.endMySession', { params: { id: items[0]?.id ?? 0 } })
    await until('both pages to be cut', () => (here.seen.broken > 0 && elsewhere.seen.broken > 0) || undefined, 10_000)
    expect(performance.now() - at).toBeLessThan(10_000)
    await until('both pages to be refused', () => (here.seen.problem && elsewhere.seen.problem) || undefined)
    expect([here.seen.problem, elsewhere.seen.problem]).toEqual(['common.not_found', 'common.not_found'])
    expect([untouched.seen.broken, untouched.seen.problem]).toEqual([0, ''])
    await bystander.visitor.call('members.signOut', { body: {} } as never)
    await until('the third page to be refused', () => untouched.seen.problem || undefined)
    for (const { stop } of [here, elsewhere, untouched]) stop()
  })
})

test('what a supplier has under way when a bank takes the whole payment is handed over; what is not is ended, and the books count it', async () => {
  const goods = await topUp()
  const wait = { accept: 1_000 }
  const order = await shop.place(goods, 1, { form: { account: account(wait) } })
  await shop.pay(order.no)
  const { no } = order
  await until('the supplier to have it', async () => {
    const found = await house.query(`select from suppliers.purchases where order_no = $1 and state = 'accepted'`, [no])
    return found.length > 0 || undefined
  })
  const [receipt] = await house.query<{ trade_no: string; amount_fen: number }>(
    'select trade_no, amount_fen from payments.receipts where order_no = $1',
    [no],
  )
  const dispute = () =>
    house.platform.db.call(shop.tenantId, 'fulfilment.chargeback', 'sim-pay', {
      tradeNo: receipt?.trade_no,
      disputeNo: `D${no}`,
      amountFen: receipt?.amount_fen,
      state: 'lost',
      reason: '',
    })
  expect(await Promise.all([dispute(), dispute()])).toEqual(expect.arrayContaining(['applied', 'duplicate']))
  const line = async () => (await shop.staff.call('orders.detail', { params: { no } })).lines[0]
  expect(await line()).toMatchObject({ state: 'supplying', keptAfterBank: true, refundedQuantity: 0 })
  wait.accept = 1
  await house.query(`update suppliers.purchases set due_at = now(), leased_until = null where order_no = $1`, [no])
  await shop.seen(order, isDelivered)
  expect(await line()).toMatchObject({ state: 'delivered', keptAfterBank: true })
  // Had it not been under way, the right would be one too many.
  await expectAllRight()
  await house.query(`update payments.chargebacks set kept_lines = '{}' where order_no = $1`, [no])
  const { checks } = await auditBooks(house.platform, shop.tenantId, { isWhole: true, graceSeconds: 0 })
  expect(checks.flatMap(({ violations }) => violations.map(({ code }) => code))).toEqual(['right_after_bank'])
  await house.query(`update payments.chargebacks set kept_lines = '{1}' where order_no = $1`, [no])
})
