import { EllipsisOutlined, LineChartOutlined, ReloadOutlined, ThunderboltOutlined } from '@ant-design/icons'
import { App, Button, Tag, Typography } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { formatCount, formatHao } from '../../shared/format.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { Hao, Nothing, OneLine, Time } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import type { Filter } from '../../shared/templates/filters.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { EnterProduct } from './EnterProduct.tsx'
import { ProductHistory } from './ProductHistory.tsx'
import { productText } from './productText.ts'
import { TryProduct } from './TryProduct.tsx'
import { UseAsSource } from './UseAsSource.tsx'
import { useKindName } from './words.ts'
import './supply.css'
import { Dropdown } from '../../shared/parts/Dropdown.tsx'

type Product = Row<'suppliers.listProducts'>
type T = Say<keyof typeof productText.keys>
type Doing = { readonly what: 'history' | 'try' | 'use'; readonly products: readonly Product[] }

const SUPPLIERS_MAX = 200

/** Products of one supplier, or of all of them. */
export function ProductList({ supplierId }: { readonly supplierId?: number }) {
  const t = useText(productText)
  const kindName = useKindName()
  const [doing, setDoing] = useState<Doing>()
  const suppliers = useSupplierOptions(supplierId === undefined)
  const [entering, setEntering] = useState(false)
  const close = () => setDoing(undefined)
  const [product] = doing?.products ?? []
  const filters: Filter[] = [
    { kind: 'search', placeholder: t('search') },
    ...(supplierId === undefined
      ? [{ kind: 'select', name: 'supplierId', label: t('supplier'), options: suppliers } as const]
      : []),
    {
      kind: 'select',
      name: 'kind',
      label: t('kind'),
      multiple: true,
      options: (['direct', 'card', 'link'] as const).map((kind) => ({ value: kind, label: kindName(kind) })),
    },
    {
      kind: 'select',
      name: 'onSale',
      label: t('onSale'),
      options: [
        { value: 'true', label: t('onSale') },
        { value: 'false', label: t('offSale') },
      ],
    },
    {
      kind: 'select',
      name: 'mapped',
      label: t('mapped'),
      options: [
        { value: 'true', label: t('mappedYes') },
        { value: 'false', label: t('mappedNo') },
      ],
    },
  ]
  return (
    <>
      <ListPage
        id={supplierId === undefined ? 'supplierProducts' : 'productsOfSupplier'}
        title={t('title')}
        {...(supplierId === undefined ? { hint: t('hint') } : {})}
        embedded={supplierId !== undefined}
        route="suppliers.listProducts"
        rowKey={(row) => row.id}
        {...(supplierId === undefined ? {} : { fixed: { supplierId } })}
        filters={filters}
        columns={columnsOf(t, kindName, supplierId === undefined)}
        rowActions={(row) => <RowActions product={row} onDo={(what) => setDoing({ what, products: [row] })} />}
        rowActionsWidth={120}
        actions={
          supplierId !== undefined && (
            <ActionButton permission="suppliers.manage" onClick={() => setEntering(true)}>
              {t('enter')}
            </ActionButton>
          )
        }
        bulk={(rows) => (
          <ActionButton
            size="small"
            permission="suppliers.manage"
            refusal={
              rows.some(({ kind }) => (kind === 'direct') !== (rows[0]?.kind === 'direct'))
                ? t('useNotDirect')
                : undefined
            }
            onClick={() => setDoing({ what: 'use', products: rows })}
          >
            {t('use')}
          </ActionButton>
        )}
        empty={{
          title: t('emptyTitle'),
          text: t(supplierId === undefined ? 'emptyText' : 'emptyOfSupplier'),
          action: supplierId === undefined && (
            <Link to="/suppliers">
              <Button type="primary" tabIndex={-1}>
                {t('suppliers')}
              </Button>
            </Link>
          ),
        }}
      />
      {entering && supplierId !== undefined && (
        <EnterProduct supplierId={supplierId} onClose={() => setEntering(false)} />
      )}
      {doing?.what === 'history' && product && <ProductHistory product={product} onClose={close} />}
      {doing?.what === 'try' && product && <TryProduct product={product} onClose={close} />}
      {doing?.what === 'use' && <UseAsSource products={doing.products} onClose={close} />}
    </>
  )
}

function useSupplierOptions(enabled: boolean) {
  const read = useRead('suppliers.list', { query: { pageSize: SUPPLIERS_MAX } }, { enabled, staleMs: 60_000 })
  return (read.data?.items ?? []).map(({ id, name }) => ({ value: String(id), label: name }))
}

