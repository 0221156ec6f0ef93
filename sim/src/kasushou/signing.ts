import { createHash, timingSafeEqual } from 'node:crypto'

/** What stands in a callback beside the signed fields: goods, and the signature itself. */
const UNSIGNED = ['sign', 'card_list', 'express_list']

/** Lower hex SHA-1 over the time stamp, the JSON text with its outermost names in order, and the key. */
export function signatureOf(timestamp: string, value: Readonly<Record<string, unknown>>, apiKey: string): string {
  return createHash('sha1')
    .update(timestamp + sortedJson(value) + apiKey)
    .digest('hex')
}

export function isSigned(
  given: string,
  timestamp: string,
  value: Readonly<Record<string, unknown>>,
  apiKey: string,
): boolean {
  const expected = Buffer.from(signatureOf(timestamp, value, apiKey))
  const sent = Buffer.from(given.toLowerCase())
  return sent.length === expected.length && timingSafeEqual(sent, expected)
}

/** A callback carries its time stamp and signature in itself. */
export function withSignature(value: Readonly<Record<string, unknown>>, time: string, apiKey: string): string {
  const stamped: Readonly<Record<string, unknown>> = { ...value, time }
  const signed = Object.fromEntries(Object.entries(stamped).filter(([name]) => !UNSIGNED.includes(name)))
  return JSON.stringify({ ...stamped, sign: signatureOf(time, signed, apiKey) })
}

/** Inner objects stay in the order in which they came, as `ksort` leaves them. */
function sortedJson(value: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(value).sort()
  return `{${names.map((name) => `${JSON.stringify(name)}:${JSON.stringify(value[name])}`).join(',')}}`
}
