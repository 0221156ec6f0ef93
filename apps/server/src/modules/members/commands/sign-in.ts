import { memberErrors } from '@quanshu/contract'
import { assert, type MemberId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx, Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { endSessionOfToken, openSession } from '../../identity/index.ts'
import { maskPhone, phonePlace } from '../model.ts'
import { codeHash, phoneHash } from '../phone-hash.ts'

type Opened = { readonly memberId: MemberId; readonly token: string; readonly maxAgeSeconds: number }
type Outcome = Opened | 'wrongCode' | 'disabled'

/**
 * Signs in with a code; the first time makes the member. A wrong try is counted even though it is refused. That an
 * account is closed is said only to whoever holds the phone.
 * @throws memberErrors.wrongCode, .disabled
 */
export async function signInByCode(
  platform: Platform,
  ctx: Ctx,
  input: {
    readonly phone: string
    readonly code: string
    readonly userAgent: string
    readonly formerToken: string | undefined
  },
): Promise<Opened> {
  const [ofPhone, ofCode, sealer] = await Promise.all([
    phoneHash(platform, ctx.tenantId, input.phone),
    codeHash(platform, ctx.tenantId, input.phone, input.code),
    platform.crypto.sealer(ctx.tenantId),
  ])
  const outcome = await platform.db.write(ctx, async (tx): Promise<Outcome> => {
    if (!(await tryCode(tx, ofPhone, ofCode))) return 'wrongCode'
    const member =
      (await findMember(tx, ofPhone)) ??
      (await join(tx, { phone: input.phone, hash: ofPhone, seal: (id) => sealer.seal(phonePlace(id), input.phone) }))
    if (member.status === 'disabled') return 'disabled'
    await endSessionOfToken(tx, 'member', input.formerToken)
    const session = await openSession(tx, { kind: 'member', id: member.id }, input.userAgent)
    return { memberId: member.id, ...session }
  })
  if (outcome === 'wrongCode') throw memberErrors.wrongCode()
  if (outcome === 'disabled') throw memberErrors.disabled()
  return outcome
}

/** The member with this phone, made when there is none: for shops that bring their members along. Signs nobody in. */
export async function openMember(platform: Platform, ctx: Ctx, phone: string): Promise<MemberId> {
  const [hash, sealer] = await Promise.all([
    phoneHash(platform, ctx.tenantId, phone),
    platform.crypto.sealer(ctx.tenantId),
  ])
  const member = await platform.db.write(
    ctx,
    async (tx) =>
      (await findMember(tx, hash)) ??
      (await join(tx, { phone, hash, seal: (id) => sealer.seal(phonePlace(id), phone) })),
  )
  return member.id
}

async function tryCode(tx: Tx, ofPhone: Buffer, ofCode: Buffer): Promise<boolean> {
  const { rows } = await sql<{ right: boolean }>`
    select members.try_code(${tx.ctx.tenantId}::bigint, ${ofPhone}::bytea, ${ofCode}::bytea) as right`.execute(tx.db)
  return rows[0]?.right === true
}

type Member = { readonly id: MemberId; readonly status: 'active' | 'disabled' }

async function findMember(tx: Tx, hash: Buffer): Promise<Member | undefined> {
  const { rows } = await sql<Member>`
    update members.members
    set last_seen_at = now()
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and phone_hash = ${hash}
    returning id, status`.execute(tx.db)
  return rows[0]
}

/** Of two browsers that prove the same new phone at once, one makes the member and both are in. */
async function join(
  tx: Tx,
  person: { readonly phone: string; readonly hash: Buffer; readonly seal: (memberId: number) => Buffer },
): Promise<Member> {
  const id = await nextMemberId(tx)
  const { numAffectedRows } = await sql`
    insert into members.members (tenant_id, id, phone, phone_hash, phone_masked, phone_tail, last_seen_at)
    values (
      ${tx.ctx.tenantId}::bigint, ${id}::bigint, ${person.seal(id)}, ${person.hash}, ${maskPhone(person.phone)},
      ${person.phone.slice(-4)}, now()
    )
    on conflict (tenant_id, phone_hash) do nothing`.execute(tx.db)
  if (Number(numAffectedRows) === 1) {
    tx.emit({ type: 'member.joined', subject: `member:${id}`, payload: { memberId: id } })
    return { id, status: 'active' }
  }
  const other = await findMember(tx, person.hash)
  assert(other !== undefined, 'who was in the way is there')
  return other
}

/** Known before the row is written, because the phone is sealed to it. */
async function nextMemberId(tx: Tx): Promise<MemberId> {
  const { rows } = await sql<{ id: MemberId }>`select nextval('members.members_id_seq') as id`.execute(tx.db)
  const [row] = rows
  assert(row !== undefined, 'a sequence always answers')
  return row.id
}
