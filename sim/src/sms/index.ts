import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { type Fault, type FaultInput, type FaultSwitch, faultSwitch } from '../faults.ts'
import { type Journal, openJournal } from '../journal.ts'
import { listen } from '../listen.ts'
import { beijingTime, escapeHtml, inboxPage } from '../pages.ts'
import { type VirtualClock, virtualClock } from '../virtual-clock.ts'
import { verifyAcs3 } from './acs3.ts'
import { brokenLimit, type SmsLimits } from './limits.ts'

/** `value` of a reject is the code to answer. A timeout answers after `ms`, and has or has not sent. */
const SMS_FAULTS = ['reject', 'limit', 'error', 'timeout', 'cut', 'malformed'] as const
type SmsFaultKind = (typeof SMS_FAULTS)[number]

export type SmsMessage = {
  readonly bizId: string
  readonly phone: string
  readonly sign: string
  readonly template: string
  readonly params: Readonly<Record<string, string>>
  readonly text: string
  readonly outId?: string
  readonly atMs: number
}

export type SmsGateway = {
  /** Endpoint for the adapter, and the place of `/inbox?phone=` for people. */
  readonly url: string
  readonly accessKeyId: string
  readonly accessKeySecret: string
  readonly signName: string
  /** Templates by their code; `${name}` is filled from the parameters. */
  readonly templates: Readonly<Record<string, string>>
  readonly control: {
    readonly addFault: (fault: FaultInput<SmsFaultKind>) => Fault<SmsFaultKind>
    readonly clearFaults: (id?: number) => void
    /** Newest first. */
    readonly inbox: (phone?: string) => readonly SmsMessage[]
    readonly setLimits: (limits: SmsLimits | undefined) => void
    /** Pushes an `SmsReport` for what was sent to this phone. @returns what the receiver answered */
    readonly pushReceipts: (
      url: string,
      phone: string,
      failed?: boolean,
    ) => Promise<{ readonly status: number; readonly body: string }>
    readonly advance: (ms: number) => Promise<void>
  }
  readonly close: () => Promise<void>
}

type SmsOptions = {
  readonly host: string
  readonly port?: number | undefined
  readonly dataDir?: string | undefined
  /** Absent: no limits, so that a demonstration is not locked out after five sign-ins. */
  readonly limits?: SmsLimits | undefined
}

const INBOX_MAX = 5000
const SIGN_NAME = '权枢'
const TEMPLATES: Readonly<Record<string, string>> = {
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: Aliyun's own notation for a template's holes
  SMS_LOGIN_CODE: '您的验证码为${code}，5分钟内有效，请勿告诉他人。',
  SMS_ORDER_DELIVERED: '您的订单${order}已发货，查看：${link}',
  SMS_ORDER_CODES: '您的订单${order}已发货，卡密：${codes}，请勿转发。',
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: end of templates
}

type Entry =
  | { readonly kind: 'key'; readonly id: string; readonly secret: string }
  | ({ readonly kind: 'message' } & SmsMessage)
type State = {
  readonly key: { readonly id: string; readonly secret: string }
  readonly messages: SmsMessage[]
  readonly journal: Journal<Entry>
  readonly faults: FaultSwitch<SmsFaultKind>
  readonly clock: VirtualClock
  readonly nonces: Set<string>
  limits: SmsLimits | undefined
}

/** A stand-in for Aliyun's SMS service (Dysms 2017-05-25, SendSms) with an inbox for people. */
export async function startSms(options: SmsOptions): Promise<SmsGateway> {
  const state = openState(options)
  const app = fastify({ forceCloseConnections: true })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.post('/', (request, reply) => serve(state, request, reply))
  app.get<{ Querystring: { phone?: string } }>('/inbox', (request, reply) =>
    reply.type('text/html; charset=utf-8').send(showInbox(inboxOf(state, request.query.phone), request.query.phone)),
  )
  app.get<{ Querystring: { phone?: string } }>('/inbox.json', (request) => inboxOf(state, request.query.phone))
  app.post<{ Body: Buffer }>('/control/faults', (request) =>
    state.faults.add(JSON.parse(request.body.toString('utf8')) as FaultInput<SmsFaultKind>),
  )
  app.delete('/control/faults', () => ({ cleared: state.faults.clear() ?? true }))
  const url = await listen(app, options.host, options.port)

  return {
    url,
    accessKeyId: state.key.id,
    accessKeySecret: state.key.secret,
    signName: SIGN_NAME,
    templates: TEMPLATES,
    control: {
      addFault: state.faults.add,
      clearFaults: state.faults.clear,
      inbox: (phone) => inboxOf(state, phone),
      setLimits: (limits) => {
        state.limits = limits
      },
      pushReceipts: (to, phone, failed = false) => pushReceipts(inboxOf(state, phone), to, failed),
      advance: state.clock.advance,
    },
    close: async () => {
      state.clock.stop()
      await app.close()
      state.journal.close()
    },
  }
}

