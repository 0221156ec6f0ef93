import { BranchesOutlined, PlusOutlined, SwapOutlined } from '@ant-design/icons'
import { Card, Empty, Space, Tag, Typography } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Input, Output } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { SkuPicker } from '../../shared/parts/inputs.tsx'
import { Copyable, Count, Money } from '../../shared/parts/values.tsx'
import { BoardPage } from '../../shared/templates/BoardPage.tsx'
import { useUrlState } from '../../shared/urlState.ts'
import { FlowPicture } from './FlowPicture.tsx'
import { MoveDialog } from './MoveDialog.tsx'
import { ShareDialog } from './ShareDialog.tsx'
import { warehouseText } from './text.ts'
import { WarehouseDialog } from './WarehouseDialog.tsx'
import './warehouses.css'

type Warehouses = Output<'stock.listWarehouses'>
type Warehouse = Warehouses['items'][number]
type Asked =
  | { readonly what: 'create' | 'share' | 'move'; readonly warehouse?: undefined }
  | { readonly what: 'edit' | 'move'; readonly warehouse: Warehouse }

const REFRESH_MS = 20_000

/** The total warehouse, those of channels, and how pieces flow through them. */
export function WarehousesPage() {
  const t = useText(warehouseText)
  const [asked, ask] = useState<Asked>()
  const read = useRead('stock.listWarehouses', {}, { keep: true, refreshMs: REFRESH_MS })
  const items = read.data?.items ?? []
  const channels = items.filter(({ state }) => state === 'open')
  const create = (
    <ActionButton
      type="primary"
      icon={<PlusOutlined />}
      permission="cards.manage"
      onClick={() => ask({ what: 'create' })}
    >
      {t('create')}
    </ActionButton>
  )
  return (
    <>
      <BoardPage
        read={read}
        title={t('title')}
        hint={() => t('hint')}
        actions={
          <Space wrap>
            {items.length > 0 && (
              <>
                <ActionButton icon={<SwapOutlined />} permission="cards.manage" onClick={() => ask({ what: 'move' })}>
                  {t('move')}
                </ActionButton>
                {channels.length > 1 && (
                  <ActionButton
                    icon={<BranchesOutlined />}
                    permission="cards.manage"
                    onClick={() => ask({ what: 'share' })}
                  >
                    {t('share')}
                  </ActionButton>
                )}
              </>
            )}
            {create}
          </Space>
        }
      >
        {(data) => (
          <div className="stack">
            <Space wrap>
              <Link to="/warehouses/stock">{t('toStock')}</Link>
              <Link to="/warehouses/moves">{t('toMoves')}</Link>
              <Link to="/warehouses/expiry">{t('toExpiry')}</Link>
            </Space>
            <FlowCard />
            <div className="warehouse-grid">
              <TotalCard total={data.total} />
              {data.items.map((warehouse) => (
                <WarehouseCard key={warehouse.id} warehouse={warehouse} onAsk={ask} />
              ))}
            </div>
            {data.items.length === 0 && (
              <Card>
                <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noChannels')}>
                  <p>{t('noChannelsText')}</p>
                  {create}
                </Empty>
              </Card>
            )}
          </div>
        )}
      </BoardPage>
      {(asked?.what === 'create' || asked?.what === 'edit') && (
        <WarehouseDialog warehouse={asked.warehouse} onClose={() => ask(undefined)} />
      )}
      {asked?.what === 'move' && (
        <MoveDialog warehouses={items} toId={asked.warehouse?.id} onClose={() => ask(undefined)} />
      )}
      {asked?.what === 'share' && <ShareDialog warehouses={channels} onClose={() => ask(undefined)} />}
    </>
  )
}

function FlowCard() {
  const t = useText(warehouseText)
  const [{ skuId }, change] = useUrlState()
  const query = skuId === undefined ? {} : { skuId }
  const read = useRead('stock.warehouseFlow', { query } as Input<'stock.warehouseFlow'>, {
    keep: true,
    refreshMs: REFRESH_MS,
  })
  return (
    <Card
      size="small"
      title={t('flow')}
      extra={
        <SkuPicker
          allowClear
          style={{ width: 200 }}
          placeholder={t('flowAll')}
          value={skuId === undefined ? null : Number(skuId)}
          onChange={(next) => change({ skuId: next === null ? undefined : String(next) })}
        />
      }
    >
      {read.data && <FlowPicture figures={read.data} />}
    </Card>
  )
}

