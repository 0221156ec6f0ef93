import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { type Fault, type FaultInput, type FaultSwitch, faultSwitch } from '../faults.ts'
import { type Journal, openJournal } from '../journal.ts'
import { listen } from '../listen.ts'
import { beijingTime, escapeHtml, inboxPage } from '../pages.ts'
import { type VirtualClock, virtualClock } from '../virtual-clock.ts'

/**
 * The key of a fault is the user, where there is one. `value` of a refuse is the code. `expired` ends the token of the call.
 * `cut`, `timeout` and `malformed` are of a message that was taken.
 */
const FAULTS = ['refuse', 'expired', 'limit', 'busy', 'error', 'timeout', 'cut', 'malformed', 'token'] as const
export type WecomFaultKind = (typeof FAULTS)[number]

export type WecomMessage = {
  readonly msgid: string
  readonly user: string
  readonly kind: 'text' | 'textcard'
  readonly title: string
  readonly text: string
  readonly url: string
  readonly atMs: number
}
export type WecomColleague = { readonly userid: string; readonly name: string; readonly isVisible: boolean }
export type Wecom = {
  /** The API, the page for those inside, and the one for those who scan. */
  readonly url: string
  readonly corpId: string
  readonly agentId: number
  readonly secret: string
  readonly colleagues: readonly WecomColleague[]
  readonly control: {
    readonly addFault: (fault: FaultInput<WecomFaultKind>) => Fault<WecomFaultKind>
    readonly clearFaults: (id?: number) => void
    /** Newest first. */
    readonly inbox: (user?: string) => readonly WecomMessage[]
    /** How often a token was asked for. */
    readonly tokensGiven: () => number
    /** How often a message was sent, repeats that nobody sees counted. */
    readonly sendings: () => number
    /** A code as this user's browser brings it back. */
    readonly codeFor: (userid: string) => string
    readonly advance: (ms: number) => Promise<void>
  }
  readonly close: () => Promise<void>
}

const AGENT_ID = 1_000_002
const TOKEN_TTL_MS = 7_200_000
const CODE_TTL_MS = 300_000
const REPEAT_SECONDS_MAX = 14_400
const TEXT_BYTES_MAX = 2_048
const INBOX_MAX = 5_000
const COLLEAGUES: readonly WecomColleague[] = [
  { userid: 'ZhangSan', name: '张三', isVisible: true },
  { userid: 'LiXiaoyan', name: '李晓燕', isVisible: true },
  { userid: 'wang.wu', name: '王五', isVisible: true },
  { userid: 'zhao_liu', name: '赵六（不在应用可见范围）', isVisible: false },
]

type Entry =
  | { readonly kind: 'app'; readonly corpId: string; readonly secret: string }
  | { readonly kind: 'message'; readonly message: WecomMessage }
type State = {
  readonly corpId: string
  readonly secret: string
  readonly messages: WecomMessage[]
  readonly journal: Journal<Entry>
  readonly faults: FaultSwitch<WecomFaultKind>
  readonly clock: VirtualClock
  readonly tokens: Map<string, number>
  readonly codes: Map<string, { readonly userid: string; readonly untilMs: number }>
  /** Requests that asked not to be shown twice, and until when. */
  readonly shown: Map<string, number>
  tokensGiven: number
  sendings: number
}
type Query = Readonly<Record<string, string | undefined>>
type Fields = Readonly<Record<string, unknown>>
type Answer = Readonly<Record<string, unknown>> & { readonly errcode: number }

const refusal = (errcode: number, errmsg: string): Answer => ({ errcode, errmsg: `${errmsg}, hint: [sim]` })

/** A stand-in for WeCom's self-built apps: tokens, app messages, who opens a page; with an inbox for people. */
export async function startWecom(options: {
  readonly host: string
  readonly port?: number | undefined
  readonly dataDir?: string | undefined
}): Promise<Wecom> {
  const state = openState(options.dataDir)
  const app = fastify({ forceCloseConnections: true })
  addApi(state, app)
  addPages(state, app)
  app.post<{ Body: FaultInput<WecomFaultKind> }>('/control/faults', ({ body }) => state.faults.add(body))
  app.delete('/control/faults', () => ({ cleared: state.faults.clear() ?? true }))
  const url = await listen(app, options.host, options.port)
  return {
    url,
    corpId: state.corpId,
    agentId: AGENT_ID,
    secret: state.secret,
    colleagues: COLLEAGUES,
    control: {
      addFault: state.faults.add,
      clearFaults: state.faults.clear,
      inbox: (user) => inboxOf(state, user),
      tokensGiven: () => state.tokensGiven,
      sendings: () => state.sendings,
      codeFor: (userid) => newCode(state, userid),
      advance: state.clock.advance,
    },
    close: async () => {
      state.clock.stop()
      await app.close()
      state.journal.close()
    },
  }
}

