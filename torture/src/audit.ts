import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { House } from './house/index.ts'

const CLI = fileURLToPath(new URL('../../apps/server/src/main/cli.ts', import.meta.url))

const TIMEOUT_MS = 300_000

/** What the product's own audit says of itself. `violations` is undefined when it gave no verdict. */
export type AuditResult = {
  readonly violations: number | undefined
  /** Rows it looked at, over all shops and checks. */
  readonly rows: number
  readonly output: string
}

/**
 * Runs `quanshu audit --full --json` beside the running processes, as an operator would.
 * @param words more of them; `--grace 0` when everything has come to rest and nothing is merely late
 */
export async function audit(house: House, shops: readonly string[], words: readonly string[]): Promise<AuditResult> {
  const child = spawn(process.execPath, [CLI, 'audit', '--full', '--json', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Of a connection whose other end was stopped nobody hears again.
    timeout: TIMEOUT_MS,
    env: { ...house.env, QUANSHU_POOL_SIZE: '4' },
  })
  let said = ''
  let complained = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk))
  child.stderr.on('data', (chunk: Buffer) => (complained += chunk))
  const [code] = await once(child, 'close')
  const told = toldIn(said)
  const rows = (told?.tenants ?? []).flatMap(({ checks }) => checks).reduce((sum, { checked }) => sum + checked, 0)
  const isWhole = shops.every((slug) =>
    told?.tenants.some((tenant) => tenant.slug === slug && tenant.checks.length > 0),
  )
  // The exit code and the count are two statements of one fact.
  const isPlain = told !== undefined && isWhole && code === (told.violations === 0 ? 0 : 1)
  return { violations: isPlain ? told.violations : undefined, rows, output: `${said}${complained}` }
}

/** Audits of a shop that is in the middle of everything. */
export type LiveAudits = {
  readonly finished: number
  /** The database or its connections were taken away in the middle. */
  readonly interrupted: number
  readonly rows: number
  /** What the first that found something said; nothing was late yet, so it is wrong or a false alarm. */
  readonly found: string | undefined
}

/**
 * Audits again and again while buyers buy and processes die. With the usual grace, which is longer than a run.
 * @param rest waits; answers early when the run is over
 */
export async function auditLive(
  house: House,
  shops: readonly string[],
  { isOver, rest }: { readonly isOver: () => boolean; readonly rest: (ms: number) => Promise<void> },
): Promise<LiveAudits> {
  let [finished, interrupted, rowsSum] = [0, 0, 0]
  let found: string | undefined
  for (await rest(LIVE_PAUSE_MS); !isOver(); await rest(LIVE_PAUSE_MS)) {
    const { violations, rows, output } = await audit(house, shops, ['--anew'])
    rowsSum += rows
    if (violations === undefined) interrupted += 1
    else finished += 1
    if (violations !== undefined && violations > 0) found ??= output
  }
  return { finished, interrupted, rows: rowsSum, found }
}

const LIVE_PAUSE_MS = 8_000

type Told = {
  readonly violations: number
  readonly tenants: readonly { readonly slug: string; readonly checks: readonly { readonly checked: number }[] }[]
}

function toldIn(text: string): Told | undefined {
  try {
    const told = JSON.parse(text) as Partial<Told>
    return typeof told.violations === 'number' && Array.isArray(told.tenants) ? (told as Told) : undefined
  } catch {
    return undefined
  }
}
