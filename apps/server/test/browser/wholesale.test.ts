import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signedCall } from '../journeys/two-shops.ts'
import { shopFolder } from '../start/shop-folder.ts'
import { type Started, startProcess } from '../start/start-process.ts'
import { launchChromium } from './chromium.ts'
import { arrive, choose, DESK, type Person, PHONE, sidewaysPixels } from './people.ts'
import { keepScreen } from './screens.ts'

/** A key for another shop, from making it to the first call: in a real browser, on a desk and on a phone. */

const PASSWORD = 'Quanshu-demo-2026'
const NOBODY_YET = { status: 401, url: /\/api\/(?:console|mall)\/me$/ }
const TOO_CHEAP = { status: 409, url: /\/prices\/\d+$/ }

const faults: string[] = []
let dataDir: string
let started: Started
let address: string
let consoleUrl: string
let browser: Browser
let owner: Person

beforeAll(async () => {
  dataDir = await shopFolder()
  ;[started, browser] = await Promise.all([
    startProcess({ QUANSHU_DATA: dataDir, QUANSHU_DEV: undefined, QUANSHU_DEMO: undefined, QUANSHU_STAND_INS: 'yes' }),
    launchChromium(),
  ])
  if (!started.ready) throw new Error(`the start failed: ${started.output()}`)
  address = `http://localhost:${new URL(started.ready.url).port}`
  consoleUrl = new URL('/console/', address).href
  owner = await arrive(browser, faults, { who: 'owner', device: 'desk', foreseen: [NOBODY_YET, TOO_CHEAP] })
  const { page } = owner
  await page.goto(consoleUrl)
  await page.getByLabel('邮箱').fill('owner@demo.quanshu.test')
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByRole('heading', { name: '看板' }).waitFor()
}, 180_000)

afterAll(async () => {
  await browser?.close()
  if (started?.child.exitCode === null) await started.end('SIGTERM')
  await rm(dataDir, { recursive: true, force: true })
})

