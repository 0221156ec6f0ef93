import { REPORT_DAYS_MAX, type ReportGrain } from '@quanshu/contract/reports'
import { wallNow } from '../../shared/format.ts'
import type { UrlValues } from '../../shared/urlState.ts'

/** Days of the shop, `2026-11-22`, both included. */
export type Days = { readonly from: string; readonly to: string }

const text = (day: ReturnType<typeof wallNow>): string => day.format('YYYY-MM-DD')

/** What the address says, else the last 30 days. */
export function daysOf(values: UrlValues): Days {
  const today = wallNow()
  const fallback = { from: text(today.subtract(29, 'day')), to: text(today) }
  const { from = fallback.from, to = fallback.to } = values
  return /^\d{4}-\d\d-\d\d$/.test(from) && /^\d{4}-\d\d-\d\d$/.test(to) && from <= to ? { from, to } : fallback
}

export const countDays = ({ from, to }: Days): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000) + 1

/** The steps that suit a range: hours of a day or two, days of some months, else months. */
export function grainFor(days: Days, wanted: string | undefined): ReportGrain {
  const count = countDays(days)
  if (wanted === 'month') return wanted
  if ((wanted === 'hour' || wanted === 'day') && count <= REPORT_DAYS_MAX[wanted]) return wanted
  if (count <= 2) return 'hour'
  return count <= 92 ? 'day' : 'month'
}

export const canStepBy = (days: Days, grain: ReportGrain): boolean => countDays(days) <= REPORT_DAYS_MAX[grain]

/** The instant at which a day of the shop begins. */
export const startOf = (day: string): string => `${day}T00:00:00+08:00`

export const dayAfter = (day: string): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)

/** From the beginning of the first day to the end of the last, as instants; the end is not included. */
export const spanOf = ({ from, to }: Days) => ({ from: startOf(from), to: startOf(dayAfter(to)) })

/** The presets of a range picker, ending today. */
export function presetDays() {
  const today = wallNow().startOf('day')
  const month = today.startOf('month')
  return {
    today: [today, today],
    yesterday: [today.subtract(1, 'day'), today.subtract(1, 'day')],
    last7: [today.subtract(6, 'day'), today],
    last30: [today.subtract(29, 'day'), today],
    thisMonth: [month, today],
    lastMonth: [month.subtract(1, 'month'), month.subtract(1, 'day')],
    thisYear: [today.startOf('year'), today],
    last12: [month.subtract(11, 'month'), today],
  } as const satisfies Record<string, readonly [typeof today, typeof today]>
}
