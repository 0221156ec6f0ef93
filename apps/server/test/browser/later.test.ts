import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient } from '@quanshu/client'
import { createCookieFetch } from '@quanshu/client/node'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../harness/index.ts'
import { shopFolder } from '../start/shop-folder.ts'
import { type Started, startProcess } from '../start/start-process.ts'
import { launchChromium } from './chromium.ts'
import { arrive, DESK, type Person, PHONE, SMALL_PHONE, sidewaysPixels } from './people.ts'
import { keepScreen } from './screens.ts'

/**
 * A top-up that is bought now and activated later, in a real browser: the owner allows it, a member buys one on a phone without an account,
 * finds it among their rights, activates it with one that is typed twice, gives another one back, and the shop activates a third.
 */

const PASSWORD = 'Quanshu-demo-2026'
const MEMBER_PHONE = '13912345679'
const ACCOUNT = '13800138000'
const GOODS = '星幕视频 直充'
const NOBODY_YET = { status: 401, url: /\/api\/(?:console|mall)\/me$/ }

const faults: string[] = []
let dataDir: string
let started: Started
let mall: string
let consoleUrl: string
let browser: Browser
let staff: Client
let owner: Person
let member: Person
let atDesk: Person

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
  staff = createClient({ baseUrl: mall.slice(0, -1), locale: 'zh-CN', fetch: createCookieFetch() })
  await staff.call('identity.signIn', { body: { email: 'owner@demo.quanshu.test', password: PASSWORD } })
  const foreseen = [NOBODY_YET]
  owner = await arrive(browser, faults, { who: 'owner', device: 'desk', foreseen })
  member = await arrive(browser, faults, { who: 'member', device: 'phone', foreseen })
  atDesk = await arrive(browser, faults, { who: 'member at a desk', device: 'desk', dark: true, foreseen })
}, 180_000)

afterAll(async () => {
  await browser?.close()
  if (started?.child.exitCode === null) await started.end('SIGTERM')
  await rm(dataDir, { recursive: true, force: true })
})