function Figures({ of }: { readonly of: Warehouses['total'] }) {
  const t = useText(warehouseText)
  return (
    <dl className="warehouse-figures">
      {(['available', 'held'] as const).map((key) => (
        <div key={key}>
          <dt>{t(key)}</dt>
          <dd>
            <Count value={of[key]} />
          </dd>
        </div>
      ))}
      <div>
        <dt>{t('cost')}</dt>
        <dd>
          <Money fen={of.costFen} />
        </dd>
      </div>
    </dl>
  )
}

function TotalCard({ total }: { readonly total: Warehouses['total'] }) {
  const t = useText(warehouseText)
  return (
    <Card size="small">
      <div className="warehouse-head">
        <Typography.Text strong>{t('total')}</Typography.Text>
        {total.low > 0 && <Tag color="warning">{t('lowCount', { count: total.low })}</Tag>}
      </div>
      <Figures of={total} />
      <Link to="/warehouses/stock?warehouseId=0">{t('toStock')}</Link>
    </Card>
  )
}

function WarehouseCard({
  warehouse,
  onAsk,
}: {
  readonly warehouse: Warehouse
  readonly onAsk: (asked: Asked) => void
}) {
  const t = useText(warehouseText)
  const confirm = useConfirmDanger()
  const params = { warehouseId: warehouse.id }
  const close = useAction('stock.closeWarehouse', { refresh: ['stock.'], done: t('closedDone') })
  const reopen = useAction('stock.reopenWarehouse', { refresh: ['stock.'], done: t('reopened') })
  const isOpen = warehouse.state === 'open'
  return (
    <Card size="small">
      <div className="warehouse-head">
        <span style={{ minWidth: 0 }}>
          <Typography.Text strong>{warehouse.name}</Typography.Text>
          <Typography.Text type="secondary" style={{ display: 'block', fontSize: 12 }}>
            {warehouse.channel} · {t(`kind.${warehouse.kind}`)}
            {warehouse.fallsBack && ` · ${t('fallsBack')}`}
          </Typography.Text>
        </span>
        <span>
          {!isOpen && <Tag>{t('closed')}</Tag>}
          {isOpen && warehouse.low > 0 && <Tag color="warning">{t('lowCount', { count: warehouse.low })}</Tag>}
        </span>
      </div>
      <Figures of={warehouse} />
      <div className="warehouse-foot">
        <Link to={`/warehouses/stock?warehouseId=${warehouse.id}`}>{t('toStock')}</Link>
        {isOpen && <MallLink channel={warehouse.channel} />}
      </div>
      <div className="warehouse-tools">
        {isOpen && (
          <ActionButton
            type="link"
            size="small"
            permission="cards.manage"
            onClick={() => onAsk({ what: 'move', warehouse })}
          >
            {t('move')}
          </ActionButton>
        )}
        <ActionButton
          type="link"
          size="small"
          permission="cards.manage"
          onClick={() => onAsk({ what: 'edit', warehouse })}
        >
          {t('edit')}
        </ActionButton>
        <ActionButton
          type="link"
          size="small"
          danger={isOpen}
          permission="cards.manage"
          onClick={() =>
            confirm({
              title: t(isOpen ? 'close' : 'reopen'),
              object: `${warehouse.name} · ${warehouse.channel}`,
              consequence: t(isOpen ? 'closeText' : 'reopenText'),
              askReason: true,
              danger: isOpen,
              onConfirm: (reason) => (isOpen ? close : reopen).run({ params, body: { reason } }),
            })
          }
        >
          {t(isOpen ? 'close' : 'reopen')}
        </ActionButton>
      </div>
    </Card>
  )
}

/** The address by which the mall is opened as this channel. */
function MallLink({ channel }: { readonly channel: string }) {
  const t = useText(warehouseText)
  const base = location.pathname.split('/console')[0] ?? ''
  return (
    <span title={t('linkHint')} style={{ marginInlineStart: 'auto', maxWidth: '100%' }}>
      <Copyable text={`${location.origin}${base}/?channel=${channel}`}>{t('link')}</Copyable>
    </span>
  )
}
