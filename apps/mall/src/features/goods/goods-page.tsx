import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { problemOf } from '../../shared/api/client.ts'
import { goodsQuery } from '../../shared/api/queries.ts'
import type { Goods } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Markdown } from '../../shared/markdown/markdown.tsx'
import { ButtonLink } from '../../shared/ui/button.tsx'
import { Card, Page } from '../../shared/ui/page.tsx'
import { Bone, EmptyState, ErrorState, Loading } from '../../shared/ui/states.tsx'
import { BuyPanel } from './buy-panel.tsx'
import { Gallery } from './gallery.tsx'
import css from './goods-page.module.css'

export function GoodsPage() {
  const { t } = useI18n()
  const id = Number(useParams().id)
  const goods = useQuery({ ...goodsQuery(id), enabled: Number.isSafeInteger(id) && id > 0 })
  if (goods.data) return <GoodsView key={id} goods={goods.data} />
  if (goods.isLoading) return <GoodsBones />
  const problem = problemOf(goods.error)
  if (goods.isError && problem.status !== 404 && problem.status !== 422) {
    return <ErrorState problem={problem} onRetry={() => void goods.refetch()} />
  }
  return (
    <Page title={t('goods.missingTitle')} heading={false}>
      <EmptyState title={t('goods.missingTitle')} text={t('goods.missingText')}>
        <ButtonLink look="primary" to="/">
          {t('home.seeAll')}
        </ButtonLink>
      </EmptyState>
    </Page>
  )
}

function GoodsView({ goods }: { readonly goods: Goods }) {
  const { t, own } = useI18n()
  const title = own(goods.title, goods.titleEn)
  const description = own(goods.description, goods.descriptionEn)
  const guide = own(goods.guide, goods.guideEn)
  return (
    <Page title={title} heading={false}>
      <div className={css.layout}>
        <div className={css.gallery}>
          <Gallery pictures={goods.pictures} title={title} />
        </div>
        <BuyPanel goods={goods} />
        <div className={css.details}>
          <Card title={t('goods.details')}>
            {description ? <Markdown source={description} under={t('goods.details')} /> : <p>{t('goods.noDetails')}</p>}
          </Card>
          {guide && (
            <Card title={t('goods.guide')}>
              <Markdown source={guide} under={t('goods.guide')} />
            </Card>
          )}
        </div>
      </div>
    </Page>
  )
}

function GoodsBones() {
  return (
    <Page>
      <Loading>
        <div className={css.layout}>
          <div className={css.gallery}>
            <Bone height="min(62dvh, 480px)" radius={0} />
          </div>
          <div className={css.panel}>
            <Bone width="85%" height={26} />
            <Bone width="60%" />
            <Bone width="40%" height={36} />
            <Bone height={56} radius={12} />
            <Bone height={56} radius={12} />
          </div>
          <div className={css.details}>
            <Bone height={160} radius={14} />
          </div>
        </div>
      </Loading>
    </Page>
  )
}
