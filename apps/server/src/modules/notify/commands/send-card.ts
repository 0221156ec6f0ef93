import type { MessageEventKey } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import type { Outbound } from '../../../platform/outbound/index.ts'
import { getSettings } from '../../tenancy/index.ts'
import { systemCtx } from '../channels/accounts.ts'
import {
  type AppMessage,
  type AppResult,
  bodyOf,
  openWecomApp,
  REPEATS_KNOWN_SECONDS,
  type WecomApp,
} from '../channels/wecom-app.ts'
import type { TextMessageTo } from '../jobs.ts'
import { addMessages, endMessagesIn, type NewMessage } from '../messages.ts'
import type { SendOutcome } from '../outcome.ts'
import { shopPlace } from '../queries/shop-place.ts'
import { wecomPeople } from '../queries/wecom-people.ts'
import { quietUntil } from '../quiet-hours.ts'
import { messageValues } from '../values.ts'
import { composed, linesOfParams, readRules, readTexts } from '../words.ts'
import { putOff } from './put-off.ts'
import { queueSending } from './tell.ts'

/** A repeat this long after the first try is still known as one, with time for the call itself. */
const DOUBT_SECONDS_MAX = REPEATS_KNOWN_SECONDS - 600
/** "Too fast" is answered with a pause and not counted as a try of the job; so many of them are. */
const CALLS_MAX = 40
const NO_LONGER_KNOWN: SendOutcome = {
  kind: 'unknown',
  reason: 'an earlier try may have arrived, and a repeat would not be known as one any more',
}

type House = Platform
type OrdersPort = {
  readonly textMessageOf: (
    tenantId: TenantId,
    orderNo: number,
    lineNos?: readonly number[],
  ) => Promise<TextMessageTo | undefined>
}

/**
 * Writes to a member by the shop's WeCom app. What may have arrived is sent again with the very same words, which WeCom
 * does not show twice within four hours; later, or with other words, it is left alone. Only after proof that nothing was
 * sent does the message that waits behind it go out.
 * @param isLast the job's last try: what is not sent by now never is
 * @returns how it ended; `not_sent` wants another try. Undefined: it is over already, or comes back by itself.
 */
export async function sendCard(
  platform: House,
  outbound: Outbound,
  ports: OrdersPort,
  tenantId: TenantId,
  messageId: number,
  isLast: boolean,
): Promise<SendOutcome | undefined> {
  const waiting = await readWaiting(platform, tenantId, messageId)
  if (!waiting || (await putOff(platform, tenantId, messageId))) return undefined
  if (waiting.pausedUntil) {
    const at = waiting.pausedUntil
    await platform.db.write(systemCtx(tenantId), async (tx) =>
      queueSending(tx, { id: messageId, channel: 'wecom_app', notBefore: at }),
    )
    return undefined
  }
  const app = await openWecomApp(platform, outbound, tenantId)
  const words = await wordsOf(platform, ports, tenantId, waiting, app)
  const mark = words.kind === 'words' ? await markOf(platform, tenantId, words.body) : undefined
  const taken = await take(platform, tenantId, messageId, mark)
  if (!taken) return undefined
  const result = await tryIt(app, words, taken, mark)
  const end = endOf(result.outcome, taken, isLast)
  const mayHaveArrived = result.outcome.kind === 'unknown'
  await finish(platform, tenantId, taken, { ...result, outcome: end, subject: words.subject, mayHaveArrived })
  return result.pauseMs === undefined ? end : undefined
}

type Waiting = {
  readonly id: number
  readonly template: MessageEventKey
  readonly about: string
  readonly locale: 'zh-CN' | 'en'
  readonly params: Readonly<Record<string, string>>
  /** The app was too fast. */
  readonly pausedUntil: Date | null
}

