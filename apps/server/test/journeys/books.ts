import type { TenantId } from '@quanshu/kernel'
import { expect } from 'vitest'
import type { House } from './shop.ts'

/** What must hold of every shop at every moment, in the words of the product's invariants; an empty list is a clean shop. */
const CHECKS: Readonly<Record<string, string>> = {
  'each unit adds up to zero': `
    select unit, sum(balance) from ledger.accounts where tenant_id = $1 group by unit having sum(balance) <> 0`,
  'a balance is the sum of its transfers': `
    select a.id, a.kind, a.balance, t.sum
    from ledger.accounts a
    left join lateral (
      select coalesce(sum(case when t.to_account = a.id then t.amount else -t.amount end), 0) as sum
      from ledger.transfers t
      where t.tenant_id = $1 and a.id in (t.from_account, t.to_account)
    ) t on true
    where a.tenant_id = $1 and a.balance <> t.sum`,
  'what is held is the sum of the open holds': `
    select a.id, a.kind, a.held_out, h.sum
    from ledger.accounts a
    left join lateral (
      select coalesce(sum(h.amount), 0) as sum
      from ledger.holds h
      where h.tenant_id = $1 and h.from_account = a.id and h.state = 'held'
    ) h on true
    where a.tenant_id = $1 and a.held_out <> h.sum`,
  'a captured hold has one transfer, any other none': `
    select h.id, h.state, count(t.id)
    from ledger.holds h
    left join ledger.transfers t on t.tenant_id = $1 and t.hold_id = h.id
    where h.tenant_id = $1
    group by h.id, h.state
    having count(t.id) <> case when h.state = 'captured' then 1 else 0 end`,
  'no account is below its floor': `
    select id, kind from ledger.accounts where tenant_id = $1 and floor is not null and balance - held_out < floor`,
  'the stock accounts count the cards': `
    select coalesce(a.sku, c.sku) as sku, coalesce(a.state, c.state) as state, a.balance, c.count
    from (
      select split_part(ref, ':', 1)::bigint as sku, balance,
        case kind when 'warehouse.available' then 'available:' || split_part(ref, ':', 2) else substr(kind, 7) end as state
      from ledger.accounts
      where tenant_id = $1 and (kind like 'stock.%' or kind = 'warehouse.available') and kind <> 'stock.source'
    ) a
    full join (
      select sku_id as sku, state || case when state = 'available' then coalesce(':' || warehouse_id, '') else '' end as state, count(*)
      from vault.cards where tenant_id = $1 group by 1, 2
    ) c on c.sku = a.sku and c.state = a.state
    where coalesce(a.balance, 0) <> coalesce(c.count, 0)`,
  'codes for named channels lie with these channels and were sold by them': `
    select c.id, b.channels, w.channel, o.channel as sold_by
    from vault.batches b
    join vault.cards c on c.tenant_id = $1 and c.batch_id = b.id
    left join stock.warehouses w on w.tenant_id = $1 and w.id = c.warehouse_id
    left join entitlements.grants g on g.tenant_id = $1 and g.card_id = c.id
    left join orders.orders o on o.tenant_id = $1 and o.no = g.order_no
    where b.tenant_id = $1 and b.channels is not null
      and ((w.channel = any (b.channels)) is not true or (o.channel = any (b.channels)) is false)`,
  'what moved between warehouses is what their accounts say': `
    select w.id, m.net, t.net
    from stock.warehouses w
    cross join lateral (
      select coalesce(sum(case when m.to_id = w.id then m.quantity else -m.quantity end), 0) as net
      from stock.moves m where m.tenant_id = $1 and w.id in (m.from_id, m.to_id)
    ) m
    cross join lateral (
      select coalesce(sum(case when t.to_account = a.id then t.amount else -t.amount end), 0) as net
      from ledger.accounts a
      join ledger.transfers t on t.tenant_id = $1 and a.id in (t.from_account, t.to_account)
      where a.tenant_id = $1 and a.kind = 'warehouse.available' and split_part(a.ref, ':', 2) = w.id::text
        and t.kind in ('stock.allocate', 'stock.return', 'stock.transfer')
    ) t
    where w.tenant_id = $1 and m.net <> t.net`,
  'batch counts count the cards': `
    select b.batch_id
    from vault.batch_counts b
    left join lateral (
      select count(*) as imported, count(*) filter (where state = 'available') as available,
        count(*) filter (where state = 'delivered') as delivered, count(*) filter (where state = 'used') as used,
        count(*) filter (where state = 'void') as void, count(*) filter (where state = 'suspect') as suspect,
        count(*) filter (where state = 'expired') as expired
      from vault.cards c
      where c.tenant_id = $1 and c.batch_id = b.batch_id
    ) c on true
    where b.tenant_id = $1
      and (b.imported, b.available, b.delivered, b.used, b.void, b.suspect, b.expired)
        is distinct from (c.imported, c.available, c.delivered, c.used, c.void, c.suspect, c.expired)`,
  'no code is in two hands': `
    select card_id from entitlements.grants where tenant_id = $1 and card_id is not null group by card_id having count(*) > 1`,
  'a living grant has a card that left the shelf': `
    select g.id, g.state, c.state as card
    from entitlements.grants g
    left join vault.cards c on c.tenant_id = $1 and c.id = g.card_id
    where g.tenant_id = $1 and g.kind = 'card' and g.state <> 'revoked' and c.state is distinct from case g.state when 'used' then 'used' else 'delivered' end`,
  'a delivered line has one living grant for each piece that was not taken back': `
    select l.order_no, l.line_no, l.state, l.quantity, g.count
    from orders.lines l
    left join lateral (
      select count(*) from entitlements.grants g
      where g.tenant_id = $1 and g.order_no = l.order_no and g.line_no = l.line_no and g.state not in ('revoked', 'dormant')
    ) g on true
    where l.tenant_id = $1 and l.kind not in ('recharge', 'points')
      and g.count <> case
        when l.kind = 'topup' or l.bought then greatest(l.delivered_quantity - l.refunded_quantity, 0)
        when l.delivered_quantity > 0 then l.quantity - l.refunded_quantity
        else 0
      end`,
  'a top-up that was bought to be activated later is kept whole until then, and bought of nobody': `
    select a.order_no, a.line_no, a.state, l.state as line, g.dormant, p.bought
    from fulfilment.activations a
    join orders.lines l on l.tenant_id = $1 and l.order_no = a.order_no and l.line_no = a.line_no
    cross join lateral (
      select count(*) filter (where g.state = 'dormant') as dormant from entitlements.grants g
      where g.tenant_id = $1 and g.order_no = a.order_no and g.line_no = a.line_no
    ) g
    cross join lateral (
      select count(*) as bought from suppliers.purchases p
      where p.tenant_id = $1 and p.order_no = a.order_no and p.line_no = a.line_no
    ) p
    where a.tenant_id = $1
      and ((a.state = 'open') <> (l.state = 'dormant')
        or (a.state = 'open' and g.dormant <> l.quantity)
        or (a.state <> 'activated' and p.bought > 0)
        or (a.state in ('lapsed', 'cancelled') and g.dormant > 0))`,
  'the parts of a bundle cost what it costs': `
    select b.order_no, b.bundle_no, b.amount_fen, l.sum
    from orders.bundles b
    cross join lateral (
      select sum(l.amount_fen) as sum from orders.lines l
      where l.tenant_id = $1 and l.order_no = b.order_no and l.bundle_no = b.bundle_no
    ) l
    where b.tenant_id = $1 and b.amount_fen is distinct from l.sum`,
  'nothing of a bundle that holds back is handed out before all of it': `
    select l.order_no, l.bundle_no
    from orders.lines l
    join orders.bundles b on b.tenant_id = $1 and b.order_no = l.order_no and b.bundle_no = l.bundle_no and b.policy = 'hold'
    where l.tenant_id = $1 and l.kind <> 'topup'
    group by l.order_no, l.bundle_no
    having bool_or(l.held_back and l.state in ('waiting', 'exception')) and bool_or(l.state = 'delivered')`,
  'points of a bundle are given once': `
    select l.order_no, l.line_no, l.credit_points, t.sum
    from orders.lines l
    cross join lateral (
      select coalesce(sum(t.amount), 0) as sum from ledger.transfers t
      where t.tenant_id = $1 and t.cause = 'order:' || l.order_no and t.kind = 'points.bundle'
    ) t
    where l.tenant_id = $1 and l.kind = 'points'
      and t.sum <> (
        select sum(k.credit_points) from orders.lines k
        where k.tenant_id = $1 and k.order_no = l.order_no and k.delivered_at is not null
      )`,
  'what suppliers delivered for a line is what its need counts and its owner has': `
    select n.order_no, n.line_no, n.filled, n.by_hand, p.arrived, g.count
    from fulfilment.needs n
    cross join lateral (
      select coalesce(sum(p.arrived) filter (where p.state in ('done', 'partial')), 0) as arrived
      from suppliers.purchases p
      where p.tenant_id = $1 and p.order_no = n.order_no and p.line_no = n.line_no and p.purpose = 'line'
    ) p
    cross join lateral (
      select count(distinct g.piece) from entitlements.grants g
      join orders.lines l on l.tenant_id = $1 and l.order_no = g.order_no and l.line_no = g.line_no and (l.kind = 'topup' or l.bought)
      where g.tenant_id = $1 and g.order_no = n.order_no and g.line_no = n.line_no and g.state <> 'dormant'
    ) g
    where n.tenant_id = $1
      -- What was kept for later was its owner's before anything arrived, and is gone with the money.
      and not exists (
        select from orders.lines l
        where l.tenant_id = $1 and l.order_no = n.order_no and l.line_no = n.line_no and l.later_days is not null and l.refunded_quantity > 0
      )
      and (n.filled <> p.arrived or n.filled + n.by_hand <> g.count)`,
  'a code that was bought is a card of its supplier’s batch, and those that are not are counted': `
    select p.id, p.arrived, p.bad, c.taken, c.bad
    from suppliers.purchases p
    cross join lateral (
      select count(*) filter (where c.outcome = 'taken' and b.origin = 'bought' and b.supplier_id = p.supplier_id) as taken,
        count(*) filter (where c.outcome <> 'taken') as bad, count(*) as all_of_them
      from suppliers.purchase_cards c
      left join vault.cards k on k.tenant_id = $1 and k.id = c.card_id
      left join vault.batches b on b.tenant_id = $1 and b.id = k.batch_id
      where c.tenant_id = $1 and c.purchase_id = p.id
    ) c
    where p.tenant_id = $1 and c.all_of_them > 0 and p.state in ('done', 'partial') and (c.taken, c.bad) is distinct from (p.arrived, p.bad)`,
  'what purchases cost is what was booked with their suppliers': `
    select p.supplier_id, p.cost, a.balance
    from (
      select s.id as supplier_id,
        (select coalesce(sum(x.cost_fen), 0) from suppliers.purchases x where x.tenant_id = $1 and x.supplier_id = s.id)
        - (
          select coalesce(sum(case x.kind when 'withdrawal' then -x.amount_fen else x.amount_fen end), 0)
          from suppliers.money x where x.tenant_id = $1 and x.supplier_id = s.id and x.state = 'booked'
        ) - (
          select coalesce(sum(x.difference_fen + x.exchange_fen), 0) from reconciliation.postings x where x.tenant_id = $1 and x.gateway = 'supplier-' || s.id
        ) as cost
      from suppliers.suppliers s
      where s.tenant_id = $1
    ) p
    left join ledger.accounts a
      on a.tenant_id = $1 and a.kind = 'cash.supplier' and a.ref = p.supplier_id::text and a.unit = 'CNY'
    where coalesce(p.cost, 0) <> coalesce(a.balance, 0)`,
  'a complaint is put right once, and a bad code is never sold again': `
    select c.id, c.state, g.state as grant, k.state as card, f.refunds
    from fulfilment.complaints c
    join entitlements.grants g on g.tenant_id = $1 and g.id = c.grant_id
    join vault.cards k on k.tenant_id = $1 and k.id = c.card_id
    cross join lateral (
      select count(*) as refunds from payments.refunds f
      where f.tenant_id = $1 and f.order_no = c.order_no and c.grant_id = any (f.grants) and f.state not in ('awaiting', 'declined')
        and f.replaced_by is null
    ) f
    left join entitlements.grants n on n.tenant_id = $1 and n.id = c.new_grant_id
    where c.tenant_id = $1
      and (
        (c.state in ('replaced', 'refunded', 'settled')) <> (g.state = 'revoked' and c.state not in ('rejected', 'withdrawn'))
        or (c.state in ('replaced', 'refunded') and k.state not in ('void', 'used'))
        or (c.state = 'replaced' and (n.piece is distinct from c.piece or f.refunds > 0))
        or (c.state = 'refunded' and (c.new_grant_id is not null or f.refunds > 1))
        or (g.state = 'revoked' and c.state in ('reported', 'checking', 'buying', 'person'))
      )`,
  'what a supplier is asked back for is asked once, and what it credits is booked': `
    select r.id from fulfilment.recoveries r
    left join fulfilment.complaints c on c.tenant_id = $1 and c.id = r.complaint_id
    cross join lateral (
      select coalesce(sum(t.amount), 0) as booked from ledger.transfers t
      where t.tenant_id = $1 and (
        (t.kind = 'cash.recovery' and t.cause = 'recovery:' || r.id) or (t.kind = 'supplier.credit' and t.cause = (
          select 'supplier:' || m.supplier_id || ':' || m.id from suppliers.money m where m.tenant_id = $1 and m.recovery_id = r.id and m.state = 'booked'
        ))
      )
    ) t
    where r.tenant_id = $1 and (r.credited_fen <> t.booked or (c.id is not null and c.state not in ('replaced', 'refunded')))`,
  'an order that is over holds nothing': `
    select o.no, o.state, h.id
    from orders.orders o
    join orders.lines l on l.tenant_id = $1 and l.order_no = o.no
    join ledger.holds h on h.tenant_id = $1 and h.id = l.hold_id and h.state = 'held'
    where o.tenant_id = $1 and o.state in ('cancelled', 'expired', 'delivered', 'refunded')
      and l.state <> 'exception'`,
  'clearing keeps what was paid and neither earned nor given back': `
    select a.balance, x.open
    from (
      select coalesce(sum(balance), 0) as balance from ledger.accounts where tenant_id = $1 and kind = 'cash.clearing'
    ) a, (
      select coalesce(sum(
        case when l.delivered_at is null and l.state in ('waiting', 'dormant', 'supplying', 'exception', 'refunding')
          then l.amount_fen - l.refunded_fen else l.refunding_fen end
      ), 0) as open
      from orders.lines l
      join orders.orders o on o.tenant_id = $1 and o.no = l.order_no
      where l.tenant_id = $1 and o.paid_at is not null and o.state in ('paid', 'delivered', 'refunded')
    ) x
    where a.balance <> x.open`,
  'surplus keeps what came twice, too late or in another amount and is not yet given back': `
    select a.balance, x.open
    from (
      select coalesce(sum(balance), 0) as balance from ledger.accounts where tenant_id = $1 and kind = 'cash.surplus'
    ) a, (
      select coalesce(sum(r.amount_fen - coalesce((
        select sum(f.amount_fen) from payments.refunds f
        where f.tenant_id = $1 and f.receipt_id = r.id and f.line_no is null and f.state = 'done' and f.replaced_by is null
      ), 0) - coalesce((
        select sum(c.surplus_fen) from payments.chargebacks c where c.tenant_id = $1 and c.receipt_id = r.id and c.state <> 'won'
      ), 0)), 0) as open
      from payments.receipts r
      where r.tenant_id = $1 and r.state in ('surplus', 'unmatched')
    ) x
    where a.balance <> x.open`,
  'nothing is refunded beyond what came, or was let go of': `
    select r.id, r.order_no, r.amount_fen, r.adjusted_fen, sum(f.amount_fen) as back
    from payments.receipts r
    join payments.refunds f
      on f.tenant_id = $1 and f.receipt_id = r.id and f.state in ('requested', 'processing', 'done') and f.sent_as is null
    where r.tenant_id = $1
    group by r.id, r.order_no, r.amount_fen, r.adjusted_fen
    having sum(f.amount_fen) > r.amount_fen + r.adjusted_fen`,
  'what banks have had is written on the receipt': `
    select r.id, r.disputed_fen, c.sum
    from payments.receipts r
    cross join lateral (
      select coalesce(sum(c.disputed_fen), 0) as sum from payments.chargebacks c
      where c.tenant_id = $1 and c.receipt_id = r.id and c.state <> 'won'
    ) c
    where r.tenant_id = $1 and r.disputed_fen <> c.sum`,
  'no promise and no purse that could give stands beside what a bank has had': `
    select r.id, r.order_no, r.disputed_fen
    from payments.receipts r
    join orders.orders o on o.tenant_id = $1 and o.no = r.order_no
    where r.tenant_id = $1 and r.state = 'applied' and r.disputed_fen > 0
      and (exists (
        select from payments.refunds f
        where f.tenant_id = $1 and f.receipt_id = r.id and f.line_no is not null and f.state = 'failed' and f.replaced_by is null
      ) or exists (
        select from orders.lines l
        where l.tenant_id = $1 and l.order_no = r.order_no and l.kind = 'recharge' and l.amount_fen > l.refunded_fen + l.refunding_fen
      ))`,
  'no promise waits, and nothing is free, beside a refund that went through twice': `
    select f.id, f.amount_fen, p.fen
    from payments.refunds f
    join payments.receipts r on r.tenant_id = $1 and r.id = f.receipt_id
    cross join lateral (
      select case
        when r.state = 'applied' then (
          select sum(amount_fen) from payments.refunds
          where tenant_id = $1 and receipt_id = r.id and line_no is not null and state = 'failed' and replaced_by is null
        )
        when r.state in ('surplus', 'unmatched', 'refunded') then fulfilment.left_of_surplus($1, r.id, true)
      end as fen
    ) p
    where f.tenant_id = $1 and f.state = 'done' and f.replaced_by is not null and p.fen > 0
      and f.amount_fen > (
        select coalesce(sum(k.amount_fen), 0) from payments.refunds k where k.tenant_id = $1 and k.sent_as = f.id
      )`,
  'what is promised of a payment is there to be sent': `
    select r.id, r.order_no, sum(f.amount_fen)
    from payments.receipts r
    join payments.refunds f
      on f.tenant_id = $1 and f.receipt_id = r.id and f.line_no is not null and f.state = 'failed' and f.replaced_by is null
    where r.tenant_id = $1 and r.state = 'applied'
    group by r.id, r.order_no
    having sum(f.amount_fen) > fulfilment.left_of_receipt($1, r.id, 'source')`,
}

/** Every invariant of the books, asked of the tables themselves, but for those that a test breaks on purpose. */
export async function expectBooksRight(
  { query }: Pick<House, 'query'>,
  tenantId: TenantId,
  except: readonly string[] = [],
): Promise<void> {
  const asked = Object.entries(CHECKS).filter(([name]) => !except.includes(name))
  const faults = await Promise.all(asked.map(async ([name, text]) => ({ name, rows: await query(text, [tenantId]) })))
  expect(faults.filter(({ rows }) => rows.length > 0)).toEqual([])
}

/** What all accounts of a kind hold together. */
export async function sumOf({ query }: Pick<House, 'query'>, tenantId: TenantId, kind: string): Promise<number> {
  const [row] = await query<{ sum: number }>(
    'select coalesce(sum(balance), 0)::bigint as sum from ledger.accounts where tenant_id = $1 and kind = $2',
    [tenantId, kind],
  )
  return row?.sum ?? 0
}
