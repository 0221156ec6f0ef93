import { App as AntdApp, theme as antdTheme, ConfigProvider, type ThemeConfig } from 'antd'
import enUS from 'antd/locale/en_US'
import zhCN from 'antd/locale/zh_CN'
import dayjs from 'dayjs'
import 'dayjs/locale/zh-cn'
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { useLocale } from '../shared/i18n/index.ts'

export type Appearance = 'light' | 'dark' | 'system'
const STORAGE_KEY = 'quanshu.console.appearance'

type Look = {
  readonly appearance: Appearance
  readonly dark: boolean
  readonly setAppearance: (next: Appearance) => void
}
const LookContext = createContext<Look>({ appearance: 'system', dark: false, setAppearance: () => undefined })

/** Light, dark or as the system says, and whether that is dark now. */
export const useLook = (): Look => useContext(LookContext)

/** Colours, sizes and language of all components. */
export function Look({ children }: { readonly children: ReactNode }) {
  const [appearance, setState] = useState<Appearance>(
    () => (localStorage.getItem(STORAGE_KEY) as Appearance | null) ?? 'system',
  )
  const systemDark = useWish(darkQuery)
  // Told to the components: cut short by the style sheet alone they would measure themselves in the middle of a motion.
  const isStill = useWish(stillQuery)
  const dark = appearance === 'dark' || (appearance === 'system' && systemDark)
  const locale = useLocale()
  useEffect(() => {
    document.documentElement.dataset.theme = dark ? 'dark' : 'light'
    document.documentElement.style.colorScheme = dark ? 'dark' : 'light'
  }, [dark])
  dayjs.locale(locale === 'zh-CN' ? 'zh-cn' : 'en')
  const look = useMemo(
    () => ({
      appearance,
      dark,
      setAppearance: (next: Appearance) => {
        localStorage.setItem(STORAGE_KEY, next)
        setState(next)
      },
    }),
    [appearance, dark],
  )
  return (
    <LookContext value={look}>
      <ConfigProvider
        theme={themeOf(dark, isStill)}
        locale={locale === 'zh-CN' ? zhCN : enUS}
        button={{ autoInsertSpace: false }}
        form={{ requiredMark: true, validateMessages: {} }}
      >
        <AntdApp notification={{ maxCount: 3, stack: false }} message={{ maxCount: 2 }}>
          {children}
        </AntdApp>
      </ConfigProvider>
    </LookContext>
  )
}

/**
 * The library's own green, amber and red are made for areas: as words on their pale grounds they have a contrast of 2:1. These have
 * 4.5:1 and more, and so has grey text.
 */
const LIGHT_WORDS = {
  colorSuccess: '#15803d',
  colorSuccessBg: '#effaf2',
  colorSuccessBorder: '#b5e2c3',
  colorWarning: '#a16207',
  colorWarningBg: '#fef8e7',
  colorWarningBorder: '#f2dfa8',
  colorError: '#d1242f',
  colorErrorBg: '#fef1f1',
  colorErrorBorder: '#f6c6c8',
  colorTextSecondary: 'rgb(0 0 0 / 62%)',
  colorTextTertiary: 'rgb(0 0 0 / 58%)',
  colorTextDescription: 'rgb(0 0 0 / 58%)',
  colorTextPlaceholder: 'rgb(0 0 0 / 56%)',
}
const DARK_WORDS = {
  colorSuccess: '#3fb950',
  colorWarning: '#d9a62e',
  colorError: '#ff737c',
  colorTextSecondary: 'rgb(255 255 255 / 65%)',
  colorTextTertiary: 'rgb(255 255 255 / 56%)',
  colorTextDescription: 'rgb(255 255 255 / 56%)',
  colorTextPlaceholder: 'rgb(255 255 255 / 52%)',
}

function themeOf(dark: boolean, isStill: boolean): ThemeConfig {
  return {
    algorithm: dark ? antdTheme.darkAlgorithm : antdTheme.defaultAlgorithm,
    token: {
      colorPrimary: dark ? '#4c7dff' : '#1d4ed8',
      colorInfo: dark ? '#7aa2ff' : '#1d4ed8',
      colorLink: dark ? '#7aa2ff' : '#1d4ed8',
      ...(dark ? DARK_WORDS : LIGHT_WORDS),
      colorBgLayout: dark ? '#0d0f13' : '#f3f4f6',
      ...(dark
        ? { colorBgContainer: '#16191f', colorBgElevated: '#1d2129', colorBorderSecondary: '#262b34' }
        : { colorBorderSecondary: '#eceef1' }),
      borderRadius: 6,
      fontSize: 14,
      wireframe: false,
      motion: !isStill,
    },
    components: {
      Card: { headerHeightSM: 42 },
      Table: { cellPaddingBlockSM: 8, cellPaddingInlineSM: 10, headerBg: dark ? '#1b1f26' : '#f8f9fb' },
      // The darkened primary is for areas; as a word on a dark card it has 3.7:1.
      ...(dark
        ? { Tabs: { itemSelectedColor: '#7aa2ff', itemHoverColor: '#9db8ff', itemActiveColor: '#7aa2ff' } }
        : {}),
      Form: { itemMarginBottom: 18, verticalLabelPadding: '0 0 4px' },
      Statistic: { contentFontSize: 22 },
    },
  }
}

const darkQuery = window.matchMedia('(prefers-color-scheme: dark)')
const stillQuery = window.matchMedia('(prefers-reduced-motion: reduce)')
/** What the system wishes, now and when it is changed. */
function useWish(query: MediaQueryList): boolean {
  return useSyncExternalStore(
    (changed) => {
      query.addEventListener('change', changed)
      return () => query.removeEventListener('change', changed)
    },
    () => query.matches,
  )
}
