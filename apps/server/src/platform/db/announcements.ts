import type pg from 'pg'
import type { AuditEntry, Ctx, Tx } from './types.ts'

type Announced = {
  readonly events: unknown[]
  readonly jobs: unknown[]
  readonly audit: AuditEntry[]
}

type Announcements = Announced & { readonly words: Pick<Tx, 'emit' | 'enqueue' | 'audit'> }

/** Collects what a transaction announces while it runs. */
export function createAnnouncements(): Announcements {
  const announced: Announced = { events: [], jobs: [], audit: [] }
  return {
    ...announced,
    words: {
      emit: (event) => void announced.events.push(event),
      enqueue: (task, payload, options) => void announced.jobs.push({ task, payload, ...options }),
      audit: (entry) => void announced.audit.push(entry),
    },
  }
}

/**
 * Stores it, just before commit. Audit comes last: it locks the tenant's chain, and the lock is held to the end.
 */
export async function storeAnnouncements(client: pg.ClientBase, ctx: Ctx, announced: Announced): Promise<void> {
  const { actor, requestId, ip } = ctx
  if (announced.events.length > 0) {
    await store(client, 'events.append', { cause: { actor, requestId }, events: announced.events })
  }
  if (announced.jobs.length > 0) await store(client, 'jobs.enqueue', announced.jobs)
  if (announced.audit.length > 0)
    await store(client, 'audit.append', { actor, requestId, ip, entries: announced.audit })
}

async function store(client: pg.ClientBase, fn: string, batch: unknown): Promise<void> {
  await client.query({ name: fn, text: `select ${fn}($1::jsonb)`, values: [JSON.stringify(batch)] })
}
