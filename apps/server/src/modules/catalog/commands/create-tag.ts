import { assert } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { announceChange } from './announce.ts'

/** @throws catalog.name_taken */
export async function createTag(
  tx: Tx,
  { name, nameEn }: { readonly name: string; readonly nameEn: string },
): Promise<number> {
  const { tenantId } = tx.ctx
  const { rows } = await sql<{ id: number }>`
    insert into catalog.tags (tenant_id, name, name_en, position)
    select ${tenantId}::bigint, ${name}, ${nameEn}, coalesce(max(position) + 1, 0)
    from catalog.tags
    where tenant_id = ${tenantId}::bigint
    returning id
  `.execute(tx.db)
  const id = rows[0]?.id
  assert(id !== undefined, 'an insert returns its row')
  announceChange(tx, { action: 'tag.create', objectKind: 'tag', objectId: id, detail: { name } })
  return id
}
