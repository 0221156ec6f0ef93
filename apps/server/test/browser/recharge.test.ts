import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../harness/index.ts'
import { shopFolder } from '../start/shop-folder.ts'
import { type Started, startProcess } from '../start/start-process.ts'
import { launchChromium } from './chromium.ts'
import { arrive, fitsPhones, type Person } from './people.ts'
import { keepScreen } from './screens.ts'

/**
 * Money on the balance, in a real browser against a real `npm start`: the merchant sets what comes on top, members recharge
 * on a phone and at a desk, by the stand-in's cashier and by a gateway's own, and the desk gives a part back.
 */

const PASSWORD = 'Quanshu-demo-2026'
const MEMBER_PHONE = '13800000000'
/** Becomes a member by signing in. */
const NEW_PHONE = '13900000001'
const NOBODY_YET = { status: 401, url: /\/api\/(?:console|mall)\/me$/ }

const faults: string[] = []
let dataDir: string
let started: Started
let mall: string
let consoleUrl: string
let browser: Browser
let phone: Person
let desk: Person
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
  desk = await arrive(browser, faults, { who: 'member at a desk', device: 'desk', foreseen })
  phone = await arrive(browser, faults, { who: 'member with a phone', device: 'phone', foreseen })
  staff = await arrive(browser, faults, { who: 'owner', device: 'desk', foreseen })
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

describe('the merchant', { timeout: 60_000 }, () => {
  test('sets what comes on top, sees what members will see, and is told what cannot be', async () => {
    const { page } = staff
    await page.goto(`${consoleUrl}settings?tab=recharge`)
    await page.getByText('充 ¥100 送 ¥10', { exact: true }).waitFor()
    await page.getByRole('button', { name: '添加一档' }).click()
    await page.getByRole('button', { name: /^保\s*存$/ }).click()
    await page.getByText('第 4 档没有填完整').waitFor()
    const rows = page.locator('.rule-row')
    const [from, bonus] = [rows.nth(3).getByRole('spinbutton').first(), rows.nth(3).getByRole('spinbutton').last()]
    await bonus.fill('25')
    await from.fill('20')
    await page.getByText('第 4 档送的比充的还多').waitFor()
    await from.fill('200')
    await from.blur()
    // It has fallen into its place.
    expect(await rows.nth(2).getByRole('spinbutton').first().inputValue()).toBe('200.00')
    await page.getByText('充 ¥200 送 ¥25', { exact: true }).waitFor()
    await page.getByText('充 ¥500 送 ¥75', { exact: true }).waitFor()
    await keepScreen(page, 'console-settings-recharge')
    await page.getByRole('button', { name: /^保\s*存$/ }).click()
    await page.getByText('已保存', { exact: true }).waitFor()
    await page.reload()
    await page.getByText('充 ¥200 送 ¥25', { exact: true }).waitFor()
  })
})

