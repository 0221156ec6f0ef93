import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@quanshu/client'
import { createCookieFetch } from '@quanshu/client/node'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { shopFolder } from '../start/shop-folder.ts'
import { type Started, startProcess } from '../start/start-process.ts'
import { launchChromium } from './chromium.ts'
import { arrive, fitsPhones, type Person } from './people.ts'
import { keepScreen } from './screens.ts'

/**
 * Numbers in a real browser: the owner opens them in the editor, a guest looks for one on a phone, somebody else is quicker, the
 * guest chooses another and has exactly that code; and staff see how often a shared code was sold.
 */

const PASSWORD = 'Quanshu-demo-2026'
const NOBODY_YET = { status: 401, url: /\/api\/(?:console|mall)\/me$/ }
const TAKEN = { status: 409, url: /\/api\/mall\/orders$/ }
const GOODS = '星河流量卡'
const PRICE_FEN = 2_000
const FEE_FEN = 500

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
  owner = await arrive(browser, faults, { who: 'owner', device: 'desk', foreseen: [NOBODY_YET] })
  buyer = await arrive(browser, faults, { who: 'buyer', device: 'phone', foreseen: [NOBODY_YET, TAKEN] })
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

test('a number is opened, looked for, lost to somebody quicker, chosen anew and delivered', {
  timeout: 90_000,
}, async ({ onTestFailed }) => {
  onTestFailed(async () => {
    await owner.page.screenshot({ path: join(tmpdir(), 'quanshu-numbers-failed.png') }).catch(() => undefined)
    await buyer.page.screenshot({ path: join(tmpdir(), 'quanshu-numbers-failed-phone.png') }).catch(() => undefined)
  })
  const desk = owner.page
  const phone = buyer.page
  const staff = createClient({ baseUrl: mall.slice(0, -1), locale: 'zh-CN', fetch: createCookieFetch() })
  await staff.call('identity.signIn', { body: { email: 'owner@demo.quanshu.test', password: PASSWORD } })

  // Opened in the editor; the codes come after it.
  await desk.goto(`${consoleUrl}goods/new`)
  await desk.getByLabel('商品名称').fill(GOODS)
  await desk.getByLabel('规格名称').fill('月卡')
  await desk.getByLabel('售价').first().fill('20')
  await desk.getByText('批发价、参数、库存规则').first().click()
  await desk.getByRole('combobox', { name: '自选号码' }).click()
  await desk.locator('.ant-select-item-option').filter({ hasText: '公开卡号' }).click()
  await desk.getByLabel('选号加价').fill('5')
  await desk.getByLabel('选号加价').scrollIntoViewIfNeeded()
  await keepScreen(desk, 'console-numbers-editor')
  await desk.locator('.form-foot').getByRole('button', { name: '保存并上架' }).click()
  await desk.waitForURL(/\/goods\/\d+$/)
  const goodsId = Number(new URL(desk.url()).pathname.split('/').at(-1))
  const { skus } = await staff.call('catalog.getGoods', { params: { id: goodsId } })
  const skuId = skus[0]?.id ?? 0
  const numbers = Array.from({ length: 40 }, (_, at) => `1390000${String(8_000 + at * 111)}`)
  await importCodes(
    skuId,
    numbers.map((number) => `${number}----pw-${number}`),
  )

  await phone.goto(`${mall}goods/${goodsId}`)
  await phone.getByRole('link', { name: '自选号码 +¥5.00' }).click()
  await phone.getByText('请选择号码').waitFor()
  await phone.getByRole('button', { name: '更多号码' }).click()
  await expect.poll(() => phone.getByRole('radio').count()).toBe(40)
  await phone.getByLabel('搜索号码').fill('888')
  await expect.poll(() => phone.getByRole('radio').count()).toBe(numbers.filter((one) => one.includes('888')).length)
  await phone.getByRole('radio', { name: '13900008888' }).check()
  await fitsPhones(phone)
  await keepScreen(phone, 'mall-numbers-phone')
  await phone.getByRole('link', { name: '去下单' }).click()
  await phone.getByText('13900008888').first().waitFor()
  await phone.getByLabel('手机号或邮箱').fill('lan@example.com')
  await phone.getByLabel('查询密码').first().fill('harvest-moon')
  await phone.getByText('仿真支付').first().click()

  // Somebody else is quicker.
  await orderOf(skuId, '13900008888')
  await phone.getByRole('button', { name: '提交订单' }).click()
  await phone.getByText('您选的号码刚被别人选走或已下架').waitFor()
  await keepScreen(phone, 'mall-number-taken-phone')
  await phone.getByRole('link', { name: '另选号码' }).click()
  await phone.getByText('请选择号码').waitFor()
  await phone.getByRole('radio', { name: '13900008999' }).check()
  expect(await phone.getByRole('radio', { name: '13900008888' }).count()).toBe(0)
  await phone.getByRole('link', { name: '去下单' }).click()
  await fitsPhones(phone)
  await phone.getByText('仿真支付').first().click()
  const password = phone.getByLabel('查询密码').first()
  if ((await password.inputValue()) === '') await password.fill('harvest-moon')
  await phone.getByRole('button', { name: '提交订单' }).click()
  await phone.waitForURL(/\/pay\/\d+/)
  await phone.getByRole('button', { name: '去付款 ¥25.00' }).click()
  await phone.getByRole('button', { name: '确认支付 ¥25.00' }).click()
  await phone.waitForURL(/\/orders\/\d+/, { timeout: 30_000 })
  await phone.getByText('pw-13900008999').waitFor()
  await fitsPhones(phone)

  // A code that is shared by five: how often it was sold.
  const shared = await staff.call('catalog.createGoods', {
    body: { title: '五人拼车账号', shelf: 'on', skus: [{ title: '一个席位', priceFen: 100, usesPerCode: 5 }] },
  })
  const seat = shared.skus[0]?.id ?? 0
  await importCodes(seat, [`car-${randomUUID()}----pw`])
  await desk.goto(`${consoleUrl}cards?skuId=${seat}`)
  await desk.getByText('5/5').first().waitFor()
  await keepScreen(desk, 'console-cards-uses')
  for (const path of [`cards?skuId=${seat}`, `goods/${goodsId}`]) {
    await desk.goto(`${consoleUrl}${path}`)
    await desk.getByRole('heading').first().waitFor()
    await fitsPhones(desk)
  }
  expect(faults).toEqual([])

  async function importCodes(sku: number, codes: readonly string[]): Promise<void> {
    const { id: batchId } = await staff.call('vault.createImport', { body: { skuId: sku, fileName: 'codes.txt' } })
    await staff.upload('vault.uploadImport', { params: { batchId } }, codes.join('\n'), { fileName: 'codes.txt' })
  }
})

/** A guest's order for this number, unpaid. */
async function orderOf(skuId: number, number: string): Promise<void> {
  const guest = createClient({ baseUrl: mall.slice(0, -1), locale: 'zh-CN', fetch: createCookieFetch() })
  const { items } = await guest.call('vault.mallNumbers', { params: { skuId }, query: { q: number } })
  const lines = [{ skuId, quantity: 1, unitPriceFen: PRICE_FEN + FEE_FEN, cardId: items[0]?.cardId ?? 0 }]
  const body = { lines, contact: 'bai@example.com', queryPassword: 'harvest-moon', payWith: 'sim-pay' }
  await guest.call('orders.place', { body }, { idempotencyKey: randomUUID() })
}
