import { EVENT_NAMES, TASK_NAMES, type Words } from '@quanshu/contract'
import { App, Button, Drawer, Typography } from 'antd'
import { useState } from 'react'
import { useAction } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { type Say, useLocale, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { Nothing, OneLine, Time } from '../../shared/parts/values.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { useUrlState } from '../../shared/urlState.ts'
import { jobText } from './text.ts'

type Job = Row<'jobs.list'>
type T = Say<keyof typeof jobText.keys>

/** Work that waits or has given up, to be run again by a person. */
export function JobListPage() {
  const t = useText(jobText)
  const name = useTaskName()
  const happened = useEventName()
  const rerun = useRerun()
  const confirm = useConfirmDanger()
  const askAll = () =>
    confirm({ title: t('rerunAll'), consequence: t('rerunAllText'), danger: false, onConfirm: rerun.all })
  const [values] = useUrlState()
  const [shown, setShown] = useState<Job>()
  const waiting = values.state === 'waiting'
  return (
    <>
      <ListPage
        id="jobs"
        title={t('title')}
        hint={t('hint')}
        route="jobs.list"
        rowKey={(job) => job.id}
        refreshMs={5_000}
        filters={[
          {
            kind: 'tabs',
            name: 'state',
            ownLists: true,
            options: [
              { value: 'given_up', label: t('givenUp') },
              { value: 'waiting', label: t('waiting') },
            ],
          },
          { kind: 'search', placeholder: t('search') },
        ]}
        actions={
          !waiting && (
            <ActionButton permission="jobs.manage" loading={rerun.running} onClick={askAll}>
              {t('rerunAll')}
            </ActionButton>
          )
        }
        columns={columnsOf(t, waiting, name, happened, setShown)}
        rowActions={(job) => (
          <ActionButton
            type="link"
            permission="jobs.manage"
            loading={rerun.running}
            onClick={() => void rerun.of([job])}
          >
            {t('rerun')}
          </ActionButton>
        )}
        rowActionsWidth={100}
        bulk={(jobs, clear) => (
          <ActionButton
            size="small"
            permission="jobs.manage"
            loading={rerun.running}
            onClick={() => void rerun.of(jobs).then(clear)}
          >
            {t('rerun')}
          </ActionButton>
        )}
        empty={waiting ? { title: t('emptyWaiting') } : { title: t('emptyTitle'), text: t('emptyText') }}
      />
      <Drawer
        open={shown !== undefined}
        size="min(640px, 100vw)"
        title={shown && t('errorOf', { task: name(shown.task) })}
        onClose={() => setShown(undefined)}
      >
        <Typography.Paragraph
          copyable={{ text: shown?.lastError ?? '' }}
          style={{ whiteSpace: 'pre-wrap', fontFamily: 'ui-monospace, monospace', fontSize: 13 }}
        >
          {shown?.lastError}
        </Typography.Paragraph>
      </Drawer>
    </>
  )
}

function columnsOf(
  t: T,
  waiting: boolean,
  name: (task: string) => string,
  happened: (type: string) => string,
  show: (job: Job) => void,
): readonly ListColumn<Job>[] {
  return [
    {
      key: 'task',
      title: t('task'),
      width: 200,
      phone: 'title',
      render: (job) => (
        <>
          {name(job.task)}
          <Typography.Text type="secondary" style={{ display: 'block', fontSize: 12 }}>
            {job.task} #{job.id}
          </Typography.Text>
        </>
      ),
    },
    {
      key: 'about',
      title: t('about'),
      width: 180,
      render: (job) => {
        const about = [job.event && happened(job.event), job.summary].filter(Boolean).join(' · ')
        return about ? <OneLine width={170}>{about}</OneLine> : <Nothing />
      },
    },
    {
      key: 'attempts',
      title: t('attempts'),
      width: 70,
      align: 'right',
      phone: 'extra',
      render: (job) => (
        <span className="num">
          {job.attempts} / {job.attemptsMax}
        </span>
      ),
    },
    {
      key: 'error',
      title: t('error'),
      width: 280,
      render: (job) =>
        job.lastError ? (
          <Button
            type="link"
            danger
            onClick={() => show(job)}
            style={{ padding: 0, height: 'auto', maxWidth: 'min(270px, 50vw)' }}
          >
            <span style={{ overflow: 'hidden', textOverflow: 'ellipsis' }}>{job.lastError.split('\n')[0]}</span>
          </Button>
        ) : (
          <Nothing />
        ),
    },
    // What has given up is not run by itself.
    ...(waiting
      ? [
          {
            key: 'runAt',
            title: t('runAt'),
            width: 170,
            render: (job: Job) => <Time value={job.runAt} />,
          },
        ]
      : []),
    { key: 'createdAt', title: t('createdAt'), width: 170, render: (job) => <Time value={job.createdAt} /> },
  ]
}

function useRerun() {
  const t = useText(jobText)
  const { message } = App.useApp()
  const action = useAction('jobs.rerun', {
    refresh: ['jobs.', 'orders.board'],
    onDone: ({ rerun, failed }) => {
      if (failed > 0) message.error(t('rerunFailed', { count: failed }))
      if (rerun > 0) message.success(t('rerunMany', { count: rerun }))
      else if (failed === 0) message.warning(t('rerunNone'))
    },
  })
  return {
    running: action.running,
    of: (jobs: readonly Job[]) => action.go({ body: { ids: jobs.map(({ id }) => id) } }),
    all: () => action.run({ body: { all: true } }),
  }
}

/** What happened, in words. */
function useEventName(): (type: string) => string {
  const locale = useLocale()
  return (type) => wordsFor(EVENT_NAMES, type, locale)
}

function useTaskName(): (task: string) => string {
  const locale = useLocale()
  return (task) => wordsFor(TASK_NAMES, task, locale)
}

/** Work of an older version may have a name that nobody gives any more. */
const wordsFor = (names: Readonly<Record<string, Words>>, name: string, locale: string): string =>
  names[name]?.[locale === 'en' ? 'en' : 'zh'] ?? name
