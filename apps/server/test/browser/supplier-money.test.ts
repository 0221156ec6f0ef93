import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@quanshu/client'
import { createCookieFetch } from '@quanshu/client/node'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest'
import { shopFolder } from '../start/shop-folder.ts'
import { type Started, startProcess } from '../start/start-process.ts'
import { launchChromium } from './chromium.ts'
import { arrive, DESK, type Person, PHONE, sidewaysPixels } from './people.ts'
import { keepScreen } from './screens.ts'

/** Money at a supplier: recorded, seen beside what the supplier says, proved against its statement, claimed back. */

const PASSWORD = 'Quanshu-demo-2026'
const NOBODY_YET = { status: 401, url: /\/api\/(?:console|mall)\/me$/ }
const YESTERDAY = new Date(Date.now() + 8 * 3_600_000 - 86_400_000).toISOString().slice(0, 10)
const STATEMENT = `账户流水导出
商户订单号,平台订单号,商品,订单金额,退款金额,订单状态,下单时间
99999999999999990101,FL20260001,视频会员月卡,18.50,0.00,成功,${YESTERDAY} 10:11:12
`

const faults: string[] = []
let dataDir: string
let started: Started
let consoleUrl: string
let browser: Browser
let owner: Person
let desk: ReturnType<typeof createClient>

