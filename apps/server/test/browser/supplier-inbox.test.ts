import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import nodemailer from 'nodemailer'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../src/main/embedded-postgres/server.ts'
import { shopFolder } from '../start/shop-folder.ts'
import { type Started, startProcess } from '../start/start-process.ts'
import { launchChromium } from './chromium.ts'
import { arrive, DESK, fitsPhones, type Person } from './people.ts'
import { keepScreen } from './screens.ts'

/**
 * What a supplier sends without an order: the owner opens both doors, a mail and a dropped file change prices and stock, codes are offered
 * and taken into stock, and a paper is sent, accepted and told of.
 */

const PASSWORD = 'Quanshu-demo-2026'
const OWN_PASSWORD = 'lan-hai-2026-own'
const NOBODY_YET = { status: 401, url: /\/api\/(?:console|mall)\/me$/ }
const SENDER = 'stock@lanhai.test'
const DOMAIN = 'lists.quanshu.test'

const faults: string[] = []
let dataDir: string
let dropDir: string
let mailPort: number
let started: Started
let consoleUrl: string
let browser: Browser
let owner: Person
let supplier: Person

beforeAll(async () => {
  ;[dataDir, dropDir, mailPort] = await Promise.all([
    shopFolder(),
    mkdtemp(join(tmpdir(), 'quanshu-drop-')),
    freePort(),
  ])
  ;[started, browser] = await Promise.all([
    startProcess({
      QUANSHU_DATA: dataDir,
      QUANSHU_DEV: undefined,
      QUANSHU_DEMO: undefined,
      QUANSHU_STAND_INS: 'yes',
      QUANSHU_MAILIN_DOMAIN: DOMAIN,
      QUANSHU_MAILIN_PORT: String(mailPort),
      QUANSHU_DROP_FOLDER: dropDir,
    }),
    launchChromium(),
  ])
  if (!started.ready) throw new Error(`the start failed: ${started.output()}`)
  consoleUrl = new URL('/console/', `http://localhost:${new URL(started.ready.url).port}`).href
  const foreseen = [NOBODY_YET]
  owner = await arrive(browser, faults, { who: 'owner', device: 'desk', foreseen })
  supplier = await arrive(browser, faults, { who: 'supplier', device: 'desk', foreseen })
  await signIn(owner.page, 'owner@demo.quanshu.test', PASSWORD)
  await owner.page.getByRole('heading', { name: '看板' }).waitFor()
}, 180_000)

afterAll(async () => {
  await browser?.close()
  if (started?.child.exitCode === null) await started.end('SIGTERM')
  await Promise.all([dataDir, dropDir].map((folder) => rm(folder, { recursive: true, force: true })))
})

