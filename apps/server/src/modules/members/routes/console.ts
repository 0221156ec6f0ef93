import { memberRoutes, type memberView } from '@quanshu/contract'
import type { MemberId, TenantId } from '@quanshu/kernel'
import type { z } from 'zod'
import type { Ctx } from '../../../platform/db/index.ts'
import { type BoundRoute, handle } from '../../../platform/http/index.ts'
import { everyRow } from '../../../platform/lists/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { type Column, xlsxReply } from '../../../platform/sheets/index.ts'
import { adjustBalance, adjustPoints } from '../commands/adjust-means.ts'
import { disableMember, enableMember, saveNote } from '../commands/manage-members.ts'
import { PHONE, phonePlace } from '../model.ts'
import { phoneHash } from '../phone-hash.ts'
import { type HashedFilter, listMembers, type MemberFilter, membersBelow, readMember } from '../queries/members.ts'

export function consoleRoutes(platform: Platform): readonly BoundRoute[] {
  return [...lookingRoutes(platform), ...handlingRoutes(platform)]
}

const memberId = (id: number) => id as MemberId

function lookingRoutes(platform: Platform): readonly BoundRoute[] {
  return [
    handle(memberRoutes.listMembers, async ({ ctx, query }) => {
      const filter = { ...query, ...(await hashed(platform, ctx.tenantId, query)) }
      return await platform.db.read(ctx, (tx) => listMembers(tx, filter))
    }),
    handle(memberRoutes.exportMembers, async ({ ctx, query }) => {
      const filter = await hashed(platform, ctx.tenantId, query)
      const { status, createdFrom, createdTo } = query
      const detail = { status, createdFrom, createdTo }
      await platform.db.write(ctx, async (tx) =>
        tx.audit({ action: 'member.export', objectKind: 'member', objectId: 'list', detail }),
      )
      const rows = everyRow((beforeId, count) =>
        platform.db.read(ctx, (tx) => membersBelow(tx, filter, beforeId, count)),
      )
      return xlsxReply(ctx.locale === 'en' ? 'members' : '会员', sheetColumns[ctx.locale], rows)
    }),
    handle(memberRoutes.getMember, async ({ ctx, session, params }) => {
      const { member, sealedPhone, sessionCount } = await platform.db.read(ctx, (tx) =>
        readMember(tx, memberId(params.id)),
      )
      const phone = session.permissions.has('members.manage')
        ? await seePhone(platform, ctx, member.id, sealedPhone)
        : null
      return { ...member, phone, sessionCount }
    }),
  ]
}

function handlingRoutes(platform: Platform): readonly BoundRoute[] {
  const read = async (ctx: Ctx, id: number) =>
    (await platform.db.read(ctx, (tx) => readMember(tx, memberId(id)))).member
  return [
    handle(memberRoutes.saveNote, async ({ ctx, params, body }) => {
      await saveNote(platform, ctx, { ...body, id: memberId(params.id) })
      return await read(ctx, params.id)
    }),
    handle(memberRoutes.disableMember, async ({ ctx, params, body }) => {
      await disableMember(platform, ctx, { ...body, id: memberId(params.id) })
      return await read(ctx, params.id)
    }),
    handle(memberRoutes.enableMember, async ({ ctx, params }) => {
      await enableMember(platform, ctx, memberId(params.id))
      return await read(ctx, params.id)
    }),
    handle(memberRoutes.adjustBalance, ({ params, body, once }) =>
      once(async (tx) => {
        const { amountFen: amount, reason } = body
        return { balanceFen: await adjustBalance(tx, { id: memberId(params.id), amount, reason }) }
      }),
    ),
    handle(memberRoutes.adjustPoints, ({ params, body, once }) =>
      once(async (tx) => {
        const { points: amount, reason } = body
        return { points: await adjustPoints(tx, { id: memberId(params.id), amount, reason }) }
      }),
    ),
  ]
}

/** Phones are found by their hash only. */
async function hashed(platform: Platform, tenantId: TenantId, filter: MemberFilter): Promise<HashedFilter> {
  const { q } = filter
  const isPhone = q !== undefined && PHONE.test(q)
  return { ...filter, phoneHash: isPhone ? await phoneHash(platform, tenantId, q) : undefined }
}

/** A look at a whole number is an act, and logged as one. */
async function seePhone(platform: Platform, ctx: Ctx, id: number, sealed: Buffer): Promise<string> {
  const phone = await platform.crypto.decrypt(ctx.tenantId, phonePlace(id), sealed)
  await platform.db.write(ctx, async (tx) =>
    tx.audit({ action: 'member.see_phone', objectKind: 'member', objectId: id }),
  )
  return phone
}

type Member = z.output<typeof memberView>
type Titles = readonly [string, string, string, string, string, string, string, string]

const sheet = ([id, phone, name, status, balance, note, seen, joined]: Titles): readonly Column<Member>[] => [
  { header: id, kind: 'text', value: (row) => row.id },
  { header: phone, kind: 'text', value: (row) => row.phoneMasked },
  { header: name, kind: 'text', value: (row) => row.name },
  { header: status, kind: 'text', value: (row) => row.status },
  { header: balance, kind: 'fen', value: (row) => row.balanceFen },
  { header: note, kind: 'text', width: 40, value: (row) => row.note },
  { header: seen, kind: 'time', width: 20, value: (row) => row.lastSeenAt },
  { header: joined, kind: 'time', width: 20, value: (row) => row.createdAt },
]
const sheetColumns = {
  'zh-CN': sheet(['会员号', '手机', '昵称', '状态', '余额（元）', '备注', '最近访问', '注册时间']),
  en: sheet(['Member', 'Phone', 'Name', 'Status', 'Balance (CNY)', 'Note', 'Last seen', 'Joined']),
}
