import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { inflateRawSync } from 'node:zlib'
import type { RouteSpec } from '@quanshu/contract'
import * as contract from '@quanshu/contract'
import iconv from 'iconv-lite'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { expectBooksRight } from './books.ts'
import { codesOf, isDelivered, openHouse, type Shop, toCashier, until } from './shop.ts'

const house = await openHouse()
const shop = await house.newShop({ 'delivery.emailCarries': 'codes' })
// Connections that never say anything; when this file's house stops, it must not wait for them.
for (let n = 0; n < 3; n += 1) connect(Number(new URL(house.url).port), '127.0.0.1').on('error', () => undefined)

const ROUTES: readonly RouteSpec[] = Object.values(contract)
  .flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []))
  .filter(
    (value): value is RouteSpec => typeof value === 'object' && value !== null && 'path' in value && 'access' in value,
  )

const HOSTILE_TEXTS = [
  `'; drop table orders.orders; --`,
  `" or 1=1 --`,
  `<script>alert(1)</script>`,
  `=HYPERLINK("http://evil.test","x")`,
  `{{7*7}}\${7*7}`,
  `%s%n%x`,
  `../../../etc/passwd`,
  '\u202ereversed\u0007\u001b[31m',
  '😀'.repeat(300),
  'a\u0000b',
  '\ud800',
  'x'.repeat(60_000),
  '',
]
const HOSTILE_NUMBERS = [-1, 0, 0.5, 1e308, 2 ** 53, -(2 ** 63), 1e-9]

