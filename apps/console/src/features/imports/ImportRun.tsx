import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Progress, Result, Skeleton, Typography } from 'antd'
import { useEffect } from 'react'
import { Link } from 'react-router'
import { useAction } from '../../shared/api/hooks.ts'
import { formatBytes, formatCount, formatDuration } from '../../shared/format.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { useMay } from '../../shared/session.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { PageFrame } from '../../shared/templates/PageFrame.tsx'
import { CodesDrop } from './ContentField.tsx'
import { LineReport } from './LineReport.tsx'
import { arrived, type Batch, hasEnded, paceOf, type Run, send, useRun } from './runs.ts'
import { importText } from './text.ts'
import './imports.css'

type T = Say<keyof typeof importText.keys>

/** An import under way, broken off or done. */
export function ImportRun({ batchId }: { readonly batchId: number }) {
  const t = useText(importText)
  const run = useRun(batchId)
  const { batch } = run
  useFreshLists(batch)
  return (
    <PageFrame
      title={batch ? t('progressTitle', { sku: `${batch.goodsTitle} / ${batch.skuTitle}` }) : t('title')}
      back="/imports/new"
      tags={batch && <StateTag kind="batch" state={batch.state} />}
      narrow
    >
      {batch ? <Body run={run} batch={batch} /> : <Skeleton active />}
    </PageFrame>
  )
}

function Body({ run, batch }: { readonly run: Run; readonly batch: Batch }) {
  const t = useText(importText)
  const over = hasEnded(batch)
  const broken = !over && !run.sending && (batch.state === 'interrupted' || run.problem !== undefined)
  return (
    <div className="stack">
      {over ? (
        <Ended batch={batch} />
      ) : broken ? (
        <Broken run={run} batch={batch} />
      ) : (
        <UnderWay run={run} batch={batch} />
      )}
      <Section>
        <Counts batch={batch} />
      </Section>
      {(over || broken) && batch.duplicates + batch.invalid > 0 && <LineReport batchId={batch.id} counts={batch} />}
      {over && batch.duplicates + batch.invalid === 0 && (
        <Typography.Text type="secondary">{t('reportNone')}</Typography.Text>
      )}
    </div>
  )
}

function UnderWay({ run, batch }: { readonly run: Run; readonly batch: Batch }) {
  const t = useText(importText)
  const confirm = useConfirmDanger()
  const cancel = useAction('vault.cancelImport', {
    refresh: ['vault.'],
    done: t('stopped'),
    onDone: (ended) => arrived(batch.id, ended),
  })
  const ask = () =>
    confirm({
      title: t('cancel'),
      object: `${batch.fileName} → ${batch.goodsTitle} / ${batch.skuTitle}`,
      consequence: t('cancelText'),
      onConfirm: () => cancel.run({ params: { batchId: batch.id }, body: {} }),
    })
  return (
    <Section>
      <div className="run-head">
        <div className="run-file">
          <b>{batch.linesRead > 0 ? t('reading') : t('sending')}</b>{' '}
          <Typography.Text ellipsis={{ tooltip: batch.fileName }}>{batch.fileName}</Typography.Text>
        </div>
        <Button danger onClick={ask} loading={cancel.running}>
          {t('cancel')}
        </Button>
      </div>
      <Progress
        aria-label={batch.fileName}
        percent={percentOf(run, batch)}
        status="active"
        strokeLinecap="butt"
        format={(percent) => `${(percent ?? 0).toFixed(0)}%`}
      />
      <Pace run={run} batch={batch} />
      <Typography.Text type="secondary">{run.sending ? t('mayLeave') : t('elsewhere')}</Typography.Text>
    </Section>
  )
}

function Pace({ run, batch }: { readonly run: Run; readonly batch: Batch }) {
  const t = useText(importText)
  const pace = paceOf(run)
  return (
    <dl className="pace">
      <div>
        <dt>{t('speed')}</dt>
        <dd className="num">
          {pace ? t('linesPerSecond', { count: formatCount(Math.round(pace.linesPerSecond)) }) : '–'}
        </dd>
      </div>
      <div>
        <dt>{t('remaining')}</dt>
        <dd className="num">{pace?.remainingMs === undefined ? t('calculating') : timeWords(pace.remainingMs, t)}</dd>
      </div>
      {batch.bytesTotal !== null && (
        <div>
          <dt>{t('fileRead')}</dt>
          <dd className="num">
            {t('readBytes', { done: formatBytes(batch.bytesRead), total: formatBytes(batch.bytesTotal) })}
          </dd>
        </div>
      )}
    </dl>
  )
}

