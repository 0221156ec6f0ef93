-- The source of a bill is a gateway, or a supplier (`supplier-<id>`): the same days, bills, matches, cases and closing.
-- A purchase takes from what we have there; a deposit and a credit add to it. docs/adr/0040-supplier-money.md.
alter table reconciliation.bill_lines drop constraint bill_lines_kind_check;
alter table reconciliation.bill_lines add constraint bill_lines_kind_check
  check (kind in ('payment', 'refund', 'chargeback', 'other', 'purchase', 'deposit', 'credit'));
alter table reconciliation.matches drop constraint matches_kind_check;
alter table reconciliation.matches add constraint matches_kind_check
  check (kind in ('payment', 'refund', 'chargeback', 'chargeback_won', 'purchase', 'deposit', 'credit'));
alter table reconciliation.cases drop constraint cases_kind_check;
alter table reconciliation.cases add constraint cases_kind_check
  check (kind in ('payment', 'refund', 'chargeback', 'chargeback_won', 'purchase', 'deposit', 'credit'));