async function pushReceipts(messages: readonly SmsMessage[], to: string, failed: boolean) {
  const receipts = messages.map(({ phone, bizId, outId, atMs }) => ({
    phone_number: phone,
    send_time: beijingTime(atMs),
    report_time: beijingTime(atMs + 1_000),
    success: !failed,
    err_code: failed ? 'MK:0001' : 'DELIVERED',
    err_msg: failed ? '用户关机' : '用户接收成功',
    sms_size: '1',
    biz_id: bizId,
    out_id: outId ?? '',
  }))
  const answer = await fetch(to, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(receipts),
  })
  return { status: answer.status, body: await answer.text() }
}

function openState(options: SmsOptions): State {
  const file = options.dataDir === undefined ? undefined : join(options.dataDir, 'sms.jsonl')
  const journal = openJournal<Entry>(file)
  let key = { id: `LTAI${randomBytes(10).toString('hex')}`, secret: randomBytes(24).toString('base64url') }
  const messages: SmsMessage[] = []
  for (const entry of journal.load()) {
    if (entry.kind === 'key') key = { id: entry.id, secret: entry.secret }
    else messages.push(entry)
  }
  messages.splice(0, Math.max(0, messages.length - INBOX_MAX))
  journal.compact([{ kind: 'key', ...key }, ...messages.map((message): Entry => ({ kind: 'message', ...message }))])
  return {
    key,
    messages,
    journal,
    faults: faultSwitch(SMS_FAULTS),
    clock: virtualClock(),
    nonces: new Set(),
    limits: options.limits,
  }
}

async function serve(state: State, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const requestId = randomUUID().toUpperCase()
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const { method, url, headers } = request.raw
  const verdict = verifyAcs3({ method: method ?? '', url: url ?? '', headers, body }, (id) =>
    id === state.key.id ? state.key.secret : undefined,
  )
  if (!verdict.ok) return reply.code(400).send({ Code: verdict.code, Message: verdict.message, RequestId: requestId })
  const nonce = String(headers['x-acs-signature-nonce'] ?? '')
  if (nonce === '' || state.nonces.has(nonce)) {
    return reply.code(400).send({ Code: 'SignatureNonceUsed', Message: 'nonce used', RequestId: requestId })
  }
  state.nonces.add(nonce)
  if (headers['x-acs-action'] !== 'SendSms' || headers['x-acs-version'] !== '2017-05-25') {
    return reply.code(404).send({ Code: 'InvalidAction.NotFound', Message: 'unknown action', RequestId: requestId })
  }
  const query = new URL(url ?? '', 'http://stand-in').searchParams
  return answer(state, query, requestId, reply)
}

async function answer(
  state: State,
  query: URLSearchParams,
  requestId: string,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const take = (kind: SmsFaultKind) => state.faults.take(kind, { key: query.get('PhoneNumbers') ?? '' })
  const business = (code: string, message: string): FastifyReply =>
    reply.send({ Code: code, Message: message, RequestId: requestId })
  const reject = take('reject')
  if (reject) return business(reject.value ?? 'isv.BLACK_KEY_CONTROL_LIMIT', '黑名单管控')
  if (take('limit')) return business('isv.BUSINESS_LIMIT_CONTROL', '触发分钟级流控Permits:1')
  if (take('error')) return reply.code(500).send({ Code: 'InternalError', Message: 'try later', RequestId: requestId })

  const result = send(state, query)
  if (typeof result !== 'string') return business(result.code, result.message)
  const timeout = take('timeout')
  if (timeout) await new Promise((resolve) => setTimeout(resolve, timeout.ms ?? 30_000).unref())
  if (take('cut')) {
    reply.hijack()
    reply.raw.socket?.destroy()
    return reply
  }
  if (take('malformed')) return reply.type('text/html').send('<html>502</html>')
  return reply.send({ Code: 'OK', Message: 'OK', BizId: result, RequestId: requestId })
}

