import type { Module, Platform } from '../../platform/module.ts'
import { deliverTask, makeTask } from './jobs.ts'
import { redeemBoundRoutes } from './routes.ts'

export function redeemModule(platform: Platform): Module {
  return { name: 'redeem', routes: redeemBoundRoutes(platform), tasks: [makeTask(platform), deliverTask(platform)] }
}
