import { wholesaleErrors } from '@quanshu/contract'
import type { Platform } from '../../../platform/module.ts'
import type { OpenKey } from '../queries/open-key.ts'

/** Ends an order that nobody is bringing any more; its money goes back to the purse. @throws wholesale.unknown_order */
export async function cancelOrder(
  { db }: Pick<Platform, 'db'>,
  key: OpenKey,
  outerNo: string,
): Promise<{ readonly outcome: 'cancelled' | 'too_late' }> {
  const answer = await db.call<{ readonly outcome: 'cancelled' | 'too_late' } | null>(
    key.tenantId,
    'wholesale.cancel',
    key.id,
    outerNo,
    `下游商户取消 ${key.name}`,
  )
  if (!answer) throw wholesaleErrors.unknownOrder()
  return answer
}
