import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { type IntakeState, type SupplyDoor, workspaceErrors } from '@quanshu/contract'
import { Refusal } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx, Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { fileView, storedFile } from '../files/store.ts'
import { applyFile, keepFile, type ReadFile, readRows } from '../files/take-file.ts'
import { type Outcome, queueAnswer } from './answer.ts'
import { openDoor } from './doors.ts'
import type { Place } from './names.ts'
import type { Proof } from './proof.ts'

/** As long as a file that a person uploads may be. */
export const LIST_BYTES_MAX = 8 * 1024 * 1024
/** So much of one supplier is written down a day, so that nobody fills the house from outside: one each minute, and what was refused. */
const LISTS_A_DAY_MAX = 1_500
const REFUSED_A_DAY_MAX = 200

/** As it may be shown: without folders and without what is no letter. */
export const plainName = (name: string): string =>
  (name.split(/[\\/]/).at(-1) ?? '')
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
    .slice(-120)
    .toWellFormed() || '-'

export type Problem = { readonly code: string; readonly params: Readonly<Record<string, unknown>> }
/** A list as it stands before the door. */
export type Arrival = {
  readonly door: SupplyDoor
  /** What makes it this one: brought again under the same words, it is the same. */
  readonly identity: string
  readonly name: string
  readonly bytes: number
  /** Undefined: it was not even read, for this reason. */
  readonly content: Uint8Array | Readable | undefined
  readonly problem?: Problem | undefined
  readonly writtenAt: Date
  readonly sender: string
  /** What is known of where a mail comes from. */
  readonly proof: Proof | undefined
  /** Whom to tell what became of it. */
  readonly answerTo?: string
}
export type Taken = { readonly id: number; readonly state: IntakeState; readonly problem: Problem | null }

export const problemOf = ({ code, params }: Refusal): Problem => ({ code, params })
const byDoors = (place: Place): Ctx => ({
  tenantId: place.tenantId,
  actor: { kind: 'system', name: 'supply doors' },
  requestId: 'supply-doors',
  locale: 'zh-CN',
})
export const doorCtx = byDoors

/**
 * Takes a list in, by the same reading and the same commit as one that a person uploads. The very one that was taken last changes
 * nothing; a newer one takes the place of one that still waits. Whatever becomes of it is written down, and told to its sender.
 * @returns undefined when the door is closed, or too much came today to write down more
 */
export async function takeList(
  platform: Pick<Platform, 'db' | 'clock' | 'config'>,
  place: Place,
  arrival: Arrival,
): Promise<Taken | undefined> {
  const read = await readList(arrival)
  const at = new Date(Math.min(Math.max(arrival.writtenAt.getTime() || 0, 0), platform.clock.now().getTime()))
  return await platform.db.write(byDoors(place), (tx) => take(platform, tx, place.supplierId, arrival, read, at))
}

async function readList({ content, problem, name }: Arrival): Promise<ReadFile | Problem> {
  if (problem || content === undefined) return problem ?? problemOf(workspaceErrors.notAList({ fileName: name }))
  try {
    return await readRows(content instanceof Uint8Array ? one(content) : content, name)
  } catch (error) {
    if (error instanceof Refusal) return problemOf(error)
    throw error
  }
}
async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

type Report = Outcome['report']

