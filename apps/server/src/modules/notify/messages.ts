import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../platform/db/index.ts'
import type { Platform } from '../../platform/module.ts'
import { systemCtx } from './channels/accounts.ts'
import type { SendOutcome } from './outcome.ts'

export type NewMessage = {
  readonly channel: 'sms' | 'email' | 'wecom_app' | 'wecom' | 'dingtalk' | 'feishu'
  readonly template: string
  /** As it may be shown to staff: a phone is masked. */
  readonly recipient: string
  /** One message per key, however often it is asked for. */
  readonly key: string
  readonly about: string
  readonly locale?: 'zh-CN' | 'en'
  /** What its words name; never a code, a phone or a key. */
  readonly params?: Readonly<Record<string, string>>
  /** Whom it counts for when messages are limited; absent: it is not counted. */
  readonly recipientKey?: string | undefined
  /** Quiet hours: not sent earlier. */
  readonly notBefore?: Date | undefined
  /** Takes its place when it is refused. */
  readonly otherwise?: NewMessage | undefined
}
export type AddedMessage = {
  readonly id: number
  readonly key: string
  readonly channel: NewMessage['channel']
  /** `capped`: the person has had enough of its kind today. */
  readonly state: 'queued' | 'capped'
}

/**
 * Logs messages that are to be sent. Asked twice for a key it is one message. Of one kind a person gets at most `capPerDay`
 * in 24 hours (0: no limit); what is above is logged as held back.
 * @returns those that were not there yet, in no order
 */
export async function addMessages(
  tx: Tx,
  messages: readonly NewMessage[],
  capPerDay = 0,
): Promise<readonly AddedMessage[]> {
  if (messages.length === 0) return []
  const { rows } = await sql<AddedMessage>`
    insert into notify.messages (
      tenant_id, channel, template, recipient, key, about, locale, params, recipient_key, not_before, otherwise, state
    )
    select ${tx.ctx.tenantId}::bigint, m.channel, m.template, m.recipient, m.key, m.about, coalesce(m.locale, 'zh-CN'),
      coalesce(m.params, '{}'), m."recipientKey", m."notBefore", m.otherwise,
      case
        when ${capPerDay}::integer = 0 or m."recipientKey" is null then 'queued'
        when earlier.count
          + row_number() over (partition by m."recipientKey", m.template, m.channel order by m.n) > ${capPerDay}::integer
          then 'capped'
        else 'queued'
      end
    from jsonb_to_recordset(${JSON.stringify(messages.map((message, n) => ({ ...message, n })))}::jsonb) as m(
      n integer, channel text, template text, recipient text, key text, about text, locale text, params jsonb, "recipientKey" text,
      "notBefore" timestamptz, otherwise jsonb
    )
    cross join lateral (
      select count(*) as count
      from notify.messages o
      where ${capPerDay}::integer > 0
        and o.tenant_id = ${tx.ctx.tenantId}::bigint
        and o.recipient_key = m."recipientKey"
        and o.template = m.template
        and o.channel = m.channel
        and o.created_at > now() - interval '24 hours'
        and o.state <> 'capped'
    ) earlier
    order by m.n
    on conflict (tenant_id, key) do nothing
    returning id, key, channel, state
  `.execute(tx.db)
  return rows
}

export type MessageRow = {
  readonly id: number
  readonly key: string
  readonly template: string
  readonly recipient: string
  readonly about: string
  readonly locale: 'zh-CN' | 'en'
  readonly params: Readonly<Record<string, string>>
  /** Before it was taken. */
  readonly before: 'queued' | 'sending' | 'sent' | 'refused' | 'unknown' | 'capped'
  readonly ageSeconds: number
}

/** Marks messages as being sent and says what they were before: `sending` means that an earlier try was cut off. */
export async function takeMessages(
  platform: Pick<Platform, 'db'>,
  tenantId: TenantId,
  ids: readonly number[],
): Promise<readonly MessageRow[]> {
  return await platform.db.write(systemCtx(tenantId), async (tx) => {
    const { rows } = await sql<MessageRow>`
      with before as (
        select *
        from notify.messages
        where tenant_id = ${tenantId}
          and id = any (${ids}::bigint[])
        order by id
        for update
      )
      update notify.messages m
      set state = case when b.state in ('queued', 'sending') then 'sending' else b.state end,
          attempts = m.attempts + (b.state in ('queued', 'sending'))::integer
      from before b
      where m.tenant_id = ${tenantId}
        and m.id = b.id
      returning m.id, m.key, m.template, m.recipient, m.about, m.locale, m.params, b.state as before,
        extract(epoch from now() - m.created_at)::integer as "ageSeconds"
    `.execute(tx.db)
    return rows
  })
}

export async function takeMessage(
  platform: Pick<Platform, 'db'>,
  tenantId: TenantId,
  id: number,
): Promise<MessageRow | undefined> {
  return (await takeMessages(platform, tenantId, [id]))[0]
}

export type Ended = {
  readonly id: number
  readonly outcome: SendOutcome
  readonly subject?: string | undefined
  readonly provider?: string | undefined
}

/** Writes down how sendings ended. `not_sent` puts a message back in the queue. */
export async function endMessages(
  platform: Pick<Platform, 'db'>,
  tenantId: TenantId,
  ended: readonly Ended[],
): Promise<void> {
  await platform.db.write(systemCtx(tenantId), (tx) => endMessagesIn(tx, ended))
}

/** The same, where more belongs to it. */
export async function endMessagesIn(tx: Tx, ended: readonly Ended[]): Promise<void> {
  const rows = ended.map(({ id, outcome, subject = '', provider }) => ({
    id,
    subject,
    provider,
    state: outcome.kind === 'not_sent' ? 'queued' : outcome.kind,
    error: outcome.kind === 'sent' ? null : outcome.reason.slice(0, 500),
    ref: outcome.kind === 'sent' ? outcome.ref : null,
  }))
  await sql`
    update notify.messages m
    set state = e.state,
        last_error = e.error,
        provider_ref = e.ref,
        provider = coalesce(e.provider, m.provider),
        subject = e.subject,
        sent_at = case when e.state = 'sent' then now() end
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as e(id bigint, subject text, state text, error text, ref text, provider text)
    where m.tenant_id = ${tx.ctx.tenantId}
      and m.id = e.id
      -- A receipt may have come before the answer; it knows better.
      and m.state = 'sending'
  `.execute(tx.db)
}
