import { createHmac, randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient } from '@quanshu/client'
import { createCookieFetch } from '@quanshu/client/node'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../harness/index.ts'
import { openSupplier } from '../journeys/real-suppliers.ts'
import { shopFolder } from '../start/shop-folder.ts'
import { type Started, startProcess } from '../start/start-process.ts'
import { launchChromium } from './chromium.ts'
import { arrive, DESK, fitsPhones, type Person } from './people.ts'
import { keepScreen } from './screens.ts'

/**
 * Orders at a supplier that fit no purchase, in a real browser: it made two under one of our numbers, and one that nobody here placed. The
 * desk of exceptions says so, the supplier is asked again, and both are written down at once.
 */

const PASSWORD = 'Quanshu-demo-2026'
const NOBODY_YET = { status: 401, url: /\/api\/console\/me$/ }
const PRICE_FEN = 9_000
const REMOTE = 'STRAY1'
const SUPPLIER = '海外礼品'

const supplier = await openSupplier('tremendous', 'card')
const faults: string[] = []
let dataDir: string
let started: Started
let address: string
let browser: Browser
let owner: Person
let staff: Client

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
  address = `http://localhost:${new URL(started.ready.url).port}`
  staff = visitor()
  await staff.call('identity.signIn', { body: { email: 'owner@demo.quanshu.test', password: PASSWORD } })
  owner = await arrive(browser, faults, { who: 'owner', device: 'desk', foreseen: [NOBODY_YET] })
  const { page } = owner
  await page.goto(`${address}/console/`)
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

