-- What a bundle brought in points is a right too, so that a person's rights are all in one place. docs/adr/0057-my-rights.md.
alter table entitlements.grants
  drop constraint grants_kind_check,
  add constraint grants_kind_check check (kind in ('card', 'topup', 'service', 'link', 'points'));

-- Those handed out before. Their lines go back whole or not at all.
insert into entitlements.grants (tenant_id, owner_key, member_id, order_no, line_no, piece, kind, sku_id, state, granted_at, changed_at)
select l.tenant_id, o.buyer_key, o.member_id, l.order_no, l.line_no, p.piece, 'points', l.sku_id,
  case when l.refunded_quantity = l.quantity then 'revoked' else 'active' end, l.delivered_at, l.delivered_at
from orders.lines l
join orders.orders o on o.tenant_id = l.tenant_id and o.no = l.order_no
cross join lateral generate_series(1, l.quantity) as p(piece)
where l.kind = 'points'
  and l.delivered_at is not null
order by l.delivered_at;
