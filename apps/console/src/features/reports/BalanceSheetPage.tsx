import { CheckCircleFilled, CloseCircleFilled } from '@ant-design/icons'
import { Card, DatePicker, Empty, Segmented } from 'antd'
import type { Dayjs } from 'dayjs'
import { Link } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import type { Input, Output } from '../../shared/api/index.ts'
import { formatCount, formatMoney, formatTime, fromWall, isFen, toWall, wallNow } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useGatewayName } from '../../shared/parts/gateways.tsx'
import { Nothing } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { BoardPage, Figure } from '../../shared/templates/BoardPage.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { ExportButton } from '../../shared/templates/ListPage.tsx'
import { useUrlState } from '../../shared/urlState.ts'
import { reportText } from './text.ts'
import './reports.css'

type Sheet = Output<'analytics.balanceSheet'>
type Unit = Sheet['units'][number]
type Line = Unit['lines'][number]

/** How the shop stands, now or at a moment in the past. */
export function BalanceSheetPage() {
  const t = useText(reportText)
  const [{ at }] = useUrlState()
  const query = at === undefined ? {} : { at }
  const read = useRead('analytics.balanceSheet', { query } as Input<'analytics.balanceSheet'>, { keep: true })
  return (
    <BoardPage
      read={read}
      title={t('balanceTitle')}
      hint={(sheet) => `${t('balanceHint')} ${t('asOf', { time: formatTime(sheet.at) })}`}
      actions={
        <ExportButton
          route="analytics.exportBalanceSheet"
          query={query}
          params={undefined}
          disabled={!read.data}
          short={false}
        />
      }
    >
      {(sheet) => (
        <div className="stack">
          <Card size="small">
            <MomentBar />
          </Card>
          {sheet.units.length === 0 && sheet.stock.pieces === 0 ? (
            <Card>
              <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('balanceEmpty')} />
            </Card>
          ) : (
            <>
              <Headline sheet={sheet} />
              {sheet.units.map((unit) => (
                <UnitSection key={unit.unit} unit={unit} />
              ))}
            </>
          )}
        </div>
      )}
    </BoardPage>
  )
}

/** Now, the ends that books are closed at, or any moment. */
function MomentBar() {
  const t = useText(reportText)
  const [{ at }, change] = useUrlState()
  const today = wallNow().startOf('day')
  const ends: Readonly<Record<'yesterdayEnd' | 'lastMonthEnd' | 'lastYearEnd', Dayjs>> = {
    yesterdayEnd: today,
    lastMonthEnd: today.startOf('month'),
    lastYearEnd: today.startOf('year'),
  }
  const names = Object.keys(ends) as (keyof typeof ends)[]
  const chosen = at === undefined ? 'now' : (names.find((name) => fromWall(ends[name]) === at) ?? '')
  return (
    <div className="report-bar">
      <Segmented
        aria-label={t('moment')}
        value={chosen}
        onChange={(name) => change({ at: name === 'now' ? undefined : fromWall(ends[name as keyof typeof ends]) })}
        options={[{ value: 'now', label: t('now') }, ...names.map((name) => ({ value: name, label: t(name) }))]}
      />
      <DatePicker
        showTime={{ format: 'HH:mm' }}
        format="YYYY-MM-DD HH:mm"
        aria-label={t('moment')}
        placeholder={t('moment')}
        value={at === undefined ? null : toWall(at)}
        disabledDate={(day) => day.isAfter(wallNow())}
        onChange={(wall) => change({ at: wall ? fromWall(wall) : undefined })}
      />
    </div>
  )
}

