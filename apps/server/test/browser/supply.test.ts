import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@quanshu/client'
import { createCookieFetch } from '@quanshu/client/node'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../harness/index.ts'
import { shopFolder } from '../start/shop-folder.ts'
import { type Started, startProcess } from '../start/start-process.ts'
import { launchChromium } from './chromium.ts'
import { arrive, fitsPhones, type Person } from './people.ts'
import { keepScreen } from './screens.ts'

/**
 * A supplier from its contract to the first top-up, in a real browser: the owner joins a stand-in, fetches what it sells, puts
 * a product behind a variant with the supplier's own form, and a guest sees on a phone how the paid top-up arrives.
 */

const PASSWORD = 'Quanshu-demo-2026'
const NOBODY_YET = { status: 401, url: /\/api\/(?:console|mall)\/me$/ }
const SUPPLIER = '卡速售-备用'
const GOODS = '星河视频 直充'
const ACCOUNT = '13800138000'
const PRICE_FEN = 3_000

const faults: string[] = []
let dataDir: string
let started: Started
let mall: string
let consoleUrl: string
let browser: Browser
let owner: Person
let buyer: Person
let skuId: number
let goodsId: number
let cardSkuId: number
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
    await owner?.page.screenshot({ path: join(tmpdir(), 'quanshu-supply-failed.png') }).catch(() => undefined)
    await buyer?.page.screenshot({ path: join(tmpdir(), 'quanshu-supply-failed-phone.png') }).catch(() => undefined)
    if (faults.length > 0) console.error(faults.join('\n'))
  })
})

