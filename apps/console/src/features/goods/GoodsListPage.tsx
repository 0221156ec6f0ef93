import { EllipsisOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Tag, Tooltip, Typography } from 'antd'
import { Link } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import { pictureUrl, type Row } from '../../shared/api/index.ts'
import { formatCount, formatMoney, formatTime } from '../../shared/format.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { type Say, useBoth, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Nothing, Time, usePriceText } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { GoodsMenu } from './GoodsMenu.tsx'
import { goodsText } from './text.ts'
import { useCategoryOptions } from './useCategoryOptions.ts'
import { useShelf } from './useShelf.tsx'

type Goods = Row<'catalog.listGoods'>
type T = Say<keyof typeof goodsText.keys>

/** All goods, with what they sell for, what is left and whether they are on sale. */
export function GoodsListPage() {
  const t = useText(goodsText)
  const both = useBoth()
  const shelf = useShelf()
  const categories = useCategoryOptions()
  const tags = useRead('catalog.listTags', {}, { staleMs: 60_000 }).data?.items ?? []
  // Rows carry the shop's own words; these are the ones for whoever reads English.
  const categoryNames = new Map(categories.map(({ value, label }) => [Number(value), label]))
  const tagNames = new Map(tags.map((tag) => [tag.name, both(tag.name, tag.nameEn)]))
  const create = (
    <Link to="/goods/new">
      <ActionButton type="primary" icon={<PlusOutlined />} permission="goods.write" tabIndex={-1}>
        {t('create')}
      </ActionButton>
    </Link>
  )
  return (
    <ListPage
      id="goods"
      title={t('title')}
      route="catalog.listGoods"
      rowKey={(goods) => goods.id}
      href={(goods) => `/goods/${goods.id}`}
      exportRoute="catalog.exportGoods"
      actions={create}
      filters={[
        { kind: 'search', placeholder: t('search') },
        {
          kind: 'select',
          name: 'state',
          label: t('state'),
          multiple: true,
          options: [
            { value: 'draft', label: t('stateDraft') },
            { value: 'on', label: t('stateOn') },
            { value: 'off', label: t('stateOff') },
            { value: 'archived', label: t('stateArchived') },
          ],
        },
        { kind: 'select', name: 'categoryId', label: t('category'), options: categories },
        {
          kind: 'select',
          name: 'tagId',
          label: t('tag'),
          options: tags.map((tag) => ({ value: String(tag.id), label: both(tag.name, tag.nameEn) })),
        },
        { kind: 'flag', name: 'low', label: t('lowOnly') },
      ]}
      columns={columnsOf(t, both, {
        category: (id) => categoryNames.get(id),
        tag: (name) => tagNames.get(name) ?? name,
      })}
      rowActions={(goods) => <RowActions goods={goods} />}
      rowActionsWidth={128}
      bulk={(rows, clear) => {
        const many = rows.map((row) => ({ id: row.id, title: row.title }))
        return (
          <>
            <ActionButton size="small" permission="goods.write" onClick={() => shelf.putOn(many, clear)}>
              {t('putOn')}
            </ActionButton>
            <ActionButton size="small" permission="goods.write" onClick={() => shelf.takeOff(many, clear)}>
              {t('takeOff')}
            </ActionButton>
            <ActionButton size="small" permission="goods.write" onClick={() => shelf.archive(many, clear)}>
              {t('archive')}
            </ActionButton>
          </>
        )
      }}
      empty={{ title: t('emptyTitle'), text: t('emptyText'), action: create }}
    />
  )
}

type Names = {
  readonly category: (id: number) => string | undefined
  readonly tag: (name: string) => string
}

function columnsOf(t: T, both: (zh: string, en: string) => string, names: Names): readonly ListColumn<Goods>[] {
  return [
    {
      key: 'title',
      title: t('goods'),
      sort: true,
      width: 265,
      phone: 'title',
      render: (goods) => <GoodsName goods={goods} name={both(goods.title, goods.titleEn)} names={names} />,
    },
    {
      key: 'category',
      title: t('category'),
      width: 110,
      render: ({ categoryId, categoryName }) =>
        categoryId === null ? <Nothing /> : (names.category(categoryId) ?? categoryName),
    },
    {
      key: 'price',
      title: t('price'),
      sort: true,
      width: 145,
      align: 'right',
      render: (goods) => <PriceRange goods={goods} />,
    },
    { key: 'skus', title: t('skus'), width: 70, align: 'right', phone: 'hide', render: (goods) => goods.skuCount },
    {
      key: 'stock',
      title: t('stock'),
      sort: true,
      width: 120,
      align: 'right',
      render: (goods) => <Stock goods={goods} />,
    },
    { key: 'shelf', title: t('shelf'), width: 95, phone: 'extra', render: (goods) => <Shelf goods={goods} /> },
    {
      key: 'position',
      title: t('position'),
      sort: true,
      width: 80,
      align: 'right',
      hidden: true,
      render: (goods) => goods.position,
    },
    {
      key: 'updatedAt',
      title: t('updatedAt'),
      sort: true,
      width: 110,
      phone: 'hide',
      render: (goods) => <Time value={goods.updatedAt} relative />,
    },
    {
      key: 'createdAt',
      title: t('createdAt'),
      sort: true,
      width: 170,
      hidden: true,
      render: (goods) => <Time value={goods.createdAt} />,
    },
  ]
}

