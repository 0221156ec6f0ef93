/**
 * JSON whose numbers keep their text: suppliers send order numbers of twenty digits and prices of four decimals as
 * numbers, and sign them as they wrote them.
 */
export class JsonNumber {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}
export type Json = string | boolean | null | JsonNumber | readonly Json[] | { readonly [name: string]: Json }
export type JsonObject = { readonly [name: string]: Json }

/** A BOM in front, as files saved by PHP send it, is left out. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text.replace(/^\ufeff/, '').trim(), (_name, value, context?: { source?: string }) =>
      typeof value === 'number' ? new JsonNumber(context?.source ?? String(value)) : value,
    )
  } catch {
    return undefined
  }
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber)

/** What a text or number says; undefined for everything else. */
export function textOf(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value
  if (value instanceof JsonNumber) return value.text
  return typeof value === 'boolean' ? String(value) : undefined
}

/** Without spaces. `sorted`: names in order, in `all` depths or only the first. */
export function writeJson(value: Json, sorted: 'given' | 'first' | 'all' = 'given'): string {
  if (value instanceof JsonNumber) return value.text
  if (Array.isArray(value))
    return `[${value.map((item) => writeJson(item, sorted === 'all' ? 'all' : 'given')).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value)
  const names = Object.keys(value)
  if (sorted !== 'given') names.sort()
  const inner = sorted === 'all' ? 'all' : 'given'
  return `{${names.map((name) => `${JSON.stringify(name)}:${writeJson(value[name] ?? null, inner)}`).join(',')}}`
}
