import type { Module, Platform } from '../../../platform/module.ts'
import type { MemberPorts } from '../commands/send-code.ts'
import { consoleRoutes } from './console.ts'
import { mallRoutes } from './mall.ts'

const SWEEP_EVERY_MS = 3600_000
const SWEEP_ROWS_MAX = 50_000

/** Shoppers' sign-in and own account in the mall; the members' desk in the console. */
export function membersModule(platform: Platform, ports: MemberPorts): Module {
  return {
    name: 'members',
    routes: [...mallRoutes(platform, ports), ...consoleRoutes(platform)],
    schedules: [
      {
        name: 'members.sweep',
        everyMs: SWEEP_EVERY_MS,
        run: async () => void (await platform.db.callGlobal('members.sweep', SWEEP_ROWS_MAX)),
      },
    ],
  }
}
