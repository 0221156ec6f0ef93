import { Alert, Typography } from 'antd'
import { Link, useParams } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { formatHao, formatRate, formatTime } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Copyable, Money, Time } from '../../shared/parts/values.tsx'
import { DetailPage, Facts, Section } from '../../shared/templates/DetailPage.tsx'
import { CaseActions } from './CaseActions.tsx'
import { RawRows, RawText } from './Raw.tsx'
import { isSupplier, reconciliationText, useKindName, useOutcomeName, useSourceName, useSourceText } from './text.ts'
import './reconciliation.css'

type Case = Output<'reconciliation.getCase'>

/** A difference with both sides side by side, down to the bill's line and our rows, and what can be done about it. */
export function CasePage() {
  const t = useText(reconciliationText)
  const outcomeName = useOutcomeName()
  const id = Number(useParams().id)
  const read = useRead('reconciliation.getCase', { params: { id } })
  return (
    <DetailPage
      read={read}
      back={read.data ? `/reconciliation/${read.data.gateway}/${read.data.day}` : '/reconciliation/cases'}
      title={(found) => (found ? `${t('caseTitle', { id })} · ${outcomeName(found.outcome)}` : t('caseTitle', { id }))}
      tags={(found) => <StateTag kind="reconCase" state={found.state} />}
      actions={(found) => <CaseActions found={found} />}
    >
      {(found) => (
        <>
          <Verdict found={found} />
          <div className="recon-two">
            <Theirs found={found} />
            <Ours found={found} />
          </div>
        </>
      )}
    </DetailPage>
  )
}

function Verdict({ found }: { readonly found: Case }) {
  const t = useText(reconciliationText)
  const kindName = useKindName()
  const sourceName = useSourceName()
  const isOpen = found.state === 'open' || found.state === 'waiting'
  return (
    <>
      <Alert
        type={isOpen ? 'warning' : 'success'}
        showIcon
        title={found.what}
        description={isOpen ? found.todo : found.note || undefined}
      />
      <Section>
        <Facts
          items={[
            [t(isSupplier(found.gateway) ? 'supplierSource' : 'gateway'), sourceName(found.gateway)],
            [
              t('day'),
              <Link key="day" to={`/reconciliation/${found.gateway}/${found.day}`} className="num">
                {found.day}
              </Link>,
            ],
            [
              t('firstDay'),
              <span key="first" className="num">
                {found.firstDay}
              </span>,
            ],
            [t('age'), t('ageDays', { count: found.ageDays })],
            [t('kind'), kindName(found.kind)],
            [t('difference'), <Money key="difference" fen={found.differenceFen} strong />],
            found.exchangeFen !== 0 && [t('exchangeFen'), <Money key="exchange" fen={found.exchangeFen} />],
            [
              t('order'),
              found.orderNo !== null && (
                <Link key="order" to={`/orders/${found.orderNo}`} className="num">
                  {found.orderNo}
                </Link>
              ),
            ],
            found.handledBy !== '' && [
              t('handled'),
              <span key="by">
                {t('handledBy', {
                  name: found.handledBy,
                  time: found.endedAt ? formatTime(found.endedAt) : '',
                })}
                {found.isWrittenOff && ` · ${t('writtenOff')}`}
              </span>,
            ],
          ]}
        />
      </Section>
    </>
  )
}

function Theirs({ found: { gateway, theirs, text } }: { readonly found: Case }) {
  const t = useSourceText(gateway)
  return (
    <Section title={t('theirSide')}>
      {theirs ? (
        <div className="stack">
          <Facts
            items={[
              [t('amount'), <Money key="amount" fen={theirs.amountFen} strong />],
              theirs.own !== null && [t('ownAmount'), <Own key="own" own={theirs.own} />],
              [t('fee'), <Money key="fee" fen={theirs.feeFen} />],
              [t('state'), <StateTag key="state" kind="billLine" state={theirs.state as 'done'} />],
              [t('at'), <Time key="at" value={theirs.at} />],
              [t('tradeNo'), theirs.tradeNo && <Copyable key="trade" text={theirs.tradeNo} />],
              [t('paymentNo'), theirs.paymentNo && <Copyable key="payment" text={theirs.paymentNo} />],
              theirs.refundNo !== '' && [t('refundNo'), <Copyable key="refund" text={theirs.refundNo} />],
              [t('lineNo'), theirs.lineNo],
            ]}
          />
          {text !== null && <RawText text={text} />}
        </div>
      ) : (
        <Typography.Text type="secondary">{t('nothingThere')}</Typography.Text>
      )}
    </Section>
  )
}

/** An amount in the supplier's own money, and the rate by which it is yuan. */
function Own({ own: { currency, hao, rate } }: { readonly own: NonNullable<NonNullable<Case['ours']>['own']> }) {
  return (
    <span className="num">
      {formatHao(hao, currency)}
      {rate !== null && ` × ${formatRate(rate)}`}
    </span>
  )
}

function Ours({ found: { ours, rows } }: { readonly found: Case }) {
  const t = useText(reconciliationText)
  return (
    <Section title={t('ourSide')}>
      <div className="stack">
        {ours ? (
          <Facts
            items={[
              [t('amount'), <Money key="amount" fen={ours.amountFen} strong />],
              ours.own !== null && [t('ownAmount'), <Own key="own" own={ours.own} />],
              [t('at'), <Time key="at" value={ours.at} />],
            ]}
          />
        ) : (
          <Typography.Text type="secondary">{t('nothingHere')}</Typography.Text>
        )}
        {rows.length > 0 && <RawRows rows={rows} />}
      </div>
    </Section>
  )
}
