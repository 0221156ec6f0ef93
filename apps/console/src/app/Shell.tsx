import {
  BgColorsOutlined,
  DownOutlined,
  GlobalOutlined,
  LogoutOutlined,
  SearchOutlined,
  ShopOutlined,
  UserOutlined,
} from '@ant-design/icons'
import { ProLayout } from '@ant-design/pro-components'
import { Avatar, Button, type MenuProps, Tooltip } from 'antd'
import { type ReactNode, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { Link, Outlet, useHref, useLocation, useNavigate, useNavigation } from 'react-router'
import { useAction } from '../shared/api/hooks.ts'
import { fileUrl, tenantRoot } from '../shared/api/index.ts'
import { LOCALES, type Locale, setLocale, useLocale, useText } from '../shared/i18n/index.ts'
import { Dropdown } from '../shared/parts/Dropdown.tsx'
import { useMe } from '../shared/session.tsx'
import { BooksBadge } from './BooksBadge.tsx'
import { InboxBell } from './InboxBell.tsx'
import { GroupTitle, menuOf, placeInMenu, useGroups } from './menu.tsx'
import { QuickSearch } from './QuickSearch.tsx'
import { RefundsBadge } from './RefundsBadge.tsx'
import { StandstillBanner } from './StandstillBanner.tsx'
import { appText } from './text.ts'
import { type Appearance, useLook } from './theme.tsx'
import { useShop } from './useShop.ts'

/** Menu, header and the place where screens are drawn. */
export function Shell() {
  const t = useText(appText)
  const me = useMe()
  const shop = useShop()
  const { dark } = useLook()
  const { pathname } = useLocation()
  const menu = useMenuState()
  const entries = useMemo(() => menuOf(me, t), [me, t])
  const place = placeInMenu(pathname)
  const groups = useGroups(entries, place)
  const [searching, setSearching] = useState(false)
  useEntryInSight(place)
  const loading = useNavigation().state === 'loading'
  const wide = menu.wide
  const narrow = useMedia(narrowQuery)
  // Whoever stands elsewhere in the tree has a workspace, and nothing of the shop's to search.
  const employed = me.node.kind === 'merchant'

  return (
    <>
      {loading && <div className="page-progress" />}
      <ProLayout
        layout="mix"
        navTheme={dark ? 'realDark' : 'light'}
        title={shop?.name ?? me.tenant.name}
        logo={shop?.logoUrl ? <img src={fileUrl(shop.logoUrl)} alt="" /> : <ShopOutlined />}
        headerTitleRender={(logo, title) => (
          <Link to="/" className="brand">
            {logo}
            {title}
          </Link>
        )}
        headerContentRender={() => (wide ? null : <span className="brand-name">{shop?.name ?? me.tenant.name}</span>)}
        fixSiderbar
        fixedHeader
        siderWidth={208}
        breakpoint={false}
        collapsed={menu.collapsed}
        onCollapse={menu.onCollapse}
        collapsedButtonRender={(_collapsed, button) => (
          // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: hears the button inside
          <span style={{ display: 'contents' }} onClick={menu.onToggle}>
            {button}
          </span>
        )}
        menu={{ type: 'group', collapsedShowGroupTitle: false }}
        location={{ pathname: place }}
        route={{ path: '/', routes: entries }}
        menuItemRender={(item, dom) => (
          <Link to={item.path ?? '/'} className="menu-link">
            {dom}
            <Waiting path={item.path} />
          </Link>
        )}
        subMenuItemRender={(item, dom) => {
          // The layout has paths of its own making for what has none.
          const group = entries.find(({ name }) => name === item.name)
          if (!groups.folds || !group) return dom
          return (
            <GroupTitle
              group={group}
              open={groups.isOpen(group)}
              onTurn={(open) => groups.turn(group, open)}
              badge={group.children?.map(({ path }) => <Waiting key={path} path={path} />)}
            />
          )
        }}
        pageTitleRender={false}
        breadcrumbRender={false}
        footerRender={false}
        contentStyle={{ padding: 0 }}
        token={{
          bgLayout: dark ? '#0d0f13' : '#f3f4f6',
          header: { heightLayoutHeader: 48, ...(dark ? { colorBgHeader: '#16191f' } : {}) },
          sider: {
            paddingInlineLayoutMenu: 8,
            colorBgMenuItemSelected: dark ? 'rgb(76 125 255 / 16%)' : 'rgb(29 78 216 / 8%)',
            colorTextMenuSelected: dark ? '#9db8ff' : '#1d4ed8',
            ...(dark ? { colorMenuBackground: '#16191f' } : { colorMenuBackground: '#fff' }),
          },
          pageContainer: { paddingBlockPageContainerContent: 0, paddingInlinePageContainerContent: 0 },
        }}
        actionsRender={() => [
          ...(employed ? [<SearchButton key="search" wide={wide} onClick={() => setSearching(true)} />] : []),
          <InboxBell key="inbox" />,
          ...(wide ? [<VisitShop key="shop" />] : []),
          ...(narrow ? [] : [<LocaleMenu key="locale" />, <AppearanceMenu key="look" />]),
          <AccountMenu key="me" wide={wide} narrow={narrow} />,
        ]}
      >
        {/* Pages are blocks: as items of the layout's own column they would shrink to their content. */}
        <div>
          <StandstillBanner />
          <Outlet />
        </div>
      </ProLayout>
      {employed && <QuickSearch open={searching} onOpen={setSearching} />}
    </>
  )
}

/** Brings the entry of the page that was opened into sight: of a long menu its group may lie below the fold. */
function useEntryInSight(place: string): void {
  useEffect(() => {
    // The menu opens the group of the page with this drawing.
    const later = requestAnimationFrame(() => {
      for (const link of document.querySelectorAll('.ant-pro-sider .menu-link')) {
        if (link.getAttribute('href')?.endsWith(place)) link.scrollIntoView({ block: 'nearest' })
      }
    })
    return () => cancelAnimationFrame(later)
  }, [place])
}

/** How much of what an entry of the menu leads to waits for a person. */
function Waiting({ path }: { readonly path: string | undefined }) {
  if (path === '/books') return <BooksBadge />
  return path === '/refunds' ? <RefundsBadge /> : null
}

const COLLAPSED_KEY = 'quanshu.console.collapsed'
const wideQuery = window.matchMedia('(width >= 768px)')
/** Phones whose head has no room for the shop's name and all buttons: language and appearance stand in the person's menu then. */
const narrowQuery = window.matchMedia('(width < 376px)')

/**
 * The menu's width on a desk is the person's choice and is remembered; on a phone it is a drawer that begins closed.
 * The layout asks to collapse whenever it takes a screen for a phone, at first sight even a wide one, so on a desk
 * only the button counts.
 */
function useMenuState() {
  const wide = useMedia(wideQuery)
  const [narrowed, setNarrowed] = useState(() => localStorage.getItem(COLLAPSED_KEY) === 'true')
  const [drawerOpen, setDrawerOpen] = useState(false)
  return {
    wide,
    collapsed: wide ? narrowed : !drawerOpen,
    onCollapse: (collapsed: boolean) => {
      if (!wideQuery.matches) setDrawerOpen(!collapsed)
    },
    onToggle: () => {
      if (!wide) return
      localStorage.setItem(COLLAPSED_KEY, String(!narrowed))
      setNarrowed(!narrowed)
    },
  }
}

function useMedia(query: MediaQueryList): boolean {
  return useSyncExternalStore(
    (changed) => {
      query.addEventListener('change', changed)
      return () => query.removeEventListener('change', changed)
    },
    () => query.matches,
  )
}

function SearchButton({ wide, onClick }: { readonly wide: boolean; readonly onClick: () => void }) {
  const t = useText(appText)
  if (!wide) return <Button type="text" icon={<SearchOutlined />} aria-label={t('quickSearch')} onClick={onClick} />
  return (
    <Button className="quick-button" onClick={onClick} icon={<SearchOutlined />}>
      <span className="quick-button-text">{t('quickSearch')}</span>
      <kbd>{/mac/i.test(navigator.userAgent) ? '⌘K' : 'Ctrl K'}</kbd>
    </Button>
  )
}

function VisitShop() {
  const t = useText(appText)
  return (
    <Tooltip title={t('visitShop')}>
      <Button type="text" icon={<ShopOutlined />} href={tenantRoot} target="_blank" aria-label={t('visitShop')} />
    </Tooltip>
  )
}

const LOCALE_NAMES: Readonly<Record<Locale, string>> = { 'zh-CN': '简体中文', en: 'English' }

const LOCALE_ITEMS = LOCALES.map((key) => ({ key, label: LOCALE_NAMES[key] }))

function useChooseLocale(): (next: Locale) => void {
  const me = useMe()
  const save = useAction('identity.saveMe', { refresh: ['identity.getMe'], showProblem: false })
  return (next) => {
    setLocale(next)
    void save.go({ body: { name: me.name, locale: next } })
  }
}

function LocaleMenu() {
  const t = useText(appText)
  const locale = useLocale()
  const choose = useChooseLocale()
  return (
    <HeaderMenu
      label={t('language')}
      icon={<GlobalOutlined />}
      menu={{
        selectedKeys: [locale],
        items: LOCALE_ITEMS,
        onClick: ({ key }) => choose(key as Locale),
      }}
    />
  )
}

const APPEARANCES = ['light', 'dark', 'system'] as const

function AppearanceMenu() {
  const t = useText(appText)
  const { appearance, setAppearance } = useLook()
  return (
    <HeaderMenu
      label={t('appearance')}
      icon={<BgColorsOutlined />}
      menu={{
        selectedKeys: [appearance],
        items: APPEARANCES.map((key) => ({ key, label: t(key) })),
        onClick: ({ key }) => setAppearance(key as Appearance),
      }}
    />
  )
}

function HeaderMenu({
  label,
  icon,
  menu,
}: {
  readonly label: string
  readonly icon: ReactNode
  readonly menu: MenuProps
}) {
  return (
    <Dropdown menu={menu} trigger={['click']} placement="bottomRight">
      <Button type="text" icon={icon} aria-label={label} title={label} />
    </Dropdown>
  )
}

function AccountMenu({ wide, narrow }: { readonly wide: boolean; readonly narrow: boolean }) {
  const t = useText(appText)
  const me = useMe()
  const locale = useLocale()
  const choose = useChooseLocale()
  const { appearance, setAppearance } = useLook()
  const navigate = useNavigate()
  const signIn = useHref('/sign-in')
  const signOut = useAction('identity.signOut', {
    // The whole page goes, with all that it remembers: what stays on the screen for a moment would ask again, as nobody.
    onDone: () => window.location.assign(signIn),
  })
  return (
    <Dropdown
      trigger={['click']}
      placement="bottomRight"
      menu={{
        items: [
          { key: 'who', type: 'group', label: me.email },
          { key: 'me', icon: <UserOutlined />, label: t('me') },
          ...(narrow
            ? [
                { key: 'language', type: 'group' as const, label: t('language'), children: LOCALE_ITEMS },
                {
                  key: 'appearance',
                  type: 'group' as const,
                  label: t('appearance'),
                  children: APPEARANCES.map((key) => ({ key, label: t(key) })),
                },
              ]
            : []),
          { type: 'divider' },
          { key: 'out', icon: <LogoutOutlined />, label: t('signOut') },
        ],
        ...(narrow && { selectedKeys: [locale, appearance] }),
        onClick: ({ key }) => {
          if (key === 'me') void navigate('/me')
          else if (key === 'out') void signOut.go({})
          else if (key in LOCALE_NAMES) choose(key as Locale)
          else setAppearance(key as Appearance)
        },
      }}
    >
      <Button type="text" className="account-button" aria-label={t('me')}>
        <Avatar size={24}>{me.name.slice(0, 1).toUpperCase()}</Avatar>
        {wide && (
          <>
            <span className="account-name">{me.name}</span>
            <DownOutlined style={{ fontSize: 10 }} />
          </>
        )}
      </Button>
    </Dropdown>
  )
}
