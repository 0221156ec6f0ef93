import type { OrderRow } from '../api/types.ts'
import { useI18n } from '../i18n/index.ts'
import { WalletIcon } from './icons.tsx'
import { moneyText } from './money.tsx'
import css from './order-lines.module.css'
import { Thumbnail } from './picture.tsx'
import { usePriceText } from './price.tsx'

/** A recharge in brief: what is paid, and what the balance gets. */
export function RechargeLine({
  order,
  recharge,
}: {
  readonly order: Pick<OrderRow, 'totalFen'>
  readonly recharge: NonNullable<OrderRow['recharge']>
}) {
  const { t } = useI18n()
  return (
    <ul className={css.lines}>
      <li className={css.line}>
        <span className={css.purse}>
          <WalletIcon />
        </span>
        <div>
          <p className={css.name}>{t('wallet.rechargeOrder')}</p>
          <p className={css.sku}>{creditWords(recharge, t)}</p>
        </div>
        <p className={css.right}>{moneyText(order.totalFen)}</p>
      </li>
    </ul>
  )
}

/** "到账 ¥110.00，含赠送 ¥10.00" */
export const creditWords = (
  { creditFen, bonusFen }: NonNullable<OrderRow['recharge']>,
  t: ReturnType<typeof useI18n>['t'],
): string =>
  bonusFen > 0
    ? t('wallet.creditWithBonus', { credit: moneyText(creditFen), bonus: moneyText(bonusFen) })
    : t('wallet.credit', { credit: moneyText(creditFen) })

/** What an order is about, in brief: a bundle with its parts below it, and what was bought by itself. */
export function OrderLines({ order: { lines, bundles } }: { readonly order: Pick<OrderRow, 'lines' | 'bundles'> }) {
  const { t } = useI18n()
  const priceText = usePriceText()
  const byThemselves = lines.filter(({ bundleNo }) => bundleNo === null)
  return (
    <ul className={css.lines}>
      {bundles.map((bundle) => (
        <li key={`bundle ${bundle.bundleNo}`} className={css.line}>
          <Thumbnail url={bundle.pictureUrl} className={css.picture ?? ''} />
          <div>
            <p className={css.name}>{bundle.goodsTitle}</p>
            <p className={css.sku}>{bundle.skuTitle}</p>
          </div>
          <p className={css.right}>
            {priceText(bundle.amountFen, 0)}
            <span>× {bundle.quantity}</span>
          </p>
          <ul className={css.parts}>
            {lines
              .filter(({ bundleNo }) => bundleNo === bundle.bundleNo)
              .map((line) => (
                <li key={line.lineNo}>
                  {line.kind === 'points'
                    ? t('common.points', { count: line.creditPoints })
                    : `${line.goodsTitle} ${line.skuTitle} × ${line.quantity}`}
                </li>
              ))}
          </ul>
        </li>
      ))}
      {byThemselves.map((line) => (
        <li key={line.lineNo} className={css.line}>
          <Thumbnail url={line.pictureUrl} className={css.picture ?? ''} />
          <div>
            <p className={css.name}>{line.goodsTitle}</p>
            <p className={css.sku}>{line.skuTitle}</p>
            {line.pickedNumber !== null && (
              <p className={css.sku}>
                {t('numbers.chosen')} {line.pickedNumber}
              </p>
            )}
          </div>
          <p className={css.right}>
            {priceText(line.amountFen, line.unitPoints * line.quantity)}
            <span>× {line.quantity}</span>
          </p>
        </li>
      ))}
    </ul>
  )
}
