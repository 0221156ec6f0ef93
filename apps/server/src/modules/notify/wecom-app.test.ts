import type { MemberId } from '@quanshu/kernel'
import { describe, expect, test } from 'vitest'
import type { TestTenant } from '../../../test/harness/index.ts'
import { createOutbound, type Outbound, OutboundFailure } from '../../platform/outbound/index.ts'
import { saveSettings } from '../tenancy/index.ts'
import { bodyOf } from './channels/wecom-app.ts'
import { joinWecom, startWecom } from './commands/join-wecom.ts'
import { resendMessage } from './commands/resend-message.ts'
import { sendCard } from './commands/send-card.ts'
import { queueSending } from './commands/tell.ts'
import { pauseWecom, saveEmailChannel, saveText, saveWecomApp } from './index.ts'
import { addMessages } from './messages.ts'
import { tellingHouse } from './told.fixture.ts'

const there = await tellingHouse()
const { house, sms, wecom, newOrder, emit, messages, states } = there
const { control } = wecom

let lastMember = 700
/** A shop with both, and somebody who has joined as this user and buys. */
async function bought(userId: string, codes?: readonly string[], more: Parameters<typeof newOrder>[0] = {}) {
  const shop = await house.newTenant()
  await there.withSms(shop)
  await there.withWecom(shop)
  const memberId = ++lastMember
  await there.joined(shop, memberId, userId)
  const order = newOrder({ memberId, ...more })
  if (codes) there.codes.set(order.no, codes)
  const before = control.inbox(userId).length
  return {
    shop,
    memberId,
    ...order,
    tell: () => emit(shop, 'order.delivered', `order:${order.no}`, { no: order.no }),
    got: () => control.inbox(userId).slice(0, control.inbox(userId).length - before),
  }
}
const logOf = async (shop: TestTenant) => {
  const { rows } = await house.owner.query(
    'select to_jsonb(m)::text as row from notify.messages m where tenant_id = $1',
    [shop.tenantId],
  )
  return rows.map(({ row }) => row).join()
}
/** What waits for its time has come. */
const makeDue = async (shop: TestTenant) => {
  await house.owner.query(
    `update notify.channels set next_call_at = now() where tenant_id = $1 and channel = 'wecom_app'`,
    [shop.tenantId],
  )
  await house.owner.query('update graphile_worker._private_jobs set run_at = now() where run_at > now()')
}

/** Its state in the end, without the wait between tries. */
const inTheEnd = (shop: TestTenant) =>
  expect.poll(async () => {
    await makeDue(shop)
    return (await messages(shop, 'wecom_app')).map(({ state }) => state)
  })

