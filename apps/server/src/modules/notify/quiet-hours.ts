import type { Settings } from '@quanshu/contract'

const SHANGHAI_MS = 8 * 3_600_000
const DAY_MINUTES = 24 * 60

/** When the night ends, if `now` is in it. Nights are told by the clock of Beijing, which knows no summer time. */
export function quietUntil(now: Date, night: Settings['notify.quietHours']): Date | undefined {
  if (!night.enabled) return undefined
  const [from, to] = [minutesOf(night.from), minutesOf(night.to)]
  const local = new Date(now.getTime() + SHANGHAI_MS)
  const minute = local.getUTCHours() * 60 + local.getUTCMinutes()
  const isNight = from < to ? minute >= from && minute < to : minute >= from || minute < to
  if (!isNight) return undefined
  const midnight = now.getTime() - (minute * 60 + local.getUTCSeconds()) * 1000 - local.getUTCMilliseconds()
  const minutes = minute < to ? to : to + DAY_MINUTES
  return new Date(midnight + minutes * 60_000)
}

const minutesOf = (clock: string): number => {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number)
  return hours * 60 + minutes
}
