import { readFile, rm } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../journeys/shop.ts'
import { shopFolder } from '../start/shop-folder.ts'
import { type Started, startProcess } from '../start/start-process.ts'
import { busyDay } from './busy-day.ts'
import { launchChromium } from './chromium.ts'
import { arrive, choose, type Person, sidewaysPixels } from './people.ts'
import { keepScreen } from './screens.ts'

/** The vault in a real browser against a real `npm start`: codes of our own made and exported once, a batch recalled. */

const PASSWORD = 'Quanshu-demo-2026'
const NOBODY_YET = { status: 401, url: /\/api\/(?:console|mall)\/me$/ }

const faults: string[] = []
let dataDir: string
let started: Started
let consoleUrl: string
let browser: Browser
let owner: Person
let clerk: Person

beforeAll(async () => {
  dataDir = await shopFolder()
  ;[started, browser] = await Promise.all([
    startProcess({ QUANSHU_DATA: dataDir, QUANSHU_DEV: undefined, QUANSHU_DEMO: undefined, QUANSHU_STAND_INS: 'yes' }),
    launchChromium(),
  ])
  if (!started.ready) throw new Error(`the start failed: ${started.output()}`)
  consoleUrl = new URL('/console/', `http://localhost:${new URL(started.ready.url).port}`).href
  const foreseen = [NOBODY_YET]
  owner = await arrive(browser, faults, { who: 'owner', device: 'desk', foreseen })
  clerk = await arrive(browser, faults, { who: 'owner with a phone', device: 'phone', foreseen })
  for (const { page } of [owner, clerk]) await signIn(page)
  await busyDay(new URL('/', consoleUrl).href)
}, 180_000)

afterAll(async () => {
  await browser?.close()
  if (started?.child.exitCode === null) await started.end('SIGTERM')
  await rm(dataDir, { recursive: true, force: true })
})

describe('the owner', { timeout: 60_000 }, () => {
  test('makes codes of a look that is judged while it is chosen, and sees them come', async () => {
    const { page } = owner
    await page.goto(`${consoleUrl}generations/new`)
    await page.getByRole('heading', { name: '生成卡密' }).waitFor()
    await choose(page, page.getByLabel('商品 / 规格'))
    await page.getByLabel('生成数量').fill('3000')
    await page.getByLabel('前缀').fill('QS')
    await page
      .getByText(/^QS-[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$/)
      .first()
      .waitFor()
    await page.getByText('直接写格式').click()
    await page.getByLabel('格式', { exact: true }).fill('####')
    await page.getByText('太容易被猜中').first().waitFor()
    await page.getByText('组合', { exact: true }).click()
    await page.getByText(/73 位/).waitFor()
    await keepScreen(page, 'console-generate')
    await page.getByRole('button', { name: '开始生成' }).click()
    await page.waitForURL(/\/batches\/\d+$/)
    await page.getByText('可售', { exact: true }).first().waitFor({ timeout: 20_000 })
    await page.getByRole('button', { name: '导出原文' }).waitFor({ timeout: 20_000 })
    expect(await page.getByText('QS-****-****-****-***=').count()).toBe(1)
  })

  test('exports them once, with a reason, and never again', async () => {
    const { page } = owner
    await page.getByRole('button', { name: '导出原文' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('只能导出这一次').waitFor()
    await dialog.getByLabel('原因').fill('交给兑换系统')
    const saving = page.waitForEvent('download')
    await dialog.getByRole('button', { name: '导出原文' }).click()
    const lines = (await readFile(await (await saving).path(), 'utf8')).trim().split('\r\n')
    expect(new Set(lines).size).toBe(3_000)
    expect(lines[0]).toMatch(/^QS(-[2-9A-Z]{4}){4}$/)
    await page.getByText(/导出 3,000 个：交给兑换系统/).waitFor()
    await dialog.waitFor({ state: 'hidden' })
    expect(await page.getByRole('button', { name: '导出原文' }).count()).toBe(0)
    await keepScreen(page, 'console-batch-generated')
  })

  test('recalls a batch, decides about what was sold, and ends it; all of it fits a phone', async () => {
    const { page } = owner
    const batchId = await soldBatch(page)
    await page.goto(`${consoleUrl}batches/${batchId}`)
    await page.getByRole('button', { name: /^召\s*回$/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('原因').fill('供货商承认出过黑卡')
    await dialog.getByLabel('证据备注').fill('工单 8831，供货商 11 月 22 日回复')
    await dialog.getByRole('button', { name: /^召\s*回$/ }).click()
    await page.getByText('召回中').first().waitFor()
    await page.getByRole('button', { name: '处理召回' }).click()
    await page.getByRole('heading', { name: /批次 #\d+ 的召回/ }).waitFor()
    await page.getByText('待处理', { exact: true }).first().waitFor({ timeout: 20_000 })
    await page.getByText('应向供货商追偿').waitFor()
    expect(await page.getByRole('button', { name: '完成召回' }).isDisabled()).toBe(true)
    await keepScreen(page, 'console-recall')

    await clerk.page.goto(`${consoleUrl}batches/${batchId}/recall`)
    await clerk.page.getByText('待处理', { exact: true }).first().waitFor()
    expect(await sidewaysPixels(clerk.page)).toBe(0)
    await keepScreen(clerk.page, 'console-recall-phone')
    await clerk.page.goto(`${consoleUrl}generations/new`)
    await clerk.page.getByRole('heading', { name: '生成卡密' }).waitFor()
    expect(await sidewaysPixels(clerk.page)).toBe(0)
    await keepScreen(clerk.page, 'console-generate-phone')

    await page.getByRole('button', { name: /处理全部待处理/ }).click()
    await page.getByText('全部不处理').click()
    await page.getByRole('dialog').getByLabel('原因').fill('买家已核实可用')
    await page.getByRole('dialog').getByRole('button', { name: '不处理' }).click()
    await page.getByText('不处理', { exact: true }).first().waitFor()
    await page.getByRole('button', { name: '完成召回' }).click()
    await page.getByRole('dialog').getByLabel('原因').fill('已与供货商核对')
    await page.getByRole('dialog').getByRole('button', { name: '完成召回' }).click()
    await page.goto(`${consoleUrl}batches/${batchId}`)
    await page.getByText('已召回').first().waitFor()
  })

  test('and nobody’s browser complained', () => {
    expect(faults).toEqual([])
  })
})

async function signIn(page: Page): Promise<void> {
  await page.goto(consoleUrl)
  await page.getByLabel('邮箱').fill('owner@demo.quanshu.test')
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByRole('heading', { name: '看板' }).waitFor()
}

/** A batch of the demo shop of which some codes were sold. */
async function soldBatch(page: Page): Promise<number> {
  const batches = () =>
    page.evaluate<readonly { readonly id: number; readonly counts: { delivered: number } }[]>(
      `fetch('/api/console/batches?pageSize=200').then((answer) => answer.json()).then(({ items }) => items)`,
    )
  return await until(
    'a batch of which something was sold',
    async () => (await batches()).find(({ counts }) => counts.delivered > 1)?.id,
  )
}
