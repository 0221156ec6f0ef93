import { readFile, rm } from 'node:fs/promises'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shopFolder } from '../start/shop-folder.ts'
import { type Started, startProcess } from '../start/start-process.ts'
import { launchChromium } from './chromium.ts'
import { arrive, type Person, sidewaysPixels } from './people.ts'
import { keepScreen } from './screens.ts'

/** A bulk order in a real browser against a real `npm start`: pasted, checked, ordered, taken home as one file. */

const PASSWORD = 'Quanshu-demo-2026'
const NOBODY_YET = { status: 401, url: /\/api\/console\/me$/ }

const faults: string[] = []
let dataDir: string
let started: Started
let consoleUrl: string
let browser: Browser
let owner: Person

const signIn = async ({ page }: Person) => {
  await page.goto(consoleUrl)
  await page.getByLabel('邮箱').fill('owner@demo.quanshu.test')
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByRole('heading', { name: '看板' }).waitFor()
}

beforeAll(async () => {
  dataDir = await shopFolder()
  ;[started, browser] = await Promise.all([
    startProcess({ QUANSHU_DATA: dataDir, QUANSHU_DEV: undefined, QUANSHU_DEMO: undefined, QUANSHU_STAND_INS: 'yes' }),
    launchChromium(),
  ])
  if (!started.ready) throw new Error(`the start failed: ${started.output()}`)
  consoleUrl = new URL('/console/', `http://localhost:${new URL(started.ready.url).port}`).href
  owner = await arrive(browser, faults, { who: 'owner', device: 'desk', foreseen: [NOBODY_YET] })
  await signIn(owner)
}, 180_000)

afterAll(async () => {
  await browser?.close()
  if (started?.child.exitCode === null) await started.end('SIGTERM')
  await rm(dataDir, { recursive: true, force: true })
})

describe('a bulk order', { timeout: 60_000 }, () => {
  test('is pasted, checked, ordered from a member’s balance, and comes home as one file with its codes', async () => {
    const { page } = owner
    await page.goto(`${consoleUrl}bulk`)
    await page.getByText('还没有批量订单').waitFor()
    await page.getByRole('button', { name: '新建批量订单' }).first().click()
    await page.getByLabel('名称').fill('云帆科技中秋福利')
    await page.getByLabel('付款会员').click()
    await page.locator('.ant-select-item-option').filter({ hasText: '可用' }).first().click()
    await page.getByText('粘贴', { exact: true }).click()
    await page
      .getByRole('textbox', { name: '订单行' })
      .fill(
        [
          '商品\t数量\t充值手机号\t联系方式\t外部单号',
          '星幕视频 会员卡 / 月卡\t2\t\thr@yunfan.example\tYF-001',
          '星幕视频 会员直充 / 月卡直充\t1\t13800138001\t\tYF-002',
          '星幕视频 会员直充 / 月卡直充\t1\t1380013\t\tYF-003',
          '没有这个商品\t1\t\t\tYF-004',
        ].join('\n'),
      )
    await keepScreen(page, 'console-bulk-new')
    await page.getByRole('button', { name: /^核\s*对$/ }).click()
    await page.waitForURL(/\/bulk\/\d+$/, { timeout: 30_000 })
    await page.getByText('核对结果').waitFor()
    await keepScreen(page, 'console-bulk-draft')
    await page.getByRole('button', { name: '确认下单' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '确认下单' }).click()
    await page.getByText('已完成').waitFor({ timeout: 30_000 })
    await keepScreen(page, 'console-bulk')
    await page.getByRole('button', { name: '下载结果' }).hover()
    await page.getByText('含卡密', { exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('原因').fill('发给客户')
    await dialog.getByText('csv', { exact: true }).click()
    const saving = page.waitForEvent('download')
    await dialog.getByRole('button', { name: '含卡密' }).click()
    const text = await readFile(await (await saving).path(), 'utf8')
    expect(text).toContain('YF-001')
    expect(text).toMatch(/YF-004.*找不到商品「没有这个商品」/)

    const phone = await arrive(browser, faults, { who: 'owner-phone', device: 'phone', foreseen: [NOBODY_YET] })
    await signIn(phone)
    await phone.page.goto(page.url())
    await phone.page.getByText('下单进度').waitFor()
    expect(await sidewaysPixels(phone.page)).toBe(0)
    await keepScreen(phone.page, 'console-bulk-phone')
    expect(faults).toEqual([])
  })

  test('is given away, and taken back from one person without a word of money', async () => {
    const { page } = owner
    await page.goto(`${consoleUrl}bulk/new`)
    await page.getByLabel('名称').fill('老客户回馈')
    await page.getByText('店铺赠送', { exact: true }).click()
    await page.getByText('粘贴', { exact: true }).click()
    await page
      .getByRole('textbox', { name: '订单行' })
      .fill('商品\t数量\t联系方式\n星幕视频 会员卡 / 月卡\t2\tlan@example.com')
    await page.getByRole('button', { name: /^核\s*对$/ }).click()
    await page.getByRole('button', { name: '确认下单' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '确认下单' }).click()
    await page.getByText('已完成').waitFor({ timeout: 30_000 })
    await page
      .getByRole('link', { name: /^\d{16}$/ })
      .first()
      .click()
    await page.getByRole('button', { name: '收回赠送' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('赠送的订单没有收款，只收回权益。').waitFor()
    expect(await dialog.textContent()).not.toContain('¥')
    await dialog.getByText('2 个已发卡密将立即作废', { exact: false }).waitFor()
    await keepScreen(page, 'console-gift-end')
    await dialog.getByLabel('原因').fill('发错了人')
    await dialog.getByRole('button', { name: '收回赠送' }).click()
    await page.getByText('赠送已收回').waitFor()
    expect(faults).toEqual([])
  })
})
