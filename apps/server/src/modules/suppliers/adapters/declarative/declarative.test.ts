import { createCipheriv, createHash, createHmac, randomBytes } from 'node:crypto'
import {
  errorMessage,
  type ProfileOperation,
  type SupplierProfile,
  type SupplierProfileInput,
  type SupplierSigning,
  supplierProfile,
} from '@quanshu/contract'
import { describe, expect, test } from 'vitest'
import type { AskOutcome, PlaceOutcome, RawCallback, SupplierAccount } from '../../supplier.ts'
import { declarativeAdapter } from './index.ts'
import { shippedProfiles } from './profiles.ts'
import { signatureOf, signedText } from './signing.ts'
import { dryRun, readSample, type Sample } from './trial.ts'

const md5 = (text: string): string => createHash('md5').update(text).digest('hex')
const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex')

function shipped(id: string): SupplierProfile {
  const profile = shippedProfiles.find((one) => one.id === id)
  if (!profile) throw new Error(`no profile ${id}`)
  return profile
}
const accountOf = (identity: string, key: string): SupplierAccount => ({
  baseUrl: 'https://supplier.test/',
  identity,
  settings: {},
  secrets: { key },
})
const NO = '26112200000000000001'
const SAMPLE: Sample = {
  no: NO,
  remoteId: '1001',
  kind: 'direct',
  quantity: 2,
  ceilingHao: 152_345,
  fields: { recharge_account: '13800138000', zone: '微信区' },
  callbackUrl: 'https://shop.test/back',
  buyerIp: '203.0.113.9',
  at: new Date('2026-11-22T01:30:05.678Z'),
}

/** The smallest profile there is; tests change a part of it. */
const SMALL: SupplierProfileInput = {
  id: 'small',
  nameZh: '小站',
  nameEn: 'Small',
  identityZh: '客户号',
  identityEn: 'Customer',
  settings: [{ key: 'key', nameZh: '密钥', nameEn: 'Key', secret: true, required: true }],
  perMinute: 60,
  concurrent: 1,
  notFoundIsFinalAfter: null,
  signing: { text: [{ is: 'pairs' }, { is: 'secret' }], hash: 'md5', name: 'sign' },
  answers: {
    code: 'code',
    ok: ['0'],
    message: 'msg',
    rules: [
      { words: ['重复'], means: 'uncertain' },
      { codes: ['7'], words: ['库存'], means: 'refused', about: 'stock' },
      { codes: ['8'], means: 'not_found' },
      { http: [429], means: 'refused', about: 'limit' },
    ],
  },
  place: {
    path: '/buy',
    fields: [
      { to: 'no', from: 'no' },
      { to: 'id', from: 'remoteId' },
      { to: 'num', from: 'quantity', as: 'number' },
    ],
    order: { root: 'data', remoteNo: 'sn', no: 'no' },
  },
  ask: {
    path: '/order',
    fields: [{ to: 'no', from: 'no' }],
    order: {
      root: 'data',
      no: 'no',
      remoteNo: 'sn',
      state: 'state',
      states: { '1': 'accepted', '2': 'done', '3': 'failed', '4': 'refunded', '5': 'partial' },
      cost: 'cost',
      refund: 'back',
      quantity: 'num',
      arrived: 'came',
      cards: { at: 'cards', number: 'n', secret: 's', validTo: 'end' },
    },
  },
}
const small = (change: (profile: SupplierProfileInput) => SupplierProfileInput = (same) => same): SupplierProfile =>
  supplierProfile.parse(change(structuredClone(SMALL)))
