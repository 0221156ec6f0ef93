import {
  holesOf,
  MESSAGE_EVENT_KEYS,
  MESSAGE_LOCALES,
  messageEvent,
  sampleValues,
  smsLength,
  standardText,
  TEMPLATE_FORMS,
  variablesOf,
} from '@quanshu/contract'
import { describe, expect, test } from 'vitest'
import { saveSettings } from '../tenancy/index.ts'
import { saveRobotChannel } from './commands/save-channel.ts'
import { saveRule } from './commands/save-rule.ts'
import { resetText, saveText } from './commands/save-text.ts'
import { listInbox } from './queries/inbox.ts'
import { quietUntil } from './quiet-hours.ts'
import { tellingHouse } from './told.fixture.ts'

const there = await tellingHouse()
const { house, mail, robots, newOrder, emit, messages, states, addStaff } = there
type Shop = Awaited<ReturnType<typeof house.newTenant>>

async function withRobot(shop: Shop, robot: 'wecom' | 'dingtalk' | 'feishu') {
  const secret = robot === 'wecom' ? '' : robots.secret
  await saveRobotChannel(house, shop.ctx, robot, { enabled: true, url: robots.urls[robot], secret })
}
const inboxOf = (shop: Shop, staffId: number) =>
  house.db.read(shop.ctx, (tx) => listInbox(tx, { staffId: staffId as never }, { page: 1, pageSize: 200 }))
const exception = (no: number) => ({ no, lineNo: 1, reason: 'out_of_stock' })

describe('the catalogue of messages', () => {
  test.each(MESSAGE_EVENT_KEYS)('%s: every text names only what it has, in both languages and every form', (key) => {
    const { variables, channels, on, link } = messageEvent(key)
    expect(channels).toEqual(expect.arrayContaining([...on]))
    const names = Object.keys(variables)
    expect(names).toEqual(expect.arrayContaining([...holesOf(link)]))
    for (const locale of MESSAGE_LOCALES) {
      for (const form of TEMPLATE_FORMS) {
        const text = standardText(key, form, locale)
        if (!text) continue
        expect(text.body, `${key} ${form} ${locale}`).not.toBe('')
        const named = variablesOf(key, form).map(([name]) => name)
        expect(named).toEqual(expect.arrayContaining([...holesOf(text.subject + text.body)]))
        if (form !== 'sms') expect(text.subject).not.toBe('')
      }
      expect(Object.values(sampleValues(key, locale)).every((value) => value !== '')).toBe(true)
    }
  })

  test('a text message is counted as providers do: 70 characters, then parts of 67', () => {
    expect(smsLength('一'.repeat(66), '权枢')).toEqual({ characters: 70, parts: 1 })
    expect(smsLength('一'.repeat(67), '权枢')).toEqual({ characters: 71, parts: 2 })
    expect(smsLength('一'.repeat(135), '')).toEqual({ characters: 135, parts: 3 })
  })
})

