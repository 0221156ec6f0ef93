import type { Quote } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Button } from '../../shared/ui/button.tsx'
import { Dialog } from '../../shared/ui/dialog.tsx'
import { usePriceText } from '../../shared/ui/price.tsx'
import css from './checkout.module.css'
import { type Line, priceSteps } from './lines.ts'

/** The price the buyer saw is gone: shows old and new, line by line, and asks. Nothing is ordered without a yes. */
export function PriceChangedDialog({
  lines,
  shown,
  now,
  onAccept,
  onThinkAgain,
}: {
  readonly lines: readonly Line[]
  readonly shown: Quote
  readonly now: Quote
  readonly onAccept: () => void
  readonly onThinkAgain: () => void
}) {
  const { t, own } = useI18n()
  const priceText = usePriceText()
  return (
    <Dialog
      title={t('checkout.priceChangedTitle')}
      onClose={onThinkAgain}
      actions={
        <>
          <Button onClick={onThinkAgain}>{t('checkout.thinkAgain')}</Button>
          <Button look="primary" onClick={onAccept}>
            {t('checkout.acceptPrice')}
          </Button>
        </>
      }
    >
      <p>{t('checkout.priceChangedText')}</p>
      <table className={css.changes}>
        <thead>
          <tr>
            <th scope="col">{t('checkout.lines')}</th>
            <th scope="col">{t('checkout.oldPrice')}</th>
            <th scope="col">{t('checkout.newPrice')}</th>
          </tr>
        </thead>
        <tbody>
          {priceSteps(lines, shown, now).map(({ line, from, to }) => (
            <tr key={line.sku.id}>
              <th scope="row">{own(line.goods.title, line.goods.titleEn)}</th>
              <td>
                <del>{priceText(from.unitPriceFen, from.unitPoints)}</del>
              </td>
              <td>{priceText(to.unitPriceFen, to.unitPoints)}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">{t('checkout.newTotal')}</th>
            <td>
              <del>{priceText(shown.totalFen, shown.totalPoints)}</del>
            </td>
            <td>{priceText(now.totalFen, now.totalPoints)}</td>
          </tr>
        </tbody>
      </table>
    </Dialog>
  )
}
