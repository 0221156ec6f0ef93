import { createHash } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { type MailSignature, workspaceErrors } from '@quanshu/contract'
import PostalMime, { type Attachment, addressParser, type Email } from 'postal-mime'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server'
import type { Platform } from '../../../platform/module.ts'
import { checkSignature, type ResolveTxt, SignatureUnknown } from './dkim.ts'
import { type OpenDoor, openDoor } from './doors.ts'
import { isNamed, nameIn, type Place, placeOf } from './names.ts'
import { type Arrival, doorCtx, LIST_BYTES_MAX, type Problem, problemOf, takeList } from './take-list.ts'

type Deps = Pick<Platform, 'db' | 'clock' | 'config' | 'log'>
export type MailDoorOptions = {
  readonly host: string
  readonly port: number
  readonly domain: string
  readonly tls?: { readonly key: Buffer; readonly cert: Buffer } | undefined
  readonly resolveTxt: ResolveTxt
}
export type MailDoor = { readonly port: number; readonly close: () => Promise<void> }

/** A list of the greatest size, as text, with a letter around it. */
const MAIL_BYTES_MAX = Math.ceil(LIST_BYTES_MAX * 1.4) + 256 * 1024
/** The greatest list has 150,000 in base64. Millions of empty ones would keep the worker from all else for minutes. */
const LINES_MAX = 200_000
const LISTS_MAX = 5
const CLIENTS_MAX = 50
/** Of one address: nobody takes all places alone, and a relay before us has enough. */
const CLIENTS_OF_ONE_MAX = 20
/** However slowly somebody writes. A mail of the greatest size comes in that time over 40 kB a second. */
const SESSION_MS = 5 * 60_000
const SOCKET_MS = 60_000
const CLOSE_MS = 500
/** Wrong names in one session: whoever tries more is no supplier. */
const WRONG_MAX = 3

/** Where a recipient of a session leads. */
type Found = { readonly place: Place; readonly door: OpenDoor }

/**
 * Takes mails for suppliers' doors and nothing else: it relays nothing, knows no passwords, and says of a wrong name, a closed door and a
 * supplier that is gone the same words.
 * @throws when it cannot listen there
 */
export async function openMailDoor(deps: Deps, options: MailDoorOptions): Promise<MailDoor> {
  const wrong = new WeakMap<SMTPServerSession, number>()
  const secure: SMTPServerOptions = options.tls ? { ...options.tls } : { disabledCommands: ['AUTH', 'STARTTLS'] }
  const server: SMTPServer = new SMTPServer({
    disabledCommands: ['AUTH'],
    ...secure,
    authOptional: true,
    size: MAIL_BYTES_MAX,
    maxClients: CLIENTS_MAX,
    maxRecipients: LISTS_MAX,
    socketTimeout: SOCKET_MS,
    closeTimeout: CLOSE_MS,
    disableReverseLookup: true,
    banner: 'Quanshu',
    onConnect: ({ remoteAddress, id }, done) => {
      const connections = [...server.connections]
      const ofOne = connections.filter((other) => other.remoteAddress === remoteAddress).length
      if (ofOne > CLIENTS_OF_ONE_MAX) return done(smtpError(421, '4.7.0 too many connections from there'))
      setTimeout(() => {
        for (const open of server.connections) if (open.id === id) open._socket.destroy()
      }, SESSION_MS).unref()
      done()
    },
    onMailFrom: ({ address }, _session, done) =>
      // Bounces have no sender, and no list. Taking them would let two machines write to each other for ever.
      done(address === '' ? smtpError(550, '5.7.1 mail without a sender is not taken here') : null),
    onRcptTo: ({ address }, session, done) => {
      void findDoor(deps, options.domain, address).then(
        (found) => {
          if (found) return done()
          const count = (wrong.get(session) ?? 0) + 1
          wrong.set(session, count)
          done(
            count > WRONG_MAX
              ? smtpError(421, '4.7.0 too many wrong addresses')
              : smtpError(550, '5.1.1 no such address'),
          )
        },
        (error: unknown) => done(later(deps, error)),
      )
    },
    onData: (stream, session, done) => {
      void receive(deps, options, stream, session).then(
        (answer) => (typeof answer === 'string' ? done(null, answer) : done(answer)),
        (error: unknown) => done(later(deps, error)),
      )
    },
  })
  // A client that goes away in the middle is its own affair; without a listener it would end the process.
  server.on('error', (error: Error) => deps.log.debug({ err: error }, 'a mail was broken off'))
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject)
    server.listen(options.port, options.host, () => {
      server.server.off('error', reject)
      resolve()
    })
  })
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

