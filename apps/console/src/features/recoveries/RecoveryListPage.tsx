import { DownOutlined } from '@ant-design/icons'
import { Button, Card, Form, Input, Table, Typography } from 'antd'
import { Link } from 'react-router'
import { newKey, useAction, useRead } from '../../shared/api/hooks.ts'
import { download, type Output, type Row } from '../../shared/api/index.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { Dropdown } from '../../shared/parts/Dropdown.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { MoneyInput } from '../../shared/parts/inputs.tsx'
import { useNotice } from '../../shared/parts/notice.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Money, OneLine, Time } from '../../shared/parts/values.tsx'
import { useMay, useMe } from '../../shared/session.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { recoveryText } from './text.ts'

type Recovery = Row<'fulfilment.listRecoveries'>
type Sums = Output<'fulfilment.sumRecoveries'>['items'][number]
type T = Say<keyof typeof recoveryText.keys>
type Move = 'sent' | 'accepted' | 'refused' | 'written_off'

/** As the table of states has it; the server refuses anything else. */
const MOVES: Readonly<Record<Recovery['state'], readonly Move[]>> = {
  open: ['sent', 'accepted', 'refused', 'written_off'],
  sent: ['accepted', 'refused', 'written_off'],
  // A second person agrees, or sends it back.
  awaiting: ['accepted', 'sent'],
  refused: ['sent', 'written_off'],
  accepted: [],
  written_off: [],
}

/** Whoever entered the credit neither agrees to it nor sends it back. */
const isMine = ({ state, askedById }: Recovery, me: number) => state === 'awaiting' && askedById === me

/** What suppliers owe for bad codes, with sums of each. */
export function RecoveryListPage() {
  const t = useText(recoveryText)
  const may = useMay()
  const me = useMe()
  const move = useMove()
  const notice = useNotice()
  const { data: sums } = useRead('fulfilment.sumRecoveries', {}, { refreshMs: 30_000 })
  return (
    <ListPage
      id="recoveries"
      title={t('title')}
      hint={t('hint')}
      route="fulfilment.listRecoveries"
      exportRoute="fulfilment.exportRecoveries"
      rowKey={(recovery) => recovery.id}
      refreshMs={30_000}
      summary={() => sums && sums.items.length > 0 && <SumTable items={sums.items} />}
      filters={[
        { kind: 'search', placeholder: t('search') },
        { kind: 'states', name: 'state', label: t('state'), of: 'recovery' },
        {
          kind: 'select',
          name: 'cause',
          label: t('cause'),
          options: (['complaint', 'recall'] as const).map((value) => ({ value, label: t(`cause.${value}`) })),
        },
        { kind: 'text', name: 'supplier', label: t('supplier') },
      ]}
      columns={columnsOf(t)}
      rowActions={(recovery) =>
        may('suppliers.manage') && (
          <>
            <Button
              type="link"
              onClick={() =>
                download('fulfilment.exportRecoveryEvidence', { params: { recoveryId: recovery.id } }).catch(notice)
              }
            >
              {t('evidence')}
            </Button>
            {isMine(recovery, me.id) ? (
              <Typography.Text type="secondary">{t('othersDecide')}</Typography.Text>
            ) : MOVES[recovery.state].length === 0 ? null : (
              <Dropdown
                trigger={['click']}
                menu={{
                  items: MOVES[recovery.state].map((to) => ({ key: to, label: t(wordOf(recovery, to)) })),
                  onClick: ({ key }) => move(recovery, key as Move),
                }}
              >
                <Button type="link">
                  {t('record')} <DownOutlined />
                </Button>
              </Dropdown>
            )}
          </>
        )
      }
      rowActionsWidth={140}
      empty={{ title: t('emptyTitle'), text: t('emptyText') }}
    />
  )
}

function SumTable({ items }: { readonly items: readonly Sums[] }) {
  const t = useText(recoveryText)
  const money = (title: string, of: (row: Sums) => number) => ({
    key: title,
    title,
    align: 'right' as const,
    render: (_: unknown, row: Sums) => <Money fen={of(row)} />,
  })
  return (
    <Card size="small" style={{ marginBottom: 16 }} styles={{ body: { padding: 0, overflowX: 'auto' } }}>
      <Table<Sums>
        size="small"
        rowKey="supplier"
        pagination={false}
        dataSource={[...items]}
        scroll={{ x: 'max-content' }}
        columns={[
          { key: 'supplier', title: t('supplier'), dataIndex: 'supplier' },
          { key: 'count', title: t('count'), dataIndex: 'recoveries', align: 'right' },
          money(t('sumOpen'), (row) => row.openFen),
          money(t('sumSent'), (row) => row.sentFen),
          money(t('credited'), (row) => row.creditedFen),
          money(t('sumLost'), (row) => row.lostFen),
        ]}
      />
    </Card>
  )
}

