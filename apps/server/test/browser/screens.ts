import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { eventually } from '../harness/index.ts'

const FOLDER = fileURLToPath(new URL('../../../../docs/screens/', import.meta.url))
export const SCREENS_WANTED = process.env.QUANSHU_SCREENS === '1'

/** Keeps a picture of what the page shows, for the README; only when `QUANSHU_SCREENS=1` asks for it. */
export async function keepScreen(page: Page, name: string): Promise<void> {
  if (!SCREENS_WANTED) return
  await atRest(page, name)
  const png = await page.screenshot({ animations: 'disabled', caret: 'hide' })
  // A palette makes a third of the size; flat screens lose nothing that can be seen.
  await writeFile(`${FOLDER}${name}.png`, await sharp(png).png({ palette: true, effort: 10 }).toBuffer())
}

/** Nothing comes in any more: what is drawn is what people read. */
export async function atRest(page: Page, name: string): Promise<void> {
  await eventually(`${name} is at rest`, () => page.evaluate<boolean>(AT_REST))
}

/** Pictures loaded, nothing moving in any more. */
const AT_REST = `
  [...document.images].every((image) => image.complete || image.loading === 'lazy') &&
  document.getAnimations().every((animation) =>
    animation.playState !== 'running' || animation.effect?.getTiming().iterations === Infinity)
`
