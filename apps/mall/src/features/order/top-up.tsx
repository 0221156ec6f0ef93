import { useQuery } from '@tanstack/react-query'
import { goodsQuery } from '../../shared/api/queries.ts'
import type { Order, OrderLine } from '../../shared/api/types.ts'
import { useElapsed } from '../../shared/countdown.ts'
import { useDuration } from '../../shared/duration.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { classes } from '../../shared/ui/classes.ts'
import { AlertIcon, CheckIcon } from '../../shared/ui/icons.tsx'
import { Card, Pairs } from '../../shared/ui/page.tsx'
import { Thumbnail } from '../../shared/ui/picture.tsx'
import { maskedMiddle } from './masked.ts'
import css from './top-up.module.css'

type Supply = NonNullable<OrderLine['supply']>
const STEPS = ['submitted', 'in_progress', 'arrived'] as const

/** A line that is topped up onto the buyer's account: how far it is, how long that usually takes, and whose account. */
export function TopUp({
  order,
  line,
  supply,
}: {
  readonly order: Order
  readonly line: OrderLine
  readonly supply: Supply
}) {
  const { t } = useI18n()
  return (
    <Card>
      <div className={css.head}>
        <Thumbnail url={line.pictureUrl} className={css.picture ?? ''} />
        <div>
          <p className={css.name}>{line.goodsTitle}</p>
          <p className={css.sku}>
            {line.skuTitle} × {line.quantity}
          </p>
        </div>
      </div>
      <Steps supply={supply} />
      <p className={classes(css.words, css[supply.progress])} role="status">
        {supply.progress === 'arrived' || supply.progress === 'failed' ? (
          t(`order.topUp.text.${supply.progress}`)
        ) : (
          <Waiting order={order} supply={supply} />
        )}
      </p>
      <Account line={line} label={t('order.topUp.account')} />
    </Card>
  )
}

function Steps({ supply: { progress } }: { readonly supply: Supply }) {
  const { t } = useI18n()
  // What is being checked or failed has come as far as the supplier.
  const stuck = progress === 'checking' || progress === 'failed'
  const at = stuck ? 1 : STEPS.indexOf(progress)
  return (
    <ol className={css.steps}>
      {STEPS.map((step, index) => {
        const here = index === at
        const done = index < at || progress === 'arrived'
        const shown = here && stuck ? progress : step
        return (
          <li
            key={step}
            className={classes(css.step, done && css.done, here && !done && (stuck ? css.stuck : css.now))}
            {...(here ? { 'aria-current': 'step' } : {})}
          >
            <span className={css.dot}>{done ? <CheckIcon /> : here && stuck ? <AlertIcon /> : null}</span>
            {t(`order.topUp.progress.${shown}`)}
          </li>
        )
      })}
    </ol>
  )
}

/** Says what is usual, and admits it when this one takes longer. */
function Waiting({ order, supply }: { readonly order: Order; readonly supply: Supply }) {
  const { t } = useI18n()
  const seconds = Math.floor(useElapsed(supply.since, order.now) / 1000)
  const duration = useDuration()
  if (supply.progress === 'checking') return t('order.topUp.text.checking')
  const { usuallySeconds, slowSeconds } = supply
  if (usuallySeconds === null) return t('order.topUp.text.unknown')
  if (seconds > (slowSeconds ?? usuallySeconds * 3)) return t('order.topUp.text.slow', { elapsed: duration(seconds) })
  return t('order.topUp.text.usual', { usually: duration(atLeastASecond(usuallySeconds)) })
}

const atLeastASecond = (seconds: number): number => Math.max(1, Math.ceil(seconds))

/** What the buyer filled in, enough to be recognised and no more: this page is opened in front of others. */
export function Account({ line, label }: { readonly line: OrderLine; readonly label: string }) {
  const { own } = useI18n()
  const goods = useQuery(goodsQuery(line.goodsId))
  const answers = Object.entries(line.form).map(([key, value]) => {
    const field = goods.data?.formFields.find((one) => one.key === key)
    const option = field?.options?.find((one) => one.value === value)
    return [
      field ? own(field.labelZh, field.labelEn) : key,
      option ? own(option.labelZh, option.labelEn) : maskedMiddle(value),
    ] as const
  })
  if (answers.length === 0) return null
  return (
    <div className={css.account}>
      <h3>{label}</h3>
      <Pairs items={answers} />
    </div>
  )
}
