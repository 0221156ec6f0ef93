import { randomBytes, randomUUID } from 'node:crypto'
import { createClient, isProblem, type OutputOf } from '@quanshu/client'
import { createCookieFetch } from '@quanshu/client/node'
import type { BatchView } from '@quanshu/contract'
import iconv from 'iconv-lite'
import { streamXlsx } from '../../apps/server/src/platform/sheets/index.ts'

/**
 * `npm run demo`, beside a running `npm start`: three people do the whole job over HTTP. Wen, of the shop's staff, puts
 * a card on sale and imports 100,000 codes; Lan, a shopper, buys three; Qiao, of support, looks the order up. Every step
 * prints its time; anything that differs from what was expected ends the script with exit code 1.
 */

const BASE_URL = process.env.QUANSHU_URL ?? `http://localhost:${process.env.QUANSHU_PORT ?? '8080'}`
const PASSWORD = process.env.QUANSHU_DEMO_PASSWORD ?? 'Quanshu-demo-2026'
const LINES = 100_000
const BOUGHT = 3
const CODE_TIMEOUT_MS = 10_000

const startedAt = performance.now()
let lastMs = 0
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const person = () => createClient({ baseUrl: BASE_URL, locale: 'zh-CN', fetch: createCookieFetch() })

try {
  await main()
  say(`\nAll as expected, in ${seconds(startedAt)}.`)
} catch (error) {
  say(
    isProblem(error, 'client.unreachable')
      ? `\nNothing answers at ${BASE_URL}. Run \`npm start\` beside this; QUANSHU_PORT or QUANSHU_URL say where it listens.`
      : `\nNot as expected: ${error instanceof Error ? error.message : String(error)}`,
  )
  process.exitCode = 1
}

async function main(): Promise<void> {
  const wen = person()
  await step('Wen signs in to the console', async () => {
    const answer = await wen.call('identity.signIn', { body: { email: 'owner@demo.quanshu.test', password: PASSWORD } })
    expect(answer.state === 'signedIn', `sign-in answered ${answer.state}`)
  })
  const goods = await step('Wen creates the goods and puts them on the shelf', () => createGoods(wen))
  const skuId = goods.skuId

  const codes = new Set<string>()
  const text = Buffer.from(makeLines(codes, LINES, '----').join('\n'))
  const batch = await step(`Wen imports a text file of ${LINES.toLocaleString('en')} lines, account----password`, () =>
    importFile(wen, skuId, 'codes.txt', text),
  )
  expect(batch.imported === LINES, `${batch.imported} of ${LINES} lines were imported`)
  say(
    `      ${Math.round(LINES / (Number(lastMs) / 1_000)).toLocaleString('en')} lines a second, ${batch.duplicates} duplicates, ${batch.invalid} invalid`,
  )

  const again = await step('Wen sends the same file by mistake: every line is a duplicate', () =>
    importFile(wen, skuId, 'codes again.txt', text),
  )
  expect(
    again.imported === 0 && again.duplicates === LINES,
    `${again.imported} imported, ${again.duplicates} duplicates`,
  )

  const csv = iconv.encode(['卡号,卡密', ...makeLines(codes, 1_000, ',')].join('\r\n'), 'gbk')
  const fromCsv = await step('Wen imports a csv of 1,000 lines as an old Excel saves it (GBK, commas)', () =>
    importFile(wen, skuId, '供货商.csv', csv),
  )
  expect(fromCsv.imported >= 1_000, `${fromCsv.imported} lines of the csv were imported`)

  const sheet = await workbook(makeLines(codes, 1_000, '----').map((line) => line.split('----')))
  const fromSheet = await step('Wen imports an Excel workbook of 1,000 rows', () =>
    importFile(wen, skuId, '供货商.xlsx', sheet),
  )
  expect(fromSheet.imported >= 1_000, `${fromSheet.imported} rows of the workbook were imported`)
  await step('Wen takes the workbook’s batch back: nothing of it was sold', async () => {
    const undone = await wen.call('vault.undoBatch', {
      params: { batchId: fromSheet.id },
      body: { reason: '演示撤销' },
    })
    expect(undone.state === 'undone', `the batch is ${undone.state}`)
  })

  const lan = person()
  const contact = `lan-${randomBytes(3).toString('hex')}@example.com`
  const queryPassword = randomBytes(6).toString('hex')
  const placed = await step(`Lan orders ${BOUGHT} pieces on the phone`, async () => {
    const shown = await lan.call('catalog.mallGetGoods', { params: { id: goods.goodsId } })
    const unitPriceFen = shown.skus[0]?.priceFen ?? 0
    return lan.call(
      'orders.place',
      { body: { lines: [{ skuId, quantity: BOUGHT, unitPriceFen }], contact, queryPassword, payWith: 'sim-pay' } },
      { idempotencyKey: randomUUID() },
    )
  })
  const { payment } = await lan.call('orders.pay', { params: { no: placed.no }, body: { payWith: 'sim-pay' } })
  const payUrl = payment?.cashier?.way === 'redirect' ? payment.cashier.url : undefined
  expect(payUrl !== undefined, 'the order has no cashier address')
  const delivered = await step('Lan pays at the cashier; the codes appear on the waiting page', () =>
    payAndWait(lan, placed, payUrl),
  )
  const received = (delivered.lines[0]?.codes ?? []).map((code) => code.parts.join('----'))
  for (const code of received) say(`      ${code}`)
  expect(received.length === BOUGHT && new Set(received).size === BOUGHT, `${received.length} codes came`)
  expect(
    received.every((code) => codes.has(code)),
    'a code is not one of those imported',
  )

  await step('Lan finds the order again from another browser, by contact and query password', async () => {
    const found = await person().call('orders.lookup', { body: { contact, queryPassword } })
    const seen = found.items[0]?.lines[0]?.codes?.map((code) => code.parts.join('----')) ?? []
    expect(seen.join() === received.join(), 'the look-up shows other codes')
  })

  const qiao = person()
  await step('Qiao, of support, reads the order’s whole story', async () => {
    await qiao.call('identity.signIn', { body: { email: 'support@demo.quanshu.test', password: PASSWORD } })
    const order = await qiao.call('orders.detail', { params: { no: placed.no } })
    expect(order.state === 'delivered' && order.timeline.length >= 4, `the order is ${order.state}`)
    expect(!JSON.stringify(order).includes(received[0] ?? '?'), 'the desk shows a code without being asked')
  })
  await step('The books agree: every unit adds up to zero, every piece is somewhere', async () => {
    const { units } = await wen.call('ledger.trialBalance', {})
    expect(
      units.every(({ sum }) => sum === 0),
      `the books do not add up: ${JSON.stringify(units)}`,
    )
    const { items } = await wen.call('stock.list', { query: { goodsId: goods.goodsId } })
    const [row] = items
    const parts = row ? row.available + row.held + row.delivered + row.used + row.void + row.suspect + row.expired : -1
    expect(row !== undefined && parts === row.imported && row.delivered === BOUGHT, `stock: ${JSON.stringify(row)}`)
  })
}

