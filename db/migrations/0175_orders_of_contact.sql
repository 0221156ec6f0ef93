-- A guest's orders are found by `buyer_key`, which is made of the contact, so the contact needs an index only where it is not in
-- there; and a browser's orders are asked for only while nobody is signed in. In a shop with a past each of these indexes is a
-- page that no other order touches, written whole to the log after every checkpoint.

drop index orders.orders_of_contact;
create index orders_of_contact on orders.orders (tenant_id, lower(contact), placed_at desc) where buyer_key <> 'c:' || contact;

drop index orders.orders_of_device;
create index orders_of_device on orders.orders (tenant_id, device_hash, placed_at desc) where member_id is null;
