import { DownOutlined } from '@ant-design/icons'
import { Button, Space, Tooltip, Typography } from 'antd'
import { Link, useParams } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { formatCount } from '../../shared/format.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { Dropdown } from '../../shared/parts/Dropdown.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Copyable, Money, Nothing, OneLine, Time } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { RecallHead } from './RecallHead.tsx'
import { recallText } from './text.ts'
import { type PieceAction, type Recall, useRecallActions, waitingOf } from './useRecallActions.tsx'

type Piece = Row<'fulfilment.listRecalledPieces'>
type T = Say<keyof typeof recallText.keys>

const RUNNING_MS = 2_000
const RESTING_MS = 15_000
const RIGHT_FOR = { replace: 'orders.handle', refund: 'orders.refund', leave: 'cards.recall' } as const
const ACTIONS: readonly PieceAction[] = ['replace', 'refund', 'leave']
const WORDS = { replace: 'replace', refund: 'refundIt', leave: 'leave' } as const

const moves = (recall: Recall | null | undefined): boolean =>
  recall !== null && recall !== undefined && (!recall.listed || recall.pieces.queued + recall.pieces.refunding > 0)

/** A batch whose source proved bad: what was sold of it, and what becomes of each piece. */
export function RecallPage() {
  const t = useText(recallText)
  const batchId = Number(useParams().batchId)
  const first = useRead('fulfilment.getRecall', { params: { batchId } })
  const refreshMs = moves(first.data?.recall) ? RUNNING_MS : RESTING_MS
  const { data } = useRead('fulfilment.getRecall', { params: { batchId } }, { refreshMs })
  const recall = data?.recall
  const actions = useRecallActions(batchId)
  const may = useMay()
  const isOpen = recall?.closedAt === null
  return (
    <ListPage
      id="recall"
      title={t('title', { id: batchId })}
      hint={t('hint')}
      back={`/batches/${batchId}`}
      route="fulfilment.listRecalledPieces"
      params={{ batchId }}
      exportRoute="fulfilment.exportRecalledPieces"
      rowKey={(piece) => piece.grantId}
      refreshMs={refreshMs}
      actions={isOpen && <Deeds recall={recall} actions={actions} />}
      summary={() => recall && <RecallHead batchId={batchId} recall={recall} />}
      filters={[
        { kind: 'search', placeholder: t('search') },
        { kind: 'states', name: 'state', label: t('state'), of: 'recallPiece' },
        {
          kind: 'select',
          name: 'used',
          label: t('used'),
          options: [
            { value: 'true', label: t('usedYes') },
            { value: 'false', label: t('usedNo') },
          ],
        },
      ]}
      columns={columnsOf(t, may('members.read'))}
      {...(isOpen && recall.listed
        ? {
            bulk: (pieces: readonly Piece[], clear: () => void) =>
              ACTIONS.map((action) => (
                <ActionButton
                  key={action}
                  size="small"
                  danger={action === 'refund'}
                  permission={RIGHT_FOR[action]}
                  onClick={() =>
                    actions.decide(
                      action,
                      pieces.map((piece) => piece.grantId),
                      pieces.length,
                      clear,
                    )
                  }
                >
                  {t(WORDS[action])}
                </ActionButton>
              )),
          }
        : {})}
      empty={{
        title: t(recall?.listed === false ? 'listingTitle' : 'emptyTitle'),
        text: t(recall?.listed === false ? 'listingText' : 'emptyText'),
      }}
    />
  )
}

