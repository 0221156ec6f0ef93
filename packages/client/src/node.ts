/**
 * A `fetch` that keeps cookies, as a browser does: one per visitor, for tests, demonstrations and load.
 * Knows names, paths and expiry; one server only, so no domains.
 */
export function createCookieFetch(send: typeof fetch = fetch): typeof fetch {
  const jar = new Map<string, { readonly name: string; readonly value: string; readonly path: string }>()
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const headers = new Headers(init?.headers)
    const cookies = [...jar.values()].filter(({ path }) => covers(path, url.pathname))
    // A longer path comes first, and the server takes the first of a name.
    const line = cookies.toSorted((a, b) => b.path.length - a.path.length).map(({ name, value }) => `${name}=${value}`)
    if (line.length > 0) headers.set('cookie', line.join('; '))
    const response = await send(input, { ...init, headers })
    for (const cookie of response.headers.getSetCookie()) keep(cookie)
    return response
  }

  function keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
    const name = pair.slice(0, pair.indexOf('='))
    const attribute = (wanted: string) =>
      attributes.find((each) => each.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1)
    const path = attribute('path') ?? '/'
    if (Number(attribute('max-age') ?? 1) <= 0) jar.delete(`${path} ${name}`)
    else jar.set(`${path} ${name}`, { name, value: pair.slice(pair.indexOf('=') + 1), path })
  }
}

const covers = (path: string, requested: string): boolean =>
  path === '/' || requested === path || requested.startsWith(path.endsWith('/') ? path : `${path}/`)
