-- A shelf holds so many days of what is sold: what a rule wants follows from the sales of the last days. docs/adr/0050-stock-by-demand.md.

alter table fulfilment.restock_rules
  -- Keep so many days of cover, as sold in the last `sales_days`; null: `threshold` and `target` as they are written.
  add column cover_days smallint check (cover_days between 1 and 60),
  add column sales_days smallint check (sales_days between 3 and 30),
  add column cover_least integer check (cover_least >= 0),
  add column cover_most integer check (cover_most between 1 and 1000000),
  -- What was counted last, when, and since when the variant is sold.
  add column sold bigint,
  add column counted_at timestamptz,
  add column first_sold_at timestamptz,
  -- What that makes. Null: not sold for long enough, the written figures hold.
  add column counted_target integer,
  add constraint cover_is_whole check (
    num_nonnulls(cover_days, sales_days, cover_least, cover_most) in (0, 4) and cover_least <= cover_most
  );
create index restock_rules_to_count on fulfilment.restock_rules (tenant_id, counted_at) where enabled and cover_days is not null;

alter table fulfilment.restocks
  -- Why the rule wanted as many: {sold, salesDays, coverDays, wanted, available}. Null: by written figures, or by hand.
  add column demand jsonb check (jsonb_typeof(demand) = 'object');
