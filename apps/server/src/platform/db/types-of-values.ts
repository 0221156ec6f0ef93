import pg from 'pg'

const BIGINT = 20
const BIGINT_ARRAY = 1016
const DATE = 1082

/**
 * How values arrive: bigint as a number (ids, fen and counts all stay below 2^53; one that does not is a bug and throws),
 * date as `2026-11-22` (a day has no zone), timestamptz as Date, numeric as text, jsonb parsed.
 */
export const valueTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (oid === BIGINT) return safeInteger
    if (oid === BIGINT_ARRAY) return safeIntegers
    if (oid === DATE) return asText
    return pg.types.getTypeParser(oid, format)
  }) as pg.CustomTypesConfig['getTypeParser'],
}

const asText = (text: string): string => text

function safeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} does not fit a safe integer`)
  return value
}

/** `{1,2,NULL}`: a one-dimensional array of bigint. */
function safeIntegers(text: string): (number | null)[] {
  if (text === '{}') return []
  return text
    .slice(1, -1)
    .split(',')
    .map((item) => (item === 'NULL' ? null : safeInteger(item)))
}

/**
 * A parameter of a hot command as the driver wants it: a list of numbers is a bigint[], other objects and lists become
 * jsonb text, times ISO text, bytes stay bytes.
 */
export function toParameter(value: unknown): unknown {
  if (value === undefined) return null
  if (value instanceof Date) return value.toISOString()
  if (Buffer.isBuffer(value)) return value
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number')) return `{${value}}`
  if (typeof value === 'object' && value !== null) return JSON.stringify(value)
  return value
}
