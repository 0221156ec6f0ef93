import { standardText } from '@quanshu/contract'
import { describe, expect, test } from 'vitest'
import { saveSettings } from '../tenancy/index.ts'
import { withDingTalkSign } from './channels/robots.ts'
import { signTencentCall } from './channels/tencent-signature.ts'
import { resendMessage } from './commands/resend-message.ts'
import { saveText, sendLoginCode } from './index.ts'
import { readChannels } from './queries/channels.ts'
import { tellingHouse } from './told.fixture.ts'

const there = await tellingHouse()
const { house, sms, tencent, newOrder, emit, messages, states } = there

async function delivered(more: Parameters<typeof newOrder>[0] = {}, codes?: readonly string[]) {
  const shop = await house.newTenant()
  await there.withSms(shop)
  const order = newOrder(more)
  if (codes) there.codes.set(order.no, codes)
  return { shop, ...order, tell: () => emit(shop, 'order.delivered', `order:${order.no}`, { no: order.no }) }
}

describe('a text message about an order', () => {
  test('brings a link; phone and words of secrets are not in the log', async () => {
    const { shop, no, phone, tell } = await delivered()
    await tell()
    await states(shop, 'sms').toEqual(['sent'])
    const link = `${house.config.publicUrl}/s/${shop.slug}/orders/${no}`
    expect(sms.control.inbox(phone)).toMatchObject([{ params: { order: String(no), link } }])
    expect(tencent.control.inbox(phone)).toHaveLength(0)
    const [message] = await messages(shop, 'sms')
    expect(message).toMatchObject({ recipient: `137****${phone.slice(-4)}`, provider: 'aliyun' })
    expect(JSON.stringify(message)).not.toContain(phone)
  })

  test('carries the codes where the goods allow it, and the log does not', async () => {
    const { shop, phone, tell } = await delivered({}, ['ABCD-1234', 'EFGH-5678'])
    await tell()
    await states(shop, 'sms').toEqual(['sent'])
    expect(sms.control.inbox(phone)[0]?.text).toContain('ABCD-1234 EFGH-5678')
    const { rows } = await house.owner.query(
      'select to_jsonb(m)::text as row from notify.messages m where tenant_id = $1',
      [shop.tenantId],
    )
    expect(rows[0].row).not.toContain('ABCD')
  })

  test.each([
    ['order.delivered.topup', '充值已到账'],
    ['order.delivered.service', '服务已完成'],
    ['order.delivered.link', '兑换链接已发货'],
    ['order.delivered.points', '积分已到账'],
    ['order.delivered.several', '商品都已交付'],
  ] as const)('says what was delivered: %s', async (deliveredAs, words) => {
    const { shop, no, phone, tell } = await delivered({ deliveredAs })
    // Only the words of a delivered order are approved: those of the shop, then those that tell of every kind.
    await tell()
    await states(shop, 'sms').toEqual(['sent'])
    expect(Object.keys(sms.control.inbox(phone)[0]?.params ?? {})).toEqual(['order', 'link'])
    const place = { form: 'sms', locale: 'zh-CN', subject: '', tencentCode: '' } as const
    await house.db.write(shop.ctx, (tx) =>
      saveText(tx, {
        ...{ ...place, event: 'order.delivered', aliyunCode: 'SMS_ORDER_DELIVERED' },
        body: '您的订单{order}{result}，查看：{link}',
      }),
    )
    await tell()
    await states(shop, 'sms').toEqual(['sent', 'sent'])
    expect(sms.control.inbox(phone)[0]?.params).toMatchObject({ order: String(no), result: words })
    // Words of its own are approved: they are sent, and nothing once the shop wants none for this kind.
    const body = standardText(deliveredAs, 'sms', 'zh-CN')?.body ?? ''
    expect(body).toContain(words)
    expect(body).not.toContain(deliveredAs === 'order.delivered.link' ? '卡密' : '发货')
    await house.db.write(shop.ctx, (tx) =>
      saveText(tx, { ...place, event: deliveredAs, aliyunCode: 'SMS_ORDER_DELIVERED', body }),
    )
    await tell()
    await states(shop, 'sms').toEqual(['sent', 'sent', 'sent'])
    expect((await messages(shop, 'sms')).map(({ template }) => template)).toEqual([
      'order.delivered',
      'order.delivered',
      deliveredAs,
    ])
    expect((await messages(shop, 'sms'))[2]?.subject).toContain(words)
    await house.owner.query(
      "insert into notify.rules (tenant_id, event, channels, urgent) values ($1, $2, '{inbox}', true)",
      [shop.tenantId, deliveredAs],
    )
    await tell()
    const other = newOrder().no
    await emit(shop, 'order.delivered', `order:${other}`, { no: other })
    await states(shop, 'sms').toEqual(['sent', 'sent', 'sent', 'sent'])
    expect(sms.control.inbox(phone)).toHaveLength(3)
  })

  test('without an approved template at any provider it is not even logged', async () => {
    const shop = await house.newTenant()
    const { no } = newOrder()
    await emit(shop, 'order.delivered', `order:${no}`, { no })
    const { no: last } = newOrder({ memberId: 7, phone: undefined })
    await emit(shop, 'order.delivered', `order:${last}`, { no: last })
    await expect
      .poll(
        async () => (await house.owner.query('select 1 from notify.inbox where tenant_id = $1', [shop.tenantId])).rows,
      )
      .toHaveLength(1)
    expect(await messages(shop)).toEqual([])
  })

  test('is limited to so many a day for one buyer; what is above is logged as held back and can be sent by hand', async () => {
    const { shop, tell, no, phone } = await delivered()
    await saveSettings(house, shop.ctx, { 'notify.capPerDay': 2 }, {})
    for (let n = 0; n < 3; n += 1) await tell()
    await states(shop, 'sms').toEqual(['sent', 'sent', 'capped'])
    expect(sms.control.inbox(phone)).toHaveLength(2)
    const last = (await messages(shop, 'sms')).at(-1)
    await house.db.write(shop.ctx, (tx) => resendMessage(tx, last?.id ?? 0))
    await states(shop, 'sms').toEqual(['sent', 'sent', 'sent'])
    expect(no).toBeGreaterThan(0)
  })
})

