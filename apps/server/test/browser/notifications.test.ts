import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RobotGroup, startRobots } from '@quanshu/sim/robots'
import { startWebhookReceiver, type WebhookReceiver } from '@quanshu/sim/webhooks'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { eventually } from '../harness/index.ts'
import { shopFolder } from '../start/shop-folder.ts'
import { type Started, startProcess } from '../start/start-process.ts'
import { launchChromium } from './chromium.ts'
import { arrive, DESK, type Person, PHONE, SMALL_PHONE, sidewaysPixels } from './people.ts'
import { SCREENS_WANTED } from './screens.ts'

/**
 * Telling people, in a real browser against a real `npm start`: the owner connects a robot and a webhook, chooses who hears
 * what, changes a text; a member buys, and everybody hears of it where they look.
 */

const PASSWORD = 'Quanshu-demo-2026'
const MEMBER_PHONE = '13800000000'
const GOODS = '蓝鹊音乐'
const NOBODY_YET = { status: 401, url: /\/api\/(?:console|mall)\/me$/ }
/** Who is no member of the company may not join. */
const NO_MEMBER = { status: 409, url: /\/api\/mall\/me\/wecom$/ }

const faults: string[] = []
let dataDir: string
let pictures: string
let started: Started
let robots: RobotGroup
let receiver: WebhookReceiver
let browser: Browser
let mall: string
let consoleUrl: string
let staff: Person
let member: Person
let broken = false

beforeAll(async () => {
  dataDir = await shopFolder()
  pictures = await mkdtemp(join(tmpdir(), 'quanshu-notifications-'))
  robots = await startRobots({ host: '127.0.0.1' })
  receiver = await startWebhookReceiver({ host: '127.0.0.1' })
  ;[started, browser] = await Promise.all([
    startProcess({ QUANSHU_DATA: dataDir, QUANSHU_DEV: undefined, QUANSHU_DEMO: undefined, QUANSHU_STAND_INS: 'yes' }),
    launchChromium(),
  ])
  if (!started.ready) throw new Error(`the start failed: ${started.output()}`)
  const address = `http://localhost:${new URL(started.ready.url).port}`
  mall = new URL('/', address).href
  consoleUrl = new URL('/console/', address).href
  staff = await arrive(browser, faults, { who: 'owner', device: 'desk', foreseen: [NOBODY_YET] })
  member = await arrive(browser, faults, { who: 'member', device: 'phone', foreseen: [NOBODY_YET, NO_MEMBER] })
  const { page } = staff
  await page.goto(consoleUrl)
  await page.getByLabel('邮箱').fill('owner@demo.quanshu.test')
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByRole('heading', { name: '看板' }).waitFor()
}, 180_000)

afterAll(async () => {
  await browser?.close()
  if (started?.child.exitCode === null) await started.end('SIGTERM')
  await Promise.all([robots?.close(), receiver?.close(), rm(dataDir, { recursive: true, force: true })])
  if (SCREENS_WANTED) console.log(`pictures of the notifications: ${pictures}`)
  else await rm(pictures, { recursive: true, force: true })
})

beforeEach(({ skip, onTestFailed }) => {
  if (broken) skip('a step before failed')
  onTestFailed(async () => {
    broken = true
    await shoot(staff.page, 'failed-staff')
    await shoot(member.page, 'failed-member')
    console.error(`the pages when it failed: ${pictures}`)
  })
})

test('the owner connects a robot, and it answers', { timeout: 60_000 }, async () => {
  const { page } = staff
  await page.goto(`${consoleUrl}settings?tab=messages`)
  const robot = page.locator('.section').filter({ hasText: '钉钉群机器人' })
  await robot.getByLabel('Webhook 地址').fill(robots.urls.dingtalk)
  await robot.getByLabel('加签密钥').fill(robots.secret)
  await robot.getByRole('switch').click()
  await robot.getByRole('button', { name: /^保\s*存$/ }).click()
  await page.getByText('已保存', { exact: true }).first().waitFor()
  await robot.getByRole('button', { name: '测试连接' }).click()
  await robot.getByText(/连接正常/).waitFor()
  expect(robots.control.said('dingtalk')).toMatchObject([{ title: expect.stringContaining('测试消息') }])
  expect((await page.content()).includes(robots.secret)).toBe(false)
  await looksGood(page, 'channels')
})

