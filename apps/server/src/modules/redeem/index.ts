import type { Module, Platform } from '../../platform/module.ts'
import { deliverTask, makeTask } from './jobs.ts'
import { redeemBoundRoutes } from './routes.ts'
import { makeWanted } from './subscribers.ts'

export function redeemModule(platform: Platform): Module {
  return {
    name: 'redeem',
    routes: redeemBoundRoutes(platform),
    tasks: [makeTask(platform), deliverTask(platform)],
    subscribers: [makeWanted],
  }
}
