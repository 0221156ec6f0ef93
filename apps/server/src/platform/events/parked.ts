import { sql } from 'kysely'
import type { ReadTx, Tx } from '../db/types.ts'
import type { Module } from '../module.ts'
import { type RawEvent, storedEvent } from './place.ts'

export type ParkedEvent = {
  readonly id: number
  readonly subscriber: string
  readonly type: string
  readonly subject: string
  readonly error: string
  readonly parkedAt: Date
}

/** This tenant's events that a subscriber gave up on, newest first. */
export async function browseParked(
  tx: ReadTx,
  filter: { readonly beforeId?: number; readonly limit: number },
): Promise<readonly ParkedEvent[]> {
  const { rows } = await sql<ParkedEvent>`
    select id, subscriber, event ->> 'type' as type, event ->> 'subject' as subject, error, parked_at as "parkedAt"
    from events.parked
    where tenant_id = ${tx.ctx.tenantId}
      and applied_at is null
      and id < coalesce(${filter.beforeId ?? null}::bigint, 9223372036854775807)
    order by id desc
    limit ${filter.limit}
  `.execute(tx.db)
  return rows
}

/**
 * Applies a parked event now, in this transaction; when that fails it stays parked.
 * Returns false when it is not this tenant's, was applied already, or nobody subscribes by that name any more.
 */
export async function rerunParked(tx: Tx, modules: readonly Module[], id: number): Promise<boolean> {
  const { rows } = await sql<{ taken: { readonly subscriber: string; readonly event: RawEvent } | null }>`
    select events.take_parked(${id}::bigint) as taken
  `.execute(tx.db)
  const taken = rows[0]?.taken
  if (!taken) return false
  const subscribers = modules.flatMap((module) => module.subscribers ?? [])
  const subscriber = subscribers.find(({ name }) => name === taken.subscriber)
  if (!subscriber) throw new Error(`event ${id} is parked for ${taken.subscriber}, which no longer exists`)
  await subscriber.apply(tx, [storedEvent(taken.event)], { byHand: true })
  return true
}
