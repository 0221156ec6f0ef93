import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { sessionsOf } from '../../../platform/http/index.ts'
import { SESSION_SECONDS, SESSIONS_MAX, USER_AGENT_MAX } from '../model.ts'
import { newToken, tokenHash } from '../token.ts'

/** Whose session: an employee's or a member's. */
export type SessionOwner = { readonly kind: 'staff' | 'member'; readonly id: number }

/**
 * A new session; always with a new token, so that a token planted before sign-in is worth nothing.
 * Of more than 20 the oldest end.
 * @returns the token for the cookie, and how long it can live
 */
export async function openSession(
  tx: Tx,
  owner: SessionOwner,
  userAgent: string,
): Promise<{ readonly token: string; readonly maxAgeSeconds: number }> {
  const { token, hash } = newToken()
  const { idle, absolute } = SESSION_SECONDS[owner.kind]
  await sql`
    insert into identity.sessions (tenant_id, token_hash, kind, subject_id, ip, user_agent, idle_seconds, expires_at)
    values (
      ${tx.ctx.tenantId}::bigint, ${hash}, ${owner.kind}, ${owner.id}::bigint, ${tx.ctx.ip ?? null},
      ${userAgent.slice(0, USER_AGENT_MAX)}, ${idle}::integer, now() + interval '1 second' * ${absolute}::integer
    )`.execute(tx.db)
  const oldest = await sql`
    delete from identity.sessions
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id in (
        select id
        from identity.sessions
        where tenant_id = ${tx.ctx.tenantId}::bigint
          and kind = ${owner.kind}
          and subject_id = ${owner.id}::bigint
        order by id desc
        offset ${SESSIONS_MAX}::bigint
      )`.execute(tx.db)
  if (oldest.numAffectedRows) tellEnded(tx, owner)
  return { token, maxAgeSeconds: absolute }
}

/** Pages that wait with one of these sessions, in whichever process, are closed. */
function tellEnded(tx: Tx, { kind, id }: SessionOwner): void {
  tx.emit({ type: 'session.ended', subject: sessionsOf(kind, id), payload: {} })
}

/** Ends the session behind a cookie; one that does not exist is over already. */
export async function endSessionOfToken(tx: Tx, kind: SessionOwner['kind'], token: string | undefined): Promise<void> {
  if (token === undefined) return
  const { rows } = await sql<{ id: number }>`
    delete from identity.sessions
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and token_hash = ${tokenHash(token)}
      and kind = ${kind}
    returning subject_id as id`.execute(tx.db)
  for (const { id } of rows) tellEnded(tx, { kind, id })
}

/** Ends a person's sessions: all, one of them (`only`), or all but one (`except`). @returns how many */
export async function endSessionsOf(
  tx: Tx,
  owner: SessionOwner,
  which: { readonly only?: number; readonly except?: number } = {},
): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from identity.sessions
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and kind = ${owner.kind}
      and subject_id = ${owner.id}::bigint
      and (${which.only ?? null}::bigint is null or id = ${which.only ?? null}::bigint)
      and id is distinct from ${which.except ?? null}::bigint`.execute(tx.db)
  const ended = Number(numAffectedRows ?? 0)
  if (ended > 0) tellEnded(tx, owner)
  return ended
}
