import { createHmac, timingSafeEqual } from 'node:crypto'
import fastify from 'fastify'
import { listen } from '../listen.ts'

export type Received = {
  readonly id: string
  readonly type: string
  readonly body: string
  /** Which of the known secrets signed it; none: it is not from who it says. */
  readonly signedBy: readonly number[]
  readonly isFresh: boolean
}
/** `cut` takes the message and breaks the connection. */
export type NextAnswer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly cut: true }
export type WebhookReceiver = {
  readonly url: string
  /** The receiver's own copies of the secrets, `whsec_…`. */
  readonly secrets: string[]
  readonly control: {
    /** What the next calls are answered; then 204. */
    readonly answer: (...answers: readonly NextAnswer[]) => void
    readonly received: () => readonly Received[]
  }
  readonly close: () => Promise<void>
}

const TOLERANCE_SECONDS = 300

/** Another system's endpoint: verifies Standard Webhooks with code of its own and answers what it is told to. */
export async function startWebhookReceiver(options: { readonly host: string }): Promise<WebhookReceiver> {
  const secrets: string[] = []
  const received: Received[] = []
  const answers: NextAnswer[] = []
  const app = fastify({ forceCloseConnections: true })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.post('/hook', async (request, reply) => {
    const body = String(request.body)
    const header = (name: string) => String(request.headers[name] ?? '')
    const [id, timestamp] = [header('webhook-id'), header('webhook-timestamp')]
    received.push({
      id,
      type: String((JSON.parse(body) as { type?: unknown }).type),
      body,
      signedBy: verifyAll(`${id}.${timestamp}.${body}`, header('webhook-signature'), secrets),
      isFresh: Math.abs(Date.now() / 1000 - Number(timestamp)) <= TOLERANCE_SECONDS,
    })
    const next = answers.shift() ?? { status: 204 }
    if ('cut' in next) {
      reply.hijack()
      reply.raw.socket?.destroy()
      return reply
    }
    return reply
      .code(next.status)
      .headers(next.headers ?? {})
      .send()
  })
  const url = await listen(app, options.host)
  return {
    url: `${url}/hook`,
    secrets,
    control: { answer: (...next) => void answers.push(...next), received: () => received },
    close: () => app.close(),
  }
}

/** @returns the places of those secrets of which a signature is there */
function verifyAll(signed: string, header: string, secrets: readonly string[]): readonly number[] {
  const given = header
    .split(' ')
    .filter((one) => one.startsWith('v1,'))
    .map((one) => Buffer.from(one.slice(3), 'base64'))
  return secrets.flatMap((secret, index) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
    const expected = createHmac('sha256', key).update(signed).digest()
    return given.some((one) => one.length === expected.length && timingSafeEqual(one, expected)) ? [index] : []
  })
}
