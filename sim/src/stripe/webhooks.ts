import { createHmac } from 'node:crypto'
import type { FaultSwitch } from '../faults.ts'
import type { Sender } from '../sender.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import type { Account, Books, Event } from './books.ts'
import type { Announce } from './desk.ts'
import type { StripeFault, StripeFaultKind } from './faults.ts'
import { seconds } from './views.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** Waits between sendings of an event that is not acknowledged: three days in all, then it is given up. */
const LADDER_MS: readonly number[] = [
  5 * MINUTE,
  30 * MINUTE,
  ...[2, 5, 10, 12, 12, 12, 12].map((hours) => hours * HOUR),
]
const CLOCK_OFF_SECONDS = 600
const SENT_KEPT_MAX = 2000
const API_VERSION = '2026-10-28.endive'

/** One sending and what came back; kept for whoever looks what happened. */
export type Sending = {
  readonly eventId: string
  readonly type: string
  readonly reference: string
  readonly fault?: StripeFaultKind
  readonly atMs: number
  readonly tookMs: number
  readonly status: number
  readonly answer: string
  readonly acknowledged: boolean
}

export type WebhookOffice = {
  readonly announce: Announce
  /** Sends the true events of a payment once more, `count` copies at the same moment. */
  readonly repeat: (reference: string, count: number) => Promise<readonly Sending[]>
  readonly sendings: () => readonly Sending[]
}

/** `t=…,v1=…`: hex HMAC-SHA256 over `t.body`, one `v1` for every secret that is still good. */
export function signatureHeader(secrets: readonly string[], body: string, atSeconds: number): string {
  const signatures = secrets.map(
    (secret) => `v1=${createHmac('sha256', secret).update(`${atSeconds}.${body}`).digest('hex')}`,
  )
  return [`t=${atSeconds}`, ...signatures].join(',')
}

export function openWebhookOffice(parts: {
  readonly books: Books
  readonly clock: VirtualClock
  readonly faults: FaultSwitch<StripeFaultKind>
  readonly sender: Sender
  readonly dated: () => number
}): WebhookOffice {
  const { books, clock, faults, sender, dated } = parts
  const sent: Sending[] = []

  const send = async (event: Event, fault?: StripeFault): Promise<Sending> => {
    const account = books.accounts.get(event.accountId)
    const { body, header } = shapeOf(event, secretsOf(account, clock.now()), fault)
    const startedMs = performance.now()
    const answer = account?.webhookUrl
      ? await sender.send({
          method: 'POST',
          url: account.webhookUrl,
          headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': header },
          body: fault?.kind === 'notice.tamper' ? body.replace(/"amount(_total)?":\d+/, '"amount$1":1') : body,
        })
      : { status: 0, body: 'no webhook is set up' }
    const sending: Sending = {
      eventId: event.id,
      type: event.type,
      reference: event.reference,
      ...(fault && { fault: fault.kind }),
      atMs: clock.now(),
      tookMs: performance.now() - startedMs,
      status: answer.status,
      answer: answer.body.slice(0, 300),
      acknowledged: answer.status >= 200 && answer.status < 300,
    }
    sent.push(sending)
    if (sent.length > SENT_KEPT_MAX) sent.splice(0, SENT_KEPT_MAX / 2)
    return sending
  }

  /** One rung: send, and when it is not acknowledged wait for the next. */
  const climb = async (event: Event, fault?: StripeFault): Promise<void> => {
    const sending = fault?.kind === 'notice.lose' ? undefined : await send(event, fault)
    event.attempts += 1
    event.acknowledged ||= sending?.acknowledged ?? false
    books.save('event', event)
    if (!event.acknowledged) waitForNextRung(event)
  }
  const waitForNextRung = (event: Event): void => {
    const waitMs = event.attempts === 0 ? 1000 : LADDER_MS[event.attempts - 1]
    if (waitMs !== undefined) clock.at(clock.now() + waitMs, () => climb(event))
  }

  // After a restart every event that was not acknowledged goes on where its ladder stood.
  for (const event of books.events.values()) if (!event.acknowledged) waitForNextRung(event)

  return {
    announce: async (accountId, type, reference, object) => {
      const id = books.nextId('evt')
      const event: Event = {
        id,
        accountId,
        type,
        reference,
        object,
        createdAtMs: dated(),
        attempts: 0,
        acknowledged: false,
      }
      books.save('event', event)
      const at = { key: reference }
      const again = faults.take('notice.again', at)
      if (again) clock.at(clock.now() + (again.ms ?? 24 * HOUR), async () => void (await send(event)))
      const delay = faults.take('notice.delay', at)
      if (delay) {
        clock.at(clock.now() + (delay.ms ?? MINUTE), () => climb(event))
        return
      }
      const copies = faults.take('notice.parallel', at)?.count ?? 1
      const fault = takeFirst(faults, reference)
      await Promise.all([climb(event, fault), ...Array.from({ length: copies - 1 }, () => send(event, fault))])
    },
    repeat: async (reference, count) => {
      const events = [...books.events.values()].filter((event) => event.reference === reference)
      const fault = takeFirst(faults, reference)
      return Promise.all(events.flatMap((event) => Array.from({ length: count }, () => send(event, fault))))
    },
    sendings: () => sent,
  }
}

const CONTENT_FAULTS = [
  'notice.lose',
  'notice.forge',
  'notice.tamper',
  'notice.stale',
  'notice.future',
  'notice.wrong_mode',
  'notice.wrong_amount',
  'notice.wrong_currency',
  'notice.other_order',
  'notice.malformed',
] as const satisfies readonly StripeFaultKind[]

function takeFirst(faults: FaultSwitch<StripeFaultKind>, reference: string): StripeFault | undefined {
  for (const kind of CONTENT_FAULTS) {
    const fault = faults.take(kind, { key: reference })
    if (fault) return fault
  }
  return undefined
}

const secretsOf = (account: Account | undefined, nowMs: number): readonly string[] =>
  (account?.webhookSecrets ?? [])
    .filter(({ expiresAtMs }) => expiresAtMs === undefined || expiresAtMs > nowMs)
    .map(({ secret }) => secret)

/** The event with the fault put in before signing: only `forge` has a wrong signature. */
function shapeOf(
  event: Event,
  secrets: readonly string[],
  fault: StripeFault | undefined,
): { readonly body: string; readonly header: string } {
  const { kind } = fault ?? {}
  const { object } = event
  const wrong: Record<string, unknown> = {
    ...(kind === 'notice.wrong_amount' && { amount_total: fault?.amount ?? Number(object.amount_total) - 1 }),
    ...(kind === 'notice.wrong_currency' && { currency: object.currency === 'usd' ? 'eur' : 'usd' }),
    ...(kind === 'notice.other_order' && { client_reference_id: fault?.value, metadata: { payment_no: fault?.value } }),
  }
  const whole = JSON.stringify({
    id: event.id,
    object: 'event',
    api_version: API_VERSION,
    created: seconds(event.createdAtMs),
    data: { object: { ...object, ...wrong } },
    livemode: kind === 'notice.wrong_mode',
    pending_webhooks: 1,
    type: event.type,
  })
  const body = kind === 'notice.malformed' ? whole.slice(0, -20) : whole
  const offSeconds = kind === 'notice.stale' ? -CLOCK_OFF_SECONDS : kind === 'notice.future' ? CLOCK_OFF_SECONDS : 0
  const signers = kind === 'notice.forge' ? ['whsec_of_a_stranger'] : secrets
  return { body, header: signatureHeader(signers, body, seconds(Date.now()) + offSeconds) }
}