test('the WeCom app is tried out: who there is gets it, who there is not is named', { timeout: 60_000 }, async () => {
  const { page } = staff
  await page.goto(`${consoleUrl}settings?tab=messages`)
  const app = page.locator('.section').filter({ hasText: '企业微信 · 自建应用' })
  const tryIt = async (user: string) => {
    await app.getByRole('button', { name: '测试连接' }).click()
    const dialog = page.getByRole('dialog', { name: '发送一条测试消息' })
    await dialog.getByLabel('成员账号（userid）').fill(user)
    await dialog.getByRole('button', { name: /^发\s*送$/ }).click()
    await dialog.waitFor({ state: 'hidden' })
  }
  await tryIt('ZhangSan')
  await app.getByText(/连接正常/).waitFor()
  expect((await cardsTo('ZhangSan'))[0]?.title).toContain('测试消息')
  await tryIt('nobody.here')
  await app.getByText(/没有这个成员.*81013/).waitFor()
  await looksGood(page, 'wecom-app')
})

test('chooses who hears what', { timeout: 60_000 }, async () => {
  const { page } = staff
  await page.goto(`${consoleUrl}settings?tab=messages&part=rules`)
  const box = page.getByLabel('stock.low 邮件')
  await box.click()
  await page.getByText('已保存', { exact: true }).first().waitFor()
  await page.reload()
  expect(await page.getByLabel('stock.low 邮件').isChecked()).toBe(true)
  expect(await page.getByLabel('order.delivered 站内信').isChecked()).toBe(true)
  await looksGood(page, 'rules')
})

test('writes a text beside its preview, and is told of a variable that there is not', { timeout: 60_000 }, async () => {
  const { page } = staff
  await page.goto(`${consoleUrl}settings?tab=messages&part=texts&event=order.delivered&form=inbox`)
  await page.getByLabel('正文').fill('您好，订单 {order} 的 {price} 已发出。')
  await page.getByText('不认识的变量：price').waitFor()
  expect(await page.getByRole('button', { name: /^保\s*存$/ }).isDisabled()).toBe(true)
  await page.getByLabel('正文').fill('您好，订单 {order} 已发出，祝您使用愉快。')
  await page.getByText('您好，订单 2611220000000001 已发出，祝您使用愉快。').waitFor()
  await page.getByRole('button', { name: /^保\s*存$/ }).click()
  await page.getByText('已修改').waitFor()
  await looksGood(page, 'text')
  await page.goto(`${consoleUrl}settings?tab=messages&part=texts&event=order.delivered&form=sms`)
  await page.getByText(/^\d+ 字，计 \d 条$/).waitFor()
  await page.getByText('您的订单{1}{2}，查看：{3}').waitFor()
  await looksGood(page, 'text-sms')
})

test('adds a webhook, keeps its secret, and tries it', { timeout: 60_000 }, async () => {
  const { page } = staff
  await page.goto(`${consoleUrl}settings?tab=messages&part=webhooks`)
  await page.getByRole('button', { name: '新增 Webhook' }).click()
  const dialog = page.getByRole('dialog', { name: '新增 Webhook' })
  await dialog.getByLabel('接收地址').fill(receiver.url)
  await dialog.getByLabel('备注').fill('ERP 库存同步')
  await dialog.getByRole('button', { name: /^保\s*存$/ }).click()
  const secret = page.getByText(/^whsec_/)
  await secret.waitFor()
  receiver.secrets.push(((await secret.textContent()) ?? '').trim())
  await shoot(page, 'secret')
  await page.getByRole('button', { name: '我已保存' }).click()
  await page.getByRole('button', { name: /^测\s*试$/ }).click()
  await page.getByText(/连接正常/).waitFor()
  expect(receiver.control.received()).toMatchObject([{ type: 'webhook.test', signedBy: [0] }])
  await looksGood(page, 'webhooks')
})

/** Whether it is on the page soon: what a page shows comes after the page. */
const shows = (place: Locator): Promise<boolean> =>
  place.waitFor({ timeout: 4_000 }).then(
    () => true,
    () => false,
  )

