import { lookup } from 'node:dns/promises'
import { parseConnectionUrl } from 'nodemailer/lib/shared'
import SMTPConnection, { type SMTPConnectionOptions, type SMTPConnectionSendInfo } from 'nodemailer/lib/smtp-connection'
import { isPublicAddress } from '../../../platform/outbound/index.ts'
import type { SendOutcome } from '../outcome.ts'
import { bareAddress, composeMail, type Mail, type Sender, senderOf } from './mime.ts'

/** Either one address for everything (the installation's server) or a shop's own account. */
export type MailAccount =
  | { readonly url: string; readonly from: string }
  | {
      readonly host: string
      readonly port: number
      readonly secure: boolean
      readonly user: string
      readonly secret: string
      readonly from: string
    }

export type Mailer = {
  /**
   * Hands one mail to the server; the next may come when this one has ended. A 5xx answer is final; without an answer the
   * mail may have arrived. A server that cannot be reached, or does not let us in, is not tried again for the mails that follow.
   */
  readonly send: (mail: Mail) => Promise<SendOutcome>
  readonly close: () => void
}

/**
 * A connection to the server, opened by the first mail and used for all that follow; after one that broke, another. It is
 * for one errand and no longer, since the shop may change its account any time; close it when done.
 */
export async function openMailer(account: MailAccount, allowInsecure: boolean): Promise<Mailer> {
  const server = await serverOf(account, allowInsecure)
  if (!server) return refusing('the mail server is not on the public internet')
  const from = senderOf(account.from)
  if (!from) return refusing('the sender has no mail address')

  let connection: SMTPConnection | undefined
  let closedDoor: SendOutcome | undefined
  return {
    close: () => connection?.close(),
    send: async (mail) => {
      const to = bareAddress(mail.to)
      if (to === undefined) return { kind: 'refused', reason: 'the recipient is not one mail address' }
      if (closedDoor) return closedDoor
      try {
        connection ??= await connect(server)
      } catch (error) {
        closedDoor = outcomeOf(error as SmtpError, 'not_sent')
        return closedDoor
      }
      const outcome = await hand(connection, { ...mail, to }, from)
      if (connection.destroyed) connection = undefined
      return outcome
    },
  }
}

export async function sendMail(account: MailAccount, mail: Mail, allowInsecure: boolean): Promise<SendOutcome> {
  const mailer = await openMailer(account, allowInsecure)
  return await mailer.send(mail).finally(mailer.close)
}

function refusing(reason: string): Mailer {
  return { send: async () => ({ kind: 'refused', reason }), close: () => undefined }
}

/** Leaves the connection ready for the next mail, or closed. */
async function hand(connection: SMTPConnection, mail: Mail, from: Sender): Promise<SendOutcome> {
  const bytes = composeMail(mail, from)
  try {
    const { response } = await answered<SMTPConnectionSendInfo>(connection, (done) =>
      connection.send({ from: from.address, to: [mail.to] }, bytes, done),
    )
    return { kind: 'sent', ref: response.slice(0, 200) }
  } catch (failure) {
    const error = failure as SmtpError
    // Of this mail the server wants nothing, of the connection no harm is known.
    if (isAboutMail(error) && error.responseCode !== 421 && !connection.destroyed) {
      await answered(connection, (done) => connection.reset(done)).catch(() => connection.close())
    } else connection.close()
    return outcomeOf(error, 'unknown')
  }
}

type SmtpError = Error & { readonly responseCode?: number; readonly response?: string; readonly code?: string }

const isAboutMail = ({ code }: SmtpError): boolean => code === 'EENVELOPE' || code === 'EMESSAGE'

/** @param withoutAnswer what it means that the server did not say anything: `unknown` once it may have had the mail */
function outcomeOf(error: SmtpError, withoutAnswer: 'not_sent' | 'unknown'): SendOutcome {
  const reason = error.message.slice(0, 300)
  const { responseCode = 0, response } = error
  if (responseCode >= 500) return { kind: 'refused', reason }
  if (responseCode >= 400) return { kind: 'not_sent', reason }
  // The library's own objection, e.g. a mail larger than the server takes; nothing was sent.
  if (isAboutMail(error) && response === undefined) return { kind: 'refused', reason }
  return { kind: withoutAnswer, reason }
}

type Server = {
  readonly options: SMTPConnectionOptions
  readonly auth?: { readonly user: string; readonly pass: string } | undefined
}

async function connect({ options, auth }: Server): Promise<SMTPConnection> {
  const connection = new SMTPConnection(options)
  // Whoever waits for an answer hears of a failure there.
  connection.on('error', () => undefined)
  try {
    await answered(connection, (done) => connection.connect(done))
    if (auth && connection.allowsAuth) await answered(connection, (done) => connection.login({ ...auth }, done))
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

/** What the server answers to one step. Of a broken connection the library tells the step, or says it by an event only. */
function answered<T>(
  connection: SMTPConnection,
  step: (done: (error?: Error | null, result?: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (error: Error | null | undefined, result?: T): void => {
      connection.off('error', end).off('end', ended)
      if (error) reject(error)
      else resolve(result as T)
    }
    // The step itself may still say why.
    const ended = () => setImmediate(end, new Error('the mail server closed the connection'))
    connection.once('error', end).once('end', ended)
    step(end)
  })
}

const TIMEOUTS = { connectionTimeout: 8_000, greetingTimeout: 8_000, socketTimeout: 15_000 }

/** The server's name is resolved and checked here, and the connection goes to that very address. */
async function serverOf(account: MailAccount, allowInsecure: boolean): Promise<Server | undefined> {
  if ('url' in account) {
    const { auth, ...options } = parseConnectionUrl(account.url)
    return { options: { ...TIMEOUTS, ...options }, auth }
  }
  const { host, port, secure, user, secret } = account
  const auth = user === '' ? undefined : { user, pass: secret }
  if (allowInsecure) return { options: { ...TIMEOUTS, host, port, secure }, auth }
  const addresses = await lookup(host, { all: true }).catch(() => [])
  const [first] = addresses
  if (!first || !addresses.every(({ address }) => isPublicAddress(address))) return undefined
  const tls = { servername: host }
  return { options: { ...TIMEOUTS, host: first.address, port, secure, requireTLS: true, tls }, auth }
}
