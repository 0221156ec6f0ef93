import { workspaceErrors } from '@quanshu/contract'
import type { StaffId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx, Tx } from '../../../platform/db/index.ts'
import type { Session } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { createStaff, disableStaff, enableStaff, resetPassword } from '../../identity/index.ts'
import { addNode } from '../../organizations/index.ts'
import { supplierByHand } from '../own.ts'
import { listPeople, PEOPLE_MAX, readPerson } from '../queries/people.ts'

type Manager = Pick<Extract<Session, { readonly kind: 'staff' }>, 'staffId' | 'permissions'>

/**
 * Lets somebody of a supplier into its workspace. The first one gives the supplier its node in the tree; from there follows that the
 * account can do nothing else.
 * @returns the id and the initial password, which is stored nowhere else
 * @throws workspace.not_by_hand, workspace.too_many_people, identity.email_taken, common.not_found
 */
export async function invitePerson(
  platform: Platform,
  ctx: Ctx,
  manager: Manager,
  supplierId: number,
  person: { readonly name: string; readonly email: string },
): Promise<{ readonly id: StaffId; readonly initialPassword: string }> {
  const nodeId = await platform.db.write(ctx, (tx) => nodeOf(tx, supplierId))
  const admit = async (tx: Tx) => void (await nodeOf(tx, supplierId))
  const made = await createStaff(platform, ctx, manager, { ...person, roleIds: [], nodeId, admit })
  await platform.db.write(ctx, async (tx) =>
    tx.audit({
      action: 'supplier.invite',
      objectKind: 'supplier',
      objectId: supplierId,
      detail: { staffId: made.id, email: person.email, name: person.name },
    }),
  )
  return made
}

/** Locks the supplier, so that of two at once each counts those before it. @throws workspace.too_many_people */
async function nodeOf(tx: Tx, supplierId: number): Promise<number> {
  await sql`
    select from suppliers.suppliers
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${supplierId}::bigint
    for no key update
  `.execute(tx.db)
  const { name, nodeId } = await supplierByHand(tx, supplierId)
  if (nodeId !== null) {
    if ((await listPeople(tx, nodeId)).length >= PEOPLE_MAX) throw workspaceErrors.tooManyPeople({ max: PEOPLE_MAX })
    return nodeId
  }
  const made = await addNode(tx, { kind: 'supplier', name })
  await sql`
    update suppliers.suppliers
    set node_id = ${made}::bigint
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${supplierId}::bigint
  `.execute(tx.db)
  return made
}

/** Closes the account of a supplier's person, or opens it again. @throws common.not_found, workspace.not_by_hand */
export async function setPerson(
  platform: Platform,
  ctx: Ctx,
  manager: Manager,
  { supplierId, personId }: { readonly supplierId: number; readonly personId: number },
  { status, reason }: { readonly status: 'active' | 'disabled'; readonly reason: string },
) {
  const { nodeId } = await mustBelong(platform, ctx, supplierId, personId)
  const id = personId as StaffId
  if (status === 'disabled') await disableStaff(platform, ctx, manager, { id, reason })
  else await enableStaff(platform, ctx, manager, id)
  return await platform.db.read(ctx, (tx) => readPerson(tx, nodeId, personId))
}

/** A new initial password for a supplier's person. @throws common.not_found, workspace.not_by_hand */
export async function resetPerson(
  platform: Platform,
  ctx: Ctx,
  manager: Manager,
  { supplierId, personId }: { readonly supplierId: number; readonly personId: number },
  reason: string,
): Promise<{ readonly id: number; readonly initialPassword: string }> {
  await mustBelong(platform, ctx, supplierId, personId)
  const initialPassword = await resetPassword(platform, ctx, manager, { id: personId as StaffId, reason })
  return { id: personId, initialPassword }
}

/** Whoever manages suppliers manages their people, and not the shop's own. */
async function mustBelong(platform: Platform, ctx: Ctx, supplierId: number, personId: number) {
  return await platform.db.read(ctx, async (tx) => {
    const supplier = await supplierByHand(tx, supplierId)
    await readPerson(tx, supplier.nodeId, personId)
    return supplier
  })
}
