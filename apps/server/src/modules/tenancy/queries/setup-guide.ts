import { SETUP_STEPS, type SetupStep } from '@quanshu/contract'
import type { ReadTx } from '../../../platform/db/index.ts'
import { settingsFrom } from '../model.ts'
import { storedSettings } from './settings.ts'

/**
 * How the guide learns what is done, without tenancy knowing the modules above it: `main/` gives one question for each
 * step that is not about settings. A step nobody answers for is left out of the guide.
 */
export type SetupChecks = Partial<Record<Exclude<SetupStep, 'shop'>, (tx: ReadTx) => Promise<boolean>>>

export type SetupGuide = {
  readonly steps: { readonly step: SetupStep; readonly done: boolean }[]
  readonly doneCount: number
  readonly dismissed: boolean
}

export async function readSetupGuide(tx: ReadTx, checks: SetupChecks): Promise<SetupGuide> {
  const stored = await storedSettings(tx)
  const all: SetupChecks & { readonly shop: () => Promise<boolean> } = {
    ...checks,
    // Done when somebody has named the shop: the default name is nobody's.
    shop: async () => stored.some(({ key }) => key === 'shop.name'),
  }
  const steps: { step: SetupStep; done: boolean }[] = []
  for (const step of SETUP_STEPS) {
    const check = all[step]
    if (check) steps.push({ step, done: await check(tx) })
  }
  return {
    steps,
    doneCount: steps.filter(({ done }) => done).length,
    dismissed: settingsFrom(stored)['setup.dismissed'],
  }
}
