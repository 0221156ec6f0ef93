import { LeftOutlined, RightOutlined } from '@ant-design/icons'
import { Alert, Button, Typography } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import { formatMoney, wallNow } from '../../shared/format.ts'
import { useBoth, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { DetailPage, Section } from '../../shared/templates/DetailPage.tsx'
import { useUrlState } from '../../shared/urlState.ts'
import { GatewayMonth, Legend } from './GatewayMonth.tsx'
import './reconciliation.css'
import { StatementMapDialog } from './StatementMapDialog.tsx'
import { statementText } from './statementText.ts'

const WORKING_MS = 3_000
const MONTH = 'YYYY-MM'

/** A supplier's month: each day's statement laid beside our purchases. */
export function SupplierStatementsPage() {
  const t = useText(statementText)
  const supplierId = Number(useParams().id)
  const [values, change] = useUrlState()
  const [mapping, setMapping] = useState(false)
  const gateway = `supplier-${supplierId}`
  const month = /^20\d\d-(0[1-9]|1[0-2])$/.test(values.month ?? '') ? (values.month ?? '') : wallNow().format(MONTH)
  const read = useRead('reconciliation.calendar', { query: { month, gateway } }, { refreshMs: WORKING_MS, keep: true })
  const map = useRead('reconciliation.readStatementMap', { params: { supplierId } })
  const go = (by: number) => change({ month: dayjs(`${month}-01`).add(by, 'month').format(MONTH) })
  const both = useBoth()
  return (
    <DetailPage
      read={read}
      back={`/suppliers/${supplierId}`}
      title={(calendar) => {
        const [source] = calendar?.gateways ?? []
        return t('title', { name: source ? both(source.name.zh, source.name.en) : '' })
      }}
    >
      {({ open: { count, differenceFen }, days }) => (
        <div className="stack">
          {map.data?.map === null && <Alert type="info" showIcon title={t('mapNotSet')} />}
          <div className="list-head">
            <span>
              {count > 0 ? (
                <Link to={`/reconciliation/cases?gateway=${gateway}`}>
                  {t('open', { count, sum: formatMoney(differenceFen) })}
                </Link>
              ) : (
                <Typography.Text type="secondary">{t('noneOpen')}</Typography.Text>
              )}
            </span>
            <span style={{ display: 'flex', flexWrap: 'wrap', gap: 8 }}>
              <Link to={`/reconciliation/cases?gateway=${gateway}&show=all`}>
                <Button tabIndex={-1}>{t('allCases')}</Button>
              </Link>
              <ActionButton permission="finance.reconcile" onClick={() => setMapping(true)}>
                {t('map')}
              </ActionButton>
            </span>
          </div>
          <Section
            title={
              <>
                <Button size="small" icon={<LeftOutlined />} aria-label={t('previous')} onClick={() => go(-1)} />{' '}
                <span className="num">{month}</span>{' '}
                <Button
                  size="small"
                  icon={<RightOutlined />}
                  aria-label={t('next')}
                  disabled={month >= wallNow().format(MONTH)}
                  onClick={() => go(1)}
                />
              </>
            }
            flush
          >
            <GatewayMonth gateway={gateway} month={month} days={days} />
          </Section>
          <Typography.Text type="secondary">{t('statementsHint')}</Typography.Text>
          <Legend />
          {mapping && (
            <StatementMapDialog
              currencies={map.data?.currencies ?? []}
              supplierId={supplierId}
              known={map.data?.map ?? null}
              onClose={() => setMapping(false)}
            />
          )}
        </div>
      )}
    </DetailPage>
  )
}
