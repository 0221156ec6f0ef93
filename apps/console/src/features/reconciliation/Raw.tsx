import { Collapse, Typography } from 'antd'
import { useText } from '../../shared/i18n/index.ts'
import { reconciliationText } from './text.ts'

type Rows = readonly { readonly table: string; readonly row: Readonly<Record<string, unknown>> }[]

/** A line of a bill, byte for byte. */
export function RawText({ text }: { readonly text: string }) {
  const t = useText(reconciliationText)
  return (
    <div>
      <Typography.Text type="secondary">{t('rawLine')}</Typography.Text>
      <pre className="recon-raw">{text}</pre>
    </div>
  )
}

/** Our rows as they stand, each folded until somebody wants to see it. */
export function RawRows({ rows }: { readonly rows: Rows }) {
  const t = useText(reconciliationText)
  const names: Readonly<Record<string, string>> = {
    receipt: t('receiptRow'),
    refund: t('refundRow'),
    chargeback: t('chargebackRow'),
    attempt: t('attemptRow'),
    notice: t('noticeRow'),
    purchase: t('purchaseRow'),
    money: t('moneyRow'),
  }
  return (
    <div>
      <Typography.Text type="secondary">{t('rawRows')}</Typography.Text>
      <Collapse
        size="small"
        items={rows.map(({ table, row }, index) => ({
          key: `${table} ${index}`,
          label: `${names[table] ?? table} ${row.id ?? row.turn ?? ''}`,
          children: <Fields row={row} />,
        }))}
      />
    </div>
  )
}

function Fields({ row }: { readonly row: Readonly<Record<string, unknown>> }) {
  return (
    <dl className="recon-fields">
      {Object.entries(row).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value === null ? '–' : typeof value === 'object' ? JSON.stringify(value) : String(value)}</dd>
        </div>
      ))}
    </dl>
  )
}
