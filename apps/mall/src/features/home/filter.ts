export type Sort = 'recommended' | 'newest' | 'priceAsc' | 'priceDesc'
export type Filter = {
  readonly categoryId?: number
  readonly tagId?: number
  readonly q?: string
  readonly sort: Sort
}

const SORTS: readonly string[] = ['newest', 'priceAsc', 'priceDesc']

/** What the address asks for; anything that makes no sense is left out. */
export function readFilter(params: URLSearchParams): Filter {
  const categoryId = readId(params.get('category'))
  const tagId = readId(params.get('tag'))
  const q = params.get('q')?.trim().slice(0, 60)
  const sort = params.get('sort')
  return {
    ...(categoryId ? { categoryId } : {}),
    ...(tagId ? { tagId } : {}),
    ...(q ? { q } : {}),
    sort: sort !== null && SORTS.includes(sort) ? (sort as Sort) : 'recommended',
  }
}

/** The address of the shop window with this filter. */
export function filterLink({ categoryId, tagId, q, sort }: Filter): string {
  const params = new URLSearchParams()
  if (categoryId) params.set('category', String(categoryId))
  if (tagId) params.set('tag', String(tagId))
  if (q) params.set('q', q)
  if (sort !== 'recommended') params.set('sort', sort)
  const text = params.toString()
  return text === '' ? '/' : `/?${text}`
}

export function without<K extends keyof Filter>(filter: Filter, key: K): Omit<Filter, K> {
  const { [key]: _, ...rest } = filter
  return rest
}

const readId = (text: string | null): number | undefined => (text && /^\d{1,15}$/.test(text) ? Number(text) : undefined)
