import { commonErrors } from '@quanshu/contract'
import type { MemberId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import { SESSIONS_CHANGED } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { endSessionsOf } from '../../identity/index.ts'
import { pauseWecom } from '../../notify/index.ts'

/** What members see of themselves and staff never do: the own name. */
export async function saveMemberName(platform: Platform, ctx: Ctx, id: MemberId, name: string): Promise<void> {
  await platform.db.write(ctx, async (tx) => {
    await sql`
      update members.members
      set name = ${name},
          version = version + 1
      where tenant_id = ${ctx.tenantId}::bigint
        and id = ${id}::bigint`.execute(tx.db)
  })
}

/** A note for colleagues. @throws commonErrors.notFound, .conflict */
export async function saveNote(
  platform: Platform,
  ctx: Ctx,
  input: { readonly id: MemberId; readonly note: string; readonly version: number },
): Promise<void> {
  await platform.db.write(ctx, async (tx) => {
    const { rows } = await sql<{ version: number }>`
      select version
      from members.members
      where tenant_id = ${ctx.tenantId}::bigint
        and id = ${input.id}::bigint
      for update`.execute(tx.db)
    const [member] = rows
    if (!member) throw commonErrors.notFound()
    if (member.version !== input.version) throw commonErrors.conflict()
    await sql`
      update members.members
      set note = ${input.note},
          version = version + 1
      where tenant_id = ${ctx.tenantId}::bigint
        and id = ${input.id}::bigint`.execute(tx.db)
    tx.audit({ action: 'member.note', objectKind: 'member', objectId: input.id })
  })
}

/** Closes an account; its sessions end. Orders and balance stay. @throws commonErrors.notFound */
export async function disableMember(
  platform: Platform,
  ctx: Ctx,
  { id, reason }: { readonly id: MemberId; readonly reason: string },
): Promise<void> {
  await setStatus(platform, ctx, id, 'disabled', { reason })
  platform.hub.publish(SESSIONS_CHANGED, { tenantId: ctx.tenantId })
}

/** @throws commonErrors.notFound */
export async function enableMember(platform: Platform, ctx: Ctx, id: MemberId): Promise<void> {
  await setStatus(platform, ctx, id, 'active', {})
}

async function setStatus(
  platform: Platform,
  ctx: Ctx,
  id: MemberId,
  status: 'active' | 'disabled',
  detail: Readonly<Record<string, unknown>>,
): Promise<void> {
  await platform.db.write(ctx, async (tx) => {
    const { numAffectedRows } = await sql`
      update members.members
      set status = ${status},
          version = version + 1
      where tenant_id = ${ctx.tenantId}::bigint
        and id = ${id}::bigint`.execute(tx.db)
    if (Number(numAffectedRows) !== 1) throw commonErrors.notFound()
    if (status === 'disabled') await endSessionsOf(tx, { kind: 'member', id })
    await pauseWecom(tx, id, status === 'disabled')
    const action = status === 'disabled' ? 'member.disable' : 'member.enable'
    tx.audit({ action, objectKind: 'member', objectId: id, detail })
  })
}
