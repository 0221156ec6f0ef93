import { createDecipheriv, createHash } from 'node:crypto'
import type { SupplierCardCipher, SupplierCardsReading } from '@quanshu/contract'
import type { BoughtCard } from '../supplier.ts'
import { endOf } from './dates.ts'
import { type Json, parseJson, textOf } from './json.ts'
import { at } from './path.ts'

/** Cards that cannot be read for certain are no cards; says why, without a word of what was in them. */
export type CardsRead =
  | { readonly ok: true; readonly cards: readonly BoughtCard[] }
  | { readonly ok: false; readonly reason: string }

const CARDS_MAX = 5_000
const CARD_LENGTH_MAX = 2_000
const no = (reason: string): CardsRead => ({ ok: false, reason })

/** The cards of an answer. An order without any has an empty list. */
export function readCards(
  reading: SupplierCardsReading,
  from: Json,
  secrets: Readonly<Record<string, string>>,
): CardsRead {
  const { cipher, shape } = reading
  let raw = at(from, reading.at)
  if (raw === undefined || raw === null || raw === '') return { ok: true, cards: [] }
  if (cipher?.of === 'list') {
    const plain = typeof raw === 'string' ? deciphered(cipher, raw, secrets) : undefined
    if (plain === undefined) return no('the cards cannot be deciphered')
    raw = shape === 'text' ? plain : parseJson(plain)
  } else if (shape !== 'text' && typeof raw === 'string') raw = parseJson(raw)
  const items = shape === 'text' ? splitText(reading, raw) : raw
  if (!Array.isArray(items)) return no('the cards are no list')
  if (items.length > CARDS_MAX) return no(`more than ${CARDS_MAX} cards`)
  const cards: BoughtCard[] = []
  for (const item of items) {
    const parts = partsOf(reading, item)
    const card = parts && finished(parts, cipher?.of === 'each' ? cipher : undefined, secrets)
    if (!card) return no('a card that cannot be read')
    if (card === 'end') return no('a card whose end cannot be read')
    cards.push(card)
  }
  return { ok: true, cards }
}

type Parts = { readonly number: string; readonly secret: string; readonly validTo: string }

function splitText(reading: SupplierCardsReading, raw: Json | undefined): readonly string[] | undefined {
  if (typeof raw !== 'string') return undefined
  return raw
    .replaceAll('\r\n', '\n')
    .split(reading.between)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function partsOf(reading: SupplierCardsReading, item: Json): Parts | undefined {
  if (reading.shape === 'objects') {
    const read = (path: string | undefined): string | undefined => {
      const value = path === undefined ? '' : at(item, path)
      return value === undefined ? '' : textOf(value)
    }
    const [number, secret] = [read(reading.number), read(reading.secret)]
    // Something else than text where a text belongs: this is not a card as it was agreed upon.
    if (number === undefined || secret === undefined) return undefined
    return { number, secret, validTo: read(reading.validTo) ?? '' }
  }
  if (typeof item !== 'string') return undefined
  const { inside } = reading
  const cut = inside === '' ? -1 : item.indexOf(inside)
  if (cut < 0) return { number: '', secret: item, validTo: '' }
  const rest = item.slice(cut + inside.length)
  // A second separator may be a part of the password or begin something else; nobody can know.
  if (rest.includes(inside)) return undefined
  return { number: item.slice(0, cut), secret: rest, validTo: '' }
}

/** A supplier that has only one value puts it into either place: the number then is the code. */
function finished(
  parts: Parts,
  cipher: SupplierCardCipher | undefined,
  secrets: Readonly<Record<string, string>>,
): BoughtCard | 'end' | undefined {
  const open = (text: string): string | undefined => {
    const plain = text === '' || !cipher ? text : deciphered(cipher, text, secrets)
    return plain === undefined || !isClean(plain) ? undefined : plain.trim()
  }
  const number = open(parts.number)
  const secret = open(parts.secret)
  if (number === undefined || secret === undefined || number + secret === '') return undefined
  const validTo = endOf(parts.validTo)
  if (validTo === undefined) return 'end'
  return secret === '' ? { number: '', secret: number, validTo } : { number, secret, validTo }
}

/** A wrong key passes the padding's check once in 256 times and gives noise: control characters, or halves of some. */
const isClean = (text: string): boolean => text.length <= CARD_LENGTH_MAX && !/[^\P{Cc}\t\n\r]|\ufffd/u.test(text)

const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/
const HEX = /^(?:[0-9a-f]{2})+$/i

/** Undefined when it is not what the cipher says. */
export function deciphered(
  { cipher, encoding, key: keyName, keyIs, iv, ivText }: SupplierCardCipher,
  text: string,
  secrets: Readonly<Record<string, string>>,
): string | undefined {
  const packed = text.replace(/\s+/g, '')
  if (!(encoding === 'hex' && cipher !== 'base64' ? HEX : BASE64).test(packed)) return undefined
  const bytes = Buffer.from(packed, encoding === 'hex' && cipher !== 'base64' ? 'hex' : 'base64')
  try {
    if (cipher === 'base64') return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    const key = keyOf(secrets[keyName] ?? '', keyIs)
    const isCbc = cipher.endsWith('cbc')
    const ahead = isCbc && iv === 'ahead'
    const vector = !isCbc ? null : ahead ? bytes.subarray(0, 16) : vectorOf(iv ?? 'zero', ivText, key)
    const decipher = createDecipheriv(cipher, key, vector)
    const plain = Buffer.concat([decipher.update(ahead ? bytes.subarray(16) : bytes), decipher.final()])
    return new TextDecoder('utf-8', { fatal: true }).decode(plain)
  } catch {
    // A key of another length, a wrong one, or no cipher text.
    return undefined
  }
}

function keyOf(secret: string, how: SupplierCardCipher['keyIs']): Buffer {
  const half = Math.floor(secret.length / 2)
  switch (how) {
    case 'text':
      return Buffer.from(secret)
    case 'hex':
    case 'base64':
      return Buffer.from(secret, how)
    case 'md5':
    case 'sha256':
      return createHash(how).update(secret).digest()
    case 'md5-hex':
      return Buffer.from(createHash('md5').update(secret).digest('hex'))
    case 'first-half':
      return Buffer.from(secret.slice(0, half))
    case 'second-half':
      return Buffer.from(secret.slice(half))
  }
}

function vectorOf(iv: 'zero' | 'text' | 'key' | 'ahead', text: string, key: Buffer): Buffer {
  if (iv === 'text') return Buffer.from(text)
  return iv === 'key' ? key.subarray(0, 16) : Buffer.alloc(16)
}
