-- A refund that went through after another had taken its place keeps what is still promised of the same payment: each promise
-- that it kept is a refund of its own, known by the one as which its money left. No bill tells of it, and it is counted once.
-- And what a shop let go of when it took less for an order goes back to the shop when the order does.
alter table payments.refunds
  add column sent_as bigint,
  add constraint refunds_tenant_id_sent_as_fkey foreign key (tenant_id, sent_as) references payments.refunds (tenant_id, id),
  drop constraint refunds_target_check,
  add constraint refunds_target_check check (target in ('source', 'balance', 'hand', 'let_go'));
