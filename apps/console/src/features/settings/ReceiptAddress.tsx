import { useText } from '../../shared/i18n/index.ts'
import { Copyable } from '../../shared/parts/values.tsx'
import { notifyText } from './notifyText.ts'

/** What staff copy to the provider, so that it tells what reached the phone. */
export function ReceiptAddress({ url }: { readonly url: string | null }) {
  const t = useText(notifyText)
  if (url === null) return null
  return (
    <div className="notify-line notify-receipt">
      <span>{t('receiptUrl')}</span>
      <span className="notify-url">
        <Copyable text={url} />
      </span>
      <div className="switch-hint">{t('receiptHint')}</div>
    </div>
  )
}
