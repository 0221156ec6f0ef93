import {
  commonErrors,
  errorMessage,
  type FileMapping,
  type FileReport,
  type IntakeDetail,
  type IntakeRow,
  type SupplyFileDetail,
  workspaceErrors,
} from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { Ctx, ReadTx, Tx } from '../../../platform/db/index.ts'
import { allOf, containing, limitOf, type PageQuery } from '../../../platform/lists/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { fileView, storedFile } from '../files/store.ts'
import { applyFile, checkFile } from '../files/take-file.ts'
import { supplierByHand } from '../own.ts'
import type { Problem } from './take-list.ts'

type Query = PageQuery & {
  readonly q?: string | undefined
  readonly state?: readonly string[] | undefined
  readonly door?: readonly string[] | undefined
}
type Raw = Omit<IntakeRow, 'problem' | 'counts' | 'cameAt' | 'decidedAt'> & {
  readonly supplierId: number
  readonly fileId: number | null
  readonly problem: Problem | null
  readonly report: Omit<FileReport, 'lines'> | null
  readonly cameAt: Date
  readonly decidedAt: Date | null
}

/** What came of one supplier, newest first; what waits stands above it. */
export async function listIntakes(tx: ReadTx, supplierId: number, query: Query) {
  await supplierByHand(tx, supplierId)
  const where = allOf(
    sql`i.tenant_id = ${tx.ctx.tenantId}::bigint`,
    sql`i.supplier_id = ${supplierId}::bigint`,
    query.state && sql`i.state = any (${query.state}::text[])`,
    query.door && sql`i.door = any (${query.door}::text[])`,
    !!query.q && sql`(i.name ilike ${containing(query.q)} or i.sender ilike ${containing(query.q)})`,
  )
  const rows = await read(tx, where, sql`order by (i.state = 'waiting') desc, i.id desc ${limitOf(query)}`)
  return {
    items: rows.map((row) => shown(tx.ctx, row)),
    total: rows[0]?.total ?? 0,
    page: query.page,
    pageSize: query.pageSize,
  }
}

async function read(tx: ReadTx, where: RawBuilder<unknown>, rest: RawBuilder<unknown>) {
  const { rows } = await sql<Raw & { readonly total: number }>`
    select i.id, i.supplier_id as "supplierId", i.door, i.name, i.bytes, left(encode(i.sha256, 'hex'), 12) as hash, i.sender, i.signature,
      i.spf, i.dmarc, i.arc, i.state, i.problem, i.file_id as "fileId", f.report - 'lines' as report, i.came_at as "cameAt", i.decided_by as "decidedBy",
      i.decided_at as "decidedAt", count(*) over () as total
    from suppliers.intakes i
    left join suppliers.files f on f.tenant_id = i.tenant_id and f.id = i.file_id
    where ${where}
    ${rest}
  `.execute(tx.db)
  return rows
}

function shown({ locale }: Ctx, row: Raw): IntakeRow {
  const { problem, report, cameAt, decidedAt } = row
  return {
    id: row.id,
    door: row.door,
    name: row.name,
    bytes: row.bytes,
    hash: row.hash,
    sender: row.sender,
    signature: row.signature,
    spf: row.spf,
    dmarc: row.dmarc,
    arc: row.arc,
    state: row.state,
    problem: problem && { code: problem.code, message: errorMessage(problem.code, problem.params, locale) },
    counts: report && {
      changed: report.added + report.changed,
      same: report.same,
      held: report.held,
      invalid: report.invalid,
    },
    cameAt: cameAt.toISOString(),
    decidedBy: row.decidedBy,
    decidedAt: decidedAt?.toISOString() ?? null,
  }
}

async function one(tx: ReadTx, intakeId: number): Promise<Raw> {
  const [row] = await read(tx, sql`i.tenant_id = ${tx.ctx.tenantId}::bigint and i.id = ${intakeId}::bigint`, sql``)
  if (!row) throw commonErrors.notFound()
  return row
}

/** @throws common.not_found */
export async function readIntake(tx: ReadTx, intakeId: number): Promise<IntakeDetail> {
  const row = await one(tx, intakeId)
  const { supplierId, fileId } = row
  return {
    ...shown(tx.ctx, row),
    supplierId,
    file: fileId === null ? null : fileView(await storedFile(tx, { supplierId }, fileId)),
  }
}

/** What taking a list that waits would do. @throws as `checkFile`, workspace.intake_moved */
export async function checkIntake(
  { db }: Pick<Platform, 'db'>,
  ctx: Ctx,
  intakeId: number,
  mapping: FileMapping,
  by: string,
): Promise<SupplyFileDetail> {
  const { supplierId, fileId } = await db.read(ctx, (tx) => waiting(tx, intakeId))
  return await checkFile({ db }, ctx, async () => ({ supplierId }), fileId, mapping, by, true)
}

/** Takes a list that waits. @throws as `applyFile`, workspace.intake_moved */
export async function applyIntake(
  tx: Tx,
  intakeId: number,
  mapping: FileMapping,
  anyway: boolean,
  by: string,
): Promise<SupplyFileDetail> {
  const { supplierId, fileId } = await lockedIntake(tx, intakeId)
  const file = await applyFile(tx, { supplierId }, fileId, mapping, anyway, by, true)
  await decide(tx, intakeId, 'taken', fileId, by)
  return file
}

/** Nothing of it holds, and its rows are forgotten. @throws workspace.intake_moved, common.not_found */
export async function discardIntake(tx: Tx, intakeId: number, reason: string, by: string): Promise<IntakeDetail> {
  const { supplierId, fileId, name } = await lockedIntake(tx, intakeId)
  await decide(tx, intakeId, 'discarded', null, by)
  await sql`
    delete from suppliers.files
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${fileId}::bigint
      and state = 'read'
  `.execute(tx.db)
  tx.audit({
    action: 'supply_list.discard',
    objectKind: 'supplier',
    objectId: supplierId,
    detail: { intakeId, name, reason },
  })
  return await readIntake(tx, intakeId)
}

type Waiting = { readonly supplierId: number; readonly fileId: number; readonly name: string }

/** Its supplier first, as every list that comes does. */
async function lockedIntake(tx: Tx, intakeId: number): Promise<Waiting> {
  const { supplierId } = await one(tx, intakeId)
  await sql`
    select from suppliers.suppliers
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${supplierId}::bigint
    for no key update
  `.execute(tx.db)
  return await waiting(tx, intakeId)
}

async function waiting(tx: ReadTx, intakeId: number): Promise<Waiting> {
  const { state, supplierId, fileId, name } = await one(tx, intakeId)
  if (state !== 'waiting' || fileId === null) throw workspaceErrors.intakeMoved()
  return { supplierId, fileId, name }
}

const decide = (tx: Tx, intakeId: number, state: 'taken' | 'discarded', fileId: number | null, by: string) =>
  sql`
    update suppliers.intakes
    set state = ${state},
        file_id = ${fileId}::bigint,
        decided_by = ${by},
        decided_at = now()
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${intakeId}::bigint
  `.execute(tx.db)
