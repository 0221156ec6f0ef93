-- Whether a purchase bore the number when it was first told: of those there are no more than purchases. What a supplier names beyond them is
-- bounded whatever it says of it, also that it is a second order of a purchase of ours.
alter table suppliers.strays add column is_borne boolean not null default false;
update suppliers.strays s
set is_borne = true
where exists (
  select from suppliers.purchases p
  where p.tenant_id = s.tenant_id
    and p.id = s.purchase_id
    and s.ref in (p.no, p.remote_no)
);
drop index suppliers.strays_of_nobody;
create index strays_of_nobody on suppliers.strays (tenant_id, supplier_id, id) where state in ('asking', 'open') and not is_borne;
