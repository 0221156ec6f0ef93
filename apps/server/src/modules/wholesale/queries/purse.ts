import type { WholesaleMovement, WholesalePurse } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Platform } from '../../../platform/module.ts'
import { systemCtx } from '../model.ts'
import type { OpenKey } from './open-key.ts'

const PAGE = 200

/** What the ledger calls a movement, in the words of the interface. */
const KINDS: Readonly<Record<string, WholesaleMovement['kind']>> = {
  'cash.pay_by_balance': 'order',
  'cash.refund_to_balance': 'refund',
  'cash.recharge': 'recharge',
  'cash.recharge_bonus': 'bonus',
  'cash.take_back': 'recharge_back',
  'cash.take_back_bonus': 'recharge_back',
  'cash.put_back': 'recharge',
  'cash.put_back_bonus': 'bonus',
  'member.credit': 'correction',
  'member.debit': 'correction',
}

type Row = {
  readonly opening: number
  readonly closing: number
  readonly id: number | null
  readonly at: Date
  readonly kind: string
  readonly amount: number
  readonly after: number
  readonly orderNo: string | null
  readonly outerNo: string | null
  readonly bulkOuterNo: string | null
  readonly ref: string | null
  readonly tradeNo: string | null
}

/**
 * What a purse held when a day began, each movement of the day with what it held then, and what it held when the day ended. One
 * statement, so one moment: it adds up whatever is being ordered beside it. Of a day that is not over the end is now.
 */
export async function purseOf(platform: Platform, key: OpenKey, day: string, cursor: number): Promise<WholesalePurse> {
  const { rows } = await platform.db.read(systemCtx(key.tenantId), (tx) =>
    sql<Row>`
      with purse as materialized (
        select coalesce(max(a.id), 0) as id, coalesce(sum(a.balance), 0)::bigint as balance
        from ledger.accounts a
        where a.tenant_id = ${key.tenantId}::bigint
          and a.kind = 'cash.member'
          and a.ref = ${String(key.memberId)}
          and a.unit = 'CNY'
      ), moved as materialized (
        select t.id, t.at, t.kind, t.cause, t.amount
        from purse p
        join ledger.transfers t on t.tenant_id = ${key.tenantId}::bigint and t.to_account = p.id
        where t.at >= (${day}::date)::timestamp at time zone 'Asia/Shanghai'
        union all
        select t.id, t.at, t.kind, t.cause, -t.amount
        from purse p
        join ledger.transfers t on t.tenant_id = ${key.tenantId}::bigint and t.from_account = p.id
        where t.at >= (${day}::date)::timestamp at time zone 'Asia/Shanghai'
      ), stands as (
        select p.balance - coalesce((select sum(m.amount) from moved m), 0)::bigint as opening,
          p.balance - coalesce((
            select sum(m.amount) from moved m where m.at >= (${day}::date + 1)::timestamp at time zone 'Asia/Shanghai'
          ), 0)::bigint as closing
        from purse p
      ), page as (
        select m.*, s.opening + (sum(m.amount) over (order by m.at, m.id))::bigint as after
        from moved m
        cross join stands s
        where m.at < (${day}::date + 1)::timestamp at time zone 'Asia/Shanghai'
        order by m.at, m.id
        limit ${PAGE + 1}::bigint
        offset ${cursor}::bigint
      )
      select s.opening, s.closing, p.id, p.at, p.kind, p.amount, p.after, n.no::text as "orderNo", w.outer_no as "outerNo", c.outer_no as "bulkOuterNo", c.ref, r.trade_no as "tradeNo"
      from stands s
      left join page p on true
      left join lateral (
        select case when p.cause ~ '^order:[0-9]{1,18}$' then substring(p.cause from 7)::bigint end as no
      ) n on true
      left join wholesale.orders w on w.tenant_id = ${key.tenantId}::bigint and w.order_no = n.no and w.key_id = ${key.id}::bigint
      left join lateral (
        select u.outer_no, l.reference as ref
        from bulk.lines l
        join wholesale.bulks u on u.tenant_id = l.tenant_id and u.bulk_id = l.bulk_id
        where l.tenant_id = ${key.tenantId}::bigint
          and l.order_no = n.no
          and u.key_id = ${key.id}::bigint
        offset 0
      ) c on true
      left join lateral (
        select r.trade_no
        from payments.receipts r
        where r.tenant_id = ${key.tenantId}::bigint
          and r.order_no = n.no
          and r.state = 'applied'
          and p.kind = 'cash.recharge'
        order by r.id
        limit 1
      ) r on true
      order by p.at, p.id
    `.execute(tx.db),
  )
  const [first] = rows
  return {
    openingFen: first?.opening ?? 0,
    closingFen: first?.closing ?? 0,
    items: rows
      .slice(0, PAGE)
      .flatMap(({ id, at, kind, amount, after, orderNo, outerNo, bulkOuterNo, ref, tradeNo }) =>
        id === null
          ? []
          : [
              {
                movementId: String(id),
                at: at.toISOString(),
                kind: KINDS[kind] ?? ('other' as const),
                amountFen: amount,
                balanceFen: after,
                orderNo,
                outerNo,
                ...(bulkOuterNo !== null && ref !== null && { bulkOuterNo, ref }),
                tradeNo,
              },
            ],
      ),
    next: rows.length > PAGE ? String(cursor + PAGE) : null,
  }
}
