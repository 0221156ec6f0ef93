import { createCipheriv, createHash, createHmac, randomBytes } from 'node:crypto'
import { type SupplierProfile, type SupplierSigning, supplierProfile } from '@quanshu/contract'
import { describe, expect, test } from 'vitest'
import type { AskOutcome, PlaceOutcome } from '../../supplier.ts'
import { account, md5, NO, SAMPLE, SMALL, shipped, small } from './declarative.fixture.ts'
import { declarativeAdapter } from './index.ts'
import { signatureOf, signedText } from './signing.ts'
import { dryRun, readSample, type Sample } from './trial.ts'

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
    ['no cards', done('2', { cards: [] }), { kind: 'card' }, { kind: 'unknown', code: 'no_cards' }],
    ['too many', done('2', { cards: [card('a'), card('b')] }), { kind: 'card' }, { kind: 'unknown' }],
    [
      'too few are a part',
      done('2', { num: 2, cards: [card('a')] }),
      { kind: 'card', quantity: 2 },
      { order: { state: 'partial', arrived: 1 } },
    ],
    [
      'too few, and no money back',
      done('2', { num: 2, back: 0, cards: [card('a')] }),
      { kind: 'card', quantity: 2 },
      { kind: 'unknown', code: 'no_cards' },
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
    [
      'a link that is none',
      done('2', { cards: [card('javascript:1')] }),
      { kind: 'link' },
      { kind: 'unknown', code: 'unreadable' },
    ],
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
