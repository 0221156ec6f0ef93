import { startStandIns } from '@quanshu/sim'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { type TestTenant, testPlatform } from '../../../test/harness/index.ts'
import { runJobs } from '../../platform/jobs/index.ts'
import { queueDeliveryEmails } from './commands/queue-delivery-email.ts'
import { testEmail } from './commands/test-channel.ts'
import { notifyModule, saveEmailChannel, saveSmsChannel, sendLoginCode } from './index.ts'
import { addMessages } from './messages.ts'
import type { DeliveryContent } from './templates.ts'

const standIns = await startStandIns()
const { sms, mail } = standIns
const house = await testPlatform({ env: { QUANSHU_SMTP_URL: mail.smtpUrl } })
const contents = new Map<number, DeliveryContent>()
const notify = notifyModule(house, {
  deliveriesOf: async (_tenantId, orderNos) =>
    new Map(orderNos.flatMap((no) => (contents.has(no) ? [[no, contents.get(no) as DeliveryContent] as const] : []))),
  buyersOf: async () => new Map(),
  textMessageOf: async () => undefined,
})
const jobs = await runJobs(house, [notify], { ownerUrl: house.ownerUrl })
afterAll(async () => {
  await jobs.stop()
  await standIns.close()
})
afterEach(() => {
  sms.control.clearFaults()
  mail.control.clearFaults()
})

let lastPhone = 13_900_000_000
const newPhone = (): string => String(++lastPhone)
const smsSettings = () => ({
  enabled: true,
  config: {
    endpoint: sms.url,
    accessKeyId: sms.accessKeyId,
    signName: sms.signName,
    loginCodeTemplate: 'SMS_LOGIN_CODE',
  },
  secret: sms.accessKeySecret,
})
async function newShop(): Promise<TestTenant> {
  const shop = await house.newTenant()
  await saveSmsChannel(house, shop.ctx, smsSettings())
  return shop
}
async function sendCode(shop: TestTenant, phone: string, code = '482913'): Promise<void> {
  const sealer = await house.crypto.sealer(shop.tenantId)
  await house.db.write(shop.ctx, (tx) => sendLoginCode(tx, sealer, { phone, code }))
}
async function messages(shop: TestTenant) {
  const { rows } = await house.owner.query<{ state: string; recipient: string; last_error: string | null }>(
    'select state, recipient, last_error from notify.messages where tenant_id = $1 order by id',
    [shop.tenantId],
  )
  return rows
}
const states = async (shop: TestTenant) => (await messages(shop)).map(({ state }) => state)
const settled = (shop: TestTenant, ...expected: string[]) => expect.poll(() => states(shop)).toEqual(expected)

