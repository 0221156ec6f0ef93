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
import { arrive, clipboard, fitsPhones, type Person } from './people.ts'
import { keepScreen } from './screens.ts'

/**
 * A redeem link in a real browser: the owner puts it on the shelf and says what it is good for, a guest buys one on a phone and
 * gives it to a friend, who redeems it; the desk sees both orders.
 */

const PASSWORD = 'Quanshu-demo-2026'
const NOBODY_YET = { status: 401, url: /\/api\/(?:console|mall)\/me$/ }
const GIFT = '云枢会员 礼品链接'
const CARD = '云枢会员 月卡'

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
  const foreseen = [NOBODY_YET]
  owner = await arrive(browser, faults, { who: 'owner', device: 'desk', foreseen })
  buyer = await arrive(browser, faults, { who: 'buyer', device: 'phone', foreseen })
  friend = await arrive(browser, faults, { who: 'friend', device: 'phone', dark: true, foreseen })
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

test('a redeem link is put on sale, bought, given away, redeemed and seen at the desk', { timeout: 120_000 }, async ({
  onTestFailed,
}) => {
  onTestFailed(async () => {
    for (const [name, { page }] of Object.entries({ owner, buyer, friend })) {
      await page.screenshot({ path: join(tmpdir(), `quanshu-links-failed-${name}.png`) }).catch(() => undefined)
    }
  })
  const desk = owner.page
  const phone = buyer.page
  await cardsOnShelf()

  // On the shelf, and what it is good for.
  await desk.goto(`${consoleUrl}goods/new`)
  await desk.getByLabel('商品名称').fill(GIFT)
  await desk.getByText('兑换链接', { exact: true }).click()
  await desk.getByLabel('规格名称').fill('一份')
  await desk.getByLabel('售价').first().fill('19.90')
  // Days are those of a limit: without one there is nothing to count.
  expect(await desk.getByLabel('限购周期').isDisabled()).toBe(true)
  await desk.getByLabel('每人限购').fill('5')
  await desk.getByLabel('限购周期').fill('7')
  await keepScreen(desk, 'console-goods-limit-days')
  await desk.locator('.form-foot').getByRole('button', { name: '保存并上架' }).click()
  await desk.waitForURL(/\/goods\/\d+$/)
  const goodsId = Number(new URL(desk.url()).pathname.split('/').at(-1))
  await phone.goto(`${mall}goods/${goodsId}`)
  await phone.getByRole('button', { name: '已售罄' }).waitFor()

  await desk.getByRole('link', { name: '设置兑换内容' }).click()
  await desk.getByText('未设置，暂不能购买').waitFor()
  await desk
    .getByRole('row', { name: GIFT })
    .getByRole('button', { name: /设\s*置/ })
    .click()
  const dialog = desk.getByRole('dialog')
  await dialog.getByRole('button', { name: /保\s*存/ }).click()
  await dialog.getByText('请选择能兑换到的规格').waitFor()
  await dialog.getByLabel('兑换为').fill('云枢会员 月卡')
  await desk.locator('.ant-select-item-option').filter({ hasText: CARD }).click()
  await dialog.getByLabel('售出后有效天数').fill('90')
  await dialog.getByLabel('缺项补偿（每元积分）').fill('10')
  await keepScreen(desk, 'console-redeem-link-edit')
  await dialog.getByRole('button', { name: /保\s*存/ }).click()
  await desk.getByText('售出后 90 天').waitFor()
  await dialog.waitFor({ state: 'hidden' })

  // Bought by a guest: code, link and QR code.
  await phone.goto(`${mall}goods/${goodsId}`)
  await phone.getByText('购买后 90 天内有效').waitFor()
  await phone.getByText('每人 7 天内限购 5 件').waitFor()
  await phone.getByRole('link', { name: `${CARD} / 一份` }).waitFor()
  await fitsPhones(phone)
  await phone.getByRole('link', { name: '立即购买' }).click()
  await phone.getByLabel('手机号或邮箱').fill('lan@example.com')
  await phone.getByLabel('查询密码').first().fill('harvest-moon')
  await phone.getByText('仿真支付').first().click()
  await phone.getByRole('button', { name: '提交订单' }).click()
  await phone.getByRole('button', { name: /去付款 ¥/ }).click()
  await phone.getByRole('button', { name: '确认支付 ¥19.90' }).click()
  await phone.waitForURL(/\/orders\/\d+/, { timeout: 30_000 })
  await phone.getByRole('heading', { name: '已发货，兑换码在下方' }).waitFor()
  await phone.getByRole('button', { name: '复制兑换链接' }).click()
  const link = await clipboard(phone)
  expect(link).toMatch(new RegExp(`^${mall}redeem#(?:[2-9A-HJKMNP-TV-Z]{4}-){3}[2-9A-HJKMNP-TV-Z]{4}$`))
  await phone.getByRole('button', { name: '显示二维码' }).click()
  await phone.getByAltText('兑换二维码').waitFor()
  await fitsPhones(phone)
  await keepScreen(phone, 'mall-link-order-phone')

  // Given to a friend, who has it once.
  const other = friend.page
  await other.goto(link)
  await other.getByRole('button', { name: 'English' }).click()
  await other.getByText('Ready to redeem').waitFor()
  await other.getByLabel('Mobile number or email').fill('friend@example.com')
  await other.getByLabel('Query password').first().fill('gift-2026')
  await other.getByRole('button', { name: 'Redeem now' }).click()
  await other.waitForURL(/\/orders\/\d{16}$/)
  await other.getByRole('heading', { name: 'Delivered: here are your codes' }).waitFor()
  await fitsPhones(other)
  await phone.reload()
  await phone.getByText('已用完').waitFor()
  expect(await phone.getByRole('button', { name: '自己兑换' }).count()).toBe(0)

  // The desk sees the code, its order and its use.
  await desk.goto(`${consoleUrl}redeem/sold`)
  await desk.getByRole('link', { name: '1 / 1' }).waitFor()
  await keepScreen(desk, 'console-redeem-sold')
  await desk.getByRole('link', { name: '1 / 1' }).click()
  await desk.getByText(String(/\d{16}$/.exec(other.url())?.[0])).waitFor()
  for (const path of ['redeem/links', 'redeem/sold']) {
    await desk.goto(`${consoleUrl}${path}`)
    await desk.getByText(GIFT).first().waitFor()
    await fitsPhones(desk)
  }
  expect(faults).toEqual([])
})

/** Goods that the link redeems into, with three codes. */
async function cardsOnShelf(): Promise<void> {
  const staff = createClient({ baseUrl: mall.slice(0, -1), locale: 'zh-CN', fetch: createCookieFetch() })
  await staff.call('identity.signIn', { body: { email: 'owner@demo.quanshu.test', password: PASSWORD } })
  const goods = await staff.call('catalog.createGoods', {
    body: { title: CARD, shelf: 'on', skus: [{ title: '一份', priceFen: 2_500 }] },
  })
  const { id } = await staff.call('vault.createImport', {
    body: { skuId: goods.skus[0]?.id ?? 0, fileName: 'cards.txt' },
  })
  const lines = ['YS-ABCDEF-000001', 'YS-ABCDEF-000002', 'YS-ABCDEF-000003'].join('\n')
  await staff.upload('vault.uploadImport', { params: { batchId: id } }, lines, { fileName: 'cards.txt' })
}
