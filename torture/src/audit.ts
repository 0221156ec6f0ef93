import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { House } from './house/index.ts'

const CLI = fileURLToPath(new URL('../../apps/server/src/main/cli.ts', import.meta.url))

/** What the product's own audit says of itself. `violations` is undefined when it gave no verdict. */
export type AuditResult = {
  readonly violations: number | undefined
  /** Rows it looked at, over all shops and checks. */
  readonly rows: number
  readonly output: string
}

/**
 * Runs `quanshu audit --full --json` beside the running processes, as an operator would. With no grace: when everything
 * has come to rest, nothing is merely late.
 */
export async function audit(house: House, shops: readonly string[]): Promise<AuditResult> {
  const child = spawn(process.execPath, [CLI, 'audit', '--full', '--json', '--grace', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
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
