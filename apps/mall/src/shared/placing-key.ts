import { tabStorage } from './storage.ts'

const STORAGE_KEY = 'qs.placing'

/**
 * One key for one order, however often it is sent: a double click, a retry after a broken connection and a reload all
 * carry the same key as long as the order is the same, so that the server makes one order of them. Another order, or a
 * refused one, gets a new key.
 */
export const placingKey = {
  for(order: unknown): string {
    const text = fingerprint(JSON.stringify(order))
    const stored = tabStorage.read<{ text: string; key: string }>(STORAGE_KEY)
    if (stored?.text === text) return stored.key
    const key = randomKey()
    tabStorage.write(STORAGE_KEY, { text, key })
    return key
  },
  /** The outcome is known: the next attempt is another order. */
  forget(): void {
    tabStorage.remove(STORAGE_KEY)
  },
}

/** `crypto.randomUUID` exists on https only. */
const randomKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** Tells orders apart without keeping the query password in storage (FNV-1a, two lanes). */
function fingerprint(text: string): string {
  let a = 0x811c9dc5
  let b = 0x9e3779b9
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    a = Math.imul(a ^ unit, 0x01000193)
    b = Math.imul(b ^ unit, 0x85ebca6b)
  }
  return `${text.length}.${(a >>> 0).toString(36)}.${(b >>> 0).toString(36)}`
}
