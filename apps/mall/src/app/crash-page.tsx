import { useRouteError } from 'react-router'
import { useI18n } from '../shared/i18n/index.ts'
import { Button } from '../shared/ui/button.tsx'
import { AlertIcon } from '../shared/ui/icons.tsx'
import { Page } from '../shared/ui/page.tsx'
import { EmptyState } from '../shared/ui/states.tsx'

/** A page that threw, or whose script is gone because the mall was updated meanwhile. */
export function CrashPage() {
  const { t } = useI18n()
  const error = useRouteError()
  const outdated = error instanceof TypeError && /dynamically imported module|importing a module/i.test(error.message)
  const offline = outdated && !navigator.onLine
  return (
    <Page title={t('errors.title')} heading={false}>
      <EmptyState
        title={offline ? t('errors.offlineTitle') : t('errors.title')}
        text={offline ? t('errors.offlineText') : outdated ? t('errors.updated') : t('errors.crashedText')}
        icon={<AlertIcon />}
      >
        <Button look="primary" onClick={() => location.reload()}>
          {t('errors.reload')}
        </Button>
      </EmptyState>
    </Page>
  )
}
