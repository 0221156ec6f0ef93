import { commonErrors, identityRoutes } from '@quanshu/contract'
import { type BoundRoute, handle } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { getSettings } from '../../tenancy/index.ts'
import { changePassword } from '../commands/change-password.ts'
import { saveProfile } from '../commands/save-profile.ts'
import { endSessionsOf } from '../commands/sessions.ts'
import { confirmTotp, disableTotp, enrolTotp, renewRecoveryCodes } from '../commands/two-factor.ts'
import { COOKIES } from '../model.ts'
import { readMe } from '../queries/me.ts'
import { listStaffSessions } from '../queries/sessions.ts'
import { userAgentOf } from './sign-in.ts'

/** What everybody may do to the own account, whatever the roles. */
export function accountRoutes(platform: Platform): readonly BoundRoute[] {
  return [...profileRoutes(platform), ...twoFactorRoutes(platform), ...ownSessionRoutes(platform)]
}

function profileRoutes(platform: Platform): readonly BoundRoute[] {
  return [
    handle(identityRoutes.getMe, ({ ctx, session }) => platform.db.read(ctx, (tx) => readMe(tx, session.staffId))),
    handle(identityRoutes.saveMe, async ({ ctx, session, body }) => {
      await saveProfile(platform, ctx, { ...body, staffId: session.staffId })
      return await platform.db.read(ctx, (tx) => readMe(tx, session.staffId))
    }),
    handle(identityRoutes.changePassword, async ({ ctx, session, body, raw, cookies }) => {
      const opened = await changePassword(platform, ctx, {
        ...body,
        staffId: session.staffId,
        userAgent: userAgentOf(raw),
      })
      cookies.set(COOKIES.staff, opened.token, { maxAgeSeconds: opened.maxAgeSeconds })
      return await platform.db.read(ctx, (tx) => readMe(tx, session.staffId))
    }),
  ]
}

function twoFactorRoutes(platform: Platform): readonly BoundRoute[] {
  return [
    handle(identityRoutes.enrolTotp, async ({ ctx, session, body }) => {
      const settings = await getSettings(platform, ctx.tenantId)
      return await enrolTotp(platform, ctx, { ...body, staffId: session.staffId, issuer: settings['shop.name'] })
    }),
    handle(identityRoutes.confirmTotp, async ({ ctx, session, body }) => ({
      recoveryCodes: [...(await confirmTotp(platform, ctx, { ...body, staffId: session.staffId }))],
    })),
    handle(identityRoutes.renewRecoveryCodes, async ({ ctx, session, body }) => ({
      recoveryCodes: [...(await renewRecoveryCodes(platform, ctx, { ...body, staffId: session.staffId }))],
    })),
    handle(identityRoutes.disableTotp, async ({ ctx, session, body }) => {
      await disableTotp(platform, ctx, { ...body, staffId: session.staffId })
      return { ok: true } as const
    }),
  ]
}

function ownSessionRoutes(platform: Platform): readonly BoundRoute[] {
  return [
    handle(identityRoutes.listMySessions, ({ ctx, session, query }) =>
      platform.db.read(ctx, (tx) =>
        listStaffSessions(tx, { ...query, staffId: session.staffId }, Number(session.sessionId)),
      ),
    ),
    handle(identityRoutes.endMySession, async ({ ctx, session, params }) => {
      await platform.db.write(ctx, async (tx) => {
        const ended = await endSessionsOf(tx, { kind: 'staff', id: session.staffId }, { only: params.id })
        if (ended === 0) throw commonErrors.notFound()
        tx.audit({
          action: 'session.end',
          objectKind: 'staff',
          objectId: session.staffId,
          detail: { sessionId: params.id },
        })
      })
      return { ok: true } as const
    }),
    handle(identityRoutes.endMyOtherSessions, async ({ ctx, session }) => {
      const ended = await platform.db.write(ctx, async (tx) => {
        const count = await endSessionsOf(
          tx,
          { kind: 'staff', id: session.staffId },
          { except: Number(session.sessionId) },
        )
        tx.audit({ action: 'session.end', objectKind: 'staff', objectId: session.staffId, detail: { others: count } })
        return count
      })
      return { ended }
    }),
  ]
}