beforeAll(async () => {
  dataDir = await shopFolder()
  ;[started, browser] = await Promise.all([
    startProcess({ QUANSHU_DATA: dataDir, QUANSHU_DEV: undefined, QUANSHU_DEMO: undefined, QUANSHU_STAND_INS: 'yes' }),
    launchChromium(),
  ])
  if (!started.ready) throw new Error(`the start failed: ${started.output()}`)
  const address = `http://localhost:${new URL(started.ready.url).port}`
  consoleUrl = `${address}/console/`
  desk = createClient({ baseUrl: address, locale: 'zh-CN', fetch: createCookieFetch() })
  await desk.call('identity.signIn', { body: { email: 'owner@demo.quanshu.test', password: PASSWORD } })
  owner = await arrive(browser, faults, { who: 'owner', device: 'desk', foreseen: [NOBODY_YET] })
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

test('a deposit is recorded, a statement laid beside the books, and what was taken too much claimed', {
  timeout: 120_000,
}, async () => {
  const { page } = owner
  onTestFailed(async () => {
    await page.screenshot({ path: join(tmpdir(), 'quanshu-supplier-money-failed.png') }).catch(() => undefined)
    if (faults.length > 0) console.error(faults.join('\n'))
  })
  const { items } = await desk.call('suppliers.list', { query: {} })
  const supplier = items.find(({ name }) => name.includes('福禄')) ?? items[0]
  const at = `${consoleUrl}suppliers/${supplier?.id}`

  await page.goto(`${at}?tab=money`)
  await page.getByRole('button', { name: '登记款项' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('金额').fill('5000')
  await dialog.getByLabel('流水号').fill('ICBC-20261122-0001')
  await dialog.getByLabel('备注').fill('十一月预存')
  await dialog.getByRole('button', { name: '登记款项' }).click()
  await page.getByText('ICBC-20261122-0001').waitFor()
  await page.getByText('¥5,000.00').first().waitFor()
  await keepScreen(page, 'console-supplier-money')

  // The columns are named once, from the supplier's own file.
  await page.getByRole('tab', { name: '对账' }).click()
  await page.getByRole('button', { name: '对账单列名' }).click()
  const file = { name: '福禄对账单.csv', mimeType: 'text/csv', buffer: Buffer.from(STATEMENT) }
  await page.locator('.ant-modal input[type=file]').setInputFiles(file)
  await dialog.getByText('商户订单号').first().waitFor()
  await keepScreen(page, 'console-statement-columns')
  await dialog.getByRole('button', { name: '记住' }).click()
  await dialog.waitFor({ state: 'detached' })

  await page.goto(`${consoleUrl}reconciliation/supplier-${supplier?.id}/${YESTERDAY}`)
  await page.getByRole('button', { name: '上传对账单' }).click()
  await page.locator('.ant-modal input[type=file]').setInputFiles(file)
  await page.getByRole('link', { name: '长款 · 采购' }).waitFor()
  await keepScreen(page, 'console-supplier-statement')
  await page.getByRole('link', { name: '长款 · 采购' }).click()
  await page.getByText('我方没有这个单号的采购').waitFor()
  await page.getByRole('button', { name: '按差异入账并索赔' }).click()
  await dialog.getByRole('textbox').fill('不是我们下的单')
  await dialog.getByRole('button', { name: '按差异入账并索赔' }).click()
  await page.getByText('已按差异入账').waitFor()

  await page.goto(`${at}?tab=money`)
  await page.getByRole('button', { name: '到账' }).click()
  await dialog.getByLabel('流水号').fill('FL-REFUND-1')
  await dialog.getByRole('button', { name: '到账' }).click()
  await page.getByText('FL-REFUND-1').waitFor()
  const standing = await desk.call('suppliers.standing', { params: { supplierId: supplier?.id ?? 0 } })
  expect(standing).toMatchObject({
    depositsFen: 500_000,
    writtenOffFen: -1_850,
    creditsFen: 1_850,
    claims: { count: 0 },
  })

  await page.goto(`${at}/statements`)
  await page.getByText('没有待处理的差异').waitFor()
  await keepScreen(page, 'console-supplier-statements')
  await page.goto(`${at}?tab=quality`)
  await page.getByText('到货率').first().waitFor()
  await keepScreen(page, 'console-supplier-quality')
  await page.setViewportSize(PHONE)
  for (const tab of ['quality', 'money']) {
    await page.goto(`${at}?tab=${tab}`)
    await page.locator('.page-choice').waitFor()
    expect(await sidewaysPixels(page)).toBe(0)
    await keepScreen(page, `console-supplier-${tab}-phone`)
  }
  expect(faults).toEqual([])
})

const ABROAD = `external_id,type,amount,currency,time
WIRE-1,deposit,1000.00,USD,${YESTERDAY} 10:11:12
STRAY-1,order,5.0101,USD,${YESTERDAY} 10:15:00
`

test('a deposit in dollars is found on a statement in dollars, and the rate is one exchange difference in both currencies', {
  timeout: 120_000,
}, async () => {
  const { page } = owner
  onTestFailed(async () => {
    await page.screenshot({ path: join(tmpdir(), 'quanshu-own-money-failed.png') }).catch(() => undefined)
    if (faults.length > 0) console.error(faults.join('\n'))
  })
  await page.setViewportSize(DESK)
  const account = { baseUrl: 'http://127.0.0.1:9', identity: 'balance', concurrent: 2, perMinute: 60 }
  const secrets = { apiKey: 'k' }
  const { id } = await desk.call(
    'suppliers.create',
    { body: { name: '海外礼品', adapter: 'tremendous', ...account, settings: { rates: 'USD=7.10' }, secrets } },
    { idempotencyKey: crypto.randomUUID() },
  )
  const at = `${consoleUrl}suppliers/${id}`
  const dialog = page.getByRole('dialog')
  await page.goto(`${at}?tab=money`)
  await page.getByRole('button', { name: '登记款项' }).first().click()
  await dialog.getByLabel('金额', { exact: true }).fill('7250')
  await dialog.getByLabel('流水号').fill('WIRE-1')
  await dialog.getByRole('combobox', { name: '币种' }).click()
  await page.getByTitle('USD').click()
  await dialog.getByRole('button', { name: '登记款项' }).click()
  await dialog.getByText('请填写外币金额').waitFor()
  await dialog.getByRole('spinbutton', { name: '供应商收到的外币' }).fill('1000')
  await dialog.getByRole('button', { name: '登记款项' }).click()
  await page.getByText('USD 1,000.00').waitFor()

  await page.goto(`${at}/statements`)
  await page.getByRole('button', { name: '对账单列名' }).click()
  const file = { name: 'statement.csv', mimeType: 'text/csv', buffer: Buffer.from(ABROAD) }
  await page.locator('.ant-modal input[type=file]').setInputFiles(file)
  await dialog.getByText('没有写币种的金额是').waitFor()
  await dialog.getByRole('combobox', { name: '预存' }).fill('deposit')
  await page.keyboard.press('Enter')
  await dialog.getByRole('button', { name: '记住' }).click()
  await dialog.waitFor({ state: 'detached' })

  await page.goto(`${consoleUrl}reconciliation/supplier-${id}/${YESTERDAY}`)
  await page.getByRole('button', { name: '上传对账单' }).click()
  await page.locator('.ant-modal input[type=file]').setInputFiles(file)
  await page.getByText('外币与汇兑差额').waitFor()
  const part = page.locator('.recon-exchange')
  await part.getByText('USD 1,000.00').waitFor()
  for (const amount of ['¥7,100.00', '¥7,250.00', '-¥150.00']) await part.getByText(amount, { exact: true }).waitFor()
  await part.getByText('损失').waitFor()
  await keepScreen(page, 'console-statement-exchange')
  await page.locator(`a[href$="/${YESTERDAY}/lines"]`).click()
  await page.getByText('USD 5.0101').waitFor()
  await page.getByText('× 7.10').first().waitFor()

  await page.setViewportSize(PHONE)
  for (const path of [
    `reconciliation/supplier-${id}/${YESTERDAY}`,
    `reconciliation/supplier-${id}/${YESTERDAY}/lines`,
  ]) {
    await page.goto(`${consoleUrl}${path}`)
    await page.getByText('USD 1,000.00').first().waitFor()
    expect(await sidewaysPixels(page)).toBe(0)
  }
  await page.goto(`${consoleUrl}reconciliation/supplier-${id}/${YESTERDAY}`)
  await part.waitFor()
  await keepScreen(page, 'console-statement-exchange-phone')
  expect(await desk.call('suppliers.standing', { params: { supplierId: id } })).toMatchObject({ exchangeFen: -15_000 })
  expect(faults).toEqual([])
})
