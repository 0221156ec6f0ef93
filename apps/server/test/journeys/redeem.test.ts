import { randomUUID } from 'node:crypto'
import { isProblem } from '@quanshu/client'
import type { OrderView, RedeemBatch } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { describe, expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { expectBooksRight } from './books.ts'
import { hurriedAdapters, openSupplier } from './real-suppliers.ts'
import {
  codeOf,
  codesOf,
  type Goods,
  isDelivered,
  openHouse,
  QUERY_PASSWORD,
  type Shop,
  until,
  type Visitor,
} from './shop.ts'

/** Codes of our own that pay for an order: each use once, whoever comes, and nothing when the order cannot be had. */

const house = await openHouse({ supplierAdapters: hurriedAdapters(4_000) })
const shop = await house.newShop()
const theirs = await house.newShop()

type Facts = Partial<Parameters<typeof shop.staff.call<'redeem.createBatch'>>[1]['body']>

/** A series that is ready, and its codes as the export has them. */
async function series(of: Shop, goods: Goods, facts: Facts = {}) {
  const { id } = await of.staff.call('redeem.createBatch', {
    body: { name: '开业礼', skuId: goods.skuId, codes: 1, ...facts } as never,
  })
  const batch = await until('the codes to be made', async () => {
    const now = await batchOf(of, id)
    return now.state === 'ready' ? now : undefined
  })
  const file = await of.staff.download('redeem.exportCodes', {
    params: { redeemBatchId: id },
    body: { reason: '印卡片' },
  })
  const [head, ...lines] = (await file.text()).trim().split('\r\n')
  expect(head).toBe('code,link')
  const links = lines.map((line) => line.split(',')[1] ?? '')
  return { id, batch, links, codes: lines.map((line) => line.split(',')[0] ?? '') }
}

const batchOf = (of: Shop, redeemBatchId: number): Promise<RedeemBatch> =>
  of.staff.call('redeem.getBatch', { params: { redeemBatchId } })

type Options = { visitor?: Visitor; contact?: string; key?: string; form?: Record<string, string> }
let people = 0
const redeem = (of: Shop, code: string, options: Options = {}): Promise<OrderView> => {
  people += 1
  const contact = options.contact ?? `p${people}@example.test`
  return (options.visitor ?? of.visitor()).call(
    'redeem.redeem',
    { body: { code, contact, queryPassword: QUERY_PASSWORD, form: options.form ?? {} } },
    { idempotencyKey: options.key ?? randomUUID() },
  )
}
const look = (of: Shop, code: string, visitor = of.visitor()) => visitor.call('redeem.look', { body: { code } })
const takeBack = (of: Shop, no: number) =>
  of.staff.call('redeem.takeBack', { params: { redeemedNo: no as OrderNo }, body: { reason: '发错了' } })

async function expectAllRight(...shops: readonly Shop[]): Promise<void> {
  for (const one of shops) {
    await expectBooksRight(house, one.tenantId)
    const strays = await house.query(
      `select c.id
       from redeem.codes c
       left join redeem.uses u on u.tenant_id = c.tenant_id and u.code_id = c.id and not u.gave_back
       where c.tenant_id = $1
       group by c.tenant_id, c.id, c.used
       having c.used <> count(u.order_no)`,
      [one.tenantId],
    )
    expect(strays).toEqual([])
  }
}

describe('redeeming', () => {
  test('a code pays for an order of price zero that is delivered at once; its page then leads its own visitor there', async () => {
    const goods = await shop.stock(2)
    const { codes, links, id } = await series(shop, goods, { codes: 2, quantity: 1 })
    const [code = ''] = codes
    expect(code).toMatch(/^(?:[2-9A-HJKMNP-TV-Z]{4}-){3}[2-9A-HJKMNP-TV-Z]{4}$/)
    expect(links[0]).toBe(`${shop.base}/redeem#${code}`)
    const visitor = shop.visitor()
    expect(await look(shop, code.toLowerCase().replaceAll('-', ' '), visitor)).toMatchObject({
      standing: 'open',
      skuTitle: '月卡',
      uses: 1,
      usesLeft: 1,
      inStock: true,
      ownOrderNo: null,
    })
    const view = await redeem(shop, code, { visitor })
    expect(view).toMatchObject({ state: 'delivered', totalFen: 0, points: 0, payment: { gateway: 'redeem' } })
    expect(codesOf(view)).toHaveLength(1)
    expect(await look(shop, code, visitor)).toMatchObject({ standing: 'used_up', usesLeft: 0, ownOrderNo: view.no })
    expect(await look(shop, code)).toMatchObject({ standing: 'used_up', ownOrderNo: null })
    expect(await batchOf(shop, id)).toMatchObject({ counts: { made: 2, handedOut: 2, touched: 1, usedUp: 1, uses: 1 } })
    const { items } = await shop.staff.call('redeem.listUses', { params: { redeemBatchId: id }, query: {} })
    expect(items).toMatchObject([{ orderNo: view.no, useNo: 1, takenBackAt: null }])
    await expectAllRight(shop)
  })

  test('500 rivals on one code of one use: one has it, 499 hear that it is used up, one piece has left', async () => {
    const goods = await shop.stock(5)
    const { codes } = await series(shop, goods)
    const visitors = Array.from({ length: 500 }, () => shop.visitor())
    const outcomes = await Promise.all(visitors.map((visitor) => codeOf(redeem(shop, codes[0] ?? '', { visitor }))))
    expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'redeem.used_up')).toHaveLength(499)
    expect(await piecesLeft(goods)).toBe(4)
    await expectAllRight(shop)
  })

  test('rivals at two servers on a code of 20 uses get 20 orders', async () => {
    const second = await house.secondServer()
    const goods = await shop.stock(40)
    const { codes } = await series(shop, goods, { usesPerCode: 20 })
    const visitors = Array.from({ length: 80 }, (_, n) => shop.visitor(n % 2 === 0 ? {} : { base: second }))
    const outcomes = await Promise.all(visitors.map((visitor) => codeOf(redeem(shop, codes[0] ?? '', { visitor }))))
    expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(20)
    expect(await piecesLeft(goods)).toBe(20)
    await expectAllRight(shop)
  })

  test('the same request again, at once and later, is the same order and one use', async () => {
    const goods = await shop.stock(5)
    const { codes, id } = await series(shop, goods, { usesPerCode: 5 })
    const again = { visitor: shop.visitor(), key: randomUUID(), contact: 'same@example.test' }
    // The cookie that names the browser comes with its first answer.
    await look(shop, codes[0] ?? '', again.visitor)
    const views = await Promise.all([1, 2, 3].map(() => redeem(shop, codes[0] ?? '', again)))
    views.push(await redeem(shop, codes[0] ?? '', again))
    expect(new Set(views.map(({ no }) => no)).size).toBe(1)
    expect(await batchOf(shop, id)).toMatchObject({ counts: { uses: 1 } })
    expect(await codeOf(redeem(shop, codes[0] ?? '', { ...again, contact: 'other@example.test' }))).toBe(
      'common.idempotency_key_reused',
    )
  })

  test('short stock leaves the code unused, also when rivals came first, and it works when there is some again', async () => {
    const goods = await shop.stock(1)
    const { codes, id } = await series(shop, goods, { usesPerCode: 3 })
    const [code = ''] = codes
    expect(await Promise.all([1, 2, 3].map(() => codeOf(redeem(shop, code))))).toEqual(
      expect.arrayContaining(['ok', 'orders.sold_out', 'orders.sold_out']),
    )
    expect(await look(shop, code)).toMatchObject({ standing: 'open', usesLeft: 2, inStock: false })
    await shop.addCards(goods.skuId, 1)
    expect((await redeem(shop, code)).state).toBe('delivered')
    expect(await batchOf(shop, id)).toMatchObject({ counts: { uses: 2 } })
  })

  test('one person may redeem as often as the series says, with whichever of its codes, at once or later', async () => {
    const goods = await shop.stock(5)
    const { codes } = await series(shop, goods, { codes: 3, perPerson: 1 })
    const contact = 'greedy@example.test'
    const outcomes = await Promise.all(codes.map((code) => codeOf(redeem(shop, code, { contact }))))
    expect(outcomes.sort()).toEqual(['ok', 'redeem.over_person_limit', 'redeem.over_person_limit'])
    expect(await codeOf(redeem(shop, codes.at(-1) ?? '', { contact }))).toMatch(/over_person_limit|used_up/)
  })

  test('what the mall’s own way of ordering is told about codes gives no price of zero', async () => {
    const goods = await shop.stock(1)
    const line = { skuId: goods.skuId, quantity: 1, unitPriceFen: 0 }
    const body = {
      lines: [line],
      contact: 'x@example.test',
      queryPassword: QUERY_PASSWORD,
      payWith: 'redeem',
      redeemed: true,
    }
    expect(
      await codeOf(shop.visitor().call('orders.place', { body: body as never }, { idempotencyKey: randomUUID() })),
    ).not.toBe('ok')
    expect(await piecesLeft(goods)).toBe(1)
  })
})

