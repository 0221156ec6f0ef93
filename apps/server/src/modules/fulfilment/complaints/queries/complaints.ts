import {
  type ComplaintDecision,
  type ComplaintDetail,
  type ComplaintRow,
  commonErrors,
  type complaintRoutes,
  type Permission,
} from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { Ctx, ReadTx } from '../../../../platform/db/index.ts'
import { allOf, limitOf, orderBy } from '../../../../platform/lists/index.ts'
import type { Platform } from '../../../../platform/module.ts'
import { maskContact } from '../../../orders/index.ts'
import { cardHistory, mask, openCards } from '../../../vault/index.ts'
import { proposalFor } from '../model.ts'

type Query = z.output<typeof complaintRoutes.list.query>
type Page = z.output<typeof complaintRoutes.list.response>
type Raw = Omit<ComplaintRow, 'contactMasked' | 'reportedAt' | 'endedAt'> & {
  readonly contact: string
  readonly reportedAt: Date
  readonly endedAt: Date | null
}

const COLUMNS = sql`
  c.id, c.order_no as "orderNo", c.line_no as "lineNo", c.piece, l.goods_title as "goodsTitle", l.sku_title as "skuTitle",
  c.sku_id as "skuId", c.batch_id as "batchId", b.supplier, c.amount_fen as "amountFen", o.contact, c.reason, c.state, c.word,
  c.why, c.decided_by as "decidedBy", c.reported_at as "reportedAt", c.ended_at as "endedAt"
`
const FROM = sql`
  from fulfilment.complaints c
  join orders.orders o on o.tenant_id = c.tenant_id and o.no = c.order_no
  join orders.lines l on l.tenant_id = c.tenant_id and l.order_no = c.order_no and l.line_no = c.line_no
  join vault.batches b on b.tenant_id = c.tenant_id and b.id = c.batch_id
`
const SORTS = { reportedAt: sql`c.reported_at`, amountFen: sql`c.amount_fen` }

function conditionOf(tx: ReadTx, query: Query): RawBuilder<unknown> {
  return allOf(
    sql`c.tenant_id = ${tx.ctx.tenantId}::bigint`,
    query.state && sql`c.state = any (${query.state}::text[])`,
    query.reason && sql`c.reason = any (${query.reason}::text[])`,
    query.batchId !== undefined && sql`c.batch_id = ${query.batchId}::bigint`,
    !!query.supplier && sql`b.supplier = ${query.supplier}`,
    !!query.q && sql`(c.order_no::text = ${query.q} or c.contact = ${query.q.toLowerCase()})`,
  )
}

/** Complaints, the newest first. */
export async function listComplaints(tx: ReadTx, query: Query): Promise<Page> {
  const { rows } = await sql<Raw & { readonly total: number }>`
    select ${COLUMNS}, count(*) over () as total
    ${FROM}
    where ${conditionOf(tx, query)}
    ${orderBy(query.sort, SORTS, '-reportedAt', sql`c.id`)}
    ${limitOf(query)}
  `.execute(tx.db)
  return {
    items: rows.map(({ total: _, ...row }) => shown(row)),
    total: rows[0]?.total ?? 0,
    page: query.page,
    pageSize: query.pageSize,
  }
}

/** For the export: some of the filter's complaints, with ids below `beforeId`. */
export async function someComplaints(
  tx: ReadTx,
  query: Query,
  beforeId: number,
  count: number,
): Promise<ComplaintRow[]> {
  const { rows } = await sql<Raw>`
    select ${COLUMNS}
    ${FROM}
    where ${conditionOf(tx, query)}
      and c.id < ${beforeId}::bigint
    order by c.id desc
    limit ${count}::bigint
  `.execute(tx.db)
  return rows.map(shown)
}

const shown = ({ contact, reportedAt, endedAt, ...row }: Raw): ComplaintRow => ({
  ...row,
  contactMasked: maskContact(contact),
  reportedAt: reportedAt.toISOString(),
  endedAt: endedAt?.toISOString() ?? null,
})