/** @returns the message's number, or why it was refused. */
function send(state: State, query: URLSearchParams): string | { readonly code: string; readonly message: string } {
  const [phone, sign, template] = ['PhoneNumbers', 'SignName', 'TemplateCode'].map((name) => query.get(name) ?? '') as [
    string,
    string,
    string,
  ]
  if (!/^1[3-9]\d{9}$/.test(phone))
    return { code: 'isv.MOBILE_NUMBER_ILLEGAL', message: `${phone}invalid mobile number` }
  if (sign !== SIGN_NAME) return { code: 'isv.SMS_SIGNATURE_ILLEGAL', message: '该账号下找不到对应签名' }
  const pattern = TEMPLATES[template]
  if (pattern === undefined) return { code: 'isv.SMS_TEMPLATE_ILLEGAL', message: '该账号下找不到对应模板' }
  const params = parseParams(query.get('TemplateParam'))
  if (!params) return { code: 'isv.INVALID_JSON_PARAM', message: 'JSON参数不合法' }
  const missing = [...pattern.matchAll(/\$\{(\w+)\}/g)].some(([, name]) => params[name ?? ''] === undefined)
  if (missing) return { code: 'isv.TEMPLATE_MISSING_PARAMETERS', message: '模板变量缺少对应参数值' }
  const nowMs = state.clock.now()
  const earlier = state.messages.filter((message) => message.phone === phone).map((message) => message.atMs)
  const broken = state.limits && brokenLimit(state.limits, earlier, nowMs)
  if (broken) return { code: 'isv.BUSINESS_LIMIT_CONTROL', message: broken }
  return deliver(state, { phone, sign, template, params, pattern, outId: query.get('OutId') ?? undefined })
}

function deliver(
  state: State,
  input: {
    readonly phone: string
    readonly sign: string
    readonly template: string
    readonly params: Readonly<Record<string, string>>
    readonly pattern: string
    readonly outId: string | undefined
  },
): string {
  const { pattern, outId, ...parts } = input
  const text = `【${parts.sign}】${pattern.replace(/\$\{(\w+)\}/g, (_whole, name: string) => parts.params[name] ?? '')}`
  const atMs = state.clock.now()
  const bizId = `${Math.trunc(atMs / 1000)}${String(state.messages.length).padStart(8, '0')}^0`
  const message: SmsMessage = { bizId, ...parts, text, ...(outId !== undefined && { outId }), atMs }
  state.messages.push(message)
  if (state.messages.length > INBOX_MAX) state.messages.splice(0, INBOX_MAX / 10)
  state.journal.append({ kind: 'message', ...message })
  return bizId
}

function parseParams(text: string | null): Record<string, string> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    if (typeof value !== 'object' || value === null) return undefined
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, String(one)]))
  } catch {
    return undefined
  }
}

function inboxOf(state: State, phone: string | undefined): readonly SmsMessage[] {
  return state.messages.filter((message) => !phone || message.phone === phone).reverse()
}

const SHOWN_MAX = 50

/** What a phone would show. Digits of a code stand out, so that they can be read from across the table. */
function showInbox(messages: readonly SmsMessage[], phone: string | undefined): string {
  const form = `<form><input name="phone" inputmode="numeric" placeholder="手机号 / Phone" value="${escapeHtml(phone ?? '')}"><button>查看</button></form>`
  const articles = messages.slice(0, SHOWN_MAX).map((message) => {
    const text = escapeHtml(message.text).replace(/(?<!\d)\d{4,8}(?!\d)/, (code) => `<b class="code">${code}</b>`)
    return `<article><small>${beijingTime(message.atMs)} · ${escapeHtml(message.phone)}</small><p>${text}</p></article>`
  })
  const content = articles.length > 0 ? articles.join('') : '<p class="soft">还没有短信。页面每 3 秒刷新。</p>'
  return inboxPage('仿真短信 · SMS inbox', form + content, 3)
}
