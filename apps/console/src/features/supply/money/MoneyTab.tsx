import { Alert, Form, Input, InputNumber, Select, Space, Typography } from 'antd'
import { Link } from 'react-router'
import { useAction, useRead } from '../../../shared/api/hooks.ts'
import type { Output, Row } from '../../../shared/api/index.ts'
import { formatHao, formatMoney, formatTime } from '../../../shared/format.ts'
import { useText } from '../../../shared/i18n/index.ts'
import { ActionButton } from '../../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../../shared/parts/danger.tsx'
import { InstantInput, MoneyInput } from '../../../shared/parts/inputs.tsx'
import { StateTag } from '../../../shared/parts/StateTag.tsx'
import { Money, Nothing, OneLine, Time } from '../../../shared/parts/values.tsx'
import { Facts, Section } from '../../../shared/templates/DetailPage.tsx'
import { ListPage } from '../../../shared/templates/ListPage.tsx'
import { supplierMoneyText } from './text.ts'

type Standing = Output<'suppliers.standing'>
type Line = Row<'suppliers.listMoney'>

const REFRESH = ['suppliers.', 'ledger.', 'books.']
const STANDING_MS = 30_000
const KINDS = ['deposit', 'withdrawal', 'credit'] as const

function useStanding(supplierId: number) {
  return useRead('suppliers.standing', { params: { supplierId } }, { refreshMs: STANDING_MS }).data
}

/** What we have and owe at a supplier by our books, beside what it says itself, and every movement that is no purchase. */
export function MoneyTab({ supplierId, name }: { readonly supplierId: number; readonly name: string }) {
  const t = useText(supplierMoneyText)
  const data = useStanding(supplierId)
  return (
    <div className="stack">
      {data && <StandingView standing={data} supplierId={supplierId} />}
      <ListPage
        id="supplier.money"
        title={t('title')}
        embedded
        route="suppliers.listMoney"
        params={{ supplierId }}
        rowKey={(row) => row.id}
        actions={<RecordButton supplierId={supplierId} name={name} above={data?.approvalAboveFen} />}
        filters={[
          { kind: 'search', placeholder: t('search') },
          { kind: 'states', name: 'state', label: t('state'), of: 'supplierMoney' },
        ]}
        columns={useColumns()}
        rowActions={(row) => <LineActions line={row} supplierId={supplierId} />}
        rowActionsWidth={150}
        empty={{ title: t('empty'), text: t('emptyText') }}
      />
    </div>
  )
}

function StandingView({ standing, supplierId }: { readonly standing: Standing; readonly supplierId: number }) {
  const t = useText(supplierMoneyText)
  const { bookFen, reportedFen, differenceFen, underWay, alarmFen, lowSince, purchases, claims, accountId } = standing
  return (
    <>
      {lowSince && <Alert type="warning" showIcon title={t('lowSince', { time: formatTime(lowSince) })} />}
      {standing.awaiting > 0 && <Alert type="info" showIcon title={t('awaiting', { count: standing.awaiting })} />}
      <div className="money-figures">
        <Figure label={t('book')} hint={t('bookHint')}>
          <Money fen={bookFen} strong />
        </Figure>
        <Figure
          label={t('reported')}
          hint={standing.reportedAt ? <Time value={standing.reportedAt} relative /> : t('reportedNever')}
        >
          {reportedFen === null ? <Nothing /> : <Money fen={reportedFen} strong />}
        </Figure>
        <Figure
          label={t('difference')}
          hint={
            underWay.count > 0 ? (
              <Link to={`/purchases?supplierId=${supplierId}&state=sending,accepted,unknown`}>
                {t('underWayOf', { count: underWay.count, sum: formatMoney(underWay.fen) })}
              </Link>
            ) : (
              differenceFen === 0 && t('noDifference')
            )
          }
        >
          {differenceFen === null || differenceFen === 0 ? <Nothing /> : <Money fen={differenceFen} strong />}
        </Figure>
        <Figure label={t('alarm')} hint={alarmFen === null && t('noAlarm')}>
          {alarmFen === null ? <Nothing /> : <Money fen={alarmFen} />}
        </Figure>
      </div>
      <Section
        title={t('makes')}
        extra={accountId !== null && <Link to={`/ledger/${accountId}`}>{t('toLedger')}</Link>}
      >
        <Facts
          items={[
            [t('deposits'), <Money key="deposits" fen={standing.depositsFen} />],
            [t('withdrawals'), <Money key="withdrawals" fen={-standing.withdrawalsFen} />],
            [t('credits'), <Money key="credits" fen={standing.creditsFen} />],
            [
              t('purchases'),
              <Link
                key="purchases"
                to={`/suppliers/${supplierId}?tab=purchases&state=done,partial,contradicted`}
                className="num"
              >
                {t('purchasesOf', { sum: formatMoney(-purchases.fen), count: purchases.count })}
              </Link>,
            ],
            [
              t('writtenOff'),
              <Link key="off" to={`/reconciliation/cases?show=all&q=&gateway=supplier-${supplierId}`} className="num">
                {formatMoney(standing.writtenOffFen)}
              </Link>,
            ],
            standing.exchangeFen !== 0 && [t('exchange'), <Money key="exchange" fen={standing.exchangeFen} />],
            [t('claims'), t('claimsOf', { sum: formatMoney(claims.fen), count: claims.count })],
          ]}
        />
      </Section>
    </>
  )
}

