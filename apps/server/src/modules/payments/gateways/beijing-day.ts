const DAY_MS = 86_400_000

/** A calendar day of Beijing time as the moments at which it begins and ends, in milliseconds. */
export function beijingDay(day: string): { readonly fromMs: number; readonly toMs: number } {
  const fromMs = Date.parse(`${day}T00:00:00+08:00`)
  if (!Number.isFinite(fromMs)) throw new RangeError(`no day: ${day}`)
  return { fromMs, toMs: fromMs + DAY_MS }
}

/** `2026-11-22 09:30:05`, as Chinese gateways write time, → RFC 3339. Undefined for anything else. */
export function beijingTime(text: string): string | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)$/.exec(text.trim())
  if (!match) return undefined
  const at = `${match[1]}T${match[2]}+08:00`
  return Number.isFinite(Date.parse(at)) ? at : undefined
}
