import { Link } from 'react-router'
import type { Row } from '../../shared/api/index.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { useGatewayName } from '../../shared/parts/gateways.tsx'
import { Nothing, OneLine, Time } from '../../shared/parts/values.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { Amount, useBookName } from './books.tsx'
import { TrialBalance } from './TrialBalance.tsx'
import { ACCOUNT_KINDS, financeText } from './text.ts'

type Account = Row<'ledger.accounts'>
type T = Say<keyof typeof financeText.keys>
type Names = { readonly book: (kind: string) => string; readonly gateway: (gateway: string | null) => string }

/** The books: the proof that they balance, and every account. */
export function LedgerPage() {
  const t = useText(financeText)
  const book = useBookName()
  const gateway = useGatewayName()
  return (
    <ListPage
      id="accounts"
      title={t('ledger')}
      hint={t('ledgerHint')}
      route="ledger.accounts"
      rowKey={(account) => account.id}
      href={(account) => `/ledger/${account.id}`}
      summary={() => <TrialBalance />}
      filters={[
        { kind: 'search', placeholder: t('searchRef') },
        {
          kind: 'select',
          name: 'kind',
          label: t('kind'),
          options: ACCOUNT_KINDS.map((kind) => ({ value: kind, label: book(kind) })),
        },
        {
          kind: 'select',
          name: 'unit',
          label: t('unit'),
          options: [
            { value: 'CNY', label: t('unitCNY') },
            { value: 'piece', label: t('unitPiece') },
            { value: 'point', label: t('unitPoint') },
            { value: 'budget', label: t('unitBudget') },
          ],
        },
      ]}
      columns={columnsOf(t, { book, gateway })}
      empty={{ title: t('emptyTitle'), text: t('emptyText') }}
    />
  )
}

function columnsOf(t: T, names: Names): readonly ListColumn<Account>[] {
  return [
    {
      key: 'kind',
      title: t('kind'),
      sort: true,
      width: 220,
      phone: 'title',
      render: (account) => <Link to={`/ledger/${account.id}`}>{names.book(account.kind)}</Link>,
    },
    { key: 'owner', title: t('owner'), width: 260, render: (account) => <Owner account={account} names={names} /> },
    {
      key: 'balance',
      title: t('balance'),
      sort: true,
      width: 140,
      align: 'right',
      phone: 'extra',
      render: (account) => <Amount value={account.balance} unit={account.unit} strong />,
    },
    {
      key: 'held',
      title: t('held'),
      sort: true,
      width: 120,
      align: 'right',
      render: (account) => (account.held > 0 ? <Amount value={account.held} unit={account.unit} /> : <Nothing />),
    },
    {
      key: 'floor',
      title: t('floor'),
      width: 100,
      align: 'right',
      hidden: true,
      render: (account) =>
        account.floor === null ? t('noFloor') : <Amount value={account.floor} unit={account.unit} />,
    },
    {
      key: 'updatedAt',
      title: t('updatedAt'),
      sort: true,
      width: 170,
      render: (account) => <Time value={account.updatedAt} />,
    },
  ]
}

function Owner({ account, names }: { readonly account: Account; readonly names: Names }) {
  const words = account.refTitle ?? (account.kind === 'cash.gateway' ? names.gateway(account.ref) : account.ref)
  return words ? <OneLine>{words}</OneLine> : <Nothing />
}