test('a member buys without an account, and activates when they like', { timeout: 180_000 }, async ({
  onTestFailed,
}) => {
  onTestFailed(async () => {
    for (const [name, { page }] of Object.entries({ owner, member, atDesk })) {
      await page.screenshot({ path: join(tmpdir(), `quanshu-later-failed-${name}.png`) }).catch(() => undefined)
    }
    if (faults.length > 0) console.error(faults.join('\n'))
  })
  const goods = await goodsWithSource()

  // The owner allows it, where the variant is kept.
  const desk = owner.page
  await desk.goto(consoleUrl)
  await desk.getByLabel('邮箱').fill('owner@demo.quanshu.test')
  await desk.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await desk.getByRole('button', { name: '登录' }).click()
  await desk.getByRole('heading', { name: '看板' }).waitFor()
  await desk.goto(`${consoleUrl}goods/${goods.goodsId}`)
  await desk.getByText('批发价、参数、库存规则').first().click()
  await desk.getByLabel('先买后激活').fill('30')
  await desk.getByText('买家自助').waitFor()
  await desk.getByLabel('先买后激活').scrollIntoViewIfNeeded()
  await keepScreen(desk, 'console-later-editor')
  await desk
    .locator('.form-foot')
    .getByRole('button', { name: /保\s*存/ })
    .click()
  await eventually('the days are saved', async () => {
    const { skus } = await staff.call('catalog.getGoods', { params: { id: goods.goodsId } })
    return skus[0]?.laterDays === 30
  })

  const { page } = member
  await signIn(page)
  const [first, second, third] = [
    await buyLater(page, goods, true),
    await buyLater(page, goods),
    await buyLater(page, goods),
  ]

  // Among their rights, with the way to use it.
  await page.goto(`${mall}me/rights`)
  const rights = page.getByRole('list', { name: '我的权益' })
  await rights.getByText('待激活').first().waitFor()
  expect(await rights.getByRole('link', { name: '去激活' }).count()).toBe(3)
  await fitsPhones(page)
  await keepScreen(page, 'mall-later-rights-phone')
  await rights.getByRole('listitem').filter({ hasText: first }).getByRole('link', { name: '去激活' }).click()
  await page.waitForURL(new RegExp(`/orders/${first}$`))

  // Typed twice, shown once more, topped up.
  await page.getByRole('heading', { name: '付款成功，等待您激活' }).waitFor()
  await page.getByLabel('充值账号', { exact: true }).fill(ACCOUNT)
  await page.getByLabel('再次输入充值账号').fill('13800138001')
  await page.getByRole('button', { name: '立即激活' }).click()
  await page.getByText('两次输入不一致').waitFor()
  await fitsPhones(page)
  await keepScreen(page, 'mall-later-order-phone')
  await page.getByLabel('再次输入充值账号').fill(ACCOUNT)
  await page.getByRole('button', { name: '立即激活' }).click()
  const shown = page.getByRole('dialog')
  await shown.getByText('请再核对一次').waitFor()
  expect(await shown.locator('[data-account] span').allTextContents()).toEqual(['138', '0013', '8000'])
  await shown.getByRole('button', { name: '无误，立即激活' }).click()
  await page.getByRole('heading', { name: '充值已到账' }).waitFor({ timeout: 60_000 })
  await page.getByText('138****8000').waitFor()

  // Another one goes back, by themselves.
  await page.goto(`${mall}orders/${second}`)
  await page.getByRole('button', { name: '不激活了，申请退款' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '退款', exact: true }).click()
  await page.getByRole('heading', { name: '订单已退款' }).waitFor()
  await page.getByText('没有激活，款项已退回。').waitFor()
  await fitsPhones(page)

  // At a desk, in the dark and in English, the third one waits.
  await atDesk.context.addCookies(await member.context.cookies())
  await atDesk.page.goto(`${mall}orders/${third}?lang=en`)
  await atDesk.page.getByRole('heading', { name: 'Paid; activate it when you like' }).waitFor()
  await atDesk.page.getByRole('button', { name: 'Activate now' }).waitFor()
  expect(await sidewaysPixels(atDesk.page)).toBe(0)
  await keepScreen(atDesk.page, 'mall-later-order-dark')

  // A refund of it waits for a second person: the page says so instead of asking for an account, and asks again when that was declined.
  await refundThatWaits(third, async (decline) => {
    await atDesk.page.reload()
    await atDesk.page.getByText('A refund of this right waits for approval').waitFor()
    expect(await atDesk.page.getByRole('button', { name: 'Activate now' }).count()).toBe(0)
    await keepScreen(atDesk.page, 'mall-later-held-dark')
    expect(await sidewaysPixels(atDesk.page)).toBe(0)
    await decline()
    await atDesk.page.reload()
    await atDesk.page.getByRole('button', { name: 'Activate now' }).waitFor()
  })

  // The shop sees what waits, and activates it in the buyer's place.
  await desk.goto(`${consoleUrl}activations`)
  await desk.getByRole('link', { name: first }).waitFor()
  await keepScreen(desk, 'console-activations')
  await desk.setViewportSize(PHONE)
  await desk.getByText(third).first().waitFor()
  expect(await sidewaysPixels(desk)).toBe(0)
  await desk.setViewportSize(DESK)
  await desk.goto(`${consoleUrl}orders/${third}`)
  await desk.getByText('先买后激活：等待买家激活').waitFor()
  // As it is where the payment is disputed: not without a reason.
  await desk.route('**/lines/1/activation', async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, json: { ...(await answer.json()), isDisputed: true } })
  })
  await desk.getByRole('button', { name: '代买家激活' }).click()
  const modal = desk.getByRole('dialog')
  await modal.getByText('这笔付款有拒付').waitFor()
  await modal.getByLabel('充值账号').fill(ACCOUNT)
  await modal.getByRole('button', { name: '激活并充值' }).click()
  await modal.getByText('请填写原因').waitFor()
  await modal.getByLabel('仍要激活的原因').fill('买家已另行补款')
  await desk.setViewportSize(PHONE)
  expect(await sidewaysPixels(desk)).toBe(0)
  await desk.setViewportSize(DESK)
  await keepScreen(desk, 'console-later-activate')
  await modal.getByRole('button', { name: '激活并充值' }).click()
  await desk
    .getByText(/ 激活$/)
    .first()
    .waitFor()
  await atDesk.page
    .getByRole('heading', { name: 'Topped up' })
    .or(atDesk.page.getByText('Arrived'))
    .first()
    .waitFor({ timeout: 60_000 })
  expect(faults).toEqual([])
})

