import {
  commonErrors,
  type DeskAction,
  type DeskRow,
  type ExceptionReason,
  type orderRoutes,
  type Permission,
} from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { Ctx, ReadTx } from '../../../../platform/db/index.ts'
import { allOf, limitOf, orderBy } from '../../../../platform/lists/index.ts'
import type { Platform } from '../../../../platform/module.ts'
import { maskContact, readTimeline } from '../../../orders/index.ts'
import { readSettings } from '../../../tenancy/index.ts'
import { proposalFor } from '../../complaints/model.ts'
import { proposalForLine } from '../model.ts'

type Query = z.output<typeof orderRoutes.exceptions.query>
type Page = z.output<typeof orderRoutes.exceptions.response>
type Stuck = z.output<typeof orderRoutes.stuck.response>
/** Who looks: what is theirs, and what they may do. */
export type Viewer = { readonly staffId: number; readonly permissions: ReadonlySet<Permission> }

type Warehouse = NonNullable<DeskRow['warehouse']> & { readonly fallsBack: boolean }
type Row = Omit<DeskRow, 'warehouse' | 'contactMasked' | 'since' | 'actions' | 'worker' | 'proposal'> & {
  readonly contact: string
  readonly since: Date
  readonly staffId: number | null
  readonly staffName: string | null
  readonly hasSource: boolean
  readonly isPurchaseOpen: boolean
  readonly isLink: boolean
  /** A person's word is enough that it was delivered: no code that somebody could own twice. */
  readonly isByWord: boolean
  /** Suppliers were asked for it, and none will. */
  readonly isStopped: boolean
  /** All of it is asked back, and a second person has not decided. */
  readonly refundAwaits: boolean
  readonly warehouse: Warehouse | null
  readonly word: string | null
  readonly why: readonly string[]
}

/** Lines that are exceptions, and complaints that wait for a person, as rows of one kind. */
const STUCK = (tenantId: number): RawBuilder<unknown> => sql`
  select l.order_no, l.line_no, 0::bigint as grant_id, null::bigint as complaint_id, l.goods_title, l.sku_title, l.sku_id, l.quantity,
    case when l.exception_reason = 'refund_failed' then f.amount_fen else l.amount_fen end as amount_fen,
    l.exception_reason as reason, l.exception_note as note, l.exception_at as since, null::text as word, '{}'::text[] as why,
    coalesce((
      select s.name
      from suppliers.purchases p
      join suppliers.suppliers s on s.tenant_id = p.tenant_id and s.id = p.supplier_id
      where p.tenant_id = l.tenant_id and p.order_no = l.order_no and p.line_no = l.line_no and p.purpose = 'line'
      order by p.turn desc
      limit 1
    ), '') as supplier
  from orders.lines l
  cross join lateral (
    select coalesce(sum(f.amount_fen), 0)::bigint as amount_fen
    from payments.refunds f
    where f.tenant_id = l.tenant_id and f.order_no = l.order_no and f.line_no = l.line_no
      and f.state = 'failed' and f.replaced_by is null
  ) f
  where l.tenant_id = ${tenantId}::bigint
    and l.state = 'exception'
  union all
  select c.order_no, c.line_no, c.grant_id, c.id, l.goods_title, l.sku_title, c.sku_id, 1, c.amount_fen,
    'complaint', nullif(c.note, ''), c.changed_at, c.word, c.why, b.supplier
  from fulfilment.complaints c
  join orders.lines l on l.tenant_id = c.tenant_id and l.order_no = c.order_no and l.line_no = c.line_no
  join vault.batches b on b.tenant_id = c.tenant_id and b.id = c.batch_id
  where c.tenant_id = ${tenantId}::bigint
    and c.state = 'person'
`
const COLUMNS = sql`
  s.order_no as "orderNo", s.line_no as "lineNo", s.grant_id as "grantId", s.complaint_id as "complaintId",
  s.goods_title as "goodsTitle", s.sku_title as "skuTitle", s.sku_id as "skuId", s.quantity, s.amount_fen as "amountFen", s.reason,
  s.note, s.since, s.word, s.why, s.supplier, o.contact, coalesce(a.balance - a.held_out, 0) as "availableNow",
  w.staff_id as "staffId", w.staff_name as "staffName", coalesce(catalog.deliver_of(l.kind) = 'make', false) as "isLink",
  coalesce(catalog.deliver_of(l.kind) in ('supply', 'task') and not l.held_back, false) as "isByWord",
  exists (
    select from fulfilment.needs n
    where n.tenant_id = o.tenant_id and n.order_no = s.order_no and n.line_no = s.line_no and n.state = 'stopped'
  ) as "isStopped",
  exists (
    select from payments.refunds r
    where r.tenant_id = o.tenant_id and r.order_no = s.order_no and r.line_no = s.line_no and r.state = 'awaiting'
      and (r.takes = 'line' or s.grant_id = any (r.grants))
  ) as "refundAwaits",
  (
    select jsonb_build_object('id', h.id, 'name', h.name, 'isOpen', h.state = 'open', 'fallsBack', h.falls_back, 'totalNow', coalesce((
      select t.balance - t.held_out
      from ledger.accounts t
      where t.tenant_id = o.tenant_id and t.kind = 'stock.available' and t.ref = s.sku_id::text and t.unit = 'piece'
    ), 0))
    from stock.warehouses h
    where h.tenant_id = o.tenant_id and h.id = l.warehouse_id and catalog.reserve_of(l.kind) = 'shelf' and not l.bought
  ) as warehouse,
  exists (
    select from suppliers.offers f where f.tenant_id = o.tenant_id and f.sku_id = s.sku_id and f.enabled
  ) as "hasSource",
  exists (
    select from suppliers.purchases p
    where p.tenant_id = o.tenant_id and p.order_no = s.order_no and p.line_no = s.line_no
      and p.state in ('planned', 'sending', 'accepted', 'unknown') and (p.purpose = 'complaint') = (s.grant_id > 0)
  ) as "isPurchaseOpen"
`

