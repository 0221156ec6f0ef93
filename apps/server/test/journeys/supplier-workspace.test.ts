import { randomBytes } from 'node:crypto'
import type { Client } from '@quanshu/client'
import type { OrderNo } from '@quanshu/kernel'
import iconv from 'iconv-lite'
import { describe, expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { supplierAdapters, tendTasks } from '../../src/modules/suppliers/index.ts'
import { workbookOfRows } from '../../src/modules/vault/import-reader/workbook.fixture.ts'
import { expectBooksRight } from './books.ts'
import { personOf, supplierByHand } from './by-hand.ts'
import { overtaken } from './overtaken.ts'
import { codeOf, codesOf, isDelivered, openHouse, type Shop, someCodes, until } from './shop.ts'
import { rowsOf } from './workbook.ts'
import { ACCOUNT, accept, deliver, paid, product, sold, taskFor } from './workspace.ts'

/**
 * Suppliers without an interface: their own people keep products and work off what the shop orders, through the same router, lanes,
 * vault and books as suppliers that are called.
 */

const house = await openHouse({ supplierAdapters })
const month = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7)
type Supplier = Awaited<ReturnType<typeof supplierByHand>>
const purchasesOf = async (shop: Shop, no: OrderNo) =>
  (await shop.staff.call('suppliers.listPurchases', { query: { orderNo: no } })).items.toReversed()
const lineOf = async (shop: Shop, no: OrderNo) => (await shop.staff.call('orders.detail', { params: { no } })).lines[0]
const stockOf = async (person: Client, id: number) =>
  (await person.call('workspace.listProducts', { query: {} })).items.find((one) => one.id === id)?.stock
/** Time passes for a task, and somebody looks. */
async function late(taskId: number, column: 'accept_by' | 'due_at') {
  await house.query(`update suppliers.tasks set ${column} = now() - interval '1 second' where id = $1`, [taskId])
  await tend()
}
const tend = () => tendTasks(house.platform)

async function expectRight(shop: Shop): Promise<void> {
  await expectBooksRight(house, shop.tenantId)
  const report = await auditBooks(house.platform, shop.tenantId, { isWhole: true, graceSeconds: 0 })
  expect(report.checks.flatMap(({ check, violations }) => violations.map(({ code }) => [check, code]))).toEqual([])
}