describe('a card to a member who joined WeCom', () => {
  test('leads to the order, and spares the text message; the log has neither phone nor whole user', async () => {
    const { shop, no, tell, got } = await bought('ZhangSan')
    await tell()
    await states(shop, 'wecom_app').toEqual(['sent'])
    const [message] = await messages(shop, 'wecom_app')
    const url = `${house.config.publicUrl}/s/${shop.slug}/orders/${no}?m=${message?.id}`
    expect(got()).toMatchObject([{ kind: 'textcard', url, title: expect.stringContaining(String(no)) }])
    expect(message).toMatchObject({ recipient: 'Zh***an', provider: 'wecom_app', subject: got()[0]?.title })
    expect(message?.provider_ref).toBe(got()[0]?.msgid)
    expect(await messages(shop, 'sms')).toEqual([])
    expect(await logOf(shop)).not.toContain('ZhangSan')
  })

  test('says the codes where the goods allow it, as words that can be copied, and the log does not', async () => {
    const { shop, tell, got } = await bought('LiXiaoyan', ['ABCD-1234', 'EFGH-5678'])
    await tell()
    await states(shop, 'wecom_app').toEqual(['sent'])
    expect(got()).toMatchObject([{ kind: 'text', text: expect.stringContaining('ABCD-1234\nEFGH-5678') }])
    expect(await logOf(shop)).not.toContain('ABCD')
    const place = { event: 'order.delivered.codes', form: 'card', locale: 'zh-CN' } as const
    const words = { subject: '{codes}', body: '{codes}', aliyunCode: '', tencentCode: '' }
    await house.db.write(shop.ctx, (tx) => saveText(tx, { ...place, ...words }))
    await tell()
    await states(shop, 'wecom_app').toEqual(['sent', 'sent'])
    expect(await logOf(shop)).not.toContain('ABCD')

    const odd = await bought('LiXiaoyan', ['AB<CD>'])
    await odd.tell()
    await states(odd.shop, 'wecom_app').toEqual(['sent'])
    expect(odd.got()).toMatchObject([{ kind: 'textcard', text: expect.not.stringContaining('AB') }])

    await house.owner.query(
      `insert into notify.rules (tenant_id, event, channels, urgent) values ($1, 'order.delivered.codes', '{sms}', true)`,
      [shop.tenantId],
    )
    await tell()
    await states(shop, 'wecom_app').toEqual(['sent', 'sent', 'sent'])
    expect(got()[0]?.kind).toBe('textcard')
  })

  test('is in the words of the shop, of what was delivered and of the buyer’s language', async () => {
    const { shop, tell, got } = await bought('wang.wu', undefined, {
      deliveredAs: 'order.delivered.topup',
      locale: 'en',
    })
    await tell()
    await states(shop, 'wecom_app').toEqual(['sent'])
    expect(got()[0]?.title).toContain('has arrived')
    await house.db.write(shop.ctx, (tx) =>
      saveText(tx, {
        event: 'order.delivered.topup',
        form: 'card',
        locale: 'en',
        subject: '<b>{order}</b> is there',
        body: 'Look\n\nhere.\n\n{link}',
        aliyunCode: '',
        tencentCode: '',
      }),
    )
    await tell()
    await states(shop, 'wecom_app').toEqual(['sent', 'sent'])
    expect(got()[0]).toMatchObject({
      title: expect.stringMatching(/^＜b＞\d+＜\/b＞ is there$/),
      text: 'Look<br>here.',
    })
  })

  test('goes to nobody else: not to guests, not to members who did not join, not to the same member of another shop', async () => {
    const { memberId, got } = await bought('ZhangSan')
    const other = await house.newTenant()
    await there.withWecom(other)
    for (const who of [{ memberId }, { memberId: null }]) {
      const { no } = newOrder(who)
      await emit(other, 'order.delivered', `order:${no}`, { no })
    }
    await expect
      .poll(
        async () => (await house.owner.query('select 1 from notify.inbox where tenant_id = $1', [other.tenantId])).rows,
      )
      .toHaveLength(1)
    expect(await messages(other)).toEqual([])
    expect(got()).toEqual([])
  })

  test('is limited to so many a day, and no text message slips past the limit', async () => {
    const { shop, tell, got } = await bought('ZhangSan')
    await saveSettings(house, shop.ctx, { 'notify.capPerDay': 1 }, {})
    await tell()
    await tell()
    await states(shop, 'wecom_app').toEqual(['sent', 'capped'])
    expect(got()).toHaveLength(1)
    expect(await messages(shop, 'sms')).toEqual([])
  })

  test('a text message goes beside it where the shop wants both', async () => {
    const { shop, phone, tell, got } = await bought('ZhangSan')
    await saveSettings(house, shop.ctx, { 'notify.smsBesideWecom': true }, {})
    await tell()
    await states(shop, 'wecom_app').toEqual(['sent'])
    await states(shop, 'sms').toEqual(['sent'])
    expect([got().length, sms.control.inbox(phone).length]).toEqual([1, 1])
  })
})

