import { createHmac, randomUUID } from 'node:crypto'
import iconv from 'iconv-lite'
import { describe, expect, test } from 'vitest'
import { explainCallback } from '../../src/modules/suppliers/adapters/declarative/callback.ts'
import { declarativeAdapter } from '../../src/modules/suppliers/adapters/declarative/index.ts'
import { shippedProfiles } from '../../src/modules/suppliers/adapters/declarative/profiles.ts'
import { supplierAdapters } from '../../src/modules/suppliers/index.ts'
import { isUnstorable } from '../../src/platform/db/index.ts'
import { expectBooksRight } from './books.ts'
import { shopOfLanhai } from './by-hand.ts'
import { openHouse, type Shop } from './shop.ts'

/**
 * Zero bytes and halves of characters, which a database cannot keep, in what others send us: taken or refused with a sentence,
 * never an error of ours, and never the end of what comes with it.
 */

const house = await openHouse({ supplierAdapters })
/** As a program of theirs would write it: cut off in the middle of an emoji, or padded with zeros. */
const BAD = ['A\0B', 'A\ud83d', '\0', '\udc00\0\ud83d'] as const

const post = (url: string, body: string | Uint8Array, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', headers, body: body as never })

describe('callbacks of suppliers', () => {
  const takesProducts = shippedProfiles.filter(({ callback }) => callback?.product)

  test('product callbacks are taken by these adapters', () => {
    expect(takesProducts.map(({ id }) => id)).toEqual(['kasushou', 'kayixin'])
  })

  test.each(takesProducts.map((profile) => [profile.id, profile] as const))(
    'a signed one of %s about goods with such an id is taken',
    async (id, profile) => {
      const shop = await house.newShop()
      const secrets = Object.fromEntries(
        profile.settings.filter(({ secret }) => secret).map(({ key }) => [key, 'a-secret-of-16-signs']),
      )
      const supplier = await shop.staff.call(
        'suppliers.create',
        {
          body: {
            name: id,
            adapter: id,
            baseUrl: 'http://127.0.0.1:9',
            identity: '10001',
            secrets,
            concurrent: 4,
            perMinute: 60,
          },
        },
        { idempotencyKey: randomUUID() },
      )
      const account = { identity: '10001', secrets, settings: {}, baseUrl: '', callbackUrl: '' } as never
      for (const bad of [...BAD, '77']) {
        const now = Date.now()
        const said = { [profile.callback?.product?.remoteId ?? 'id']: bad, time: String(now) }
        const head = {
          'content-type': 'application/json',
          'x-app-id': '10001',
          'x-version': '1.0',
          'x-timestamp': String(Math.floor(now / 1000)),
        }
        const raw = (body: string, headers = {}) => ({ method: 'POST', path: '/', headers, body: Buffer.from(body) })
        const signature = explainCallback(profile, account, raw(JSON.stringify(said), head))?.expected ?? ''
        const isInHead = profile.callback?.signing.place === 'header'
        const body = JSON.stringify(isInHead ? said : { ...said, sign: signature })
        const headers = { ...head, 'x-signature': signature }
        expect(declarativeAdapter(profile).verifyCallback(account, raw(body, headers), new Date())).toMatchObject({
          about: 'product',
        })
        const answer = await post(`${shop.base}/api/supply/${supplier.id}/notify`, body, headers)
        expect([bad, answer.status]).toEqual([bad, 200])
      }
    },
  )
})

test('what is let through to the database all the same is the sender’s fault, not ours', async () => {
  for (const [statement, value] of [
    ['select $1::text', 'a\0b'],
    ['select $1::jsonb', '{"a":"\\u0000"}'],
    ["select $1::jsonb ->> 'a'", '{"a":"\\ud83d"}'],
  ] as const) {
    expect(isUnstorable(await house.query(statement, [value]).catch((error) => error))).toBe(true)
  }
  expect(isUnstorable(await house.query('select $1::integer', ['x']).catch((error) => error))).toBe(false)
})

test('receipts of text messages end no other receipt that came with them', async () => {
  const shop = await house.newShop()
  const { smsAliyun, sms, ...others } = (await shop.staff.call('notify.getChannels', {})) as never as Record<
    string,
    { receiptUrl?: string }
  >
  const url = (sms ?? smsAliyun ?? Object.values(others).find((one) => one.receiptUrl))?.receiptUrl ?? ''
  expect(url).not.toBe('')
  const receipts = BAD.map((bad) => ({
    phone_number: `1380000${bad}`,
    success: true,
    err_code: bad,
    err_msg: bad,
    biz_id: bad,
    out_id: bad,
  }))
  const answer = await post(`${house.url}${new URL(url).pathname}`, JSON.stringify(receipts), {
    'content-type': 'application/json',
  })
  expect([answer.status, await answer.json()]).toMatchObject([200, { code: 0 }])
})

test('notices of a gateway with such words in them are refused one by one', async () => {
  const shop = await house.newShop()
  const goods = await shop.stock(40)
  const { merchant } = house.standIns.paygate
  const path = `/s/${shop.slug}/api/pay/sim-pay/notify`
  const notice = async (change: Record<string, unknown>) => {
    const order = await shop.place(goods, 1)
    const body = JSON.stringify({
      event: 'PAYMENT.SUCCESS',
      merchant_id: merchant.id,
      out_trade_no: String(order.no),
      trade_no: randomUUID().replaceAll('-', ''),
      amount: goods.priceFen,
      currency: 'CNY',
      paid_at: new Date().toISOString(),
      ...change,
    })
    const [timestamp, nonce] = [String(Math.floor(Date.now() / 1000)), randomUUID()]
    const signature = createHmac('sha256', merchant.secret)
      .update(`POST\n${path}\n${timestamp}\n${nonce}\n`)
      .update(body)
      .digest('hex')
    const answer = await post(`${house.url}${path}`, body, {
      'content-type': 'application/json',
      'x-pay-merchant': merchant.id,
      'x-pay-timestamp': timestamp,
      'x-pay-nonce': nonce,
      'x-pay-signature': signature,
    })
    return answer.status
  }
  expect(await notice({})).toBe(200)
  for (const bad of BAD) {
    for (const field of ['trade_no', 'out_trade_no', 'currency', 'paid_at', 'event']) {
      expect([field, bad, await notice({ [field]: bad })]).toEqual([field, bad, 400])
    }
  }
  await expectBooksRight(house, shop.tenantId)
})

describe('files', () => {
  /** The same cells with zeros in text, and as a spreadsheet program writes Unicode, with halves of characters. */
  const filesOf = (head: string): readonly (readonly [string, Buffer])[] => {
    const text = `${head}\r\n${BAD.map((bad) => head.replaceAll(/[^,]+/g, bad)).join('\r\n')}\r\n`
    const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])
    return [
      ['utf-8', Buffer.from(text)],
      ['utf-16', wide],
      ['gbk', iconv.encode(text, 'gbk')],
      ['zeros', Buffer.alloc(100)],
    ]
  }
  const NAMES = ['a\0b.csv', `${'x'.repeat(254)}😀.csv`, 'a\ud83d.csv'.toWellFormed(), 'a.csv']

  async function expectCivil(
    shop: Shop,
    person: Shop['staff'],
    id: string,
    input: object,
    head: string,
  ): Promise<void> {
    for (const [coding, content] of filesOf(head)) {
      for (const fileName of NAMES) {
        const problem = await person
          .upload(id as never, input as never, new Uint8Array(content) as never, { fileName })
          .then(
            () => undefined,
            (error) => error,
          )
        expect([id, coding, fileName, problem?.status ?? 200, problem?.code]).toEqual([
          id,
          coding,
          fileName,
          expect.toSatisfy((status: number) => status < 500 && status >= 200),
          problem?.code,
        ])
      }
    }
    expect(shop.tenantId).toBeGreaterThan(0)
  }

  test('of every route that takes one', async () => {
    const { shop, id: supplierId, person } = await shopOfLanhai(house)
    const goods = await shop.stock(0)
    const [supplied] = (await person.call('workspace.listProducts', { query: {} })).items
    const bulk = await shop.staff.call(
      'bulk.create',
      { body: { name: '礼', payer: 'shop', skuId: goods.skuId } as never },
      { idempotencyKey: randomUUID() },
    )
    const day = new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10)
    const staff: readonly (readonly [string, object, string])[] = [
      ['bulk.upload', { params: { bulkId: bulk.id } }, '商品,数量,联系方式,备注'],
      ['reconciliation.previewStatement', { params: { supplierId } }, '订单号,金额,状态,时间'],
      ['reconciliation.upload', { params: { gateway: `supplier-${supplierId}`, day } }, '订单号,金额,状态,时间'],
      ['reconciliation.upload', { params: { gateway: 'sim-pay', day } }, '订单号,金额,状态,时间'],
      ['suppliers.keepPaper', { params: { supplierId }, query: { kind: 'licence', title: '执照' } }, '%PDF-1.7'],
      ['catalog.uploadPicture', {}, 'PNG'],
    ]
    for (const [id, input, head] of staff) await expectCivil(shop, shop.staff, id, input, head)
    for (const [, content] of filesOf('A')) {
      for (const fileName of NAMES) {
        const batch = await shop.staff.call('vault.createImport', { body: { skuId: goods.skuId, fileName: 'a.csv' } })
        const done = await shop.staff
          .upload('vault.uploadImport', { params: { batchId: batch.id } }, new Uint8Array(content) as never, {
            fileName,
          })
          .catch((error) => error)
        expect(done.status ?? 200).toBeLessThan(500)
      }
    }
    const theirs: readonly (readonly [string, object, string])[] = [
      ['workspace.readFile', { query: {} }, '商品编码,名称,供货价,库存'],
      ['workspace.offerCodes', { query: { productId: supplied?.id } }, 'code'],
      ['workspace.offerPaper', { query: { kind: 'licence', title: '执照' } }, '%PDF-1.7'],
    ]
    for (const [id, input, head] of theirs) await expectCivil(shop, person, id, input, head)
    await expectBooksRight(house, shop.tenantId)
  })
})
