import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import { type Client, createClient } from '@quanshu/client'
import { createCookieFetch } from '@quanshu/client/node'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../harness/index.ts'
import { shopFolder } from '../start/shop-folder.ts'
import { type Started, startProcess } from '../start/start-process.ts'
import { busyDay } from './busy-day.ts'
import { type BusyDesk, busyDesk } from './busy-desk.ts'
import { launchChromium } from './chromium.ts'
import { arrive, clipboard, DESK, dialogsGone, type Person, PHONE, pick } from './people.ts'
import { atRest } from './screens.ts'

/**
 * Every main screen of mall and console, and what opens over them, read by a machine as somebody reads it who does not see, or sees
 * badly: names, roles, labels, order, and contrast in light and dark. Somebody without a pointer buys and works at the desk. What a
 * machine cannot judge (whether a name is a good one) the other journeys do.
 */

const PASSWORD = 'Quanshu-demo-2026'
const NOBODY_YET = { status: 401, url: /\/api\/(?:console|mall)\/me$/ }
/** A guest has no purse and no messages. */
const SIGN_IN_FIRST = { status: 401, url: /\/api\/mall\// }
const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa']
const MEMBER_PHONE = '13800000000'
/** More presses than any page here has stops. */
const TABS_MAX = 150
const SCREENS = fileURLToPath(new URL('../../../console/src/app/screens/', import.meta.url))

/** Each path of the console that needs nothing to be shown, as its own table of screens has them. */
const LISTS = readdirSync(SCREENS)
  .filter((name) => name.endsWith('.tsx'))
  .flatMap((name) => [...readFileSync(`${SCREENS}${name}`, 'utf8').matchAll(/^ {6}path: '(\/[^':]*)',$/gm)])
  .map(([, path = '']) => path)
  // What a supplier's own people see.
  .filter((path) => !path.startsWith('/workspace/'))

const faults: string[] = []
let dataDir: string
let started: Started
let browser: Browser
let consoleUrl: string
let mall: string
let staff: Person
let colleague: Person
let phone: Person
let night: Person
let shopper: Person
let typist: Person
let desk: Client
let work: BusyDesk

beforeAll(async () => {
  dataDir = await shopFolder()
  ;[started, browser] = await Promise.all([
    startProcess({
      QUANSHU_DATA: dataDir,
      QUANSHU_DEV: undefined,
      QUANSHU_DEMO: undefined,
      QUANSHU_STAND_INS: 'yes',
      QUANSHU_RATE_LIMIT_FACTOR: '100',
    }),
    launchChromium(),
  ])
  if (!started.ready) throw new Error(`the start failed: ${started.output()}`)
  const address = `http://localhost:${new URL(started.ready.url).port}`
  mall = new URL('/', address).href
  consoleUrl = new URL('/console/', address).href
  desk = createClient({ baseUrl: address, locale: 'zh-CN', fetch: createCookieFetch() })
  await desk.call('identity.signIn', { body: { email: 'owner@demo.quanshu.test', password: PASSWORD } })
  await busyDay(mall)
  work = await busyDesk(address)
  const foreseen = [NOBODY_YET, SIGN_IN_FIRST]
  staff = await arrive(browser, faults, { who: 'staff', device: 'desk', foreseen })
  colleague = await arrive(browser, faults, { who: 'colleague', device: 'desk', foreseen })
  phone = await arrive(browser, faults, { who: 'phone', device: 'phone', foreseen })
  night = await arrive(browser, faults, { who: 'night', device: 'desk', dark: true, foreseen })
  shopper = await arrive(browser, faults, { who: 'shopper', device: 'phone', foreseen })
  typist = await arrive(browser, faults, { who: 'typist', device: 'desk', foreseen })
  await signIn(staff)
  // One signed in for all: each has a context of their own, and a session is a cookie.
  const cookies = await staff.context.cookies()
  for (const { context } of [colleague, phone, night, typist]) await context.addCookies(cookies)
}, 600_000)

afterAll(async () => {
  await browser?.close()
  if (started?.child.exitCode === null) await started.end('SIGTERM')
  await rm(dataDir, { recursive: true, force: true })
})

beforeEach(({ onTestFailed }) => {
  onTestFailed(async () => {
    for (const [name, person] of Object.entries({ staff, night, shopper, typist })) {
      const path = join(tmpdir(), `quanshu-accessibility-failed-${name}.png`)
      await person?.page.screenshot({ path }).catch(() => undefined)
    }
  })
})

/** One page reads every other screen, so that both cores have something to do. */
describe('nothing keeps anybody out', { timeout: 900_000 }, () => {
  test('of the console’s lists and forms', async () => {
    expect(LISTS.length).toBeGreaterThan(50)
    const halves = [staff, colleague].map(({ page }, turn) =>
      read(
        page,
        consoleUrl,
        LISTS.filter((_, index) => index % 2 === turn),
      ),
    )
    expect((await Promise.all(halves)).flat()).toEqual([])
  })

  test('of the console’s details, and of it on a phone and in the dark', async () => {
    const [onPhone, inDark] = await Promise.all([
      read(phone.page, consoleUrl, ['/board', '/orders', '/exceptions', '/goods', '/restocks', '/settings']),
      read(night.page, consoleUrl, [
        ...(await details()),
        '/board',
        '/orders',
        '/exceptions',
        '/reports',
        '/ledger',
        '/warehouses',
        '/settings',
        '/setup',
      ]),
    ])
    expect([...onPhone, ...inDark]).toEqual([])
  })

  test('of the mall, by day and at night, on a phone and at a desk', async () => {
    const [goods] = (await desk.call('catalog.listGoods', { query: {} })).items
    const paths = [
      '/',
      `/goods/${goods?.id}`,
      '/lookup',
      '/redeem',
      '/sign-in',
      '/orders',
      '/me',
      '/me/wecom',
      '/wallet',
      '/recharge',
      '/messages',
      '/nowhere',
    ]
    await turn(shopper.page, 'phone')
    expect(await read(shopper.page, mall, paths)).toEqual([])
    await turn(shopper.page, 'desk')
    expect(await read(shopper.page, mall, paths)).toEqual([])
  })

  test('of the console’s dialogs: they have the focus, are read in light or dark, and Escape closes them', async () => {
    const asked = await dialogs()
    const halves = [staff, night].map(({ page }, turn) =>
      readDialogs(
        page,
        asked.filter((_, index) => index % 2 === turn),
      ),
    )
    expect((await Promise.all(halves)).flat()).toEqual([])
  })

  test('of a member’s mall: checkout, payment, codes, rights, wallet and settings', async () => {
    const { page } = shopper
    await enterMall(page)
    const [unpaid, paid] = [await place(page, 'sim-pay'), await place(page, 'balance')]
    const paths = [
      unpaid.checkout,
      `/pay/${unpaid.no}`,
      `/orders/${paid.no}`,
      '/orders',
      '/me/rights',
      '/wallet',
      '/recharge',
      '/messages',
      '/me',
    ]
    await turn(page, 'phone')
    expect(await read(page, mall, paths)).toEqual([])
    await turn(page, 'desk')
    expect(await read(page, mall, paths)).toEqual([])
  })

  test('without a pointer: goods are found, bought, paid and copied', async () => {
    const { page } = typist
    await page.goto(mall)
    await page.locator('article, li').getByRole('link').first().waitFor()
    await press(page, page.getByRole('link', { name: '星幕视频 会员卡' }))
    await page.getByRole('heading', { level: 1, name: '星幕视频 会员卡' }).waitFor()
    await press(page, page.getByRole('link', { name: '立即购买' }))
    await tabTo(page, page.getByLabel('手机号或邮箱'))
    await page.keyboard.type('songzhi@example.com')
    await tabTo(page, page.getByLabel('查询密码'))
    await page.keyboard.type('harvest-moon')
    await press(page, page.getByRole('button', { name: '提交订单' }))
    await press(page, page.getByRole('button', { name: /^去付款/ }))
    await press(page, page.getByRole('button', { name: /^确认支付/ }))
    await press(page, page.getByRole('link', { name: '返回商家' }))
    await page.getByRole('heading', { name: '已发货，请查收卡密' }).waitFor()
    await press(page, page.getByRole('article').getByRole('button', { name: /复制/ }).first())
    await expect.poll(() => clipboard(page)).toMatch(/\S{8,}/)
  })

  test('without a pointer: a stuck line is ended at the desk', async () => {
    const { page } = typist
    await page.goto(`${consoleUrl}exceptions?q=${work.stuckNo}`)
    const row = page.getByRole('row').filter({ hasText: String(work.stuckNo) })
    await press(page, row.getByRole('button', { name: '更多' }))
    const entry = page.getByRole('menuitem', { name: '标记已交付' })
    await entry.waitFor()
    await tabTo(page, entry, 'ArrowDown')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    await tabTo(page, dialog.getByLabel('凭据'))
    await page.keyboard.type('供应商客服确认到账，流水 20261122001')
    await press(page, dialog.getByRole('button', { name: '标记已交付' }))
    await page.getByText('1 行全部处理完成').waitFor()
    await row.waitFor({ state: 'hidden' })
  })

  test('and no page complained', () => {
    expect(faults).toEqual([])
  })
})

/** One of each that the demo shop has. */
async function details(): Promise<readonly [order: string, batch: string, goods: string, supplier: string]> {
  const [orders, goods, batches, suppliers] = await Promise.all([
    desk.call('orders.list', { query: { state: 'delivered' } }),
    desk.call('catalog.listGoods', { query: {} }),
    desk.call('vault.listBatches', { query: {} }),
    desk.call('suppliers.list', { query: {} }),
  ])
  const sold = orders.items.find(({ totalFen }) => totalFen > 0)
  const found = [
    `/orders/${sold?.no}`,
    `/batches/${batches.items[0]?.id}`,
    `/goods/${goods.items[0]?.id}`,
    `/suppliers/${suppliers.items[0]?.id}`,
  ] as const
  expect(found.filter((path) => path.endsWith('undefined'))).toEqual([])
  return found
}

async function signIn({ page }: Person): Promise<void> {
  await page.goto(consoleUrl)
  await page.getByLabel('邮箱').fill('owner@demo.quanshu.test')
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByRole('heading', { name: '看板' }).waitFor()
}

type Asked = { readonly path: string; readonly open: (page: Page) => Promise<void> }

/** What opens over the console's pages: to undo, to hand out, to agree, to ask in, to set. */
async function dialogs(): Promise<readonly Asked[]> {
  const [order, batch] = await details()
  const asked = (path: string, button: string | RegExp): Asked => ({
    path,
    open: (page) => page.getByRole('button', { name: button }).first().click(),
  })
  const fromMenu = (path: string, entry: string): Asked => ({
    path,
    open: (page) => pick(page, page.locator('tbody').getByRole('button', { name: '更多' }).first(), entry),
  })
  const stuck = `/exceptions?q=${work.stuckNo}`
  return [
    asked(order, '退款'),
    asked(order, '换一个'),
    fromMenu(stuck, '标记已交付'),
    fromMenu(stuck, '换货源'),
    asked(stuck, '经过'),
    asked(batch, '召回'),
    asked('/warehouses/stock', '调拨'),
    asked('/warehouses', '新建渠道仓'),
    asked(`/redeem/${work.redeemBatchId}`, '导出码与链接'),
    asked(`/redeem/${work.redeemedBatchId}?tab=uses`, '收回'),
    asked(`/suppliers/${work.supplierId}?tab=money`, '同意'),
    asked(`/suppliers/${work.supplierId}?tab=money`, '登记款项'),
    asked(`/suppliers/${work.byHandId}/workspace`, '邀请人员'),
    asked(`/suppliers/${work.byHandId}/papers`, '添加文件'),
    asked('/complaints/rules', '修改'),
    asked('/categories', '新增分类'),
    asked('/staff', '添加员工'),
  ]
}

/** What is wrong with what opens, a line each: with its words, its focus, or its end. */
async function readDialogs(page: Page, asked: readonly Asked[]): Promise<readonly string[]> {
  const wrong: string[] = []
  for (const { path, open } of asked) {
    await show(page, consoleUrl, path)
    await open(page)
    const dialog = page.getByRole('dialog').filter({ visible: true })
    await dialog.waitFor()
    await atRest(page, path)
    const what = `${path} ${(await dialog.getAttribute('aria-labelledby')) ? '' : 'unnamed '}dialog`
    const inside = () => page.evaluate<boolean>("document.activeElement?.closest('.ant-modal, .ant-drawer') !== null")
    await expect.poll(inside, { message: `${what} has the focus` }).toBe(true)
    wrong.push(...(await faultsOf(page, what, (axe) => axe.include('.ant-modal, .ant-drawer'))))
    await page.keyboard.press('Escape')
    await dialogsGone(page)
  }
  return wrong
}

/** Signs in with a code that comes by text message. */
async function enterMall(page: Page): Promise<void> {
  await page.goto(`${mall}sign-in`)
  await page.getByLabel('手机号', { exact: true }).fill(MEMBER_PHONE)
  await page.getByRole('button', { name: '获取验证码' }).click()
  let code: string | undefined
  await eventually('a code by text message', async () => {
    const inbox = await fetch(`${started.ready?.standIns?.sms.inboxUrl}.json?phone=${MEMBER_PHONE}`)
    const messages = (await inbox.json()) as readonly { readonly params: { readonly code?: string } }[]
    code = messages.find(({ params }) => params.code !== undefined)?.params.code
    return code !== undefined
  })
  await page.getByLabel('验证码', { exact: true }).fill(code ?? '')
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.waitForURL((url) => !url.pathname.endsWith('/sign-in'))
}

/** An order of this visitor, for one of the first goods. */
async function place(page: Page, payWith: string): Promise<{ readonly no: number; readonly checkout: string }> {
  const [goods] = (await desk.call('catalog.mallListGoods', { query: { limit: 1 } })).items
  const { skus } = await desk.call('catalog.mallGetGoods', { params: { id: goods?.id ?? 0 } })
  const [sku] = skus
  const placed = await page.request.post(`${mall}api/mall/orders`, {
    headers: { 'x-quanshu-client': 'test', 'idempotency-key': randomUUID() },
    data: {
      lines: [{ skuId: sku?.id, quantity: 1, unitPriceFen: sku?.priceFen }],
      contact: MEMBER_PHONE,
      queryPassword: 'harvest-moon',
      payWith,
    },
  })
  expect(placed.ok(), await placed.text()).toBe(true)
  const { no } = (await placed.json()) as { readonly no: number }
  return { no, checkout: `/checkout?items=${goods?.id}-${sku?.id}-1` }
}

/** A phone by day, or a desk at night. */
async function turn(page: Page, to: 'phone' | 'desk'): Promise<void> {
  await page.emulateMedia({ colorScheme: to === 'phone' ? 'light' : 'dark' })
  await page.setViewportSize(to === 'phone' ? PHONE : DESK)
}

/** Goes on with Tab, or arrows inside a menu, until this has the focus. */
async function tabTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  await target.first().waitFor()
  for (let presses = 0; presses < TABS_MAX; presses += 1) {
    if (await target.first().evaluate((element) => element.matches(':focus, :focus-within'))) return
    await page.keyboard.press(key)
  }
  throw new Error(`${TABS_MAX} × ${key} do not lead to ${target}`)
}

async function press(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target)
  await page.keyboard.press('Enter')
}

