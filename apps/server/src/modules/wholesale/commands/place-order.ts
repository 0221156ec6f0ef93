import { hash } from 'node:crypto'
import { commonErrors, refusalOf, type WholesalePlace, wholesaleErrors } from '@quanshu/contract'
import type { Platform } from '../../../platform/module.ts'
import { isAllowedUrl } from '../../../platform/outbound/index.ts'
import { checkedForm, drawOrderNo, type PlacingItem, type PlacingResult, STOCK_BATCH } from '../../orders/index.ts'
import { getSettings, shopMark } from '../../tenancy/index.ts'
import { contentHash, systemCtx } from '../model.ts'
import type { OpenKey } from '../queries/open-key.ts'
import { findOrder } from '../queries/orders.ts'
import { pricedFor } from '../queries/products.ts'

/** What `wholesale.place` takes; the key and the database say how it is paid and what it costs. */
type WholesaleItem = Omit<
  PlacingItem,
  'lines' | 'payWith' | 'balanceFen' | 'channel' | 'capPerson' | 'capIp' | 'capDevice'
> & {
  readonly keyId: number
  readonly outerNo: string
  readonly skuId: number
  readonly quantity: number
  readonly form: PlacingItem['lines'][number]['form']
  readonly ceilingFen: number
  readonly callbackUrl: string
  readonly trace: readonly string[]
}
export type WholesalePlacer = (key: OpenKey, input: WholesalePlace, ip: string) => Promise<void>

const NUMBER_TRIES = 5

/**
 * Places an order of another shop and pays it from the purse of the key's member, in one transaction with the number that the
 * caller gave it. The same number with the same content changes nothing.
 * @throws wholesale.* and orders.*: nothing was ordered; wholesale.number_reused: something else was, before
 */
export function createWholesalePlacer(platform: Platform): WholesalePlacer {
  const place = platform.batcher<WholesaleItem, PlacingResult>({
    name: 'wholesale.place',
    ...STOCK_BATCH,
    run: (tenantId, items) => platform.db.callHot<readonly PlacingResult[]>(tenantId, 'wholesale.place', items),
  })
  return async (key, input, ip) => {
    const { tenantId } = key
    const known = await platform.db.read(systemCtx(tenantId), (tx) => findOrder(tx, key.id, input.outerNo))
    if (known) {
      if (!known.requestHash.equals(contentHash(input))) throw wholesaleErrors.numberReused()
      return
    }
    if (input.trace.includes(await shopMark(platform, tenantId))) throw wholesaleErrors.loop()
    const item = await itemOf(platform, key, input, ip)
    for (let turn = 0; turn < NUMBER_TRIES; turn += 1) {
      const result = await place(tenantId, { ...item, no: drawOrderNo(platform.clock.now()) })
      if ('repeat' in result) {
        if (!result.sameRequest) throw wholesaleErrors.numberReused()
        return
      }
      if ('code' in result) throw refusalOf(result.code, result.params)
      if ('no' in result) return
    }
    throw commonErrors.busy()
  }
}

async function itemOf(
  platform: Platform,
  key: OpenKey,
  input: WholesalePlace,
  ip: string,
): Promise<Omit<WholesaleItem, 'no'>> {
  const callbackUrl = input.callbackUrl ?? key.callbackUrl
  if (callbackUrl !== '' && !isAllowedUrl(callbackUrl, platform.config.allowInsecureEndpoints)) {
    throw wholesaleErrors.insecureAddress()
  }
  const skuId = Number(input.productId)
  const [product] = await platform.db.read(systemCtx(key.tenantId), (tx) => pricedFor(tx, key.id, [skuId]))
  if (!product) throw wholesaleErrors.unknownProduct()
  const settings = await getSettings(platform, key.tenantId)
  return {
    keyId: key.id,
    outerNo: input.outerNo,
    skuId,
    quantity: input.quantity,
    form: checkedForm(product.formFields, { skuId: skuId as never, form: input.fields }, 'zh-CN'),
    ceilingFen: input.ceilingFen,
    callbackUrl,
    trace: input.trace,
    requestKey: hash('sha256', `wholesale ${key.id}\n${input.outerNo}`, 'base64url'),
    requestHash: contentHash(input).toString('hex'),
    memberId: key.memberId,
    buyerKey: `m:${key.memberId}`,
    // Neither a phone nor an address of mail: nobody is written to, the other shop asks.
    contact: key.key,
    locale: 'zh-CN',
    queryHash: null,
    deviceHash: null,
    ip,
    holdSeconds: settings['orders.holdMinutes'] * 60,
  }
}
