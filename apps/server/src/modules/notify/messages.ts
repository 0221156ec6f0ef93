import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../platform/db/index.ts'
import type { Platform } from '../../platform/module.ts'
import { systemCtx } from './channels/accounts.ts'
import type { SendOutcome } from './outcome.ts'

export type NewMessage = {
  readonly channel: 'sms' | 'email'
  readonly template: string
  /** As it may be shown to staff: a phone is masked. */
  readonly recipient: string
  /** One message per key, however often it is asked for. */
  readonly key: string
  readonly about: string
}

/** Logs messages that are to be sent. @returns those that were not there yet, in no order */
export async function addMessages(
  tx: Tx,
  messages: readonly NewMessage[],
): Promise<readonly { readonly id: number; readonly key: string }[]> {
  const { rows } = await sql<{ id: number; key: string }>`
    insert into notify.messages (tenant_id, channel, template, recipient, key, about)
    select ${tx.ctx.tenantId}, m.channel, m.template, m.recipient, m.key, m.about
    from jsonb_to_recordset(${JSON.stringify(messages)}::jsonb)
      as m(channel text, template text, recipient text, key text, about text)
    on conflict (tenant_id, key) do nothing
    returning id, key
  `.execute(tx.db)
  return rows
}

export type MessageRow = {
  readonly id: number
  readonly key: string
  readonly template: string
  readonly recipient: string
  readonly about: string
  /** Before it was taken. */
  readonly before: 'queued' | 'sending' | 'sent' | 'refused' | 'unknown'
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
      returning m.id, m.key, m.template, m.recipient, m.about, b.state as before,
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

export type Ended = { readonly id: number; readonly outcome: SendOutcome; readonly subject?: string | undefined }

/** Writes down how sendings ended. `not_sent` puts a message back in the queue. */
export async function endMessages(
  platform: Pick<Platform, 'db'>,
  tenantId: TenantId,
  ended: readonly Ended[],
): Promise<void> {
  const rows = ended.map(({ id, outcome, subject = '' }) => ({
    id,
    subject,
    state: outcome.kind === 'not_sent' ? 'queued' : outcome.kind,
    error: outcome.kind === 'sent' ? null : outcome.reason.slice(0, 500),
    ref: outcome.kind === 'sent' ? outcome.ref : null,
  }))
  await platform.db.write(systemCtx(tenantId), (tx) =>
    sql`
      update notify.messages m
      set state = e.state,
          last_error = e.error,
          provider_ref = e.ref,
          subject = e.subject,
          sent_at = case when e.state = 'sent' then now() end
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as e(id bigint, subject text, state text, error text, ref text)
      where m.tenant_id = ${tenantId}
        and m.id = e.id
    `.execute(tx.db),
  )
}
