import { randomUUID } from 'node:crypto'
import type { BulkDetail, BulkStanding, Permission } from '@quanshu/contract'
import { describe, expect, test } from 'vitest'
import { createBulkRunner } from '../../src/modules/bulk/commands/run-bulk.ts'
import { expectBooksRight } from './books.ts'
import { expectNoDeadlocks } from './deadlocks.ts'
import { hurriedAdapters, openSupplier } from './real-suppliers.ts'
import { codeOf, type Goods, openHouse, type Shop, someCodes, until } from './shop.ts'

/** Bulk orders: a file of lines, each ordered exactly once, from money that was set aside first. */

const house = await openHouse({ supplierAdapters: hurriedAdapters(10_000) })
expectNoDeadlocks(house)
const shop = await house.newShop()
/** As large as a file may be: `QUANSHU_BULK=10000`. */
const MANY = Number(process.env.QUANSHU_BULK ?? 2_000)

type Facts = Partial<{
  payer: 'member' | 'shop'
  memberId: number
  skuId: number
  contact: string
  allowRepeats: boolean
}>

const create = (facts: Facts, of: Shop = shop) =>
  of.staff.call(
    'bulk.create',
    { body: { name: '年会礼品', payer: 'member', ...facts } },
    { idempotencyKey: randomUUID() },
  )
const put = (
  bulkId: number,
  content: string | Uint8Array,
  { fileName = 'lines.csv', contentType = 'text/csv' } = {},
): Promise<BulkDetail> =>
  shop.staff.upload('bulk.upload', { params: { bulkId } }, content as never, { fileName, contentType })
const get = (bulkId: number) => shop.staff.call('bulk.get', { params: { bulkId } })
const confirm = ({ id, money }: BulkDetail, totalFen = money.totalFen) =>
  shop.staff.call('bulk.confirm', { params: { bulkId: id }, body: { totalFen } })
const move = (bulkId: number, to: 'paused' | 'running' | 'cancelled') =>
  shop.staff.call('bulk.setState', { params: { bulkId }, body: { to, reason: '测试' } })
const linesOf = async (bulkId: number, standing?: BulkStanding[]) =>
  (
    await shop.staff.call('bulk.lines', {
      params: { bulkId },
      query: { pageSize: 200, ...(standing ? { standing } : {}) } as never,
    })
  ).items
/** Looked at where it costs nothing: a page asks every second and a half, this fifty times a second. */
const isOver = (bulkId: number, withinMs = 60_000): Promise<BulkDetail> =>
  until(
    `bulk order ${bulkId} to end`,
    async () => {
      const over = await house.query('select from bulk.orders where id = $1 and finished_at is not null', [bulkId])
      return over.length > 0 ? get(bulkId) : undefined
    },
    withinMs,
  )
const purse = async (memberId: number) =>
  (
    await house.query<{ balance: number; held: number }>(
      `select balance, held_out as held from ledger.accounts where tenant_id = $1 and kind = 'cash.member' and ref = $2`,
      [shop.tenantId, String(memberId)],
    )
  )[0]
/** Codes for a SKU: lines that say nothing but how many. */
const plainLines = (count: number, quantity = 1): string =>
  ['数量', ...Array.from({ length: count }, () => String(quantity))].join('\n')

/** Every line has exactly the orders of its turns, and what is set aside is what waits. */
async function expectEachOnce(bulkId: number): Promise<void> {
  const doubles = await house.query(
    `select request_key from orders.orders where tenant_id = $1 and request_key like 'bulk:' || $2 || ':%'
     group by 1 having count(*) > 1`,
    [shop.tenantId, bulkId],
  )
  expect(doubles).toEqual([])
  const strays = await house.query(
    `select o.no from orders.orders o
     where o.tenant_id = $1 and o.request_key like 'bulk:' || $2 || ':%'
       and not exists (select from bulk.lines l where l.tenant_id = $1 and l.order_no = o.no)
       and not exists (select from bulk.earlier e where e.tenant_id = $1 and e.order_no = o.no)`,
    [shop.tenantId, bulkId],
  )
  expect(strays).toEqual([])
  const wrong = await house.query(
    `select b.id, b.waiting, b.held_fen, s.*, h.amount
     from bulk.orders b
     cross join lateral (
       select count(*) filter (where l.state = 'waiting') as lines,
         coalesce(sum(l.quantity * l.unit_price_fen) filter (where l.state = 'waiting'), 0) as fen
       from bulk.lines l where l.tenant_id = b.tenant_id and l.bulk_id = b.id
     ) s
     left join ledger.holds h on h.tenant_id = b.tenant_id and h.id = b.hold_id and h.state = 'held'
     where b.tenant_id = $1 and b.state <> 'draft'
       and (b.waiting <> s.lines or b.held_fen <> s.fen or b.held_fen <> coalesce(h.amount, 0))`,
    [shop.tenantId],
  )
  expect(wrong).toEqual([])
  await expectBooksRight(house, shop.tenantId)
}

