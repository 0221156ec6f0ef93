import { analyticsErrors, REPORT_DAYS_MAX, type ReportGrain } from '@quanshu/contract'

/** Days of the shop, `2026-11-22`, both included. */
export type Range = { readonly from: string; readonly to: string }

/** The shop's clock: Asia/Shanghai, which knows no summer time. */
const OFFSET = '+08:00'
const OFFSET_MS = 8 * 3_600_000
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** The instant at which a day of the shop begins. */
export const dayStart = (day: string): Date => new Date(`${day}T00:00:00${OFFSET}`)

export const addDays = (day: string, count: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10)

export const daysOf = ({ from, to }: Range): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS) + 1

/** @throws analytics.range_reversed, analytics.range_too_long */
export function checkRange(range: Range, daysMax: number): void {
  if (range.from > range.to) throw analyticsErrors.rangeReversed()
  if (daysOf(range) > daysMax) throw analyticsErrors.rangeTooLong({ days: daysMax })
}

export const checkReportRange = (range: Range, grain: ReportGrain): void => checkRange(range, REPORT_DAYS_MAX[grain])

/** What a range is compared with: as many days before it, or, when it is whole months, as many months before it. */
export function rangeBefore({ from, to }: Range): Range {
  const afterwards = addDays(to, 1)
  if (from.endsWith('-01') && afterwards.endsWith('-01')) {
    const months = monthNumber(afterwards) - monthNumber(from)
    return { from: monthStart(monthNumber(from) - months), to: addDays(from, -1) }
  }
  return { from: addDays(from, -daysOf({ from, to })), to: addDays(from, -1) }
}

const monthNumber = (day: string): number => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1
const monthStart = (month: number): string =>
  `${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}-01`

/** Where each step of a range begins. A month that the range cuts begins where the month does. */
export function stepsOf(range: Range, grain: ReportGrain): readonly Date[] {
  const [start, stop] = [dayStart(range.from), dayStart(addDays(range.to, 1))]
  if (grain === 'month') {
    const [first, last] = [monthNumber(range.from), monthNumber(range.to)]
    return Array.from({ length: last - first + 1 }, (_, n) => dayStart(monthStart(first + n)))
  }
  const stepMs = grain === 'hour' ? HOUR_MS : DAY_MS
  const count = Math.round((stop.getTime() - start.getTime()) / stepMs)
  return Array.from({ length: count }, (_, n) => new Date(start.getTime() + n * stepMs))
}

/** `2026-11-22` of an instant on the shop's clock. */
export const dayOf = (at: Date): string => new Date(at.getTime() + OFFSET_MS).toISOString().slice(0, 10)
