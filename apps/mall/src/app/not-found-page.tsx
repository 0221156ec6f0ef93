import { useI18n } from '../shared/i18n/index.ts'
import { ButtonLink } from '../shared/ui/button.tsx'
import { Page } from '../shared/ui/page.tsx'
import { EmptyState } from '../shared/ui/states.tsx'

export function NotFoundPage() {
  const { t } = useI18n()
  return (
    <Page title={t('errors.notFoundTitle')} heading={false}>
      <EmptyState title={t('errors.notFoundTitle')} text={t('errors.notFoundText')}>
        <ButtonLink look="primary" to="/">
          {t('common.backHome')}
        </ButtonLink>
        <ButtonLink to="/lookup">{t('common.lookup')}</ButtonLink>
      </EmptyState>
    </Page>
  )
}