describe('sign-in codes', () => {
  test('arrive, and neither code nor phone is in the database', async () => {
    const shop = await newShop()
    const phone = newPhone()
    const sealer = await house.crypto.sealer(shop.tenantId)
    const stored: string[] = []
    await house.db.write(shop.ctx, (tx) => {
      const enqueue: typeof tx.enqueue = (task, payload, options) => {
        stored.push(JSON.stringify(payload))
        tx.enqueue(task, payload, options)
      }
      return sendLoginCode({ ...tx, enqueue }, sealer, { phone, code: '938271' })
    })
    expect(stored).toHaveLength(1)
    expect(stored[0]).not.toContain('938271')
    expect(Buffer.from(JSON.parse(stored[0] ?? '').sealed, 'base64').toString('latin1')).not.toContain(phone)
    await settled(shop, 'sent')
    expect(sms.control.inbox(phone)).toMatchObject([{ params: { code: '938271' } }])
    expect((await messages(shop))[0]?.recipient).toBe(`139****${phone.slice(-4)}`)
  })

  test('nothing is sent when the transaction that asked for it fails', async () => {
    const shop = await newShop()
    const phone = newPhone()
    const sealer = await house.crypto.sealer(shop.tenantId)
    await expect(
      house.db.write(shop.ctx, async (tx) => {
        await sendLoginCode(tx, sealer, { phone, code: '111111' })
        throw new Error('changed my mind')
      }),
    ).rejects.toThrow('changed my mind')
    expect(await messages(shop)).toEqual([])
  })

  test('a refusal is final and says why', async () => {
    const shop = await newShop()
    const phone = newPhone()
    sms.control.addFault({ kind: 'limit', key: phone })
    await sendCode(shop, phone)
    await settled(shop, 'refused')
    expect((await messages(shop))[0]?.last_error).toContain('isv.BUSINESS_LIMIT_CONTROL')
  })

  test.each(['cut', 'error', 'malformed'] as const)(
    'after a lost answer (%s) the code is not sent twice',
    async (kind) => {
      const shop = await newShop()
      const phone = newPhone()
      sms.control.addFault({ kind, key: phone })
      await sendCode(shop, phone)
      await settled(shop, 'unknown')
      expect(sms.control.inbox(phone).length).toBeLessThanOrEqual(1)
      await sendCode(shop, phone, '555555')
      await settled(shop, 'unknown', 'unknown')
    },
  )

  test('a try that was cut off by a crash is not repeated', async () => {
    const shop = await newShop()
    const phone = newPhone()
    await house.db.write(shop.ctx, async (tx) => {
      const sealer = await house.crypto.sealer(shop.tenantId)
      const id = await sendLoginCode(tx, sealer, { phone, code: '222222' })
      await tx.db
        .updateTable('notify.messages')
        .set({ state: 'sending' })
        .where('tenant_id', '=', shop.tenantId)
        .where('id', '=', id)
        .execute()
    })
    await settled(shop, 'unknown')
    expect(sms.control.inbox(phone)).toHaveLength(0)
  })

  test('a service that cannot be reached is tried again', async () => {
    const shop = await newShop()
    const { config, ...rest } = smsSettings()
    await saveSmsChannel(house, shop.ctx, { ...rest, config: { ...config, endpoint: 'http://127.0.0.1:1' } })
    const phone = newPhone()
    await sendCode(shop, phone)
    await expect.poll(async () => (await messages(shop))[0]?.last_error).toContain('ECONNREFUSED')
    expect(await states(shop)).toEqual(['queued'])
    await saveSmsChannel(house, shop.ctx, smsSettings())
    await settled(shop, 'sent')
    expect(sms.control.inbox(phone)).toHaveLength(1)
  })

  test('a shop without an account sends nothing', async () => {
    const shop = await house.newTenant()
    await sendCode(shop, newPhone())
    await settled(shop, 'refused')
  })
})

