import type { meView } from '@quanshu/contract'
import { identityRoutes } from '@quanshu/contract'
import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Ctx } from '../../../platform/db/index.ts'
import { type BoundRoute, type Cookies, handle } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { secondFactor } from '../commands/second-factor.ts'
import { endSessionOfToken } from '../commands/sessions.ts'
import { type Browser, type Opened, signIn } from '../commands/sign-in.ts'
import { COOKIES } from '../model.ts'
import { readMe } from '../queries/me.ts'

export function signInRoutes(platform: Platform): readonly BoundRoute[] {
  return [
    handle(identityRoutes.signIn, async ({ ctx, body, cookies, raw }) => {
      const result = await signIn(platform, ctx, { ...body, browser: browserOf(raw, cookies) })
      if (result.state === 'secondFactor') return result
      return { state: 'signedIn', me: await welcome(platform, ctx, result, cookies) } as const
    }),
    handle(identityRoutes.secondFactor, async ({ ctx, body, cookies, raw }) => {
      const opened = await secondFactor(platform, ctx, { ...body, browser: browserOf(raw, cookies) })
      return { state: 'signedIn', me: await welcome(platform, ctx, opened, cookies) } as const
    }),
    handle(identityRoutes.signOut, async ({ ctx, session, cookies }) => {
      await platform.db.write(ctx, async (tx) => {
        await endSessionOfToken(tx, 'staff', cookies.get(COOKIES.staff))
        tx.audit({ action: 'staff.sign_out', objectKind: 'staff', objectId: session.staffId })
      })
      cookies.clear(COOKIES.staff)
      return { ok: true } as const
    }),
  ]
}

/** Puts the new session into the cookie, and answers who it belongs to. */
async function welcome(
  platform: Platform,
  ctx: Ctx,
  opened: Opened,
  cookies: Cookies,
): Promise<z.output<typeof meView>> {
  cookies.set(COOKIES.staff, opened.token, { maxAgeSeconds: opened.maxAgeSeconds })
  return await platform.db.read(ctx, (tx) => readMe(tx, opened.staffId))
}

function browserOf(raw: FastifyRequest, cookies: Cookies): Browser {
  return { userAgent: userAgentOf(raw), formerToken: cookies.get(COOKIES.staff) }
}

/** As the browser names itself; nothing depends on it. */
export function userAgentOf(raw: FastifyRequest): string {
  return raw.headers['user-agent'] ?? ''
}