test('from the invitation to the statement: codes that a person delivers are in the vault, the buyer’s hand and the books', async () => {
  const shop = await house.newShop()
  const { id, person } = await supplierByHand(shop, '蓝海')
  // Until the first password is changed nothing opens.
  const fresh = await shop.staff.call('workspace.invitePerson', {
    params: { supplierId: id },
    body: { name: '新人', email: 'fresh@supplier.test' },
  })
  const newcomer = shop.visitor()
  await newcomer.call('identity.signIn', { body: { email: 'fresh@supplier.test', password: fresh.initialPassword } })
  expect(await codeOf(newcomer.call('workspace.home', {}))).toBe('common.forbidden')

  const offered = await product(person)
  const goods = await sold(shop, [offered.id])
  const order = await paid(shop, goods, 2)

  const task = await taskFor(person, order.no)
  expect(task).toMatchObject({ state: 'waiting', quantity: 2, costHao: 200_000, isOverdue: false })
  expect(await stockOf(person, offered.id)).toBe(8)
  expect(await person.call('workspace.home', {})).toMatchObject({ supplier: '蓝海', waiting: 1, accepted: 0 })
  expect(await accept(person, task.id)).toEqual({ accepted: [task.id], lost: [] })
  expect(await accept(person, task.id)).toEqual({ accepted: [], lost: [task.id] })

  const codes = someCodes(2)
  expect(await codeOf(deliver(person, task.id, 'ONE-CODE-ONLY'))).toBe('workspace.codes_missing')
  expect(await codeOf(deliver(person, task.id, `${codes.join('\n')}\nTOO-MANY`))).toBe('workspace.codes_too_many')
  expect(await codeOf(deliver(person, task.id, `${codes[0]}\n${codes[0]}`))).toBe('workspace.codes_twice')
  expect(await codeOf(deliver(person, task.id, `${codes[0]}\nBAD\u0000CODE`))).toBe('workspace.codes_invalid')
  expect(await deliver(person, task.id, codes.join('\n'))).toMatchObject({ state: 'done', arrived: 2 })
  expect(await codeOf(deliver(person, task.id, codes.join('\n')))).toBe('workspace.task_moved')

  expect(codesOf(await shop.seen(order, isDelivered)).toSorted()).toEqual([...codes].toSorted())
  expect(await purchasesOf(shop, order.no)).toMatchObject([
    { supplierId: id, state: 'done', arrived: 2, costFen: 4_000 },
  ])
  const [batch] = (await shop.staff.call('vault.listBatches', { query: { skuId: goods.skuId, origin: 'bought' } }))
    .items
  expect(batch).toMatchObject({ supplier: '蓝海', costFen: 2_000, imported: 2, counts: { delivered: 2 } })

  // They wait sealed, and are forgotten where they waited once the vault has them.
  await until('the codes to be forgotten beside the vault', async () => {
    await tend()
    const [kept] = await house.query<{ kept: number }>(
      'select count(codes_sealed)::int as kept from suppliers.tasks where id = $1',
      [task.id],
    )
    return kept?.kept === 0 || undefined
  })
  const statement = await person.call('workspace.settlement', { query: { month } })
  expect(statement).toMatchObject({
    orders: 1,
    pieces: 2,
    costFen: 4_000,
    items: [{ arrived: 2, costFen: 4_000, state: 'done' }],
  })
  const sheet = await person.download('workspace.exportSettlement', { query: { month } })
  expect((await sheet.arrayBuffer()).byteLength).toBeGreaterThan(1_000)
  expect((await person.call('workspace.home', {})).quality).toMatchObject({
    tasks: 1,
    done: 1,
    refused: 0,
    badCodes: 0,
  })

  // What it once delivered it cannot deliver again; a Chinese file of a spreadsheet's is read as it is.
  const again = await paid(shop, goods)
  const next = await taskFor(person, again.no)
  await accept(person, next.id)
  expect(await codeOf(deliver(person, next.id, codes[0] ?? ''))).toBe('workspace.codes_known')
  await deliver(person, next.id, new Uint8Array(iconv.encode('卡号,密码\r\n账号甲乙丙丁,密码戊己\r\n', 'gbk')))
  expect(codesOf(await shop.seen(again, isDelivered))).toEqual(['账号甲乙丙丁----密码戊己'])
  await expectRight(shop)
})

test('a top-up is done by hand: the account is shown while it is worked on, and not longer', async () => {
  const shop = await house.newShop()
  const { person } = await supplierByHand(shop, '顺手充')
  const offered = await product(person, { kind: 'direct', stock: null, fields: [ACCOUNT] })
  const goods = await sold(shop, [offered.id], 'topup')
  const order = await paid(shop, goods, 1, { account: '13900001111' })
  const task = await taskFor(person, order.no)
  expect((await person.call('workspace.getTask', { params: { workTaskId: task.id } })).fields).toEqual([
    { key: 'account', labelZh: '账号', labelEn: 'Account', value: '13900001111' },
  ])
  expect(await codeOf(deliver(person, task.id, 'X'))).toBe('workspace.task_moved')
  await accept(person, task.id)
  expect(await codeOf(deliver(person, task.id, 'X'))).toBe('workspace.no_codes_expected')
  const done = await person.call('workspace.finishTask', {
    params: { workTaskId: task.id },
    body: { serial: 'UN-77', note: '已到账' },
  })
  expect(done).toMatchObject({ state: 'done', serial: 'UN-77', fields: [] })
  await shop.seen(order, isDelivered)
  expect(await purchasesOf(shop, order.no)).toMatchObject([{ state: 'done', serial: 'UN-77', costFen: 2_000 }])
  await expectRight(shop)
})

