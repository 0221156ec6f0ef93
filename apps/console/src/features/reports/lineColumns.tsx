import { GATEWAY_COLUMNS, type GatewayColumn } from '@quanshu/contract/reports'
import { formatMoney } from '../../shared/format.ts'
import type { Say } from '../../shared/i18n/index.ts'
import type { ListColumn } from '../../shared/templates/ListPage.tsx'
import { COLUMN_TEXT, type ReportTextKey } from './text.ts'

type Line = Readonly<Record<`${GatewayColumn}Fen`, number>>

/** The figures between opening and closing; each opens the transfers under it. */
export function lineColumns<L extends Line>(
  t: Say<ReportTextKey>,
  open: (line: L, column: GatewayColumn) => void,
): readonly ListColumn<L>[] {
  return GATEWAY_COLUMNS.map((column) => ({
    key: column,
    title: t(COLUMN_TEXT[column]),
    width: 120,
    align: 'right' as const,
    render: (line: L) => (
      <button
        type="button"
        className={line[`${column}Fen`] === 0 ? 'report-cell is-zero' : 'report-cell'}
        onClick={() => open(line, column)}
      >
        {formatMoney(line[`${column}Fen`])}
      </button>
    ),
  }))
}
