import type { SupplierProfile, SupplierProfileField, SupplierProfileOperation } from '@quanshu/contract'
import type { Refused, SupplierAccount } from '../../supplier.ts'
import { stampOf } from '../dates.ts'
import { haoToText } from '../hao.ts'
import { isObject, type Json, JsonNumber, textOf, writeJson } from '../json.ts'
import { baseOf, isHeaderSafe, refused } from '../wire.ts'
import { type Signable, signatureOf, signedText } from './signing.ts'

/** What a profile's fields may be filled from, besides the account. */
export type Values = {
  readonly no?: string
  readonly remoteNo?: string
  readonly remoteId?: string
  readonly quantity?: number
  readonly ceilingHao?: number
  readonly fields?: Readonly<Record<string, string>>
  readonly callbackUrl?: string
  readonly buyerIp?: string
  readonly page?: number
  readonly pageSize?: number
}

export type BuiltRequest = {
  readonly kind: 'request'
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signedText: string
  readonly signature: string
}

/** Stands for a secret wherever a person looks. */
export const MASK = '******'
type Secret = (name: string) => string
type Placed = {
  readonly body: Readonly<Record<string, Json>>
  readonly query: readonly (readonly [string, string])[]
  readonly headers: Readonly<Record<string, string>>
}

/** The request as it is sent. `masked` shows it without secrets, and yet with the signature that they make. */
export function buildRequest(
  profile: SupplierProfile,
  account: SupplierAccount,
  operation: SupplierProfileOperation,
  values: Values,
  now: Date,
  masked = false,
): BuiltRequest | Refused {
  const missing = profile.settings.find(
    ({ key, secret, required }) => required && filledIn(profile, account, key, secret) === '',
  )
  if (missing) return refused('other', 'not_configured', `${missing.key} is not filled in`)
  const secret: Secret = (name) => account.secrets[name] ?? ''
  const real = composed(profile, account, operation, values, now, secret)
  if (!Object.values(real.placed.headers).every(isHeaderSafe)) {
    return refused('other', 'not_configured', 'identity or settings hold what no header can')
  }
  const signature = signatureOf(profile.signing, real.text, secret)
  const shown = masked ? composed(profile, account, operation, values, now, () => MASK) : real
  return finished(profile, account, operation, shown, signature)
}

function composed(
  profile: SupplierProfile,
  account: SupplierAccount,
  operation: SupplierProfileOperation,
  values: Values,
  now: Date,
  secret: Secret,
): { readonly placed: Placed; readonly text: string } {
  const timestamp = stampOf(now, profile.timestamp)
  const fill = filler(profile, account)
  const placed = place([...profile.common, ...operation.fields], (field) =>
    sourceOf(field, { account, values, timestamp, secret, fill, profile }),
  )
  const message: Signable = {
    fields: new Map<string, Json>([...Object.entries(placed.body), ...placed.query]),
    body: operation.method === 'GET' ? '' : bodyText(profile, placed.body),
    identity: account.identity,
    timestamp,
    header: (name) => placed.headers[name.toLowerCase()] ?? '',
    secret,
    fill,
  }
  return { placed, text: signedText(profile.signing, message) }
}

function finished(
  profile: SupplierProfile,
  account: SupplierAccount,
  operation: SupplierProfileOperation,
  { placed, text }: { readonly placed: Placed; readonly text: string },
  signature: string,
): BuiltRequest {
  const { place: where, name } = profile.signing
  const query = new URLSearchParams(placed.query.map(([to, value]): [string, string] => [to, value]))
  if (where === 'query') query.append(name, signature)
  const path = filler(profile, account)(operation.path)
  const url = `${baseOf(account)}${path}${query.size > 0 ? `?${query}` : ''}`
  const headers = { ...placed.headers, ...(where === 'header' && { [name.toLowerCase()]: signature }) }
  if (operation.method === 'GET') return { kind: 'request', method: 'GET', url, headers, signedText: text, signature }
  const body = bodyText(profile, where === 'body' ? { ...placed.body, [name]: signature } : placed.body)
  const type =
    profile.body === 'json' ? 'application/json; charset=utf-8' : 'application/x-www-form-urlencoded; charset=utf-8'
  return {
    kind: 'request',
    method: 'POST',
    url,
    headers: { 'content-type': type, ...headers },
    body,
    signedText: text,
    signature,
  }
}