describe('what is not done goes another way, and only once it is certain', () => {
  async function two() {
    const shop = await house.newShop()
    const first = await supplierByHand(shop, '先问的')
    const second = await supplierByHand(shop, '后问的')
    const products = [await product(first.person), await product(second.person)]
    return {
      shop,
      first,
      second,
      products,
      goods: await sold(
        shop,
        products.map(({ id }) => id),
      ),
    }
  }
  async function deliveredBy(shop: Shop, { person }: Supplier, order: Awaited<ReturnType<typeof paid>>) {
    const task = await taskFor(person, order.no)
    await accept(person, task.id)
    await deliver(person, task.id, someCodes(task.quantity).join('\n'))
    await shop.seen(order, isDelivered)
  }

  test('refused, not accepted in time, taken back by the shop: the next supplier has it, and the stock is back', async () => {
    const { shop, first, second, products, goods } = await two()
    const ways: ((taskId: number) => Promise<unknown>)[] = [
      (workTaskId) =>
        first.person.call('workspace.refuseTask', {
          params: { workTaskId },
          body: { about: 'stock', reason: '没货了' },
        }),
      (taskId) => late(taskId, 'accept_by'),
      (workTaskId) => shop.staff.call('workspace.withdrawTask', { params: { workTaskId }, body: { reason: '换一家' } }),
    ]
    for (const [at, way] of ways.entries()) {
      const order = await paid(shop, goods)
      const task = await taskFor(first.person, order.no)
      await way(task.id)
      await deliveredBy(shop, second, order)
      expect((await purchasesOf(shop, order.no)).map(({ state, code }) => [state, code])).toEqual([
        ['refused', ['refused', 'expired', 'withdrawn'][at]],
        ['done', null],
      ])
      expect(await accept(first.person, task.id)).toEqual({ accepted: [], lost: [task.id] })
    }
    expect(await stockOf(first.person, products[0]?.id ?? 0)).toBe(10)
    expect((await first.person.call('workspace.home', {})).quality).toMatchObject({ refused: 1, expired: 1, done: 0 })
    await expectRight(shop)
  })

  test('accepted and late: the desk hears of it and nothing else is bought; it may still arrive', async () => {
    const { shop, first, second, goods } = await two()
    const order = await paid(shop, goods)
    const task = await taskFor(first.person, order.no)
    await accept(first.person, task.id)
    expect(
      await codeOf(
        shop.staff.call('workspace.withdrawTask', { params: { workTaskId: task.id }, body: { reason: '换' } }),
      ),
    ).toBe('workspace.task_taken')
    await late(task.id, 'due_at')
    await until('the desk to hear of it', async () => {
      const line = await lineOf(shop, order.no)
      return line?.exception?.reason === 'supply_overdue' || undefined
    })
    expect(await purchasesOf(shop, order.no)).toMatchObject([{ state: 'accepted' }])
    expect((await second.person.call('workspace.listTasks', { query: {} })).items).toEqual([])
    await deliver(first.person, task.id, someCodes(1).join('\n'))
    await shop.seen(order, isDelivered)
    expect((await lineOf(shop, order.no))?.exception ?? null).toBeNull()
    await expectRight(shop)
  })

  test('settled by the shop as not bought: the supplier can deliver no more, and the next one does', async () => {
    const { shop, first, second, goods } = await two()
    const order = await paid(shop, goods)
    const task = await taskFor(first.person, order.no)
    await accept(first.person, task.id)
    const [{ id } = { id: 0 }] = await until('the purchase to be known as accepted', async () => {
      const purchases = await purchasesOf(shop, order.no)
      return purchases[0]?.state === 'accepted' ? purchases : undefined
    })
    await shop.staff.call(
      'suppliers.settlePurchase',
      { params: { purchaseId: id }, body: { outcome: 'refused', note: '电话确认没有做' } },
      { idempotencyKey: randomBytes(8).toString('hex') },
    )
    expect(await codeOf(deliver(first.person, task.id, someCodes(1).join('\n')))).toBe('workspace.task_moved')
    await deliveredBy(shop, second, order)
    await expectRight(shop)
  })

  test('a part is delivered by one and the rest by the other', async () => {
    const { shop, first, second, goods } = await two()
    const order = await paid(shop, goods, 3)
    const task = await taskFor(first.person, order.no)
    await accept(first.person, task.id)
    await deliver(first.person, task.id, someCodes(1).join('\n'), { partial: 'true' })
    await deliveredBy(shop, second, order)
    expect((await purchasesOf(shop, order.no)).map(({ state, arrived }) => [state, arrived])).toEqual([
      ['partial', 1],
      ['done', 2],
    ])
    await expectRight(shop)
  })

  test('a number that never came is closed for good: asked about first, placed afterwards, it is not taken', async () => {
    const { shop, first, products } = await two()
    const no = `9${'8'.repeat(19)}`
    await house.query(
      `insert into suppliers.purchases (tenant_id, no, purpose, supplier_id, product_id, quantity, ceiling_hao, quoted_hao, state, sent_at)
       values ($1, $2, 'test', $3, $4, 1, 1000000, 200000, 'unknown', now())`,
      [shop.tenantId, no, first.id, products[0]?.id],
    )
    const ask = await house.platform.db.call(shop.tenantId, 'suppliers.task_of', first.id, no)
    expect(ask).toMatchObject({ state: 'missed' })
    expect(await house.platform.db.call(shop.tenantId, 'suppliers.place_task', first.id, no)).toMatchObject({
      state: 'missed',
    })
    expect((await first.person.call('workspace.listTasks', { query: {} })).items).toEqual([])
  })
})

