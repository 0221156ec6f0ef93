import { useI18n } from '../i18n/index.ts'
import { ButtonLink } from './button.tsx'
import { ReceiptSearchIcon } from './icons.tsx'
import { Page } from './page.tsx'
import { EmptyState } from './states.tsx'

/** Not there, or not this visitor's: the answer is the same, and the look-up is the way on. */
export function MissingOrder({ no }: { readonly no: number }) {
  const { t } = useI18n()
  const known = /^\d{16}$/.test(String(no)) ? `?no=${no}` : ''
  return (
    <Page title={t('order.missingTitle')} heading={false}>
      <EmptyState title={t('order.missingTitle')} text={t('order.missingText')} icon={<ReceiptSearchIcon />}>
        <ButtonLink look="primary" to={`/lookup${known}`}>
          {t('common.lookup')}
        </ButtonLink>
        <ButtonLink to="/">{t('common.backHome')}</ButtonLink>
      </EmptyState>
    </Page>
  )
}
