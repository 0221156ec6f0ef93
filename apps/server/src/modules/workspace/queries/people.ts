import { commonErrors, type supplierPerson } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'

type Person = z.output<typeof supplierPerson>
type Raw = Omit<Person, 'lastSeenAt' | 'createdAt'> & { readonly lastSeenAt: Date | null; readonly createdAt: Date }

/** Accounts that a supplier may have. */
export const PEOPLE_MAX = 50

/** Who of a supplier has an account here; nobody yet where nobody was invited. */
export async function listPeople(tx: ReadTx, nodeId: number | null): Promise<Person[]> {
  const { rows } = await sql<Raw>`
    select id, name, email, status, last_seen_at as "lastSeenAt", created_at as "createdAt"
    from identity.staff
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and node_id = ${nodeId}::bigint
    order by id
    limit ${PEOPLE_MAX}
  `.execute(tx.db)
  return rows.map(({ lastSeenAt, createdAt, ...row }) => ({
    ...row,
    lastSeenAt: lastSeenAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  }))
}

/** Somebody of this supplier. @throws common.not_found */
export async function readPerson(tx: ReadTx, nodeId: number | null, personId: number): Promise<Person> {
  const found = (await listPeople(tx, nodeId)).find(({ id }) => id === personId)
  if (!found) throw commonErrors.notFound()
  return found
}