describe('a file is judged before anything is ordered', () => {
  test('good and bad lines, in GBK, with whose column is whose in either language; the template has the columns', async () => {
    const goods = await shop.stock(0, {
      goods: {
        formFields: [
          { key: 'account', labelZh: '充值账号', labelEn: 'Account', type: 'phone' },
          { key: 'region', labelZh: '大区', type: 'select', options: [{ value: 'wx', labelZh: '微信区' }] },
        ],
      },
      sku: { kind: 'topup', priceFen: 2_000, tiers: [{ minQty: 3, unitPriceFen: 1_500 }] },
    })
    const template = await shop.staff.download('bulk.exportTemplate', { query: { skuId: goods.skuId, format: 'csv' } })
    expect((await template.text()).trim().split(',')).toEqual(
      ['充值账号', '大区', '数量', '联系方式', '外部单号'].map((one) => expect.stringContaining(one)),
    )
    const member = await shop.member(100_000)
    const draft = await create({ memberId: member.id, skuId: goods.skuId })
    const rows = [
      '充值账号,大区,数量,联系方式,外部单号,颜色',
      '13800000001,微信区,1,a@example.test,A1,红',
      '13800000002,wx,2,,A2,',
      '1380000,微信区,1,,A3,',
      '13800000004,海外区,1,,A4,',
      ',微信区,1,,A5,',
      '13800000006,微信区,0,,A6,',
      '13800000007,微信区,1,不是联系方式,A7,',
      '13800000008,微信区,1,,A1,',
      '13800000001,微信区,1,,A9,',
      '"13800000010,微信区,1',
      '',
      '13800000012,微信区,,,,',
    ]
    const read = await put(draft.id, gbk(rows.join('\r\n')))
    expect(read).toMatchObject({
      state: 'draft',
      lines: 11,
      pieces: 4,
      counts: { waiting: 3, invalid: 8 },
      ignoredColumns: ['颜色'],
      // Four pieces together reach the tier of three.
      money: { totalFen: 6_000 },
      skus: [{ skuId: goods.skuId, pieces: 4, unitPriceFen: 1_500, available: null }],
      purseFreeFen: 100_000,
    })
    const invalid = await linesOf(draft.id, ['invalid'])
    expect(invalid.map(({ lineNo, fault }) => [lineNo, fault?.code])).toEqual([
      [4, 'bulk_line.field_bad_format'],
      [5, 'bulk_line.field_not_an_option'],
      [6, 'bulk_line.field_required'],
      [7, 'bulk_line.quantity'],
      [8, 'bulk_line.contact'],
      [9, 'bulk_line.reference_twice'],
      [10, 'bulk_line.repeated'],
      [11, 'import_line.unclosed_quote'],
    ])
    expect(invalid[5]?.fault?.message).toBe('外部单号与第 2 行重复')
    const problems = await shop.staff.download('bulk.exportResult', {
      params: { bulkId: draft.id },
      query: { format: 'csv', problemsOnly: 'true' } as never,
    })
    expect((await problems.text()).trim().split('\r\n')).toHaveLength(9)
    expect(await codeOf(confirm(read, 5_999))).toBe('bulk.total_changed')
    // A file in its place, as JSON lines, with goods by number and by words.
    const json = [
      JSON.stringify({ sku: goods.skuId, form: { account: '13800000001', region: 'wx' } }),
      JSON.stringify({ sku: '没有的商品', quantity: 1 }),
      JSON.stringify({ quantity: -1 }),
    ]
    const again = await put(draft.id, json.join('\n'), { fileName: '', contentType: 'application/x-ndjson' })
    expect(again).toMatchObject({ lines: 3, counts: { waiting: 1, invalid: 2 }, money: { totalFen: 2_000 } })
    expect(await move(draft.id, 'cancelled')).toMatchObject({ state: 'cancelled' })
    expect(await purse(member.id)).toMatchObject({ balance: 100_000, held: 0 })
  })

  test('a file without names, without goods, of another kind or too large is refused with what to do', async () => {
    const goods = await shop.stock(1)
    const member = await shop.member(1)
    const draft = await create({ memberId: member.id })
    expect(await codeOf(put(draft.id, '数量\n1'))).toBe('bulk.no_goods')
    expect(await codeOf(put(draft.id, '甲,乙\n1,2'))).toBe('bulk.no_heading')
    expect(await codeOf(put(draft.id, '数量,件数\n1,2'))).toBe('bulk.twice_the_column')
    expect(await codeOf(put(draft.id, 'MZ\0\0\0\0', { fileName: 'a.xlsx' }))).toBe('vault.file_not_xlsx')
    expect(
      await codeOf(put(draft.id, `商品,数量\n${goods.skuId},1\n`.repeat(1) + `${goods.skuId},1\n`.repeat(10_000))),
    ).toBe('bulk.too_many_lines')
    expect(await codeOf(create({ payer: 'member' }))).toBe('bulk.payer_needed')
    expect(await codeOf(create({ memberId: 999_999_999 }))).toBe('bulk.unknown_payer')
    expect(await get(draft.id)).toMatchObject({ lines: 0, actions: ['upload', 'cancel'] })
    expect(await codeOf(confirm(await get(draft.id)))).toBe('bulk.nothing_to_order')
  })
})

