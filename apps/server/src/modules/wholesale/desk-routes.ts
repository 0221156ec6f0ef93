import { wholesaleRoutes } from '@quanshu/contract'
import { type BoundRoute, handle } from '../../platform/http/index.ts'
import type { Platform } from '../../platform/module.ts'
import { createKey } from './commands/create-key.ts'
import { rotateSecret } from './commands/rotate-secret.ts'
import { saveKey } from './commands/save-key.ts'
import { setKeyState } from './commands/set-key-state.ts'
import { removePrice, setPrice } from './commands/set-price.ts'
import { listCalls } from './queries/calls.ts'
import { getKey, listKeys } from './queries/keys.ts'
import { listPrices } from './queries/prices.ts'

/** What staff of the shop that sells see and do. */
export function deskRoutes(platform: Platform): readonly BoundRoute[] {
  const { db } = platform
  return [
    handle(wholesaleRoutes.list, ({ ctx, query }) => db.read(ctx, (tx) => listKeys(tx, query))),
    handle(wholesaleRoutes.create, async ({ ctx, body }) => {
      const { id, secret } = await createKey(platform, ctx, body)
      return { key: await db.read(ctx, (tx) => getKey(tx, id)), secret }
    }),
    handle(wholesaleRoutes.get, ({ ctx, params }) => db.read(ctx, (tx) => getKey(tx, params.wholesaleKeyId))),
    handle(wholesaleRoutes.save, async ({ ctx, params, body }) => {
      await db.write(ctx, (tx) => saveKey(platform, tx, params.wholesaleKeyId, body))
      return await db.read(ctx, (tx) => getKey(tx, params.wholesaleKeyId))
    }),
    handle(wholesaleRoutes.rotate, async ({ ctx, params, body }) => {
      const secret = await rotateSecret(platform, ctx, params.wholesaleKeyId, body.bothHours)
      return { key: await db.read(ctx, (tx) => getKey(tx, params.wholesaleKeyId)), secret }
    }),
    handle(wholesaleRoutes.setState, async ({ ctx, params, body }) => {
      await db.write(ctx, (tx) => setKeyState(tx, params.wholesaleKeyId, body.to, body.reason))
      return await db.read(ctx, (tx) => getKey(tx, params.wholesaleKeyId))
    }),
    handle(wholesaleRoutes.listPrices, ({ ctx, params, query }) =>
      db.read(ctx, (tx) => listPrices(tx, params.wholesaleKeyId, query)),
    ),
    handle(wholesaleRoutes.setPrice, async ({ ctx, params, body, session }) => {
      const how = { priceFen: body.priceFen, belowFloor: false, reason: '', by: session.name }
      await db.write(ctx, (tx) => setPrice(tx, params.wholesaleKeyId, params.skuId, how))
      return { ok: true as const }
    }),
    handle(wholesaleRoutes.setPriceBelowFloor, async ({ ctx, params, body, session }) => {
      const how = { ...body, belowFloor: true, by: session.name }
      await db.write(ctx, (tx) => setPrice(tx, params.wholesaleKeyId, params.skuId, how))
      return { ok: true as const }
    }),
    handle(wholesaleRoutes.removePrice, async ({ ctx, params }) => {
      await db.write(ctx, (tx) => removePrice(tx, params.wholesaleKeyId, params.skuId))
      return { ok: true as const }
    }),
    handle(wholesaleRoutes.listCalls, ({ ctx, params, query }) =>
      db.read(ctx, (tx) => listCalls(tx, params.wholesaleKeyId, query)),
    ),
  ]
}
