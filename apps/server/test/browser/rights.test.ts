import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@quanshu/client'
import { createCookieFetch } from '@quanshu/client/node'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { shopFolder } from '../start/shop-folder.ts'
import { type Started, startProcess } from '../start/start-process.ts'
import { launchChromium } from './chromium.ts'
import {
  arrive,
  clipboard,
  codeSent,
  DESK,
  fitsPhones,
  type Person,
  PHONE,
  SMALL_PHONE,
  sidewaysPixels,
} from './people.ts'
import { keepScreen } from './screens.ts'

/**
 * What a member owns, in a real browser: found after signing in, opened, copied and marked without going to the order, searched and
 * sifted on a phone, in the dark and in English on a desk, and seen by the shop without codes.
 */

const PASSWORD = 'Quanshu-demo-2026'
const MEMBER_PHONE = '13912345678'
const CODES = ['RIGHT-AAAA-0001', 'RIGHT-AAAA-0002', 'RIGHT-AAAA-0003', 'RIGHT-AAAA-0004', 'RIGHT-AAAA-0005']
const NOBODY_YET = { status: 401, url: /\/api\/(?:console|mall)\/me$/ }

const faults: string[] = []
let dataDir: string
let started: Started
let mall: string
let consoleUrl: string
let browser: Browser
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
  member = await arrive(browser, faults, { who: 'member', device: 'phone', foreseen: [NOBODY_YET] })
  atDesk = await arrive(browser, faults, { who: 'at a desk', device: 'desk', dark: true, foreseen: [NOBODY_YET] })
}, 180_000)

afterAll(async () => {
  await browser?.close()
  if (started?.child.exitCode === null) await started.end('SIGTERM')
  await rm(dataDir, { recursive: true, force: true })
})

