import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { SupplierPiece, SupplierSigning } from '@quanshu/contract'
import { type Json, textOf, writeJson } from '../json.ts'

/** What a signature may be made over, whichever way the message goes. */
export type Signable = {
  /** Of body and query, in the order they stand. */
  readonly fields: ReadonlyMap<string, Json>
  readonly body: string
  readonly identity: string
  readonly timestamp: string
  readonly header: (name: string) => string
  readonly secret: (name: string) => string
  /** Puts settings into a text. */
  readonly fill: (template: string) => string
}

/** The text that is signed. */
export const signedText = (signing: SupplierSigning, message: Signable): string => texts(signing, message)[0] ?? ''

/** The signature of a text. */
export function signatureOf(
  { hash, hmacKey, output }: SupplierSigning,
  text: string,
  secret: Signable['secret'],
): string {
  const digest = hash.startsWith('hmac-')
    ? createHmac(hash.slice(5), secret(hmacKey)).update(text, 'utf8')
    : createHash(hash).update(text, 'utf8')
  if (output === 'base64') return digest.digest('base64')
  const hex = digest.digest('hex')
  return output === 'upper' ? hex.toUpperCase() : hex
}

/** True when the other side, who has the secret, signed exactly this. Hex is taken in either case. */
export function isSigned(signing: SupplierSigning, message: Signable, given: string): boolean {
  const plain = (text: string): Buffer => Buffer.from(signing.output === 'base64' ? text : text.toLowerCase())
  const actual = plain(given.trim())
  if (actual.length === 0) return false
  return texts(signing, message).some((text) => {
    const expected = plain(signatureOf(signing, text, message.secret))
    return actual.length === expected.length && timingSafeEqual(actual, expected)
  })
}

type IsUnsigned = (name: string) => boolean

/** More than one where the other side may have written its JSON in more than one way. */
function texts(signing: SupplierSigning, message: Signable): readonly string[] {
  const names = new Set([...signing.leaveOut, signing.name])
  // PHP's forms write members of a list as `card_list[0][card_no]`.
  const isUnsigned = (name: string): boolean => names.has(name) || names.has(name.split('[')[0] ?? '')
  let ways: readonly string[] = ['']
  for (const piece of signing.text) {
    const next = written(piece, message, isUnsigned)
    ways = ways.flatMap((start) => next.map((end) => start + end))
  }
  return ways
}

function written(piece: SupplierPiece, message: Signable, isUnsigned: IsUnsigned): readonly string[] {
  switch (piece.is) {
    case 'text':
      return [message.fill(piece.text)]
    case 'secret':
      return [message.secret(piece.name)]
    case 'identity':
      return [message.identity]
    case 'timestamp':
      return [message.timestamp]
    case 'header':
      return [message.header(piece.name)]
    case 'field':
      return [plainValue(message.fields.get(piece.name))]
    case 'body':
      return [message.body]
    case 'json':
      return jsonOf(piece, message, isUnsigned)
    case 'pairs':
      return [pairsOf(piece, message, isUnsigned)]
  }
}

function jsonOf(
  { only, slashes }: Extract<SupplierPiece, { is: 'json' }>,
  message: Signable,
  isUnsigned: IsUnsigned,
): readonly string[] {
  const kept = [...message.fields].filter(([name]) => !isUnsigned(name) && (only === undefined || only.includes(name)))
  const plain = writeJson(Object.fromEntries(kept), 'first')
  const escaped = plain.replaceAll('/', '\\/')
  if (slashes === 'either') return [plain, escaped]
  return [slashes === 'escaped' ? escaped : plain]
}

function pairsOf(piece: Extract<SupplierPiece, { is: 'pairs' }>, message: Signable, isUnsigned: IsUnsigned): string {
  const { only, sort, write, between, skipEmpty } = piece
  const names =
    sort === 'listed' ? [...(only ?? [])] : [...message.fields.keys()].filter((name) => only?.includes(name) ?? true)
  if (sort === 'name') names.sort()
  return names
    .filter((name) => !isUnsigned(name) && (sort === 'listed' || message.fields.has(name)))
    .map((name) => [name, plainValue(message.fields.get(name))] as const)
    .filter(([, value]) => !(skipEmpty && value === ''))
    .map(([name, value]) => (write === 'value' ? value : write === 'namevalue' ? name + value : `${name}=${value}`))
    .join(between)
}

/** Lists and objects are signed as JSON. */
const plainValue = (value: Json | undefined): string =>
  value === undefined || value === null ? '' : (textOf(value) ?? writeJson(value))
