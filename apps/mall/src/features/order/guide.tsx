import type { Order } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Markdown } from '../../shared/markdown/markdown.tsx'
import { Card } from '../../shared/ui/page.tsx'

/** How to use what was bought; the same guide of two lines stands here once. */
export function Guide({ order }: { readonly order: Order }) {
  const { t } = useI18n()
  const guides = [...new Map(order.lines.map((line) => [line.guide ?? '', line])).values()].filter(({ guide }) => guide)
  return guides.map((line) => (
    <Card key={line.lineNo} title={guides.length > 1 ? `${t('order.guide')} · ${line.goodsTitle}` : t('order.guide')}>
      <Markdown source={line.guide ?? ''} under={t('order.guide')} />
    </Card>
  ))
}