test('a member finds everything they own in one place and uses it there', { timeout: 180_000 }, async ({
  onTestFailed,
}) => {
  onTestFailed(async () => {
    for (const [name, { page }] of Object.entries({ member, atDesk })) {
      await page.screenshot({ path: join(tmpdir(), `quanshu-rights-failed-${name}.png`) }).catch(() => undefined)
    }
  })
  const { page } = member
  await page.goto(`${mall}me/rights`)
  await page.getByText('登录后查看权益').waitFor()
  await page.getByRole('main').getByRole('link', { name: '登录' }).click()
  await page.getByLabel('手机号', { exact: true }).fill(MEMBER_PHONE)
  await page.getByRole('button', { name: '获取验证码' }).click()
  const code = await codeSent(started.ready?.standIns?.sms.inboxUrl ?? '', MEMBER_PHONE)
  await page.getByLabel('验证码', { exact: true }).fill(code)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByText('还没有权益').waitFor()
  await fitsPhones(page)

  const memberId = await buySome(page)
  await page.reload()
  const rights = page.getByRole('list', { name: '我的权益' })
  const card = rights.getByRole('listitem').filter({ has: page.getByRole('heading', { name: '星光会员' }) })
  await card.getByText('有效期至').waitFor()
  await page.getByRole('link', { name: '可使用 7' }).waitFor()
  await page.getByText('即将到期：').waitFor()
  await page.getByText('50 积分').first().waitFor()
  await fitsPhones(page)
  await keepScreen(page, 'mall-rights-phone')

  // A card has its pieces, the first ones in sight.
  await card.getByRole('button', { name: '展开其余 2 件' }).click()
  await card.getByText('# 5').waitFor()

  // Opened by the keyboard, copied, marked, and closed.
  expect(await page.content()).not.toContain(CODES[0])
  await card.getByRole('button', { name: /^查看 .*# 1$/ }).focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.getByText(CODES[0] ?? '').waitFor()
  await dialog.getByRole('button', { name: /复制/ }).first().click()
  expect(await clipboard(page)).toBe(CODES[0])
  await fitsPhones(page)
  await keepScreen(page, 'mall-right-open-phone')
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
  await card.getByRole('button', { name: /^标记.*# 2$/ }).click()
  await page.getByRole('link', { name: '已使用 1' }).click()
  await page.getByRole('button', { name: /^撤销已用/ }).waitFor()
  await expect.poll(() => rights.getByRole('heading').allTextContents()).toEqual(['星光会员'])

  // Sifted by kind and by word; what is asked for stands in the address.
  await page.goto(`${mall}me/rights`)
  await page.getByRole('link', { name: '积分', exact: true }).click()
  await rights.getByText('已到账').waitFor()
  await expect.poll(() => rights.getByRole('heading').allTextContents()).toEqual(['迎新礼包'])
  await page.getByRole('link', { name: '全部类型' }).click()
  await rights.getByText('快到期的卡').waitFor()
  await page.getByRole('searchbox').fill('没有这样的')
  await page.keyboard.press('Enter')
  await page.getByText('没有符合条件的权益').waitFor()
  await page.getByRole('searchbox').fill('快到期')
  await page.keyboard.press('Enter')
  await page.waitForURL(/q=/)
  await rights.getByText('即将到期：').waitFor()
  await expect.poll(() => rights.getByRole('heading').allTextContents()).toEqual(['快到期的卡'])

  // From the member's own page, and from an order.
  await page.goto(`${mall}me`)
  await page.getByRole('link', { name: '我的权益' }).click()
  await page.waitForURL(/\/me\/rights$/)
  await rights
    .getByRole('link', { name: /^订单 \d+$/ })
    .first()
    .click()
  await page.getByRole('link', { name: '查看我的权益' }).click()
  await page.waitForURL(/\/me\/rights$/)

  // Elsewhere: a desk, in the dark, in English.
  const desk = atDesk.page
  await atDesk.context.addCookies(await member.context.cookies())
  await desk.goto(`${mall}me/rights?lang=en`)
  await desk.getByText('Ends soon:').waitFor()
  expect(await sidewaysPixels(desk)).toBe(0)
  await keepScreen(desk, 'mall-rights')

  // The shop sees the same, and no code.
  await desk.goto(consoleUrl)
  await desk.getByLabel('邮箱').fill('owner@demo.quanshu.test')
  await desk.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await desk.getByRole('button', { name: '登录' }).click()
  await desk.getByRole('heading', { name: '看板' }).waitFor()
  await desk.goto(`${consoleUrl}members/${memberId}`)
  await desk.getByText('可使用 6').click()
  await desk.getByText('快到期的卡').first().waitFor()
  expect(await desk.content()).not.toContain(CODES[0])
  await desk.setViewportSize(PHONE)
  expect(await sidewaysPixels(desk)).toBe(0)
  await desk.setViewportSize(DESK)
  expect(faults).toEqual([])
})

test('a code that is called back says so at its order and among the rights, and what becomes of it shows by itself', {
  timeout: 120_000,
}, async () => {
  const staff = createClient({ baseUrl: mall.slice(0, -1), locale: 'zh-CN', fetch: createCookieFetch() })
  await staff.call('identity.signIn', { body: { email: 'owner@demo.quanshu.test', password: PASSWORD } })
  const batches = await staff.call('vault.listBatches', { query: { pageSize: 200 } })
  const batchId = batches.items.find(({ goodsTitle }) => goodsTitle === '星光会员')?.id ?? 0
  const params = { batchId }

  // Two look at the order, which is finished; the second one's push channel is down, and its clock is moved by hand.
  const { page } = member
  await page.goto(`${mall}me/rights`)
  await page.getByRole('link', { name: '可使用 6' }).waitFor()
  const mine = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: '星光会员' }) })
  await mine.getByRole('link', { name: /^订单 \d+$/ }).click()
  await page.getByRole('button', { name: '复制卡密' }).first().waitFor()
  const address = page.url()
  const cutOff = await atDesk.context.newPage()
  await cutOff.clock.install()
  await cutOff.route('**/stream', (route) => route.abort('aborted'))
  await cutOff.goto(address)
  await cutOff
    .getByRole('button', { name: /^(?:复制卡密|Copy )/ })
    .first()
    .waitFor()

  await staff.call(
    'fulfilment.recallBatch',
    { params, body: { reason: '供货商出黑卡' } },
    { idempotencyKey: randomUUID() },
  )
  await expect
    .poll(async () => (await staff.call('fulfilment.getRecall', { params })).recall?.listed, { timeout: 30_000 })
    .toBe(true)
  const { items } = await staff.call('fulfilment.listRecalledPieces', { params, query: { sort: 'grantId' } })
  const [good, back] = items
  const no = good?.orderNo ?? 0

  expect(address).toBe(`${mall}orders/${no}`)
  // Without a reload, nor a minute's wait.
  await expect.poll(() => page.getByText('召回中，请先不要使用').count()).toBe(5)
  // No code invites to use it; what a complaint needs is there, and the file says why.
  expect(await page.getByRole('button', { name: '复制卡密' }).count()).toBe(0)
  expect(await page.getByRole('button', { name: '复制全部' }).count()).toBe(0)
  await page.getByText('有卡密正在召回，请不要使用').waitFor()
  await page.getByText('复制用于反馈').first().click()
  expect(await clipboard(page)).toBe(CODES[0])
  await fitsPhones(page)
  const fileOf = async (of: Page) => (await of.request.get(`${mall}api/mall/orders/${no}/codes.txt`)).text()
  expect((await fileOf(page)).match(/^# 召回中，请勿使用：RIGHT-AAAA-000\d\r$/gm)).toHaveLength(5)

  // Where no push comes through, it is heard of within a minute.
  const recalledThere = () => cutOff.getByText(/^(?:召回中，请先不要使用|Recalled: please do not use it)$/).count()
  expect(await recalledThere()).toBe(0)
  await cutOff.clock.fastForward(61_000)
  await expect.poll(recalledThere).toBe(5)
  await cutOff.close()

  const handle = (action: 'leave' | 'refund', grantId: number | undefined) =>
    staff.call('fulfilment.handleRecalledPieces', {
      params,
      body: { action, to: 'balance', grantIds: [grantId ?? 0], reason: '召回' },
    })
  await handle('leave', good?.grantId)
  await handle('refund', back?.grantId)
  // Without a reload.
  await page.getByText('召回已解除，可以使用').waitFor()
  await page.getByText('召回已退款').waitFor()
  await expect.poll(() => page.getByText('召回中，请先不要使用').count()).toBe(3)
  expect(await page.getByRole('button', { name: '复制卡密' }).count()).toBe(1)
  expect(await fileOf(page)).toMatch(/^RIGHT-AAAA-0001\r$/m)

  // Among the rights they are no longer usable, and have a list of their own.
  await page.goto(`${mall}me/rights`)
  await page.getByRole('link', { name: '可使用 3' }).waitFor()
  await page.getByRole('link', { name: '召回中 3' }).click()
  await page.waitForURL(/list=recalled/)
  await expect.poll(() => page.getByText('召回中，请先不要使用').count()).toBe(3)
  await fitsPhones(page)

  await page.goto(`${mall}me/rights?lang=en`)
  const card = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: '星光会员' }) })
  await card.getByText('Recalled: please do not use it').first().waitFor()
  await fitsPhones(page)

  const desk = atDesk.page
  await desk.goto(`${consoleUrl}orders/${no}`)
  await desk.getByText('召回中', { exact: true }).first().waitFor()
  await desk.getByText('召回已解除', { exact: true }).waitFor()
  await desk.getByRole('link', { name: '召回', exact: true }).first().click()
  await desk.getByRole('heading', { name: /批次 #\d+ 的召回/ }).waitFor()
  await desk.goto(`${consoleUrl}orders/${no}`)
  await desk.getByText('召回已解除', { exact: true }).waitFor()
  // A window that gets narrow keeps its whole head, down to whoever is signed in.
  const me = desk.getByRole('banner').getByRole('button', { name: '我的账号' })
  for (const size of [PHONE, SMALL_PHONE]) {
    await desk.setViewportSize(size)
    await expect.poll(async () => (await me.boundingBox())?.x ?? size.width).toBeLessThan(size.width - 40)
  }
  await me.click()
  await desk.getByRole('menuitem', { name: 'English' }).click()
  await desk.getByText('Recalled', { exact: true }).first().waitFor()
  expect(await sidewaysPixels(desk)).toBe(0)
  await desk.setViewportSize(DESK)
  expect(faults).toEqual([])
})