function openState(dataDir: string | undefined): State {
  const journal = openJournal<Entry>(dataDir === undefined ? undefined : join(dataDir, 'wecom.jsonl'))
  let account = { corpId: `ww${randomBytes(8).toString('hex')}`, secret: randomBytes(32).toString('base64url') }
  const messages: WecomMessage[] = []
  for (const entry of journal.load()) {
    if (entry.kind === 'app') account = { corpId: entry.corpId, secret: entry.secret }
    else messages.push(entry.message)
  }
  messages.splice(0, Math.max(0, messages.length - INBOX_MAX))
  journal.compact([{ kind: 'app', ...account }, ...messages.map((message): Entry => ({ kind: 'message', message }))])
  return {
    ...account,
    messages,
    journal,
    faults: faultSwitch(FAULTS),
    clock: virtualClock(),
    tokens: new Map(),
    codes: new Map(),
    shown: new Map(),
    tokensGiven: 0,
    sendings: 0,
  }
}

/* ----------------------------------------------------------------------------------------- API ---- */

function addApi(state: State, app: FastifyInstance): void {
  app.get<{ Querystring: Query }>('/cgi-bin/gettoken', ({ query }, reply) => {
    const fault = state.faults.take('token')
    if (fault) return reply.send(refusal(Number(fault.value ?? -1), 'system busy'))
    if (query.corpid !== state.corpId) return reply.send(refusal(40013, 'invalid corpid'))
    if (query.corpsecret !== state.secret) return reply.send(refusal(40001, 'invalid credential'))
    const token = randomBytes(48).toString('base64url')
    state.tokens.set(token, state.clock.now() + TOKEN_TTL_MS)
    state.tokensGiven += 1
    return reply.send({ errcode: 0, errmsg: 'ok', access_token: token, expires_in: TOKEN_TTL_MS / 1000 })
  })
  app.post<{ Querystring: Query; Body: Fields }>('/cgi-bin/message/send', ({ query, body }, reply) =>
    answerSend(state, query, body, reply),
  )
  app.get<{ Querystring: Query }>('/cgi-bin/auth/getuserinfo', ({ query }) => {
    const wrong = tokenFault(state, query)
    if (wrong) return wrong
    const code = query.code ?? ''
    const known = state.codes.get(code)
    state.codes.delete(code)
    if (!known || known.untilMs < state.clock.now()) return refusal(40029, 'invalid code')
    const colleague = COLLEAGUES.find(({ userid }) => userid === known.userid)
    return colleague
      ? { errcode: 0, errmsg: 'ok', userid: colleague.userid }
      : { errcode: 0, errmsg: 'ok', openid: `oSim${createHash('md5').update(known.userid).digest('hex')}` }
  })
}

function tokenFault(state: State, { access_token: token = '' }: Query): Answer | undefined {
  if (state.faults.take('expired')) state.tokens.delete(token)
  const untilMs = state.tokens.get(token)
  if (untilMs === undefined) return refusal(40014, 'invalid access_token')
  return untilMs < state.clock.now() ? refusal(42001, 'access_token expired') : undefined
}

async function answerSend(state: State, query: Query, body: Fields, reply: FastifyReply): Promise<FastifyReply> {
  const key = String(body.touser ?? '')
  const take = (kind: WecomFaultKind) => state.faults.take(kind, { key })
  if (take('error')) return reply.code(502).send('bad gateway')
  const wrong = tokenFault(state, query)
  if (wrong) return reply.send(wrong)
  if (take('limit')) return reply.send(refusal(45009, 'reach max api freq limit'))
  const refuse = take('refuse')
  if (refuse) return reply.send(refusal(Number(refuse.value ?? 60020), 'not allow to access from your ip'))
  if (take('busy')) return reply.send(refusal(-1, 'system busy'))
  state.sendings += 1
  const result = send(state, body)
  const slow = take('timeout')
  if (slow) await new Promise((resolve) => setTimeout(resolve, slow.ms ?? 30_000).unref())
  if (take('cut')) {
    reply.hijack()
    reply.raw.socket?.destroy()
    return reply
  }
  if (take('malformed')) return reply.type('text/html').send('<html>502</html>')
  return reply.send(result)
}

const record = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {})

function send(state: State, body: Fields): Answer {
  if (body.agentid !== AGENT_ID) return refusal(40056, 'invalid agentid')
  const kind = body.msgtype
  if (kind !== 'text' && kind !== 'textcard') return refusal(40008, 'invalid message type')
  const card = record(body.textcard)
  const text = String(kind === 'text' ? (record(body.text).content ?? '') : (card.description ?? ''))
  const title = String(card.title ?? '')
  const url = kind === 'text' ? (/<a href="([^"]+)">/.exec(text)?.[1] ?? '') : String(card.url ?? '')
  if (kind === 'textcard' && (title === '' || text === '' || !URL.canParse(url))) {
    return refusal(41033, 'description, title or url missing')
  }
  if (kind === 'text' && (text === '' || Buffer.byteLength(text) > TEXT_BYTES_MAX))
    return refusal(44004, 'empty content')
  const users = String(body.touser ?? '').split('|')
  // Which case a name has does not matter; whom it does not know it names in small letters.
  const found = users.map((user) => COLLEAGUES.find(({ userid }) => userid.toLowerCase() === user.toLowerCase()))
  const invalid = users.filter((_user, n) => !found[n]?.isVisible).map((user) => user.toLowerCase())
  if (invalid.length === users.length) {
    return { ...refusal(81013, 'user & party & tag all invalid'), invaliduser: invalid.join('|') }
  }
  const msgid = randomBytes(24).toString('base64url')
  const answer = { errcode: 0, errmsg: 'ok', invaliduser: invalid.join('|'), msgid }
  if (isRepeat(state, body)) return answer
  for (const colleague of found) {
    if (!colleague?.isVisible) continue
    const message: WecomMessage = { msgid, user: colleague.userid, kind, title, text, url, atMs: state.clock.now() }
    state.messages.push(message)
    state.journal.append({ kind: 'message', message })
  }
  return answer
}

