import { commonErrors, memberErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx, Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { CODE_LIVES_SECONDS, newLoginCode } from '../model.ts'
import { codeHash, phoneHash } from '../phone-hash.ts'

/** What members need of others; `main/` fills it. */
export type MemberPorts = {
  /** Makes ready, outside the transaction, what sends the code; the returned function orders it inside. */
  readonly sendLoginCode: (
    ctx: Ctx,
    login: { readonly phone: string; readonly code: string; readonly expiresInSeconds: number },
  ) => Promise<(tx: Tx) => Promise<void>>
}

type Taken =
  | { readonly taken: true }
  | { readonly taken: false; readonly reason: 'soon'; readonly retryAfterSeconds: number }
  | { readonly taken: false; readonly reason: 'limit' }

/**
 * Sends a sign-in code. The same for known and unknown phones.
 * @throws memberErrors.codeTooSoon, .codeLimit
 */
export async function sendCode(platform: Platform, ports: MemberPorts, ctx: Ctx, phone: string): Promise<void> {
  const code = newLoginCode()
  const [ofPhone, ofCode, order] = await Promise.all([
    phoneHash(platform, ctx.tenantId, phone),
    codeHash(platform, ctx.tenantId, phone, code),
    ports.sendLoginCode(ctx, { phone, code, expiresInSeconds: CODE_LIVES_SECONDS }),
  ])
  await platform.db.write(ctx, async (tx) => {
    const { rows } = await sql<{ taken: Taken }>`
      select members.request_code(
        ${ctx.tenantId}::bigint, ${ofPhone}::bytea, ${ofCode}::bytea, ${ctx.ip ?? null}::text,
        interval '1 second' * ${CODE_LIVES_SECONDS}::integer
      ) as taken`.execute(tx.db)
    const taken = rows[0]?.taken
    if (!taken) throw commonErrors.internal()
    if (taken.taken) return await order(tx)
    if (taken.reason === 'soon') throw memberErrors.codeTooSoon({ retryAfterSeconds: taken.retryAfterSeconds })
    throw memberErrors.codeLimit()
  })
}