test('a member buys: the phone shows a count, the message leads to the order', { timeout: 90_000 }, async () => {
  const { page } = member
  await page.goto(`${mall}sign-in`)
  await page.getByLabel('手机号').fill(MEMBER_PHONE)
  await page.getByRole('button', { name: '获取验证码' }).click()
  await page.getByLabel('验证码').fill(await codeFromMessage())
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.waitForURL(/\/me$/)
  await page.goto(`${mall}?q=${encodeURIComponent(GOODS)}`)
  await page
    .getByRole('link', { name: new RegExp(GOODS) })
    .first()
    .click()
  await page.getByRole('link', { name: '立即购买' }).click()
  await page.getByRole('radio', { name: /余额/ }).check()
  await page.getByLabel('手机号或邮箱').fill('member@example.test')
  await page.getByRole('button', { name: /余额支付/ }).click()
  await page.getByRole('heading', { name: '已发货，请查收卡密' }).waitFor()
  await eventually(
    'the message is there',
    async () => {
      await page.goto(`${mall}me`)
      return await shows(page.getByText('1 条未读', { exact: true }))
    },
    30_000,
  )
  await looksGood(page, 'mall-me', PHONE)
  await page.getByRole('link', { name: /^消息/ }).click()
  await page.getByText(/祝您使用愉快/).waitFor()
  await looksGood(page, 'mall-messages', PHONE)
  await page.getByRole('button', { name: /已发货/ }).click()
  await page.waitForURL(/\/orders\/\d{16}$/)
  await page.goto(`${mall}messages`)
  await page.getByText('全部消息').waitFor()
  await eventually('the webhook came', () => receiver.control.received().some(({ type }) => type === 'order.delivered'))
  expect(receiver.control.received().every(({ signedBy }) => signedBy.includes(0))).toBe(true)
})

test('staff find the mail in the log and the delivery behind the webhook', { timeout: 60_000 }, async () => {
  const { page } = staff
  await eventually(
    'the mail was sent',
    async () => {
      await page.goto(`${consoleUrl}messages?q=${encodeURIComponent('member@example.test')}`)
      return await shows(page.getByText('已发送').first())
    },
    30_000,
  )
  await looksGood(page, 'log')
  await page
    .getByRole('button', { name: /^详\s*情$/ })
    .first()
    .click()
  await page.getByRole('dialog').getByText('member@example.test').waitFor()
  await shoot(page, 'log-detail')
  await page.goto(`${consoleUrl}settings?tab=messages&part=webhooks`)
  await page.getByRole('link', { name: '投递记录' }).click()
  await page.getByText('order.delivered').first().waitFor()
  await looksGood(page, 'deliveries')
  await page
    .getByRole('button', { name: /^补\s*发$/ })
    .first()
    .click()
  await page.getByText('已重新投递').waitFor()
})