/** What is done to all pieces that wait, and the two ways in which a recall ends. */
function Deeds({
  recall,
  actions,
}: {
  readonly recall: Recall
  readonly actions: ReturnType<typeof useRecallActions>
}) {
  const t = useText(recallText)
  const may = useMay()
  const waiting = waitingOf(recall)
  const unfinished = waiting + recall.pieces.queued + recall.pieces.awaiting
  const offered = ACTIONS.filter((action) => may(RIGHT_FOR[action]))
  const ready = recall.listed && unfinished === 0
  return (
    <Space wrap>
      {recall.listed && waiting > 0 && offered.length > 0 && (
        <Dropdown
          menu={{
            items: offered.map((action) => ({
              key: action,
              label: t(`all${ALL[action]}`),
              danger: action === 'refund',
              onClick: () => actions.decide(action, null, waiting),
            })),
          }}
          trigger={['click']}
        >
          <Button type="primary">
            {t('allOpen')} ({formatCount(waiting)}) <DownOutlined />
          </Button>
        </Dropdown>
      )}
      {may('cards.recall') && (
        <>
          <Button onClick={actions.withdraw}>{t('withdraw')}</Button>
          <Tooltip title={ready ? undefined : t('unfinished', { count: formatCount(unfinished) })}>
            <Button danger disabled={!ready} onClick={() => actions.close(recall.claim.stopped)}>
              {t('close')}
            </Button>
          </Tooltip>
        </>
      )}
    </Space>
  )
}

const ALL = { replace: 'Replace', refund: 'Refund', leave: 'Leave' } as const

function columnsOf(t: T, seesMembers: boolean): readonly ListColumn<Piece>[] {
  return [
    {
      key: 'orderNo',
      title: t('order'),
      sort: true,
      width: 190,
      phone: 'title',
      render: (piece) => (
        <Copyable text={String(piece.orderNo)}>
          <Link to={`/orders/${piece.orderNo}`}>{piece.orderNo}</Link>
        </Copyable>
      ),
    },
    {
      key: 'state',
      title: t('state'),
      width: 130,
      phone: 'extra',
      render: (piece) => <StateTag kind="recallPiece" state={piece.state} />,
    },
    {
      key: 'contact',
      title: t('contact'),
      width: 170,
      render: (piece) => (
        <>
          <span className="num">{piece.contactMasked}</span>
          <Typography.Text type="secondary" style={{ display: 'block', fontSize: 12 }}>
            <Buyer memberId={piece.memberId} linked={seesMembers} />
          </Typography.Text>
        </>
      ),
    },
    {
      key: 'code',
      title: t('code'),
      width: 130,
      render: (piece) => <Link to={`/cards?q=${piece.cardId}`}>{piece.masked}</Link>,
    },
    {
      key: 'used',
      title: t('used'),
      width: 90,
      render: (piece) => (piece.used ? <Typography.Text type="warning">{t('usedYes')}</Typography.Text> : t('usedNo')),
    },
    {
      key: 'why',
      title: t('why'),
      width: 230,
      render: (piece) =>
        piece.failure ? (
          <Typography.Text type="danger">{piece.failure.message}</Typography.Text>
        ) : piece.reason ? (
          <OneLine width={220}>{piece.reason}</OneLine>
        ) : (
          <Nothing />
        ),
    },
    {
      key: 'refund',
      title: t('refund'),
      width: 100,
      align: 'right',
      phone: 'hide',
      render: (piece) => (piece.refundFen === null ? <Nothing /> : <Money fen={piece.refundFen} />),
    },
    { key: 'by', title: t('by'), width: 100, phone: 'hide', render: (piece) => piece.chosenBy || <Nothing /> },
    {
      key: 'deliveredAt',
      title: t('deliveredAt'),
      width: 170,
      render: (piece) => <Time value={piece.deliveredAt} />,
    },
    {
      key: 'changedAt',
      title: t('changedAt'),
      sort: true,
      width: 170,
      hidden: true,
      render: (piece) => <Time value={piece.changedAt} />,
    },
  ]
}

function Buyer({ memberId, linked }: { readonly memberId: number | null; readonly linked: boolean }) {
  const t = useText(recallText)
  if (memberId === null) return t('guest')
  const name = t('member', { id: memberId })
  return linked ? <Link to={`/members/${memberId}`}>{name}</Link> : name
}