describe('the token', () => {
  test('is one for all messages, and sealed', async () => {
    const given = control.tokensGiven()
    const { shop, tell } = await bought('ZhangSan')
    for (let n = 0; n < 3; n++) await tell()
    await states(shop, 'wecom_app').toEqual(['sent', 'sent', 'sent'])
    expect(control.tokensGiven() - given).toBeLessThanOrEqual(3)
    const after = control.tokensGiven()
    await tell()
    await states(shop, 'wecom_app').toEqual(['sent', 'sent', 'sent', 'sent'])
    expect(control.tokensGiven()).toBe(after)
    const { rows } = await house.owner.query<{ token_sealed: Buffer; row: string }>(
      `select token_sealed, to_jsonb(c)::text as row from notify.channels c where tenant_id = $1 and channel = 'wecom_app'`,
      [shop.tenantId],
    )
    expect(rows[0]?.token_sealed.length).toBeGreaterThan(64)
    expect(rows[0]?.row).not.toContain(wecom.secret)
  })

  test('is got anew once when WeCom has ended it', async () => {
    const { shop, tell, got } = await bought('ZhangSan')
    await tell()
    await states(shop, 'wecom_app').toEqual(['sent'])
    const given = control.tokensGiven()
    control.addFault({ kind: 'expired', times: 1 })
    await tell()
    await states(shop, 'wecom_app').toEqual(['sent', 'sent'])
    expect([control.tokensGiven() - given, got().length]).toEqual([1, 2])
  })

  test('of an account that was changed is not used any more', async () => {
    const { shop, tell } = await bought('ZhangSan')
    await tell()
    await states(shop, 'wecom_app').toEqual(['sent'])
    const { url, corpId, agentId } = wecom
    const config = { baseUrl: url, authorizeUrl: url, loginUrl: url, corpId, agentId }
    await saveWecomApp(house, shop.ctx, { enabled: true, config, secret: 'another' })
    await tell()
    await states(shop, 'wecom_app').toEqual(['sent', 'refused'])
    expect((await messages(shop, 'wecom_app'))[1]?.last_error).toContain('40001')
    await states(shop, 'sms').toEqual(['sent'])
  })
})

test('a secret that is stored goes to no other address', async () => {
  const shop = await house.newTenant()
  await there.withWecom(shop)
  const { corpId, agentId, url } = wecom
  const config = { baseUrl: 'http://127.0.0.1:9', authorizeUrl: url, loginUrl: url, corpId, agentId }
  const mail = { host: 'mail.test', port: 465, secure: true, user: 'shop', from: 'a@shop.test' }
  const missing = { code: 'notify.secret_missing' }
  const saveApp = (enabled: boolean) => saveWecomApp(house, shop.ctx, { enabled, config, secret: '' })
  const saveMail = (more: object, secret = '') =>
    saveEmailChannel(house, shop.ctx, { enabled: true, config: { ...mail, ...more }, secret })
  await expect(saveApp(true)).rejects.toMatchObject(missing)
  // Nor by way of one that is off.
  await saveApp(false)
  await expect(saveApp(true)).rejects.toMatchObject(missing)
  await saveMail({}, 'password')
  await saveMail({ port: 587 })
  await expect(saveMail({ host: 'other.test' })).rejects.toMatchObject(missing)
})

describe('what WeCom refuses', () => {
  test('goes by text message, once; sending again by hand sends the card only', async () => {
    const { shop, phone, tell } = await bought('zhao_liu')
    await tell()
    await states(shop, 'wecom_app').toEqual(['refused'])
    await states(shop, 'sms').toEqual(['sent'])
    expect(sms.control.inbox(phone)).toHaveLength(1)
    const [message] = await messages(shop, 'wecom_app')
    expect(message?.last_error).toContain('81013')
    await house.db.write(shop.ctx, (tx) => resendMessage(tx, message?.id ?? 0))
    await expect.poll(async () => (await messages(shop, 'wecom_app'))[0]?.state).toBe('refused')
    expect(sms.control.inbox(phone)).toHaveLength(1)
  })

  test('too fast: everything waits, and whoever leaves meanwhile is told by text message', async () => {
    const { shop, phone, tell, got, memberId } = await bought('ZhangSan')
    control.addFault({ kind: 'limit', key: 'ZhangSan', times: 1 })
    await tell()
    const waiting = () =>
      expect.poll(async () => (await messages(shop, 'wecom_app')).map(({ state, last_error }) => [state, last_error]))
    await waiting().toEqual([['queued', expect.stringContaining('45009')]])
    const sendings = control.sendings()
    const guest = newOrder({ memberId })
    await emit(shop, 'order.delivered', `order:${guest.no}`, { no: guest.no })
    await states(shop, 'wecom_app').toEqual(['queued', 'queued'])
    expect([control.sendings() - sendings, got().length]).toEqual([0, 0])
    await house.owner.query('delete from notify.wecom_people where tenant_id = $1', [shop.tenantId])
    await inTheEnd(shop).toEqual(['refused', 'refused'])
    await states(shop, 'sms').toEqual(['sent', 'sent'])
    expect([got().length, sms.control.inbox(phone).length, sms.control.inbox(guest.phone).length]).toEqual([0, 1, 1])
  })
})

