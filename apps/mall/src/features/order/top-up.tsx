import type { Order, OrderLine } from '../../shared/api/types.ts'
import { useElapsed } from '../../shared/countdown.ts'
import { useDuration } from '../../shared/duration.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { classes } from '../../shared/ui/classes.ts'
import { AlertIcon, CheckIcon } from '../../shared/ui/icons.tsx'
import { Card, Pairs } from '../../shared/ui/page.tsx'
import { Thumbnail } from '../../shared/ui/picture.tsx'
import { AccountFix } from './account-fix.tsx'
import { answersOf } from './answers.ts'
import { maskedMiddle } from './masked.ts'
import css from './top-up.module.css'

type Supply = NonNullable<OrderLine['supply']>
type Kind = OrderLine['kind']
const STEPS = ['submitted', 'in_progress', 'arrived'] as const

/** A line that somebody else delivers: how far it is, how long that usually takes, and, of a top-up, whose account. */
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
      <Steps kind={line.kind} supply={supply} />
      <p className={classes(css.words, css[supply.progress])} role="status">
        {supply.account ? (
          t('accounts.refused')
        ) : supply.progress === 'arrived' ? (
          <Arrived kind={line.kind} supply={supply} />
        ) : supply.progress === 'failed' ? (
          t(`${words(line.kind)}.text.failed`)
        ) : (
          <Waiting order={order} kind={line.kind} supply={supply} />
        )}
      </p>
      {supply.account ? (
        // By turn: what a correction that was refused too left in the fields is what was refused.
        <AccountFix key={supply.account.correctionsLeft} order={order} line={line} account={supply.account} />
      ) : (
        line.kind === 'topup' && <Account line={line} label={t('order.topUp.account')} />
      )}
    </Card>
  )
}

/** What is topped up arrives on an account, codes on this page. */
const words = (kind: Kind) => (kind === 'topup' ? 'order.topUp' : 'order.fetch')

function Steps({ kind, supply: { progress } }: { readonly kind: Kind; readonly supply: Supply }) {
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
            {t(`${words(kind)}.progress.${shown}`)}
          </li>
        )
      })}
    </ol>
  )
}

/** When, and after how long: whoever misses it in the account knows where to look. */
function Arrived({ kind, supply: { since, arrivedAt } }: { readonly kind: Kind; readonly supply: Supply }) {
  const { t, time } = useI18n()
  const duration = useDuration()
  if (arrivedAt === null) return t(`${words(kind)}.text.arrived`)
  const seconds = (Date.parse(arrivedAt) - Date.parse(since)) / 1000
  return t(`${words(kind)}.text.arrivedAt`, { time: time(arrivedAt), took: duration(atLeastASecond(seconds)) })
}

/** Says what is usual, and admits it when this one takes longer. */
function Waiting({ order, kind, supply }: { readonly order: Order; readonly kind: Kind; readonly supply: Supply }) {
  const { t } = useI18n()
  const seconds = Math.floor(useElapsed(supply.since, order.now) / 1000)
  const duration = useDuration()
  if (supply.progress === 'checking') return t(`${words(kind)}.text.checking`)
  const { usuallySeconds, slowSeconds } = supply
  if (usuallySeconds === null) return t(`${words(kind)}.text.unknown`, { elapsed: duration(atLeastASecond(seconds)) })
  if (seconds > (slowSeconds ?? usuallySeconds * 3))
    return t(`${words(kind)}.text.slow`, { elapsed: duration(seconds) })
  return t(`${words(kind)}.text.usual`, {
    usually: duration(atLeastASecond(usuallySeconds)),
    elapsed: duration(atLeastASecond(seconds)),
  })
}

const atLeastASecond = (seconds: number): number => Math.max(1, Math.ceil(seconds))

/** What the buyer filled in, enough to be recognised and no more: this page is opened in front of others. */
export function Account({ line, label }: { readonly line: OrderLine; readonly label: string }) {
  const { own } = useI18n()
  const answers = answersOf(line, own, maskedMiddle)
  if (answers.length === 0) return null
  return (
    <div className={css.account}>
      <h3>{label}</h3>
      <Pairs items={answers} />
    </div>
  )
}
