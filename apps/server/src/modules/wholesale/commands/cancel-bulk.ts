import { wholesaleErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Platform } from '../../../platform/module.ts'
import { wakeWorker } from '../../bulk/index.ts'
import { systemCtx } from '../model.ts'
import type { OpenKey } from '../queries/open-key.ts'

type Answer = {
  readonly outcome: 'cancelled' | 'too_late'
  readonly lines: number
  readonly releasedFen: number
}

/**
 * Ends what of a bulk order is not ordered yet; its money is free at once. What is being ordered at this moment is waited for. Once
 * more is the same answer. @throws wholesale.unknown_order
 */
export async function cancelBulk({ db }: Pick<Platform, 'db'>, key: OpenKey, outerNo: string): Promise<Answer> {
  return await db.write(systemCtx(key.tenantId), async (tx) => {
    const { rows } = await sql<{ answer: (Answer & { bulkId: number; stops: boolean }) | null }>`
      select wholesale.cancel_bulk(${key.tenantId}::bigint, ${key.id}::bigint, ${outerNo}::text) as answer`.execute(
      tx.db,
    )
    const answer = rows[0]?.answer
    if (!answer) throw wholesaleErrors.unknownOrder()
    const { bulkId, stops, ...told } = answer
    if (stops) {
      const detail = { key: key.name, outerNo, lines: told.lines, freedFen: told.releasedFen }
      tx.audit({ action: 'bulk.cancel_by_api', objectKind: 'bulk_order', objectId: bulkId, detail })
      wakeWorker(tx, bulkId)
    }
    return told
  })
}
