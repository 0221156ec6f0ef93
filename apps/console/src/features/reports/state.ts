import { REPORT_DIMENSIONS, type ReportDimension, type ReportFigure, type ReportGrain } from '@quanshu/contract/reports'
import { useUrlState } from '../../shared/urlState.ts'
import { type Days, daysOf, grainFor } from './days.ts'

export const FILTER_NAMES = ['channel', 'payWay', 'supplier', 'categoryId', 'skuId', 'staff'] as const
export type Filters = Partial<Record<(typeof FILTER_NAMES)[number], string>>

export type ReportState = {
  readonly days: Days
  readonly grain: ReportGrain
  readonly by: ReportDimension
  readonly compare: boolean
  readonly filters: Filters
  readonly sort: string | undefined
  readonly page: number
}

/** What the report is looking at lives in the address; another choice goes back to the first page. */
export function useReportState(): readonly [
  ReportState,
  (patch: Readonly<Record<string, string | undefined>>) => void,
] {
  const [values, change] = useUrlState()
  const days = daysOf(values)
  const by = REPORT_DIMENSIONS.find((dimension) => dimension === values.by) ?? 'goods'
  const filters = Object.fromEntries(
    FILTER_NAMES.flatMap((name) => {
      const value = values[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
  const state: ReportState = {
    days,
    grain: grainFor(days, values.grain),
    by,
    compare: values.compare !== 'false',
    filters,
    sort: values.sort,
    page: Number(values.page ?? 1),
  }
  return [state, (patch) => change({ page: undefined, ...patch })]
}

/** What the report's route is asked for. */
export const queryOf = ({ days, grain, by, compare, filters, sort }: ReportState) => ({
  ...days,
  ...filters,
  grain,
  by,
  sort,
  compare: String(compare),
})

/** Which rows a figure opens: of which days or step, of which row of the breakdown. */
export type Under = {
  readonly figure: ReportFigure
  /** What it is of, in words. */
  readonly what: string
  readonly from: string
  /** Not included. */
  readonly to: string
  readonly filters: Readonly<Record<string, string>>
}

const FILTER_OF: Readonly<Record<ReportDimension, string>> = {
  goods: 'goodsId',
  sku: 'skuId',
  category: 'categoryId',
  channel: 'channel',
  supplier: 'supplier',
  payWay: 'payWay',
  staff: 'staff',
}

export const filterOf = (by: ReportDimension, key: string | null): Readonly<Record<string, string>> =>
  key === null ? { without: by } : { [FILTER_OF[by]]: key }
