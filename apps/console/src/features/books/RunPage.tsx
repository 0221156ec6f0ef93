import { CheckCircleFilled, ClockCircleOutlined, CloseCircleFilled, LoadingOutlined } from '@ant-design/icons'
import { Alert, Empty, Skeleton, Typography } from 'antd'
import { Link, useParams } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { formatCount, formatDuration } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Time } from '../../shared/parts/values.tsx'
import { DetailPage, Facts, Section } from '../../shared/templates/DetailPage.tsx'
import { ObjectLinks } from './ObjectLinks.tsx'
import { sourceOf } from './RunListPage.tsx'
import { booksText, useCheckName } from './text.ts'
import './books.css'

type Run = Output<'books.getRun'>
type Check = Run['checks'][number]

const RUNNING_MS = 1_000
const SHOWN_MAX = 50

/** One audit: how far each check has come, what it cost, what it found. */
export function RunPage() {
  const t = useText(booksText)
  const runId = Number(useParams().runId)
  const first = useRead('books.getRun', { params: { id: runId } })
  const read = useRead(
    'books.getRun',
    { params: { id: runId } },
    { refreshMs: first.data?.state === 'running' ? RUNNING_MS : false },
  )
  return (
    <DetailPage
      read={read}
      back="/books/runs"
      title={() => t('run', { id: runId })}
      tags={(run) => <StateTag kind="booksRun" state={run.state} />}
    >
      {(run) => (
        <>
          {run.state === 'failed' && (
            <Alert
              type="warning"
              showIcon
              title={t('failed')}
              description={t('failedText', { error: run.error ?? '' })}
            />
          )}
          <Section>
            <Facts
              items={[
                [t('source'), sourceOf(t, run)],
                [t('scope'), t(run.isWhole ? 'whole' : 'recent')],
                [t('startedAt'), <Time key="at" value={run.startedAt} />],
                [t('took'), run.finishedAt && formatDuration(Date.parse(run.finishedAt) - Date.parse(run.startedAt))],
                [t('rows'), formatCount(run.checked)],
                [t('progress'), `${run.checksDone} / ${run.checksTotal}`],
              ]}
            />
          </Section>
          <Found run={run} />
          <Section title={t('checks')} flush>
            <Checks checks={run.checks} isRunning={run.state === 'running'} />
          </Section>
        </>
      )}
    </DetailPage>
  )
}

function Found({ run }: { readonly run: Run }) {
  const t = useText(booksText)
  const { data } = useRead(
    'books.listViolations',
    { query: { runId: run.id, state: 'all', pageSize: SHOWN_MAX } },
    { refreshMs: run.state === 'running' ? RUNNING_MS * 3 : false },
  )
  if (!data) return <Skeleton active />
  if (data.total === 0) {
    return (
      <Section title={t('runViolations')}>
        <Empty
          image={Empty.PRESENTED_IMAGE_SIMPLE}
          description={t(run.state === 'running' ? 'runStill' : 'runClean')}
          style={{ marginBlock: 8 }}
        />
      </Section>
    )
  }
  return (
    <Section
      title={`${t('runViolations')} · ${data.total}`}
      extra={<Link to={`/books?runId=${run.id}&state=all`}>{t('seeAll')}</Link>}
      flush
    >
      <table className="books-checks">
        <tbody>
          {data.items.map((violation) => (
            <tr key={violation.id}>
              <td>
                <div className="books-what">
                  <Typography.Text strong>{violation.what}</Typography.Text>
                  <Typography.Text type="secondary">{violation.todo}</Typography.Text>
                  <ObjectLinks objects={violation.objects} />
                </div>
              </td>
              <td className="end">
                <StateTag kind="violation" state={violation.state} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  )
}

function Checks({ checks, isRunning }: { readonly checks: readonly Check[]; readonly isRunning: boolean }) {
  const t = useText(booksText)
  const name = useCheckName()
  const now = isRunning ? checks.find(({ state }) => state !== 'done')?.check : undefined
  return (
    <table className="books-checks">
      <thead>
        <tr>
          <th>{t('check')}</th>
          <th>{t('runState')}</th>
          <th className="end">{t('rows')}</th>
          <th className="end desk">{t('steps')}</th>
          <th className="end desk">{t('busy')}</th>
          <th className="end desk">{t('longest')}</th>
          <th className="desk">{t('scope')}</th>
        </tr>
      </thead>
      <tbody>
        {checks.map((check) => (
          <tr key={check.check}>
            <td>
              {name(check.check)}{' '}
              <Typography.Text type="secondary" className="desk" style={{ fontSize: 12 }}>
                {check.invariant === null ? t('guard') : t('invariant', { number: check.invariant })}
              </Typography.Text>
            </td>
            <td>
              <Outcome check={check} isNow={check.check === now} />
            </td>
            <td className="end num">{formatCount(check.checked)}</td>
            <td className="end num desk">{formatCount(check.steps)}</td>
            <td className="end num desk">{formatDuration(check.busyMs)}</td>
            <td className="end num desk">{formatDuration(check.longestMs)}</td>
            <td className="desk">{t(check.isWhole ? 'whole' : 'recent')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Outcome({ check, isNow }: { readonly check: Check; readonly isNow: boolean }) {
  const t = useText(booksText)
  if (check.found > 0) {
    return (
      <span className="books-bad">
        <CloseCircleFilled /> {t('openCount', { count: check.found })}
      </span>
    )
  }
  if (check.state === 'done') {
    return (
      <span>
        <CheckCircleFilled className="books-good" /> {t('clean')}
      </span>
    )
  }
  return (
    <Typography.Text type="secondary">
      {isNow ? <LoadingOutlined /> : <ClockCircleOutlined />} {t('waiting')}
    </Typography.Text>
  )
}
