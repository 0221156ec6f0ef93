-- A member tops up the balance: an order with one line, of kind `recharge`, that is of no SKU. So it is asked for, paid,
-- expired, refunded and reconciled as every other order; what is handed over is money in the purse.
alter table orders.orders
  add column purpose text not null default 'goods' check (purpose in ('goods', 'recharge')),
  -- What the purse gets when it is paid: the amount and its bonus, as it was shown when it was placed.
  add column credit_fen bigint not null default 0,
  add constraint credit_of_recharge check (
    case purpose
      when 'recharge' then credit_fen >= total_fen and total_fen > 0 and member_id is not null
      else credit_fen = 0
    end
  );
-- Paying looks here for what is a recharge: small, and empty where a shop has none.
create index recharges on orders.orders (tenant_id, no) where purpose = 'recharge';

alter table orders.lines
  alter column sku_id drop not null,
  alter column goods_id drop not null,
  add constraint recharge_has_no_goods check (
    case kind when 'recharge' then sku_id is null and goods_id is null else sku_id is not null and goods_id is not null end
  );

alter table payments.refunds
  -- What was taken from the purse for it, with its share of the bonus; only of recharges.
  add column credit_fen bigint not null default 0 check (credit_fen >= 0);

-- A bonus is a cost of the shop.
alter table analytics.entries
  drop constraint entries_kind_check,
  add constraint entries_kind_check check (kind in ('sale', 'refund', 'fee', 'loss', 'replacement', 'bonus'));
alter table analytics.sums
  add column bonuses_fen bigint not null default 0;