test('what fits no purchase is told, asked about again and written down', { timeout: 120_000 }, async ({
  onTestFailed,
}) => {
  const { page } = owner
  onTestFailed(async () => {
    await page.screenshot({ path: join(tmpdir(), 'quanshu-strays-failed.png') }).catch(() => undefined)
    if (faults.length > 0) console.error(faults.join('\n'))
  })
  const orderNo = await double()
  await nobodys()
  await strays((all) => all.length === 2 && all.every(({ state }) => state === 'open'))

  await page.goto(`${address}/console/exceptions`)
  await page.getByText('供应商那边有 2 笔对不上的订单，等人核对').waitFor()
  await page.getByRole('link', { name: '去核对' }).click()
  await page.getByRole('heading', { name: '对不上的订单' }).waitFor()
  const row = (what: string) => page.getByRole('row').filter({ hasText: what })
  await row('一单两做').getByText(`${orderNo}0101`, { exact: true }).waitFor()
  await row('一单两做').getByText('已交付', { exact: false }).first().waitFor()
  await row('不是本店下的').getByText('INV-1', { exact: false }).first().waitFor()
  await keepScreen(page, 'console-strays')

  // Asked again it says the same.
  await row('一单两做').getByRole('button', { name: '再查一次' }).click()
  await page.getByText('正在向供应商查询').waitFor()
  await strays((all) => all.every(({ state, dueAt }) => state === 'open' && dueAt === null))

  await page.getByText('正在向供应商查询').waitFor({ state: 'hidden' })
  await fitsPhones(page)
  await page.getByText('一单两做').first().waitFor()
  await keepScreen(page, 'console-strays-phone')
  await page.setViewportSize(DESK)

  // Both at once, and not without a word on what came of them.
  await page.getByRole('row').first().getByRole('checkbox').check()
  await page.locator('.ant-table-wrapper, main').getByRole('button', { name: '记录处理结果' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('2 笔').waitFor()
  await dialog.getByRole('button', { name: '记录处理结果' }).click()
  await dialog.getByText('请写下怎么处理的').waitFor()
  await dialog.getByLabel('处理结果').fill('供应商已退回多出的一笔')
  await dialog.getByRole('button', { name: '记录处理结果' }).click()
  await page.getByText('已记录 2 笔').waitFor()
  await row('一单两做').waitFor({ state: 'hidden' })
  const handled = await strays((all) => all.every(({ state }) => state === 'handled'))
  expect(handled.map(({ handledNote }) => handledNote)).toEqual(Array(2).fill('供应商已退回多出的一笔'))
  await page.goto(`${address}/console/exceptions`)
  await page.getByRole('heading', { name: '异常处理' }).waitFor()
  await expect.poll(() => page.getByText('对不上的订单，等人核对', { exact: false }).count()).toBe(0)

  // Purchases of one supplier, and not of another.
  const { items } = await staff.call('suppliers.list', { query: {} })
  for (const [name, is] of [
    [SUPPLIER, 'visible'],
    [items.find((one) => one.name !== SUPPLIER)?.name, 'detached'],
  ] as const) {
    const id = items.find((one) => one.name === name)?.id
    const answered = page.waitForResponse((one) => one.url().includes('/api/console/purchases') && one.ok())
    await page.goto(`${address}/console/purchases?supplierId=${id}`)
    await answered
    await page.getByText(`${orderNo}0101`).waitFor({ state: is })
  }

  // More strange numbers than anybody can look at: said once, with what to do, until somebody is done with it.
  await flood(items.find(({ name }) => name === SUPPLIER)?.id ?? 0, 203)
  await page.goto(`${address}/console/supplier-strays`)
  const note = page.getByRole('alert').filter({ hasText: `${SUPPLIER}：大量通知对不上本店的单` })
  await note.getByText('另有 3 条签名正确', { exact: false }).waitFor()
  await keepScreen(page, 'console-strays-flood')
  await fitsPhones(page)
  await note.getByText('请更换密钥', { exact: false }).waitFor()
  await page.setViewportSize(DESK)
  await note.getByRole('button', { name: '已处理' }).click()
  await page.getByRole('dialog').getByLabel('处理结果').fill('密钥已更换')
  await page.getByRole('dialog').getByRole('button', { name: '已处理' }).click()
  await note.waitFor({ state: 'hidden' })
  expect(faults).toEqual([])
})

const visitor = () => createClient({ baseUrl: address, locale: 'zh-CN', fetch: createCookieFetch() })

type Stray = Awaited<ReturnType<typeof listed>>[number]
const listed = async () => (await staff.call('suppliers.listStrays', { query: {} })).items

/** The steps between two questions take no time here: whoever is to be asked about later is asked about now. */
async function strays(are: (all: readonly Stray[]) => boolean): Promise<readonly Stray[]> {
  let all: readonly Stray[] = []
  await eventually('the strays are as they should be', async () => {
    all = await listed()
    if (are(all)) return true
    const ids = all.filter(({ state }) => state === 'asking').map(({ id }) => id)
    if (ids.length > 0) await staff.call('suppliers.askStrays', { body: { ids } })
    return false
  })
  return all
}

/** Codes are bought at the supplier for a paid order, and it makes two orders of that purchase. @returns the order’s number */
async function double(): Promise<number> {
  supplier.sellCards(REMOTE, '1')
  const { offer } = await supplier.join({ staff, base: address }, SUPPLIER)
  const { skus } = await staff.call('catalog.createGoods', {
    body: { title: '海外礼品卡', shelf: 'on', skus: [{ title: '5 美元', kind: 'card', priceFen: PRICE_FEN }] },
  })
  const skuId = skus[0]?.id ?? 0
  await staff.call('suppliers.saveSkuSupply', {
    params: { skuId },
    body: {
      ...{ policy: 'cheapest', source: 'supplier_first', leastMarginFen: 0 },
      offers: [{ ...offer(REMOTE), fieldMap: {} }],
    },
  })
  const buyer = visitor()
  const { no } = await buyer.call(
    'orders.place',
    {
      body: {
        lines: [{ skuId, quantity: 1, unitPriceFen: PRICE_FEN }],
        ...{ contact: 'lan@example.com', queryPassword: 'harvest-moon', payWith: 'sim-pay' },
      },
    },
    { idempotencyKey: randomUUID() },
  )
  supplier.control.addFault({ kind: 'order.twice', key: `${no}0101`, times: 1 })
  const { payment } = await buyer.call('orders.pay', { params: { no }, body: { payWith: 'sim-pay' } })
  const url = payment?.cashier?.way === 'redirect' ? payment.cashier.url : ''
  await fetch(`${url}/pay`, { method: 'POST', redirect: 'manual' })
  await strays((all) => all.some(({ state }) => state === 'open'))
  return no
}

/** The supplier, or whoever has its key, names orders that never were. */
async function flood(supplierId: number, times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    const body = JSON.stringify({
      event: 'REWARDS.DELIVERY.SUCCEEDED',
      payload: { resource: { id: `MADEUP${n}`, type: 'rewards' } },
    })
    const signature = createHmac('sha256', supplier.secrets.webhookKey ?? '')
      .update(body)
      .digest('hex')
    const headers = { 'content-type': 'application/json', 'tremendous-webhook-signature': `sha256=${signature}` }
    await fetch(`${address}/api/supply/${supplierId}/notify`, { method: 'POST', headers, body })
  }
}

/** Somebody buys with the same account by another system; the supplier tells everybody who listens to that account. */
async function nobodys(): Promise<void> {
  const placed = await fetch(`${supplier.url}/api/v2/orders`, {
    method: 'POST',
    headers: { authorization: `Bearer ${supplier.secrets.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      external_id: 'INV-1',
      payment: { funding_source_id: 'balance' },
      reward: { value: { denomination: 5, currency_code: 'USD' }, delivery: { method: 'LINK' }, products: [REMOTE] },
    }),
  })
  expect(placed.status).toBe(200)
}
