import { commonErrors, rightsRoutes } from '@quanshu/contract'
import type { MemberId } from '@quanshu/kernel'
import { handle } from '../../platform/http/index.ts'
import type { Module, Platform } from '../../platform/module.ts'
import { isMember } from '../members/index.ts'
import { listRights } from './queries/list-rights.ts'

export { grantStates } from './model.ts'

export function entitlementsModule(platform: Platform): Module {
  return {
    name: 'entitlements',
    routes: [
      handle(rightsRoutes.mine, ({ tenant, session, query, prefix }) =>
        listRights(platform, tenant.tenantId, session.memberId, query, prefix),
      ),
      handle(rightsRoutes.ofMember, async ({ ctx, tenant, params, query, prefix }) => {
        const memberId = params.id as MemberId
        if (!(await platform.db.read(ctx, (tx) => isMember(tx, memberId)))) throw commonErrors.notFound()
        return listRights(platform, tenant.tenantId, memberId, query, prefix)
      }),
    ],
  }
}
