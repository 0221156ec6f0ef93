import i18next from 'i18next'
import { useCallback } from 'react'
import { initReactI18next, useTranslation } from 'react-i18next'

/**
 * Messages live beside the feature that says them, each with both languages in one place, so that a missing
 * translation does not compile. `{name}` is filled from params.
 */
export type Locale = 'zh-CN' | 'en'
export const LOCALES: readonly Locale[] = ['zh-CN', 'en']
const STORAGE_KEY = 'quanshu.console.locale'

type Pair = readonly [zh: string, en: string]
export type Messages<Key extends string> = { readonly namespace: string; readonly keys: Readonly<Record<Key, Pair>> }
type Params = Readonly<Record<string, string | number | null | undefined>>
export type Say<Key extends string> = (key: Key, params?: Params) => string

const remembered = localStorage.getItem(STORAGE_KEY)
i18next.use(initReactI18next).init({
  lng: isLocale(remembered) ? remembered : navigator.language.startsWith('zh') ? 'zh-CN' : 'en',
  fallbackLng: false,
  resources: {},
  initAsync: false,
  keySeparator: false,
  nsSeparator: false,
  // React escapes by itself; the braces are those of the error catalogue.
  interpolation: { escapeValue: false, prefix: '{', suffix: '}' },
  react: { useSuspense: false },
})
document.documentElement.lang = i18next.language

/** Declares a feature's messages: `defineMessages('goods', { title: ['商品', 'Goods'] })`. */
export function defineMessages<const M extends Readonly<Record<string, Pair>>>(
  namespace: string,
  keys: M,
): Messages<keyof M & string> {
  const pick = (index: 0 | 1) => Object.fromEntries(Object.entries(keys).map(([key, pair]) => [key, pair[index]]))
  i18next.addResourceBundle('zh-CN', namespace, pick(0), true, true)
  i18next.addResourceBundle('en', namespace, pick(1), true, true)
  return { namespace, keys }
}

/** The messages of a feature in the language of the person; the component redraws when the language changes. */
export function useText<Key extends string>(messages: Messages<Key>): Say<Key> {
  const { t } = useTranslation(messages.namespace)
  return useCallback((key, params) => t(key, params ?? {}), [t])
}

/** The same outside of a component. */
export function say<Key extends string>(messages: Messages<Key>, key: Key, params?: Params): string {
  return i18next.t(key, { ns: messages.namespace, ...params })
}

export function useLocale(): Locale {
  const { i18n } = useTranslation()
  return i18n.language === 'en' ? 'en' : 'zh-CN'
}

/** Several words as one text: `甲、乙`, `A, B`. */
export function useList(): (words: readonly string[]) => string {
  const locale = useLocale()
  return useCallback((words) => words.join(locale === 'en' ? ', ' : '、'), [locale])
}

export const currentLocale = (): Locale => (i18next.language === 'en' ? 'en' : 'zh-CN')
export const hasChosenLocale = (): boolean => isLocale(localStorage.getItem(STORAGE_KEY))

export function setLocale(locale: Locale): void {
  localStorage.setItem(STORAGE_KEY, locale)
  document.documentElement.lang = locale
  void i18next.changeLanguage(locale)
}

/** What the server says in both languages at once, in the language of the person. An empty English text falls back. */
export function useBoth(): (zh: string, en: string) => string {
  const locale = useLocale()
  return (zh, en) => (locale === 'en' && en !== '' ? en : zh)
}

function isLocale(value: string | null): value is Locale {
  return value === 'zh-CN' || value === 'en'
}
