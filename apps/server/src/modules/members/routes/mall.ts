import { commonErrors, memberRoutes } from '@quanshu/contract'
import { type BoundRoute, handle, SESSIONS_CHANGED } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { endSessionOfToken, endSessionsOf, liveSessions } from '../../identity/index.ts'
import { saveMemberName } from '../commands/manage-members.ts'
import { type MemberPorts, sendCode } from '../commands/send-code.ts'
import { signInByCode } from '../commands/sign-in.ts'
import { CODE_LIVES_SECONDS, RESEND_AFTER_SECONDS } from '../model.ts'
import { readMallMe } from '../queries/me.ts'
import { movementsOf } from '../queries/movements.ts'

const COOKIE = 'qs_member'

export function mallRoutes(platform: Platform, ports: MemberPorts): readonly BoundRoute[] {
  return [...signInRoutes(platform, ports), ...ownAccountRoutes(platform)]
}

function signInRoutes(platform: Platform, ports: MemberPorts): readonly BoundRoute[] {
  return [
    handle(memberRoutes.sendCode, async ({ ctx, body }) => {
      await sendCode(platform, ports, ctx, body.phone)
      return { resendAfterSeconds: RESEND_AFTER_SECONDS, expiresInSeconds: CODE_LIVES_SECONDS }
    }),
    handle(memberRoutes.signIn, async ({ ctx, body, cookies, raw }) => {
      const userAgent = raw.headers['user-agent'] ?? ''
      const opened = await signInByCode(platform, ctx, { ...body, userAgent, formerToken: cookies.get(COOKIE) })
      cookies.set(COOKIE, opened.token, { maxAgeSeconds: opened.maxAgeSeconds })
      return await platform.db.read(ctx, (tx) => readMallMe(tx, opened.memberId))
    }),
    handle(memberRoutes.signOut, async ({ ctx, cookies }) => {
      await platform.db.write(ctx, (tx) => endSessionOfToken(tx, 'member', cookies.get(COOKIE)))
      cookies.clear(COOKIE)
      return { ok: true } as const
    }),
  ]
}

function ownAccountRoutes(platform: Platform): readonly BoundRoute[] {
  return [
    handle(memberRoutes.getMe, ({ ctx, session }) => platform.db.read(ctx, (tx) => readMallMe(tx, session.memberId))),
    handle(memberRoutes.saveMe, async ({ ctx, session, body }) => {
      await saveMemberName(platform, ctx, session.memberId, body.name)
      return await platform.db.read(ctx, (tx) => readMallMe(tx, session.memberId))
    }),
    handle(memberRoutes.listMyMovements, ({ ctx, session, query }) =>
      platform.db.read(ctx, (tx) => movementsOf(tx, session.memberId, query)),
    ),
    handle(memberRoutes.listMySessions, async ({ ctx, session, cookies }) => {
      const owner = { kind: 'member', id: session.memberId } as const
      return { items: await platform.db.read(ctx, (tx) => liveSessions(tx, owner, cookies.get(COOKIE))) }
    }),
    handle(memberRoutes.endMySession, async ({ ctx, session, params }) => {
      const owner = { kind: 'member', id: session.memberId } as const
      const ended = await platform.db.write(ctx, (tx) => endSessionsOf(tx, owner, { only: params.id }))
      if (ended === 0) throw commonErrors.notFound()
      platform.hub.publish(SESSIONS_CHANGED, { tenantId: ctx.tenantId })
      return { ok: true } as const
    }),
  ]
}
