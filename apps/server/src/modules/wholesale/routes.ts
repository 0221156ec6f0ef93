import { buffer as bytesOf } from 'node:stream/consumers'
import { commonErrors, wholesaleApiRoutes, wholesalePlaceBody } from '@quanshu/contract'
import { type BoundRoute, handle } from '../../platform/http/index.ts'
import type { Platform } from '../../platform/module.ts'
import { cancelOrder } from './commands/cancel-order.ts'
import { createWholesalePlacer } from './commands/place-order.ts'
import { systemCtx } from './model.ts'
import { balanceOf } from './queries/balance.ts'
import { readOrder, statementOf } from './queries/orders.ts'
import { listProducts, readProduct } from './queries/products.ts'
import { purseOf } from './queries/purse.ts'
import { bodyOf, type Serve } from './serve.ts'

/** What other shops call. Every call is believed by its signature first, and noted with how it ended. */
export function apiRoutes(platform: Platform, serve: Serve): readonly BoundRoute[] {
  const { db } = platform
  const place = createWholesalePlacer(platform)
  const api = wholesaleApiRoutes

  return [
    handle(api.products, ({ raw, query }) =>
      serve(raw, api.products, 'read', {}, (key) =>
        db.read(systemCtx(key.tenantId), (tx) => listProducts(tx, key.id, query)),
      ),
    ),
    handle(api.product, ({ raw, params }) =>
      serve(raw, api.product, 'read', {}, (key) =>
        db.read(systemCtx(key.tenantId), (tx) => readProduct(tx, key.id, params.wholesaleProductId)),
      ),
    ),
    handle(api.balance, ({ raw }) =>
      serve(raw, api.balance, 'money', {}, async (key) => ({
        balanceFen: await db.read(systemCtx(key.tenantId), (tx) => balanceOf(tx, key.memberId)),
        currency: 'CNY' as const,
      })),
    ),
    handle(api.place, async ({ raw, body, ctx }) => {
      const bytes = await bytesOf(body.stream)
      return await serve(raw, api.place, 'order', { body: bytes }, async (key, said) => {
        const input = bodyOf(wholesalePlaceBody, said, ctx.locale)
        await place(key, input, raw.ip)
        // It is ordered by now: whatever goes wrong from here on must not sound as if it were not.
        return await readOrder(platform, key, input.outerNo, raw.ip).catch((error: unknown) => {
          platform.log.error({ err: error, tenantId: key.tenantId }, 'an order of another shop could not be told')
          throw commonErrors.interrupted()
        })
      })
    }),
    handle(api.order, ({ raw, params }) =>
      serve(raw, api.order, 'order', params, (key) => readOrder(platform, key, params.outerNo, raw.ip)),
    ),
    handle(api.cancel, async ({ raw, body, params }) => {
      const bytes = await bytesOf(body.stream)
      return await serve(raw, api.cancel, 'order', { body: bytes, ...params }, (key) =>
        cancelOrder(platform, key, params.outerNo),
      )
    }),
    handle(api.statement, ({ raw, query }) =>
      serve(raw, api.statement, 'money', {}, (key) => statementOf(platform, key, query.day, query.cursor)),
    ),
    handle(api.purse, ({ raw, query }) =>
      serve(raw, api.purse, 'money', {}, (key) => purseOf(platform, key, query.day, query.cursor)),
    ),
  ]
}
