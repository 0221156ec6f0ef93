import { Typography } from 'antd'
import { Link, useParams } from 'react-router'
import type { Output, Row } from '../../shared/api/index.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { useGatewayName } from '../../shared/parts/gateways.tsx'
import { Nothing, Time } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { Facts, Section } from '../../shared/templates/DetailPage.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { Amount, useBookName } from './books.tsx'
import { financeText } from './text.ts'

type Statement = Output<'ledger.statement'>
type Entry = Row<'ledger.statement'>
type T = Say<keyof typeof financeText.keys>

/** The statement of one account: every movement with the balance after it, from the newest. */
export function AccountPage() {
  const t = useText(financeText)
  const book = useBookName()
  const accountId = Number(useParams().accountId)
  return (
    <ListPage
      id="statement"
      title={t('statement')}
      back="/ledger"
      route="ledger.statement"
      params={{ accountId }}
      rowKey={(entry) => entry.id}
      summary={(statement) => <Account account={statement.account} />}
      filters={[{ kind: 'range', label: t('between') }]}
      columns={columnsOf(t, book)}
      empty={{ title: t('statementEmpty') }}
    />
  )
}

function columnsOf(t: T, book: (kind: string) => string): readonly ListColumn<Entry>[] {
  return [
    { key: 'at', title: t('at'), width: 170, phone: 'extra', render: (entry) => <Time value={entry.at} /> },
    { key: 'kind', title: t('what'), width: 180, phone: 'title', render: (entry) => book(entry.kind) },
    { key: 'amount', title: t('amount'), width: 130, align: 'right', render: (entry) => <Change entry={entry} /> },
    {
      key: 'balanceAfter',
      title: t('balanceAfter'),
      width: 140,
      align: 'right',
      render: (entry) => <Amount value={entry.balanceAfter} unit={unitOf(entry)} strong />,
    },
    {
      key: 'counterparty',
      title: t('counterparty'),
      width: 200,
      render: (entry) => <Other counterparty={entry.counterparty} book={book} />,
    },
    { key: 'cause', title: t('cause'), width: 200, render: (entry) => <Cause cause={entry.cause} /> },
  ]
}

/** Both sides of a transfer count the same; the other account's kind tells what. */
const unitOf = ({ counterparty }: Entry): string => UNITS[counterparty.split('.')[0] ?? ''] ?? 'CNY'
const UNITS: Readonly<Record<string, string>> = { stock: 'piece', points: 'point', budget: 'budget' }

function Change({ entry }: { readonly entry: Entry }) {
  return (
    <Typography.Text {...(entry.amount > 0 ? { type: 'success' as const } : {})} className="num">
      {entry.amount > 0 && '+'}
      <Amount value={entry.amount} unit={unitOf(entry)} />
    </Typography.Text>
  )
}

function Other({ counterparty, book }: { readonly counterparty: string; readonly book: (kind: string) => string }) {
  const gatewayName = useGatewayName()
  const [kind = '', ref = ''] = counterparty.split(':')
  return (
    <>
      {book(kind)} {kind === 'cash.gateway' ? gatewayName(ref) : ref && <span className="num">#{ref}</span>}
    </>
  )
}

function Cause({ cause }: { readonly cause: string }) {
  const t = useText(financeText)
  const may = useMay()
  const order = /^order:(\d{16})$/.exec(cause)?.[1]
  const batch = /^batch:(\d+)$/.exec(cause)?.[1]
  if (order) {
    const words = t('causeOrder', { no: order })
    return may('orders.read') ? <Link to={`/orders/${order}`}>{words}</Link> : words
  }
  if (batch) {
    const words = t('causeBatch', { id: batch })
    return may('stock.read') ? <Link to={`/batches/${batch}`}>{words}</Link> : words
  }
  const [, gateway, day] = /^bill:([a-z0-9-]+):(\d{4}-\d\d-\d\d):\d+$/.exec(cause) ?? []
  if (gateway && day) return <Link to={`/reconciliation/${gateway}/${day}`}>{t('causeBill', { day })}</Link>
  const member = /^member:(\d+)$/.exec(cause)?.[1]
  if (member)
    return may('members.read') ? (
      <Link to={`/members/${member}`}>{t('causeMember', { id: member })}</Link>
    ) : (
      t('causeMember', { id: member })
    )
  if (cause === 'expiry') return t('causeExpiry')
  if (cause.startsWith('adjust:')) return t('causeAdjust')
  return cause === '' ? <Nothing /> : cause.replace(/^staff: /, '')
}

function Account({ account }: { readonly account: Statement['account'] }) {
  const t = useText(financeText)
  const book = useBookName()
  const gatewayName = useGatewayName()
  const owner = account.refTitle ?? (account.kind === 'cash.gateway' ? gatewayName(account.ref) : account.ref)
  return (
    <div style={{ marginBottom: 12 }}>
      <Section>
        <Facts
          items={[
            [t('account'), book(account.kind)],
            [t('owner'), <OwnerLink key="owner" account={account} name={owner} />],
            [t('balance'), <Amount key="balance" value={account.balance} unit={account.unit} strong />],
            account.held > 0 && [t('held'), <Amount key="held" value={account.held} unit={account.unit} />],
            account.held > 0 && [
              t('free'),
              <Amount key="free" value={account.balance - account.held} unit={account.unit} />,
            ],
            [
              t('floor'),
              account.floor === null ? t('noFloor') : <Amount key="floor" value={account.floor} unit={account.unit} />,
            ],
            [t('updatedAt'), <Time key="updated" value={account.updatedAt} />],
            [
              t('accountNo'),
              <span key="id" className="num">
                {account.id}
              </span>,
            ],
          ]}
        />
      </Section>
    </div>
  )
}

function OwnerLink({ account, name }: { readonly account: Statement['account']; readonly name: string }) {
  const may = useMay()
  if (account.kind === 'cash.member' && may('members.read')) return <Link to={`/members/${account.ref}`}>{name}</Link>
  if (account.kind.startsWith('stock.') && may('stock.read'))
    return <Link to={`/batches?skuId=${account.ref}`}>{name}</Link>
  return name || <Nothing />
}