type Facts = {
  readonly note: string
  readonly contest: string | null
  readonly answer: string
  readonly cardId: number
  readonly sealed: Buffer
  readonly cardState: ComplaintDetail['cardState']
  readonly deliveredAt: Date
  readonly availableNow: number
  readonly pictures: ComplaintDetail['pictures']
  readonly batch: Omit<ComplaintDetail['batch'], 'costFen'> & { readonly costFen: number }
  readonly othersOfBuyer: number
  readonly steps: readonly Step[]
  readonly recovery: ComplaintDetail['recovery']
  readonly hasSource: boolean
  readonly isPurchaseOpen: boolean
}
type Step = ComplaintDetail['log'][number]

/**
 * One complaint with everything that is known about its code, masked.
 * @throws common.not_found
 */
export async function readComplaint(
  platform: Platform,
  ctx: Ctx,
  complaintId: number,
  permissions: ReadonlySet<Permission>,
): Promise<ComplaintDetail> {
  const row = await platform.db.read(ctx, (tx) => one<Facts>(tx, complaintId, FACTS))
  const [opened] = await openCards(platform.crypto, ctx.tenantId, [{ id: row.cardId, sealed: row.sealed }])
  const { history } = await cardHistory(platform, ctx, row.cardId)
  const { sealed: _, deliveredAt, steps, hasSource, isPurchaseOpen, batch, ...facts } = row
  const card = history.map(
    (move): Step => ({
      at: move.at,
      about: move.to === 'revealed' ? 'reveal' : 'card',
      kind: move.to,
      by: move.actor ?? '',
      note: '',
      detail: { from: move.from, cause: move.cause },
    }),
  )
  const isOpen = row.state === 'person'
  const { contact: _contact, reportedAt: _reported, endedAt: _ended, ...rest } = facts
  return {
    ...rest,
    ...shown(row),
    deliveredAt: deliveredAt.toISOString(),
    masked: mask(opened?.[0] ?? ''),
    batch: { ...batch, costFen: permissions.has('stock.read') ? batch.costFen : null },
    log: [...card, ...steps].toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)),
    proposal: isOpen ? proposalFor({ ...row, hasSource, isPurchaseOpen }) : null,
    actions: isOpen ? actionsFor(row, permissions) : [],
  }
}

function actionsFor(
  { hasSource, isPurchaseOpen, availableNow }: Pick<Facts, 'hasSource' | 'isPurchaseOpen' | 'availableNow'>,
  permissions: ReadonlySet<Permission>,
): ComplaintDecision[] {
  if (!permissions.has('orders.handle')) return []
  const actions: (ComplaintDecision | false)[] = [
    availableNow > 0 && 'replace',
    hasSource && !isPurchaseOpen && 'buy',
    permissions.has('orders.refund') && 'refund',
    'reject',
    'check',
  ]
  return actions.filter((action) => action !== false)
}

async function one<T>(tx: ReadTx, complaintId: number, more: RawBuilder<unknown>): Promise<Raw & T> {
  const { rows } = await sql<Raw & T>`
    select ${COLUMNS} ${more}
    ${FROM}
    where c.tenant_id = ${tx.ctx.tenantId}::bigint
      and c.id = ${complaintId}::bigint
  `.execute(tx.db)
  if (!rows[0]) throw commonErrors.notFound()
  return rows[0]
}

