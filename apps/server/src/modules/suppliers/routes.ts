import { buffer as bytesOf } from 'node:stream/consumers'
import { commonErrors, supplierRoutes } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import type { Ctx } from '../../platform/db/index.ts'
import { type BoundRoute, handle, type RequestOf } from '../../platform/http/index.ts'
import type { Platform } from '../../platform/module.ts'
import type { Outbound } from '../../platform/outbound/index.ts'
import type { SupplierAccounts, SupplierAdapters } from './accounts.ts'
import type { CancelDoor } from './cancel.ts'
import { enterProduct } from './commands/enter-product.ts'
import { fetchProduct } from './commands/fetch-product.ts'
import type { ReceiveCallback } from './commands/receive-callback.ts'
import { saveSkuSupply } from './commands/save-sku-supply.ts'
import { createSupplier, saveSupplier } from './commands/save-supplier.ts'
import { setSupplierState } from './commands/set-supplier-state.ts'
import { testSupplier } from './commands/test-supplier.ts'
import { tryProduct } from './commands/try-product.ts'
import { enqueueSync } from './jobs.ts'
import { moneyRoutes } from './money/routes.ts'
import { paperRoutes } from './papers/routes.ts'
import { priceRoutes } from './prices/routes.ts'
import { profileRoutes } from './profiles/routes.ts'
import { qualityRoutes } from './quality/routes.ts'
import {
  listProducts,
  listPurchases,
  listSuppliers,
  productHistory,
  productsWithoutFields,
  readProduct,
  readPurchase,
  readPurchaseView,
  readSkuSupply,
  readSupplier,
  supplierKinds,
} from './queries/suppliers.ts'
import { strayRoutes } from './strays/routes.ts'

export function supplierRoutesBound(
  platform: Platform,
  outbound: Outbound,
  adapters: SupplierAdapters,
  accounts: SupplierAccounts,
  receive: ReceiveCallback,
  { wake, canCancel }: { readonly wake: () => void; readonly canCancel: CancelDoor['canCancel'] },
): readonly BoundRoute[] {
  return [
    ...accountRoutes(platform, outbound, adapters, accounts),
    ...productRoutes(platform, outbound, accounts, wake),
    ...callbackRoutes(platform, receive),
    ...moneyRoutes(platform),
    ...paperRoutes(platform),
    ...priceRoutes(platform),
    ...profileRoutes(platform, adapters, accounts),
    ...qualityRoutes(platform),
    ...strayRoutes(platform),
    handle(supplierRoutes.listPurchases, ({ ctx, query }) => platform.db.read(ctx, (tx) => listPurchases(tx, query))),
    handle(supplierRoutes.readPurchase, async ({ ctx, params }) => {
      const { sentBy, ...purchase } = await platform.db.read(ctx, (tx) => readPurchase(tx, params.purchaseId))
      const isOpen = purchase.state === 'accepted' || purchase.state === 'unknown'
      return { ...purchase, canCancel: isOpen && (await canCancel(ctx.tenantId, sentBy)) }
    }),
  ]
}

function accountRoutes(
  platform: Platform,
  outbound: Outbound,
  adapters: SupplierAdapters,
  accounts: SupplierAccounts,
): readonly BoundRoute[] {
  const { db, crypto, config } = platform
  const view = (ctx: Ctx, supplierId: number) =>
    db.read(ctx, (tx) => readSupplier(tx, { crypto, publicUrl: config.publicUrl }, adapters, supplierId))
  return [
    handle(supplierRoutes.kinds, ({ ctx }) =>
      db.read(ctx, async (tx) => ({ items: [...(await supplierKinds(tx, adapters))] })),
    ),
    handle(supplierRoutes.list, ({ ctx, query }) => db.read(ctx, (tx) => listSuppliers(tx, adapters, query))),
    handle(supplierRoutes.read, ({ ctx, params }) => view(ctx, params.supplierId)),
    handle(supplierRoutes.create, async ({ ctx, body: { adapter, ...given }, once }) => {
      const { id } = await once(async (tx) => ({ id: await createSupplier(platform, adapters, tx, adapter, given) }))
      return await view(ctx, id)
    }),
    handle(supplierRoutes.save, async ({ ctx, params, body }) => {
      await saveSupplier(platform, adapters, accounts, ctx, params.supplierId, body)
      return await view(ctx, params.supplierId)
    }),
    handle(supplierRoutes.setState, async ({ ctx, params, body }) => {
      await db.write(ctx, (tx) => setSupplierState(tx, params.supplierId, body.state, body.reason))
      return await view(ctx, params.supplierId)
    }),
    handle(supplierRoutes.test, ({ tenant, params }) =>
      testSupplier(outbound, accounts, tenant.tenantId, params.supplierId),
    ),
    handle(supplierRoutes.sync, async ({ ctx, tenant, params }) => {
      await accounts.get(tenant.tenantId, params.supplierId)
      await enqueueSync(platform, ctx, params.supplierId)
      return { ok: true as const }
    }),
  ]
}