const smtpError = (responseCode: number, message: string): Error => Object.assign(new Error(message), { responseCode })

/** Ours, not theirs: the sender's server keeps the mail and comes again. */
function later({ log }: Deps, error: unknown): Error {
  if (!(error instanceof SignatureUnknown)) log.error({ err: error }, 'a mail was put off')
  return smtpError(451, '4.3.0 try again later')
}

async function findDoor({ db }: Deps, domain: string, address: string): Promise<Found | undefined> {
  const name = nameIn(address, domain)
  const place = name === undefined ? undefined : placeOf(name)
  if (name === undefined || !place) return undefined
  const door = await db.read(doorCtx(place), (tx) => openDoor(tx, place.supplierId, 'mail'))
  return door && isNamed(door.hash, name) ? { place, door } : undefined
}

/** @returns what is said to the sending server: a sentence that it was taken, or why not */
async function receive(
  deps: Deps,
  options: MailDoorOptions,
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
): Promise<string | Error> {
  const raw = await collect(stream)
  if (!raw) return smtpError(552, `5.3.4 the mail is larger than ${Math.floor(MAIL_BYTES_MAX / 1024 / 1024)} MB`)
  if (hasTooManyLines(raw)) return smtpError(552, `5.3.4 the mail has more than ${LINES_MAX} lines`)
  const mail = await PostalMime.parse(raw, { attachmentEncoding: 'arraybuffer', maxNestingDepth: 20 }).catch(
    () => undefined,
  )
  const from = mail && senderOf(mail)
  if (!mail || from === undefined) return smtpError(550, '5.6.0 the mail cannot be read, or has not one sender')
  if (/^auto-replied/i.test(headerOf(mail, 'auto-submitted')))
    return smtpError(550, '5.7.1 automatic answers are not taken here')
  const domain = from.slice(from.lastIndexOf('@') + 1)
  const signature = await checkSignature(raw, domain, options.resolveTxt, deps.clock.now())

  const answers: (string | Error)[] = []
  for (const { address } of session.envelope.rcptTo) {
    const found = await findDoor(deps, options.domain, address)
    answers.push(found ? await knock(deps, found, mail, from, signature) : smtpError(550, '5.1.1 no such address'))
  }
  return answers.find((answer) => typeof answer === 'string') ?? answers[0] ?? smtpError(554, '5.5.1 no recipient')
}

/** Undefined: too much of it; the rest was read and dropped. */
async function collect(stream: SMTPServerDataStream): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream) {
    bytes += (chunk as Buffer).length
    if (bytes <= MAIL_BYTES_MAX) chunks.push(chunk as Buffer)
    else chunks.length = 0
  }
  return stream.sizeExceeded || bytes > MAIL_BYTES_MAX ? undefined : Buffer.concat(chunks)
}

function hasTooManyLines(raw: Buffer): boolean {
  let count = 0
  for (let at = raw.indexOf(10); at >= 0 && count <= LINES_MAX; at = raw.indexOf(10, at + 1)) count += 1
  return count > LINES_MAX
}

const headerOf = (mail: Email, name: string): string => mail.headers.find(({ key }) => key === name)?.value ?? ''

