import type { WecomAppConfig } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import { z } from 'zod'
import type { Platform } from '../../../platform/module.ts'
import { type Outbound, OutboundFailure } from '../../../platform/outbound/index.ts'
import type { SendOutcome } from '../outcome.ts'
import { systemCtx, tokenPlace, type WecomAccount, wecomAccount } from './accounts.ts'

const TIMEOUT_MS = 8_000
/** A token is good for two hours; one that ends under way costs a call. */
const TOKEN_MARGIN_SECONDS = 300
/** "Not (any more) a token": WeCom may end one early. Nothing was done with it. */
const TOKEN_SPENT: ReadonlySet<number> = new Set([40001, 40014, 42001])
/** Too many calls of an app, or of a company at one time; the limits are counted by the minute. */
const TOO_FAST: ReadonlySet<number> = new Set([45009, 45033])
const PAUSE_MS = 60_000
/** "The system is busy": it does not say whether it did anything. */
const BUSY = -1
/** 4 hours, the most there is: a second message of the same words (request JSON) is not shown within it. */
export const REPEATS_KNOWN_SECONDS = 4 * 3_600
const TITLE_MAX = 128
const DESCRIPTION_MAX = 512
const TEXT_BYTES_MAX = 2_048

/** What a member reads. */
export type AppMessage = {
  readonly title: string
  readonly paragraphs: readonly string[]
  /** Where it leads; its address holds the message's number, so that two messages are never the same words. */
  readonly url: string
  readonly locale: 'zh-CN' | 'en'
  /** With codes: as a text, of which they can be copied; a card's words cannot. */
  readonly asText: boolean
}
export type AppResult = {
  readonly outcome: SendOutcome
  /** It is said too much; not again before. */
  readonly pauseMs?: number
}
export type Person =
  | { readonly kind: 'colleague'; readonly userId: string }
  | { readonly kind: 'stranger' }
  | { readonly kind: 'spent' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string }

export type WecomApp = {
  readonly account: WecomAccount
  /** @param body as `bodyOf` makes it: a repeat must be the same to the letter */
  readonly send: (body: string) => Promise<AppResult>
  /** Who gave this code; it is good once, for five minutes. */
  readonly personOf: (code: string) => Promise<Person>
}

type House = Pick<Platform, 'db' | 'crypto'>

/** The shop's app. Undefined: not set up or switched off. */
export async function openWecomApp(
  platform: House,
  outbound: Outbound,
  tenantId: TenantId,
): Promise<WecomApp | undefined> {
  const account = await wecomAccount(platform, tenantId)
  if (!account) return undefined
  const ask = createAsk(platform, outbound, tenantId, account)
  return {
    account,
    send: async (body) => resultOf(await ask('POST', '/cgi-bin/message/send', {}, body)),
    personOf: async (code) => personIn(await ask('GET', '/cgi-bin/auth/getuserinfo', { code })),
  }
}

/** The request that says this to one user, asking WeCom not to show it twice. */
export function bodyOf({ agentId }: WecomAppConfig, user: string, message: AppMessage): string {
  const open = message.locale === 'en' ? 'Open' : '查看'
  const title = plain(message.title)
  const lines = message.paragraphs.map(plain)
  const content = message.asText
    ? { msgtype: 'text', text: { content: textOf([title, ...lines], `<a href="${message.url}">${open}</a>`) } }
    : {
        msgtype: 'textcard',
        textcard: {
          title: cut(title, TITLE_MAX),
          description: cut(lines.join('\n'), DESCRIPTION_MAX).replaceAll('\n', '<br>'),
          url: message.url,
          btntxt: open,
        },
      }
  return JSON.stringify({
    touser: user,
    agentid: agentId,
    ...content,
    enable_duplicate_check: 1,
    duplicate_check_interval: REPEATS_KNOWN_SECONDS,
  })
}

/** Words of others may not become markup: both forms know some. */
const plain = (words: string): string => words.replaceAll('<', '＜').replaceAll('>', '＞')