async function readWaiting(platform: House, tenantId: TenantId, id: number): Promise<Waiting | undefined> {
  return await platform.db.read(systemCtx(tenantId), async (tx) => {
    const { rows } = await sql<Waiting>`
      select m.id, m.template, m.about, m.locale, m.params,
        case when c.next_call_at > now() then c.next_call_at end as "pausedUntil"
      from notify.messages m
      left join notify.channels c on c.tenant_id = m.tenant_id
        and c.channel = m.channel
      where m.tenant_id = ${tenantId}
        and m.id = ${id}::bigint
        and m.state in ('queued', 'sending')
    `.execute(tx.db)
    return rows[0]
  })
}

/* --------------------------------------------------------------------------------------- words ---- */

type Words =
  | { readonly kind: 'words'; readonly subject: string; readonly body: string }
  | { readonly kind: 'none'; readonly subject: string; readonly reason: string }
const none = (reason: string): Words => ({ kind: 'none', subject: '', reason })

/** What is said now. Codes only where the goods allow them in messages; of a code that would be markup only the link. */
async function wordsOf(
  platform: House,
  ports: OrdersPort,
  tenantId: TenantId,
  { id, template, about, locale, params }: Waiting,
  app: WecomApp | undefined,
): Promise<Words> {
  if (!app) return none('no WeCom app is set up')
  const to = await ports.textMessageOf(tenantId, Number(about.replace(/^order:/, '')), linesOfParams(params))
  const memberId = to?.memberId
  if (!to || !memberId) return none('the order has no member')
  const [texts, place, ruleOf, people] = await platform.db.read(
    systemCtx(tenantId),
    async (tx) =>
      [
        await readTexts(tx),
        await shopPlace(tx, platform.config),
        await readRules(tx),
        await wecomPeople(tx, [memberId]),
      ] as const,
  )
  const person = people.get(memberId)
  if (!person) return none('the member has left WeCom, or is disabled')
  const mayCarry = template === 'order.delivered' && ruleOf('order.delivered.codes').channels.has('wecom_app')
  const codes = mayCarry && to.codes?.every((code) => !/[<>]/.test(code)) ? to.codes : undefined
  const key: MessageEventKey = codes ? 'order.delivered.codes' : template
  const text = texts.of(key, 'card', locale)
  if (!text) return none('there is no text for it')
  const values: Record<string, string> = { ...messageValues(key, params, place), codes: (codes ?? []).join('\n') }
  const { subject, paragraphs } = composed(text, values)
  const message: AppMessage = {
    title: subject,
    paragraphs,
    url: numbered(values.link ?? '', id),
    locale,
    asText: codes !== undefined,
  }
  // The log tells what was said, without the codes.
  const logged = composed(text, { ...values, codes: '******' }).subject.slice(0, 200)
  return { kind: 'words', subject: logged, body: bodyOf(app.account, person.userId, message) }
}

/** Two messages of the same words are two, not one and its repeat. */
function numbered(link: string, id: number): string {
  const url = new URL(link)
  url.searchParams.set('m', String(id))
  return url.href
}

/** Keyed: the words may hold codes. */
async function markOf({ crypto }: House, tenantId: TenantId, body: string): Promise<Buffer> {
  return await crypto.fingerprint(tenantId, 'notify.card', body)
}

/* ----------------------------------------------------------------------------------------- try ---- */

type Taken = {
  readonly id: number
  readonly attempts: number
  /** Since when an earlier try may have arrived; null: none may. */
  readonly doubtSeconds: number | null
  readonly doubtMark: Buffer | null
  readonly otherwise: NewMessage | null
}

/** Takes the message, and notes before the call what may have arrived from now on. Undefined: it is over. */
async function take(
  platform: House,
  tenantId: TenantId,
  id: number,
  mark: Buffer | undefined,
): Promise<Taken | undefined> {
  return await platform.db.write(systemCtx(tenantId), async (tx) => {
    const { rows } = await sql<Taken>`
      with before as (
        select *
        from notify.messages
        where tenant_id = ${tenantId}
          and id = ${id}::bigint
          and state in ('queued', 'sending')
        for update
      )
      update notify.messages m
      set state = 'sending',
          attempts = m.attempts + 1,
          doubt_since = case when ${mark ?? null}::bytea is null then m.doubt_since else coalesce(m.doubt_since, now()) end,
          doubt_mark = coalesce(m.doubt_mark, ${mark ?? null}::bytea)
      from before b
      where m.tenant_id = ${tenantId}
        and m.id = b.id
      returning m.id, m.attempts, extract(epoch from now() - b.doubt_since)::integer as "doubtSeconds",
        b.doubt_mark as "doubtMark", m.otherwise
    `.execute(tx.db)
    return rows[0]
  })
}

