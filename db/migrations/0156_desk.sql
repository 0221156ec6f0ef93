-- Who works on what is stuck: a line, or (with a piece's grant) a complaint. What is no longer stuck is nobody's.
create table fulfilment.desk_takes (
  tenant_id bigint not null,
  order_no bigint not null,
  line_no smallint not null,
  -- 0: the line itself.
  grant_id bigint not null default 0,
  staff_id bigint not null,
  staff_name text not null,
  taken_at timestamptz not null default now(),
  primary key (tenant_id, order_no, line_no, grant_id),
  foreign key (tenant_id, order_no, line_no) references orders.lines (tenant_id, order_no, line_no)
);
create index desk_takes_of_staff on fulfilment.desk_takes (tenant_id, staff_id);
select platform.protect('fulfilment.desk_takes', 'select, insert, update, delete');
