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
import { arrive, DESK, type Person } from './people.ts'
import { atRest } from './screens.ts'

/**
 * Every main screen of mall and console read by a machine as somebody reads it who does not see, or sees badly: names, roles,
 * labels, order, and contrast in light and dark. What it cannot judge (whether a name is a good one) the other journeys do.
 */

const PASSWORD = 'Quanshu-demo-2026'
const NOBODY_YET = { status: 401, url: /\/api\/(?:console|mall)\/me$/ }
/** A guest has no purse and no messages. */
const SIGN_IN_FIRST = { status: 401, url: /\/api\/mall\// }
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
let colleague: Person
let phone: Person
let night: Person
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
  const foreseen = [NOBODY_YET, SIGN_IN_FIRST]
  staff = await arrive(browser, faults, { who: 'staff', device: 'desk', foreseen })
  colleague = await arrive(browser, faults, { who: 'colleague', device: 'desk', foreseen })
  phone = await arrive(browser, faults, { who: 'phone', device: 'phone', foreseen })
  night = await arrive(browser, faults, { who: 'night', device: 'desk', dark: true, foreseen })
  shopper = await arrive(browser, faults, { who: 'shopper', device: 'phone', foreseen })
  for (const person of [staff, colleague, phone, night]) await signIn(person)
}, 240_000)

afterAll(async () => {
  await browser?.close()
  if (started?.child.exitCode === null) await started.end('SIGTERM')
  await rm(dataDir, { recursive: true, force: true })
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
    expect(await read(shopper.page, mall, paths)).toEqual([])
    await shopper.page.emulateMedia({ colorScheme: 'dark' })
    await shopper.page.setViewportSize(DESK)
    expect(await read(shopper.page, mall, paths)).toEqual([])
  })

  test('and no page complained', () => {
    expect(faults).toEqual([])
  })
})

/** One of each that the demo shop has. */
async function details(): Promise<readonly string[]> {
  const [orders, goods, batches, suppliers] = await Promise.all([
    desk.call('orders.list', { query: { state: 'delivered' } }),
    desk.call('catalog.listGoods', { query: {} }),
    desk.call('vault.listBatches', { query: {} }),
    desk.call('suppliers.list', { query: {} }),
  ])
  const found = [
    `/orders/${orders.items[0]?.no}`,
    `/goods/${goods.items[0]?.id}`,
    `/batches/${batches.items[0]?.id}`,
    `/suppliers/${suppliers.items[0]?.id}`,
  ]
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

/** What is wrong with these pages, a line each. The menu beside them is the same everywhere and read with the first. */
async function read(page: Page, base: string, paths: readonly string[]): Promise<readonly string[]> {
  const wrong: string[] = []
  for (const [index, path] of paths.entries()) {
    await page.goto(new URL(`.${path}`, base).href)
    await page.locator('h1, h2').first().waitFor()
    await expect.poll(() => page.locator('.ant-skeleton, .ant-spin-spinning').count()).toBe(0)
    await atRest(page, path)
    const axe = new AxeBuilder({ page }).withTags(RULES)
    const { violations } = await (index > 0 ? axe.exclude('aside') : axe).analyze()
    for (const { id, impact, nodes } of violations) {
      if (impact !== 'serious' && impact !== 'critical') continue
      for (const { target, failureSummary = '' } of nodes) {
        wrong.push(`${path} ${id}: ${target.join(' ')} – ${failureSummary.split('\n').slice(1).join(';')}`)
      }
    }
  }
  return wrong
}