async function tryIt(
  app: WecomApp | undefined,
  words: Words,
  taken: Taken,
  mark: Buffer | undefined,
): Promise<AppResult> {
  if (words.kind === 'none' || !app || !mark) {
    return { outcome: { kind: 'refused', reason: words.kind === 'none' ? words.reason : '' } }
  }
  const { doubtSeconds, doubtMark } = taken
  if (doubtSeconds !== null && (doubtSeconds > DOUBT_SECONDS_MAX || !doubtMark?.equals(mark))) {
    return { outcome: NO_LONGER_KNOWN }
  }
  return await app.send(words.body)
}

/** What one try says of the whole: with an earlier one that may have arrived, a "no" is no proof. */
function endOf(outcome: SendOutcome, { doubtSeconds, attempts }: Taken, isLast: boolean): SendOutcome {
  if (outcome.kind === 'sent' || outcome === NO_LONGER_KNOWN) return outcome
  const isHopeless = isLast || attempts >= CALLS_MAX
  if (outcome.kind !== 'refused' && !isHopeless) return { kind: 'not_sent', reason: outcome.reason }
  const isProof = outcome.kind !== 'unknown' && doubtSeconds === null
  return { kind: isProof ? 'refused' : 'unknown', reason: outcome.reason }
}

type Finished = AppResult & { readonly subject: string; readonly mayHaveArrived: boolean }

async function finish(
  platform: House,
  tenantId: TenantId,
  { id, attempts, doubtSeconds, otherwise }: Taken,
  { outcome, pauseMs, subject, mayHaveArrived }: Finished,
): Promise<void> {
  const settings = otherwise && outcome.kind === 'refused' ? await getSettings(platform, tenantId) : undefined
  const now = platform.clock.now()
  await platform.db.write(systemCtx(tenantId), async (tx) => {
    await endMessagesIn(tx, [{ id, outcome, subject, provider: 'wecom_app' }])
    if (doubtSeconds === null && !mayHaveArrived) await clearDoubt(tx, id, attempts)
    if (pauseMs !== undefined) await pause(tx, pauseMs)
    if (pauseMs !== undefined && outcome.kind === 'not_sent') {
      queueSending(tx, { id, channel: 'wecom_app', notBefore: new Date(now.getTime() + pauseMs) })
    }
    if (otherwise && settings) {
      const night = (await readRules(tx))(otherwise.template as MessageEventKey).urgent
        ? undefined
        : quietUntil(now, settings['notify.quietHours'])
      await sendOtherwise(tx, night ? { ...otherwise, notBefore: night } : otherwise, settings['notify.capPerDay'])
    }
  })
}

/** This try proved that it did not arrive, and none before it may have; one that began beside it may. */
async function clearDoubt(tx: Tx, id: number, attempts: number): Promise<void> {
  await sql`
    update notify.messages
    set doubt_since = null,
        doubt_mark = null
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${id}::bigint
      and attempts = ${attempts}::integer
  `.execute(tx.db)
}

/** The app was too fast: none of its messages goes out before. */
async function pause(tx: Tx, ms: number): Promise<void> {
  await sql`
    update notify.channels
    set next_call_at = greatest(next_call_at, now() + ${ms}::integer * interval '1 millisecond')
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and channel = 'wecom_app'
  `.execute(tx.db)
}

/** What waited behind it, under its own key: asked for twice it is one. */
async function sendOtherwise(tx: Tx, message: NewMessage, capPerDay: number): Promise<void> {
  for (const { id, state } of await addMessages(tx, [message], capPerDay)) {
    if (state === 'queued') queueSending(tx, { id, channel: 'sms', notBefore: message.notBefore })
  }
}
