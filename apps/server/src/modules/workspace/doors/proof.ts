import { BlockList, isIP } from 'node:net'
import type { MailCheck, MailSignature } from '@quanshu/contract'
import { arc } from 'mailauth/lib/arc/index.js'
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { dmarc } from 'mailauth/lib/dmarc/index.js'
import { spf } from 'mailauth/lib/spf/index.js'
import type { Letter } from './letter.ts'

/** Asks name servers, as `resolve` of node:dns does. */
export type Resolve = (name: string, type: string) => Promise<string[][] | string[]>

/** Whether the key can be had is not to be learned now: the mail is to come again later. */
export class SignatureUnknown extends Error {
  override readonly name = 'SignatureUnknown'
}

/** What is known of where a mail comes from. Null: nobody was asked. */
export type Proof = {
  readonly signature: MailSignature | null
  readonly spf: MailCheck | null
  readonly dmarc: MailCheck | null
  readonly arc: MailCheck | null
}
export const NOT_ASKED: Proof = { signature: null, spf: null, dmarc: null, arc: null }

/** Who handed a mail over, and with which words. */
export type Carrier = { readonly address: string | undefined; readonly helo: string; readonly mailFrom: string }

/** Clocks differ. */
const AHEAD_MAX_MS = 3_600_000
/** An SPF record may ask for ten, a domain's policy for eight; keys are a handful. */
const LOOKUPS_MAX = 40

/** @returns the same questions, but no more than a mail may cost, and each answered or given up by then */
export function bounded(resolve: Resolve, timeoutMs: number): Resolve {
  let left = LOOKUPS_MAX
  const late = new Promise<never>((_, reject) => setTimeout(() => reject(notAnswered()), timeoutMs).unref())
  late.catch(() => undefined)
  return async (name, type) => {
    left -= 1
    if (left < 0) throw notAnswered()
    return await Promise.race([resolve(name, type), late])
  }
}
const notAnswered = () => Object.assign(new Error('no answer in time'), { code: 'ETIMEOUT' })

/**
 * Whether a mail is signed by its sender's own domain (RFC 6376, RFC 8463). Another domain's signature says nothing about the sender, nor
 * does one that covers a part of the body only: whoever appends to a mail could append a list. Nobody but that domain is asked, so that
 * whoever writes a mail does not learn from his own name servers whether its sender is one that is listened to.
 * @param domain of the one address in its From
 * @throws SignatureUnknown when the key's name cannot be asked for
 */
export async function checkSignature(letter: Letter, domain: string, resolve: Resolve, now: Date) {
  const { results } = await dkimVerify(withoutIdle(letter, domain), {
    strict: true,
    curTime: now,
    resolver: async (name, type) => {
      const signer = name.slice(name.indexOf('._domainkey.') + '._domainkey.'.length).toLowerCase()
      if (isOf(domain, signer) || isOf(signer, domain)) return await resolve(name, type)
      throw Object.assign(new Error('not asked'), { code: 'ENOTFOUND' })
    },
  })
  const signatures = results.map(
    ({ status, signingDomain = '', signTime, signingHeaders, canonBodyLengthLimited }) => ({
      result: status.result,
      domain: signingDomain.toLowerCase(),
      covered: new Set((signingHeaders?.keys ?? '').split(':').map((name) => name.trim().toLowerCase())),
      // Who covers a part of the body, or not the Date, without which an old list could be sent again as today's, says nothing.
      isWhole: canonBodyLengthLimited !== true,
      madeAt: Date.parse(signTime ?? '') || 0,
    }),
  )
  const passing = signatures.filter(({ result, isWhole }) => result === 'pass' && isWhole)
  // Who covers a part of the body, or not the Date, without which an old list could be sent again as today's, says nothing.
  const own = signatures.filter(
    ({ domain: signer, covered, isWhole }) =>
      isOf(domain, signer) && isWhole && covered.has('from') && covered.has('date') && letter.date !== undefined,
  )
  const proving = own.find(
    ({ result, covered, madeAt }) =>
      result === 'pass' && madeAt <= now.getTime() + AHEAD_MAX_MS && isReadAsSigned(letter, covered),
  )
  if (!proving && own.some(({ result }) => result === 'temperror'))
    throw new SignatureUnknown('a key was not to be had')
  const signature: MailSignature = proving ? 'pass' : own.length > 0 ? 'fail' : 'none'
  return { signature, covered: proving?.covered ?? new Set<string>(), signers: passing.map((one) => one.domain) }
}

/**
 * The mail without signatures that prove nothing here, of others and of a part of the body: each of them has the body read once more.
 */
function withoutIdle({ raw, bodyAt, fields }: Letter, domain: string): Buffer {
  const isIdle = (field: string) => {
    if (!/^dkim-signature[ \t]*:/i.test(field)) return false
    const signer = /[:;]\s*d\s*=\s*([^;\s]+)/i.exec(field)?.[1]?.toLowerCase() ?? ''
    return /[:;]\s*l\s*=/i.test(field) || !(isOf(domain, signer) || isOf(signer, domain))
  }
  const kept = fields.filter((field) => !isIdle(field))
  if (kept.length === fields.length) return raw
  return Buffer.concat([Buffer.from(`${kept.join('\r\n')}\r\n\r\n`, 'latin1'), raw.subarray(bodyAt)])
}