describe('the second provider', () => {
  test('takes over what the first one refuses', async () => {
    const { shop, no, phone, tell } = await delivered()
    sms.control.addFault({ kind: 'limit', key: phone })
    await tell()
    await states(shop, 'sms').toEqual(['sent'])
    expect(sms.control.inbox(phone)).toHaveLength(0)
    expect(tencent.control.inbox(phone)).toMatchObject([{ params: [String(no), expect.stringContaining('/orders/')] }])
    expect(await messages(shop, 'sms')).toMatchObject([{ provider: 'tencent' }])
  })

  test.each(['cut', 'error', 'malformed'] as const)(
    'is not asked after an unknown end (%s): nobody gets it twice',
    async (kind) => {
      const { shop, phone, tell } = await delivered()
      sms.control.addFault({ kind, key: phone })
      await tell()
      await states(shop, 'sms').toEqual(['unknown'])
      expect(tencent.control.inbox(phone)).toHaveLength(0)
    },
  )

  test('an inner error of Tencent is unknown too, a refused number is not', async () => {
    const { shop, phone, tell } = await delivered()
    await saveSettings(house, shop.ctx, { 'notify.smsFirst': 'tencent' }, {})
    tencent.control.addFault({ kind: 'busy', key: phone, times: 1 })
    await tell()
    await states(shop, 'sms').toEqual(['unknown'])
    expect(tencent.control.inbox(phone)).toHaveLength(1)
    expect(sms.control.inbox(phone)).toHaveLength(0)
    tencent.control.addFault({ kind: 'reject', key: phone, times: 1 })
    await tell()
    await states(shop, 'sms').toEqual(['unknown', 'sent'])
    expect(sms.control.inbox(phone)).toHaveLength(1)
  })

  test('both refuse: it is refused, with both reasons', async () => {
    const { shop, phone, tell } = await delivered()
    sms.control.addFault({ kind: 'reject', key: phone })
    tencent.control.addFault({ kind: 'limit', key: phone })
    await tell()
    await states(shop, 'sms').toEqual(['refused'])
    const [message] = await messages(shop, 'sms')
    expect(message?.last_error).toMatch(/aliyun: isv\.BLACK.*tencent: RequestLimitExceeded/)
  })

  test('takes over sign-in codes as well', async () => {
    const { shop, phone } = await delivered()
    sms.control.addFault({ kind: 'limit', key: phone })
    const sealer = await house.crypto.sealer(shop.tenantId)
    await house.db.write(shop.ctx, (tx) => sendLoginCode(tx, sealer, { phone, code: '482913' }))
    await states(shop, 'sms').toEqual(['sent'])
    expect(tencent.control.inbox(phone)).toMatchObject([{ template: '2100001', params: ['482913'] }])
  })

  test('does not believe a wrong key', async () => {
    const call = { endpoint: tencent.url, action: 'SendSms', version: '2021-01-11', region: 'ap-guangzhou', body: '{}' }
    const post = async (secretKey: string, at = new Date()) => {
      const headers = signTencentCall({ ...call, secretId: tencent.secretId, secretKey, at })
      const { host: _host, 'content-length': _length, ...sent } = headers
      return await (await fetch(tencent.url, { method: 'POST', headers: sent, body: '{}' })).text()
    }
    expect(await post('wrong')).toContain('AuthFailure.SignatureFailure')
    expect(await post(tencent.secretKey, new Date(Date.now() - 600_000))).toContain('AuthFailure.SignatureExpire')
    expect(await post(tencent.secretKey)).not.toContain('AuthFailure')
  })
})

