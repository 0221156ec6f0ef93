import { createHash } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { workspaceErrors } from '@quanshu/contract'
import type { Refusal } from '@quanshu/kernel'
import type { Attachment } from 'postal-mime'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server'
import type { Platform } from '../../../platform/module.ts'
import { type OpenDoor, openDoor } from './doors.ts'
import { attachmentsOf, isList, type Letter, openLetter } from './letter.ts'
import { isNamed, nameIn, type Place, placeOf } from './names.ts'
import {
  bounded,
  carrierAddress,
  checkChain,
  checkPolicy,
  checkSignature,
  NOT_ASKED,
  OWN_RELAYS,
  type Proof,
  type Resolve,
  SignatureUnknown,
} from './proof.ts'
import { type Arrival, doorCtx, LIST_BYTES_MAX, type Problem, problemOf, takeList } from './take-list.ts'

type Deps = Pick<Platform, 'db' | 'clock' | 'config' | 'log'>
export type MailDoorOptions = {
  readonly host: string
  readonly port: number
  readonly domain: string
  readonly tls?: { readonly key: Buffer; readonly cert: Buffer } | undefined
  readonly resolve: Resolve
  /** How long name servers may take, and how late everybody hears that a mail is not taken. */
  readonly proofMs?: number
  /** Of all mails that are under way here together. */
  readonly bytesMax?: number
}
export type MailDoor = { readonly port: number; readonly close: () => Promise<void> }

/** A list of the greatest size, as text, with a letter around it. */
const MAIL_BYTES_MAX = Math.ceil(LIST_BYTES_MAX * 1.4) + 256 * 1024
const LISTS_MAX = 5
const CLIENTS_MAX = 50
/** Of one address: nobody takes all places alone, and a relay before us has enough. */
const CLIENTS_OF_ONE_MAX = 20
/** Six of the greatest at once. Reading one takes three times its size. */
const BYTES_MAX = 72 * 1024 * 1024
/** However slowly somebody writes. A mail of the greatest size comes in that time over 40 kB a second. */
const SESSION_MS = 5 * 60_000
const SOCKET_MS = 60_000
const CLOSE_MS = 500
const PROOF_MS = 4_000
/** Wrong names in one session: whoever tries more is no supplier. */
const WRONG_MAX = 3

/** Where a recipient of a session leads. */
type Found = { readonly address: string; readonly place: Place; readonly door: OpenDoor }

/**
 * Takes mails for suppliers' doors and nothing else: it relays nothing, knows no passwords, and says of a wrong name, a closed door and a
 * supplier that is gone the same words.
 * @throws when it cannot listen there
 */
