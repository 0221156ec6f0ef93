import { Link, NavLink, useLocation, useNavigate } from 'react-router'
import { useChannel, useLikelyMe, useShop, useUnread } from '../shared/api/queries.ts'
import { changeLocale, useI18n } from '../shared/i18n/index.ts'
import { assetUrl } from '../shared/site.ts'
import { classes } from '../shared/ui/classes.ts'
import { BackIcon, GlobeIcon, OrdersIcon, PersonIcon, ReceiptSearchIcon } from '../shared/ui/icons.tsx'
import { UnreadBadge } from '../shared/ui/unread-badge.tsx'
import { SearchBox } from './search-box.tsx'
import css from './shell.module.css'

/** On phones: the shop's name, or the way back; search only at home. On wide screens: everything in one line. */
export function Header({ inTabs }: { readonly inTabs: boolean }) {
  const { t } = useI18n()
  const { pathname } = useLocation()
  const { data: me } = useLikelyMe()
  const { data: unread = 0 } = useUnread()
  const atHome = pathname === '/'
  return (
    <header className={css.top} data-flat={!atHome || undefined}>
      <div className={css.bar}>
        {!inTabs && <BackButton />}
        <Brand />
        <span className={classes(css.grow, css.phoneOnly)} />
        <div className={css.wideOnly} style={{ flex: 1 }}>
          <SearchBox />
        </div>
        <NavLink className={classes(css.link, css.wideOnly)} to="/lookup">
          <ReceiptSearchIcon />
          {t('common.lookup')}
        </NavLink>
        <NavLink className={classes(css.link, css.wideOnly)} to="/orders">
          <OrdersIcon />
          {t('common.myOrders')}
        </NavLink>
        <NavLink className={classes(css.link, css.wideOnly)} to={me ? '/me' : '/sign-in'}>
          <UnreadBadge count={unread}>
            <PersonIcon />
          </UnreadBadge>
          {me ? t('common.me') : t('common.signIn')}
        </NavLink>
        <LocaleSwitch />
      </div>
      {atHome && (
        <div className={css.searchRow}>
          <SearchBox />
        </div>
      )}
    </header>
  )
}

function Brand() {
  const { data: shop } = useShop()
  const { data: channel } = useChannel()
  const name = shop?.name ?? ''
  return (
    <Link className={css.brand} to="/">
      {shop?.logoUrl ? (
        <img className={css.logo} src={assetUrl(shop.logoUrl)} alt="" />
      ) : (
        <b className={classes(css.logo, css.letter)} aria-hidden="true">
          {[...name][0] ?? ''}
        </b>
      )}
      <span>
        {name}
        {channel && <small className={css.channel}>{channel.name}</small>}
      </span>
    </Link>
  )
}

function BackButton() {
  const { t } = useI18n()
  const navigate = useNavigate()
  const { key } = useLocation()
  // The first entry of the history has the key "default": a shared link leads back to the shop, not out of it.
  return (
    <button
      type="button"
      className={css.back}
      aria-label={t('common.back')}
      onClick={() => (key === 'default' ? navigate('/') : navigate(-1))}
    >
      <BackIcon />
    </button>
  )
}

function LocaleSwitch() {
  const { t, locale } = useI18n()
  const other = locale === 'en' ? 'zh-CN' : 'en'
  return (
    <button type="button" className={css.link} lang={other} onClick={() => void changeLocale(other)}>
      <GlobeIcon />
      {t('common.switchLanguage')}
    </button>
  )
}