function Headline({ sheet }: { readonly sheet: Sheet }) {
  const t = useText(reportText)
  const lines = sheet.units.find(({ unit }) => unit === 'CNY')?.lines ?? []
  const sumOf = (kind: string) =>
    lines.filter((line) => line.kind === kind).reduce((sum, { balance }) => sum + balance, 0)
  const { pieces, costFen, piecesWithoutCost } = sheet.stock
  const foot = [
    t('stockFoot', { pieces: formatCount(pieces) }),
    ...(piecesWithoutCost > 0 ? [t('stockWithoutCost', { pieces: formatCount(piecesWithoutCost) })] : []),
  ]
  return (
    <div className="figures">
      <Figure label={t('theyOwe')} value={formatMoney(0 - sumOf('cash.gateway'))} />
      <Figure label={t('weHold')} value={formatMoney(sumOf('cash.member'))} />
      <Figure
        label={t('undelivered')}
        value={formatMoney(sumOf('cash.clearing'))}
        foot={`${t('toReturn')} ${formatMoney(sumOf('cash.surplus'))}`}
      />
      <Figure label={t('stockAtCost')} value={formatMoney(costFen)} foot={foot.join(' · ')} />
      <Figure label={t('ownResult')} value={formatMoney(sumOf('cash.revenue'))} />
    </div>
  )
}

const UNITS: Readonly<Record<string, 'unitCNY' | 'unitPoint' | 'unitBudget'>> = {
  CNY: 'unitCNY',
  point: 'unitPoint',
  budget: 'unitBudget',
}

/** One unit: what is ours stands below zero in the ledger, what we owe or earned above; here both as people say them. */
function UnitSection({ unit }: { readonly unit: Unit }) {
  const t = useText(reportText)
  const key = UNITS[unit.unit]
  const name = key ? t(key) : unit.unit
  const shown = isFen(unit.unit) ? formatMoney : formatCount
  return (
    <Section
      flush
      title={
        unit.sum === 0 ? (
          <span className="report-good">
            <CheckCircleFilled /> {t('balanced', { unit: name })}
          </span>
        ) : (
          <span className="report-bad" role="alert">
            <CloseCircleFilled /> {t('unbalanced', { unit: name, sum: shown(unit.sum) })}
          </span>
        )
      }
    >
      <table className="sheet-lines">
        <thead>
          <tr>
            <th>{t('account')}</th>
            <th className="desk">{t('whose')}</th>
            <th className="end desk">{t('accounts')}</th>
            <th className="end">{t('owesUs')}</th>
            <th className="end">{t('weOwe')}</th>
          </tr>
        </thead>
        <tbody>
          {unit.lines
            .toSorted((one, other) => placeOf(one) - placeOf(other))
            .map((line) => (
              <SheetLine key={`${line.kind}:${line.ref}`} line={line} unit={unit.unit} shown={shown} />
            ))}
        </tbody>
        <tfoot>
          <tr>
            <td>{t('sum')}</td>
            <td className="desk" />
            <td className="desk" />
            <td className="end num">{shown(sideOf(unit.lines, -1))}</td>
            <td className="end num">{shown(sideOf(unit.lines, 1))}</td>
          </tr>
        </tfoot>
      </table>
    </Section>
  )
}

/** What is ours first, then what we owe or earned, what is empty last. */
const placeOf = ({ balance }: Line): number => (balance < 0 ? 0 : balance > 0 ? 1 : 2)

const sideOf = (lines: readonly Line[], sign: 1 | -1): number =>
  lines.reduce((sum, { balance }) => sum + Math.max(0, sign * balance), 0)

type LineProps = { readonly line: Line; readonly unit: string; readonly shown: (value: number) => string }

function SheetLine({ line, unit, shown }: LineProps) {
  const may = useMay()
  const gatewayName = useGatewayName()
  const { kind, title, ref, accounts, balance } = line
  return (
    <tr>
      <td>{may('finance.read') ? <Link to={`/ledger?kind=${kind}&unit=${unit}`}>{title}</Link> : title}</td>
      <td className="desk">{kind.startsWith('cash.') ? gatewayName(ref) : ref}</td>
      <td className="end num desk">{formatCount(accounts)}</td>
      <td className="end num">{balance < 0 ? shown(-balance) : balance === 0 && <Nothing />}</td>
      <td className="end num">{balance > 0 ? shown(balance) : balance === 0 && <Nothing />}</td>
    </tr>
  )
}
