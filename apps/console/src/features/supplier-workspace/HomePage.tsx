import { Tag, Typography } from 'antd'
import { useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { formatCount, formatSeconds } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Nothing, Time } from '../../shared/parts/values.tsx'
import { BoardPage, Figure } from '../../shared/templates/BoardPage.tsx'
import { Facts, Section } from '../../shared/templates/DetailPage.tsx'
import { workspaceText } from './text.ts'
import { useMinutes } from './time.tsx'
import './workspace.css'

type Home = Output<'workspace.home'>

/** Where a supplier's person begins: what waits, by which rules, and how well it went. */
export function WorkspaceHomePage() {
  const t = useText(workspaceText)
  const read = useRead('workspace.home', {}, { refreshMs: 15_000 })
  return (
    <BoardPage
      read={read}
      title={t('homeTitle', { supplier: read.data?.supplier ?? '' })}
      hint={({ shop }) => t('homeHint', { shop })}
    >
      {(home) => (
        <>
          <div className="workspace-figures">
            <Figure
              label={t('waiting')}
              value={formatCount(home.waiting)}
              to="/workspace/tasks?state=waiting"
              tone={home.waiting > 0 ? 'warning' : undefined}
            />
            <Figure label={t('inWork')} value={formatCount(home.accepted)} to="/workspace/tasks?state=accepted" />
            <Figure
              label={t('overdue')}
              value={formatCount(home.overdue)}
              to="/workspace/tasks?overdue=true"
              tone={home.overdue > 0 ? 'error' : undefined}
            />
            <Figure label={t('onSale')} value={formatCount(home.onSale)} to="/workspace/products?onSale=true" />
            <Figure label={t('pricesWaiting')} value={formatCount(home.pricesWaiting)} to="/workspace/products" />
          </div>
          <div className="columns">
            <div className="span-8 stack">
              <Section title={t('quality')}>
                <Quality home={home} />
              </Section>
              <Section title={t('colleagues')}>
                <Colleagues />
              </Section>
            </div>
            <div className="span-4 stack">
              <Section title={t('rules')}>
                <Rules home={home} />
              </Section>
            </div>
          </div>
        </>
      )}
    </BoardPage>
  )
}

function Quality({ home: { quality } }: { readonly home: Home }) {
  const t = useText(workspaceText)
  return (
    <Facts
      items={[
        [t('tasksEnded'), formatCount(quality.tasks)],
        [t('delivered'), formatCount(quality.done)],
        [t('refused'), formatCount(quality.refused)],
        [t('expired'), formatCount(quality.expired)],
        [t('late'), formatCount(quality.late)],
        [t('badCodes'), formatCount(quality.badCodes)],
        [t('usually'), quality.p50 === null ? null : formatSeconds(quality.p50)],
        [t('slow'), quality.p95 === null ? null : formatSeconds(quality.p95)],
      ]}
    />
  )
}

function Rules({ home }: { readonly home: Home }) {
  const t = useText(workspaceText)
  const said = useMinutes()
  return (
    <dl className="facts">
      <dt>{t('acceptWithin')}</dt>
      <dd>{t('acceptWithinText', { time: said(home.acceptMinutes) })}</dd>
      <dt>{t('workWithin')}</dt>
      <dd>{t('workWithinText', { time: said(home.workMinutes) })}</dd>
      <dt>{t('priceAlone')}</dt>
      <dd>{t('priceAloneText', { percent: home.priceJump })}</dd>
    </dl>
  )
}

function Colleagues() {
  const t = useText(workspaceText)
  const read = useRead('workspace.listColleagues', {}, { staleMs: 60_000 })
  return (
    <>
      {read.data?.items.map((person) => (
        <div key={person.id} className="line-item">
          <span className="line-main">
            {person.name} <Typography.Text type="secondary">{person.email}</Typography.Text>
          </span>
          {person.status === 'disabled' && <Tag>{t('disable')}</Tag>}
          {person.lastSeenAt ? <Time value={person.lastSeenAt} relative /> : <Nothing />}
        </div>
      ))}
      <Typography.Text type="secondary">{t('colleaguesHint')}</Typography.Text>
    </>
  )
}
