import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import fastify, { type FastifyInstance } from 'fastify'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'
import { type Fault, type FaultInput, type FaultSwitch, faultSwitch } from '../faults.ts'
import { type Journal, openJournal } from '../journal.ts'
import { listen } from '../listen.ts'
import { beijingTime, escapeHtml, inboxPage } from '../pages.ts'

/** `key` is the recipient. refuse: 550 for good; later: 451; slow: answers after `ms`; cut: accepted, then no answer. */
const MAIL_FAULTS = ['refuse', 'later', 'slow', 'cut'] as const
type MailFaultKind = (typeof MAIL_FAULTS)[number]

export type MailMessage = {
  readonly id: number
  readonly from: string
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  readonly html?: string
  readonly messageId?: string
  readonly raw: string
  readonly atMs: number
}

export type MailServer = {
  /** `smtp://127.0.0.1:port`, as nodemailer takes it. */
  readonly smtpUrl: string
  /** The page where people read what was sent. */
  readonly inboxUrl: string
  readonly control: {
    readonly addFault: (fault: FaultInput<MailFaultKind>) => Fault<MailFaultKind>
    readonly clearFaults: (id?: number) => void
    /** Newest first. */
    readonly inbox: (to?: string) => readonly MailMessage[]
  }
  readonly close: () => Promise<void>
}

type MailOptions = {
  readonly host: string
  readonly smtpPort?: number | undefined
  readonly httpPort?: number | undefined
  readonly dataDir?: string | undefined
}

const INBOX_MAX = 1000
const CLOSE_TIMEOUT_MS = 300
const MESSAGE_BYTES_MAX = 10 * 1024 * 1024

type State = {
  readonly messages: MailMessage[]
  readonly journal: Journal<MailMessage>
  readonly faults: FaultSwitch<MailFaultKind>
  /** By the client's port: a cut needs the socket, which the session does not show. */
  readonly sockets: Map<number, Socket>
}

/** A mail server that takes everything for everybody and shows it on a page; nothing leaves the machine. */
export async function startMail(options: MailOptions): Promise<MailServer> {
  const file = options.dataDir === undefined ? undefined : join(options.dataDir, 'mail.jsonl')
  const journal = openJournal<MailMessage>(file)
  const messages = [...journal.load()].slice(-INBOX_MAX)
  journal.compact(messages)
  const state: State = { messages, journal, faults: faultSwitch(MAIL_FAULTS), sockets: new Map() }

  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    size: MESSAGE_BYTES_MAX,
    closeTimeout: CLOSE_TIMEOUT_MS,
    onAuth: (auth, _session, done) => done(null, { user: auth.username ?? 'anyone' }),
    // A sender that dies in the middle of its message fails the reading; nothing of it was kept.
    onData: (stream, session, done) => void take(state, stream, session, done).catch(done),
  })
  // A client that goes away in the middle is its own affair; without a listener it would end the process.
  smtp.on('error', () => {})
  smtp.server.on('connection', (socket: Socket) => {
    const port = socket.remotePort ?? 0
    state.sockets.set(port, socket)
    socket.once('close', () => state.sockets.delete(port))
  })
  await new Promise<void>((resolve, reject) => {
    smtp.server.once('error', reject)
    smtp.listen(options.smtpPort ?? 0, options.host, resolve)
  })
  const app = fastify({ forceCloseConnections: true })
  addPages(app, state)
  const httpUrl = await listen(app, options.host, options.httpPort)

  return {
    smtpUrl: `smtp://${options.host}:${(smtp.server.address() as AddressInfo).port}`,
    inboxUrl: `${httpUrl}/inbox`,
    control: {
      addFault: state.faults.add,
      clearFaults: state.faults.clear,
      inbox: (to) => inboxOf(state, to),
    },
    close: async () => {
      await new Promise<void>((resolve) => smtp.close(() => resolve()))
      await app.close()
      journal.close()
    },
  }
}

