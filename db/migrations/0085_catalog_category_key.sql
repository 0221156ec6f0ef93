-- A key that empties one of its columns by itself cannot be distributed; deleting a category empties it in words.
alter table catalog.goods
  drop constraint goods_category,
  add constraint goods_category foreign key (tenant_id, category_id) references catalog.categories (tenant_id, id);
