import { catalogRoutes } from '@quanshu/contract'
import { type BoundRoute, handle } from '../../platform/http/index.ts'
import type { Platform } from '../../platform/module.ts'
import { xlsxReply } from '../../platform/sheets/index.ts'
import { cancelPriceChange } from './commands/cancel-price-change.ts'
import { createCategory } from './commands/create-category.ts'
import { createGoods } from './commands/create-goods.ts'
import { createTag } from './commands/create-tag.ts'
import { deleteCategory } from './commands/delete-category.ts'
import { deletePicture } from './commands/delete-picture.ts'
import { deleteTag } from './commands/delete-tag.ts'
import { duplicateGoods } from './commands/duplicate-goods.ts'
import { orderCategories } from './commands/order-categories.ts'
import { planPriceChange } from './commands/plan-price-change.ts'
import { setShelf } from './commands/set-shelf.ts'
import { storePicture } from './commands/store-picture.ts'
import { updateCategory } from './commands/update-category.ts'
import { updateGoods } from './commands/update-goods.ts'
import { updateTag } from './commands/update-tag.ts'
import { type Memory, memoryOf } from './memory.ts'
import { listCategories } from './queries/categories.ts'
import { exportColumns, exportRows } from './queries/export-goods.ts'
import { readGoods } from './queries/goods-detail.ts'
import { listGoods } from './queries/goods-list.ts'
import { listPictures } from './queries/pictures.ts'
import { listPriceChanges } from './queries/price-changes.ts'
import { listSkus } from './queries/sku-list.ts'
import { listTags } from './queries/tags.ts'

const OK = { ok: true } as const

export const consoleRoutes = ({ db }: Platform): readonly BoundRoute[] => {
  const memory = memoryOf({ db })
  const routes = [...goodsRoutes(db), ...shelfRoutes(db), ...priceRoutes(db), ...pictureRoutes(db)]
  return routes.map((route) => (route.spec.method === 'GET' ? route : thenForget(route, memory)))
}

/** What staff changed shows in the mall with the next request. */
function thenForget(route: BoundRoute, memory: Memory): BoundRoute {
  return {
    spec: route.spec,
    handler: async (request) => {
      try {
        return await route.handler(request)
      } finally {
        memory.forget(request.ctx.tenantId)
      }
    },
  }
}

function goodsRoutes(db: Platform['db']): readonly BoundRoute[] {
  return [
    handle(catalogRoutes.listGoods, ({ ctx, query, prefix }) => db.read(ctx, (tx) => listGoods(tx, query, prefix))),
    handle(catalogRoutes.exportGoods, async ({ ctx, query }) =>
      xlsxReply(ctx.locale === 'en' ? 'goods' : '商品', exportColumns(ctx.locale), exportRows({ db }, ctx, query)),
    ),
    handle(catalogRoutes.getGoods, ({ ctx, params, prefix }) => db.read(ctx, (tx) => readGoods(tx, params.id, prefix))),
    handle(catalogRoutes.createGoods, ({ body: { shelf, ...input }, once, prefix }) =>
      once(async (tx) => {
        const id = await createGoods(tx, input)
        if (shelf === 'on') await setShelf(tx, [id], 'on')
        return await readGoods(tx, id, prefix)
      }),
    ),
    handle(catalogRoutes.updateGoods, ({ ctx, params, body: { version, ...input }, prefix }) =>
      db.write(ctx, async (tx) => {
        await updateGoods(tx, params.id, version, input)
        return await readGoods(tx, params.id, prefix)
      }),
    ),
    handle(catalogRoutes.duplicateGoods, ({ ctx, params, prefix }) =>
      db.write(ctx, async (tx) => await readGoods(tx, await duplicateGoods(tx, params.id), prefix)),
    ),
    handle(catalogRoutes.setShelf, ({ ctx, body }) => db.write(ctx, (tx) => setShelf(tx, body.ids, body.to))),
    handle(catalogRoutes.listSkus, ({ ctx, query, prefix }) => db.read(ctx, (tx) => listSkus(tx, query, prefix))),
  ]
}

function shelfRoutes(db: Platform['db']): readonly BoundRoute[] {
  return [
    handle(catalogRoutes.listCategories, async ({ ctx }) => ({ items: await db.read(ctx, listCategories) })),
    handle(catalogRoutes.createCategory, async ({ ctx, body }) => ({
      id: await db.write(ctx, (tx) => createCategory(tx, body)),
    })),
    handle(catalogRoutes.updateCategory, async ({ ctx, params, body }) => {
      await db.write(ctx, (tx) => updateCategory(tx, params.id, body))
      return OK
    }),
    handle(catalogRoutes.deleteCategory, async ({ ctx, params }) => {
      await db.write(ctx, (tx) => deleteCategory(tx, params.id))
      return OK
    }),
    handle(catalogRoutes.orderCategories, async ({ ctx, body }) => {
      await db.write(ctx, (tx) => orderCategories(tx, body.parentId, body.ids))
      return OK
    }),
    handle(catalogRoutes.listTags, async ({ ctx }) => ({ items: await db.read(ctx, listTags) })),
    handle(catalogRoutes.createTag, async ({ ctx, body }) => ({
      id: await db.write(ctx, (tx) => createTag(tx, body)),
    })),
    handle(catalogRoutes.updateTag, async ({ ctx, params, body }) => {
      await db.write(ctx, (tx) => updateTag(tx, params.id, body))
      return OK
    }),
    handle(catalogRoutes.deleteTag, async ({ ctx, params }) => {
      await db.write(ctx, (tx) => deleteTag(tx, params.id))
      return OK
    }),
  ]
}

function priceRoutes(db: Platform['db']): readonly BoundRoute[] {
  return [
    handle(catalogRoutes.listPriceChanges, async ({ ctx, params }) => ({
      items: await db.read(ctx, (tx) => listPriceChanges(tx, params.id)),
    })),
    handle(catalogRoutes.planPriceChange, ({ params, body, once }) =>
      once(async (tx) => ({ id: await planPriceChange(tx, params.id, body) })),
    ),
    handle(catalogRoutes.cancelPriceChange, async ({ ctx, params }) => {
      await db.write(ctx, (tx) => cancelPriceChange(tx, params.id))
      return OK
    }),
  ]
}

function pictureRoutes(db: Platform['db']): readonly BoundRoute[] {
  return [
    handle(catalogRoutes.uploadPicture, async ({ ctx, body, prefix }) => {
      // Bounded by the route's limit; sharp needs the whole file to read its index.
      const bytes = Buffer.concat(await body.stream.toArray())
      return await storePicture({ db }, ctx, bytes, prefix)
    }),
    handle(catalogRoutes.listPictures, ({ ctx, query, prefix }) =>
      db.read(ctx, (tx) => listPictures(tx, query, prefix)),
    ),
    handle(catalogRoutes.deletePicture, async ({ ctx, params }) => {
      await db.write(ctx, (tx) => deletePicture(tx, params.id))
      return OK
    }),
  ]
}