/** What is wrong with these pages, a line each. The menu beside them is the same everywhere and read with the first. */
async function read(page: Page, base: string, paths: readonly string[]): Promise<readonly string[]> {
  const wrong: string[] = []
  for (const [index, path] of paths.entries()) {
    await show(page, base, path)
    wrong.push(...(await faultsOf(page, path, (axe) => (index > 0 ? axe.exclude('aside') : axe))))
  }
  return wrong
}

/** Turns to a page as a link inside of it would: loading everything anew takes most of the time, and is read with the first. */
async function show(page: Page, base: string, path: string): Promise<void> {
  const url = new URL(`.${path}`, base).href
  if (page.url() === url) return
  // Of another one of its kind a page may keep what it has drawn.
  const kind = (address: string) => new URL(address).pathname.replace(/\/\d+$/, '')
  if (page.url().startsWith(base) && kind(page.url()) !== kind(url)) {
    await page.evaluate<void>(`
      for (const heading of document.querySelectorAll('h1, h2')) heading.dataset.before = 'yes'
      history.pushState(null, '', ${JSON.stringify(url)})
      dispatchEvent(new PopStateEvent('popstate', { state: null }))
    `)
    await page.locator('h1:not([data-before]), h2:not([data-before])').first().waitFor()
  } else {
    await page.goto(url)
    await page.locator('h1, h2').first().waitFor()
  }
  await expect.poll(() => page.locator('.ant-skeleton, .ant-spin-spinning').count()).toBe(0)
  await atRest(page, path)
}

async function faultsOf(page: Page, what: string, narrow: (axe: AxeBuilder) => AxeBuilder): Promise<readonly string[]> {
  // Without frames to look into, one page does all; else every reading opens another one for its end.
  const axe = narrow(new AxeBuilder({ page }).withTags(RULES).setLegacyMode(true))
  const { violations } = await axe.analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(
        ({ target, failureSummary = '' }) =>
          `${what} ${id}: ${target.join(' ')} – ${failureSummary.split('\n').slice(1).join(';')}`,
      ),
    )
}
