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
import { arrive, codeSent, fitsPhones, type Person } from './people.ts'
import { keepScreen } from './screens.ts'

/**
 * Codes of a device in a real browser: the owner says so in the editor, a guest buys on a phone and sees the code, somebody else with
 * the number and the query password sees none, and with a code sent to the buyer's phone the other device shows it too.
 */

const PASSWORD = 'Quanshu-demo-2026'
const QUERY_PASSWORD = 'harvest-moon'
const CONTACT = '13812345678'
const CODE = 'MOON-7F3A-91CC'
const NOBODY_YET = { status: 401, url: /\/api\/(?:console|mall)\/me$/ }
const WRONG = { status: 422, url: /\/api\/mall\/orders\/\d+\/devices$/ }

const faults: string[] = []
let dataDir: string
let started: Started
let mall: string
let consoleUrl: string
let browser: Browser
let owner: Person
let buyer: Person
let friend: Person

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
  buyer = await arrive(browser, faults, { who: 'buyer', device: 'phone', foreseen: [NOBODY_YET] })
  friend = await arrive(browser, faults, { who: 'friend', device: 'phone', dark: true, foreseen: [NOBODY_YET, WRONG] })
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

test('a code is kept to the device it was bought on, and another is let in by a code to the buyer’s phone', {
  timeout: 120_000,
}, async ({ onTestFailed }) => {
  onTestFailed(async () => {
    for (const [name, { page }] of Object.entries({ owner, buyer, friend })) {
      await page.screenshot({ path: join(tmpdir(), `quanshu-bound-failed-${name}.png`) }).catch(() => undefined)
    }
  })
  const desk = owner.page
  await desk.goto(`${consoleUrl}goods/new`)
  await desk.getByLabel('商品名称').fill('月下会员')
  await desk.getByLabel('规格名称').fill('月卡')
  await desk.getByLabel('售价').first().fill('20')
  await desk.getByText('批发价、参数、库存规则').first().click()
  await desk.getByRole('combobox', { name: '谁能查看卡密' }).click()
  await desk.locator('.ant-select-item-option').filter({ hasText: '仅购买的设备' }).click()
  await desk.locator('.form-foot').getByRole('button', { name: '保存并上架' }).click()
  await desk.waitForURL(/\/goods\/\d+$/)
  const goodsId = Number(new URL(desk.url()).pathname.split('/').at(-1))
  await importCode(goodsId)

  const phone = buyer.page
  await phone.goto(`${mall}goods/${goodsId}`)
  await phone.getByText('购买后卡密只在下单的设备上显示').waitFor()
  await fitsPhones(phone)
  await phone.getByRole('link', { name: '立即购买' }).click()
  await phone.getByLabel('手机号或邮箱').fill(CONTACT)
  await phone.getByLabel('查询密码').first().fill(QUERY_PASSWORD)
  await phone.getByText('仿真支付').first().click()
  await phone.getByRole('button', { name: '提交订单' }).click()
  await phone.waitForURL(/\/pay\/\d+/)
  await phone.getByRole('button', { name: '去付款 ¥20.00' }).click()
  await phone.getByRole('button', { name: '确认支付 ¥20.00' }).click()
  await phone.waitForURL(/\/orders\/\d+/, { timeout: 30_000 })
  await phone.getByText(CODE).waitFor()
  const no = Number(/\/orders\/(\d+)/.exec(phone.url())?.[1])

  // Number and query password, from another device.
  const other = friend.page
  await other.goto(mall)
  const found = await other.request.post(`${mall}api/mall/orders/lookup`, {
    data: { no, queryPassword: QUERY_PASSWORD },
  })
  expect(await found.text()).not.toContain(CODE)
  await other.goto(`${mall}orders/${no}`)
  await other.getByText('这些卡密只在购买它的设备上显示').waitFor()
  expect(await other.getByText(CODE).count()).toBe(0)
  await other.getByRole('button', { name: '获取验证码' }).click()
  await other.getByText('已发送到 138****5678').waitFor()
  await fitsPhones(other)
  await keepScreen(other, 'mall-code-lock-phone')
  const sent = await codeSent(started.ready?.standIns?.sms.inboxUrl ?? '', CONTACT)
  await other.getByLabel('验证码', { exact: true }).fill(sent === '000000' ? '000001' : '000000')
  await other.getByRole('button', { name: '在这台设备上查看' }).click()
  await other.getByText('验证码不正确或已过期').waitFor()
  await other.getByLabel('验证码', { exact: true }).fill(sent)
  await other.getByRole('button', { name: '在这台设备上查看' }).click()
  await other.getByText(CODE).waitFor()
  await other.reload()
  await other.getByText(CODE).waitFor()
  await fitsPhones(other)

  // The desk sees who was let in, and where orders come from.
  await desk.goto(`${consoleUrl}orders/${no}`)
  await desk.getByText('凭验证码在新设备上查看卡密').first().waitFor()
  await desk.goto(`${consoleUrl}orders?channel=mall`)
  await desk.getByRole('columnheader', { name: '来源' }).waitFor()
  await desk.getByRole('link', { name: String(no) }).waitFor()
  expect(faults).toEqual([])
})

async function importCode(goodsId: number): Promise<void> {
  const staff = createClient({ baseUrl: mall.slice(0, -1), locale: 'zh-CN', fetch: createCookieFetch() })
  await staff.call('identity.signIn', { body: { email: 'owner@demo.quanshu.test', password: PASSWORD } })
  const { skus } = await staff.call('catalog.getGoods', { params: { id: goodsId } })
  expect(skus[0]?.openedBy).toBe('device')
  const { id: batchId } = await staff.call('vault.createImport', {
    body: { skuId: skus[0]?.id ?? 0, fileName: 'c.txt' },
  })
  await staff.upload('vault.uploadImport', { params: { batchId } }, CODE, { fileName: 'c.txt' })
}
