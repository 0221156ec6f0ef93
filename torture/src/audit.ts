import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { House } from './house/index.ts'

const CLI = fileURLToPath(new URL('../../apps/server/src/main/cli.ts', import.meta.url))

/** What the product's own audit says of itself. `violations` is undefined when it gave no verdict. */
export type AuditResult = { readonly violations: number | undefined; readonly output: string }

/** Runs `quanshu audit --full --json` beside the running processes, as an operator would. */
export async function audit(house: House): Promise<AuditResult> {
  const child = spawn(process.execPath, [CLI, 'audit', '--full', '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...house.env, QUANSHU_POOL_SIZE: '4' },
  })
  let said = ''
  let complained = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk))
  child.stderr.on('data', (chunk: Buffer) => (complained += chunk))
  const [code] = await once(child, 'close')
  const violations = violationsIn(said)
  // The exit code and the count are two statements of one fact.
  const isPlain = violations !== undefined && (code === 0) === (violations === 0)
  return { violations: isPlain ? violations : undefined, output: said || complained }
}

function violationsIn(text: string): number | undefined {
  try {
    const { violations } = JSON.parse(text) as { readonly violations?: unknown }
    return typeof violations === 'number' ? violations : undefined
  } catch {
    return undefined
  }
}
