import { identityRoutes, type staffView } from '@quanshu/contract'
import type { StaffId } from '@quanshu/kernel'
import type { z } from 'zod'
import { type BoundRoute, handle, type Session } from '../../../platform/http/index.ts'
import { everyRow } from '../../../platform/lists/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { type Column, xlsxReply } from '../../../platform/sheets/index.ts'
import { createStaff } from '../commands/create-staff.ts'
import {
  disableStaff,
  enableStaff,
  endSomeonesSession,
  resetPassword,
  resetTwoFactor,
  updateStaff,
} from '../commands/manage-staff.ts'
import type { Manager } from '../commands/rights.ts'
import { createRole, deleteRole, updateRole } from '../commands/roles.ts'
import { listRoles } from '../queries/roles.ts'
import { listStaffSessions } from '../queries/sessions.ts'
import { listStaff, readStaff, staffBelow } from '../queries/staff.ts'

/** People, their roles and their sessions, for those who may manage them. */
export function managementRoutes(platform: Platform): readonly BoundRoute[] {
  return [
    ...staffRoutes(platform),
    ...accountKeepingRoutes(platform),
    ...roleRoutes(platform),
    ...sessionRoutes(platform),
  ]
}

type StaffSession = Extract<Session, { readonly kind: 'staff' }>
const managerOf = ({ staffId, permissions }: StaffSession): Manager => ({ staffId, permissions })
const staffId = (id: number) => id as StaffId

function staffRoutes(platform: Platform): readonly BoundRoute[] {
  return [
    handle(identityRoutes.listStaff, ({ ctx, query }) => platform.db.read(ctx, (tx) => listStaff(tx, query))),
    handle(identityRoutes.exportStaff, async ({ ctx, query }) => {
      await platform.db.write(ctx, async (tx) =>
        tx.audit({ action: 'staff.export', objectKind: 'staff', objectId: 'list', detail: query }),
      )
      const rows = everyRow((beforeId, count) => platform.db.read(ctx, (tx) => staffBelow(tx, query, beforeId, count)))
      return xlsxReply(ctx.locale === 'en' ? 'employees' : '员工', sheetColumns[ctx.locale], rows)
    }),
    handle(identityRoutes.getStaff, ({ ctx, params }) =>
      platform.db.read(ctx, (tx) => readStaff(tx, staffId(params.id))),
    ),
    handle(identityRoutes.createStaff, ({ ctx, session, body }) =>
      createStaff(platform, ctx, managerOf(session), body),
    ),
    handle(identityRoutes.updateStaff, async ({ ctx, session, params, body }) => {
      await updateStaff(platform, ctx, managerOf(session), { ...body, id: staffId(params.id) })
      return await platform.db.read(ctx, (tx) => readStaff(tx, staffId(params.id)))
    }),
  ]
}

function accountKeepingRoutes(platform: Platform): readonly BoundRoute[] {
  return [
    handle(identityRoutes.disableStaff, async ({ ctx, session, params, body }) => {
      await disableStaff(platform, ctx, managerOf(session), { ...body, id: staffId(params.id) })
      return await platform.db.read(ctx, (tx) => readStaff(tx, staffId(params.id)))
    }),
    handle(identityRoutes.enableStaff, async ({ ctx, session, params }) => {
      await enableStaff(platform, ctx, managerOf(session), staffId(params.id))
      return await platform.db.read(ctx, (tx) => readStaff(tx, staffId(params.id)))
    }),
    handle(identityRoutes.resetPassword, async ({ ctx, session, params, body }) => {
      const initialPassword = await resetPassword(platform, ctx, managerOf(session), {
        ...body,
        id: staffId(params.id),
      })
      return { id: params.id, initialPassword }
    }),
    handle(identityRoutes.resetTwoFactor, async ({ ctx, session, params, body }) => {
      await resetTwoFactor(platform, ctx, managerOf(session), { ...body, id: staffId(params.id) })
      return await platform.db.read(ctx, (tx) => readStaff(tx, staffId(params.id)))
    }),
  ]
}

function roleRoutes(platform: Platform): readonly BoundRoute[] {
  return [
    handle(identityRoutes.listRoles, async ({ ctx }) => ({ items: await platform.db.read(ctx, listRoles) })),
    handle(identityRoutes.createRole, async ({ ctx, session, body }) => ({
      id: await createRole(platform, ctx, managerOf(session), body),
    })),
    handle(identityRoutes.updateRole, async ({ ctx, session, params, body }) => {
      await updateRole(platform, ctx, managerOf(session), { ...body, id: params.id })
      return { ok: true } as const
    }),
    handle(identityRoutes.deleteRole, async ({ ctx, session, params }) => {
      await deleteRole(platform, ctx, managerOf(session), params.id)
      return { ok: true } as const
    }),
  ]
}

function sessionRoutes(platform: Platform): readonly BoundRoute[] {
  return [
    handle(identityRoutes.listSessions, ({ ctx, session, query }) =>
      platform.db.read(ctx, (tx) => listStaffSessions(tx, query, Number(session.sessionId))),
    ),
    handle(identityRoutes.endSession, async ({ ctx, session, params }) => {
      await endSomeonesSession(platform, ctx, managerOf(session), params.id)
      return { ok: true } as const
    }),
  ]
}

type Staff = z.output<typeof staffView>

const sheet = (titles: readonly [string, string, string, string, string, string, string]): readonly Column<Staff>[] => {
  const [email, name, roles, status, twoFactor, lastSeenAt, createdAt] = titles
  return [
    { header: email, kind: 'text', width: 32, value: (row) => row.email },
    { header: name, kind: 'text', value: (row) => row.name },
    { header: roles, kind: 'text', width: 24, value: (row) => row.roles.map((role) => role.name).join(', ') },
    { header: status, kind: 'text', value: (row) => row.status },
    { header: twoFactor, kind: 'text', value: (row) => (row.twoFactor ? 'on' : 'off') },
    { header: lastSeenAt, kind: 'time', width: 20, value: (row) => row.lastSeenAt },
    { header: createdAt, kind: 'time', width: 20, value: (row) => row.createdAt },
  ]
}
const sheetColumns = {
  'zh-CN': sheet(['邮箱', '姓名', '角色', '状态', '两步验证', '最近使用', '创建时间']),
  en: sheet(['Email', 'Name', 'Roles', 'Status', 'Two-factor', 'Last seen', 'Created']),
}
