/** `a[b][0][c]=1&d=2` → `{ a: { b: [{ c: '1' }] }, d: '2' }`, as Stripe reads bodies and queries. Values stay text. */
export type FormValue = string | { readonly [name: string]: FormValue }
type Building = { [name: string]: string | Building }

export function parseForm(text: string): { readonly [name: string]: FormValue } {
  const root: Building = {}
  for (const [path, value] of new URLSearchParams(text)) {
    const names = path.split('[').map((part) => part.replace(/\]$/, ''))
    let at = root
    names.forEach((given, place) => {
      // `expand[]=a&expand[]=b`: the next free number.
      const name = given === '' ? String(Object.keys(at).length) : given
      if (place === names.length - 1) {
        at[name] = value
        return
      }
      const next = at[name]
      const inner: Building = typeof next === 'object' ? next : {}
      at[name] = inner
      at = inner
    })
  }
  return root
}

/** The text at a path, e.g. `line_items.0.quantity`. */
export function textAt(form: FormValue | undefined, path: string): string | undefined {
  let at: FormValue | undefined = form
  for (const name of path.split('.')) at = typeof at === 'object' ? at[name] : undefined
  return typeof at === 'string' ? at : undefined
}

/** All texts right under a path: metadata, expansions. */
export function textsAt(form: FormValue | undefined, path: string): Record<string, string> {
  let at: FormValue | undefined = form
  for (const name of path.split('.')) at = typeof at === 'object' ? at[name] : undefined
  if (typeof at !== 'object') return {}
  return Object.fromEntries(
    Object.entries(at).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}
