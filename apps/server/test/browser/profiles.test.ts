import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@quanshu/client'
import { createCookieFetch } from '@quanshu/client/node'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { shopFolder } from '../start/shop-folder.ts'
import { type Started, startProcess } from '../start/start-process.ts'
import { launchChromium } from './chromium.ts'
import { arrive, type Person, PHONE, sidewaysPixels } from './people.ts'
import { keepScreen } from './screens.ts'

/**
 * The owner copies a profile, changes it, dry-runs it and keeps it; joins a supplier by it; lets a price follow the cost, sees it
 * follow, and confirms a jump on a phone; and lets the price of codes follow what is sold.
 */

const PASSWORD = 'Quanshu-demo-2026'
const NOBODY_YET = { status: 401, url: /\/api\/(?:console|mall)\/me$/ }
const GOODS = '星河视频 跟价'

const faults: string[] = []
let dataDir: string
let started: Started
let consoleUrl: string
let browser: Browser
let owner: Person
let desk: ReturnType<typeof createClient>
let broken = false

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

beforeEach(({ skip, onTestFailed }) => {
  if (broken) skip('a step before failed')
  onTestFailed(async () => {
    broken = true
    await owner?.page.screenshot({ path: join(tmpdir(), 'quanshu-profiles-failed.png') }).catch(() => undefined)
    if (faults.length > 0) console.error(faults.join('\n'))
  })
})

const joined = { supplierId: 0, skuId: 0 }
const cost = (hao: number) =>
  desk.call('suppliers.enterProduct', {
    params: { supplierId: joined.supplierId },
    body: {
      remoteId: 'XH-1',
      name: '星河视频月卡',
      kind: 'direct',
      costHao: hao,
      fields: [{ key: 'account', labelZh: '账号', type: 'text' }],
    },
  })

const BY_DEMAND = {
  markupBp: 0,
  markupFen: 0,
  baseFen: 2_000,
  floorFen: 1_800,
  leastMarginFen: 0,
  rounding: 'none',
  jumpBp: 2_000,
} as const

/** Codes of which somebody has just bought twelve. */
async function soldTwelve() {
  const goods = await desk.call('catalog.createGoods', {
    body: { title: '星河视频 热播', shelf: 'on', skus: [{ title: '周卡', priceFen: 2_000 }] },
  })
  const skuId = goods.skus[0]?.id ?? 0
  const batch = await desk.call('vault.createImport', { body: { skuId, fileName: 'cards.txt' } })
  const codes = Array.from({ length: 30 }, () => randomUUID()).join('\n')
  await desk.upload('vault.uploadImport', { params: { batchId: batch.id } }, codes, { fileName: 'cards.txt' })
  const buyer = createClient({
    baseUrl: consoleUrl.replace(/\/console\/$/, ''),
    locale: 'zh-CN',
    fetch: createCookieFetch(),
  })
  const order = await buyer.call(
    'orders.place',
    {
      body: {
        lines: [{ skuId, quantity: 12, unitPriceFen: 2_000 }],
        contact: '13916802748',
        queryPassword: randomUUID(),
        payWith: 'sim-pay',
      },
    },
    { idempotencyKey: randomUUID() },
  )
  const { payment } = await buyer.call('orders.pay', { params: { no: order.no }, body: { payWith: 'sim-pay' } })
  const url = payment?.cashier?.way === 'redirect' ? payment.cashier.url : ''
  await fetch(`${url}/pay`, { method: 'POST', redirect: 'manual' })
  return { skuId, mallGoods: () => buyer.call('catalog.mallGetGoods', { params: { id: goods.id } }) }
}

