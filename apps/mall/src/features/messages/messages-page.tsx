import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from 'react-router'
import { call, problemOf } from '../../shared/api/client.ts'
import { unreadQuery, useMe, useUnread } from '../../shared/api/queries.ts'
import type { Message } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Button, ButtonLink } from '../../shared/ui/button.tsx'
import { classes } from '../../shared/ui/classes.ts'
import { BellIcon } from '../../shared/ui/icons.tsx'
import { Card, Page } from '../../shared/ui/page.tsx'
import { Bone, EmptyState, ErrorState, Loading } from '../../shared/ui/states.tsx'
import css from './messages.module.css'

const PAGE_SIZE = 20

/** What the shop told this member: deliveries, refunds and the like. */
export function MessagesPage() {
  const { t } = useI18n()
  const me = useMe()
  return (
    <Page title={t('messages.title')}>
      {me.data ? (
        <Inbox />
      ) : me.isPending ? (
        <Loading>
          <Bone height={320} radius={14} />
        </Loading>
      ) : me.isError ? (
        <ErrorState problem={problemOf(me.error)} onRetry={() => void me.refetch()} />
      ) : (
        <EmptyState title={t('messages.signInTitle')} text={t('messages.signInText')} icon={<BellIcon />}>
          <ButtonLink look="primary" to="/sign-in?next=%2Fmessages">
            {t('common.signIn')}
          </ButtonLink>
        </EmptyState>
      )}
    </Page>
  )
}

function Inbox() {
  const { t } = useI18n()
  const client = useQueryClient()
  const { data: unread = 0 } = useUnread()
  const read = useMutation({
    mutationFn: (ids: number[]) => call('notify.readMyMessages', { body: { ids } }),
    onSuccess: ({ unread: left }) => {
      client.setQueryData(unreadQuery.queryKey, left)
      return client.invalidateQueries({ queryKey: ['messages'] })
    },
  })
  const messages = useInfiniteQuery({
    queryKey: ['messages'],
    queryFn: ({ pageParam }) => call('notify.listMyMessages', { query: { page: pageParam, pageSize: PAGE_SIZE } }),
    initialPageParam: 1,
    getNextPageParam: ({ page, pageSize, total }) => (page * pageSize < total ? page + 1 : undefined),
    staleTime: 0,
  })
  if (messages.isPending) {
    return (
      <Loading>
        <Bone height={320} radius={14} />
      </Loading>
    )
  }
  if (!messages.data) {
    return <ErrorState problem={problemOf(messages.error)} onRetry={() => void messages.refetch()} />
  }
  const items = messages.data.pages.flatMap((page) => page.items)
  if (items.length === 0) {
    return <EmptyState title={t('messages.emptyTitle')} text={t('messages.emptyText')} icon={<BellIcon />} />
  }
  return (
    <Card
      title={unread > 0 ? t('messages.unread', { count: unread }) : t('messages.allRead')}
      extra={
        unread > 0 && (
          <Button busy={read.isPending} onClick={() => read.mutate([])}>
            {t('messages.readAll')}
          </Button>
        )
      }
    >
      <ul>
        {items.map((message) => (
          <MessageRow key={message.id} message={message} onRead={() => read.mutate([message.id])} />
        ))}
      </ul>
      <div className={css.more}>
        {messages.hasNextPage ? (
          <Button busy={messages.isFetchingNextPage} onClick={() => void messages.fetchNextPage()}>
            {t('common.loadMore')}
          </Button>
        ) : (
          t('common.noMore')
        )}
      </div>
    </Card>
  )
}

function MessageRow({ message, onRead }: { readonly message: Message; readonly onRead: () => void }) {
  const { time } = useI18n()
  const navigate = useNavigate()
  const isUnread = message.readAt === null
  const open = () => {
    if (isUnread) onRead()
    if (message.link !== '') void navigate(message.link)
  }
  return (
    <li className={css.row}>
      <button type="button" className={css.message} onClick={open}>
        <span className={classes(css.title, isUnread && css.new)}>{message.title}</span>
        {message.body && <span className={css.body}>{message.body}</span>}
        <span className={css.time}>{time(message.createdAt)}</span>
      </button>
    </li>
  )
}
