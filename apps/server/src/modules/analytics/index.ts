import type { Module, Platform } from '../../platform/module.ts'
import { analyticsRoutesBound } from './routes.ts'
import { checkDays, gatherNoted, gatherRest } from './schedules.ts'
import { noteMoves } from './subscribers.ts'

/** Reports and statements, counted from the ledger. */
export function analyticsModule(platform: Platform): Module {
  return {
    name: 'analytics',
    routes: analyticsRoutesBound(platform),
    subscribers: [noteMoves],
    schedules: [gatherNoted(platform), gatherRest(platform), checkDays(platform)],
  }
}
