import { Link } from 'react-router'
import type { Row } from '../../shared/api/index.ts'
import { formatDuration } from '../../shared/format.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Count, Nothing, Time } from '../../shared/parts/values.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { RunNow } from './RunNow.tsx'
import { booksText } from './text.ts'

type Run = Row<'books.listRuns'>
type T = Say<keyof typeof booksText.keys>

const RUNNING_MS = 1_500

/** Every audit with its scope and outcome. */
export function RunListPage() {
  const t = useText(booksText)
  return (
    <ListPage
      id="books-runs"
      title={t('runs')}
      hint={t('runsHint')}
      back="/books"
      route="books.listRuns"
      rowKey={(run) => run.id}
      href={(run) => `/books/runs/${run.id}`}
      refreshMs={(page) => (page?.items.some(({ state }) => state === 'running') ? RUNNING_MS : false)}
      actions={<RunNow />}
      filters={[{ kind: 'states', name: 'state', label: t('runState'), of: 'booksRun', single: true }]}
      columns={columnsOf(t)}
      empty={{ title: t('runsEmpty'), text: t('neverText') }}
    />
  )
}

/** Who began it. */
export function sourceOf(t: T, { source, askedBy }: Pick<Run, 'source' | 'askedBy'>): string {
  if (source === 'schedule') return t('schedule')
  return source === 'cli' ? t('cli') : `${t('byHand')} · ${askedBy}`
}

function columnsOf(t: T): readonly ListColumn<Run>[] {
  return [
    {
      key: 'id',
      title: t('title'),
      width: 130,
      phone: 'title',
      render: (run) => <Link to={`/books/runs/${run.id}`}>{t('run', { id: run.id })}</Link>,
    },
    {
      key: 'state',
      title: t('runState'),
      width: 100,
      phone: 'extra',
      render: (run) => <StateTag kind="booksRun" state={run.state} />,
    },
    {
      key: 'found',
      title: t('found'),
      width: 80,
      align: 'right',
      render: (run) => <Count value={run.found} />,
    },
    { key: 'scope', title: t('scope'), width: 110, render: (run) => t(run.isWhole ? 'whole' : 'recent') },
    { key: 'source', title: t('source'), width: 170, render: (run) => sourceOf(t, run) },
    { key: 'startedAt', title: t('startedAt'), width: 170, render: (run) => <Time value={run.startedAt} /> },
    {
      key: 'took',
      title: t('took'),
      width: 100,
      align: 'right',
      render: (run) =>
        run.finishedAt === null ? (
          <span className="num">
            {run.checksDone} / {run.checksTotal}
          </span>
        ) : (
          <span className="num">{formatDuration(Date.parse(run.finishedAt) - Date.parse(run.startedAt))}</span>
        ),
    },
    {
      key: 'rows',
      title: t('rows'),
      width: 120,
      align: 'right',
      render: (run) => (run.checked === 0 ? <Nothing /> : <Count value={run.checked} />),
    },
  ]
}