type Person = ReturnType<typeof person>
type Order = OutputOf<'orders.get'>

async function createGoods(wen: Person): Promise<{ readonly goodsId: number; readonly skuId: number }> {
  const title = `晨光影音 季卡 ${randomBytes(2).toString('hex').toUpperCase()}`
  const { id } = await wen.call('catalog.createGoods', {
    body: {
      title,
      subtitle: '付款后自动发货',
      guide: '1. 打开 App，进入「我的 → 兑换」\n2. 输入卡号与卡密',
      skus: [{ title: '季卡', priceFen: 4_900, tiers: [{ minQty: 10, unitPriceFen: 4_600 }] }],
    },
  })
  const goods = await wen.call('catalog.getGoods', { params: { id } })
  await wen.call('catalog.setShelf', { body: { ids: [id], to: 'on' } })
  const [sku] = goods.skus
  expect(sku !== undefined, 'the goods have no SKU')
  return { goodsId: id, skuId: sku.id }
}

async function importFile(wen: Person, skuId: number, fileName: string, content: Buffer): Promise<BatchView> {
  const batch = await wen.call('vault.createImport', {
    body: {
      skuId,
      fileName,
      supplier: '晨光供货',
      costFen: 4_100,
      purchaseRef: `PO-${randomBytes(3).toString('hex')}`,
    },
  })
  return wen.upload('vault.uploadImport', { params: { batchId: batch.id } }, new Uint8Array(content), { fileName })
}

/** Pays as a person does, by the cashier's button, while the order's page waits for news. */
async function payAndWait(lan: Person, order: Order, payUrl: string): Promise<Order> {
  let stop = (): void => undefined
  const delivered = new Promise<Order>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the codes did not come in 10 s')), CODE_TIMEOUT_MS)
    stop = lan.stream('orders.stream', { params: { no: order.no } }, (view) => {
      if (view.state !== 'delivered') return
      clearTimeout(timer)
      resolve(view)
    })
  })
  const pay = await fetch(`${payUrl}/pay`, { method: 'POST', redirect: 'manual' })
  expect(pay.status < 400, `the cashier answered ${pay.status}`)
  const paidAt = performance.now()
  const view = await delivered.finally(() => stop())
  say(`      ${Math.round(performance.now() - paidAt)} ms after the cashier’s answer`)
  return view
}

function makeLines(codes: Set<string>, count: number, separator: string): string[] {
  return Array.from({ length: count }, () => {
    const parts = [`CG${randomBytes(6).toString('hex').toUpperCase()}`, randomBytes(8).toString('hex').toUpperCase()]
    codes.add(parts.join('----'))
    return parts.join(separator)
  })
}

async function workbook(rows: readonly string[][]): Promise<Buffer> {
  async function* each() {
    yield* rows
  }
  const stream = streamXlsx<readonly string[]>(
    [
      { header: '卡号', kind: 'text', value: (row) => row[0] ?? '' },
      { header: '卡密', kind: 'text', value: (row) => row[1] ?? '' },
    ],
    each(),
  )
  return Buffer.concat(await Array.fromAsync(stream))
}

async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  const from = performance.now()
  const result = await work()
  lastMs = performance.now() - from
  say(`${(lastMs / 1_000).toFixed(2).padStart(6)} s  ${what}`)
  return result
}

function expect(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Error(otherwise)
}

function seconds(from: number): string {
  return `${((performance.now() - from) / 1_000).toFixed(1)} s`
}