function Figure({
  label,
  hint,
  children,
}: {
  readonly label: string
  readonly hint?: React.ReactNode
  readonly children: React.ReactNode
}) {
  return (
    <div className="money-figure">
      <Typography.Text type="secondary">{label}</Typography.Text>
      <div className="figure-value num">{children}</div>
      {hint && (
        <Typography.Text type="secondary" style={{ fontSize: 13 }}>
          {hint}
        </Typography.Text>
      )}
    </div>
  )
}

function useColumns() {
  const t = useText(supplierMoneyText)
  return [
    {
      key: 'kind',
      title: t('kind'),
      width: 120,
      phone: 'title' as const,
      render: (row: Line) => t(`${row.kind}Short`),
    },
    {
      key: 'amount',
      title: t('amount'),
      width: 120,
      align: 'right' as const,
      render: (row: Line) => (
        <>
          <Money fen={row.kind === 'withdrawal' ? -row.amountFen : row.amountFen} strong />
          {row.own && (
            <Typography.Text type="secondary" className="num" style={{ display: 'block', fontSize: 12 }}>
              {formatHao(row.own.hao, row.own.currency)}
            </Typography.Text>
          )}
        </>
      ),
    },
    {
      key: 'state',
      title: t('state'),
      width: 110,
      phone: 'extra' as const,
      render: (row: Line) => <StateTag kind="supplierMoney" state={row.state} />,
    },
    {
      key: 'reference',
      title: t('reference'),
      width: 190,
      render: (row: Line) => (row.reference === '' ? <Nothing /> : <OneLine width={180}>{row.reference}</OneLine>),
    },
    { key: 'at', title: t('at'), width: 165, render: (row: Line) => <Time value={row.at} /> },
    { key: 'by', title: t('by'), width: 110, render: (row: Line) => row.requestedBy },
    { key: 'note', title: t('note'), width: 260, render: (row: Line) => <Remarks line={row} /> },
  ]
}

function Remarks({ line }: { readonly line: Line }) {
  const t = useText(supplierMoneyText)
  return (
    <>
      {line.note}
      {line.caseId !== null && (
        <div>
          <Link to={`/reconciliation/cases/${line.caseId}`}>{t('ofCase', { id: line.caseId })}</Link>
        </div>
      )}
      {line.isOnStatement && (
        <div>
          <Typography.Text type="success">{t('onStatement')}</Typography.Text>
        </div>
      )}
      {line.decidedBy !== null && (
        <div>
          <Typography.Text type="secondary">
            {t('decided', { name: line.decidedBy, note: line.decidedNote ?? t('approve') })}
          </Typography.Text>
        </div>
      )}
      {line.reversedBy !== null && (
        <div>
          <Typography.Text type="secondary">
            {t('reversedBy', { name: line.reversedBy, note: line.reversedNote ?? '' })}
          </Typography.Text>
        </div>
      )}
    </>
  )
}

type Given = Readonly<Record<string, unknown>> & {
  readonly own?: { readonly currency?: string; readonly hao?: number | null }
}

/** Without an amount in it, a currency says nothing. */
function bodyOf({ own, ...values }: Given): never {
  return { ...values, ...(own?.currency && own.hao ? { own } : {}) } as never
}

/** What it is in the supplier's own money, where the shop has a rate of any. */
function OwnInputs({ supplierId }: { readonly supplierId: number }) {
  const t = useText(supplierMoneyText)
  const { currencies = [] } = useStanding(supplierId) ?? {}
  if (currencies.length === 0) return null
  return (
    <Form.Item label={t('own')} extra={t('ownHint')}>
      <Space.Compact style={{ width: '100%' }}>
        <Form.Item name={['own', 'currency']} noStyle>
          <Select
            allowClear
            aria-label={t('ownCurrency')}
            placeholder={t('ownCurrency')}
            style={{ width: 110 }}
            options={currencies.map((value) => ({ value }))}
          />
        </Form.Item>
        <Form.Item
          name={['own', 'hao']}
          noStyle
          dependencies={[['own', 'currency']]}
          getValueProps={(hao?: number | null) => ({ value: hao == null ? null : hao / 10_000 })}
          normalize={(amount: number | null) => (amount === null ? null : Math.round(amount * 10_000))}
          rules={[
            ({ getFieldValue }) => ({
              validator: async (_, hao?: number | null) => {
                if (getFieldValue(['own', 'currency']) && !hao) throw new Error(t('ownWhole'))
              },
            }),
          ]}
        >
          <InputNumber<number> min={0.0001} precision={4} controls={false} aria-label={t('own')} style={{ flex: 1 }} />
        </Form.Item>
      </Space.Compact>
    </Form.Item>
  )
}

