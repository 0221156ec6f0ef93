import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { glob, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Log } from '../platform/log/index.ts'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
const STAMP = '.sources'

export type FrontEnd = 'console' | 'mall'

/**
 * The folder of a front end's built files, building them when they are missing or made from other sources.
 * Undefined when it cannot be built; the server then says so on the page, and everything else works.
 * @param dataDir where the files go when this copy of Quanshu may not be written
 */
export async function builtFrontEnd(name: FrontEnd, dataDir: string, log: Log): Promise<string | undefined> {
  try {
    return await upToDate(name, dataDir, log)
  } catch (error) {
    log.error({ err: error, frontEnd: name }, 'front end could not be built')
    return undefined
  }
}

async function upToDate(name: FrontEnd, dataDir: string, log: Log): Promise<string | undefined> {
  const folder = join(ROOT, 'apps', name)
  if (!existsSync(join(folder, 'vite.config.ts'))) return undefined
  const sources = await sourcesOf(name)
  const candidates = [join(folder, 'dist'), join(dataDir, 'front-ends', name)]
  for (const dist of candidates) {
    if (existsSync(join(dist, 'index.html')) && readStamp(dist) === sources) return dist
  }
  const dist = isWritable(folder) ? candidates[0] : candidates[1]
  if (dist === undefined || !(await build(folder, dist, log.child({ frontEnd: name })))) {
    // Better the last one that could be built than none.
    return candidates.find((candidate) => existsSync(join(candidate, 'index.html')))
  }
  writeFileSync(join(dist, STAMP), sources)
  return dist
}

/** Writes beside a front end's files what they were made from, so that the next start does not build them again. */
export async function stampFrontEnd(name: FrontEnd): Promise<void> {
  writeFileSync(join(ROOT, 'apps', name, 'dist', STAMP), await sourcesOf(name))
}

/** A digest of everything the build reads. Contents, not times: a fresh checkout has new times for old files. */
async function sourcesOf(name: FrontEnd): Promise<string> {
  const patterns = [
    `apps/${name}/{src,public}/**`,
    `apps/${name}/{index.html,vite.config.ts,package.json}`,
    'packages/*/src/**',
    'package-lock.json',
  ]
  const paths: string[] = []
  for await (const entry of glob(patterns, { cwd: ROOT, withFileTypes: true })) {
    if (entry.isFile()) paths.push(join(entry.parentPath, entry.name))
  }
  const digest = createHash('sha256')
  for (const path of paths.sort()) digest.update(`${path.slice(ROOT.length)}\0`).update(await readFile(path))
  return digest.digest('hex')
}

async function build(folder: string, dist: string, log: Log): Promise<boolean> {
  const started = Date.now()
  mkdirSync(dist, { recursive: true })
  const vite = join(dirname(createRequire(join(folder, 'package.json')).resolve('vite/package.json')), 'bin', 'vite.js')
  const child = spawn(
    process.execPath,
    [vite, 'build', '--configLoader', 'native', '--outDir', dist, '--emptyOutDir', '--logLevel', 'warn'],
    {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_ENV: 'production', NO_COLOR: '1' },
    },
  )
  let said = ''
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk))
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk))
  const [code] = await once(child, 'close')
  if (code === 0) log.info({ ms: Date.now() - started }, 'front end built')
  else log.error({ said: said.slice(-4_000) }, 'front end could not be built')
  return code === 0
}

function readStamp(dist: string): string | undefined {
  const stamp = join(dist, STAMP)
  return existsSync(stamp) ? readFileSync(stamp, 'utf8') : undefined
}

function isWritable(folder: string): boolean {
  try {
    accessSync(existsSync(join(folder, 'dist')) ? join(folder, 'dist') : folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}
