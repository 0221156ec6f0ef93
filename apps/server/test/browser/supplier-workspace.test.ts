import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@quanshu/client'
import { createCookieFetch } from '@quanshu/client/node'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { shopFolder } from '../start/shop-folder.ts'
import { type Started, startProcess } from '../start/start-process.ts'
import { launchChromium } from './chromium.ts'
import { arrive, DESK, dialogsGone, fitsPhones, type Person, PHONE, SMALL_PHONE, sidewaysPixels } from './people.ts'
import { keepScreen } from './screens.ts'

/**
 * A supplier works in their own workspace: joined and invited by the owner, they offer a product, accept what was ordered, deliver
 * the code on a phone and see what they are owed; the guest has the code.
 */

const PASSWORD = 'Quanshu-demo-2026'
const OWN_PASSWORD = 'lan-hai-2026-own'
const NOBODY_YET = { status: 401, url: /\/api\/(?:console|mall)\/me$/ }
/** One code too many, sent on purpose. */
const REFUSED_CODES = { status: 422, url: /\/workspace\/tasks\/\d+\/codes$/ }
const SUPPLIER = '蓝海供货'
const CODE = 'LANHAI-7788-KDXQ-0042'
const PRICE_FEN = 3_000

const faults: string[] = []
let dataDir: string
let started: Started
let mall: string
let consoleUrl: string
let browser: Browser
let owner: Person
let supplier: Person
/** The shop's page about the supplier's people and orders. */
let side: string

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
  supplier = await arrive(browser, faults, {
    who: 'supplier',
    device: 'desk',
    foreseen: [...foreseen, REFUSED_CODES],
  })
  await signIn(owner.page, 'owner@demo.quanshu.test', PASSWORD)
  await owner.page.getByRole('heading', { name: '看板' }).waitFor()
}, 180_000)

afterAll(async () => {
  await browser?.close()
  if (started?.child.exitCode === null) await started.end('SIGTERM')
  await rm(dataDir, { recursive: true, force: true })
})

test('a supplier works in their own workspace', { timeout: 90_000 }, async ({ onTestFailed }) => {
  onTestFailed(keepFailure)
  const desk = owner.page
  const theirs = supplier.page

  // Joined without an address, and one person of theirs invited.
  await desk.goto(`${consoleUrl}suppliers/new`)
  await desk.getByRole('radio', { name: '人工供货（供应商工作台）' }).check()
  await desk.getByLabel('名称').fill(SUPPLIER)
  await desk.getByRole('button', { name: /接\s*入/ }).click()
  await desk.getByRole('button', { name: '工作台与人员' }).click()
  await desk.getByText('还没有人').waitFor()
  await desk.getByRole('button', { name: '邀请人员' }).click()
  await desk.getByLabel('姓名').fill('蓝海小王')
  await desk.getByLabel('登录邮箱').fill('wang@lanhai.test')
  await desk.getByRole('dialog').getByRole('button', { name: '邀请人员' }).click()
  const password = await desk.getByText(/^\w{4}(-\w{4}){3}$/).textContent()
  await desk.getByRole('button', { name: '我已记下' }).click()
  await dialogsGone(desk)
  await keepScreen(desk, 'console-supplier-side')
  side = desk.url()

  // They sign in to the same console and see the workspace alone.
  await signIn(theirs, 'wang@lanhai.test', password ?? '')
  await theirs.getByLabel('当前密码').fill(password ?? '')
  await theirs.getByLabel('新密码', { exact: true }).fill(OWN_PASSWORD)
  await theirs.getByLabel('再输入一次新密码').fill(OWN_PASSWORD)
  await theirs.getByRole('button', { name: '设置并进入后台' }).click()
  await theirs.getByRole('heading', { name: `${SUPPLIER} 的工作台` }).waitFor()
  expect(await theirs.getByRole('menuitem').allInnerTexts()).toEqual([
    '概览',
    '供货任务',
    '我的商品',
    '文件更新',
    '寄送卡密',
    '合同与资质',
    '结算',
  ])
  await theirs.goto(`${consoleUrl}orders`)
  await theirs.getByText('没有权限查看此页').waitFor()

  await theirs.goto(`${consoleUrl}workspace/products`)
  await theirs.getByRole('button', { name: '添加商品' }).first().click()
  await theirs.getByLabel('编码').fill('LH-VIP-M')
  await theirs.getByLabel('名称').fill('星河会员 月卡')
  await theirs.getByLabel('供货价').fill('20')
  await theirs.getByLabel('库存').fill('10')
  await theirs.getByRole('button', { name: /保\s*存/ }).click()
  await theirs.getByText('LH-VIP-M').waitFor()

  const no = await ordered()
  await theirs.goto(`${consoleUrl}workspace/tasks`)
  await theirs.getByText('星河会员 月卡 × 1').waitFor()
  await keepScreen(theirs, 'workspace-tasks')
  await theirs.getByRole('button', { name: /接\s*单/ }).click()
  await theirs.getByText('已接 1 单').waitFor()

  // Delivered on a phone.
  await theirs.setViewportSize(PHONE)
  await theirs.goto(`${consoleUrl}workspace/tasks?state=accepted`)
  await theirs.getByText('星河会员 月卡 × 1').click()
  await theirs.getByLabel('粘贴卡密').fill(`${CODE}\nONE-TOO-MANY`)
  await theirs.getByRole('button', { name: '交付卡密' }).click()
  await theirs.getByText('需要 1 条卡密，收到 2 条').waitFor()
  await theirs.getByLabel('粘贴卡密').fill(CODE)
  await keepScreen(theirs, 'workspace-deliver-phone')
  await theirs.getByRole('button', { name: '交付卡密' }).click()
  await theirs.getByText('应结金额').waitFor()

  const guest = createClient({ baseUrl: mall.slice(0, -1), locale: 'zh-CN', fetch: createCookieFetch() })
  await expect
    .poll(async () => {
      const { items } = await guest.call('orders.lookup', { body: { no: Number(no), queryPassword: 'harvest-moon' } })
      return items[0]?.lines[0]?.codes?.[0]?.parts
    })
    .toEqual([CODE])

  for (const path of ['workspace/home', 'workspace/products', 'workspace/tasks?state=done', 'workspace/settlement']) {
    await theirs.goto(`${consoleUrl}${path}`)
    await theirs.getByRole('heading').first().waitFor()
    await fitsPhones(theirs)
  }
  await theirs.getByText('¥20.00').first().waitFor()
  await keepScreen(theirs, 'workspace-settlement-phone')
  await theirs.setViewportSize(DESK)
  await theirs.goto(`${consoleUrl}workspace/home`)
  await theirs.getByText('近 30 天表现').waitFor()
  await keepScreen(theirs, 'workspace')
  expect(faults).toEqual([])
})

