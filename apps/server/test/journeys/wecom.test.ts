import { describe, expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { codeOf, isDelivered, openHouse, type Shop, until, type Visitor } from './shop.ts'

const house = await openHouse()
const { wecom, sms } = house.standIns
const { control } = wecom

async function connected(settings: Parameters<typeof house.newShop>[0] = {}): Promise<Shop> {
  const shop = await house.newShop(settings)
  const { url, corpId, agentId, secret } = wecom
  const config = { baseUrl: url, authorizeUrl: url, loginUrl: url, corpId, agentId }
  const saved = await shop.staff.call('notify.saveWecomApp', { body: { enabled: true, config, secret } })
  expect(saved).toMatchObject({ enabled: true, hasSecret: true, joined: 0, domain: new URL(house.url).host })
  expect(JSON.stringify(saved)).not.toContain(secret)
  return shop
}

/** As the browser does: goes to WeCom, which sends it back with a code and the state. */
async function authorised(visitor: Visitor, userid: string) {
  const { url } = await visitor.call('notify.startWecom', {})
  const answer = await fetch(`${url}&as=${userid}`, { redirect: 'manual' })
  const back = new URL(answer.headers.get('location') ?? '')
  expect(back.pathname).toMatch(/\/me\/wecom$/)
  return { code: back.searchParams.get('code') ?? '', state: back.searchParams.get('state') ?? '' }
}
const join = async (visitor: Visitor, userid: string) =>
  visitor.call('notify.joinWecom', { body: await authorised(visitor, userid) })

/** A shop, and somebody of it who has joined as this user. */
async function joined(userid: string) {
  const shop = await connected()
  const member = await shop.member()
  await join(member.visitor, userid)
  const seen = new Set(control.inbox(userid).map(({ msgid }) => msgid))
  return { shop, member, news: () => control.inbox(userid).filter(({ msgid }) => !seen.has(msgid)) }
}
async function buy(shop: Shop, visitor: Visitor, contact: string, goods: Parameters<Shop['place']>[0]) {
  const order = await shop.place(goods, 1, { visitor, contact })
  await shop.pay(order.no)
  await shop.seen(order, isDelivered)
  return order.no
}

describe('a member who joined', () => {
  test('is told of a delivery, with a link or with the code as the goods allow, until he leaves', async () => {
    const { shop, member, news } = await joined('ZhangSan')
    expect(await member.visitor.call('notify.myWecom', {})).toMatchObject({
      offered: true,
      joined: { user: 'Zh***an' },
    })

    const closed = await shop.stock(['SECRET-0001-AAAA'])
    const no = await buy(shop, member.visitor, member.phone, closed)
    const card = await until('the card', () => news()[0])
    expect(card).toMatchObject({ kind: 'textcard', title: expect.stringContaining(String(no)) })
    expect(card.url).toContain(`${shop.base}/orders/${no}?m=`)
    expect(JSON.stringify(card)).not.toContain('SECRET')

    const open = await shop.stock(['PUBLIC-0002-BBBB'], { goods: { codesBySms: true } })
    await buy(shop, member.visitor, member.phone, open)
    const text = await until('the text', () => news().find(({ kind }) => kind === 'text'))
    expect(text.text).toContain('PUBLIC-0002-BBBB')

    const bound = await shop.stock(['BOUND-0003-CCCC'], { goods: { codesBySms: true }, sku: { openedBy: 'device' } })
    await buy(shop, member.visitor, member.phone, bound)
    const last = await until('the third', () => (news().length === 3 ? news()[0] : undefined))
    expect([last.kind, JSON.stringify(news()).includes('BOUND')]).toEqual(['textcard', false])

    const items = await until('the three in the log', async () => {
      const log = await shop.staff.call('notify.listMessages', { query: { channel: 'wecom_app' } })
      return log.items.every(({ state }) => state === 'sent') ? log.items : undefined
    })
    expect(items.map(({ recipient }) => recipient)).toEqual(Array(3).fill('Zh***an'))
    expect(JSON.stringify(items)).not.toMatch(/PUBLIC|ZhangSan/)

    expect(await member.visitor.call('notify.leaveWecom', {})).toEqual({ offered: true, joined: null })
    expect(await member.visitor.call('notify.leaveWecom', {})).toEqual({ offered: true, joined: null })
    await buy(shop, member.visitor, member.phone, await shop.stock(1))
    const inbox = () => member.visitor.call('notify.listMyMessages', { query: {} })
    await until('the fourth in the inbox', async () => ((await inbox()).total === 4 ? true : undefined))
    expect(news()).toHaveLength(3)
    const { items: done } = await shop.staff.call('audit.listAudit', { query: { objectKind: 'member' } })
    expect(done.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['member.join_wecom', 'member.leave_wecom']),
    )
    // Every secret opens, the token too.
    const report = await auditBooks(house.platform, shop.tenantId, { isWhole: true, graceSeconds: 0 })
    expect(report.checks.flatMap(({ violations }) => violations)).toEqual([])
  })

  test('whom WeCom does not reach any more is told by text message', async () => {
    const { shop, member, news } = await joined('LiXiaoyan')
    const body = {
      event: 'order.delivered',
      form: 'sms',
      locale: 'zh-CN',
      body: '您的订单{order}已发货，查看：{link}',
    } as const
    await shop.staff.call('notify.saveText', { body: { ...body, aliyunCode: 'SMS_ORDER_DELIVERED' } })
    const goods = await shop.stock(2)
    const texts = () => sms.control.inbox(member.phone).filter(({ template }) => template === 'SMS_ORDER_DELIVERED')
    control.addFault({ kind: 'cut', key: 'LiXiaoyan', times: 1 })
    await buy(shop, member.visitor, member.phone, goods)
    const sent = () => shop.staff.call('notify.listMessages', { query: { channel: 'wecom_app', state: ['sent'] } })
    await until('the answer', async () => ((await sent()).total === 1 ? true : undefined))
    expect([news().length, texts().length]).toEqual([1, 0])

    control.addFault({ kind: 'refuse', key: 'LiXiaoyan', value: '81013', times: 1 })
    const no = await buy(shop, member.visitor, member.phone, goods)
    const text = await until('the text message', () => texts()[0])
    expect(text.params.order).toBe(String(no))
    expect([news().length, texts().length]).toEqual([1, 1])
  })
})

