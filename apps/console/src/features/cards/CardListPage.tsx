import { SearchOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import type { Row } from '../../shared/api/index.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { skuFilter } from '../../shared/parts/skuFilter.tsx'
import { Copyable, Nothing, OneLine, Time } from '../../shared/parts/values.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { useUrlState } from '../../shared/urlState.ts'
import { CardActions } from './CardActions.tsx'
import { CardHistory } from './CardHistory.tsx'
import { CardUse } from './CardUse.tsx'
import { FindByValue } from './FindByValue.tsx'
import { cardText } from './text.ts'

type Card = Row<'vault.listCards'>
type T = Say<keyof typeof cardText.keys>

/** Every code, masked. */
export function CardListPage() {
  const t = useText(cardText)
  const [finding, setFinding] = useState(false)
  // Other pages lead to one card by its number.
  const [{ card }, change] = useUrlState()
  return (
    <>
      <ListPage
        id="cards"
        title={t('title')}
        hint={t('hint')}
        route="vault.listCards"
        rowKey={(card) => card.id}
        exportRoute="vault.exportCards"
        actions={
          <Button icon={<SearchOutlined />} onClick={() => setFinding(true)}>
            {t('byValue')}
          </Button>
        }
        filters={[
          { kind: 'search', placeholder: t('search') },
          skuFilter(t('sku')),
          { kind: 'states', name: 'state', label: t('state'), of: 'card' },
          { kind: 'text', name: 'batchId', label: t('batchId') },
          { kind: 'text', name: 'orderNo', label: t('orderNo') },
          { kind: 'text', name: 'codeId', label: t('codeId') },
        ]}
        columns={cardColumns(t)}
        rowActions={(card) => <CardActions card={card} />}
        rowActionsWidth={150}
        empty={{
          title: t('emptyTitle'),
          text: t('emptyText'),
          action: (
            <Link to="/imports/new">
              <ActionButton type="primary" permission="cards.import" tabIndex={-1}>
                {t('import')}
              </ActionButton>
            </Link>
          ),
        }}
      />
      {finding && <FindByValue onClose={() => setFinding(false)} />}
      {card !== undefined && /^\d{1,15}$/.test(card) && (
        <CardHistory cardId={Number(card)} onClose={() => change({ card: undefined })} />
      )}
    </>
  )
}

function cardColumns(t: T): readonly ListColumn<Card>[] {
  return [
    {
      key: 'id',
      title: t('id'),
      sort: true,
      width: 80,
      phone: 'hide',
      render: (card) => <span className="num">{card.id}</span>,
    },
    { key: 'masked', title: t('masked'), width: 125, phone: 'title', render: (card) => <code>{card.masked}</code> },
    {
      key: 'state',
      title: t('state'),
      width: 80,
      phone: 'extra',
      render: (card) => <StateTag kind="card" state={card.state} />,
    },
    {
      key: 'use',
      title: t('use'),
      width: 70,
      render: (card) => <CardUse card={card} />,
    },
    {
      key: 'number',
      title: t('number'),
      width: 150,
      hidden: true,
      render: (card) => (card.number === null ? <Nothing /> : <span className="num">{card.number}</span>),
    },
    {
      key: 'goods',
      title: t('goods'),
      width: 200,
      render: (card) => <OneLine width={190}>{`${card.goodsTitle} / ${card.skuTitle}`}</OneLine>,
    },
    {
      key: 'batch',
      title: t('batch'),
      width: 65,
      render: (card) => <Link to={`/batches/${card.batchId}`}>#{card.batchId}</Link>,
    },
    {
      key: 'order',
      title: t('order'),
      width: 190,
      render: (card) =>
        card.orderNo === null ? (
          <Nothing />
        ) : (
          <Copyable text={String(card.orderNo)}>
            <Link to={`/orders/${card.orderNo}`}>{card.orderNo}</Link>
          </Copyable>
        ),
    },
    { key: 'validTo', title: t('validTo'), width: 170, hidden: true, render: (card) => <Time value={card.validTo} /> },
    {
      key: 'createdAt',
      title: t('createdAt'),
      sort: true,
      width: 170,
      hidden: true,
      render: (card) => <Time value={card.createdAt} />,
    },
    { key: 'changedAt', title: t('changedAt'), width: 170, render: (card) => <Time value={card.changedAt} /> },
  ]
}
