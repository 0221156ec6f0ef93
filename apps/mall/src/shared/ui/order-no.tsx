import { useI18n } from '../i18n/index.ts'
import { CopyButton } from './copy.tsx'
import css from './order-no.module.css'

/** The one number that buyer, shop and gateway share, ready to be copied. */
export function OrderNo({ no }: { readonly no: number }) {
  const { t } = useI18n()
  return (
    <span className={css.no}>
      {no}
      <CopyButton look="quiet" text={String(no)} label={t('order.copyNo')} />
    </span>
  )
}
