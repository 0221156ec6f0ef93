import { existsSync } from 'node:fs'
import type { Platform } from '../platform/module.ts'
import type { StandInAddresses } from './stand-ins.ts'

export type DemoAccount = {
  /** Whose account, e.g. `owner`. */
  readonly label: string
  readonly signIn: string
  readonly secret: string
}

/** What `seed.ts` offers: fills the demo shop once, and says at every start who may sign in. */
type Seed = {
  readonly seedDemo: (platform: Platform, standIns: StandInAddresses | undefined) => Promise<void>
  readonly DEMO_ACCOUNTS?: readonly DemoAccount[]
}

const SEED = new URL('seed.ts', import.meta.url)

/**
 * Fills the demo shop on first start; a mark in the database says that it was done. A start that was killed in between
 * begins again, so `seedDemo` must be safe to repeat.
 */
export async function ensureDemo(
  platform: Platform,
  standIns: StandInAddresses | undefined,
): Promise<readonly DemoAccount[]> {
  if (!existsSync(SEED)) return []
  const seed = (await import(SEED.href)) as Seed
  if (!(await platform.db.callGlobal<boolean>('platform.has_mark', 'demo.seeded'))) {
    await seed.seedDemo(platform, standIns)
    await platform.db.callGlobal('platform.set_mark', 'demo.seeded', {})
    platform.log.info({}, 'demo shop filled')
  }
  return seed.DEMO_ACCOUNTS ?? []
}