describe('ordering', { timeout: 180_000 }, () => {
  test(`${MANY} codes: each line one order, all codes in one file, money to the fen, and somebody hears of it`, async () => {
    const goods = await shop.stock(MANY, { sku: { priceFen: 100 } })
    const member = await shop.member(MANY * 100 + 50)
    const draft = await create({ memberId: member.id, skuId: goods.skuId })
    const read = await put(draft.id, plainLines(MANY))
    expect(read).toMatchObject({ counts: { waiting: MANY }, skus: [{ enough: 'yes', available: MANY }] })
    await confirm(read)
    // All of it is set aside before the first line: nobody can spend it elsewhere.
    const other = await shop.stock(1, { sku: { priceFen: 60 } })
    expect(await codeOf(shop.place(other, 1, { visitor: member.visitor, payWith: 'balance' }))).toBe(
      'orders.balance_short',
    )
    const done = await isOver(draft.id, 180_000)
    expect(done).toMatchObject({
      state: 'done',
      counts: { delivered: MANY, waiting: 0, failed: 0 },
      money: { totalFen: MANY * 100, paidFen: MANY * 100, deliveredFen: MANY * 100, heldFen: 0, refundedFen: 0 },
    })
    expect(await purse(member.id)).toMatchObject({ balance: 50, held: 0 })

    const file = await shop.staff.download('bulk.exportCodes', {
      params: { bulkId: draft.id },
      body: { reason: '发给客户', format: 'txt' },
    })
    const [, ...rows] = (await file.text()).trim().split('\r\n')
    const cells = rows.map((row) => row.split('\t'))
    expect(rows).toHaveLength(MANY)
    expect(new Set(cells.map((row) => row[8])).size).toBe(MANY)
    expect(new Set(cells.map((row) => row[10])).size).toBe(MANY)
    expect(cells[0]?.[10]).toMatch(/^QS[0-9A-F]{18}$/)
    const masked = await shop.staff.download('bulk.exportResult', {
      params: { bulkId: draft.id },
      query: { format: 'csv' },
    })
    expect(await masked.text()).not.toContain(cells[0]?.[10] ?? 'x')
    const xlsx = await shop.staff.download('bulk.exportResult', {
      params: { bulkId: draft.id },
      query: { format: 'xlsx' },
    })
    expect(new Uint8Array(await xlsx.arrayBuffer()).subarray(0, 2)).toEqual(new Uint8Array([0x50, 0x4b]))
    const { items } = await shop.staff.call('audit.listAudit', { query: {} })
    expect(items.map(({ action }) => action)).toEqual(expect.arrayContaining(['bulk.export_codes']))
    await until('news of the end', async () => {
      const inbox = await shop.staff.call('notify.listInbox', { query: {} })
      return inbox.items.some(({ title }) => title.includes('年会礼品')) || undefined
    })
    await expectEachOnce(draft.id)
  })

  test('workers that die in between, and several at once, never order a line twice', async () => {
    const lines = 400
    const goods = await shop.stock(lines, { sku: { priceFen: 100 } })
    const member = await shop.member(lines * 100)
    const draft = await create({ memberId: member.id, skuId: goods.skuId })
    await confirm(await put(draft.id, plainLines(lines)))
    // One that dies with its work done and not committed.
    const dying = house.platform.owner
    const client = await dying.connect()
    try {
      await client.query('begin')
      await client.query(
        'select bulk.order_some($1, $2, array(select 2611220000000000 + generate_series(1, 50)), 50)',
        [shop.tenantId, draft.id],
      )
      await client.query('rollback')
    } finally {
      client.release()
    }
    // Jobs that were lost altogether, and three workers who find out at the same time.
    const runners = [1, 2, 3].map(() => createBulkRunner(house.platform))
    await Promise.all(runners.map((run) => run(shop.tenantId, draft.id)))
    const done = await isOver(draft.id)
    expect(done.counts).toMatchObject({ delivered: lines, waiting: 0, failed: 0 })
    expect(await purse(member.id)).toMatchObject({ balance: 0, held: 0 })
    await expectEachOnce(draft.id)
  })

  test('paused, it keeps its money and orders nothing; cancelled, what was not ordered is free at once', async () => {
    const goods = await shop.stock(3_000, { sku: { priceFen: 100 } })
    const member = await shop.member(300_000)
    const draft = await create({ memberId: member.id, skuId: goods.skuId })
    await confirm(await put(draft.id, plainLines(3_000)))
    const paused = await move(draft.id, 'paused')
    expect(paused.counts.waiting).toBeGreaterThan(0)
    expect(paused.money.heldFen).toBe(paused.counts.waiting * 100)
    expect(await purse(member.id)).toMatchObject({ held: paused.money.heldFen })
    await createBulkRunner(house.platform)(shop.tenantId, draft.id)
    expect((await get(draft.id)).counts).toEqual(paused.counts)
    expect(await codeOf(move(draft.id, 'paused'))).toBe('bulk.wrong_state')
    const cancelled = await move(draft.id, 'cancelled')
    expect(cancelled).toMatchObject({ state: 'cancelled', counts: { cancelled: paused.counts.waiting, waiting: 0 } })
    const done = await isOver(draft.id)
    expect(done.money.paidFen + done.money.freedFen).toBe(300_000)
    expect(await purse(member.id)).toMatchObject({ balance: 300_000 - done.money.paidFen, held: 0 })
    await expectEachOnce(draft.id)
  })

  test('short stock refuses the lines that it cannot fill, their money is free, and they can be tried again', async () => {
    const goods = await shop.stock(5, { sku: { priceFen: 100 } })
    const member = await shop.member(1_000)
    const draft = await create({ memberId: member.id, skuId: goods.skuId })
    const read = await put(draft.id, plainLines(8))
    expect(read.skus).toMatchObject([{ enough: 'no', available: 5 }])
    await confirm(read)
    const done = await isOver(draft.id)
    expect(done).toMatchObject({ state: 'done', counts: { delivered: 5, failed: 3 }, money: { freedFen: 300 } })
    expect((await linesOf(draft.id, ['failed'])).map(({ fault }) => fault?.code)).toEqual(
      Array(3).fill('orders.sold_out'),
    )
    expect(await purse(member.id)).toMatchObject({ balance: 500, held: 0 })
    await shop.addCards(goods.skuId, someCodes(2))
    const [first] = await linesOf(draft.id, ['failed'])
    await shop.staff.call('bulk.retry', { params: { bulkId: draft.id }, body: { lines: [first?.lineNo ?? 0] } })
    expect((await isOver(draft.id)).counts).toMatchObject({ delivered: 6, failed: 2 })
    await shop.staff.call('bulk.retry', { params: { bulkId: draft.id }, body: {} })
    expect((await isOver(draft.id)).counts).toMatchObject({ delivered: 7, failed: 1 })
    expect(await purse(member.id)).toMatchObject({ balance: 300, held: 0 })
    await expectEachOnce(draft.id)
  })

  test('a purse that is too small begins nothing; a price that moves after the yes changes nothing', async () => {
    const goods = await shop.stock(300, { sku: { priceFen: 100 } })
    const member = await shop.member(29_999)
    const draft = await create({ memberId: member.id, skuId: goods.skuId })
    const read = await put(draft.id, plainLines(300))
    expect(await codeOf(confirm(read))).toBe('orders.balance_short')
    expect(await get(draft.id)).toMatchObject({ state: 'draft', counts: { waiting: 300 } })
    await shop.staff.call(
      'members.adjustBalance',
      { params: { id: member.id }, body: { amountFen: 1, reason: '充值' } },
      { idempotencyKey: randomUUID() },
    )
    await confirm(read)
    await house.query(`update catalog.skus set price_fen = 500 where tenant_id = $1 and id = $2`, [
      shop.tenantId,
      goods.skuId,
    ])
    expect((await isOver(draft.id)).money).toMatchObject({ paidFen: 30_000, deliveredFen: 30_000 })
    expect(await codeOf(confirm(read))).toBe('bulk.wrong_state')
    await expectEachOnce(draft.id)
  })
})

