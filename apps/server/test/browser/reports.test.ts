import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient, isProblem } from '@quanshu/client'
import { createCookieFetch } from '@quanshu/client/node'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { runningEmbeddedPostgres } from '../../src/main/embedded-postgres/index.ts'
import { eventually } from '../harness/index.ts'
import { shopFolder } from '../start/shop-folder.ts'
import { type Started, startProcess } from '../start/start-process.ts'
import { busyDay } from './busy-day.ts'
import { spoilOneSum, spreadOverMonth } from './busy-month.ts'
import { launchChromium } from './chromium.ts'
import { arrive, type Person, pick, sidewaysPixels } from './people.ts'
import { keepScreen, SCREENS_WANTED } from './screens.ts'

/** Finance reads the month in a real browser: every figure opens its rows, and what does not agree with the ledger is said. */

const PASSWORD = 'Quanshu-demo-2026'
/** Before anybody is signed in, "who am I" is answered so. */
const NOBODY_YET = { status: 401, url: /\/api\/console\/me$/ }

const faults: string[] = []
let dataDir: string
let started: Started
let consoleUrl: string
let mall: string
let ownerUrl: string
let browser: Browser
let finance: Person
let owner: Client
let broken = false

beforeAll(async () => {
  dataDir = await shopFolder()
  ;[started, browser] = await Promise.all([
    startProcess({
      QUANSHU_DATA: dataDir,
      QUANSHU_DEV: undefined,
      QUANSHU_DEMO: undefined,
      QUANSHU_STAND_INS: 'yes',
      // A month's shoppers come within a minute, all from here.
      QUANSHU_RATE_LIMIT_FACTOR: '100',
    }),
    launchChromium(),
  ])
  if (!started.ready) throw new Error(`the start failed: ${started.output()}`)
  ownerUrl = runningEmbeddedPostgres(dataDir)?.ownerUrl ?? ''
  const address = `http://localhost:${new URL(started.ready.url).port}`
  mall = new URL('/', address).href
  consoleUrl = new URL('/console/', address).href
  owner = createClient({ baseUrl: address, locale: 'zh-CN', fetch: createCookieFetch() })
  await owner.call('identity.signIn', { body: { email: 'owner@demo.quanshu.test', password: PASSWORD } })
  for (let day = 0; day < (SCREENS_WANTED ? 5 : 1); day += 1) {
    await busyDay(mall, day)
    await cancelUnpaid()
  }
  await giveBackAndReplace()
  await spreadOverMonth(ownerUrl)
  await counted()
  finance = await arrive(browser, faults, { who: 'finance', device: 'desk', foreseen: [NOBODY_YET] })
  await signIn(finance.page, 'finance')
}, 240_000)

afterAll(async () => {
  await browser?.close()
  if (started?.child.exitCode === null) await started.end('SIGTERM')
  await rm(dataDir, { recursive: true, force: true })
})

beforeEach(({ skip, onTestFailed }) => {
  if (broken) skip('a step before failed')
  onTestFailed(async () => {
    broken = true
    await finance?.page.screenshot({ path: join(tmpdir(), 'quanshu-reports-failed.png') }).catch(() => undefined)
    if (faults.length > 0) console.error(faults.join('\n'))
  })
})

