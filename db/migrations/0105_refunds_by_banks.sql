-- What a payer's bank has had is a refund of its dispute: known by it, so that a dispute that is won undoes just that, and no bill
-- is expected to tell of it as a refund. And rights may end for nothing, when nothing is left to give back.
alter table payments.refunds
  add column chargeback_id bigint,
  add constraint refunds_tenant_id_chargeback_id_fkey foreign key (tenant_id, chargeback_id) references payments.chargebacks (tenant_id, id),
  drop constraint refunds_amount_fen_check,
  add constraint refunds_amount_fen_check check (amount_fen >= 0 and (amount_fen + points > 0 or takes <> 'nothing'));
-- Both were written in one transaction; of an order with several disputes any is better than none.
update payments.refunds r
set chargeback_id = c.id
from (
  select distinct on (r.tenant_id, r.id) r.tenant_id, r.id as refund_id, c.id
  from payments.refunds r
  join payments.chargebacks c on c.tenant_id = r.tenant_id and c.order_no = r.order_no
  where r.reason = 'chargeback'
    and r.requested_by_id is null
    and r.state = 'done'
  order by r.tenant_id, r.id, c.opened_at = r.created_at desc, c.id
) c
where r.tenant_id = c.tenant_id
  and r.id = c.refund_id;
