import { createHmac } from 'node:crypto'
import type { Robot } from '@quanshu/contract'
import { z } from 'zod'
import { type Outbound, OutboundFailure } from '../../../platform/outbound/index.ts'
import type { SendOutcome } from '../outcome.ts'
import type { RobotAccount } from './accounts.ts'

/** What a robot says, in the little markdown that all three know: bold, links, lines. */
export type RobotWords = { readonly title: string; readonly markdown: string }
export type RobotResult = {
  readonly outcome: SendOutcome
  /** It has said too much; not again before. */
  readonly pauseMs?: number
}

const TIMEOUT_MS = 8_000
/** WeCom's limit, the least of the three. */
const MARKDOWN_BYTES_MAX = 4_000

type Dialect = {
  /** What is posted where. */
  readonly request: (
    account: RobotAccount,
    words: RobotWords,
    at: Date,
  ) => { readonly url: string; readonly body: object }
  readonly code: (answer: Readonly<Record<string, unknown>>) => number | undefined
  readonly message: (answer: Readonly<Record<string, unknown>>) => string
  /** Codes for "too fast", and how long it says nothing then. */
  readonly tooFast: ReadonlySet<number>
  readonly pauseMs: number
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)

const dialects: Readonly<Record<Robot, Dialect>> = {
  wecom: {
    request: ({ url }, { markdown, title }) => ({
      url,
      body: { msgtype: 'markdown', markdown: { content: cut(`**${title}**\n${markdown}`) } },
    }),
    code: ({ errcode }) => number(errcode),
    message: ({ errmsg }) => text(errmsg),
    tooFast: new Set([45009, 45033]),
    pauseMs: 60_000,
  },
  dingtalk: {
    request: ({ url, signSecret }, { title, markdown }, at) => ({
      url: signSecret === '' ? url : withDingTalkSign(url, signSecret, at.getTime()),
      body: {
        msgtype: 'markdown',
        markdown: { title, text: cut(`#### ${title}\n\n${markdown.replaceAll('\n', '\n\n')}`) },
      },
    }),
    code: ({ errcode }) => number(errcode),
    message: ({ errmsg }) => text(errmsg),
    // Above twenty a minute it is silenced for ten.
    tooFast: new Set([130101, 410100]),
    pauseMs: 600_000,
  },
  feishu: {
    request: ({ url, signSecret }, { title, markdown }, at) => ({
      url,
      body: {
        ...(signSecret === '' ? {} : feishuSign(signSecret, Math.trunc(at.getTime() / 1000))),
        msg_type: 'interactive',
        card: {
          header: { title: { tag: 'plain_text', content: title } },
          elements: [{ tag: 'markdown', content: cut(markdown) }],
        },
      },
    }),
    code: ({ code, StatusCode }) => number(code) ?? number(StatusCode),
    message: ({ msg, StatusMessage }) => text(msg) || text(StatusMessage),
    tooFast: new Set([9499, 11232]),
    pauseMs: 60_000,
  },
}

/**
 * Has a robot say something. It knows no repeats, so a call that may have arrived is not made again.
 */
export async function sayByRobot(
  outbound: Outbound,
  robot: Robot,
  account: RobotAccount,
  words: RobotWords,
  at: Date,
): Promise<RobotResult> {
  const dialect = dialects[robot]
  const { url, body } = dialect.request(account, words, at)
  const content = JSON.stringify(body)
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(content)),
  }
  try {
    const answer = await outbound.call({ method: 'POST', url, headers, body: content, timeoutMs: TIMEOUT_MS })
    return resultOf(dialect, answer.status, answer.body)
  } catch (error) {
    if (!(error instanceof OutboundFailure)) throw error
    return { outcome: { kind: error.sent ? 'unknown' : 'not_sent', reason: error.message } }
  }
}

function resultOf(dialect: Dialect, status: number, body: Buffer): RobotResult {
  if (status === 429) return { outcome: { kind: 'not_sent', reason: 'HTTP 429' }, pauseMs: dialect.pauseMs }
  const answer = z.record(z.string(), z.unknown()).safeParse(parse(body))
  const code = answer.success ? dialect.code(answer.data) : undefined
  if (!answer.success || code === undefined || status >= 500) {
    return { outcome: { kind: 'unknown', reason: `HTTP ${status}` } }
  }
  if (code === 0) return { outcome: { kind: 'sent', ref: '' } }
  const reason = `${code} ${dialect.message(answer.data)}`.trim()
  if (dialect.tooFast.has(code)) return { outcome: { kind: 'not_sent', reason }, pauseMs: dialect.pauseMs }
  // -1 is "busy, try again" at all three.
  return { outcome: { kind: code === -1 ? 'not_sent' : 'refused', reason } }
}

/** DingTalk's "加签": base64 of HMAC-SHA256, keyed by the secret, over the time in milliseconds and the secret. */
export function withDingTalkSign(url: string, secret: string, atMs: number): string {
  const signed = new URL(url)
  signed.searchParams.set('timestamp', String(atMs))
  signed.searchParams.set('sign', createHmac('sha256', secret).update(`${atMs}\n${secret}`).digest('base64'))
  return signed.href
}

/** Feishu's: the same two are the key, and nothing is signed. */
export function feishuSign(secret: string, atSeconds: number): { readonly timestamp: string; readonly sign: string } {
  const sign = createHmac('sha256', `${atSeconds}\n${secret}`).update('').digest('base64')
  return { timestamp: String(atSeconds), sign }
}

/** Text of others may not become a link, a mention or bold in the group. */
export const plainInMarkdown = (words: string): string =>
  words.replace(/[[\]()*_`~<>#|\\]/g, (char) => WIDE[char] ?? ' ')
const WIDE: Readonly<Record<string, string>> = {
  '[': '［',
  ']': '］',
  '(': '（',
  ')': '）',
  '*': '＊',
  _: '_',
  '<': '＜',
  '>': '＞',
  '#': '＃',
}

function cut(markdown: string): string {
  const bytes = Buffer.from(markdown)
  if (bytes.length <= MARKDOWN_BYTES_MAX) return markdown
  return `${new TextDecoder().decode(bytes.subarray(0, MARKDOWN_BYTES_MAX)).replace(/\uFFFD+$/, '')}…`
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
