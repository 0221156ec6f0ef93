-- A sale price that follows demand: steps over what was sold in a day, between floor and ceiling. docs/adr/0051-prices-by-demand.md.

alter table suppliers.price_rules
  -- In place of the cost and what comes on top of it: goods that nobody quotes a cost for.
  add column base_fen bigint check (base_fen between 1 and 1000000000),
  -- Never above by itself.
  add column ceiling_fen bigint check (ceiling_fen between 1 and 1000000000),
  -- [{from, bp}], rising: from so many pieces sold in 24 hours on, the price is so many hundredths of a percent off the base.
  add column steps jsonb not null default '[]' check (jsonb_typeof(steps) = 'array' and jsonb_array_length(steps) <= 12),
  -- The step that holds, counted from 1; 0: the base price. And the one that the price was reckoned with last.
  add column step smallint not null default 0 check (step >= 0),
  add column priced_step smallint not null default 0 check (priced_step >= 0),
  add column step_at timestamptz,
  -- What was counted last, and whether it was ever sold before the hours that are counted.
  add column sold bigint,
  add column counted_at timestamptz,
  add column has_past boolean not null default false,
  add constraint ceiling_is_not_below_floor check (ceiling_fen >= floor_fen),
  add constraint base_is_moved_by_steps check (base_fen is null or (markup_bp = 0 and markup_fen = 0 and steps <> '[]'));
create index price_rules_to_count on suppliers.price_rules (tenant_id, counted_at) where steps <> '[]';

alter table suppliers.price_moves
  add column cause text not null default 'cost' check (cause in ('cost', 'demand')),
  -- The step that held then: {sold, step, from, bp}. Null: a rule without steps.
  add column demand jsonb check (jsonb_typeof(demand) = 'object');
