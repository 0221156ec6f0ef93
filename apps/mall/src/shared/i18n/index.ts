import i18next from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'
import type { Messages } from './zh-cn.ts'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'mall'
    resources: { mall: Messages }
  }
}

export type Locale = 'zh-CN' | 'en'
export const LOCALES: readonly Locale[] = ['zh-CN', 'en']
const STORAGE_KEY = 'qs.locale'

// Each language is a chunk of its own: a shopper loads one of them.
const load: Readonly<Record<Locale, () => Promise<{ readonly messages: Messages }>>> = {
  'zh-CN': () => import('./zh-cn.ts'),
  en: () => import('./en.ts'),
}

/** What the visitor chose, here or by `?lang=en` in a link; else what the browser speaks. */
function startingLocale(): Locale {
  const asked = new URLSearchParams(location.search).get('lang') ?? readStored()
  if (asked !== null) return asked.startsWith('en') ? 'en' : 'zh-CN'
  return navigator.language.startsWith('zh') ? 'zh-CN' : 'en'
}

/** To be awaited before the first render, so that no key is ever seen. */
export async function startI18n(): Promise<void> {
  const locale = startingLocale()
  const { messages } = await load[locale]()
  await i18next.use(initReactI18next).init({
    lng: locale,
    fallbackLng: false,
    defaultNS: 'mall',
    resources: { [locale]: { mall: messages } },
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  })
  document.documentElement.lang = locale
}

/** The language that the shop chose, for a visitor who has not chosen one. */
export async function offerLocale(locale: Locale): Promise<void> {
  const chosen = new URLSearchParams(location.search).has('lang') || readStored() !== null
  if (!chosen && locale !== currentLocale()) await showIn(locale)
}

/** The visitor's choice; remembered. */
export async function changeLocale(locale: Locale): Promise<void> {
  await showIn(locale)
  try {
    localStorage.setItem(STORAGE_KEY, locale)
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
}

async function showIn(locale: Locale): Promise<void> {
  if (!i18next.hasResourceBundle(locale, 'mall')) {
    const { messages } = await load[locale]()
    i18next.addResourceBundle(locale, 'mall', messages)
  }
  await i18next.changeLanguage(locale)
  document.documentElement.lang = locale
}

export const currentLocale = (): Locale => (i18next.language === 'en' ? 'en' : 'zh-CN')

/** Messages, the locale, and the merchant's texts and times in it. */
export function useI18n() {
  const { t, i18n } = useTranslation()
  const locale: Locale = i18n.language === 'en' ? 'en' : 'zh-CN'
  return {
    t,
    locale,
    /** A text that the merchant wrote in Chinese and perhaps in English; the English one may be empty. */
    own: (zh: string, en: string): string => (locale === 'en' && en !== '' ? en : zh),
    /** Shop's time, whatever zone the visitor is in. */
    time: (instant: string): string => formatOf(locale, 'time').format(new Date(instant)),
    day: (instant: string): string => formatOf(locale, 'day').format(new Date(instant)),
  }
}

const formats = new Map<string, Intl.DateTimeFormat>()
function formatOf(locale: Locale, kind: 'time' | 'day'): Intl.DateTimeFormat {
  const key = `${locale} ${kind}`
  const known = formats.get(key)
  if (known) return known
  const made = new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : 'zh-CN', {
    timeZone: 'Asia/Shanghai',
    year: 'numeric',
    month: locale === 'en' ? 'short' : '2-digit',
    day: '2-digit',
    ...(kind === 'time' ? { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } : {}),
  })
  formats.set(key, made)
  return made
}

function readStored(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY)
  } catch {
    return null
  }
}
