import type { SupplierProfile, SupplierSigning } from '@quanshu/contract'
import type { CallbackRefusal, CallbackVerdict, RawCallback, SupplierAccount } from '../../supplier.ts'
import { momentOf } from '../dates.ts'
import { isObject, type Json, parseJson } from '../json.ts'
import { textAt } from '../path.ts'
import { filler, MASK } from './request.ts'
import { isSigned, type Signable, signatureOf, signedText } from './signing.ts'

const FIELDS_MAX = 64
const NUMBER = /^[0-9A-Za-z_-]{1,64}$/
const no = (verdict: CallbackRefusal): CallbackVerdict => ({ ok: false, verdict })

type Received = {
  readonly fields: ReadonlyMap<string, Json>
  readonly whole: Json
  readonly body: string
  readonly header: (name: string) => string
}

export function verifyCallback(
  profile: SupplierProfile,
  account: SupplierAccount,
  callback: RawCallback,
  now: Date,
): CallbackVerdict {
  const { callback: reading } = profile
  if (!reading) return no('malformed')
  const received = receive(reading.format, callback)
  if (!received) return no('malformed')
  const { product } = reading
  const isProduct = isAboutProduct(reading, received)
  const signing = (isProduct ? product?.signing : undefined) ?? reading.signing
  if (reading.identity && valueAt(received, reading.identity) !== account.identity) return no('wrong_identity')
  if (!isGenuine(profile, account, signing, received)) return no('bad_signature')
  if (reading.age && !isFresh(valueAt(received, reading.age), reading.age, now)) return no('stale')
  if (isProduct) {
    const remoteId = textAt(received.whole, product?.remoteId) ?? ''
    return remoteId.length <= 100 ? { ok: true, about: 'product', remoteId } : no('malformed')
  }
  return orderOf(reading, received)
}

const isAboutProduct = (reading: NonNullable<SupplierProfile['callback']>, { whole }: Received): boolean =>
  reading.product !== undefined &&
  !textAt(whole, reading.no ?? reading.remoteNo) &&
  !!textAt(whole, reading.product.remoteId)

/** What such a callback signs, secrets masked; the signature that the account's secrets make of it; and the one it carries. */
export function explainCallback(
  profile: SupplierProfile,
  account: SupplierAccount,
  callback: RawCallback,
): { readonly signedText: string; readonly expected: string; readonly given: string } | undefined {
  const { callback: reading } = profile
  const received = reading && receive(reading.format, callback)
  if (!reading || !received) return undefined
  const signing = (isAboutProduct(reading, received) ? reading.product?.signing : undefined) ?? reading.signing
  const message = signableOf(profile, account, received)
  return {
    signedText: signedText(signing, { ...message, secret: () => MASK }),
    expected: signatureOf(signing, signedText(signing, message), message.secret),
    given: valueAt(received, signing),
  }
}

function orderOf(reading: NonNullable<SupplierProfile['callback']>, { whole }: Received): CallbackVerdict {
  const state = textAt(whole, reading.state) ?? ''
  const claim = (Object.hasOwn(reading.claims, state) ? reading.claims[state] : undefined) ?? 'unclear'
  const own = textAt(whole, reading.no) ?? ''
  if (NUMBER.test(own)) return { ok: true, about: 'order', no: own, claim }
  const remoteNo = textAt(whole, reading.remoteNo) ?? ''
  return NUMBER.test(remoteNo) ? { ok: true, about: 'remote_order', remoteNo, claim } : no('malformed')
}

function isFresh(
  text: string,
  { unit, secondsMax }: NonNullable<NonNullable<SupplierProfile['callback']>['age']>,
  now: Date,
): boolean {
  const at = momentOf(text, unit)
  return at !== undefined && Math.abs(now.getTime() - at.getTime()) <= secondsMax * 1000
}

function isGenuine(
  profile: SupplierProfile,
  account: SupplierAccount,
  signing: SupplierSigning,
  received: Received,
): boolean {
  return (
    isSigned(signing, signableOf(profile, account, received), valueAt(received, signing)) &&
    secretsOf(signing).every((name) => (account.secrets[name] ?? '') !== '')
  )
}

const signableOf = (profile: SupplierProfile, account: SupplierAccount, received: Received): Signable => ({
  ...received,
  identity: account.identity,
  timestamp: '',
  secret: (name) => account.secrets[name] ?? '',
  fill: filler(profile, account),
})

/** An account without a secret would take what anybody can sign. */
const secretsOf = ({ text, hash, hmacKey }: SupplierSigning): readonly string[] => [
  ...text.flatMap((piece) => (piece.is === 'secret' ? [piece.name] : [])),
  ...(hash.startsWith('hmac') ? [hmacKey] : []),
]

function valueAt(
  { fields, header }: Received,
  { place, name }: { readonly place: string; readonly name: string },
): string {
  if (place === 'header') return header(name)
  return textAt(Object.fromEntries(fields), name) ?? ''
}

/** Undefined when it is not what it should be, or a name comes twice: what was signed and what is read must be the same. */
function receive(
  format: 'json' | 'form' | 'query' | 'any',
  { method, path, headers, body: raw }: RawCallback,
): Received | undefined {
  const body = raw.toString('utf8')
  const header = (name: string): string => {
    const value = headers[name.toLowerCase()]
    return typeof value === 'string' ? value : ''
  }
  const isJson = format === 'json' || (format === 'any' && /^[\s\ufeff]*\{/.test(body))
  if (isJson) {
    const whole = parseJson(body)
    if (!isObject(whole) || Object.keys(whole).length > FIELDS_MAX) return undefined
    return { fields: new Map(Object.entries(whole)), whole, body, header }
  }
  const query = path.includes('?') ? path.slice(path.indexOf('?') + 1) : ''
  const isForm = format === 'form' || (format === 'any' && method === 'POST' && body !== '')
  const pairs = [...new URLSearchParams(isForm ? body : query)]
  const fields = new Map<string, Json>(pairs)
  if (pairs.length === 0 || pairs.length > FIELDS_MAX || fields.size !== pairs.length) return undefined
  return { fields, whole: Object.fromEntries(fields), body, header }
}
