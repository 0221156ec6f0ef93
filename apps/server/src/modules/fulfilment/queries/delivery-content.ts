import type { OrderNo, TenantId } from '@quanshu/kernel'
import type { Platform } from '../../../platform/module.ts'
import type { DeliveryContent } from '../../notify/index.ts'
import { readViews } from '../../orders/index.ts'
import { getSettings, shopPrefix } from '../../tenancy/index.ts'
import { openCards } from '../../vault/index.ts'

/** Codes in one mail per line; the page and its file have all of them. */
const CODES_MAILED_MAX = 50

/** What the delivery mail of an order says now; undefined when nothing of it is delivered (any more). */
export async function deliveryContent(
  platform: Platform,
  tenantId: TenantId,
  no: OrderNo,
): Promise<DeliveryContent | undefined> {
  const [view] = await readViews(platform, tenantId, [no], CODES_MAILED_MAX)
  const delivered = view?.lines.filter((line) => line.state === 'delivered') ?? []
  if (!view || delivered.length === 0) return undefined
  const settings = await getSettings(platform, tenantId)
  const withCodes = settings['delivery.emailCarries'] === 'codes'
  return {
    shopName: settings['shop.name'],
    orderNo: no,
    locale: view.locale,
    orderUrl: `${platform.config.publicUrl}${await shopPrefix(platform, tenantId)}/orders/${no}`,
    lines: await Promise.all(
      delivered.map(async (line) => {
        const sealed = withCodes ? (line.codes ?? []) : []
        const opened = await openCards(
          platform.crypto,
          tenantId,
          sealed.map((code) => ({ id: code.cardId, sealed: Buffer.from(code.sealed, 'base64') })),
        )
        return {
          title: [line.goodsTitle, line.skuTitle].filter(Boolean).join(' '),
          quantity: line.quantity,
          codes: withCodes ? opened.map((parts) => parts.join('----')) : null,
          moreCodes: withCodes ? line.deliveredQuantity - opened.length : 0,
        }
      }),
    ),
  }
}
