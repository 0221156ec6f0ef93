import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { shopFolder } from '../start/shop-folder.ts'
import { type Started, startProcess } from '../start/start-process.ts'
import { launchChromium } from './chromium.ts'
import { arrive, type Person, sidewaysPixels } from './people.ts'
import { keepScreen } from './screens.ts'

/**
 * A channel from its first piece to its buyer, in a real browser: the owner makes its warehouse, moves pieces there and sees them flow;
 * a guest opens the mall by the channel's link on a phone and buys what lies there.
 */

/** Channels of the demo shop. */
const THERE = ['企业福利代理', '短视频直播间']
const PASSWORD = 'Quanshu-demo-2026'
const NOBODY_YET = { status: 401, url: /\/api\/(?:console|mall)\/me$/ }

const faults: string[] = []
let dataDir: string
let started: Started
let mall: string
let consoleUrl: string
let browser: Browser
let owner: Person
let buyer: Person

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

test('a channel gets its warehouse and its pieces, its buyer is sold these, and the picture tells it', {
  timeout: 120_000,
}, async ({ onTestFailed }) => {
  onTestFailed(async () => {
    await owner.page.screenshot({ path: join(tmpdir(), 'quanshu-warehouses-failed.png') }).catch(() => undefined)
    await buyer.page.screenshot({ path: join(tmpdir(), 'quanshu-warehouses-failed-phone.png') }).catch(() => undefined)
    console.error(faults.join('\n'))
  })
  const { page } = owner
  await page.goto(`${consoleUrl}warehouses`)
  // What the demo shop has already.
  for (const name of THERE) await page.locator('.warehouse-grid').getByText(name, { exact: true }).waitFor()
  await makeWarehouse(page, '华东代理', 'east')
  await makeWarehouse(page, '短视频店', 'video')

  const goods = await plainGoods(page)
  await move(page, goods, '华东代理', 3)
  await page.getByRole('button', { name: '按比例分配' }).click()
  const sharing = page.getByRole('dialog')
  await chooseSku(page, goods)
  await sharing.getByLabel('件数').fill('9')
  for (const name of THERE) await sharing.getByLabel(`${name} 的权重`).fill('0')
  await sharing.getByLabel('短视频店 的权重').fill('2')
  await sharing.getByText('6 件', { exact: true }).waitFor()
  await sharing.getByLabel('原因').fill('新店开张')
  await sharing.getByRole('button', { name: '按比例分配' }).click()
  await sharing.waitFor({ state: 'hidden' })
  await page.getByRole('img', { name: /货流图/ }).waitFor()

  const phone = buyer.page
  await phone.goto(`${mall}goods/${goods.id}?channel=east`)
  await phone.getByText('华东代理', { exact: true }).first().waitFor()
  await phone.getByRole('link', { name: '立即购买' }).click()
  await phone.getByLabel('手机号或邮箱').fill('13811112222')
  await phone.getByLabel('查询密码').first().fill('abcd1234')
  await phone.getByRole('button', { name: '提交订单' }).click()
  await phone.waitForURL(/\/pay\/\d+/)
  expect(await sidewaysPixels(phone)).toBe(0)

  await page.goto(`${consoleUrl}warehouses/stock?warehouseId=${await warehouseId(page, 'east')}`)
  await page.getByRole('heading', { name: '分仓库存' }).waitFor()
  const row = page.getByRole('row').filter({ hasText: goods.title })
  await row.waitFor()
  expect(await row.textContent()).toMatch(/华东代理/)
  await row.getByRole('button', { name: '补货与预警' }).click()
  const rule = page.getByRole('dialog')
  await rule.getByLabel('可售低于多少时补货').fill('8')
  await rule.getByLabel('补到多少').fill('12')
  await rule.getByRole('button', { name: /确\s*定|OK/ }).click()
  await rule.waitFor({ state: 'hidden' })
  await page.getByText('低于 8 补到 12').first().waitFor()
  await keepScreen(page, 'console-warehouse-stock')

  await page.goto(`${consoleUrl}warehouses/moves`)
  await page.getByRole('row').filter({ hasText: '自动补货' }).filter({ hasText: '华东代理' }).first().waitFor()
  await keepScreen(page, 'console-warehouse-moves')
  const first = page.getByRole('row').filter({ hasText: '手工调拨' }).filter({ hasText: '华东代理' })
  await first.getByRole('button', { name: '撤销' }).click()
  await page.getByRole('dialog').getByLabel('原因').fill('调多了')
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /撤\s*销/ })
    .click()
  await page.getByText(/已被 #\d+ 撤销/).waitFor()

  await page.goto(`${consoleUrl}warehouses`)
  await page.getByRole('img', { name: /货流图/ }).waitFor()
  expect(await page.locator('svg[role="img"] desc').first().textContent()).toMatch(/短视频店 6/)
  await keepScreen(page, 'console-warehouses')
  await page.goto(`${consoleUrl}warehouses/expiry`)
  await page.getByRole('heading', { name: '效期日历' }).waitFor()
  await keepScreen(page, 'console-expiry')

  await page.setViewportSize({ width: 375, height: 812 })
  for (const [path, heading] of [
    ['warehouses', '总仓与渠道仓'],
    ['warehouses/stock', '分仓库存'],
    ['warehouses/moves', '调拨记录'],
    ['warehouses/expiry', '效期日历'],
  ] as const) {
    await page.goto(`${consoleUrl}${path}`)
    await page.getByRole('heading', { name: heading }).waitFor()
    await page.waitForLoadState('networkidle')
    expect(await sidewaysPixels(page), path).toBe(0)
    await keepScreen(page, `console-${path.replace('/', '-')}-phone`)
  }
  expect(faults).toEqual([])
})

