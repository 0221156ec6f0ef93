import { CheckCircleFilled, CloseCircleFilled } from '@ant-design/icons'
import { Skeleton } from 'antd'
import { Fragment } from 'react'
import { useRead } from '../../shared/api/hooks.ts'
import { formatMoney, isFen } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { useUrlState } from '../../shared/urlState.ts'
import { Amount, useBookName } from './books.tsx'
import { bookText, financeText } from './text.ts'
import './finance.css'

/** The sum of every kind of account; each unit must come to zero. A kind narrows the list below. */
export function TrialBalance() {
  const t = useText(financeText)
  const { data, error, refetch } = useRead('ledger.trialBalance', {}, { refreshMs: 30_000 })
  if (!data)
    return (
      <Section title={t('trial')}>
        {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton active />}
      </Section>
    )
  return (
    <div className="trial">
      {data.units.map(({ unit, sum }) => (
        <Section key={unit} flush title={<UnitHead unit={unit} sum={sum} />}>
          <Rows
            unit={unit}
            rows={data.rows
              .filter((row) => row.unit === unit)
              .toSorted((one, other) => placeOf(one.kind) - placeOf(other.kind))}
          />
        </Section>
      ))}
    </div>
  )
}

const UNITS: Readonly<Record<string, 'unitCNY' | 'unitPiece' | 'unitPoint' | 'unitBudget'>> = {
  CNY: 'unitCNY',
  piece: 'unitPiece',
  point: 'unitPoint',
  budget: 'unitBudget',
}

function UnitHead({ unit, sum }: { readonly unit: string; readonly sum: number }) {
  const t = useText(financeText)
  const key = UNITS[unit]
  const name = key ? t(key) : unit
  return sum === 0 ? (
    <span className="trial-good">
      <CheckCircleFilled /> {t('balanced', { unit: name })}
    </span>
  ) : (
    <span className="trial-bad" role="alert">
      <CloseCircleFilled /> {t('unbalanced', { unit: name, sum: isFen(unit) ? formatMoney(sum) : sum })}
    </span>
  )
}

/** From where things come to where they end, as the list of words has it. */
const placeOf = (kind: string): number => Object.keys(bookText.keys).indexOf(kind)

type Row = { readonly kind: string; readonly accounts: number; readonly balance: number; readonly held: number }

function Rows({ unit, rows }: { readonly unit: string; readonly rows: readonly Row[] }) {
  const t = useText(financeText)
  const name = useBookName()
  const [values, change] = useUrlState()
  return (
    <dl className="trial-rows">
      <dt className="trial-label">{t('kind')}</dt>
      <dd className="trial-label">{t('accounts')}</dd>
      <dd className="trial-label">{t('held')}</dd>
      <dd className="trial-label">{t('balance')}</dd>
      {rows.map((row) => (
        <Fragment key={row.kind}>
          <dt>
            <button
              type="button"
              aria-pressed={values.kind === row.kind}
              onClick={() =>
                change({
                  kind: values.kind === row.kind ? undefined : row.kind,
                  unit: undefined,
                  q: undefined,
                  page: undefined,
                })
              }
            >
              {name(row.kind)}
            </button>
          </dt>
          <dd className="num">{row.accounts}</dd>
          <dd>{row.held > 0 ? <Amount value={row.held} unit={unit} /> : '–'}</dd>
          <dd>
            <Amount value={row.balance} unit={unit} strong />
          </dd>
        </Fragment>
      ))}
    </dl>
  )
}