test('lists by mail and folder, codes without an order, and papers', { timeout: 150_000 }, async ({ onTestFailed }) => {
  onTestFailed(async () => {
    const keep = (page: Page, name: string) =>
      page.screenshot({ path: join(tmpdir(), `quanshu-inbox-failed${name}.png`) }).catch(() => undefined)
    await Promise.all([keep(owner.page, ''), keep(supplier.page, '-supplier')])
  })
  const desk = owner.page
  const theirs = supplier.page
  const side = await joined(desk, theirs)

  // Both doors are opened; the address and the folder are told.
  await desk.goto(`${side}/inbox`)
  await desk.getByRole('button', { name: /设\s*置/ }).click()
  const form = desk.getByRole('dialog')
  await form.getByLabel('接收邮件').click()
  await form.getByLabel('允许的发件地址').fill('not an address')
  await form.getByRole('button', { name: /保\s*存/ }).click()
  await form.getByText('第 1 行不是邮箱地址').waitFor()
  await form.getByLabel('允许的发件地址').fill(SENDER)
  // Nobody's name servers are asked by a test; the signature has its own.
  await form.getByLabel('要求对方域名的 DKIM 签名').click()
  await form.getByLabel('读取文件夹').click()
  await form.getByLabel('约定间隔（小时）').fill('24')
  await form.getByRole('button', { name: /保\s*存/ }).click()
  await form.waitFor({ state: 'hidden' })
  const address = (await desk.getByText(/^supply\+[0-9a-z-]+@lists\.quanshu\.test$/).textContent()) ?? ''
  const folder = (await desk.getByText(/^[0-9a-z]+-[0-9a-z]+-[0-9a-f]{32}$/).textContent()) ?? ''

  // A mail waits for a person, who sees what it would do and takes it.
  expect(await send(address, '编码,供货价,库存\nLH-VIP-M,20.50,88\nLH-NONE,9.90,5\n')).toMatch(/^250/)
  await desk.reload()
  await desk.getByText(SENDER).waitFor()
  await desk.getByRole('button', { name: /处\s*理/ }).click()
  // What its columns are is a guess until somebody says it.
  await desk.getByText('各列还没有确认过').waitFor()
  await keepScreen(desk, 'console-supplier-list-first')
  await desk.getByRole('button', { name: '试导入' }).click()
  await desk.getByText('没有这个编码的商品').waitFor()
  await desk.getByRole('button', { name: '正式导入' }).click()
  await desk.getByText('更新 1 · 未变 0 · 待确认 0 · 无效 1').waitFor()
  await desk.getByRole('button', { name: /查\s*看/ }).click()
  await desk.getByText('域名声明（DMARC）').waitFor()
  await desk.keyboard.press('Escape')
  await desk.getByText('域名声明（DMARC）').waitFor({ state: 'hidden' })

  // From now on at once: a dropped file is taken as it comes.
  await desk.getByRole('button', { name: /设\s*置/ }).click()
  await form.getByRole('radio', { name: '立即更新' }).check()
  await form.getByRole('button', { name: /保\s*存/ }).click()
  await form.waitFor({ state: 'hidden' })
  await writeFile(join(dropDir, folder, 'evening.csv'), '编码,供货价,库存\nLH-VIP-M,20.50,60\n')
  await desk.getByText('evening.csv').waitFor({ timeout: 40_000 })
  await desk.getByText('更新 1 · 未变 0 · 待确认 0 · 无效 0').waitFor()
  await keepScreen(desk, 'console-supplier-inbox')
  await fitsPhones(desk)
  await desk.setViewportSize(DESK)
  await theirs.goto(`${consoleUrl}workspace/products`)
  await theirs.getByText('60', { exact: true }).first().waitFor()

  // Codes that nobody ordered.
  await theirs.goto(`${consoleUrl}workspace/codes`)
  await theirs.getByRole('button', { name: '寄送一批' }).first().click()
  await theirs.getByLabel('商品', { exact: true }).click()
  await theirs.getByTitle('星河会员 月卡 · LH-VIP-M').click()
  await theirs.getByLabel('粘贴卡密').fill('LANHAI-1111-AAAA\nLANHAI-2222-BBBB')
  await theirs.getByRole('button', { name: '加密并寄送' }).click()
  await theirs.getByText('星河会员 月卡 × 2').waitFor()
  await fitsPhones(theirs)
  await keepScreen(theirs, 'workspace-codes-phone')
  await theirs.setViewportSize(DESK)
  await desk.goto(`${side}/inbox?tab=codes`)
  await desk.getByText('星河会员 月卡 × 2').waitFor()
  await desk.getByRole('button', { name: /收\s*下/ }).click()
  const dialog = desk.getByRole('dialog')
  await dialog.getByLabel('入库到规格').click()
  await desk.locator('.ant-select-item-option').first().click()
  await dialog.getByLabel('原因').fill('先收一批')
  await dialog.getByRole('button', { name: /收下卡密入库|确\s*定|收\s*下/ }).click()
  await desk.getByText('收下 2，重复或无效 0，应付 ¥41.00').waitFor()
  await theirs.reload()
  await theirs.getByText('已收下').first().waitFor()

  // A paper: sent by them, accepted by the owner, who lets its end stop buying.
  await theirs.goto(`${consoleUrl}workspace/papers`)
  await theirs.getByRole('button', { name: '提交文件' }).first().click()
  const file = { name: '营业执照.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7\n%%EOF\n') }
  await theirs.getByLabel('名称').fill('营业执照')
  await theirs.getByLabel('到期日').fill(inDays(20))
  await theirs.getByLabel('到期日').press('Enter')
  await theirs.locator('input[type=file]').setInputFiles(file)
  await theirs.getByRole('dialog').getByRole('button', { name: '提交文件' }).click()
  await theirs.getByText('待审核').first().waitFor()
  await fitsPhones(theirs)
  await theirs.setViewportSize(DESK)
  await desk.goto(`${side}/papers`)
  await desk.getByRole('button', { name: /通\s*过/ }).click()
  await dialog.getByLabel('到期后停止向其采购').click()
  await dialog.getByLabel('原因').fill('原件已核对')
  await dialog.getByRole('button', { name: /通\s*过|确\s*定/ }).click()
  await desk.getByText(`${inDays(21)} 起停止向这家供应商采购`, { exact: false }).waitFor()
  await desk.getByText('还有 20 天').waitFor()
  await keepScreen(desk, 'console-supplier-papers')
  const [saved] = await Promise.all([
    desk.waitForEvent('download'),
    desk
      .getByRole('button', { name: /下\s*载/ })
      .first()
      .click(),
  ])
  expect(saved.suggestedFilename()).toBe('营业执照.pdf')
  // The next version keeps what the last one had.
  await desk
    .getByRole('button', { name: /更\s*新/ })
    .first()
    .click()
  await desk.getByText('上一版到期停采，新版默认沿用').waitFor()
  await desk.getByLabel('到期日').fill(inDays(400))
  await desk.getByLabel('到期日').press('Enter')
  await desk.locator('input[type=file]').setInputFiles(file)
  await dialog.getByRole('button', { name: /保\s*存/ }).click()
  await desk.getByText(`${inDays(401)} 起停止向这家供应商采购`, { exact: false }).waitFor()
  await fitsPhones(desk)
  expect(faults).toEqual([])
})

