import { hash } from 'node:crypto'
import { commonErrors, type RouteSpec } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx, Database, Tx } from '../db/types.ts'
import type { Idempotency, Session } from './bind.ts'
import { InvalidInput } from './problem.ts'
import { callerNetwork } from './rate-limit.ts'
import type { Input } from './validate.ts'

const KEY = /^[\x21-\x7e]{1,128}$/

/**
 * Reads `Idempotency-Key` for a route that takes one.
 * @param caller a stranger, who sent no device cookie, is known by network: the first answer, which brings one, may be lost
 *   on its way, and the repeat must still be known as one
 * @throws common.idempotency_key_required, or 422 for a key that is not 1 to 128 visible ASCII characters.
 */
export function idempotencyOf(
  spec: RouteSpec,
  header: string | readonly string[] | undefined,
  caller: Caller,
  input: Input,
): Idempotency | undefined {
  if (spec.idempotency === undefined) return undefined
  if (header === undefined || header === '') {
    if (spec.idempotency === 'required') throw commonErrors.idempotencyKeyRequired()
    return undefined
  }
  if (typeof header !== 'string' || !KEY.test(header)) {
    throw new InvalidInput([
      { in: 'headers', path: 'idempotency-key', code: 'invalid_format', message: '1-128 visible ASCII characters' },
    ])
  }
  let fingerprint: Buffer | undefined
  return {
    scope: `${spec.id} ${nameOf(caller)}`,
    key: header,
    // When somebody asks: who is refused before anything is stored needs none.
    get fingerprint() {
      fingerprint ??= hash('sha256', JSON.stringify([spec.id, input.params, input.query, input.body]), 'buffer')
      return fingerprint
    },
  }
}

type Caller = { readonly session: Session; readonly ip: string; readonly isStranger: boolean }

function nameOf({ session, ip, isStranger }: Caller): string {
  if (session.kind === 'staff') return `staff:${session.staffId}`
  if (session.kind === 'member') return `member:${session.memberId}`
  return isStranger ? `network:${callerNetwork(ip)}` : `device:${session.deviceId}`
}

type Stored = { readonly fingerprint: Buffer; readonly response: { readonly value?: unknown } | null }

/**
 * Runs `fn` once per key, its result stored in its own transaction. Of two that come together, the second waits on the
 * first one's row (PostgreSQL's unique index does the waiting) and then reads its result; when the first rolls back,
 * the second runs.
 */
export function onceOf(db: Database, ctx: Ctx, idempotency: Idempotency | undefined) {
  return <T>(fn: (tx: Tx) => Promise<T>): Promise<T> => {
    if (!idempotency) return db.write(ctx, fn)
    return db.write(ctx, async (tx) => {
      if (!(await claim(tx, idempotency))) return (await answerOf(tx, idempotency)) as T
      const value = await fn(tx)
      await store(tx, idempotency, value)
      return value
    })
  }
}

async function claim(tx: Tx, { scope, key, fingerprint }: Idempotency): Promise<boolean> {
  const { rows } = await sql`
    insert into platform.requests (tenant_id, scope, key, fingerprint)
    values (${tx.ctx.tenantId}, ${scope}, ${key}, ${fingerprint})
    on conflict do nothing
    returning 1
  `.execute(tx.db)
  return rows.length === 1
}

async function answerOf(tx: Tx, { scope, key, fingerprint }: Idempotency): Promise<unknown> {
  const { rows } = await sql<Stored>`
    select fingerprint, response
    from platform.requests
    where tenant_id = ${tx.ctx.tenantId}
      and scope = ${scope}
      and key = ${key}
  `.execute(tx.db)
  const [stored] = rows
  if (!stored?.response) throw commonErrors.busy()
  if (!stored.fingerprint.equals(fingerprint)) throw commonErrors.idempotencyKeyReused()
  return stored.response.value
}

async function store(tx: Tx, { scope, key }: Idempotency, value: unknown): Promise<void> {
  await sql`
    update platform.requests
    set response = ${JSON.stringify({ value })}::jsonb,
        status = 200
    where tenant_id = ${tx.ctx.tenantId}
      and scope = ${scope}
      and key = ${key}
  `.execute(tx.db)
}
