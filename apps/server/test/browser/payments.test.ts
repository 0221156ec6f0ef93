import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@quanshu/client'
import { createCookieFetch } from '@quanshu/client/node'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../harness/index.ts'
import { shopFolder } from '../start/shop-folder.ts'
import { type Started, startProcess } from '../start/start-process.ts'
import { launchChromium } from './chromium.ts'
import { arrive, choose, fitsPhones, type Person } from './people.ts'
import { keepScreen } from './screens.ts'

/**
 * Real money, in a real browser against a real `npm start`: shoppers pay each way there is on a phone and at a desk, the
 * merchant changes a gateway's account, and finance decides about money that does not fit. The gateways are stand-ins
 * with books and keys of their own.
 */

const PASSWORD = 'Quanshu-demo-2026'
const MEMBER_PHONE = '13800000000'
const NOBODY_YET = { status: 401, url: /\/api\/(?:console|mall)\/me$/ }
/** A number that is not this order's is refused. */
const NOT_THIS_ORDERS = { status: 409, url: /\/claims$/ }
const DELIVERED = { name: '已发货，请查收卡密' }
/** As the shop names them; at a desk, a page to go to or a code to scan. */
const WAYS = [
  { gateway: 'alipay', name: '支付宝', atDesk: 'page' },
  { gateway: 'wechat', name: '微信支付', atDesk: 'code' },
  { gateway: 'epay', name: '易支付', atDesk: 'page' },
  { gateway: 'stripe', name: 'Stripe', atDesk: 'page' },
  { gateway: 'sim-pay', name: '仿真支付', atDesk: 'page' },
] as const
type Way = (typeof WAYS)[number]

const faults: string[] = []
let dataDir: string
let started: Started
let mall: string
let consoleUrl: string
let browser: Browser
let desk: Person
let phone: Person
let staff: Person

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
  desk = await arrive(browser, faults, { who: 'shopper at a desk', device: 'desk', foreseen })
  phone = await arrive(browser, faults, { who: 'shopper with a phone', device: 'phone', foreseen })
  staff = await arrive(browser, faults, { who: 'finance', device: 'desk', foreseen: [...foreseen, NOT_THIS_ORDERS] })
  await staff.page.goto(consoleUrl)
  await staff.page.getByLabel('邮箱').fill('owner@demo.quanshu.test')
  await staff.page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await staff.page.getByRole('button', { name: '登录' }).click()
  await staff.page.getByRole('heading', { name: '看板' }).waitFor()
}, 180_000)

afterAll(async () => {
  await browser?.close()
  if (started?.child.exitCode === null) await started.end('SIGTERM')
  await rm(dataDir, { recursive: true, force: true })
})

beforeEach(({ onTestFailed }) => onTestFailed(photographAll))