describe('a supplier', { timeout: 60_000 }, () => {
  test('is joined, tested, and asked for what it sells', async () => {
    const { page } = owner
    const { url, credentials } = standIn()
    await page.goto(`${consoleUrl}suppliers/new`)
    await page.getByRole('radio', { name: '卡速售' }).check()
    await page.getByLabel('名称', { exact: true }).fill(SUPPLIER)
    await page.getByLabel('UserId').fill(credentials.userId ?? '')
    await page.getByLabel('接口地址').fill(url)
    await page.locator('input[type=password]').fill(credentials.apiKey ?? '')
    await keepScreen(page, 'console-supplier-join')
    await page.locator('.form-foot').getByRole('button', { name: '接入供应商' }).click()
    await page.getByRole('heading', { name: SUPPLIER }).waitFor()
    await page
      .getByRole('button', { name: /测\s*试/ })
      .first()
      .click()
    await page.getByText(/连接正常 · .* · 余额 ¥/).waitFor()
    await page.getByRole('button', { name: '同步商品' }).first().click()
    await page.getByRole('tab', { name: /商品 [1-9]/ }).waitFor()
    await page.getByText('星幕视频会员月卡').waitFor()
    await page.getByText('已开始同步').waitFor({ state: 'hidden' })
    await keepScreen(page, 'console-supplier')
  })

  test('stands behind a variant, whose buyer is asked for what the supplier asks for', async () => {
    const { page } = owner
    const desk = createClient({ baseUrl: mall.slice(0, -1), locale: 'zh-CN', fetch: createCookieFetch() })
    await desk.call('identity.signIn', { body: { email: 'owner@demo.quanshu.test', password: PASSWORD } })
    const skus = [{ title: '月卡', priceFen: PRICE_FEN, kind: 'topup' as const }]
    goodsId = (await desk.call('catalog.createGoods', { body: { title: GOODS, shelf: 'on', skus } })).id
    skuId = (await desk.call('catalog.getGoods', { params: { id: goodsId } })).skus[0]?.id ?? 0

    await page.goto(`${consoleUrl}goods/${goodsId}`)
    await page.getByRole('link', { name: '货源' }).click()
    await page.getByText('还没有货源').waitFor()
    const source = page.locator('.ant-select-item-option').filter({ hasText: SUPPLIER })
    await eventually('the product is offered as a source', async () => {
      await page.getByRole('combobox', { name: '添加货源' }).fill('')
      await page.getByRole('combobox', { name: '添加货源' }).pressSequentially('星幕')
      return await source.waitFor({ timeout: 3_000 }).then(
        () => true,
        () => false,
      )
    })
    await source.click()
    await page.getByText('商品的下单表单里还没有').waitFor()
    await page.getByRole('button', { name: '采用供应商的下单模板' }).click()
    await page.getByRole('dialog').getByText('会立即保存到商品').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: '采用供应商的下单模板' }).click()
    await page.getByText('已加入下单表单').waitFor()
    await page.getByRole('radio', { name: '按顺序' }).check()
    await page
      .locator('.form-foot')
      .getByRole('button', { name: /保\s*存/ })
      .click()
    await page.getByText('会选它').waitFor()
    // What its buyers have to be ready for, and how that is counted.
    await page.getByText(/· 要等 [\d.]+ 秒/).waitFor()
    await page.getByText('取平时（p50）与慢时（p95）的正中', { exact: false }).waitFor()
    await page.getByText('已保存', { exact: true }).waitFor({ state: 'hidden' })
    await keepScreen(page, 'console-sources')
    const saved = await desk.call('suppliers.readSkuSupply', { params: { skuId } })
    expect(saved).toMatchObject({ policy: 'fixed', offers: [{ supplier: SUPPLIER, enabled: true }] })
    const [field] = saved.offers[0]?.fields ?? []
    expect(saved.offers[0]?.fieldMap).toEqual({ [field?.key ?? '']: saved.formFields[0]?.key })
    expect(saved.formFields[0]).toMatchObject({ confirmTwice: true })
  })

  test('delivers what a guest pays for, who watches it arrive and sees the account in part only', async () => {
    const { page } = buyer
    await page.goto(`${mall}goods/${goodsId}`)
    await page.getByText('直充到账').waitFor()
    const no = await paidOrder({ goodsId, skuId })
    await lookUp(no)
    await page.getByRole('heading', { name: '充值已到账' }).waitFor({ timeout: 30_000 })
    await page.getByText('138****8000').waitFor()
    expect(await page.getByText(ACCOUNT).count()).toBe(0)
    expect(await page.getByRole('heading', { name: '卡密' }).count()).toBe(0)
    await fitsPhones(page)
    await keepScreen(page, 'mall-top-up-phone')

    const staff = owner.page
    await staff.goto(`${consoleUrl}orders/${no}`)
    await staff.getByRole('link', { name: '采购单', exact: true }).last().click()
    await staff.getByRole('dialog').getByText('为什么选它').waitFor()
    await staff.getByRole('dialog').getByText(ACCOUNT, { exact: true }).waitFor()
    await keepScreen(staff, 'console-purchase')
  })

  test('refuses an account that its buyer has seen in large before paying, corrects on the phone, and gets at once', async () => {
    const { page } = buyer
    const wrong = '13900139000'
    await fetch(`${standIn().controlUrl}/people/${wrong}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ isOpen: false }),
    })
    const desk = createClient({ baseUrl: mall.slice(0, -1), locale: 'zh-CN', fetch: createCookieFetch() })
    await desk.call('identity.signIn', { body: { email: 'owner@demo.quanshu.test', password: PASSWORD } })
    const goods = await desk.call('catalog.getGoods', { params: { id: goodsId } })
    const formFields = goods.formFields.map((field) => ({ ...field, confirmShown: true }))
    await desk.call('catalog.updateGoods', { params: { id: goodsId }, body: { ...goods, pictureIds: [], formFields } })
    const label = formFields[0]?.labelZh ?? ''

    await page.goto(`${mall}checkout?items=${goodsId}-${skuId}-1`)
    await page.getByLabel(label, { exact: true }).fill(wrong)
    await page.getByLabel(`再次输入${label}`).fill(wrong)
    await page.getByLabel('手机号或邮箱').fill('lan@example.com')
    await page.getByLabel('查询密码').first().fill('harvest-moon')
    await page.getByRole('radio', { name: /微信/ }).check()
    await page.getByRole('button', { name: '提交订单' }).click()
    const shown = page.getByRole('dialog')
    await shown.getByText('请再核对一次').waitFor()
    expect(await shown.locator('[data-account] span').allTextContents()).toEqual(['139', '0013', '9000'])
    await fitsPhones(page)
    await keepScreen(page, 'mall-account-shown-phone')
    await shown.getByRole('button', { name: '无误，提交订单' }).click()
    await page.waitForURL(/\/pay\/\d{16}/)
    const no = /\/pay\/(\d{16})/.exec(page.url())?.[1] ?? ''
    // As the button does, which would leave for the gateway's own app.
    const opened = await page.request.post(`${mall}api/mall/orders/${no}/pay`, {
      data: { payWith: 'wechat' },
      headers: { 'x-quanshu-client': 'test' },
    })
    expect(opened.status()).toBe(200)
    await takeMoney(no)

    await page.getByRole('heading', { name: '请更正充值账号' }).waitFor({ timeout: 30_000 })
    await fitsPhones(page)
    await keepScreen(page, 'mall-account-refused-phone')
    const staff = owner.page
    await staff.goto(`${consoleUrl}orders/${no}`)
    await staff.getByRole('button', { name: '更正账号' }).click()
    await staff.getByRole('dialog').getByText('还没有更正过').waitFor()
    await keepScreen(staff, 'console-account')

    await page.getByRole('textbox', { name: label, exact: true }).fill('13800138001')
    await page.getByRole('textbox', { name: `再次输入${label}` }).fill('13800138001')
    await page.getByRole('button', { name: '更正并重新充值' }).click()
    await shown.getByRole('button', { name: '无误，重新充值' }).click()
    await page.getByRole('heading', { name: '充值已到账' }).waitFor({ timeout: 30_000 })
    await page.getByText('138****8001').waitFor()
    await staff.goto(`${consoleUrl}orders/${no}`)
    await staff.getByRole('button', { name: '账号更正记录' }).click()
    await staff.getByRole('dialog').getByText(wrong).waitFor()
    await fitsPhones(staff)
    await staff.setViewportSize({ width: 1440, height: 900 })
  })

  test('sells codes too, bought when they are paid for; what it sold before is not handed out again', async () => {
    const { page } = owner
    const desk = createClient({ baseUrl: mall.slice(0, -1), locale: 'zh-CN', fetch: createCookieFetch() })
    await desk.call('identity.signIn', { body: { email: 'owner@demo.quanshu.test', password: PASSWORD } })
    const skus = [{ title: '月卡', priceFen: PRICE_FEN }]
    const cards = await desk.call('catalog.createGoods', { body: { title: '番剧大会员', shelf: 'on', skus } })
    cardSkuId = cards.skus[0]?.id ?? 0

    await page.goto(`${consoleUrl}goods/${cards.id}`)
    await page.getByRole('link', { name: '货源' }).click()
    await page.getByText('自有可售 0').waitFor()
    await page.getByRole('radio', { name: '自有优先，不够再买' }).check()
    await page.getByText('还没有启用的货源').waitFor()
    const source = page.locator('.ant-select-item-option').filter({ hasText: SUPPLIER }).filter({ hasText: '番剧' })
    await eventually('the codes are offered as a source', async () => {
      await page.getByRole('combobox', { name: '添加货源' }).fill('')
      await page.getByRole('combobox', { name: '添加货源' }).pressSequentially('番剧')
      return await source.waitFor({ timeout: 3_000 }).then(
        () => true,
        () => false,
      )
    })
    await source.click()
    await page.getByText('不需要顾客填写信息').waitFor()
    await page
      .locator('.form-foot')
      .getByRole('button', { name: /保\s*存/ })
      .click()
    await page.getByText('会选它').waitFor()
    await page.getByText('已保存', { exact: true }).waitFor({ state: 'hidden' })
    await keepScreen(page, 'console-sources-of-codes')

    const first = await paidOrder({ goodsId: cards.id, skuId: cardSkuId })
    await lookUp(first)
    await buyer.page.getByRole('heading', { name: '已发货，请查收卡密' }).waitFor({ timeout: 30_000 })
    await fitsPhones(buyer.page)
    await keepScreen(buyer.page, 'mall-bought-codes-phone')

    await fetch(`${standIn().controlUrl}/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ kind: 'card.repeat', times: 1 }),
    })
    const second = await paidOrder({ goodsId: cards.id, skuId: cardSkuId, quantity: 2 })
    await lookUp(second)
    await buyer.page.getByText('卡密没有全部取到').waitFor({ timeout: 30_000 })
    await fitsPhones(buyer.page)
    await keepScreen(buyer.page, 'mall-bought-in-part-phone')
    await page.goto(`${consoleUrl}exceptions`)
    await page.getByText('到货卡密有问题').first().waitFor()
    await page.goto(`${consoleUrl}orders/${second}`)
    await page.getByRole('link', { name: '采购单', exact: true }).last().click()
    await page.getByRole('dialog').getByText('1 个卡密不能用').waitFor()
    await page.getByRole('dialog').getByText('重复', { exact: true }).waitFor()
    await keepScreen(page, 'console-purchase-of-codes')
  })

  test('fills a shelf up within a budget, after somebody has approved what it costs', async () => {
    const { page } = owner
    await page.goto(`${consoleUrl}restocks/budgets`)
    await page.getByText('还没有预算').waitFor()
    await page.getByRole('button', { name: '新建预算' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('名称').fill('日常补货')
    await dialog.getByLabel('每月金额').fill('500')
    await dialog.getByLabel('单次超过时需审批').fill('50')
    await dialog.getByRole('button', { name: /保\s*存/ }).click()
    await page.getByRole('cell', { name: '日常补货' }).waitFor()

    await page.goto(`${consoleUrl}skus/${cardSkuId}/supply`)
    await page.getByRole('link', { name: '自动补货' }).click()
    await page.getByLabel('低于多少件时补货').fill('2')
    await page.getByLabel('补到多少件').fill('5')
    // By demand, of which there is none yet: the written figures hold, and the page says so.
    await page.getByLabel('按销量决定补多少').click()
    await page.getByLabel('备几天的货').fill('3')
    await page.getByText('销售天数不足，先按固定件数补货').waitFor()
    await page.getByLabel('最多备几件').fill('50')
    await keepScreen(page, 'console-restock-rule')
    await page
      .locator('.form-foot')
      .getByRole('button', { name: /保\s*存/ })
      .click()
    await page.getByRole('heading', { name: '补货规则' }).waitFor()
    await page.getByText('待审批').waitFor({ timeout: 40_000 })
    await page.getByText('待审批').click()
    await page.getByText('超过自动补货的金额，请审批').waitFor()
    await page.getByRole('button', { name: /批\s*准/ }).click()
    await page.getByRole('dialog').getByLabel('原因').fill('周末备货')
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /批\s*准/ })
      .click()
    await page.getByText('已补足').waitFor({ timeout: 30_000 })
    await page.getByText('5 / 5').first().waitFor()
    await keepScreen(page, 'console-restock')
    await page.goto(`${consoleUrl}restocks`)
    await page.getByText('番剧大会员').first().waitFor()
    await page.goto(`${consoleUrl}restocks/budgets`)
    await page.getByRole('cell', { name: '日常补货' }).waitFor()
    await keepScreen(page, 'console-restock-budgets')
    for (const path of ['restocks', 'restocks/rules', 'restocks/budgets', `skus/${cardSkuId}/restock`]) {
      await page.goto(`${consoleUrl}${path}`)
      await page.getByText('日常补货').or(page.getByText('番剧大会员')).first().waitFor()
      await fitsPhones(page)
    }
  })

  test('is read on a phone', async () => {
    const { page } = owner
    for (const path of [
      'suppliers',
      'supplier-products',
      `skus/${skuId}/supply`,
      `skus/${cardSkuId}/supply`,
      'purchases',
    ]) {
      await page.goto(`${consoleUrl}${path}`)
      await page.getByText(SUPPLIER).first().waitFor()
      await fitsPhones(page)
    }
  })
})