test('they keep stock by a sheet, and a price that moves far is for the shop to agree to', { timeout: 90_000 }, async ({
  onTestFailed,
}) => {
  onTestFailed(keepFailure)
  const desk = owner.page
  const theirs = supplier.page
  // Stock by a sheet: tried, then taken.
  await theirs.goto(`${consoleUrl}workspace/files`)
  await theirs.locator('input[type=file]').setInputFiles({
    name: '库存.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('商品编码,供货价,库存\nLH-VIP-M,20.50,88\nLH-NONE,9.90,5\n'),
  })
  await theirs.getByRole('button', { name: '试导入' }).click()
  await theirs.getByText('没有这个编码的商品').waitFor()
  await keepScreen(theirs, 'workspace-file')
  await theirs.getByRole('button', { name: '正式导入' }).click()
  await theirs.getByText('更新 1 · 未变 0 · 无效 1').waitFor()
  await fitsPhones(theirs)
  await theirs.setViewportSize(DESK)

  // A price that moves far is for the shop to agree to.
  await theirs.goto(`${consoleUrl}workspace/products`)
  await theirs.getByRole('button', { name: /修\s*改/ }).click()
  await theirs.getByLabel('供货价').fill('26')
  await theirs.getByRole('button', { name: /保\s*存/ }).click()
  await theirs.getByText('申请调为 ¥26.00').waitFor()
  await keepScreen(theirs, 'workspace-products')
  await desk.goto(`${consoleUrl}supplier-prices`)
  await desk.getByText('+26.8%').waitFor()
  await keepScreen(desk, 'console-supplier-prices')
  await desk.getByRole('button', { name: /同\s*意/ }).click()
  await desk.getByLabel('原因').fill('行情上涨')
  await desk
    .getByRole('dialog')
    .getByRole('button', { name: /同\s*意|确\s*定/ })
    .click()
  await desk.getByText('已同意').first().waitFor()
  for (const url of [`${consoleUrl}supplier-prices`, side]) {
    await desk.goto(url)
    await desk.getByRole('heading').first().waitFor()
    await fitsPhones(desk)
  }
  expect(faults).toEqual([])
})