async function take(
  platform: Pick<Platform, 'config'>,
  tx: Tx,
  supplierId: number,
  arrival: Arrival,
  read: ReadFile | Problem,
  at: Date,
): Promise<Taken | undefined> {
  const { tenantId } = tx.ctx
  await sql`
    select from suppliers.suppliers where tenant_id = ${tenantId}::bigint and id = ${supplierId}::bigint for no key update
  `.execute(tx.db)
  const door = await openDoor(tx, supplierId, arrival.door)
  if (!door) return undefined
  const key = createHash('sha256').update(`${arrival.door}\n${arrival.identity}`).digest()
  const before = await arrived(tx, supplierId, key)
  if (before) return before
  const ended = async (
    state: IntakeState,
    problem: Problem | null,
    report: Report = null,
    fileId: number | null = null,
  ) => {
    const sha256 = 'rows' in read ? read.sha256 : null
    const id = await addIntake(tx, supplierId, arrival, { key, state, problem, fileId, sha256 })
    await queueAnswer(platform, tx, { id, state, problem, report, supplierId }, arrival)
    return { id, state, problem }
  }
  const subject = `supplier:${supplierId}`
  const said = { supplierId, supplier: door.supplier, title: arrival.name }

  const today = await cameToday(tx, supplierId)
  if (today.lists >= LISTS_A_DAY_MAX) return undefined
  if (!('rows' in read)) {
    if (today.refused >= REFUSED_A_DAY_MAX) return undefined
    // Strangers' mails stand in the list; staff are not called for each.
    if (read.code !== 'workspace.sender_unknown') tx.emit({ type: 'supply.list_refused', subject, payload: said })
    return await ended('refused', read)
  }
  await heard(tx, supplierId)
  if (await isLastOrWaiting(tx, supplierId, read.sha256)) return await ended('same', null)
  // What was under way for long takes nobody's place.
  if (await newerWaits(tx, supplierId, at)) return await ended('replaced', null)
  await putAside(tx, supplierId)
  const by = arrival.sender === '' ? 'folder' : arrival.sender
  const fileId = await keepFile(tx, { supplierId }, read, at, arrival.door, by)
  const { report, refusal } = await applied(tx, supplierId, fileId, by)
  if (!report) tx.emit({ type: 'supply.offered', subject, payload: { ...said, what: 'list', page: 'inbox' } })
  return await ended(report ? 'taken' : 'waiting', refusal ? problemOf(refusal) : null, report, fileId)
}

/** What came of the list where the shop lets it be taken at once; why it waits for a person otherwise. */
async function applied(
  tx: Tx,
  supplierId: number,
  fileId: number,
  by: string,
): Promise<{ readonly report: Report; readonly refusal?: Refusal | undefined }> {
  const whose = { supplierId }
  const { mapping, isGuessed, isOlder, modifiedAt } = fileView(await storedFile(tx, whose, fileId))
  const atOnce = await takesAtOnce(tx, supplierId)
  if (mapping === null) return { report: null, refusal: workspaceErrors.columnsUnknown() }
  if (isOlder) return { report: null, refusal: workspaceErrors.fileOlder({ modified: modifiedAt }) }
  if (!atOnce) return { report: null }
  // A column of list prices may be called as one of our prices is: nobody has said yet what they are.
  if (isGuessed) return { report: null, refusal: workspaceErrors.columnsGuessed() }
  try {
    return { report: (await applyFile(tx, whose, fileId, mapping, false, by, true)).report }
  } catch (error) {
    // Its columns are not those of the last one: a person says what they are.
    if (!(error instanceof Refusal)) throw error
    return { report: null, refusal: error }
  }
}

async function arrived(tx: Tx, supplierId: number, key: Buffer): Promise<Taken | undefined> {
  const { rows } = await sql<Taken>`
    select id, state, problem
    from suppliers.intakes
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and supplier_id = ${supplierId}::bigint
      and arrival = ${key}::bytea
  `.execute(tx.db)
  return rows[0]
}

