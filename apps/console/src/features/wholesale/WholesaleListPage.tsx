import { PlusOutlined } from '@ant-design/icons'
import { Typography } from 'antd'
import { Link } from 'react-router'
import { formatCount, formatMoney } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Money, OneLine, Time } from '../../shared/parts/values.tsx'
import { ListPage } from '../../shared/templates/ListPage.tsx'
import { wholesaleText } from './text.ts'

/** Shops that buy here, what they have left and what they ordered today. */
export function WholesaleListPage() {
  const t = useText(wholesaleText)
  const create = (
    <Link to="/wholesale/new">
      <ActionButton type="primary" icon={<PlusOutlined />} permission="wholesale.manage" tabIndex={-1}>
        {t('create')}
      </ActionButton>
    </Link>
  )
  return (
    <ListPage
      id="wholesale"
      title={t('title')}
      hint={t('hint')}
      route="wholesale.list"
      rowKey={(key) => key.id}
      href={(key) => `/wholesale/${key.id}`}
      actions={create}
      filters={[
        { kind: 'search', placeholder: t('search') },
        { kind: 'states', name: 'state', label: t('state'), of: 'wholesaleKey' },
      ]}
      empty={{ title: t('emptyTitle'), text: t('emptyText'), action: create }}
      columns={[
        {
          key: 'name',
          title: t('name'),
          sort: true,
          width: 210,
          phone: 'title',
          render: (key) => (
            <>
              <Link to={`/wholesale/${key.id}`}>
                <OneLine width={190}>{key.name}</OneLine>
              </Link>
              <Typography.Text type="secondary" style={{ display: 'block', fontSize: 12 }}>
                <OneLine width={190}>{key.key}</OneLine>
              </Typography.Text>
            </>
          ),
        },
        {
          key: 'state',
          title: t('state'),
          width: 90,
          phone: 'extra',
          render: (key) => <StateTag kind="wholesaleKey" state={key.state} />,
        },
        {
          key: 'member',
          title: t('member'),
          width: 130,
          render: (key) => <span className="num">{key.memberPhone}</span>,
        },
        {
          key: 'balance',
          title: t('balance'),
          width: 120,
          align: 'right',
          render: (key) => <Money fen={key.balanceFen} />,
        },
        {
          key: 'today',
          title: t('today'),
          width: 170,
          align: 'right',
          render: ({ today }) => (
            <span className="num">
              {t('todayOf', { amount: formatMoney(today.orderedFen), count: formatCount(today.orders) })}
            </span>
          ),
        },
        {
          key: 'cap',
          title: t('cap'),
          width: 120,
          align: 'right',
          phone: 'hide',
          render: (key) => (key.dailyCapFen === null ? t('noLimit') : <Money fen={key.dailyCapFen} />),
        },
        {
          key: 'usedAt',
          title: t('usedAt'),
          sort: true,
          width: 170,
          render: (key) => (key.usedAt ? <Time value={key.usedAt} /> : t('never')),
        },
        {
          key: 'createdAt',
          title: t('createdAt'),
          sort: true,
          width: 170,
          hidden: true,
          render: (key) => <Time value={key.createdAt} />,
        },
      ]}
    />
  )
}