function from(tx: ReadTx): RawBuilder<unknown> {
  const { tenantId } = tx.ctx
  return sql`
    from (${STUCK(tenantId)}) s
    join orders.orders o on o.tenant_id = ${tenantId}::bigint and o.no = s.order_no
    left join orders.lines l on l.tenant_id = o.tenant_id and l.order_no = s.order_no and l.line_no = s.line_no
    left join ledger.accounts a
      on a.tenant_id = o.tenant_id and a.kind in ('stock.available', 'warehouse.available')
      and a.ref = concat_ws(':', s.sku_id, l.warehouse_id) and a.unit = 'piece'
    -- Who worked on it the last time that it was stuck has it no more.
    left join fulfilment.desk_takes w
      on w.tenant_id = o.tenant_id and w.order_no = s.order_no and w.line_no = s.line_no and w.grant_id = s.grant_id
      and w.taken_at >= s.since
  `
}

const ageOf = ({ worryMinutes, lateMinutes }: { readonly worryMinutes: number; readonly lateMinutes: number }) => sql`
  case
    when s.since <= now() - make_interval(mins => ${lateMinutes}::integer) then 'late'
    when s.since <= now() - make_interval(mins => ${worryMinutes}::integer) then 'worrying'
    else 'fresh'
  end
`

function conditionOf(query: Query, age: RawBuilder<unknown>, viewer: Viewer): RawBuilder<unknown> {
  return allOf(
    sql`true`,
    query.reason && sql`s.reason = any (${query.reason}::text[])`,
    query.skuId !== undefined && sql`s.sku_id = ${query.skuId}::bigint`,
    query.age && sql`${age} = any (${query.age}::text[])`,
    query.worker === 'me' && sql`w.staff_id = ${viewer.staffId}::bigint`,
    query.worker === 'nobody' && sql`w.staff_id is null`,
    query.worker === 'others' && sql`w.staff_id <> ${viewer.staffId}::bigint`,
    !!query.supplier && sql`s.supplier = ${query.supplier}`,
    query.q !== undefined &&
      query.q !== '' &&
      sql`(s.order_no::text = ${query.q} or lower(o.contact) = ${query.q.toLowerCase()})`,
  )
}

