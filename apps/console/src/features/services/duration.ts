import { useText } from '../../shared/i18n/index.ts'
import { serviceText } from './text.ts'

/** `12 分钟`, `3 小时 20 分`, `2 天 4 小时`: as exact as it matters. */
export function useDuration(): (seconds: number) => string {
  const t = useText(serviceText)
  return (seconds) => {
    const minutes = Math.max(1, Math.round(Math.abs(seconds) / 60))
    if (minutes < 60) return t('minutes', { count: minutes })
    const hours = Math.floor(minutes / 60)
    if (hours >= 24) return t('days', { days: Math.floor(hours / 24), hours: hours % 24 })
    return minutes % 60 === 0 ? t('hours', { count: hours }) : t('hoursMinutes', { hours, minutes: minutes % 60 })
  }
}
