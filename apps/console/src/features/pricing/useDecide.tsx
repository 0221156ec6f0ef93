import { useAction } from '../../shared/api/hooks.ts'
import { formatMoney } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { pricingText } from './text.ts'
import { moveOf, type Priced, REFRESH } from './words.ts'

/** What a person may do about a price that waits, and about its rule. */
export function useDecide() {
  const t = useText(pricingText)
  const confirm = useConfirmDanger()
  const settle = useAction('suppliers.decidePrice', { showProblem: false, refresh: REFRESH, done: t('confirmed') })
  const keep = useAction('suppliers.decidePrice', { showProblem: false, refresh: REFRESH, done: t('kept') })
  const remove = useAction('suppliers.removePriceRule', { showProblem: false, refresh: REFRESH, done: t('ended') })
  const objectOf = ({ goodsTitle, skuTitle }: Priced) => `${goodsTitle} / ${skuTitle}`
  return {
    confirm: (row: Priced) => {
      const { held, priceFen, skuId } = row
      if (!held) return
      const [from, to] = [formatMoney(priceFen), formatMoney(held.toFen)]
      confirm({
        title: t('confirmTitle', { price: to }),
        object: objectOf(row),
        consequence: t('confirmText', { from, to, percent: moveOf(priceFen, held.toFen) }),
        confirmText: t('confirmTitle', { price: to }),
        askReason: true,
        danger: false,
        onConfirm: (reason) =>
          settle.run({ params: { skuId }, body: { action: 'confirm', toFen: held.toFen, reason } }),
      })
    },
    keep: (row: Priced) => {
      const { held, priceFen, skuId } = row
      if (!held) return
      confirm({
        title: t('keep'),
        object: objectOf(row),
        consequence: t('keepText', { from: formatMoney(priceFen) }),
        askReason: true,
        danger: false,
        onConfirm: (reason) => keep.run({ params: { skuId }, body: { action: 'keep', toFen: held.toFen, reason } }),
      })
    },
    end: (row: Priced) =>
      confirm({
        title: t('endTitle'),
        object: objectOf(row),
        consequence: t('endText'),
        onConfirm: () => remove.run({ params: { skuId: row.skuId } }),
      }),
  }
}