describe('top-ups', () => {
  const fields = [{ key: 'account', labelZh: '账号', type: 'text' }]

  async function topUps(id: string): Promise<{ supplier: Awaited<ReturnType<typeof openSupplier>>; goods: Goods }> {
    const supplier = await openSupplier('kasushou')
    supplier.sell(id, '10.0000')
    const joined = await supplier.join(shop, `货源 ${id}`)
    const goods = await shop.stock(0, { goods: { formFields: fields }, sku: { kind: 'topup', priceFen: 2_000 } })
    await shop.staff.call('suppliers.saveSkuSupply', {
      params: { skuId: goods.skuId },
      body: { policy: 'cheapest', leastMarginFen: 0, offers: [joined.offer(id)] },
    })
    return { supplier, goods }
  }
  /** A bare list of accounts needs no names. */
  const accounts = (count: number) => Array.from({ length: count }, (_, at) => `1380013${String(at).padStart(4, '0')}`)

  test('what arrives is told with its time; what a supplier refuses goes back to the purse by itself, once', async () => {
    const { supplier, goods } = await topUps('810001')
    const member = await shop.member(40_000)
    const draft = await create({ memberId: member.id, skuId: goods.skuId })
    const read = await put(draft.id, accounts(20).join('\n'), { fileName: 'accounts.txt', contentType: 'text/plain' })
    expect(read).toMatchObject({ counts: { waiting: 20, invalid: 0 }, money: { totalFen: 40_000 } })
    supplier.control.setGoods('810001', { stock: 12 })
    await confirm(read)
    const done = await isOver(draft.id)
    expect(done).toMatchObject({
      state: 'done',
      counts: { delivered: 12, refunded: 8, attention: 0 },
      money: { paidFen: 40_000, deliveredFen: 24_000, refundedFen: 16_000 },
    })
    expect(await purse(member.id)).toMatchObject({ balance: 16_000, held: 0 })
    const [one] = await linesOf(draft.id, ['delivered'])
    expect(one).toMatchObject({ form: [{ label: '账号' }], orderState: 'delivered' })
    expect(one?.deliveredAt).not.toBeNull()
    const refunded = await linesOf(draft.id, ['refunded'])
    expect(refunded.every(({ fault }) => fault?.code === 'no_source')).toBe(true)
    await expectEachOnce(draft.id)

    supplier.control.setGoods('810001', { stock: 100 })
    await shop.staff.call('bulk.retry', { params: { bulkId: draft.id }, body: {} })
    expect(await isOver(draft.id)).toMatchObject({ counts: { delivered: 20 }, money: { paidFen: 40_000 } })
    expect(await purse(member.id)).toMatchObject({ balance: 0, held: 0 })
    await expectEachOnce(draft.id)
  })

  test('a gift costs nobody anything, is bought below its price in the mall, and ends when it cannot be had', async () => {
    const { supplier, goods } = await topUps('810002')
    const draft = await create({ payer: 'shop', skuId: goods.skuId })
    const read = await put(draft.id, accounts(6).join('\n'), { fileName: '', contentType: 'text/plain' })
    expect(read).toMatchObject({
      money: { totalFen: 0 },
      skus: [{ unitPriceFen: 0, unitWorthFen: 2_000 }],
      purseFreeFen: null,
    })
    supplier.control.setGoods('810002', { stock: 4 })
    await confirm(read)
    const done = await isOver(draft.id)
    expect(done).toMatchObject({ state: 'done', counts: { delivered: 4, refunded: 2 }, money: { paidFen: 0 } })
    await expectEachOnce(draft.id)
  })
})

