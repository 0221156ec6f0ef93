import { Tag, Typography } from 'antd'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { Count, OneLine, Time } from '../../shared/parts/values.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { warehouseText } from './text.ts'

type Move = Row<'stock.listMoves'>
type T = Say<keyof typeof warehouseText.keys>

const KINDS = ['allocate', 'ratio', 'top_up', 'transfer', 'return', 'close', 'undo', 'import'] as const

/** The names under which the house itself moves pieces. */
const BY_ITSELF: readonly string[] = ['system', 'stock']

/** Every move of pieces between warehouses, with its reason; a move can be undone once. */
export function MovesPage() {
  const t = useText(warehouseText)
  const warehouses = useRead('stock.listWarehouses', {}, { staleMs: 60_000 }).data?.items ?? []
  return (
    <ListPage
      id="moves"
      title={t('movesTitle')}
      hint={t('movesHint')}
      back="/warehouses"
      route="stock.listMoves"
      exportRoute="stock.exportMoves"
      rowKey={(move) => move.id}
      filters={[
        { kind: 'search', placeholder: t('movesSearch') },
        {
          kind: 'select',
          name: 'warehouseId',
          label: t('warehouse'),
          options: [
            { value: '0', label: t('total') },
            ...warehouses.map(({ id, name }) => ({ value: String(id), label: name })),
          ],
        },
        {
          kind: 'select',
          name: 'kind',
          label: t('way'),
          options: KINDS.map((kind) => ({ value: kind, label: t(`way.${kind}`) })),
        },
      ]}
      columns={columnsOf(t)}
      rowActions={(move) => <Undo move={move} />}
      rowActionsWidth={90}
      empty={{ title: t('movesEmpty'), text: t('movesEmptyText') }}
    />
  )
}

function Undo({ move }: { readonly move: Move }) {
  const t = useText(warehouseText)
  const confirm = useConfirmDanger()
  const undo = useAction('stock.undoMove', { refresh: ['stock.'], done: t('undone') })
  if (!move.canUndo) return null
  return (
    <ActionButton
      type="link"
      size="small"
      permission="cards.manage"
      onClick={() =>
        confirm({
          title: t('undo'),
          object: `#${move.id} ${move.goodsTitle} / ${move.skuTitle} × ${move.quantity} · ${routeOf(move, t)}`,
          consequence: t('undoText'),
          askReason: true,
          danger: false,
          onConfirm: (reason) => undo.run({ params: { moveId: move.id }, body: { reason } }),
        })
      }
    >
      {t('undo')}
    </ActionButton>
  )
}

const routeOf = ({ fromId, fromName, toId, toName }: Move, t: T): string =>
  `${fromId === null ? t('total') : fromName} → ${toId === null ? t('total') : toName}`

function columnsOf(t: T): readonly ListColumn<Move>[] {
  return [
    { key: 'at', title: t('at'), width: 165, render: (move) => <Time value={move.at} /> },
    {
      key: 'goods',
      title: t('goods'),
      width: 200,
      phone: 'title',
      render: (move) => <OneLine width={190}>{`${move.goodsTitle} / ${move.skuTitle}`}</OneLine>,
    },
    {
      key: 'quantity',
      title: t('quantity'),
      sort: true,
      width: 80,
      align: 'right',
      phone: 'extra',
      render: (move) => <Count value={move.quantity} />,
    },
    {
      key: 'route',
      title: t('route'),
      width: 195,
      render: (move) => <OneLine width={185}>{routeOf(move, t)}</OneLine>,
    },
    {
      key: 'kind',
      title: t('way'),
      width: 130,
      render: (move) => (
        <>
          <Tag>{t(`way.${move.kind}`)}</Tag>
          <Typography.Text type="secondary" style={{ fontSize: 12 }}>
            {move.undoes !== null && t('undoes', { id: move.undoes })}
            {move.undoneBy !== null && t('undoneBy', { id: move.undoneBy })}
          </Typography.Text>
        </>
      ),
    },
    { key: 'reason', title: t('reason'), width: 165, render: (move) => <OneLine width={155}>{move.reason}</OneLine> },
    {
      key: 'by',
      title: t('by'),
      width: 110,
      render: (move) => (BY_ITSELF.includes(move.by) ? t('byItself') : move.by),
    },
    { key: 'id', title: '#', sort: true, width: 80, hidden: true, render: (move) => move.id },
  ]
}
