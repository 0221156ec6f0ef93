import { commonErrors, type RouteSpec } from '@quanshu/contract'
import type { Session } from './bind.ts'

/** @throws common.sign_in_required or common.forbidden. */
export function refuseUnlessAllowed({ access }: RouteSpec, session: Session): void {
  // Whoever holds a key proves it by a signature over the body, which is not read yet.
  if (access.kind === 'public' || access.kind === 'key') return
  if (session.kind !== access.kind) throw commonErrors.signInRequired()
  if (access.kind !== 'staff' || session.kind !== 'staff' || access.permission === undefined) return
  if (!session.permissions.has(access.permission)) throw commonErrors.forbidden({ permission: access.permission })
}
