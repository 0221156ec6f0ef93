import { randomUUID } from 'node:crypto'
import type { RouteSpec } from '@quanshu/contract'
import * as contract from '@quanshu/contract'
import { shopDay } from '@quanshu/kernel'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { auditBooks } from '../../src/modules/books/index.ts'
import { somePicture } from '../../src/modules/catalog/fixture.ts'
import { supplierByHand } from './by-hand.ts'
import { codesOf, isDelivered, openHouse, PASSWORD, QUERY_PASSWORD, until } from './shop.ts'

const DAY_MS = 86_400_000
const house = await openHouse()
const ours = await house.newShop()
const theirs = await house.newShop()

/** Every route of the contract, whatever module it is of. */
const ROUTES: readonly RouteSpec[] = Object.values(contract)
  .flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []))
  .filter(
    (value): value is RouteSpec => typeof value === 'object' && value !== null && 'path' in value && 'access' in value,
  )

const full = await fill()
await until('what was done has been told to everybody', async () => {
  const [row] = await house.query<{ lag: { events: number }[] }>('select events.lag() as lag')
  return row?.lag.every(({ events }) => events === 0)
})
const before = await digest()

/** What a parameter of a path means; a route whose parameter is not here fails the test, so none is forgotten. */
const FOREIGN: readonly (readonly [RegExp, () => string | number])[] = [
  [/\/goods\/:id/, () => full.goods.goodsId],
  [/\/pictures\/:id/, () => full.pictureId],
  [/\/categories\/:id/, () => full.categoryId],
  [/\/tags\/:id/, () => full.tagId],
  [/\/skus\/:id/, () => full.goods.skuId],
  [/\/stock\/:skuId/, () => full.goods.skuId],
  [/\/price-changes\/:id/, () => full.priceChangeId],
  [/\/orders\/:no/, () => full.order.no],
  [/\/floods\/:floodId/, () => full.supply.flood],
  [/\/grants\/:grantId/, () => full.grantId],
  [/\/lines\/:lineNo/, () => 1],
  [/\/audit\/:id/, () => full.auditId],
  [/\/books\/runs\/:id/, () => full.booksRunId],
  [/\/staff\/:id/, () => full.staffId],
  [/\/roles\/:id/, () => full.roleId],
  [/\/mall\/me\/sessions\/:id/, () => full.memberSessionId],
  [/\/sessions\/:id/, () => full.staffSessionId],
  [/\/members\/:id/, () => full.memberId],
  [/\/accounts\/:accountId/, () => full.accountId],
  [/\/refunds\/:refundId/, () => full.refundId],
  [/\/receipts\/:receiptId/, () => full.receiptId],
  [/\/claims\/:claimId/, () => full.claimId],
  [/\/gateways\/:gateway/, () => 'sim-pay'],
  [/\/days\/:gateway/, () => 'sim-pay'],
  [/\/:day/, () => full.day],
  [/\/console\/messages\/:id/, () => full.messageId],
  [/\/webhooks\/:id/, () => full.endpointId],
  [/\/deliveries\/:id/, () => full.deliveryId],
  [/\/robots\/:robot/, () => 'wecom'],
  [/\/receipts\/:provider/, () => 'aliyun'],
  [/:token/, () => 'x'.repeat(32)],
  [/\/lines\/:n/, () => 1],
  [/\/cases\/:id/, () => full.caseId],
  [/\/(?:skus|rules|prices|redeem-links)\/:skuId/, () => full.goods.skuId],
  [/:profileId/, () => full.supply.profile],
  [/:version/, () => 1],
  [/:taskId/, () => full.task.id],
  [/:complaintId/, () => full.bad.complaint],
  [/:recoveryId/, () => full.bad.recovery],
  [/\/exceptions\/:no/, () => full.order.no],
  [/:pictureId/, () => full.task.picture],
  [/:wholesaleKeyId/, () => full.wholesaleKeyId],
  [/:personId/, () => full.hand.person],
  [/:workTaskId/, () => full.hand.task],
  [/:askId/, () => full.hand.ask],
  [/:supplyFileId/, () => full.hand.file],
  [/:intakeId/, () => full.hand.intake],
  [/:offeredId/, () => full.hand.offered],
  [/:paperId/, () => full.hand.paper],
  [/:door/, () => 'mail'],
  [/:supplierId/, () => full.supply.supplier],
  [/:moneyId/, () => full.supply.money],
  [/:productId/, () => full.supply.product],
  [/:purchaseId/, () => full.supply.purchase],
  [/:restockId/, () => full.restock.id],
  [/:budgetId/, () => full.restock.budget],
  [/:batchId/, () => full.goods.batchId],
  [/:bulkId/, () => full.bulkId],
  [/:redeemBatchId/, () => full.redeem.batch],
  [/:redeemCodeId/, () => full.redeem.code],
  [/:redeemedNo/, () => full.redeem.no],
  [/:cardId/, () => full.cardId],
  [/:warehouseId/, () => full.warehouse.id],
  [/:moveId/, () => full.warehouse.move],
  [/:channel/, () => 'theirs'],
]
/** Bodies that would be good with one's own ids; the first that the route takes is sent. */
const BODIES: readonly unknown[] = [
  {},
  { reason: '测试' },
  { payWith: 'sim-pay' },
  { gateway: 'sim-pay', tradeNo: 'SP1', reason: '测试' },
  { used: true },
  { code: '000000' },
  { lineNo: null, to: 'source', reason: '测试' },
  { amountFen: 100, reason: '测试' },
  { points: 5, reason: '测试' },
  { note: '测试', version: 1 },
  { lowStockAt: 5 },
  { least: null, target: null, lowAt: 5 },
  { skuId: null, quantity: null, reason: '测试' },
  { name: '测试', roleIds: [1], version: 1 },
  { name: '测试', permissions: [], version: 1 },
  { name: '测试', parentId: null },
  { name: '测试' },
  { reference: 'BANK-1', note: '测试' },
  { action: 'refund', note: '测试' },
  { action: 'leave', grantIds: null, reason: '测试' },
  { reason: '测试', handOut: false },
  { note: '测试', writeOff: false },
  { withId: 1 },
  { at: new Date(Date.now() + 3_600_000).toISOString(), priceFen: 100 },
  { url: 'http://127.0.0.1:1/hook', events: ['order.paid'] },
  { version: 1, title: '测试', skus: [{ title: '月卡', priceFen: 100 }] },
  { state: 'paused', reason: '测试' },
  { outcome: 'refused', note: '测试' },
  { to: 'void', reason: '测试' },
  { to: 'paused', reason: '测试' },
  { priceFen: 100, reason: '测试' },
  { name: '测试', scopes: ['read'] },
  { to: 'cancelled', reason: '测试' },
  { totalFen: 0 },
  { remoteId: 'P9', name: '测试', kind: 'direct', costHao: 1 },
  { policy: 'cheapest', leastMarginFen: 0, offers: [] },
  { remoteId: '编码' },
  { name: '测试', costHao: 1, stock: 1 },
  { name: '测试', email: 'stranger@example.test' },
  { status: 'disabled', reason: '测试' },
  { accept: true, toHao: 1, reason: '测试' },
  { about: 'stock', reason: '测试' },
  { mailOn: false, folderOn: false, senders: [], signedOnly: true, atOnce: false, everyHours: null },
  { skuId: 1, pieces: 1, costHao: 0, reason: '测试' },
  { accept: true, reason: '测试' },
  { stopsBuying: false, reason: '测试' },
  { serial: 'X1' },
  { source: '{}', note: '测试', after: 1 },
  { supplierId: 1, version: 1 },
  { action: 'confirm', toFen: 100, reason: '测试' },
  { action: 'approve', fen: 20_000, reason: '测试' },
  { enabled: true, threshold: 5, target: 12, budgetId: 1, maxUnitFen: null },
  { kind: 'deposit', amountFen: 100, reference: 'BANK-1', at: new Date().toISOString() },
  { amountFen: 100, reference: 'CREDIT-1', at: new Date().toISOString() },
  {
    columns: { no: '单号', remoteNo: '', amount: '金额', refunded: '', state: '', type: '', at: '时间' },
    words: { done: [], pending: [], failed: [], deposit: [], credit: [] },
  },
  { staffId: 1 },
  { form: {}, reason: '测试' },
  { reason: 'invalid' },
  { action: 'reject', reason: '测试' },
  { state: 'sent' },
  { question: '账号？', fields: [] },
  { proof: '已开通' },
  { intoSkuId: 1 },
  { promisedMinutes: 60, capacityPerDay: null, whenOverdue: 'flag', whenRejected: 'desk' },
  { name: '测试', baseUrl: 'http://127.0.0.1:9', identity: 'x', secrets: { key: 'x' }, concurrent: 1, perMinute: 1 },
]

