/** The shop's address: `…/` or `…/s/<slug>/`. The server writes it into `<base>`; in development there is none. */
export const siteUrl = new URL(document.querySelector('base')?.href ?? '/', location.origin)

/** What the router strips from every path: `` or `/s/<slug>`. */
export const basename = siteUrl.pathname.replace(/\/$/, '')

/**
 * Puts a file's path under the shop's prefix, unless it is there already: the server's answers carry it, what a merchant
 * typed (`/files/…`) does not.
 */
export function assetUrl(path: string): string {
  if (/^https?:/.test(path) || path.startsWith(siteUrl.pathname)) return new URL(path, siteUrl).href
  return new URL(path.replace(/^\/+/, ''), siteUrl).href
}
