import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@quanshu/client'
import { createCookieFetch } from '@quanshu/client/node'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { somePicture } from '../../src/modules/catalog/fixture.ts'
import { shopFolder } from '../start/shop-folder.ts'
import { type Started, startProcess } from '../start/start-process.ts'
import { launchChromium } from './chromium.ts'
import { arrive, fitsPhones, type Person } from './people.ts'
import { keepScreen } from './screens.ts'

/**
 * A service by hand in a real browser: the owner says what it promises, a guest buys it on a phone, is asked for a better
 * account and corrects it, and sees the proof that staff finished it with.
 */

const PASSWORD = 'Quanshu-demo-2026'
const NOBODY_YET = { status: 401, url: /\/api\/(?:console|mall)\/me$/ }
const GOODS = '云枢会员 人工代充'
const PRICE_FEN = 8_800

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

test('a service is bought, asked about, corrected, and done with its proof', { timeout: 90_000 }, async ({
  onTestFailed,
}) => {
  onTestFailed(async () => {
    await owner.page.screenshot({ path: join(tmpdir(), 'quanshu-service-failed.png') }).catch(() => undefined)
    await buyer.page.screenshot({ path: join(tmpdir(), 'quanshu-service-failed-phone.png') }).catch(() => undefined)
  })
  const desk = owner.page
  const phone = buyer.page
  const staff = createClient({ baseUrl: mall.slice(0, -1), locale: 'zh-CN', fetch: createCookieFetch() })
  await staff.call('identity.signIn', { body: { email: 'owner@demo.quanshu.test', password: PASSWORD } })
  const { id: goodsId } = await staff.call('catalog.createGoods', {
    body: {
      title: GOODS,
      shelf: 'on',
      formFields: [{ key: 'account', labelZh: '会员手机号', type: 'phone', confirmTwice: true }],
      skus: [{ title: '年卡', priceFen: PRICE_FEN, kind: 'service' }],
    },
  })

  // The rules, before anybody buys.
  await desk.goto(`${consoleUrl}services/rules`)
  await desk
    .getByRole('row', { name: GOODS })
    .getByRole('button', { name: /修\s*改/ })
    .click()
  await desk.getByLabel('每日名额').fill('20')
  await desk.getByRole('button', { name: '保存规则' }).click()
  await desk.getByText('20（今天剩 20）').waitFor()
  await keepScreen(desk, 'console-service-rules')

  await phone.goto(`${mall}goods/${goodsId}`)
  await phone.getByText('承诺 2 小时内').waitFor()
  const no = await paidOrder(goodsId)
  await phone.goto(`${mall}lookup`)
  await phone.getByRole('textbox', { name: '订单号' }).fill(no)
  const password = phone.getByLabel('查询密码').first()
  await password.fill('harvest-moon')
  await password.press('Enter')
  await phone.getByText('找到 1 个订单').waitFor()
  await phone.goto(`${mall}orders/${no}`)
  await phone.getByRole('heading', { name: '付款成功，等待人工处理' }).waitFor()
  await phone.getByRole('button', { name: '取消服务' }).waitFor()
  await fitsPhones(phone)
  await keepScreen(phone, 'mall-service-phone')

  // Taken, and the buyer is asked; the page on the phone hears of it by itself.
  await desk.goto(`${consoleUrl}services`)
  await desk.getByText(no).waitFor()
  await keepScreen(desk, 'console-services')
  await desk
    .getByRole('button', { name: /接\s*单/ })
    .first()
    .click()
  await desk.getByText('已接 1 单').waitFor()
  await desk.getByRole('link', { name: GOODS }).first().click()
  await desk.getByRole('button', { name: '请买家更正' }).click()
  await desk.getByLabel('需要买家做什么').fill('这个手机号没有注册会员，请核对')
  await desk.getByRole('dialog').getByRole('button', { name: '请买家更正' }).click()
  await desk.getByText('等买家更正').waitFor()

  await phone.getByText('这个手机号没有注册会员，请核对').waitFor()
  await phone.getByRole('textbox', { name: '会员手机号', exact: true }).fill('13900139000')
  await phone.getByRole('textbox', { name: '再次输入会员手机号' }).pressSequentially('13900139000')
  await fitsPhones(phone)
  await keepScreen(phone, 'mall-service-asked-phone')
  await phone.getByRole('button', { name: '提交更正' }).click()
  await phone.getByRole('heading', { name: '付款成功，等待人工处理' }).waitFor()

  await desk.getByText('会员手机号：13800138000 → 13900139000').waitFor()
  await desk.getByRole('button', { name: /完\s*成/ }).click()
  await desk.getByLabel('说明').fill('已为 139****9000 开通年卡，有效期至 2027-11-22')
  await desk.locator('input[type=file]').setInputFiles({
    name: 'proof.png',
    mimeType: 'image/png',
    buffer: await somePicture('png', { background: '#2f9e6e' }),
  })
  await desk.getByAltText('凭证图片 1').waitFor()
  await keepScreen(desk, 'console-service-finish')
  await desk
    .getByRole('dialog')
    .getByRole('button', { name: /完\s*成/ })
    .click()
  await desk.getByText('完成凭证（买家可见）').waitFor()
  await keepScreen(desk, 'console-service')

  await phone.getByRole('heading', { name: '服务已完成' }).waitFor()
  await phone.getByText('已为 139****9000 开通年卡').waitFor()
  const picture = phone.getByAltText('凭证图片 1')
  await picture.scrollIntoViewIfNeeded()
  await expect
    .poll(() => picture.evaluate((one) => (one as unknown as { readonly naturalWidth: number }).naturalWidth))
    .toBeGreaterThan(0)
  await fitsPhones(phone)
  await keepScreen(phone, 'mall-service-done-phone')

  for (const path of ['services', 'services/rules', `services?state=done`]) {
    await desk.goto(`${consoleUrl}${path}`)
    await desk.getByRole('heading').first().waitFor()
    await fitsPhones(desk)
  }
  expect(faults).toEqual([])
})

/** A guest's order with a wrong account, paid by WeChat. @returns its number */
async function paidOrder(goodsId: number): Promise<string> {
  const guest = createClient({ baseUrl: mall.slice(0, -1), locale: 'zh-CN', fetch: createCookieFetch() })
  const { skus } = await guest.call('catalog.mallGetGoods', { params: { id: goodsId } })
  const lines = [{ skuId: skus[0]?.id ?? 0, quantity: 1, unitPriceFen: PRICE_FEN, form: { account: '13800138000' } }]
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