/** The same request again, within the time that the first one asked for, is shown to nobody. */
function isRepeat(state: State, body: Fields): boolean {
  if (body.enable_duplicate_check !== 1) return false
  const seconds = Math.min(Number(body.duplicate_check_interval ?? 1_800), REPEAT_SECONDS_MAX)
  const words = createHash('sha256').update(JSON.stringify(body)).digest('hex')
  const now = state.clock.now()
  if ((state.shown.get(words) ?? 0) > now) return true
  state.shown.set(words, now + seconds * 1000)
  return false
}

/* --------------------------------------------------------------------------------------- pages ---- */

/** Nobody of the company: who opens the page in WeChat, say. */
const STRANGER = 'stranger'

function newCode(state: State, userid: string): string {
  const code = randomBytes(32).toString('base64url')
  state.codes.set(code, { userid, untilMs: state.clock.now() + CODE_TTL_MS })
  return code
}

/**
 * The two ways to a code. WeCom knows whose browser it is, or whose phone has scanned; here the person says who he is.
 * `as` says it for whoever clicks nothing.
 */
function addPages(state: State, app: FastifyInstance): void {
  const page = (isRight: (query: Query) => boolean) => (request: { readonly query: unknown }, reply: FastifyReply) => {
    const query = request.query as Query
    const { appid, agentid, redirect_uri = '', state: carried = '', as } = query
    const isKnown = appid === state.corpId && agentid === String(AGENT_ID) && /^[a-zA-Z0-9]{0,128}$/.test(carried)
    if (!isKnown || !isRight(query) || !URL.canParse(redirect_uri)) {
      return reply.code(400).type('text/plain; charset=utf-8').send('redirect_uri 参数错误')
    }
    if (as === undefined) return reply.type('text/html; charset=utf-8').send(whoPage(query))
    const back = new URL(redirect_uri)
    back.searchParams.set('code', newCode(state, as))
    back.searchParams.set('state', carried)
    return reply.redirect(back.href, 302)
  }
  app.get(
    '/connect/oauth2/authorize',
    page(({ response_type, scope }) => response_type === 'code' && scope === 'snsapi_base'),
  )
  app.get(
    '/wwlogin/sso/login',
    page(({ login_type }) => login_type === 'CorpApp'),
  )
  app.get<{ Querystring: { user?: string } }>('/inbox', ({ query }, reply) =>
    reply.type('text/html; charset=utf-8').send(showInbox(inboxOf(state, query.user))),
  )
  app.get<{ Querystring: { user?: string } }>('/inbox.json', ({ query }) => inboxOf(state, query.user))
}

function whoPage(query: Query): string {
  const link = (userid: string, name: string) => {
    const next = new URLSearchParams({ ...(query as Record<string, string>), as: userid })
    return `<article><a href="?${escapeHtml(next.toString())}">${escapeHtml(name)}</a> <small>${escapeHtml(userid)}</small></article>`
  }
  const people = COLLEAGUES.map(({ userid, name }) => link(userid, name)).join('')
  const intro = '<p class="soft">真实的企业微信会自己认出您，或让您扫码；这里请选择您是谁。</p>'
  return inboxPage(
    '仿真企业微信 · Who are you?',
    `${intro}${people}${link(STRANGER, '非企业成员 · nobody of the company')}`,
  )
}

function inboxOf(state: State, user: string | undefined): readonly WecomMessage[] {
  return state.messages.filter((one) => !user || one.user.toLowerCase() === user.toLowerCase()).reverse()
}

const SHOWN_MAX = 50

/** What the app's conversation would show. */
function showInbox(messages: readonly WecomMessage[]): string {
  const articles = messages.slice(0, SHOWN_MAX).map(({ user, title, text, url, atMs }) => {
    const words = escapeHtml(text.replace(/<a [^>]*>.*<\/a>/, '').replaceAll('<br>', '\n')).replaceAll('\n', '<br>')
    const heading = title === '' ? '' : `<b>${escapeHtml(title)}</b>`
    const open = url === '' ? '' : `<p><a href="${escapeHtml(url)}">查看</a></p>`
    return `<article><small>${beijingTime(atMs)} · ${escapeHtml(user)}</small><p>${heading}</p><p>${words}</p>${open}</article>`
  })
  const content = articles.length > 0 ? articles.join('') : '<p class="soft">还没有消息。页面每 3 秒刷新。</p>'
  return inboxPage('仿真企业微信 · WeCom inbox', content, 3)
}
