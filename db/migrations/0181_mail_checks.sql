-- What is known of where a mail with a list comes from, beside its signature (docs/adr/0047-lists-and-papers.md).

alter table suppliers.intakes
  -- Null: nobody was asked, as of a sender whom the shop does not know.
  add column spf text check (spf in ('pass', 'fail', 'none', 'unknown')),
  add column dmarc text check (dmarc in ('pass', 'fail', 'none', 'unknown')),
  add column arc text check (arc in ('pass', 'fail', 'none', 'unknown')),
  add constraint checks_of_mail check (door = 'mail' or num_nonnulls(spf, dmarc, arc) = 0);
-- How much came today.
create index intakes_by_day on suppliers.intakes (tenant_id, supplier_id, came_at);
