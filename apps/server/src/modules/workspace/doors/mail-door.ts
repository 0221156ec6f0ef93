import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server'
import type { Platform } from '../../../platform/module.ts'
import { openDoor } from './doors.ts'
import { openLetter } from './letter.ts'
import { isNamed, nameIn, placeOf } from './names.ts'
import { carrierAddress, OWN_RELAYS, type Resolve, SignatureUnknown } from './proof.ts'
import { doorCtx, LIST_BYTES_MAX } from './take-list.ts'
import { type Found, LISTS_MAX, NotTaken, takeMail } from './take-mail.ts'

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
        (said) => done(null, said),
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
  if (error instanceof NotTaken) return smtpError(error.code, error.message)
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

/** @returns what is said to the sending server @throws NotTaken; SignatureUnknown, when it is to come again */
async function receive(
  deps: Deps,
  { domain, resolve, proofMs = PROOF_MS, bytesMax = BYTES_MAX }: MailDoorOptions,
  load: { bytes: number },
  stream: SMTPServerDataStream,
  { id, envelope, remoteAddress, hostNameAppearsAs, xForward }: SMTPServerSession,
  hangUp: (id: string) => void,
): Promise<string> {
  const raw = await collect(stream, load, bytesMax, () => hangUp(id))
  const heardAt = performance.now()
  try {
    const letter = await openLetter(raw)
    if ('why' in letter) throw new NotTaken(letter.code, letter.why)
    const found = await Promise.all(envelope.rcptTo.map(({ address }) => findDoor(deps, domain, address)))
    const carrier = {
      address: carrierAddress(remoteAddress, xForward.get('ADDR')),
      helo: String(hostNameAppearsAs),
      mailFrom: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
    }
    const doors = found.filter((one) => one !== undefined)
    const said = await takeMail(deps, { domain, resolve, proofMs }, letter, doors, carrier)
    if (said !== undefined) return said
  } finally {
    load.bytes -= raw.length
  }
  await sleep(Math.max(proofMs - (performance.now() - heardAt), 0))
  // Of a sender who is not on the list and of one who proves nothing, in the same words and at the same time: who tries senders learns nothing.
  throw new NotTaken(
    550,
    '5.7.1 not taken: the sender is not on the shop’s list, or nothing proves that the mail comes from its domain (DKIM, DMARC)',
  )
}

/** The mail; of one that is too large the rest was read and dropped. What it holds of the load is to be given back. @throws NotTaken */
async function collect(
  stream: SMTPServerDataStream,
  load: { bytes: number },
  bytesMax: number,
  hangUp: () => void,
): Promise<Buffer> {
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
  } catch {
    // Whoever is listened to no longer has gone.
    load.bytes -= held
    throw new NotTaken(451, '4.4.2 the mail broke off')
  }
  if (isCrowded) throw new NotTaken(452, '4.3.1 too much mail at once; try again later')
  if (stream.sizeExceeded || bytes > MAIL_BYTES_MAX) {
    throw new NotTaken(552, `5.3.4 the mail is larger than ${Math.floor(MAIL_BYTES_MAX / 1024 / 1024)} MB`)
  }
  return Buffer.concat(chunks)
}
