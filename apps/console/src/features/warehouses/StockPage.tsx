import { Form, Input, InputNumber, Modal, Tag, Tooltip, Typography } from 'antd'
import { useState } from 'react'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { formatCount } from '../../shared/format.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { Count, Money, Nothing, OneLine, Time } from '../../shared/parts/values.tsx'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { MoveDialog } from './MoveDialog.tsx'
import { RuleDialog } from './RuleDialog.tsx'
import { warehouseText } from './text.ts'
import { useSteadyKey } from './useSteadyKey.ts'

type Stock = Row<'stock.listWarehouseStock'>
type T = Say<keyof typeof warehouseText.keys>
type Asked = { readonly what: 'move' | 'rule' | 'giveBack'; readonly stock: Stock }

const AGES = ['age0', 'age1', 'age2', 'age3'] as const
const AGE_COLOURS = ['#3fb98b', '#8fb93f', '#e0a530', '#d4380d']

/** What lies in which warehouse, since when and at what cost. */
export function StockPage() {
  const t = useText(warehouseText)
  const [asked, ask] = useState<Asked>()
  const warehouses = useRead('stock.listWarehouses', {}, { staleMs: 60_000 }).data?.items ?? []
  return (
    <>
      <ListPage
        id="warehouse-stock"
        title={t('stockTitle')}
        hint={t('stockHint')}
        back="/warehouses"
        route="stock.listWarehouseStock"
        rowKey={(stock) => `${stock.warehouseId} ${stock.skuId}`}
        refreshMs={20_000}
        filters={[
          { kind: 'search', placeholder: t('search') },
          {
            kind: 'select',
            name: 'warehouseId',
            label: t('warehouse'),
            options: [
              { value: '0', label: t('total') },
              ...warehouses.map(({ id, name }) => ({ value: String(id), label: name })),
            ],
          },
          { kind: 'flag', name: 'low', label: t('lowOnly') },
        ]}
        columns={columnsOf(t)}
        rowActions={(stock) => <Actions stock={stock} onAsk={ask} />}
        rowActionsWidth={170}
        empty={{ title: t('stockEmpty'), text: t('stockEmptyText') }}
      />
      {asked?.what === 'move' && (
        <MoveDialog
          warehouses={warehouses}
          skuId={asked.stock.skuId}
          fromId={asked.stock.warehouseId ?? 0}
          onClose={() => ask(undefined)}
        />
      )}
      {asked?.what === 'rule' && <RuleDialog stock={asked.stock} onClose={() => ask(undefined)} />}
      {asked?.what === 'giveBack' && <GiveBackDialog stock={asked.stock} onClose={() => ask(undefined)} />}
    </>
  )
}

function Actions({ stock, onAsk }: { readonly stock: Stock; readonly onAsk: (asked: Asked) => void }) {
  const t = useText(warehouseText)
  const button = (what: Asked['what'], text: 'move' | 'rule' | 'giveBack') => (
    <ActionButton type="link" size="small" permission="cards.manage" onClick={() => onAsk({ what, stock })}>
      {t(text)}
    </ActionButton>
  )
  return (
    <>
      {stock.available > 0 && button('move', 'move')}
      {stock.warehouseId !== null && stock.available > 0 && button('giveBack', 'giveBack')}
      {stock.warehouseId !== null && button('rule', 'rule')}
    </>
  )
}