test('an order that they leave lying is cancelled by the shop, and given to them again by name', {
  timeout: 90_000,
}, async ({ onTestFailed }) => {
  onTestFailed(keepFailure)
  const desk = owner.page
  const no = await ordered()
  await desk.setViewportSize(DESK)
  await desk.goto(`${consoleUrl}orders/${no}`)
  const purchase = desk.getByRole('dialog').filter({ hasText: '为什么选它' })
  const openPurchase = async () => {
    await desk.getByRole('link', { name: '采购单', exact: true }).last().click()
    await purchase.waitFor()
  }
  await openPurchase()
  await purchase.getByRole('button', { name: '撤单' }).click()
  const asking = desk.getByRole('dialog').filter({ hasText: '会请供应商撤回这笔采购' })
  await asking.getByLabel('原因').fill('顾客等不及了')
  await keepScreen(desk, 'console-cancel-purchase')
  await asking.getByRole('button', { name: /撤\s*单|确\s*定/ }).click()
  const answer = desk.getByRole('dialog').filter({ hasText: '供应商已撤销' })
  await answer.getByText('这笔采购不会到货，也不收费').waitFor()
  await answer.getByRole('button', { name: /知道了|确\s*定|OK/ }).click()
  await purchase.getByText('林知夏 请供应商撤单：顾客等不及了').waitFor()

  await desk.goto(`${consoleUrl}exceptions?q=${no}`)
  const row = desk.getByRole('row').filter({ hasText: no })
  await row.getByRole('button', { name: '更多' }).click()
  await desk.getByRole('menuitem', { name: '换货源' }).click()
  const choosing = desk.getByRole('dialog').filter({ hasText: '由谁发货' })
  await choosing.getByText('拒绝过这一行').waitFor()
  await choosing.getByRole('radio').first().check()
  await choosing.getByLabel('原因').fill('对方答应马上发')
  await keepScreen(desk, 'console-change-source')
  for (const size of [SMALL_PHONE, PHONE]) {
    await desk.setViewportSize(size)
    expect(await sidewaysPixels(desk), `the choice at ${size.width} px`).toBe(0)
  }
  await desk.setViewportSize(DESK)
  await choosing.getByRole('button', { name: /换货源|确\s*定/ }).click()
  await choosing.waitFor({ state: 'hidden' })
  await supplier.page.goto(`${consoleUrl}workspace/tasks`)
  await supplier.page.getByRole('button', { name: /接\s*单/ }).waitFor()
  expect(faults).toEqual([])
})

async function keepFailure(): Promise<void> {
  const keep = (page: Page, name: string) =>
    page.screenshot({ path: join(tmpdir(), `quanshu-workspace-failed${name}.png`) }).catch(() => undefined)
  await Promise.all([keep(owner.page, ''), keep(supplier.page, '-supplier')])
}

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.goto(consoleUrl)
  await page.getByLabel('邮箱').fill(email)
  await page.getByLabel('密码', { exact: true }).fill(password)
  await page.getByRole('button', { name: '登录' }).click()
}

/** Goods that are bought from the new supplier first, and a guest's paid order for one. @returns its number */
async function ordered(): Promise<string> {
  const staff = createClient({ baseUrl: mall.slice(0, -1), locale: 'zh-CN', fetch: createCookieFetch() })
  await staff.call('identity.signIn', { body: { email: 'owner@demo.quanshu.test', password: PASSWORD } })
  const { items } = await staff.call('suppliers.listProducts', { query: { q: 'LH-VIP-M' } })
  const { id: goodsId, skus } = await staff.call('catalog.createGoods', {
    body: { title: '星河会员', shelf: 'on', skus: [{ title: '月卡', priceFen: PRICE_FEN }] },
  })
  const skuId = skus[0]?.id ?? 0
  await staff.call('suppliers.saveSkuSupply', {
    params: { skuId },
    body: {
      policy: 'cheapest',
      source: 'supplier_first',
      leastMarginFen: 0,
      offers: [{ productId: items[0]?.id ?? 0 }],
    },
  })
  const guest = createClient({ baseUrl: mall.slice(0, -1), locale: 'zh-CN', fetch: createCookieFetch() })
  await guest.call('catalog.mallGetGoods', { params: { id: goodsId } })
  const lines = [{ skuId, quantity: 1, unitPriceFen: PRICE_FEN }]
  const body = { lines, contact: 'lan@example.com', queryPassword: 'harvest-moon', payWith: 'wechat' }
  const { no } = await guest.call('orders.place', { body }, { idempotencyKey: randomUUID() })
  await guest.call('orders.pay', { params: { no }, body: { payWith: 'wechat' } })
  const wechat = started.ready?.standIns?.gateways.find(({ gateway }) => gateway === 'wechat')
  const answer = await fetch(`${wechat?.controlUrl}/pay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ orders: [{ outTradeNo: String(no) }] }),
  })
  expect(answer.status).toBe(200)
  return String(no)
}
