import { supplierProfileRoutes as routes } from '@quanshu/contract'
import type { Ctx } from '../../../platform/db/index.ts'
import { type BoundRoute, handle } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import type { SupplierAccounts, SupplierAdapters } from '../accounts.ts'
import { adoptProfile } from '../commands/adopt-profile.ts'
import { removeProfile } from '../commands/remove-profile.ts'
import { createProfile, saveProfile } from '../commands/save-profile.ts'
import { listProfiles, readProfileDetail, readProfileVersion, shippedProfileViews } from '../queries/profiles.ts'
import { profileFaults } from './check.ts'
import { tryProfile } from './try.ts'

export function profileRoutes(
  platform: Platform,
  adapters: SupplierAdapters,
  accounts: SupplierAccounts,
): readonly BoundRoute[] {
  const { db } = platform
  const view = (ctx: Ctx, profileId: number) => db.read(ctx, (tx) => readProfileDetail(tx, profileId))
  return [
    handle(routes.list, ({ ctx, query }) => db.read(ctx, (tx) => listProfiles(tx, query))),
    handle(routes.shipped, async () => ({ items: shippedProfileViews() })),
    handle(routes.read, ({ ctx, params }) => view(ctx, params.profileId)),
    handle(routes.readVersion, ({ ctx, params }) =>
      db.read(ctx, (tx) => readProfileVersion(tx, params.profileId, params.version)),
    ),
    handle(routes.create, async ({ ctx, body, once }) => {
      const { id } = await once(async (tx) => ({ id: await createProfile(adapters, tx, body.source, body.note) }))
      return await view(ctx, id)
    }),
    handle(routes.save, async ({ ctx, params, body }) => {
      await db.write(ctx, (tx) => saveProfile(tx, params.profileId, body))
      return await view(ctx, params.profileId)
    }),
    handle(routes.remove, async ({ ctx, params }) => {
      await db.write(ctx, (tx) => removeProfile(tx, params.profileId))
      return { ok: true as const }
    }),
    handle(routes.adopt, async ({ ctx, params, body }) => {
      await adoptProfile(platform, accounts, ctx, params.profileId, body.supplierId, body.version)
      return await view(ctx, params.profileId)
    }),
    handle(routes.check, async ({ ctx, body }) => ({ faults: [...profileFaults(body.source, ctx.locale)] })),
    handle(routes.trial, async ({ ctx, body }) => tryProfile(body, ctx.locale, platform.clock.now())),
  ]
}
