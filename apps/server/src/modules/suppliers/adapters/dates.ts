const BEIJING_MS = 8 * 3_600_000

export type StampUnit = 'seconds' | 'milliseconds' | 'compact' | 'datetime'

/** A moment as suppliers write it; `compact` is `20261122093005`, `datetime` `2026-11-22 09:30:05`, of Beijing time. */
export function stampOf(at: Date, unit: StampUnit): string {
  if (unit === 'seconds') return String(Math.floor(at.getTime() / 1000))
  if (unit === 'milliseconds') return String(at.getTime())
  const local = new Date(at.getTime() + BEIJING_MS).toISOString().slice(0, 19).replace('T', ' ')
  return unit === 'datetime' ? local : local.replace(/\D/g, '')
}

/** The moment that `stampOf` wrote. Undefined for anything else. */
export function momentOf(text: string, unit: StampUnit): Date | undefined {
  if (unit === 'seconds' && /^\d{9,11}$/.test(text)) return new Date(Number(text) * 1000)
  if (unit === 'milliseconds' && /^\d{12,13}$/.test(text)) return new Date(Number(text))
  const parts = (
    unit === 'compact' ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/ : /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)$/
  ).exec(text)
  if (!parts) return undefined
  const [, year, month, day, hour, minute, second] = parts
  const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}+08:00`)
  return Number.isNaN(at.getTime()) ? undefined : at
}

/** How suppliers say that a card never ends. */
const ENDLESS = /^(?:|0|-1|null|永久|永久有效|长期|长期有效|无限期|0000-00-00(?: 00:00:00)?)$/i

/**
 * The end of a card's life, RFC 3339; a day without a time lasts to its end in Beijing. Null: without end.
 * @returns undefined for a text that says neither; a card with such an end is not handed out as one without
 */
export function endOf(text: string): string | null | undefined {
  const plain = text.trim()
  if (ENDLESS.test(plain)) return null
  const day = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T](\d\d:\d\d)(:\d\d)?)?$/.exec(plain)
  if (day) {
    const [, year, month = '', date = '', time = '23:59', seconds = day[4] ? ':00' : ':59'] = day
    return checked(`${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}T${time}${seconds}+08:00`)
  }
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)$/.test(plain)) return checked(plain)
  const at = momentOf(plain, 'milliseconds') ?? momentOf(plain, 'compact') ?? momentOf(plain, 'seconds')
  return at?.toISOString()
}

const checked = (text: string): string | undefined => (Number.isNaN(Date.parse(text)) ? undefined : text)
