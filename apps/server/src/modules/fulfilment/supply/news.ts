import type { TenantId } from '@quanshu/kernel'
import type { Platform } from '../../../platform/module.ts'
import { STOCK_BATCH } from '../../orders/index.ts'
import type { PurchaseNews } from '../../suppliers/index.ts'

/**
 * Takes to the books how calls to suppliers ended, together with others that ended meanwhile. Answers what the purchase is
 * now. Said twice it changes nothing.
 */
export function createSupplyNews(platform: Platform): (tenantId: TenantId, news: PurchaseNews) => Promise<string> {
  return platform.batcher<PurchaseNews, string>({
    name: 'fulfilment.purchase_news',
    ...STOCK_BATCH,
    run: (tenantId, news) => platform.db.callHot<readonly string[]>(tenantId, 'fulfilment.purchase_news', news),
  })
}