describe('a member', { timeout: 60_000 }, () => {
  test('who is not signed in is shown the way in and comes back to the recharge', async () => {
    const { page } = phone
    await page.goto(`${mall}recharge`)
    await page.getByRole('main').getByRole('link', { name: '登录' }).click()
    await page.getByLabel('手机号').fill(MEMBER_PHONE)
    await page.getByRole('button', { name: '获取验证码' }).click()
    await page.getByLabel('验证码').fill(await codeFromMessage(phone, MEMBER_PHONE))
    await page.getByRole('button', { name: '登录', exact: true }).click()
    await page.waitForURL(/\/recharge$/)
    await page.getByRole('heading', { name: '充值', exact: true }).waitFor()
  })

  test('recharges on a phone at the stand-in’s cashier, and has amount and bonus', async () => {
    const { page } = phone
    await page.goto(`${mall}recharge`)
    await page.getByRole('radio', { name: /¥100/ }).check()
    await page.getByRole('radio', { name: '仿真支付' }).check()
    await page.getByText('充值后余额').waitFor()
    await fitsPhones(page)
    await keepScreen(page, 'mall-recharge-phone')
    await page.getByRole('button', { name: '立即充值，送 ¥10.00' }).click()
    await page.waitForURL(/\/pay\/\d{16}/)
    await page.getByText('到账 ¥110.00，含赠送 ¥10.00').waitFor()
    expect(await page.getByRole('button', { name: /余额支付/ }).count()).toBe(0)
    await fitsPhones(page)
    await page.getByRole('button', { name: /去付款 ¥100\.00/ }).click()
    await payHere(page)
    await page.getByRole('heading', { name: '充值成功' }).waitFor({ timeout: 20_000 })
    await page.getByText('¥110.00 已到账，含赠送 ¥10.00，可用于付款。').waitFor()
    await fitsPhones(page)
    await keepScreen(page, 'mall-recharged-phone')
    await page.getByRole('link', { name: '查看余额' }).click()
    await page.getByText('+¥100.00').waitFor()
    expect(await page.getByRole('link', { name: /^订单 \d{16}$/ }).count()).toBe(2)
    await page.getByText('+¥10.00', { exact: true }).waitFor()
    await page.getByText('¥2,110').or(page.getByText('余额 ¥2110.00')).first().waitFor()
    await fitsPhones(page)
    await keepScreen(page, 'mall-wallet-phone')
    await page.goto(`${mall}orders`)
    await page.getByText('已到账').first().waitFor()
    await fitsPhones(page)
  })

  test('recharges an amount of one’s own at a desk, in English, at a gateway’s own page', async () => {
    const { page } = desk
    await page.goto(`${mall}sign-in?next=/recharge`)
    await page.getByRole('button', { name: 'English' }).click()
    await page.getByLabel(/mobile|phone/i).fill(NEW_PHONE)
    await page.getByRole('button', { name: /code/i }).click()
    await page
      .getByLabel(/code/i)
      .last()
      .fill(await codeFromMessage(desk, NEW_PHONE))
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.waitForURL(/\/recharge$/)
    await page.getByRole('radio', { name: 'Other amount' }).check()
    await page.getByLabel('Amount (CNY)').fill('0.5')
    await page.getByRole('button', { name: /^Recharge/ }).click()
    await page.locator('[aria-invalid]').waitFor()
    await page.getByLabel('Amount (CNY)').fill('66.60')
    await page.getByRole('radio', { name: 'Alipay' }).check()
    await page.getByText('Welcome back').waitFor({ state: 'hidden' })
    await keepScreen(page, 'mall-recharge')
    expect(await page.getByRole('main').textContent()).not.toMatch(/充值|赠送/)
    await page.getByRole('button', { name: 'Recharge, ¥3.00 on top' }).click()
    await page.waitForURL(/\/pay\/\d{16}/)
    await page.getByRole('button', { name: /¥66\.60/ }).click()
    await payHere(page)
    await page.getByRole('heading', { name: 'Recharged' }).waitFor({ timeout: 20_000 })
    await page.getByText('¥69.60 is on your balance').waitFor()
    expect(await page.getByRole('main').textContent()).not.toMatch(/充值|赠送/)
    await page.goto(`${mall}wallet`)
    await page.getByText('+¥66.60').waitFor()
    await keepScreen(page, 'mall-wallet')
  })
})