const cut = (words: string, max: number): string => {
  const characters = [...words]
  return characters.length <= max ? words : `${characters.slice(0, max - 1).join('')}…`
}

/** The link is never what is cut off. */
function textOf(lines: readonly string[], link: string): string {
  const max = TEXT_BYTES_MAX - Buffer.byteLength(link) - 8
  const words = Buffer.from(lines.join('\n\n'))
  if (words.length <= max) return `${words.toString()}\n\n${link}`
  return `${new TextDecoder().decode(words.subarray(0, max)).replace(/\uFFFD+$/, '')}…\n\n${link}`
}

/* --------------------------------------------------------------------------------------- calls ---- */

const fields = z.looseObject({ errcode: z.int(), errmsg: z.string().default('') })
type Fields = z.output<typeof fields>
/** `sent`: it may have reached WeCom. */
type Failure = { readonly kind: 'failed'; readonly sent: boolean; readonly reason: string; readonly pauseMs?: number }
type Answer = { readonly kind: 'answer'; readonly fields: Fields } | Failure
type Token = { readonly kind: 'token'; readonly token: string } | Failure | Refused
type Refused = { readonly kind: 'refused'; readonly reason: string }
type Ask = (
  method: 'GET' | 'POST',
  path: string,
  query: Readonly<Record<string, string>>,
  body?: string,
) => Promise<Answer | Refused>

/** A call with the shop's token; with a fresh one, once, when WeCom does not know it any more. */
function createAsk(platform: House, outbound: Outbound, tenantId: TenantId, account: WecomAccount): Ask {
  return async (method, path, query, body) => {
    let spent: string | undefined
    for (;;) {
      const held = await tokenOf(platform, outbound, tenantId, account, spent)
      if (held.kind !== 'token') return held
      const answer = await call(outbound, method, urlOf(account, path, { access_token: held.token, ...query }), body)
      if (answer.kind !== 'answer' || !TOKEN_SPENT.has(answer.fields.errcode)) return answer
      // Not even a fresh one is known: nothing was done, and it is tried again later.
      if (spent !== undefined) return { kind: 'failed', sent: false, reason: reasonOf(answer.fields) }
      spent = held.token
    }
  }
}

/** @param spent a token that WeCom has refused */
async function tokenOf(
  platform: House,
  outbound: Outbound,
  tenantId: TenantId,
  account: WecomAccount,
  spent: string | undefined,
): Promise<Token> {
  if (account.token !== undefined && account.token !== spent) return { kind: 'token', token: account.token }
  const answer = await call(
    outbound,
    'GET',
    urlOf(account, '/cgi-bin/gettoken', { corpid: account.corpId, corpsecret: account.secret }),
  )
  // Without a token nothing was sent, whatever became of this.
  if (answer.kind !== 'answer') return { ...answer, sent: false }
  const { errcode, access_token: token, expires_in: seconds } = answer.fields
  if (errcode === BUSY) return { kind: 'failed', sent: false, reason: reasonOf(answer.fields) }
  if (errcode !== 0) return { kind: 'refused', reason: reasonOf(answer.fields) }
  if (typeof token !== 'string' || token === '' || typeof seconds !== 'number') {
    return { kind: 'failed', sent: false, reason: 'WeCom gave no token' }
  }
  await keepToken(platform, tenantId, account, token, seconds - TOKEN_MARGIN_SECONDS)
  return { kind: 'token', token }
}

/** For all processes, unless the app was set up anew meanwhile: then it is another's. */
async function keepToken(
  platform: House,
  tenantId: TenantId,
  account: WecomAccount,
  token: string,
  seconds: number,
): Promise<void> {
  const sealed = await platform.crypto.encrypt(tenantId, tokenPlace('wecom_app'), token)
  await platform.db.write(systemCtx(tenantId), (tx) =>
    sql`
      update notify.channels
      set token_sealed = ${sealed},
          token_until = now() + ${Math.max(0, Math.trunc(seconds))}::integer * interval '1 second'
      where tenant_id = ${tenantId}
        and channel = 'wecom_app'
        and date_trunc('milliseconds', updated_at) = ${account.savedAt}::timestamptz
    `.execute(tx.db),
  )
}

