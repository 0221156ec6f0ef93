import { MESSAGE_EVENT_KEYS, type MessageEventKey, type Robot } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import type { Outbound } from '../../../platform/outbound/index.ts'
import { readSettings } from '../../tenancy/index.ts'
import { robotAccount, systemCtx } from '../channels/accounts.ts'
import { plainInMarkdown, type RobotWords, sayByRobot } from '../channels/robots.ts'
import { endMessages, type MessageRow } from '../messages.ts'
import { type ShopPlace, shopPlace } from '../queries/shop-place.ts'
import { quietUntil } from '../quiet-hours.ts'
import { messageValues } from '../values.ts'
import { composed, readRules, readTexts, type Texts } from '../words.ts'
import { queueRobot } from './tell.ts'

/** Twenty a minute is the limit of WeCom and DingTalk; 3.5 s apart are seventeen. */
const PAUSE_MS = 3_500
/** How long one call may take with all around it; a worker that died holds the robot's turn no longer. */
const TURN_MS = 30_000
const AT_ONCE_MAX = 200
/** More than so many at once are told by their titles. */
const WHOLE_MAX = 1
const TITLES_MAX = 5
const TRIES_MAX = 10

/**
 * Has a robot say what has gathered, in one message, and no more than the group's limit allows: who comes while it
 * pauses is said with the next. A call that may have arrived is not made again.
 */
export async function speak(platform: Platform, outbound: Outbound, tenantId: TenantId, robot: Robot): Promise<void> {
  const turn = await takeTurn(platform, tenantId, robot)
  if (turn.messages.length === 0) return
  const account = await robotAccount(platform, tenantId, robot)
  const words = await wordsOf(platform, tenantId, turn.messages)
  const result = account
    ? await sayByRobot(outbound, robot, account, words, platform.clock.now())
    : { outcome: { kind: 'refused', reason: 'the robot is not set up' } as const }
  const isHopeless = turn.messages.some(({ attempts }) => attempts >= TRIES_MAX)
  const outcome =
    result.outcome.kind === 'not_sent' && isHopeless
      ? ({ kind: 'refused', reason: result.outcome.reason } as const)
      : result.outcome
  await endMessages(
    platform,
    tenantId,
    turn.messages.map(({ id }) => ({ id, outcome, subject: words.title.slice(0, 200), provider: robot })),
  )
  const pauseMs = result.pauseMs ?? (outcome.kind === 'not_sent' ? 60_000 : PAUSE_MS)
  await endTurn(platform, tenantId, robot, pauseMs)
}

type Unsaid = MessageRow & { readonly attempts: number }

/**
 * Takes the robot's turn and all it has to say; when it may not speak yet, comes back then. What an earlier turn had in
 * hand when it was cut off may have been said.
 */
/** What came by day and could not be said waits for the morning, like what comes by night. */
async function keepQuiet(platform: Platform, tx: Tx, robot: Robot): Promise<void> {
  const morning = quietUntil(platform.clock.now(), (await readSettings(tx))['notify.quietHours'])
  if (!morning) return
  const ruleOf = await readRules(tx)
  const calm = MESSAGE_EVENT_KEYS.filter((key) => !ruleOf(key).urgent)
  await sql`
    update notify.messages
    set not_before = ${morning}
    where tenant_id = ${tx.ctx.tenantId}
      and channel = ${robot}
      and state = 'queued'
      and not any_hour
      and template = any (${calm}::text[])
      and coalesce(not_before, created_at) < ${morning}
  `.execute(tx.db)
}

