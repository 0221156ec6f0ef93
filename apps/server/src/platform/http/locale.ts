import type { IncomingHttpHeaders } from 'node:http'

export type Locale = 'zh-CN' | 'en'

const CACHE_MAX = 1_000
const cache = new Map<string, Locale>()

/** `x-quanshu-locale` if it is one of ours, else the best of `Accept-Language`, else Chinese. */
export function localeOf(headers: IncomingHttpHeaders): Locale {
  const chosen = headers['x-quanshu-locale']
  if (chosen === 'zh-CN' || chosen === 'en') return chosen
  const accepted = headers['accept-language']
  if (accepted === undefined) return 'zh-CN'
  const known = cache.get(accepted)
  if (known) return known
  const locale = bestOf(accepted)
  if (cache.size >= CACHE_MAX) cache.clear()
  cache.set(accepted, locale)
  return locale
}

function bestOf(accepted: string): Locale {
  let best: { readonly locale: Locale; readonly weight: number } = { locale: 'zh-CN', weight: 0 }
  for (const part of accepted.slice(0, 500).split(',')) {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';')
    const locale = tag.startsWith('zh') ? 'zh-CN' : tag.startsWith('en') ? 'en' : undefined
    const weight = Number(parameters.find((parameter) => parameter.trim().startsWith('q='))?.split('=')[1] ?? 1)
    if (locale && weight > best.weight) best = { locale, weight }
  }
  return best.locale
}
