import type { Order, OrderBundle, OrderLine } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { classes } from '../../shared/ui/classes.ts'
import { AlertIcon, CheckIcon, ClockIcon } from '../../shared/ui/icons.tsx'
import { Card } from '../../shared/ui/page.tsx'
import { Thumbnail } from '../../shared/ui/picture.tsx'
import css from './bundle-card.module.css'
import { type PartSituation, partSituation } from './situation.ts'

/** A bundle as one thing: how each of its parts stands. Codes and top-ups stand below, as for other goods. */
export function BundleCard({ order, bundle }: { readonly order: Order; readonly bundle: OrderBundle }) {
  const { t } = useI18n()
  const parts = order.lines.filter(({ bundleNo }) => bundleNo === bundle.bundleNo)
  const waits = parts.some((line) => partSituation(line) === 'heldBack')
  return (
    <Card>
      <div className={css.head}>
        <Thumbnail url={bundle.pictureUrl} className={css.picture ?? ''} />
        <div>
          <p className={css.name}>{bundle.goodsTitle}</p>
          <p className={css.sku}>
            {bundle.skuTitle} × {bundle.quantity}
          </p>
        </div>
      </div>
      <ul className={css.parts} aria-label={t('order.bundle.parts')}>
        {parts.map((line) => (
          <Part key={line.lineNo} line={line} />
        ))}
      </ul>
      {waits && <p className={css.note}>{t('order.bundle.waits')}</p>}
    </Card>
  )
}

function Part({ line }: { readonly line: OrderLine }) {
  const { t } = useI18n()
  const situation = partSituation(line)
  const { sign, tone } = FACES[situation]
  return (
    <li className={css.part}>
      <span className={classes(css.sign, css[tone])}>{sign}</span>
      <span className={css.what}>
        {line.kind === 'points' ? (
          t('common.points', { count: line.creditPoints })
        ) : (
          <>
            {line.goodsTitle}
            <small>
              {line.skuTitle} × {line.quantity}
            </small>
          </>
        )}
      </span>
      <span className={classes(css.state, css[tone])}>
        {line.madeGoodPoints === null
          ? t(`order.bundle.states.${situation}`)
          : t('order.bundle.madeGood', { count: line.madeGoodPoints })}
      </span>
    </li>
  )
}

const FACES = {
  waiting: { sign: <ClockIcon />, tone: 'plain' },
  heldBack: { sign: <ClockIcon />, tone: 'info' },
  toppingUp: { sign: <ClockIcon />, tone: 'info' },
  delivered: { sign: <CheckIcon />, tone: 'good' },
  credited: { sign: <CheckIcon />, tone: 'good' },
  toppedUp: { sign: <CheckIcon />, tone: 'good' },
  exception: { sign: <AlertIcon />, tone: 'warn' },
  refunding: { sign: <ClockIcon />, tone: 'info' },
  refunded: { sign: <CheckIcon />, tone: 'plain' },
  cancelled: { sign: <ClockIcon />, tone: 'plain' },
} as const satisfies Record<PartSituation, { readonly sign: React.ReactNode; readonly tone: string }>
