import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { eventually } from '../harness/index.ts'
import { type Foreseen, watch } from './watch.ts'

export const DESK = { width: 1440, height: 900 }
export const PHONE = { width: 390, height: 844 }
/** The narrowest phone that is still around. */
export const SMALL_PHONE = { width: 320, height: 640 }

export type Person = { readonly context: BrowserContext; readonly page: Page }

/** A browser of one's own, as far as cookies, storage and clipboard go; whatever it complains about goes to `faults`. */
export async function arrive(
  browser: Browser,
  faults: string[],
  as: {
    readonly who: string
    readonly device: 'desk' | 'phone'
    readonly dark?: boolean
    readonly userAgent?: string
    readonly foreseen?: readonly Foreseen[]
  },
): Promise<Person> {
  const context = await browser.newContext({
    ...(as.device === 'desk'
      ? { viewport: DESK }
      : { viewport: PHONE, deviceScaleFactor: 2, isMobile: true, hasTouch: true }),
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    ...(as.userAgent ? { userAgent: as.userAgent } : {}),
    colorScheme: as.dark ? 'dark' : 'light',
    // Whoever asks for less motion gets none: two dialogs are never half gone at once, and a click never falls beside one.
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  context.setDefaultTimeout(30_000)
  watch(context, as.who, as.foreseen ?? [], faults)
  return { context, page: await context.newPage() }
}

/** How many pixels the page is wider than the screen, once it has settled: after a change of size it is laid out anew, in its own time. */
export async function sidewaysPixels(page: Page): Promise<number> {
  for (let tries = 20; ; tries -= 1) {
    const pixels = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
    if (pixels === 0 || tries === 0) return pixels
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Nothing of the page stands out beside a phone, however narrow. */
export async function fitsPhones(page: Page): Promise<void> {
  for (const size of [SMALL_PHONE, PHONE]) {
    await page.setViewportSize(size)
    expect(await sidewaysPixels(page), `${page.url()} at ${size.width} px`).toBe(0)
  }
}

/** The newest code that a text message brought to a phone. */
export async function codeSent(inboxUrl: string, phone: string): Promise<string> {
  for (let tries = 300; tries > 0; tries -= 1) {
    const inbox = await fetch(`${inboxUrl}.json?phone=${phone}`)
    const messages = (await inbox.json()) as readonly { readonly params: { readonly code?: string } }[]
    const code = messages.find(({ params }) => params.code !== undefined)?.params.code
    if (code !== undefined) return code
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`no code was sent to ${phone}`)
}

/** Takes an option (the first that fits) of the list, or tree, that opens below a field. Lists that were open before are still there, hidden. */
export async function choose(page: Page, field: Locator, option: string | RegExp = ''): Promise<void> {
  await field.click()
  const open = page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)')
  await open.locator('.ant-select-item-option, .ant-select-tree-title').filter({ hasText: option }).first().click()
}

/** Takes an entry of the menu that a button opens. */
export async function pick(page: Page, menu: Locator, entry: string): Promise<void> {
  await menu.click()
  await page.getByRole('menuitem', { name: entry }).click()
}

/** Waits until no dialog is open: of two that end together both are still there for a moment, which one locator cannot wait for. */
export async function dialogsGone(page: Page): Promise<void> {
  // Asked from outside: a page under the content security policy may not evaluate a text over and over by itself.
  await eventually('no dialog is open', () =>
    page.evaluate<boolean>("[...document.querySelectorAll('[role=dialog]')].every((one) => !one.checkVisibility())"),
  )
}

export const clipboard = (page: Page): Promise<string> => page.evaluate<string>('navigator.clipboard.readText()')
