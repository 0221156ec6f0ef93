import type { UseQueryResult } from '@tanstack/react-query'
import { Alert, Card, Progress, Skeleton, Typography } from 'antd'
import { Link } from 'react-router'
import type { Output } from '../../shared/api/index.ts'
import { formatBytes, formatCount, formatHao, formatMoney, formatRate, formatTime } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Money, Nothing } from '../../shared/parts/values.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { isSupplier, reconciliationText, useOutcomeName, useSourceText } from './text.ts'

type Day = Output<'reconciliation.getDay'>

/** How the day stands: progress or trouble, both sides, the seven outcomes. */
export function DaySummary({ read }: { readonly read: UseQueryResult<Day> }) {
  const { data: day, error, refetch } = read
  if (!day) {
    return (
      <Card size="small" className="recon-gap">
        {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton active />}
      </Card>
    )
  }
  return (
    <div className="stack recon-gap">
      <News day={day} />
      {day.hasBill && (
        <div className="recon-sides">
          <Sides day={day} />
          <Bill day={day} />
        </div>
      )}
      {day.exchange.length > 0 && <Exchange day={day} />}
      {day.hasBill && <Outcomes day={day} />}
    </div>
  )
}

function News({ day }: { readonly day: Day }) {
  const t = useSourceText(day.gateway)
  const { phase, progress, trouble, nextTryAt, closedAt, closedBy, hasBill } = day
  if (phase) return <Working phase={phase} progress={progress} />
  if (closedAt) {
    return <Alert type="success" showIcon title={t('closedBy', { name: closedBy, time: formatTime(closedAt) })} />
  }
  const again = nextTryAt ? t('nextTry', { time: formatTime(nextTryAt) }) : undefined
  if (trouble) {
    return (
      <Alert
        type="warning"
        showIcon
        title={hasBill ? trouble.message : t('troubleTitle')}
        description={[hasBill ? '' : trouble.message, again].filter(Boolean).join(' ')}
      />
    )
  }
  if (!hasBill) return <Alert type="info" showIcon title={t('notAsked')} description={again ?? t('notAskedText')} />
  return null
}

function Working({
  phase,
  progress,
}: {
  readonly phase: NonNullable<Day['phase']>
  readonly progress: Day['progress']
}) {
  const t = useText(reconciliationText)
  const { lines = 0, judged = 0 } = progress ?? {}
  const percent = phase === 'matching' && lines > 0 ? Math.round((100 * judged) / lines) : 0
  return (
    <Card size="small">
      <div className="recon-working" role="status">
        <Progress aria-label={t(phase)} type="circle" size={40} percent={percent} status="active" />
        <div>
          <strong>{t(phase)}</strong>
          {progress && (
            <Typography.Text type="secondary" className="num">
              {t('progress', { lines: formatCount(lines), judged: formatCount(judged) })}
            </Typography.Text>
          )}
        </div>
      </div>
    </Card>
  )
}

function Sides({ day: { gateway, theirs, ours, state } }: { readonly day: Day }) {
  const t = useSourceText(gateway)
  const rows = [
    ['payments', theirs?.payments, theirs?.paidFen, ours?.payments, ours?.paidFen],
    ['refunds', theirs?.refunds, theirs?.refundedFen, ours?.refunds, ours?.refundedFen],
  ] as const
  const net = (side: { readonly paidFen: number; readonly refundedFen: number } | null) =>
    side ? side.paidFen - side.refundedFen : undefined
  return (
    <Section title={t('sides')} extra={<StateTag kind="reconDay" state={state} />} flush>
      <table className="recon-table">
        <thead>
          <tr>
            <th />
            <th className="end">{t('theirs')}</th>
            <th className="end">{t('ours')}</th>
            <th className="end">{t('difference')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, theirCount, theirFen, ourCount, ourFen]) => (
            <tr key={name}>
              <th>{t(name)}</th>
              <Sum count={theirCount} fen={theirFen} />
              <Sum count={ourCount} fen={ourFen} />
              <td className="end">
                <Gap theirs={theirFen} ours={ourFen} />
              </td>
            </tr>
          ))}
          <tr>
            <th>{t('net')}</th>
            <Sum fen={net(theirs)} />
            <Sum fen={net(ours)} />
            <td className="end">
              <Gap theirs={net(theirs)} ours={net(ours)} />
            </td>
          </tr>
          {!isSupplier(gateway) && (
            <tr>
              <th>{t('fee')}</th>
              <Sum fen={theirs?.feeFen} />
              <td className="end">
                <Nothing />
              </td>
              <td className="end">
                <Nothing />
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </Section>
  )
}

