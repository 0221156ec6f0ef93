import type { Module, Platform } from '../../../platform/module.ts'
import { accountRoutes } from './account.ts'
import { managementRoutes } from './management.ts'
import { signInRoutes } from './sign-in.ts'

const SWEEP_EVERY_MS = 10 * 60_000
const SWEEP_ROWS_MAX = 10_000

/** Staff sign-in, the own account, and the management of people and roles. */
export function identityModule(platform: Platform): Module {
  return {
    name: 'identity',
    routes: [...signInRoutes(platform), ...accountRoutes(platform), ...managementRoutes(platform)],
    schedules: [
      {
        name: 'identity.sweep',
        everyMs: SWEEP_EVERY_MS,
        run: async () => void (await platform.db.callGlobal('identity.sweep', SWEEP_ROWS_MAX)),
      },
    ],
  }
}
