import type { Brand } from './ids.ts'

/** Integer minor units of CNY. The only form in which money exists inside the system. */
export type Fen = Brand<number, 'Fen'>

/** @throws RangeError when `value` is not a safe integer: a fraction of a fen is always a bug. */
export function fen(value: number): Fen {
  if (!Number.isSafeInteger(value)) throw new RangeError(`not a whole number of fen: ${value}`)
  return value as Fen
}

/** `1990` → `"19.90"`; the text gateways and people read. */
export function fenToYuan(value: number): string {
  const sign = value < 0 ? '-' : ''
  const abs = Math.abs(value)
  return `${sign}${Math.trunc(abs / 100)}.${String(abs % 100).padStart(2, '0')}`
}

/** `"19.9"` → `1990`. Returns undefined for anything but plain yuan with at most two decimals. */
export function yuanToFen(text: string): Fen | undefined {
  const match = /^(-?)(\d{1,12})(?:\.(\d{1,2}))?$/.exec(text.trim())
  if (!match) return undefined
  const [, sign, whole = '0', decimals = ''] = match
  const value = Number(whole) * 100 + Number(decimals.padEnd(2, '0'))
  return fen(sign ? -value : value)
}
