import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import type { MailSignature } from '@quanshu/contract'

/** Asks for the TXT records of a name, each as its pieces. */
export type ResolveTxt = (name: string) => Promise<string[][]>

/** Whether the key can be had is not to be learned now: the mail is to come again later. */
export class SignatureUnknown extends Error {
  override readonly name = 'SignatureUnknown'
}

/** A mail carries one or two; who sends more wants us to work. */
const SIGNATURES_MAX = 5
const RSA_BITS_MIN = 1024
/** Clocks differ. */
const AHEAD_MAX_SECONDS = 3_600

/**
 * Whether a mail is signed by its sender's own domain (RFC 6376, RFC 8463). Another domain's signature says nothing about the sender, nor
 * does one that covers a part of the body only: whoever appends to a mail could append a list.
 * @param raw the mail as it came
 * @param domain of the one address in its From
 * @throws SignatureUnknown when the key's name cannot be asked for
 */
export async function checkSignature(
  raw: Buffer,
  domain: string,
  resolveTxt: ResolveTxt,
  now: Date,
): Promise<MailSignature> {
  const { head, fields, body } = partsOf(raw.toString('latin1'))
  const own = fields
    .filter(({ name }) => name === 'dkim-signature')
    .slice(0, SIGNATURES_MAX)
    .flatMap((field) => signatureOf(field) ?? [])
    .filter((signature) => isOf(domain, signature.domain))
  if (own.length === 0) return 'none'
  if (!isPlain(head, fields)) return 'fail'
  for (const signature of own) {
    if (await holds(signature, fields, body, resolveTxt, now)) return 'pass'
  }
  return 'fail'
}

/** The domain itself, or one that it lies below: who may write keys there may speak for what is below. */
const isOf = (domain: string, signer: string): boolean =>
  signer.includes('.') && (domain === signer || domain.endsWith(`.${signer}`))

type Field = { readonly name: string; readonly text: string }

/** Text is bytes, one character each. */
function partsOf(text: string): { readonly head: string; readonly fields: readonly Field[]; readonly body: string } {
  const end = text.indexOf('\r\n\r\n')
  const head = end < 0 ? text : text.slice(0, end)
  const fields = head
    .split(/\r\n(?![ \t])/)
    .filter((line) => line.includes(':'))
    .map((line) => ({ name: line.slice(0, line.indexOf(':')).trim().toLowerCase(), text: line }))
  return { head, fields, body: end < 0 ? '' : text.slice(end + 4) }
}

/** A mail has one of each. Of two, a signature covers the last and a reader of mails takes the first. */
const ONCE =
  /^(?:from|sender|date|message-id|subject|mime-version|content-(?:type|transfer-encoding|disposition|id|description))$/

/**
 * Whether every program reads the same head: lines end in one way, names are names, and what is there once is there once. Else what was
 * signed need not be what is read: a lone line feed ends a line for one and not for the other.
 */
function isPlain(head: string, fields: readonly Field[]): boolean {
  const lines = head.split(/\r\n(?![ \t])/)
  if (/(?<!\r)\n|\r(?!\n)/.test(head) || !lines.every((line) => /^[!-9;-~]+[ \t]*:/.test(line))) return false
  const once = fields.filter(({ name }) => ONCE.test(name))
  return new Set(once.map(({ name }) => name)).size === once.length
}

type Algorithm = 'rsa-sha256' | 'ed25519-sha256'
type Canon = 'simple' | 'relaxed'
type Signature = {
  readonly field: Field
  readonly algorithm: Algorithm
  readonly head: Canon
  readonly body: Canon
  readonly domain: string
  readonly selector: string
  readonly covered: readonly string[]
  readonly bodyHash: string
  readonly value: string
  readonly madeAt: number | undefined
  readonly endsAt: number | undefined
}

/**
 * Undefined when it is one that says nothing: malformed, of an algorithm that nobody should trust, or not about the From, or about the
 * Date, without which an old list could be sent again as today's.
 */