test('two who accept the same order: one has it; and nobody can order more than the supplier says is left', async () => {
  const shop = await house.newShop()
  const { id, person } = await supplierByHand(shop, '抢单')
  const { person: other } = await personOf(shop, id)
  const offered = await product(person, { stock: 3 })
  const goods = await sold(shop, [offered.id])
  const order = await paid(shop, goods)
  const task = await taskFor(person, order.no)
  const answers = await Promise.all([person, other, person, other].map((one) => accept(one, task.id)))
  expect(answers.filter(({ accepted }) => accepted.length === 1)).toHaveLength(1)

  // The supplier says that one is left, while two are ordered: what it has not is not promised by it.
  await person.call('workspace.saveProduct', {
    params: { productId: offered.id },
    body: { name: '月卡', costHao: 200_000, stock: 2 },
  })
  const both = [await paid(shop, goods), await paid(shop, goods)]
  for (const { no } of both) await taskFor(person, no)
  expect(await stockOf(person, offered.id)).toBe(0)
  expect(await codeOf(shop.place(goods))).toBe('orders.sold_out')
})

test('a price that moves far waits for the shop, which agrees to exactly what it was shown', async () => {
  const shop = await house.newShop()
  const { id, person } = await supplierByHand(shop, '调价', { priceJump: '10' })
  const offered = await product(person)
  const save = (costHao: number, stock = 10) =>
    person.call('workspace.saveProduct', { params: { productId: offered.id }, body: { name: '月卡', costHao, stock } })
  expect(await save(210_000)).toMatchObject({ costHao: 210_000, askedHao: null })
  // The stock is taken at once, the price is not.
  expect(await save(300_000, 5)).toMatchObject({ costHao: 210_000, stock: 5, askedHao: 300_000 })
  expect(await save(290_000, 5)).toMatchObject({ costHao: 210_000, askedHao: 290_000 })
  const { items } = await shop.staff.call('workspace.listPriceAsks', { query: { supplierId: id, state: 'waiting' } })
  expect(items).toMatchObject([{ fromHao: 210_000, toHao: 290_000, askedBy: '供应商小王' }])
  const sheet = await rowsOf(await shop.staff.download('workspace.exportPriceAsks', { query: { supplierId: id } }))
  expect(sheet.slice(1).map((row) => [row[4], row[5], row[6]])).toEqual([
    ['21', '29', '待确认'],
    ['21', '30', '已改价'],
  ])
  expect(await codeOf(person.download('workspace.exportPriceAsks', { query: {} }))).toBe('common.forbidden')
  const params = { askId: items[0]?.id ?? 0 }
  const decide = (accept: boolean, toHao: number) =>
    shop.staff.call('workspace.decidePrice', { params, body: { accept, toHao, reason: '同意' } })
  expect(await codeOf(decide(true, 300_000))).toBe('workspace.price_moved')
  expect(await decide(true, 290_000)).toMatchObject({ state: 'accepted' })
  expect(await codeOf(decide(false, 290_000))).toBe('workspace.price_moved')
  expect(await person.call('workspace.listProducts', { query: {} })).toMatchObject({
    items: [{ costHao: 290_000, askedHao: null, stock: 5 }],
  })
  const history = await person.call('workspace.productHistory', { params: { productId: offered.id }, query: {} })
  expect(history.items.map(({ costHao }) => costHao)).toEqual([290_000, 210_000, 200_000])
})