function GoodsName({ goods, name, names }: { readonly goods: Goods; readonly name: string; readonly names: Names }) {
  return (
    <div className="goods-name">
      <span className="thumb" style={{ background: goods.cover?.color ?? 'var(--faint)' }}>
        {goods.cover && <img src={pictureUrl(goods.cover.url, 160)} alt="" loading="lazy" />}
      </span>
      <div style={{ minWidth: 0 }}>
        <Link to={`/goods/${goods.id}`}>
          <Typography.Text ellipsis={{ tooltip: name }} style={{ maxWidth: 205, color: 'inherit', display: 'block' }}>
            {name}
          </Typography.Text>
        </Link>
        <div className="goods-tags">
          <Typography.Text type="secondary" className="num" style={{ fontSize: 12 }}>
            #{goods.id}
          </Typography.Text>
          {goods.tags.slice(0, 3).map((tag) => (
            <Tag key={tag} style={{ marginInlineEnd: 0, lineHeight: '18px', fontSize: 12 }}>
              {names.tag(tag)}
            </Tag>
          ))}
        </div>
      </div>
    </div>
  )
}

function PriceRange({ goods: { priceFromFen, priceToFen, pricePoints } }: { readonly goods: Goods }) {
  const priceText = usePriceText()
  if (priceFromFen === null) return <Nothing />
  const range = priceToFen !== null && priceToFen !== priceFromFen
  return (
    <span className="num" style={{ whiteSpace: 'nowrap' }}>
      {priceText(priceFromFen, pricePoints)}
      {range && ` – ${formatMoney(priceToFen)}`}
    </span>
  )
}

function Stock({ goods: { stock, low } }: { readonly goods: Goods }) {
  const t = useText(goodsText)
  const common = useText(commonText)
  return (
    <span className="num" style={{ whiteSpace: 'nowrap' }}>
      {low && <Tag color="warning">{t('low')}</Tag>}
      <Typography.Text {...(stock.available === 0 && !stock.unlimited ? { type: 'danger' as const } : {})}>
        {stock.unlimited ? common('unlimited') : formatCount(stock.available)}
      </Typography.Text>
      {stock.held > 0 && (
        <Typography.Text type="secondary" style={{ fontSize: 12 }}>
          {' '}
          {t('held', { count: stock.held })}
        </Typography.Text>
      )}
    </span>
  )
}

function Shelf({ goods: { shelf, onAt, offAt } }: { readonly goods: Goods }) {
  const t = useText(goodsText)
  const when =
    shelf === 'scheduled' && onAt
      ? t('onAt', { time: formatTime(onAt) })
      : offAt && shelf === 'selling'
        ? t('offAt', { time: formatTime(offAt) })
        : undefined
  return (
    <Tooltip title={when}>
      <span>
        <StateTag kind="shelf" state={shelf} />
      </span>
    </Tooltip>
  )
}

function RowActions({ goods }: { readonly goods: Goods }) {
  const t = useText(goodsText)
  const common = useText(commonText)
  const may = useMay()
  const shelf = useShelf()
  if (!may('goods.write')) return <Link to={`/goods/${goods.id}`}>{common('detail')}</Link>
  const one = [{ id: goods.id, title: goods.title }]
  const archived = goods.state === 'archived'
  return (
    <>
      <Link to={`/goods/${goods.id}`}>{common('edit')}</Link>
      {!archived &&
        (goods.state === 'on' ? (
          <Button type="link" onClick={() => shelf.takeOff(one)}>
            {t('takeOff')}
          </Button>
        ) : (
          <Button type="link" onClick={() => shelf.putOn(one)}>
            {t('putOn')}
          </Button>
        ))}
      <GoodsMenu goods={goods}>
        <Button type="link" icon={<EllipsisOutlined />} aria-label={common('more')} />
      </GoodsMenu>
    </>
  )
}