export async function openMailDoor(deps: Deps, options: MailDoorOptions): Promise<MailDoor> {
  const wrong = new WeakMap<SMTPServerSession, number>()
  const ends = new Map<string, NodeJS.Timeout>()
  const hangUp = (id: string) => {
    for (const open of server.connections) if (open.id === id) open._socket.destroy()
  }
  const load = { bytes: 0 }
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
    useXForward: [...OWN_RELAYS],
    banner: 'Quanshu',
    onConnect: ({ remoteAddress, id }, done) => {
      const connections = [...server.connections]
      const ofOne = connections.filter((other) => other.remoteAddress === remoteAddress).length
      if (ofOne > CLIENTS_OF_ONE_MAX) return done(smtpError(421, '4.7.0 too many connections from there'))
      ends.set(id, setTimeout(hangUp, SESSION_MS, id).unref())
      done()
    },
    onClose: ({ id }) => {
      clearTimeout(ends.get(id))
      ends.delete(id)
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
      void receive(deps, options, load, stream, session, hangUp).then(
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

/** A name that leads nowhere takes as long as one that does. */
async function findDoor({ db }: Deps, domain: string, address: string): Promise<Found | undefined> {
  const name = nameIn(address, domain)
  const place = name === undefined ? undefined : placeOf(name)
  if (name === undefined || !place) return undefined
  const door = await db.read(doorCtx(place), (tx) => openDoor(tx, place.supplierId, 'mail'))
  return isNamed(door?.hash ?? NO_HASH, name) && door ? { address, place, door } : undefined
}
const NO_HASH = Buffer.alloc(32)

/**
 * Said of a sender who is not on the list and of one who is and proves nothing, in the same words and at the same time: who tries senders
 * learns nothing.
 */
const notProven = () =>
  smtpError(
    550,
    '5.7.1 not taken: the sender is not on the shop’s list, or nothing proves that the mail comes from its domain (DKIM, DMARC)',
  )

/** @returns what is said to the sending server: a sentence that it was taken, or why not */
async function receive(
  deps: Deps,
  options: MailDoorOptions,
  load: { bytes: number },
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  hangUp: (id: string) => void,
): Promise<string | Error> {
  const collected = await collect(stream, load, options.bytesMax ?? BYTES_MAX, () => hangUp(session.id))
  if (typeof collected === 'string') return smtpError(collected.startsWith('4') ? 452 : 552, collected)
  const { proofMs = PROOF_MS } = options
  const heardAt = performance.now()
  try {
    const letter = await openLetter(collected)
    if ('why' in letter) return smtpError(letter.code, letter.why)
    const found = await Promise.all(
      session.envelope.rcptTo.map(({ address }) => findDoor(deps, options.domain, address)),
    )
    const doors = found.filter((one) => one !== undefined)
    if (doors.length === 0) return smtpError(550, '5.1.1 no such address')
    const answers = await answer(deps, options, letter, doors, session, proofMs)
    if (answers !== undefined) return answers
  } finally {
    load.bytes -= collected.length
  }
  await sleep(Math.max(proofMs - (performance.now() - heardAt), 0))
  return notProven()
}

/** @returns undefined when nothing proves the mail at any of the doors */
async function answer(
  deps: Deps,
  options: MailDoorOptions,
  letter: Letter,
  doors: readonly Found[],
  { envelope, remoteAddress, hostNameAppearsAs, xForward }: SMTPServerSession,
  proofMs: number,
): Promise<string | Error | undefined> {
  const refuse = (found: Found, refusal: Refusal, proof = NOT_ASKED) =>
    takeList(deps, found.place, arrivalOf(deps, letter, proof, undefined, problemOf(refusal)))
  const knowing = doors.filter(({ door }) => door.senders.includes(letter.from))
  // Who is not known gets a word in the session and never a mail: the address may be somebody else's. Nobody is asked about him.
  for (const found of doors) {
    if (!knowing.includes(found)) await refuse(found, workspaceErrors.senderUnknown({ sender: letter.from }))
  }
  if (knowing.length === 0) return undefined
  const resolve = bounded(options.resolve, proofMs)
  const { signature, covered, signers } = await checkSignature(letter, letter.domain, resolve, deps.clock.now())
  const carrier = {
    address: carrierAddress(remoteAddress, xForward.get('ADDR')),
    helo: String(hostNameAppearsAs),
    mailFrom: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
  }
  const { isRejected, ...policy } = await checkPolicy(letter, signers, carrier, resolve)
  const proof: Proof = { signature, ...policy, arc: null }
  const proven: Found[] = []
  for (const found of knowing) {
    const { domain } = letter
    if (found.door.signedOnly && signature !== 'pass')
      await refuse(found, workspaceErrors.mailUnsigned({ domain }), proof)
    else if (isRejected) await refuse(found, workspaceErrors.mailRejected({ domain }), proof)
    else proven.push(found)
  }
  if (proven.length === 0) return undefined
  const chain = { ...proof, arc: await checkChain(letter, resolve) }
  const lists = (await attachmentsOf(letter))?.map((attachment) => ({ attachment, content: bytesOf(attachment) }))
  if (!lists) return smtpError(550, '5.6.0 the mail cannot be read: its parts lie too deep, or have too long heads')
  if (lists.length === 0) return smtpError(550, '5.6.0 no list is attached; attach an xlsx or csv file')
  if (lists.length > LISTS_MAX) {
    return smtpError(550, `5.6.0 more than ${LISTS_MAX} files are attached; send the others in another mail`)
  }
  const answers: (string | Error)[] = []
  for (const found of proven) {
    // Who has a mail that was sent to one door cannot bring it to another.
    const named = letter.to.filter((address) => nameIn(address, options.domain) !== undefined)
    if (named.length > 0 && !named.includes(found.address.toLowerCase())) {
      await refuse(found, workspaceErrors.mailElsewhere(), chain)
      answers.push(smtpError(550, '5.7.1 the mail is addressed to another list; write this address into To or Cc'))
      continue
    }
    answers.push(await knock(deps, found.place, letter, chain, covered, lists))
  }
  return answers.find((one) => typeof one === 'string') ?? answers[0]
}

type List = { readonly attachment: Attachment; readonly content: Buffer }

async function knock(
  deps: Deps,
  place: Place,
  letter: Letter,
  proof: Proof,
  covered: ReadonlySet<string>,
  lists: readonly List[],
): Promise<string | Error> {
  for (const list of lists) {
    const arrival = arrivalOf(deps, letter, proof, list, problemWith(list), covered)
    if (!(await takeList(deps, place, { ...arrival, answerTo: letter.from }))) {
      return smtpError(452, '4.7.0 the door was closed, or too much came today')
    }
  }
  return '2.0.0 received; what became of it is answered by mail'
}

/**
 * A list of a mail as it stands before the door.
 * @param covered what a signature proves of the head. A name of the mail that it does not prove anybody may change, who sends it again
 */
function arrivalOf(
  { clock }: Deps,
  { from, date, messageId, subject }: Letter,
  proof: Proof,
  list: List | undefined,
  problem: Problem | undefined,
  covered: ReadonlySet<string> = new Set(),
): Arrival {
  const name = list?.attachment.filename ?? subject
  const isNamedForSure = messageId !== undefined && (proof.signature !== 'pass' || covered.has('message-id'))
  const letter = isNamedForSure
    ? messageId
    : `${from} ${date?.toISOString()} ${proof.signature === 'pass' ? '' : subject}`
  const hash = list ? createHash('sha256').update(list.content).digest('hex') : ''
  return {
    door: 'mail',
    identity: `${letter}\n${name}\n${hash}`,
    name: plainName(name),
    bytes: list?.content.length ?? 0,
    content: problem ? undefined : list?.content,
    problem,
    writtenAt: date ?? clock.now(),
    sender: from,
    proof,
  }
}

/** The mail; or why there is none, when its rest was read and dropped. What it holds of the load is to be given back. */
async function collect(
  stream: SMTPServerDataStream,
  load: { bytes: number },
  bytesMax: number,
  hangUp: () => void,
): Promise<Buffer | string> {
  const chunks: Buffer[] = []
  let bytes = 0
  let held = 0
  let isCrowded = false
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length
      isCrowded ||= bytes <= MAIL_BYTES_MAX && load.bytes + chunk.length > bytesMax
      if (bytes <= MAIL_BYTES_MAX && !isCrowded) {
        chunks.push(chunk)
        held += chunk.length
        load.bytes += chunk.length
        continue
      }
      chunks.length = 0
      load.bytes -= held
      held = 0
      // Whoever goes on and on was told the size before.
      if (bytes > 4 * MAIL_BYTES_MAX) hangUp()
    }
  } catch (error) {
    load.bytes -= held
    throw error
  }
  if (isCrowded) return '4.3.1 too much mail at once; try again later'
  if (stream.sizeExceeded || bytes > MAIL_BYTES_MAX) {
    return `5.3.4 the mail is larger than ${Math.floor(MAIL_BYTES_MAX / 1024 / 1024)} MB`
  }
  return Buffer.concat(chunks)
}

function problemWith({ attachment, content }: List): Problem | undefined {
  const fileName = plainName(attachment.filename ?? '')
  if (/\.xlsm$/i.test(fileName)) return problemOf(workspaceErrors.fileHasMacros({ fileName }))
  if (!isList(fileName)) return problemOf(workspaceErrors.notAList({ fileName }))
  return content.length > LIST_BYTES_MAX
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
