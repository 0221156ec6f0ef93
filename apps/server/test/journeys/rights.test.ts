import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { LINE_KINDS, RIGHT_LISTS, RIGHT_STANDINGS, type RightView } from '@quanshu/contract'
import { beforeAll, expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { expectBooksRight } from './books.ts'
import { scriptedSupplier } from './scripted-supplier.ts'
import { codeOf, codesOf, type Goods, isDelivered, openHouse, type Shop, until, type Visitor } from './shop.ts'
import { topUpBy } from './top-ups.ts'

/** What a member owns, whatever kind it is and from whichever order it came, in one list. */

const supplier = scriptedSupplier('topper', { costHao: 50_000 })
const house = await openHouse({ supplierAdapters: new Map([[supplier.adapter.id, supplier.adapter]]) })
const [shop, other] = [await house.newShop(), await house.newShop()]
const [ada, bob] = [await shop.member(1_000_000), await shop.member(100_000)]

type Query = { list?: (typeof RIGHT_LISTS)[number]; kind?: string; q?: string; before?: number; limit?: number }
const page = (query: Query = {}, visitor: Visitor = ada.visitor) =>
  visitor.call('entitlements.listMyRights', { query: query as never })
/** All pages. */
async function all(query: Query = {}, visitor?: Visitor): Promise<readonly RightView[]> {
  const found: RightView[] = []
  for (let before: number | undefined; ; ) {
    const { items, next } = await page({ ...query, ...(before ? { before } : {}) }, visitor)
    found.push(...items)
    if (next === null) return found
    before = next
  }
}
const of = (no: number) => all({ q: String(no) })
const buy = async (goods: Goods, quantity = 1, form: Record<string, string> = {}) => {
  const order = await shop.place(goods, quantity, { visitor: ada.visitor, payWith: 'balance', form })
  return { ...order, codes: codesOf(order.view) }
}
const keyed = () => ({ idempotencyKey: randomUUID() })
const refund = (no: number, body: object = {}) =>
  shop.staff.call(
    'orders.refund',
    { params: { no }, body: { lineNo: null, to: 'balance', reason: '退款', ...body } } as never,
    keyed(),
  )
async function expectAllRight(of: Shop = shop): Promise<void> {
  await expectBooksRight(house, of.tenantId)
  const report = await auditBooks(house.platform, of.tenantId, { isWhole: true, graceSeconds: 0 })
  expect(report.checks.flatMap(({ violations }) => violations)).toEqual([])
}

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
/** An order of each kind, delivered. */
let kinds: Awaited<ReturnType<typeof oneOfEach>>
async function oneOfEach() {
  const card = await shop.stock(20, { goods: { title: '影视年卡' } })
  const soon = await shop.stock(5, { goods: { title: '快到期的卡' }, batch: { validTo: inDays(3) } })
  const bundle = await shop.stock(0, {
    goods: { title: '新年礼包' },
    sku: {
      kind: 'bundle',
      title: '一份',
      priceFen: 5_000,
      bundle: { policy: 'rest', parts: [{ skuId: card.skuId }, { skuId: (await topUp()).skuId }, { points: 50 }] },
    },
  })
  const service = await shop.stock(0, { goods: { title: '代开会员' }, sku: { kind: 'service', priceFen: 3_000 } })
  await shop.staff.call('fulfilment.saveServiceRules', {
    params: { skuId: service.skuId },
    body: { promisedMinutes: 60, capacityPerDay: null, whenOverdue: 'flag', whenRejected: 'desk' },
  })
  const link = await shop.stock(0, { goods: { title: '兑换链接' }, sku: { kind: 'link', priceFen: 2_000 } })
  await shop.staff.call('redeem.saveLink', {
    params: { skuId: link.skuId },
    body: { intoSkuId: card.skuId, validDays: 30 } as never,
  })

  const bought = { card: await buy(card, 3), soon: await buy(soon) }
  const inBundle = await buy(bundle, 1, { p2_account: 'buyer1' })
  const served = await buy(service)
  const [task] = (await shop.staff.call('fulfilment.listTasks', { query: { q: String(served.no) } })).items
  const taskId = task?.id ?? 0
  await shop.staff.call('fulfilment.takeTasks', { body: { taskIds: [taskId] } })
  await shop.staff.call(
    'fulfilment.finishTask',
    { params: { taskId }, body: { proof: '已开通', pictureIds: [] } },
    keyed(),
  )
  const linked = await buy(link)
  await shop.seen(inBundle, isDelivered)
  const opened = await shop.seen(linked, isDelivered)
  return {
    goods: { card, bundle },
    ...bought,
    bundle: inBundle,
    service: served,
    link: { ...linked, codes: codesOf(opened) },
  }
}

const topUp = async (): Promise<Goods> => (await topUpBy(shop, ['topper'])).goods

beforeAll(async () => {
  kinds = await oneOfEach()
}, 120_000)

test('every kind of goods ends in a right: one list has them all, newest first, and no code', async () => {
  const rights = await all()
  expect(new Set(rights.map(({ kind }) => kind))).toEqual(new Set(LINE_KINDS))
  expect(rights.map(({ id }) => id)).toEqual(rights.map(({ id }) => id).toSorted((a, b) => b - a))
  expect(rights.filter(({ orderNo }) => orderNo === kinds.bundle.no)).toHaveLength(3)
  const the = (kind: string) => rights.filter((right) => right.kind === kind)
  expect(the('points')).toEqual([
    expect.objectContaining({ standing: 'arrived', points: 50, source: 'bundle', goodsTitle: '新年礼包', piece: 1 }),
  ])
  expect(the('topup')).toMatchObject([{ standing: 'arrived', source: 'bundle', goodsTitle: '直充会员', points: null }])
  expect(the('service')).toMatchObject([{ standing: 'arrived', source: 'bought', goodsTitle: '代开会员' }])
  expect(the('link')).toMatchObject([
    {
      standing: 'usable',
      link: { uses: 1, used: 0, standing: 'open' },
      validUntil: expect.any(String),
      endsSoon: false,
    },
  ])
  expect(await of(kinds.card.no)).toMatchObject([
    { piece: 3, standing: 'usable', skuTitle: '月卡', validUntil: null, endedAt: null, isReplaced: false },
    { piece: 2 },
    { piece: 1 },
  ])
  expect(await of(kinds.soon.no)).toMatchObject([{ standing: 'usable', endsSoon: true }])

  const told = JSON.stringify(rights)
  const codes = [kinds.card, kinds.soon, kinds.link].flatMap((order) => order.codes)
  expect(codes).toHaveLength(5)
  for (const secret of codes) expect(told).not.toContain(secret)
})

test('the tabs count what their lists hold, for each kind and word', async () => {
  for (const sieve of [{}, { kind: 'card' }, { kind: 'topup,points' }, { q: '年卡' }, { q: '没有这样的' }] as const) {
    const { counts, isCountWhole } = await page({ ...sieve, limit: 1 })
    expect(isCountWhole).toBe(true)
    for (const list of RIGHT_LISTS)
      expect(counts?.[list], `${list} of ${JSON.stringify(sieve)}`).toBe((await all({ ...sieve, list })).length)
  }
  expect(await all({ kind: 'topup,points', list: 'arrived' })).toHaveLength(2)
  expect(await all({ q: '年卡', list: 'ending' })).toEqual([])
  expect((await all({ list: 'ending' })).map(({ orderNo }) => orderNo)).toEqual([kinds.soon.no])
  // What stands for anything elsewhere stands for itself here.
  expect(await all({ q: '%' })).toEqual([])
  expect(await all({ q: '_' })).toEqual([])
})

test('what becomes of a right is seen at once: used, replaced, refunded, redeemed, past its date', async () => {
  const [third, second, first] = await of(kinds.card.no)
  const mark = (used: boolean) =>
    ada.visitor.call('orders.markGrant', { params: { no: kinds.card.no, grantId: first?.id ?? 0 }, body: { used } })
  await mark(true)
  expect((await of(kinds.card.no))[2]).toMatchObject({ standing: 'used', endedAt: expect.any(String) })
  await mark(false)
  expect((await of(kinds.card.no))[2]).toMatchObject({ standing: 'usable', endedAt: null })
  await mark(true)

  await shop.staff.call(
    'fulfilment.replaceGrant',
    { params: { no: kinds.card.no, grantId: second?.id ?? 0 }, body: { reason: '坏卡' } },
    keyed(),
  )
  await refund(kinds.card.no, { lineNo: 1, pieces: [third?.id] })
  expect(await of(kinds.card.no)).toMatchObject([
    { piece: 2, standing: 'usable', source: 'replacement' },
    { piece: 3, standing: 'revoked', isReplaced: false, source: 'bought' },
    { piece: 2, standing: 'revoked', isReplaced: true },
    { piece: 1, standing: 'used' },
  ])

  const redeemed = await ada.visitor.call(
    'redeem.redeem',
    { body: { code: kinds.link.codes[0] ?? '', contact: ada.phone, form: {} } },
    keyed(),
  )
  expect(await of(redeemed.no)).toMatchObject([{ kind: 'card', standing: 'usable', source: 'redeemed' }])
  expect(await of(kinds.link.no)).toMatchObject([{ standing: 'used', link: { used: 1, standing: 'used_up' } }])

  await house.query(
    `update vault.cards c set valid_to = now() - interval '1 minute' from entitlements.grants g
     where c.tenant_id = $1 and g.tenant_id = $1 and g.order_no = $2 and c.id = g.card_id`,
    [shop.tenantId, kinds.soon.no],
  )
  expect(await of(kinds.soon.no)).toMatchObject([{ standing: 'expired', endsSoon: false }])
  await expectAllRight()
})

test('a complaint is told beside its right', async () => {
  const { no } = await buy(kinds.goods.card)
  const [right] = await of(no)
  await ada.visitor.call('fulfilment.complain', {
    params: { no, grantId: right?.id ?? 0 },
    body: { reason: 'invalid', note: '' },
  })
  expect((await of(no))[0]?.complaint).toEqual(expect.any(String))
})

test('a code that is called back is not counted among the usable until the shop says that it is good', async () => {
  const goods = await shop.stock(2, { goods: { title: '被召回的卡' } })
  const { no } = await buy(goods, 2)
  const before = (await page()).counts
  const params = { batchId: goods.batchId }
  await shop.staff.call('fulfilment.recallBatch', { params, body: { reason: '供货商出黑卡' } }, keyed())
  await until('its pieces are found', async () =>
    (await shop.staff.call('fulfilment.getRecall', { params })).recall?.listed ? true : undefined,
  )
  expect(await of(no)).toMatchObject([{ standing: 'recalled' }, { standing: 'recalled' }])
  expect((await page()).counts).toMatchObject({ usable: (before?.usable ?? 0) - 2, recalled: 2, all: before?.all })
  expect((await all({ list: 'recalled' })).map(({ orderNo }) => orderNo)).toEqual([no, no])
  expect((await all({ list: 'usable' })).some(({ orderNo }) => orderNo === no)).toBe(false)
  const [good] = await of(no)
  await shop.staff.call('fulfilment.handleRecalledPieces', {
    params,
    body: { action: 'leave', to: 'source', grantIds: [good?.id ?? 0], reason: '无问题' },
  })
  expect(await of(no)).toMatchObject([{ standing: 'usable' }, { standing: 'recalled' }])
})

test('what a buyer answered is named as its form names it, at the order and for staff', async () => {
  const { no } = kinds.bundle
  const view = await ada.visitor.call('orders.get', { params: { no } })
  const detail = await shop.staff.call('orders.detail', { params: { no } })
  for (const lines of [view.lines, detail.lines]) {
    expect(lines.map(({ form }) => form)).toEqual([{}, { account: 'buyer1' }, {}])
    expect(lines.map(({ formFields }) => formFields.map(({ key, labelZh }) => [key, labelZh]))).toEqual([
      [],
      [['account', '账号']],
      [],
    ])
  }
  // Whoever sees no answers sees no questions.
  const { items } = await ada.visitor.call('orders.mine', { query: {} })
  expect(JSON.stringify(items)).not.toContain('labelZh')
})

test('points go back with their line, never by the piece, and their right ends with them', async () => {
  const { no } = await buy(kinds.goods.bundle, 2, { p2_account: 'buyer2' })
  await until('the bundle to be whole', async () => ((await of(no)).length === 6 ? true : undefined))
  const points = (await of(no)).filter(({ kind }) => kind === 'points')
  expect(points).toMatchObject([{ points: 50 }, { points: 50 }])
  const lineNo = points[0]?.lineNo
  expect(await codeOf(refund(no, { lineNo, pieces: [points[0]?.id] }))).toBe('orders.refund_whole_line')
  await refund(no, { lineNo })
  expect((await of(no)).filter(({ kind }) => kind === 'points')).toMatchObject([
    { standing: 'revoked' },
    { standing: 'revoked' },
  ])
  await expectAllRight()
})

test('pages do not repeat or leave out a right while others are added', async () => {
  const before = (await all()).map(({ id }) => id)
  const seen: number[] = []
  for (let next: number | null = null, first = true; first || next !== null; first = false) {
    const answer: Awaited<ReturnType<typeof page>> = await page({
      limit: 4,
      ...(next === null ? {} : { before: next }),
    })
    expect(answer.counts === null).toBe(!first)
    seen.push(...answer.items.map(({ id }) => id))
    next = answer.next
    await buy(kinds.goods.card)
  }
  expect(seen).toEqual(before)
})

test('a question looks at so many rights and no more; what is rare is found by going on', async () => {
  const ask = (before: number | null) =>
    house.platform.db.call<{ items: RightView[]; next: number | null; counts: { all: number }; isCountWhole: boolean }>(
      shop.tenantId,
      'entitlements.rights',
      `m:${ada.id}`,
      { before, limit: 20, list: 'expired', kinds: null, q: null, reads: 3, counted: true, endsSoonDays: 7 },
    )
  const found: number[] = []
  let [turns, next]: [number, number | null] = [0, null]
  do {
    const answer = await ask(next)
    expect(answer.counts.all).toBeLessThanOrEqual(3)
    found.push(...answer.items.map(({ orderNo }) => orderNo))
    expect(answer.isCountWhole).toBe(answer.next === null)
    next = answer.next
    turns += 1
  } while (next !== null)
  expect(found).toEqual([kinds.soon.no])
  expect(turns).toBeGreaterThan(3)
})

test('rights are their owner’s: nobody else finds them, signed in or not, by number or by place', async () => {
  expect(await all({}, bob.visitor)).toEqual([])
  expect(await all({ q: String(kinds.card.no) }, bob.visitor)).toEqual([])
  expect((await page({ before: 9_007_199_254_740_991 }, bob.visitor)).items).toEqual([])
  expect(await codeOf(page({}, shop.visitor()))).toBe('common.sign_in_required')
  const stranger = await other.member()
  expect(await all({ q: String(kinds.card.no) }, stranger.visitor)).toEqual([])
  expect(await codeOf(page({ list: 'mine' as never }))).toBe('common.invalid_input')
  expect(await codeOf(page({ limit: 101 }))).toBe('common.invalid_input')
})

test('staff who read orders see a member’s rights without codes; of another shop’s member there are none', async () => {
  const clerk = await shop.hire(['orders.read'])
  const theirs = await clerk.call('entitlements.listRightsOfMember', { params: { id: ada.id }, query: { limit: 100 } })
  expect(theirs.items).toEqual((await page({ limit: 100 })).items)
  for (const standing of RIGHT_STANDINGS) expect(theirs.counts?.[standing]).toBeGreaterThan(0)
  const asked = (as: Visitor, id: number) =>
    codeOf(as.call('entitlements.listRightsOfMember', { params: { id }, query: {} }))
  expect(await asked(await shop.hire(['members.read']), ada.id)).toBe('common.forbidden')
  expect(await asked(other.staff, ada.id)).toBe('common.not_found')
})

test('points that were handed out before they were rights become rights, each once', async () => {
  const points = () =>
    house.query(
      `select tenant_id, owner_key, member_id, order_no, line_no, piece, turn, sku_id, state from entitlements.grants
       where kind = 'points' order by tenant_id, order_no, line_no, piece`,
    )
  const before = await points()
  expect(new Set(before.map(({ state }) => state))).toEqual(new Set(['active', 'revoked']))
  await house.query(`delete from entitlements.grants where kind = 'points'`)
  const migration = await readFile(
    new URL('../../../../db/migrations/0191_entitlements_points.sql', import.meta.url),
    'utf8',
  )
  await house.query(migration)
  expect(await points()).toEqual(before)
  await expectAllRight()
})