describe('a code that may not be used', () => {
  test('says which: not yet, expired, suspended, void, and works again when the desk resumes it', async () => {
    const goods = await shop.stock(5)
    const soon = new Date(Date.now() + 3_600_000).toISOString()
    const early = await series(shop, goods, { validFrom: soon })
    expect(await look(shop, early.codes[0] ?? '')).toMatchObject({ standing: 'not_yet' })
    expect(await codeOf(redeem(shop, early.codes[0] ?? ''))).toBe('redeem.not_yet')

    const late = await series(shop, goods, { validDays: 30 })
    await house.query(`update redeem.codes set expires_at = now() - interval '1 second' where batch_id = $1`, [late.id])
    expect(await look(shop, late.codes[0] ?? '')).toMatchObject({ standing: 'expired' })
    expect(await codeOf(redeem(shop, late.codes[0] ?? ''))).toBe('redeem.expired')

    const { id, codes } = await series(shop, goods, { codes: 2 })
    const [one = '', two = ''] = codes
    const turn = (to: 'suspended' | 'ready' | 'void') =>
      shop.staff.call('redeem.setBatchState', { params: { redeemBatchId: id }, body: { to, reason: '查一查' } })
    await turn('suspended')
    expect(await codeOf(redeem(shop, one))).toBe('redeem.suspended')
    await turn('ready')
    const { items } = await shop.staff.call('redeem.searchCode', { body: { value: one.toLowerCase() } })
    const params = { redeemCodeId: items[0]?.id ?? 0 }
    expect(items).toMatchObject([{ batchId: id, masked: `${one.slice(0, 2)}••-••••-••••-••${one.slice(-2)}` }])
    await shop.staff.call('redeem.setCodeState', { params, body: { to: 'void', reason: '卡片遗失' } })
    expect(await codeOf(redeem(shop, one))).toBe('redeem.void')
    expect((await redeem(shop, two)).state).toBe('delivered')
    expect(await codeOf(turn('void').then(() => turn('ready')))).toBe('redeem.wrong_batch_state')
    const log = await shop.staff.call('audit.listAudit', { query: { q: String(id) } })
    expect(log.items.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['redeem.suspend', 'redeem.void_code']),
    )
  })

  test('of another shop, mistyped and made up are one answer after the same time', async () => {
    const { codes } = await series(theirs, await theirs.stock(1))
    const [foreign = ''] = codes
    const wrong = foreign.slice(0, -1) + (foreign.endsWith('A') ? 'B' : 'A')
    const answers = await Promise.all(
      [foreign, wrong, 'hello'].map(async (code) => {
        const begun = performance.now()
        const error = await look(shop, code).catch((refused: unknown) => refused)
        return isProblem(error)
          ? { code: error.code, text: error.message, slow: performance.now() - begun >= 99 }
          : error
      }),
    )
    expect(answers[0]).toMatchObject({ code: 'redeem.unknown_code', slow: true })
    expect(answers).toEqual(answers.map(() => answers[0]))
    expect(await codeOf(redeem(shop, foreign))).toBe('redeem.unknown_code')
    expect(await look(theirs, foreign)).toMatchObject({ standing: 'open' })
  })

  test('leaves the house once, with its own permission, and is nowhere in the database as text', async () => {
    const { id, codes } = await series(shop, await shop.stock(1))
    const params = { redeemBatchId: id }
    const again = shop.staff.download('redeem.exportCodes', { params, body: { reason: '再来一次' } })
    expect(await codeOf(again)).toBe('redeem.already_exported')
    const clerk = await shop.hire(['redeem.read', 'redeem.manage'])
    expect(await codeOf(clerk.download('redeem.exportCodes', { params, body: { reason: '看看' } }))).toBe(
      'common.forbidden',
    )
    const plain = (codes[0] ?? '').replaceAll('-', '')
    const hits = await house.query(
      `select id from redeem.codes where tenant_id = $1 and position(convert_to($2, 'UTF8') in sealed || code_hash) > 0`,
      [shop.tenantId, plain],
    )
    expect(hits).toEqual([])
  })
})

