import { existsSync, mkdirSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { inflate } from '@sparticuz/chromium'
import { type Browser, chromium } from 'playwright-core'
import { fontSettings, unpackFonts } from './fonts.ts'

/**
 * Chromium out of the npm package: no browser, system library or font of the machine is needed, so a page looks the
 * same everywhere. `QUANSHU_CHROMIUM` names another one, for machines that the package's (Linux) does not run on.
 */
export async function launchChromium(): Promise<Browser> {
  const folder = await unpacked()
  const own = process.env.QUANSHU_CHROMIUM
  return chromium.launch({
    executablePath: own ?? join(folder, 'chromium'),
    args: ['--no-sandbox', '--font-render-hinting=none'],
    env: {
      ...process.env,
      HOME: join(folder, 'home'),
      FONTCONFIG_FILE: join(folder, 'fonts.conf'),
      ...(own ? {} : { LD_LIBRARY_PATH: join(folder, 'al2023', 'lib') }),
    },
  })
}

/** The folder with browser, libraries and fonts; unpacked by the first run (some seconds, 220 MB), kept for the next. */
async function unpacked(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium')
  const packageFolder = dirname(dirname(entry))
  const { version } = createRequire(import.meta.url)(join(packageFolder, 'package.json')) as {
    readonly version: string
  }
  // Per person: what root unpacked, nobody else may run.
  const folder = join(tmpdir(), `quanshu-chromium-${version}-${userInfo().username}`)
  if (existsSync(folder)) return folder

  // Made aside and moved into place, so that neither a run that was stopped nor one beside this leaves half of it.
  const aside = await mkdtemp(`${folder}-`)
  try {
    await inflateInto(aside, ['chromium.br', 'al2023.tar.br'], join(packageFolder, 'bin'))
    await unpackFonts(join(aside, 'fonts'))
    await mkdir(join(aside, 'home'))
    await writeFile(join(aside, 'fonts.conf'), fontSettings(join(folder, 'fonts'), join(folder, 'font-cache')))
    await rename(aside, folder)
  } catch (error) {
    await rm(aside, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
  return folder
}

/** The package unpacks into the system's folder of temporary files and nowhere else. */
async function inflateInto(folder: string, archives: readonly string[], from: string): Promise<void> {
  const before = process.env.TMPDIR
  process.env.TMPDIR = folder
  try {
    mkdirSync(folder, { recursive: true })
    for (const archive of archives) await inflate(join(from, archive))
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
}
