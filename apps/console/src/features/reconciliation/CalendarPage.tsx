import { CheckCircleFilled, ExclamationCircleFilled, LeftOutlined, RightOutlined } from '@ant-design/icons'
import { Button, Card, DatePicker, Empty, Typography } from 'antd'
import dayjs from 'dayjs'
import { Link } from 'react-router'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { formatMoney, wallNow } from '../../shared/format.ts'
import { useBoth, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { BoardPage } from '../../shared/templates/BoardPage.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { useUrlState } from '../../shared/urlState.ts'
import { GatewayMonth, Legend } from './GatewayMonth.tsx'
import { reconciliationText } from './text.ts'
import './reconciliation.css'

type Calendar = Output<'reconciliation.calendar'>

const WORKING_MS = 2_000
const IDLE_MS = 30_000
const MONTH = 'YYYY-MM'

/** A month at a glance: each gateway's days with their totals, and what is still to be dealt with. */
export function CalendarPage() {
  const t = useText(reconciliationText)
  const both = useBoth()
  const [values] = useUrlState()
  const month = /^20\d\d-(0[1-9]|1[0-2])$/.test(values.month ?? '') ? (values.month ?? '') : wallNow().format(MONTH)
  const first = useRead('reconciliation.calendar', { query: { month } })
  const isWorking = first.data?.days.some(({ phase }) => phase !== null) ?? false
  const read = useRead('reconciliation.calendar', { query: { month } }, { refreshMs: isWorking ? WORKING_MS : IDLE_MS })
  return (
    <BoardPage read={read} title={t('title')} hint={() => t('hint')} actions={<MonthPicker month={month} />}>
      {(calendar) =>
        calendar.gateways.length === 0 ? (
          <NoGateways />
        ) : (
          <div className="stack">
            <Standing calendar={calendar} month={month} />
            {calendar.gateways.map(({ gateway, name }) => (
              <Section key={gateway} title={both(name.zh, name.en)} flush>
                <GatewayMonth
                  gateway={gateway}
                  month={month}
                  days={calendar.days.filter((day) => day.gateway === gateway)}
                />
              </Section>
            ))}
            <Legend />
          </div>
        )
      }
    </BoardPage>
  )
}

function MonthPicker({ month }: { readonly month: string }) {
  const t = useText(reconciliationText)
  const [, change] = useUrlState()
  const shown = dayjs(`${month}-01`)
  const isThis = month >= wallNow().format(MONTH)
  const go = (to: dayjs.Dayjs) => change({ month: to.format(MONTH) })
  return (
    <>
      <Button icon={<LeftOutlined />} aria-label={t('previous')} onClick={() => go(shown.subtract(1, 'month'))} />
      <DatePicker
        picker="month"
        allowClear={false}
        aria-label={t('month')}
        value={shown}
        onChange={(value) => value && go(value)}
        style={{ width: 120 }}
      />
      <Button
        icon={<RightOutlined />}
        aria-label={t('next')}
        disabled={isThis}
        onClick={() => go(shown.add(1, 'month'))}
      />
    </>
  )
}

function NoGateways() {
  const t = useText(reconciliationText)
  return (
    <Card>
      <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noGateways')} style={{ marginBlock: 40 }}>
        <Typography.Paragraph type="secondary" style={{ maxWidth: 420, margin: '0 auto 16px' }}>
          {t('noGatewaysText')}
        </Typography.Paragraph>
        <Link to="/settings?tab=payment">
          <Button type="primary" tabIndex={-1}>
            {t('toSettings')}
          </Button>
        </Link>
      </Empty>
    </Card>
  )
}

/** What is open in all, in one sentence, and the days that may be closed. */
function Standing({ calendar, month }: { readonly calendar: Calendar; readonly month: string }) {
  const t = useText(reconciliationText)
  const { count, differenceFen, oldestDay } = calendar.open
  return (
    <Card size="small" styles={{ body: { padding: 0 } }}>
      <div className="recon-standing" role={count > 0 ? 'alert' : 'status'}>
        {count > 0 ? <ExclamationCircleFilled className="recon-bad" /> : <CheckCircleFilled className="recon-good" />}
        <div>
          <strong>{count > 0 ? t('unsettled', { count }) : t('allSettled')}</strong>
          <Typography.Text type="secondary" className="num">
            {count > 0 ? t('unsettledText', { sum: formatMoney(differenceFen), day: oldestDay }) : t('allSettledText')}
          </Typography.Text>
        </div>
        <div className="recon-buttons">
          <Link to="/reconciliation/cases">
            <Button tabIndex={-1}>{t('allCases')}</Button>
          </Link>
          <CloseMatched calendar={calendar} month={month} />
        </div>
      </div>
    </Card>
  )
}

const AT_ONCE_MAX = 100

function CloseMatched({ calendar, month }: { readonly calendar: Calendar; readonly month: string }) {
  const t = useText(reconciliationText)
  const confirm = useConfirmDanger()
  const close = useAction('reconciliation.close', { refresh: ['reconciliation.'], done: t('closed') })
  const days = calendar.days
    .filter(({ state, phase }) => state === 'matched' && phase === null)
    .slice(0, AT_ONCE_MAX)
    .map(({ gateway, day }) => ({ gateway, day }))
  const count = days.length
  if (count === 0) return null
  const ask = () =>
    confirm({
      title: t('closeMatched', { count }),
      object: t('closeMatchedObject', { month, count }),
      consequence: t('closeText'),
      confirmText: t('close'),
      onConfirm: () => close.run({ body: { days } }),
    })
  return (
    <ActionButton type="primary" permission="finance.reconcile" onClick={ask} loading={close.running}>
      {t('closeMatched', { count })}
    </ActionButton>
  )
}
