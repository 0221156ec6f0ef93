import { useEffect } from 'react'
import { useRouteError } from 'react-router'
import { useI18n } from '../shared/i18n/index.ts'
import { Button } from '../shared/ui/button.tsx'
import { AlertIcon, WifiOffIcon } from '../shared/ui/icons.tsx'
import { Page } from '../shared/ui/page.tsx'
import { EmptyState } from '../shared/ui/states.tsx'
import { PageNotLoaded } from './page-not-loaded.ts'

/** A page that threw, or whose script did not come. */
export function CrashPage() {
  const { t } = useI18n()
  const error = useRouteError()
  const notLoaded = error instanceof PageNotLoaded
  const offline = notLoaded && !navigator.onLine

  useEffect(() => {
    if (!notLoaded) return
    const goOn = () => location.reload()
    window.addEventListener('online', goOn)
    return () => window.removeEventListener('online', goOn)
  }, [notLoaded])

  return (
    <Page title={t('errors.title')} heading={false}>
      <EmptyState
        title={offline ? t('errors.offlineTitle') : t('errors.title')}
        text={offline ? t('errors.offlineText') : notLoaded ? t('errors.updated') : t('errors.crashedText')}
        icon={offline ? <WifiOffIcon /> : <AlertIcon />}
      >
        <Button look="primary" onClick={() => location.reload()}>
          {t('errors.reload')}
        </Button>
      </EmptyState>
    </Page>
  )
}