function columnsOf(
  t: T,
  kindName: ReturnType<typeof useKindName>,
  withSupplier: boolean,
): readonly ListColumn<Product>[] {
  return [
    {
      key: 'name',
      title: t('product'),
      sort: true,
      width: 210,
      phone: 'title',
      render: (product) => (
        <div>
          <Typography.Text ellipsis={{ tooltip: product.name }} style={{ maxWidth: 200, display: 'block' }}>
            {product.name}
          </Typography.Text>
          <Typography.Text type="secondary" className="num" style={{ fontSize: 12 }}>
            {product.remoteId}
          </Typography.Text>
        </div>
      ),
    },
    ...(withSupplier
      ? [
          {
            key: 'supplier',
            title: t('supplier'),
            width: 115,
            render: (product: Product) => (
              <Link to={`/suppliers/${product.supplierId}`}>
                <OneLine width={110}>{product.supplier}</OneLine>
              </Link>
            ),
          },
        ]
      : []),
    { key: 'kind', title: t('kind'), width: 70, phone: 'hide', render: (product) => kindName(product.kind) },
    {
      key: 'cost',
      title: t('cost'),
      sort: true,
      width: 155,
      align: 'right',
      render: (product) => <Cost product={product} />,
    },
    {
      key: 'stock',
      title: t('stock'),
      sort: true,
      width: 85,
      align: 'right',
      render: ({ stock }) =>
        stock === null ? (
          <Typography.Text type="secondary">{t('notTold')}</Typography.Text>
        ) : (
          <Typography.Text className="num" {...(stock === 0 ? { type: 'danger' } : {})}>
            {formatCount(stock)}
          </Typography.Text>
        ),
    },
    {
      key: 'onSale',
      title: t('onSale'),
      width: 85,
      phone: 'extra',
      render: ({ onSale }) => (
        <Tag color={onSale ? 'success' : 'default'} variant="filled" style={{ marginInlineEnd: 0 }}>
          {t(onSale ? 'onSale' : 'offSale')}
        </Tag>
      ),
    },
    { key: 'skus', title: t('skus'), width: 140, render: (product) => <UsedFor product={product} t={t} /> },
    {
      key: 'quantity',
      title: t('quantity'),
      width: 100,
      hidden: true,
      render: ({ minQuantity, maxQuantity }) => (
        <span className="num">{maxQuantity === null ? `≥ ${minQuantity}` : `${minQuantity} – ${maxQuantity}`}</span>
      ),
    },
    {
      key: 'toldAt',
      title: t('toldAt'),
      sort: true,
      width: 110,
      phone: 'hide',
      render: (product) => <Time value={product.toldAt} relative />,
    },
  ]
}

/** The cost, and, beside a face value, how much of it that is. */
function Cost({ product: { costHao, faceHao, currency } }: { readonly product: Product }) {
  const t = useText(productText)
  const part = faceHao && faceHao > 0 ? costHao / faceHao : undefined
  return (
    <>
      <Hao hao={costHao} currency={currency} />
      {part !== undefined && faceHao !== null && (
        <div>
          <Typography.Text type="secondary" className="num" style={{ fontSize: 12, whiteSpace: 'nowrap' }}>
            {formatHao(faceHao, currency)} ·{' '}
            {t('discount', { rate: (part * 10).toFixed(2), percent: (part * 100).toFixed(1) })}
          </Typography.Text>
        </div>
      )}
    </>
  )
}

const SKUS_SHOWN = 2

function UsedFor({ product: { skus }, t }: { readonly product: Product; readonly t: T }) {
  if (skus.length === 0) return <Nothing />
  return (
    <>
      {skus.slice(0, SKUS_SHOWN).map((sku) => (
        <div key={sku.id}>
          <Link to={`/skus/${sku.id}/supply`}>
            <Typography.Text ellipsis={{ tooltip: true }} style={{ maxWidth: 135, color: 'inherit' }}>
              {`${sku.goodsTitle} / ${sku.skuTitle}`}
            </Typography.Text>
          </Link>
        </div>
      ))}
      {skus.length > SKUS_SHOWN && (
        <Typography.Text type="secondary">{t('moreSkus', { count: skus.length })}</Typography.Text>
      )}
    </>
  )
}

function RowActions({ product, onDo }: { readonly product: Product; readonly onDo: (what: Doing['what']) => void }) {
  const t = useText(productText)
  const common = useText(commonText)
  const may = useMay()
  const { message } = App.useApp()
  const fetch = useAction('suppliers.fetchProduct', {
    refresh: ['suppliers.listProducts', 'suppliers.productHistory'],
    onDone: (told) =>
      void message.success(
        t('fetched', {
          name: told.name,
          cost: formatHao(told.costHao, told.currency),
          shelf: [t(told.onSale ? 'onSale' : 'offSale'), told.fields && t('fieldCount', { count: told.fields.length })]
            .filter(Boolean)
            .join(' · '),
        }),
      ),
  })
  const manages = may('suppliers.manage')
  return (
    <>
      {manages ? (
        <Button type="link" onClick={() => onDo('use')}>
          {t('use')}
        </Button>
      ) : (
        <Button type="link" onClick={() => onDo('history')}>
          {t('history')}
        </Button>
      )}
      {manages && (
        <Dropdown
          trigger={['click']}
          menu={{
            items: [
              { key: 'history', icon: <LineChartOutlined />, label: t('history') },
              { key: 'fetch', icon: <ReloadOutlined />, label: t('fetch'), disabled: fetch.running },
              { key: 'try', icon: <ThunderboltOutlined />, label: t('tryOne'), disabled: !product.onSale },
            ],
            onClick: ({ key }) => {
              if (key === 'fetch') void fetch.go({ params: { productId: product.id }, body: {} })
              else onDo(key === 'try' ? 'try' : 'history')
            },
          }}
        >
          <Button type="link" icon={<EllipsisOutlined />} aria-label={`${common('more')} ${product.name}`} />
        </Dropdown>
      )}
    </>
  )
}