describe('receipts', () => {
  const addressOf = async (shop: Parameters<typeof messages>[0], provider: 'sms' | 'smsTencent') => {
    const channels = await house.db.read(shop.ctx, (tx) => readChannels(tx, house.config))
    return channels[provider].receiptUrl?.split('/').at(-1) ?? ''
  }
  const push = async (
    shop: Parameters<typeof messages>[0],
    provider: 'aliyun' | 'tencent',
    token: string,
    body: unknown,
  ) => {
    const { takeReceipts } = await import('./commands/take-receipts.ts')
    return takeReceipts(house, shop.tenantId, provider, token, Buffer.from(JSON.stringify(body)))
  }

  test('say whether it arrived; one that failed may be sent again', async () => {
    const { shop, phone, tell } = await delivered()
    await tell()
    await states(shop, 'sms').toEqual(['sent'])
    const [sent] = await messages(shop, 'sms')
    const token = await addressOf(shop, 'sms')
    const receipt = {
      phone_number: phone,
      success: false,
      err_code: 'MK:0001',
      err_msg: '用户关机',
      biz_id: sent?.provider_ref,
      out_id: sent?.key,
    }
    expect(JSON.parse(await push(shop, 'aliyun', token, [receipt]))).toMatchObject({ code: 0 })
    expect(await messages(shop, 'sms')).toMatchObject([{ receipt: 'failed' }])
    await house.db.write(shop.ctx, (tx) => resendMessage(tx, sent?.id ?? 0))
    await expect.poll(() => sms.control.inbox(phone).length).toBe(2)
  })

  test('end a message whose answer was lost', async () => {
    const { shop, phone, tell } = await delivered()
    sms.control.addFault({ kind: 'cut', key: phone })
    await tell()
    await states(shop, 'sms').toEqual(['unknown'])
    const [inbox] = sms.control.inbox(phone)
    const receipt = { phone_number: phone, success: true, biz_id: inbox?.bizId, out_id: inbox?.outId }
    await push(shop, 'aliyun', await addressOf(shop, 'sms'), [receipt])
    expect(await messages(shop, 'sms')).toMatchObject([{ state: 'sent', receipt: 'delivered' }])
  })

  test('of a wrong address, another phone or another provider change nothing', async () => {
    const { shop, phone, tell } = await delivered()
    await tell()
    await states(shop, 'sms').toEqual(['sent'])
    const [sent] = await messages(shop, 'sms')
    const token = await addressOf(shop, 'sms')
    const receipt = { phone_number: phone, success: false, biz_id: sent?.provider_ref, out_id: sent?.key }
    await expect(push(shop, 'aliyun', 'x'.repeat(32), [receipt])).rejects.toMatchObject({ status: 404 })
    await expect(push(shop, 'tencent', token, [receipt])).rejects.toMatchObject({ status: 404 })
    await push(shop, 'aliyun', token, [{ ...receipt, phone_number: '13800000000' }])
    const tencentToken = await addressOf(shop, 'smsTencent')
    await push(shop, 'tencent', tencentToken, [
      { mobile: phone, report_status: 'FAIL', sid: sent?.provider_ref, ext: sent?.key },
    ])
    expect(await messages(shop, 'sms')).toMatchObject([{ receipt: null }])
  })
})

test('DingTalk’s signature is base64 in the address, escaped', () => {
  const url = new URL(
    withDingTalkSign('https://oapi.dingtalk.com/robot/send?access_token=t', 'SECabc', 1_700_000_000_000),
  )
  expect(url.searchParams.get('access_token')).toBe('t')
  expect(url.searchParams.get('timestamp')).toBe('1700000000000')
  expect(Buffer.from(url.searchParams.get('sign') ?? '', 'base64')).toHaveLength(32)
})