function columnsOf(t: T): readonly ListColumn<Stock>[] {
  return [
    {
      key: 'goodsTitle',
      title: t('goods'),
      sort: true,
      width: 160,
      phone: 'title',
      render: (stock) => (
        <>
          <OneLine width={150}>{stock.goodsTitle}</OneLine>
          <Typography.Text type="secondary" style={{ display: 'block', fontSize: 12 }}>
            {stock.skuTitle}
          </Typography.Text>
        </>
      ),
    },
    {
      key: 'warehouse',
      title: t('warehouse'),
      sort: true,
      width: 130,
      render: (stock) => <OneLine width={120}>{stock.warehouseId === null ? t('total') : stock.warehouseName}</OneLine>,
    },
    {
      key: 'available',
      title: t('available'),
      sort: true,
      width: 110,
      align: 'right',
      phone: 'extra',
      render: (stock) => (
        <span style={{ whiteSpace: 'nowrap' }}>
          {stock.low && <Tag color="warning">{t('low')}</Tag>}
          <Typography.Text strong>
            <Count value={stock.available} />
          </Typography.Text>
        </span>
      ),
    },
    {
      key: 'held',
      title: t('held'),
      sort: true,
      width: 90,
      align: 'right',
      render: (stock) => <Count value={stock.held} />,
    },
    {
      key: 'costFen',
      title: t('cost'),
      sort: true,
      width: 100,
      align: 'right',
      render: (stock) => <Money fen={stock.costFen} />,
    },
    {
      key: 'heldSince',
      title: t('heldSince'),
      width: 130,
      hidden: true,
      render: (stock) => <Time value={stock.heldSince} relative />,
    },
    { key: 'ages', title: t('ages'), width: 110, render: (stock) => <Ages ages={stock.ages} /> },
    {
      key: 'oldestAt',
      title: t('oldest'),
      sort: true,
      width: 110,
      render: (stock) => <Time value={stock.oldestAt} relative />,
    },
    {
      key: 'lastInAt',
      title: t('lastIn'),
      width: 130,
      hidden: true,
      render: (stock) => <Time value={stock.lastInAt} relative />,
    },
    {
      key: 'channelOnly',
      title: t('channelOnly'),
      width: 90,
      hidden: true,
      align: 'right',
      render: (stock) => (stock.channelOnly === 0 ? <Nothing /> : <Count value={stock.channelOnly} />),
    },
    {
      key: 'rule',
      title: t('rule'),
      width: 150,
      render: ({ least, target, lowAt }) =>
        least === null && lowAt === null ? (
          <Typography.Text type="secondary">{t('ruleNone')}</Typography.Text>
        ) : (
          [
            least !== null && t('ruleOf', { least, target: target ?? least }),
            lowAt !== null && `${t('low')} < ${lowAt}`,
          ]
            .filter(Boolean)
            .join(' · ')
        ),
    },
  ]
}

/** A bar of four parts, from fresh to old. */
function Ages({ ages }: { readonly ages: readonly number[] }) {
  const t = useText(warehouseText)
  const all = ages.reduce((sum, pieces) => sum + pieces, 0)
  if (all === 0) return <Nothing />
  const words = AGES.map((age, index) => `${t(age)} ${formatCount(ages[index] ?? 0)}`)
  return (
    <Tooltip title={words.map((line) => <div key={line}>{line}</div>)}>
      <span
        role="img"
        aria-label={words.join(', ')}
        style={{ display: 'flex', width: 100, height: 10, borderRadius: 3, overflow: 'hidden' }}
      >
        {AGES.map((age, index) => (
          <span key={age} style={{ flexGrow: ages[index] ?? 0, background: AGE_COLOURS[index] }} />
        ))}
      </span>
    </Tooltip>
  )
}

type GiveBack = { quantity: number | null; reason: string }

function GiveBackDialog({ stock, onClose }: { readonly stock: Stock; readonly onClose: () => void }) {
  const t = useText(warehouseText)
  const [form] = Form.useForm<GiveBack>()
  const keyFor = useSteadyKey()
  const giveBack = useAction('stock.returnPieces', { refresh: ['stock.'], done: t('returned'), showProblem: false })
  const { submit, saving } = useSubmit(form, () => ['quantity'])
  const save = async ({ quantity, reason }: GiveBack) => {
    const params = { warehouseId: stock.warehouseId ?? 0 }
    await giveBack.run({ params, body: { skuId: stock.skuId, quantity, reason } }, keyFor({ quantity, reason }))
    onClose()
  }
  return (
    <Modal
      open
      title={t('giveBackTitle')}
      okText={t('giveBack')}
      confirmLoading={saving}
      onOk={() => void submit(save)}
      onCancel={onClose}
    >
      <p>
        {stock.warehouseName} · {stock.goodsTitle} / {stock.skuTitle} ·{' '}
        {t('freeNow', { count: formatCount(stock.available) })}
      </p>
      <Form<GiveBack> form={form} layout="vertical" initialValues={{ quantity: null, reason: '' }} disabled={saving}>
        <Form.Item name="quantity" label={t('quantity')} extra={t('giveBackHint')}>
          <InputNumber<number> min={1} max={20_000} precision={0} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item
          name="reason"
          label={t('reason')}
          rules={[{ required: true, whitespace: true, message: t('required') }]}
          style={{ marginBottom: 0 }}
        >
          <Input maxLength={200} />
        </Form.Item>
      </Form>
    </Modal>
  )
}