function signatureOf(field: Field): Signature | undefined {
  const tags = tagsOf(field.text.slice(field.text.indexOf(':') + 1))
  const { v, a, d = '', s = '', h = '', bh = '', b = '', c = 'simple/simple', l, i } = tags
  const [head = 'simple', body = 'simple'] = c.toLowerCase().split('/')
  const isCanon = (text: string): text is Canon => text === 'simple' || text === 'relaxed'
  const algorithm = a?.toLowerCase()
  const domain = d.toLowerCase()
  const covered = h
    .toLowerCase()
    .split(':')
    .map((name) => name.trim())
  if (v !== '1' || l !== undefined || !isCanon(head) || !isCanon(body)) return undefined
  if (!covered.includes('from') || !covered.includes('date')) return undefined
  if (algorithm !== 'rsa-sha256' && algorithm !== 'ed25519-sha256') return undefined
  if (!/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(domain) || !/^[a-zA-Z0-9._-]{1,100}$/.test(s) || bh === '' || b === '')
    return undefined
  const signedAs = i?.slice(i.lastIndexOf('@') + 1).toLowerCase()
  if (signedAs !== undefined && signedAs !== domain && !signedAs.endsWith(`.${domain}`)) return undefined
  const moment = (text: string | undefined) =>
    text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : undefined
  return {
    field,
    algorithm,
    head,
    body,
    domain,
    selector: s,
    covered,
    bodyHash: bh.replace(/\s+/g, ''),
    value: b.replace(/\s+/g, ''),
    madeAt: moment(tags.t),
    endsAt: moment(tags.x),
  }
}

function tagsOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text
      .split(';')
      .map((tag) => [tag.slice(0, tag.indexOf('=')).trim(), tag.slice(tag.indexOf('=') + 1).trim()] as const)
      .filter(([name]) => /^[a-z]+$/.test(name)),
  )
}

async function holds(
  signature: Signature,
  fields: readonly Field[],
  body: string,
  resolveTxt: ResolveTxt,
  now: Date,
): Promise<boolean> {
  const seconds = now.getTime() / 1_000
  if ((signature.madeAt ?? 0) > seconds + AHEAD_MAX_SECONDS) return false
  if (signature.endsAt !== undefined && signature.endsAt < seconds) return false
  const bodyHash = createHash('sha256')
    .update(Buffer.from(canonicalBody(body, signature.body), 'latin1'))
    .digest('base64')
  if (bodyHash !== signature.bodyHash) return false
  const key = await keyOf(signature, resolveTxt)
  if (!key) return false
  const signed = Buffer.from(signedText(signature, fields), 'latin1')
  const value = Buffer.from(signature.value, 'base64')
  return signature.algorithm === 'rsa-sha256'
    ? verify('sha256', signed, key, value)
    : verify(null, createHash('sha256').update(signed).digest(), key, value)
}

/** Of fields that stand there more than once the last counts first; one that is named oftener than it stands there counts as empty. */
function signedText(signature: Signature, fields: readonly Field[]): string {
  const left = new Map<string, Field[]>()
  for (const field of fields) left.set(field.name, [...(left.get(field.name) ?? []), field])
  const covered = signature.covered.flatMap((name) => left.get(name)?.pop() ?? [])
  const own = signature.field.text.replace(/(^|;)([ \t\r\n]*b[ \t\r\n]*=)[^;]*/, '$1$2')
  return `${covered.map(({ text }) => `${canonicalField(text, signature.head)}\r\n`).join('')}${canonicalField(own, signature.head)}`
}

function canonicalField(text: string, canon: Canon): string {
  if (canon === 'simple') return text
  const colon = text.indexOf(':')
  const value = text
    .slice(colon + 1)
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim()
  return `${text.slice(0, colon).trim().toLowerCase()}:${value}`
}

function canonicalBody(text: string, canon: Canon): string {
  const lines = text.split('\r\n')
  if (canon === 'relaxed') {
    for (const [at, line] of lines.entries()) lines[at] = line.replace(/[ \t]+/g, ' ').replace(/ $/, '')
  }
  while (lines.length > 0 && lines.at(-1) === '') lines.pop()
  if (lines.length === 0) return canon === 'simple' ? '\r\n' : ''
  return `${lines.join('\r\n')}\r\n`
}

async function keyOf(
  { selector, domain, algorithm }: Signature,
  resolveTxt: ResolveTxt,
): Promise<KeyObject | undefined> {
  const records = await resolveTxt(`${selector}._domainkey.${domain}`).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOTFOUND' || error.code === 'ENODATA') return []
    throw new SignatureUnknown(error.message)
  })
  for (const record of records) {
    const { v = 'DKIM1', k = 'rsa', p = '' } = tagsOf(record.join(''))
    if (v !== 'DKIM1' || p === '' || k !== algorithm.slice(0, algorithm.indexOf('-'))) continue
    const key = keyFrom(k, Buffer.from(p, 'base64'))
    if (key) return key
  }
  return undefined
}

function keyFrom(kind: string, bytes: Buffer): KeyObject | undefined {
  try {
    if (kind === 'ed25519') {
      return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') }, format: 'jwk' })
    }
    const key = createPublicKey({ key: bytes, format: 'der', type: 'spki' })
    return (key.asymmetricKeyDetails?.modulusLength ?? 0) >= RSA_BITS_MIN ? key : undefined
  } catch {
    return undefined
  }
}