/** The desk: what was paid and not delivered, could not be refunded, or is complained about; the oldest first. */
export async function listStuck(tx: ReadTx, query: Query, viewer: Viewer): Promise<Page> {
  const age = ageOf((await readSettings(tx))['desk.ages'])
  const sorts = { since: sql`s.since`, amountFen: sql`s.amount_fen`, quantity: sql`s.quantity` }
  const { rows } = await sql<Row & { readonly total: number }>`
    select ${COLUMNS}, ${age} as age, count(*) over () as total
    ${from(tx)}
    where ${conditionOf(query, age, viewer)}
    ${orderBy(query.sort, sorts, 'since', sql`s.order_no, s.line_no, s.grant_id`)}
    ${limitOf(query)}
  `.execute(tx.db)
  return {
    items: rows.map(({ total: _, ...row }) => shown(row, viewer)),
    total: rows[0]?.total ?? 0,
    page: query.page,
    pageSize: query.pageSize,
  }
}

const EXPORT_ROWS_AT_ONCE = 1_000

/** Every row of the filter, a thousand at a time in short transactions, the newest orders first. */
export async function* everyStuck(platform: Pick<Platform, 'db'>, ctx: Ctx, query: Query, viewer: Viewer) {
  for (let last: Row | undefined; ; ) {
    const before = last
    const rows: readonly Row[] = await platform.db.read(ctx, async (tx) => {
      const age = ageOf((await readSettings(tx))['desk.ages'])
      const found = await sql<Row>`
        select ${COLUMNS}, ${age} as age
        ${from(tx)}
        where ${conditionOf(query, age, viewer)}
          ${
            before
              ? sql`and (s.order_no, s.line_no, s.grant_id)
                < (${before.orderNo}::bigint, ${before.lineNo}::smallint, ${before.grantId}::bigint)`
              : sql``
          }
        order by s.order_no desc, s.line_no desc, s.grant_id desc
        limit ${EXPORT_ROWS_AT_ONCE}::bigint
      `.execute(tx.db)
      return found.rows
    })
    for (const row of rows) yield shown(row, viewer)
    last = rows.at(-1)
    if (!last || rows.length < EXPORT_ROWS_AT_ONCE) return
  }
}

function shown(row: Row, { staffId: me, permissions }: Viewer): DeskRow {
  const { contact, since, staffId, staffName, hasSource, isPurchaseOpen, isLink, isByWord, isStopped, ...others } = row
  const { warehouse, word, why, refundAwaits, ...rest } = others
  const mayComeFromTotal = rest.complaintId === null && warehouse !== null && (warehouse.fallsBack || !warehouse.isOpen)
  const totalNow = mayComeFromTotal ? warehouse.totalNow : null
  const facts = { ...rest, hasSource, isPurchaseOpen, isLink, totalNow, refundAwaits }
  return {
    ...rest,
    warehouse: warehouse && {
      id: warehouse.id,
      name: warehouse.name,
      isOpen: warehouse.isOpen,
      totalNow: warehouse.totalNow,
    },
    contactMasked: maskContact(contact),
    since: since.toISOString(),
    worker: staffId === null ? null : { staffId, name: staffName ?? '', isMe: staffId === me },
    proposal:
      rest.reason === 'complaint'
        ? proposalFor({
            word,
            why: refundAwaits ? [...why, 'refund_awaits'] : why,
            availableNow: rest.availableNow,
            hasSource,
            isPurchaseOpen,
          })
        : proposalForLine(rest.reason satisfies ExceptionReason, facts),
    actions: actionsFor({ ...facts, isByWord, isStopped }, permissions),
  }
}