/** A supplier with a person of its own and a product. @returns the address of its page at the shop's */
async function joined(desk: Page, theirs: Page): Promise<string> {
  await desk.goto(`${consoleUrl}suppliers/new`)
  await desk.getByRole('radio', { name: '人工供货（供应商工作台）' }).check()
  await desk.getByLabel('名称').fill('蓝海供货')
  await desk.getByRole('button', { name: /接\s*入/ }).click()
  await desk.getByRole('button', { name: '工作台与人员' }).click()
  const side = desk.url().replace(/\/workspace$/, '')
  await desk.getByRole('button', { name: '邀请人员' }).click()
  await desk.getByLabel('姓名').fill('蓝海小王')
  await desk.getByLabel('登录邮箱').fill('wang@lanhai.test')
  await desk.getByRole('dialog').getByRole('button', { name: '邀请人员' }).click()
  const password = await desk.getByText(/^\w{4}(-\w{4}){3}$/).textContent()
  await desk.getByRole('button', { name: '我已记下' }).click()
  await signIn(theirs, 'wang@lanhai.test', password ?? '')
  await theirs.getByLabel('当前密码').fill(password ?? '')
  await theirs.getByLabel('新密码', { exact: true }).fill(OWN_PASSWORD)
  await theirs.getByLabel('再输入一次新密码').fill(OWN_PASSWORD)
  await theirs.getByRole('button', { name: '设置并进入后台' }).click()
  await theirs.getByRole('heading', { name: '蓝海供货 的工作台' }).waitFor()
  await theirs.goto(`${consoleUrl}workspace/products`)
  await theirs.getByRole('button', { name: '添加商品' }).first().click()
  await theirs.getByLabel('编码').fill('LH-VIP-M')
  await theirs.getByLabel('名称').fill('星河会员 月卡')
  await theirs.getByLabel('供货价').fill('20')
  await theirs.getByLabel('库存').fill('10')
  await theirs.getByRole('button', { name: /保\s*存/ }).click()
  await theirs.getByText('LH-VIP-M').waitFor()
  return side
}

async function send(to: string, content: string): Promise<string> {
  const client = nodemailer.createTransport({ host: '127.0.0.1', port: mailPort, secure: false, ignoreTLS: true })
  const attachments = [{ filename: '库存.csv', content }]
  const { response } = await client.sendMail({ from: SENDER, to, subject: '今日库存', text: '见附件', attachments })
  client.close()
  return response
}

const inDays = (days: number) => new Date(Date.now() + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10)

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.goto(consoleUrl)
  await page.getByLabel('邮箱').fill(email)
  await page.getByLabel('密码', { exact: true }).fill(password)
  await page.getByRole('button', { name: '登录' }).click()
}
