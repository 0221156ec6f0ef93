import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@quanshu/client'
import { createCookieFetch } from '@quanshu/client/node'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { shopFolder } from '../start/shop-folder.ts'
import { type Started, startProcess } from '../start/start-process.ts'
import { launchChromium } from './chromium.ts'
import { arrive, fitsPhones, type Person } from './people.ts'
import { keepScreen } from './screens.ts'

/**
 * A bundle from its parts to the codes, in a real browser: the owner builds it in the goods editor, and a guest buys it on a
 * phone and sees every part of it.
 */

const PASSWORD = 'Quanshu-demo-2026'
const NOBODY_YET = { status: 401, url: /\/api\/(?:console|mall)\/me$/ }
const BUNDLE = '双倍快乐礼包'

const faults: string[] = []
let dataDir: string
let started: Started
let mall: string
let consoleUrl: string
let browser: Browser
let owner: Person
let buyer: Person
let goodsId: number
let no: string
let broken = false

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
  const foreseen = [NOBODY_YET]
  owner = await arrive(browser, faults, { who: 'owner', device: 'desk', foreseen })
  buyer = await arrive(browser, faults, { who: 'buyer', device: 'phone', foreseen })
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

beforeEach(({ skip, onTestFailed }) => {
  if (broken) skip('a step before failed')
  onTestFailed(async () => {
    broken = true
    await owner?.page.screenshot({ path: join(tmpdir(), 'quanshu-bundles-failed.png') }).catch(() => undefined)
    await buyer?.page.screenshot({ path: join(tmpdir(), 'quanshu-bundles-failed-phone.png') }).catch(() => undefined)
    if (faults.length > 0) console.error(faults.join('\n'))
  })
})

describe('a bundle', { timeout: 60_000 }, () => {
  test('is built from variants with shares, margin and stock in sight, and put on the shelf', async () => {
    await partsOnShelf()
    const { page } = owner
    await page.goto(`${consoleUrl}goods/new`)
    await page.getByLabel('商品名称').fill(BUNDLE)
    await page.getByText('组合包', { exact: true }).click()
    await page.getByLabel('规格名称').fill('一份')
    await page.getByLabel('售价').first().fill('39.90')
    const picker = page.getByRole('combobox', { name: '搜索并添加规格' })
    for (const title of ['云端音乐', '晨光阅读']) {
      await picker.fill(title)
      await page.locator('.ant-select-item-option').filter({ hasText: title }).click()
    }
    await page.getByLabel(/云端音乐.*数量/).fill('2')
    await page.getByText('单买合计 ¥50.00').waitFor()
    // 20 × 2 and 10 of 39.90.
    await page.getByText('¥31.92').waitFor()
    await page.getByText('¥7.98').waitFor()
    await page.getByText('成本合计 ¥20.00').waitFor()
    await page.getByText('毛利 ¥19.90').waitFor()
    await page.getByText('可做 3 份').waitFor()
    await page.getByRole('combobox', { name: '付款后有内容无法交付时' }).scrollIntoViewIfNeeded()
    await keepScreen(page, 'console-bundle-editor')
    await page.locator('.form-foot').getByRole('button', { name: '保存并上架' }).click()
    await page.getByText('商品已创建').waitFor()
    await page.waitForURL(/\/goods\/\d+$/)
    goodsId = Number(new URL(page.url()).pathname.split('/').at(-1))
    await page.getByText('在售', { exact: true }).first().waitFor()
  })

  test('is bought by a guest, who sees what is in it, and then every part', async () => {
    const { page } = buyer
    await page.goto(`${mall}goods/${goodsId}`)
    await page.getByRole('heading', { name: '套餐内含' }).waitFor()
    await page.getByText('比单买省 ¥10.10').waitFor()
    await page.getByRole('heading', { name: '套餐内含' }).scrollIntoViewIfNeeded()
    await keepScreen(page, 'mall-bundle-phone')
    await page.getByRole('link', { name: '立即购买' }).click()
    await page.getByLabel('手机号或邮箱').fill('lan@example.com')
    await page.getByLabel('查询密码').first().fill('harvest-moon')
    await page.getByText('仿真支付').first().click()
    await page.getByRole('button', { name: '提交订单' }).click()
    await page.waitForURL(/\/pay\/\d+/)
    no = /\/pay\/(\d+)/.exec(page.url())?.[1] ?? ''
    await page.getByText(BUNDLE).first().waitFor()
    await page.getByRole('button', { name: /去付款 ¥/ }).click()
    await page.getByRole('button', { name: '确认支付 ¥39.90' }).click()
    await page.waitForURL(/\/orders\/\d+/, { timeout: 30_000 })
    const parts = page.getByRole('list', { name: '套餐内容' })
    await parts.getByText('云端音乐').waitFor()
    expect(await parts.getByText('已发货').count()).toBe(2)
    expect(await page.getByRole('heading', { name: /^卡密/ }).count()).toBe(2)
    await keepScreen(page, 'mall-bundle-order-phone')
    for (const path of [`goods/${goodsId}`, `orders/${no}`]) {
      await page.goto(`${mall}${path}`)
      await page.getByText(BUNDLE).first().waitFor()
      await fitsPhones(page)
    }
  })

  test('is one thing with its parts and its margin for staff, on a desk and on a phone', async () => {
    const { page } = owner
    await page.goto(`${consoleUrl}orders/${no}`)
    await page.getByText('成本 ¥20.00 · 毛利 ¥19.90').waitFor()
    await keepScreen(page, 'console-bundle-order')
    for (const path of [`orders/${no}`, `goods/${goodsId}`]) {
      await page.goto(`${consoleUrl}${path}`)
      await page.getByText(BUNDLE).first().waitFor()
      await fitsPhones(page)
    }
    await page.getByRole('combobox', { name: '搜索并添加规格' }).scrollIntoViewIfNeeded()
    await keepScreen(page, 'console-bundle-editor-phone')
  })
})

test('no browser had anything to complain about', () => {
  expect(faults).toEqual([])
})

/** Two goods with codes that cost something. */
async function partsOnShelf(): Promise<void> {
  const desk = createClient({ baseUrl: mall.slice(0, -1), locale: 'zh-CN', fetch: createCookieFetch() })
  await desk.call('identity.signIn', { body: { email: 'owner@demo.quanshu.test', password: PASSWORD } })
  for (const [title, priceFen, costFen] of [
    ['云端音乐 月卡', 2_000, 800],
    ['晨光阅读 周卡', 1_000, 400],
  ] as const) {
    const skus = [{ title: '标准', priceFen }]
    const goods = await desk.call('catalog.createGoods', { body: { title, shelf: 'on', skus } })
    const skuId = goods.skus[0]?.id ?? 0
    const batch = await desk.call('vault.createImport', { body: { skuId, fileName: 'codes.txt', costFen } })
    const codes = Array.from({ length: 6 }, () => randomUUID())
    await desk.upload('vault.uploadImport', { params: { batchId: batch.id } }, codes.join('\n'), {
      fileName: 'codes.txt',
    })
  }
}
