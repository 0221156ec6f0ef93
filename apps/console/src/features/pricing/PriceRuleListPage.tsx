import { Space, Tag, Typography } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { formatHao, formatMoney } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { Hao, Money, Nothing } from '../../shared/parts/values.tsx'
import { ExportButton, ListPage } from '../../shared/templates/ListPage.tsx'
import { useUrlState } from '../../shared/urlState.ts'
import { PriceHistory } from './PriceHistory.tsx'
import { pricingText } from './text.ts'
import { useDecide } from './useDecide.tsx'
import { moveOf, type Priced, signed, useRuleWords } from './words.ts'
import './pricing.css'

const REFRESH_MS = 15_000

/** Prices that follow cost and demand; those that wait for a person come first. */
export function PriceRuleListPage() {
  const t = useText(pricingText)
  const words = useRuleWords()
  const [opened, setOpened] = useState<Priced>()
  const [{ q }] = useUrlState()
  return (
    <>
      <ListPage
        id="price-rules"
        title={t('title')}
        hint={t('hint')}
        route="suppliers.listPriceRules"
        actions={
          <ExportButton
            route="suppliers.exportPriceMoves"
            params={undefined}
            query={{ q }}
            disabled={false}
            short={false}
            text={t('exportMoves')}
          />
        }
        rowKey={(row) => row.skuId}
        refreshMs={REFRESH_MS}
        filters={[
          {
            kind: 'tabs',
            name: 'held',
            options: [
              { value: '', label: t('all') },
              { value: 'true', label: t('onlyHeld') },
            ],
          },
          { kind: 'search', placeholder: t('search') },
        ]}
        columns={[
          {
            key: 'sku',
            title: t('sku'),
            width: 320,
            phone: 'title',
            render: (row) => (
              <>
                <Link to={`/skus/${row.skuId}/price`}>
                  {row.goodsTitle} / {row.skuTitle}
                </Link>
                <div>
                  <Typography.Text type="secondary" style={{ fontSize: 12, whiteSpace: 'normal' }}>
                    {words(row.rule)}
                  </Typography.Text>
                </div>
              </>
            ),
          },
          { key: 'cost', title: t('cost'), width: 120, align: 'right', render: (row) => <Cost row={row} /> },
          {
            key: 'price',
            title: t('price'),
            width: 130,
            align: 'right',
            phone: 'extra',
            render: (row) => <Price row={row} />,
          },
          {
            key: 'margin',
            title: t('margin'),
            width: 90,
            align: 'right',
            render: (row) => <Margin row={row} />,
          },
          { key: 'held', title: t('held'), width: 150, render: (row) => <Held row={row} /> },
        ]}
        rowActions={(row) => <RowActions row={row} onHistory={() => setOpened(row)} />}
        rowActionsWidth={290}
        empty={{ title: t('emptyTitle'), text: t('emptyText') }}
      />
      {opened && <PriceHistory sku={opened} onClose={() => setOpened(undefined)} />}
    </>
  )
}

function Cost({ row: { costHao, supplier, rule } }: { readonly row: Priced }) {
  const t = useText(pricingText)
  if (costHao === null && rule.baseFen !== null) return <Nothing />
  if (costHao === null) return <Typography.Text type="warning">{t('noSource')}</Typography.Text>
  return (
    <>
      <Hao hao={costHao} />
      <div>
        <Typography.Text type="secondary" style={{ fontSize: 12 }}>
          {supplier === '' ? t('usual') : supplier}
        </Typography.Text>
      </div>
    </>
  )
}

/** And what was sold, with what that makes of it. */
function Price({ row: { priceFen, demand } }: { readonly row: Priced }) {
  const t = useText(pricingText)
  return (
    <>
      <Money fen={priceFen} />
      {demand && (
        <div>
          <Typography.Text type="secondary" style={{ fontSize: 12 }}>
            {t('stepShort', { sold: demand.sold, percent: demand.step === 0 ? t('stepBase') : signed(demand.bp) })}
          </Typography.Text>
        </div>
      )}
    </>
  )
}

function Margin({ row: { costHao, priceFen } }: { readonly row: Priced }) {
  if (costHao === null) return <Nothing />
  const hao = priceFen * 100 - costHao
  return (
    <Typography.Text className="num" {...(hao < 0 ? { type: 'danger' as const } : {})}>
      {formatHao(hao)}
    </Typography.Text>
  )
}

function Held({ row: { held, priceFen } }: { readonly row: Priced }) {
  const t = useText(pricingText)
  if (!held) return <Nothing />
  return (
    <Space size={4} wrap>
      <span className="num">
        → <strong>{formatMoney(held.toFen)}</strong> {moveOf(priceFen, held.toFen)}
      </span>
      {held.stopped && <Tag color="red">{t('stopped')}</Tag>}
    </Space>
  )
}

function RowActions({ row, onHistory }: { readonly row: Priced; readonly onHistory: () => void }) {
  const t = useText(pricingText)
  const decide = useDecide()
  const { held } = row
  return (
    <>
      {held && (
        <>
          <ActionButton size="small" type="primary" permission="suppliers.manage" onClick={() => decide.confirm(row)}>
            {t('confirmTitle', { price: formatMoney(held.toFen) })}
          </ActionButton>{' '}
          <ActionButton
            size="small"
            permission="suppliers.manage"
            refusal={held.stopped ? t('keepRefused', { least: formatMoney(held.leastFen) }) : undefined}
            onClick={() => decide.keep(row)}
          >
            {t('keep')}
          </ActionButton>
        </>
      )}
      <ActionButton type="link" onClick={onHistory}>
        {t('history')}
      </ActionButton>
      {!held && (
        <ActionButton type="link" danger permission="suppliers.manage" onClick={() => decide.end(row)}>
          {t('end')}
        </ActionButton>
      )}
    </>
  )
}
