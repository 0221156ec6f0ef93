import type { TenantId } from '@quanshu/kernel'
import type { Platform } from '../../../platform/module.ts'
import { STOCK_BATCH } from '../../orders/index.ts'
import type { PurchaseNews } from '../../suppliers/index.ts'
import { type SealedCode, sealBought } from '../../vault/index.ts'

type SealedNews = Omit<PurchaseNews, 'cards'> & { readonly cards?: readonly SealedCode[] }

/**
 * Takes to the books how calls to suppliers ended, together with others that ended meanwhile. Codes that came are sealed before
 * anything is written. Answers what the purchase is now. Said twice it changes nothing.
 */
export function createSupplyNews(platform: Platform): (tenantId: TenantId, news: PurchaseNews) => Promise<string> {
  const tell = platform.batcher<SealedNews, string>({
    name: 'fulfilment.purchase_news',
    ...STOCK_BATCH,
    run: (tenantId, news) => platform.db.callHot<readonly string[]>(tenantId, 'fulfilment.purchase_news', news),
  })
  return async (tenantId, { cards = [], ...news }) => {
    const sealed = cards.length > 0 ? { cards: await sealBought(platform, tenantId, cards) } : {}
    return await tell(tenantId, { ...news, ...sealed })
  }
}
