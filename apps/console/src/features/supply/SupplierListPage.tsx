import { PlusOutlined } from '@ant-design/icons'
import { Typography } from 'antd'
import { Link } from 'react-router'
import { useAction } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { type Say, useBoth, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { StateDot } from '../../shared/parts/StateTag.tsx'
import { Count, Time } from '../../shared/parts/values.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { Balance, Lane, Rate, Speed } from './parts.tsx'
import { supplierText } from './text.ts'
import './supply.css'

type Supplier = Row<'suppliers.list'>
type T = Say<keyof typeof supplierText.keys>

const REFRESH_MS = 15_000

/** All suppliers: whether each can be bought from, how well it delivers, and how much money is left there. */
export function SupplierListPage() {
  const t = useText(supplierText)
  const both = useBoth()
  const join = (
    <Link to="/suppliers/new">
      <ActionButton type="primary" icon={<PlusOutlined />} permission="suppliers.manage" tabIndex={-1}>
        {t('join')}
      </ActionButton>
    </Link>
  )
  return (
    <ListPage
      id="suppliers"
      title={t('title')}
      hint={t('hint')}
      route="suppliers.list"
      rowKey={(supplier) => supplier.id}
      href={(supplier) => `/suppliers/${supplier.id}`}
      refreshMs={REFRESH_MS}
      actions={join}
      filters={[
        { kind: 'search', placeholder: t('search') },
        { kind: 'states', name: 'state', label: t('state'), of: 'supplier' },
      ]}
      columns={columnsOf(t, both)}
      rowActions={(supplier) => <RowActions supplier={supplier} />}
      rowActionsWidth={100}
      empty={{ title: t('emptyTitle'), text: t('emptyText'), action: join }}
    />
  )
}

function columnsOf(t: T, both: (zh: string, en: string) => string): readonly ListColumn<Supplier>[] {
  return [
    {
      key: 'name',
      title: t('supplier'),
      sort: true,
      width: 200,
      phone: 'title',
      render: (supplier) => (
        <>
          <Link to={`/suppliers/${supplier.id}`}>{supplier.name}</Link>
          <div>
            <Typography.Text type="secondary" style={{ fontSize: 12 }}>
              {both(supplier.adapterName.zh, supplier.adapterName.en)}
            </Typography.Text>
          </div>
        </>
      ),
    },
    {
      key: 'state',
      title: t('state'),
      width: 90,
      phone: 'extra',
      render: (supplier) => <StateDot kind="supplier" state={supplier.state} />,
    },
    { key: 'lane', title: t('lane'), width: 90, render: (supplier) => <Lane supplier={supplier} /> },
    {
      key: 'rate',
      title: t('rate'),
      width: 80,
      align: 'right',
      render: (supplier) => <Rate quality={supplier.quality} />,
    },
    {
      key: 'speed',
      title: t('speed'),
      width: 130,
      align: 'right',
      render: (supplier) => <Speed quality={supplier.quality} />,
    },
    {
      key: 'balance',
      title: t('balance'),
      sort: true,
      width: 120,
      align: 'right',
      render: (supplier) => <Balance supplier={supplier} />,
    },
    {
      key: 'openPurchases',
      title: t('open'),
      sort: true,
      width: 80,
      align: 'right',
      render: (supplier) => <Open supplier={supplier} />,
    },
    {
      key: 'products',
      title: t('products'),
      width: 80,
      align: 'right',
      phone: 'hide',
      render: (supplier) => <Count value={supplier.products} />,
    },
    {
      key: 'syncedAt',
      title: t('syncedAt'),
      width: 120,
      render: (supplier) => <Synced supplier={supplier} />,
    },
  ]
}

function Open({ supplier: { id, openPurchases } }: { readonly supplier: Supplier }) {
  if (openPurchases === 0) return <Count value={0} />
  return (
    <Link to={`/purchases?supplierId=${id}&state=planned,sending,accepted,unknown`} className="num">
      {openPurchases}
    </Link>
  )
}

function Synced({ supplier: { syncedAt, syncError } }: { readonly supplier: Supplier }) {
  const t = useText(supplierText)
  if (syncError) {
    return (
      <Typography.Text type="danger" ellipsis={{ tooltip: syncError }} style={{ maxWidth: 120 }}>
        {syncError}
      </Typography.Text>
    )
  }
  if (!syncedAt) return <Typography.Text type="secondary">{t('never')}</Typography.Text>
  return <Time value={syncedAt} relative />
}

function RowActions({ supplier }: { readonly supplier: Supplier }) {
  const t = useText(supplierText)
  const sync = useAction('suppliers.sync', { refresh: ['suppliers.'], done: t('syncStarted') })
  return (
    <ActionButton
      type="link"
      permission="suppliers.manage"
      loading={sync.running}
      onClick={() => void sync.go({ params: { supplierId: supplier.id }, body: {} })}
    >
      {t('sync')}
    </ActionButton>
  )
}
