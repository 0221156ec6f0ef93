import { commonErrors, type profileDetail, type profileView } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, containing, limitOf, type PageQuery } from '../../../platform/lists/index.ts'
import { shippedProfiles, shippedSources } from '../adapters/declarative/profiles.ts'

type ProfileView = z.output<typeof profileView>
type ProfileDetail = z.output<typeof profileDetail>

export async function listProfiles(tx: ReadTx, query: PageQuery & { readonly q?: string | undefined }) {
  const condition = allOf(
    sql`p.tenant_id = ${tx.ctx.tenantId}`,
    query.q !== undefined &&
      sql`(p.name_zh ilike ${containing(query.q)} or p.name_en ilike ${containing(query.q)} or p.key = ${query.q})`,
  )
  const items = await profileRows(tx, condition, sql`order by p.name_zh, p.id ${limitOf(query)}`)
  const counted = await sql<{ total: number }>`
    select count(*) as total from suppliers.profiles p where ${condition}
  `.execute(tx.db)
  return { items, total: counted.rows[0]?.total ?? 0, page: query.page, pageSize: query.pageSize }
}

async function profileRows(
  tx: ReadTx,
  condition: RawBuilder<unknown>,
  rest: RawBuilder<unknown>,
): Promise<ProfileView[]> {
  const { rows } = await sql<Omit<ProfileView, 'updatedAt'> & { updatedAt: Date }>`
    select p.id, p.key, p.name_zh as "nameZh", p.name_en as "nameEn", p.latest, p.updated_at as "updatedAt",
      p.updated_by as "updatedBy",
      (select count(*) from suppliers.suppliers s where s.tenant_id = p.tenant_id and s.profile_id = p.id) as suppliers
    from suppliers.profiles p
    where ${condition}
    ${rest}
  `.execute(tx.db)
  return rows.map((row) => ({ ...row, updatedAt: row.updatedAt.toISOString() }))
}

/** @throws common.not_found */
export async function readProfileDetail(tx: ReadTx, profileId: number): Promise<ProfileDetail> {
  const { tenantId } = tx.ctx
  const [view] = await profileRows(tx, sql`p.tenant_id = ${tenantId} and p.id = ${profileId}`, sql``)
  if (!view) throw commonErrors.notFound()
  const versions = await sql<{ version: number; note: string; by: string; at: Date; suppliers: number }>`
    select v.version, v.note, v.by, v.at,
      (
        select count(*) from suppliers.suppliers s
        where s.tenant_id = v.tenant_id and s.profile_id = v.profile_id and s.profile_version = v.version
      ) as suppliers
    from suppliers.profile_versions v
    where v.tenant_id = ${tenantId}
      and v.profile_id = ${profileId}
    order by v.version desc
    limit ${VERSIONS_SHOWN}
  `.execute(tx.db)
  const users = await sql<ProfileDetail['users'][number]>`
    select id, name, profile_version as version, state
    from suppliers.suppliers
    where tenant_id = ${tenantId}
      and profile_id = ${profileId}
    order by state = 'archived', name
    limit 200
  `.execute(tx.db)
  const { source } = await readProfileVersion(tx, profileId, view.latest)
  return {
    ...view,
    source,
    versions: versions.rows.map((row) => ({ ...row, at: row.at.toISOString() })),
    users: users.rows,
  }
}
const VERSIONS_SHOWN = 200

/** @throws common.not_found */
export async function readProfileVersion(tx: ReadTx, profileId: number, version: number) {
  const { rows } = await sql<{ version: number; source: string }>`
    select version, source
    from suppliers.profile_versions
    where tenant_id = ${tx.ctx.tenantId}
      and profile_id = ${profileId}
      and version = ${version}
  `.execute(tx.db)
  const [row] = rows
  if (!row) throw commonErrors.notFound()
  return row
}

export const shippedProfileViews = () =>
  shippedProfiles.map(({ id, nameZh, nameEn, noteZh, noteEn }) => ({
    key: id,
    nameZh,
    nameEn,
    noteZh,
    noteEn,
    source: shippedSources.get(id) ?? '',
  }))
