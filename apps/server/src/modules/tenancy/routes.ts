import { setupRoutes, tenancyRoutes } from '@quanshu/contract'
import { handle } from '../../platform/http/index.ts'
import type { Module, Platform } from '../../platform/module.ts'
import { saveSettings } from './commands/save-settings.ts'
import { getSettings, hasChosen } from './queries/settings.ts'
import { readSettingsPage } from './queries/settings-page.ts'
import { readSetupGuide, type SetupChecks } from './queries/setup-guide.ts'

export function tenancyModule(platform: Platform, ports: { readonly setupChecks: SetupChecks }): Module {
  return {
    name: 'tenancy',
    routes: [
      handle(tenancyRoutes.getShop, async ({ tenant }) => {
        const settings = await getSettings(platform, tenant.tenantId)
        return {
          slug: tenant.slug,
          name: settings['shop.name'],
          logoUrl: settings['shop.logoUrl'],
          announcement: settings['shop.announcement'],
          contact: settings['shop.contact'],
          locale: (await hasChosen(platform, tenant.tenantId, 'shop.locale')) ? settings['shop.locale'] : null,
          guestCheckout: settings['orders.guestCheckout'],
          queryPasswordRequired: settings['orders.queryPasswordRequired'],
        }
      }),
      handle(tenancyRoutes.getSettings, ({ ctx }) => platform.db.read(ctx, readSettingsPage)),
      handle(tenancyRoutes.saveSettings, async ({ ctx, body }) => {
        await saveSettings(platform, ctx, body.values, body.versions)
        return await platform.db.read(ctx, readSettingsPage)
      }),
      handle(setupRoutes.getGuide, ({ ctx }) => platform.db.read(ctx, (tx) => readSetupGuide(tx, ports.setupChecks))),
    ],
  }
}
