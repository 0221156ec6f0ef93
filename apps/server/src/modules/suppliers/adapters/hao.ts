/** Decimal text and hao (1/10000 of a currency's unit), without floating point on the way. */

const DECIMAL = /^(-?)(\d{1,11})(?:\.(\d{1,20}))?$/

/**
 * `"18.5"` yuan → `185000`. Suppliers' finer decimals are rounded up, so that nothing looks cheaper than it is.
 * @returns undefined for anything but a plain decimal number
 */
export function toHao(text: string, unit: 'yuan' | 'fen' = 'yuan'): number | undefined {
  const match = DECIMAL.exec(text.trim())
  if (!match) return undefined
  const [, sign, whole = '0', decimals = ''] = match
  const places = unit === 'yuan' ? 4 : 2
  const kept = Number(whole) * 10 ** places + Number(decimals.slice(0, places).padEnd(places, '0'))
  const hao = kept + (/[1-9]/.test(decimals.slice(places)) ? 1 : 0)
  if (!Number.isSafeInteger(hao)) return undefined
  return sign && hao !== 0 ? -hao : hao
}

/** `185000` → `"18.50"` with two decimals; cut off, never rounded up: a ceiling must not rise on the way. */
export function haoToText(hao: number, decimals: number): string {
  const whole = Math.trunc(hao / 10_000)
  if (decimals === 0) return String(whole)
  return `${whole}.${String(Math.abs(hao) % 10_000)
    .padStart(4, '0')
    .slice(0, decimals)}`
}