function columnsOf(t: T): readonly ListColumn<Recovery>[] {
  return [
    {
      key: 'no',
      title: t('no'),
      width: 70,
      phone: 'title',
      render: (row) =>
        row.complaintId === null ? (
          <Link to={`/batches/${row.batchId}/recall`}>R{row.id}</Link>
        ) : (
          <Link to={`/complaints/${row.complaintId}`}>R{row.id}</Link>
        ),
    },
    {
      key: 'state',
      title: t('state'),
      width: 120,
      phone: 'extra',
      render: (row) => <StateTag kind="recovery" state={row.state} />,
    },
    { key: 'supplier', title: t('supplier'), width: 130, render: (row) => row.supplier },
    { key: 'cause', title: t('cause'), width: 90, render: (row) => t(`cause.${row.cause}`) },
    {
      key: 'goods',
      title: t('goods'),
      width: 160,
      render: (row) => <OneLine width={150}>{[row.goodsTitle, row.skuTitle].filter(Boolean).join(' / ')}</OneLine>,
    },
    {
      key: 'pieces',
      title: t('pieces'),
      width: 60,
      align: 'right',
      render: (row) => <span className="num">{row.pieces}</span>,
    },
    {
      key: 'claimedFen',
      title: t('claimed'),
      sort: true,
      width: 110,
      align: 'right',
      render: (row) => <Money fen={row.claimedFen} strong />,
    },
    {
      key: 'credited',
      title: t('credited'),
      width: 110,
      align: 'right',
      render: (row) =>
        row.askedFen !== null && row.state === 'awaiting' ? (
          <span title={t('askedBy', { name: row.askedBy })}>
            (<Money fen={row.askedFen} />)
          </span>
        ) : (
          <Money fen={row.creditedFen} />
        ),
    },
    {
      key: 'openedAt',
      title: t('openedAt'),
      sort: true,
      width: 110,
      render: (row) => <Time value={row.openedAt} relative />,
    },
    { key: 'reference', title: t('reference'), width: 130, hidden: true, render: (row) => row.reference || null },
    {
      key: 'note',
      title: t('note'),
      width: 180,
      hidden: true,
      render: (row) => (row.note ? <OneLine width={170}>{row.note}</OneLine> : null),
    },
  ]
}

/** A credit that waits for a second person is agreed to or sent back; anything else is said for the first time. */
const wordOf = (recovery: Recovery, to: Move) =>
  recovery.state === 'awaiting' ? (to === 'accepted' ? 'agree' : 'sendBack') : to

function useMove(): (recovery: Recovery, to: Move) => void {
  const t = useText(recoveryText)
  const confirm = useConfirmDanger()
  const move = useAction('fulfilment.moveRecovery', {
    refresh: ['fulfilment.', 'finance.', 'analytics.'],
    done: t('done'),
    showProblem: false,
  })
  return (recovery, to) => {
    const key = newKey()
    const word = wordOf(recovery, to)
    const agrees = recovery.state === 'awaiting'
    confirm({
      title: t(word),
      object: `R${recovery.id} · ${recovery.supplier}`,
      amountFen: agrees ? (recovery.askedFen ?? 0) : recovery.claimedFen,
      consequence: agrees ? t(`text.${word}`, { name: recovery.askedBy }) : t(`text.${to}`),
      danger: to === 'accepted' || to === 'written_off',
      initialValues: { creditedFen: recovery.askedFen ?? recovery.claimedFen, reference: recovery.reference },
      extra: (
        <>
          {to === 'accepted' && (
            <Form.Item name="creditedFen" label={t('credited')} rules={[{ required: true, message: t('credited') }]}>
              <MoneyInput max={100_000_000} disabled={agrees} style={{ width: '100%' }} />
            </Form.Item>
          )}
          <Form.Item name="reference" label={t('reference')}>
            <Input maxLength={100} />
          </Form.Item>
          <Form.Item name="note" label={t('note')}>
            <Input.TextArea maxLength={500} autoSize={{ minRows: 2, maxRows: 4 }} />
          </Form.Item>
        </>
      ),
      onConfirm: (_reason, values) =>
        move.run(
          {
            params: { recoveryId: recovery.id },
            body: {
              state: to,
              creditedFen: to !== 'accepted' ? 0 : agrees ? (recovery.askedFen ?? 0) : Number(values.creditedFen),
              reference: String(values.reference ?? ''),
              note: String(values.note ?? ''),
            },
          },
          key,
        ),
    })
  }
}
