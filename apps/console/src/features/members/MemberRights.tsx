import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, Segmented, Skeleton, Table, Tag, Typography } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { call, type Output } from '../../shared/api/index.ts'
import { formatCount } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Nothing, OneLine, Time } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { memberText } from './text.ts'

type Page = Output<'entitlements.listRightsOfMember'>
type Right = Page['items'][number]

const PAGE_SIZE = 10
const LISTS = ['all', 'usable', 'ending', 'recalled', 'arrived', 'used', 'expired', 'revoked'] as const
const COLORS = {
  usable: 'green',
  recalled: 'volcano',
  arrived: 'blue',
  used: 'default',
  expired: 'orange',
  revoked: 'red',
} as const

/** What the member owns, as the mall shows it to them, without codes. */
export function MemberRights({ memberId }: { readonly memberId: number }) {
  const t = useText(memberText)
  const may = useMay()
  const [list, setList] = useState<(typeof LISTS)[number]>('all')
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: ['entitlements.listRightsOfMember', memberId, list],
    queryFn: ({ pageParam }) =>
      call('entitlements.listRightsOfMember', {
        params: { id: memberId },
        query: { list, limit: PAGE_SIZE, ...(pageParam === 0 ? {} : { before: pageParam }) },
      }),
    initialPageParam: 0,
    getNextPageParam: ({ next }: Page) => next ?? undefined,
    enabled: may('orders.read'),
    placeholderData: (previous) => previous,
  })
  if (!may('orders.read')) return null
  const [first] = data?.pages ?? []
  const items = data?.pages.flatMap((page) => page.items) ?? []
  const countOf = (one: (typeof LISTS)[number]) =>
    first?.counts ? ` ${formatCount(first.counts[one])}${first.isCountWhole ? '' : '+'}` : ''
  return (
    <Section title={t('rights')} flush>
      <div style={{ padding: '12px 16px', overflowX: 'auto' }}>
        <Segmented
          aria-label={t('rights')}
          value={list}
          onChange={setList}
          options={LISTS.map((value) => ({ value, label: `${t(`rights_${value}`)}${countOf(value)}` }))}
        />
      </div>
      {!data ? (
        <div style={{ padding: 16 }}>
          <Skeleton active />
        </div>
      ) : items.length === 0 && !hasNextPage ? (
        <Typography.Paragraph type="secondary" style={{ padding: 16, margin: 0 }}>
          {t('noRights')}
        </Typography.Paragraph>
      ) : (
        <Table
          size="small"
          rowKey="id"
          pagination={false}
          scroll={{ x: 640 }}
          dataSource={items}
          columns={[
            {
              title: t('right'),
              dataIndex: 'goodsTitle',
              render: (_, right) => <OneLine width={240}>{nameOf(right)}</OneLine>,
            },
            { title: t('status'), dataIndex: 'standing', render: (_, right) => <Standing right={right} /> },
            {
              title: t('rightOrder'),
              dataIndex: 'orderNo',
              render: (no: number) => (
                <Link to={`/orders/${no}`} className="num">
                  {no}
                </Link>
              ),
            },
            { title: t('grantedAt'), dataIndex: 'grantedAt', render: (at: string) => <Time value={at} /> },
            {
              title: t('validUntil'),
              dataIndex: 'validUntil',
              render: (at: string | null) => (at === null ? <Nothing /> : <Time value={at} />),
            },
          ]}
        />
      )}
      {hasNextPage && (
        <div style={{ padding: 12, textAlign: 'center' }}>
          <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t('moreRights')}
          </Button>
        </div>
      )}
    </Section>
  )
}

const nameOf = ({ goodsTitle, skuTitle, piece }: Right) =>
  `${[goodsTitle, skuTitle].filter(Boolean).join(' / ')} # ${piece}`

function Standing({ right: { standing, endsSoon, isReplaced, activation } }: { readonly right: Right }) {
  const t = useText(memberText)
  if (activation !== null) return <Tag color={endsSoon ? 'gold' : 'green'}>{t(`rights_${activation}`)}</Tag>
  if (standing === 'revoked' && isReplaced) return <Tag>{t('rights_replaced')}</Tag>
  return <Tag color={endsSoon ? 'gold' : COLORS[standing]}>{t(endsSoon ? 'rights_ending' : `rights_${standing}`)}</Tag>
}