describe('a profile and a price', { timeout: 60_000 }, () => {
  test('a shipped profile is copied, its mistakes named, tried and kept', async () => {
    const { page } = owner
    await page.goto(`${consoleUrl}supplier-profiles`)
    await page.getByText('还没有自己的模板').waitFor()
    await page.getByRole('button', { name: '新建模板' }).first().click()
    await page.getByRole('button', { name: '复制这份 卡速售 2.0' }).click()
    const editor = page.getByRole('textbox', { name: '模板内容' })
    await page.getByText('检查通过').waitFor()
    const { items } = await desk.call('suppliers.shippedProfiles', {})
    const source = (items.find(({ key }) => key === 'kasushou')?.source ?? '')
      .replace('"id": "kasushou"', '"id": "blue-sea"')
      .replace('"nameZh": "卡速售 2.0"', '"nameZh": "蓝海卡券"')
    const write = async (text: string) => {
      await editor.click()
      await page.keyboard.press('Control+A')
      await page.keyboard.insertText(text)
    }
    await write(source.replace('"from": "no"', '"from": "nr"'))
    await page.getByRole('alert').getByText('place.fields').first().click()
    expect(await page.getByRole('button', { name: '保存模板' }).isDisabled()).toBe(true)
    await keepScreen(page, 'console-profile-faults')
    await write(source)
    await page.getByText('检查通过').waitFor()
    await page.getByLabel('UserId').fill('10001')
    await page.getByLabel('apikey').fill('sample-secret')
    await page.getByRole('button', { name: '试运行' }).click()
    await page.getByText('******').first().waitFor()
    expect(await page.locator('.profile-pre').allInnerTexts()).not.toContain('sample-secret')
    await page.getByRole('button', { name: '读对方的回答' }).click()
    await page.getByLabel('粘贴回答内容').fill('{"code":400,"msg":"库存不足"}')
    await page.getByRole('button', { name: '试运行' }).click()
    await page.getByText('读作: 明确拒绝，可换货源').waitFor()
    await keepScreen(page, 'console-profile')
    await page.getByRole('button', { name: '保存模板' }).click()
    await page.getByRole('heading', { name: '蓝海卡券' }).waitFor()
    await page.getByText('第 1 版').first().waitFor()
  })

  test('a supplier is joined by it, and a newer version is saved beside the one that it uses', async () => {
    const { page } = owner
    const { items } = await desk.call('suppliers.listProfiles', { query: {} })
    const [profile] = items
    const supplier = await desk.call(
      'suppliers.create',
      {
        body: {
          name: '蓝海',
          adapter: `profile:${profile?.id}`,
          baseUrl: 'http://127.0.0.1:9',
          identity: '10001',
          secrets: { key: 'k' },
          concurrent: 1,
          perMinute: 1,
        },
      },
      { idempotencyKey: randomUUID() },
    )
    joined.supplierId = supplier.id
    await page.goto(`${consoleUrl}supplier-profiles/${profile?.id}`)
    await page.getByText('检查通过').waitFor()
    await page.getByRole('textbox', { name: '模板内容' }).click()
    await page.keyboard.press('Control+F')
    await page.getByRole('textbox', { name: '查找' }).waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+A')
    const { source } = await desk.call('suppliers.readProfile', { params: { profileId: profile?.id ?? 0 } })
    await page.keyboard.insertText(source.replace('"perMinute": 17', '"perMinute": 60'))
    await page.getByLabel('改了什么').fill('限速放宽到每分钟 60 次')
    await page.getByRole('button', { name: '保存为第 2 版' }).click()
    await page.getByRole('button', { name: '保存为第 3 版' }).waitFor()
    await page.getByRole('tab', { name: '版本' }).click()
    await page.getByText('限速放宽到每分钟 60 次').waitFor()
    await page.getByRole('button', { name: '与上一版比较' }).click()
    await page.locator('.profile-diff .cm-deletedChunk, .profile-diff .cm-changedLine').first().waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('tab', { name: '使用者 1' }).click()
    await page.getByRole('button', { name: '改用第 2 版' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '改用第 2 版' }).click()
    await page.getByText('已切换').waitFor()
    const view = await desk.call('suppliers.read', { params: { supplierId: joined.supplierId } })
    expect(view.profile).toMatchObject({ version: 2, latest: 2 })
  })

  test('a price follows the cost after a look at what would change', async () => {
    const { page } = owner
    const product = await cost(100_000)
    const skus = [{ title: '月卡', priceFen: 1_500, kind: 'topup' as const }]
    const formFields = [{ key: 'account', labelZh: '账号', type: 'text' as const }]
    const goods = await desk.call('catalog.createGoods', { body: { title: GOODS, shelf: 'on', skus, formFields } })
    joined.skuId = (await desk.call('catalog.getGoods', { params: { id: goods.id } })).skus[0]?.id ?? 0
    await desk.call('suppliers.saveSkuSupply', {
      params: { skuId: joined.skuId },
      body: {
        policy: 'cheapest',
        leastMarginFen: 0,
        offers: [{ productId: product.id, fieldMap: { account: 'account' } }],
      },
    })
    await page.goto(`${consoleUrl}skus/${joined.skuId}/supply`)
    await page.locator('.page').getByRole('link', { name: '跟价规则' }).click()
    await page.getByLabel('加价比例').fill('20')
    await page.getByText('¥12.00').waitFor()
    await keepScreen(page, 'console-price-rule')
    await page.locator('.form-foot').getByRole('button', { name: '启用规则' }).click()
    await page.getByRole('heading', { name: '跟价规则' }).waitFor()
    await cost(110_000)
    await page.reload()
    await page.getByText('¥13.20').first().waitFor()
  })

  test('a jump waits, and is confirmed on a phone', async () => {
    const { page } = owner
    await cost(300_000)
    await page.setViewportSize(PHONE)
    await page.goto(`${consoleUrl}price-rules?held=true`)
    await page.getByText('已停售').waitFor()
    expect(await sidewaysPixels(page)).toBe(0)
    await keepScreen(page, 'console-price-rules-phone')
    await page.getByRole('button', { name: '确认新价 ¥36.00' }).click()
    await page.getByRole('dialog').getByRole('textbox').fill('已与供应商核对')
    await page.getByRole('dialog').getByRole('button', { name: '确认新价 ¥36.00' }).click()
    await page.getByText('新价已生效').waitFor()
    await page.getByText('已停售').waitFor({ state: 'hidden' })
    const { items } = await desk.call('suppliers.listPriceRules', { query: { skuId: joined.skuId } })
    expect(items[0]).toMatchObject({ priceFen: 3_600, held: null })
    await page.goto(`${consoleUrl}skus/${joined.skuId}/price`)
    await page.getByText('随进价调整').waitFor()
    expect(await sidewaysPixels(page)).toBe(0)
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.goto(`${consoleUrl}price-rules`)
    await page.getByText('¥36.00').first().waitFor()
    await keepScreen(page, 'console-price-rules')
    expect(faults).toEqual([])
  })

  test('a price follows what is sold, in steps that are seen before they are switched on', async () => {
    const { page } = owner
    const { skuId, mallGoods } = await soldTwelve()
    const preview = {
      target: { skuIds: [skuId] },
      rule: { ...BY_DEMAND, steps: [{ from: 10, bp: 500 }] },
    }
    await expect
      .poll(async () => (await desk.call('suppliers.previewPriceRules', { body: preview })).items[0]?.demand?.sold)
      .toBe(12)

    await page.goto(`${consoleUrl}skus/${skuId}/supply`)
    await page.locator('.page').getByRole('link', { name: '跟价规则' }).click()
    expect(await page.getByLabel('基准价', { exact: true }).inputValue()).toBe('20.00')
    await page.getByLabel('第 1 档件数').fill('10')
    await page.getByLabel('第 2 档件数').fill('10')
    await page.getByText('各档的件数必须从小到大').waitFor()
    await page.getByLabel('第 2 档件数').fill('30')
    await page.getByLabel('第 2 档涨跌').fill('40')
    await page.getByLabel('最高售价').fill('17')
    await page.getByText('最高售价不能低于最低售价').waitFor()
    await page.getByLabel('最高售价').fill('25')
    await page.getByText('近 24 小时售出 12 件，按第 1 档 +5%，售价 ¥21.00').waitFor()
    await page.locator('.rung', { hasText: '≥ 30 件' }).getByText('已到上限').waitFor()
    expect(await page.locator('.rung[aria-current]').textContent()).toContain('¥21.00')
    await keepScreen(page, 'console-price-demand')
    await page.setViewportSize(PHONE)
    expect(await sidewaysPixels(page)).toBe(0)
    await page.locator('.price-ladder').scrollIntoViewIfNeeded()
    await keepScreen(page, 'console-price-demand-phone')
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.locator('.form-foot').getByRole('button', { name: '启用规则' }).click()
    await page.getByRole('heading', { name: '跟价规则' }).waitFor()
    await page.getByText('24h 12 件 +5%').waitFor()
    const { skus } = await mallGoods()
    expect(skus[0]?.priceFen).toBe(2_100)
    await page.goto(`${consoleUrl}skus/${skuId}/price`)
    await page.getByText('启用规则').first().waitFor()
    expect(await page.getByLabel('第 2 档涨跌').inputValue()).toBe('40.00')
    await page.evaluate(() => localStorage.setItem('quanshu.console.locale', 'en'))
    await page.reload()
    await page.getByText('12 sold in 24 hours, step 1 (+5%): ¥21.00').waitFor()
    await page.setViewportSize(PHONE)
    expect(await sidewaysPixels(page)).toBe(0)
    await page.evaluate(() => localStorage.setItem('quanshu.console.locale', 'zh-CN'))
    expect(faults).toEqual([])
  })
})