async function addIntake(
  tx: Tx,
  supplierId: number,
  { door, name, bytes, sender, proof }: Arrival,
  made: {
    readonly key: Buffer
    readonly state: IntakeState
    readonly problem: Problem | null
    readonly fileId: number | null
    readonly sha256: Buffer | null
  },
): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    insert into suppliers.intakes (
      tenant_id, supplier_id, door, arrival, name, bytes, sha256, sender, signature, spf, dmarc, arc, state, file_id, problem
    )
    values (
      ${tx.ctx.tenantId}::bigint, ${supplierId}::bigint, ${door}, ${made.key}::bytea, ${name.slice(-200) || '-'}, ${bytes}::bigint,
      ${made.sha256}::bytea, ${sender.slice(0, 254)}, ${proof?.signature ?? null}, ${proof?.spf ?? null}, ${proof?.dmarc ?? null},
      ${proof?.arc ?? null}, ${made.state}, ${made.fileId}::bigint, ${made.problem && JSON.stringify(made.problem)}::jsonb
    )
    returning id
  `.execute(tx.db)
  return rows[0]?.id ?? 0
}

async function cameToday(tx: Tx, supplierId: number) {
  const { rows } = await sql<{ lists: number; refused: number }>`
    select count(*) as lists, count(*) filter (where came.state = 'refused') as refused
    from (
      select state
      from suppliers.intakes
      where tenant_id = ${tx.ctx.tenantId}::bigint
        and supplier_id = ${supplierId}::bigint
        and came_at > now() - interval '1 day'
      limit ${LISTS_A_DAY_MAX}
    ) came
  `.execute(tx.db)
  return rows[0] ?? { lists: 0, refused: 0 }
}

/** A list came, whether or not there is anything new in it. */
const heard = (tx: Tx, supplierId: number) =>
  sql`
    update suppliers.doors
    set heard_at = now(),
        late_told_at = null
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and supplier_id = ${supplierId}::bigint
  `.execute(tx.db)

async function isLastOrWaiting(tx: Tx, supplierId: number, sha256: Buffer): Promise<boolean> {
  const { rows } = await sql`
    select
    from (
      (
        select f.sha256
        from suppliers.files f
        where f.tenant_id = ${tx.ctx.tenantId}::bigint
          and f.supplier_id = ${supplierId}::bigint
          and f.state = 'applied'
        order by f.applied_at desc, f.id desc
        limit 1
      )
      union all
      select i.sha256
      from suppliers.intakes i
      where i.tenant_id = ${tx.ctx.tenantId}::bigint
        and i.supplier_id = ${supplierId}::bigint
        and i.state = 'waiting'
    ) known
    where known.sha256 = ${sha256}::bytea
  `.execute(tx.db)
  return rows.length > 0
}

/** Whether the list that waits was written later. */
async function newerWaits(tx: Tx, supplierId: number, at: Date): Promise<boolean> {
  const { rows } = await sql`
    select
    from suppliers.intakes i
    join suppliers.files f on f.tenant_id = i.tenant_id and f.id = i.file_id
    where i.tenant_id = ${tx.ctx.tenantId}::bigint
      and i.supplier_id = ${supplierId}::bigint
      and i.state = 'waiting'
      and f.modified_at > ${at}::timestamptz
  `.execute(tx.db)
  return rows.length > 0
}

/** One list waits at a time: the newest. */
async function putAside(tx: Tx, supplierId: number): Promise<void> {
  await sql`
    with aside as (
      update suppliers.intakes i
      set state = 'replaced',
          file_id = null
      from (
        select w.id, w.file_id
        from suppliers.intakes w
        where w.tenant_id = ${tx.ctx.tenantId}::bigint
          and w.supplier_id = ${supplierId}::bigint
          and w.state = 'waiting'
        for no key update
      ) w
      where i.tenant_id = ${tx.ctx.tenantId}::bigint
        and i.id = w.id
      returning w.file_id
    )
    delete from suppliers.files f
    using aside a
    where f.tenant_id = ${tx.ctx.tenantId}::bigint
      and f.id = a.file_id
      and f.state = 'read'
  `.execute(tx.db)
}

async function takesAtOnce(tx: Tx, supplierId: number): Promise<boolean> {
  const { rows } = await sql<{ atOnce: boolean }>`
    select at_once as "atOnce"
    from suppliers.doors
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and supplier_id = ${supplierId}::bigint
  `.execute(tx.db)
  return rows[0]?.atOnce ?? false
}