describe('staff', () => {
  test('hear in their inbox of what their rights concern, each in their own language, once', async () => {
    const shop = await house.newTenant()
    const handler = await addStaff(shop, 'Handler', ['orders.handle'], 'en')
    const other = await addStaff(shop, 'Other', ['goods.read'])
    // What a role that every shop has allows is the program's, and stands in no row.
    const support = await addStaff(shop, 'Support', 'support', 'en')
    const finance = await addStaff(shop, 'Finance', 'finance')
    const { no } = newOrder()
    await emit(shop, 'order.exception', `order:${no}`, exception(no))
    await expect
      .poll(async () => (await inboxOf(shop, handler)).items)
      .toMatchObject([
        {
          event: 'order.exception',
          title: `Order ${no} could not be delivered`,
          body: expect.stringContaining('out of stock'),
          link: `/orders/${no}`,
          isUrgent: true,
          readAt: null,
        },
      ])
    expect((await inboxOf(shop, support)).items).toMatchObject([{ event: 'order.exception' }])
    for (const nobody of [other, finance]) expect((await inboxOf(shop, nobody)).items).toEqual([])
  })

  test('a storm is a few lines and one that counts the rest', async () => {
    const shop = await house.newTenant()
    const handler = await addStaff(shop, 'Storm', ['orders.handle'])
    await emit(
      shop,
      'order.exception',
      'order:1',
      ...Array.from({ length: 60 }, (_, n) => exception(2_611_220_000_000_001 + n)),
    )
    await expect.poll(async () => (await inboxOf(shop, handler)).total).toBe(21)
    expect((await inboxOf(shop, handler)).items[0]).toMatchObject({ title: '还有 40 条同类通知', link: '/exceptions' })
  })

  test('get mail when the shop chose it, with the shop’s own words and a button', async () => {
    const shop = await house.newTenant()
    await addStaff(shop, 'Mailed', ['refunds.approve'])
    await house.db.write(shop.ctx, async (tx) => {
      await saveRule(tx, { event: 'refund.awaiting', channels: ['email'], urgent: false })
      await saveText(tx, {
        event: 'refund.awaiting',
        form: 'email',
        locale: 'zh-CN',
        subject: '请批 {amount} <b>',
        body: '{by}：{reason}\n\n{link}',
        aliyunCode: '',
        tencentCode: '',
      })
    })
    await emit(shop, 'refund.awaiting', 'order:1', {
      no: 2_611_220_000_000_009,
      amountFen: 1990,
      by: '许<南>乔',
      reason: '坏卡',
    })
    await states(shop, 'email').toEqual(['sent'])
    const [received] = mail.control.inbox('mailed@staff.test')
    expect(received).toMatchObject({ subject: '请批 19.90 <b>' })
    expect(received?.text).toContain('许<南>乔：坏卡')
    expect(received?.html).not.toContain('<南>')
    expect(received?.html).toContain(`/s/${shop.slug}/console/refunds?state=awaiting`)
  })

  test('a word that a message does not have is refused by name; the house’s words come back', async () => {
    const shop = await house.newTenant()
    const text = {
      event: 'stock.low',
      form: 'robot',
      locale: 'zh-CN',
      subject: '{goods}',
      aliyunCode: '',
      tencentCode: '',
    } as const
    const save = (body: string) => house.db.write(shop.ctx, (tx) => saveText(tx, { ...text, body }))
    await expect(save('{goods} {price} {cost}')).rejects.toMatchObject({
      code: 'notify.unknown_variables',
      params: { names: 'price, cost' },
    })
    await save('只剩 {available}')
    await house.db.write(shop.ctx, (tx) => resetText(tx, text))
    const { rows } = await house.owner.query('select body from notify.texts where tenant_id = $1', [shop.tenantId])
    expect(rows).toEqual([{ body: null }])
    await expect(
      house.db.write(shop.ctx, (tx) => saveRule(tx, { event: 'order.exception', channels: ['sms'], urgent: true })),
    ).rejects.toMatchObject({ code: 'notify.channel_not_offered' })
  })
})

describe('robots', () => {
  test.each(['wecom', 'dingtalk', 'feishu'] as const)(
    '%s says it, with a signature that its house believes',
    async (robot) => {
      const shop = await house.newTenant()
      await withRobot(shop, robot)
      const { no } = newOrder()
      await emit(shop, 'order.exception', `order:${no}`, exception(no))
      await states(shop, robot).toEqual(['sent'])
      const said = robots.control.said(robot).filter(({ title }) => title.includes(String(no)))
      expect(said).toHaveLength(1)
      expect(said[0]?.text).toContain('库存不足')
      expect(said[0]?.text).toContain(`/s/${shop.slug}/console/orders/${no}`)
    },
  )

  test('a burst is two calls, not a hundred: the second one counts what it does not name', async () => {
    const shop = await house.newTenant()
    await withRobot(shop, 'wecom')
    const before = robots.control.said('wecom').length
    const nos = Array.from({ length: 101 }, () => newOrder().no)
    await emit(shop, 'order.exception', 'order:1', exception(nos[0] ?? 0))
    await expect.poll(() => robots.control.said('wecom').length).toBe(before + 1)
    for (const no of nos.slice(1)) await emit(shop, 'order.exception', `order:${no}`, exception(no))
    await states(shop, 'wecom').toEqual(nos.map(() => 'sent'))
    const said = robots.control.said('wecom').slice(before + 1)
    expect(said.length).toBeLessThanOrEqual(4)
    expect(said.some(({ text }) => /还有 \d+ 条…/.test(text))).toBe(true)
  })

  test('“too fast” is said later, a refusal is final, a lost answer is not repeated', async () => {
    const shop = await house.newTenant()
    await withRobot(shop, 'feishu')
    robots.control.addFault({ kind: 'refuse', key: 'feishu', value: '11232', times: 1 })
    await emit(shop, 'order.exception', 'order:1', exception(2_611_220_000_000_011))
    await expect.poll(async () => (await messages(shop, 'feishu'))[0]?.last_error).toContain('11232')
    expect(await messages(shop, 'feishu')).toMatchObject([{ state: 'queued' }])
    const { rows } = await house.owner.query<{ wait: number }>(
      `select extract(epoch from next_call_at - now())::integer as wait from notify.channels where tenant_id = $1`,
      [shop.tenantId],
    )
    expect(rows[0]?.wait).toBeGreaterThan(30)

    const refused = await house.newTenant()
    await withRobot(refused, 'dingtalk')
    robots.control.addFault({ kind: 'refuse', key: 'dingtalk', value: '310000', times: 1 })
    await emit(refused, 'order.exception', 'order:1', exception(2_611_220_000_000_012))
    await states(refused, 'dingtalk').toEqual(['refused'])

    const lost = await house.newTenant()
    await withRobot(lost, 'wecom')
    robots.control.addFault({ kind: 'cut', key: 'wecom', times: 1 })
    await emit(lost, 'order.exception', 'order:1', exception(2_611_220_000_000_013))
    await states(lost, 'wecom').toEqual(['unknown'])
    expect(robots.control.said('wecom').filter(({ title }) => title.includes('2611220000000013'))).toHaveLength(1)
  })

  test('what buyers or staff wrote cannot become a link in the group', async () => {
    const shop = await house.newTenant()
    await withRobot(shop, 'wecom')
    await emit(shop, 'refund.awaiting', 'order:1', {
      no: 2_611_220_000_000_021,
      amountFen: 100,
      by: 'x',
      reason: '[点我](https://evil.test)<@all>',
    })
    await states(shop, 'wecom').toEqual(['sent'])
    const text = robots.control.said('wecom').at(-1)?.text
    expect(text).not.toContain('](https://evil.test')
    expect(text).not.toContain('<@all>')
  })

  test('its address is a secret: sealed, and shown by its end only', async () => {
    const shop = await house.newTenant()
    await withRobot(shop, 'dingtalk')
    const { rows } = await house.owner.query<{ row: string }>(
      `select to_jsonb(c)::text || encode(secret_sealed, 'escape') as row from notify.channels c where tenant_id = $1`,
      [shop.tenantId],
    )
    expect(rows[0]?.row).not.toContain(robots.urls.dingtalk.slice(-20))
    const strict = { ...house, config: { ...house.config, allowInsecureEndpoints: false } }
    await expect(
      saveRobotChannel(strict, shop.ctx, 'wecom', { enabled: true, url: robots.urls.wecom, secret: '' }),
    ).rejects.toMatchObject({ code: 'notify.insecure_address' })
  })
})