test('a gift is taken back at the desk: its code ends, no money moves, and its line may be tried again', async () => {
  const goods = await shop.stock(4)
  const draft = await create({ payer: 'shop', skuId: goods.skuId })
  await confirm(await put(draft.id, plainLines(1, 2)))
  await isOver(draft.id)
  const [line] = await linesOf(draft.id)
  const no = line?.orderNo ?? 0
  const detail = () => shop.staff.call('orders.detail', { params: { no } as never })
  const order = await detail()
  expect(order.actions).toContain('refund')
  const take = (body: object) =>
    codeOf(
      shop.staff.call('orders.refund', { params: { no }, body: { to: 'source', reason: '发错人', ...body } } as never, {
        idempotencyKey: randomUUID(),
      }),
    )
  expect(await take({ lineNo: 1, amountFen: 1 })).toBe('orders.nothing_to_refund')
  expect(await take({ lineNo: 1, pieces: [order.lines[0]?.grants[0]?.id] })).toBe('ok')
  expect((await detail()).lines[0]).toMatchObject({ state: 'delivered', refundedQuantity: 1 })
  expect(await take({ lineNo: null })).toBe('ok')
  expect(await take({ lineNo: null })).toBe('orders.nothing_to_refund')
  const ended = await detail()
  expect(ended).toMatchObject({ state: 'refunded', refundedFen: 0, lines: [{ refundedQuantity: 2 }] })
  expect(ended.lines[0]?.grants.every(({ state }) => state === 'revoked')).toBe(true)
  expect(ended.actions).not.toContain('refund')
  await shop.staff.call('bulk.retry', { params: { bulkId: draft.id }, body: {} })
  expect(await isOver(draft.id)).toMatchObject({ counts: { delivered: 1 } })
  await expectEachOnce(draft.id)
})

