import type { Module, Platform } from '../../platform/module.ts'
import { workspaceBoundRoutes } from './routes.ts'

/** Where the people of suppliers without an interface work, and the shop's side of it. */
export const workspaceModule = (platform: Platform, suppliers: { readonly kick: () => void }): Module => ({
  name: 'workspace',
  routes: workspaceBoundRoutes(platform, suppliers.kick),
})