describe('delivery mail', () => {
  let lastNo = 2_611_220_000_000_000
  function delivered(codes: readonly string[] | null, more: Partial<DeliveryContent> = {}): number {
    const orderNo = ++lastNo
    contents.set(orderNo, {
      shopName: '小店 <b>',
      orderNo,
      locale: 'zh-CN',
      orderUrl: `https://shop.example/orders/${orderNo}`,
      lines: [{ title: '视频会员 & 月卡', quantity: 2, codes, moreCodes: 3 }],
      ...more,
    })
    return orderNo
  }
  const queue = (shop: TestTenant, ...emails: Parameters<typeof queueDeliveryEmails>[1]) =>
    house.db.write(shop.ctx, (tx) => queueDeliveryEmails(tx, emails))

  test('carries the codes when the shop allows it, escaped', async () => {
    const shop = await house.newTenant()
    const orderNo = delivered(['ABCD<1>----pass', 'EFGH-2'])
    await queue(shop, { orderNo, to: 'codes@example.test' })
    await settled(shop, 'sent')
    const [message] = mail.control.inbox('codes@example.test')
    expect(message?.subject).toBe(`【小店 <b>】订单 ${orderNo} 已发货`)
    expect(message?.text).toContain('ABCD<1>----pass')
    expect(message?.html).toContain('ABCD&#60;1&#62;----pass')
    expect(message?.html).not.toContain('小店 <b>')
  })

  test('carries a link only when it does not', async () => {
    const shop = await house.newTenant()
    const orderNo = delivered(null, { locale: 'en' })
    await queue(shop, { orderNo, to: 'link@example.test' })
    await settled(shop, 'sent')
    const [message] = mail.control.inbox('link@example.test')
    expect(message?.text).toContain(`https://shop.example/orders/${orderNo}`)
    expect(message?.text).toContain('Open the order')
  })

  test('asked for twice it is one mail; sending again on purpose is another', async () => {
    const shop = await house.newTenant()
    const orderNo = delivered(null)
    const to = 'twice@example.test'
    expect(await queue(shop, { orderNo, to })).toBe(1)
    expect(await queue(shop, { orderNo, to })).toBe(0)
    expect(await queue(shop, { orderNo, to, again: 'request-7' })).toBe(1)
    await settled(shop, 'sent', 'sent')
    expect(mail.control.inbox(to)).toHaveLength(2)
  })

  test('a server that says "later" is tried again, one that says "never" is not', async () => {
    const shop = await house.newTenant()
    mail.control.addFault({ kind: 'later', key: 'later@example.test', times: 1 })
    mail.control.addFault({ kind: 'refuse', key: 'never@example.test', times: 1 })
    await queue(
      shop,
      { orderNo: delivered(null), to: 'later@example.test' },
      { orderNo: delivered(null), to: 'never@example.test' },
    )
    await expect.poll(async () => (await states(shop)).toSorted()).toEqual(['refused', 'sent'])
  })

  test('a lost answer is repeated under the same Message-ID', async () => {
    const shop = await house.newTenant()
    mail.control.addFault({ kind: 'cut', key: 'cut@example.test', times: 1 })
    await queue(shop, { orderNo: delivered(null), to: 'cut@example.test' })
    await settled(shop, 'sent')
    const ids = mail.control.inbox('cut@example.test').map(({ messageId }) => messageId)
    expect([ids.length, new Set(ids).size]).toEqual([2, 1])
  })

  test('a backlog goes out whole, and what the server wants later does not hold up or repeat the rest', async () => {
    const shop = await house.newTenant()
    const mails = Array.from({ length: 45 }, (_, n) => ({ orderNo: delivered(['X']), to: `backlog-${n}@example.test` }))
    mail.control.addFault({ kind: 'later', key: 'backlog-7@example.test', times: 1 })
    mail.control.addFault({ kind: 'cut', key: 'backlog-21@example.test', times: 1 })
    await queue(shop, ...mails)
    await settled(shop, ...mails.map(() => 'sent'))
    const copies = mails.map(({ to }) => mail.control.inbox(to).length)
    expect(copies.map((count, n) => (n === 21 ? 'cut' : count))).toEqual(mails.map((_, n) => (n === 21 ? 'cut' : 1)))
  })

  test('a mail that an earlier version queued is sent', async () => {
    const shop = await house.newTenant()
    const orderNo = delivered(['X'])
    await house.db.write(shop.ctx, async (tx) => {
      const [message] = await addMessages(tx, [
        {
          channel: 'email',
          template: 'order_delivered',
          recipient: 'old@example.test',
          key: 'old',
          about: `order:${orderNo}`,
        },
      ])
      tx.enqueue('notify.email', { messageId: message?.id, orderNo })
    })
    await settled(shop, 'sent')
  })

  test('a header cannot be smuggled in through the address', async () => {
    const shop = await house.newTenant()
    const to = 'a@example.test\r\nBcc: evil@example.test'
    await queue(shop, { orderNo: delivered(null), to })
    await settled(shop, 'refused')
    expect(mail.control.inbox('evil@example.test')).toHaveLength(0)
  })
})

describe('set-up', () => {
  test("a shop's own mail server goes before the installation's", async () => {
    const shop = await house.newTenant()
    const { port } = new URL(mail.smtpUrl)
    await saveEmailChannel(house, shop.ctx, {
      enabled: true,
      config: { host: '127.0.0.1', port: Number(port), secure: false, user: '', from: 'Own Shop <own@shop.test>' },
      secret: '',
    })
    expect(await testEmail(house, shop.ctx, 'own@example.test')).toMatchObject({ ok: true })
    expect(mail.control.inbox('own@example.test')[0]?.from).toBe('own@shop.test')
  })

  test('addresses inside our own network are refused, secrets are sealed', async () => {
    const shop = await newShop()
    const strict = { ...house, config: { ...house.config, allowInsecureEndpoints: false } }
    await expect(saveSmsChannel(strict, shop.ctx, smsSettings())).rejects.toMatchObject({
      code: 'notify.insecure_address',
    })
    const { rows } = await house.owner.query<{ secret_sealed: Buffer }>(
      'select secret_sealed from notify.channels where tenant_id = $1',
      [shop.tenantId],
    )
    expect(rows[0]?.secret_sealed.includes(sms.accessKeySecret)).toBe(false)
  })
})
