import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { RunReport } from '../../apps/server/src/modules/books/index.ts'
import type { Shop } from './shop.ts'
import type { System } from './system.ts'

export type AuditOrder = {
  readonly dataDir: string
  readonly slug: string
  readonly isWhole: boolean
  /** Whole audits one after another, each from the beginning, until it is ended. */
  readonly isEndless: boolean
}
export type Audited = {
  readonly report: RunReport
  /** Each step as its shop saw it: read, and written down. */
  readonly steps: readonly { readonly check: string; readonly ms: number }[]
  readonly seconds: number
  readonly cpuSeconds: number
  /** Before the first step, and at most. */
  readonly idleMb: number
  readonly peakMb: number
}

/** `npm run cli -- audit` in a process of its own, which tells of each step. */
export async function auditOnce(system: System, shop: Shop, isWhole: boolean): Promise<Audited> {
  const child = startAudit(system, shop, { isWhole, isEndless: false })
  const [answer] = await Promise.race([
    once(child, 'message') as Promise<[Audited]>,
    once(child, 'close').then(([code]) => {
      throw new Error(`the audit ended with ${code}`)
    }),
  ])
  child.disconnect()
  return answer
}

/** Runs `work` while the shop's books are audited whole. */
export async function besideAudit<T>(system: System, shop: Shop, work: () => Promise<T>): Promise<T> {
  const child = startAudit(system, shop, { isWhole: true, isEndless: true })
  const closed = once(child, 'close')
  try {
    await Promise.race([once(child, 'message'), closed])
    const result = await work()
    if (child.exitCode !== null) throw new Error(`the audit ended with ${child.exitCode}`)
    return result
  } finally {
    child.kill('SIGKILL')
    await closed
  }
}

function startAudit(
  { dataDir }: System,
  { slug }: Shop,
  order: Pick<AuditOrder, 'isWhole' | 'isEndless'>,
): ChildProcess {
  const child = fork(fileURLToPath(new URL('audit-process.ts', import.meta.url)))
  child.send({ dataDir, slug, ...order } satisfies AuditOrder)
  return child
}