test('no browser had anything to complain about', () => {
  expect(faults).toEqual([])
})

function standIn() {
  const found = started.ready?.standIns?.suppliers.find(({ supplier }) => supplier === 'kasushou')
  if (!found) throw new Error('the stand-in of the supplier is missing')
  return found
}

/** Opens an order on the buyer's phone by its number and password. */
async function lookUp(no: string): Promise<void> {
  const { page } = buyer
  await page.goto(`${mall}lookup`)
  await page.getByRole('textbox', { name: '订单号' }).fill(no)
  const password = page.getByLabel('查询密码').first()
  await password.fill('harvest-moon')
  await password.press('Enter')
  await page.getByText('找到 1 个订单').waitFor()
  await page.goto(`${mall}orders/${no}`)
}

type Bought = { readonly goodsId: number; readonly skuId: number; readonly quantity?: number }
/** A guest's order, paid by WeChat. @returns its number */
async function paidOrder({ goodsId, skuId, quantity = 1 }: Bought): Promise<string> {
  const guest = createClient({ baseUrl: mall.slice(0, -1), locale: 'zh-CN', fetch: createCookieFetch() })
  const { formFields } = await guest.call('catalog.mallGetGoods', { params: { id: goodsId } })
  const form = Object.fromEntries(formFields.map(({ key }) => [key, ACCOUNT]))
  const lines = [{ skuId, quantity, unitPriceFen: PRICE_FEN, form }]
  const body = { lines, contact: 'lan@example.com', queryPassword: 'harvest-moon', payWith: 'wechat' }
  const { no } = await guest.call('orders.place', { body }, { idempotencyKey: randomUUID() })
  await guest.call('orders.pay', { params: { no }, body: { payWith: 'wechat' } })
  await takeMoney(String(no))
  return String(no)
}

/** The buyer pays at the stand-in's cashier, as soon as it knows the order. */
async function takeMoney(no: string): Promise<void> {
  const wechat = started.ready?.standIns?.gateways.find(({ gateway }) => gateway === 'wechat')
  await eventually(`order ${no} is paid`, async () => {
    const answer = await fetch(`${wechat?.controlUrl}/pay`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ orders: [{ outTradeNo: no }] }),
    })
    return answer.status === 200 && ((await answer.json()) as { paid?: number }).paid !== 0
  })
}