describe('the desk', { timeout: 60_000 }, () => {
  test('sees what was recharged and gives a part back, which takes its share of the bonus', async () => {
    const { page } = staff
    await page.goto(`${consoleUrl}orders?purpose=recharge`)
    await page.getByText('到账 ¥110.00').waitFor()
    await page.getByText('到账 ¥69.60').waitFor()
    await page.getByText('已到账').first().waitFor()
    await keepScreen(page, 'console-recharges')
    await page.getByRole('row').filter({ hasText: '到账 ¥110.00' }).getByRole('link').first().click()
    await page.getByText('¥110.00（含赠送 ¥10.00）').waitFor()
    await page.getByText('充值到账，余额增加 ¥110.00').waitFor()
    await page.getByRole('button', { name: /^退\s*款$/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('radio', { name: '一部分' }).check()
    await dialog.getByRole('spinbutton').fill('40')
    await dialog.getByText(/将从会员余额扣回 ¥44\.00/).waitFor()
    await dialog.getByLabel('原因').fill('多充了，客户要求退回')
    await keepScreen(page, 'console-recharge-refund')
    await dialog.getByRole('button', { name: /退款 ¥40\.00/ }).click()
    await page.getByText('退款 ¥40.00 完成').waitFor({ timeout: 20_000 })
    await page.getByText(/从余额扣回 ¥44\.00/).waitFor()
    await keepScreen(page, 'console-recharge')

    const { page: wallet } = phone
    await wallet.goto(`${mall}wallet`)
    await wallet.getByText('−¥40.00').waitFor()
    await fitsPhones(wallet)
    await wallet.getByText('−¥4.00', { exact: true }).waitFor()
  })

  test('puts back into the balance what a gateway refused to refund', async () => {
    const { page } = staff
    const no = /\d{16}/.exec(page.url())?.[0] ?? ''
    const fault = await fetch(`${started.ready?.standIns?.paygate.controlUrl}/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ kind: 'refund.reject', key: no, times: 1 }),
    })
    expect(fault.ok).toBe(true)
    const dialog = page.getByRole('dialog')
    await page.getByRole('button', { name: /^退\s*款$/ }).click()
    await dialog.getByRole('radio', { name: '全部剩余 ¥60.00' }).check()
    await dialog.getByText(/将从会员余额扣回 ¥66\.00/).waitFor()
    await dialog.getByLabel('原因').fill('不用了')
    await dialog.getByRole('button', { name: /退款 ¥60\.00/ }).click()
    await page.getByText(/退款 ¥60\.00 失败/).waitFor({ timeout: 20_000 })
    await page.goto(`${consoleUrl}exceptions`)
    await page.getByRole('row').filter({ hasText: no }).getByText('余额充值').waitFor()
    await page.goto(`${consoleUrl}orders/${no}`)
    await page.getByRole('button', { name: /^退\s*款$/ }).click()
    await dialog.getByRole('radio', { name: '放回会员余额' }).check()
    await dialog.getByText('放回会员余额，不再退款。放回 ¥66.00。').waitFor()
    await dialog.getByLabel('原因').fill('客户同意留在余额')
    await dialog.getByRole('button', { name: '放回余额' }).click()
    await page.getByText('把退款失败的 ¥60.00 放回会员余额：客户同意留在余额').waitFor()
    await page.getByText('已到账').first().waitFor()

    const { page: wallet } = phone
    await wallet.goto(`${mall}wallet`)
    await wallet.getByText('充值退款未成功，已放回').waitFor()
    await wallet.getByText('+¥60.00', { exact: true }).waitFor()
    await fitsPhones(wallet)
  })
})

test('no browser had anything to complain about', () => {
  expect(faults).toEqual([])
})

/** Presses the cashier's main button, and follows the way back where it is not taken by itself. */
async function payHere(page: Page): Promise<void> {
  await page.waitForURL((url) => url.port !== new URL(mall).port)
  await page
    .getByRole('button', { name: /支付|付款/ })
    .first()
    .click()
  const back = page.getByRole('link', { name: '返回商家' })
  await back
    .or(page.getByRole('heading', { name: /充值成功|Recharged/ }))
    .first()
    .waitFor()
  await back.click({ timeout: 1_500 }).catch(() => undefined)
}

/** The sign-in code that came for this phone. */
async function codeFromMessage({ context }: Person, phoneNo: string): Promise<string> {
  const inbox = await context.newPage()
  const url = new URL(started.ready?.standIns?.sms.inboxUrl ?? '')
  url.searchParams.set('phone', phoneNo)
  await eventually('the message has come', async () => {
    await inbox.goto(url.href)
    return (await inbox.getByRole('article').count()) > 0
  })
  const text = (await inbox.getByRole('article').first().textContent()) ?? ''
  await inbox.close()
  return /\b\d{6}\b/.exec(text)?.[0] ?? ''
}

/** What every open page showed when a step failed. */
async function photographAll(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'quanshu-browser-failed-'))
  const pages = browser.contexts().flatMap((context) => context.pages())
  for (const [index, page] of pages.entries()) {
    await page.screenshot({ path: join(folder, `${index}.png`) }).catch(() => undefined)
  }
  console.error(`the pages when it failed: ${folder}`)
}