describe('joining', () => {
  test('is begun and ended by one session: a state of another, an altered or an old one is not taken', async () => {
    const shop = await connected()
    const [mine, theirs] = [await shop.member(), await shop.member()]
    const foreign = await authorised(theirs.visitor, 'wang.wu')
    const taking = (body: { code: string; state: string }) => codeOf(mine.visitor.call('notify.joinWecom', { body }))
    // A link that brings somebody else's WeCom, or brings mine to somebody else.
    expect(await taking(foreign)).toBe('notify.wecom_state_forged')
    const own = await authorised(mine.visitor, 'ZhangSan')
    const other = `${own.state.slice(0, -1)}${own.state.endsWith('0') ? '1' : '0'}`
    const later = `${Number(own.state.slice(0, 10)) + 600}${own.state.slice(10)}`
    for (const state of [other, later, '0', 'x'.repeat(74), '9'.repeat(74)]) {
      expect(await taking({ ...own, state })).toBe('notify.wecom_state_forged')
    }
    // The same member, signed in elsewhere.
    await house.query(
      `update members.sign_in_codes set created_at = created_at - interval '2 minutes' where tenant_id = $1`,
      [shop.tenantId],
    )
    const elsewhere = shop.visitor()
    const last = sms.control.inbox(mine.phone)[0]?.bizId
    await elsewhere.call('members.sendCode', { body: { phone: mine.phone } })
    const code = await until('another code', () => sms.control.inbox(mine.phone).find(({ bizId }) => bizId !== last))
    await elsewhere.call('members.signIn', { body: { phone: mine.phone, code: code.params.code ?? '' } })
    expect(await codeOf(elsewhere.call('notify.joinWecom', { body: own }))).toBe('notify.wecom_state_forged')
    expect(await codeOf(shop.visitor().call('notify.joinWecom', { body: own }))).toBe('common.sign_in_required')
    // A state of another shop is worth nothing here.
    const two = await connected()
    const there = await two.member()
    expect(await codeOf(there.visitor.call('notify.joinWecom', { body: own }))).toBe('notify.wecom_state_forged')
    expect(await taking(own)).toBe('ok')
    expect(await taking(own)).toBe('notify.wecom_code_spent')
  })

  test('one user is one member of a shop, also when two claim it at once; of another shop he is another', async () => {
    const shop = await connected()
    const members = await Promise.all([shop.member(), shop.member(), shop.member()])
    const bodies = await Promise.all(members.map(({ visitor }) => authorised(visitor, 'wang.wu')))
    const ends = await Promise.all(
      members.map(({ visitor }, n) =>
        codeOf(visitor.call('notify.joinWecom', { body: bodies[n] ?? { code: '', state: '' } })),
      ),
    )
    expect(ends.toSorted()).toEqual(['notify.wecom_taken', 'notify.wecom_taken', 'ok'])
    const holder = members[ends.indexOf('ok')]
    if (!holder) throw new Error('nobody has it')
    // Joined as somebody else, the first user is free.
    await join(holder.visitor, 'ZhangSan')
    const next = members.find((one) => one !== holder)
    if (!next) throw new Error('there is nobody else')
    await join(next.visitor, 'wang.wu')
    const two = await connected()
    const there = await two.member()
    expect(await join(there.visitor, 'wang.wu')).toMatchObject({ joined: { user: 'wa***wu' } })
    expect((await shop.staff.call('notify.getChannels', {})).wecomApp.joined).toBe(2)
  })

  test('is refused with words that help: a stranger, no app, an app of another company, a silent WeCom', async () => {
    const shop = await connected()
    const { visitor } = await shop.member()
    expect(await codeOf(join(visitor, 'stranger'))).toBe('notify.wecom_not_a_colleague')
    const body = await authorised(visitor, 'ZhangSan')
    await shop.staff.call('notify.saveWecomApp', {
      body: {
        enabled: true,
        config: { baseUrl: wecom.url, corpId: wecom.corpId, agentId: wecom.agentId },
        secret: 'not the secret',
      },
    })
    expect(await codeOf(visitor.call('notify.joinWecom', { body }))).toBe('notify.wecom_refused')
    await shop.staff.call('notify.saveWecomApp', {
      body: {
        enabled: true,
        config: { baseUrl: 'http://127.0.0.1:1', corpId: wecom.corpId, agentId: wecom.agentId },
        secret: wecom.secret,
      },
    })
    expect(await codeOf(visitor.call('notify.joinWecom', { body }))).toBe('notify.wecom_unreachable')
    const without = await house.newShop()
    const guest = await without.member()
    expect(await guest.visitor.call('notify.myWecom', {})).toEqual({ offered: false, joined: null })
    expect(await codeOf(guest.visitor.call('notify.startWecom', {}))).toBe('notify.wecom_not_offered')
  })
})

