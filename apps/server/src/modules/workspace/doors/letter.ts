import PostalMime, { type Address, type Attachment, addressParser, decodeWords, type Header } from 'postal-mime'

/** A mail as far as its head says it; nobody was asked anything about it yet. */
export type Letter = {
  readonly raw: Buffer
  /** Where the body begins. */
  readonly bodyAt: number
  /** Of its head, as they stand there. */
  readonly fields: readonly string[]
  readonly headers: readonly Header[]
  /** The one address in the one From, in small letters. */
  readonly from: string
  readonly domain: string
  readonly date: Date | undefined
  readonly messageId: string | undefined
  readonly subject: string
  /** Whom it names as its readers, in small letters. */
  readonly to: readonly string[]
}
/** Why a mail is no letter: what the sending server is told. */
export type NoLetter = { readonly code: number; readonly why: string }

/** Of so many bytes each, and some thousands more: the greatest list has 150,000 of 78. Short ones cost as much as long ones. */
const LINES_MAX = 20_000
const LINE_BYTES = 64
/** Mail may have 998. What is longer is copied once for each piece that it came in, to tell its ends. */
const LINE_BYTES_MAX = 10_000
/** Mails that went through many lists have a third of it. */
const HEAD_BYTES_MAX = 64 * 1024
/** Of all parts together. */
const HEADS_BYTES_MAX = 256 * 1024
const FIELDS_MAX = 300
/** Lines that may begin a part: a letter with five lists has a dozen. Each part costs as much as a thousand lines. */
const PARTS_MAX = 200
const DEPTH_MAX = 10
/** A mail carries one or two, one more for each that passed it on; each costs us questions. */
const SIGNATURES_MAX = 10

/**
 * Reads the head of a mail, and refuses what would cost much to read further or what two programs read in two ways.
 * @param raw the mail as it came
 */
export async function openLetter(raw: Buffer): Promise<Letter | NoLetter> {
  const { lines, longest, parts, hasLoneFeed } = countLines(raw)
  if (longest > LINE_BYTES_MAX) return tooMuch(`a line of more than ${LINE_BYTES_MAX} characters`)
  if (parts > PARTS_MAX) return tooMuch(`more than ${PARTS_MAX} parts, or lines that begin like one (--)`)
  if (lines > LINES_MAX + raw.length / LINE_BYTES) return tooMuch('too many short lines')
  const end = raw.subarray(0, HEAD_BYTES_MAX + 4).indexOf('\r\n\r\n')
  const bodyAt = end < 0 ? raw.length : end + 4
  if (bodyAt > HEAD_BYTES_MAX + 4) return tooMuch(`a head of more than ${HEAD_BYTES_MAX / 1024} kB`)
  const fields = raw
    .toString('latin1', 0, bodyAt)
    .trimEnd()
    .split(/\r\n(?![ \t])/)
  if (fields.length > FIELDS_MAX) return tooMuch(`more than ${FIELDS_MAX} fields in its head`)
  if (hasLoneFeed || !isPlain(fields)) return TWO_WAYS
  const { headers } = await PostalMime.parse(raw.subarray(0, bodyAt), { maxHeadersSize: HEADS_BYTES_MAX })
  const count = (name: string) => headers.filter(({ key }) => key === name).length
  if (Math.max(count('dkim-signature'), count('arc-seal'), count('arc-message-signature')) > SIGNATURES_MAX) {
    return tooMuch(`more than ${SIGNATURES_MAX} signatures`)
  }
  const field = (name: string) => headers.find(({ key }) => key === name)?.value
  if (/^auto-replied/i.test(field('auto-submitted') ?? '')) {
    return { code: 550, why: '5.7.1 automatic answers are not taken here' }
  }
  const from = senderIn(field('from') ?? '')
  if (from === undefined) {
    return { code: 550, why: '5.6.0 the mail must have one sender, whose address is written in plain ASCII' }
  }
  const date = Date.parse(field('date') ?? '')
  return {
    raw,
    bodyAt,
    fields,
    headers,
    from,
    domain: from.slice(from.lastIndexOf('@') + 1),
    date: Number.isNaN(date) ? undefined : new Date(date),
    messageId: field('message-id') || undefined,
    subject: decodeWords(field('subject') ?? ''),
    to: headers
      .filter(({ key }) => key === 'to' || key === 'cc')
      .flatMap(({ value }) => addressParser(value).flatMap(addressesIn)),
  }
}