/** Five of one goods, one that ends in days, and a bundle with points, paid from the balance. Answers with the member's number. */
async function buySome(page: Page): Promise<number> {
  const staff = createClient({ baseUrl: mall.slice(0, -1), locale: 'zh-CN', fetch: createCookieFetch() })
  await staff.call('identity.signIn', { body: { email: 'owner@demo.quanshu.test', password: PASSWORD } })
  const goods = async (title: string, sku: object, codes: readonly string[], validTo?: string) => {
    const { skus } = await staff.call('catalog.createGoods', {
      body: { title, shelf: 'on', skus: [{ title: '月卡', priceFen: 1_000, ...sku }] },
    })
    const skuId = skus[0]?.id ?? 0
    if (codes.length > 0) {
      const { id: batchId } = await staff.call('vault.createImport', {
        body: { skuId, fileName: 'c.txt', ...(validTo ? { validTo } : {}) },
      })
      await staff.upload('vault.uploadImport', { params: { batchId } }, codes.join('\n'), { fileName: 'c.txt' })
    }
    return skuId
  }
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
  const five = await goods('星光会员', {}, CODES, inDays(300))
  const soon = await goods('快到期的卡', {}, ['RIGHT-BBBB-0001'], inDays(2))
  const points = await goods(
    '迎新礼包',
    {
      kind: 'bundle',
      title: '一份',
      bundle: {
        policy: 'rest',
        parts: [{ points: 50 }, { skuId: await goods('礼包里的卡', {}, ['RIGHT-CCCC-0001']) }],
      },
    },
    [],
  )
  const { id } = (await (await page.request.get(`${mall}api/mall/me`)).json()) as { readonly id: number }
  await staff.call(
    'members.adjustBalance',
    { params: { id }, body: { amountFen: 100_000, reason: '充值' } },
    { idempotencyKey: randomUUID() },
  )
  for (const [skuId, quantity] of [
    [five, 5],
    [soon, 1],
    [points, 1],
  ] as const) {
    const placed = await page.request.post(`${mall}api/mall/orders`, {
      headers: { 'x-quanshu-client': 'test', 'idempotency-key': randomUUID() },
      data: {
        lines: [{ skuId, quantity, unitPriceFen: 1_000 }],
        contact: MEMBER_PHONE,
        queryPassword: 'harvest-moon',
        payWith: 'balance',
      },
    })
    expect(placed.ok(), await placed.text()).toBe(true)
  }
  return id
}