describe('at the same moment', () => {
  test('a price is agreed to and a piece is ordered: the stock is what is left', async () => {
    const shop = await house.newShop()
    const { id, person } = await supplierByHand(shop, '同时', { priceJump: '10' })
    const offered = await product(person)
    await person.call('workspace.saveProduct', {
      params: { productId: offered.id },
      body: { name: '月卡', costHao: 300_000, stock: 10 },
    })
    const { items } = await shop.staff.call('workspace.listPriceAsks', { query: { supplierId: id, state: 'waiting' } })
    const ordered = [
      'update suppliers.products set stock = stock - 1 where tenant_id = $1 and id = $2',
      [shop.tenantId, offered.id],
    ] as const
    const body = { accept: true, toHao: 300_000, reason: '同意' }
    await overtaken(
      house,
      ordered,
      () => shop.staff.call('workspace.decidePrice', { params: { askId: items[0]?.id ?? 0 }, body }),
      [],
    )
    expect(await stockOf(person, offered.id)).toBe(9)
  })

  test('two suppliers say what they have: what the shop sells is both together', async () => {
    const shop = await house.newShop()
    const [{ person: one }, { person: other }] = [await supplierByHand(shop, '甲'), await supplierByHand(shop, '乙')]
    const [a, b] = [await product(one), await product(other)]
    const goods = await sold(shop, [a.id, b.id])
    const row = [shop.tenantId, goods.skuId]
    await overtaken(
      house,
      ['select from catalog.skus where tenant_id = $1 and id = $2 for no key update', row],
      () => house.query('select suppliers.move_own_stock($1, $2, -6)', [shop.tenantId, b.id]),
      [
        ['update suppliers.products set stock = 3 where tenant_id = $1 and id = $2', [shop.tenantId, a.id]],
        ['select suppliers.follow_shelf($1, array[$2::bigint])', row],
      ],
    )
    const [sku] = await house.query(
      'select supply_stock as stock from catalog.skus where tenant_id = $1 and id = $2',
      row,
    )
    expect(sku).toEqual({ stock: 7 })
  })

  test('a supplier is archived and chosen: the next one delivers', async () => {
    const shop = await house.newShop()
    const [{ id, person: one }, { person: other }] = [
      await supplierByHand(shop, '走了'),
      await supplierByHand(shop, '还在'),
    ]
    const goods = await sold(shop, [(await product(one)).id, (await product(other)).id])
    const order = await shop.place(goods)
    const row = [shop.tenantId, id] as const
    await overtaken(
      house,
      ['select from suppliers.suppliers where tenant_id = $1 and id = $2 for update', row],
      () => shop.pay(order.no),
      [[`update suppliers.suppliers set state = 'archived' where tenant_id = $1 and id = $2`, row]],
    )
    await taskFor(other, order.no)
    expect((await purchasesOf(shop, order.no)).map(({ state }) => state)).toContain('cancelled')
  })
})