describe('whatever is sent, the answer is one of ours, with a sentence in the chosen language', () => {
  const [staff, member] = [caller('staff'), caller('member')]

  test.each(ROUTES.filter(({ body }) => body !== undefined).map((route) => [route.id, route] as const))(
    'body of %s',
    async (_id, route) => {
      const schema = z.toJSONSchema(route.body as z.ZodType, { io: 'input', unrepresentable: 'any' })
      const bodies = [
        ...HOSTILE_TEXTS.map((text) => sample(schema, text, 1)),
        ...HOSTILE_NUMBERS.map((number) => sample(schema, '测试', number)),
        { ...(sample(schema, '测试', 1) as object), unknown: 1, __proto__: { polluted: true }, constructor: 1 },
        null,
        [],
        'text',
        7,
        true,
        nested(2_000),
      ]
      for (const [n, body] of bodies.entries()) {
        const send = route.path.startsWith('/api/console/') ? await staff : await member
        await expectCivil(await send(route, { body: JSON.stringify(body), english: n % 2 === 1 }), n % 2 === 1)
      }
    },
  )

  test('queries of every list', async () => {
    for (const route of ROUTES.filter(({ query, responseKind }) => query !== undefined && responseKind !== 'sse')) {
      const send = route.path.startsWith('/api/console/') ? await staff : await member
      for (const key of Object.keys(route.query?.shape ?? {})) {
        for (const value of [
          `' or 1=1--`,
          '-1',
          '99999999999999999999',
          'NaN',
          '\u0000',
          '\ufffd',
          '%',
          '2026-02-31T00:00:00Z',
        ]) {
          const query = `?${key}=${encodeURIComponent(value)}`
          await expectCivil(await send(route, { query }), false)
        }
        await expectCivil(await send(route, { query: `?${key}=1&${key}=2&${key}[]=3` }), false)
        await expectCivil(await send(route, { query: `?${key}=%E0%A4%A` }), false)
      }
    }
  })

  test('ids in every path', async () => {
    for (const route of ROUTES.filter(({ path, responseKind }) => path.includes('/:') && responseKind !== 'sse')) {
      const send = route.path.startsWith('/api/console/') ? await staff : await member
      for (const value of [
        'abc',
        '-1',
        '0',
        '1.5',
        '99999999999999999999',
        '%00',
        '..%2f..%2fetc',
        "1'--",
        '1e3',
        '%',
      ]) {
        const body = route.body ? { body: '{"reason":"测试"}' } : {}
        await expectCivil(await send(route, { ...body, id: value }), false)
      }
    }
  })

  test('nothing of that left a trace in the books or in the code', async () => {
    // The callers were let in, or all of this would have tried one door only.
    expect((await (await staff)(routeOf('identity.getMe'), {})).status).toBe(200)
    const all = [...statuses.values()].reduce((sum, times) => sum + times, 0)
    expect((statuses.get(401) ?? 0) / all).toBeLessThan(0.05)
    expect(statuses.get(422) ?? 0).toBeGreaterThan(500)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
    await expectBooksRight(house, shop.tenantId)
    expect((await shop.visitor().call('tenancy.getShop', {})).slug).toBe(shop.slug)
  })

  test.each([
    ['text/plain', 'hello', 415],
    ['application/x-www-form-urlencoded', 'a=1', 415],
    ['application/xml', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', 415],
    ['multipart/form-data; boundary=x', '--x--', 415],
    ['application/json', '{"lines":', 400],
    ['application/json', '', 400],
    ['application/json; charset=utf-16', '{}', 422],
    ['application/json', '{"__proto__":{"x":1},"lines":[]}', 400],
  ] as const)('a body of type %s that says %j is %i', async (type, body, status) => {
    const send = await member
    const answer = await send(routeOf('orders.quote'), { body, type })
    await expectCivil(answer, false)
    expect(answer.status).toBe(status)
  })

  test('ten megabytes are too much, announced or not', async () => {
    const ten = Buffer.alloc(10 * 1024 * 1024, 'x')
    const url = `${shop.base}/api/mall/quotes`
    const headers = { 'content-type': 'application/json', 'x-quanshu-client': 'test', 'x-quanshu-locale': 'en' }
    const announced = await fetch(url, { method: 'POST', headers, body: ten })
    expect([announced.status, ((await announced.json()) as { readonly detail: string }).detail]).toEqual([
      413,
      expect.stringContaining('65536'),
    ])
    const chunked = await fetch(url, {
      method: 'POST',
      headers,
      body: new Blob([ten]).stream(),
      duplex: 'half',
    } as RequestInit).then(
      ({ status }) => status,
      () => 'cut off',
    )
    expect([413, 'cut off']).toContain(chunked)
    await expect(
      shop.staff.upload('catalog.uploadPicture', {}, new Uint8Array(11 * 1024 * 1024), { contentType: 'image/png' }),
    ).rejects.toMatchObject({ code: 'common.body_too_large', status: 413 })
  })
})

describe('prices and quantities', () => {
  test.each([
    ['a price of nothing', { unitPriceFen: 0 }, 'orders.price_changed'],
    ['a lower price', { unitPriceFen: 1 }, 'orders.price_changed'],
    ['a negative price', { unitPriceFen: -1990 }, 'orders.price_changed'],
    ['half a fen', { unitPriceFen: 1989.5 }, 'common.invalid_input'],
    ['no pieces', { quantity: 0 }, 'common.invalid_input'],
    ['less than none', { quantity: -1 }, 'common.invalid_input'],
    ['half a piece', { quantity: 0.5 }, 'common.invalid_input'],
    ['more than anybody has', { quantity: 2 ** 31 }, 'common.invalid_input'],
    ['more than there are', { quantity: 9_999 }, 'orders.sold_out'],
    ['a quantity in words', { quantity: '1' }, 'common.invalid_input'],
  ] as const)('%s is refused, and nothing is held', async (_name, wrong, code) => {
    const goods = await shop.stock(2)
    const line = { skuId: goods.skuId, quantity: 1, unitPriceFen: goods.priceFen, ...wrong }
    await expect(placeRaw(shop, { lines: [line] })).rejects.toMatchObject({ code })
    const orders = await house.query(`select from orders.lines where tenant_id = $1 and sku_id = $2`, [
      shop.tenantId,
      goods.skuId,
    ])
    expect(orders).toEqual([])
  })

  test('the same SKU twice in one order is refused, so that limits cannot be split', async () => {
    const goods = await shop.stock(2)
    const line = { skuId: goods.skuId, quantity: 1, unitPriceFen: goods.priceFen }
    await expect(placeRaw(shop, { lines: [line, line] })).rejects.toMatchObject({ code: 'orders.duplicate_line' })
  })

  test('keys that nobody asked for decide nothing', async () => {
    const goods = await shop.stock(1)
    const line = { skuId: goods.skuId, quantity: 1, unitPriceFen: goods.priceFen, amountFen: 1, state: 'delivered' }
    const extra = { totalFen: 0, state: 'paid', memberId: 1, no: 1, tenantId: 1, holdSeconds: 10 ** 9 }
    const view = await placeRaw(shop, { lines: [line], ...extra })
    expect(view).toMatchObject({ state: 'pending', totalFen: goods.priceFen })
    expect(Date.parse(view.expiresAt) - Date.parse(view.now)).toBeLessThanOrEqual(15 * 60_000)
  })

  test('free goods cost nothing and are delivered at once, goods with a price never become free by a way to pay', async () => {
    const free = await shop.stock(2, { sku: { priceFen: 0, free: true } })
    const { visitor } = await shop.member()
    const given = await shop.place(free, 1, { visitor, payWith: 'balance' })
    expect(given.view).toMatchObject({ state: 'delivered', totalFen: 0 })
    const goods = await shop.stock(1)
    await expect(shop.place(goods, 1, { visitor, payWith: 'balance' })).rejects.toMatchObject({
      code: 'orders.balance_short',
    })
    await expect(shop.place(goods, 1, { payWith: 'balance' })).rejects.toMatchObject({ status: 401 })
    await expect(shop.place(goods, 1, { payWith: 'nobody' })).rejects.toMatchObject({ code: 'orders.gateway_unknown' })
    await expectBooksRight(house, shop.tenantId)
  })
})

describe('text stays text', () => {
  const EVIL = `=1+1|<img src=x onerror=alert(1)>'; drop table a; --`

  test('from the editor to shelf, order, mail and export: never markup, never a formula', async () => {
    // A shop of its own: what was sent to the others may have said that nobody is to be written to.
    const shop = await house.newShop()
    const goods = await shop.stock(1, {
      goods: {
        title: EVIL,
        subtitle: EVIL,
        guide: EVIL,
        formFields: [{ key: 'account', labelZh: EVIL.slice(0, 40), type: 'text' }],
      },
      sku: { title: '=cmd|calc' },
      batch: { supplier: '@SUM(A1)' },
    })
    const shelf = await shop.visitor().call('catalog.mallGetGoods', { params: { id: goods.goodsId } })
    expect(shelf).toMatchObject({ title: EVIL, subtitle: EVIL })
    const form = { account: `+1"';<b>` }
    const line = { skuId: goods.skuId, quantity: 1, unitPriceFen: goods.priceFen, form }
    const visitor = shop.visitor()
    const view = await placeRaw(shop, { lines: [line], contact: `o'brien+tag@example.test` }, visitor)
    await toCashier(visitor, view)
    await shop.pay(view.no as never)
    const delivered = await shop.seen({ visitor, no: view.no as never }, isDelivered)
    expect(delivered.lines[0]).toMatchObject({ goodsTitle: EVIL, form })

    const mail = await until('the mail', () => house.standIns.mail.control.inbox(`o'brien+tag@example.test`)[0])
    expect(mail.html ?? '').not.toMatch(/<img src=x/)
    for (const [id, query] of [
      ['orders.export', {}],
      ['catalog.exportGoods', {}],
      ['stock.export', {}],
      ['vault.exportBatches', {}],
      ['vault.exportCards', {}],
    ] as const) {
      const file = Buffer.from(await (await shop.staff.download(id, { query })).arrayBuffer())
      const sheet = sheetOf(file)
      expect(sheet).not.toMatch(/<f[ >]/)
      expect(sheet).not.toMatch(/<img/)
      // Whatever begins like a formula stands in a cell that is declared as text.
      for (const [, cell = ''] of sheet.matchAll(/<c ([^>]*)><is><t[^>]*>[=+\-@]/g))
        expect(cell).toContain('t="inlineStr"')
    }
  })

  test('the line report as csv holds numbers and our own words only', async () => {
    const goods = await shop.stock(0)
    const batch = await shop.staff.call('vault.createImport', { body: { skuId: goods.skuId, fileName: '=evil.csv' } })
    const content = `GOOD-1\nGOOD-1\n=cmd|'/c calc'!A0\n${'x'.repeat(3_000)}\n`
    await shop.staff.upload('vault.uploadImport', { params: { batchId: batch.id } }, content)
    const csv = await (await shop.staff.download('vault.importReportFile', { params: { batchId: batch.id } })).text()
    const cells = csv
      .replace(/^\ufeff/, '')
      .split(/[\r\n,]+/)
      .map((cell) => cell.replace(/^"/, ''))
    expect(cells.filter((cell) => /^[=+\-@]/.test(cell))).toEqual([])
    expect(csv).not.toContain('calc')
    expect(csv).not.toContain('GOOD-1')
  })
})

describe('files that are not what they say', () => {
  const importing = async (content: Buffer | string, fileName: string) => {
    const goods = await shop.stock(0)
    const batch = await shop.staff.call('vault.createImport', { body: { skuId: goods.skuId, fileName } })
    const bytes = new Uint8Array(Buffer.from(content))
    return {
      goods,
      done: await shop.staff.upload('vault.uploadImport', { params: { batchId: batch.id } }, bytes, { fileName }),
    }
  }

  test.each([
    [
      'a program called cards.txt',
      Buffer.from('MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00', 'latin1'),
      'cards.txt',
    ],
    ['a picture called cards.xlsx', Buffer.from('\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR', 'latin1'), 'cards.xlsx'],
    ['text called cards.xlsx', Buffer.from('A-1\nA-2\n'), 'cards.xlsx'],
    ['an old Excel file', Buffer.from('d0cf11e0a1b11ae100000000', 'hex'), 'cards.xls'],
    ['half a zip', Buffer.from('PK\x03\x04\x14\x00\x00\x00', 'latin1'), 'cards.xlsx'],
    ['nothing', Buffer.alloc(0), 'cards.txt'],
  ])('%s is refused with a sentence that names it', async (_name, content, fileName) => {
    const error = await importing(content, fileName).catch((refusal) => refusal)
    expect([413, 415, 422]).toContain(error.status)
    expect(error.message).toMatch(/[\u4e00-\u9fff]/)
    expect(error.message).not.toMatch(/[{}]/)
  })

  test('a page called picture.png is no picture', async () => {
    for (const content of [
      '<html><script>alert(1)</script></html>',
      '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
      '',
    ]) {
      await expect(
        shop.staff.upload('catalog.uploadPicture', {}, content, { contentType: 'image/png', fileName: 'a.png' }),
      ).rejects.toMatchObject({ status: expect.toSatisfy((status: number) => status >= 400 && status < 500) })
    }
  })

  test('a line of a megabyte and lines with NUL are reported; the good lines around them are imported', async () => {
    const content = Buffer.concat([
      Buffer.from('GOOD-A\n'),
      Buffer.alloc(1024 * 1024, 'x'),
      Buffer.from('\nGOOD-B\nBAD\u0000NUL\nGOOD-C\n'),
    ])
    const { done } = await importing(content, 'cards.txt')
    expect(done).toMatchObject({ imported: 3, invalid: 2, state: 'ready' })
    const report = await shop.staff.call('vault.importReport', { params: { batchId: done.id }, query: {} })
    expect(report.items.map(({ lineNo, reason }) => [lineNo, reason])).toEqual([
      [2, 'too_long'],
      [4, 'control_chars'],
    ])
  })

  test('Chinese in GBK arrives in the buyer’s hands as Chinese', async () => {
    const { goods } = await importing(
      iconv.encode('会员卡一号----密码甲\r\n会员卡二号----密码乙\r\n', 'gbk'),
      '卡密.txt',
    )
    const order = await shop.place(goods, 2)
    await shop.pay(order.no)
    expect(codesOf(await shop.seen(order, isDelivered))).toEqual(['会员卡一号----密码甲', '会员卡二号----密码乙'])
  })
})

/* ------------------------------------------------------------------------------------------------------------------ */

type Sent = {
  readonly body?: string
  readonly type?: string
  readonly query?: string
  readonly id?: string
  readonly english?: boolean
}

/** Sends whatever it is told to, without a client that would keep it from doing so. */
async function caller(kind: 'staff' | 'member') {
  const cookie = kind === 'staff' ? await staffCookie() : ''
  return (route: RouteSpec, { body, type, query = '', id = '1', english }: Sent) =>
    fetch(`${shop.base}${route.path.replace(/:\w+/g, id)}${query}`, {
      method: route.method,
      redirect: 'manual',
      headers: {
        cookie,
        'x-quanshu-client': 'test',
        'idempotency-key': randomUUID(),
        'x-quanshu-locale': english ? 'en' : 'zh-CN',
        ...(body === undefined ? {} : { 'content-type': type ?? 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
    })
}

async function staffCookie(): Promise<string> {
  const me = await shop.staff.call('identity.getMe', {})
  const answer = await fetch(`${shop.base}/api/console/auth/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-quanshu-client': 'test' },
    body: JSON.stringify({ email: me.email, password: 'correct horse 9 battery' }),
  })
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
}

const statuses = new Map<number, number>()

/** Not a server's error; and when it is a refusal, one of the catalogue with a whole sentence. */
async function expectCivil(answer: Response, english: boolean): Promise<void> {
  const text = await answer.text()
  // Other shops sign what they send; nobody here does.
  if (!answer.url.includes('/api/wholesale/')) statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
  const about = { url: answer.url, status: answer.status, text: text.slice(0, 500) }
  expect(about).toMatchObject({ status: expect.toSatisfy((status: number) => status < 500) })
  if (answer.status < 400 || answer.url.includes('/api/pay/')) return
  expect({ ...about, type: answer.headers.get('content-type') }).toMatchObject({
    type: expect.stringContaining('application/problem+json'),
  })
  const { detail } = JSON.parse(text) as { readonly detail: string }
  expect({ ...about, detail }).toMatchObject({
    detail: english ? expect.not.stringMatching(/[\u4e00-\u9fff]{3}/) : expect.stringMatching(/[\u4e00-\u9fff]/),
  })
  expect({ ...about, detail }).toMatchObject({ detail: expect.not.stringMatching(/\{\w+\}|undefined|null/) })
}

function routeOf(id: string): RouteSpec {
  const route = ROUTES.find((one) => one.id === id)
  if (!route) throw new Error(`no route ${id}`)
  return route
}

type Schema = z.core.JSONSchema.BaseSchema
/** Something of the wanted shape with this text and this number at every leaf. */
function sample(schema: Schema, text: string, number: number, depth = 0): unknown {
  if (depth > 6) return text
  const [choice] = schema.anyOf ?? schema.oneOf ?? schema.allOf ?? []
  if (choice && typeof choice === 'object') return sample(choice, text, number, depth + 1)
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? { [text.slice(0, 20)]: { type: 'string' } }).map(([key, value]) => [
          key,
          sample(value as Schema, text, number, depth + 1),
        ]),
      )
    case 'array':
      return [sample((schema.items ?? {}) as Schema, text, number, depth + 1)]
    case 'integer':
    case 'number':
      return number
    case 'boolean':
      return true
    default:
      return schema.enum?.[0] ?? text
  }
}

function nested(levels: number): unknown {
  let value: unknown = 1
  for (let n = 0; n < levels; n += 1) value = n % 2 ? [value] : { a: value }
  return value
}

function placeRaw(at: Shop, body: Record<string, unknown>, visitor = at.visitor()) {
  const whole = { contact: '13800138000', queryPassword: 'some-password', payWith: 'sim-pay', ...body }
  return visitor.call('orders.place', { body: whole as never }, { idempotencyKey: randomUUID() })
}

/** The first sheet's XML out of a workbook whose entries are deflated. */
function sheetOf(file: Buffer): string {
  const directory = file.readUInt32LE(file.lastIndexOf('PK\x05\x06', undefined, 'latin1') + 16)
  for (let at = directory; file.readUInt32LE(at) === 0x02014b50; ) {
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => file.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ]
    const name = file.subarray(at + 46, at + 46 + nameLength).toString()
    if (name === 'xl/worksheets/sheet1.xml') {
      const local = file.readUInt32LE(at + 42)
      const start = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28)
      return inflateRawSync(file.subarray(start, start + file.readUInt32LE(at + 20))).toString()
    }
    at += 46 + nameLength + extra + comment
  }
  throw new Error('the workbook has no sheet')
}