describe('a redemption taken back', () => {
  test('ends its rights, voids its card and frees the use, once, for a guest as for a member', async () => {
    const goods = await shop.stock(3)
    const { codes, id } = await series(shop, goods)
    const [code = ''] = codes
    const visitor = shop.visitor()
    const first = await redeem(shop, code, { visitor })
    expect(await takeBack(shop, first.no)).toEqual({ ok: true, gaveBack: true, isWhole: true })
    expect(await visitor.call('orders.get', { params: { no: first.no } })).toMatchObject({ state: 'refunded' })
    expect(await codeOf(takeBack(shop, first.no))).toBe('orders.nothing_to_refund')
    expect(await look(shop, code, visitor)).toMatchObject({ standing: 'open', ownOrderNo: null })
    const member = await shop.member()
    const second = await redeem(shop, code, { visitor: member.visitor })
    expect(codesOf(second)).not.toEqual(codesOf(first))
    expect(await codeOf(redeem(shop, code))).toBe('redeem.used_up')
    expect(await batchOf(shop, id)).toMatchObject({ counts: { uses: 1, usedUp: 1 } })
    expect(await codeOf(takeBack(theirs, second.no))).toBe('common.not_found')
    await expectAllRight(shop)
  })

  test('keeps the use when the series says so, and stays when the code was used', async () => {
    const goods = await shop.stock(3)
    const kept = await series(shop, goods, { givesBack: false })
    const { no } = await redeem(shop, kept.codes[0] ?? '')
    expect(await takeBack(shop, no)).toMatchObject({ gaveBack: false })
    expect(await codeOf(redeem(shop, kept.codes[0] ?? ''))).toBe('redeem.used_up')

    const { codes } = await series(shop, goods)
    const visitor = shop.visitor()
    const used = await redeem(shop, codes[0] ?? '', { visitor })
    const grantId = used.lines[0]?.codes?.[0]?.grantId ?? 0
    await visitor.call('orders.markGrant', { params: { no: used.no, grantId }, body: { used: true } })
    expect(await codeOf(takeBack(shop, used.no))).toBe('orders.refund_used_codes')
    await expectAllRight(shop)
  })
})