describe('a shopper', { timeout: 60_000 }, () => {
  for (const way of WAYS) {
    test(`pays with ${way.name} on a phone, comes back and has the code`, async () => {
      const { page } = phone
      await order(page, way.name)
      if (way.gateway === 'alipay') await fitsPhones(page)
      await page.getByText(`使用${way.name}付款`).waitFor()
      if (way.gateway === 'wechat') await keepScreen(page, 'mall-pay-ways-phone')
      await page.getByRole('button', { name: /去付款 ¥/ }).click()
      await payHere(page)
      await page.getByRole('heading', DELIVERED).waitFor({ timeout: 20_000 })
      await fitsPhones(page)
    })

    test(`pays with ${way.name} at a desk and has the code`, async () => {
      const { page } = desk
      const asked = page.waitForResponse((answer) => /\/orders\/\d+\/pay$/.test(answer.url()))
      await order(page, way.name)
      if (way.atDesk === 'code') {
        await page.getByRole('img', { name: '付款二维码' }).waitFor()
        await keepScreen(page, 'mall-pay-code')
        await scan((await (await asked).json()) as Scanned)
      } else {
        await page.getByRole('button', { name: /去付款 ¥/ }).click()
        await asked
        await payHere(page)
      }
      await page.getByRole('heading', DELIVERED).waitFor({ timeout: 20_000 })
    })
  }

  test('chooses another way on the page of the order, and goes back and forth', async () => {
    const { page } = desk
    await order(page, '微信支付')
    await page.getByRole('img', { name: '付款二维码' }).waitFor()
    await page.getByRole('button', { name: '支付宝' }).click()
    await page.waitForURL(/\/cashier\//)
    await page.getByRole('button', { name: '暂不付款，返回商家' }).click()
    await page.waitForURL(/\/(?:pay|orders)\/\d{16}/)
    await page.getByRole('link', { name: '去付款' }).or(page.getByText('换一种支付方式')).first().waitFor()
    if (/\/orders\//.test(page.url())) await page.getByRole('link', { name: '去付款' }).click()
    await page.getByRole('button', { name: '微信支付' }).click()
    await page.getByRole('img', { name: '付款二维码' }).waitFor()
    await page.getByRole('button', { name: '易支付' }).click()
    await payHere(page)
    await page.getByRole('heading', DELIVERED).waitFor({ timeout: 20_000 })
  })

  test('pays inside WeChat without leaving the page', async () => {
    const { page, context } = await arrive(browser, faults, {
      who: 'shopper inside WeChat',
      device: 'phone',
      userAgent:
        'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.50',
      foreseen: [NOBODY_YET],
    })
    const wechat = started.ready?.standIns?.gateways.find(({ gateway }) => gateway === 'wechat')
    await context.addInitScript(await (await fetch(`${wechat?.account.baseUrl}/in-app/bridge.js`)).text())
    await order(page, '微信支付')
    const cashier = context.waitForEvent('page')
    await page.getByRole('button', { name: /去付款 ¥/ }).click()
    await (await cashier).getByRole('button', { name: /立即支付/ }).waitFor()
    // Asked once, however often the page was drawn on the way back from the app.
    expect(context.pages()).toHaveLength(2)
    await (await cashier).getByRole('button', { name: /立即支付/ }).click()
    await page.getByRole('heading', DELIVERED).waitFor({ timeout: 20_000 })
    await context.close()
  })

  test('reads the page of payment in English and at night', async () => {
    const night = await arrive(browser, faults, {
      who: 'shopper at night',
      device: 'desk',
      dark: true,
      foreseen: [NOBODY_YET],
    })
    const { page, context } = night
    await order(page, 'WeChat Pay', 'en')
    await page.getByText('Scan with WeChat Pay').waitFor()
    expect(await page.getByRole('main').textContent()).not.toMatch(/支付|付款/)
    await keepScreen(page, 'mall-pay-code-dark')
    await context.close()
  })
})

describe('the merchant', { timeout: 60_000 }, () => {
  test('sees what a gateway lacks, and cannot switch it on without', async () => {
    const { page } = staff
    const drawer = await openGateway('支付宝')
    const key = drawer.getByLabel('支付宝公钥', { exact: false }).first()
    const before = await key.inputValue()
    await key.fill('')
    await drawer.getByRole('button', { name: /^保\s*存$/ }).click()
    await drawer.getByText('必填').waitFor()
    await drawer.getByRole('switch', { name: '启用' }).click()
    await drawer.getByRole('button', { name: /^保\s*存$/ }).click()
    await page.getByText('还缺：支付宝公钥').waitFor()
    await drawer.waitFor({ state: 'hidden' })
    await page.getByText('已保存', { exact: true }).waitFor({ state: 'hidden' })
    await keepScreen(page, 'console-gateways')

    await openGateway('支付宝')
    await drawer.getByRole('switch', { name: '启用' }).click()
    await key.fill(before)
    await keepScreen(page, 'console-gateway')
    await drawer.getByRole('button', { name: '保存并测试' }).click()
    await drawer.getByText('连接正常').waitFor()
    await drawer.getByRole('button', { name: /^取\s*消$/ }).click()
    await drawer.waitFor({ state: 'hidden' })
    expect(await page.getByText('还缺').count()).toBe(0)
  })

  test('lets the buyer bear the fee, who is told before choosing and pays it', async () => {
    const drawer = await openGateway('Stripe')
    await drawer.getByLabel('手续费率').fill('2.9')
    await choose(staff.page, drawer.getByLabel('手续费承担方'), '买家承担')
    await drawer.getByTitle('买家承担').waitFor()
    await drawer.getByRole('button', { name: /^保\s*存$/ }).click()
    await staff.page.getByText('2.9% · 买家承担').waitFor()

    const { page } = desk
    await order(page, 'Stripe', 'zh-CN', async () => {
      await page.getByText(/另加手续费 ¥0\.\d\d/).waitFor()
      await page.getByText('支付手续费').waitFor()
      await keepScreen(page, 'mall-checkout-ways')
    })
    await page.getByText(/含支付手续费 ¥0\.\d\d/).waitFor()
    const due = (await page.getByRole('button', { name: /去付款 ¥/ }).textContent())?.replace('去付款 ¥', '') ?? '?'
    await page.getByRole('button', { name: /去付款 ¥/ }).click()
    // The cashier's button, not the one that leads there and names the same sum.
    await page.getByRole('button', { name: new RegExp(`^支付 .*${due.trim().replace('.', '\\.')}`) }).click()
    await page.getByRole('heading', DELIVERED).waitFor({ timeout: 20_000 })
  })
})

describe('finance', { timeout: 60_000 }, () => {
  test('takes an order for paid although less came in, and its buyer has the code', async () => {
    const { page } = phone
    await order(page, '支付宝')
    const no = /\d{16}/.exec(page.url())?.[0] ?? ''
    // The buyer is on the way to the cashier and pays another amount than was asked for.
    await page.route(/gateway\.do/, (route) => route.fulfill({ status: 204 }))
    await page.getByRole('button', { name: /去付款 ¥/ }).click()
    await page.waitForResponse((answer) => /gateway\.do/.test(answer.url()))
    await page.unroute(/gateway\.do/)
    const notifyUrl = `${mall}s/demo/api/pay/alipay/notify`
    await control('alipay', '/pay', { orders: [{ outTradeNo: no, totalFen: 1_980, notifyUrl }] })

    const { page: books } = staff
    const { request } = staff.context
    await eventually('the money is there', async () =>
      (await (await request.get(`${consoleUrl}../api/console/receipts`)).text()).includes(no),
    )
    await books.goto(`${consoleUrl}receipts`)
    const row = books.getByRole('row').filter({ hasText: no })
    await row.waitFor()
    await row.getByText('-¥0.10').waitFor()
    await keepScreen(books, 'console-receipts')
    await row.getByRole('button', { name: /处\s*理/ }).click()
    const dialog = books.getByRole('dialog')
    await dialog.getByText('订单金额').waitFor()
    expect(await dialog.getByRole('radio', { name: /存入会员余额/ }).isDisabled()).toBe(true)
    await dialog.getByText('游客订单，没有会员余额可以存入').waitFor()
    await dialog.getByRole('radio', { name: /按已付款处理/ }).check()
    await dialog.getByText('少收的 ¥0.10 由店铺承担').waitFor()
    await dialog.getByLabel('原因').fill('差一角，客户已说明')
    await keepScreen(books, 'console-receipt')
    await dialog.getByRole('button', { name: '按已付款处理' }).click()
    await books.getByText('没有待处理的款项').waitFor()
    await books.getByText('全部', { exact: true }).click()
    await row.getByText('差一角，客户已说明').waitFor()

    await page.goto(`${mall}orders/${no}`)
    await page.getByRole('heading', DELIVERED).waitFor()
    await books.goto(`${consoleUrl}orders/${no}`)
    await books.getByText(/把收到的 ¥19\.80 按已付款处理/).waitFor()
  })

  test('claims a payment by the number that the buyer shows, and a second person agrees', async () => {
    const owner = createClient({ baseUrl: mall.slice(0, -1), locale: 'zh-CN', fetch: createCookieFetch() })
    await owner.call('identity.signIn', { body: { email: 'owner@demo.quanshu.test', password: PASSWORD } })
    await owner.call('tenancy.saveSettings', {
      body: { values: { 'payments.claimApprovalAboveFen': 1_000 }, versions: {} },
    })
    // Paid when the order was closed already, and its notice never came.
    await order(desk.page, '微信支付')
    await desk.page.getByRole('img', { name: '付款二维码' }).waitFor()
    const no = Number(/\d{16}/.exec(desk.page.url())?.[0])
    await owner.call('orders.cancelByStaff', { params: { no }, body: { reason: '客户换了支付方式' } })
    const paid = () => wechatPayment(String(no))
    await eventually('the code is closed at the gateway', async () => (await paid())?.trade_state === 'CLOSED')
    await control('wechat', '/faults', { kind: 'notice.lose', key: String(no) })
    await control('wechat', '/pay', { orders: [{ outTradeNo: String(no), late: true }] })
    const tradeNo = String((await paid())?.transaction_id)

    const { page } = staff
    await page.goto(`${consoleUrl}orders/${no}`)
    await page.getByRole('button', { name: /补\s*单/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('通道交易号').fill('4200001234')
    await dialog.getByLabel('原因').fill('客户出示付款记录')
    await dialog.getByRole('button', { name: '向通道核实并补单' }).click()
    await page.getByText(`通道查到这个订单的付款是：${tradeNo}`).first().waitFor()
    await keepScreen(page, 'console-claim')
    await dialog.getByLabel('通道交易号').fill(tradeNo)
    await dialog.getByRole('button', { name: '向通道核实并补单' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await page.getByText(/补单 ¥[\d.]+ 等待复核/).waitFor()
    expect(await page.getByRole('button', { name: '同意补单' }).isDisabled()).toBe(true)

    const foreseen = [NOBODY_YET]
    const second = await arrive(browser, faults, { who: 'second person', device: 'phone', foreseen })
    await second.page.goto(consoleUrl)
    await second.page.getByLabel('邮箱').fill('finance@demo.quanshu.test')
    await second.page.getByLabel('密码', { exact: true }).fill(PASSWORD)
    await second.page.getByRole('button', { name: '登录' }).click()
    await second.page.getByRole('heading', { name: '看板' }).waitFor()
    await second.page.goto(`${consoleUrl}receipts`)
    await second.page.getByText(/补单 ¥[\d.]+ 等待复核/).waitFor()
    await fitsPhones(second.page)
    await keepScreen(second.page, 'console-claims-phone')
    await second.page.getByRole('button', { name: '同意补单' }).click()
    await second.page.getByRole('dialog').getByRole('button', { name: '同意补单' }).click()
    await second.page.getByText(/补单 ¥[\d.]+ 等待复核/).waitFor({ state: 'hidden' })
    await second.context.close()

    await page.reload()
    await page.getByText('同意补单').waitFor()
    await page.getByText('已发货').first().waitFor()
    await page.getByRole('button', { name: '退款' }).waitFor()
    await keepScreen(page, 'console-claimed')
  })

  test('sees the money that a payer had taken back', async () => {
    const { page } = desk
    await order(page, 'Stripe')
    const no = /\d{16}/.exec(page.url())?.[0] ?? ''
    await page.getByRole('button', { name: /去付款 ¥/ }).click()
    await payHere(page)
    await page.getByRole('heading', DELIVERED).waitFor({ timeout: 20_000 })
    await control('stripe', '/disputes', { payment_no: `${no}`, reason: 'fraudulent' })

    const { page: books } = staff
    await books.goto(`${consoleUrl}chargebacks`)
    const row = books.getByRole('row').filter({ hasText: no })
    await eventually('the dispute is listed', async () => {
      await books.getByRole('button', { name: '刷新' }).click()
      return (await row.count()) > 0
    })
    await row.getByText('争议中').waitFor()
    await books.getByRole('heading', { name: '拒付' }).hover()
    await keepScreen(books, 'console-chargebacks')
    await books.goto(`${consoleUrl}orders/${no}`)
    await books.getByText(/付款人发起拒付，Stripe扣回/).waitFor()
  })
})

describe('a member with points and a little on the balance', { timeout: 90_000 }, () => {
  test('is given them by finance', async () => {
    const { page } = staff
    await page.goto(`${consoleUrl}members`)
    await page.locator('a[href*="/members/"]').first().click()
    await page.getByRole('button', { name: '调整积分' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('数量').fill('500')
    await dialog.getByLabel('原因').fill('周年活动')
    await dialog.getByText('2,500').waitFor()
    await keepScreen(page, 'console-adjust-points')
    await dialog.getByRole('button', { name: '增加 500' }).click()
    await page.getByText('积分已调整').waitFor()
    await page.getByRole('button', { name: '调整余额' }).click()
    await dialog.getByText('扣减', { exact: true }).click()
    await dialog.getByLabel('金额').fill('1997')
    await dialog.getByLabel('原因').fill('退回多充的')
    await dialog.getByRole('button', { name: '扣减 ¥1,997.00' }).click()
    await page.getByText('余额已调整').waitFor()
    await dialog.waitFor({ state: 'hidden' })
    await page.getByText('¥3.00').first().waitFor()
  })

  test('pays with points, the balance and a gateway on one order, and sees all three', async () => {
    const { page } = phone
    await signIn(page)
    await page.goto(`${mall}?q=${encodeURIComponent('回声听书')}`)
    await keepScreen(page, 'mall-points-card-phone')
    await page
      .getByRole('link', { name: /回声听书/ })
      .first()
      .click()
    await page.getByRole('radio', { name: /周卡 积分换购/ }).check()
    await page.getByText('+ 500 积分').first().waitFor()
    await fitsPhones(page)
    await keepScreen(page, 'mall-points-goods-phone')
    await page.getByRole('link', { name: '立即购买' }).click()
    await page.getByText('可用 2500 积分').waitFor()
    await page.getByRole('checkbox', { name: /用余额抵扣/ }).check()
    await page.getByText('抵扣 ¥3.00，另付 ¥1.90').waitFor()
    expect(await page.getByRole('radio', { name: /余额/ }).count()).toBe(0)
    await page.getByRole('radio', { name: '支付宝' }).check()
    await page.getByLabel('手机号或邮箱').fill(MEMBER_PHONE)
    await fitsPhones(page)
    await keepScreen(page, 'mall-checkout-mixed-phone')
    await page.getByRole('button', { name: '提交订单' }).click()
    await page.getByText('另用 余额 ¥3.00 和 500 积分，已为本单保留').waitFor()
    await fitsPhones(page)
    await keepScreen(page, 'mall-pay-mixed-phone')
    await page.getByRole('button', { name: '去付款 ¥1.90' }).click()
    await payHere(page)
    await page.getByRole('heading', DELIVERED).waitFor({ timeout: 20_000 })
    await page.getByText('¥4.90 + 500 积分').first().waitFor()
    await keepScreen(page, 'mall-order-mixed-phone')
    const no = /\d{16}/.exec(page.url())?.[0] ?? ''

    const { page: books } = staff
    await books.goto(`${consoleUrl}orders/${no}`)
    await books.getByText('其中余额支付').waitFor()
    await keepScreen(books, 'console-order-mixed')
    await books
      .getByRole('button', { name: /退\s*款/ })
      .first()
      .click()
    const dialog = books.getByRole('dialog')
    await dialog.getByLabel('原因').fill('客户要求')
    await dialog.getByRole('button', { name: '退款 ¥4.90 + 500 积分' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await page.goto(`${mall}me`)
    await page.getByText('¥3.00').waitFor()
    await page.getByText('2,500').waitFor()
    await keepScreen(page, 'mall-me-phone')
  })
})

test('no browser had anything to complain about', () => {
  expect(faults).toEqual([])
})

/** From the shelf to the page of payment, with this way chosen. */
async function order(
  page: Page,
  way: string,
  locale: 'zh-CN' | 'en' = 'zh-CN',
  look: () => Promise<void> = async () => {},
): Promise<void> {
  const en = locale === 'en'
  await page.goto(en ? `${mall}?lang=en` : mall)
  await page
    .getByRole('link', { name: en ? /Xingmu|Star/ : /星幕视频/ })
    .first()
    .click()
  await page.getByRole('link', { name: en ? 'Buy now' : '立即购买' }).click()
  await page.getByLabel(en ? /mobile|email/i : '手机号或邮箱').fill('lan@example.com')
  await page.getByLabel(en ? 'Query password' : '查询密码').fill('harvest-moon')
  await page.getByRole('radio', { name: way }).check()
  await look()
  await page.getByRole('button', { name: en ? 'Place order' : '提交订单' }).click()
  await page.waitForURL(/\/pay\/\d{16}/)
}

/** Presses the cashier's main button, and follows the way back where it is not taken by itself. */
async function payHere(page: Page): Promise<void> {
  await page.waitForURL((url) => url.port !== new URL(mall).port)
  await page
    .getByRole('button', { name: /支付|付款/ })
    .first()
    .click()
  const back = page.getByRole('link', { name: '返回商家' })
  await back.or(page.getByRole('heading', DELIVERED)).first().waitFor()
  await back.click({ timeout: 1_500 }).catch(() => undefined)
}

async function signIn(page: Page): Promise<void> {
  await page.goto(`${mall}sign-in`)
  await page.getByLabel('手机号').fill(MEMBER_PHONE)
  await page.getByRole('button', { name: '获取验证码' }).click()
  const inbox = new URL(started.ready?.standIns?.sms.inboxUrl ?? '')
  inbox.searchParams.set('phone', MEMBER_PHONE)
  await eventually('the message has come', async () => /\b\d{6}\b/.test(await (await fetch(inbox)).text()))
  const text = await (await fetch(inbox)).text()
  await page.getByLabel('验证码').fill(/\b\d{6}\b/.exec(text.replace(/<[^>]*>/g, ' '))?.[0] ?? '')
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.waitForURL(/\/me$/)
}

type Scanned = { readonly payment: { readonly cashier: { readonly content: string } } }

/** Another device opens what the code says and pays there. */
async function scan({ payment }: Scanned): Promise<void> {
  const other = await arrive(browser, faults, { who: 'phone that scans', device: 'phone' })
  await other.page.goto(payment.cashier.content)
  await other.page.getByRole('button', { name: /立即支付/ }).click()
  await other.page.getByText('支付成功').first().waitFor()
  await other.context.close()
}

async function openGateway(name: string): Promise<Locator> {
  const { page } = staff
  await page.goto(`${consoleUrl}settings?tab=payment`)
  await page.getByRole('button', { name: `设置 ${name}` }).click()
  const drawer = page.getByRole('dialog')
  await drawer.getByText('账户与密钥').waitFor()
  return drawer
}

/** What happens at the gateway, out of the shop's sight. */
async function control(gateway: Way['gateway'], path: string, body: object): Promise<void> {
  const { standIns } = started.ready ?? {}
  const url =
    gateway === 'sim-pay'
      ? standIns?.paygate.controlUrl
      : standIns?.gateways.find((one) => one.gateway === gateway)?.controlUrl
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
}

/** As the gateway has it in its books. */
async function wechatPayment(no: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const url = started.ready?.standIns?.gateways.find(({ gateway }) => gateway === 'wechat')?.controlUrl
  const books = (await (await fetch(`${url}/books`)).json()) as { payments: readonly Record<string, unknown>[] }
  return books.payments.find(({ out_trade_no }) => out_trade_no === no)
}

/** What every open page showed when a step failed. */
async function photographAll(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'quanshu-browser-failed-'))
  const pages = browser.contexts().flatMap((context) => context.pages())
  for (const [index, page] of pages.entries()) {
    await page.screenshot({ path: join(folder, `${index}.png`) }).catch(() => undefined)
    console.error(`${page.url()} looked like ${join(folder, `${index}.png`)}`)
  }
  if (faults.length > 0) console.error(faults.join('\n'))
}
