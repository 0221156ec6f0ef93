import { randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { announceLow } from '../../src/modules/stock/index.ts'
import { isDelivered, openHouse, type Shop, until } from './shop.ts'

const house = await openHouse()
const { sms, mail } = house.standIns

const somePhone = () => `139${String(randomBytes(4).readUInt32BE() % 100_000_000).padStart(8, '0')}`
const someCodes = () => [`C1-${randomBytes(5).toString('hex')}`, `C2-${randomBytes(5).toString('hex')}`]

/** Both texts about delivered orders, as Aliyun has approved them. */
async function approve(shop: Shop): Promise<void> {
  for (const [event, aliyunCode, body] of [
    ['order.delivered', 'SMS_ORDER_DELIVERED', '您的订单{order}已发货，查看：{link}'],
    ['order.delivered.codes', 'SMS_ORDER_CODES', '您的订单{order}已发货，卡密：{codes}，请勿转发。'],
  ] as const) {
    await shop.staff.call('notify.saveText', { body: { event, form: 'sms', locale: 'zh-CN', body, aliyunCode } })
  }
}
async function bought(shop: Shop, goods: Parameters<Shop['place']>[0], contact: string) {
  const order = await shop.place(goods, 1, { contact })
  await shop.pay(order.no)
  await shop.seen(order, isDelivered)
  return order
}
const textFor = (phone: string) => until(`a text for ${phone}`, () => sms.control.inbox(phone)[0])
const inboxOf = (shop: Shop) => shop.staff.call('notify.listInbox', { query: {} })

describe('codes in messages', () => {
  test('a text message has a link unless the goods allow their codes in it', async () => {
    const shop = await house.newShop()
    await approve(shop)
    const [code, other] = someCodes()
    const closed = await shop.stock([code ?? ''])
    const phone = somePhone()
    const { no } = await bought(shop, closed, phone)
    const link = await textFor(phone)
    expect(link.params).toEqual({ order: String(no), link: `${shop.base}/orders/${no}` })
    expect(link.text).not.toContain(code)

    const open = await shop.stock([other ?? ''], { goods: { codesBySms: true } })
    const second = somePhone()
    await bought(shop, open, second)
    expect((await textFor(second)).text).toContain(other)

    // Codes that only their device opens never travel.
    const [kept] = someCodes()
    const bound = await shop.stock([kept ?? ''], { goods: { codesBySms: true }, sku: { openedBy: 'device' } })
    const fourth = somePhone()
    await bought(shop, bound, fourth)
    expect((await textFor(fourth)).text).not.toContain(kept)

    const [third] = someCodes()
    const again = await shop.stock([third ?? ''], { goods: { codesBySms: true } })
    await shop.staff.call('notify.saveRule', { body: { event: 'order.delivered.codes', channels: [], urgent: true } })
    const last = somePhone()
    await bought(shop, again, last)
    expect((await textFor(last)).text).not.toContain(third)
    const { items } = await shop.staff.call('notify.listMessages', { query: { channel: 'sms' } })
    expect(items).toHaveLength(4)
    expect(JSON.stringify(items)).not.toContain(other)
    expect(JSON.stringify(items)).not.toContain(second)
  })

  test.each([
    ['link', true, true],
    ['codes', false, false],
    ['codes', null, true],
    ['link', null, false],
  ] as const)('a mail: the shop says %s, the goods %s: codes %s', async (shopSays, goodsSay, carries) => {
    const shop = await house.newShop({ 'delivery.emailCarries': shopSays })
    const [code] = someCodes()
    const goods = await shop.stock([code ?? ''], { goods: { codesByEmail: goodsSay } })
    const contact = `${randomBytes(4).toString('hex')}@example.test`
    await bought(shop, goods, contact)
    const received = await until('the mail', () => mail.control.inbox(contact)[0])
    expect(received.text.includes(code ?? '')).toBe(carries)
  })

  test('no mail goes out where the shop has switched it off; sending again by hand still does', async () => {
    const shop = await house.newShop()
    await shop.staff.call('notify.saveRule', { body: { event: 'order.delivered', channels: ['inbox'], urgent: true } })
    const goods = await shop.stock(1)
    const contact = `${randomBytes(4).toString('hex')}@example.test`
    const { no } = await bought(shop, goods, contact)
    await shop.staff.call('orders.resend', { params: { no }, body: {} }, { idempotencyKey: randomUUID() })
    await until('the mail', () => mail.control.inbox(contact)[0])
    expect(mail.control.inbox(contact)).toHaveLength(1)
  })
})

describe('who hears', () => {
  test('a refund that waits for a second person is told to those who may approve it', async () => {
    const shop = await house.newShop({ 'refunds.approvalAboveFen': 100 })
    const goods = await shop.stock(1)
    const order = await bought(shop, goods, somePhone())
    await shop.staff.call(
      'orders.refund',
      { params: { no: order.no }, body: { lineNo: null, to: 'source', reason: '卡密无法使用' } },
      { idempotencyKey: randomUUID() },
    )
    const line = await until('the news', async () =>
      (await inboxOf(shop)).items.find(({ event }) => event === 'refund.awaiting'),
    )
    expect(line).toMatchObject({ title: `订单 ${order.no} 的退款待审批`, link: '/refunds?state=awaiting' })
    expect(line.body).toContain('19.90 元，原因：卡密无法使用')
    const { unread } = await shop.staff.call('notify.readInbox', { body: { ids: [line.id] } })
    expect(await shop.staff.call('notify.countInbox', {})).toEqual({ unread })
    const stranger = await shop.hire(['goods.read'])
    expect((await stranger.call('notify.listInbox', { query: {} })).total).toBe(0)
  })

  test('whoever bought from a batch that is recalled, by mail and in the mall', async () => {
    const shop = await house.newShop()
    const goods = await shop.stock(3)
    const buyer = await shop.member()
    const contact = `recalled-${randomUUID()}@example.test`
    const [mine, guests] = [
      await shop.place(goods, 1, { visitor: buyer.visitor, contact: buyer.phone }),
      await shop.place(goods, 1, { contact }),
    ]
    for (const order of [mine, guests]) {
      await shop.pay(order.no)
      await shop.seen(order, isDelivered)
    }
    await shop.staff.call(
      'fulfilment.recallBatch',
      { params: { batchId: goods.batchId }, body: { reason: '黑卡' } },
      { idempotencyKey: randomUUID() },
    )
    const line = await until('the news', async () =>
      (await buyer.visitor.call('notify.listMyMessages', { query: {} })).items.find(
        ({ event }) => event === 'batch.recalled',
      ),
    )
    expect(line).toMatchObject({ link: `/orders/${mine.no}` })
    const letter = await until('the mail', () =>
      mail.control.inbox(contact).find(({ subject }) => subject.includes('召回')),
    )
    expect(letter.text).toContain(String(guests.no))

    await shop.staff.call('fulfilment.withdrawRecall', {
      params: { batchId: goods.batchId },
      body: { note: '核实无误' },
    })
    const good = await until('that it is good', async () =>
      (await buyer.visitor.call('notify.listMyMessages', { query: {} })).items.find(
        ({ event }) => event === 'recall.cleared',
      ),
    )
    expect(good).toMatchObject({ link: `/orders/${mine.no}`, title: expect.stringContaining('可以继续使用') })
    await until('the second mail', () =>
      mail.control.inbox(contact).find(({ subject }) => subject.includes('可以继续使用')),
    )
  })

  test('what runs low is told once until it is filled up', async () => {
    const shop = await house.newShop()
    const goods = await shop.stock(3, { sku: { lowStockAt: 5 } })
    const told = async () => (await inboxOf(shop)).items.filter(({ event }) => event === 'stock.low')
    await announceLow(house.platform, shop.tenantId)
    await announceLow(house.platform, shop.tenantId)
    const [first] = await until('the news', async () => ((await told()).length > 0 ? await told() : undefined))
    expect(first).toMatchObject({ link: `/stock?goodsId=${goods.goodsId}` })
    expect(first?.body).toContain('可售 3 件，低于预警线 5')
    await shop.addCards(goods.skuId, 5)
    await announceLow(house.platform, shop.tenantId)
    await shop.staff.call(
      'stock.setThreshold',
      { params: { skuId: goods.skuId }, body: { lowStockAt: 20 } },
      { idempotencyKey: randomUUID() },
    )
    await announceLow(house.platform, shop.tenantId)
    await until('the second news', async () => ((await told()).length === 2 ? true : undefined))
  })

  test('a member finds the delivery in the mall, another member does not', async () => {
    const shop = await house.newShop()
    const goods = await shop.stock(1)
    const [buyer, other] = [await shop.member(), await shop.member()]
    const order = await shop.place(goods, 1, { visitor: buyer.visitor, contact: buyer.phone })
    await shop.pay(order.no)
    const message = await until(
      'the message',
      async () => (await buyer.visitor.call('notify.listMyMessages', { query: {} })).items[0],
    )
    expect(message).toMatchObject({ event: 'order.delivered', link: `/orders/${order.no}`, readAt: null })
    expect(await buyer.visitor.call('notify.countMyMessages', {})).toEqual({ unread: 1 })
    expect(await other.visitor.call('notify.readMyMessages', { body: { ids: [message.id] } })).toEqual({ unread: 0 })
    expect(await buyer.visitor.call('notify.countMyMessages', {})).toEqual({ unread: 1 })
    expect(await buyer.visitor.call('notify.readMyMessages', { body: {} })).toEqual({ unread: 0 })
  })
})

test('a provider’s receipt reaches the log at the address that staff copy', async () => {
  const shop = await house.newShop()
  await approve(shop)
  const phone = somePhone()
  await bought(shop, await shop.stock(1), phone)
  await textFor(phone)
  await until(
    'it is sent',
    async () => (await shop.staff.call('notify.listMessages', { query: { state: ['sent'], channel: 'sms' } })).items[0],
  )
  const { sms: channel } = await shop.staff.call('notify.getChannels', {})
  const url = channel.receiptUrl ?? ''
  expect(await sms.control.pushReceipts(url, phone, true)).toMatchObject({
    status: 200,
    body: expect.stringContaining('"code":0'),
  })
  const { items } = await shop.staff.call('notify.listMessages', { query: { receipt: 'failed' } })
  expect(items).toMatchObject([{ state: 'sent', receipt: 'failed', receiptNote: 'MK:0001 用户关机', canResend: true }])
  expect((await fetch(`${url.slice(0, -4)}AAAA`, { method: 'POST', body: '[]' })).status).toBe(404)
  const sheet = await shop.staff.download('notify.exportMessages', { query: {} })
  expect(sheet.headers.get('content-type')).toContain('spreadsheetml')
})

test('news that could not be told waits at the desk, and is told with one press, however late and however many', async () => {
  const shop = await house.newShop()
  const full = `full_${shop.tenantId}`
  await house.query(`alter table notify.inbox add constraint ${full} check (tenant_id <> ${shop.tenantId}) not valid`)
  const low = (n: number) => ({ skuId: n, goodsId: n, title: `月卡 ${n}`, available: 1, threshold: 10 })
  const emit = (n: number) =>
    house.platform.db.write(
      { tenantId: shop.tenantId, actor: { kind: 'system', name: 'test' }, requestId: 'test', locale: 'zh-CN' },
      async (tx) => tx.emit({ type: 'stock.low', subject: `sku:${n}`, payload: low(n) }),
    )
  await emit(1)
  await emit(2)
  const parked = () => shop.staff.call('jobs.list', { query: {} })
  const { items } = await until('both to be parked', async () => {
    const page = await parked()
    return page.total === 2 ? page : undefined
  })
  expect(items).toMatchObject([
    {
      task: 'notify.tell',
      event: 'stock.low',
      summary: 'sku:2',
      givenUp: true,
      lastError: expect.stringContaining(full),
    },
    { task: 'notify.tell', event: 'stock.low', summary: 'sku:1' },
  ])
  // Still full: both stay, and whoever pressed is told.
  expect(await shop.staff.call('jobs.rerun', { body: { all: true } })).toEqual({ rerun: 0, failed: 2 })
  expect((await parked()).total).toBe(2)
  await expect(shop.staff.call('jobs.rerun', { body: { ids: [] } })).rejects.toThrow()
  // A day later there is room again.
  await house.query(
    `update events.parked set event = jsonb_set(event, '{at}', to_jsonb(now() - interval '1 day')) where tenant_id = $1`,
    [shop.tenantId],
  )
  await house.query(`alter table notify.inbox drop constraint ${full}`)
  const presses = await Promise.all([1, 2].map(() => shop.staff.call('jobs.rerun', { body: { all: true } })))
  expect(presses.reduce((sum, { rerun }) => sum + rerun, 0)).toBe(2)
  expect((await parked()).total).toBe(0)
  expect((await inboxOf(shop)).items.filter(({ event }) => event === 'stock.low')).toHaveLength(2)
})
