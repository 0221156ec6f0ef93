import type { Module, Platform } from '../../platform/module.ts'
import { analyticsRoutesBound } from './routes.ts'
import { checkDays, gatherRest } from './schedules.ts'
import { countFigures } from './subscribers.ts'

/** Reports and statements, counted from the ledger. */
export function analyticsModule(platform: Platform): Module {
  return {
    name: 'analytics',
    routes: analyticsRoutesBound(platform),
    subscribers: [countFigures],
    schedules: [gatherRest(platform), checkDays(platform)],
  }
}
