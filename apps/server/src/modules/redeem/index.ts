import type { Module, Platform } from '../../platform/module.ts'
import { deliverTask, fillSchedule, fillTask, giveUpSchedule, makeTask } from './jobs.ts'
import { redeemBoundRoutes } from './routes.ts'
import { fillWhenStocked, makeWanted } from './subscribers.ts'

export { HASH_PURPOSE as REDEEM_HASH_PURPOSE } from './model.ts'

export function redeemModule(platform: Platform): Module {
  return {
    name: 'redeem',
    routes: redeemBoundRoutes(platform),
    tasks: [makeTask(platform), deliverTask(platform), fillTask(platform)],
    subscribers: [makeWanted, fillWhenStocked],
    schedules: [fillSchedule(platform), giveUpSchedule(platform)],
  }
}
