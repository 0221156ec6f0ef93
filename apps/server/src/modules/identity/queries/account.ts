import { commonErrors } from '@quanshu/contract'
import type { StaffId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'

/** What proving oneself needs to know of an employee. */
export type Account = {
  readonly id: StaffId
  readonly email: string
  readonly name: string
  readonly passwordHash: string
  readonly mustChangePassword: boolean
  readonly totpSecret: Buffer | null
  readonly totpOn: boolean
  readonly totpLastStep: number
}

const account = sql`
  select id, email, name, password_hash as "passwordHash", must_change_password as "mustChangePassword",
    totp_secret as "totpSecret", totp_confirmed_at is not null as "totpOn", totp_last_step as "totpLastStep"
  from identity.staff`

/** The active employee with this email. */
export async function accountByEmail(tx: ReadTx, email: string): Promise<Account | undefined> {
  const { rows } = await sql<Account>`
    ${account}
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and email = ${email}
      and status = 'active'`.execute(tx.db)
  return rows[0]
}

/** The active employee with this id. @throws commonErrors.notFound */
export async function accountById(tx: ReadTx, id: StaffId): Promise<Account> {
  const { rows } = await sql<Account>`
    ${account}
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${id}::bigint
      and status = 'active'`.execute(tx.db)
  const [found] = rows
  if (!found) throw commonErrors.notFound()
  return found
}

/** Where a TOTP secret is sealed to. */
export const totpPlace = (id: StaffId) => ({ table: 'identity.staff', column: 'totp_secret', row: id })