async function take(
  state: State,
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  done: (error?: Error | null) => void,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  const to = session.envelope.rcptTo.map((recipient) => recipient.address)
  const fault = (kind: MailFaultKind) => state.faults.take(kind, to[0] === undefined ? {} : { key: to[0] })
  if (stream.sizeExceeded) return done(smtpError(552, 'message too large'))
  if (fault('refuse')) return done(smtpError(550, 'mailbox unavailable'))
  if (fault('later')) return done(smtpError(451, 'try again later'))
  const raw = Buffer.concat(chunks)
  const from = session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address
  keep(state, from, to, raw, await PostalMime.parse(raw))
  const slow = fault('slow')
  if (slow) await new Promise((resolve) => setTimeout(resolve, slow.ms ?? 30_000).unref())
  if (fault('cut')) state.sockets.get(session.remotePort)?.destroy()
  else done()
}

function keep(state: State, from: string, to: readonly string[], raw: Buffer, parsed: Email): void {
  const message: MailMessage = {
    id: (state.messages.at(-1)?.id ?? 0) + 1,
    from,
    to,
    subject: parsed.subject ?? '',
    text: parsed.text ?? '',
    ...(parsed.html !== undefined && { html: parsed.html }),
    ...(parsed.messageId !== undefined && { messageId: parsed.messageId }),
    raw: raw.toString('utf8'),
    atMs: Date.now(),
  }
  state.messages.push(message)
  if (state.messages.length > INBOX_MAX) state.messages.splice(0, INBOX_MAX / 10)
  state.journal.append(message)
}

function addPages(app: FastifyInstance, state: State): void {
  app.get('/', (_request, reply) => reply.redirect('/inbox'))
  app.get<{ Querystring: { to?: string } }>('/inbox', (request, reply) =>
    reply.type('text/html; charset=utf-8').send(showInbox(inboxOf(state, request.query.to), request.query.to)),
  )
  app.get<{ Querystring: { to?: string } }>('/inbox.json', (request) => inboxOf(state, request.query.to))
  app.get<{ Params: { id: string } }>('/inbox/:id', (request, reply) => {
    const message = state.messages.find((candidate) => candidate.id === Number(request.params.id))
    const page = message ? showMessage(message) : inboxPage('没有这封邮件', '<a href="/inbox">返回收件箱</a>')
    return reply
      .code(message ? 200 : 404)
      .header(
        'content-security-policy',
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'",
      )
      .type('text/html; charset=utf-8')
      .send(page)
  })
  app.post<{ Body: FaultInput<MailFaultKind> }>('/control/faults', (request) => state.faults.add(request.body))
  app.delete('/control/faults', () => ({ cleared: state.faults.clear() ?? true }))
}

function inboxOf(state: State, to: string | undefined): readonly MailMessage[] {
  return state.messages.filter((message) => !to || message.to.includes(to)).reverse()
}

const SHOWN_MAX = 50

function showInbox(messages: readonly MailMessage[], to: string | undefined): string {
  const form = `<form><input name="to" type="email" placeholder="收件人 / To" value="${escapeHtml(to ?? '')}"><button>查看</button></form>`
  const articles = messages
    .slice(0, SHOWN_MAX)
    .map(
      (message) =>
        `<article><small>${beijingTime(message.atMs)} · ${escapeHtml(message.to.join(', '))}</small><p><a href="/inbox/${message.id}">${escapeHtml(message.subject || '（无主题）')}</a></p></article>`,
    )
  const content = articles.length > 0 ? articles.join('') : '<p class="soft">还没有邮件。页面每 5 秒刷新。</p>'
  return inboxPage('仿真邮箱 · Mail inbox', form + content, 5)
}

/** The HTML part is shown in a frame without scripts and without our origin. */
function showMessage(message: MailMessage): string {
  const body =
    message.html === undefined
      ? `<article style="white-space:pre-wrap">${escapeHtml(message.text)}</article>`
      : `<iframe sandbox="allow-popups" srcdoc="${escapeHtml(message.html)}" title="HTML"></iframe>`
  return inboxPage(
    message.subject,
    `<p class="soft">${beijingTime(message.atMs)}<br>${escapeHtml(message.from)} → ${escapeHtml(message.to.join(', '))}</p>${body}<p><a href="/inbox">返回收件箱</a></p>`,
  )
}

function smtpError(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode })
}