/** A top-up of the stand-in, with the field that it wants. */
async function goodsWithSource() {
  const standIn = started.ready?.standIns?.suppliers.find(({ supplier }) => supplier === 'kasushou')
  const { id: supplierId } = await staff.call(
    'suppliers.create',
    {
      body: {
        name: '卡速售',
        adapter: 'kasushou',
        baseUrl: standIn?.url ?? '',
        identity: standIn?.credentials.userId ?? '',
        secrets: { key: standIn?.credentials.apiKey ?? '' },
        concurrent: 8,
        perMinute: 6_000,
      },
    },
    { idempotencyKey: randomUUID() },
  )
  await staff.call('suppliers.sync', { params: { supplierId }, body: {} })
  let productId = 0
  await eventually('its products are here', async () => {
    const { items } = await staff.call('suppliers.listProducts', { query: { supplierId, q: '星幕' } })
    productId = items[0]?.id ?? 0
    return productId > 0
  })
  const product = await staff.call('suppliers.fetchProduct', { params: { productId }, body: {} })
  const [asked] = product.fields ?? []
  const made = await staff.call('catalog.createGoods', {
    body: {
      title: GOODS,
      shelf: 'on',
      formFields: [
        {
          key: 'account',
          labelZh: '充值账号',
          labelEn: 'Account',
          type: 'text',
          confirmTwice: true,
          confirmShown: true,
        },
      ],
      skus: [{ title: '月卡', priceFen: 3_000, kind: 'topup' }],
    },
  })
  const skuId = made.skus[0]?.id ?? 0
  await staff.call('suppliers.saveSkuSupply', {
    params: { skuId },
    body: {
      policy: 'cheapest',
      leastMarginFen: 0,
      offers: [{ productId, fieldMap: { [asked?.key ?? '']: 'account' } }],
    },
  })
  return { goodsId: made.id, skuId }
}

/** Asked for, looked at, and declined again. */
async function refundThatWaits(no: string, looks: (decline: () => Promise<void>) => Promise<void>): Promise<void> {
  await staff.call('tenancy.saveSettings', { body: { values: { 'refunds.approvalAboveFen': 1 }, versions: {} } })
  const params = { no: Number(no) }
  await staff.call(
    'orders.refund',
    { params, body: { lineNo: 1, to: 'source', reason: '不想要了' } as never },
    { idempotencyKey: randomUUID() },
  )
  await looks(async () => {
    const { refunds } = await staff.call('orders.detail', { params })
    const refundId = refunds.find(({ state }) => state === 'awaiting')?.id ?? 0
    await staff.call('fulfilment.declineRefund', { params: { refundId }, body: { reason: '买家改了主意' } })
  })
}

/** With money on the balance, so that no cashier stands between. */
async function signIn(page: Page): Promise<void> {
  await page.goto(`${mall}sign-in`)
  await page.getByLabel('手机号', { exact: true }).fill(MEMBER_PHONE)
  await page.getByRole('button', { name: '获取验证码' }).click()
  let code = ''
  await eventually('the code is sent', async () => {
    const inbox = await fetch(`${started.ready?.standIns?.sms.inboxUrl}.json?phone=${MEMBER_PHONE}`)
    const messages = (await inbox.json()) as readonly { readonly params: { readonly code?: string } }[]
    code = messages.find(({ params }) => params.code !== undefined)?.params.code ?? ''
    return code !== ''
  })
  await page.getByLabel('验证码', { exact: true }).fill(code)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.waitForURL((url) => !url.pathname.endsWith('/sign-in'))
  const { id } = (await (await page.request.get(`${mall}api/mall/me`)).json()) as { readonly id: number }
  await staff.call(
    'members.adjustBalance',
    { params: { id }, body: { amountFen: 100_000, reason: '充值' } },
    { idempotencyKey: randomUUID() },
  )
}

/** From the goods' page to the paid order. @returns its number */
async function buyLater(
  page: Page,
  { goodsId, skuId }: { readonly goodsId: number; readonly skuId: number },
  looks = false,
): Promise<string> {
  await page.goto(`${mall}goods/${goodsId}`)
  await page.getByText('也可以先买下，30 天内再填写账号激活。').waitFor()
  await page.goto(`${mall}checkout?items=${goodsId}-${skuId}-1`)
  await page.getByRole('radio', { name: /现在充值/ }).waitFor()
  if (looks) await page.getByLabel('充值账号', { exact: true }).waitFor()
  await page.getByRole('radio', { name: /先买下，以后激活/ }).check()
  await page.getByLabel('充值账号', { exact: true }).waitFor({ state: 'hidden' })
  if (looks) {
    await fitsPhones(page)
    await keepScreen(page, 'mall-later-checkout-phone')
  }
  const contact = page.getByLabel('手机号或邮箱')
  if ((await contact.count()) > 0 && (await contact.inputValue()) === '') await contact.fill(MEMBER_PHONE)
  await page.getByRole('radio', { name: /余额/ }).check()
  await page.getByRole('button', { name: /余额支付|提交订单/ }).click()
  await page.waitForURL(/\/orders\/\d{16}/)
  await page.getByRole('heading', { name: '付款成功，等待您激活' }).waitFor()
  return /\/orders\/(\d{16})/.exec(page.url())?.[1] ?? ''
}

async function fitsPhones(page: Page): Promise<void> {
  for (const size of [SMALL_PHONE, PHONE]) {
    await page.setViewportSize(size)
    expect(await sidewaysPixels(page), `${page.url()} at ${size.width} px`).toBe(0)
  }
}
