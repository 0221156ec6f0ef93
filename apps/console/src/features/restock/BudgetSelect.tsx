import { Select } from 'antd'
import { useRead } from '../../shared/api/hooks.ts'
import { formatMoney } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { restockText } from './text.ts'

/** Which budget pays, with what it has left this month. */
export function BudgetSelect(props: {
  readonly value?: number
  readonly onChange?: (value: number) => void
  readonly id?: string
  readonly disabled?: boolean
}) {
  const t = useText(restockText)
  const { data } = useRead('restock.listBudgets', {})
  return (
    <Select<number>
      {...props}
      loading={!data}
      notFoundContent={t('budgetNone')}
      options={(data?.items ?? []).map(({ id, name, monthlyFen, usedFen, heldFen }) => ({
        value: id,
        label: `${name} · ${t('left')} ${formatMoney(Math.max(monthlyFen - usedFen - heldFen, 0))}`,
      }))}
    />
  )
}
