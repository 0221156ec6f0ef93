import { commonErrors, type orderRoutes, type Permission } from '@quanshu/contract'
import type { CardId, OrderNo } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Ctx, ReadTx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { readSettings } from '../../tenancy/index.ts'
import { mask } from '../../vault/index.ts'
import { maskContact } from '../model.ts'
import { maskRedeemCode, openCodes } from './open-codes.ts'
import { readTimeline } from './timeline.ts'

export type OrderDetail = z.output<typeof orderRoutes.detail.response>
type Action = OrderDetail['actions'][number]

/** Grants shown on the page; the rest of a large line is found through the list of codes. */
const GRANTS_SHOWN_MAX = 100

type Raw = Omit<
  OrderDetail,
  | 'lines'
  | 'timeline'
  | 'actions'
  | 'refundApprovalAboveFen'
  | 'refundApprovalAbovePoints'
  | 'buyer'
  | 'contact'
  | 'member'
> & {
  readonly contact: string
  readonly member: { readonly id: number; readonly name: string; readonly phoneMasked: string } | null
  readonly lines: readonly (Omit<OrderDetail['lines'][number], 'grants' | 'pictureUrl' | 'costFen'> & {
    readonly costFen: number
    readonly grants: readonly (Omit<OrderDetail['lines'][number]['grants'][number], 'masked' | 'cardId'> & {
      readonly cardId: CardId | null
      readonly sealed: string
    })[]
  })[]
}

/** @throws common.not_found */
export async function readOrderDetail(
  platform: Platform,
  ctx: Ctx,
  no: OrderNo,
  permissions: ReadonlySet<Permission>,
): Promise<OrderDetail> {
  const { order, timeline, settings } = await platform.db.read(ctx, async (tx) => {
    const order = await readOrder(tx, no)
    return { order, timeline: await readTimeline(tx, no), settings: await readSettings(tx) }
  })
  const { contact, member, lines, ...rest } = order
  const seesContact = permissions.has('members.read')
  return {
    ...rest,
    buyer: { memberId: member?.id ?? null, contactMasked: maskContact(contact) },
    contact: seesContact ? contact : null,
    member,
    lines: await Promise.all(
      lines.map(async ({ grants, ...line }) => {
        const codes = grants.map(({ cardId, link, sealed }) => ({
          sealed: Buffer.from(sealed, 'base64'),
          ...(cardId === null ? { codeId: link?.codeId ?? 0 } : { cardId }),
        }))
        const opened = await openCodes(platform.crypto, ctx.tenantId, codes)
        return {
          ...line,
          costFen: permissions.has('stock.read') ? line.costFen : null,
          pictureUrl: null,
          grants: grants.map(({ sealed: _, ...grant }, index) => ({
            ...grant,
            masked: (grant.link ? maskRedeemCode : mask)(opened[index]?.[0] ?? ''),
          })),
        }
      }),
    ),
    timeline,
    refundApprovalAboveFen: settings['refunds.approvalAboveFen'],
    refundApprovalAbovePoints: settings['refunds.approvalAbovePoints'],
    actions: actionsFor(order, permissions),
  }
}

/** Money or points that are not back yet, and not on their way. */
function hasSomethingToGive(line: Raw['lines'][number]): boolean {
  const fen = line.amountFen - line.refundedFen - line.refundingFen + line.failedFen
  return fen > 0 || line.unitPoints * line.quantity > line.refundedPoints
}

/** The shop gave it away in a file: no money, but rights that can end. */
const isGift = ({ channel, totalFen, lines }: Raw): boolean =>
  channel === 'bulk' &&
  totalFen === 0 &&
  lines.some(
    ({ state, refundedQuantity, quantity }) =>
      (state === 'delivered' || state === 'exception') && refundedQuantity < quantity,
  )

/** A payment may be claimed for these; what is closed may have been paid too late. */
const UNPAID: ReadonlySet<string> = new Set(['pending', 'expired', 'cancelled'])

function actionsFor(order: Raw, permissions: ReadonlySet<Permission>): Action[] {
  const handles = permissions.has('orders.handle')
  const paid = order.state === 'paid' || order.state === 'delivered' || order.state === 'refunded'
  const actions: (Action | false)[] = [
    handles && order.state === 'pending' && 'cancel',
    handles && order.payments.some((payment) => payment.state === 'pending') && 'query_payment',
    handles && UNPAID.has(order.state) && order.totalFen > 0 && 'claim',
    handles && order.lines.some((line) => line.state === 'exception') && 'retry',
    handles && order.purpose === 'goods' && order.lines.some((line) => line.state === 'delivered') && 'replace',
    permissions.has('orders.refund') && paid && (order.lines.some(hasSomethingToGive) || isGift(order)) && 'refund',
    handles && order.contact.includes('@') && order.state === 'delivered' && 'resend',
  ]
  return actions.filter((action) => action !== false)
}

