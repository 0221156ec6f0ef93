import { useQuery } from '@tanstack/react-query'
import { call } from '../../shared/api/client.ts'
import { useDuration } from '../../shared/duration.ts'
import { useI18n } from '../../shared/i18n/index.ts'

/** Until when a service by hand is promised, and how long it has really taken. */
export function ServicePromise({ skuId }: { readonly skuId: number }) {
  const { t } = useI18n()
  const duration = useDuration()
  const { data } = useQuery({
    queryKey: ['promise', skuId],
    queryFn: () => call('fulfilment.readPromise', { params: { skuId } }),
    staleTime: 15_000,
  })
  return (
    <>
      <b>{t('goods.promiseService')}</b>
      {data && t('goods.promiseServiceText', { promised: duration(data.promisedMinutes * 60) })}{' '}
      {data && data.usuallySeconds !== null && data.slowSeconds !== null
        ? t('goods.serviceUsually', {
            usually: duration(Math.max(1, Math.ceil(data.usuallySeconds))),
            slow: duration(Math.max(1, Math.ceil(data.slowSeconds))),
          })
        : null}{' '}
      {data && data.leftToday !== null && t('goods.serviceLeft', { count: data.leftToday })}
    </>
  )
}