describe('who may', () => {
  test('give away needs a right of its own, and so does seeing the codes', async () => {
    const goods = await shop.stock(1)
    const clerk = async (...permissions: Permission[]) => shop.hire(permissions)
    const body = { name: '礼', payer: 'shop' as const, skuId: goods.skuId }
    expect(await codeOf((await clerk('bulk.read', 'bulk.manage')).call('bulk.create', { body }))).toBe(
      'common.forbidden',
    )
    const draft = await create({ payer: 'shop', skuId: goods.skuId })
    const read = await put(draft.id, plainLines(1))
    const manager = await clerk('bulk.read', 'bulk.manage')
    const params = { bulkId: draft.id }
    expect(await codeOf(manager.call('bulk.confirm', { params, body: { totalFen: read.money.totalFen } }))).toBe(
      'common.forbidden',
    )
    await confirm(read)
    expect(await isOver(draft.id)).toMatchObject({ counts: { delivered: 1 } })
    expect(await codeOf(manager.download('bulk.exportCodes', { params, body: { reason: '看看' } }))).toBe(
      'common.forbidden',
    )
    expect(await codeOf((await clerk('orders.read')).call('bulk.get', { params }))).toBe('common.forbidden')
  })
})

/** GBK has no encoder here; these are the words of the test, as the code page has them. */
function gbk(text: string): Uint8Array {
  const decoder = new TextDecoder('gb18030')
  const codes = new Map<string, readonly number[]>()
  for (let lead = 0x81; lead <= 0xfe; lead += 1) {
    for (let trail = 0x40; trail <= 0xfe; trail += 1) {
      if (trail === 0x7f) continue
      codes.set(decoder.decode(new Uint8Array([lead, trail])), [lead, trail])
    }
  }
  return Uint8Array.from(
    [...text].flatMap((char) => (char < '\u0080' ? [char.charCodeAt(0)] : (codes.get(char) ?? [0x3f]))),
  )
}