const FACTS = sql`,
  c.note, c.contest, c.answer, c.card_id as "cardId",
  (select k.sealed from vault.cards k where k.tenant_id = c.tenant_id and k.id = c.card_id) as sealed,
  (select k.state from vault.cards k where k.tenant_id = c.tenant_id and k.id = c.card_id) as "cardState",
  (select g.granted_at from entitlements.grants g where g.tenant_id = c.tenant_id and g.id = c.grant_id) as "deliveredAt",
  coalesce((
    select a.balance - a.held_out
    from ledger.accounts a
    join orders.lines l on l.tenant_id = c.tenant_id and l.order_no = c.order_no and l.line_no = c.line_no
    where a.tenant_id = c.tenant_id and a.kind in ('stock.available', 'warehouse.available')
      and a.ref = concat_ws(':', c.sku_id, l.warehouse_id) and a.unit = 'piece'
  ), 0) as "availableNow",
  exists (
    select from suppliers.offers f where f.tenant_id = c.tenant_id and f.sku_id = c.sku_id and f.enabled
  ) as "hasSource",
  exists (
    select from suppliers.purchases p
    where p.tenant_id = c.tenant_id and p.id = c.purchase_id and p.state in ('planned', 'sending', 'accepted', 'unknown')
  ) as "isPurchaseOpen",
  coalesce((
    select jsonb_agg(jsonb_build_object('id', p.id, 'width', p.width, 'height', p.height) order by p.id)
    from fulfilment.complaint_pictures p
    where p.tenant_id = c.tenant_id and p.complaint_id = c.id
  ), '[]') as pictures,
  (
    select jsonb_build_object(
      'origin', b.origin, 'state', b.state, 'purchaseRef', b.purchase_ref, 'costFen', b.cost_fen,
      'delivered', coalesce(k.delivered + k.used + k.void, 0),
      'complaints', (select count(*) from fulfilment.complaints x where x.tenant_id = c.tenant_id and x.batch_id = c.batch_id),
      'putRight', (
        select count(*) from fulfilment.complaints x
        where x.tenant_id = c.tenant_id and x.batch_id = c.batch_id and x.state in ('replaced', 'refunded')
      )
    )
    from (select) as one
    left join vault.batch_counts k on k.tenant_id = c.tenant_id and k.batch_id = c.batch_id
  ) as batch,
  (
    select count(*)
    from fulfilment.complaints x
    where x.tenant_id = c.tenant_id and x.id <> c.id and x.state <> 'withdrawn' and x.reported_at > c.reported_at - interval '30 days'
      and (x.buyer_key = c.buyer_key or x.contact = c.contact or (c.ip <> '' and x.ip = c.ip))
  ) as "othersOfBuyer",
  (
    select jsonb_agg(s.step order by s.at)
    from (
      select x.at, jsonb_build_object(
        'at', x.at, 'about', 'complaint', 'kind', x.kind, 'by', x.by_name, 'note', x.note, 'detail', x.detail
      ) as step
      from fulfilment.complaint_log x
      where x.tenant_id = c.tenant_id and x.complaint_id = c.id
      union all
      select p.sent_at, jsonb_build_object(
        'at', coalesce(p.sent_at, p.created_at), 'about', 'purchase', 'kind', p.state, 'by', y.name, 'note', coalesce(p.message, ''),
        'detail', jsonb_build_object('no', p.no, 'remoteNo', p.remote_no, 'purpose', p.purpose)
      )
      from suppliers.purchases p
      join suppliers.suppliers y on y.tenant_id = p.tenant_id and y.id = p.supplier_id
      where p.tenant_id = c.tenant_id and p.order_no = c.order_no and p.line_no = c.line_no
    ) s
  ) as steps,
  (
    select jsonb_build_object('id', r.id, 'state', r.state, 'claimedFen', r.claimed_fen, 'creditedFen', r.credited_fen)
    from fulfilment.recoveries r
    where r.tenant_id = c.tenant_id and r.complaint_id = c.id
  ) as recovery
`

const CACHE = 'private, max-age=3600'

/** @throws common.not_found */
export async function complaintPicture(tx: ReadTx, complaintId: number, pictureId: number) {
  const { rows } = await sql<{ readonly content: Buffer }>`
    select content
    from fulfilment.complaint_pictures
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${pictureId}::bigint
      and complaint_id = ${complaintId}::bigint
  `.execute(tx.db)
  if (!rows[0]) throw commonErrors.notFound()
  const { content } = rows[0]
  return { content, contentType: 'image/webp', inline: true, cacheControl: CACHE, lengthBytes: content.length } as const
}
