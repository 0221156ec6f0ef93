import { Button, Drawer, Empty, Skeleton, Tag, Typography } from 'antd'
import { useState } from 'react'
import { useRead } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { formatCount, formatHao } from '../../shared/format.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { Hao, Time } from '../../shared/parts/values.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { ProductDrawer } from './ProductDrawer.tsx'
import { workspaceText } from './text.ts'
import './workspace.css'

export type Product = Row<'workspace.listProducts'>
type T = Say<keyof typeof workspaceText.keys>

/** What the own supplier offers this shop. */
export function WorkspaceProductListPage() {
  const t = useText(workspaceText)
  const [edited, setEdited] = useState<Product | 'new'>()
  const [looked, setLooked] = useState<Product>()
  return (
    <>
      <ListPage
        id="workspaceProducts"
        title={t('productsTitle')}
        hint={t('productsHint')}
        route="workspace.listProducts"
        rowKey={(product) => product.id}
        filters={[
          { kind: 'search', placeholder: t('productSearch') },
          {
            kind: 'select',
            name: 'onSale',
            label: t('onSaleState'),
            options: [
              { value: 'true', label: t('onSaleState') },
              { value: 'false', label: t('offSale') },
            ],
          },
        ]}
        columns={columnsOf(t)}
        rowActions={(product) => (
          <>
            <Button type="link" onClick={() => setEdited(product)}>
              {t('edit')}
            </Button>
            <Button type="link" onClick={() => setLooked(product)}>
              {t('history')}
            </Button>
          </>
        )}
        rowActionsWidth={150}
        actions={
          <Button type="primary" onClick={() => setEdited('new')}>
            {t('addProduct')}
          </Button>
        }
        empty={{ title: t('noProducts'), text: t('noProductsText') }}
      />
      {edited && <ProductDrawer product={edited === 'new' ? undefined : edited} onClose={() => setEdited(undefined)} />}
      {looked && <History product={looked} onClose={() => setLooked(undefined)} />}
    </>
  )
}

function columnsOf(t: T): readonly ListColumn<Product>[] {
  return [
    {
      key: 'name',
      title: t('product'),
      sort: true,
      width: 230,
      phone: 'title',
      render: (product) => (
        <div>
          <Typography.Text ellipsis={{ tooltip: product.name }} style={{ maxWidth: 225, display: 'block' }}>
            {product.name}
          </Typography.Text>
          <Typography.Text type="secondary" className="num" style={{ fontSize: 12 }}>
            {product.remoteId}
          </Typography.Text>
        </div>
      ),
    },
    { key: 'kind', title: t('kind'), width: 90, phone: 'hide', render: ({ kind }) => t(`kind_${kind}`) },
    {
      key: 'cost',
      title: t('cost'),
      sort: true,
      width: 150,
      align: 'right',
      render: ({ costHao, askedHao }) => (
        <>
          <Hao hao={costHao} />
          {askedHao !== null && (
            <div>
              <Typography.Text type="warning" style={{ fontSize: 12 }}>
                {t('costAsked', { price: formatHao(askedHao) })}
              </Typography.Text>
            </div>
          )}
        </>
      ),
    },
    {
      key: 'stock',
      title: t('stock'),
      sort: true,
      width: 90,
      align: 'right',
      render: ({ stock }) =>
        stock === null ? (
          <Typography.Text type="secondary">{t('unlimited')}</Typography.Text>
        ) : (
          <Typography.Text className="num" {...(stock === 0 ? { type: 'danger' } : {})}>
            {formatCount(stock)}
          </Typography.Text>
        ),
    },
    {
      key: 'onSale',
      title: t('state'),
      width: 90,
      phone: 'extra',
      render: ({ onSale }) => (
        <Tag color={onSale ? 'success' : 'default'} variant="filled" style={{ marginInlineEnd: 0 }}>
          {t(onSale ? 'onSaleState' : 'offSale')}
        </Tag>
      ),
    },
    {
      key: 'isUsed',
      title: t('usedTitle'),
      width: 120,
      render: ({ isUsed }) => <Typography.Text type="secondary">{t(isUsed ? 'used' : 'notUsed')}</Typography.Text>,
    },
    {
      key: 'toldAt',
      title: t('openedAt'),
      sort: true,
      width: 120,
      hidden: true,
      render: ({ toldAt }) => <Time value={toldAt} relative />,
    },
  ]
}

const CHANGES_SHOWN = 100

function History({ product, onClose }: { readonly product: Product; readonly onClose: () => void }) {
  const t = useText(workspaceText)
  const read = useRead('workspace.productHistory', {
    params: { productId: product.id },
    query: { pageSize: CHANGES_SHOWN },
  })
  return (
    <Drawer open size="min(480px, 100vw)" title={t('historyOf', { name: product.name })} onClose={onClose}>
      {read.error && <ErrorState error={read.error} onRetry={() => void read.refetch()} />}
      {!read.data && !read.error && <Skeleton active />}
      {read.data?.items.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} />}
      {read.data?.items.map((change) => (
        <div key={change.id} className="line-item">
          <span className="line-main">
            <Time value={change.at} />
          </span>
          {!change.onSale && <Tag>{t('offSale')}</Tag>}
          <Hao hao={change.costHao} />
        </div>
      ))}
    </Drawer>
  )
}