describe('finance', { timeout: 60_000 }, () => {
  test('reads the month: figures, curve, breakdown, and that they are the ledger’s', async () => {
    const { page } = finance
    await page.getByRole('menuitem', { name: '资金' }).click()
    await page.getByRole('menuitem', { name: '经营报表' }).click()
    await page.getByRole('heading', { name: '经营报表' }).waitFor()
    await page.getByText('与账本一致').waitFor()
    await page.getByRole('img', { name: /走势/ }).locator('path').first().waitFor({ state: 'attached' })
    expect(await figureOf(page, '销售额')).toBeGreaterThan(0)
    expect((await figureOf(page, '销售额')) - (await figureOf(page, '退款'))).toBe(await figureOf(page, '净销售额'))
    expect(await figureOf(page, '退款')).toBeGreaterThan(0)
    expect(await figureOf(page, '毛利')).toBe(
      (await figureOf(page, '净销售额')) - (await figureOf(page, '手续费')) - (await figureOf(page, '成本')),
    )
    await keepScreen(page, 'console-reports')
  })

  test('opens the rows under a figure: their sum is the figure, and they are taken along as a file', async () => {
    const { page } = finance
    const margin = await page.getByRole('button', { name: /^毛利 / }).getAttribute('aria-label')
    await page.getByRole('button', { name: /^毛利 / }).click()
    const drawer = page.getByRole('dialog')
    await drawer.getByText(/明细合计/).waitFor()
    expect(await drawer.getByText(/明细合计/).textContent()).toContain(margin?.split(' ')[1])
    await drawer
      .getByRole('link', { name: /^\d{16}$/ })
      .first()
      .waitFor()
    await keepScreen(page, 'console-reports-rows')
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      drawer.getByRole('button', { name: '导出 Excel' }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/\.xlsx$/)
    await drawer.getByRole('button', { name: 'Close' }).or(drawer.locator('.ant-drawer-close')).first().click()
    await drawer.waitFor({ state: 'hidden' })
  })

  test('breaks the month down by supplier, and a cell opens its rows', async () => {
    const { page } = finance
    await page.getByText('供货商', { exact: true }).last().click()
    const row = page.getByRole('row').filter({ hasText: '青禾权益' })
    await row.waitFor()
    const cell = row.getByRole('button').nth(2)
    const net = await cell.textContent()
    await cell.click()
    const drawer = page.getByRole('dialog')
    await drawer.getByText(`明细合计 ${net}`, { exact: false }).waitFor()
    await drawer.locator('.ant-drawer-close').click()
    await drawer.waitFor({ state: 'hidden' })
    await page.goto(`${consoleUrl}reports?by=payWay&compare=false&grain=month`)
    await page.getByRole('row').filter({ hasText: '仿真支付' }).waitFor()
  })

  test('is told when a figure is not the ledger’s, and counts the day anew', async () => {
    const { page } = finance
    await spoilOneSum(ownerUrl)
    await page.goto(`${consoleUrl}reports`)
    await page.getByText('与账本不一致').waitFor()
    await page.getByText(/整个范围 销售额：报表 .*，账本/).waitFor()
    await keepScreen(page, 'console-reports-differs')
    await page.getByRole('button', { name: '逐行核对' }).click()
    await page.getByText(/天不符，已重新统计/).waitFor({ timeout: 30_000 })
    await page.getByText('与账本一致').waitFor()
  })

  test('sees how the shop stands, now and at the end of yesterday', async () => {
    const { page } = finance
    await page.getByRole('menuitem', { name: '资产负债' }).click()
    await page.getByText('金额合计为 0，账目平衡').waitFor()
    await page.getByText('支付通道应付我们').waitFor()
    await page.getByText(/已重新统计/).waitFor({ state: 'detached' })
    await keepScreen(page, 'console-balance-sheet')
    await page.getByText('昨日结束').click()
    await page.waitForURL(/at=/)
    await page.getByText('金额合计为 0，账目平衡').waitFor()
  })

  test('reads a gateway’s statement day by day, and the transfers under a figure', async () => {
    const { page } = finance
    await page.getByRole('menuitem', { name: '通道对账单' }).click()
    await page.getByRole('link', { name: '仿真支付' }).click()
    await page.getByRole('heading', { name: '仿真支付 对账单' }).waitFor()
    await keepScreen(page, 'console-gateway-statement')
    const cell = page.getByRole('row').nth(1).getByRole('button').first()
    const received = await cell.textContent()
    await cell.click()
    const drawer = page.getByRole('dialog')
    await drawer.getByText(`明细合计 ${received}`, { exact: false }).waitFor()
    await drawer.getByText('收到付款').first().waitFor()
    await drawer.locator('.ant-drawer-close').click()
  })

  test('reads a member’s statement and takes it along', async () => {
    const { page } = finance
    const { items } = await owner.call('members.listMembers', { query: {} })
    await page.goto(`${consoleUrl}members/${items[0]?.id}`)
    await page.getByRole('main').getByRole('link', { name: '余额流水' }).click()
    await page.getByRole('heading', { name: '会员对账单' }).waitFor()
    await page.getByText('人工增加').first().waitFor()
    await keepScreen(page, 'console-member-statement')
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: '导出 CSV' }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/\.csv$/)
  })
})

