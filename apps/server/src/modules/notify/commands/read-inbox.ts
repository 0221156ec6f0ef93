import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { countUnread, ofReader, type Reader } from '../queries/inbox.ts'

/** Marks as read: these, or everything when there are none. @returns what is left unread */
export async function readInbox(tx: Tx, reader: Reader, ids: readonly number[]): Promise<number> {
  await sql`
    update notify.inbox i
    set read_at = now()
    where ${ofReader(tx, reader)}
      and i.read_at is null
      and (${ids.length === 0} or i.id = any (${ids}::bigint[]))
  `.execute(tx.db)
  return await countUnread(tx, reader)
}