describe('quiet hours', () => {
  const night = { enabled: true, from: '22:00', to: '08:00' }
  test.each([
    ['2026-11-22T21:59:59+08:00', undefined],
    ['2026-11-22T22:00:00+08:00', '2026-11-23T00:00:00.000Z'],
    ['2026-11-23T07:59:30.500+08:00', '2026-11-23T00:00:00.000Z'],
    ['2026-11-23T08:00:00+08:00', undefined],
  ])('at %s a message waits until %s', (now, until) => {
    expect(quietUntil(new Date(now), night)?.toISOString()).toBe(until)
    expect(quietUntil(new Date(now), { ...night, enabled: false })).toBeUndefined()
  })

  test('urgent news passes, the rest waits for the morning; inboxes are quiet by themselves', async () => {
    const shop = await house.newTenant()
    const reader = await addStaff(shop, 'Sleeper', ['stock.read'])
    await withRobot(shop, 'wecom')
    // A night around whatever time it is in Beijing.
    const clock = (inMs: number) => new Date(Date.now() + 8 * 3_600_000 + inMs).toISOString().slice(11, 16)
    const now = { enabled: true, from: clock(-3_600_000), to: clock(7_200_000) }
    await saveSettings(house, shop.ctx, { 'notify.quietHours': now }, {})
    await emit(shop, 'stock.low', 'sku:1', { skuId: 1, goodsId: 1, title: '月卡', available: 2, threshold: 10 })
    await emit(shop, 'order.exception', 'order:1', exception(2_611_220_000_000_031))
    await states(shop, 'wecom').toEqual(['queued', 'sent'])
    const [waiting] = await messages(shop, 'wecom')
    expect(waiting?.not_before?.getTime()).toBe(quietUntil(new Date(), now)?.getTime())
    expect((await inboxOf(shop, reader)).items).toMatchObject([{ title: '月卡 只剩 2 件' }])
  })
})

describe('members', () => {
  test('hear of their own orders only, and not of points or recharges', async () => {
    const shop = await house.newTenant()
    const mine = newOrder({ memberId: 11, buyerKey: 'member:11' })
    const recharge = newOrder({ memberId: 11, purpose: 'recharge' })
    await emit(shop, 'order.delivered', `order:${mine.no}`, { no: mine.no })
    await emit(shop, 'order.delivered', `order:${recharge.no}`, { no: recharge.no })
    await emit(shop, 'refund.done', `order:${mine.no}`, { no: mine.no, amountFen: 0 })
    await emit(shop, 'refund.done', `order:${mine.no}`, { no: mine.no, amountFen: 1990 })
    const read = (memberId: number) =>
      house.db.read(shop.ctx, (tx) => listInbox(tx, { memberId: memberId as never }, { page: 1, pageSize: 20 }))
    await expect
      .poll(async () => (await read(11)).items.map(({ event }) => event))
      .toEqual(['refund.done', 'order.delivered'])
    expect((await read(12)).items).toEqual([])
  })
})