function actionsFor(
  {
    reason,
    availableNow,
    hasSource,
    isPurchaseOpen,
    totalNow,
    isByWord,
    isStopped,
    refundAwaits,
  }: Pick<
    Row,
    'reason' | 'availableNow' | 'hasSource' | 'isPurchaseOpen' | 'isByWord' | 'isStopped' | 'refundAwaits'
  > & {
    readonly totalNow: number | null
  },
  permissions: ReadonlySet<Permission>,
): DeskAction[] {
  const handles = permissions.has('orders.handle')
  const mayEnd = !isPurchaseOpen && reason !== 'refund_failed' && reason !== 'disputed'
  const actions: (DeskAction | false)[] =
    reason === 'complaint'
      ? [
          handles && !refundAwaits && availableNow > 0 && 'replace',
          handles && !refundAwaits && hasSource && !isPurchaseOpen && 'buy',
          handles && permissions.has('orders.refund') && 'refund',
          handles && 'reject',
        ]
      : refundAwaits
        ? []
        : [
            handles && reason !== 'refund_failed' && 'retry',
            handles && reason !== 'refund_failed' && totalNow !== null && 'from_total',
            handles && mayEnd && isStopped && hasSource && 'source',
            permissions.has('orders.refund') && 'refund',
            handles && mayEnd && isByWord && 'done',
          ]
  return actions.filter((action) => action !== false)
}

/**
 * One stuck line with everything that happened to it.
 * @throws common.not_found when it is not stuck
 */
export async function readStuck(tx: ReadTx, no: number, lineNo: number, viewer: Viewer): Promise<Stuck> {
  const age = ageOf((await readSettings(tx))['desk.ages'])
  const { rows } = await sql<Row>`
    select ${COLUMNS}, ${age} as age
    ${from(tx)}
    where s.order_no = ${no}::bigint
      and s.line_no = ${lineNo}::smallint
    order by s.grant_id
    limit 1
  `.execute(tx.db)
  if (!rows[0]) throw commonErrors.notFound()
  const [timeline, attempts] = [await readTimeline(tx, no as never), await attemptsOf(tx, no, lineNo)]
  const ofLine = timeline.filter(
    ({ params }) => !('lineNo' in params) || params.lineNo === null || params.lineNo === lineNo,
  )
  const log = [...ofLine, ...attempts].toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
  return { ...shown(rows[0], viewer), log }
}

/** What suppliers were asked, how it ended in their words, and what became of complaints about the line. */
async function attemptsOf(tx: ReadTx, no: number, lineNo: number): Promise<Stuck['log']> {
  const { tenantId } = tx.ctx
  const { rows } = await sql<Omit<Stuck['log'][number], 'at'> & { readonly at: Date }>`
    select coalesce(p.sent_at, p.created_at) as at, 'supply' as kind, 'supply.asked' as title, s.name as actor,
      jsonb_build_object('no', p.no, 'quantity', p.quantity, 'purpose', p.purpose) as params
    from suppliers.purchases p
    join suppliers.suppliers s on s.tenant_id = p.tenant_id and s.id = p.supplier_id
    where p.tenant_id = ${tenantId}::bigint and p.order_no = ${no}::bigint and p.line_no = ${lineNo}::smallint
    union all
    select p.ended_at, 'supply', 'supply.' || p.state, s.name,
      jsonb_build_object('no', p.no, 'arrived', p.arrived, 'code', p.code, 'reason', p.message)
    from suppliers.purchases p
    join suppliers.suppliers s on s.tenant_id = p.tenant_id and s.id = p.supplier_id
    where p.tenant_id = ${tenantId}::bigint and p.order_no = ${no}::bigint and p.line_no = ${lineNo}::smallint
      and p.ended_at is not null
    union all
    select x.at, 'complaint', 'complaint.' || x.kind, x.by_name, jsonb_build_object('piece', c.piece, 'reason', x.note)
    from fulfilment.complaints c
    join fulfilment.complaint_log x on x.tenant_id = c.tenant_id and x.complaint_id = c.id
    where c.tenant_id = ${tenantId}::bigint and c.order_no = ${no}::bigint and c.line_no = ${lineNo}::smallint
  `.execute(tx.db)
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }))
}
