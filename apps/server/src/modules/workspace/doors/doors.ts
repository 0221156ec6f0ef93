import { type SupplyDoor, type SupplyDoors, workspaceErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx, ReadTx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { supplierByHand } from '../own.ts'
import { addressOf, hashOf, nameSeal, newName } from './names.ts'

type Deps = Pick<Platform, 'db' | 'crypto' | 'config'>
type Row = {
  readonly mailOn: boolean
  readonly folderOn: boolean
  readonly mailSealed: Buffer | null
  readonly folderSealed: Buffer | null
  readonly senders: readonly string[]
  readonly signedOnly: boolean
  readonly atOnce: boolean
  readonly everyHours: number | null
  readonly heardAt: Date
  readonly isLate: boolean
}
export type GivenDoors = Pick<SupplyDoors, 'mailOn' | 'folderOn' | 'signedOnly' | 'atOnce' | 'everyHours' | 'senders'>

async function readRow(tx: ReadTx, supplierId: number): Promise<Row | undefined> {
  const { rows } = await sql<Row>`
    select mail_on as "mailOn", folder_on as "folderOn", mail_sealed as "mailSealed", folder_sealed as "folderSealed", senders,
      signed_only as "signedOnly", at_once as "atOnce", every_hours as "everyHours", heard_at as "heardAt",
      coalesce(heard_at < now() - make_interval(hours => every_hours), false) as "isLate"
    from suppliers.doors
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and supplier_id = ${supplierId}::bigint
  `.execute(tx.db)
  return rows[0]
}

/**
 * How a supplier's lists may come.
 * @param mayManage who may not sees that a door is open, and not where it is
 * @throws common.not_found, workspace.not_by_hand
 */
export async function readDoors(
  { db, crypto, config }: Deps,
  ctx: Ctx,
  supplierId: number,
  mayManage: boolean,
): Promise<SupplyDoors> {
  const row = await db.read(ctx, async (tx) => {
    await supplierByHand(tx, supplierId)
    return await readRow(tx, supplierId)
  })
  const nameOf = async (door: SupplyDoor, sealed: Buffer | null | undefined) =>
    sealed && mayManage ? await crypto.decrypt(ctx.tenantId, nameSeal(supplierId, door), sealed) : null
  const mail = config.mailIn ? await nameOf('mail', row?.mailSealed) : null
  return {
    mailOn: row?.mailOn ?? false,
    folderOn: row?.folderOn ?? false,
    mailAddress: mail === null || !config.mailIn ? null : addressOf(mail, config.mailIn.domain),
    folderName: config.dropDir === undefined ? null : await nameOf('folder', row?.folderSealed),
    senders: [...(row?.senders ?? [])],
    signedOnly: row?.signedOnly ?? true,
    atOnce: row?.atOnce ?? false,
    everyHours: row?.everyHours ?? null,
    heardAt: row?.heardAt.toISOString() ?? null,
    isLate: row?.isLate ?? false,
    takesMail: config.mailIn !== undefined,
    takesFiles: config.dropDir !== undefined,
  }
}

/**
 * Opens or closes doors. One that was never open gets its name, which it keeps until it is renewed.
 * @throws common.not_found, workspace.not_by_hand, door_not_set_up, senders_missing
 */
export async function saveDoors(
  { db, crypto, config }: Deps,
  ctx: Ctx,
  supplierId: number,
  given: GivenDoors,
  by: string,
): Promise<void> {
  const senders = [...new Set(given.senders.map((sender) => sender.trim().toLowerCase()))]
  if ((given.mailOn && !config.mailIn) || (given.folderOn && config.dropDir === undefined)) {
    throw workspaceErrors.doorNotSetUp()
  }
  if (given.mailOn && senders.length === 0) throw workspaceErrors.sendersMissing()
  const sealer = await crypto.sealer(ctx.tenantId)
  const named = (door: SupplyDoor) => {
    const name = newName({ tenantId: ctx.tenantId, supplierId })
    return { hash: hashOf(name), sealed: sealer.seal(nameSeal(supplierId, door), name) }
  }
  const [mail, folder] = [named('mail'), named('folder')]
  await db.write(ctx, async (tx) => {
    await supplierByHand(tx, supplierId)
    // A promise counts from when it is made: what was silent before nobody had promised.
    await sql`
      insert into suppliers.doors as d (
        tenant_id, supplier_id, mail_on, folder_on, mail_sealed, mail_hash, folder_sealed, folder_hash, senders, signed_only, at_once,
        every_hours, updated_by
      )
      values (
        ${ctx.tenantId}::bigint, ${supplierId}::bigint, ${given.mailOn}, ${given.folderOn}, ${mail.sealed}, ${mail.hash}, ${folder.sealed},
        ${folder.hash}, ${senders}::text[], ${given.signedOnly}, ${given.atOnce}, ${given.everyHours}, ${by}
      )
      on conflict (tenant_id, supplier_id) do update
      set mail_on = excluded.mail_on,
          folder_on = excluded.folder_on,
          senders = excluded.senders,
          signed_only = excluded.signed_only,
          at_once = excluded.at_once,
          heard_at = case when d.every_hours is distinct from excluded.every_hours then now() else d.heard_at end,
          late_told_at = case when d.every_hours is distinct from excluded.every_hours then null else d.late_told_at end,
          every_hours = excluded.every_hours,
          updated_by = excluded.updated_by,
          updated_at = now()
    `.execute(tx.db)
    tx.audit({
      action: 'supply_door.save',
      objectKind: 'supplier',
      objectId: supplierId,
      detail: { ...given, senders },
    })
  })
}

/** Gives a door another name; whoever knows the old one finds it closed. @throws common.not_found, workspace.not_by_hand */
export async function renewDoor(
  { db, crypto }: Deps,
  ctx: Ctx,
  supplierId: number,
  door: SupplyDoor,
  reason: string,
  by: string,
): Promise<void> {
  const name = newName({ tenantId: ctx.tenantId, supplierId })
  const sealed = (await crypto.sealer(ctx.tenantId)).seal(nameSeal(supplierId, door), name)
  await db.write(ctx, async (tx) => {
    await supplierByHand(tx, supplierId)
    const [sealedAs, hashedAs] = [sql.ref(`${door}_sealed`), sql.ref(`${door}_hash`)]
    await sql`
      update suppliers.doors
      set ${sealedAs} = ${sealed}::bytea,
          ${hashedAs} = ${hashOf(name)}::bytea,
          updated_by = ${by},
          updated_at = now()
      where tenant_id = ${ctx.tenantId}::bigint
        and supplier_id = ${supplierId}::bigint
    `.execute(tx.db)
    tx.audit({ action: 'supply_door.renew', objectKind: 'supplier', objectId: supplierId, detail: { door, reason } })
  })
}

/** A door as whoever stands before it finds it; undefined: closed, or there is none. */
export type OpenDoor = {
  readonly supplier: string
  readonly senders: readonly string[]
  readonly signedOnly: boolean
  readonly hash: Buffer
}

export async function openDoor(tx: ReadTx, supplierId: number, door: SupplyDoor): Promise<OpenDoor | undefined> {
  const { rows } = await sql<OpenDoor>`
    select s.name as supplier, d.senders, d.signed_only as "signedOnly", ${sql.ref(`d.${door}_hash`)} as hash
    from suppliers.doors d
    join suppliers.suppliers s on s.tenant_id = d.tenant_id and s.id = d.supplier_id and s.state <> 'archived'
    where d.tenant_id = ${tx.ctx.tenantId}::bigint
      and d.supplier_id = ${supplierId}::bigint
      and ${sql.ref(`d.${door}_on`)}
  `.execute(tx.db)
  return rows[0]
}
