import type { OrderNo, TenantId } from '@quanshu/kernel'
import type { Platform } from '../../../platform/module.ts'
import type { DeliveryContent } from '../../notify/index.ts'
import { readViews, type SealedView } from '../../orders/index.ts'
import { getSettings, shopPrefix } from '../../tenancy/index.ts'
import { openCards } from '../../vault/index.ts'

/** Codes in one mail per line; the page and its file have all of them. */
const CODES_MAILED_MAX = 50

/** What the delivery mails of orders say now; an order of which nothing is delivered (any more) is not in the answer. */
export async function deliveryContents(
  platform: Platform,
  tenantId: TenantId,
  nos: readonly OrderNo[],
): Promise<ReadonlyMap<number, DeliveryContent>> {
  const views = await readViews(platform, tenantId, nos, CODES_MAILED_MAX)
  const settings = await getSettings(platform, tenantId)
  const shop: Shop = {
    tenantId,
    name: settings['shop.name'],
    withCodes: settings['delivery.emailCarries'] === 'codes',
    url: `${platform.config.publicUrl}${await shopPrefix(platform, tenantId)}`,
  }
  const contents = await Promise.all(views.map((view) => contentOf(platform, shop, view)))
  return new Map(contents.flatMap((content) => (content ? [[content.orderNo, content] as const] : [])))
}

type Shop = {
  readonly tenantId: TenantId
  readonly name: string
  /** Whether its mails carry the codes themselves. */
  readonly withCodes: boolean
  readonly url: string
}

async function contentOf(
  platform: Platform,
  { tenantId, name, withCodes, url }: Shop,
  view: SealedView,
): Promise<DeliveryContent | undefined> {
  const delivered = view.lines.filter((line) => line.state === 'delivered')
  if (delivered.length === 0) return undefined
  return {
    shopName: name,
    orderNo: view.no,
    locale: view.locale,
    orderUrl: `${url}/orders/${view.no}`,
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
