import { mallGoodsRoutes, PICTURE_WIDTHS } from '@quanshu/contract'
import { type BoundRoute, handle, sharedAnswer } from '../../platform/http/index.ts'
import type { Platform } from '../../platform/module.ts'
import { getSettings } from '../tenancy/index.ts'
import { memoryOf } from './memory.ts'
import { cacheControl, createPictureShelf } from './pictures/served.ts'
import { readMallGoods } from './queries/mall-goods.ts'
import { listMallGoods } from './queries/mall-list.ts'
import { readShelves } from './queries/mall-shelves.ts'

/** What shoppers read, through a short memory: the same page is asked for by everybody. */
export function mallRoutes(platform: Platform): readonly BoundRoute[] {
  const { db } = platform
  const memory = memoryOf(platform)
  const wordsOf = async (tenantId: Parameters<typeof getSettings>[1]) =>
    (await getSettings(platform, tenantId))['stock.words']
  return [
    handle(mallGoodsRoutes.shelves, ({ ctx }) =>
      memory.get(ctx.tenantId, 'shelves', async () => sharedAnswer(await db.read(ctx, readShelves))),
    ),
    handle(mallGoodsRoutes.listGoods, ({ ctx, query, prefix }) =>
      memory.get(ctx.tenantId, `list ${prefix} ${JSON.stringify(query)}`, async () => {
        const words = await wordsOf(ctx.tenantId)
        return sharedAnswer(
          await db.read(ctx, (tx) => listMallGoods(tx, query, { prefix, words, channel: query.channel })),
        )
      }),
    ),
    handle(mallGoodsRoutes.getGoods, ({ ctx, params, query, prefix }) =>
      memory.get(ctx.tenantId, `goods ${prefix} ${params.id} ${query.channel ?? ''}`, async () => {
        const words = await wordsOf(ctx.tenantId)
        return sharedAnswer(
          await db.read(ctx, (tx) => readMallGoods(tx, params.id, { prefix, words, channel: query.channel })),
        )
      }),
    ),
    pictureRoute(platform),
  ]
}

function pictureRoute(platform: Platform): BoundRoute {
  const served = createPictureShelf(platform)
  return handle(mallGoodsRoutes.picture, async ({ ctx, params, query, raw, reply }) => {
    const width = PICTURE_WIDTHS.find((kept) => kept >= (query.w ?? Number.POSITIVE_INFINITY))
    const { content, hash } = await served(ctx, params.id, width)
    const etag = `"${hash.slice(0, 16)}-${width ?? 'full'}"`
    const answer = { contentType: 'image/webp', inline: true, cacheControl: cacheControl(query.v, hash) }
    void reply.header('etag', etag)
    if (raw.headers['if-none-match'] === etag) {
      void reply.code(304)
      return { ...answer, content: '' }
    }
    return { ...answer, content, lengthBytes: content.length }
  })
}