/** The domain itself, or one that it lies below: who may write keys there may speak for what is below. */
const isOf = (domain: string, signer: string): boolean =>
  signer.includes('.') && (domain === signer || domain.endsWith(`.${signer}`))

/** What tells a reader where attachments begin and how they are written. */
const SHAPES = ['content-type', 'content-transfer-encoding', 'content-disposition'] as const

/**
 * Whether the body is read as its signer wrote it. Not all sign what tells how it is to be read, and whoever may write that anew makes a
 * list of a letter that quotes his own words. Of parts the body itself says where they begin: its first line is what stands between them.
 */
function isReadAsSigned({ raw, bodyAt, headers }: Letter, covered: ReadonlySet<string>): boolean {
  const open = SHAPES.filter((name) => !covered.has(name) && headers.some(({ key }) => key === name))
  const type = headers.find(({ key }) => key === 'content-type')?.value ?? ''
  // A file that is all there is of the mail is one, whatever it is called; a letter must not become one.
  const isSure = covered.has('content-type') && !/^(?:text\/(?:plain|html)|message\/)/i.test(type)
  if (open.every((name) => isSure && name === 'content-disposition')) return true
  const [, quoted, bare] = /^multipart\/[^()]*?;\s*boundary=(?:"([^"\\]+)"|([^\s"\\;()]+))\s*(?:;|$)/i.exec(type) ?? []
  const boundary = quoted ?? bare
  if (open.length > 1 || boundary === undefined || /boundary.*boundary\s*[*=]/is.test(type)) return false
  const begins = raw
    .toString('latin1', bodyAt, bodyAt + 2_000)
    .replace(/^(?:\s|This is a multi-?part message in MIME format\.?\s)*/i, '')
  return begins.startsWith(`--${boundary}\r\n`)
}

type Policy = { readonly spf: MailCheck | null; readonly dmarc: MailCheck; readonly isRejected: boolean }

/**
 * What the sender's domain says of mails in its name. SPF is asked of that domain alone, for no other's word counts here.
 * @param signers domains whose signatures hold
 */
export async function checkPolicy(
  { from, domain }: Letter,
  signers: readonly string[],
  { address, helo, mailFrom }: Carrier,
  resolver: Resolve,
): Promise<Policy> {
  const sender = mailFrom.toLowerCase()
  const returned = sender.slice(sender.lastIndexOf('@') + 1)
  const speaks = isOf(domain, returned) || isOf(returned, domain)
  const way =
    address === undefined
      ? undefined
      : speaks
        ? await spf({ sender, ip: address, helo, resolver, strict: true })
        : 'other'
  const verdict = await dmarc({
    headerFrom: [from],
    spfDomains: typeof way === 'object' && way.status.result === 'pass' ? [way.domain] : [],
    dkimDomains: signers.map((signer) => ({ domain: signer })),
    resolver,
    strict: true,
  })
  return {
    spf: way === undefined ? null : way === 'other' ? 'none' : checkOf(way.status.result),
    dmarc: verdict === false ? 'none' : checkOf(verdict.status.result),
    isRejected: verdict !== false && verdict.status.result === 'fail' && verdict.policy === 'reject',
  }
}

/** Whether those who passed a mail on vouch for how it came to them. Worth what they are worth, so it is shown and decides nothing. */
export async function checkChain({ raw, headers }: Letter, resolver: Resolve): Promise<MailCheck> {
  if (!headers.some(({ key }) => key === 'arc-seal')) return 'none'
  const { arc: chain } = await dkimVerify(raw, { strict: true, resolver })
  // Its types do not say that there may be none.
  const verdict = await arc(chain as Parameters<typeof arc>[0], { strict: true, resolver })
  return checkOf(verdict.status.result)
}

function checkOf(result: string): MailCheck {
  if (result === 'pass') return 'pass'
  if (result === 'fail' || result === 'softfail') return 'fail'
  return result === 'temperror' || result === 'permerror' ? 'unknown' : 'none'
}

const HERE = new BlockList()
for (const [net, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
] as const) {
  HERE.addSubnet(net, bits)
}
for (const [net, bits] of [
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  HERE.addSubnet(net, bits, 'ipv6')

/** Relays of the same machine, who may say whom they have a mail from. */
export const OWN_RELAYS = ['127.0.0.1', '::1']

/**
 * The address that a mail came from, to be judged by SPF. Undefined behind a relay of our own, whose address says nothing of the sender,
 * unless it told whom it has the mail from (XFORWARD).
 */
export function carrierAddress(peer: string, told: unknown): string | undefined {
  const plain = peer.replace(/^::ffff:(?=\d+\.)/i, '')
  const kind = isIP(plain)
  if (kind !== 0 && !HERE.check(plain, kind === 6 ? 'ipv6' : 'ipv4')) return plain
  const before = String(told ?? '').replace(/^ipv6:/i, '')
  return OWN_RELAYS.includes(plain) && isIP(before) !== 0 ? before : undefined
}
