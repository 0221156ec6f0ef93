import type { MemberId, StaffId, TenantId } from '@quanshu/kernel'
import type { AuthenticateRequest, SignedIn } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { type NodeKind, permissionsAt, type RoleRights } from '../model.ts'
import { tokenHash } from '../token.ts'

type Found =
  | { readonly kind: 'member'; readonly sessionId: number; readonly memberId: MemberId; readonly seen: boolean }
  | {
      readonly kind: 'staff'
      readonly sessionId: number
      readonly staffId: StaffId
      readonly name: string
      readonly mustChangePassword: boolean
      readonly nodeKind: NodeKind
      readonly roles: readonly RoleRights[]
    }

/**
 * Who is behind a session's token: one indexed look-up. A person who must change the password first has no permissions,
 * so only the own profile answers.
 * @param onMemberSeen is told at most once a minute and session that a member is here
 */
export function authenticate(
  platform: Pick<Platform, 'db'>,
  onMemberSeen: (tenantId: TenantId, memberId: MemberId) => Promise<void> = async () => undefined,
) {
  return async ({ tenantId, area, token }: AuthenticateRequest): Promise<SignedIn | undefined> => {
    const kind = area === 'console' ? 'staff' : 'member'
    const hash = tokenHash(token).toString('hex')
    const found = await platform.db.call<Found | null>(tenantId, 'identity.find_session', kind, hash)
    if (!found) return undefined
    if (found.kind === 'member') {
      if (found.seen) await onMemberSeen(tenantId, found.memberId)
      return { kind: 'member', memberId: found.memberId }
    }
    return {
      kind: 'staff',
      staffId: found.staffId,
      name: found.name,
      permissions: found.mustChangePassword ? new Set() : permissionsAt(found.nodeKind, found.roles),
      sessionId: String(found.sessionId),
    }
  }
}