const tooMuch = (what: string): NoLetter => ({ code: 552, why: `5.3.4 the mail has ${what}` })
const TWO_WAYS: NoLetter = {
  code: 550,
  why: '5.6.0 the mail can be read in two ways: its head has a field twice, a name that is none or control characters, or lines end in LF alone',
}

const LF = 0x0a
const CR = 0x0d
const DASH = 0x2d

function countLines(raw: Buffer) {
  let [lines, longest, parts, last] = [0, 0, 0, -1]
  let hasLoneFeed = false
  for (let at = raw.indexOf(LF); at >= 0; at = raw.indexOf(LF, at + 1)) {
    lines += 1
    longest = Math.max(longest, at - last)
    if (raw[at - 1] !== CR) hasLoneFeed = true
    if (raw[at + 1] === DASH && raw[at + 2] === DASH) parts += 1
    last = at
  }
  return { lines, longest: Math.max(longest, raw.length - last), parts, hasLoneFeed }
}

/** A mail has one of each. Of two, a signature covers the last and a reader of mails takes the first. */
const ONCE =
  /^(?:from|sender|to|cc|date|message-id|subject|mime-version|content-(?:type|transfer-encoding|disposition|id|description))$/
/** What has no business in a head, and what one program takes for the end of a line and the other does not. */
const hasControl = (field: string): boolean =>
  /\r(?!\n)/.test(field) || [...field].some((sign) => (sign < ' ' && !'\t\n\r'.includes(sign)) || sign === '\x7f')

/**
 * Whether every program reads the same head: lines end in one way, names are names, and what is there once is there once. Else what was
 * signed need not be what is read.
 */
function isPlain(fields: readonly string[]): boolean {
  if (!fields.every((field) => /^[!-9;-~]+[ \t]*:/.test(field) && !hasControl(field))) return false
  const once = fields
    .map((field) => field.slice(0, field.indexOf(':')).trim().toLowerCase())
    .filter((name) => ONCE.test(name))
  return new Set(once).size === once.length
}

const PLAIN_ADDRESS = /^[\w.!#$%&'*+/=?^`{|}~-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i

/**
 * The one address in a From; one that has to be guessed at is read in two ways by two programs. Letters beyond ASCII look like others, and
 * some become others when their case is changed.
 */
function senderIn(value: string): string | undefined {
  const [address, ...more] = addressParser(value)
  const written = /^(?:[^<>]*<([^<>]*)>|([^<>]*))$/.exec(value.trim())
  const text = (written?.[1] ?? written?.[2] ?? '').trim()
  return more.length === 0 && address?.address === text && PLAIN_ADDRESS.test(text) ? text.toLowerCase() : undefined
}

const addressesIn = (address: Address): readonly string[] =>
  (address.group ?? [address]).flatMap(({ address: one }) => (one ? [one.toLowerCase()] : []))

/** What was attached on purpose; undefined: the mail cannot be read. Pictures in a letter's foot are none. */
export async function attachmentsOf({ raw }: Letter): Promise<readonly Attachment[] | undefined> {
  const options = {
    attachmentEncoding: 'arraybuffer',
    maxNestingDepth: DEPTH_MAX,
    maxHeadersSize: HEADS_BYTES_MAX,
    // A mail within the mail is nobody's list, and would be read once for each mail around it.
    forceRfc822Attachments: true,
  } as const
  const mail = await PostalMime.parse(raw, options).catch(() => undefined)
  return mail?.attachments.filter(
    ({ disposition, related, filename, mimeType }) =>
      (disposition === 'attachment' || isList(filename ?? '')) &&
      related !== true &&
      !/^(?:text\/html|application\/pgp)/.test(mimeType),
  )
}

export const isList = (name: string): boolean => /\.(?:xlsx|csv)$/i.test(name)