function urlOf({ baseUrl }: WecomAccount, path: string, query: Readonly<Record<string, string>>): string {
  const url = new URL(path, baseUrl)
  url.search = new URLSearchParams(query).toString()
  return url.href
}

/** The address holds secrets: nothing of it comes into a reason. */
async function call(outbound: Outbound, method: 'GET' | 'POST', url: string, body?: string): Promise<Answer> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (body !== undefined) {
    headers['content-type'] = 'application/json; charset=utf-8'
    headers['content-length'] = String(Buffer.byteLength(body))
  }
  try {
    const request = { method, url, headers, timeoutMs: TIMEOUT_MS }
    const answer = await outbound.call(body === undefined ? request : { ...request, body })
    if (answer.status === 429) return { kind: 'failed', sent: false, reason: 'HTTP 429', pauseMs: PAUSE_MS }
    const parsed = fields.safeParse(parse(answer.body))
    if (!parsed.success || answer.status >= 500) {
      return { kind: 'failed', sent: true, reason: `HTTP ${answer.status}` }
    }
    if (TOO_FAST.has(parsed.data.errcode)) {
      return { kind: 'failed', sent: false, reason: reasonOf(parsed.data), pauseMs: PAUSE_MS }
    }
    return { kind: 'answer', fields: parsed.data }
  } catch (error) {
    if (!(error instanceof OutboundFailure)) throw error
    return { kind: 'failed', sent: error.sent, reason: error.message }
  }
}

function resultOf(answer: Answer | Refused): AppResult {
  if (answer.kind === 'refused') return { outcome: answer }
  if (answer.kind === 'failed') {
    const { sent, reason, pauseMs } = answer
    return { outcome: { kind: sent ? 'unknown' : 'not_sent', reason }, ...(pauseMs !== undefined && { pauseMs }) }
  }
  const { errcode, invaliduser, unlicenseduser, msgid } = answer.fields
  if (errcode === BUSY) return { outcome: { kind: 'unknown', reason: reasonOf(answer.fields) } }
  if (errcode !== 0) return { outcome: { kind: 'refused', reason: reasonOf(answer.fields) } }
  // One user is written to: named here, he has got nothing.
  if (isNamed(invaliduser)) return { outcome: { kind: 'refused', reason: 'invaliduser: not a user of this app' } }
  if (isNamed(unlicenseduser)) {
    return { outcome: { kind: 'refused', reason: 'unlicenseduser: has no licence for this app' } }
  }
  return { outcome: { kind: 'sent', ref: typeof msgid === 'string' ? msgid : '' } }
}

const isNamed = (users: unknown): boolean => (Array.isArray(users) ? users.length > 0 : Boolean(users))

/** "Invalid code": used, older than five minutes, or never given. */
const CODE_SPENT = 40029

function personIn(answer: Answer | Refused): Person {
  if (answer.kind === 'refused') return answer
  if (answer.kind === 'failed') return { kind: 'unknown', reason: answer.reason }
  const { errcode, userid } = answer.fields
  if (errcode === CODE_SPENT) return { kind: 'spent' }
  if (errcode === BUSY) return { kind: 'unknown', reason: reasonOf(answer.fields) }
  if (errcode !== 0) return { kind: 'refused', reason: reasonOf(answer.fields) }
  // A stranger has an `openid`; somebody of a connected company is `CorpId/userid`, to whom the app cannot write.
  return typeof userid === 'string' && /^[A-Za-z0-9][\w@.-]{0,63}$/.test(userid)
    ? { kind: 'colleague', userId: userid }
    : { kind: 'stranger' }
}

const reasonOf = ({ errcode, errmsg }: Fields): string => `${errcode} ${errmsg}`.trim().slice(0, 300)

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
