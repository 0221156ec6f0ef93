import { randomBytes } from 'node:crypto'
import { isProblem } from '@quanshu/client'
import type { OpenedBy } from '@quanshu/contract'
import { afterAll, describe, expect, test } from 'vitest'
import { expectBooksRight } from './books.ts'
import {
  codeOf,
  codesOf,
  type Goods,
  isDelivered,
  openHouse,
  type PlacedOrder,
  QUERY_PASSWORD,
  until,
  type Visitor,
} from './shop.ts'

/** Codes that are kept to the member who bought them or to their devices (docs/adr/0049). */

const house = await openHouse()
const shop = await house.newShop({ 'delivery.emailCarries': 'codes' })
const { sms, mail } = house.standIns
afterAll(() => expectBooksRight(house, shop.tenantId))

const somePhone = () => `138${String(randomBytes(4).readUInt32BE() % 100_000_000).padStart(8, '0')}`
const someCode = () => `B-${randomBytes(8).toString('hex')}`
const sell = (openedBy: OpenedBy, codes: readonly string[] = [someCode()], goods = {}) =>
  shop.stock(codes, { sku: { openedBy }, goods })
async function bought(goods: Goods, options: NonNullable<Parameters<typeof shop.place>[2]>): Promise<PlacedOrder> {
  const order = await shop.place(goods, 1, options)
  if (options.payWith !== 'balance') await shop.pay(order.no)
  await shop.seen(order, isDelivered)
  return order
}
const look = async (visitor: Visitor, no: PlacedOrder['no']) => {
  const { items } = await visitor.call('orders.lookup', { body: { no, queryPassword: QUERY_PASSWORD } })
  return items[0]
}
const page = (visitor: Visitor, { no }: Pick<PlacedOrder, 'no'>) => visitor.call('orders.get', { params: { no } })
const file = async (visitor: Visitor, { no }: Pick<PlacedOrder, 'no'>) =>
  (await visitor.download('orders.codesFile', { params: { no } })).text()
const sendCode = (visitor: Visitor, { no }: Pick<PlacedOrder, 'no'>) =>
  visitor.call('orders.sendDeviceCode', { params: { no }, body: {} })
const admit = (visitor: Visitor, { no }: Pick<PlacedOrder, 'no'>, code: string) =>
  visitor.call('orders.admitDevice', { params: { no }, body: { code } })
const codeFor = (phone: string) =>
  until(
    `a code for ${phone}`,
    () => sms.control.inbox(phone).find(({ params }) => /^\d{6}$/.test(params.code ?? ''))?.params.code,
  )

describe('codes of the member who bought them', () => {
  test('guests are asked to sign in; query password, file and marks open nothing for others, the member opens them anywhere', async () => {
    const code = someCode()
    const goods = await sell('member', [code])
    expect(await codeOf(shop.place(goods))).toBe('orders.sign_in_for_bound')
    const member = await shop.member(100_000)
    const order = await bought(goods, { visitor: member.visitor, payWith: 'balance' })
    expect(codesOf(await page(member.visitor, order))).toEqual([code])
    expect(await file(member.visitor, order)).toContain(code)

    const thief = shop.visitor()
    const seen = await look(thief, order.no)
    expect(seen?.lines[0]).toMatchObject({ codes: null, moreCodes: 0, lock: { by: 'member', way: 'sign_in' } })
    expect(JSON.stringify(await page(thief, order))).not.toContain(code)
    expect(await codeOf(file(thief, order))).toBe('orders.codes_bound')
    const grantId = (await page(member.visitor, order)).lines[0]?.codes?.[0]?.grantId ?? 0
    expect(
      await codeOf(thief.call('orders.markGrant', { params: { no: order.no, grantId }, body: { used: true } })),
    ).toBe('orders.codes_bound')
    // Another member with the link and the password is nobody either.
    const other = await shop.member()
    expect((await look(other.visitor, order.no))?.lines[0]?.codes).toBeNull()
  })

  test('what was sold before is kept as well, at once, and open again when the shop says so', async () => {
    const code = someCode()
    const goods = await sell('order', [code])
    const guest = await bought(goods, { contact: somePhone() })
    const friend = shop.visitor()
    expect((await look(friend, guest.no))?.lines[0]?.codes?.[0]?.parts).toEqual([code])
    const detail = await shop.staff.call('catalog.getGoods', { params: { id: goods.goodsId } })
    const save = (openedBy: OpenedBy, version: number) =>
      shop.staff.call('catalog.updateGoods', {
        params: { id: goods.goodsId },
        body: {
          ...(detail as unknown as Record<string, unknown>),
          pictureIds: [],
          version,
          skus: detail.skus.map(({ stock: _, low: __, nextChange: ___, position: ____, ...sku }) => ({
            ...sku,
            openedBy,
          })),
        } as never,
      })
    const { version } = await save('member', detail.version)
    // A guest's codes of goods for members belong to the device.
    await until('the friend sees nothing', async () => {
      const [line] = (await page(friend, guest)).lines
      return line?.codes === null && line.lock?.by === 'device' ? true : undefined
    })
    expect(codesOf(await page(guest.visitor, guest))).toEqual([code])
    await save('order', version)
    await until('open again', async () => (await page(friend, guest)).lines[0]?.codes?.length)
  })

  test('messages carry a link only, whatever goods and shop say, also when staff send them again', async () => {
    const code = someCode()
    const goods = await sell('member', [code, someCode()], { codesByEmail: true, codesBySms: true })
    const member = await shop.member(100_000)
    const contact = `${randomBytes(4).toString('hex')}@example.test`
    const order = await bought(goods, { visitor: member.visitor, payWith: 'balance', contact })
    await shop.staff.call('orders.resend', { params: { no: order.no }, body: {} })
    const mails = await until('both mails', () => {
      const inbox = mail.control.inbox(contact)
      return inbox.length === 2 ? inbox : undefined
    })
    for (const { text, html } of mails) {
      expect(`${text}${html}`).not.toContain(code)
      expect(text).toContain(`/orders/${order.no}`)
    }
  })

  test('only codes can be kept', async () => {
    const topUp = { kind: 'topup', openedBy: 'device' }
    const fault = await shop.stock(0, { sku: topUp, goods: {} }).catch((error: unknown) => error)
    expect(JSON.stringify(isProblem(fault) ? fault : null)).toContain('only_codes_are_bound')
  })
})

