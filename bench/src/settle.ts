import type pg from 'pg'
import { withOwner } from './owner.ts'
import type { System } from './system.ts'

const WAIT_MAX_MS = 300_000
/** Counting what is unread costs the database some milliseconds. */
const POLL_MS = 250

/**
 * Lets a case end before the next begins: subscribers have read every event, and mails that are still to be sent are
 * struck off, since who sends them for minutes would be part of what is measured next.
 * @throws when events are not read within five minutes
 */
export async function settle(system: System): Promise<void> {
  await withOwner(system, async (client) => {
    await untilSubscribersHaveRead(client, () => strikeOffMails(client))
    await strikeOffMails(client)
  })
}

export async function untilSubscribersHaveRead(
  client: pg.Client,
  meanwhile: () => Promise<void> = async () => undefined,
): Promise<void> {
  for (const until = performance.now() + WAIT_MAX_MS; ; ) {
    const { rows } = await client.query<{ behind: number }>(
      `select coalesce(max((s.value ->> 'events')::integer), 0) as behind
       from jsonb_array_elements(events.lag()) as s(value)`,
    )
    await meanwhile()
    const behind = rows[0]?.behind ?? 0
    if (behind === 0) return
    if (performance.now() > until) throw new Error(`a subscriber is still ${behind} events behind`)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

async function strikeOffMails(client: pg.Client): Promise<void> {
  await client.query(
    `select graphile_worker.complete_jobs(array_agg(j.id))
     from graphile_worker._private_jobs j
     join graphile_worker._private_tasks t on t.id = j.task_id
     where t.identifier = 'notify.email'
       and j.locked_at is null
     having count(*) > 0`,
  )
}