const account = accountOf('c1', 'k3y')

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

  test('橙券: a form, `&key=` and upper case', () => {
    const request = dryRun(shipped('chengquan'), accountOf('9', 'k'), 'place', SAMPLE)
    if (request.kind !== 'request') throw new Error('refused')
    const text = `amount=2&app_id=9&notify_url=https://shop.test/back&order_no=${NO}&product_id=1001&recharge_number=13800138000&timestamp=1795311005678&version=v1&key=`
    expect(request.signature).toBe(md5(`${text}k`).toUpperCase())
    expect(new URLSearchParams(request.body).get('sign')).toBe(request.signature)
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

describe('what is signed', () => {
  const message = {
    fields: new Map<string, string>([
      ['b', '2'],
      ['a', ''],
      ['Z', '9'],
      ['c', '三'],
      ['sign', 'x'],
    ]),
    body: '{"raw":1}',
    identity: 'ME',
    timestamp: '170',
    header: (name: string) => (name === 'X-Stamp' ? '7' : ''),
    secret: () => 'SECRET',
    fill: (text: string) => text,
  }
  const signing = (text: SupplierSigning['text'], more: Partial<SupplierSigning> = {}): SupplierSigning => ({
    ...{ text, hash: 'md5', hmacKey: 'key', output: 'lower', place: 'body', name: 'sign', leaveOut: [] },
    ...more,
  })
  const pairs = { is: 'pairs', sort: 'name', write: 'name=value', between: '&', skipEmpty: true } as const
  const secret = { is: 'secret', name: 'key' } as const

  test.each<[string, SupplierSigning, string]>([
    ['the secret appended raw', signing([pairs, secret]), 'Z=9&b=2&c=三SECRET'],
    ['&key=secret', signing([pairs, { is: 'text', text: '&key=' }, secret]), 'Z=9&b=2&c=三&key=SECRET'],
    ['in front', signing([secret, pairs]), 'SECRETZ=9&b=2&c=三'],
    [
      'at both ends of names and values',
      signing([secret, { ...pairs, write: 'namevalue', between: '' }, secret]),
      'SECRETZ9b2c三SECRET',
    ],
    [
      'as given, with what is empty',
      signing([{ ...pairs, sort: 'given', skipEmpty: false }, secret]),
      'b=2&a=&Z=9&c=三SECRET',
    ],
    [
      'listed values',
      signing([{ ...pairs, sort: 'listed', only: ['c', 'b'], write: 'value', between: '|' }, secret]),
      '三|2SECRET',
    ],
    ['left out', signing([pairs, secret], { leaveOut: ['c'] }), 'Z=9&b=2SECRET'],
    [
      'in the middle',
      signing([{ is: 'identity' }, secret, { is: 'timestamp' }, { is: 'header', name: 'X-Stamp' }, { is: 'body' }]),
      'MESECRET1707{"raw":1}',
    ],
    [
      'as JSON',
      signing([{ is: 'field', name: 'b' }, { is: 'json', slashes: 'plain' }, secret]),
      '2{"Z":"9","a":"","b":"2","c":"三"}SECRET',
    ],
  ])('%s', (_name, one, text) => {
    expect(signedText(one, message)).toBe(text)
    expect(signatureOf(one, text, message.secret)).toBe(md5(text))
  })

  test.each([
    ['md5', 'upper', createHash('md5').update('t').digest('hex').toUpperCase()],
    ['sha256', 'lower', createHash('sha256').update('t').digest('hex')],
    ['hmac-md5', 'lower', createHmac('md5', 'SECRET').update('t').digest('hex')],
    ['hmac-sha1', 'base64', createHmac('sha1', 'SECRET').update('t').digest('base64')],
    ['hmac-sha256', 'upper', createHmac('sha256', 'SECRET').update('t').digest('hex').toUpperCase()],
  ] as const)('%s, %s', (hash, output, expected) => {
    expect(signatureOf(signing([], { hash, output }), 't', message.secret)).toBe(expected)
  })
})

describe('what is sent', () => {
  test('nested names, lists of name and value, queries, headers, settings and moments', () => {
    const profile = small((one) => ({
      ...one,
      timestamp: 'compact',
      settings: [...one.settings, { key: 'shop', nameZh: '门店', nameEn: 'Shop', fallback: 'main' }],
      signing: { ...one.signing, place: 'query' },
      common: [{ to: 'X-Time', place: 'header', from: 'timestamp' }],
      place: {
        ...one.place,
        path: '/{shop}/buy',
        fields: [
          ...(one.place.fields ?? []),
          { to: 'data.guard.price', from: 'ceilingEach', decimals: 3, as: 'number' },
          { to: 'data.fields', from: 'fields', shape: 'list', listName: 'n', listValue: 'v' },
          { to: 'zone', place: 'query', from: 'account', text: 'zone' },
          { to: 'shop', place: 'query', from: 'setting', text: 'shop' },
          { to: 'mark', from: 'text', skipEmpty: true },
        ],
      },
    }))
    const request = dryRun(profile, account, 'place', SAMPLE)
    if (request.kind !== 'request') throw new Error('refused')
    const url = new URL(request.url)
    expect(url.pathname).toBe('/main/buy')
    expect(Object.fromEntries(url.searchParams)).toEqual({ zone: '微信区', shop: 'main', sign: request.signature })
    expect(request.headers['x-time']).toBe('20261122093005')
    expect(request.body).toBe(
      `{"no":"${NO}","id":"1001","num":2,"data":{"guard":{"price":15.234},"fields":[{"n":"recharge_account","v":"13800138000"},{"n":"zone","v":"微信区"}]}}`,
    )
  })

  test('an identity that would break out of a header is not sent', () => {
    const profile = small((one) => ({ ...one, common: [{ to: 'X-Id', place: 'header', from: 'identity' }] }))
    expect(dryRun(profile, { ...account, identity: 'a\r\nb' }, 'place', SAMPLE)).toMatchObject({ kind: 'refused' })
  })
})

describe('what is understood', () => {
  const read = (
    operation: 'place' | 'ask',
    body: unknown,
    more: Partial<Sample> & { status?: number; profile?: SupplierProfile } = {},
  ) => {
    const { status = 200, profile = small(), ...sample } = more
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return readSample(profile, account, operation, { ...SAMPLE, quantity: 1, ...sample }, { status, body: text })
      .outcome as PlaceOutcome | AskOutcome
  }
  const order = (data: object) => ({ code: 0, data: { no: NO, sn: 'R1', ...data } })

  test.each<[string, unknown, object, object]>([
    ['a yes without a state', order({}), {}, { kind: 'done', order: { state: 'accepted', remoteNo: 'R1' } }],
    ['about another order', { code: 0, data: { no: 'X', sn: 'R1' } }, {}, { kind: 'unknown' }],
    ['without an order', { code: 0 }, {}, { kind: 'unknown' }],
    ['a known no', { code: 7, msg: '库存不足' }, {}, { kind: 'refused', about: 'stock', code: '7' }],
    ['its code with other words', { code: 7, msg: '别的' }, {}, { kind: 'unknown' }],
    ['a no that may hide a yes', { code: 7, msg: '库存：单号重复' }, {}, { kind: 'unknown' }],
    ['a code that nobody knows', { code: 99, msg: '库存不足' }, {}, { kind: 'unknown' }],
    ['not found while placing', { code: 8 }, {}, { kind: 'unknown' }],
    ['no code', { data: {} }, {}, { kind: 'unknown' }],
    ['half an answer', '{"code":0,"da', {}, { kind: 'unknown' }],
    ['a page', '<html>', {}, { kind: 'unknown' }],
    ['500 with a yes', order({}), { status: 500 }, { kind: 'unknown' }],
    ['429, which a rule knows', '<html>', { status: 429 }, { kind: 'refused', about: 'limit' }],
    ['a code from the prototype', { code: 'constructor' }, {}, { kind: 'unknown' }],
  ])('placing: %s', (_name, body, more, expected) => {
    expect(read('place', body, more)).toMatchObject(expected)
  })

  const done = (state: string, more: object = {}) => order({ state, cost: '10.5', num: 1, ...more })
  const card = (s: string) => ({ n: `N${s}`, s })
  test.each<[string, unknown, object, object]>([
    ['done', done('2'), {}, { kind: 'done', order: { state: 'done', costHao: 105_000 } }],
    ['under way', done('1'), {}, { order: { state: 'accepted' } }],
    ['failed', done('3'), {}, { order: { state: 'failed' } }],
    ['a state that nobody knows', done('17'), {}, { kind: 'unknown' }],
    ['a state from the prototype', done('toString'), {}, { kind: 'unknown' }],
    ['no state', order({ num: 1 }), {}, { kind: 'unknown' }],
    ['another quantity', done('2', { num: 2 }), {}, { kind: 'unknown' }],
    ['not found', { code: 8 }, {}, { kind: 'not_found' }],
    ['a known no says nothing about the order', { code: 7, msg: '库存不足' }, {}, { kind: 'unknown' }],
    [
      'one card',
      done('2', { cards: [card('a')] }),
      { kind: 'card' },
      { order: { state: 'done', cards: [{ number: 'Na', secret: 'a', validTo: null }] } },
    ],
    ['no cards', done('2', { cards: [] }), { kind: 'card' }, { kind: 'unknown' }],
    ['too many', done('2', { cards: [card('a'), card('b')] }), { kind: 'card' }, { kind: 'unknown' }],
    [
      'too few are a part',
      done('2', { num: 2, cards: [card('a')] }),
      { kind: 'card', quantity: 2 },
      { order: { state: 'partial', arrived: 1 } },
    ],
    [
      'the same twice',
      done('2', { num: 2, cards: [card('a'), card('a')] }),
      { kind: 'card', quantity: 2 },
      { kind: 'unknown' },
    ],
    ['an empty card', done('2', { cards: [{ n: '', s: '' }] }), { kind: 'card' }, { kind: 'unknown' }],
    [
      'a card of something else',
      done('2', { cards: [{ n: null, s: 'see your phone' }] }),
      { kind: 'card' },
      { kind: 'unknown' },
    ],
    [
      'an end that cannot be read',
      done('2', { cards: [{ ...card('a'), end: 'soon' }] }),
      { kind: 'card' },
      { kind: 'unknown' },
    ],
    [
      'a day as the end',
      done('2', { cards: [{ ...card('a'), end: '2027-1-31' }] }),
      { kind: 'card' },
      { order: { cards: [{ validTo: '2027-01-31T23:59:59+08:00' }] } },
    ],
    ['a link that is none', done('2', { cards: [card('javascript:1')] }), { kind: 'link' }, { kind: 'unknown' }],
    ['all money back', done('4', { back: '10.50' }), {}, { order: { state: 'failed' } }],
    ['no money back', done('4', { back: 0 }), {}, { kind: 'unknown' }],
    [
      'half of the money back',
      done('4', { num: 2, back: 5.25 }),
      { quantity: 2 },
      { order: { state: 'partial', arrived: 1, costHao: 52_500 } },
    ],
    ['an odd part of it', done('4', { num: 2, back: 1 }), { quantity: 2 }, { kind: 'unknown' }],
    [
      'done, with a part of the money back',
      done('2', { num: 2, back: 5.25 }),
      { quantity: 2 },
      { order: { state: 'partial', arrived: 1 } },
    ],
    ['a part', done('5', { num: 3, came: 2 }), { quantity: 3 }, { order: { state: 'partial', arrived: 2 } }],
    ['a part that is all', done('5', { num: 3, came: 3 }), { quantity: 3 }, { kind: 'unknown' }],
    ['a cost that is no number', done('2', { cost: 'free' }), {}, { order: { state: 'done', costHao: null } }],
  ])('asking: %s', (_name, body, more, expected) => {
    expect(read('ask', body, more)).toMatchObject(expected)
  })

  test('answers that are signed count with their signature only', () => {
    const profile = small((one) => ({
      ...one,
      answers: {
        ...one.answers,
        signing: { text: [{ is: 'field', name: 'data' }, { is: 'secret' }], hash: 'md5', name: 'sign' },
      },
      ask: { ...one.ask, order: { ...one.ask.order, root: 'data!' } },
    }))
    const data = JSON.stringify({ no: NO, state: '2', num: 1, cost: 1 })
    const body = (sign: string, code = 0) => JSON.stringify({ code, data, sign })
    expect(read('ask', body(md5(`${data}k3y`)), { profile })).toMatchObject({ order: { state: 'done' } })
    expect(read('ask', body(md5(`${data}other`)), { profile })).toMatchObject({ kind: 'unknown' })
    expect(read('ask', JSON.stringify({ code: 0, data }), { profile })).toMatchObject({ kind: 'unknown' })
    expect(read('ask', body('0'.repeat(32), 8), { profile })).toMatchObject({ kind: 'unknown' })
  })

  const key16 = 'k3yk3yk3yk3yk3y!'
  const iv = randomBytes(16)
  const sealed = (algorithm: string, key: string | Buffer, vector: Buffer | null, text: string): Buffer => {
    const cipher = createCipheriv(algorithm, key, vector)
    return Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  }
  const list = JSON.stringify([{ n: '卡1', s: 'pass' }])
  test.each<[string, object, string]>([
    ['base64 of a list', { of: 'list', cipher: 'base64' }, Buffer.from(list).toString('base64')],
    [
      'AES-128-ECB under the text',
      { of: 'list', cipher: 'aes-128-ecb' },
      sealed('aes-128-ecb', key16, null, list).toString('base64'),
    ],
    [
      'AES-256-ECB under its MD5 in hex',
      { of: 'list', cipher: 'aes-256-ecb', keyIs: 'md5-hex', encoding: 'hex' },
      sealed('aes-256-ecb', md5(key16), null, list).toString('hex'),
    ],
    [
      'AES-256-CBC under its SHA-256, nothing as vector',
      { of: 'list', cipher: 'aes-256-cbc', keyIs: 'sha256', iv: 'zero' },
      sealed('aes-256-cbc', createHash('sha256').update(key16).digest(), Buffer.alloc(16), list).toString('base64'),
    ],
    [
      'AES-128-CBC with its vector ahead',
      { of: 'list', cipher: 'aes-128-cbc', iv: 'ahead' },
      Buffer.concat([iv, sealed('aes-128-cbc', key16, iv, list)]).toString('base64'),
    ],
    [
      'AES-128-CBC, the key as vector',
      { of: 'list', cipher: 'aes-128-cbc', iv: 'key' },
      sealed('aes-128-cbc', key16, Buffer.from(key16), list).toString('base64'),
    ],
  ])('cards in %s', (_name, cipher, cards) => {
    const profile = supplierProfile.parse({
      ...SMALL,
      ask: { ...SMALL.ask, order: { ...SMALL.ask.order, cards: { at: 'cards', number: 'n', secret: 's', cipher } } },
    })
    const answer = { body: JSON.stringify(done('2', { cards })) }
    const sample = { ...SAMPLE, quantity: 1, kind: 'card' as const }
    const own = { ...account, secrets: { key: key16 } }
    expect(readSample(profile, own, 'ask', sample, answer).outcome).toMatchObject({
      order: { state: 'done', cards: [{ number: '卡1', secret: 'pass' }] },
    })
    if ((cipher as { cipher: string }).cipher === 'base64') return
    for (const key of ['x'.repeat(16), 'short', '']) {
      const outcome = readSample(profile, { ...account, secrets: { key: key || ' ' } }, 'ask', sample, answer).outcome
      expect(outcome).toMatchObject({ kind: 'unknown' })
      expect(JSON.stringify(outcome)).not.toContain('pass')
    }
  })

  test('a wrong key never makes a card, however often the padding happens to fit', () => {
    const profile = supplierProfile.parse({
      ...SMALL,
      ask: {
        ...SMALL.ask,
        order: {
          ...SMALL.ask.order,
          cards: { at: 'cards', secret: 's', cipher: { of: 'each', cipher: 'aes-128-ecb' } },
        },
      },
    })
    const kinds = new Set<string>()
    for (let index = 0; index < 3_000; index += 1) {
      const s = sealed('aes-128-ecb', randomBytes(16), null, `code-${index}`).toString('base64')
      const body = JSON.stringify(done('2', { cards: [{ s }] }))
      kinds.add(
        String(
          (
            readSample(
              profile,
              { ...account, secrets: { key: key16 } },
              'ask',
              { ...SAMPLE, quantity: 1, kind: 'card' },
              { body },
            ).outcome as AskOutcome
          ).kind,
        ),
      )
    }
    expect([...kinds]).toEqual(['unknown'])
  })

  test('products: what cannot be bought is left out, what is not told is null', () => {
    const goods = {
      id: 7,
      goods_name: ' 月卡 ',
      goods_type: 1,
      goods_price: '2.0050',
      face_value: '-1',
      status: 1,
      stock_num: -1,
    }
    const list = [goods, { ...goods, id: 8, goods_price: 'free' }, { ...goods, id: 9, status: 3, goods_type: 2 }]
    const body = JSON.stringify({ code: 200, data: { list, total: 250 } })
    const page = readSample(shipped('kasushou'), account, 'products', SAMPLE, { body })
    const told = { faceHao: null, stock: null, minQuantity: 1, maxQuantity: null, costHao: 20_050 }
    expect(page.outcome).toMatchObject({
      kind: 'done',
      value: {
        next: '2',
        items: [
          { remoteId: '7', name: '月卡', kind: 'card', onSale: true, ...told },
          { remoteId: '9', kind: 'direct', onSale: false },
        ],
      },
    })
    const broken = JSON.stringify({ code: 200, data: { list: [{}], total: 1 } })
    expect(readSample(shipped('kasushou'), account, 'products', SAMPLE, { body: broken }).outcome).toMatchObject({
      kind: 'unknown',
    })
  })

  test('cards as text: lines of number and password; what could be read in two ways is not read', () => {
    const profile = (cards: object) =>
      supplierProfile.parse({
        ...SMALL,
        ask: { ...SMALL.ask, order: { ...SMALL.ask.order, cards: { at: 'cards', shape: 'text', ...cards } } },
      })
    const of = (cards: string, how: object = {}, quantity = 2) =>
      read('ask', done('2', { num: quantity, cards }), { profile: profile(how), kind: 'card', quantity })
    expect(of('1,a\r\n2,b\n')).toMatchObject({
      order: {
        cards: [
          { number: '1', secret: 'a' },
          { number: '2', secret: 'b' },
        ],
      },
    })
    expect(of('a|b', { between: '|' })).toMatchObject({
      order: { cards: [{ number: '', secret: 'a' }, { secret: 'b' }] },
    })
    expect(of('1----a----x', { inside: '----' }, 1)).toMatchObject({ kind: 'unknown' })
  })
})

describe('an account that is checked', () => {
  const check = {
    path: '/check',
    fields: [{ to: 'who', from: 'account' as const, text: 'recharge_account' }],
    state: 'state',
    states: { ok: 'valid' as const, no: 'invalid' as const },
    nickname: 'name',
  }
  const profile = supplierProfile.parse({ ...SMALL, checkAccount: check })
  const said = (answer: object, of = profile) =>
    readSample(of, account, 'checkAccount', SAMPLE, { body: JSON.stringify(answer) }).outcome

  test('is asked for in a request of its own, signed like the others', () => {
    const request = dryRun(profile, account, 'checkAccount', SAMPLE)
    expect(request).toMatchObject({
      url: 'https://supplier.test/check',
      body: expect.stringContaining('13800138000'),
      signature: md5('who=13800138000k3y'),
    })
    expect(declarativeAdapter(profile).capabilities.accountCheck).toBe(true)
    expect(declarativeAdapter(small()).capabilities.accountCheck).toBe(false)
  })

  test.each<[string, object, object]>([
    ['yes, and whose it is', { code: 0, state: 'ok', name: ' 张三 ' }, { value: { ok: true, nickname: '张三' } }],
    ['no', { code: 0, state: 'no' }, { value: { ok: false, nickname: '' } }],
    ['a state that nobody named', { code: 0, state: 'maybe' }, { kind: 'unknown' }],
    ['a state that is an object’s own', { code: 0, state: 'constructor' }, { kind: 'unknown' }],
    ['no state', { code: 0 }, { kind: 'unknown' }],
    ['a code that no rule knows', { code: 9, state: 'ok' }, { kind: 'unknown' }],
    ['not found', { code: 8, msg: 'x' }, { kind: 'unknown' }],
    ['a refusal about something else', { code: 7, msg: '库存不足' }, { kind: 'refused', about: 'stock' }],
  ])('%s', (_what, answer, expected) => {
    expect(said(answer)).toMatchObject(expected)
  })
})

describe('the check of a profile', () => {
  const issues = (profile: SupplierProfileInput): readonly string[] => {
    const parsed = supplierProfile.safeParse(profile)
    return parsed.success ? [] : parsed.error.issues.map(({ message, path }) => `${path.join('.')}: ${message}`)
  }
  const { place, ask, signing, answers } = SMALL
  const cards = { at: 'cards', secret: 's' }
  test.each<[string, Partial<SupplierProfileInput>, string]>([
    ['a path that runs', { answers: { ...answers, code: 'a[b]()' } }, 'answers.code: supplier_profile.path_invalid'],
    [
      'an order without our number',
      { place: { ...place, fields: [{ to: 'id', from: 'remoteId' }] } },
      'place.fields: supplier_profile.own_number_missing',
    ],
    ['asking without our number', { ask: { ...ask, fields: [] } }, 'ask.fields: supplier_profile.own_number_missing'],
    [
      'an order without a quantity',
      { place: { ...place, fields: (place.fields ?? []).slice(0, 2) } },
      'place.fields: supplier_profile.quantity_missing',
    ],
    [
      'a field twice',
      { place: { ...place, fields: [...(place.fields ?? []), { to: 'no', from: 'buyerIp' }] } },
      'place.fields.3.to: supplier_profile.repeated_field',
    ],
    ['a body for GET', { ask: { ...ask, method: 'GET' } }, 'ask.fields: supplier_profile.body_needs_post'],
    [
      'a signature without a secret',
      { signing: { ...signing, text: [{ is: 'pairs' }] } },
      'signing.text: supplier_profile.secret_not_signed',
    ],
    [
      'a secret that is nobody’s',
      { signing: { ...signing, text: [{ is: 'secret', name: 'nope' }] } },
      'signing.text.0.name: supplier_profile.secret_unknown',
    ],
    [
      'a signature over a field’s name',
      { signing: { ...signing, name: 'no' } },
      'signing.name: supplier_profile.signature_taken',
    ],
    [
      'a listed order of nothing',
      { signing: { ...signing, text: [{ is: 'pairs', sort: 'listed' }, { is: 'secret' }] } },
      'signing.text.0.only: supplier_profile.names_missing',
    ],
    ['a secret in an address', { ask: { ...ask, path: '/x/{key}' } }, 'ask.path: supplier_profile.secret_in_address'],
    [
      'a setting that does not exist',
      { ask: { ...ask, path: '/x/{nope}' } },
      'ask.path: supplier_profile.setting_unknown',
    ],
    [
      'a refusal about nothing',
      { answers: { ...answers, rules: [{ codes: ['1'], means: 'refused' }] } },
      'answers.rules.0.about: supplier_profile.about_missing',
    ],
    [
      'a rule of nothing',
      { answers: { ...answers, rules: [{ means: 'uncertain' }] } },
      'answers.rules.0: supplier_profile.rule_empty',
    ],
    [
      'states without an end',
      { ask: { ...ask, order: { state: 's', states: { '1': 'done' } } } },
      'ask.order.states: supplier_profile.states_incomplete',
    ],
    ['asking without a state', { ask: { ...ask, order: {} } }, 'ask.order.state: supplier_profile.state_missing'],
    [
      'refunds without amounts',
      { ask: { ...ask, order: { state: 's', states: { '1': 'done', '2': 'refunded' } } } },
      'ask.order.refund: supplier_profile.refund_missing',
    ],
    [
      'cards without a password',
      { ask: { ...ask, order: { ...ask.order, cards: { at: 'cards' } } } },
      'ask.order.cards.secret: supplier_profile.card_names',
    ],
    [
      'CBC without a vector',
      { ask: { ...ask, order: { ...ask.order, cards: { ...cards, cipher: { of: 'list', cipher: 'aes-128-cbc' } } } } },
      'ask.order.cards.cipher.iv: supplier_profile.iv_missing',
    ],
    [
      'all fields without a shape',
      { common: [{ to: 'f', from: 'fields' }] },
      'common.0.shape: supplier_profile.shape_missing',
    ],
    [
      'a setting without its name',
      { common: [{ to: 'f', from: 'setting' }] },
      'common.0.text: supplier_profile.text_missing',
    ],
    ['a callback that names nothing', { callback: { signing } }, 'callback.no: supplier_profile.callback_names'],
    [
      'a check of nobody’s account',
      { checkAccount: { path: '/check', fields: [] } },
      'checkAccount.fields: supplier_profile.account_missing',
    ],
    [
      'a check that everybody passes',
      {
        checkAccount: { path: '/check', fields: [{ to: 'a', from: 'account' }], state: 's', states: { '1': 'valid' } },
      },
      'checkAccount.states: supplier_profile.verdicts_incomplete',
    ],
    [
      'a callback whose number is not signed',
      { callback: { no: 'no', signing: { ...signing, text: [{ is: 'pairs', only: ['status'] }, { is: 'secret' }] } } },
      'callback.signing: supplier_profile.number_not_signed',
    ],
  ])('refuses %s, and says so in both languages', (_name, change, expected) => {
    expect(issues({ ...SMALL, ...change })).toContain(expected)
    const code = expected.split(': ')[1] ?? ''
    const [zh, en] = [errorMessage(code, {}, 'zh-CN'), errorMessage(code, {}, 'en')]
    expect(zh).toMatch(/\p{Script=Han}/u)
    expect(en).not.toBe(code)
  })

  test('takes the smallest one, and what the console writes of the shipped ones', () => {
    expect(issues(SMALL)).toEqual([])
    for (const profile of shippedProfiles) expect(issues(JSON.parse(JSON.stringify(profile)))).toEqual([])
  })
})
