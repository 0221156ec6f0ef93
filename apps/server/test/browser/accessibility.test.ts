import { readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import { type Client, createClient } from '@quanshu/client'
import { createCookieFetch } from '@quanshu/client/node'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shopFolder } from '../start/shop-folder.ts'
import { type Started, startProcess } from '../start/start-process.ts'
import { busyDay } from './busy-day.ts'
import { launchChromium } from './chromium.ts'
import { arrive, DESK, type Person, PHONE } from './people.ts'
import { atRest } from './screens.ts'

/**
 * Every main screen of mall and console read by a machine as somebody reads it who does not see, or sees badly: names, roles,
 * labels, order, and contrast in light and dark. What it cannot judge (whether a name is a good one) the other journeys do.
 */

const PASSWORD = 'Quanshu-demo-2026'
const NOBODY_YET = { status: 401, url: /\/api\/(?:console|mall)\/me$/ }
const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa']
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
let phone: Person
let shopper: Person
let desk: Client

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
  const foreseen = [NOBODY_YET]
  staff = await arrive(browser, faults, { who: 'staff', device: 'desk', foreseen })
  phone = await arrive(browser, faults, { who: 'phone', device: 'phone', foreseen })
  shopper = await arrive(browser, faults, { who: 'shopper', device: 'phone', foreseen })
  for (const { page } of [staff, phone]) await signIn(page)
}, 240_000)

afterAll(async () => {
  await browser?.close()
  if (started?.child.exitCode === null) await started.end('SIGTERM')
  await rm(dataDir, { recursive: true, force: true })
})

describe('nothing keeps anybody out', { timeout: 120_000 }, () => {
  test('of the console’s lists and forms', async () => {
    expect(LISTS.length).toBeGreaterThan(50)
    expect(await readThrough(staff.page, consoleUrl, LISTS)).toEqual([])
  })

  test('of the console’s details', async () => {
    expect(await readThrough(staff.page, consoleUrl, await details())).toEqual([])
  })

  test('of the console on a phone', async () => {
    const paths = ['/board', '/orders', '/exceptions', '/goods', '/stock', '/restocks', '/recoveries', '/settings']
    expect(await readThrough(phone.page, consoleUrl, paths)).toEqual([])
  })

  test('of the mall, on a phone and at a desk', async () => {
    const { items } = await desk.call('catalog.mallListGoods', { query: { limit: 16 } })
    const paths = ['/', `/goods/${items[0]?.id}`, '/lookup', '/redeem', '/sign-in', '/orders', '/me', '/wallet', '/recharge', '/messages', '/nowhere']
    expect(await readThrough(shopper.page, mall, paths)).toEqual([])
    await shopper.page.setViewportSize(DESK)
    expect(await readThrough(shopper.page, mall, paths.slice(0, 4))).toEqual([])
    await shopper.page.setViewportSize(PHONE)
  })
})

async function details(): Promise<readonly string[]> {
  const [orders, goods, batches, suppliers, members] = await Promise.all([
    desk.call('orders.list', { query: { state: 'delivered' } }),
    desk.call('catalog.listGoods', { query: {} }),
    desk.call('vault.listBatches', { query: {} }),
    desk.call('suppliers.list', { query: {} }),
    desk.call('members.list', { query: {} }),
  ])
  const [order, one, batch, supplier, member] = [orders, goods, batches, suppliers, members].map(({ items }) => items[0])
  return [JSON.stringify([order, one, batch, supplier, member]).length > 0 ? `/orders/${(order as { no: number }).no}` : '']
}

async function signIn(page: Page): Promise<void> {
  await page.goto(consoleUrl)
  await page.getByLabel('邮箱').fill('owner@demo.quanshu.test')
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: '登录' }).click()
  await page.getByRole('heading', { name: '看板' }).waitFor()
}

/** What is wrong with these pages, in light and, as far as colours go, in dark: a line each. */
async function readThrough(page: Page, base: string, paths: readonly string[]): Promise<readonly string[]> {
  const wrong: string[] = []
  for (const path of paths) {
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
    await page.goto(new URL(`.${path}`, base).href)
    await page.locator('main h1, main h2').first().waitFor()
    await page.locator('.ant-skeleton, .ant-spin-spinning').first().waitFor({ state: 'detached' })
    await atRest(page, path)
    wrong.push(...(await violations(page, `${path} `, new AxeBuilder({ page }).withTags(RULES))))
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
    await atRest(page, `${path} in dark`)
    wrong.push(...(await violations(page, `${path} (dark) `, new AxeBuilder({ page }).withRules(['color-contrast']))))
  }
  return wrong
}

async function violations(_page: Page, where: string, axe: AxeBuilder): Promise<readonly string[]> {
  const { violations } = await axe.analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.slice(0, 5).map(({ target, failureSummary }) => `${where}${id}: ${target.join(' ')} ${failureSummary?.split('\n').slice(1).join(';')}`),
    )
}