function Sum({ count, fen }: { readonly count?: number | undefined; readonly fen: number | undefined }) {
  const t = useText(reconciliationText)
  return (
    <td className="end num">
      {fen === undefined ? <Nothing /> : formatMoney(fen)}
      {count !== undefined && <small>{t('piecesOf', { count: formatCount(count) })}</small>}
    </td>
  )
}

function Gap({ theirs, ours }: { readonly theirs: number | undefined; readonly ours: number | undefined }) {
  if (theirs === undefined || ours === undefined || theirs === ours) return <Nothing />
  return <Money fen={theirs - ours} strong />
}

function Bill({ day: { bill, theirs, gateway, day } }: { readonly day: Day }) {
  const t = useSourceText(gateway)
  if (!bill) return null
  return (
    <Section
      title={t('bill')}
      extra={bill.lines > 0 && <Link to={`/reconciliation/${gateway}/${day}/lines`}>{t('seeLines')}</Link>}
    >
      <div className="recon-bill">
        {bill.lines === 0 ? (
          <Typography.Text>{t('billEmpty')}</Typography.Text>
        ) : (
          <Typography.Text strong ellipsis={{ tooltip: bill.fileName }}>
            {bill.fileName}
          </Typography.Text>
        )}
        <Typography.Text type="secondary" className="num">
          {t('billLines', { count: formatCount(bill.lines) })} · {formatBytes(bill.bytes)}
        </Typography.Text>
        <Typography.Text type="secondary">
          {bill.source === 'fetched' ? t('fetched') : t('byUpload', { name: bill.askedBy })} · {formatTime(bill.at)}
        </Typography.Text>
        {theirs && theirs.others > 0 && (
          <Typography.Text type="secondary">{t('others', { count: formatCount(theirs.others) })}</Typography.Text>
        )}
      </div>
    </Section>
  )
}

/** What was billed in the supplier's own money: there, at the bill's rate, as it was booked, and what is between the two. */
function Exchange({ day: { exchange } }: { readonly day: Day }) {
  const t = useText(reconciliationText)
  return (
    <Section title={t('exchange')} flush>
      <ul className="recon-exchange">
        {exchange.map(({ currency, lines, ownHao, theirsFen, oursFen, exchangeFen, rateFrom, rateTo }) => (
          <li key={currency}>
            <div className="recon-exchange-part">
              <span>{t('ownAmount')}</span>
              <b className="num">{formatHao(ownHao, currency)}</b>
              <small>{t('linesOf', { count: formatCount(lines) })}</small>
            </div>
            <div className="recon-exchange-part">
              <span>{t('billedFen')}</span>
              <b className="num">{formatMoney(theirsFen)}</b>
              <small className="num">
                {t('atRate')} {formatRate(rateFrom)}
                {rateTo !== rateFrom && `–${formatRate(rateTo)}`}
              </small>
            </div>
            <div className="recon-exchange-part">
              <span>{t('bookedFen')}</span>
              <b className="num">{formatMoney(oursFen)}</b>
            </div>
            <div className="recon-exchange-part">
              <span>{t('exchangeFen')}</span>
              <Money fen={exchangeFen} strong />
              <small>{t(exchangeFen > 0 ? 'exchangeGain' : exchangeFen < 0 ? 'exchangeLoss' : 'exchangeNone')}</small>
            </div>
          </li>
        ))}
      </ul>
      <Typography.Paragraph type="secondary" className="recon-exchange-hint">
        {t('exchangeHint')}
      </Typography.Paragraph>
    </Section>
  )
}

function Outcomes({ day }: { readonly day: Day }) {
  const t = useText(reconciliationText)
  const name = useOutcomeName()
  return (
    <Section title={t('outcomes')} flush>
      <ul className="recon-outcomes">
        {day.outcomes.map(({ outcome, count, open, fen }) => (
          <li key={outcome} className={count === 0 ? 'none' : open > 0 ? 'bad' : 'good'}>
            <span>{name(outcome)}</span>
            <b className="num">{formatCount(count)}</b>
            <small className="num">{count === 0 ? '–' : formatMoney(fen)}</small>
            {outcome !== 'match' && count > 0 && (
              <em className="num">{open > 0 ? t('openOf', { count: open }) : t('noneOpen')}</em>
            )}
          </li>
        ))}
      </ul>
    </Section>
  )
}
