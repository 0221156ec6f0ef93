import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { Outlet, ScrollRestoration, useLocation, useNavigation } from 'react-router'
import { problemOf } from '../shared/api/client.ts'
import { isStandstill } from '../shared/api/problem.ts'
import { useShop } from '../shared/api/queries.ts'
import { offerLocale, useI18n } from '../shared/i18n/index.ts'
import { ClockIcon } from '../shared/ui/icons.tsx'
import { EmptyState } from '../shared/ui/states.tsx'
import { Toaster } from '../shared/ui/toast.tsx'
import { Footer } from './footer.tsx'
import { Header } from './header.tsx'
import css from './shell.module.css'
import { TabBar, tabs } from './tab-bar.tsx'

/** The frame of every page: header, page, footer, and on phones the bar of three places. */
export function Shell() {
  const { t } = useI18n()
  const { pathname } = useLocation()
  const navigation = useNavigation()
  const online = useOnline()
  const shop = useShop()
  const shopLocale = shop.data?.locale
  useEffect(() => {
    if (shopLocale) void offerLocale(shopLocale)
  }, [shopLocale])
  const main = useFocusOnNavigation(pathname)
  const inTabs = tabs.some((tab) => tab.to === pathname)
  const standsStill = useStandsStill(shop)
  const refusal = shop.error ? problemOf(shop.error).code : undefined

  if (refusal === 'tenancy.unknown_shop') {
    return <EmptyState title={t('errors.shopMissingTitle')} text={t('errors.shopMissingText')} />
  }
  if (standsStill) {
    return (
      <main className={css.closed}>
        <title>{t('errors.standstillTitle')}</title>
        <EmptyState title={t('errors.standstillTitle')} text={t('errors.standstillText')} icon={<ClockIcon />} />
      </main>
    )
  }
  if (refusal === 'tenancy.shop_closed') {
    return <EmptyState title={t('errors.shopClosedTitle')} text={t('errors.shopClosedText')} />
  }
  return (
    <div className={css.shell} data-tabs={inTabs || undefined}>
      <button type="button" className={css.skip} onClick={() => main.current?.focus()}>
        {t('common.skipToContent')}
      </button>
      {navigation.state !== 'idle' && <div className={css.progress} />}
      <Header inTabs={inTabs} />
      {!online && (
        <div className={css.offline} role="status">
          {t('errors.offlineBar')}
        </div>
      )}
      <main id="main" ref={main} tabIndex={-1} className={css.main}>
        <Outlet />
      </main>
      <Footer onPhones={pathname === '/'} />
      {inTabs && <TabBar />}
      <Toaster />
      <ScrollRestoration />
    </div>
  )
}

/** As the last answer said: a question that is under way has neither data nor error, and changes nothing. */
function useStandsStill({ error, isSuccess }: ReturnType<typeof useShop>): boolean {
  const [known, setKnown] = useState(false)
  const stands = error ? isStandstill(problemOf(error)) : known && !isSuccess
  if (stands !== known) setKnown(stands)
  return stands
}

/** After a step to another page the focus starts at its content, as it would with a page load. */
function useFocusOnNavigation(pathname: string) {
  const main = useRef<HTMLElement>(null)
  const previous = useRef(pathname)
  useEffect(() => {
    if (previous.current === pathname) return
    previous.current = pathname
    main.current?.focus({ preventScroll: true })
  }, [pathname])
  return main
}

const useOnline = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      window.addEventListener('online', listener)
      window.addEventListener('offline', listener)
      return () => {
        window.removeEventListener('online', listener)
        window.removeEventListener('offline', listener)
      }
    },
    () => navigator.onLine,
  )
