import { fenToYuan } from '@quanshu/kernel'
import dayjs, { type Dayjs } from 'dayjs'
import i18next from 'i18next'

/** The shop's day and clock, wherever the person sits. */
const ZONE = 'Asia/Shanghai'
const OFFSET = '+08:00'

// Swedish writes dates as 2026-11-22 09:30:00, which is how people here read them.
const clock = new Intl.DateTimeFormat('sv-SE', {
  timeZone: ZONE,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})

/** `2026-11-22T01:30:00Z` → `2026-11-22 09:30:00`. */
export function formatTime(instant: string | Date): string {
  return clock.format(typeof instant === 'string' ? new Date(instant) : instant)
}

/** An instant as the wall clock of the shop, for a date picker. */
export function toWall(instant: string): Dayjs {
  return dayjs(formatTime(instant).replace(' ', 'T'))
}

/** What a date picker shows, read as the shop's wall clock. */
export function fromWall(wall: Dayjs): string {
  return `${wall.format('YYYY-MM-DDTHH:mm:ss')}${OFFSET}`
}

/** Now, as the shop's wall clock. */
export const wallNow = (): Dayjs => toWall(new Date().toISOString())

/** `199000` → `1,990.00`. */
export function formatYuan(fen: number): string {
  const [whole = '0', decimals = '00'] = fenToYuan(fen).split('.')
  return `${whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')}.${decimals}`
}

export const formatMoney = (fen: number): string => (fen < 0 ? `-¥${formatYuan(-fen)}` : `¥${formatYuan(fen)}`)

/** What suppliers quote in hao, 1/10000 yuan: `981250` → `¥98.125`, and `980000` → `¥98.00`. */
/** Units of the ledger that are counted in fen. */
export const isFen = (unit: string): boolean => unit === 'CNY' || unit === 'budget'

export function formatHao(hao: number, currency = 'CNY'): string {
  const [whole = '0', decimals = ''] = (Math.abs(hao) / 10_000).toFixed(4).split('.')
  const digits = `${decimals.slice(0, 2)}${decimals.slice(2).replace(/0+$/, '')}`
  const sign = currency === 'CNY' ? '¥' : `${currency} `
  return `${hao < 0 ? '-' : ''}${sign}${whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')}.${digits}`
}

/** A rate in millionths: `7250000` → `7.25`. */
export const formatRate = (rate: number): string => {
  const [whole = '0', decimals = ''] = (rate / 1_000_000).toFixed(6).split('.')
  return `${whole}.${decimals.slice(0, 2)}${decimals.slice(2).replace(/0+$/, '')}`
}

const counter = new Intl.NumberFormat('en-US')
/** `12345` → `12,345`. */
export const formatCount = (value: number): string => counter.format(value)

/** `1536` → `1.5 KB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB']
  const power = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log(bytes) / Math.log(1024)))
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`
}

/** Units of time in the person's language: `30 秒`, `30 s`. */
const TIME_UNITS = {
  zh: { ms: '毫秒', s: '秒', min: '分', h: '小时' },
  en: { ms: 'ms', s: 's', min: 'min', h: 'h' },
} as const
const timeUnits = () => TIME_UNITS[i18next.language === 'en' ? 'en' : 'zh']

/** `1534` → `1.53 s`, `86` → `86 ms`. */
export function formatDuration(milliseconds: number): string {
  const { ms, s } = timeUnits()
  if (milliseconds < 1) return `< 1 ${ms}`
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ${ms}`
  return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} ${s}`
}

/** How long people wait for something: below a second nobody counts. */
export const formatWait = (milliseconds: number): string =>
  milliseconds < 1000 ? `< 1 ${timeUnits().s}` : formatDuration(milliseconds)

/** How long something took, as people say it: `8.4` → `8.4 s`, `250` → `4 min 10 s`. */
export function formatSeconds(seconds: number): string {
  const { s, min, h } = timeUnits()
  if (seconds < 100) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} ${s}`
  const [hours, minutes, rest] = [
    Math.floor(seconds / 3600),
    Math.floor((seconds % 3600) / 60),
    Math.round(seconds % 60),
  ]
  if (hours > 0) return `${hours} ${h} ${minutes} ${min}`
  return rest > 0 ? `${minutes} ${min} ${rest} ${s}` : `${minutes} ${min}`
}
