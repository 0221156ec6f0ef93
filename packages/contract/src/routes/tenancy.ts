import { z } from 'zod'
import { route } from '../route.ts'
import { id, instant } from '../schemas.ts'
import { SETTING_KEYS, settingsPatch, settingsSchema } from '../settings.ts'

/** What anybody may know about a shop; the mall's frame and the console's sign-in page are drawn from it. */
export const shopView = z.object({
  slug: z.string(),
  name: z.string(),
  logoUrl: z.string(),
  announcement: z.string(),
  contact: z.string(),
  /** Null until the shop chose one: the mall then speaks as the visitor's browser does. */
  locale: z.enum(['zh-CN', 'en']).nullable(),
  guestCheckout: z.boolean(),
  queryPasswordRequired: z.boolean(),
})

/** Row versions by key; 0 for a setting that was never changed. Sent back with a save, so that two people do not overwrite each other. */
export const settingVersions = z.partialRecord(z.enum(SETTING_KEYS as [string, ...string[]]), z.int().min(0))

export const settingsView = z.object({
  values: settingsSchema,
  versions: settingVersions,
  tenant: z.object({ id, slug: z.string(), name: z.string(), domain: z.string().nullable(), createdAt: instant }),
})

export const tenancyRoutes = {
  getShop: route({
    id: 'tenancy.getShop',
    method: 'GET',
    path: '/api/mall/shop',
    summary: 'The shop as shoppers see it',
    access: { kind: 'public' },
    response: shopView,
  }),
  getSettings: route({
    id: 'tenancy.getSettings',
    method: 'GET',
    path: '/api/console/settings',
    summary: 'All settings with their versions',
    access: { kind: 'staff', permission: 'settings.read' },
    response: settingsView,
  }),
  saveSettings: route({
    id: 'tenancy.saveSettings',
    method: 'PUT',
    path: '/api/console/settings',
    summary: 'Change some settings, all or none; refused with common.conflict when one of them changed meanwhile',
    access: { kind: 'staff', permission: 'settings.manage' },
    body: z.object({ values: settingsPatch, versions: settingVersions }),
    response: settingsView,
  }),
} as const
