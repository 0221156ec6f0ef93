/**
 * Where the console lives. The server writes `<base href>` for the address the tenant was reached by, so one build
 * serves `/console/` and `/s/<slug>/console/`.
 */
export const consoleBase = new URL('.', document.baseURI).pathname
/** The tenant's root: `/` or `/s/<slug>/`. */
export const tenantRoot = new URL('..', document.baseURI).pathname

/** `/files/…` as the server names it, under the tenant's prefix. */
export function fileUrl(path: string): string {
  return path.startsWith('/') ? tenantRoot + path.slice(1) : path
}

/** A picture in one of the kept widths (160, 320, 640, 1280). */
export function pictureUrl(path: string, width: 160 | 320 | 640 | 1280): string {
  return `${fileUrl(path)}${path.includes('?') ? '&' : '?'}w=${width}`
}
