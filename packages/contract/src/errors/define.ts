import { Refusal } from '@quanshu/kernel'

/** One entry of the catalogue: what the person reads in each language. `{name}` is filled from params. */
export type ErrorEntry = {
  readonly status: number
  readonly zh: string
  readonly en: string
}

type CamelEntries = Readonly<Record<string, ErrorEntry>>
type Params = Readonly<Record<string, unknown>>
export type ErrorFactory<Area extends string, T extends CamelEntries> = {
  readonly [K in keyof T & string]: (params?: Params) => Refusal
} & { readonly area: Area }

const catalogue = new Map<string, ErrorEntry>()

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/**
 * Declares a module's refusals: `vaultErrors.insufficientStock({ missing: 3 })` makes a `Refusal`
 * with the code `vault.insufficient_stock`, ready to throw.
 */
export function defineErrors<const Area extends string, const T extends CamelEntries>(
  area: Area,
  entries: T,
): ErrorFactory<Area, T> {
  const factory: Record<string, unknown> = { area }
  for (const [name, entry] of Object.entries(entries)) {
    const code = `${area}.${snake(name)}`
    catalogue.set(code, entry)
    factory[name] = (params: Params = {}) => new Refusal(code, entry.status, params)
  }
  return factory as ErrorFactory<Area, T>
}

/** Remakes a refusal from a code that came out of SQL. Unknown codes are a bug and throw. */
export function refusalOf(code: string, params: Params = {}): Refusal {
  const entry = catalogue.get(code)
  if (!entry) throw new Error(`refusal ${code} is not in the catalogue`)
  return new Refusal(code, entry.status, params)
}

/** The sentence a person reads. Params are put in as text; the caller escapes for its medium. */
export function errorMessage(code: string, params: Params, locale: 'zh-CN' | 'en'): string {
  const entry = catalogue.get(code)
  if (!entry) return code
  const text = locale === 'en' ? entry.en : entry.zh
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole))
}

export const errorCatalogue = (): ReadonlyMap<string, ErrorEntry> => catalogue
