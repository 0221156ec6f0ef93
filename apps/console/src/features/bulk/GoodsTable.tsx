import { Table, Tag, Typography } from 'antd'
import type { Output } from '../../shared/api/index.ts'
import { formatCount } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Count, Money, OneLine } from '../../shared/parts/values.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { bulkText } from './text.ts'

type Bulk = Output<'bulk.get'>
type Sku = Bulk['skus'][number]

const TONES = { yes: 'success', no: 'error', unknown: 'default' } as const
const WORDS = { yes: 'enoughYes', no: 'enoughNo', unknown: 'enoughUnknown' } as const

/** What is wanted of each variant beside what there is of it. */
export function GoodsTable({ bulk }: { readonly bulk: Bulk }) {
  const t = useText(bulkText)
  const isGift = bulk.payer === 'shop'
  const waits = bulk.counts.waiting > 0
  return (
    <Section title={t('goods')} flush>
      <Table<Sku>
        size="small"
        rowKey="skuId"
        dataSource={[...bulk.skus]}
        pagination={bulk.skus.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
        scroll={{ x: 640 }}
        columns={[
          {
            key: 'goods',
            title: t('goods'),
            render: (_, sku) => <OneLine width={260}>{`${sku.goodsTitle} / ${sku.skuTitle}`}</OneLine>,
          },
          {
            key: 'lines',
            title: t('lines'),
            align: 'right',
            width: 90,
            render: (_, { lines }) => <Count value={lines} />,
          },
          {
            key: 'pieces',
            title: t('pieces'),
            align: 'right',
            width: 90,
            render: (_, { pieces }) => <Count value={pieces} />,
          },
          {
            key: 'price',
            title: t(isGift ? 'worth' : 'unitPrice'),
            align: 'right',
            width: 110,
            render: (_, sku) => <Money fen={isGift ? (sku.unitWorthFen ?? 0) : sku.unitPriceFen} />,
          },
          {
            key: 'amount',
            title: t('amount'),
            align: 'right',
            width: 120,
            render: (_, { amountFen }) => <Money fen={amountFen} />,
          },
          ...(waits
            ? [
                {
                  key: 'stock',
                  title: t('available'),
                  width: 200,
                  render: (_: unknown, sku: Sku) => <Stock sku={sku} />,
                },
              ]
            : []),
        ]}
      />
    </Section>
  )
}

function Stock({ sku }: { readonly sku: Sku }) {
  const t = useText(bulkText)
  if (!sku.sellable) return <Tag color="error">{t('offShelf')}</Tag>
  const there = [
    sku.available !== null && t('ownStock', { count: formatCount(sku.available) }),
    sku.supplyStock !== null && t('supplierStock', { count: formatCount(sku.supplyStock) }),
  ].filter(Boolean)
  return (
    <>
      <Tag color={TONES[sku.enough]}>{t(WORDS[sku.enough])}</Tag>
      <Typography.Text type="secondary" className="num">
        {there.join(' · ')}
      </Typography.Text>
    </>
  )
}
