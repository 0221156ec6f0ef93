import { createHmac, randomBytes } from 'node:crypto'
import fastify, { type FastifyReply } from 'fastify'
import { type Fault, type FaultInput, type FaultSwitch, faultSwitch } from '../faults.ts'
import { listen } from '../listen.ts'
import { type VirtualClock, virtualClock } from '../virtual-clock.ts'

export const ROBOT_KINDS = ['wecom', 'dingtalk', 'feishu'] as const
export type RobotKind = (typeof ROBOT_KINDS)[number]
/** The key of a fault is the robot. `value` of a refuse is the code. */
const FAULTS = ['refuse', 'busy', 'tooMany', 'error', 'timeout', 'cut', 'malformed'] as const
type FaultKind = (typeof FAULTS)[number]

export type Said = { readonly robot: RobotKind; readonly title: string; readonly text: string; readonly atMs: number }
export type RobotGroup = {
  /** Addresses as an administrator copies them out of the group's settings. */
  readonly urls: Readonly<Record<RobotKind, string>>
  /** DingTalk's and Feishu's; WeCom has none. */
  readonly secret: string
  readonly control: {
    readonly addFault: (fault: FaultInput<FaultKind>) => Fault<FaultKind>
    readonly clearFaults: () => void
    /** In the order in which it was said. */
    readonly said: (robot?: RobotKind) => readonly Said[]
    readonly advance: (ms: number) => Promise<void>
  }
  readonly close: () => Promise<void>
}

const PER_MINUTE: Readonly<Record<RobotKind, number>> = { wecom: 20, dingtalk: 20, feishu: 100 }
const DINGTALK_SILENCE_MS = 600_000
const SIGN_WINDOW_MS = 3_600_000
const MARKDOWN_BYTES_MAX = 4_096

type State = {
  readonly token: string
  readonly secret: string
  readonly said: Said[]
  readonly faults: FaultSwitch<FaultKind>
  readonly clock: VirtualClock
  silencedUntilMs: number
}
/** Says no in the words of its house. */
type Answer = readonly [code: number, message: string]
const OK: Answer = [0, 'ok']

/** Stand-ins for the robots of WeCom, DingTalk and Feishu groups: their limits, signatures and codes. */
export async function startRobots(options: { readonly host: string; readonly port?: number }): Promise<RobotGroup> {
  const state: State = {
    token: randomBytes(16).toString('hex'),
    secret: `SEC${randomBytes(24).toString('hex')}`,
    said: [],
    faults: faultSwitch(FAULTS),
    clock: virtualClock(),
    silencedUntilMs: 0,
  }
  const app = fastify({ forceCloseConnections: true })
  type Query = Readonly<Record<string, string | undefined>>
  type Body = Readonly<Record<string, unknown>>
  app.post<{ Querystring: Query; Body: Body }>('/cgi-bin/webhook/send', ({ query, body }, reply) =>
    answer(state, 'wecom', reply, () =>
      query.key === state.token ? wecom(state, body) : [93000, 'invalid webhook url'],
    ),
  )
  app.post<{ Querystring: Query; Body: Body }>('/robot/send', ({ query, body }, reply) =>
    answer(state, 'dingtalk', reply, () =>
      query.access_token === state.token ? dingtalk(state, query, body) : [300001, 'token is not exist'],
    ),
  )
  app.post<{ Params: { token: string }; Body: Body }>('/open-apis/bot/v2/hook/:token', ({ params, body }, reply) =>
    answer(state, 'feishu', reply, () =>
      params.token === state.token
        ? feishu(state, body)
        : [19001, 'param invalid: incoming webhook access token invalid'],
    ),
  )
  const url = await listen(app, options.host, options.port)
  return {
    urls: {
      wecom: `${url}/cgi-bin/webhook/send?key=${state.token}`,
      dingtalk: `${url}/robot/send?access_token=${state.token}`,
      feishu: `${url}/open-apis/bot/v2/hook/${state.token}`,
    },
    secret: state.secret,
    control: {
      addFault: state.faults.add,
      clearFaults: () => state.faults.clear(),
      said: (robot) => state.said.filter((one) => robot === undefined || one.robot === robot),
      advance: state.clock.advance,
    },
    close: async () => {
      state.clock.stop()
      await app.close()
    },
  }
}

