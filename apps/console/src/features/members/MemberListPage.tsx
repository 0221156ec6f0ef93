import { Typography } from 'antd'
import { Link } from 'react-router'
import type { Row } from '../../shared/api/index.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Money, Nothing, OneLine, Time } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { memberText } from './text.ts'

type Member = Row<'members.listMembers'>
type T = Say<keyof typeof memberText.keys>

/** People as customers. */
export function MemberListPage() {
  const t = useText(memberText)
  const may = useMay()
  return (
    <ListPage
      id="members"
      title={t('title')}
      route="members.listMembers"
      rowKey={(member) => member.id}
      href={(member) => `/members/${member.id}`}
      exportRoute="members.exportMembers"
      filters={[
        { kind: 'search', placeholder: t('search') },
        { kind: 'states', name: 'status', label: t('status'), of: 'account', single: true },
        { kind: 'range', from: 'createdFrom', to: 'createdTo', label: t('joinedBetween') },
      ]}
      columns={columnsOf(t)}
      {...(may('orders.read')
        ? {
            rowActions: (member: Member) => <Link to={`/orders?memberId=${member.id}`}>{t('orders')}</Link>,
            rowActionsWidth: 80,
          }
        : {})}
      empty={{ title: t('emptyTitle'), text: t('emptyText') }}
    />
  )
}

function columnsOf(t: T): readonly ListColumn<Member>[] {
  return [
    {
      key: 'member',
      title: t('member'),
      width: 180,
      phone: 'title',
      render: (member) => (
        <Link to={`/members/${member.id}`}>
          {member.name || t('noName')}{' '}
          <Typography.Text type="secondary" className="num" style={{ fontSize: 12 }}>
            #{member.id}
          </Typography.Text>
        </Link>
      ),
    },
    {
      key: 'phone',
      title: t('phone'),
      width: 130,
      render: (member) => <span className="num">{member.phoneMasked}</span>,
    },
    {
      key: 'status',
      title: t('status'),
      width: 90,
      phone: 'extra',
      render: (member) => <StateTag kind="account" state={member.status} />,
    },
    {
      key: 'balance',
      title: t('balance'),
      width: 120,
      align: 'right',
      render: (member) => <Money fen={member.balanceFen} strong />,
    },
    {
      key: 'note',
      title: t('note'),
      width: 180,
      render: (member) => (member.note ? <OneLine width={170}>{member.note}</OneLine> : <Nothing />),
    },
    {
      key: 'lastSeenAt',
      title: t('lastSeenAt'),
      sort: true,
      width: 130,
      render: (member) => <Time value={member.lastSeenAt} relative />,
    },
    {
      key: 'createdAt',
      title: t('createdAt'),
      sort: true,
      width: 170,
      phone: 'hide',
      render: (member) => <Time value={member.createdAt} />,
    },
  ]
}
