import { priceRuleRoutes as routes } from '@quanshu/contract'
import { type BoundRoute, handle } from '../../../platform/http/index.ts'
import { everyRow } from '../../../platform/lists/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { xlsxReply } from '../../../platform/sheets/index.ts'
import { decidePrice } from '../commands/decide-price.ts'
import { removePriceRule } from '../commands/remove-price-rule.ts'
import { savePriceRules } from '../commands/save-price-rules.ts'
import { listRules, previewRule, priceHistory, readRule, somePriceMoves } from './rules.ts'
import { priceMoveColumns } from './sheet.ts'

export function priceRoutes({ db }: Platform): readonly BoundRoute[] {
  return [
    handle(routes.list, ({ ctx, query }) => db.read(ctx, (tx) => listRules(tx, query))),
    handle(routes.preview, ({ ctx, body }) =>
      db.read(ctx, async (tx) => ({ items: [...(await previewRule(tx, body.target, body.rule))] })),
    ),
    handle(routes.save, ({ ctx, body }) =>
      db.write(ctx, (tx) => savePriceRules(tx, body.target, body.rule, body.shown)),
    ),
    handle(routes.remove, async ({ ctx, params }) => {
      await db.write(ctx, (tx) => removePriceRule(tx, params.skuId))
      return { ok: true as const }
    }),
    handle(routes.decide, ({ ctx, params, body }) =>
      db.write(ctx, async (tx) => {
        await decidePrice(tx, params.skuId, body)
        return await readRule(tx, params.skuId)
      }),
    ),
    handle(routes.exportMoves, async ({ ctx, query }) => {
      await db.write(ctx, async (tx) =>
        tx.audit({ action: 'price.export', objectKind: 'sku', objectId: query.skuId ?? '', detail: { ...query } }),
      )
      const rows = everyRow((beforeId, count) => db.read(ctx, (tx) => somePriceMoves(tx, query, beforeId, count)))
      return xlsxReply('price-moves', priceMoveColumns(ctx.locale), rows)
    }),
    handle(routes.history, ({ ctx, params, query }) => db.read(ctx, (tx) => priceHistory(tx, params.skuId, query))),
  ]
}
