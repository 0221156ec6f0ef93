import type { ProfileOperation } from '@quanshu/contract'
import { describe, expect, test } from 'vitest'
import type { RawCallback } from '../../supplier.ts'
import { account, accountOf, md5, NO, SAMPLE, sha1, shipped } from './declarative.fixture.ts'
import { declarativeAdapter } from './index.ts'
import { shippedProfiles } from './profiles.ts'
import { dryRun, readSample } from './trial.ts'

describe('shipped profiles', () => {
  test.each(shippedProfiles.map(({ id }) => id))('%s orders, asks and masks its secret', (id) => {
    const profile = shipped(id)
    const adapter = declarativeAdapter(profile)
    expect(adapter.id).toBe(id)
    expect(adapter.acknowledgement.status).toBe(200)
    const operations: readonly ProfileOperation[] = ['place', 'ask', 'balance', 'products', 'product', 'cancel']
    for (const operation of operations.filter((one) => profile[one])) {
      const request = dryRun(profile, accountOf('c0ffee', 't0psecret'), operation, SAMPLE)
      if (request.kind !== 'request') throw new Error(JSON.stringify(request))
      expect(JSON.stringify(request)).not.toContain('t0psecret')
      expect(request.signedText).toContain('******')
      expect(request.url).toMatch(/^https:\/\/supplier\.test\/[a-z]/)
      if (operation === 'place' || operation === 'ask') expect(`${request.url}${request.body}`).toContain(NO)
    }
    expect(dryRun(profile, accountOf('c0ffee', ''), 'place', SAMPLE)).toMatchObject({
      kind: 'refused',
      code: 'not_configured',
    })
  })

  test('卡易信 signs as its documentation’s example does', () => {
    const kayixin = shipped('kayixin')
    const [orderNumber, outerNumber] = kayixin.ask.fields
    if (!orderNumber || !outerNumber) throw new Error('no fields')
    const example = {
      ...kayixin,
      ask: {
        ...kayixin.ask,
        fields: [
          { ...orderNumber, from: 'no' as const },
          { ...outerNumber, from: 'text' as const },
        ],
      },
    }
    const request = dryRun(example, accountOf('10000', '652fbdd2f637606a2afbb2fe0ca72419'), 'ask', {
      no: '20251016165825069',
      at: new Date(1_760_767_397_000),
    })
    expect(request).toMatchObject({
      body: '{"orderNumber":"20251016165825069","outerNumber":""}',
      headers: { 'x-app-id': '10000', 'x-version': '3.0', 'x-timestamp': '1760767397' },
      signature: '6a414e658265ff3ca665cee3b161c4e9',
      signedText: '10000******3.01760767397{"orderNumber":"20251016165825069","outerNumber":""}',
    })
  })

  test('卡速售 signs as its documentation’s example does', () => {
    const kasushou = shipped('kasushou')
    const field = (to: string, text: string, as: 'text' | 'number' = 'text') => ({
      ...kasushou.common[0],
      to,
      place: 'body',
      from: 'text',
      text,
      as,
    })
    const fields = [
      field('ordersn', 'D100759082558859640832'),
      field('external_orderno', ''),
      field('day', '10', 'number'),
    ]
    const example = { ...kasushou, ask: { ...kasushou.ask, fields: fields as typeof kasushou.ask.fields } }
    const request = dryRun(
      example,
      accountOf('2uIkTrXNdAFc7OKhbRenzjDtgPoZ6s5C', 'H0YnuPpcVtx7rQdMTbjN6932s5oDOqFa'),
      'ask',
      {
        at: new Date(1_696_645_385_740),
      },
    )
    expect(request).toMatchObject({
      body: '{"day":10,"external_orderno":"","ordersn":"D100759082558859640832"}',
      headers: { sign: '15b8f541eb10e3fbb33efd92c8d52d50ddca0784' },
    })
  })

  test('咔咔云: sorted pairs and the key; the ceiling is for all pieces and never rounded up', () => {
    const request = dryRun(shipped('kakayun'), accountOf('10052', 'k'), 'place', SAMPLE)
    if (request.kind !== 'request') throw new Error('refused')
    const text = `attach=13800138000&buynum=2&callbackurl=https://shop.test/back&goodsid=1001&maxmoney=30.4690&timestamp=1795311005&userid=10052&usorderno=${NO}`
    expect(request.signedText).toBe(`${text}******`)
    expect(request.signature).toBe(md5(`${text}k`))
    expect(JSON.parse(request.body ?? '')).toMatchObject({ buynum: 2, maxmoney: '30.4690', sign: request.signature })
  })

  test('咔咔云 signs as its documentation’s example does, and calls cards what it calls 0', () => {
    const kakayun = shipped('kakayun')
    const fields = kakayun.place.fields.filter(({ to }) => ['goodsid', 'buynum', 'attach', 'usorderno'].includes(to))
    const unsigned = { ...kakayun.signing, leaveOut: ['usorderno'] }
    const example = { ...kakayun, signing: unsigned, place: { ...kakayun.place, fields } }
    const request = dryRun(example, accountOf('10052', '9aa3034b6beba7cf5bfcf6089218a674'), 'place', {
      ...SAMPLE,
      ...{ remoteId: '720938', quantity: 1, fields: { account: '13088888888' }, at: new Date(1_735_002_156_000) },
    })
    expect(request).toMatchObject({ signature: '82a4da7502872e7a128b510d10cad6ab' })
    const listed = (goodstype: number) =>
      readSample(kakayun, account, 'product', SAMPLE, {
        body: JSON.stringify({
          code: 1,
          data: { goodsid: 1001, goodsname: '月卡', goodsprice: '13.0000', goodsstatus: 1, goodstype, stock: 1 },
        }),
      }).outcome
    expect(listed(0)).toMatchObject({ value: { kind: 'card' } })
    expect(listed(1)).toMatchObject({ value: { kind: 'direct' } })
    const ended = (refundmoney: string) =>
      readSample(kakayun, account, 'ask', SAMPLE, {
        body: JSON.stringify({ code: 1, data: { usorderno: NO, status: 4, money: '26.0000', refundmoney } }),
      }).outcome
    expect(ended('26.0000')).toMatchObject({ order: { state: 'failed' } })
    expect(ended('0.0000')).toMatchObject({ kind: 'unknown' })
  })

  test('大猿人: all fields with `&apikey=` in upper case, the empty ones of a callback too', () => {
    const dayuanren = shipped('dayuanren')
    const request = dryRun(dayuanren, accountOf('10001', 'k'), 'place', { ...SAMPLE, quantity: 1 })
    if (request.kind !== 'request') throw new Error('refused')
    const text = `mobile=13800138000&notify_url=https://shop.test/back&out_trade_num=${NO}&price=15.2345&product_id=1001&userid=10001&apikey=`
    expect(request).toMatchObject({
      url: 'https://supplier.test/yrapi.php/index/recharge',
      signedText: `${text}******`,
      signature: md5(`${text}k`).toUpperCase(),
    })
    const read = (operation: ProfileOperation, body: object) =>
      readSample(dayuanren, account, operation, { ...SAMPLE, quantity: 1 }, { body: JSON.stringify(body) }).outcome
    const order = { order_number: 'CZH1', out_trade_num: NO, total_price: '95.00' }
    expect(read('place', { errno: 0, errmsg: '', data: order })).toMatchObject({
      order: { state: 'accepted', remoteNo: 'CZH1', costHao: 950_000 },
    })
    expect(read('place', { errno: 1, errmsg: '商户订单号已存在' })).toMatchObject({ kind: 'unknown' })
    expect(read('place', { errno: 1, errmsg: '代理被禁止下单' })).toMatchObject({ kind: 'refused' })
    const state = (value: number) => read('ask', { errno: 0, errmsg: '', data: [{ ...order, state: value }] })
    expect([-1, 0, 1, 2].map(state)).toMatchObject(
      ['failed', 'accepted', 'done', 'failed'].map((one) => ({ order: { state: one } })),
    )
    // A part of one piece: somebody has to look at it.
    expect(state(3)).toMatchObject({ kind: 'unknown' })
    expect(read('ask', { errno: 0, errmsg: '', data: [] })).toEqual({ kind: 'not_found' })

    const fields = { out_trade_num: NO, remark: '', state: '1', userid: '10001', voucher: '' }
    const told = `out_trade_num=${NO}&remark=&state=1&userid=10001&voucher=&apikey=k3y`
    const body = new URLSearchParams({ ...fields, sign: md5(told).toUpperCase() }).toString()
    const callback: RawCallback = { method: 'POST', path: '/back', headers: {}, body: Buffer.from(body) }
    expect(
      declarativeAdapter(dayuanren).verifyCallback({ ...account, identity: '10001' }, callback, new Date()),
    ).toEqual({ ok: true, about: 'order', no: NO, claim: 'done' })
  })

  test('橙券: a form, `&key=` and upper case; codes say which no is final', () => {
    const request = dryRun(shipped('chengquan'), accountOf('9', 'k'), 'place', SAMPLE)
    if (request.kind !== 'request') throw new Error('refused')
    const text = `amount=2&app_id=9&notify_url=https://shop.test/back&order_no=${NO}&product_id=1001&recharge_number=13800138000&timestamp=1795311005678&version=1.1.0&key=`
    expect(request.signature).toBe(md5(`${text}k`).toUpperCase())
    expect(new URLSearchParams(request.body).get('sign')).toBe(request.signature)
    const read = (operation: ProfileOperation, code: number) =>
      readSample(shipped('chengquan'), account, operation, SAMPLE, { body: JSON.stringify({ code, message: '' }) })
        .outcome
    expect(read('place', 7012)).toMatchObject({ kind: 'unknown' })
    expect(read('place', 7014)).toMatchObject({ kind: 'refused', about: 'balance' })
    expect(read('place', 7777)).toMatchObject({ kind: 'unknown' })
    expect(read('place', 7016)).toMatchObject({ kind: 'unknown' })
    expect(read('ask', 7016)).toEqual({ kind: 'not_found' })
  })

  test('蜂助手: SHA-1 in upper case; states are codes', () => {
    const profile = shipped('fengzhushou')
    const request = dryRun(profile, accountOf('p', 'k'), 'ask', SAMPLE)
    if (request.kind !== 'request') throw new Error('refused')
    expect(request.signature).toBe(
      sha1(`channelOrderNo=${NO}&projectCode=p&timestamp=1795311005678&signKey=k`).toUpperCase(),
    )
    const read = (operation: ProfileOperation, retcode: number) =>
      readSample(profile, account, operation, SAMPLE, { body: JSON.stringify({ retcode, msg: '' }) }).outcome
    expect(read('ask', 0)).toMatchObject({ order: { state: 'accepted' } })
    expect(read('ask', 1)).toMatchObject({ order: { state: 'done' } })
    expect(read('ask', 9)).toMatchObject({ order: { state: 'failed' } })
    expect(read('ask', 3000)).toEqual({ kind: 'not_found' })
    expect(read('ask', 9999)).toMatchObject({ kind: 'unknown' })
    expect(read('place', 0)).toMatchObject({ order: { state: 'accepted' } })
    expect(read('place', 9)).toMatchObject({ kind: 'unknown' })
    expect(read('place', 4002)).toMatchObject({ kind: 'refused', about: 'balance' })
    expect(read('place', 9999)).toMatchObject({ kind: 'unknown' })
  })

  test('蓝色兄弟: address and version of an order are sent and not signed', () => {
    const request = dryRun(shipped('lansexiongdi'), accountOf('M1', 'k'), 'place', SAMPLE)
    if (request.kind !== 'request') throw new Error('refused')
    const text = `accountType=1&merchantId=M1&number=2&outTradeNo=${NO}&productId=1001&rechargeAccount=13800138000&timeStamp=1795311005&key=`
    expect(request.signature).toBe(md5(`${text}k`).toUpperCase())
    expect(Object.fromEntries(new URLSearchParams(request.body))).toMatchObject({
      version: '1.0',
      notifyUrl: 'https://shop.test/back',
    })
  })

  test('蓝色兄弟: the callback’s four fields in their order', () => {
    const adapter = declarativeAdapter(shipped('lansexiongdi'))
    const sign = md5(`merchantId=M1&outTradeNo=${NO}&rechargeAccount=13800138000&status=01&key=k3y`).toUpperCase()
    const form = (more: Record<string, string> = {}): RawCallback => ({
      method: 'POST',
      path: '/back',
      headers: {},
      body: Buffer.from(
        new URLSearchParams({
          merchantId: 'M1',
          outTradeNo: NO,
          rechargeAccount: '13800138000',
          status: '01',
          sign,
          ...more,
        }).toString(),
      ),
    })
    const at = { ...account, identity: 'M1' }
    expect(adapter.verifyCallback(at, form(), new Date())).toEqual({ ok: true, about: 'order', no: NO, claim: 'done' })
    expect(adapter.verifyCallback(at, form({ status: '03' }), new Date())).toEqual({
      ok: false,
      verdict: 'bad_signature',
    })
    expect(adapter.verifyCallback(at, form({ merchantId: 'M2' }), new Date())).toEqual({
      ok: false,
      verdict: 'wrong_identity',
    })
    expect(adapter.verifyCallback({ ...at, secrets: {} }, form(), new Date())).toMatchObject({ ok: false })
  })

  test('卡速售: callbacks in a form or with escaped slashes, old ones, and those about products', () => {
    const adapter = declarativeAdapter(shipped('kasushou'))
    const time = '1795311005678'
    const now = new Date(Number(time) + 1000)
    const signed = (json: string): string => sha1(`${time}${json}k3y`)
    const post = (body: string): RawCallback => ({
      method: 'POST',
      path: '/back',
      headers: {},
      body: Buffer.from(body),
    })
    const escaped = `{"external_orderno":"${NO}","recharge_hints":"http:\\/\\/x","status":"4","time":"${time}"}`
    const form = new URLSearchParams({
      external_orderno: NO,
      recharge_hints: 'http://x',
      status: '4',
      time,
      sign: signed(escaped),
    })
    form.append('card_list[0][card_no]', 'whatever')
    expect(adapter.verifyCallback(account, post(form.toString()), now)).toEqual({
      ok: true,
      about: 'order',
      no: NO,
      claim: 'failed',
    })
    form.append('status', '3')
    expect(adapter.verifyCallback(account, post(form.toString()), now)).toEqual({ ok: false, verdict: 'malformed' })
    // The number stands as a number, and longer than a double can hold.
    const long = `{"ordersn":98765432109876543210,"status":3,"time":"${time}"}`
    const body = long.replace('}', `,"sign":"${signed(long)}","card_list":[{"card_password":"x"}]}`)
    expect(adapter.verifyCallback(account, post(body), now)).toEqual({
      ...{ ok: true, about: 'remote_order' },
      remoteNo: '98765432109876543210',
      claim: 'done',
    })
    expect(adapter.verifyCallback(account, post(body), new Date(Number(time) + 200_000_000))).toEqual({
      ok: false,
      verdict: 'stale',
    })
    const product = { id: '77', time, goods_price: '8.88', sign: signed(`{"id":"77","time":"${time}"}`) }
    expect(adapter.verifyCallback(account, post(JSON.stringify(product)), now)).toEqual({
      ok: true,
      about: 'product',
      remoteId: '77',
    })
    expect(adapter.verifyCallback(account, post('{"a":'), now)).toEqual({ ok: false, verdict: 'malformed' })
  })
})
