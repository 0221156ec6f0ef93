import { randomUUID } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@quanshu/client'
import { createCookieFetch } from '@quanshu/client/node'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { shopFolder } from '../start/shop-folder.ts'
import { type Started, startProcess } from '../start/start-process.ts'
import { launchChromium } from './chromium.ts'
import { arrive, dialogsGone, fitsPhones, type Person } from './people.ts'
import { keepScreen } from './screens.ts'

/**
 * Finance closes a day in a real browser: the gateway's bill is fetched, three differences are found, each is worked to its
 * end with what its page offers, and the day is closed, frozen and taken along as a file.
 */

const PASSWORD = 'Quanshu-demo-2026'
const NOBODY_YET = { status: 401, url: /\/api\/console\/me$/ }
/** The gateway's own day, which is over. */
const DAY = new Date(Date.now() + 8 * 3_600_000 - 86_400_000).toISOString().slice(0, 10)
const ORDERS = 14
const STRANGER_FEN = 8_800
const SHORT_FEN = 100

const faults: string[] = []
let dataDir: string
let started: Started
let mall: string
let consoleUrl: string
let browser: Browser
let finance: Person
let phone: Person
/** The order whose amount differs on the bill, and the one that is not on it. */
let other: string
let gone: string
let broken = false

beforeAll(async () => {
  dataDir = await shopFolder()
  ;[started, browser] = await Promise.all([
    startProcess({
      QUANSHU_DATA: dataDir,
      QUANSHU_DEV: undefined,
      QUANSHU_DEMO: undefined,
      QUANSHU_STAND_INS: 'yes',
      QUANSHU_RATE_LIMIT_FACTOR: '100',
    }),
    launchChromium(),
  ])
  if (!started.ready) throw new Error(`the start failed: ${started.output()}`)
  const address = `http://localhost:${new URL(started.ready.url).port}`
  mall = new URL('/', address).href
  consoleUrl = new URL('/console/', address).href
  await yesterdaysBusiness()
  const foreseen = [NOBODY_YET]
  finance = await arrive(browser, faults, { who: 'finance', device: 'desk', foreseen })
  phone = await arrive(browser, faults, { who: 'finance on the way', device: 'phone', foreseen })
  await signIn(finance.page)
}, 180_000)

afterAll(async () => {
  await browser?.close()
  if (started?.child.exitCode === null) await started.end('SIGTERM')
  await rm(dataDir, { recursive: true, force: true })
})

beforeEach(({ skip, onTestFailed }) => {
  if (broken) skip('a step before failed')
  onTestFailed(async () => {
    broken = true
    await finance?.page.screenshot({ path: join(tmpdir(), 'quanshu-reconciliation-failed.png') }).catch(() => undefined)
    if (faults.length > 0) console.error(faults.join('\n'))
  })
})

