import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { call } from '../../shared/api/client.ts'
import { useI18n } from '../../shared/i18n/index.ts'

/** What a redeem link is good for, how often and how long. */
export function LinkPromise({ skuId }: { readonly skuId: number }) {
  const { t, own, time } = useI18n()
  const { data: said } = useQuery({
    queryKey: ['link', skuId],
    queryFn: () => call('redeem.readOffer', { params: { skuId } }),
    staleTime: 15_000,
  })
  const data = said?.offer
  if (!data) return <b>{t('goods.promiseLink')}</b>
  const facts = [
    data.uses > 1 && t('goods.linkUses', { count: data.uses }),
    data.perPerson !== null && t('goods.linkPerPerson', { count: data.perPerson }),
    data.validDays !== null && t('goods.linkDays', { count: data.validDays }),
    data.validTo !== null && t('goods.linkUntil', { time: time(data.validTo) }),
  ].filter((fact) => fact !== false)
  return (
    <>
      <b>{t('goods.promiseLink')}</b>
      {t('goods.promiseLinkText')}
      <p>
        {t('goods.linkInto')}{' '}
        <Link to={`/goods/${data.goodsId}`}>
          {own(data.goodsTitle, data.goodsTitleEn)} / {own(data.skuTitle, data.skuTitleEn)}
          {data.quantity > 1 && ` × ${data.quantity}`}
        </Link>
      </p>
      {facts.length > 0 && <p>{facts.join(' · ')}</p>}
    </>
  )
}