function productRoutes(
  { db, ...platform }: Platform,
  outbound: Outbound,
  accounts: SupplierAccounts,
  wake: () => void,
): readonly BoundRoute[] {
  /** Suppliers that list their products without saying what the buyer fills in are asked, as far as they answer. */
  const learnFields = async (ctx: Ctx, tenantId: TenantId, productIds: readonly number[]): Promise<void> => {
    const unknown = await db.read(ctx, (tx) => productsWithoutFields(tx, productIds))
    await Promise.allSettled(
      unknown.map((id) => fetchProduct({ db, clock: platform.clock }, outbound, accounts, tenantId, id)),
    )
  }
  return [
    handle(supplierRoutes.listProducts, ({ ctx, query }) => db.read(ctx, (tx) => listProducts(tx, query))),
    handle(supplierRoutes.enterProduct, ({ ctx, params, body }) =>
      db.write(ctx, async (tx) => readProduct(tx, await enterProduct(tx, params.supplierId, body))),
    ),
    handle(supplierRoutes.productHistory, ({ ctx, params, query }) =>
      db.read(ctx, async (tx) => {
        await readProduct(tx, params.productId)
        return await productHistory(tx, params.productId, query)
      }),
    ),
    handle(supplierRoutes.fetchProduct, async ({ ctx, tenant, params }) => {
      await fetchProduct({ db, clock: platform.clock }, outbound, accounts, tenant.tenantId, params.productId)
      return await db.read(ctx, (tx) => readProduct(tx, params.productId))
    }),
    handle(supplierRoutes.tryProduct, async ({ ctx, params, body, once }) => {
      const { id } = await once(async (tx) => ({ id: await tryProduct(tx, params.productId, body.fields) }))
      wake()
      return await db.read(ctx, (tx) => readPurchaseView(tx, id))
    }),
    handle(supplierRoutes.readSkuSupply, ({ ctx, params }) => db.read(ctx, (tx) => readSkuSupply(tx, params.skuId))),
    handle(supplierRoutes.saveSkuSupply, async ({ ctx, tenant, params, body }) => {
      await learnFields(
        ctx,
        tenant.tenantId,
        body.offers.map(({ productId }) => productId),
      )
      return await db.write(ctx, async (tx) => {
        await saveSkuSupply(tx, params.skuId, body)
        return await readSkuSupply(tx, params.skuId)
      })
    }),
  ]
}

type CallbackRequest = Pick<RequestOf<typeof supplierRoutes.callbackByQuery>, 'tenant' | 'params' | 'raw' | 'reply'>

function callbackRoutes({ config }: Platform, receive: ReceiveCallback): readonly BoundRoute[] {
  const publicPath = new URL(config.publicUrl).pathname.replace(/\/+$/, '')
  const take = async ({ tenant, params, raw, reply }: CallbackRequest, body: Buffer) => {
    const callback = {
      method: raw.method,
      // As the supplier sent it: the shop's prefix is stripped from `url`, and a proxy may have stripped the public path.
      path: publicPath + raw.originalUrl,
      headers: raw.headers,
      body,
    }
    const answer = await receive(tenant.tenantId, params.supplierId, callback, raw.ip).catch((error: unknown) => {
      // Nobody learns which suppliers a shop has.
      if (error instanceof Error && 'code' in error && error.code === 'common.not_found') throw commonErrors.notFound()
      throw error
    })
    reply.code(answer.status)
    return { content: answer.body, contentType: answer.contentType, inline: true } as const
  }
  return [
    handle(supplierRoutes.callback, async (request) => take(request, await bytesOf(request.body.stream))),
    handle(supplierRoutes.callbackByQuery, (request) => take(request, Buffer.alloc(0))),
  ]
}