async function readOrder(tx: ReadTx, no: OrderNo): Promise<Raw> {
  const { rows } = await sql<{ readonly detail: Raw }>`
    select jsonb_build_object(
      'no', o.no, 'state', o.state, 'purpose', o.purpose, 'creditFen', o.credit_fen, 'contact', o.contact, 'ip', o.ip, 'channel', o.channel,
      'closeReason', o.close_reason, 'totalFen', o.total_fen, 'balanceFen', o.balance_fen, 'points', o.points, 'refundedFen', o.refunded_fen,
      'placedAt', o.placed_at, 'expiresAt', o.expires_at, 'paidAt', o.paid_at, 'deliveredAt', o.delivered_at,
      'hasException', exists (
        select from orders.lines l where l.tenant_id = o.tenant_id and l.order_no = o.no and l.state = 'exception'
      ),
      'goodsTitles', (select jsonb_agg(l.goods_title order by l.line_no) from orders.lines l where l.tenant_id = o.tenant_id and l.order_no = o.no),
      'quantity', (select sum(l.quantity) from orders.lines l where l.tenant_id = o.tenant_id and l.order_no = o.no),
      'gateway', coalesce((select r.gateway from payments.receipts r where r.tenant_id = o.tenant_id and r.order_no = o.no order by r.id limit 1), o.pay_with),
      'tradeNo', (select r.trade_no from payments.receipts r where r.tenant_id = o.tenant_id and r.order_no = o.no order by r.id limit 1),
      'member', (
        select jsonb_build_object('id', m.id, 'name', m.name, 'phoneMasked', m.phone_masked)
        from members.members m
        where m.tenant_id = o.tenant_id and m.id = o.member_id
      ),
      'lines', (
        select jsonb_agg(jsonb_build_object(
          'lineNo', l.line_no, 'kind', l.kind, 'skuId', l.sku_id, 'goodsId', l.goods_id, 'goodsTitle', l.goods_title, 'skuTitle', l.sku_title,
          'quantity', l.quantity, 'unitPriceFen', l.unit_price_fen, 'unitPoints', l.unit_points, 'amountFen', l.amount_fen, 'state', l.state,
          'deliveredQuantity', l.delivered_quantity, 'bundleNo', l.bundle_no, 'creditPoints', l.credit_points, 'heldBack', l.held_back, 'pickedNumber', l.pick_number, 'form', l.form,
          -- The part's own fields first: of two by one key, the page takes the first.
          'formFields', case when l.form = '{}' then '[]' else coalesce((
            select jsonb_agg(f.field order by g.id <> l.goods_id, f.n)
            from catalog.goods g
            cross join lateral jsonb_array_elements(g.form_fields) with ordinality as f(field, n)
            where g.tenant_id = l.tenant_id
              and l.form ? (f.field ->> 'key')
              and g.id in (l.goods_id, (
                select b.goods_id from orders.bundles b where b.tenant_id = l.tenant_id and b.order_no = l.order_no and b.bundle_no = l.bundle_no
              ))
          ), '[]') end,
          'laterDays', l.later_days,
          'activation', case when l.later_days is not null then fulfilment.activation_view(o.tenant_id, o.no, l.line_no) end,
          'costFen', coalesce((
            select sum(b.cost_fen)
            from entitlements.grants g
            join vault.cards c on c.tenant_id = g.tenant_id and c.id = g.card_id
            join vault.batches b on b.tenant_id = c.tenant_id and b.id = c.batch_id
            where g.tenant_id = l.tenant_id and g.order_no = l.order_no and g.line_no = l.line_no
          ), 0) + coalesce((
            select sum(p.cost_fen)
            from suppliers.purchases p
            where catalog.deliver_of(l.kind) = 'supply' and p.tenant_id = l.tenant_id and p.order_no = l.order_no and p.line_no = l.line_no
          ), 0),
          'refundedFen', l.refunded_fen, 'refundingFen', l.refunding_fen, 'refundedQuantity', l.refunded_quantity, 'refundedPoints', l.refunded_points,
          'failedFen', coalesce((
            select sum(f.amount_fen)
            from payments.refunds f
            where f.tenant_id = l.tenant_id and f.order_no = l.order_no and f.line_no = l.line_no
              and f.state = 'failed' and f.replaced_by is null
          ), 0),
          'hold', (
            select jsonb_build_object('state', h.state, 'expiresAt', h.expires_at)
            from ledger.holds h
            where h.tenant_id = l.tenant_id and h.id = l.hold_id
          ),
          'keptAfterBank', exists (
            select from payments.chargebacks c
            where c.tenant_id = l.tenant_id and c.order_no = l.order_no and l.line_no = any (c.kept_lines)
          ),
          'exception', case when l.state = 'exception' then jsonb_build_object(
            'reason', l.exception_reason, 'note', l.exception_note, 'since', l.exception_at
          ) end,
          'grants', coalesce((
            select jsonb_agg(jsonb_build_object(
              'id', g.id, 'piece', g.piece, 'state', g.state, 'cardId', g.card_id, 'batchId', c.batch_id,
              'grantedAt', g.granted_at, 'sealed', encode(coalesce(c.sealed, r.sealed), 'base64'), 'recall', (
                select x.state
                from fulfilment.recalls_of(g.tenant_id, g.order_no, g.id) x
                where catalog.deliver_of(g.kind) = 'pick'
                  and exists (select from vault.recall_pieces p where p.tenant_id = g.tenant_id and p.order_no = g.order_no)
              ),
              'link', case when r.id is not null then jsonb_build_object('batchId', r.batch_id, 'codeId', r.id, 'used', r.used, 'uses', r.uses) end
            ) order by g.piece, g.turn)
            from (
              select *
              from entitlements.grants g
              where g.tenant_id = l.tenant_id and g.order_no = l.order_no and g.line_no = l.line_no and catalog.deliver_of(g.kind) in ('pick', 'make')
              order by g.piece, g.turn
              limit ${GRANTS_SHOWN_MAX}
            ) g
            left join vault.cards c on c.tenant_id = g.tenant_id and c.id = g.card_id
            left join redeem.codes r
              on r.tenant_id = g.tenant_id
              and catalog.deliver_of(g.kind) = 'make'
              and r.order_no = g.order_no
              and r.line_no = g.line_no
              and r.piece = g.piece
          ), '[]')
        ) order by l.line_no)
        from orders.lines l
        where l.tenant_id = o.tenant_id and l.order_no = o.no
      ),
      'bundles', orders.bundles_of(o.tenant_id, o.no)::jsonb,
      'payments', coalesce((
        select jsonb_agg(jsonb_build_object(
          'gateway', a.gateway, 'amountFen', a.amount_fen, 'state', a.state, 'createdAt', a.created_at,
          'nextQueryAt', a.next_query_at, 'queries', a.queries
        ) order by a.created_at)
        from payments.attempts a
        where a.tenant_id = o.tenant_id and a.order_no = o.no
      ), '[]'),
      'receipts', coalesce((
        select jsonb_agg(jsonb_build_object(
          'id', r.id, 'gateway', r.gateway, 'tradeNo', r.trade_no, 'amountFen', r.amount_fen, 'state', r.state, 'receivedAt', r.received_at
        ) order by r.id)
        from payments.receipts r
        where r.tenant_id = o.tenant_id and r.order_no = o.no
      ), '[]'),
      'refunds', coalesce((
        select jsonb_agg(jsonb_build_object(
          'id', f.id, 'orderNo', f.order_no, 'lineNo', f.line_no, 'amountFen', f.amount_fen, 'points', f.points, 'to', f.target, 'state', f.state,
          'takes', f.takes, 'pieces', cardinality(f.grants), 'creditFen', f.credit_fen, 'requestedBy', f.requested_by, 'requestedById', f.requested_by_id,
          'decidedBy', f.decided_by, 'decidedNote', f.decided_note, 'handReference', f.hand_reference,
          'isReplaced', f.replaced_by is not null, 'reason', f.reason, 'attempts', f.attempts, 'lastError', f.last_error, 'createdAt', f.created_at, 'doneAt', f.done_at
        ) order by f.id)
        from payments.refunds f
        where f.tenant_id = o.tenant_id and f.order_no = o.no
      ), '[]')
    ) as detail
    from orders.orders o
    where o.tenant_id = ${tx.ctx.tenantId}::bigint
      and o.no = ${no}::bigint
  `.execute(tx.db)
  const [row] = rows
  if (!row) throw commonErrors.notFound()
  return row.detail
}