describe('a file of stock and price', () => {
  const HEAD = '商品编码,名称,供货价,库存,状态'
  async function keeper() {
    const shop = await house.newShop()
    const supplier = await supplierByHand(shop, '文件供货')
    const { person } = supplier
    for (const [remoteId, stock] of [
      ['A1', 10],
      ['A2', 20],
      ['A3', 30],
    ] as const)
      await product(person, { remoteId, stock })
    return { shop, ...supplier }
  }
  const send = (person: Client, content: string | Uint8Array, over: { fileName?: string; modifiedAt?: string } = {}) =>
    person.upload(
      'workspace.readFile',
      { query: over.modifiedAt ? { modifiedAt: over.modifiedAt } : {} } as never,
      content as never,
      { fileName: over.fileName ?? '库存.csv' },
    )
  const MAPPING = { remoteId: '商品编码', name: '名称', cost: '供货价', stock: '库存', onSale: '状态' }
  const take = (person: Client, supplyFileId: number, more: Record<string, unknown> = {}) =>
    person.call('workspace.applyFile', { params: { supplyFileId }, body: { ...MAPPING, ...more } as never })
  const standing = async (person: Client) =>
    (await person.call('workspace.listProducts', { query: { sort: 'name' } })).items
      .map(({ remoteId, costHao, stock, onSale }) => [remoteId, costHao, stock, onSale] as const)
      .toSorted((a, b) => a[0].localeCompare(b[0]))

  test('is tried first, taken line by line with every fault named, remembered, and undone', async () => {
    const { shop, person, id } = await keeper()
    const before = await standing(person)
    const lines = [
      HEAD,
      'A1,月卡甲,20.5,8,在售',
      'A2,,￥26.00,"1,200",',
      '',
      'A3,,,,停售',
      'A1,,20,1,',
      'A2x,新品,9.9,5,',
      'NEW1,新品,9.9,5,',
      ',无码,1,1,',
      'A3b,坏价,二十,1,',
    ]
    // A spreadsheet's Chinese csv.
    const file = await send(person, new Uint8Array(iconv.encode(lines.join('\r\n'), 'gbk')))
    expect(file).toMatchObject({ columns: HEAD.split(','), mapping: { ...MAPPING, newKind: 'skip' }, isKnown: false })
    const mapping = { ...MAPPING, newKind: 'card' as const }
    const tried = await person.call('workspace.checkFile', { params: { supplyFileId: file.id }, body: mapping })
    const report = { read: 8, added: 2, changed: 2, same: 0, held: 1, invalid: 3 }
    expect(tried.report).toMatchObject(report)
    expect(tried.report?.lines.filter(({ outcome }) => outcome === 'invalid' || outcome === 'held')).toEqual([
      { line: 6, remoteId: 'A1', outcome: 'invalid', problem: 'twice' },
      { line: 9, remoteId: '', outcome: 'invalid', problem: 'code' },
      { line: 10, remoteId: 'A3b', outcome: 'invalid', problem: 'cost' },
      { line: 3, remoteId: 'A2', outcome: 'held', problem: null },
    ])
    // A dry run leaves nothing behind, not even what it would have asked the shop.
    expect(await standing(person)).toEqual(before)
    const asked = { query: { supplierId: id, state: 'waiting' as never } }
    expect((await shop.staff.call('workspace.listPriceAsks', asked)).items).toEqual([])

    expect(await take(person, file.id, { newKind: 'card' })).toMatchObject({ state: 'applied', mayUndo: true, report })
    expect(await standing(person)).toEqual([
      ['A1', 205_000, 8, true],
      ['A2', 200_000, 1_200, true],
      ['A2x', 99_000, 5, true],
      ['A3', 200_000, 30, false],
      ['NEW1', 99_000, 5, true],
    ])
    expect((await shop.staff.call('workspace.listPriceAsks', asked)).items).toMatchObject([{ toHao: 260_000 }])
    expect(await codeOf(take(person, file.id))).toBe('workspace.file_moved')

    // The columns are known from now on, also where no heading lets guess them.
    await person.call('workspace.saveProduct', {
      params: { productId: await idOf(person, 'A3') },
      body: { name: '改名', costHao: 200_000, stock: 30, onSale: false },
    })
    const undone = await person.call('workspace.undoFile', { params: { supplyFileId: file.id }, body: {} })
    expect(undone).toMatchObject({ state: 'undone', mayUndo: false })
    expect(await standing(person)).toEqual(
      [...before, ['A2x', 99_000, 5, false], ['NEW1', 99_000, 5, false]].toSorted((a, b) =>
        String(a[0]).localeCompare(String(b[0])),
      ),
    )
    // What somebody changed since is theirs.
    expect((await person.call('workspace.listProducts', { query: { q: 'A3' } })).items[0]?.name).toBe('改名')
    expect((await shop.staff.call('workspace.listPriceAsks', asked)).items).toEqual([])
  })
  const idOf = async (person: Client, remoteId: string) =>
    (await person.call('workspace.listProducts', { query: { q: remoteId } })).items[0]?.id ?? 0

  test('twice it changes nothing, an older one is asked about, and what was ordered meanwhile stays taken', async () => {
    const { shop, person } = await keeper()
    const goods = await sold(shop, [await idOf(person, 'A1')])
    const text = `${HEAD}\nA1,,,15,`
    const first = await send(person, text, { modifiedAt: '2026-11-20T08:00:00Z' })
    await take(person, first.id)
    await taskFor(person, (await paid(shop, goods, 2)).no)
    expect((await standing(person))[0]).toEqual(['A1', 200_000, 13, true])

    const again = await send(person, text, { modifiedAt: '2026-11-20T08:00:00Z' })
    expect(again).toMatchObject({ isKnown: true, mapping: MAPPING })
    expect(await codeOf(take(person, again.id))).toBe('workspace.file_known')
    const older = await send(person, `${HEAD}\nA1,,,99,`, { modifiedAt: '2026-11-19T08:00:00Z' })
    expect(older).toMatchObject({ isKnown: false, isOlder: true })
    expect(await codeOf(take(person, older.id))).toBe('workspace.file_older')
    expect((await standing(person))[0]).toEqual(['A1', 200_000, 13, true])
    await take(person, older.id, { anyway: true })
    expect((await standing(person))[0]).toEqual(['A1', 200_000, 99, true])
    expect(await codeOf(person.call('workspace.undoFile', { params: { supplyFileId: first.id }, body: {} }))).toBe(
      'workspace.file_not_last',
    )
    await person.call('workspace.undoFile', { params: { supplyFileId: older.id }, body: {} })
    await person.call('workspace.undoFile', { params: { supplyFileId: first.id }, body: {} })
    // Ten there were, and two of them are ordered.
    expect((await standing(person))[0]).toEqual(['A1', 200_000, 8, true])
  })

  test('that is none is refused in a sentence', async () => {
    const { person } = await keeper()
    expect(await codeOf(send(person, HEAD))).toBe('workspace.file_without_rows')
    expect(await codeOf(send(person, 'not a workbook', { fileName: 'x.xlsx' }))).toBe('vault.file_not_xlsx')
    const long = await codeOf(send(person, `${HEAD}\n${'A1,,,1,\n'.repeat(10_001)}`))
    expect(long).toBe('workspace.file_too_long')
    const file = await send(person, `货品,库存\nA1,1`)
    expect(file.mapping).toBeNull()
    expect(await codeOf(take(person, file.id))).toBe('workspace.column_missing')
    const book = await send(
      person,
      workbookOfRows([
        ['编码', '库存'],
        ['A1', '77'],
      ]) as never,
      { fileName: '库存.xlsx' },
    )
    await take(person, book.id, { remoteId: '编码', name: '', cost: '', stock: '库存', onSale: '' })
    expect((await standing(person))[0]).toEqual(['A1', 200_000, 77, true])
  })
})