/** Puts settings into a text; a secret has no place there, and the profile's check refuses it. */
export const filler =
  (profile: SupplierProfile, account: SupplierAccount) =>
  (template: string): string =>
    template.replace(/\{(\w+)\}/g, (_whole, name: string) => filledIn(profile, account, name, false))

function filledIn(profile: SupplierProfile, account: SupplierAccount, key: string, secret: boolean): string {
  if (secret) return account.secrets[key] ?? ''
  const setting = profile.settings.find((one) => one.key === key)
  return account.settings[key] || setting?.fallback || setting?.choices?.[0] || ''
}

function bodyText(profile: SupplierProfile, body: Readonly<Record<string, Json>>): string {
  if (profile.body === 'json') return writeJson(body, profile.sortedJson ? 'all' : 'given')
  const pairs = Object.entries(body).map(([name, value]): [string, string] => [name, textOf(value) ?? writeJson(value)])
  return new URLSearchParams(pairs).toString()
}

type Source = {
  readonly account: SupplierAccount
  readonly values: Values
  readonly timestamp: string
  readonly secret: Secret
  readonly fill: (template: string) => string
  readonly profile: SupplierProfile
}

function sourceOf(field: SupplierProfileField, { account, values, timestamp, secret, fill, profile }: Source): Json {
  const { fields = {}, quantity = 1, ceilingHao } = values
  switch (field.from) {
    case 'text':
      return fill(field.text)
    case 'identity':
      return account.identity
    case 'setting':
      return filledIn(profile, account, field.text, false)
    case 'secret':
      return secret(field.text)
    case 'timestamp':
      return timestamp
    case 'quantity':
      return String(quantity)
    case 'ceilingEach':
      return ceilingHao === undefined ? '' : haoToText(ceilingHao, field.decimals)
    case 'ceilingTotal':
      return ceilingHao === undefined ? '' : haoToText(ceilingHao * quantity, field.decimals)
    case 'account':
      return (field.text === '' ? Object.values(fields)[0] : fields[field.text]) ?? ''
    case 'fields':
      return allFields(field, fields)
    case 'remoteIdHead':
      return (values.remoteId ?? '').split(':')[0] ?? ''
    case 'remoteIdTail':
      return (values.remoteId ?? '').split(':').slice(1).join(':')
    case 'page':
    case 'pageSize':
      return values[field.from] === undefined ? '' : String(values[field.from])
    default:
      return values[field.from] ?? ''
  }
}

function allFields(
  { shape, listName, listValue }: SupplierProfileField,
  fields: Readonly<Record<string, string>>,
): Json {
  if (shape === 'object') return fields
  if (shape === 'json') return Object.keys(fields).length === 0 ? '' : writeJson(fields)
  return Object.entries(fields).map(([name, value]) => ({ [listName]: name, [listValue]: value }))
}

function place(fields: readonly SupplierProfileField[], read: (field: SupplierProfileField) => Json): Placed {
  const body: Record<string, Json> = {}
  const query: (readonly [string, string])[] = []
  const headers: Record<string, string> = {}
  for (const field of fields) {
    const value = read(field)
    if (field.skipEmpty && isEmpty(value)) continue
    const text = textOf(value) ?? writeJson(value)
    if (field.place === 'query') query.push([field.to, text])
    else if (field.place === 'header') headers[field.to.toLowerCase()] = text
    else nest(body, field.to.split('.'), field.as === 'number' && isNumber(text) ? new JsonNumber(text) : value)
  }
  return { body, query, headers }
}

const isEmpty = (value: Json): boolean =>
  value === '' || (Array.isArray(value) && value.length === 0) || (isObject(value) && Object.keys(value).length === 0)
const isNumber = (text: string): boolean => /^-?(?:0|[1-9]\d{0,17})(?:\.\d{1,10})?$/.test(text)

function nest(into: Record<string, Json>, [name = '', ...rest]: readonly string[], value: Json): void {
  if (rest.length === 0) {
    into[name] = value
    return
  }
  const below = into[name]
  const inner: Record<string, Json> = isObject(below) ? { ...below } : {}
  nest(inner, rest, value)
  into[name] = inner
}
