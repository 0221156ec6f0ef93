-- Accounts are checked before an order (docs/adr/0038-accounts-of-buyers.md): whether, is said per SKU.
alter table suppliers.routes
  add column account_check text not null default 'advise' check (account_check in ('off', 'advise', 'require'));

-- The version of the shop's own profile that a purchase was sent by: it is asked about by the same one, whatever its supplier
-- has moved to since. Null: sent before this was kept, or by an adapter that the program brings.
alter table suppliers.purchases
  add column profile_id bigint,
  add column profile_version integer,
  add constraint purchase_profile foreign key (tenant_id, profile_id, profile_version)
    references suppliers.profile_versions (tenant_id, profile_id, version),
  add constraint purchase_profile_with_version check ((profile_id is null) = (profile_version is null));
create index purchases_of_profile on suppliers.purchases (tenant_id, profile_id, profile_version) where profile_id is not null;

-- What a supplier asked of its buyers when an offer's fields were mapped: shows that it asks something else by now. Null: not known.
alter table suppliers.offers
  add column template jsonb;