describe('a lost answer', () => {
  test.each(['cut', 'malformed'] as const)('(%s) is repeated, and shown once', async (kind) => {
    const { shop, tell, got } = await bought('wang.wu', ['ABCD-9999'])
    const sendings = control.sendings()
    control.addFault({ kind, key: 'wang.wu', times: 1 })
    await tell()
    await inTheEnd(shop).toEqual(['sent'])
    expect([got().length, control.sendings() - sendings]).toEqual([1, 2])
    expect(await messages(shop, 'sms')).toEqual([])
  })

  test('is left alone when its words are others by now, and nothing goes in its place', async () => {
    const { shop, tell, got } = await bought('wang.wu')
    control.addFault({ kind: 'cut', key: 'wang.wu', times: 1 })
    await tell()
    await expect.poll(async () => (await messages(shop, 'wecom_app'))[0]?.last_error).toBeTruthy()
    await house.owner.query(
      `insert into notify.texts (tenant_id, event, form, locale, subject, body)
       values ($1, 'order.delivered', 'card', 'zh-CN', '换了', '换了')`,
      [shop.tenantId],
    )
    await inTheEnd(shop).toEqual(['unknown'])
    expect([got().length, (await messages(shop, 'sms')).length]).toEqual([1, 0])
  })

  test('is left alone when WeCom would not know the repeat any more; by hand it goes out again', async () => {
    const { shop, tell, got } = await bought('wang.wu')
    control.addFault({ kind: 'cut', key: 'wang.wu', times: 1 })
    await tell()
    await expect.poll(async () => (await messages(shop, 'wecom_app'))[0]?.last_error).toBeTruthy()
    await house.owner.query(
      `update notify.messages set doubt_since = doubt_since - interval '4 hours' where tenant_id = $1`,
      [shop.tenantId],
    )
    await inTheEnd(shop).toEqual(['unknown'])
    expect([got().length, (await messages(shop, 'sms')).length]).toEqual([1, 0])
    await control.advance(14_400_001)
    const [message] = await messages(shop, 'wecom_app')
    await house.db.write(shop.ctx, (tx) => resendMessage(tx, message?.id ?? 0))
    await inTheEnd(shop).toEqual(['sent'])
    expect(got()).toHaveLength(2)
  })

  test('of one worker is not forgotten by another that was too fast beside it', async () => {
    const { shop, no, memberId } = await bought('wang.wu')
    const facts = { template: 'order.delivered', recipient: 'x', about: `order:${no}` }
    const otherwise = { ...facts, channel: 'sms', key: 'text' } as const
    const [added] = await house.db.write(shop.ctx, (tx) =>
      addMessages(tx, [{ ...facts, channel: 'wecom_app', key: 'card', otherwise }]),
    )
    const answer = (errcode: number, more: object = {}) => ({
      status: 200,
      headers: {},
      body: Buffer.from(JSON.stringify({ errcode, ...more })),
    })
    const ports = { textMessageOf: async () => ({ phone: undefined, memberId, codes: undefined }) }
    const work = (send: () => Promise<ReturnType<typeof answer>>) => {
      const outbound: Outbound = {
        call: async ({ url }) =>
          url.includes('gettoken') ? answer(0, { access_token: 't', expires_in: 7_200 }) : await send(),
        close: () => undefined,
      }
      return sendCard(house, outbound, ports, shop.tenantId, added?.id ?? 0, false)
    }
    const [began, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const first = work(async () => {
      began.resolve()
      await goOn.promise
      return answer(45009)
    })
    await began.promise
    await work(() => Promise.reject(new OutboundFailure('cut', true)))
    goOn.resolve()
    await first
    await house.owner.query('update notify.channels set next_call_at = now() where tenant_id = $1', [shop.tenantId])
    await work(async () => answer(81013))
    expect((await messages(shop, 'wecom_app')).map(({ state }) => state)).toEqual(['unknown'])
    expect(await messages(shop, 'sms')).toEqual([])
  })

  test('a refusal after it is no proof: no text message', async () => {
    const { shop, tell } = await bought('wang.wu')
    control.addFault({ kind: 'cut', key: 'wang.wu', times: 1 })
    await tell()
    await expect.poll(async () => (await messages(shop, 'wecom_app'))[0]?.last_error).toBeTruthy()
    control.addFault({ kind: 'refuse', key: 'wang.wu', times: 1 })
    await inTheEnd(shop).toEqual(['unknown'])
    expect(await messages(shop, 'sms')).toEqual([])
  })
})

describe('a later try in the quiet hours', () => {
  const clock = (inMs: number) => new Date(Date.now() + 8 * 3_600_000 + inMs).toISOString().slice(11, 16)
  const night = { enabled: true, from: clock(-3_600_000), to: clock(7_200_000) }
  const calm = (shop: TestTenant) =>
    house.owner.query(
      `insert into notify.rules (tenant_id, event, channels, urgent)
       values ($1, 'order.delivered', '{wecom_app,sms}', false)
       on conflict (tenant_id, event) do update set channels = excluded.channels`,
      [shop.tenantId],
    )

  test('of a card waits for the morning as a first one does, whatever the first try left open; a person may send it at any hour', async () => {
    const { shop, tell, got } = await bought('wang.wu')
    await calm(shop)
    control.addFault({ kind: 'cut', key: 'wang.wu', times: 1 })
    await tell()
    await expect.poll(async () => (await messages(shop, 'wecom_app'))[0]?.last_error).toBeTruthy()
    const sendings = control.sendings()
    await saveSettings(house, shop.ctx, { 'notify.quietHours': night }, {})
    await makeDue(shop)
    await expect.poll(async () => (await messages(shop, 'wecom_app'))[0]?.not_before).toBeTruthy()
    expect(control.sendings()).toBe(sendings)
    expect((await messages(shop, 'wecom_app'))[0]?.state).toBe('queued')
    // A job that comes too early finds it still night.
    await makeDue(shop)
    await expect
      .poll(async () => {
        const { rows } = await house.owner.query(
          'select 1 from graphile_worker._private_jobs where run_at <= now() and locked_at is null',
        )
        return rows.length
      })
      .toBe(0)
    expect(control.sendings()).toBe(sendings)
    // What is urgent goes out, and so does the rest when it is day.
    await saveSettings(
      house,
      shop.ctx,
      { 'notify.quietHours': { ...night, enabled: false } },
      { 'notify.quietHours': 1 },
    )
    await inTheEnd(shop).toEqual(['sent'])
    expect([got().length, control.sendings() - sendings]).toEqual([1, 1])

    await saveSettings(house, shop.ctx, { 'notify.quietHours': night }, { 'notify.quietHours': 2 })
    control.addFault({ kind: 'refuse', key: 'wang.wu', times: 1 })
    await house.owner.query(
      `update notify.rules set urgent = true where tenant_id = $1 and event = 'order.delivered'`,
      [shop.tenantId],
    )
    await tell()
    await inTheEnd(shop).toEqual(['sent', 'refused'])
    await house.owner.query('update notify.rules set urgent = false where tenant_id = $1', [shop.tenantId])
    const refused = (await messages(shop, 'wecom_app'))[1]
    await house.db.write(shop.ctx, (tx) => resendMessage(tx, refused?.id ?? 0))
    await states(shop, 'wecom_app').toEqual(['sent', 'sent'])
  })

  test('of a text message waits too', async () => {
    const shop = await house.newTenant()
    await there.withSms(shop)
    await calm(shop)
    const { no, phone } = newOrder()
    const noted = { template: 'order.delivered', recipient: 'x', about: `order:${no}`, key: 'late' } as const
    await saveSettings(house, shop.ctx, { 'notify.quietHours': night }, {})
    // By day it was queued, and its worker comes by night.
    await house.db.write(shop.ctx, async (tx) => {
      const [added] = await addMessages(tx, [{ ...noted, channel: 'sms' }])
      queueSending(tx, { id: added?.id ?? 0, channel: 'sms' })
    })
    await expect.poll(async () => (await messages(shop, 'sms'))[0]?.not_before).toBeTruthy()
    expect(sms.control.inbox(phone)).toEqual([])
    await saveSettings(
      house,
      shop.ctx,
      { 'notify.quietHours': { ...night, enabled: false } },
      { 'notify.quietHours': 1 },
    )
    await makeDue(shop)
    await states(shop, 'sms').toEqual(['sent'])
    expect(sms.control.inbox(phone)).toHaveLength(1)
  })
})

describe('a member who is disabled', () => {
  const pause = (shop: TestTenant, memberId: number, paused: boolean) =>
    house.db.write(shop.ctx, (tx) => pauseWecom(tx, memberId as MemberId, paused))

  test('is not written to, not even what is under way; let in again he is, without joining again', async () => {
    const { shop, memberId, phone, tell, got } = await bought('LiXiaoyan')
    control.addFault({ kind: 'limit', key: 'LiXiaoyan', times: 1 })
    await tell()
    await expect.poll(async () => (await messages(shop, 'wecom_app'))[0]?.last_error).toBeTruthy()
    await pause(shop, memberId, true)
    await inTheEnd(shop).toEqual(['refused'])
    // What he paid for is told to the phone of the order.
    await states(shop, 'sms').toEqual(['sent'])
    await tell()
    await states(shop, 'sms').toEqual(['sent', 'sent'])
    expect([got().length, sms.control.inbox(phone).length]).toEqual([0, 2])
    expect(await messages(shop, 'wecom_app')).toHaveLength(1)
    await pause(shop, memberId, false)
    await tell()
    await inTheEnd(shop).toEqual(['refused', 'sent'])
    expect(got()).toHaveLength(1)
  })

  test('gives way to another who proves to be the same person', async () => {
    const { shop, memberId } = await bought('LiXiaoyan')
    const other = { memberId: (memberId + 100_000) as MemberId, sessionToken: 'token' }
    const start = { backUrl: 'https://shop.test/s/a/me/wecom', userAgent: '' }
    const join = async () => {
      const page = new URL(await startWecom(house, shop.tenantId, other, start))
      const code = control.codeFor('LiXiaoyan')
      const state = page.searchParams.get('state') ?? ''
      await joinWecom(house, createOutbound({ allowInsecure: true }), shop.ctx, other, { code, state })
    }
    await expect(join()).rejects.toMatchObject({ code: 'notify.wecom_taken' })
    await pause(shop, memberId, true)
    await join()
    const { rows } = await house.owner.query(
      'select member_id::integer as id, paused from notify.wecom_people where tenant_id = $1',
      [shop.tenantId],
    )
    expect(rows).toEqual([{ id: other.memberId, paused: false }])
  })
})

test.each([
  ['Mozilla/5.0 (iPhone) wxwork/4.1.20 MicroMessenger/7.0.1', '/connect/oauth2/authorize', '#wechat_redirect'],
  ['Mozilla/5.0 (iPhone) MicroMessenger/8.0.50', '/wwlogin/sso/login', ''],
])('a browser (%s) is led to %s, for ten minutes', async (userAgent, path, hash) => {
  const shop = await house.newTenant()
  await there.withWecom(shop)
  const backUrl = 'https://shop.test/s/a/me/wecom'
  const member = { memberId: 7 as MemberId, sessionToken: 'token' }
  const page = new URL(await startWecom(house, shop.tenantId, member, { backUrl, userAgent }))
  expect([page.pathname, page.hash, page.searchParams.get('redirect_uri')]).toEqual([path, hash, backUrl])
  expect((await fetch(page)).status).toBe(200)
  const state = page.searchParams.get('state') ?? ''
  const late = { ...house, clock: { ...house.clock, now: () => new Date(Date.now() + 601_000) } }
  const join = (at: typeof house | typeof late) =>
    joinWecom(at, createOutbound({ allowInsecure: true }), shop.ctx, member, {
      code: control.codeFor('ZhangSan'),
      state,
    })
  await expect(join(late)).rejects.toMatchObject({ code: 'notify.wecom_state_forged' })
  await join(house)
})

test('long words are cut, the link never', () => {
  const account = { baseUrl: '', authorizeUrl: '', loginUrl: '', corpId: 'ww1', agentId: 1 }
  const message = {
    title: '题'.repeat(300),
    paragraphs: ['字'.repeat(3_000)],
    url: 'https://x.test/?m=1',
    locale: 'zh-CN',
  } as const
  const card = JSON.parse(bodyOf(account, 'u', { ...message, asText: false })).textcard
  expect([[...card.title].length, [...card.description].length, card.url]).toEqual([128, 512, message.url])
  const { content } = JSON.parse(bodyOf(account, 'u', { ...message, asText: true })).text
  expect(Buffer.byteLength(content)).toBeLessThanOrEqual(2_048)
  expect(content).toMatch(/<a href="https:\/\/x\.test\/\?m=1">查看<\/a>$/)
})
