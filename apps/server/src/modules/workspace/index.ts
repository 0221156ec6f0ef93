import type { Module, Platform } from '../../platform/module.ts'
import { doorLoops, lateSchedule } from './doors/loops.ts'
import { workspaceBoundRoutes } from './routes.ts'

export { watchFolders } from './doors/folder-door.ts'
export { openMailDoor } from './doors/mail-door.ts'
export { nameSeal as doorNamePlace } from './doors/names.ts'
export { offeredCodesPlace } from './offered/codes.ts'

/** Where the people of suppliers without an interface work, and the shop's side of it. */
export const workspaceModule = (platform: Platform, suppliers: { readonly kick: () => void }): Module => ({
  name: 'workspace',
  routes: workspaceBoundRoutes(platform, suppliers.kick),
  schedules: [lateSchedule(platform)],
  loops: doorLoops(platform),
})