/** Waits for `above`: whether a second person has to agree is said before anything is recorded. */
function RecordButton({
  supplierId,
  name,
  above,
}: {
  readonly supplierId: number
  readonly name: string
  readonly above: number | undefined
}) {
  const t = useText(supplierMoneyText)
  const confirm = useConfirmDanger()
  const record = useAction('suppliers.recordMoney', { refresh: REFRESH, done: t('recorded'), showProblem: false })
  const rules = [{ required: true, message: t('needed') }]
  const ask = () =>
    confirm({
      title: t('record'),
      object: name,
      consequence: above ? t('recordTextAbove', { sum: formatMoney(above) }) : t('recordText'),
      danger: false,
      initialValues: { kind: 'deposit', at: new Date().toISOString(), note: '' },
      extra: (
        <div style={{ marginTop: 12 }}>
          <Form.Item name="kind" label={t('kind')} rules={rules}>
            <Select options={KINDS.map((kind) => ({ value: kind, label: t(kind) }))} />
          </Form.Item>
          <Form.Item name="amountFen" label={t('amount')} rules={rules}>
            <MoneyInput min={0.01} max={1_000_000_000} />
          </Form.Item>
          <OwnInputs supplierId={supplierId} />
          <Form.Item name="reference" label={t('reference')} extra={t('referenceHint')} rules={rules}>
            <Input maxLength={64} />
          </Form.Item>
          <Form.Item name="at" label={t('at')} rules={rules}>
            <InstantInput />
          </Form.Item>
          <Form.Item name="note" label={t('note')}>
            <Input.TextArea maxLength={500} autoSize={{ minRows: 1, maxRows: 4 }} />
          </Form.Item>
        </div>
      ),
      onConfirm: (_reason, values) => record.run({ params: { supplierId }, body: bodyOf(values) }),
    })
  return (
    <ActionButton permission="finance.adjust" type="primary" disabled={above === undefined} onClick={ask}>
      {t('record')}
    </ActionButton>
  )
}

type ActionsProps = { readonly line: Line; readonly supplierId: number }

function LineActions({ line, supplierId }: ActionsProps) {
  const t = useText(supplierMoneyText)
  const confirm = useConfirmDanger()
  const options = { refresh: REFRESH, done: t('done'), showProblem: false }
  const approve = useAction('suppliers.approveMoney', options)
  const decline = useAction('suppliers.declineMoney', options)
  const grant = useAction('suppliers.grantClaim', options)
  const reverse = useAction('suppliers.reverseMoney', options)
  const params = { supplierId, moneyId: line.id }
  const about = { object: line.reference || t(`${line.kind}Short`), amountFen: line.amountFen }
  const can = (action: Line['actions'][number]) => line.actions.includes(action)
  const rules = [{ required: true, message: t('needed') }]
  return (
    <>
      {can('approve') && (
        <ActionButton
          permission="payments.approve"
          type="link"
          size="small"
          onClick={() =>
            confirm({
              ...about,
              title: t('approve'),
              consequence: t('approveText'),
              danger: false,
              onConfirm: () => approve.run({ params, body: {} }),
            })
          }
        >
          {t('approve')}
        </ActionButton>
      )}
      {can('grant') && (
        <ActionButton
          permission="finance.adjust"
          type="link"
          size="small"
          onClick={() =>
            confirm({
              ...about,
              title: t('grant'),
              consequence: t('grantText'),
              danger: false,
              initialValues: { amountFen: line.amountFen, at: new Date().toISOString() },
              extra: (
                <div style={{ marginTop: 12 }}>
                  <Form.Item name="amountFen" label={t('amount')} rules={rules}>
                    <MoneyInput min={0.01} max={line.amountFen / 100} />
                  </Form.Item>
                  <OwnInputs supplierId={supplierId} />
                  <Form.Item name="reference" label={t('reference')} extra={t('referenceHint')} rules={rules}>
                    <Input maxLength={64} />
                  </Form.Item>
                  <Form.Item name="at" label={t('at')} rules={rules}>
                    <InstantInput />
                  </Form.Item>
                </div>
              ),
              onConfirm: (_reason, values) => grant.run({ params, body: bodyOf(values) }),
            })
          }
        >
          {t('grant')}
        </ActionButton>
      )}
      {can('decline') && (
        <ActionButton
          permission="finance.adjust"
          type="link"
          size="small"
          onClick={() =>
            confirm({
              ...about,
              title: t(line.state === 'claimed' ? 'giveUp' : 'decline'),
              consequence: t('declineText'),
              askReason: true,
              onConfirm: (reason) => decline.run({ params, body: { reason } }),
            })
          }
        >
          {t(line.state === 'claimed' ? 'giveUp' : 'decline')}
        </ActionButton>
      )}
      {can('reverse') && (
        <ActionButton
          permission="finance.adjust"
          type="link"
          size="small"
          danger
          onClick={() =>
            confirm({
              ...about,
              title: t('reverse'),
              consequence: t('reverseText'),
              askReason: true,
              onConfirm: (reason) => reverse.run({ params, body: { reason } }),
            })
          }
        >
          {t('reverse')}
        </ActionButton>
      )}
    </>
  )
}