describe('finance', { timeout: 60_000 }, () => {
  test('has the bill fetched, and sees what differs', async () => {
    const { page } = finance
    await page.goto(`${consoleUrl}reconciliation?month=${DAY.slice(0, 7)}`)
    await page
      .locator('section, .ant-card')
      .filter({ hasText: '微信支付' })
      .last()
      .getByRole('link', { name: new RegExp(`^${Number(DAY.slice(8))}`) })
      .click()
    await page.getByRole('heading', { name: `微信支付 · ${DAY}` }).waitFor()
    // By itself it was asked for in the night, when there was none yet.
    await page.getByRole('button', { name: /立即对账|重新获取并核对/ }).click()
    for (const outcome of ['长款', '短款', '金额不一致']) await row(page, outcome).waitFor({ timeout: 30_000 })
    expect(await page.getByRole('button', { name: '关账' }).isDisabled()).toBe(true)
    await page.getByText('已开始，页面会自动刷新').waitFor({ state: 'hidden' })
    await keepScreen(page, 'console-reconciliation-day')
    await page.goto(`${consoleUrl}reconciliation?month=${DAY.slice(0, 7)}`)
    await page.getByText('3 笔差异待处理').waitFor()
    await keepScreen(page, 'console-reconciliation')
  })

  test('reads the day and a difference on a phone', async () => {
    const { page } = phone
    await signIn(page)
    await page.goto(`${consoleUrl}reconciliation?month=${DAY.slice(0, 7)}`)
    await page.getByText('3 笔差异待处理').waitFor()
    await fitsPhones(page)
    await keepScreen(page, 'console-reconciliation-phone')
    await page.goto(`${consoleUrl}reconciliation/wechat/${DAY}`)
    await page.getByText('核对结果').waitFor()
    await fitsPhones(page)
    await keepScreen(page, 'console-reconciliation-day-phone')
    await page.getByRole('link', { name: /金额不一致/ }).click()
    await page.getByText('通道一侧').waitFor()
    await fitsPhones(page)
    await keepScreen(page, 'console-difference-phone')
  })

  test('finds another amount on the line of the bill, and writes it off', async () => {
    const { page } = finance
    await openCase(page, '金额不一致')
    await page.getByText('两边单号相同，金额不同').waitFor()
    await page.getByText(other).first().waitFor()
    await keepScreen(page, 'console-difference')
    await page.getByRole('button', { name: '按差异入账' }).click()
    await confirm(page, '按差异入账', '通道少结 1 元，已提工单')
    await page.getByText('已按差异入账').waitFor()
  })

  test('writes off what the gateway has not', async () => {
    const { page } = finance
    await openCase(page, '短款')
    await page.getByText('账单上没有', { exact: true }).waitFor()
    await page.getByText(gone).first().waitFor()
    await page.getByRole('button', { name: '按差异入账' }).click()
    await confirm(page, '按差异入账', '通道漏单，已申诉')
    await page.getByText('已按差异入账').waitFor()
  })

  test('explains the money of another system that shares the account', async () => {
    const { page } = finance
    await openCase(page, '长款')
    await page.getByText('我方没有对应的记录').waitFor()
    await page.getByRole('button', { name: '怎么处理' }).click()
    await page.getByRole('menuitem', { name: '只写说明' }).click()
    await confirm(page, '只写说明', '线下门店与本店共用商户号')
    await page.getByRole('alert').getByText('线下门店与本店共用商户号').waitFor()
  })

  test('closes the day, which then offers nothing and refuses everything', async () => {
    const { page } = finance
    await page.goto(`${consoleUrl}reconciliation/wechat/${DAY}`)
    await page.getByText('已对平').first().waitFor()
    await page.getByRole('button', { name: '关账' }).click()
    await page.getByRole('dialog').getByText('不能再改动').waitFor()
    await keepScreen(page, 'console-reconciliation-close')
    await page.getByRole('dialog').getByRole('button', { name: '关账' }).click()
    await page.getByText(/于 .* 关账/).waitFor()
    await dialogsGone(page)
    for (const name of ['关账', '重新获取并核对', '上传账单']) {
      expect(await page.getByRole('button', { name }).count(), name).toBe(0)
    }
    await page.getByText('已关账', { exact: true }).nth(1).waitFor({ state: 'hidden' })
    await keepScreen(page, 'console-reconciliation-closed')
    await page.getByRole('link', { name: /金额不一致/ }).click()
    await page.getByText('已按差异入账').waitFor()
    expect(await page.getByRole('button', { name: '按差异入账' }).count()).toBe(0)

    const desk = createClient({ baseUrl: mall.slice(0, -1), locale: 'zh-CN', fetch: createCookieFetch() })
    await desk.call('identity.signIn', { body: { email: 'finance@demo.quanshu.test', password: PASSWORD } })
    const params = { gateway: 'wechat', day: DAY }
    await expect(desk.call('reconciliation.run', { params, body: {} })).rejects.toMatchObject({
      code: 'reconciliation.day_closed',
    })
    const { rows } = await desk.call('ledger.trialBalance', {})
    const balance = (kind: string) => rows.find((one) => one.kind === kind)?.balance
    expect(balance('cash.difference')).toBe(-(await priceOf(desk, gone)) - SHORT_FEN)
  })

  test('takes the differences and the lines of the bill along', async () => {
    const { page } = finance
    await page.goto(`${consoleUrl}reconciliation/wechat/${DAY}`)
    expect(await downloaded(page, '导出差异')).toBe('PK')
    await page.getByRole('link', { name: '查看账单明细' }).click()
    await page.getByRole('heading', { name: /账单明细/ }).waitFor()
    await page.getByText(other).first().waitFor()
    await page.getByText(/^已导出/).waitFor({ state: 'hidden' })
    await keepScreen(page, 'console-reconciliation-lines')
  })
})

