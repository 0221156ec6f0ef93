-- The desk looks for orders of a channel. The mall's own, which are most, are not in it and cost nothing more.
create index orders_of_channel on orders.orders (tenant_id, channel, placed_at) where channel <> 'mall';
