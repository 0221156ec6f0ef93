import { lookup } from 'node:dns/promises'
import { createTransport, type Transporter } from 'nodemailer'
import { isPublicAddress } from '../../../platform/outbound/index.ts'
import type { SendOutcome } from '../outcome.ts'

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

export type Mail = {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** The same for every repeat, so that mail programs show a message once even when it came twice. */
  readonly messageId: string
}

/** A mail whose connection broke is not sent again behind our back: whether it arrived is for `outcomeOf` to judge. */
const ONE_CONNECTION = { pool: true, maxConnections: 1, maxMessages: 1_000, maxRequeues: 0 } as const
const TIMEOUTS = { connectionTimeout: 8_000, greetingTimeout: 8_000, socketTimeout: 15_000 }

export type Mailer = {
  /** Hands one mail to the server. A 5xx answer is final; everything after the data was sent may have arrived. */
  readonly send: (mail: Mail) => Promise<SendOutcome>
  readonly close: () => void
}

/** A connection to the server, opened by the first mail and used for all that follow. Close it when done. */
export async function openMailer(account: MailAccount, allowInsecure: boolean): Promise<Mailer> {
  const transport = await transportTo(account, allowInsecure)
  if (!transport) {
    const refused = { kind: 'refused', reason: 'the mail server is not on the public internet' } as const
    return { send: async () => refused, close: () => undefined }
  }
  return {
    close: () => transport.close(),
    send: async (mail) => {
      try {
        const info = (await transport.sendMail({ ...mail, from: account.from })) as { readonly response?: string }
        return { kind: 'sent', ref: String(info.response ?? '').slice(0, 200) }
      } catch (error) {
        return outcomeOf(error as SmtpError)
      }
    },
  }
}

export async function sendMail(account: MailAccount, mail: Mail, allowInsecure: boolean): Promise<SendOutcome> {
  const mailer = await openMailer(account, allowInsecure)
  return await mailer.send(mail).finally(mailer.close)
}

type SmtpError = Error & { readonly responseCode?: number; readonly command?: string; readonly code?: string }

function outcomeOf(error: SmtpError): SendOutcome {
  const reason = error.message.slice(0, 300)
  const { responseCode, command, code } = error
  if (responseCode !== undefined && responseCode >= 500) return { kind: 'refused', reason }
  if (responseCode !== undefined) return { kind: 'not_sent', reason }
  // Without an answer to DATA nobody knows whether the server has taken the message.
  const nothingSaid = command === 'CONN' || code === 'EDNS' || (code === 'ECONNECTION' && command === undefined)
  return { kind: nothingSaid ? 'not_sent' : 'unknown', reason }
}

/** The server's name is resolved and checked here, and the connection goes to that very address. */
async function transportTo(account: MailAccount, allowInsecure: boolean): Promise<Transporter | undefined> {
  if ('url' in account) return createTransport({ url: account.url, ...ONE_CONNECTION, ...TIMEOUTS })
  const { host, port, secure, user, secret } = account
  const auth = user === '' ? {} : { auth: { user, pass: secret } }
  if (allowInsecure) return createTransport({ host, port, secure, ...auth, ...ONE_CONNECTION, ...TIMEOUTS })
  const addresses = await lookup(host, { all: true }).catch(() => [])
  const [first] = addresses
  if (!first || !addresses.every(({ address }) => isPublicAddress(address))) return undefined
  return createTransport({
    host: first.address,
    port,
    secure,
    requireTLS: true,
    tls: { servername: host },
    ...auth,
    ...ONE_CONNECTION,
    ...TIMEOUTS,
  })
}