test('a shop is given a key and prices, joins with it as a buyer, and its calls are read', {
  timeout: 120_000,
}, async ({ onTestFailed }) => {
  const { page } = owner
  onTestFailed(async () => {
    await page.screenshot({ path: join(tmpdir(), 'quanshu-wholesale-failed.png') }).catch(() => undefined)
    if (faults.length > 0) console.error(faults.join('\n'))
  })
  await page.goto(`${consoleUrl}wholesale`)
  await page.getByText('还没有下游店铺').waitFor()
  await page.getByRole('button', { name: '新建供货密钥' }).first().click()
  await page.getByLabel('名称').fill('晨光数码')
  await page.getByLabel('下游商户手机号').fill('13900001111')
  await page.getByRole('spinbutton', { name: '供货价' }).fill('85')
  await page.getByLabel('每日限额').fill('5000')
  await keepScreen(page, 'console-wholesale-new')
  await page.locator('.form-foot').getByRole('button', { name: '新建密钥' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('密文只显示这一次').waitFor()
  const [shownAddress, key = '', secret = ''] = await dialog.locator('dd').allTextContents()
  expect(shownAddress).toBe(address)
  await keepScreen(page, 'console-wholesale-secret')
  await dialog.getByRole('button', { name: '我已保存' }).click()
  await page.waitForURL(/\/wholesale\/\d+$/)
  const keyPage = page.url()

  await page.getByRole('button', { name: '开放商品' }).first().click()
  await choose(page, dialog.getByLabel('规格'))
  await dialog.getByLabel('供货单价').fill('0.01')
  await dialog.getByRole('button', { name: /保\s*存/ }).click()
  await page.getByText(/供货价不能低于底价 \d+ 分/).waitFor()
  await dialog.getByLabel('供货单价').fill('900')
  await dialog.getByRole('button', { name: /保\s*存/ }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.getByText('单独定价').waitFor()

  // The same machine buys from itself: enough to see that the key works.
  await page.goto(`${consoleUrl}suppliers/new`)
  await page.getByRole('radio', { name: '权枢（同系统对接）' }).check()
  await page.getByLabel('名称', { exact: true }).fill('自营总店')
  await page.getByLabel('供货密钥（qk_ 开头）').fill(key)
  await page.getByLabel('接口地址').fill(address)
  await page.locator('input[type=password]').fill(secret)
  await keepScreen(page, 'console-wholesale-join')
  await page.locator('.form-foot').getByRole('button', { name: '接入供应商' }).click()
  await page.getByRole('heading', { name: '自营总店' }).waitFor()
  await page
    .getByRole('button', { name: /测\s*试/ })
    .first()
    .click()
  await page.getByText(/连接正常 · .* · 余额 ¥0\.00/).waitFor()

  await page.goto(`${keyPage}?tab=calls`)
  await page.getByText('查询余额').first().waitFor()
  await page
    .getByRole('button', { name: /详\s*情/ })
    .first()
    .click()
  await page.getByText('应答（已打码）').waitFor()
  await keepScreen(page, 'console-wholesale-calls')
  await page.keyboard.press('Escape')

  await orderInBulk(page, { key, secret })
  await page.goto(`${keyPage}?tab=bulk`)
  await page.getByRole('link', { name: 'B-20261122' }).waitFor()
  expect(await sidewaysPixels(page)).toBe(0)
  await keepScreen(page, 'console-wholesale-bulk')
  await page.getByRole('link', { name: 'B-20261122' }).click()
  await page.getByText('已完成').first().waitFor({ timeout: 30_000 })
  await page.getByText('由下游通过供货接口提交').waitFor()
  expect(await page.getByRole('button', { name: '重试失败行' }).count()).toBe(0)
  await page.getByRole('link', { name: '晨光数码' }).waitFor()
  await keepScreen(page, 'console-bulk-api')
  await page.goto(`${consoleUrl}bulk?origin=api`)
  await page.getByRole('link', { name: 'B-20261122' }).waitFor()
  await page.goto(`${consoleUrl}bulk?origin=console`)
  await page.getByText('没有').first().waitFor()

  await page.goto(keyPage)
  await page.getByText('单独定价').waitFor()
  await keepScreen(page, 'console-wholesale-key')
  await page.setViewportSize(PHONE)
  for (const path of ['', '?tab=calls', '?tab=bulk', '/edit']) {
    await page.goto(keyPage + path)
    await page.getByRole('heading', { name: '晨光数码' }).waitFor()
    expect([path, await sidewaysPixels(page)]).toEqual([path, 0])
    await keepScreen(page, `console-wholesale-phone${path.replace(/\W+/g, '-')}`)
  }
  await page.evaluate(`localStorage.setItem('quanshu.console.locale', 'en')`)
  await page.goto(keyPage)
  await page.getByText('Own price').waitFor()
  expect(await sidewaysPixels(page)).toBe(0)
  await page.setViewportSize(DESK)
  await page.goto(`${consoleUrl}wholesale`)
  await page.getByText('晨光数码').waitFor()
  await keepScreen(page, 'console-wholesale-en')
  await page.goto(`${consoleUrl}bulk?origin=api`)
  await page.getByText('Wholesale API').first().waitFor()
  await keepScreen(page, 'console-bulk-list-en')
  expect(faults).toEqual([])
})

/** Money for the key's purse, and a bulk order of the product that is open to it. */
async function orderInBulk(page: Page, credentials: { readonly key: string; readonly secret: string }): Promise<void> {
  const { json } = await signedCall(address, credentials, { method: 'GET', path: '/products' })
  const [product] = json.items as { productId: string; fields: readonly { key: string }[] }[]
  const status = await page.evaluate<string>(`(async () => {
    const headers = { 'content-type': 'application/json', 'x-quanshu-client': 'test', 'idempotency-key': crypto.randomUUID() }
    const keys = await (await fetch('/api/console/wholesale-keys')).json()
    const { memberId } = keys.items[0]
    const body = JSON.stringify({ amountFen: 10_000_000, reason: '预存' })
    const answer = await fetch('/api/console/members/' + memberId + '/balance', { method: 'POST', headers, body })
    return answer.status + ''
  })()`)
  expect(status).toBe('200')
  const lines = [1, 2, 3].map((at) => ({
    ref: `P-${at}`,
    productId: product?.productId,
    fields: Object.fromEntries((product?.fields ?? []).map((field) => [field.key, `1380013800${at}`])),
  }))
  const body = { outerNo: 'B-20261122', totalCeilingFen: 4_000_000, lines }
  const taken = await signedCall(address, credentials, { method: 'POST', path: '/bulk-orders', body })
  expect([taken.status, taken.json.code]).toEqual([200, undefined])
}