test('a top-up is redeemed through its supplier, guarded by what it costs in the mall; refused by all, it is taken back', async () => {
  const supplier = await openSupplier('kasushou')
  supplier.sell('700001', '15.0000')
  const joined = await supplier.join(shop, '卡速售')
  const goods = await shop.stock(0, {
    goods: { formFields: [{ key: 'account', labelZh: '充值账号', type: 'phone', confirmTwice: true }] },
    sku: { kind: 'topup', priceFen: 2_000 },
  })
  const offers = [joined.offer('700001')]
  const saving = (leastMarginFen: number) =>
    shop.staff.call('suppliers.saveSkuSupply', {
      params: { skuId: goods.skuId },
      body: { policy: 'cheapest', leastMarginFen, offers },
    })
  await saving(0)
  const { codes, id } = await series(shop, goods, { codes: 2 })
  const [one = '', two = ''] = codes
  const visitor = shop.visitor()
  expect(await look(shop, one, visitor)).toMatchObject({
    kind: 'topup',
    formFields: [{ key: 'account', confirmTwice: true }],
  })
  expect(await codeOf(redeem(shop, one, { visitor, form: { account: 'nobody' } }))).toBe('orders.form_field')
  const order = await redeem(shop, one, { visitor, form: { account: '13800000001' } })
  expect(order).toMatchObject({ state: 'paid', lines: [{ supply: {} }] })
  expect(await codeOf(takeBack(shop, order.no))).toMatch(/supply_under_way|refund_used_codes/)
  await shop.seen({ visitor, no: order.no as OrderNo }, isDelivered)
  expect(supplier.handedOut(order.no)).toBe(1)
  expect(await codeOf(takeBack(shop, order.no))).toBe('orders.refund_used_codes')

  // 20 yuan in the mall, 15 at the supplier: a margin of 6 is not to be had, and nothing is bought.
  await saving(600)
  const guarded = await redeem(shop, two, { visitor, form: { account: '13800000002' } })
  await until('the loss guard to stop it', async () => {
    const { lines } = await shop.staff.call('orders.detail', { params: { no: guarded.no } })
    return lines[0]?.exception?.reason === 'loss_guard' || undefined
  })
  expect(supplier.handedOut(guarded.no)).toBe(0)
  expect(await takeBack(shop, guarded.no)).toMatchObject({ gaveBack: true })
  expect(await batchOf(shop, id)).toMatchObject({ counts: { uses: 1 } })
  await expectAllRight(shop, theirs)
  // After all of this file's redemptions, of cards and top-ups, kept and taken back.
  expect(await auditBooks(house.platform, shop.tenantId, { isWhole: true })).toMatchObject({ state: 'clean', open: 0 })
})

/* ------------------------------------------------------------------------------------------------------------------ */

async function piecesLeft({ skuId }: Goods): Promise<number> {
  const [row] = await house.query<{ left: number }>(
    `select count(*) as left from vault.cards where tenant_id = $1 and sku_id = $2 and state = 'available'`,
    [shop.tenantId, skuId],
  )
  return Number(row?.left)
}