async function answer(state: State, robot: RobotKind, reply: FastifyReply, act: () => Answer): Promise<FastifyReply> {
  const take = (kind: FaultKind) => state.faults.take(kind, { key: robot })
  const send = ([code, message]: Answer) =>
    reply.send(robot === 'feishu' ? { code, msg: message, data: {} } : { errcode: code, errmsg: message })
  if (take('error')) return reply.code(500).send('internal error')
  if (take('tooMany')) return reply.code(429).send('too many requests')
  const refuse = take('refuse')
  if (refuse) return send([Number(refuse.value ?? 310000), 'refused'])
  if (take('busy')) return send([-1, 'system busy'])
  const result = act()
  const slow = take('timeout')
  if (slow) await new Promise((resolve) => setTimeout(resolve, slow.ms ?? 30_000).unref())
  if (take('cut')) {
    reply.hijack()
    reply.raw.socket?.destroy()
    return reply
  }
  if (take('malformed')) return reply.type('text/html').send('<html>502</html>')
  return send(result)
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}

function wecom(state: State, body: Readonly<Record<string, unknown>>): Answer {
  const { content } = record(body.markdown)
  if (body.msgtype !== 'markdown' || typeof content !== 'string') return [40008, 'invalid message type']
  if (Buffer.byteLength(content) > MARKDOWN_BYTES_MAX) return [40058, 'markdown.content exceed max length 4096']
  if (isTooFast(state, 'wecom')) return [45009, 'api freq out of limit']
  const [first = '', ...rest] = content.split('\n')
  return say(state, 'wecom', first.replaceAll('**', ''), rest.join('\n'))
}

function dingtalk(
  state: State,
  query: Readonly<Record<string, string | undefined>>,
  body: Readonly<Record<string, unknown>>,
): Answer {
  const { timestamp = '', sign = '' } = query
  const expected = createHmac('sha256', state.secret).update(`${timestamp}\n${state.secret}`).digest('base64')
  if (sign !== expected) return [310000, 'sign not match']
  if (!(Math.abs(Date.now() - Number(timestamp)) <= SIGN_WINDOW_MS)) return [310000, 'invalid timestamp']
  const { title, text } = record(body.markdown)
  if (body.msgtype !== 'markdown' || typeof title !== 'string' || typeof text !== 'string')
    return [400101, 'bad message']
  if (state.clock.now() < state.silencedUntilMs) return [130101, 'send too fast, exceed 20 times per minute']
  if (isTooFast(state, 'dingtalk')) {
    state.silencedUntilMs = state.clock.now() + DINGTALK_SILENCE_MS
    return [130101, 'send too fast, exceed 20 times per minute']
  }
  return say(state, 'dingtalk', title, text)
}

function feishu(state: State, body: Readonly<Record<string, unknown>>): Answer {
  const timestamp = String(body.timestamp ?? '')
  const expected = createHmac('sha256', `${timestamp}\n${state.secret}`).digest('base64')
  if (body.sign !== expected || !(Math.abs(Date.now() - Number(timestamp) * 1000) <= SIGN_WINDOW_MS)) {
    return [19021, 'sign match fail or timestamp is not within one hour from current time']
  }
  const card = record(body.card)
  const title = record(record(card.header).title).content
  const [element] = Array.isArray(card.elements) ? card.elements : []
  const text = record(element).content
  if (body.msg_type !== 'interactive' || typeof title !== 'string' || typeof text !== 'string')
    return [9499, 'Bad Request']
  if (isTooFast(state, 'feishu')) return [11232, 'frequency limited psm[lark.oapi.app_platform_runtime]']
  return say(state, 'feishu', title, text)
}

function isTooFast(state: State, robot: RobotKind): boolean {
  const since = state.clock.now() - 60_000
  return state.said.filter((one) => one.robot === robot && one.atMs > since).length >= PER_MINUTE[robot]
}

function say(state: State, robot: RobotKind, title: string, text: string): Answer {
  state.said.push({ robot, title, text, atMs: state.clock.now() })
  return OK
}
