-- Lists that suppliers send by mail or put into a folder (docs/adr/0047-lists-and-papers.md). What a list changes is
-- suppliers.keep_own's; here is what goes over all shops.
--
--   suppliers.folder_doors(limit)      all shops: folders that are open, by their sealed names
--   suppliers.tell_late_lists(limit)   all shops: lists that stay away longer than was promised; how many were told of

create or replace function suppliers.folder_doors(p_limit integer)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'tenantId', d.tenant_id, 'supplierId', d.supplier_id, 'sealed', encode(d.folder_sealed, 'base64')
  )), '[]')
  from (
    select d.tenant_id, d.supplier_id, d.folder_sealed
    from suppliers.doors d
    join suppliers.suppliers s on s.tenant_id = d.tenant_id and s.id = d.supplier_id and s.state <> 'archived'
    where d.folder_on
    order by d.tenant_id, d.supplier_id
    limit p_limit
  ) d
$$;

-- Told once for each time that it stays away; the next list ends it.
create or replace function suppliers.tell_late_lists(p_limit integer)
returns integer
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  late record;
  told integer := 0;
begin
  for late in
    select d.tenant_id, d.supplier_id, s.name, d.every_hours, floor(extract(epoch from now() - d.heard_at) / 3600)::integer as hours
    from suppliers.doors d
    join suppliers.suppliers s on s.tenant_id = d.tenant_id and s.id = d.supplier_id and s.state = 'on'
    where d.every_hours is not null
      and d.late_told_at is null
      and d.heard_at < now() - make_interval(hours => d.every_hours)
    order by d.tenant_id, d.supplier_id
    limit p_limit
    for no key update of d skip locked
  loop
    update suppliers.doors d
    set late_told_at = now()
    where d.tenant_id = late.tenant_id
      and d.supplier_id = late.supplier_id;
    perform events.append(late.tenant_id, '{}', jsonb_build_array(jsonb_build_object(
      'type', 'supply.list_late',
      'subject', 'supplier:' || late.supplier_id,
      'payload', jsonb_build_object(
        'supplierId', late.supplier_id, 'supplier', late.name, 'everyHours', late.every_hours, 'hours', late.hours
      )
    )));
    told := told + 1;
  end loop;
  return told;
end;
$$;
