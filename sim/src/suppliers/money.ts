/**
 * Money here is an integer of 毫, ten-thousandths of a yuan (at Tremendous of a dollar): suppliers price to four decimals,
 * and sums of fractions must be exact in a book that others are compared with.
 */
const HAO_PER_UNIT = 10_000

/** `12.3456`, `12` or `12.5` as text or number. Undefined: not an amount of at most four decimals. */
export function haoOf(value: unknown): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const match = /^(\d{1,9})(?:\.(\d{1,4})0*)?$/.exec(String(value))
  if (!match) return undefined
  return Number(match[1]) * HAO_PER_UNIT + Number((match[2] ?? '').padEnd(4, '0'))
}

/** @throws RangeError for what is not an amount: the caller is a test or a script, not a customer. */
export function neededHao(value: unknown): number {
  const hao = haoOf(value)
  if (hao === undefined) throw new RangeError(`${value} is not an amount with at most four decimals`)
  return hao
}

/** `12.3456`: always four decimals. */
export function haoText(hao: number): string {
  return `${Math.floor(hao / HAO_PER_UNIT)}.${String(hao % HAO_PER_UNIT).padStart(4, '0')}`
}

/** As a JSON number, for wires that show amounts so. */
export const haoNumber = (hao: number): number => hao / HAO_PER_UNIT
