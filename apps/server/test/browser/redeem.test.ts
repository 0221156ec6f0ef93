import { readFile, rm } from 'node:fs/promises'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shopFolder } from '../start/shop-folder.ts'
import { type Started, startProcess } from '../start/start-process.ts'
import { launchChromium } from './chromium.ts'
import { arrive, type Person, PHONE, sidewaysPixels } from './people.ts'
import { keepScreen } from './screens.ts'

/** Redeem codes in a real browser against a real `npm start`: made at the desk, redeemed on a phone, taken back. */

const PASSWORD = 'Quanshu-demo-2026'
const NOBODY_YET = { status: 401, url: /\/api\/(?:console|mall)\/me$/ }
const WRONG_CODE = { status: 404, url: /\/api\/mall\/redeem\/look$/ }

const faults: string[] = []
let dataDir: string
let started: Started
let mall: string
let consoleUrl: string
let browser: Browser
let owner: Person
let shopper: Person
let links: readonly string[] = []

beforeAll(async () => {
  dataDir = await shopFolder()
  ;[started, browser] = await Promise.all([
    startProcess({ QUANSHU_DATA: dataDir, QUANSHU_DEV: undefined, QUANSHU_DEMO: undefined, QUANSHU_STAND_INS: 'yes' }),
    launchChromium(),
  ])
  if (!started.ready) throw new Error(`the start failed: ${started.output()}`)
  const address = `http://localhost:${new URL(started.ready.url).port}`
  mall = new URL('/', address).href
  consoleUrl = new URL('/console/', address).href
  owner = await arrive(browser, faults, { who: 'owner', device: 'desk', foreseen: [NOBODY_YET] })
  shopper = await arrive(browser, faults, { who: 'shopper', device: 'phone', foreseen: [NOBODY_YET, WRONG_CODE] })
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

describe('a code of the shop’s own', { timeout: 60_000 }, () => {
  test('is one of twenty that the owner makes and exports once, with links', async () => {
    const { page } = owner
    await page.goto(`${consoleUrl}redeem`)
    await page.getByText('还没有兑换批次').waitFor()
    await page.getByRole('button', { name: '新建兑换批次' }).first().click()
    await page.getByLabel('名称').fill('周年庆赠礼')
    await page.getByLabel('规格').click()
    await page.locator('.ant-select-item-option').first().click()
    await page.getByLabel('码数').fill('20')
    await page.getByLabel('发出后有效').fill('90')
    await keepScreen(page, 'console-redeem-new')
    await page.getByRole('button', { name: /^生\s*成$/ }).click()
    await page.waitForURL(/\/redeem\/\d+$/)
    await page.getByRole('button', { name: '导出码与链接' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('原因').fill('印成礼品卡')
    const saving = page.waitForEvent('download')
    await dialog.getByRole('button', { name: '导出码与链接' }).click()
    const file = await (await saving).path()
    links = (await readFile(file, 'utf8'))
      .trim()
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(',')[1] ?? '')
    expect(new Set(links).size).toBe(20)
    await page.getByText(/导出 20 个：印成礼品卡/).waitFor()
    await dialog.waitFor({ state: 'hidden' })
    expect(await page.getByRole('button', { name: '导出码与链接' }).count()).toBe(0)

    await page.getByRole('button', { name: '打印二维码' }).click()
    await page.locator('input[type=file]').setInputFiles({
      name: 'redeem.csv',
      mimeType: 'text/csv',
      buffer: await readFile(file),
    })
    await page.getByRole('button', { name: '打印 20 个' }).waitFor()
    await keepScreen(page, 'console-redeem-print')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
  })

  test('is redeemed on a phone: its link shows what it is good for, then the card; a reload leads there again', async () => {
    const { page } = shopper
    const [link = ''] = links
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url(), request.headers().referer ?? ''))
    await page.goto(link)
    await page.getByText('可兑换', { exact: true }).waitFor()
    expect(page.url()).toBe(`${mall}redeem`)
    expect(await sidewaysPixels(page)).toBe(0)
    await keepScreen(page, 'mall-redeem-phone')
    await page.getByRole('button', { name: '立即兑换' }).click()
    await page.getByText('请填写正确的手机号或邮箱').waitFor()
    await page.getByLabel('手机号或邮箱').fill('gift@example.test')
    await page.getByLabel('查询密码').fill('gift-2026')
    await page.getByRole('button', { name: '立即兑换' }).dblclick()
    await page.waitForURL(/\/orders\/\d{16}$/)
    await page.getByRole('button', { name: /复制/ }).first().waitFor()
    expect(await sidewaysPixels(page)).toBe(0)
    await keepScreen(page, 'mall-redeemed-phone')

    await page.goto(link)
    await page.getByText('已用完', { exact: true }).waitFor()
    await keepScreen(page, 'mall-redeem-used-phone')
    await page.getByRole('link', { name: '查看我兑换的订单' }).click()
    await page.waitForURL(/\/orders\/\d{16}$/)
    // No request named the code in its address or told where it came from.
    const code = link.split('#')[1] ?? ''
    expect(asked.filter((text) => text.includes(code))).toEqual([])

    await page.goto(`${mall}redeem`)
    await page.getByRole('button', { name: '换一个兑换码' }).click()
    await page.getByLabel('兑换码').fill('HELLO')
    await page.getByRole('button', { name: '查看可兑换的商品' }).click()
    await page.getByText('没有这个兑换码').waitFor()
    await keepScreen(page, 'mall-redeem-wrong-phone')
  })

  test('is found at the desk by its text, its order among the redemptions, and taken back it works again', async () => {
    const { page } = owner
    await page.getByRole('tab', { name: '兑换记录' }).click()
    await page.getByRole('link', { name: /^\d{16}$/ }).waitFor()
    await keepScreen(page, 'console-redeem-batch')
    await page.getByRole('button', { name: /^收\s*回$/ }).click()
    await page.getByRole('dialog').getByLabel('原因').fill('顾客要求换人')
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^收\s*回$/ })
      .click()
    await page.getByText('已收回，码可再用').waitFor()
    await page.goto(`${consoleUrl}redeem`)
    await page.getByRole('link', { name: '周年庆赠礼' }).waitFor()
    await keepScreen(page, 'console-redeem')
    await page.getByRole('button', { name: '按码查找' }).click()
    await page
      .getByRole('dialog')
      .getByLabel('兑换码')
      .fill(links[0]?.split('#')[1] ?? '')
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^查\s*找$/ })
      .click()
    await page.getByRole('dialog').getByText('0 / 1 次').waitFor()
    await page.getByRole('dialog').getByRole('link', { name: '周年庆赠礼' }).click()
    await page.setViewportSize(PHONE)
    await page.getByText('已退款').first().waitFor()
    expect(await sidewaysPixels(page)).toBe(0)
    await keepScreen(page, 'console-redeem-batch-phone')
    await shopper.page.goto(links[0] ?? '')
    await shopper.page.getByText('可兑换', { exact: true }).waitFor()
    await shopper.page.getByRole('button', { name: 'English' }).click()
    await shopper.page.getByRole('button', { name: 'Redeem now' }).waitFor()
    expect(await sidewaysPixels(shopper.page)).toBe(0)
    await keepScreen(shopper.page, 'mall-redeem-phone-en')
  })

  test('and nobody’s browser complained', () => {
    expect(faults).toEqual([])
  })
})
