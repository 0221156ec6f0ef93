-- Goods as a merchant keeps them: categories, tags, pictures, goods, their SKUs, and planned prices.
create schema catalog;

create table catalog.categories (
  tenant_id bigint not null,
  id bigint generated always as identity,
  parent_id bigint,
  name text not null check (length(name) between 1 and 40),
  name_en text not null default '',
  icon text not null default '',
  position integer not null default 0,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint categories_parent foreign key (tenant_id, parent_id) references catalog.categories (tenant_id, id),
  constraint categories_not_own_parent check (parent_id <> id)
);
-- Within one level a name stands once; coalesce, because null parents would otherwise never collide.
create unique index categories_name on catalog.categories (tenant_id, coalesce(parent_id, 0), lower(name));

create table catalog.tags (
  tenant_id bigint not null,
  id bigint generated always as identity,
  name text not null check (length(name) between 1 and 20),
  name_en text not null default '',
  position integer not null default 0,
  primary key (tenant_id, id)
);
create unique index tags_name on catalog.tags (tenant_id, lower(name));

-- A picture is known by the hash of the bytes that were uploaded, so the same file never lies here twice.
create table catalog.pictures (
  tenant_id bigint not null,
  id bigint generated always as identity,
  sha256 bytea not null check (length(sha256) = 32),
  width integer not null check (width > 0),
  height integer not null check (height > 0),
  color text not null check (color ~ '^#[0-9a-f]{6}$'),
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint pictures_once unique (tenant_id, sha256)
);

-- The kept widths as WebP. In the database, because every process then has them, a backup holds them, and a picture
-- appears and disappears with its goods in one transaction; browsers and the process cache take the reads.
create table catalog.picture_files (
  tenant_id bigint not null,
  picture_id bigint not null,
  width integer not null,
  content bytea not null,
  primary key (tenant_id, picture_id, width),
  constraint picture_files_picture foreign key (tenant_id, picture_id)
    references catalog.pictures (tenant_id, id) on delete cascade
);
-- WebP does not compress further; do not try.
alter table catalog.picture_files alter column content set storage external;

create table catalog.goods (
  tenant_id bigint not null,
  id bigint generated always as identity,
  title text not null check (length(title) between 1 and 80),
  title_en text not null default '',
  subtitle text not null default '',
  subtitle_en text not null default '',
  category_id bigint,
  description text not null default '',
  description_en text not null default '',
  guide text not null default '',
  guide_en text not null default '',
  form_fields jsonb not null default '[]' check (jsonb_typeof(form_fields) = 'array'),
  state text not null default 'draft' check (state in ('draft', 'on', 'off', 'archived')),
  on_at timestamptz,
  off_at timestamptz,
  stock_display text not null default 'words' check (stock_display in ('exact', 'words', 'hidden')),
  limit_per_person integer check (limit_per_person > 0),
  limit_per_order integer not null default 100 check (limit_per_order between 1 and 10000),
  position integer not null default 0,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint goods_schedule check (off_at > on_at),
  constraint goods_category foreign key (tenant_id, category_id)
    references catalog.categories (tenant_id, id) on delete set null (category_id)
);
create index goods_shelf on catalog.goods (tenant_id, state, position desc, id desc);
create index goods_by_category on catalog.goods (tenant_id, category_id, state);

create table catalog.goods_tags (
  tenant_id bigint not null,
  goods_id bigint not null,
  tag_id bigint not null,
  primary key (tenant_id, goods_id, tag_id),
  constraint goods_tags_goods foreign key (tenant_id, goods_id)
    references catalog.goods (tenant_id, id) on delete cascade,
  constraint goods_tags_tag foreign key (tenant_id, tag_id)
    references catalog.tags (tenant_id, id) on delete cascade
);
create index goods_tags_by_tag on catalog.goods_tags (tenant_id, tag_id, goods_id);

create table catalog.goods_pictures (
  tenant_id bigint not null,
  goods_id bigint not null,
  position integer not null check (position >= 0),
  picture_id bigint not null,
  primary key (tenant_id, goods_id, position),
  constraint goods_pictures_goods foreign key (tenant_id, goods_id)
    references catalog.goods (tenant_id, id) on delete cascade,
  constraint goods_pictures_picture foreign key (tenant_id, picture_id)
    references catalog.pictures (tenant_id, id)
);
create index goods_pictures_by_picture on catalog.goods_pictures (tenant_id, picture_id);

-- `price_fen` and `tiers` hold since `priced_at`; a planned price whose time came later than that goes before them.
create table catalog.skus (
  tenant_id bigint not null,
  id bigint generated always as identity,
  goods_id bigint not null,
  title text not null check (length(title) between 1 and 60),
  title_en text not null default '',
  specs jsonb not null default '{}' check (jsonb_typeof(specs) = 'object'),
  kind text not null default 'card' check (kind in ('card')),
  price_fen bigint not null check (price_fen between 0 and 1000000000),
  free boolean not null default false,
  market_price_fen bigint check (market_price_fen > 0),
  cost_hint_fen bigint check (cost_hint_fen >= 0),
  tiers jsonb not null default '[]' check (jsonb_typeof(tiers) = 'array'),
  priced_at timestamptz not null default now(),
  hold_mode text not null default 'order' check (hold_mode in ('order', 'payment')),
  allocation text not null default 'fifo' check (allocation in ('fifo', 'fefo')),
  low_stock_at integer default 10 check (low_stock_at >= 0),
  state text not null default 'on' check (state in ('on', 'off')),
  position integer not null default 0,
  created_at timestamptz not null default now(),
  removed_at timestamptz,
  primary key (tenant_id, id),
  constraint skus_free_is_meant check (free or price_fen > 0),
  constraint skus_goods foreign key (tenant_id, goods_id) references catalog.goods (tenant_id, id)
);
create index skus_by_goods on catalog.skus (tenant_id, goods_id, position, id) where removed_at is null;

create table catalog.price_changes (
  tenant_id bigint not null,
  id bigint generated always as identity,
  sku_id bigint not null,
  at timestamptz not null,
  price_fen bigint not null check (price_fen between 0 and 1000000000),
  free boolean not null default false,
  tiers jsonb not null default '[]' check (jsonb_typeof(tiers) = 'array'),
  created_at timestamptz not null default now(),
  created_by text not null,
  cancelled_at timestamptz,
  primary key (tenant_id, id),
  constraint price_changes_free_is_meant check (free or price_fen > 0),
  constraint price_changes_sku foreign key (tenant_id, sku_id) references catalog.skus (tenant_id, id)
);
-- Also the look-up of the price in force: newest `at` that has come.
create unique index price_changes_moment on catalog.price_changes (tenant_id, sku_id, at desc)
where cancelled_at is null;

select platform.protect('catalog.categories');
select platform.protect('catalog.tags');
select platform.protect('catalog.pictures');
select platform.protect('catalog.picture_files');
select platform.protect('catalog.goods');
select platform.protect('catalog.goods_tags');
select platform.protect('catalog.goods_pictures');
select platform.protect('catalog.skus');
select platform.protect('catalog.price_changes');