function Broken({ run, batch }: { readonly run: Run; readonly batch: Batch }) {
  const t = useText(importText)
  const why = run.problem?.message ?? batch.failure?.message
  const { file } = run
  return (
    <Section>
      <Alert
        type="error"
        showIcon
        title={t('brokenTitle', { count: formatCount(batch.imported) })}
        description={
          <>
            {why && <div>{why}</div>}
            <div>{t('brokenText', { line: formatCount(batch.linesRead) })}</div>
          </>
        }
        action={
          file && (
            <Button type="primary" onClick={() => void send(batch, file)}>
              {t('again')}
            </Button>
          )
        }
        style={{ marginBottom: 16 }}
      />
      <CodesDrop title={t('chooseSame')} onFile={(chosen) => void send(batch, chosen)} />
    </Section>
  )
}

function Ended({ batch }: { readonly batch: Batch }) {
  const t = useText(importText)
  const may = useMay()
  const count = formatCount(batch.imported)
  const [title, text] =
    batch.state === 'undone'
      ? [t('undoneTitle'), t('undoneText')]
      : batch.state === 'cancelled'
        ? [t('cancelledTitle'), t('cancelledText', { count })]
        : batch.imported === 0
          ? [t('nothingTitle'), t('nothingText')]
          : [t('doneTitle'), t('doneText', { count })]
  return (
    <Section>
      <Result
        status={batch.state === 'ready' && batch.imported > 0 ? 'success' : 'warning'}
        title={title}
        subTitle={text}
        style={{ padding: '16px 0 8px' }}
        extra={
          <>
            <Link to={`/imports/new?skuId=${batch.skuId}`}>
              <Button type="primary">{t('another')}</Button>
            </Link>
            {may('stock.read') && (
              <>
                <Link to={`/batches/${batch.id}`}>
                  <Button>{t('toBatch')}</Button>
                </Link>
                <Link to={`/cards?batchId=${batch.id}`}>
                  <Button>{t('toCards')}</Button>
                </Link>
              </>
            )}
          </>
        }
      />
    </Section>
  )
}

function Counts({ batch }: { readonly batch: Batch }) {
  const t = useText(importText)
  const took = batch.finishedAt ? Date.parse(batch.finishedAt) - Date.parse(batch.createdAt) : undefined
  return (
    <dl className="import-counts">
      <Figure label={t('linesRead')} value={formatCount(batch.linesRead)} />
      <Figure label={t('imported')} value={formatCount(batch.codes)} tone="good" />
      {batch.codes < batch.imported && <Figure label={t('uses')} value={formatCount(batch.imported)} />}
      <Figure
        label={t('duplicates')}
        value={formatCount(batch.duplicates)}
        tone={batch.duplicates > 0 ? 'warn' : undefined}
      />
      <Figure label={t('invalid')} value={formatCount(batch.invalid)} tone={batch.invalid > 0 ? 'bad' : undefined} />
      {took !== undefined && (
        <Figure
          label={t('elapsed')}
          value={formatDuration(took)}
          foot={
            took > 0
              ? t('linesPerSecond', { count: formatCount(Math.round(batch.linesRead / (took / 1_000))) })
              : undefined
          }
        />
      )}
    </dl>
  )
}

type FigureProps = {
  readonly label: string
  readonly value: string
  readonly foot?: string | undefined
  readonly tone?: 'good' | 'warn' | 'bad' | undefined
}

function Figure({ label, value, foot, tone }: FigureProps) {
  return (
    <div>
      <dt>{label}</dt>
      <dd className={`num ${tone ? `tone-${tone}` : ''}`}>{value}</dd>
      {foot && <small className="num">{foot}</small>}
    </div>
  )
}

/** Reading follows sending closely; until the first lines are in, what was sent is all that can be shown. */
function percentOf(run: Run, batch: Batch): number {
  const total = batch.bytesTotal ?? run.file?.content.size
  if (!total) return 0
  const done = batch.linesRead > 0 ? batch.bytesRead : Math.min(run.sentBytes, total) * 0.05
  return Math.min(99.9, (done / total) * 100)
}

function timeWords(ms: number, t: T): string {
  const seconds = Math.max(1, Math.round(ms / 1_000))
  if (seconds < 60) return t('seconds', { count: seconds })
  return t('minutes', { minutes: Math.floor(seconds / 60), seconds: seconds % 60 })
}

/** Lists that show stock or batches are read again once the import has ended. */
function useFreshLists(batch: Batch | undefined): void {
  const queries = useQueryClient()
  const ended = batch !== undefined && hasEnded(batch)
  useEffect(() => {
    if (ended)
      void queries.invalidateQueries({
        predicate: ({ queryKey: [id] }) => /^(?:vault|stock|catalog)\./.test(String(id)),
      })
  }, [ended, queries])
}