/** The one address in the one From; a mail with two, or one that has to be guessed at, is read in two ways by two programs. */
function senderOf(mail: Email): string | undefined {
  const [from, ...more] = mail.headers.filter(({ key }) => key === 'from')
  if (!from || more.length > 0 || addressParser(from.value).length !== 1) return undefined
  const address = mail.from && 'address' in mail.from ? mail.from.address : undefined
  const written = /^(?:[^<>]*<([^<>]*)>|([^<>]*))$/.exec(from.value.trim())
  if (!address || (written?.[1] ?? written?.[2])?.trim() !== address) return undefined
  return /^[^\s\p{Cc}@<>,;:"]+@[^\s\p{Cc}@<>,;:"]+$/u.test(address) ? address.toLowerCase() : undefined
}

async function knock(
  deps: Deps,
  { place, door }: Found,
  mail: Email,
  from: string,
  signature: MailSignature,
): Promise<string | Error> {
  const writtenAt = new Date(Date.parse(mail.date ?? '') || deps.clock.now().getTime())
  const letter = mail.messageId ?? createHash('sha256').update(`${from}\n${mail.date}\n${mail.subject}`).digest('hex')
  const lists = mail.attachments.filter(isMeant).slice(0, LISTS_MAX)
  const come = (attachment: Attachment | undefined, problem: Problem | undefined, answerTo?: string): Arrival => {
    const content = attachment && bytesOf(attachment)
    const name = attachment?.filename ?? mail.subject ?? ''
    const hash = content ? createHash('sha256').update(content).digest('hex') : ''
    return {
      door: 'mail',
      identity: `${letter}\n${name}\n${hash}`,
      name: plainName(name),
      bytes: content?.length ?? 0,
      content: problem ? undefined : content,
      problem,
      writtenAt,
      sender: from,
      signature,
      ...(answerTo !== undefined && { answerTo }),
    }
  }
  // Whoever is not known gets a word in the session and never a mail: the address may be somebody else's.
  if (!door.senders.includes(from)) {
    await takeList(deps, place, come(undefined, problemOf(workspaceErrors.senderUnknown({ sender: from }))))
    return smtpError(550, '5.7.1 this sender is not known here')
  }
  if (door.signedOnly && signature !== 'pass') {
    const domain = from.slice(from.lastIndexOf('@') + 1)
    await takeList(deps, place, come(undefined, problemOf(workspaceErrors.mailUnsigned({ domain }))))
    return smtpError(550, `5.7.20 no valid DKIM signature of ${domain}`)
  }
  if (lists.length === 0) return smtpError(550, '5.6.0 no list is attached; attach an xlsx or csv file')
  for (const list of lists) {
    const taken = await takeList(deps, place, come(list, problemWith(list), from))
    if (!taken) return smtpError(452, '4.7.0 the door was closed, or too much was refused today')
  }
  return '2.0.0 received; what became of it is answered by mail'
}

/** What somebody attached on purpose; pictures in a letter's foot are none. */
const isMeant = ({ disposition, related, filename, mimeType }: Attachment): boolean =>
  (disposition === 'attachment' || isList(filename ?? '')) &&
  related !== true &&
  !/^(?:text\/html|application\/pgp)/.test(mimeType)

const isList = (name: string): boolean => /\.(?:xlsx|csv)$/i.test(name)

function problemWith(attachment: Attachment): Problem | undefined {
  const fileName = plainName(attachment.filename ?? '')
  if (/\.xlsm$/i.test(fileName)) return problemOf(workspaceErrors.fileHasMacros({ fileName }))
  if (!isList(fileName)) return problemOf(workspaceErrors.notAList({ fileName }))
  return bytesOf(attachment).length > LIST_BYTES_MAX
    ? problemOf(workspaceErrors.listTooBig({ fileName, limitMb: LIST_BYTES_MAX / 1024 / 1024 }))
    : undefined
}

const bytesOf = ({ content }: Attachment): Buffer =>
  typeof content === 'string' ? Buffer.from(content) : Buffer.from(content as ArrayBuffer)

/** As it may be shown: without folders and without what is no letter. */
export const plainName = (name: string): string =>
  (name.split(/[\\/]/).at(-1) ?? '')
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
    .slice(-120)
    .toWellFormed() || '-'