/**
 * A gateway, a day and a robot are names that every shop has. What another shop calls is signed, and the key says whose numbers are
 * meant: peer.test.ts.
 */
const withIds = ROUTES.filter(({ path, access }) => access.kind !== 'key' && /:(?!gateway\b|day\b|robot\b)/.test(path))
const visitors = {
  staff: theirs.staff,
  supplier: (await supplierByHand(theirs, '人工供货')).person,
  member: (await theirs.member(1_000)).visitor,
  guest: theirs.visitor(),
}

describe("another shop's id in every route is not found", () => {
  test('the walk knows every route of the contract that takes an id', () => {
    expect(withIds.length).toBeGreaterThan(55)
  })

  test.each(withIds.map((route) => [route.id, route] as const))('%s', async (_id, route) => {
    const callers = callersOf(route)
    for (const caller of callers) {
      if (route.access.kind === 'member' && caller === 'guest') continue
      const answer = await call(route, caller)
      expect({ caller, status: answer.status, text: answer.text.slice(0, 300) }).toMatchObject({ caller, status: 404 })
      expectNoneOfTheirs(answer.text)
    }
  })

  test.each([
    ['orders.quote', { lines: [{ skuId: 'sku', quantity: 1 }] }],
    [
      'orders.place',
      {
        lines: [{ skuId: 'sku', quantity: 1, unitPriceFen: 1990 }],
        contact: '13800000000',
        queryPassword: 'abcd',
        payWith: 'sim-pay',
      },
    ],
    ['vault.createImport', { skuId: 'sku' }],
    ['vault.createGeneration', { skuId: 'sku', pattern: 'QS-****-****-***=', wanted: 1 }],
    ['catalog.createGoods', { title: '货', categoryId: 'category', skus: [{ title: '月卡', priceFen: 1 }] }],
    ['catalog.createGoods', { title: '货', pictureIds: ['picture'], skus: [{ title: '月卡', priceFen: 1 }] }],
    ['catalog.createGoods', { title: '货', skus: [{ id: 'sku', title: '月卡', priceFen: 1 }] }],
    ['catalog.createCategory', { name: '类', parentId: 'category' }],
    ['catalog.orderCategories', { parentId: null, ids: ['category'] }],
    ['catalog.setShelf', { ids: ['goods'], to: 'off' }],
    ['identity.createStaff', { email: 'x@example.test', name: '人', roleIds: ['role'] }],
    ['fulfilment.handleExceptions', { action: 'retry', lines: [{ orderNo: 'order', lineNo: 1 }], reason: '测试' }],
    ['fulfilment.handleExceptions', { action: 'refund', lines: [{ orderNo: 'order', lineNo: 1 }], reason: '测试' }],
    ['fulfilment.assignExceptions', { action: 'take', rows: [{ orderNo: 'order', lineNo: 1 }] }],
    ['fulfilment.removeComplaintRule', { goodsId: 'goods' }],
    [
      'fulfilment.saveComplaintRule',
      {
        goodsId: 'goods',
        automatic: true,
        reasons: [],
        withinHours: 1,
        maxFen: 1,
        perMonth: 1,
        whenUnsure: true,
        remedies: ['refund'],
      },
    ],
    ['bulk.create', { name: '礼', payer: 'member', memberId: 'member' }],
    ['bulk.create', { name: '礼', payer: 'shop', skuId: 'sku' }],
    ['redeem.createBatch', { name: '礼', skuId: 'sku', codes: 1 }],
    ['redeem.look', { code: 'redeemCode' }],
    ['redeem.redeem', { code: 'redeemCode', contact: '13800000000', queryPassword: 'abcd' }],
    ['redeem.searchCode', { value: 'redeemCode' }],
    ['stock.movePieces', { moves: [{ skuId: 'sku', fromId: null, toId: 'warehouse', quantity: 1 }], reason: '测试' }],
    [
      'stock.sharePieces',
      { skuId: 'sku', quantity: 1, shares: [{ warehouseId: 'warehouse', weight: 1 }], reason: '测试' },
    ],
    ['fulfilment.takeTasks', { taskIds: ['task'] }],
    ['suppliers.handleStrays', { ids: ['stray'], note: '测试' }],
    ['suppliers.askStrays', { ids: ['stray'] }],
    ['suppliers.handlePurchases', { ids: ['purchase'], action: 'not_bought', note: '测试' }],
    ['jobs.rerun', { ids: ['1', '2', '3', '4', '5'] }],
    ['vault.searchCard', { value: 'code' }],
    ['orders.lookup', { no: 'order' }],
    ['orders.lookup', { no: 'order', queryPassword: QUERY_PASSWORD }],
    ['orders.lookup', { contact: 'contact', queryPassword: QUERY_PASSWORD }],
  ] as const)('%s with their ids in the body has no effect and tells nothing: %j', async (id, body) => {
    const route = ROUTES.find((one) => one.id === id)
    if (!route) throw new Error(`no route ${id}`)
    const filled = JSON.parse(JSON.stringify(body), (_key, value) => placeholders()[value] ?? value)
    const answer = await call(route, route.path.startsWith('/api/console/') ? 'staff' : 'guest', filled)
    const refused = [404, 409, 422].includes(answer.status)
    const saidNo =
      /"refused":\[\{|"ok":false|"rerun":0|"handled":0|"asked":0|"done":0|"taken":\[\]|"items":\[\]|"sellable":false/.test(
        answer.text,
      )
    expect({ refusedOrNo: refused || saidNo, text: answer.text.slice(0, 300) }).toMatchObject({ refusedOrNo: true })
    expectNoneOfTheirs(answer.text)
  })

  test('lists filtered by their ids are empty', async () => {
    const { staff } = theirs
    const lists = await Promise.all([
      staff.call('orders.list', { query: { goodsId: full.goods.goodsId } }),
      staff.call('orders.list', { query: { memberId: full.memberId } }),
      staff.call('orders.list', { query: { channel: 'theirs' } }),
      staff.call('orders.list', { query: { q: String(full.order.no) } }),
      staff.call('vault.listBatches', { query: { skuId: full.goods.skuId } }),
      staff.call('vault.listCards', { query: { batchId: full.goods.batchId } }),
      staff.call('payments.listNotices', { query: { orderNo: full.order.no } }),
      staff.call('payments.listRefunds', { query: { orderNo: full.order.no } }),
      staff.call('stock.list', { query: { goodsId: full.goods.goodsId } }),
      staff.call('stock.listWarehouseStock', { query: { skuId: full.goods.skuId } }),
      staff.call('stock.listMoves', { query: { skuId: full.goods.skuId } }),
      staff.call('catalog.listSkus', { query: { goodsId: full.goods.goodsId } }),
    ])
    expect(lists.map(({ items, total }) => [items.length, total])).toEqual(lists.map(() => [0, 0]))
  })

  test('nothing of theirs has changed after all that', async () => {
    expect(await digest()).toEqual(before)
  })

  test("a session of one shop is nobody's at another, cookies sent by hand and all", async () => {
    const signIn = (base: string) =>
      fetch(`${base}/api/console/auth/sign-in`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-quanshu-client': 'test' },
        body: JSON.stringify({ email: full.staffEmail, password: PASSWORD }),
      })
    expect((await signIn(theirs.base)).status).toBe(401)
    const [cookie = ''] = (await signIn(ours.base)).headers.getSetCookie().map((line) => line.split(';')[0] ?? '')
    const me = (base: string) => fetch(`${base}/api/console/me`, { headers: { cookie } }).then(({ status }) => status)
    expect([await me(ours.base), await me(theirs.base)]).toEqual([200, 401])
  })
})

describe("another guest's order", () => {
  test('is not found by whoever has only its number, and shows its state but no code, contact or cashier after a look-up without password', async () => {
    const stranger = ours.visitor()
    const { no } = full.order
    for (const attempt of [
      () => stranger.call('orders.get', { params: { no } }),
      () => stranger.download('orders.codesFile', { params: { no } }),
      () => stranger.call('orders.markGrant', { params: { no, grantId: full.grantId }, body: { used: true } }),
      () => stranger.call('orders.sendDeviceCode', { params: { no }, body: {} }),
      () => stranger.call('orders.admitDevice', { params: { no }, body: { code: '000000' } }),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ status: 404 })
    }
    const { items } = await stranger.call('orders.lookup', { body: { no } })
    expect(items[0]).toMatchObject({
      no,
      state: 'delivered',
      canSeeCodes: false,
      lines: [{ codes: null, moreCodes: 0 }],
    })
    const view = await stranger.call('orders.get', { params: { no } })
    expect(view.canSeeCodes).toBe(false)
    for (const secret of [...full.codes, full.contact]) expect(JSON.stringify([items, view])).not.toContain(secret)
    for (const attempt of [
      () => stranger.download('orders.codesFile', { params: { no } }),
      () => stranger.call('orders.markGrant', { params: { no, grantId: full.grantId }, body: { used: true } }),
      () => stranger.call('orders.sendDeviceCode', { params: { no }, body: {} }),
      () => stranger.call('orders.admitDevice', { params: { no }, body: { code: '000000' } }),
      () => stranger.call('orders.cancel', { params: { no }, body: {} }),
      () => stranger.call('orders.pay', { params: { no }, body: { payWith: 'sim-pay' } }),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'orders.codes_locked', status: 403 })
    }
    const pushed = await new Promise((resolve) => {
      const stop = stranger.stream('orders.stream', { params: { no } }, (pushedView) => {
        stop()
        resolve(pushedView)
      })
    })
    for (const secret of full.codes) expect(JSON.stringify(pushed)).not.toContain(secret)
  })

  test('does not open with a wrong password, and answers as for an order that is not there', async () => {
    const stranger = ours.visitor()
    const refusals = await Promise.all(
      [
        { no: full.order.no, queryPassword: 'not-the-password' },
        { no: full.order.no + 1, queryPassword: QUERY_PASSWORD },
        { no: full.order.no + 1 },
        { contact: full.contact, queryPassword: 'not-the-password' },
        { contact: '13000000000', queryPassword: QUERY_PASSWORD },
      ].map((body) => stranger.call('orders.lookup', { body: body as never }).catch((error) => error)),
    )
    expect(refusals.map(({ code, message }) => [code, message])).toEqual(
      refusals.map(() => ['orders.lookup_failed', refusals[0]?.message]),
    )
  })

  test("a grant of one's own order does not open another's: the number and the grant must belong together", async () => {
    const mine = await ours.place(full.goods)
    await ours.pay(mine.no)
    await ours.seen(mine, isDelivered)
    await mine.visitor.call('orders.markGrant', {
      params: { no: mine.no, grantId: full.grantId },
      body: { used: true },
    })
    const theirView = await full.order.visitor.call('orders.get', { params: { no: full.order.no } })
    expect(theirView.lines[0]?.codes?.map(({ state }) => state)).toEqual(['active', 'active'])
  })

  test('a ticket that was tampered with, or was made for another shop, opens nothing', async () => {
    const opener = await fetch(`${ours.base}/api/mall/orders/lookup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ no: full.order.no }),
    })
    const ticket =
      opener.headers
        .getSetCookie()
        .find((line) => line.startsWith('qs_orders='))
        ?.split(';')[0] ?? ''
    expect(decodeURIComponent(ticket)).toContain(`${full.order.no}-status-`)
    const get = (base: string, cookie: string) =>
      fetch(`${base}/api/mall/orders/${full.order.no}`, { headers: { cookie } }).then(({ status }) => status)
    expect(await get(ours.base, ticket)).toBe(200)
    expect(await get(ours.base, ticket.replace('-status-', '-codes-'))).toBe(404)
    expect(await get(ours.base, ticket.replace('-status-1', '-status-2'))).toBe(404)
    expect(await get(theirs.base, ticket)).toBe(404)
  })
})

/* ------------------------------------------------------------------------------------------------------------------ */

const placeholders = (): Record<string, string | number> => ({
  member: full.memberId,
  sku: full.goods.skuId,
  goods: full.goods.goodsId,
  category: full.categoryId,
  picture: full.pictureId,
  role: full.roleId,
  order: full.order.no,
  task: full.task.id,
  warehouse: full.warehouse.id,
  purchase: full.supply.purchase,
  stray: full.supply.stray,
  code: full.codes[0] ?? '',
  redeemCode: full.redeem.text,
  contact: full.contact,
})

/** A shop with one of everything that has an id. */
async function fill() {
  const { staff } = ours
  const picture = await staff.upload('catalog.uploadPicture', {}, new Uint8Array(await somePicture('png')), {
    contentType: 'image/png',
  })
  const category = await staff.call('catalog.createCategory', { body: { name: '影音' } })
  const tag = await staff.call('catalog.createTag', { body: { name: '热卖' } })
  const goods = await ours.stock(40, { goods: { pictureIds: [picture.id], categoryId: category.id, tags: ['热卖'] } })
  const warehouse = await staff.call('stock.createWarehouse', {
    body: { channel: 'theirs', name: '门店', kind: 'shop', fallsBack: false },
  })
  const moved = await staff.call(
    'stock.movePieces',
    { body: { moves: [{ skuId: goods.skuId, fromId: null, toId: warehouse.id, quantity: 2 }], reason: '测试' } },
    { idempotencyKey: randomUUID() },
  )
  const at = new Date(Date.now() + 86_400_000).toISOString()
  const change = await staff.call('catalog.planPriceChange', {
    params: { id: goods.skuId },
    body: { at, priceFen: 1500 },
  })
  const bad = await ours.stock(2, { batch: { supplier: '老王', costFen: 900 } })
  const complained = await ours.place(bad)
  await ours.pay(complained.no)
  const [piece] = (await ours.seen(complained, isDelivered)).lines[0]?.codes ?? []
  const complaint = await complained.visitor.call('fulfilment.complain', {
    params: { no: complained.no, grantId: piece?.grantId ?? 0 },
    body: { reason: 'invalid' },
  })
  await ours.seen(complained, ({ complaints }) => complaints[0]?.state === 'replaced')
  const [recovery] = (await staff.call('fulfilment.listRecoveries', { query: {} })).items
  const contact = 'secret.person@example.test'
  const order = await ours.place(goods, 2, { contact })
  await ours.pay(order.no)
  const view = await ours.seen(order, isDelivered)
  const refunded = await ours.place(goods)
  await ours.pay(refunded.no)
  await ours.seen(refunded, isDelivered)
  const { control } = house.standIns.paygate
  control.addFault({ kind: 'refund.reject', key: String(refunded.no), times: 1 })
  await staff.call(
    'orders.refund',
    { params: { no: refunded.no }, body: { lineNo: null, to: 'source', reason: '测试' } },
    { idempotencyKey: randomUUID() },
  )
  const refund = await until('a refund that failed', async () => {
    const { items } = await staff.call('payments.listRefunds', { query: { orderNo: refunded.no, state: 'failed' } })
    return items[0]
  })
  await until('the mail is booked', async () => {
    const { timeline } = await staff.call('orders.detail', { params: { no: order.no } })
    return timeline.some(({ title }) => title === 'message.sent') || undefined
  })
  const redeem = await redeemed(goods.skuId)
  const member = await ours.member(5_000)
  const sessions = await member.visitor.call('members.listMySessions', {})
  const me = await staff.call('identity.getMe', {})
  const role = await staff.call('identity.createRole', { body: { name: '临时', permissions: ['board.read'] } })
  const mySessions = await staff.call('identity.listMySessions', {})
  const accounts = await staff.call('ledger.accounts', { query: {} })
  const cards = await staff.call('vault.listCards', { query: { orderNo: order.no } })
  const [audit] = await house.query<{ seq: number }>('select max(seq) as seq from audit.entries where tenant_id = $1', [
    ours.tenantId,
  ])
  const [receipt] = await house.query<{ id: number }>(
    'select max(id) as id from payments.receipts where tenant_id = $1',
    [ours.tenantId],
  )
  const [claim] = await house.query<{ id: number }>(
    `insert into payments.claims (
       tenant_id, order_no, gateway, trade_no, amount_fen, paid_at, state, reason, requested_by, requested_by_id
     ) values ($1, $2, 'sim-pay', 'SP1', 1990, now(), 'awaiting', '测试', '店员', $3) returning id`,
    [ours.tenantId, order.no, me.id],
  )
  const [supply] = await house.query<{
    supplier: number
    product: number
    purchase: number
    stray: number
    flood: number
    profile: number
    money: number
  }>(
    `with profile as (
       insert into suppliers.profiles (tenant_id, key, name_zh, name_en) values ($1, 'own', '模板', 'Profile') returning id
     ), version as (
       insert into suppliers.profile_versions (tenant_id, profile_id, version, source) select $1, id, 1, '{}' from profile
     ), supplier as (
       insert into suppliers.suppliers (tenant_id, name, adapter, state) values ($1, '供应商', 'fulu', 'paused') returning id
     ), product as (
       insert into suppliers.products (tenant_id, supplier_id, remote_id, name, kind, cost_hao, told_at)
       select $1, id, 'P1', '直充', 'direct', 1000, now() from supplier returning id
     ), purchase as (
       insert into suppliers.purchases (tenant_id, no, purpose, supplier_id, product_id, quantity, ceiling_hao, quoted_hao, state)
       select $1, '99999999999999999999', 'test', s.id, p.id, 1, 1000, 1000, 'unknown' from supplier s, product p returning id
     ), money as (
       insert into suppliers.money (tenant_id, supplier_id, kind, amount_fen, reference, at, state, requested_by, requested_by_id)
       select $1, id, 'deposit', 100, 'BANK-9', now(), 'awaiting', '店员', 1 from supplier returning id
     ), stray as (
       insert into suppliers.strays (tenant_id, supplier_id, named, ref, state, why, opened_at, due_at)
       select $1, id, 'order', 'REMOTE-9', 'open', 'unknown', now(), null from supplier returning id
     ), flood as (
       insert into suppliers.stray_floods (tenant_id, supplier_id) select $1, id from supplier returning id
     )
     select s.id as supplier, p.id as product, x.id as purchase, f.id as profile, m.id as money, y.id as stray, d.id as flood
     from supplier s, product p, purchase x, profile f, money m, stray y, flood d`,
    [ours.tenantId],
  )
  if (!supply) throw new Error('no supplier was made')
  const [task] = await house.query<{ id: number; picture: number }>(
    `with task as (
       insert into fulfilment.tasks (tenant_id, order_no, line_no, sku_id, quantity, due_at)
       values ($1, $2, 1, $3, 1, now() + interval '1 hour') returning id
     ), picture as (
       insert into fulfilment.task_pictures (tenant_id, task_id, content, width, height, shown, uploaded_by)
       select $1, id, 'x', 1, 1, true, '店员' from task returning id
     )
     select t.id, p.id as picture from task t, picture p`,
    [ours.tenantId, refunded.no, goods.skuId],
  )
  if (!task) throw new Error('no task was made')
  const [restock] = await house.query<{ id: number; budget: number }>(
    `with budget as (
       insert into fulfilment.restock_budgets (tenant_id, name, monthly_fen) values ($1, '日常', 100000) returning id
     ), rule as (
       insert into fulfilment.restock_rules (tenant_id, sku_id, budget_id, enabled, threshold, target)
       select $1, $2, id, false, 5, 12 from budget
     ), made as (
       insert into fulfilment.restocks (tenant_id, sku_id, budget_id, quantity, state, asked_fen, due_at)
       select $1, $2, id, 10, 'proposed', 20000, null from budget returning id
     )
     select m.id, b.id as budget from made m, budget b`,
    [ours.tenantId, goods.skuId],
  )
  if (!restock) throw new Error('no restock was made')
  const worker = await supplierByHand(ours, '人工供货')
  const [hand] = await house.query<{
    task: number
    ask: number
    file: number
    intake: number
    paper: number
    offered: number
  }>(
    `with bought as (
       insert into suppliers.purchases (tenant_id, no, purpose, supplier_id, product_id, quantity, ceiling_hao, quoted_hao, state)
       values ($1, '99999999999999999998', 'test', $2, $3, 1, 1000, 1000, 'accepted') returning no
     ), task as (
       insert into suppliers.tasks (tenant_id, supplier_id, product_id, no, quantity, cost_hao, accept_by, work_minutes)
       select $1, $2, $3, no, 1, 1000, now() + interval '1 hour', 60 from bought returning id
     ), ask as (
       insert into suppliers.price_asks (tenant_id, supplier_id, product_id, from_hao, to_hao, asked_by)
       values ($1, $2, $3, 1000, 2000, '供应商的人') returning id
     ), file as (
       insert into suppliers.files (tenant_id, supplier_id, name, sha256, modified_at, content, uploaded_by)
       values ($1, $2, 'stock.csv', 'x', now(), '[]', '供应商的人') returning id
     ), listed as (
       insert into suppliers.files (tenant_id, supplier_id, name, sha256, modified_at, content, door, uploaded_by)
       values ($1, $2, 'mail.csv', 'y', now(), '[]', 'mail', 'a@b.test') returning id
     ), intake as (
       insert into suppliers.intakes (tenant_id, supplier_id, door, arrival, name, bytes, state, file_id)
       select $1, $2, 'mail', 'x', 'mail.csv', 1, 'waiting', id from listed returning id
     ), paper as (
       insert into suppliers.papers (tenant_id, supplier_id, paper_id, version, kind, title, state, file_name, media, content, sha256, kept_by)
       values ($1, $2, 1, 1, 'licence', '执照', 'offered', 'a.pdf', 'application/pdf', 'x', 'x', '供应商的人') returning id
     ), offered as (
       insert into suppliers.offered_codes (tenant_id, supplier_id, product_id, pieces, cost_hao, sealed_as, codes_sealed, offered_by)
       values ($1, $2, $3, 1, 0, 'x', 'x', '供应商的人') returning id
     )
     select t.id as task, a.id as ask, f.id as file, i.id as intake, p.id as paper, o.id as offered
     from task t, ask a, file f, intake i, paper p, offered o`,
    [ours.tenantId, worker.id, supply.product],
  )
  if (!hand) throw new Error('no task of a supplier was made')
  // Yesterday's bill tells of a payment that nobody here knows.
  const day = shopDay(new Date(Date.now() - DAY_MS))
  const bill = [
    'type,trade_no,out_trade_no,out_refund_no,amount,fee,currency,status,time',
    `PAYMENT,T-UNKNOWN,2611220000000001,,100,0,CNY,SUCCESS,${day}T12:00:00+08:00`,
    '#end,1',
  ]
  await staff.upload(
    'reconciliation.upload',
    { params: { gateway: 'sim-pay', day } },
    new TextEncoder().encode(`${bill.join('\n')}\n`),
    { fileName: 'bill.csv' },
  )
  const endpoint = await staff.call('notify.createEndpoint', {
    body: { url: 'http://127.0.0.1:1/hook', events: ['order.paid'] },
  })
  await house.query(
    `insert into notify.deliveries (tenant_id, endpoint_id, webhook_id, event, body, state, next_try_at)
     values ($1, $2, 'evt_stranger', 'order.paid', '{}', 'failed', null)`,
    [ours.tenantId, endpoint.id],
  )
  const deliveries = await staff.call('notify.listDeliveries', { params: { id: endpoint.id }, query: {} })
  const messages = await staff.call('notify.listMessages', { query: {} })
  const reconciled = await until('a difference', async () => {
    const { items } = await staff.call('reconciliation.listCases', { query: {} })
    return items[0]
  })
  const { key } = await staff.call('wholesale.create', {
    body: { name: '下游', phone: '13900000001', scopes: ['read'] },
  })
  const { id: bulkId } = await staff.call('bulk.create', { body: { name: '批', payer: 'shop', skuId: goods.skuId } })
  await staff.upload('bulk.upload', { params: { bulkId } }, '数量\n1', { fileName: 'bulk.csv' })
  return {
    hand: { ...hand, person: worker.personId },
    redeem,
    bulkId,
    supply,
    wholesaleKeyId: key.id,
    warehouse: { id: warehouse.id, move: moved.ids[0] ?? 0 },
    task,
    restock,
    bad: { complaint: complaint.id, recovery: recovery?.id ?? 0 },
    receiptId: receipt?.id ?? 0,
    claimId: claim?.id ?? 0,
    day,
    caseId: reconciled.id,
    goods,
    order,
    contact,
    codes: codesOf(view),
    grantId: view.lines[0]?.codes?.[0]?.grantId ?? 0,
    pictureId: picture.id,
    categoryId: category.id,
    tagId: tag.id,
    priceChangeId: change.id,
    refundId: refund.id,
    memberId: member.id,
    memberSessionId: sessions.items[0]?.id ?? 0,
    staffId: me.id,
    staffEmail: me.email,
    roleId: role.id,
    staffSessionId: mySessions.items[0]?.id ?? 0,
    accountId: accounts.items[0]?.id ?? 0,
    cardId: cards.items[0]?.id ?? 0,
    auditId: audit?.seq ?? 0,
    messageId: messages.items[0]?.id ?? 0,
    endpointId: endpoint.id,
    deliveryId: deliveries.items[0]?.id ?? 0,
    booksRunId: (await auditBooks(house.platform, ours.tenantId, { isWhole: true })).runId,
  }
}

/** A series of redeem codes of which one was used. */
async function redeemed(skuId: number) {
  const { id: batch } = await ours.staff.call('redeem.createBatch', { body: { name: '礼', skuId, codes: 1 } })
  const params = { redeemBatchId: batch }
  await until('the code to be made', async () => {
    const { state } = await ours.staff.call('redeem.getBatch', { params })
    return state === 'ready' || undefined
  })
  const file = await ours.staff.download('redeem.exportCodes', { params, body: { reason: '测试' } })
  const text = (await file.text()).split(/[\r\n,]+/)[2] ?? ''
  const { no } = await ours
    .visitor()
    .call(
      'redeem.redeem',
      { body: { code: text, contact: 'secret.gift@example.test', queryPassword: QUERY_PASSWORD } },
      { idempotencyKey: randomUUID() },
    )
  const { items } = await ours.staff.call('redeem.listCodes', { params, query: {} })
  return { batch, text, no, code: items[0]?.id ?? 0 }
}

type Caller = keyof typeof visitors
const callersOf = ({ path }: RouteSpec): readonly Caller[] => {
  if (path.startsWith('/api/console/workspace/')) return ['supplier']
  return path.startsWith('/api/console/') ? ['staff'] : ['member', 'guest']
}

/** A call with whatever the route wants, spoken by one of the other shop's people. */
async function call(route: RouteSpec, caller: Caller, body?: unknown): Promise<{ status: number; text: string }> {
  const id = route.id as Parameters<typeof theirs.staff.url>[0]
  const params = Object.fromEntries(
    [...route.path.matchAll(/:(\w+)/g)].map(([part, name = '']) => [name, foreignId(route.path, part)]),
  )
  const client = visitors[caller]
  const query = needsRange(route) ? { from: full.day, to: full.day } : {}
  const address = { params, query } as never
  const key = { idempotencyKey: randomUUID() }
  try {
    if (route.bodyKind === 'raw') return said(await client.upload(id as never, address, 'A-1\nA-2', key))
    if (route.responseKind === 'sse') {
      const response = await fetch(client.url(id as never, address), { headers: client.headers() })
      // Without the visitor's cookies a console route would only say "sign in"; the stream itself does carry them.
      if (caller === 'guest') return { status: response.status, text: await response.text() }
      return await firstOf(client, id as never, address)
    }
    const sent = body ?? BODIES.find((candidate) => route.body?.safeParse(candidate).success)
    if (route.body && sent === undefined) throw new Error(`no body is known that ${route.id} would take`)
    const input = route.body ? { params, query, body: sent } : { params, query }
    if (route.responseKind === 'file') return said(await (await client.download(id as never, input as never)).text())
    return said(await client.call(id as never, input as never, route.idempotency ? key : {}))
  } catch (error) {
    const problem = error as { readonly status?: number; readonly message: string; readonly params?: unknown }
    if (problem.status === undefined) throw error
    return { status: problem.status, text: `${problem.message} ${JSON.stringify(problem.params)}` }
  }
}

const needsRange = ({ query }: RouteSpec): boolean =>
  query instanceof z.ZodObject && 'from' in query.shape && !query.shape.from.safeParse(undefined).success

const said = (answer: unknown) => ({ status: 200, text: typeof answer === 'string' ? answer : JSON.stringify(answer) })

function firstOf(client: typeof theirs.staff, id: never, address: never): Promise<{ status: number; text: string }> {
  return new Promise((resolve) => {
    const stop = client.stream(
      id,
      address,
      (data) => {
        stop()
        resolve(said(data))
      },
      { onProblem: (problem) => resolve({ status: problem.status, text: problem.message }) },
    )
  })
}

function foreignId(path: string, part: string): string | number {
  const upTo = path.slice(0, path.indexOf(part) + part.length)
  const found = FOREIGN.find(([pattern]) => new RegExp(`${pattern.source}$`).test(upTo))
  if (!found) throw new Error(`say in FOREIGN what ${part} of ${path} is`)
  return found[1]()
}

function expectNoneOfTheirs(text: string): void {
  for (const secret of [...full.codes, full.contact, full.staffEmail]) {
    // What the caller said himself is no news.
    if (!text.includes('lookup')) expect(text).not.toContain(secret)
  }
}

/** Every row of the shop, but for what moves by itself: who was seen when, what gateways are asked, sums of reports. */
async function digest(): Promise<readonly unknown[]> {
  const tables = await house.query<{ name: string }>(`
    select c.oid::regclass::text as name
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
    where c.relkind in ('r', 'p') and not c.relispartition and n.nspname not in ('graphile_worker', 'events', 'platform')
    order by 1`)
  const quiet = tables.filter(
    ({ name }) => !/sessions|^analytics\.|payments\.attempts|members\.members|identity\.staff$|login|tries/.test(name),
  )
  return await Promise.all(
    quiet.map(async ({ name }) => {
      const rows = await house.query(
        `select count(*), md5(coalesce(string_agg(t::text, ',' order by t::text), '')) from ${name} t where tenant_id = $1`,
        [ours.tenantId],
      )
      return { name, ...rows[0] }
    }),
  )
}