test('the member joins WeCom, is told there of what he buys, and leaves it', { timeout: 120_000 }, async () => {
  const { page } = member
  await page.goto(`${mall}me`)
  await page.getByRole('button', { name: '绑定企业微信' }).click()
  await page.getByRole('link', { name: '非企业成员' }).click()
  await page.getByText('您不是该企业的企业微信成员').waitFor()
  await looksGood(page, 'mall-wecom-refused', PHONE)
  await page.getByRole('link', { name: '回到「我的」' }).click()
  await page.getByRole('button', { name: '绑定企业微信' }).click()
  await page.getByRole('link', { name: '李晓燕' }).click()
  await page.waitForURL(/\/me$/)
  await page.getByText(/^已绑定 Li\*\*\*an/).waitFor()
  await looksGood(page, 'mall-wecom', PHONE)

  await page.goto(`${mall}?q=${encodeURIComponent(GOODS)}`)
  await page
    .getByRole('link', { name: new RegExp(GOODS) })
    .first()
    .click()
  await page.getByRole('link', { name: '立即购买' }).click()
  await page.getByRole('radio', { name: /余额/ }).check()
  await page.getByLabel('手机号或邮箱').fill('member@example.test')
  await page.getByRole('button', { name: /余额支付/ }).click()
  await page.getByRole('heading', { name: '已发货，请查收卡密' }).waitFor()
  const no = /\d{16}/.exec(page.url())?.[0] ?? ''
  await eventually(
    'the card came',
    async () => (await cardsTo('LiXiaoyan')).some(({ title }) => title.includes(no)),
    30_000,
  )
  const [card] = await cardsTo('LiXiaoyan')
  await page.goto((card?.url ?? '').replace('127.0.0.1', 'localhost'))
  await page.getByRole('heading', { name: '已发货，请查收卡密' }).waitFor()

  await page.goto(`${mall}me`)
  await page.locator('#main').getByRole('button', { name: 'English' }).click()
  await page.getByText(/^Joined as Li\*\*\*an/).waitFor()
  await looksGood(page, 'mall-wecom-en', PHONE)
  await page.getByRole('button', { name: 'Leave', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Leave', exact: true }).click()
  await page.getByRole('button', { name: 'Join WeCom' }).waitFor()
})

test('staff read their inbox in English too', { timeout: 60_000 }, async () => {
  const { page } = staff
  // What runs low in the demo shop was announced at its start.
  await page.goto(`${consoleUrl}inbox`)
  await page.getByRole('heading', { name: '站内信' }).waitFor()
  await looksGood(page, 'inbox')
  await page.getByRole('button', { name: '语言' }).click()
  await page.getByRole('menuitem', { name: 'English' }).click()
  await page.getByRole('heading', { name: 'Inbox' }).waitFor()
  await page.goto(`${consoleUrl}settings?tab=messages&part=rules`)
  await page.getByText('Order delivered', { exact: true }).waitFor()
  await looksGood(page, 'rules-en')
  await page.goto(`${consoleUrl}settings?tab=messages&part=texts&event=order.delivered.codes&form=card&locale=en`)
  await page.getByText('Preview with samples').waitFor()
  await looksGood(page, 'text-card-en')
  await page.goto(`${consoleUrl}settings?tab=messages`)
  await page.getByText('WeCom · self-built app').waitFor()
  await looksGood(page, 'channels-en')
  await page.goto(`${consoleUrl}settings?tab=messages&part=texts&form=email&locale=en`)
  await page.getByText('Preview with samples').waitFor()
  await looksGood(page, 'text-en')
})

test('no browser had anything to complain about', () => {
  expect(faults).toEqual([])
})

/** Fits the narrowest phone too; pictures are kept when they are asked for. */
async function looksGood(page: Page, name: string, own: { width: number; height: number } = DESK): Promise<void> {
  await shoot(page, `${name}-${own.width}`)
  for (const size of [SMALL_PHONE, PHONE]) {
    await page.setViewportSize(size)
    expect(await sidewaysPixels(page), `${page.url()} at ${size.width} px`).toBe(0)
    if (size === PHONE && own !== PHONE) await shoot(page, `${name}-${size.width}`)
  }
  await page.setViewportSize(own)
}

async function shoot(page: Page, name: string): Promise<void> {
  if (!SCREENS_WANTED && !name.startsWith('failed')) return
  const png = await page.screenshot({ animations: 'disabled', caret: 'hide', fullPage: true }).catch(() => undefined)
  if (png) await writeFile(join(pictures, `${name}.png`), png)
}

/** What the shop's app wrote to one user of the stand-in's company, newest first. */
async function cardsTo(user: string): Promise<readonly { readonly title: string; readonly url: string }[]> {
  const answer = await fetch(`${started.ready?.standIns?.wecom.inboxUrl}.json?user=${user}`)
  return (await answer.json()) as readonly { readonly title: string; readonly url: string }[]
}

/** The sign-in code that came for the member. */
async function codeFromMessage(): Promise<string> {
  const url = new URL(started.ready?.standIns?.sms.inboxUrl ?? '')
  url.searchParams.set('phone', MEMBER_PHONE)
  let text = ''
  await eventually('the message has come', async () => {
    text = await (await fetch(url)).text()
    return text.includes('<article>')
  })
  return /\b\d{6}\b/.exec(text.replace(/<style[\s\S]*?<\/style>/g, '').replace(/<[^>]*>/g, ' '))?.[0] ?? ''
}