describe('codes of a device', () => {
  test('another one is let in by a code to the order’s contact, which works once, there alone, and is written down', async () => {
    const code = someCode()
    const goods = await sell('device', [code])
    const phone = somePhone()
    const order = await bought(goods, { contact: phone })
    expect(codesOf(await page(order.visitor, order))).toEqual([code])

    const [second, third] = [shop.visitor(), shop.visitor()]
    // Who knows the number alone cannot have anybody sent a code.
    expect(await codeOf(sendCode(second, order))).toBe('common.not_found')
    await second.call('orders.lookup', { body: { no: order.no } })
    expect(await codeOf(sendCode(second, order))).toBe('orders.codes_locked')
    expect((await look(second, order.no))?.lines[0]).toMatchObject({ codes: null, lock: { by: 'device', way: 'code' } })
    await look(third, order.no)
    expect(await codeOf(file(second, order))).toBe('orders.codes_bound')

    expect(await sendCode(second, order)).toMatchObject({ sentTo: `${phone.slice(0, 3)}****${phone.slice(-4)}` })
    expect(await codeOf(sendCode(third, order))).toBe('orders.device_code_too_soon')
    const sent = (await codeFor(phone)) ?? ''
    expect(await codeOf(admit(third, order, sent))).toBe('orders.wrong_device_code')
    const wrong = sent === '000000' ? '000001' : '000000'
    expect(await codeOf(admit(second, order, wrong))).toBe('orders.wrong_device_code')
    expect(await codeOf(admit(second, order, '12'))).toBe('common.invalid_input')
    const tries = await Promise.all([1, 2, 3].map(() => codeOf(admit(second, order, sent))))
    expect(tries.toSorted()).toEqual(['ok', 'orders.wrong_device_code', 'orders.wrong_device_code'])
    expect(codesOf(await page(second, order))).toEqual([code])
    expect(await file(second, order)).toContain(code)
    expect((await page(third, order)).lines[0]?.codes).toBeNull()

    const { items } = await shop.staff.call('audit.listAudit', { query: {} })
    const [entry] = items.filter(({ action }) => action === 'order.admit_device')
    expect(JSON.stringify(entry)).toContain(String(order.no))
    expect(JSON.stringify(items)).not.toContain(sent)
    const messages = await shop.staff.call('notify.listMessages', { query: { channel: 'sms' } })
    expect(messages.items.find(({ event }) => event === 'open_code')).toMatchObject({
      eventName: { zh: '查看卡密的验证码' },
    })
  })

  test('nobody is sent a code for an order of which nothing is kept from that device: unpaid, open, or its own', async () => {
    const contact = somePhone()
    const plain = await shop.place(await sell('order'), 1, { contact })
    expect(await codeOf(sendCode(plain.visitor, plain))).toBe('orders.nothing_to_open')
    const order = await shop.place(await sell('device'), 1, { contact })
    expect(await codeOf(sendCode(order.visitor, order))).toBe('orders.nothing_to_open')
    await shop.pay(order.no)
    await shop.seen(order, isDelivered)
    expect(await codeOf(sendCode(order.visitor, order))).toBe('orders.nothing_to_open')
    expect(sms.control.inbox(contact).filter(({ params }) => params.code)).toEqual([])
  })

  test('guessing ends after five tries, and a mail brings the code where there is no phone', async () => {
    const goods = await sell('device')
    const contact = `${randomBytes(4).toString('hex')}@example.test`
    const order = await bought(goods, { contact })
    const other = shop.visitor()
    await look(other, order.no)
    await sendCode(other, order)
    const received = await until('the mail with the code', () =>
      mail.control.inbox(contact).find(({ subject }) => subject.includes('验证码')),
    )
    const sent = /验证码：(\d{6})/.exec(received.text)?.[1] ?? ''
    expect(received.subject).not.toContain(sent)
    const wrong = sent === '111111' ? '222222' : '111111'
    for (let guess = 0; guess < 5; guess += 1) await codeOf(admit(other, order, wrong))
    expect(await codeOf(admit(other, order, sent))).toBe('orders.wrong_device_code')
    expect((await page(other, order)).lines[0]?.lock).toEqual({ by: 'device', way: 'code' })
  })

  test('five devices beside the first; the newest stay', async () => {
    const goods = await sell('device')
    const order = await bought(goods, { contact: somePhone() })
    for (let n = 1; n <= 6; n += 1) {
      const device = Buffer.alloc(32, n)
      await house.query(
        `insert into orders.device_codes (tenant_id, order_no, device_hash, code_hash, expires_at)
         values ($1, $2, $3, $3, now() + interval '1 minute')`,
        [shop.tenantId, order.no, device],
      )
      await house.query('select orders.admit_device($1, $2, $3, $3, 5)', [shop.tenantId, order.no, device])
    }
    const left = await house.query<{ device: number }>(
      'select get_byte(device_hash, 0) as device from orders.devices where tenant_id = $1 and order_no = $2 order by 1',
      [shop.tenantId, order.no],
    )
    expect(left.map(({ device }) => device)).toEqual([2, 3, 4, 5, 6])
  })
})
