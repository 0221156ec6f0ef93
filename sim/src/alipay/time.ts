import { beijingTime } from '../pages.ts'

const BEIJING_OFFSET_MS = 8 * 3_600_000
export const DAY_MS = 86_400_000

/** Milliseconds of `2026-11-22 09:30:05` in Beijing, or NaN. */
export function parseBeijing(text: string): number {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/.exec(text)
  return match ? Date.parse(`${match[1]}T${match[2]}+08:00`) : Number.NaN
}

/** `2026-11-22`. */
export const beijingDay = (atMs: number): string => beijingTime(atMs).slice(0, 10)

/** First moment of a day in Beijing, or NaN. */
export const dayStart = (day: string): number =>
  /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) - BEIJING_OFFSET_MS : Number.NaN

/** `12.30`, as every amount is written on this wire; refunds in bills are below zero. */
export function yuan(fen: number): string {
  const sign = fen < 0 ? '-' : ''
  const digits = String(Math.abs(fen)).padStart(3, '0')
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`
}