async function makeWarehouse(page: Page, name: string, channel: string): Promise<void> {
  await page.getByRole('button', { name: '新建渠道仓' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('名称').fill(name)
  await dialog.getByLabel('渠道代码').fill(channel)
  await dialog.getByRole('button', { name: /确\s*定|OK/ }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.locator('.warehouse-grid').getByText(name, { exact: true }).waitFor()
}

const warehouseId = (page: Page, channel: string): Promise<number> =>
  page.evaluate(
    `fetch('/api/console/warehouses').then((answer) => answer.json()).then(({ items }) => items.find((one) => one.channel === '${channel}').id)`,
  )

async function move(page: Page, goods: Plain, to: string, pieces: number): Promise<void> {
  await page
    .getByRole('button', { name: /调\s*拨/ })
    .first()
    .click()
  const dialog = page.getByRole('dialog')
  await chooseSku(page, goods)
  await dialog.getByText(/可调 [\d,]+ 件/).waitFor()
  await dialog.getByLabel('调入').click()
  await page.locator('.ant-select-item-option').filter({ hasText: to }).click()
  await dialog.getByLabel('件数').fill(String(pieces))
  await dialog.getByLabel('原因').fill('首批')
  await dialog.getByRole('button', { name: /调\s*拨/ }).click()
  await dialog.waitFor({ state: 'hidden' })
}

async function chooseSku(page: Page, { title, sku }: Plain): Promise<void> {
  await page.getByRole('dialog').getByLabel('商品规格').fill(title)
  // Not the list of another field, which is closed.
  await page
    .locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option')
    .filter({ hasText: `${title} / ${sku}` })
    .first()
    .click()
}

type Plain = { readonly id: number; readonly title: string; readonly sku: string }

/** Goods of the demo shop whose first variant is codes, bought without a form, with enough of them to give away. */
function plainGoods(page: Page): Promise<Plain> {
  return page.evaluate(`(async () => {
    const { items } = await fetch('/api/mall/goods?limit=40').then((answer) => answer.json())
    for (const { id, title } of items) {
      const goods = await fetch('/api/mall/goods/' + id).then((answer) => answer.json())
      const stock = await fetch('/api/console/stock?goodsId=' + id).then((answer) => answer.json())
      const [sku] = goods.skus
      const free = stock.items.find(({ skuId }) => skuId === sku?.id)?.available ?? 0
      const isPlain = sku?.kind === 'card' && !goods.formFields.some(({ required }) => required)
      if (isPlain && free >= 25) return { id, title, sku: sku.title }
    }
    throw new Error('no such goods in the demo shop')
  })()`)
}