async function takeTurn(
  platform: Platform,
  tenantId: TenantId,
  robot: Robot,
): Promise<{ readonly messages: readonly Unsaid[] }> {
  return await platform.db.write(systemCtx(tenantId), async (tx) => {
    const { rows } = await sql<{ readonly waitsUntil: Date | null }>`
      select case when next_call_at > now() then next_call_at end as "waitsUntil"
      from notify.channels
      where tenant_id = ${tenantId}
        and channel = ${robot}
      for update
    `.execute(tx.db)
    const waitsUntil = rows[0]?.waitsUntil
    if (waitsUntil) {
      queueRobot(tx, robot, waitsUntil)
      return { messages: [] }
    }
    await sql`
      update notify.messages
      set state = 'unknown',
          last_error = 'an earlier try was cut off'
      where tenant_id = ${tenantId}
        and channel = ${robot}
        and state = 'sending'
    `.execute(tx.db)
    await keepQuiet(platform, tx, robot)
    const taken = await sql<Unsaid>`
      with ready as (
        select id
        from notify.messages
        where tenant_id = ${tenantId}
          and channel = ${robot}
          and state = 'queued'
          and (not_before is null or not_before <= now())
        order by id
        limit ${AT_ONCE_MAX}
        for update
      )
      update notify.messages m
      set state = 'sending',
          attempts = m.attempts + 1
      from ready r
      where m.tenant_id = ${tenantId}
        and m.id = r.id
      returning m.id, m.key, m.template, m.recipient, m.about, m.locale, m.params, m.attempts, 'queued' as before,
        extract(epoch from now() - m.created_at)::integer as "ageSeconds"
    `.execute(tx.db)
    await sql`
      update notify.channels
      set next_call_at = now() + ${taken.rows.length === 0 ? 0 : TURN_MS} * interval '1 millisecond'
      where tenant_id = ${tenantId}
        and channel = ${robot}
    `.execute(tx.db)
    if (taken.rows.length === 0) await comeBack(tx, robot)
    // Should this worker die, another comes when the turn is over.
    else queueRobot(tx, robot, new Date(platform.clock.now().getTime() + TURN_MS + 1_000))
    return { messages: taken.rows.toSorted((one, other) => one.id - other.id) }
  })
}

async function endTurn(platform: Platform, tenantId: TenantId, robot: Robot, pauseMs: number): Promise<void> {
  await platform.db.write(systemCtx(tenantId), async (tx) => {
    await sql`
      update notify.channels
      set next_call_at = now() + ${pauseMs} * interval '1 millisecond'
      where tenant_id = ${tenantId}
        and channel = ${robot}
    `.execute(tx.db)
    await comeBack(tx, robot)
  })
}

/** Comes again for what is still to be said, when it may be. */
async function comeBack(tx: Parameters<typeof queueRobot>[0], robot: Robot): Promise<void> {
  const { rows } = await sql<{ readonly at: Date | null }>`
    select greatest(min(coalesce(m.not_before, m.created_at)), min(c.next_call_at)) as at
    from notify.messages m
    join notify.channels c on c.tenant_id = m.tenant_id and c.channel = m.channel
    where m.tenant_id = ${tx.ctx.tenantId}
      and m.channel = ${robot}
      and m.state = 'queued'
  `.execute(tx.db)
  const at = rows[0]?.at
  if (at) queueRobot(tx, robot, at)
}

async function wordsOf(platform: Platform, tenantId: TenantId, messages: readonly Unsaid[]): Promise<RobotWords> {
  const [texts, place] = await platform.db.read(
    systemCtx(tenantId),
    async (tx): Promise<readonly [Texts, ShopPlace]> => [await readTexts(tx), await shopPlace(tx, platform.config)],
  )
  const said = messages.map((message) => {
    const key = message.template as MessageEventKey
    const values = messageValues(key, message.params, place)
    const safe = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, name === 'link' ? value : plainInMarkdown(value)]),
    )
    const text = texts.of(key, 'robot', message.locale) ?? { subject: key, body: '' }
    return { ...composed(text, safe), link: values.link ?? '', locale: message.locale }
  })
  const [first] = said
  if (!first) throw new Error('there is nothing to say')
  const open = first.locale === 'en' ? 'Open' : '查看'
  if (said.length <= WHOLE_MAX) {
    return { title: first.subject, markdown: [...first.paragraphs, `[${open}](${first.link})`].join('\n') }
  }
  const shown = said.slice(0, TITLES_MAX).map(({ subject, link }) => `- ${subject} [${open}](${link})`)
  const rest = said.length - shown.length
  if (rest > 0) shown.push(first.locale === 'en' ? `${rest} more…` : `还有 ${rest} 条…`)
  return {
    title: first.locale === 'en' ? `${said.length} messages` : `${said.length} 条通知`,
    markdown: shown.join('\n'),
  }
}