describe('other eyes', { timeout: 60_000 }, () => {
  test('the reports on a phone, in English, in the dark, and when nothing was sold', async () => {
    const { page } = finance
    const phone = await arrive(browser, faults, { who: 'finance on a phone', device: 'phone', dark: true })
    await phone.context.addCookies(await finance.context.cookies())
    for (const path of [
      'reports',
      'balance-sheet',
      'statements/gateways',
      'statements/gateways/sim-pay',
      'reports?from=2020-01-01&to=2020-01-02',
    ]) {
      await phone.page.goto(`${consoleUrl}${path}`)
      await phone.page.getByRole('heading', { level: 1 }).waitFor()
      await phone.page.waitForLoadState('networkidle')
      expect([path, await sidewaysPixels(phone.page)]).toEqual([path, 0])
      if (path === 'reports') await keepScreen(phone.page, 'console-reports-phone')
    }
    await phone.page.getByText('这段时间没有成交').waitFor()
    await phone.context.close()

    await page.goto(`${consoleUrl}reports`)
    await pick(page, page.getByRole('button', { name: '语言' }), 'English')
    await page.getByRole('heading', { name: 'Reports' }).waitFor()
    await page.getByText('Agrees with the ledger').waitFor()
    expect(await page.locator('.report-figures').textContent()).not.toMatch(/[\u4e00-\u9fff]/)
    await keepScreen(page, 'console-reports-english')
    await pick(page, page.getByRole('button', { name: 'Language' }), '简体中文')
  })

  test('who may not read reports does not find them', async () => {
    const operator = await arrive(browser, faults, { who: 'operator', device: 'desk', foreseen: [NOBODY_YET] })
    await signIn(operator.page, 'operator')
    expect(await operator.page.getByRole('menuitem', { name: '经营报表' }).count()).toBe(0)
    await operator.page.goto(`${consoleUrl}reports`)
    await operator.page.getByText('没有权限查看此页').waitFor()
    await operator.context.close()
  })
})

test('no browser had anything to complain about', () => {
  expect(faults).toEqual([])
})

async function signIn(page: Page, role: string): Promise<void> {
  await page.goto(consoleUrl)
  await page.getByLabel('邮箱').fill(`${role}@demo.quanshu.test`)
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByRole('heading', { name: '看板' }).waitFor()
}

/** Fen of one of the figures on top. */
async function figureOf(page: Page, label: string): Promise<number> {
  const text = (await page.getByRole('button', { name: new RegExp(`^${label} `) }).getAttribute('aria-label')) ?? ''
  return Math.round(Number(text.replace(/[^\d.-]/g, '')) * 100)
}

/** Nobody may keep more than a few orders unpaid. What was paid has its notice on the way, and is no longer to be cancelled. */
async function cancelUnpaid(): Promise<void> {
  const { items } = await owner.call('orders.list', { query: { state: 'pending' } as never })
  for (const { no } of items) {
    await unlessRefused(owner.call('orders.cancelByStaff', { params: { no }, body: { reason: '未付款' } }, fresh()))
  }
}

/** One order in seven goes back, one code in nine is replaced while there are others. */
async function giveBackAndReplace(): Promise<void> {
  const { items } = await owner.call('orders.list', { query: { state: 'delivered', pageSize: 200 } as never })
  for (const [index, { no }] of items.entries()) {
    const params = { no }
    if (index % 7 === 3) {
      const body = { lineNo: null, to: 'source' as const, reason: '客户要求' }
      await unlessRefused(owner.call('orders.refund', { params, body }, fresh()))
    } else if (index % 9 === 4) {
      const { lines } = await owner.call('orders.detail', { params })
      const grantId = lines[0]?.grants[0]?.id ?? 0
      const body = { reason: '坏码' }
      await unlessRefused(owner.call('fulfilment.replaceGrant', { params: { no, grantId }, body }, fresh()))
    }
  }
  await eventually('no refund is on its way', async () => {
    const open = await owner.call('payments.listRefunds', { query: { state: 'requested,processing' } as never })
    return open.total === 0
  })
}

const fresh = () => ({ idempotencyKey: randomUUID() })

const unlessRefused = (done: Promise<unknown>): Promise<unknown> =>
  done.catch((error) => (isProblem(error) ? undefined : Promise.reject(error)))

/** The figures have been counted from the beginning. */
async function counted(): Promise<void> {
  const day = (back: number) => new Date(Date.now() + 8 * 3_600_000 - back * 86_400_000).toISOString().slice(0, 10)
  await owner.call('analytics.check', { body: { from: day(30), to: day(0) } })
}
