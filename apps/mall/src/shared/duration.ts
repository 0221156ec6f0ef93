import { useI18n } from './i18n/index.ts'

/** `20 秒`, `3 分钟`, `2 小时`: one unit, rounded up, so that nothing is promised too soon. */
export function useDuration(): (seconds: number) => string {
  const { t } = useI18n()
  return (seconds) =>
    seconds < 90
      ? t('order.topUp.seconds', { count: seconds })
      : seconds < 5_400
        ? t('order.topUp.minutes', { count: Math.ceil(seconds / 60) })
        : seconds < 129_600
          ? t('order.topUp.hours', { count: Math.ceil(seconds / 3_600) })
          : t('order.topUp.days', { count: Math.ceil(seconds / 86_400) })
}