describe('the app', () => {
  test('is tried out, and says what WeCom says', async () => {
    const shop = await connected()
    const test = (user: string) => shop.staff.call('notify.testWecomApp', { body: { user } })
    expect(await test('ZhangSan')).toMatchObject({ ok: true })
    expect(await test('ZhangSan')).toMatchObject({ ok: true })
    expect(control.inbox('ZhangSan').filter(({ title }) => title.endsWith('：测试消息'))).toHaveLength(2)
    expect(await test('nobody')).toMatchObject({ ok: false, message: expect.stringContaining('81013') })
    control.addFault({ kind: 'refuse', times: 1 })
    expect(await test('ZhangSan')).toMatchObject({ ok: false, message: expect.stringContaining('60020') })
    control.addFault({ kind: 'expired', times: 1 })
    expect(await test('ZhangSan')).toMatchObject({ ok: true })
    expect(await codeOf(test('no such user!'))).toBe('common.invalid_input')
    const sample = { event: 'order.delivered.codes', channel: 'wecom_app', locale: 'en', to: 'wang.wu' } as const
    expect(await shop.staff.call('notify.testText', { body: sample })).toMatchObject({ ok: true })
    expect(control.inbox('wang.wu')[0]).toMatchObject({ kind: 'text', text: expect.stringContaining('AB12-CD34-EF56') })
    const none = await house.newShop()
    expect(await codeOf(none.staff.call('notify.testWecomApp', { body: { user: 'ZhangSan' } }))).toBe(
      'notify.not_configured',
    )
  })

  test('of another company has none of the members of the first', async () => {
    const { shop, member, news } = await joined('ZhangSan')
    const config = { baseUrl: wecom.url, corpId: 'wwanother', agentId: wecom.agentId }
    await shop.staff.call('notify.saveWecomApp', { body: { enabled: true, config, secret: '' } })
    expect(await member.visitor.call('notify.myWecom', {})).toEqual({ offered: true, joined: null })
    await buy(shop, member.visitor, member.phone, await shop.stock(1))
    const inbox = () => member.visitor.call('notify.listMyMessages', { query: {} })
    await until('the news in the inbox', async () => ((await inbox()).total === 1 ? true : undefined))
    expect(news()).toEqual([])
    expect((await shop.staff.call('notify.listMessages', { query: { channel: 'wecom_app' } })).total).toBe(0)
  })
})