test('no browser had anything to complain about', () => {
  expect(faults).toEqual([])
})

/** Shoppers pay by WeChat yesterday; then the bill is made to differ three times. */
async function yesterdaysBusiness(): Promise<void> {
  // The night's own question may come at any moment; a bill of half the orders would leave traces.
  const late = await control('/faults', { kind: 'bill.late' })
  const nos: string[] = []
  const shopper = createClient({ baseUrl: mall.slice(0, -1), locale: 'zh-CN', fetch: createCookieFetch() })
  const { items } = await shopper.call('catalog.mallListGoods', { query: { limit: 16 } })
  for (let index = 0; nos.length < ORDERS; index += 1) {
    const goods = await shopper.call('catalog.mallGetGoods', { params: { id: items[index % items.length]?.id ?? 0 } })
    const sku = goods.skus.find(({ maxQty }) => maxQty >= 2)
    if (!sku || goods.formFields.some(({ required }) => required)) continue
    const visitor = createClient({ baseUrl: mall.slice(0, -1), locale: 'zh-CN', fetch: createCookieFetch() })
    const lines = [{ skuId: sku.id, quantity: 1, unitPriceFen: sku.priceFen }]
    const body = { lines, contact: 'lan@example.com', queryPassword: 'harvest-moon', payWith: 'wechat' }
    const { no } = await visitor.call('orders.place', { body }, { idempotencyKey: randomUUID() })
    await visitor.call('orders.pay', { params: { no }, body: { payWith: 'wechat' } })
    const at = `${String(9 + (nos.length % 12)).padStart(2, '0')}:${String((nos.length * 17) % 60).padStart(2, '0')}`
    await control('/pay', { orders: [{ outTradeNo: String(no), paidAt: `${DAY}T${at}:07+08:00` }] })
    nos.push(String(no))
    if (nos.length === 5) other = String(no)
    if (nos.length === 9) {
      gone = String(no)
      await control('/faults', { kind: 'bill.missing_line', key: gone })
    }
    if (nos.length === 5)
      await control('/faults', { kind: 'bill.wrong_amount', key: other, amount: sku.priceFen - SHORT_FEN })
  }
  await control('/faults', { kind: 'bill.extra_line', key: 'POS2611210000071', amount: STRANGER_FEN, value: DAY })
  await control('/faults', { kind: 'bill.now' })
  await fetch(`${controlUrl()}/faults/${late.id}`, { method: 'DELETE' })
}

const controlUrl = () => started.ready?.standIns?.gateways.find(({ gateway }) => gateway === 'wechat')?.controlUrl ?? ''

async function control(path: string, body: object): Promise<{ readonly id?: number }> {
  const url = controlUrl()
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as { readonly id?: number }
}

async function signIn(page: Page): Promise<void> {
  await page.goto(consoleUrl)
  await page.getByLabel('邮箱').fill('finance@demo.quanshu.test')
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByRole('heading', { name: '看板' }).waitFor()
}

const row = (page: Page, outcome: string) => page.getByRole('row').filter({ hasText: `${outcome} · 收款` })

async function openCase(page: Page, outcome: string): Promise<void> {
  await page.goto(`${consoleUrl}reconciliation/wechat/${DAY}`)
  await row(page, outcome)
    .getByRole('link', { name: new RegExp(outcome) })
    .click()
  await page.getByText('通道一侧').waitFor()
}

async function confirm(page: Page, deed: string, why: string): Promise<void> {
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('原因').fill(why)
  await dialog.getByRole('button', { name: deed }).click()
  await dialog.waitFor({ state: 'hidden' })
}

async function priceOf(desk: ReturnType<typeof createClient>, no: string): Promise<number> {
  return (await desk.call('orders.detail', { params: { no: Number(no) } })).totalFen
}

async function downloaded(page: Page, button: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ])
  return (await readFile(await download.path())).subarray(0, 2).toString('latin1')
}
